/* Partition: the members fall into groups that do not hear each other. Nodes that the scenario puts
 * in no group (services too) form one more group; in drawn shapes services stay with the first. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"partition", FIELD_GROUPS, offsetof(struct fault_arguments, groups), NULL,
     "lists of nodes; or halves, majority, ring; or {bridge: NODE}, {majority: NODE}", NULL, NULL},
};

static const char *const aliases[] = {"split", "network_partition", NULL};

static uint32_t total(const struct world *w)
{
    return world_node_count(w) + world_service_count(w);
}

/* Makes `other` all that is not in `set`. */
static void complement(const struct world *w, const struct node_set *set, struct node_set *other)
{
    for (uint32_t i = 0; i < other->word_count; i++)
        other->words[i] = 0;
    for (node_id id = 0; id < total(w); id++)
        if (!node_set_has(set, id))
            node_set_add(other, id);
}

static void clear(struct node_set *set)
{
    for (uint32_t i = 0; i < set->word_count; i++)
        set->words[i] = 0;
}

static void name_members(struct world *w, const struct node_set *set, bool first)
{
    if (!first)
        world_name_target(w, NODE_NONE);
    for (node_id id = 0; id < total(w); id++)
        if (node_set_has(set, id))
            world_name_target(w, id);
}

/* Each listed group keeps to itself; both directions are cut as each side is `from` once. */
static void begin_listed(struct world *w, struct fault_instance *fault)
{
    const struct groups *g = &fault->arguments->groups;
    clear(&fault->target); /* gathers everyone who is in a group */
    for (uint32_t i = 0; i < g->count; i++) {
        clear(&fault->from);
        select_nodes(w, &g->listed[i], fault->stream, &fault->from);
        complement(w, &fault->from, &fault->to);
        name_members(w, &fault->from, i == 0);
        world_cut(w, fault->number, &fault->from, &fault->to);
        for (uint32_t word = 0; word < fault->from.word_count; word++)
            fault->target.words[word] |= fault->from.words[word];
    }
    complement(w, &fault->target, &fault->from);
    world_cut(w, fault->number, &fault->from, &fault->target);
}

static void begin_two(struct world *w, struct fault_instance *fault)
{
    complement(w, &fault->from, &fault->to);
    name_members(w, &fault->from, true);
    name_members(w, &fault->to, false);
    world_cut(w, fault->number, &fault->from, &fault->to);
    world_cut(w, fault->number, &fault->to, &fault->from);
}

static void add_services(const struct world *w, struct node_set *set)
{
    for (node_id id = world_node_count(w); id < total(w); id++)
        node_set_add(set, id);
}

static bool some_node(const struct node_set *set, node_id *id)
{
    for (uint32_t word = 0; word < set->word_count; word++)
        if (set->words[word] != 0) {
            *id = word * 64 + (uint32_t) __builtin_ctzll(set->words[word]);
            return true;
        }
    return false;
}

/* `size` members, `must` among them unless it is NODE_NONE, every such set equally likely. */
static void draw_members(struct world *w, struct fault_instance *fault, uint32_t size, node_id must)
{
    uint32_t left = world_node_count(w);
    clear(&fault->from);
    if (must != NODE_NONE && must < left && size > 0) {
        node_set_add(&fault->from, must);
        size--;
        left--;
    }
    for (node_id id = 0; id < world_node_count(w); id++) {
        if (id == must)
            continue;
        if (rng_below(fault->stream, left) < size) {
            node_set_add(&fault->from, id);
            size--;
        }
        left--;
    }
    add_services(w, &fault->from);
}

/* The bridge reaches everyone; the others fall in two halves that do not meet. */
static void begin_bridge(struct world *w, struct fault_instance *fault, node_id bridge)
{
    uint32_t others = world_node_count(w) - 1, left = others, wanted = (others + 1) / 2;
    clear(&fault->from);
    clear(&fault->to);
    for (node_id id = 0; id < world_node_count(w); id++) {
        if (id == bridge)
            continue;
        if (rng_below(fault->stream, left) < wanted) {
            node_set_add(&fault->from, id);
            wanted--;
        } else {
            node_set_add(&fault->to, id);
        }
        left--;
    }
    name_members(w, &fault->from, true);
    world_name_target(w, NODE_NONE);
    world_name_target(w, bridge);
    name_members(w, &fault->to, false);
    world_cut(w, fault->number, &fault->from, &fault->to);
    world_cut(w, fault->number, &fault->to, &fault->from);
}

static void begin_ring(struct world *w, struct fault_instance *fault)
{
    uint32_t members = world_node_count(w);
    for (node_id id = 0; id < members; id++) {
        clear(&fault->from);
        clear(&fault->target);
        node_set_add(&fault->from, id);
        node_set_add(&fault->target, id);
        node_set_add(&fault->target, (id + 1) % members);
        node_set_add(&fault->target, (id + members - 1) % members);
        add_services(w, &fault->target);
        complement(w, &fault->target, &fault->to);
        world_name_target(w, id);
        world_cut(w, fault->number, &fault->from, &fault->to);
    }
}

static void begin(struct world *w, struct fault_instance *fault)
{
    const struct groups *g = &fault->arguments->groups;
    uint32_t members = world_node_count(w);
    node_id of = NODE_NONE;
    clear(&fault->target);
    select_nodes(w, &g->of, fault->stream, &fault->target);
    bool named = some_node(&fault->target, &of);
    switch ((enum groups_kind) g->kind) {
    case GROUPS_LISTED:
        begin_listed(w, fault);
        return;
    case GROUPS_BRIDGE:
        if (named && of < members)
            begin_bridge(w, fault, of);
        return;
    case GROUPS_RING:
        begin_ring(w, fault);
        return;
    case GROUPS_HALVES:
        draw_members(w, fault, (members + 1) / 2, NODE_NONE);
        begin_two(w, fault);
        return;
    case GROUPS_MAJORITY:
        draw_members(w, fault, members / 2 + 1, of);
        begin_two(w, fault);
        return;
    }
    sim_unreachable();
}

static void end(struct world *w, struct fault_instance *fault)
{
    world_uncut(w, fault->number);
}

const struct fault_kind partition_fault = {
    .name = "partition",
    .about = "the members fall into groups that do not hear each other",
    .example = "{at: 8s, for: 3s, partition: [[n1, n2], [n3, n4, n5]]}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_LASTING,
    .aliases = aliases,
    .in_chaos = true,
    .begin = begin,
    .end = end,
};
