/* Leases of leaders: how long, where clocks differ (thesis 6.4.1; Gray and Cheriton 1989). */
#ifndef CONCLAVE_ALGORITHMS_LEADER_LEASE_H
#define CONCLAVE_ALGORITHMS_LEADER_LEASE_H

#include "sim/algorithm.h"

/* Largest time that a clock of bounded drift surely stays within `timeout` of another. */
static inline sim_ns leader_lease_length(sim_ns timeout, int64_t drift_bound)
{
    int64_t rate = SECOND + drift_bound;
    return timeout / SECOND * (SECOND * SECOND / rate) + timeout % SECOND * SECOND / rate;
}

/* Clocks within ±e of true differ by up to (1+e)/(1-e), which must not exceed 1 + bound: e. */
static inline int64_t leader_lease_drift(int64_t drift_bound)
{
    return drift_bound * SECOND / (2 * SECOND + drift_bound);
}

#endif
