/* What each kind of plot takes from the database. */
#include <inttypes.h>
#include <string.h>

#include "analysis/plot/plot.h"
#include "plot_scripts.h" /* made from *.gp by the build */

struct writing {
    FILE *out;
    double scale; /* simulated nanoseconds in a unit of the axis */
    int64_t rows;
};

/* ---- One run ----------------------------------------------------------------------------------
 */

struct one_run {
    FILE *out;
    double scale;
    int64_t id, end_ns;
};

static bool take_run(void *context, const struct database_row *row)
{
    struct one_run *r = context;
    char title[512];
    r->id = row_number(row, 0);
    r->end_ns = row_number(row, 4);
    const char *variant = row_text(row, 2);
    (void) snprintf(title, sizeof title, "%.300s%s%.100s, seed %" PRId64, row_text(row, 1),
                    *variant == '\0' ? "" : " — ", variant, row_number(row, 3));
    fputs("title = ", r->out);
    plot_write_string(r->out, title);
    fprintf(r->out, "\nnodes = %" PRId64 "\nend = %.9g\n", row_number(row, 5),
            (double) r->end_ns / r->scale);
    return false;
}

/* The run's title, nodes and end, as variables; id 0 when the database has no such run. */
static bool write_run(struct database *d, const struct plot_request *request, struct one_run *run,
                      struct failure *failure)
{
    return database_each(d,
                         "SELECT id, scenario, variant, seed, duration_ns, nodes FROM run"
                         " WHERE ?9 = 0 OR id = ?9 ORDER BY id LIMIT 1",
                         NULL, request->run, take_run, run, failure);
}

static bool write_span(void *context, const struct database_row *row)
{
    struct writing *w = context;
    fprintf(w->out, "%.9g %.9g\n", (double) row_number(row, 0) / w->scale,
            (double) row_number(row, 1) / w->scale);
    return true;
}

/* Gnuplot refuses an empty block: a row of nothing outside the picture stands in. */
static bool write_faults(struct database *d, const struct one_run *run, struct failure *failure)
{
    struct writing w = {.out = run->out, .scale = run->scale};
    fputs("$faults << EOD\n-2 -1\n", run->out);
    bool done = database_each(d,
                              "SELECT begin_ns, max(end_ns, begin_ns) FROM fault WHERE run_id = ?9"
                              " ORDER BY begin_ns, rowid",
                              NULL, run->id, write_span, &w, failure);
    fputs("EOD\n", run->out);
    return done;
}

/* ---- storm ------------------------------------------------------------------------------------
 */

static bool write_bin(void *context, const struct database_row *row)
{
    struct writing *w = context;
    fprintf(w->out, "%.9g %" PRId64 "\n", (double) row_number(row, 0) / w->scale,
            row_number(row, 1));
    if (row_number(row, 1) > w->rows)
        w->rows = row_number(row, 1);
    return true;
}

/* A round number of minutes that gives at most about a hundred bars. */
static int64_t bin_for(int64_t end_ns)
{
    static const int64_t minutes[] = {1, 2, 5, 10, 15, 30, 60, 120, 360, 1440};
    unsigned i = 0;
    while (i < 9 && end_ns / (minutes[i] * 60000000000) > 100)
        i++;
    return minutes[i] * 60000000000;
}

static bool write_storm(struct database *d, const struct plot_request *request, FILE *out,
                        bool *empty, struct failure *failure)
{
    struct one_run run = {.out = out, .scale = 60e9};
    if (!write_run(d, request, &run, failure))
        return false;
    int64_t bin_ns = bin_for(run.end_ns);
    struct writing w = {.out = out, .scale = 60e9};
    char sql[300];
    fprintf(out, "bin = %.9g\n$elections << EOD\n", (double) bin_ns / 60e9);
    (void) snprintf(sql, sizeof sql,
                    "SELECT (decided_ns / %" PRId64 ") * %" PRId64 ", count(*) FROM election"
                    " WHERE run_id = ?9 AND outcome = 'won' GROUP BY 1 ORDER BY 1",
                    bin_ns, bin_ns);
    bool done = database_each(d, sql, NULL, run.id, write_bin, &w, failure);
    fprintf(out, "EOD\nmost = %" PRId64 "\n", w.rows);
    *empty = w.rows == 0;
    return done && write_faults(d, &run, failure);
}

/* ---- leadership -------------------------------------------------------------------------------
 */

static bool write_leadership(void *context, const struct database_row *row)
{
    struct writing *w = context;
    fprintf(w->out, "%s %.9g %.9g %" PRId64 "\n", row_text(row, 0) + 1,
            (double) row_number(row, 1) / 1e9, (double) row_number(row, 2) / 1e9,
            row_number(row, 3));
    w->rows++;
    return true;
}

static bool write_leaderships(struct database *d, const struct plot_request *request, FILE *out,
                              bool *empty, struct failure *failure)
{
    struct one_run run = {.out = out, .scale = 1e9};
    if (!write_run(d, request, &run, failure))
        return false;
    struct writing w = {.out = out};
    fputs("$leaderships << EOD\n", out);
    bool done
        = database_each(d,
                        "SELECT node, begin_ns, end_ns, term FROM leadership WHERE run_id = ?9"
                        " ORDER BY begin_ns, rowid",
                        NULL, run.id, write_leadership, &w, failure);
    struct writing both = {.out = out};
    fputs("EOD\n$overlaps << EOD\n1 -2 -1 0\n", out);
    done = done
           && database_each(d,
                            "SELECT a.node, max(a.begin_ns, b.begin_ns), min(a.end_ns, b.end_ns), 0"
                            " FROM leadership a JOIN leadership b ON a.run_id = b.run_id AND"
                            " a.node <> b.node AND b.begin_ns < a.end_ns AND a.begin_ns < b.end_ns"
                            " WHERE a.run_id = ?9 ORDER BY a.begin_ns, a.rowid, b.rowid",
                            NULL, run.id, write_leadership, &both, failure);
    fputs("EOD\n", out);
    *empty = w.rows == 0;
    return done && write_faults(d, &run, failure);
}

/* ---- Distributions ----------------------------------------------------------------------------
 */

struct curves {
    FILE *out;
    char variant[256];
    unsigned count;
};

/* Rows come by variant, then by time, with their rank and their variant's count. */
static bool write_point(void *context, const struct database_row *row)
{
    struct curves *c = context;
    const char *variant = row_text(row, 0);
    if (c->count == 0 || strncmp(c->variant, variant, sizeof c->variant - 1) != 0) {
        if (c->count > 0)
            fputs("EOD\n", c->out);
        c->count++;
        (void) snprintf(c->variant, sizeof c->variant, "%s", variant);
        fprintf(c->out, "name_%u = ", c->count);
        plot_write_string(c->out, *variant == '\0' ? "all runs" : variant);
        fprintf(c->out, "\n$curve_%u << EOD\n", c->count);
    }
    fprintf(c->out, "%.9g %.9g\n", (double) row_number(row, 1) / 1e9, row_real(row, 2));
    return true;
}

static bool take_title(void *context, const struct database_row *row)
{
    FILE *out = context;
    fputs("title = ", out);
    plot_write_string(out, row_text(row, 0));
    fputc('\n', out);
    return false;
}

static bool write_curves(struct database *d, const char *from, FILE *out, bool *empty,
                         struct failure *failure)
{
    struct curves c = {.out = out};
    char sql[700];
    (void) snprintf(
        sql, sizeof sql,
        "SELECT variant, time, cume_dist() OVER (PARTITION BY variant ORDER BY time) FROM"
        " (SELECT run.variant AS variant, decided_ns - %s AS time, min(run.id) OVER"
        " (PARTITION BY run.variant) AS place FROM election JOIN run ON run.id = run_id"
        " WHERE election.outcome = 'won' AND %s IS NOT NULL AND decided_ns > %s)"
        " ORDER BY place, time",
        from, from, from);
    if (!database_each(d, "SELECT scenario FROM run ORDER BY id LIMIT 1", NULL, 0, take_title, out,
                       failure)
        || !database_each(d, sql, NULL, 0, write_point, &c, failure))
        return false;
    *empty = c.count == 0;
    fprintf(out, "%scurves = %u\n", *empty ? "" : "EOD\n", c.count);
    return true;
}

static bool write_downtime(struct database *d, const struct plot_request *request, FILE *out,
                           bool *empty, struct failure *failure)
{
    (void) request;
    return write_curves(d, "vacant_ns", out, empty, failure);
}

static bool write_election_time(struct database *d, const struct plot_request *request, FILE *out,
                                bool *empty, struct failure *failure)
{
    (void) request;
    return write_curves(d, "started_ns", out, empty, failure);
}

const struct plot_kind plot_kinds[] = {
    {"downtime", "time without a leader: a cumulative curve for each variant", downtime_gp,
     write_downtime},
    {"election-time",
     "time from the first candidacy to a winner: a cumulative curve for each variant",
     election_time_gp, write_election_time},
    {"leadership", "who leads when, node by node, in one run (--run)", leadership_gp,
     write_leaderships},
    {"storm", "elections over time in one run (--run), faults shaded", storm_gp, write_storm},
    {NULL, NULL, NULL, NULL},
};
