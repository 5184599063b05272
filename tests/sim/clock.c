#include <criterion/criterion.h>

#include "sim/clock.h"
#include "sim/rng.h"

Test(clock, without_drift_local_is_true_time)
{
    struct clock_line c = {0, 0, 0};
    cr_assert_eq(clock_local(&c, 12345), 12345);
    cr_assert_eq(clock_true(&c, 12345), 12345);
}

Test(clock, a_fast_clock_gains_its_drift)
{
    struct clock_line c = {0, 0, 200000}; /* 200 ppm */
    cr_assert_eq(clock_local(&c, 1000 * SECOND), 1000 * SECOND + 200 * MILLISECOND);
    c.drift_ppb = -100000000;
    cr_assert_eq(clock_local(&c, 10 * SECOND), 9 * SECOND);
    cr_assert_eq(clock_true(&c, 9 * SECOND), 10 * SECOND - 1); /* rounded toward the base */
}

Test(clock, the_true_instant_is_the_first_that_shows_the_local_one)
{
    struct rng r = rng_stream(1, RNG_CLOCK, 0, 0);
    for (int i = 0; i < 100000; i++) {
        struct clock_line c
            = {rng_between(&r, 0, HOUR), rng_between(&r, 0, HOUR),
               (int32_t) rng_between(&r, -CLOCK_DRIFT_MAX_PPB, CLOCK_DRIFT_MAX_PPB)};
        sim_ns local = c.local_base + rng_between(&r, 0, i % 2 == 0 ? SECOND : 36500 * DAY / 20);
        sim_ns at = clock_true(&c, local);
        cr_assert_geq(clock_local(&c, at), local);
        if (at > c.true_base)
            cr_assert_lt(clock_local(&c, at - 1), local);
    }
}

Test(clock, a_clock_never_goes_back)
{
    struct rng r = rng_stream(2, RNG_CLOCK, 0, 0);
    for (int i = 0; i < 10000; i++) {
        struct clock_line c
            = {0, 0, (int32_t) rng_between(&r, -CLOCK_DRIFT_MAX_PPB, CLOCK_DRIFT_MAX_PPB)};
        sim_ns at = rng_between(&r, 0, 100 * 365 * DAY);
        cr_assert_geq(clock_local(&c, at + 1), clock_local(&c, at));
    }
}

Test(clock, a_deadline_beyond_reach_is_never)
{
    struct clock_line c = {0, 0, -900000000};
    cr_assert_eq(clock_true(&c, SIM_FOREVER), SIM_FOREVER);
}
