/* What the scenarios expect: a row an expectation, with the variants that fail it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/load_stored.h"
#include "analysis/json.h"
#include "analysis/report/report.h"

struct outcome { /* of an expectation in the runs of a variant */
    uint64_t passed, failed, undecided;
    int64_t seed, run; /* of the first that did not pass */
};

struct expected {
    char *text;               /* owned */
    struct outcome *outcomes; /* one a variant; owned */
    bool sometimes;           /* one run that shows it is enough */
};

struct expectations {
    const struct report *report;
    struct expected *all; /* in the order of their first runs; owned */
    unsigned count;
    bool out_of_memory;
};

static struct expected *find(struct expectations *e, const char *text)
{
    for (unsigned i = 0; i < e->count; i++)
        if (strcmp(e->all[i].text, text) == 0)
            return &e->all[i];
    struct expected *grown = realloc(e->all, (e->count + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    e->all = grown;
    grown[e->count] = (struct expected){
        .text = strdup(text),
        .outcomes = calloc((size_t) e->report->groups.count + 1, sizeof *grown->outcomes)};
    e->count++;
    bool good = grown[e->count - 1].text != NULL && grown[e->count - 1].outcomes != NULL;
    return good ? &grown[e->count - 1] : NULL;
}

/* id, seed, text, passed */
static bool take(void *context, const struct database_row *row)
{
    struct expectations *e = context;
    uint32_t group = groups_of(&e->report->groups, row_number(row, 0));
    if (group == GROUP_NONE)
        return true;
    struct expected *expected = find(e, row_text(row, 2));
    e->out_of_memory = expected == NULL;
    if (expected == NULL)
        return false;
    struct outcome *o = &expected->outcomes[group];
    if (!row_is_null(row, 3) && row_number(row, 3) != 0) {
        o->passed++;
        return true;
    }
    if (o->failed + o->undecided == 0) {
        o->run = row_number(row, 0);
        o->seed = row_number(row, 1);
    }
    if (row_is_null(row, 3))
        o->undecided++;
    else
        o->failed++;
    return true;
}

/* A database does not say which are `sometimes`: the scenario does, as it is stored. */
static void read_scenario(struct expectations *e, int64_t run)
{
    struct loaded_run stored;
    bool loaded = load_stored(e->report->path, run, &stored) == EXIT_WELL;
    for (uint32_t i = 0; loaded && i < stored.scenario->expectation_count; i++)
        for (unsigned k = 0; k < e->count; k++)
            if (strcmp(stored.scenario->expectations[i].text, e->all[k].text) == 0)
                e->all[k].sometimes = stored.scenario->expectations[i].sometimes;
    load_stored_free(&stored);
}

static void mark_sometimes(struct expectations *e)
{
    const struct run_groups *groups = &e->report->groups;
    for (uint32_t i = 0; e->count > 0 && i < groups->count; i++) {
        const struct grouped_run *run = groups->runs;
        if (strstr(groups->groups[i].text, "sometimes") == NULL)
            continue;
        while (run->group != i)
            run++;
        read_scenario(e, run->id);
    }
}

static bool holds(const struct report *r, const struct expected *e)
{
    bool shown = false, broken = false;
    for (uint32_t i = 0; i < r->groups.count; i++) {
        shown = shown || e->outcomes[i].passed > 0;
        broken = broken || e->outcomes[i].failed + e->outcomes[i].undecided > 0;
    }
    return e->sometimes ? shown : !broken;
}

static void write_variant(struct report *r, const char *name, const struct outcome *o)
{
    uint64_t runs = o->passed + o->failed + o->undecided;
    fputs("<p><b>", r->out);
    report_variant(r->out, name);
    fprintf(r->out, "</b> FAIL in %" PRIu64 " of %" PRIu64 " runs", o->failed + o->undecided, runs);
    if (o->undecided > 0)
        fprintf(r->out, " (%" PRIu64 " undecided at the end)", o->undecided);
    fprintf(r->out, ", first seed %" PRId64 ": ", o->seed);
    report_repeat(r, "why", o->run);
    fputs("</p>", r->out);
}

static void write_row(struct report *r, const struct expected *e)
{
    bool good = holds(r, e);
    uint64_t passed = 0, runs = 0;
    for (uint32_t i = 0; i < r->groups.count; i++) {
        passed += e->outcomes[i].passed;
        runs += e->outcomes[i].passed + e->outcomes[i].failed + e->outcomes[i].undecided;
    }
    fprintf(r->out, "<tr class=\"%s\"><td>%s<code>", good ? "pass" : "alert",
            e->sometimes ? "sometimes: " : "");
    xml_escape(r->out, e->text);
    fprintf(r->out, "</code></td><td><strong>%s</strong></td><td>", good ? "PASS" : "FAIL");
    fprintf(r->out, "%" PRIu64 " of %" PRIu64 " runs", passed, runs);
    if (!e->sometimes)
        for (uint32_t i = 0; i < r->groups.count; i++)
            if (e->outcomes[i].failed + e->outcomes[i].undecided > 0)
                write_variant(r, r->groups.groups[i].name, &e->outcomes[i]);
    fputs("</td></tr>\n", r->out);
}

static void write_all(struct report *r, const struct expectations *e)
{
    static const char *const headings[]
        = {"expectation", "verdict", "runs that pass, and variants that do not", NULL};
    if (e->count == 0)
        return;
    fputs("<section>\n<h2>Expectations</h2>\n", r->out);
    report_table(r->out, "Expectations", headings);
    for (unsigned i = 0; i < e->count; i++)
        write_row(r, &e->all[i]);
    report_table_end(r->out);
    fputs("</section>\n", r->out);
}

bool report_expectations(struct report *r)
{
    struct expectations e = {.report = r};
    bool good = database_each(r->database,
                              "SELECT run.id, seed, text, passed FROM run JOIN expectation ON"
                              " run.id = run_id ORDER BY run.id, expectation.rowid",
                              NULL, 0, take, &e, r->failure)
                && (!e.out_of_memory || failure_set(r->failure, "out of memory"));
    if (good) {
        mark_sometimes(&e);
        write_all(r, &e);
    }
    for (unsigned i = 0; i < e.count; i++) {
        free(e.all[i].text);
        free(e.all[i].outcomes);
    }
    free(e.all);
    return good;
}
