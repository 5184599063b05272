/* The answer: a table of variants. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/json.h"
#include "analysis/report/report.h"
#include "analysis/summary/format.h"

/* The metrics that decide, in the order in which one asks for them. */
static const struct column {
    const char *metric, *heading;
} columns[] = {
    {"downtime.mean", "downtime, mean"},
    {"downtime.p99", "downtime, p99"},
    {"election_time.p99", "election time, p99"},
    {"availability", "availability"},
    {"elections_per_hour", "elections per hour"},
    {"needless_elections", "needless elections"},
    {"split_votes", "split votes"},
    {"split_brain_time", "two leaders at once"},
    {"effective_split_brain_time", "of that, effective"},
    {"stale_writes", "stale writes"},
    {"safety_violations", "broken promises"},
    {"messages_per_second", "messages per second"},
};
#define COLUMN_COUNT (sizeof columns / sizeof *columns)
#define SERVING 6 /* of them say how it serves; the others what goes wrong, and what it costs */

/* How a row's figure stands among the others'. */
static const char *mark_of(const struct table *t, const struct table_row *row)
{
    double best = 0, worst = 0;
    bool any = false;
    for (size_t i = 0; i < t->count; i++) {
        if (t->rows[i].count == 0)
            continue;
        double v = t->metric->less_is_better ? t->rows[i].estimate : -t->rows[i].estimate;
        best = !any || v < best ? v : best;
        worst = !any || v > worst ? v : worst;
        any = true;
    }
    double own = t->metric->less_is_better ? row->estimate : -row->estimate;
    if (best == worst)
        return "";
    return own == best ? "best" : own == worst ? "worst" : "";
}

static void write_bound(FILE *out, enum metric_unit unit, double value)
{
    char text[FIGURE_MAX];
    if (isfinite(value))
        format_metric(text, unit, value);
    else
        strcpy(text, "?");
    xml_escape(out, text);
}

static void write_cell(FILE *out, const struct table *t, const struct table_row *row)
{
    if (row == NULL || row->count == 0) {
        fputs("<td data-value=\"\">–</td>", out);
        return;
    }
    char value[FIGURE_MAX];
    const char *mark = mark_of(t, row);
    format_metric(value, t->metric->unit, row->estimate);
    fprintf(out, "<td data-value=\"%.12g\"", row->estimate);
    if (*mark != '\0')
        fprintf(out, " class=\"%s\"", mark);
    fputs("><b>", out);
    xml_escape(out, value);
    fputs("</b>", out);
    if (*mark != '\0')
        fprintf(out, " <i>%s</i>", mark);
    fputs("<small>", out);
    write_bound(out, t->metric->unit, row->low);
    fputs(" .. ", out);
    write_bound(out, t->metric->unit, row->high);
    if (t->of_elections && row->censored > 0)
        fprintf(out, ", %" PRIu64 " open", row->censored);
    fputs("</small></td>", out);
}

/* The columns from `first` to before `end`: all beside each other are wider than a page. */
static void write_table(FILE *out, const struct table *tables, const char *label, size_t first,
                        size_t end)
{
    fprintf(out,
            "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n"
            "<table class=\"sortable\">\n<thead><tr><th scope=\"col\"><button "
            "type=\"button\">variant</button></th><th scope=\"col\"><button "
            "type=\"button\">runs</button></th>",
            label);
    for (size_t c = first; c < end; c++) {
        fputs("<th scope=\"col\" title=\"", out);
        xml_escape(out, tables[c].metric->about);
        fprintf(out, "\"><button type=\"button\">%s</button></th>", columns[c].heading);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < tables[0].count; i++) {
        const struct table_row *row = &tables[0].rows[i];
        fputs("<tr><th scope=\"row\" data-value=\"", out);
        report_variant(out, row->variant);
        fputs("\">", out);
        report_variant(out, row->variant);
        fprintf(out, "</th><td data-value=\"%" PRIu64 "\">%" PRIu64 "</td>", row->runs, row->runs);
        for (size_t c = first; c < end; c++)
            write_cell(out, &tables[c], &tables[c].rows[i]);
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n</table>\n</div>\n", out);
}

bool report_answer(struct report *r)
{
    struct table tables[COLUMN_COUNT] = {0};
    bool read = true;
    for (size_t c = 0; read && c < COLUMN_COUNT; c++) {
        uint32_t index = metric_find(columns[c].metric, strlen(columns[c].metric));
        read = table_read(r->database, &metric_infos[index], &r->groups, &tables[c], r->failure);
    }
    if (read) {
        fputs("<section>\n<h2>Which variant serves better</h2>\n", r->out);
        write_table(r->out, tables, "Variants by how they serve", 0, SERVING);
        fputs("<h3>What goes wrong, and what it costs</h3>\n", r->out);
        write_table(r->out, tables, "Variants by what goes wrong", SERVING, COLUMN_COUNT);
        fputs(
            "<p class=\"note\">Click a heading to sort. Below each figure its 95 % interval: means "
            "over runs by Student’s t, quantiles over all elections between order statistics; ? "
            "where there are too few to say.</p>\n</section>\n",
            r->out);
    }
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        table_free(&tables[c]);
    return read;
}
