#include "analysis/summary/summary.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/plugin/plugin.h"
#include "analysis/summary/format.h"
#include "analysis/summary/happenings.h"
#include "scenarios/language/describe.h"
#include "sim/properties.h"

#define ELECTIONS_MAX 20u /* rows of the table; the database has all */

struct palette {
    const char *good, *bad, *doubt, *strong, *plain;
};

static struct palette palette(bool colour)
{
    return colour ? (struct palette){"\033[32m", "\033[31m", "\033[33m", "\033[1m", "\033[0m"}
                  : (struct palette){"", "", "", "", ""};
}

const char *summary_undecided_text(void)
{
    return "an election was still open, or nobody led, at the end of the run; a longer duration, "
           "or settle, decides it";
}

static void print_header(const struct run_record *record, struct palette p, FILE *out)
{
    const struct scenario *s = record->scenario;
    const struct run_result *r = &record->result;
    char length[FIGURE_MAX], events[FIGURE_MAX], messages[FIGURE_MAX];
    format_time(length, r->ended_at);
    format_count(events, r->events);
    format_count(messages, r->messages);
    fprintf(out, "%s%s%s%s%s%s\n", p.strong, s->title, *s->variant == '\0' ? "" : " [", s->variant,
            *s->variant == '\0' ? "" : "]", p.plain);
    fprintf(out, "%s, %" PRIu32 " nodes, seed %" PRIu64 ", %s simulated: %s events, %s messages\n",
            s->algorithm->title, s->nodes, r->seed, length, events, messages);
    fprintf(out, "trace hash %016" PRIx64 "\n", r->trace_hash);
    if (r->status != WORLD_ENDED)
        fprintf(out, "%sended early: %s%s\n", p.bad, world_status_names[r->status], p.plain);
}

/* A time as an offset from the row's first: what happened after how long. */
static void offset(char text[FIGURE_MAX], sim_ns time, sim_ns from)
{
    char figure[FIGURE_MAX];
    if (time == TIME_NONE || from == TIME_NONE) {
        (void) snprintf(text, FIGURE_MAX, "-");
        return;
    }
    format_time(figure, time - from);
    (void) snprintf(text, FIGURE_MAX, "%s%.40s", time < from ? "" : "+", figure);
}

static void print_election(const struct run_record *record, const struct election_row *e, FILE *out)
{
    char winner[NODE_TEXT_MAX], vacant[FIGURE_MAX], started[FIGURE_MAX], decided[FIGURE_MAX],
        recognized[FIGURE_MAX];
    sim_ns from = e->vacant == TIME_NONE ? e->started : e->vacant;
    write_node(winner, e->winner, record->scenario->nodes);
    format_instant(vacant, from);
    offset(started, e->vacant == TIME_NONE ? TIME_NONE : e->started, from);
    offset(decided, e->decided, from);
    offset(recognized, e->recognized, from);
    fprintf(out,
            "  %4" PRIu32 "  %-9s  %-7s  %-6s  %6" PRIu64 "  %13s  %9s  %9s  %10s  %6" PRIu32
            "  %8" PRIu64 "\n",
            e->number, election_trigger_names[e->trigger], election_outcome_names[e->outcome],
            winner, e->term, vacant, started, decided, recognized, e->rounds, e->messages);
}

static void print_elections(const struct run_record *record, FILE *out)
{
    const struct run_result *r = &record->result;
    fputs("\nElections (times after the loss of the leader, or after the first candidacy where it "
          "was "
          "not lost)\n",
          out);
    if (r->election_count == 0) {
        fputs("  none\n", out);
        return;
    }
    fprintf(out, "  %4s  %-9s  %-7s  %-6s  %6s  %13s  %9s  %9s  %10s  %6s  %8s\n", "no.", "trigger",
            "outcome", "winner", "term", "lost/stood at", "stood", "decided", "recognized",
            "rounds", "messages");
    for (uint32_t i = 0; i < r->election_count && i < ELECTIONS_MAX; i++)
        print_election(record, &r->elections[i], out);
    if (r->election_count > ELECTIONS_MAX)
        fprintf(out, "  … and %" PRIu32 " more; --db FILE stores all\n",
                r->election_count - ELECTIONS_MAX);
}

/* mean, p50, p90, p99 and max of one time on one line. */
static void print_times(const struct run_record *record, uint32_t first, FILE *out)
{
    const char *name = metric_infos[first].name;
    fprintf(out, "  %-30.*s", (int) strcspn(name, "."), name);
    for (uint32_t i = first; i < first + 5; i++) {
        char figure[FIGURE_MAX];
        format_metric_value(figure, metric_infos[i].unit, &record->result.metrics[i]);
        fprintf(out, i + 1 < first + 5 ? "%s %-12s" : "%s %s",
                strchr(metric_infos[i].name, '.') + 1, figure);
    }
    fputc('\n', out);
}

static bool is_among(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* Whether the run could have had it: locks without a lock, writes without a workload, regions
 * without any and recovery without `settle` say nothing. Machines are given all. */
static bool applies(const struct run_record *record, uint32_t metric)
{
    static const char *const of_workload[]
        = {"effective_split_brain_time", "stale_writes", "client_availability", NULL};
    static const char *const of_some[]
        = {"recovery_time", "messages_between_regions", "wide_area_messages_per_second", NULL};
    const char *name = metric_infos[metric].name;
    const struct metric_value *value = &record->result.metrics[metric];
    if (is_among(name, of_workload))
        return record->scenario->workload.interval > 0;
    if (strcmp(name, "liveness_checks") == 0)
        return value->lo > 0;
    bool of_lock = strstr(name, "lock_") != NULL || strstr(name, "double_grant") != NULL;
    return value->defined || (!of_lock && !is_among(name, of_some));
}

static void print_metrics(const struct run_record *record, FILE *out)
{
    fputs("\nMetrics\n", out);
    for (uint32_t i = 0; i < metric_count(); i++) {
        if (strstr(metric_infos[i].name, ".mean") != NULL) {
            print_times(record, i, out);
            i += 4;
            continue;
        }
        if (!applies(record, i))
            continue;
        char figure[FIGURE_MAX];
        format_metric_value(figure, metric_infos[i].unit, &record->result.metrics[i]);
        fprintf(out, "  %-30s%s\n", metric_infos[i].name, figure);
    }
}

static void print_violations(const struct run_record *record, struct palette p, FILE *out)
{
    const struct run_result *r = &record->result;
    bool titled = false;
    for (uint32_t i = 0; i < r->violation_count; i++) {
        const struct violation_row *v = &r->violations[i];
        char at[FIGURE_MAX], node[NODE_TEXT_MAX], other[NODE_TEXT_MAX];
        if (!v->promised)
            continue;
        if (!titled)
            fputs("\nViolations: promises of the algorithm that were broken\n", out);
        titled = true;
        format_instant(at, v->at);
        write_node(node, v->node, record->scenario->nodes);
        write_node(other, v->other_node, record->scenario->nodes);
        fprintf(out, "  %s%12s  %-20s%s %s %s, term %" PRIu64 ": %s\n", p.bad, at,
                property_name(v->property), p.plain, node, other, v->term, v->detail);
    }
}

static void print_expectation(const struct run_record *record, uint32_t i, struct palette p,
                              FILE *out)
{
    const struct expectation *e = &record->scenario->expectations[i];
    const struct expectation_outcome *o = &record->expectations[i];
    const char *word = "PASS", *colour = p.good,
               *undefined = expression_undefined(e->expression, record->result.metrics);
    if (o->truth == TRUTH_FALSE) {
        word = e->sometimes ? "not here" : "FAIL";
        colour = e->sometimes ? p.doubt : p.bad;
    } else if (o->truth == TRUTH_UNDECIDED) {
        word = "UNDECIDED";
        colour = p.doubt;
    } else if (e->sometimes) {
        word = "here";
    }
    fprintf(out, "  %s%-9s%s  %s%s", colour, word, p.plain, e->sometimes ? "sometimes: " : "",
            e->text);
    if (o->has_value) {
        char figure[FIGURE_MAX];
        format_value(figure, e->expression, o->value);
        fprintf(out, "   (is %s)", figure);
    }
    if (undefined != NULL)
        fprintf(out, "   (%s: no %s)",
                o->truth == TRUTH_UNDECIDED ? "nothing measured yet" : "nothing to measure",
                undefined);
    fputc('\n', out);
    if (o->truth == TRUTH_UNDECIDED)
        fprintf(out, "             %s\n", summary_undecided_text());
}

void summary_print(const struct run_record *record, const struct endings *endings, bool colour,
                   FILE *out)
{
    struct palette p = palette(colour);
    print_header(record, p, out);
    happenings_print(record, endings, out);
    print_elections(record, out);
    print_metrics(record, out);
    print_violations(record, p, out);
    if (record->scenario->expectation_count > 0)
        fputs("\nExpectations\n", out);
    for (uint32_t i = 0; i < record->scenario->expectation_count; i++)
        print_expectation(record, i, p, out);
}

void summary_print_failures(const struct run_record *record, FILE *out)
{
    struct palette p = palette(false);
    if (record->result.status != WORLD_ENDED)
        fprintf(out, "ended early: %s\n", world_status_names[record->result.status]);
    print_violations(record, p, out);
    for (uint32_t i = 0; i < record->scenario->expectation_count; i++)
        if (!record->scenario->expectations[i].sometimes
            && record->expectations[i].truth != TRUTH_TRUE)
            print_expectation(record, i, p, out);
}

/* ---- The command that repeats it ------------------------------------------------------------- */

static bool is_plain(const char *text)
{
    return *text != '\0'
           && text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=,%+@")]
                  == '\0';
}

void summary_put_word(FILE *out, const char *word)
{
    if (is_plain(word)) {
        fprintf(out, " %s", word);
        return;
    }
    fputs(" '", out);
    for (const char *c = word; *c != '\0'; c++)
        if (*c == '\'')
            fputs("'\\''", out);
        else
            fputc(*c, out);
    fputc('\'', out);
}

char *summary_command(const struct scenario *scenario, uint64_t seed, const char *const *sets,
                      unsigned set_count)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    fputs("conclave run", out);
    summary_put_word(out, scenario->file);
    const char *plugin = plugin_file_of_scenario(scenario);
    if (plugin != NULL) {
        fputs(" --plugin", out);
        summary_put_word(out, plugin);
    }
    fprintf(out, " --seed %" PRIu64, seed);
    if (*scenario->variant != '\0') {
        fputs(" --variant", out);
        summary_put_word(out, scenario->variant);
    }
    for (unsigned i = 0; i < set_count; i++) {
        fputs(" --set", out);
        summary_put_word(out, sets[i]);
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}
