#include <criterion/criterion.h>
#include <string.h>

#include "sim/rng.h"
#include "tests/sim/pcg32.h"

/* pcg64 XSL-RR 128/64, state 42, stream 54: printed by the reference library. */
Test(rng, the_generator_repeats_the_published_output_of_pcg64)
{
    static const uint64_t expected[] = {UINT64_C(0x86b1da1d72062b68), UINT64_C(0x1304aa46c9853d39),
                                        UINT64_C(0xa3670e9e0dd50358), UINT64_C(0xf9090e529a7dae00),
                                        UINT64_C(0xc85b9fd837996f2c), UINT64_C(0x606121f8e3919196)};
    struct rng r = rng_seeded(42, 54);
    for (int i = 0; i < 6; i++)
        cr_assert_eq(rng_next(&r), expected[i], "output %d", i);
}

Test(rng, pcg32_repeats_its_published_output)
{
    static const uint32_t expected[]
        = {0xa15c02b7, 0x7b47f409, 0xba1d3330, 0x83d2f293, 0xbfa4784b, 0xcbed606e,
           0xbfc6a3ad, 0x812fff6d, 0xe61f305a, 0xf9384b90, 0x32db86fe, 0x1dc035f9};
    struct pcg32 r = pcg32_seeded(42, 54);
    cr_assert_eq(r.state, UINT64_C(0x185706b82c2e03f8));
    for (int i = 0; i < 12; i++)
        cr_assert_eq(pcg32_next(&r), expected[i], "output %d", i);
    r = pcg32_seeded(42, 54);
    uint64_t folded = 0;
    for (uint32_t i = 1; i <= 1000000; i++) {
        uint32_t output = pcg32_next(&r);
        if (i == 1000)
            cr_assert_eq(output, 0x0a47c376);
        folded = (folded * UINT64_C(0x9E3779B97F4A7C15)) ^ output;
    }
    cr_assert_eq(folded, UINT64_C(0x013e1db59ba18a1b));
    r = pcg32_seeded(42, 54);
    pcg32_advance(&r, 999);
    cr_assert_eq(pcg32_next(&r), 0x0a47c376);
}

Test(rng, pcg32_throws_the_published_coins_and_dice)
{
    struct pcg32 r = pcg32_seeded(42, 54);
    char coins[66] = {0};
    for (int i = 0; i < 6; i++)
        pcg32_next(&r);
    for (int i = 0; i < 65; i++)
        coins[i] = pcg32_below(&r, 2) ? 'H' : 'T';
    cr_assert_str_eq(coins, "HHTTTHTHHHTHTTTHHHHHTTTHHHTHTHTHTTHTTTHHHHHHTTTTHHTTTTTHTTTTTTTHT");
    static const uint32_t dice[] = {4, 4, 3, 2, 2, 5, 6, 4, 1, 3, 1, 2, 5, 2, 4, 4, 1,
                                    4, 3, 1, 1, 2, 2, 4, 4, 2, 5, 1, 1, 4, 2, 2, 1};
    r = pcg32_seeded(42, 54);
    for (unsigned i = 0; i < sizeof dice / sizeof *dice; i++)
        cr_assert_eq(pcg32_below(&r, 6) + 1, dice[i], "throw %u", i);
}

Test(rng, the_streams_of_neighbouring_keys_do_not_share_draws)
{
    for (uint64_t key = 0; key < 200; key++) {
        struct rng a = rng_stream(7, RNG_NODE, key, 0), b = rng_stream(7, RNG_NODE, key + 1, 0),
                   c = rng_stream(7, RNG_DISK, key, 0), d = rng_stream(8, RNG_NODE, key, 0),
                   e = rng_stream(7, RNG_NODE, key, 1);
        uint64_t first = rng_next(&a);
        cr_assert_neq(first, rng_next(&b));
        cr_assert_neq(first, rng_next(&c));
        cr_assert_neq(first, rng_next(&d));
        cr_assert_neq(first, rng_next(&e));
    }
}

/* One draw of each of many streams must be as even as many draws of one: messages are drawn so. */
Test(rng, first_draws_of_many_streams_are_evenly_spread)
{
    static uint32_t bins[3][256];
    const uint32_t draws = 256 * 1000;
    for (uint32_t i = 0; i < draws; i++) {
        struct rng by_a = rng_stream(1, RNG_LINK, i, 5), by_b = rng_stream(1, RNG_LINK, 5, i),
                   by_seed = rng_stream(i, RNG_LINK, 5, 5);
        bins[0][rng_next(&by_a) >> 56]++;
        bins[1][rng_next(&by_b) >> 56]++;
        bins[2][rng_next(&by_seed) >> 56]++;
    }
    for (int way = 0; way < 3; way++) {
        double chi_square = 0;
        for (int i = 0; i < 256; i++) {
            double off = bins[way][i] - 1000.0;
            chi_square += off * off / 1000.0;
        }
        cr_assert(chi_square > 170 && chi_square < 350, "way %d: chi-square %f", way, chi_square);
    }
}

Test(rng, a_bounded_draw_is_unbiased_where_a_remainder_would_not_be)
{
    struct rng r = rng_stream(3, RNG_NODE, 0, 0);
    const uint64_t bound = UINT64_MAX / 3 * 2; /* the remainder would favour the lower half 2 : 1 */
    uint32_t low = 0;
    for (int i = 0; i < 100000; i++)
        low += rng_below(&r, bound) < bound / 2;
    cr_assert(low > 49000 && low < 51000, "%u", low);
}

Test(rng, a_span_reaches_both_ends_and_nothing_else)
{
    struct rng r = rng_stream(4, RNG_NODE, 0, 0);
    bool seen[4] = {false};
    for (int i = 0; i < 1000; i++) {
        int64_t drawn = rng_between(&r, -1, 2);
        cr_assert(drawn >= -1 && drawn <= 2);
        seen[drawn + 1] = true;
    }
    cr_assert(seen[0] && seen[1] && seen[2] && seen[3]);
    cr_assert_eq(rng_between(&r, 5, 5), 5);
    (void) rng_between(&r, INT64_MIN, INT64_MAX);
}

Test(rng, a_chance_of_nothing_never_and_of_one_always_comes)
{
    struct rng r = rng_stream(5, RNG_NODE, 0, 0);
    for (int i = 0; i < 1000; i++) {
        cr_assert_not(rng_chance(&r, 0));
        cr_assert(rng_chance(&r, UINT64_C(1) << 32));
    }
}

/* Thesis section 9.1: the earliest of s timeouts, in units of their range. */
Test(rng, the_minimum_of_s_uniform_draws_has_mean_one_over_s_plus_one)
{
    struct rng r = rng_stream(6, RNG_NODE, 0, 0);
    for (int s = 2; s <= 8; s *= 2) {
        double sum = 0;
        uint32_t early = 0;
        for (int i = 0; i < 1000000; i++) {
            uint64_t least = UINT64_MAX;
            for (int j = 0; j < s; j++) {
                uint64_t drawn = rng_below(&r, 1000000000);
                least = drawn < least ? drawn : least;
            }
            sum += (double) least / 1e9;
            early += least <= 250000000;
        }
        double expected = 1.0 / (s + 1), mean = sum / 1e6;
        cr_assert(mean > expected * 0.995 && mean < expected * 1.005, "s=%d: %f", s, mean);
        if (s == 4)
            cr_assert(early > 681600 && early < 685600, "%u", early);
    }
}
