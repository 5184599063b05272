/* Fewer nodes and less time. */
#include <stdlib.h>
#include <string.h>

#include "analysis/shrink/shrink.h"
#include "scenarios/language/describe.h"

#define SEEDS_TRIED 10

/* What changes all draws may hide it with this seed and show it with others. */
static bool try_seeds(struct shrinker *s)
{
    uint64_t own = s->story.seed;
    if (shrink_try(s, NULL))
        return true;
    for (uint64_t seed = 1; seed <= SEEDS_TRIED && !shrink_is_over(s); seed++) {
        s->story.seed = seed;
        if (shrink_try(s, NULL))
            return true;
    }
    s->story.seed = own;
    return false;
}

/* ---- Time ------------------------------------------------------------------------------------ */

static bool try_duration(struct shrinker *s, sim_ns duration)
{
    struct story *t = &s->story;
    sim_ns before = t->duration;
    for (uint32_t i = 0; i < t->fault_count; i++)
        if (t->faults[i].kept && t->faults[i].at > duration)
            return false;
    t->duration = duration;
    if (shrink_try(s, NULL))
        return true;
    t->duration = before;
    return false;
}

static sim_ns last_fault(const struct story *t)
{
    sim_ns last = 0;
    for (uint32_t i = 0; i < t->fault_count; i++)
        if (t->faults[i].kept && t->faults[i].at > last)
            last = t->faults[i].at;
    return last;
}

/* The shortest of what a person would write: 1, 2, 3, 5, 7 times a power of ten; or a few whole
 * seconds after the last fault. */
void shrink_time(struct shrinker *s)
{
    static const sim_ns digits[] = {1, 2, 3, 5, 7};
    for (sim_ns power = 100 * MILLISECOND; power < s->story.duration; power *= 10)
        for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
            if (digits[i] * power < s->story.duration && try_duration(s, digits[i] * power)) {
                shrink_tell(s, "time cut");
                return;
            }
    static const sim_ns after[] = {1, 2, 3, 5, 10};
    sim_ns last = last_fault(&s->story) / SECOND * SECOND + SECOND;
    for (size_t i = 0; last > SECOND && i < sizeof after / sizeof *after; i++)
        if (last + after[i] * SECOND < s->story.duration
            && try_duration(s, last + after[i] * SECOND)) {
            shrink_tell(s, "time cut");
            return;
        }
}

/* Moves all faults by the same time; other seeds may show it where this does not any more. */
static bool try_shift(struct shrinker *s, sim_ns by)
{
    struct story *t = &s->story;
    struct story_copy before;
    if (!story_remember(t, &before)) {
        s->out_of_memory = true;
        return false;
    }
    t->duration -= by;
    for (uint32_t i = 0; i < t->fault_count; i++)
        if (t->faults[i].kept)
            t->faults[i].at -= by;
    if (try_seeds(s))
        return true;
    story_restore(t, &before);
    return false;
}

static sim_ns first_fault(const struct story *t)
{
    sim_ns first = SIM_FOREVER;
    for (uint32_t i = 0; i < t->fault_count; i++)
        if (t->faults[i].kept && t->faults[i].at < first)
            first = t->faults[i].at;
    return first;
}

/* Nothing happens before the first fault but the first election. */
void shrink_wait(struct shrinker *s)
{
    static const sim_ns begins[] = {1, 2, 5, 10, 20, 50, 100};
    sim_ns first = first_fault(&s->story);
    if (first == SIM_FOREVER)
        return;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        sim_ns begin = begins[i] * SECOND;
        if (begin + begin / 10 >= first || shrink_is_over(s))
            return;
        if (try_shift(s, first - begin)) {
            shrink_tell(s, "faults moved to the front");
            shrink_time(s);
            return;
        }
    }
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

/* How early a node stands in the lists of faults: the first of each group of a partition come
 * before the second. */
static void rank_by_use(const struct story *t, uint32_t *rank)
{
    for (node_id id = 0; id < t->nodes; id++)
        rank[id] = t->nodes;
    for (uint32_t i = 0; i < t->fault_count; i++)
        for (uint32_t k = 0; t->faults[i].kept && k < t->faults[i].list_count; k++)
            for (uint32_t n = 0; n < t->faults[i].lists[k].count; n++) {
                node_id id = t->faults[i].lists[k].ids[n];
                if (id < t->nodes && n < rank[id])
                    rank[id] = n;
            }
}

/* Keeps the nodes of the least ranks; they stay in the order of their numbers. */
static void map_by_use(const struct story *t, uint32_t nodes, const uint32_t *rank, node_id *map)
{
    uint32_t chosen = 0;
    node_id next = 0;
    for (node_id id = 0; id < t->nodes; id++)
        map[id] = NODE_NONE;
    for (uint32_t r = 0; r <= t->nodes && chosen < nodes; r++)
        for (node_id id = 0; id < t->nodes && chosen < nodes; id++)
            if (rank[id] == r) {
                map[id] = 0;
                chosen++;
            }
    for (node_id id = 0; id < t->nodes; id++)
        if (map[id] == 0)
            map[id] = next++;
}

static void map_by_number(uint32_t old, uint32_t nodes, node_id *map)
{
    for (node_id id = 0; id < old; id++)
        map[id] = id < nodes ? id : NODE_NONE;
}

/* What the cluster says of single nodes that are gone. */
static void drop_entries(struct story *t, const node_id *map, uint32_t old)
{
    for (uint32_t i = 0; i < t->setting_count; i++) {
        struct setting *setting = &t->settings[i];
        if (strcmp(setting->section, "cluster") != 0 || setting->entry == NULL)
            continue;
        for (node_id id = 0; id < old; id++) {
            char name[NODE_TEXT_MAX];
            write_node(name, id, old);
            if (strcmp(setting->entry, name) == 0 && map[id] != id)
                setting->kept = false;
        }
    }
}

static bool try_nodes(struct shrinker *s, uint32_t nodes, bool by_use)
{
    struct story *t = &s->story;
    struct story_copy before;
    node_id *map = arena_array(&t->arena, t->nodes, sizeof *map);
    uint32_t *rank = arena_array(&t->arena, t->nodes, sizeof *rank);
    if (map == NULL || rank == NULL || !story_remember(t, &before)) {
        s->out_of_memory = true;
        return false;
    }
    rank_by_use(t, rank);
    if (by_use)
        map_by_use(t, nodes, rank, map);
    else
        map_by_number(t->nodes, nodes, map);
    drop_entries(t, map, t->nodes);
    if (!story_map_nodes(t, map, nodes))
        s->out_of_memory = true;
    else if (try_seeds(s))
        return true;
    story_restore(t, &before);
    return false;
}

/* Large clusters by halves, so that a thousand nodes do not take a thousand attempts. */
void shrink_nodes(struct shrinker *s)
{
    uint32_t before = s->story.nodes;
    while (s->story.nodes > 16 && !shrink_is_over(s)) {
        uint32_t half = s->story.nodes / 2;
        if (!try_nodes(s, half, true) && !try_nodes(s, half, false))
            break;
    }
    bool smaller = s->story.nodes < before;
    for (uint32_t nodes = 1; nodes < s->story.nodes && nodes <= 16 && !shrink_is_over(s); nodes++)
        if (try_nodes(s, nodes, true) || try_nodes(s, nodes, false)) {
            smaller = true;
            break;
        }
    if (smaller)
        shrink_tell(s, "nodes taken away");
}
