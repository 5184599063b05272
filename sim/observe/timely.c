#include "sim/observe/timely.h"

#define LOSS_MAX ((UINT64_C(1) << 32) / 50 + 1) /* 2 %, as the language rounds it */

bool network_loses(const struct scenario *s)
{
    bool loses = s->network.loss > 0 || s->network.has_burst;
    for (uint32_t k = 0; k < s->link_count; k++)
        loses = loses || s->links[k].conditions.loss > 0 || s->links[k].conditions.has_burst;
    return loses;
}

bool network_is_timely(const struct scenario *s, sim_ns bound)
{
    sim_ns latency = distribution_upper(&s->network.latency), disk;
    if (s->network.loss > LOSS_MAX || s->network.has_burst)
        return false;
    for (uint32_t k = 0; k < s->link_count; k++) {
        const struct link_conditions *c = &s->links[k].conditions;
        if (c->has_burst || (c->has_loss && c->loss > LOSS_MAX))
            return false;
        if (c->has_latency && distribution_upper(&c->latency) > latency)
            latency = distribution_upper(&c->latency);
    }
    disk = distribution_upper(&s->disk_sync);
    return sim_times(sim_add(latency, disk), 80) <= bound;
}
