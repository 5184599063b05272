/* From the war to the peace: which faults end, and who is healthy from then on. Faults that always
 * heal never show an algorithm that cannot live with what stays; so a scenario may leave everything
 * as it is but for a majority that is drawn. */
#include <string.h>

#include "sim/world_state.h"

/* A stream that no occurrence of a fault has. */
#define CORE UINT64_MAX

static size_t core_size(const struct world *w)
{
    return w->scenario->heal == HEAL_CORE ? w->set_words * sizeof(uint64_t) : 0;
}

bool settle_create(struct world *w)
{
    if (core_size(w) == 0)
        return true;
    w->core = memory_zeroed(&w->memory, core_size(w));
    return w->core != NULL;
}

void settle_destroy(struct world *w)
{
    memory_release(&w->memory, w->core, core_size(w));
}

bool world_in_core(const struct world *w, node_id node)
{
    return w->core == NULL || ((w->core[node / 64] >> (node % 64)) & 1) != 0;
}

sim_ns world_pending_until(const struct world *w)
{
    return w->pending_until;
}

static uint32_t weight_of(const struct world *w, node_id id)
{
    return w->scenario->weights == NULL ? 1 : w->scenario->weights[id];
}

/* The n-th member that is not in the core. */
static node_id outsider(const struct world *w, uint64_t n)
{
    node_id id = 0;
    while (world_in_core(w, id) || n-- > 0)
        id++;
    return id;
}

/* Services, and members by chance until they are a majority by count and by weight; then half of
 * the time one more. */
static void choose_core(struct world *w)
{
    struct rng r = rng_stream(w->seed, RNG_FAULT, CORE, 0);
    uint64_t total = 0, weight = 0;
    uint32_t count = 0;
    memset(w->core, 0, core_size(w));
    for (node_id id = 0; id < w->total; id++)
        if (id < w->node_count)
            total += weight_of(w, id);
        else
            w->core[id / 64] |= UINT64_C(1) << (id % 64);
    while (count < w->node_count
           && (2 * count <= w->node_count || 2 * weight <= total || rng_below(&r, 2) == 0)) {
        node_id id = outsider(w, rng_below(&r, w->node_count - count));
        w->core[id / 64] |= UINT64_C(1) << (id % 64);
        weight += weight_of(w, id);
        count++;
    }
}

static bool meets_core(const struct world *w, const uint64_t *words)
{
    for (uint32_t i = 0; i < w->set_words; i++)
        if ((words[i] & w->core[i]) != 0)
            return true;
    return false;
}

static bool is_empty(const struct node_set *set)
{
    for (uint32_t i = 0; i < set->word_count; i++)
        if (set->words[i] != 0)
            return false;
    return true;
}

/* Whether a fault hits a node of the core, cuts a link inside of it, or is everywhere. */
static bool touches_core(const struct world *w, uint32_t fault)
{
    const struct active_fault *f = (const struct active_fault *) w->faults.items + fault;
    const struct cut *cuts = w->cuts.items;
    bool somewhere = false;
    for (uint32_t i = 0; i < w->cuts.count; i++) {
        const uint64_t *words = connectivity_words(w, i);
        if (cuts[i].occurrence != f->occurrence)
            continue;
        somewhere = true;
        if (meets_core(w, words) && meets_core(w, words + w->set_words))
            return true;
    }
    struct node_set target = schedule_set(w, fault, SET_TARGET);
    return !somewhere && (is_empty(&target) || meets_core(w, target.words));
}

void settle_begin(struct world *w)
{
    if (w->core != NULL)
        choose_core(w);
    for (uint32_t i = 0; i < w->faults.count; i++)
        if (((struct active_fault *) w->faults.items)[i].active
            && (w->core == NULL || touches_core(w, i)))
            schedule_end(w, i);
    for (node_id id = 0; id < w->total; id++)
        if (world_in_core(w, id))
            world_restart(w, id);
    w->settled = true;
    world_note(w, RECORD_SETTLED, NODE_NONE, NODE_NONE, 0, 0);
}
