/* Downtime and election time: how large a share of the elections took at most so long, a curve per
 * series, in the form of Figure 16 of Ongaro's thesis. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/plot/plot.h"

#define SERIES_MAX 8u
#define POINTS_MAX 1000u
#define LEFT_EDGE 1e-6 /* s; a log axis has no 0: what took less is drawn here */

/* One series' times in seconds, ascending; `open` more had not ended with their run. */
struct sample {
    double *times;
    unsigned count, room, open;
};

static bool add(struct sample *s, double time)
{
    if (s->count == s->room) {
        unsigned room = s->room == 0 ? 64 : 2 * s->room;
        double *grown = realloc(s->times, room * sizeof *grown);
        if (grown == NULL)
            return false;
        s->times = grown;
        s->room = room;
    }
    s->times[s->count++] = time;
    return true;
}

static int by_time(const void *a, const void *b)
{
    double left = *(const double *) a, right = *(const double *) b;
    return (left > right) - (left < right);
}

static bool read_samples(struct database *database, const struct plot_runs *runs, const char *sql,
                         struct sample *samples, struct failure *failure)
{
    struct database_cursor *q = cursor_open(database, sql, failure);
    bool good = q != NULL;
    while (good && cursor_next(q)) {
        const struct plot_run *run = runs_find(runs, row_number(cursor_row(q), 0));
        if (run == NULL)
            continue;
        struct sample *s = &samples[run->series];
        int64_t time = row_number(cursor_row(q), 1);
        if (row_is_null(cursor_row(q), 1))
            s->open++;
        else
            good = add(s, (double) time / 1e9) || failure_set(failure, "out of memory");
    }
    good = cursor_close(q, failure) && good;
    for (unsigned i = 0; good && i < runs->series_count; i++)
        if (samples[i].count > 0)
            qsort(samples[i].times, samples[i].count, sizeof *samples[i].times, by_time);
    return good;
}

/* By nearest rank among all, the open ones being the longest; NAN where it is one of those. */
static double percentile(const struct sample *s, double share)
{
    unsigned all = s->count + s->open, rank = (unsigned) ceil(share * all);
    rank = rank == 0 ? 1 : rank;
    return rank <= s->count ? s->times[rank - 1] : NAN;
}

static void write_time(FILE *out, double time)
{
    static const struct {
        double below, factor;
        const char *unit;
    } units[] = {{1e-3, 1e6, "µs"}, {1, 1e3, "ms"}, {INFINITY, 1, "s"}};
    if (!isfinite(time)) {
        fputs("still open", out);
        return;
    }
    if (time == 0) {
        fputs("0 s", out);
        return;
    }
    unsigned i = 0;
    while (time >= units[i].below)
        i++;
    fprintf(out, "%.3g %s", time * units[i].factor, units[i].unit);
}

/* "plain: p50 183 ms, p90 250 ms, p99 1.2 s (n = 120, 3 still open)" */
static char *legend(const char *label, const struct sample *s)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    fprintf(out, "%s: p50 ", label);
    write_time(out, percentile(s, 0.5));
    fputs(", p90 ", out);
    write_time(out, percentile(s, 0.9));
    fputs(", p99 ", out);
    write_time(out, percentile(s, 0.99));
    fprintf(out, " (n = %u", s->count + s->open);
    if (s->open > 0)
        fprintf(out, ", %u still open", s->open);
    fputs(")", out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

static void write_row(struct chart *chart, unsigned series, double time, double share)
{
    chart_cell(chart, series);
    chart_cell(chart, time);
    chart_cell(chart, share);
}

/* Every step of the curve, or POINTS_MAX of them, the first and the last included. */
static void write_curve(struct chart *chart, unsigned series, const struct sample *s,
                        const char *label)
{
    double all = s->count + s->open;
    write_row(chart, series, s->times[0], 0);
    chart_cell_text(chart, label);
    chart_row_end(chart);
    unsigned rows = s->count < POINTS_MAX ? s->count : POINTS_MAX;
    for (unsigned i = 0; i < rows; i++) {
        unsigned at
            = rows == s->count ? i : (unsigned) ((uint64_t) i * (s->count - 1) / (rows - 1));
        write_row(chart, series, s->times[at], 100 * (at + 1) / all);
        chart_cell_text(chart, label);
        chart_row_end(chart);
    }
    chart_series_end(chart);
}

static bool write_legends(struct chart *chart, const struct plot_runs *runs,
                          const struct sample *samples)
{
    char *texts[SERIES_MAX] = {0};
    unsigned count = 0;
    bool good = true;
    for (unsigned i = 0; good && i < runs->series_count; i++)
        if (samples[i].count > 0)
            good = (texts[count++] = legend(runs->labels[i], &samples[i])) != NULL;
    if (good)
        chart_texts(chart, "label", (const char *const *) texts, count);
    chart_number(chart, "series", count);
    for (unsigned i = 0; i < count; i++)
        free(texts[i]);
    return good;
}

static void write_marks(struct chart *chart, const struct plot_runs *runs,
                        const struct sample *samples)
{
    static const double shares[] = {0.5, 0.9, 0.99};
    chart_block(chart, "marks", NULL);
    for (unsigned i = 0, series = 0; i < runs->series_count; i++) {
        series += samples[i].count > 0;
        for (unsigned k = 0; samples[i].count > 0 && k < 3; k++) {
            write_row(chart, series, percentile(&samples[i], shares[k]), 100 * shares[k]);
            chart_row_end(chart);
        }
    }
    chart_block_end(chart);
}

static bool write_chart(struct chart *chart, const struct plot_runs *runs,
                        const struct sample *samples)
{
    double shortest = INFINITY, longest = 0;
    chart_block(chart, "curves", "series,time_s,share_percent,label");
    for (unsigned i = 0, series = 0; i < runs->series_count; i++) {
        const struct sample *s = &samples[i];
        if (s->count == 0)
            continue;
        write_curve(chart, ++series, s, runs->labels[i]);
        shortest = fmin(shortest, s->times[0]);
        longest = fmax(longest, s->times[s->count - 1]);
    }
    chart_block_end(chart);
    write_marks(chart, runs, samples);
    chart_number(chart, "left_edge", LEFT_EDGE);
    chart_number(chart, "shortest", fmax(shortest, LEFT_EDGE));
    chart_number(chart, "longest", fmax(longest, LEFT_EDGE));
    return write_legends(chart, runs, samples);
}

/* The query gives run and nanoseconds, NULL for what had not ended. */
static bool build(struct database *database, struct plot_runs *runs, const char *sql,
                  const char *headline, const char *axis, const char *things, struct chart *chart,
                  struct failure *failure)
{
    if (!runs_group(runs, NULL, 0))
        return failure_set(failure, "out of memory");
    if (runs->series_count > SERIES_MAX)
        return failure_set_user(
            failure,
            "%u variants are too many to tell apart in one picture (at most %u); "
            "--variant NAME, repeatable, chooses some",
            runs->series_count, SERIES_MAX);
    struct sample samples[SERIES_MAX] = {0};
    bool good = read_samples(database, runs, sql, samples, failure);
    unsigned ended = 0;
    for (unsigned i = 0; i < runs->series_count; i++)
        ended += samples[i].count;
    char *title = runs_title(runs);
    if (good && ended == 0) {
        good = chart_empty(chart, "these runs have no %s that ended", things);
    } else if (good) {
        chart_text(chart, "headline", "%s", headline);
        chart_text(chart, "subtitle", "%s", title == NULL ? "" : title);
        chart_text(chart, "time_label", "%s", axis);
        chart_text(chart, "share_label", "share of %s", things);
        chart->height = 1 + 0.05 * runs->series_count;
        good = write_chart(chart, runs, samples) || failure_set(failure, "out of memory");
    }
    free(title);
    for (unsigned i = 0; i < runs->series_count; i++)
        free(samples[i].times);
    return good;
}

static bool build_downtime(struct database *database, struct plot_runs *runs,
                           const struct plot_request *request, struct chart *chart,
                           struct failure *failure)
{
    (void) request;
    return build(database, runs,
                 "SELECT run_id, CASE outcome WHEN 'won' THEN decided_ns - vacant_ns END"
                 " FROM election WHERE vacant_ns IS NOT NULL AND outcome <> 'failed'",
                 "How long is the cluster without a leader?",
                 "downtime: from the loss of the leader to the next one", "vacancies", chart,
                 failure);
}

static bool build_election_time(struct database *database, struct plot_runs *runs,
                                const struct plot_request *request, struct chart *chart,
                                struct failure *failure)
{
    (void) request;
    return build(database, runs,
                 "SELECT run_id, CASE outcome WHEN 'won' THEN decided_ns - started_ns END"
                 " FROM election WHERE started_ns IS NOT NULL AND outcome <> 'failed'",
                 "How long does an election take?",
                 "election time: from the first candidacy to a leader", "elections", chart,
                 failure);
}

extern const char distribution_gp[];

const struct plot_kind downtime_plot = {
    .name = "downtime",
    .about = "share of vacancies that were over after a time, a curve per variant; p50, p90, p99",
    .script = distribution_gp,
    .build = build_downtime,
};

const struct plot_kind election_time_plot = {
    .name = "election-time",
    .about = "share of elections that were decided after a time, a curve per variant",
    .script = distribution_gp,
    .build = build_election_time,
};
