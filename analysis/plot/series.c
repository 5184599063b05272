#include "analysis/plot/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/diagnostic.h"

struct placing {
    const struct plot_runs *runs;
    const struct axis *axis;
    axis_finder *find;
};

static uint32_t place(const void *context, int64_t id)
{
    const struct placing *p = context;
    const struct plot_run *run = runs_find(p->runs, id);
    unsigned at = run == NULL ? p->axis->count : p->find(p->axis, run);
    return at == p->axis->count ? GROUP_NONE : run->series * p->axis->count + at;
}

bool series_read(struct database *database, const struct plot_runs *runs, const struct axis *axis,
                 axis_finder *find, uint32_t metric, struct table *table, struct failure *failure)
{
    struct placing placing = {runs, axis, find};
    return table_read_by(database, &metric_infos[metric], runs->series_count * axis->count, place,
                         &placing, table, failure);
}

bool series_few(const struct plot_runs *runs, const struct axis *axis, axis_finder *find,
                struct failure *failure)
{
    bool *seen = calloc(runs->series_count + 1, sizeof *seen);
    unsigned count = 0;
    if (seen == NULL)
        return failure_set(failure, "out of memory");
    for (unsigned i = 0; i < runs->count; i++) {
        const struct plot_run *run = &runs->runs[i];
        if (seen[run->series] || find(axis, run) == axis->count)
            continue;
        seen[run->series] = true;
        count++;
    }
    free(seen);
    return count <= SERIES_SHOWN_MAX
           || failure_set_user(failure,
                               "%u series are too many to tell apart in one picture (at most %u); "
                               "--variant NAME, repeatable, chooses some, and a heatmap shows two "
                               "varied parameters",
                               count, SERIES_SHOWN_MAX);
}

static double largest_of(const struct table *t)
{
    double largest = 0;
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].count > 0)
            largest = fmax(largest, fabs(t->rows[i].estimate));
    return largest;
}

/* How many points the series has. */
static unsigned write_series(struct chart *chart, const struct axis *axis,
                             const struct table_row *rows, const struct metric_scale *scale,
                             unsigned number, const char *label)
{
    unsigned points = 0;
    for (unsigned i = 0; i < axis->count; i++) {
        const struct table_row *row = &rows[i];
        if (row->count == 0)
            continue;
        points++;
        chart_cell(chart, number);
        chart_cell(chart, axis->at[i]);
        chart_cell(chart, row->estimate * scale->factor);
        chart_cell(chart, row->low * scale->factor);
        chart_cell(chart, row->high * scale->factor);
        chart_cell(chart, (double) row->count);
        chart_cell_text(chart, axis->texts[i]);
        chart_cell_text(chart, label);
        chart_row_end(chart);
    }
    if (points > 0)
        chart_series_end(chart);
    return points;
}

unsigned series_write(struct chart *chart, const struct plot_runs *runs, const struct axis *axis,
                      const struct table *table)
{
    const char *labels[SERIES_SHOWN_MAX];
    unsigned shown = 0, points = 0;
    uint32_t metric = (uint32_t) (table->metric - metric_infos);
    struct metric_scale scale = metric_scale(metric, largest_of(table));
    chart_block(chart, "points", "series,x,estimate,low,high,runs,value,label");
    for (unsigned i = 0; i < runs->series_count && shown < SERIES_SHOWN_MAX; i++) {
        unsigned written = write_series(chart, axis, &table->rows[(size_t) i * axis->count], &scale,
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
    failure_set_user(
        failure,
        "%u parameter%s between the runs of this database that all of them set, and %s "
        "needs %s: make one with `conclave sweep … --vary KEY=V1,V2,…`",
        count, count == 1 ? " differs" : "s differ", option, index == 0 ? "one" : "two");
    return NULL;
}
