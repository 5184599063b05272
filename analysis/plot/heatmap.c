/* A metric over two varied parameters: in each cell the figure that `compare` has. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/plot/plot.h"
#include "analysis/plot/series.h"

#define DEFAULT_METRIC "downtime.mean"

struct placing {
    const struct plot_runs *runs;
    const struct axis *x, *y;
};

/* Rows from left to right, then up. */
static uint32_t place(const void *context, int64_t id)
{
    const struct placing *p = context;
    const struct plot_run *run = runs_find(p->runs, id);
    unsigned column = run == NULL ? p->x->count : axis_find(p->x, run);
    unsigned row = run == NULL ? p->y->count : axis_find(p->y, run);
    return column < p->x->count && row < p->y->count ? row * p->x->count + column : GROUP_NONE;
}

static void write_cells(struct chart *chart, const struct axis *x, const struct axis *y,
                        const struct table_row *cells, double factor)
{
    chart_block(chart, "cells", "x,y,estimate,low,high,runs,x_value,y_value");
    for (unsigned row = 0; row < y->count; row++)
        for (unsigned column = 0; column < x->count; column++) {
            const struct table_row *cell = &cells[(size_t) row * x->count + column];
            bool any = cell->count > 0;
            chart_cell(chart, column + 1);
            chart_cell(chart, row + 1);
            chart_cell(chart, any ? cell->estimate * factor : NAN);
            chart_cell(chart, any ? cell->low * factor : NAN);
            chart_cell(chart, any ? cell->high * factor : NAN);
            chart_cell(chart, (double) cell->count);
            chart_cell_text(chart, x->texts[column]);
            chart_cell_text(chart, y->texts[row]);
            chart_row_end(chart);
        }
    chart_block_end(chart);
}

static bool write_chart(const struct plot_runs *runs, const struct axis *x, const struct axis *y,
                        const struct table *table, struct chart *chart)
{
    static const char *const kinds[]
        = {"mean of the runs", "of all elections", "greatest of all elections"};
    const struct table_row *cells = table->rows;
    uint32_t metric = (uint32_t) (table->metric - metric_infos);
    double least = INFINITY, most = -INFINITY, largest = 0;
    for (size_t i = 0; i < (size_t) x->count * y->count; i++) {
        if (cells[i].count == 0)
            continue;
        least = fmin(least, cells[i].estimate);
        most = fmax(most, cells[i].estimate);
        largest = fmax(largest, fabs(cells[i].estimate));
    }
    if (most < least)
        return chart_empty(chart, "no run has a %s", metric_infos[metric].name);
    char *title = runs_title(runs);
    if (title == NULL)
        return false;
    struct metric_scale scale = metric_scale(metric, largest);
    write_cells(chart, x, y, cells, scale.factor);
    axis_write(x, "x", chart);
    axis_write(y, "y", chart);
    chart_number(chart, "least", least * scale.factor);
    chart_number(chart, "most", most * scale.factor);
    chart_text(chart, "metric_label", "%s%s%s%s, %s", metric_infos[metric].name,
               *scale.unit == '\0' ? "" : " (", *scale.unit == '\0' ? "" : scale.unit + 1,
               *scale.unit == '\0' ? "" : ")", kinds[table->kind]);
    chart_text(chart, "headline", "%s by %s and %s", metric_infos[metric].name, x->key, y->key);
    chart_text(chart, "subtitle", "%s; %s is better", title,
               metric_infos[metric].less_is_better ? "less" : "more");
    free(title);
    chart->height = y->count > 8 ? 0.6 + 0.05 * y->count : 1;
    return true;
}

static bool read_axes(const struct plot_runs *runs, const struct plot_request *request,
                      struct axis *x, struct axis *y, struct failure *failure)
{
    const char *first = varied_key(runs, request->x, 0, "heatmap", failure);
    const char *second = first == NULL ? NULL : varied_key(runs, request->y, 1, "heatmap", failure);
    if (second != NULL && request->y == NULL && strcmp(first, second) == 0)
        second = varied_key(runs, NULL, 0, "heatmap", failure);
    if (second == NULL)
        return false;
    if (strcmp(first, second) == 0)
        return failure_set_user(failure, "both axes of the heatmap would be %s; give --x and --y",
                                first);
    axis_read(x, runs, first);
    axis_read(y, runs, second);
    const struct axis *over = x->overflow ? x : y;
    return !over->overflow
           || failure_set_user(failure, "%s has more than %u values", over->key, AXIS_VALUES_MAX);
}

/* What else differs between the runs would be averaged away unseen. */
static bool one_series(struct plot_runs *runs, const struct axis *x, const struct axis *y,
                       struct failure *failure)
{
    const char *keys[] = {x->key, y->key};
    if (!runs_group(runs, keys, 2))
        return failure_set(failure, "out of memory");
    return runs->series_count == 1
           || failure_set_user(
               failure,
               "beside %s and %s the runs differ in variant (`%s`, `%s`…): a heatmap "
               "shows one; --variant NAME chooses",
               x->key, y->key, runs->labels[0], runs->labels[1]);
}

static bool build(struct database *database, struct plot_runs *runs,
                  const struct plot_request *request, struct chart *chart, struct failure *failure)
{
    uint32_t metric;
    struct axis x, y;
    if (!metric_named(request->metric_count > 0 ? request->metrics[0] : DEFAULT_METRIC, &metric,
                      failure)
        || !read_axes(runs, request, &x, &y, failure) || !one_series(runs, &x, &y, failure))
        return false;
    struct placing placing = {runs, &x, &y};
    struct table table = {0};
    bool good
        = table_read_by(database, &metric_infos[metric], x.count * y.count, place, &placing, &table,
                        failure)
          && (write_chart(runs, &x, &y, &table, chart) || failure_set(failure, "out of memory"));
    table_free(&table);
    return good;
}

extern const char heatmap_gp[];

const struct plot_kind heatmap_plot = {
    .name = "heatmap",
    .about = "a metric over two varied parameters (--metric, --x, --y)",
    .script = heatmap_gp,
    .build = build,
};
