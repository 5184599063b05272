#include <math.h>

#include "scenarios/language/expression_tree.h"
#include "sim/assert.h"

/* Where a number can lie; not defined where a metric has nothing to measure. */
struct interval {
    bool defined;
    double lo, hi;
};

/* What a run that ended too early could not measure may be anything; no metric is negative. */
static struct interval of_metric(const struct metric_value *m)
{
    if (!m->defined && m->unbounded)
        return (struct interval){true, 0, (double) INFINITY};
    return (struct interval){m->defined, m->lo, m->unbounded ? (double) INFINITY : m->hi};
}

/* 0 times a bound that is infinite is 0: the bound itself is never reached. */
static double times(double a, double b)
{
    return a == 0 || b == 0 ? 0 : a * b;
}

static struct interval hull(double a, double b, double c, double d)
{
    const double corners[] = {b, c, d};
    struct interval i = {true, a, a};
    for (int k = 0; k < 3; k++) {
        i.lo = corners[k] < i.lo ? corners[k] : i.lo;
        i.hi = corners[k] > i.hi ? corners[k] : i.hi;
    }
    return i;
}

static struct interval product(struct interval a, struct interval b)
{
    return hull(times(a.lo, b.lo), times(a.lo, b.hi), times(a.hi, b.lo), times(a.hi, b.hi));
}

static struct interval quotient(struct interval a, struct interval b)
{
    if (b.lo == 0 && b.hi == 0)
        return (struct interval){0};
    if (b.lo <= 0 && b.hi >= 0)
        return (struct interval){true, -(double) INFINITY, (double) INFINITY};
    /* 1/inf is 0, which the bound approaches. */
    return product(a, (struct interval){true, 1 / b.hi, 1 / b.lo});
}

static struct interval measure(const struct term *t, const struct metric_value *metrics)
{
    if (t->kind == TERM_NUMBER)
        return (struct interval){true, t->number, t->number};
    if (t->kind == TERM_METRIC)
        return of_metric(&metrics[t->metric]);
    struct interval a = measure(t->left, metrics);
    if (!a.defined)
        return a;
    if (t->kind == TERM_NEGATE)
        return (struct interval){true, -a.hi, -a.lo};
    struct interval b = measure(t->right, metrics);
    if (!b.defined)
        return b;
    switch (t->kind) {
    case TERM_ADD:
        return (struct interval){true, a.lo + b.lo, a.hi + b.hi};
    case TERM_SUBTRACT:
        return (struct interval){true, a.lo - b.hi, a.hi - b.lo};
    case TERM_MULTIPLY:
        return product(a, b);
    case TERM_DIVIDE:
        return quotient(a, b);
    default:
        sim_unreachable();
    }
}

static enum truth opposite(enum truth t)
{
    return t == TRUTH_UNDECIDED ? t : t == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
}

static enum truth is_less(struct interval a, struct interval b)
{
    return a.hi < b.lo ? TRUTH_TRUE : a.lo >= b.hi ? TRUTH_FALSE : TRUTH_UNDECIDED;
}

static enum truth is_equal(struct interval a, struct interval b)
{
    if (a.hi < b.lo || b.hi < a.lo)
        return TRUTH_FALSE;
    return a.lo == a.hi && b.lo == b.hi ? TRUTH_TRUE : TRUTH_UNDECIDED;
}

/* `nothing` is what a comparison is where there is nothing to measure. */
static enum truth compare(const struct term *t, const struct metric_value *metrics,
                          enum truth nothing)
{
    struct interval a = measure(t->left, metrics), b = measure(t->right, metrics);
    if (!a.defined || !b.defined)
        return nothing;
    switch (t->kind) {
    case TERM_LESS:
        return is_less(a, b);
    case TERM_LESS_EQUAL:
        return opposite(is_less(b, a));
    case TERM_GREATER:
        return is_less(b, a);
    case TERM_GREATER_EQUAL:
        return opposite(is_less(a, b));
    case TERM_EQUAL:
        return is_equal(a, b);
    case TERM_NOT_EQUAL:
        return opposite(is_equal(a, b));
    default:
        sim_unreachable();
    }
}

static enum truth decide(const struct term *t, const struct metric_value *metrics,
                         enum truth nothing)
{
    if (term_compares(t))
        return compare(t, metrics, nothing);
    enum truth a = decide(t->left, metrics, nothing);
    if (t->kind == TERM_NOT)
        return opposite(a);
    enum truth b = decide(t->right, metrics, nothing);
    enum truth decisive = t->kind == TERM_AND ? TRUTH_FALSE : TRUTH_TRUE;
    if (a == decisive || b == decisive)
        return decisive;
    return a == TRUTH_UNDECIDED ? a : b;
}

enum truth expression_evaluate(const struct expression *expression,
                               const struct metric_value *metrics)
{
    sim_assert(expression->root->dimension == DIMENSION_TRUTH);
    return decide(expression->root, metrics, TRUTH_TRUE);
}

bool expression_shows(const struct expression *expression, const struct metric_value *metrics)
{
    sim_assert(expression->root->dimension == DIMENSION_TRUTH);
    return decide(expression->root, metrics, TRUTH_UNDECIDED) == TRUTH_TRUE;
}

static const struct term *outermost_left(const struct expression *expression)
{
    const struct term *t = expression->root;
    while (!term_compares(t))
        t = t->left;
    return t->left;
}

bool expression_value_unit(const struct expression *expression, enum metric_unit *unit)
{
    switch (outermost_left(expression)->dimension) {
    case DIMENSION_TIME:
        *unit = UNIT_SECONDS;
        return true;
    case DIMENSION_RATIO:
        *unit = UNIT_RATIO;
        return true;
    case DIMENSION_COUNT:
        *unit = UNIT_COUNT;
        return true;
    case DIMENSION_PER_HOUR:
        *unit = UNIT_PER_HOUR;
        return true;
    case DIMENSION_PER_SECOND:
        *unit = UNIT_PER_SECOND;
        return true;
    case DIMENSION_PLAIN:
    case DIMENSION_TRUTH:
    case DIMENSION_UNKNOWN:
        break;
    }
    return false;
}

static bool unit_in(const struct term *t, enum metric_unit unit)
{
    if (t == NULL)
        return false;
    if (t->kind == TERM_METRIC)
        return metric_infos[t->metric].unit == unit;
    return unit_in(t->left, unit) || unit_in(t->right, unit);
}

bool expression_has_unit(const struct expression *expression, enum metric_unit unit)
{
    return unit_in(expression->root, unit);
}

static const char *undefined_in(const struct term *t, const struct metric_value *metrics)
{
    if (t == NULL)
        return NULL;
    if (t->kind == TERM_METRIC)
        return metrics[t->metric].defined ? NULL : metric_infos[t->metric].name;
    const char *name = undefined_in(t->left, metrics);
    return name != NULL ? name : undefined_in(t->right, metrics);
}

bool expression_value(const struct expression *expression, const struct metric_value *metrics,
                      double *value)
{
    const struct term *left = outermost_left(expression);
    struct interval a = measure(left, metrics);
    bool measured = a.defined && undefined_in(left, metrics) == NULL;
    if (measured)
        *value = a.lo;
    return measured;
}

const char *expression_undefined(const struct expression *expression,
                                 const struct metric_value *metrics)
{
    return undefined_in(expression->root, metrics);
}
