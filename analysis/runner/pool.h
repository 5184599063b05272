/* Many runs on all cores. Each simulation is single-threaded; workers share nothing but the queue
 * of runs; finished runs come to the consumer in the order of their numbers, in the caller's
 * thread. */
#ifndef CONCLAVE_RUNNER_POOL_H
#define CONCLAVE_RUNNER_POOL_H

#include "analysis/runner/plan.h"
#include "analysis/runner/run_one.h"

struct pool_options {
    unsigned jobs;
    uint64_t events_max, memory_max;
    bool causes;    /* look for the root cause of every election */
    uint64_t first; /* index of the first run that is wanted; earlier ones are skipped */
    uint64_t end;   /* index of the first run that is no longer wanted; 0: all are */
};

/* Takes a finished run; false ends the pool. The record is freed after it returns. */
typedef bool pool_consumer(void *context, uint64_t index, struct run_record *record);

enum pool_end {
    POOL_DONE,
    POOL_STOPPED,       /* by the consumer */
    POOL_INTERRUPTED,   /* by SIGINT or SIGTERM: what was running was finished and consumed */
    POOL_NO_SCENARIO,   /* what a seed drew is no scenario; stderr has been told why */
    POOL_OUT_OF_MEMORY, /* a worker could not be made or a run not be kept */
};

enum pool_end pool_run(const struct plan *plan, const struct pool_options *options,
                       pool_consumer *consume, void *context);

/* Cores that this process may use, at least 1. */
unsigned pool_cores(void);

/* From now on SIGINT and SIGTERM only set a flag. */
void interrupt_catch(void);
bool interrupt_came(void);

#endif
