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

struct worst_run {
    int64_t id, seed;
    char *variant, *why; /* owned */
};

struct worst_runs {
    struct worst_run runs[RUNS_MAX];
    unsigned count;
    bool out_of_memory;
};

static bool take_run(void *context, const struct database_row *row)
{
    struct worst_runs *w = context;
    if (w->count == RUNS_MAX)
        return false;
    struct worst_run *run = &w->runs[w->count];
    char value[FIGURE_MAX], *why = NULL;
    size_t size;
    FILE *out = open_memstream(&why, &size);
    *run = (struct worst_run){
        .id = row_number(row, 0), .seed = row_number(row, 1), .variant = strdup(row_text(row, 2))};
    if (out != NULL) {
        if (row_real(row, 3) > 0)
            fprintf(out, "%.0f broken promises", row_real(row, 3));
        else if (row_is_null(row, 4))
            fputs("no vacancy in any run; the first", out);
        else {
            format_seconds(value, row_real(row, 4));
            fprintf(out, "longest time without a leader: %s", value);
        }
        if (fclose(out) != 0) {
            free(why);
            why = NULL;
        }
    }
    run->why = why;
    w->count++;
    w->out_of_memory = run->variant == NULL || run->why == NULL;
    return !w->out_of_memory;
}

/* By broken promises, then by the longest vacancy. */
static const char worst_sql[]
    = "SELECT id, seed, variant, broken, longest FROM (SELECT run.id, seed, variant, b.value AS"
      " broken, d.value AS longest, row_number() OVER (PARTITION BY variant ORDER BY b.value DESC,"
      " d.value IS NULL, d.value DESC, run.id) AS place, min(run.id) OVER (PARTITION BY variant) AS"
      " began FROM run JOIN metric b ON b.run_id = run.id AND b.name = 'safety_violations' JOIN"
      " metric d ON d.run_id = run.id AND d.name = 'downtime.max') WHERE place = 1 ORDER BY began";

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

static bool write_run(struct report *r, const struct worst_run *run, bool open)
{
    struct loaded_run stored;
    fprintf(r->out, "<details%s><summary><b>", open ? " open" : "");
    report_variant(r->out, run->variant);
    fprintf(r->out, "</b>, seed %" PRId64 ": ", run->seed);
    xml_escape(r->out, run->why);
    fputs("</summary>\n<p>", r->out);
    report_repeat(r, "replay", run->id);
    fputs(" ", r->out);
    report_repeat(r, "timeline", run->id);
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
    struct worst_runs w = {0};
    bool good = database_each(r->database, worst_sql, NULL, 0, take_run, &w, r->failure)
                && (!w.out_of_memory || failure_set(r->failure, "out of memory"));
    fputs("<section>\n<h2>The worst runs</h2>\n", r->out);
    for (unsigned i = 0; i < w.count; i++) {
        good = good && write_run(r, &w.runs[i], i == 0);
        free(w.runs[i].variant);
        free(w.runs[i].why);
    }
    fputs("</section>\n", r->out);
    return good;
}
