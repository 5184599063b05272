#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "analysis/statistics/quantile.h"
#include "analysis/statistics/sample.h"
#include "analysis/statistics/share.h"
#include "sim/rng.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

Test(sample, students_t_is_that_of_the_tables)
{
    static const struct {
        size_t degrees;
        double t;
    } known[] = {{1, 12.706}, {2, 4.303},  {3, 3.182},   {5, 2.571},
                 {10, 2.228}, {30, 2.042}, {1000, 1.962}};
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
        cr_assert_lt(fabs(student_t_95(known[i].degrees) - known[i].t), 0.006, "%zu degrees: %f",
                     known[i].degrees, student_t_95(known[i].degrees));
}

Test(sample, the_margin_is_t_times_the_standard_error)
{
    static const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    cr_assert_float_eq(sample_mean(values, 8), 5, 1e-12);
    cr_assert_float_eq(sample_mean_margin(values, 8), 2.3646 * sqrt(32.0 / 7) / sqrt(8), 2e-3);
    cr_assert(isinf(sample_mean_margin(values, 1)));
}

Test(sample, a_quantile_is_the_least_value_that_enough_do_not_exceed)
{
    static const double sorted[] = {1, 2, 3, 4};
    cr_assert_eq(sample_quantile(sorted, 4, 0.5), 2);
    cr_assert_eq(sample_quantile(sorted, 4, 0.51), 3);
    cr_assert_eq(sample_quantile(sorted, 4, 0.99), 4);
    cr_assert_eq(sample_quantile(sorted, 4, 0), 1);
}

/* Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29. */
Test(share, wilsons_interval_is_as_published)
{
    static const struct {
        unsigned hits, count;
        double low, high;
    } table[] = {{81, 263, 0.2553, 0.3662},
                 {15, 148, 0.0624, 0.1605},
                 {0, 20, 0.0000, 0.1611},
                 {1, 29, 0.0061, 0.1718}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct share_interval w = share_wilson_95(table[i].hits, table[i].count);
        cr_expect_float_eq(w.low, table[i].low, 5e-5);
        cr_expect_float_eq(w.high, table[i].high, 5e-5);
    }
}

/* Over many samples the interval holds the true quantile 95 times in a hundred. */
Test(quantile, its_interval_covers_the_true_quantile_as_often_as_it_says)
{
    enum { TRIALS = 4000, SIZE = 300 };
    static const double shares[] = {0.5, 0.9, 0.95};
    struct rng stream = rng_stream(1, RNG_CHAOS, 0, 0);
    for (size_t s = 0; s < sizeof shares / sizeof *shares; s++) {
        int covered = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            double values[SIZE];
            for (int i = 0; i < SIZE; i++)
                values[i] = (double) rng_below(&stream, 1u << 30) / (double) (1u << 30);
            qsort(values, SIZE, sizeof *values, by_value);
            struct quantile q = quantile_95(values, SIZE, shares[s]);
            covered += q.low <= shares[s] && shares[s] <= q.high;
        }
        cr_expect_gt(covered, TRIALS * 93 / 100, "%g: %d", shares[s], covered);
        cr_expect_lt(covered, TRIALS * 98 / 100, "%g: %d", shares[s], covered);
    }
}

Test(quantile, a_sample_that_is_too_small_to_say_has_no_bound)
{
    const double values[] = {1, 2, 3, 4, 5};
    struct quantile q = quantile_95(values, 5, 0.99);
    cr_expect_eq(q.value, 5);
    cr_expect(isinf(q.high));
}
