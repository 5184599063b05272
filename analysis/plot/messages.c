/* Messages per election by the size of the cluster, on log axes: does the algorithm send n or n² of
 * them? */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/plot/plot.h"
#include "analysis/plot/series.h"

/* Sizes as parameters of the runs, whatever made them differ. */
static bool sizes_of(const struct plot_runs *runs, struct axis *axis)
{
    *axis = (struct axis){.key = "cluster.nodes", .numeric = true};
    for (unsigned i = 0; i < runs->count; i++) {
        unsigned at = 0;
        while (at < axis->count && axis->at[at] != runs->runs[i].nodes)
            at++;
        if (at < axis->count)
            continue;
        if (axis->count == AXIS_VALUES_MAX)
            return false;
        while (at > 0 && axis->at[at - 1] > runs->runs[i].nodes) {
            axis->at[at] = axis->at[at - 1];
            at--;
        }
        axis->at[at] = runs->runs[i].nodes;
        axis->texts[axis->count++] = "";
    }
    return true;
}

static unsigned find_size(const struct axis *axis, const struct plot_run *run)
{
    unsigned at = 0;
    while (at < axis->count && axis->at[at] != run->nodes)
        at++;
    return at;
}

/* A log axis has no 0. */
static void leave_out_zero(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].count > 0 && table->rows[i].estimate <= 0)
            table->rows[i].count = 0;
}

static bool write_chart(const struct plot_runs *runs, const struct axis *axis,
                        const struct table *table, struct chart *chart)
{
    uint32_t metric = (uint32_t) (table->metric - metric_infos);
    if (series_write(chart, runs, axis, table) == 0)
        return chart_empty(chart, "no run has %s above 0", table->metric->name);
    double least = INFINITY;
    unsigned smallest = axis->count;
    for (unsigned i = 0; i < table->count; i++)
        if (table->rows[i].count > 0) {
            least = fmin(least, table->rows[i].estimate);
            smallest = i % axis->count < smallest ? i % axis->count : smallest;
        }
    char *title = runs_title(runs);
    if (title == NULL)
        return false;
    chart_number(chart, "smallest", axis->at[smallest]);
    chart_number(chart, "largest", axis->at[axis->count - 1]);
    chart_number(chart, "least", least * metric_scale(metric, least).factor);
    chart_text(chart, "headline", "How does the cost of an election grow with the cluster?");
    chart_text(chart, "subtitle", "%s; bars: 95 %% confidence", title);
    free(title);
    return true;
}

static bool build(struct database *database, struct plot_runs *runs,
                  const struct plot_request *request, struct chart *chart, struct failure *failure)
{
    static const char *const keys[] = {"cluster.nodes"};
    uint32_t metric;
    struct axis axis;
    struct table table = {0};
    if (!metric_named(request->metric_count > 0 ? request->metrics[0] : "messages_per_election",
                      &metric, failure))
        return false;
    if (!runs_group(runs, keys, 1))
        return failure_set(failure, "out of memory");
    if (!sizes_of(runs, &axis))
        return failure_set_user(failure, "there are more than %u sizes of cluster",
                                AXIS_VALUES_MAX);
    if (axis.count == 1)
        return chart_empty(chart,
                           "all clusters have %.0f nodes; make other sizes with `conclave "
                           "sweep … --vary cluster.nodes=3,5,9`",
                           axis.at[0])
               || failure_set(failure, "out of memory");
    if (!series_few(runs, &axis, find_size, failure))
        return false;
    bool good = series_read(database, runs, &axis, find_size, metric, &table, failure);
    leave_out_zero(&table);
    good = good
           && (write_chart(runs, &axis, &table, chart) || failure_set(failure, "out of memory"));
    table_free(&table);
    return good;
}

extern const char messages_gp[];

const struct plot_kind messages_plot = {
    .name = "messages",
    .about = "messages per election by cluster size, on log axes with slopes n and n²",
    .script = messages_gp,
    .build = build,
};
