#include "analysis/plot/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/diagnostic.h"

struct spread *series_spreads(const struct plot_runs *runs, const struct axis *axis,
                              const double *values)
{
    struct spread *spreads = calloc((size_t) runs->series_count * axis->count + 1, sizeof *spreads);
    for (unsigned i = 0; spreads != NULL && i < runs->count; i++) {
        unsigned at = axis_find(axis, &runs->runs[i]);
        if (at < axis->count && isfinite(values[i]))
            spread_add(&spreads[(size_t) runs->runs[i].series * axis->count + at], values[i]);
    }
    return spreads;
}

bool series_few(const struct plot_runs *runs, struct failure *failure)
{
    return runs->series_count <= SERIES_SHOWN_MAX
           || failure_set_user(failure,
                               "%u series are too many to tell apart in one picture (at most %u); "
                               "a heatmap shows two varied parameters",
                               runs->series_count, SERIES_SHOWN_MAX);
}

static double largest_of(const struct spread *spreads, size_t count)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        if (spreads[i].count > 0)
            largest = fmax(largest, fabs(spreads[i].mean));
    return largest;
}

/* How many points the series has. */
static unsigned write_series(struct chart *chart, const struct axis *axis,
                             const struct spread *spreads, const struct metric_scale *scale,
                             unsigned number, const char *label)
{
    unsigned points = 0;
    for (unsigned i = 0; i < axis->count; i++) {
        const struct spread *s = &spreads[i];
        if (s->count == 0)
            continue;
        double half = spread_half_width(s);
        points++;
        chart_cell(chart, number);
        chart_cell(chart, axis->at[i]);
        chart_cell(chart, s->mean * scale->factor);
        chart_cell(chart, (s->mean - half) * scale->factor);
        chart_cell(chart, (s->mean + half) * scale->factor);
        chart_cell(chart, s->count);
        chart_cell_text(chart, axis->texts[i]);
        chart_cell_text(chart, label);
        chart_row_end(chart);
    }
    if (points > 0)
        chart_series_end(chart);
    return points;
}

unsigned series_write(struct chart *chart, const struct plot_runs *runs, const struct axis *axis,
                      const struct spread *spreads, uint32_t metric)
{
    const char *labels[SERIES_SHOWN_MAX];
    unsigned shown = 0, points = 0;
    struct metric_scale scale
        = metric_scale(metric, largest_of(spreads, (size_t) runs->series_count * axis->count));
    chart_block(chart, "points", "series,x,mean,low,high,runs,value,label");
    for (unsigned i = 0; i < runs->series_count && shown < SERIES_SHOWN_MAX; i++) {
        unsigned written = write_series(chart, axis, &spreads[(size_t) i * axis->count], &scale,
                                        shown + 1, runs->labels[i]);
        points += written;
        if (written > 0)
            labels[shown++] = runs->labels[i];
    }
    chart_block_end(chart);
    if (shown > 0)
        chart_texts(chart, "label", labels, shown);
    chart_number(chart, "series", shown);
    chart_text(chart, "metric_label", "%s%s%s%s", metric_infos[metric].name,
               *scale.unit == '\0' ? "" : " (", *scale.unit == '\0' ? "" : scale.unit + 1,
               *scale.unit == '\0' ? "" : ")");
    return points;
}

static const char *no_such_key(const struct plot_runs *runs, const char *wanted,
                               struct failure *failure)
{
    const char *names[64];
    unsigned count = 0;
    for (unsigned i = 0; i < runs->key_count && count < 64; i++)
        names[count++] = runs->keys[i].key;
    const char *near = nearest_name(wanted, strlen(wanted), names, count);
    failure_set_user(failure, "no run of this database sets `%s`%s%s%s", wanted,
                     near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
                     near == NULL ? "" : "`?");
    return NULL;
}

const char *varied_key(const struct plot_runs *runs, const char *wanted, unsigned index,
                       const char *option, struct failure *failure)
{
    const char *keys[16];
    unsigned count = runs_varied(runs, keys, 16);
    for (unsigned i = 0; wanted != NULL && i < runs->key_count; i++)
        if (strcmp(runs->keys[i].key, wanted) == 0)
            return runs->keys[i].key;
    if (wanted != NULL)
        return no_such_key(runs, wanted, failure);
    if (index < count)
        return keys[index];
    failure_set_user(failure,
                     "%u parameter%s between the runs of this database, and %s needs %s: make one "
                     "with `conclave sweep … --vary KEY=V1,V2,…`",
                     count, count == 1 ? " differs" : "s differ", option,
                     index == 0 ? "one" : "two");
    return NULL;
}
