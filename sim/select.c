/* What a selector means in a running world. */
#include "sim/select.h"

#include "sim/world_state.h"

#define WORD(name, word, about) word,
const char *const selector_words[] = {SELECTOR_WORDS(WORD) NULL};
const char *const groups_words[] = {GROUPS_WORDS(WORD) NULL};
#define ABOUT(name, word, about) about,
const char *const selector_abouts[] = {SELECTOR_WORDS(ABOUT) NULL};
const char *const groups_abouts[] = {GROUPS_WORDS(ABOUT) NULL};

node_id world_leader(const struct world *w)
{
    node_id leader = NODE_NONE;
    uint32_t newest = 0;
    for (node_id id = 0; id < w->node_count; id++)
        if (world_acts(w, id) && w->led_order[id] > newest) {
            newest = w->led_order[id];
            leader = id;
        }
    return leader;
}

static bool is_candidate(const struct world *w, enum selector_kind kind, node_id id)
{
    return w->nodes[id].running && (kind != SELECTOR_FOLLOWER || !world_acts(w, id));
}

/* One of the nodes that fit, each equally likely. */
static void add_one(const struct world *w, enum selector_kind kind, struct rng *stream,
                    struct node_set *set)
{
    uint32_t fitting = 0;
    for (node_id id = 0; id < w->node_count; id++)
        fitting += is_candidate(w, kind, id);
    if (fitting == 0)
        return;
    uint64_t pick = rng_below(stream, fitting);
    for (node_id id = 0; id < w->node_count; id++)
        if (is_candidate(w, kind, id) && pick-- == 0) {
            node_set_add(set, id);
            return;
        }
}

/* `wanted` members, every set of that size equally likely (selection sampling). */
static void add_some(const struct world *w, uint32_t wanted, struct rng *stream,
                     struct node_set *set)
{
    for (node_id id = 0; id < w->node_count && wanted > 0; id++)
        if (rng_below(stream, w->node_count - id) < wanted) {
            node_set_add(set, id);
            wanted--;
        }
}

static void add_item(const struct world *w, const struct selector_item *item, struct rng *stream,
                     struct node_set *set)
{
    switch ((enum selector_kind) item->kind) {
    case SELECTOR_NODE:
        sim_assert(item->index < w->total);
        node_set_add(set, item->index);
        return;
    case SELECTOR_REGION:
        for (node_id id = 0; id < w->total; id++)
            if (w->scenario->region_of[id] == item->index)
                node_set_add(set, id);
        return;
    case SELECTOR_LEADER: {
        node_id leader = world_leader(w);
        if (leader != NODE_NONE)
            node_set_add(set, leader);
        return;
    }
    case SELECTOR_FOLLOWER:
    case SELECTOR_RANDOM:
        add_one(w, item->kind, stream, set);
        return;
    case SELECTOR_CRASHED:
        for (node_id id = 0; id < w->total; id++)
            if (!w->nodes[id].running)
                node_set_add(set, id);
        return;
    case SELECTOR_ALL:
        for (node_id id = 0; id < w->node_count; id++)
            node_set_add(set, id);
        return;
    case SELECTOR_MAJORITY:
        add_some(w, w->node_count / 2 + 1, stream, set);
        return;
    case SELECTOR_MINORITY:
        add_some(w, w->node_count - w->node_count / 2 - 1, stream, set);
        return;
    }
    sim_unreachable();
}

void select_nodes(const struct world *w, const struct selector *selector, struct rng *stream,
                  struct node_set *set)
{
    for (uint32_t i = 0; i < selector->count; i++)
        add_item(w, &selector->items[i], stream, set);
}
