/* Whom a fault or a rule names: n3, s1, a region, a word, a list of them. */
#include <string.h>

#include "scenarios/language/reader.h"
#include "scenarios/language/units.h"

node_id parse_node_name(const struct reader *r, const char *text, size_t length, bool *exists)
{
    *exists = false;
    if (length < 2 || (text[0] != 'n' && text[0] != 's'))
        return NODE_NONE;
    for (size_t i = 1; i < length; i++)
        if (text[i] < '0' || text[i] > '9')
            return NODE_NONE;
    uint64_t number = 0;
    const char *why;
    uint32_t limit = text[0] == 'n' ? r->scenario->nodes : r->scenario->services;
    bool known = text[0] == 'n' ? r->nodes_known : r->services_known;
    bool read = read_count(text + 1, length - 1, &number, &why);
    *exists = read && number >= 1 && number <= NODES_MAX && (!known || number <= limit)
              && text[1] != '0';
    if (!*exists)
        return 0;
    return (node_id) (number - 1) + (text[0] == 's' ? r->scenario->nodes : 0);
}

void complain_no_node(struct reader *r, const struct yaml *at)
{
    if (at->text[0] == 's' && r->scenario->services == 0)
        complain(r, at, NULL, "there is no service %.40s; `%s` has none", at->text,
                 r->scenario->algorithm != NULL ? r->scenario->algorithm->name : "the algorithm");
    else if (at->text[0] == 's' && r->scenario->services == 1)
        complain(r, at, NULL, "there is no service %.40s; there is s1 alone", at->text);
    else if (at->text[0] == 's')
        complain(r, at, NULL, "there is no service %.40s; there are s1 to s%u", at->text,
                 r->scenario->services);
    else
        complain(r, at, NULL, "there is no node %.40s; the cluster has n1 to n%u", at->text,
                 r->scenario->nodes);
}

bool read_node(struct reader *r, const struct yaml *value, node_id *into)
{
    if (!need_scalar(r, value, "a node, as n1"))
        return false;
    bool exists;
    node_id id = parse_node_name(r, value->text, value->length, &exists);
    if (id == NODE_NONE) {
        complain(r, value, NULL, "`%.80s` is no node; nodes are named n1, n2 …", value->text);
        return false;
    }
    if (!exists) {
        complain_no_node(r, value);
        return false;
    }
    *into = id;
    return true;
}

static bool complain_unknown_node(struct reader *r, const struct yaml *value, bool with_words)
{
    struct names names = {0};
    for (uint32_t i = 0; selector_words[i] != NULL; i++)
        if (with_words || i + SELECTOR_LEADER == SELECTOR_ALL)
            names_add(&names, selector_words[i]);
    for (uint32_t i = 0; i < r->scenario->region_count; i++)
        names_add(&names, r->scenario->regions[i].name);
    for (uint32_t i = 0; selector_words[i] != NULL; i++)
        if (!with_words && strcmp(selector_words[i], value->text) == 0) {
            complain(r, value, NULL, "`%s` changes during a run; name nodes, regions or `all` here",
                     value->text);
            return false;
        }
    complain(r, value, did_you_mean(r, value->text, value->length, &names),
             "unknown node or region `%.80s`", value->text);
    return false;
}

static bool read_item(struct reader *r, const struct yaml *value, bool with_words,
                      struct selector_item *into)
{
    if (!need_scalar(r, value, "a node, a region or a word as `leader`"))
        return false;
    bool exists;
    node_id id = parse_node_name(r, value->text, value->length, &exists);
    if (id != NODE_NONE && !exists) {
        complain_no_node(r, value);
        return false;
    }
    if (id != NODE_NONE) {
        *into = (struct selector_item){SELECTOR_NODE, id};
        return true;
    }
    for (uint32_t i = 0; selector_words[i] != NULL; i++)
        if (strcmp(selector_words[i], value->text) == 0
            && (with_words || i + SELECTOR_LEADER == SELECTOR_ALL)) {
            *into = (struct selector_item){i + SELECTOR_LEADER, 0};
            return true;
        }
    for (uint32_t i = 0; i < r->scenario->region_count; i++)
        if (strcmp(r->scenario->regions[i].name, value->text) == 0) {
            *into = (struct selector_item){SELECTOR_REGION, i};
            return true;
        }
    return complain_unknown_node(r, value, with_words);
}

static bool read_items(struct reader *r, const struct yaml *value, bool with_words,
                       struct selector *into)
{
    bool list = value->kind == YAML_LIST;
    uint32_t count = list ? value->count : 1;
    if (count == 0) {
        complain(r, value, NULL, "an empty list names nobody");
        return false;
    }
    struct selector_item *items = arena_array(r->arena, count, sizeof *items);
    if (items == NULL)
        return false;
    bool good = true;
    for (uint32_t i = 0; i < count; i++)
        good &= read_item(r, list ? value->entries[i].value : value, with_words, &items[i]);
    *into = (struct selector){items, count};
    return good;
}

bool read_selector(struct reader *r, const struct yaml *value, struct selector *into)
{
    return read_items(r, value, true, into);
}

bool read_fixed_selector(struct reader *r, const struct yaml *value, struct selector *into)
{
    return read_items(r, value, false, into);
}

/* ---- Groups of a partition ----------------------------------------------------------------- */

/* Marks a node as taken by a group of the partition whose marks begin behind `base`; false when
 * another group of it has the node. */
static bool take_node(uint32_t *taken, node_id id, uint32_t base, uint32_t group)
{
    if (taken[id] > base && taken[id] != base + group)
        return false;
    taken[id] = base + group;
    return true;
}

/* Whether no node that is known by name is in two groups. */
static bool groups_are_apart(struct reader *r, const struct yaml *value,
                             const struct selector *listed, uint32_t count)
{
    uint32_t total = r->scenario->nodes + r->scenario->services;
    if (r->taken == NULL)
        r->taken = arena_array(r->arena, total, sizeof *r->taken);
    if (r->taken == NULL)
        return false;
    uint32_t *taken = r->taken, base = r->groups_seen;
    r->groups_seen += count;
    node_id twice = NODE_NONE;
    uint32_t group = 0;
    for (; group < count && twice == NODE_NONE; group++)
        for (uint32_t i = 0; i < listed[group].count && twice == NODE_NONE; i++) {
            const struct selector_item *item = &listed[group].items[i];
            if (item->kind == SELECTOR_NODE && item->index < total
                && !take_node(taken, item->index, base, group + 1))
                twice = item->index;
            if (item->kind != SELECTOR_REGION)
                continue;
            const struct region *region = &r->scenario->regions[item->index];
            for (uint32_t j = 0; j < region->count && twice == NODE_NONE; j++)
                if (region->nodes[j] < total
                    && !take_node(taken, region->nodes[j], base, group + 1))
                    twice = region->nodes[j];
        }
    if (twice == NODE_NONE)
        return true;
    bool member = twice < r->scenario->nodes;
    complain(r, value->entries[group - 1].value, NULL, "overlapping groups: %c%u is in two groups",
             member ? 'n' : 's', member ? twice + 1 : twice - r->scenario->nodes + 1);
    return false;
}

static bool read_listed_groups(struct reader *r, const struct yaml *value, struct groups *into)
{
    if (value->count == 0) {
        complain(r, value, NULL, "a partition needs at least one group");
        return false;
    }
    struct selector *listed = arena_array(r->arena, value->count, sizeof *listed);
    if (listed == NULL)
        return false;
    bool good = true;
    for (uint32_t i = 0; i < value->count; i++)
        good &= read_selector(r, value->entries[i].value, &listed[i]);
    if (!good || !r->nodes_known || !groups_are_apart(r, value, listed, value->count))
        return false;
    *into = (struct groups){.kind = GROUPS_LISTED, .count = value->count, .listed = listed};
    return true;
}

static bool find_groups_word(const char *text, uint32_t *kind)
{
    for (uint32_t i = GROUPS_BRIDGE; groups_words[i] != NULL; i++)
        if (strcmp(groups_words[i], text) == 0) {
            *kind = i;
            return true;
        }
    return false;
}

static bool complain_groups(struct reader *r, const struct yaml *at)
{
    struct names names = {0};
    for (uint32_t i = GROUPS_BRIDGE; groups_words[i] != NULL; i++)
        names_add(&names, groups_words[i]);
    complain(r, at, did_you_mean(r, at->text, at->length, &names),
             "`%.80s` is no way to divide the nodes; write lists of nodes, `halves`, `ring`, "
             "`majority` or `{bridge: n1}`",
             at->text);
    return false;
}

bool read_groups(struct reader *r, const struct yaml *value, struct groups *into)
{
    uint32_t kind;
    if (value->kind == YAML_LIST)
        return read_listed_groups(r, value, into);
    if (value->kind == YAML_SCALAR) {
        if (!need_scalar(r, value, "groups of nodes"))
            return false;
        if (!find_groups_word(value->text, &kind))
            return complain_groups(r, value);
        if (kind == GROUPS_BRIDGE) {
            complain(r, value, NULL, "a bridge needs a node: `{bridge: n1}`");
            return false;
        }
        *into = (struct groups){.kind = kind};
        return true;
    }
    if (value->count != 1) {
        complain(r, value, NULL, "a partition is divided in one way only");
        return false;
    }
    const struct yaml *key = value->entries[0].key;
    if (!find_groups_word(key->text, &kind))
        return complain_groups(r, key);
    if (kind != GROUPS_BRIDGE && kind != GROUPS_MAJORITY) {
        complain(r, key, NULL, "`%s` takes no nodes; write just `%s`", key->text, key->text);
        return false;
    }
    *into = (struct groups){.kind = kind};
    return read_selector(r, value->entries[0].value, &into->of);
}
