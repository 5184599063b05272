/* A metric over one varied parameter: mean of the runs, and its 95 % confidence band. */
#include <stdlib.h>

#include "analysis/plot/plot.h"
#include "analysis/plot/series.h"

#define DEFAULT_METRIC "downtime.mean"

static bool write_chart(struct plot_runs *runs, const struct axis *axis, const double *values,
                        uint32_t metric, struct chart *chart, struct failure *failure)
{
    struct spread *spreads = series_spreads(runs, axis, values);
    char *title = runs_title(runs);
    bool good = spreads != NULL && title != NULL;
    if (good && series_write(chart, runs, axis, spreads, metric) == 0) {
        good = chart_empty(chart, "no run has a %s", metric_infos[metric].name);
    } else if (good) {
        axis_write(axis, "x", chart);
        chart_text(chart, "headline", "How does %s depend on %s?", metric_infos[metric].name,
                   axis->key);
        chart_text(chart, "subtitle", "%s; band: 95 %% confidence", title);
        chart_number(chart, "from_zero", metric_infos[metric].unit != UNIT_RATIO);
    }
    free(spreads);
    free(title);
    return good || failure_set(failure, "out of memory");
}

static bool build(struct database *database, struct plot_runs *runs,
                  const struct plot_request *request, struct chart *chart, struct failure *failure)
{
    uint32_t metric;
    const char *name = request->metric_count > 0 ? request->metrics[0] : DEFAULT_METRIC;
    const char *key = varied_key(runs, request->x, 0, "sensitivity", failure);
    if (key == NULL || !metric_named(name, &metric, failure))
        return false;
    if (!runs_group(runs, &key, 1))
        return failure_set(failure, "out of memory");
    struct axis axis;
    axis_read(&axis, runs, key);
    if (axis.overflow)
        return failure_set_user(failure, "%s has more than %u values", key, AXIS_VALUES_MAX);
    if (!series_few(runs, failure))
        return false;
    double *values = metric_of_runs(database, runs, metric, failure);
    bool good = values != NULL && write_chart(runs, &axis, values, metric, chart, failure);
    free(values);
    return good;
}

extern const char sensitivity_gp[];

const struct plot_kind sensitivity_plot = {
    .name = "sensitivity",
    .about = "a metric over one varied parameter (--metric, --x), with its confidence band",
    .script = sensitivity_gp,
    .build = build,
};
