/* A node's clock: a line through (true_base, local_base) with slope 1 + drift/10^9.
 * A jump or a new drift starts a new line, so nothing is ever integrated step by step. */
#ifndef CONCLAVE_SIM_CLOCK_H
#define CONCLAVE_SIM_CLOCK_H

#include "sim/time.h"

#define CLOCK_DRIFT_MAX_PPB 900000000 /* slower than a tenth of real time is no clock */

struct clock_line {
    sim_ns true_base, local_base;
    int32_t drift_ppb; /* within ±CLOCK_DRIFT_MAX_PPB */
};

/* What the clock shows at `true_time` >= true_base, rounded toward the base: it
 * never shows an instant before that has come. Held at SIM_FOREVER. */
sim_ns clock_local(const struct clock_line *c, sim_ns true_time);

/* The first true instant at which the clock shows at least `local_time` >= local_base;
 * SIM_FOREVER where no run reaches it. */
sim_ns clock_true(const struct clock_line *c, sim_ns local_time);

#endif
