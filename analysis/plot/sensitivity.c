/* A metric over one varied parameter: the figure that `compare` has, and its 95 % confidence band.
 */
#include <math.h>
#include <stdlib.h>

#include "analysis/plot/plot.h"
#include "analysis/plot/series.h"

#define DEFAULT_METRIC "downtime.mean"

static unsigned runs_on(const struct axis *axis, const struct plot_runs *runs)
{
    unsigned count = 0;
    for (unsigned i = 0; i < runs->count; i++)
        count += axis_find(axis, &runs->runs[i]) < axis->count;
    return count;
}

/* What is said of the band: where there are too few runs or elections, an end is not known. */
static const char *band_of(const struct table *table)
{
    bool some = false, all = true;
    for (size_t i = 0; i < table->count; i++) {
        const struct table_row *row = &table->rows[i];
        bool known = isfinite(row->low) && isfinite(row->high);
        some = some || (row->count > 0 && known);
        all = all && (row->count == 0 || known);
    }
    return all ? "; band: 95 % confidence" : some ? "; band: 95 % confidence, where known" : "";
}

static bool write_subtitle(const struct plot_runs *runs, const struct axis *axis,
                           const struct table *table, struct chart *chart)
{
    char *title = runs_title(runs);
    unsigned out = runs->count - runs_on(axis, runs);
    if (title == NULL)
        return false;
    if (out == 0)
        chart_text(chart, "subtitle", "%s%s", title, band_of(table));
    else
        chart_text(chart, "subtitle", "%s, without the %u that do not set it%s", title, out,
                   band_of(table));
    free(title);
    return true;
}

static bool write_chart(const struct plot_runs *runs, const struct axis *axis,
                        const struct table *table, struct chart *chart)
{
    if (series_write(chart, runs, axis, table) == 0)
        return chart_empty(chart, "no run has a %s", table->metric->name);
    axis_write(axis, "x", chart);
    chart_text(chart, "headline", "How does %s depend on %s?", table->metric->name, axis->key);
    chart_number(chart, "from_zero", table->metric->unit != UNIT_RATIO);
    return write_subtitle(runs, axis, table, chart);
}

static bool read_axis(const struct plot_runs *runs, const char *key, struct axis *axis,
                      struct failure *failure)
{
    axis_read(axis, runs, key);
    if (axis->overflow)
        return failure_set_user(failure, "%s has more than %u values", key, AXIS_VALUES_MAX);
    return axis->count > 1
           || failure_set_user(failure, "all runs that set %s have it %s: there is nothing to see",
                               key, axis->texts[0]);
}

static bool build(struct database *database, struct plot_runs *runs,
                  const struct plot_request *request, struct chart *chart, struct failure *failure)
{
    uint32_t metric;
    struct axis axis;
    struct table table = {0};
    const char *name = request->metric_count > 0 ? request->metrics[0] : DEFAULT_METRIC;
    const char *key = varied_key(runs, request->x, 0, "sensitivity", failure);
    if (key == NULL || !metric_named(name, &metric, failure)
        || !read_axis(runs, key, &axis, failure))
        return false;
    if (!runs_group(runs, &key, 1))
        return failure_set(failure, "out of memory");
    if (!series_few(runs, &axis, axis_find, failure))
        return false;
    bool good
        = series_read(database, runs, &axis, axis_find, metric, &table, failure)
          && (write_chart(runs, &axis, &table, chart) || failure_set(failure, "out of memory"));
    table_free(&table);
    return good;
}

extern const char sensitivity_gp[];

const struct plot_kind sensitivity_plot = {
    .name = "sensitivity",
    .about = "a metric over one varied parameter (--metric, --x), with its confidence band",
    .script = sensitivity_gp,
    .build = build,
};
