#include "sim/clock.h"

#include "sim/assert.h"

#define BILLION INT64_C(1000000000)

__extension__ typedef __int128 wide;

/* Whole seconds and the rest apart: nothing here is wider than 64 bits below 292 years. */
sim_ns clock_local(const struct clock_line *c, sim_ns true_time)
{
    sim_assert(true_time >= c->true_base);
    sim_ns elapsed = true_time - c->true_base;
    int64_t ppb = c->drift_ppb;
    sim_ns gained = elapsed / BILLION * ppb + elapsed % BILLION * ppb / BILLION;
    return sim_add(sim_add(c->local_base, elapsed), gained);
}

/* The quotient is within a few nanoseconds of the answer; rounding is settled by looking. */
sim_ns clock_true(const struct clock_line *c, sim_ns local_time)
{
    sim_assert(local_time >= c->local_base);
    if (c->drift_ppb == 0)
        return sim_add(c->true_base, local_time - c->local_base);
    wide elapsed = (wide) (local_time - c->local_base) * BILLION / (BILLION + c->drift_ppb);
    if (elapsed > (wide) SIM_FOREVER - c->true_base - 16)
        return SIM_FOREVER;
    sim_ns at = c->true_base + (sim_ns) elapsed;
    while (clock_local(c, at) < local_time)
        at++;
    while (at > c->true_base && clock_local(c, at - 1) >= local_time)
        at--;
    sim_assert(clock_local(c, at) >= local_time);
    return at;
}
