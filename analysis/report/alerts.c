/* The alerts that the leader-election pattern raises, and the variants whose runs raise them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/json.h"
#include "analysis/report/report.h"
#include "analysis/summary/format.h"

/* A run trips an alert when its metric is on the wrong side of the bound. */
static const struct alert {
    const char *metric, *text;
    bool above;
    double bound;
    const char *in_short_runs; /* the metric of runs below an hour, NULL: the same */
} alerts[] = {
    {"elections_per_hour", "more than one election an hour", true, 1, "elections"},
    {"election_time.max", "an election over 10 s", true, 10, NULL},
    {"availability", "availability under 95 %", false, 0.95, NULL},
    {"split_brain_events", "two leaders at once (any split brain)", true, 0, NULL},
};

struct raised { /* by the runs of a variant */
    uint64_t runs, tripped;
    double worst;
    int64_t seed, run; /* of the worst */
    double duration;   /* of that run in s; 0: not below an hour, or of no matter */
};

struct watch {
    const struct report *report;
    const struct alert *alert;
    struct raised *raised; /* one a variant */
    bool any_short, any_long;
};

/* id, seed, value, seconds where the run is short */
static bool take_run(void *context, const struct database_row *row)
{
    struct watch *w = context;
    uint32_t group = groups_of(&w->report->groups, row_number(row, 0));
    if (group == GROUP_NONE)
        return true;
    struct raised *r = &w->raised[group];
    double value = row_real(row, 2), duration = row_real(row, 3);
    bool above = w->alert->above;
    r->runs++;
    w->any_short = w->any_short || duration > 0;
    w->any_long = w->any_long || duration <= 0;
    if (row_is_null(row, 2) || (above ? value <= w->alert->bound : value >= w->alert->bound))
        return true;
    r->tripped++;
    if (r->tripped == 1 || (above ? value > r->worst : value < r->worst)) {
        r->worst = value;
        r->run = row_number(row, 0);
        r->seed = row_number(row, 1);
        r->duration = duration;
    }
    return true;
}

/* A rate over less than an hour is an extrapolation: such a run has a count. */
static const char runs_sql[]
    = "SELECT run.id, seed, value, CASE WHEN ?2 <> ?1 AND duration_ns < 3600000000000 THEN"
      " duration_ns / 1e9 ELSE 0 END FROM run JOIN metric ON run.id = run_id WHERE name ="
      " CASE WHEN duration_ns < 3600000000000 THEN ?2 ELSE ?1 END ORDER BY run.id";

static void write_text(FILE *out, const struct watch *w)
{
    fputs(w->alert->text, out);
    if (w->alert->in_short_runs == NULL || !w->any_short)
        return;
    fputs(w->any_long ? "; in a run shorter than that: more than one at all"
                      : "; no run is that long: more than one in a run",
          out);
}

static void write_worst(FILE *out, const struct watch *w, const struct raised *r)
{
    char value[FIGURE_MAX], duration[FIGURE_MAX];
    uint32_t index = metric_find(w->alert->metric, strlen(w->alert->metric));
    if (r->duration > 0) {
        format_seconds(duration, r->duration);
        fprintf(out, "%.0f in %s", r->worst, duration);
    } else {
        format_metric(value, metric_infos[index].unit, r->worst);
        xml_escape(out, value);
    }
}

static void write_row(struct report *r, const struct watch *w)
{
    FILE *out = r->out;
    bool any = false;
    for (uint32_t i = 0; i < r->groups.count; i++)
        any = any || w->raised[i].tripped > 0;
    fprintf(out, "<tr class=\"%s\"><td>", any ? "alert" : "pass");
    write_text(out, w);
    fprintf(out, "</td><td><strong>%s</strong></td><td>", any ? "ALERT" : "pass");
    if (!any)
        fprintf(out, "in no run of %s", r->groups.count > 1 ? "any variant" : "these");
    for (uint32_t i = 0; i < r->groups.count; i++) {
        const struct raised *raised = &w->raised[i];
        if (raised->tripped == 0)
            continue;
        fputs("<p><b>", out);
        report_variant(out, r->groups.groups[i].name);
        fprintf(out, "</b> in %" PRIu64 " of %" PRIu64 " runs; worst ", raised->tripped,
                raised->runs);
        write_worst(out, w, raised);
        fprintf(out, ", seed %" PRId64 ": ", raised->seed);
        report_repeat(r, "why", raised->run);
        fputs("</p>", out);
    }
    fputs("</td></tr>\n", out);
}

static bool write_alert(struct report *r, const struct alert *alert)
{
    struct watch watch = {
        .report = r,
        .alert = alert,
        .raised = calloc((size_t) r->groups.count + 1, sizeof *watch.raised),
    };
    const char *in_short = alert->in_short_runs == NULL ? alert->metric : alert->in_short_runs;
    const char *texts[] = {alert->metric, in_short, NULL};
    if (watch.raised == NULL)
        return failure_set(r->failure, "out of memory");
    bool good = database_each(r->database, runs_sql, texts, 0, take_run, &watch, r->failure);
    if (good)
        write_row(r, &watch);
    free(watch.raised);
    return good;
}

bool report_alerts(struct report *r)
{
    static const char *const headings[] = {"alert", "verdict", "variants that raise it", NULL};
    fputs("<section>\n<h2>Alerts of the leader-election pattern</h2>\n", r->out);
    report_table(r->out, "Alerts", headings);
    for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++)
        if (!write_alert(r, &alerts[i]))
            return false;
    report_table_end(r->out);
    fputs("</section>\n", r->out);
    return true;
}
