/* From the rules of `network:` and `links:` to a table: nodes that no rule tells apart share a
 * class, and the table has one entry for each pair of classes, however many nodes there are. */
#include <string.h>

#include "sim/world_state.h"

#define CLASSES_MAX 4096u
#define LINK_STATE_NODES_MAX 8192u /* for what is kept by link: fifo order and burst loss */

static bool static_item_has(const struct scenario *s, const struct selector_item *item, node_id id)
{
    switch (item->kind) {
    case SELECTOR_NODE:
        return item->index == id;
    case SELECTOR_REGION:
        return s->region_of != NULL && s->region_of[id] == item->index;
    case SELECTOR_ALL:
        return true;
    default:
        return false;
    }
}

static bool static_selector_has(const struct scenario *s, const struct selector *selector,
                                node_id id)
{
    for (uint32_t i = 0; i < selector->count; i++)
        if (static_item_has(s, &selector->items[i], id))
            return true;
    return false;
}

/* Splits classes by membership in one selector. `split` maps a class to the new class of its
 * members inside, 0 for none yet. */
static bool refine(struct world *w, const struct selector *selector, uint16_t *split)
{
    uint32_t before = w->class_count;
    memset(split, 0, before * sizeof *split);
    for (uint32_t inside = 0; inside < 2; inside++)
        for (node_id id = 0; id < w->total; id++) {
            bool has = static_selector_has(w->scenario, selector, id);
            if (inside == 0 && !has && w->link_class[id] < before)
                split[w->link_class[id]] |= 1; /* somebody stays behind */
            if (inside == 0 || !has || w->link_class[id] >= before)
                continue;
            uint16_t *target = &split[w->link_class[id]];
            if (*target == 0)
                continue; /* the whole class is inside: it need not split */
            if (*target == 1) {
                if (w->class_count == CLASSES_MAX)
                    return false;
                *target = (uint16_t) (w->class_count++ + 1);
            }
            w->link_class[id] = (uint16_t) (*target - 1);
        }
    return true;
}

static bool find_classes(struct world *w)
{
    uint16_t *split = memory_zeroed(&w->memory, CLASSES_MAX * sizeof *split);
    if (split == NULL)
        return false;
    bool done = true;
    w->class_count = 1;
    for (uint32_t i = 0; i < w->scenario->link_count && done; i++)
        done = refine(w, &w->scenario->links[i].from, split)
               && refine(w, &w->scenario->links[i].to, split);
    memory_release(&w->memory, split, CLASSES_MAX * sizeof *split);
    return done;
}

static void apply(struct link_conditions *to, const struct link_conditions *from)
{
    if (from->has_latency)
        to->latency = from->latency;
    if (from->has_loss || from->has_burst) {
        to->has_burst = from->has_burst;
        to->loss = from->loss;
        to->burst = from->burst;
    }
    if (from->has_duplicate)
        to->duplicate = from->duplicate;
}

static node_id member_of(const struct world *w, uint32_t class_number)
{
    node_id id = 0;
    while (w->link_class[id] != class_number)
        id++;
    return id;
}

static void fill(struct world *w)
{
    const struct scenario *s = w->scenario;
    for (uint32_t from = 0; from < w->class_count; from++)
        for (uint32_t to = 0; to < w->class_count; to++) {
            struct link_conditions *link = &w->links[(size_t) from * w->class_count + to];
            *link = s->network;
            node_id a = member_of(w, from), b = member_of(w, to);
            for (uint32_t i = 0; i < s->link_count; i++)
                if (static_selector_has(s, &s->links[i].from, a)
                    && static_selector_has(s, &s->links[i].to, b))
                    apply(link, &s->links[i].conditions);
        }
}

static bool any_burst(const struct world *w)
{
    for (size_t i = 0; i < (size_t) w->class_count * w->class_count; i++)
        if (w->links[i].has_burst)
            return true;
    return false;
}

bool network_create(struct world *w)
{
    w->link_class = memory_zeroed(&w->memory, w->total * sizeof *w->link_class);
    if (w->link_class == NULL || !find_classes(w))
        return false;
    w->links
        = memory_zeroed(&w->memory, (size_t) w->class_count * w->class_count * sizeof *w->links);
    if (w->links == NULL)
        return false;
    fill(w);
    size_t link_count = (size_t) w->total * w->total;
    bool burst = any_burst(w);
    if ((burst || w->scenario->fifo) && w->total > LINK_STATE_NODES_MAX)
        return false;
    if (burst && (w->burst_bad = memory_zeroed(&w->memory, link_count)) == NULL)
        return false;
    if (w->scenario->fifo
        && (w->last_delivery = memory_zeroed(&w->memory, link_count * sizeof(sim_ns))) == NULL)
        return false;
    return true;
}

void network_reset(struct world *w)
{
    size_t link_count = (size_t) w->total * w->total;
    if (w->burst_bad != NULL)
        memset(w->burst_bad, 0, link_count);
    if (w->last_delivery != NULL)
        memset(w->last_delivery, 0, link_count * sizeof(sim_ns));
    w->cuts.count = w->held.count = w->conditions.count = w->slows.count = 0;
    w->hold_count = 0;
    w->condition = (struct active_condition){0};
}

void network_destroy(struct world *w)
{
    size_t link_count = (size_t) w->total * w->total;
    memory_release(&w->memory, w->link_class, w->total * sizeof *w->link_class);
    memory_release(&w->memory, w->links,
                   (size_t) w->class_count * w->class_count * sizeof *w->links);
    memory_release(&w->memory, w->burst_bad, link_count);
    memory_release(&w->memory, w->last_delivery, link_count * sizeof(sim_ns));
}
