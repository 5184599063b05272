#include "sim/clock.h"

#include "sim/assert.h"

#define BILLION INT64_C(1000000000)

__extension__ typedef __int128 wide;

static sim_ns held(wide instant)
{
    return instant > SIM_FOREVER ? SIM_FOREVER : (sim_ns) instant;
}

/* Whole seconds and the rest apart: only the sum can be wider than 64 bits. */
sim_ns clock_local(const struct clock_line *c, sim_ns true_time)
{
    sim_assert(true_time >= c->true_base);
    sim_ns elapsed = true_time - c->true_base;
    int64_t ppb = c->drift_ppb;
    int64_t part = elapsed % BILLION * ppb;
    /* A loss is rounded up, or a slow clock would show an instant before it comes. */
    sim_ns gained = elapsed / BILLION * ppb + part / BILLION - (part % BILLION < 0);
    return held((wide) c->local_base + elapsed + gained);
}

/* The quotient is within a few nanoseconds of the answer; rounding is settled by looking. */
sim_ns clock_true(const struct clock_line *c, sim_ns local_time)
{
    sim_assert(local_time >= c->local_base);
    wide shown = (wide) local_time - c->local_base; /* a base below 0 can make this wide */
    if (c->drift_ppb == 0)
        return held(c->true_base + shown);
    wide elapsed = shown * BILLION / (BILLION + c->drift_ppb);
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
