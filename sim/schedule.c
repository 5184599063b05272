/* When faults happen: from `faults:` and `chaos:` to occurrences that begin and end. */
#include <string.h>

#include "sim/chaos.h"
#include "sim/world_state.h"

/* Each occurrence draws from a stream of its own: when, for how long, whom, and the rest. */

static uint32_t spec_count(const struct world *w)
{
    return w->scenario->fault_count + w->scenario->chaos.faults;
}

static const struct fault_spec *spec_at(const struct world *w, uint32_t spec)
{
    uint32_t written = w->scenario->fault_count;
    return spec < written ? &w->scenario->faults[spec] : &w->chaos[spec - written];
}

bool schedule_create(struct world *w)
{
    uint32_t specs = spec_count(w), chaos = w->scenario->chaos.faults;
    if (specs == 0)
        return true;
    w->occurrences = memory_zeroed(&w->memory, specs * sizeof *w->occurrences);
    if (w->occurrences == NULL)
        return false;
    if (chaos == 0)
        return true;
    w->chaos = memory_zeroed(&w->memory, chaos * sizeof *w->chaos);
    w->chaos_items
        = memory_zeroed(&w->memory, (size_t) chaos * CHAOS_ITEMS * sizeof *w->chaos_items);
    return w->chaos != NULL && w->chaos_items != NULL;
}

void schedule_destroy(struct world *w)
{
    uint32_t chaos = w->scenario->chaos.faults;
    memory_release(&w->memory, w->occurrences, spec_count(w) * sizeof *w->occurrences);
    memory_release(&w->memory, w->chaos, chaos * sizeof *w->chaos);
    memory_release(&w->memory, w->chaos_items,
                   (size_t) chaos * CHAOS_ITEMS * sizeof *w->chaos_items);
}

/* Drawn faults have numbers of their own, so that one more that is written moves none of them. */
static struct rng occurrence_stream(const struct world *w, uint32_t spec)
{
    uint32_t written = w->scenario->fault_count;
    uint64_t number = spec < written ? spec : (UINT64_C(1) << 32) + (spec - written);
    return rng_stream(w->seed, RNG_FAULT, number, w->occurrences[spec]);
}

/* The next occurrence of a specification, counted from `from`. */
static void schedule_next(struct world *w, uint32_t spec, sim_ns from)
{
    const struct fault_spec *s = spec_at(w, spec);
    struct rng stream = occurrence_stream(w, spec);
    sim_ns at = sim_add(from, rng_between(&stream, s->at.min, s->at.max));
    if (s->recurring && at == w->now && from == w->now)
        at = sim_add(at, 1); /* `every: 0s` must still let time pass */
    if (at <= w->scenario->duration)
        world_push(w, at, EVENT_FAULT_BEGIN, spec);
}

void schedule_reset(struct world *w)
{
    uint32_t drawn = chaos_count(w->scenario, w->seed);
    for (uint32_t i = 0; i < drawn; i++)
        chaos_draw(w->scenario, w->seed, i, &w->chaos[i],
                   &w->chaos_items[(size_t) i * CHAOS_ITEMS]);
    w->faults.count = w->fault_rows.count = w->fault_targets.count = 0;
    for (uint32_t spec = 0; spec < w->scenario->fault_count + drawn; spec++) {
        w->occurrences[spec] = 0;
        schedule_next(w, spec, 0);
    }
    if (w->scenario->settle > 0)
        world_push(w, w->scenario->duration, EVENT_SETTLE, 0);
}

struct node_set schedule_set(const struct world *w, uint32_t fault, enum fault_set which)
{
    uint64_t *words = w->fault_set_words.items;
    return (struct node_set){.words = words + ((size_t) fault * SET_COUNT + which) * w->set_words,
                             .word_count = w->set_words};
}

/* A slot for an occurrence: one that has ended, or a new one. NO_SLOT when memory is out. */
static uint32_t take_fault(struct world *w)
{
    const struct active_fault *faults = w->faults.items;
    for (uint32_t i = 0; i < w->faults.count; i++)
        if (!faults[i].active)
            return i;
    if (world_append(w, &w->faults, sizeof(struct active_fault)) == NULL)
        return NO_SLOT;
    if (!memory_reserve(&w->memory, &w->fault_set_words.items, &w->fault_set_words.capacity,
                        (size_t) SET_COUNT * w->set_words * sizeof(uint64_t), w->faults.count)) {
        w->faults.count--;
        world_out_of_memory(w);
        return NO_SLOT;
    }
    return w->faults.count - 1;
}

void world_name_target(struct world *w, node_id node)
{
    sim_assert(w->fault_rows.count > 0);
    node_id *target = world_append(w, &w->fault_targets, sizeof *target);
    if (target == NULL)
        return;
    *target = node;
    struct fault_row *rows = w->fault_rows.items;
    rows[w->fault_rows.count - 1].target_count++;
}

static void name_set(struct world *w, const struct node_set *set)
{
    for (node_id id = 0; id < w->total; id++)
        if (node_set_has(set, id))
            world_name_target(w, id);
}

static struct fault_instance instance_of(struct world *w, uint32_t fault)
{
    struct active_fault *f = (struct active_fault *) w->faults.items + fault;
    return (struct fault_instance){.arguments = f->arguments,
                                   .target = schedule_set(w, fault, SET_TARGET),
                                   .from = schedule_set(w, fault, SET_FROM),
                                   .to = schedule_set(w, fault, SET_TO),
                                   .stream = &f->stream,
                                   .number = f->occurrence};
}

static void resolve(struct world *w, struct fault_instance *instance)
{
    const struct fault_arguments *a = instance->arguments;
    memset(instance->target.words, 0, (size_t) SET_COUNT * w->set_words * sizeof(uint64_t));
    select_nodes(w, &a->target, instance->stream, &instance->target);
    select_nodes(w, &a->from, instance->stream, &instance->from);
    select_nodes(w, &a->to, instance->stream, &instance->to);
    name_set(w, &instance->target);
    if (a->from.count + a->to.count == 0)
        return;
    name_set(w, &instance->from);
    world_name_target(w, NODE_NONE);
    name_set(w, &instance->to);
}

static void note(struct world *w, enum record_kind kind, uint32_t row, uint32_t fault_kind)
{
    struct record r
        = {.kind = kind, .node = NODE_NONE, .peer = NODE_NONE, .detail = row, .value = fault_kind};
    w->cause = world_record(w, &r);
}

void schedule_begin(struct world *w, uint32_t spec)
{
    const struct fault_spec *s = spec_at(w, spec);
    const struct fault_kind *kind = fault_kinds[s->kind];
    struct rng stream = occurrence_stream(w, spec);
    if (w->settled)
        return;
    (void) rng_between(&stream, s->at.min, s->at.max); /* spent on the instant */
    w->occurrences[spec]++;
    if (s->recurring)
        schedule_next(w, spec, w->now);
    uint32_t fault = take_fault(w);
    uint32_t row = w->fault_rows.count;
    struct fault_row *r = fault == NO_SLOT ? NULL : world_append(w, &w->fault_rows, sizeof *r);
    if (r == NULL)
        return;
    bool lasts = kind->duration == FAULT_LASTING || (kind->duration == FAULT_EITHER && s->has_for);
    *r = (struct fault_row){.kind = s->kind,
                            .spec = spec,
                            .begin = w->now,
                            .end = lasts ? SIM_FOREVER : w->now,
                            .target_begin = w->fault_targets.count};
    sim_ns lasting
        = s->has_for ? rng_between(&stream, s->lasting.min, s->lasting.max) : SIM_FOREVER;
    struct active_fault *f = (struct active_fault *) w->faults.items + fault;
    *f = (struct active_fault){.stream = stream,
                               .arguments = &s->arguments,
                               .kind = s->kind,
                               .spec = spec,
                               .row = row,
                               .occurrence = row,
                               .active = lasts};
    struct fault_instance instance = instance_of(w, fault);
    resolve(w, &instance);
    note(w, RECORD_FAULT_BEGAN, row, s->kind);
    kind->begin(w, &instance);
    if (lasts && lasting != SIM_FOREVER)
        world_push(w, sim_add(w->now, lasting), EVENT_FAULT_END, fault);
}

void schedule_end(struct world *w, uint32_t fault)
{
    struct active_fault *f = (struct active_fault *) w->faults.items + fault;
    struct fault_row *row = (struct fault_row *) w->fault_rows.items + f->row;
    if (!f->active || w->settled)
        return; /* healed by `settle` before its time; or left by it for ever */
    row->end = w->now;
    note(w, RECORD_FAULT_ENDED, f->row, f->kind);
    struct fault_instance instance = instance_of(w, fault);
    sim_assert(fault_kinds[f->kind]->end != NULL);
    fault_kinds[f->kind]->end(w, &instance);
    f = (struct active_fault *) w->faults.items + fault;
    f->active = false;
}
