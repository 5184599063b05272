/* The alerts that the leader-election pattern raises, for every variant. */
#include <inttypes.h>
#include <string.h>

#include "analysis/json.h"
#include "analysis/report/report.h"
#include "analysis/summary/format.h"

/* A run trips an alert when its metric is on the wrong side of the bound. */
static const struct alert {
    const char *metric, *text;
    bool above;
    const char *bound;
} alerts[] = {
    {"elections_per_hour", "more than one election an hour", true, "1"},
    {"election_time.max", "an election over 10 s", true, "10"},
    {"availability", "availability under 95 %", false, "0.95"},
    {"split_brain_events", "two leaders at once (any split brain)", true, "0"},
};

struct alert_rows {
    struct report *report;
    const struct alert *alert;
    const struct metric_info *metric;
};

/* variant, runs, tripped, the worst value, its seed, its run */
static bool write_row(void *context, const struct database_row *row)
{
    struct alert_rows *a = context;
    FILE *out = a->report->out;
    int64_t tripped = row_number(row, 2);
    char value[FIGURE_MAX];
    fprintf(out, "<tr class=\"%s\"><td>%s</td><td>", tripped > 0 ? "alert" : "pass",
            a->alert->text);
    report_variant(out, row_text(row, 0));
    fprintf(out, "</td><td><strong>%s</strong></td>", tripped > 0 ? "ALERT" : "pass");
    if (tripped == 0) {
        fprintf(out, "<td>in none of %" PRId64 " runs</td><td></td></tr>\n", row_number(row, 1));
        return true;
    }
    format_metric(value, a->metric->unit, row_real(row, 3));
    fprintf(out, "<td>in %" PRId64 " of %" PRId64 " runs; worst ", tripped, row_number(row, 1));
    xml_escape(out, value);
    fprintf(out, ", seed %" PRId64 "</td><td>", row_number(row, 4));
    report_repeat(a->report, "replay", row_number(row, 5));
    fputs("<br>", out);
    report_repeat(a->report, "timeline", row_number(row, 5));
    fputs("</td></tr>\n", out);
    return true;
}

/* A row per variant, with its worst run. */
#define ALERT_SQL(beyond, worst_first)                                                             \
    "SELECT variant, runs, bad, value, seed, id FROM (SELECT variant, value, seed, run.id,"        \
    " count(*) OVER v AS runs, sum(ifnull(value " beyond " CAST(?2 AS REAL), 0)) OVER v AS bad,"   \
    " row_number() OVER (PARTITION BY variant ORDER BY value IS NULL, value" worst_first           \
    ", run.id) AS place, min(run.id) OVER v AS began FROM run JOIN metric ON run.id = run_id"      \
    " WHERE name = ?1 WINDOW v AS (PARTITION BY variant)) WHERE place = 1 ORDER BY began"

static const char above_sql[] = ALERT_SQL(">", " DESC"), below_sql[] = ALERT_SQL("<", "");

static bool write_alert(struct report *r, const struct alert *alert)
{
    uint32_t index = metric_find(alert->metric, strlen(alert->metric));
    struct alert_rows rows = {r, alert, &metric_infos[index]};
    const char *texts[] = {alert->metric, alert->bound, NULL};
    return database_each(r->database, alert->above ? above_sql : below_sql, texts, 0, write_row,
                         &rows, r->failure);
}

bool report_alerts(struct report *r)
{
    fputs("<section>\n<h2>Alerts of the leader-election pattern</h2>\n<div class=\"wide\" "
          "tabindex=\"0\" role=\"region\" aria-label=\"Alerts\">\n<table>\n<thead><tr><th "
          "scope=\"col\">alert</th><th scope=\"col\">variant</th><th scope=\"col\">verdict</th><th "
          "scope=\"col\">seen</th><th scope=\"col\">see it again</th></tr></thead>\n<tbody>\n",
          r->out);
    for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++)
        if (!write_alert(r, &alerts[i]))
            return false;
    fputs("</tbody>\n</table>\n</div>\n</section>\n", r->out);
    return true;
}
