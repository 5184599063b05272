/* A million draws of each kind against the exact distribution functions: the tests may use floating
 * point, the draws do not. One sample in a thousand exceeds the bounds: 1.95 / sqrt(draws) for the
 * distance of Kolmogorov and Smirnov, 148.2 for chi-square over a hundred equally likely bins. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "sim/distribution.h"
#include "sim/fixed.h"

#define DRAWS 1000000
#define BINS 100
#define CHI_SQUARE_MAX 148.23                 /* 99 degrees of freedom */
#define DURATION_MAX ((INT64_C(1) << 62) - 1) /* what the header promises */

static int by_value(const void *a, const void *b)
{
    sim_ns x = *(const sim_ns *) a, y = *(const sim_ns *) b;
    return (x > y) - (x < y);
}

struct misfit {
    double distance, chi_square;
};

static struct misfit misfit_of(const struct distribution *d,
                               double (*cdf)(double x, double a, double b), double a, double b)
{
    static sim_ns drawn[DRAWS];
    uint32_t bins[BINS] = {0};
    struct misfit m = {0};
    struct rng r = rng_stream(11, RNG_LINK, d->kind, (uint64_t) d->b);
    cr_assert_null(distribution_check(d));
    for (int i = 0; i < DRAWS; i++) {
        drawn[i] = distribution_draw(d, &r);
        cr_assert_geq(drawn[i], 0);
    }
    qsort(drawn, DRAWS, sizeof *drawn, by_value);
    for (int i = 0; i < DRAWS; i++) {
        double at = cdf((double) drawn[i], a, b);
        m.distance = fmax(m.distance,
                          fmax(fabs(at - i / (double) DRAWS), fabs(at - (i + 1) / (double) DRAWS)));
        bins[at >= 1 ? BINS - 1 : (int) (at * BINS)]++;
    }
    for (int i = 0; i < BINS; i++) {
        double more = bins[i] - (double) DRAWS / BINS;
        m.chi_square += more * more / ((double) DRAWS / BINS);
    }
    return m;
}

static double normal(double z)
{
    return 0.5 * erfc(-z / sqrt(2));
}

static double uniform_cdf(double x, double a, double b)
{
    return (x - a) / (b - a);
}

static double normal_cdf(double x, double mean, double sd)
{
    double below = normal(-mean / sd);
    return (normal((x - mean) / sd) - below) / (1 - below);
}

static double lognormal_cdf(double x, double median, double sigma)
{
    return normal(log(x / median) / sigma);
}

static double exponential_cdf(double x, double mean, double unused)
{
    (void) unused;
    return 1 - exp(-x / mean);
}

static double pareto_cdf(double x, double min, double alpha)
{
    return 1 - pow(min / x, alpha);
}

static double weibull_cdf(double x, double scale, double shape)
{
    return 1 - exp(-pow(x / scale, shape));
}

/* Regularised incomplete gamma function by its series. */
static double gamma_cdf(double x, double scale, double shape)
{
    double y = x / scale, term = 1 / shape, sum = term;
    for (int n = 1; n < 2000 && term > sum * 1e-14; n++)
        sum += term *= y / (shape + n);
    return sum * exp(-y + shape * log(y) - lgamma(shape));
}

static void fits(enum distribution_kind kind, double a, double b, bool b_is_number,
                 double (*cdf)(double, double, double))
{
    struct distribution d = {
        .kind = kind, .a = (int64_t) a, .b = (int64_t) (b_is_number ? b * (double) FIXED_ONE : b)};
    struct misfit m = misfit_of(&d, cdf, a, b);
    cr_assert_lt(m.distance, 1.95 / sqrt(DRAWS), "%s(%g, %g): %g", distribution_infos[kind].name, a,
                 b, m.distance);
    cr_assert_lt(m.chi_square, CHI_SQUARE_MAX, "%s(%g, %g): %g", distribution_infos[kind].name, a,
                 b, m.chi_square);
}

Test(distribution, uniform_draws_fit_also_over_spans_beyond_32_bits)
{
    fits(DISTRIBUTION_UNIFORM, 5e6, 10e6, false, uniform_cdf);
    fits(DISTRIBUTION_UNIFORM, 0, 60e9, false, uniform_cdf);
    fits(DISTRIBUTION_UNIFORM, 1e9, 3e18, false, uniform_cdf);
}

Test(distribution, normal_draws_fit_the_bell_cut_at_zero)
{
    fits(DISTRIBUTION_NORMAL, 5e6, 1e6, false, normal_cdf);
    fits(DISTRIBUTION_NORMAL, 5e6, 3e6, false, normal_cdf);
    fits(DISTRIBUTION_NORMAL, 0, 1e9, false, normal_cdf);
}

Test(distribution, lognormal_draws_fit)
{
    fits(DISTRIBUTION_LOGNORMAL, 40e6, 0.2, true, lognormal_cdf);
    fits(DISTRIBUTION_LOGNORMAL, 40e6, 2.5, true, lognormal_cdf);
}

Test(distribution, exponential_draws_fit)
{
    fits(DISTRIBUTION_EXPONENTIAL, 2e6, 0, false, exponential_cdf);
    fits(DISTRIBUTION_EXPONENTIAL, 1e15, 0, false, exponential_cdf);
}

Test(distribution, pareto_draws_fit)
{
    fits(DISTRIBUTION_PARETO, 1e6, 1.5, true, pareto_cdf);
    fits(DISTRIBUTION_PARETO, 1e6, 20, true, pareto_cdf);
}

Test(distribution, weibull_draws_fit)
{
    fits(DISTRIBUTION_WEIBULL, 1e8, 0.5, true, weibull_cdf);
    fits(DISTRIBUTION_WEIBULL, 1e8, 3, true, weibull_cdf);
}

Test(distribution, gamma_draws_fit_below_and_above_shape_one)
{
    fits(DISTRIBUTION_GAMMA, 1e7, 0.5, true, gamma_cdf);
    fits(DISTRIBUTION_GAMMA, 1e7, 1, true, gamma_cdf);
    fits(DISTRIBUTION_GAMMA, 1e7, 7.5, true, gamma_cdf);
}

Test(distribution, empirical_draws_interpolate_the_quantiles_of_the_table)
{
    static const int64_t table[] = {1000, 2000, 4000};
    struct distribution d = {.kind = DISTRIBUTION_EMPIRICAL, .table = table, .table_count = 3};
    struct rng r = rng_stream(1, RNG_LINK, 0, 0);
    int below = 0;
    for (int i = 0; i < 100000; i++) {
        sim_ns drawn = distribution_draw(&d, &r);
        cr_assert(drawn >= 1000 && drawn <= 4000);
        below += drawn < 2000;
    }
    cr_assert(below > 49000 && below < 51000, "%d", below);
    d.table_count = 1;
    cr_assert_eq(distribution_draw(&d, &r), 1000);
}

Test(distribution, extreme_parameters_give_results_in_range)
{
    static const int64_t far[] = {0, INT64_MAX};
    static const struct distribution extreme[] = {
        {.kind = DISTRIBUTION_CONSTANT, .a = 0},
        {.kind = DISTRIBUTION_CONSTANT, .a = INT64_MAX},
        {.kind = DISTRIBUTION_UNIFORM, .a = 1, .b = 1},
        {.kind = DISTRIBUTION_UNIFORM, .a = 0, .b = INT64_MAX},
        {.kind = DISTRIBUTION_EMPIRICAL, .table = far, .table_count = 2},
        {.kind = DISTRIBUTION_EXPONENTIAL, .a = 1},
        {.kind = DISTRIBUTION_EXPONENTIAL, .a = INT64_MAX},
        {.kind = DISTRIBUTION_NORMAL, .a = INT64_MAX, .b = INT64_MAX},
        {.kind = DISTRIBUTION_LOGNORMAL, .a = INT64_MAX, .b = 10 * FIXED_ONE},
        {.kind = DISTRIBUTION_PARETO, .a = INT64_MAX, .b = FIXED_ONE / 100},
        {.kind = DISTRIBUTION_WEIBULL, .a = INT64_MAX, .b = FIXED_ONE / 100},
        {.kind = DISTRIBUTION_GAMMA, .a = INT64_MAX, .b = FIXED_ONE / 100},
        {.kind = DISTRIBUTION_GAMMA, .a = INT64_MAX, .b = 1000 * FIXED_ONE},
    };
    for (unsigned i = 0; i < sizeof extreme / sizeof *extreme; i++) {
        struct rng r = rng_stream(2, RNG_LINK, i, 0);
        cr_assert_null(distribution_check(&extreme[i]));
        cr_assert_leq(distribution_upper(&extreme[i]), DURATION_MAX, "%u", i);
        for (int draw = 0; draw < 1000; draw++) {
            sim_ns drawn = distribution_draw(&extreme[i], &r);
            cr_assert(drawn >= 0 && drawn <= DURATION_MAX, "%u: %lld", i, (long long) drawn);
        }
    }
}

Test(distribution, the_upper_bound_is_hardly_ever_exceeded)
{
    static const struct distribution kinds[] = {
        {.kind = DISTRIBUTION_NORMAL, .a = 5000000, .b = 3000000},
        {.kind = DISTRIBUTION_LOGNORMAL, .a = 40000000, .b = FIXED_ONE / 5},
        {.kind = DISTRIBUTION_EXPONENTIAL, .a = 2000000},
        {.kind = DISTRIBUTION_PARETO, .a = 1000000, .b = 3 * FIXED_ONE},
        {.kind = DISTRIBUTION_WEIBULL, .a = 1000000, .b = FIXED_ONE / 2},
        {.kind = DISTRIBUTION_GAMMA, .a = 1000000, .b = 3 * FIXED_ONE},
    };
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct rng r = rng_stream(3, RNG_LINK, i, 0);
        sim_ns upper = distribution_upper(&kinds[i]);
        int above = 0;
        for (int draw = 0; draw < 200000; draw++)
            above += distribution_draw(&kinds[i], &r) > upper;
        cr_assert_leq(above, 3, "%u: %d above", i, above);
    }
}

Test(distribution, wrong_parameters_are_named)
{
    cr_assert_str_eq(
        distribution_check(&(struct distribution){.kind = DISTRIBUTION_UNIFORM, .a = 2, .b = 1}),
        "min must not exceed max");
    cr_assert_not_null(
        distribution_check(&(struct distribution){.kind = DISTRIBUTION_CONSTANT, .a = -1}));
    cr_assert_not_null(
        distribution_check(&(struct distribution){.kind = DISTRIBUTION_PARETO, .a = 1, .b = 0}));
    static const int64_t falling[] = {3, 2}, negative[] = {-1, 2};
    struct distribution d = {.kind = DISTRIBUTION_EMPIRICAL, .table = falling, .table_count = 2};
    cr_assert_str_eq(distribution_check(&d), "holds durations that are not sorted");
    d.table = negative;
    cr_assert_str_eq(distribution_check(&d), "holds a negative duration");
}

/* Draws are whole and held at an end, so the distance is taken against the nearer side of each
 * value's step, at values below that end. */
static void fits_in_whole_numbers(enum distribution_kind kind, double a, double b,
                                  double (*cdf)(double, double, double))
{
    static sim_ns drawn[DRAWS];
    struct distribution d
        = {.kind = kind, .a = (int64_t) a, .b = (int64_t) (b * (double) FIXED_ONE)};
    struct rng r = rng_stream(13, RNG_LINK, kind, (uint64_t) d.b);
    double distance = 0;
    for (int i = 0; i < DRAWS; i++)
        drawn[i] = distribution_draw(&d, &r);
    qsort(drawn, DRAWS, sizeof *drawn, by_value);
    for (int i = 0; i + 1 < DRAWS && drawn[i] < DURATION_MAX; i++) {
        if (drawn[i + 1] == drawn[i])
            continue;
        double share = (i + 1) / (double) DRAWS, least = drawn[i] == 0 ? 1e-9 : (double) drawn[i];
        distance = fmax(distance, cdf(least, a, b) - share);
        distance = fmax(distance, share - cdf((double) drawn[i] + 1, a, b));
    }
    cr_assert_lt(distance, 1.95 / sqrt(DRAWS), "%s(%g, %g): %g", distribution_infos[kind].name, a,
                 b, distance);
}

Test(distribution, far_tails_fit_over_the_whole_range_of_durations)
{
    fits_in_whole_numbers(DISTRIBUTION_PARETO, 1e3, 0.1, pareto_cdf);
    fits_in_whole_numbers(DISTRIBUTION_WEIBULL, 1e3, 0.05, weibull_cdf);
    fits_in_whole_numbers(DISTRIBUTION_WEIBULL, 3.6e12, 0.1, weibull_cdf);
    fits_in_whole_numbers(DISTRIBUTION_LOGNORMAL, 1, 10, lognormal_cdf);
    fits_in_whole_numbers(DISTRIBUTION_LOGNORMAL, 3.6e12, 10, lognormal_cdf);
    fits_in_whole_numbers(DISTRIBUTION_GAMMA, 1e15, 0.05, gamma_cdf);
}

Test(distribution, each_of_a_few_whole_numbers_is_equally_likely)
{
    struct distribution d = {.kind = DISTRIBUTION_UNIFORM, .a = 10, .b = 29};
    struct rng r = rng_stream(14, RNG_LINK, 0, 0);
    uint32_t count[20] = {0};
    for (int i = 0; i < DRAWS; i++) {
        sim_ns drawn = distribution_draw(&d, &r);
        cr_assert(drawn >= 10 && drawn <= 29);
        count[drawn - 10]++;
    }
    double chi_square = 0, expected = DRAWS / 20.0;
    for (int i = 0; i < 20; i++)
        chi_square += (count[i] - expected) * (count[i] - expected) / expected;
    cr_assert_lt(chi_square, 43.82, "%f", chi_square); /* 1 in 1 000, 19 degrees of freedom */
}
