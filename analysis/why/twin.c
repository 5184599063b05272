#include "analysis/why/twin.h"

#include <stdbool.h>

#define NEAR SECOND

static bool is_near(sim_ns a, sim_ns b)
{
    return a - b <= NEAR && b - a <= NEAR;
}

static bool meets(const struct election_row *a, const struct election_row *b)
{
    if (a->trigger != b->trigger)
        return false;
    if (a->vacant != TIME_NONE && b->vacant != TIME_NONE)
        return a->vacant == b->vacant;
    return is_near(a->started, b->started);
}

static bool is_same(const struct election_row *a, const struct election_row *b)
{
    return a->started == b->started && a->decided == b->decided && a->winner == b->winner
           && a->outcome == b->outcome && a->rounds == b->rounds;
}

size_t twin_pair(const struct run_result *here, const struct run_result *there,
                 struct twin_pair *pairs)
{
    size_t count = 0;
    uint32_t next = 0;
    for (uint32_t i = 0; i < here->election_count; i++) {
        const struct election_row *a = &here->elections[i];
        uint32_t found = next;
        while (found < there->election_count && !meets(a, &there->elections[found]))
            found++;
        if (found == there->election_count) {
            pairs[count++] = (struct twin_pair){TWIN_VANISHED, a, NULL};
            continue;
        }
        for (; next < found; next++)
            pairs[count++] = (struct twin_pair){TWIN_APPEARED, NULL, &there->elections[next]};
        const struct election_row *b = &there->elections[next++];
        pairs[count++] = (struct twin_pair){is_same(a, b) ? TWIN_SAME : TWIN_MOVED, a, b};
    }
    for (; next < there->election_count; next++)
        pairs[count++] = (struct twin_pair){TWIN_APPEARED, NULL, &there->elections[next]};
    return count;
}
