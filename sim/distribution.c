#include "sim/distribution.h"

#include <stddef.h>

#include "sim/assert.h"
#include "sim/fixed.h"

#define DURATION_MAX ((INT64_C(1) << 62) - 1)
#define LN2 INT64_C(2977044472) /* with 32 fraction bits */

const struct distribution_info distribution_infos[DISTRIBUTION_KIND_COUNT] = {
    {"constant", "always the same; a bare duration means this", 1, {{"value", PARAMETER_DURATION}}},
    {"uniform",
     "every value from min to max equally likely; A..B means this",
     2,
     {{"min", PARAMETER_DURATION}, {"max", PARAMETER_DURATION}}},
    {"normal",
     "bell curve; draws below 0 are drawn again",
     2,
     {{"mean", PARAMETER_DURATION}, {"sd", PARAMETER_DURATION}}},
    {"lognormal",
     "its logarithm is normal: the usual shape of a network's latency",
     2,
     {{"median", PARAMETER_DURATION}, {"sigma", PARAMETER_NUMBER}}},
    {"exponential", "time between independent arrivals", 1, {{"mean", PARAMETER_DURATION}}},
    {"pareto",
     "heavy tail: P(X > x) = (min / x)^alpha",
     2,
     {{"min", PARAMETER_DURATION}, {"alpha", PARAMETER_NUMBER}}},
    {"weibull",
     "P(X > x) = exp(-(x / scale)^shape)",
     2,
     {{"scale", PARAMETER_DURATION}, {"shape", PARAMETER_NUMBER}}},
    {"gamma",
     "sum of `shape` exponentials of mean `scale`",
     2,
     {{"scale", PARAMETER_DURATION}, {"shape", PARAMETER_NUMBER}}},
    {"empirical",
     "drawn from the durations in a file, one a line, by interpolating their quantiles",
     1,
     {{"file", PARAMETER_FILE}}},
};

static const char *check_shape(int64_t shape, const char *low, const char *high)
{
    if (shape < FIXED_ONE / 100)
        return low;
    return shape > 1000 * FIXED_ONE ? high : NULL;
}

/* Draws interpolate between neighbours: out of order or below 0, they would be negative. */
static const char *check_table(const struct distribution *d)
{
    if (d->table_count == 0)
        return "holds no duration";
    if (d->table[0] < 0)
        return "holds a negative duration";
    for (uint32_t i = 1; i < d->table_count; i++)
        if (d->table[i] < d->table[i - 1])
            return "holds durations that are not sorted";
    return NULL;
}

const char *distribution_check(const struct distribution *d)
{
    if (d->kind != DISTRIBUTION_EMPIRICAL && d->a < 0)
        return "must not be negative";
    switch ((enum distribution_kind) d->kind) {
    case DISTRIBUTION_CONSTANT:
    case DISTRIBUTION_EXPONENTIAL:
        return NULL;
    case DISTRIBUTION_UNIFORM:
        return d->a > d->b ? "min must not exceed max" : NULL;
    case DISTRIBUTION_NORMAL:
        return d->b < 0 ? "sd must not be negative" : NULL;
    case DISTRIBUTION_LOGNORMAL:
        if (d->b < 0)
            return "sigma must not be negative";
        return d->b > 10 * FIXED_ONE ? "sigma must be at most 10" : NULL;
    case DISTRIBUTION_PARETO:
        return check_shape(d->b, "alpha must be at least 0.01", "alpha must be at most 1000");
    case DISTRIBUTION_WEIBULL:
    case DISTRIBUTION_GAMMA:
        return check_shape(d->b, "shape must be at least 0.01", "shape must be at most 1000");
    case DISTRIBUTION_EMPIRICAL:
        return check_table(d);
    case DISTRIBUTION_KIND_COUNT:
        break;
    }
    sim_unreachable();
}

/* At least half of all draws are accepted, since mean >= 0. */
static sim_ns draw_normal(const struct distribution *d, struct rng *r)
{
    for (;;) {
        sim_ns value = sim_add(d->a, fixed_multiply(d->b, fixed_normal(rng_next(r))));
        if (value >= 0)
            return value;
    }
}

static int64_t draw_exponential(struct rng *r) /* mean 1, 32 fraction bits */
{
    return fixed_multiply(fixed_minus_log2_uniform(rng_next(r)), LN2);
}

static sim_ns draw_weibull(const struct distribution *d, struct rng *r)
{
    int64_t e = draw_exponential(r);
    return e <= 0 ? 0 : fixed_scale(d->a, fixed_divide(fixed_log2((uint64_t) e), d->b));
}

/* Marsaglia and Tsang 2000, for shape >= 1. */
static int64_t gamma_at_least_one(int64_t shape, struct rng *r)
{
    int64_t third = FIXED_ONE / 3, d = shape - third;
    int64_t c = fixed_divide(FIXED_ONE, fixed_sqrt(9 * d));
    for (;;) {
        int64_t x = fixed_normal(rng_next(r));
        int64_t root = FIXED_ONE + fixed_multiply(c, x);
        int64_t minus_ln_u = draw_exponential(r);
        if (root <= 0)
            continue;
        int64_t v = fixed_multiply(fixed_multiply(root, root), root);
        if (v <= 0)
            continue;
        int64_t ln_v = fixed_multiply(fixed_log2((uint64_t) v), LN2);
        int64_t bound
            = fixed_multiply(x, x) / 2 + d - fixed_multiply(d, v) + fixed_multiply(d, ln_v);
        if (-minus_ln_u < bound)
            return fixed_multiply(d, v);
    }
}

/* Below 1: gamma(shape + 1) * u^(1 / shape). */
static sim_ns draw_gamma(const struct distribution *d, struct rng *r)
{
    if (d->b >= FIXED_ONE)
        return fixed_multiply(d->a, gamma_at_least_one(d->b, r));
    int64_t one_more = gamma_at_least_one(d->b + FIXED_ONE, r);
    int64_t power = fixed_divide(fixed_minus_log2_uniform(rng_next(r)), d->b);
    return fixed_scale(fixed_multiply(d->a, one_more), -power);
}

static sim_ns draw_empirical(const struct distribution *d, struct rng *r)
{
    if (d->table_count == 1)
        return d->table[0];
    rng_word position = (rng_word) rng_next(r) * (d->table_count - 1);
    uint32_t below = (uint32_t) (position >> 64);
    int64_t within = (int64_t) ((uint64_t) position >> 32);
    return d->table[below] + fixed_multiply(d->table[below + 1] - d->table[below], within);
}

static sim_ns draw(const struct distribution *d, struct rng *r)
{
    switch ((enum distribution_kind) d->kind) {
    case DISTRIBUTION_CONSTANT:
        return d->a;
    case DISTRIBUTION_UNIFORM:
        return rng_between(r, d->a, d->b);
    case DISTRIBUTION_NORMAL:
        return draw_normal(d, r);
    case DISTRIBUTION_LOGNORMAL: /* sigma in natural units, the power in twos */
        return fixed_scale(d->a,
                           fixed_divide(fixed_multiply(d->b, fixed_normal(rng_next(r))), LN2));
    case DISTRIBUTION_EXPONENTIAL:
        return fixed_multiply(d->a, draw_exponential(r));
    case DISTRIBUTION_PARETO:
        return fixed_scale(d->a, fixed_divide(fixed_minus_log2_uniform(rng_next(r)), d->b));
    case DISTRIBUTION_WEIBULL:
        return draw_weibull(d, r);
    case DISTRIBUTION_GAMMA:
        return draw_gamma(d, r);
    case DISTRIBUTION_EMPIRICAL:
        return draw_empirical(d, r);
    case DISTRIBUTION_KIND_COUNT:
        break;
    }
    sim_unreachable();
}

static sim_ns held(sim_ns value)
{
    return value > DURATION_MAX ? DURATION_MAX : value;
}

sim_ns distribution_draw(const struct distribution *d, struct rng *r)
{
    return held(draw(d, r));
}

/* Quantile 1 - 10^-6: 4.7534 standard deviations, 19.9316 doublings of the tail. */
static sim_ns upper(const struct distribution *d)
{
    const int64_t z = INT64_C(20415855000), doublings = INT64_C(85605530000);
    int64_t e = fixed_multiply(doublings, LN2);
    switch ((enum distribution_kind) d->kind) {
    case DISTRIBUTION_CONSTANT:
        return d->a;
    case DISTRIBUTION_UNIFORM:
        return d->b;
    case DISTRIBUTION_NORMAL:
        return sim_add(d->a, fixed_multiply(d->b, z + FIXED_ONE));
    case DISTRIBUTION_LOGNORMAL:
        return fixed_scale(d->a, fixed_divide(fixed_multiply(d->b, z), LN2));
    case DISTRIBUTION_EXPONENTIAL:
        return fixed_multiply(d->a, e);
    case DISTRIBUTION_PARETO:
        return fixed_scale(d->a, fixed_divide(doublings, d->b));
    case DISTRIBUTION_WEIBULL:
        return fixed_scale(d->a, fixed_divide(fixed_log2((uint64_t) e), d->b));
    case DISTRIBUTION_GAMMA: /* Chernoff: the tail beyond 2 (shape + e) is below exp(-e) */
        return fixed_multiply(d->a, 2 * (d->b + e));
    case DISTRIBUTION_EMPIRICAL:
        return d->table[d->table_count - 1];
    case DISTRIBUTION_KIND_COUNT:
        break;
    }
    sim_unreachable();
}

sim_ns distribution_upper(const struct distribution *d)
{
    return held(upper(d));
}
