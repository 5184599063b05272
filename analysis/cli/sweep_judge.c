/* How a sweep's expectations came out. */
#include <string.h>

#include "analysis/cli/sweep.h"

static const struct expectation *expectation_of(const struct sweep *s, unsigned variant, uint32_t i)
{
    return &s->plan->scenarios[variant]->expectations[i];
}

bool sweep_is_same(const struct expectation *a, const struct expectation *b)
{
    return a->sometimes == b->sometimes && strcmp(a->text, b->text) == 0;
}

/* An expectation's runs of all variants that have it. */
static struct tally tally_of_all(const struct sweep *s, const struct expectation *e)
{
    struct tally sum = {0};
    for (unsigned v = 0; v < s->plan->variant_count; v++)
        for (uint32_t i = 0; i < s->plan->scenarios[v]->expectation_count; i++)
            if (sweep_is_same(expectation_of(s, v, i), e)) {
                sum.shown += sweep_tally_of(s, v, i)->shown;
                sum.failures += sweep_tally_of(s, v, i)->failures;
            }
    return sum;
}

static bool stands_before(const struct sweep *s, unsigned variant, uint32_t number)
{
    const struct expectation *e = expectation_of(s, variant, number);
    for (unsigned v = 0; v <= variant; v++)
        for (uint32_t i = 0; i < s->plan->scenarios[v]->expectation_count; i++) {
            if (v == variant && i == number)
                return false;
            if (sweep_is_same(expectation_of(s, v, i), e))
                return true;
        }
    return false;
}

/* A `sometimes` must be shown by some run of some variant; any other expectation by every run of
 * the variants that have it. */
bool sweep_judge(const struct sweep *s, unsigned variant, uint32_t i, struct judged *judged)
{
    const struct expectation *e = expectation_of(s, variant, i);
    if (stands_before(s, variant, i))
        return false;
    judged->all = tally_of_all(s, e);
    judged->good = e->sometimes ? judged->all.shown > 0 : judged->all.failures == 0;
    judged->open = !judged->good && e->sometimes && s->plan->shard_count > 1;
    return true;
}

bool sweep_fails(const struct sweep *s, unsigned variant, uint32_t i)
{
    const struct expectation *e = expectation_of(s, variant, i);
    if (!e->sometimes)
        return sweep_tally_of(s, variant, i)->failures > 0;
    return tally_of_all(s, e).shown == 0 && s->plan->shard_count == 1;
}
