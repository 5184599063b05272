/* The worst run of each variant: who led when, and the worst election message by message. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/load_stored.h"
#include "analysis/json.h"
#include "analysis/report/report.h"
#include "analysis/runner/run_one.h"
#include "analysis/summary/format.h"
#include "analysis/timeline/timeline.h"
#include "analysis/why/explain.h"

#define RUNS_MAX 4 /* of as many variants */

/* One run of a variant, and what makes it bad. */
struct candidate {
    int64_t id, seed;
    double broken, longest; /* below 0: no vacancy */
};

static bool is_worse(const struct candidate *a, const struct candidate *b)
{
    return a->broken > b->broken || (a->broken >= b->broken && a->longest > b->longest);
}

struct candidates {
    const struct report *report;
    struct candidate *worst; /* one a variant; id 0: none yet */
};

static bool take_candidate(void *context, const struct database_row *row)
{
    struct candidates *c = context;
    uint32_t group = groups_of(&c->report->groups, row_number(row, 0));
    if (group == GROUP_NONE)
        return true;
    struct candidate new = {.id = row_number(row, 0),
                            .seed = row_number(row, 1),
                            .broken = row_real(row, 2),
                            .longest = row_is_null(row, 3) ? -1 : row_real(row, 3)};
    if (c->worst[group].id == 0 || is_worse(&new, &c->worst[group]))
        c->worst[group] = new;
    return true;
}

static void write_why(FILE *out, const struct candidate *run)
{
    char value[FIGURE_MAX];
    if (run->broken > 0) {
        fprintf(out, "%.0f broken promise%s", run->broken, run->broken > 1 ? "s" : "");
    } else if (run->longest < 0) {
        fputs("no vacancy in any run; the first", out);
    } else {
        format_seconds(value, run->longest);
        fprintf(out, "longest time without a leader: %s", value);
    }
}

static const char runs_sql[]
    = "SELECT run.id, seed, b.value, d.value FROM run JOIN metric b ON b.run_id = run.id AND"
      " b.name = 'safety_violations' JOIN metric d ON d.run_id = run.id AND d.name ="
      " 'downtime.max' ORDER BY run.id";

/* ---- The space-time diagram ------------------------------------------------------------------ */

static bool simulate(const struct loaded_run *stored, const struct observer *observer,
                     struct run_record *record, struct failure *failure)
{
    return run_once(stored->scenario, stored->run.seed, load_stored_events_max(stored), observer,
                    record, failure);
}

/* The election after the longest vacancy; 0: the first that follows the start. */
static uint64_t worst_election(const struct run_result *result)
{
    uint64_t worst = 0;
    sim_ns longest = -1;
    for (uint32_t i = 0; i < result->election_count; i++) {
        const struct election_row *row = &result->elections[i];
        if (row->vacant == TIME_NONE || row->decided == TIME_NONE
            || row->decided - row->vacant <= longest)
            continue;
        longest = row->decided - row->vacant;
        worst = row->number;
    }
    return worst;
}

/* False: there is none, or *failure says why it could not be found. */
static bool choose_window(const struct loaded_run *stored, const struct run_record *first,
                          struct timeline *t, uint64_t *number, struct failure *failure)
{
    struct failure none = {0};
    struct history h = {0};
    struct explanation e;
    const struct election_row *row
        = timeline_election(&first->result, worst_election(&first->result), &none);
    bool known
        = row != NULL && explain_again(first, load_stored_events_max(stored), row, &h, &e, failure);
    if (known) {
        timeline_around_election(&first->result, row, &e, &t->from, &t->to);
        *number = row->number;
    }
    history_clear(&h);
    failure_clear(&none);
    return known;
}

static bool write_diagram(struct report *r, const struct loaded_run *stored)
{
    struct run_record first = {0}, second = {0};
    struct timeline t = {.scenario = stored->scenario};
    struct observer observer = timeline_observer(&t);
    struct failure none = {0};
    char *svg = NULL;
    size_t size = 0;
    bool good = simulate(stored, NULL, &first, r->failure);
    uint64_t number = 0;
    if (good && choose_window(stored, &first, &t, &number, r->failure)) {
        good = simulate(stored, &observer, &second, r->failure);
        FILE *out = good && timeline_gathered(&t, &none) ? open_memstream(&svg, &size) : NULL;
        if (out != NULL) {
            timeline_write_svg(out, &t, &second);
            good = fclose(out) == 0 || failure_set(r->failure, "out of memory");
        }
    }
    if (good && svg != NULL) {
        fputs("<figure><object type=\"image/svg+xml\" aria-label=\"Space-time diagram of the worst "
              "election: a lane for each node, messages as slanted lines, losses as crosses\" "
              "data=\"data:image/svg+xml;base64,",
              r->out);
        report_base64(r->out, (const unsigned char *) svg, size);
        fprintf(r->out,
                "\"></object><figcaption>Election %" PRIu64
                ", message by message. Resting on a message or a band shows its "
                "fields.</figcaption></figure>\n",
                number);
    }
    good = good && !r->failure->set;
    failure_clear(&none);
    free(svg);
    timeline_clear(&t);
    run_record_free(&first);
    run_record_free(&second);
    return good;
}

/* ---- The section ----------------------------------------------------------------------------- */

static bool write_run(struct report *r, const char *variant, const struct candidate *run, bool open)
{
    static const char *const words[] = {"why", "timeline", "replay"};
    struct loaded_run stored;
    fprintf(r->out, "<details%s><summary><b>", open ? " open" : "");
    report_variant(r->out, variant);
    fprintf(r->out, "</b>, seed %" PRId64 ": ", run->seed);
    write_why(r->out, run);
    fputs("</summary>\n<p>", r->out);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        fputs(i == 0 ? "" : "<br>\n", r->out);
        report_repeat(r, words[i], run->id);
    }
    fputs("</p>\n", r->out);
    bool good
        = report_plot(r, "leadership", "Who led when; coloured by term, faults shaded", run->id);
    if (good && load_stored(r->path, run->id, &stored) == EXIT_WELL)
        good = write_diagram(r, &stored);
    else if (good)
        fputs("<p>This version cannot run it again: see its words on standard error.</p>\n",
              r->out);
    if (good)
        load_stored_free(&stored);
    fputs("</details>\n", r->out);
    return good;
}

bool report_worst_runs(struct report *r)
{
    struct candidates c
        = {.report = r, .worst = calloc((size_t) r->groups.count + 1, sizeof *c.worst)};
    if (c.worst == NULL)
        return failure_set(r->failure, "out of memory");
    bool good = database_each(r->database, runs_sql, NULL, 0, take_candidate, &c, r->failure);
    fputs("<section>\n<h2>The worst runs</h2>\n", r->out);
    for (uint32_t i = 0, count = 0; good && i < r->groups.count && count < RUNS_MAX; i++)
        if (c.worst[i].id != 0)
            good = write_run(r, r->groups.groups[i].name, &c.worst[i], count++ == 0);
    free(c.worst);
    fputs("</section>\n", r->out);
    return good;
}
