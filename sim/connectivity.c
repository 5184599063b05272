/* Who can reach whom: cuts and holds are lists of (from, to) sets, each named by the fault that
 * made it, so that overlapping faults compose and none ends another. */
#include <string.h>

#include "sim/world_state.h"

unsigned world_node_count(const struct world *w)
{
    return w->node_count;
}

unsigned world_service_count(const struct world *w)
{
    return w->total - w->node_count;
}

static bool words_have(const uint64_t *words, node_id id)
{
    return (words[id / 64] >> (id % 64)) & 1;
}

const uint64_t *connectivity_words(const struct world *w, uint32_t cut)
{
    const uint64_t *words = w->cut_words.items;
    return words + (size_t) cut * 2 * w->set_words;
}

static bool covered(const struct world *w, node_id from, node_id to, bool hold,
                    uint32_t *occurrence)
{
    const struct cut *cuts = w->cuts.items;
    for (uint32_t i = 0; i < w->cuts.count; i++) {
        const uint64_t *words = connectivity_words(w, i);
        if (cuts[i].hold == hold && words_have(words, from)
            && words_have(words + w->set_words, to)) {
            *occurrence = cuts[i].occurrence;
            return true;
        }
    }
    return false;
}

bool connectivity_holds(const struct world *w, node_id from, node_id to, uint32_t *occurrence)
{
    return w->hold_count > 0 && from != to && covered(w, from, to, true, occurrence);
}

bool world_holds(const struct world *w, node_id from, node_id to)
{
    uint32_t occurrence;
    return connectivity_holds(w, from, to, &occurrence);
}

bool world_connected(const struct world *w, node_id from, node_id to)
{
    uint32_t occurrence;
    return from == to || w->cuts.count == w->hold_count
           || !covered(w, from, to, false, &occurrence);
}

uint32_t world_reach(const struct world *w, node_id node)
{
    const struct node *n = &w->nodes[node];
    if (!n->running || n->pauses > 0)
        return 0;
    if (w->cuts.count == w->hold_count)
        return w->running_count;
    uint32_t reached = 0;
    for (node_id other = 0; other < w->node_count; other++) {
        const struct node *o = &w->nodes[other];
        if (o->running && o->pauses == 0 && world_connected(w, node, other)
            && world_connected(w, other, node))
            reached++;
    }
    return reached;
}

bool world_reaches_majority(const struct world *w, node_id node)
{
    return world_reach(w, node) > w->node_count / 2;
}

static void add(struct world *w, uint32_t occurrence, const struct node_set *from,
                const struct node_set *to, bool hold)
{
    sim_assert(from->word_count == w->set_words);
    sim_assert(to->word_count == w->set_words);
    struct cut *cut = world_append(w, &w->cuts, sizeof *cut);
    if (cut == NULL)
        return;
    void *words = w->cut_words.items;
    if (!memory_reserve(&w->memory, &words, &w->cut_words.capacity,
                        (size_t) 2 * w->set_words * sizeof(uint64_t), w->cuts.count)) {
        w->cuts.count--;
        world_out_of_memory(w);
        return;
    }
    w->cut_words.items = words;
    *cut = (struct cut){.occurrence = occurrence, .hold = hold};
    w->hold_count += hold;
    uint64_t *at
        = (uint64_t *) w->cut_words.items + (size_t) (w->cuts.count - 1) * 2 * w->set_words;
    memcpy(at, from->words, w->set_words * sizeof *at);
    memcpy(at + w->set_words, to->words, w->set_words * sizeof *at);
    if (!hold)
        world_note(w, RECORD_CONNECTIVITY, NODE_NONE, NODE_NONE, 0, 0);
}

static void remove_all(struct world *w, uint32_t occurrence)
{
    struct cut *cuts = w->cuts.items;
    uint64_t *words = w->cut_words.items;
    size_t width = 2 * (size_t) w->set_words;
    uint32_t kept = 0, cut_count = 0;
    for (uint32_t i = 0; i < w->cuts.count; i++) {
        if (cuts[i].occurrence == occurrence) {
            w->hold_count -= cuts[i].hold;
            cut_count += !cuts[i].hold;
            continue;
        }
        if (kept != i) {
            cuts[kept] = cuts[i];
            memcpy(words + kept * width, words + i * width, width * sizeof *words);
        }
        kept++;
    }
    w->cuts.count = kept;
    if (cut_count > 0)
        world_note(w, RECORD_CONNECTIVITY, NODE_NONE, NODE_NONE, 0, 0);
}

void world_cut(struct world *w, uint32_t occurrence, const struct node_set *from,
               const struct node_set *to)
{
    add(w, occurrence, from, to, false);
}

void world_uncut(struct world *w, uint32_t occurrence)
{
    remove_all(w, occurrence);
}

void world_hold(struct world *w, uint32_t occurrence, const struct node_set *from,
                const struct node_set *to)
{
    add(w, occurrence, from, to, true);
}

/* What waited is delivered now, in the order in which it was sent. */
void world_unhold(struct world *w, uint32_t occurrence)
{
    remove_all(w, occurrence);
    struct held_message *held = w->held.items;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->held.count; i++) {
        if (held[i].occurrence == occurrence)
            world_push(w, w->now, EVENT_DELIVER, held[i].parcel);
        else
            held[kept++] = held[i];
    }
    w->held.count = kept;
}
