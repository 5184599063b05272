/* Two metrics against each other, a point per variant: what does less of one cost in the other? */
#include <math.h>
#include <stdlib.h>

#include "analysis/compare/table.h"
#include "analysis/plot/metric.h"
#include "analysis/plot/plot.h"

#define DEFAULT_X "downtime.mean"
#define DEFAULT_Y "needless_elections"
#define POINTS_MAX 24u

struct point {
    const struct table_row *x, *y;
    bool best; /* no other is at least as good in both and better in one */
};

static bool no_worse(uint32_t metric, double a, double b)
{
    return metric_infos[metric].less_is_better ? a <= b : a >= b;
}

static void mark_front(struct point *points, unsigned count, uint32_t x, uint32_t y)
{
    for (unsigned i = 0; i < count; i++) {
        points[i].best = points[i].x->count > 0 && points[i].y->count > 0;
        for (unsigned k = 0; k < count && points[i].best; k++) {
            const struct point *p = &points[i], *q = &points[k];
            if (q->x->count == 0 || q->y->count == 0)
                continue;
            bool same = q->x->estimate == p->x->estimate && q->y->estimate == p->y->estimate;
            points[i].best = same || !no_worse(x, q->x->estimate, p->x->estimate)
                             || !no_worse(y, q->y->estimate, p->y->estimate);
        }
    }
}

static void write_cells(struct chart *chart, const struct table_row *row, double factor)
{
    chart_cell(chart, row->estimate * factor);
    chart_cell(chart, row->low * factor);
    chart_cell(chart, row->high * factor);
}

/* The front from left to right: the next best one to the right of `after`. */
static const struct point *next_best(const struct point *points, unsigned count,
                                     const struct point *after)
{
    const struct point *next = NULL;
    for (unsigned i = 0; i < count; i++) {
        const struct point *p = &points[i];
        if (p->best && (after == NULL || p->x->estimate > after->x->estimate)
            && (next == NULL || p->x->estimate < next->x->estimate))
            next = p;
    }
    return next;
}

/* Returns how many points were written; labels[] is theirs. */
static unsigned write_points(struct chart *chart, const struct plot_runs *runs,
                             const struct point *points, double x_factor, double y_factor,
                             const char *labels[POINTS_MAX])
{
    unsigned shown = 0;
    chart_block(chart, "points", "series,x,x_low,x_high,y,y_low,y_high,best,runs,label");
    for (unsigned i = 0; i < runs->series_count; i++) {
        if (points[i].x->count == 0 || points[i].y->count == 0)
            continue;
        labels[shown++] = runs->labels[i];
        chart_cell(chart, shown);
        write_cells(chart, points[i].x, x_factor);
        write_cells(chart, points[i].y, y_factor);
        chart_cell(chart, points[i].best);
        chart_cell(chart, (double) points[i].x->count);
        chart_cell_text(chart, runs->labels[i]);
        chart_row_end(chart);
    }
    chart_block_end(chart);
    chart_block(chart, "front", NULL);
    for (const struct point *p = next_best(points, runs->series_count, NULL); p != NULL;
         p = next_best(points, runs->series_count, p)) {
        chart_cell(chart, p->x->estimate * x_factor);
        chart_cell(chart, p->y->estimate * y_factor);
        chart_row_end(chart);
    }
    chart_block_end(chart);
    return shown;
}

static void write_axis(struct chart *chart, const char *name, uint32_t metric, const char *unit)
{
    bool less = metric_infos[metric].less_is_better;
    chart_text(chart, name, "%s%s%s%s, %s is better", metric_infos[metric].name,
               *unit == '\0' ? "" : " (", *unit == '\0' ? "" : unit + 1, *unit == '\0' ? "" : ")",
               less ? "less" : "more");
}

static bool write_chart(const struct plot_runs *runs, struct point *points, uint32_t x, uint32_t y,
                        struct chart *chart)
{
    const char *labels[POINTS_MAX];
    double x_largest = 0, y_largest = 0;
    for (unsigned i = 0; i < runs->series_count; i++) {
        x_largest = fmax(x_largest, fabs(points[i].x->estimate));
        y_largest = fmax(y_largest, fabs(points[i].y->estimate));
    }
    struct metric_scale x_scale = metric_scale(x, x_largest), y_scale = metric_scale(y, y_largest);
    mark_front(points, runs->series_count, x, y);
    unsigned shown = write_points(chart, runs, points, x_scale.factor, y_scale.factor, labels);
    if (shown == 0)
        return chart_empty(chart, "no variant has both %s and %s", metric_infos[x].name,
                           metric_infos[y].name);
    char *title = runs_title(runs);
    if (title == NULL)
        return false;
    chart_texts(chart, "label", labels, shown);
    chart_number(chart, "series", shown);
    write_axis(chart, "x_label", x, x_scale.unit);
    write_axis(chart, "y_label", y, y_scale.unit);
    chart_number(chart, "x_zero", metric_infos[x].unit != UNIT_RATIO);
    chart_number(chart, "y_zero", metric_infos[y].unit != UNIT_RATIO);
    chart_text(chart, "headline", "What does a better %s cost in %s?", metric_infos[x].name,
               metric_infos[y].name);
    chart_text(chart, "subtitle", "%s; bars: 95 %% confidence", title);
    chart->height = 1 + 0.02 * shown;
    free(title);
    return true;
}

static bool choose_metrics(const struct plot_request *request, uint32_t *x, uint32_t *y,
                           struct failure *failure)
{
    const char *first = request->metric_count > 0 ? request->metrics[0] : DEFAULT_X;
    const char *second = request->metric_count > 1 ? request->metrics[1] : DEFAULT_Y;
    return metric_named(request->x == NULL ? first : request->x, x, failure)
           && metric_named(request->y == NULL ? second : request->y, y, failure);
}

static uint32_t place(const void *context, int64_t id)
{
    const struct plot_run *run = runs_find(context, id);
    return run == NULL ? GROUP_NONE : run->series;
}

static bool build(struct database *database, struct plot_runs *runs,
                  const struct plot_request *request, struct chart *chart, struct failure *failure)
{
    uint32_t x, y;
    if (!choose_metrics(request, &x, &y, failure))
        return false;
    if (!runs_group(runs, NULL, 0))
        return failure_set(failure, "out of memory");
    if (runs->series_count > POINTS_MAX)
        return failure_set_user(failure,
                                "%u variants are too many for one picture (at most %u); --variant "
                                "NAME, repeatable, chooses some",
                                runs->series_count, POINTS_MAX);
    struct table xs = {0}, ys = {0};
    struct point points[POINTS_MAX] = {0};
    bool good
        = table_read_by(database, &metric_infos[x], runs->series_count, place, runs, &xs, failure)
          && table_read_by(database, &metric_infos[y], runs->series_count, place, runs, &ys,
                           failure);
    for (unsigned i = 0; good && i < runs->series_count; i++)
        points[i] = (struct point){.x = &xs.rows[i], .y = &ys.rows[i]};
    good
        = good && (write_chart(runs, points, x, y, chart) || failure_set(failure, "out of memory"));
    table_free(&xs);
    table_free(&ys);
    return good;
}

extern const char trade_off_gp[];

const struct plot_kind trade_off_plot = {
    .name = "trade-off",
    .about = "two metrics (--x, --y; default downtime against needless elections), Pareto front",
    .script = trade_off_gp,
    .build = build,
};
