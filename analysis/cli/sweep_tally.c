/* What each finished run adds to a sweep, and how far the sweep is. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "analysis/cli/sweep.h"
#include "analysis/summary/format.h"
#include "sim/properties.h"

#define TOLD 10u /* runs that broke a promise are told of, with the command that repeats each */

double sweep_seconds_now(void)
{
    struct timespec now;
    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

void sweep_show_progress(struct sweep *s, double now)
{
    double took = now - s->begun;
    if (!s->progress || now - s->shown < 0.1 || took <= 0)
        return;
    s->shown = now;
    double rate = (double) s->done / took;
    if (s->until != NULL) {
        fprintf(stderr, "\r%" PRIu64 " runs, %.0f runs/s, %" PRIu64 " failed   ", s->done, rate,
                s->failed_runs);
        return;
    }
    char left[FIGURE_MAX];
    format_seconds(left, rate > 0 ? (double) (s->wanted - s->done) / rate : 0);
    fprintf(stderr,
            "\r%" PRIu64 "/%" PRIu64 " runs, %.0f runs/s, %.1f M events/s, %s left, %" PRIu64
            " failed   ",
            s->done, s->wanted, rate, (double) s->events / took / 1e6, left, s->failed_runs);
}

struct tally *sweep_tally_of(const struct sweep *s, size_t variant, uint32_t i)
{
    return &s->tallies[variant * s->width + i];
}

static void add(struct tally *tally, enum truth truth, uint64_t seed)
{
    tally->shown += truth == TRUTH_TRUE;
    if (truth == TRUTH_TRUE)
        return;
    tally->undecided += truth == TRUTH_UNDECIDED;
    if (tally->failures == 0 || seed < tally->first_failed)
        tally->first_failed = seed;
    tally->failures++;
}

static void tell_broken(const struct sweep *s, unsigned variant, const struct run_record *record)
{
    const struct violation_row *row = record->result.violations;
    while (!row->promised)
        row++;
    char *command = plan_command(s->cli, s->plan, variant, record->result.seed);
    fprintf(stderr, "%s%s broken: %s\n", s->progress ? "\n" : "", property_name(row->property),
            command == NULL ? "" : command);
    free(command);
}

void sweep_count(struct sweep *s, unsigned variant, const struct run_record *record)
{
    const struct scenario *sc = record->scenario;
    uint64_t seed = record->result.seed;
    bool kept = run_record_broken(record) == 0;
    s->done++;
    s->events += record->result.events;
    s->failed_runs += run_record_failed(record);
    s->limited_runs += record->result.status == WORLD_EVENT_LIMIT;
    if (!kept && s->broken_runs++ < TOLD)
        tell_broken(s, variant, record);
    add(&s->promises[variant], kept ? TRUTH_TRUE : TRUTH_FALSE, seed);
    if (s->causes != NULL)
        cause_tally_add(&s->causes[variant], record);
    for (uint32_t i = 0; i < sc->expectation_count; i++)
        add(sweep_tally_of(s, variant, i), record->expectations[i].truth, seed);
}
