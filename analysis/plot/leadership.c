/* Who led when: a Gantt chart of one run, node by time. Where two acted as leaders at once, both
 * bars are drawn in the warning colour. A paused leader does not act (it cannot, and does not
 * know). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/plot/plot.h"
#include "analysis/plot/shade.h"
#include "analysis/summary/fault_words.h"

#define ROWS_MAX 40u /* above that, only nodes that led get a row */

enum part { PART_ACTING, PART_PAUSED, PART_SPLIT };
static const char *const part_names[] = {"acting", "paused", "split_brain"};

/* A stretch of one leadership, in seconds. */
struct bar {
    char node[32];
    double begin, end;
    int64_t term;
    enum part part;
};

struct bars {
    struct bar *items; /* owned */
    unsigned count, room;
};

static bool add_bar(struct bars *bars, struct bar bar)
{
    if (bar.end <= bar.begin)
        return true;
    if (bars->count == bars->room) {
        unsigned room = bars->room == 0 ? 32 : 2 * bars->room;
        struct bar *grown = realloc(bars->items, room * sizeof *grown);
        if (grown == NULL)
            return false;
        bars->items = grown;
        bars->room = room;
    }
    bars->items[bars->count++] = bar;
    return true;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static bool read_leaderships(struct database *database, int64_t run, struct bars *bars,
                             struct failure *failure)
{
    struct database_cursor *q = cursor_open(database,
                                            "SELECT node, term, begin_ns, end_ns FROM leadership"
                                            " WHERE run_id = ? ORDER BY begin_ns, node",
                                            failure);
    bool good = q != NULL;
    if (good)
        cursor_bind_number(q, 1, run);
    while (good && cursor_next(q)) {
        struct bar bar = {.term = row_number(cursor_row(q), 1),
                          .begin = row_real(cursor_row(q), 2) / 1e9,
                          .end = row_real(cursor_row(q), 3) / 1e9};
        (void) snprintf(bar.node, sizeof bar.node, "%s", row_text(cursor_row(q), 0));
        good = add_bar(bars, bar) || failure_set(failure, "out of memory");
    }
    return cursor_close(q, failure) && good;
}

/* Cuts [begin, end) of `node` out of the acting bars: those stretches become `part`. */
static bool cut(struct bars *bars, const char *node, double begin, double end, enum part part)
{
    unsigned before = bars->count;
    for (unsigned i = 0; i < before; i++) {
        struct bar bar = bars->items[i];
        if (bar.part != PART_ACTING || strcmp(bar.node, node) != 0 || bar.begin >= end
            || bar.end <= begin)
            continue;
        struct bar inside = bar, after = bar;
        inside.begin = fmax(bar.begin, begin);
        inside.end = fmin(bar.end, end);
        inside.part = part;
        after.begin = inside.end;
        bars->items[i].end = inside.begin;
        if (!add_bar(bars, inside) || !add_bar(bars, after))
            return false;
    }
    return true;
}

/* A fault's target is "n1 n2 | n3". */
static bool cut_pauses(struct database *database, int64_t run, struct bars *bars,
                       struct failure *failure)
{
    struct database_cursor *q = cursor_open(database,
                                            "SELECT target, begin_ns, end_ns FROM fault"
                                            " WHERE run_id = ? AND kind = 'pause'",
                                            failure);
    bool good = q != NULL;
    if (good)
        cursor_bind_number(q, 1, run);
    while (good && cursor_next(q)) {
        const char *at = row_text(cursor_row(q), 0);
        while (good && *(at += strspn(at, " |")) != '\0') {
            char node[32];
            size_t length = strcspn(at, " |");
            (void) snprintf(node, sizeof node, "%.*s", (int) length, at);
            good = cut(bars, node, row_real(cursor_row(q), 1) / 1e9,
                       row_real(cursor_row(q), 2) / 1e9, PART_PAUSED)
                   || failure_set(failure, "out of memory");
            at += length;
        }
    }
    return cursor_close(q, failure) && good;
}

/* ---- Split brain ----------------------------------------------------------------------------- */

struct edge {
    double at;
    int change;
};

static int by_edge(const void *a, const void *b)
{
    const struct edge *left = a, *right = b;
    if (left->at != right->at)
        return left->at < right->at ? -1 : 1;
    return left->change - right->change; /* what ends makes room for what begins */
}

/* Marks what of the acting bars lies in a time with two or more of them. Returns that time, or a
 * negative number when memory is out. */
static double mark_split(struct bars *bars)
{
    unsigned acting = bars->count;
    struct edge *edges = malloc((2 * (size_t) acting + 1) * sizeof *edges);
    if (edges == NULL)
        return -1;
    unsigned count = 0;
    for (unsigned i = 0; i < acting; i++)
        if (bars->items[i].part == PART_ACTING) {
            edges[count++] = (struct edge){bars->items[i].begin, 1};
            edges[count++] = (struct edge){bars->items[i].end, -1};
        }
    qsort(edges, count, sizeof *edges, by_edge);
    double total = 0;
    int leaders = 0;
    for (unsigned i = 0; i + 1 < count; i++) {
        leaders += edges[i].change;
        double begin = edges[i].at, end = edges[i + 1].at;
        if (leaders < 2 || end <= begin)
            continue;
        total += end - begin;
        for (unsigned k = 0, known = bars->count; k < known; k++) {
            struct bar bar = bars->items[k];
            if (bar.part == PART_ACTING && bar.begin < end && bar.end > begin
                && !cut(bars, bar.node, begin, end, PART_SPLIT)) {
                free(edges);
                return -1;
            }
        }
    }
    free(edges);
    return total;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

struct rows {
    char (*names)[32]; /* owned */
    unsigned count;
};

static unsigned find_row(const struct rows *rows, const char *name)
{
    unsigned i = 0;
    while (i < rows->count && strcmp(rows->names[i], name) != 0)
        i++;
    return i;
}

/* All nodes of the cluster while they fit; always those that led. */
static bool make_rows(struct rows *rows, const struct plot_run *run, const struct bars *bars)
{
    unsigned nodes = run->nodes <= ROWS_MAX ? run->nodes : 0;
    rows->names = calloc((size_t) nodes + bars->count + 1, sizeof *rows->names);
    if (rows->names == NULL)
        return false;
    for (unsigned i = 0; i < nodes; i++)
        (void) snprintf(rows->names[rows->count++], 32, "n%u", i + 1);
    for (unsigned i = 0; i < bars->count; i++)
        if (find_row(rows, bars->items[i].node) == rows->count)
            memcpy(rows->names[rows->count++], bars->items[i].node, 32);
    return true;
}

/* ---- The chart ------------------------------------------------------------------------------- */

static int by_begin(const void *a, const void *b)
{
    const struct bar *left = a, *right = b;
    if (left->begin != right->begin)
        return left->begin < right->begin ? -1 : 1;
    return strcmp(left->node, right->node);
}

static void write_bars(struct chart *chart, const struct bars *bars, const struct rows *rows,
                       double unit)
{
    chart_block(chart, "bars", "row,begin,end,term,part,node,part_name");
    for (unsigned i = 0; i < bars->count; i++) {
        const struct bar *b = &bars->items[i];
        if (b->end <= b->begin) /* cut away whole */
            continue;
        chart_cell(chart, find_row(rows, b->node) + 1);
        chart_cell(chart, b->begin / unit);
        chart_cell(chart, b->end / unit);
        chart_cell(chart, (double) b->term);
        chart_cell(chart, b->part);
        chart_cell_text(chart, b->node);
        chart_cell_text(chart, part_names[b->part]);
        chart_row_end(chart);
    }
    chart_block_end(chart);
}

/* Names of faults, at their begin, in as many heights as are needed lest they cover each other. */
static bool write_fault_names(struct database *database, const struct plot_run *run, double unit,
                              struct chart *chart, struct failure *failure)
{
    struct database_cursor *q
        = cursor_open(database,
                      "SELECT begin_ns, kind, target FROM fault WHERE run_id = ?"
                      " ORDER BY begin_ns LIMIT 13",
                      failure);
    if (q == NULL)
        return false;
    cursor_bind_number(q, 1, run->id);
    double free_from[3] = {0};
    chart_block(chart, "fault_names", NULL);
    unsigned count = 0;
    while (cursor_next(q)) {
        double at = row_real(cursor_row(q), 0) / 1e9;
        char text[64];
        fault_words_short(text, sizeof text, row_text(cursor_row(q), 1),
                          row_text(cursor_row(q), 2));
        unsigned level = 0;
        while (level < 2 && free_from[level] > at)
            level++;
        free_from[level] = at + run->duration * (double) strlen(text) / 95;
        chart_cell(chart, at / unit);
        chart_cell(chart, level);
        chart_cell_text(chart, text);
        chart_row_end(chart);
        count++;
    }
    if (count == 0) { /* left of the picture: gnuplot takes an empty block for an error */
        chart_cell(chart, -1);
        chart_cell(chart, -1);
        chart_cell_text(chart, "");
        chart_row_end(chart);
    }
    chart_block_end(chart);
    chart_number(chart, "named_faults", count <= 12 ? count : 0);
    chart_number(chart, "fault_count", count);
    return cursor_close(q, failure);
}

/* Violations at their time and node. Returns how many, -1 after *failure. */
static int write_violations(struct database *database, const struct plot_run *run,
                            const struct rows *rows, double unit, struct chart *chart,
                            struct failure *failure)
{
    struct database_cursor *q = cursor_open(
        database, "SELECT coalesce(node, ''), at_ns FROM violation WHERE run_id = ?", failure);
    if (q == NULL)
        return -1;
    cursor_bind_number(q, 1, run->id);
    int count = 0;
    chart_block(chart, "violations", NULL);
    while (cursor_next(q)) {
        unsigned row = find_row(rows, row_text(cursor_row(q), 0));
        if (row == rows->count)
            continue;
        chart_cell(chart, row_real(cursor_row(q), 1) / 1e9 / unit);
        chart_cell(chart, row + 1);
        chart_row_end(chart);
        count++;
    }
    if (count == 0) { /* left of the picture: gnuplot takes an empty block for an error */
        chart_cell(chart, -1);
        chart_cell(chart, -1);
        chart_row_end(chart);
    }
    chart_block_end(chart);
    chart_number(chart, "violation_count", count);
    return cursor_close(q, failure) ? count : -1;
}

/* Stale writes at their time and node, as the caller knows them. */
static void write_stale(const struct plot_request *request, const struct rows *rows, double unit,
                        struct chart *chart)
{
    unsigned count = 0;
    chart_block(chart, "stale", NULL);
    for (unsigned i = 0; i < request->stale_write_count; i++) {
        char name[16];
        (void) snprintf(name, sizeof name, "n%u", request->stale_writes[i].node);
        unsigned row = find_row(rows, name);
        if (row == rows->count)
            continue;
        chart_cell(chart, request->stale_writes[i].at / unit);
        chart_cell(chart, row + 1);
        chart_row_end(chart);
        count++;
    }
    if (count == 0) { /* left of the picture: gnuplot takes an empty block for an error */
        chart_cell(chart, -1);
        chart_cell(chart, -1);
        chart_row_end(chart);
    }
    chart_block_end(chart);
    chart_number(chart, "stale_count", count);
}

/* Which of the parts there are, so that the key tells of no others. */
static void count_parts(const struct bars *bars, struct chart *chart)
{
    unsigned paused = 0, split = 0;
    for (size_t i = 0; i < bars->count; i++) {
        paused += bars->items[i].part == PART_PAUSED;
        split += bars->items[i].part == PART_SPLIT;
    }
    chart_number(chart, "paused_count", paused);
    chart_number(chart, "split_count", split);
}

#define SUBTITLE_WIDTH 80u

/* The scenario and its variant; then seed, split brain and the stale writes that the run counted.
 */
static bool write_subtitle(struct database *database, const struct plot_run *run, double split,
                           struct chart *chart, struct failure *failure)
{
    struct database_cursor *q = cursor_open(
        database, "SELECT value FROM metric WHERE run_id = ? AND name = 'stale_writes'", failure);
    if (q == NULL)
        return false;
    cursor_bind_number(q, 1, run->id);
    double stale = cursor_next(q) ? row_real(cursor_row(q), 0) : 0;
    char noted[80] = "", two[64] = "no split brain", scenario[SHORT_TITLE_MAX];
    runs_short_title(scenario, run->scenario);
    if (stale > 0)
        (void) snprintf(noted, sizeof noted, ", %.0f stale write%s", stale, stale == 1 ? "" : "s");
    if (split > 0)
        (void) snprintf(two, sizeof two, "split brain for %.4g s", split);
    bool named = *run->variant != '\0';
    bool wrapped = named && strlen(scenario) + strlen(run->variant) > SUBTITLE_WIDTH;
    chart_text(chart, "headline", "Who leads when?");
    chart_text(chart, "subtitle", "%s%s%s", scenario, named && !wrapped ? ", " : "",
               wrapped ? "" : run->variant);
    chart_text(chart, "more", "%s%sseed %lld: %s%s", wrapped ? run->variant : "",
               wrapped ? ", " : "", (long long) run->seed, two, noted);
    return cursor_close(q, failure);
}

static bool write_chart(struct database *database, const struct plot_run *run,
                        const struct plot_request *request, struct bars *bars, struct chart *chart,
                        struct failure *failure)
{
    struct rows rows = {0};
    double split = mark_split(bars);
    if (split < 0 || !make_rows(&rows, run, bars)) {
        free(rows.names);
        return failure_set(failure, "out of memory");
    }
    qsort(bars->items, bars->count, sizeof *bars->items, by_begin);
    struct time_scale scale = time_scale(run->duration);
    write_bars(chart, bars, &rows, scale.seconds);
    fprintf(chart->program, "array name[%u]\n", rows.count);
    for (unsigned i = 0; i < rows.count; i++) {
        char variable[24];
        (void) snprintf(variable, sizeof variable, "name[%u]", i + 1);
        chart_text(chart, variable, "%s", rows.names[i]);
    }
    chart_number(chart, "rows", rows.count);
    chart_number(chart, "duration", run->duration / scale.seconds);
    chart_number(chart, "split", split);
    chart_text(chart, "time_unit", "%s", scale.unit);
    chart->height = rows.count <= 5 ? 0.85 : 0.6 + 0.05 * rows.count;
    count_parts(bars, chart);
    write_stale(request, &rows, scale.seconds, chart);
    chart_block(chart, "faults", NULL);
    bool good = shade_write(database, run->id, run->duration, scale, chart, failure);
    chart_block_end(chart);
    good = good && write_fault_names(database, run, scale.seconds, chart, failure)
           && write_violations(database, run, &rows, scale.seconds, chart, failure) >= 0
           && write_subtitle(database, run, split, chart, failure);
    free(rows.names);
    return good;
}

static bool build(struct database *database, struct plot_runs *runs,
                  const struct plot_request *request, struct chart *chart, struct failure *failure)
{
    const struct plot_run *run = request->one_run ? runs_find(runs, request->run) : &runs->runs[0];
    struct bars bars = {0};
    bool good = read_leaderships(database, run->id, &bars, failure);
    if (good && bars.count == 0)
        good = chart_empty(chart, "nobody led in run %lld", (long long) run->id)
               || failure_set(failure, "out of memory");
    else if (good)
        good = cut_pauses(database, run->id, &bars, failure)
               && write_chart(database, run, request, &bars, chart, failure);
    free(bars.items);
    return good;
}

extern const char leadership_gp[];

const struct plot_kind leadership_plot = {
    .name = "leadership",
    .about = "who led when in one run (--run): terms, split brain, faults, violations",
    .script = leadership_gp,
    .build = build,
};
