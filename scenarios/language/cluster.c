/* `cluster:` — how many nodes, where they are, and what each of them counts. */
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/reader.h"
#include "scenarios/language/units.h"

#define REGIONS_MAX 1000u

static void look_for_nodes(struct reader *r)
{
    const struct yaml *cluster = yaml_find(r->root, "cluster", NULL);
    const struct yaml *nodes = yaml_find(cluster, "nodes", NULL);
    uint64_t count;
    const char *why;
    r->nodes_known = nodes != NULL && nodes->kind == YAML_SCALAR
                     && read_count(nodes->text, nodes->length, &count, &why) && count >= 1
                     && count <= NODES_MAX;
    r->scenario->nodes = r->nodes_known ? (uint32_t) count : 1;
}

bool begin_cluster(struct reader *r)
{
    struct scenario *s = r->scenario;
    look_for_nodes(r);
    begin_algorithm(r);
    uint32_t total = s->nodes + s->services;
    uint32_t *region_of = arena_array(r->arena, total, sizeof *region_of);
    uint32_t *weights = arena_array(r->arena, s->nodes, sizeof *weights);
    int32_t *priorities = arena_array(r->arena, s->nodes, sizeof *priorities);
    r->config_of = arena_array(r->arena, total, sizeof *r->config_of);
    if (region_of == NULL || weights == NULL || priorities == NULL || r->config_of == NULL)
        return false;
    for (uint32_t i = 0; i < total; i++)
        region_of[i] = NODE_NONE;
    for (uint32_t i = 0; i < s->nodes; i++)
        weights[i] = 1;
    s->region_of = region_of;
    s->weights = weights;
    s->priorities = priorities;
    return true;
}

/* The count itself was taken by begin_cluster(); here its mistakes are told. */
void read_nodes(struct reader *r, const struct yaml *value, void *base)
{
    uint64_t count;
    (void) base;
    if (!read_count_up_to(r, value, UINT64_MAX, &count))
        return;
    if (count < 1)
        complain(r, value, NULL, "a cluster has at least one node");
    else if (count > NODES_MAX)
        complain(r, value, NULL, "a cluster has at most %u nodes", NODES_MAX);
}

/* ---- Regions ------------------------------------------------------------------------------- */

static bool region_name_is_free(struct reader *r, const struct yaml *name)
{
    bool exists;
    bool word = false;
    for (uint32_t i = 0; selector_words[i] != NULL; i++)
        word |= strcmp(selector_words[i], name->text) == 0;
    if (word || name->length == 0
        || parse_node_name(r, name->text, name->length, &exists) != NODE_NONE) {
        complain(r, name, NULL, "`%.80s` cannot name a region: it already means something",
                 name->text);
        return false;
    }
    return true;
}

static int by_number(const void *a, const void *b)
{
    node_id left = *(const node_id *) a, right = *(const node_id *) b;
    return (left > right) - (left < right);
}

static void read_region(struct reader *r, const struct yaml *name, const struct yaml *value,
                        uint32_t index, struct region *into)
{
    bool list = value->kind == YAML_LIST;
    uint32_t count = list ? value->count : 1;
    uint32_t total = r->scenario->nodes + r->scenario->services;
    uint32_t *region_of = (uint32_t *) r->scenario->region_of;
    node_id *nodes = arena_array(r->arena, count, sizeof *nodes);
    *into = (struct region){.name = name->text, .nodes = nodes};
    if (nodes == NULL || !region_name_is_free(r, name))
        return;
    if (count == 0)
        complain(r, value, NULL, "a region has at least one node");
    for (uint32_t i = 0; i < count; i++) {
        const struct yaml *item = list ? value->entries[i].value : value;
        node_id id;
        if (!read_node(r, item, &id) || id >= total)
            continue;
        if (region_of[id] != NODE_NONE) {
            complain(r, item, NULL, "%.40s is already in region `%.40s`", item->text,
                     region_of[id] == index ? name->text
                                            : r->scenario->regions[region_of[id]].name);
            continue;
        }
        region_of[id] = index;
        nodes[into->count++] = id;
    }
    qsort(nodes, into->count, sizeof *nodes, by_number);
}

void read_regions(struct reader *r, const struct yaml *value, void *base)
{
    (void) base;
    if (!need_kind(r, value, YAML_MAP, "regions: {eu: [n1, n2]}"))
        return;
    if (value->count > REGIONS_MAX) {
        complain(r, value, NULL, "at most %u regions are taken", REGIONS_MAX);
        return;
    }
    struct region *regions = arena_array(r->arena, value->count, sizeof *regions);
    if (regions == NULL)
        return;
    r->scenario->regions = regions;
    for (uint32_t i = 0; i < value->count; i++) {
        read_region(r, value->entries[i].key, value->entries[i].value, i, &regions[i]);
        r->scenario->region_count = i + 1;
    }
}

/* ---- What each member counts --------------------------------------------------------------- */

/* The member that a key of a mapping names; false with a diagnostic. */
static bool read_member(struct reader *r, const struct yaml *key, node_id *id)
{
    if (!read_node(r, key, id))
        return false;
    if (key->text[0] == 's') {
        complain(r, key, NULL, "%.40s is a service; this is for members, n1 to n%u", key->text,
                 r->scenario->nodes);
        return false;
    }
    return *id < r->scenario->nodes;
}

void read_priorities(struct reader *r, const struct yaml *value, void *base)
{
    int32_t *priorities = (int32_t *) r->scenario->priorities;
    (void) base;
    if (!need_kind(r, value, YAML_MAP, "priorities: {n1: 2}"))
        return;
    for (uint32_t i = 0; i < value->count; i++) {
        const struct yaml *text = value->entries[i].value;
        node_id id;
        uint64_t size;
        const char *why;
        if (!read_member(r, value->entries[i].key, &id) || !need_scalar(r, text, "a whole number"))
            continue;
        bool negative = text->text[0] == '-';
        if (!read_count(text->text + negative, text->length - negative, &size, &why))
            complain(r, text, NULL, "`%.80s` %s", text->text, why);
        else if (size > INT32_MAX)
            complain(r, text, NULL, "`%.80s` is too large", text->text);
        else
            priorities[id] = negative ? -(int32_t) size : (int32_t) size;
    }
}

void read_weights(struct reader *r, const struct yaml *value, void *base)
{
    uint32_t *weights = (uint32_t *) r->scenario->weights;
    (void) base;
    if (!need_kind(r, value, YAML_MAP, "weights: {n1: 3}"))
        return;
    for (uint32_t i = 0; i < value->count; i++) {
        const struct yaml *text = value->entries[i].value;
        node_id id;
        uint64_t weight;
        /* A million votes for each of the most nodes still add up in 64 bits. */
        if (!read_member(r, value->entries[i].key, &id)
            || !read_count_up_to(r, text, 1000000, &weight))
            continue;
        if (weight < 1)
            complain(r, text, NULL, "a weight is at least 1");
        else
            weights[id] = (uint32_t) weight;
    }
}
