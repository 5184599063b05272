#include "algorithms/phi_accrual.h"

/* The logistic approximation: the normal tail at y is e / (1 + e), e = exp(-y (A + B y^2)). */
#define A 1.5976
#define B 0.070566
#define LN10 2.302585092994045684

/* ln(1 + u) for u in [0, 1]: twice the inverse hyperbolic tangent of u / (2 + u), by its series. */
static double ln_1_plus(double u)
{
    double z = u / (2 + u), square = z * z, power = z, sum = 0;
    for (int k = 1; k < 40; k += 2) {
        sum += power / k;
        power *= square;
    }
    return 2 * sum;
}

/* exp(-x) for x >= 0: by its series for a 1024th of it, squared ten times. */
static double exp_minus(double x)
{
    if (x > 700)
        return 0;
    double part = -x / 1024, term = 1, sum = 1;
    for (int k = 1; k < 16; k++) {
        term *= part / k;
        sum += term;
    }
    for (int k = 0; k < 10; k++)
        sum *= sum;
    return sum;
}

/* -log10(e / (1 + e)) is log10(1 + 1/e) on both sides of the mean. */
double phi_of(double time, double mean, double deviation)
{
    sim_assert(deviation > 0);
    double y = (time - mean) / deviation;
    double exponent = y * (A + B * y * y);
    double part = exponent > 0 ? ln_1_plus(exp_minus(exponent)) : ln_1_plus(exp_minus(-exponent));
    return (exponent > 0 ? exponent + part : part) / LN10;
}

/* The cubic is increasing and bends upward for y > 0: Newton's steps from above come down to it. */
double phi_crossing(double threshold)
{
    sim_assert(threshold >= 1);
    double beyond = exp_minus(threshold * LN10);
    double target = threshold * LN10 - ln_1_plus(beyond / (1 - beyond)); /* ln(10^threshold - 1) */
    double y = threshold * LN10 / A;
    for (int k = 0; k < 40; k++)
        y -= (y * (A + B * y * y) - target) / (A + 3 * B * y * y);
    return y;
}

const char *phi_check(const struct phi_options *o, const char **option)
{
    *option = "phi_threshold";
    if (o->threshold < 1 || o->threshold > PHI_THRESHOLD_MAX)
        return "must lie between 1 and 100";
    *option = "window";
    if (o->window < 2 || o->window > SAMPLE_WINDOW_MAX)
        return "must lie between 2 and 10000";
    *option = "min_standard_deviation";
    if (o->min_standard_deviation <= 0)
        return "must be longer than nothing";
    *option = NULL;
    return NULL;
}

void phi_accrual_begin(struct phi_accrual *p, const struct phi_options *options, sim_ns estimate,
                       sim_ns *room)
{
    *p = (struct phi_accrual){
        .options = options, .y = phi_crossing(options->threshold), .estimate = estimate};
    sample_window_begin(&p->intervals, room, options->window);
    phi_accrual_forget(p);
}

sim_ns phi_accrual_timeout(const struct phi_accrual *p)
{
    sim_ns deviation = sample_window_deviation(&p->intervals);
    if (deviation < p->options->min_standard_deviation)
        deviation = p->options->min_standard_deviation;
    sim_ns strange = (sim_ns) (p->y * (double) deviation);
    return sim_add(sample_window_mean(&p->intervals),
                   sim_add(strange, p->options->acceptable_pause));
}

sim_ns phi_accrual_timeout_within(const struct phi_accrual *p, sim_ns configured)
{
    sim_ns timeout = phi_accrual_timeout(p), longest = sim_times(configured, ADAPTED_MAX);
    return timeout < longest ? timeout : longest;
}

struct sim_range adapted_range(sim_ns base, struct sim_range configured, sim_ns longest)
{
    double share = (double) (configured.max - configured.min) / (double) configured.min;
    sim_ns end = sim_add(base, (sim_ns) (share * (double) base));
    return (struct sim_range){base, end < longest ? end : longest};
}

void phi_accrual_heard(struct phi_accrual *p, sim_ns now)
{
    if (p->heard && now - p->heard_at < phi_accrual_timeout(p))
        sample_window_add(&p->intervals, now - p->heard_at);
    p->heard = true;
    p->heard_at = now;
}

void phi_accrual_restart(struct phi_accrual *p, sim_ns now)
{
    p->heard = true;
    p->heard_at = now;
}

void phi_accrual_forget(struct phi_accrual *p)
{
    p->heard = false;
    sample_window_begin(&p->intervals, p->intervals.samples, p->intervals.capacity);
    sample_window_add(&p->intervals, p->estimate - p->estimate / 4);
    sample_window_add(&p->intervals, p->estimate + p->estimate / 4);
}
