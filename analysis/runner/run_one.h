/* The one path by which every command runs a simulation. */
#ifndef CONCLAVE_RUNNER_RUN_ONE_H
#define CONCLAVE_RUNNER_RUN_ONE_H

#include "analysis/failure.h"
#include "scenarios/language/expression.h"
#include "sim/world.h"

#define EVENTS_MAX_DEFAULT UINT64_C(1000000000)
#define MEMORY_MAX_DEFAULT (UINT64_C(2) << 30)

struct expectation_outcome {
    enum truth truth;
    bool has_value; /* of the left side of its comparison */
    double value;
};

/* A finished run by itself: it owns what it points to, and may outlive the world and go to another
 * thread. The scenario is borrowed. Free with run_record_free(). */
struct run_record {
    const struct scenario *scenario;
    struct run_result result;
    struct expectation_outcome *expectations; /* scenario->expectation_count of them */
    const uint8_t *causes;  /* enum root_cause of each election, or NULL: not looked for */
    void *block;            /* holds all the arrays */
    struct scenario *drawn; /* the scenario where it is this run's alone; owned; or NULL */
};

struct worker;

/* A world for one scenario, with observers of the caller's beside the engine's own. NULL when
 * memory is out. Scenario and observers are borrowed. */
struct worker *worker_create(const struct scenario *scenario, uint64_t memory_max,
                             const struct observer *observers, uint32_t observer_count);
/* One that looks for the root cause of every election; it keeps a run's history in memory. */
struct worker *worker_create_with_causes(const struct scenario *scenario, uint64_t memory_max);
void worker_free(struct worker *worker);
/* Runs one seed to its end, or to `events_max` events. False when memory for the record is out, or
 * the history is too long to be kept; a run that ran out of memory itself has that as its status.
 */
bool worker_run(struct worker *worker, uint64_t seed, uint64_t events_max,
                struct run_record *record);
/* The world, for observers that draw after the run; valid until the next worker_run(). */
const struct world *worker_world(const struct worker *worker);

/* One run by a worker of its own, with an observer (or NULL). False: memory is out, and *failure
 * says so. */
bool run_once(const struct scenario *scenario, uint64_t seed, uint64_t events_max,
              const struct observer *observer, struct run_record *record, struct failure *failure);

void run_record_free(struct run_record *record);

/* How many promises of its algorithm the run broke. */
uint32_t run_record_broken(const struct run_record *record);
/* Whether an expectation failed, could not be decided, or a promise was broken: exit status 1. An
 * expectation marked `sometimes` counts in sweeps only. */
bool run_record_failed(const struct run_record *record);

#endif
