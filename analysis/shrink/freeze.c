/* From faults that were drawn to faults that are written down: when, for how long, whom. */
#include <stdlib.h>
#include <string.h>

#include "analysis/shrink/story.h"
#include "sim/chaos.h"

/* What an occurrence was told, drawn again for a fault of `chaos:`. */
static const struct fault_spec *spec_of(struct story *s, uint32_t number)
{
    uint32_t written = s->scenario->fault_count;
    if (number < written)
        return &s->scenario->faults[number];
    struct fault_spec *spec = arena_take(&s->arena, sizeof *spec);
    struct selector_item *items = arena_array(&s->arena, CHAOS_ITEMS, sizeof *items);
    if (spec == NULL || items == NULL)
        return NULL;
    chaos_draw(s->scenario, s->seed, number - written, spec, items);
    return spec;
}

/* The targets of a row, which NODE_NONE divides into lists. */
static bool read_lists(struct story *s, const node_id *targets, uint32_t count,
                       struct story_fault *f)
{
    uint32_t separators = 0, used = 0;
    for (uint32_t i = 0; i < count; i++)
        separators += targets[i] == NODE_NONE;
    struct node_list *lists = arena_array(&s->arena, (size_t) separators + 1, sizeof *lists);
    node_id *ids = arena_array(&s->arena, count, sizeof *ids);
    if (lists == NULL || ids == NULL)
        return false;
    uint32_t list = 0;
    lists[0].ids = ids;
    for (uint32_t i = 0; i < count; i++) {
        if (targets[i] == NODE_NONE) {
            lists[++list].ids = ids + used;
        } else {
            ids[used++] = targets[i];
            lists[list].count++;
        }
    }
    f->lists = lists;
    f->list_count = separators + 1;
    return true;
}

static bool names_nodes(const struct fault_kind *kind)
{
    for (uint32_t i = 0; i < kind->field_count; i++)
        if (kind->fields[i].type == FIELD_NODES || kind->fields[i].type == FIELD_GROUPS)
            return true;
    return false;
}

/* A bridge of drawn halves, as two blocks between them. */
static void add_bridge(struct story *s, struct story_fault f)
{
    const struct node_list left = f.lists[0], right = f.lists[2];
    for (int way = 0; way < 2; way++) {
        struct node_list *lists = arena_array(&s->arena, 2, sizeof *lists);
        if (lists == NULL)
            return;
        lists[0] = way == 0 ? left : right;
        lists[1] = way == 0 ? right : left;
        f.kind = story_fault_kind("block");
        f.lists = lists;
        f.list_count = 2;
        s->faults[s->fault_count++] = f;
    }
}

static bool is_leader(const struct selector *selector)
{
    return selector->count == 1 && selector->items[0].kind == SELECTOR_LEADER;
}

static bool add_fault(struct story *s, const struct run_result *result, const struct fault_row *row)
{
    const struct fault_spec *spec = spec_of(s, row->spec);
    const struct fault_kind *kind = fault_kinds[row->kind];
    if (spec == NULL)
        return false;
    const struct groups *groups = &spec->arguments.groups;
    bool divides = kind->fields[0].type == FIELD_GROUPS;
    struct story_fault f
        = {.kind = row->kind,
           .at = row->begin,
           .lasting = row->end - row->begin,
           .has_for = spec->has_for && row->end > row->begin && row->end < s->scenario->duration,
           .arguments = &spec->arguments,
           .ring = divides && groups->kind == GROUPS_RING,
           .hit_leader = is_leader(&spec->arguments.target),
           .kept = true};
    const node_id *targets = result->fault_targets + row->target_begin;
    if (!read_lists(s, targets, row->target_count, &f))
        return false;
    if (names_nodes(kind) && !story_fault_is_whole(&f))
        return !s->arena.failed; /* it found nobody to hit */
    if (divides && groups->kind == GROUPS_BRIDGE && f.list_count == 3)
        add_bridge(s, f);
    else
        s->faults[s->fault_count++] = f;
    return !s->arena.failed;
}

bool story_freeze_faults(struct story *s, const struct run_record *record)
{
    const struct run_result *result = &record->result;
    s->faults = arena_array(&s->arena, 2 * (size_t) result->fault_count, sizeof *s->faults);
    s->fault_count = 0;
    bool good = s->faults != NULL;
    for (uint32_t i = 0; good && i < result->fault_count; i++)
        good = add_fault(s, result, &result->faults[i]);
    story_keep(s, "faults", NULL, false);
    story_keep(s, "chaos", NULL, false);
    return good;
}
