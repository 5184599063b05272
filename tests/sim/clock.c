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
    cr_assert_eq(clock_true(&c, 9 * SECOND), 10 * SECOND);
    cr_assert_eq(clock_local(&c, 10 * SECOND - 1), 9 * SECOND - 1); /* toward the base */
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

/* The line itself in 128 bits: local <= base + elapsed * (1 + drift) < local + 1. */
Test(clock, what_is_shown_is_the_line_rounded_down_whichever_way_it_drifts)
{
    __extension__ typedef __int128 wide;
    static const int32_t drifts[] = {-100000000, -200000, -1, 1, 200000, 100000000};
    struct rng r = rng_stream(3, RNG_CLOCK, 0, 0);
    for (int i = 0; i < 60000; i++) {
        struct clock_line c = {0, 0, drifts[i % 6]};
        sim_ns at = rng_between(&r, 0, i % 2 == 0 ? 10 : 100 * 365 * DAY);
        wide exact = (wide) at * (1000000000 + c.drift_ppb);
        wide shown = (wide) clock_local(&c, at) * 1000000000;
        cr_assert(shown <= exact && exact < shown + 1000000000, "drift %d at %lld", c.drift_ppb,
                  (long long) at);
    }
}

Test(clock, a_line_from_below_zero_reaches_forever_without_wrapping)
{
    static const int32_t drifts[] = {-100000000, -100, 0};
    for (int i = 0; i < 3; i++) {
        struct clock_line c = {0, -5 * SECOND, drifts[i]};
        cr_assert_eq(clock_true(&c, SIM_FOREVER), SIM_FOREVER);
    }
    struct clock_line late = {0, HOUR, -100}; /* base and elapsed time alone pass the end */
    sim_ns last = SIM_FOREVER - 1000;
    cr_assert_eq(clock_local(&late, last), SIM_FOREVER);
    late.drift_ppb = -100000000;
    cr_assert_lt(clock_local(&late, last), last);
    cr_assert_geq(clock_local(&late, last), last / 10 * 9);
}

Test(clock, a_jump_is_a_new_line_through_the_instant_of_the_jump)
{
    struct clock_line before = {0, 0, 200000};
    struct clock_line after = {10 * SECOND, clock_local(&before, 10 * SECOND) - 5 * SECOND, 200000};
    cr_assert_eq(clock_local(&after, 10 * SECOND), 5 * SECOND + 2 * MILLISECOND);
    cr_assert_eq(clock_local(&after, 15 * SECOND), clock_local(&before, 15 * SECOND) - 5 * SECOND);
    cr_assert_eq(clock_true(&after, clock_local(&before, 10 * SECOND)), 15 * SECOND - 999800);
}
