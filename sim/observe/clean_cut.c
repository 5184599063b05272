#include "sim/observe/clean_cut.h"

static bool is_cleanly_cut(const struct world *w, node_id node, uint32_t total)
{
    uint32_t ways = 0, open = 0;
    if (!world_is_running(w, node) || world_is_paused(w, node))
        return true;
    for (node_id other = 0; other < total; other++) {
        if (!world_in_core(w, other))
            continue;
        if (world_holds(w, node, other) || world_holds(w, other, node))
            return false;
        ways += 2;
        open += (uint32_t) world_connected(w, node, other) + world_connected(w, other, node);
    }
    return open == 0 || (open == ways && !world_is_slow(w, node));
}

static bool is_joined(const struct world *w, node_id a, node_id b)
{
    return world_connected(w, a, b) && world_connected(w, b, a) && !world_holds(w, a, b)
           && !world_holds(w, b, a);
}

/* Outside of the core, but as much with it as those in it. */
static bool is_with_core(const struct world *w, node_id node, uint32_t total)
{
    node_id member = 0;
    while (member < total && !world_in_core(w, member))
        member++;
    return !world_in_core(w, node) && world_is_running(w, node) && !world_is_paused(w, node)
           && member < total && is_joined(w, node, member);
}

bool clean_cut(const struct world *w, uint32_t members, uint32_t total)
{
    for (node_id id = 0; id < members; id++) {
        if (world_in_core(w, id))
            continue;
        if (!is_cleanly_cut(w, id, total))
            return false;
        if (!is_with_core(w, id, total))
            continue;
        for (node_id other = 0; other < id; other++)
            if (is_with_core(w, other, total) && !is_joined(w, id, other))
                return false;
    }
    return true;
}
