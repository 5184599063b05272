/* What the collector gathers while a run goes on, for metrics.c to turn into figures. */
#ifndef CONCLAVE_SIM_COLLECTOR_STATE_H
#define CONCLAVE_SIM_COLLECTOR_STATE_H

#include "sim/observe/collector.h"

struct leading_member {
    uint64_t term; /* of its leadership */
    node_id node;
};

struct collector {
    const struct sim_memory *memory;
    const struct scenario *scenario;
    struct leading_member *leading; /* acting or not, in no special order */
    uint32_t leading_count, leading_capacity;

    sim_ns since;          /* what holds now has held since then */
    bool available, split; /* split: the present interval is among the events */
    uint32_t acting, effective;
    sim_ns available_time, split_time, effective_split_time;
    uint64_t split_events;

    uint64_t disturbances; /* of nodes, and messages held */
    uint64_t operations, accepted, stale, newest_token;
    uint64_t lock_grants, double_grants, stale_lock_writes, fenced_lock_writes;
    uint32_t lock_holders; /* clients that have the lock now, as they believe */
    sim_ns lock_since, double_grant_time;
    uint64_t first_term, last_term;

    bool healed, recovered;
    sim_ns healed_at, recovered_at, ended_at;

    sim_ns *sorted; /* for percentiles */
    uint32_t sorted_capacity;
    bool out_of_memory;
    struct metric_value *values;
};

/* Fills c->values from the collector and the rows of the result. */
void metrics_compute(struct collector *c, const struct run_result *result);

#endif
