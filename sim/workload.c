/* What leaders do with their leadership: one guarded operation an interval.
 *
 * An operation is a check ("I lead, with this token") and, a while later, a write. What can go
 * wrong lies between the two: a process that is paused there writes after somebody else was
 * elected. The guarded resource stands outside the cluster and is reachable from every node; its
 * guard decides: none     it takes every write fencing  it refuses a token older than one it has
 * taken (Kleppmann 2016) quorum   the write counts once a majority has it: committed through the
 * algorithm's own log where it has one, else taken by a majority of reachable nodes that know of no
 * newer term */
#include "sim/world_state.h"

#define SLOT_BITS 24

/* What became of an operation; of a lock's it is the answer to its client. */
static void note(struct world *w, const struct operation *o, enum operation_outcome outcome,
                 bool stale)
{
    if (w->lock != NULL) {
        lock_answered(w, o->client, o->request, outcome == OPERATION_ACCEPTED);
        return;
    }
    w->cause = o->cause;
    struct record r = {.kind = RECORD_OPERATION,
                       .node = o->node,
                       .peer = NODE_NONE,
                       .detail = outcome,
                       .flags = stale,
                       .term = o->token,
                       .value = o->begun};
    world_record(w, &r);
}

static bool commits_itself(const struct world *w)
{
    return w->scenario->workload.guard == GUARD_QUORUM && w->algorithm->on_operation != NULL;
}

void workload_begin(struct world *w, struct node *n, sim_ns takes, uint32_t client,
                    uint64_t request)
{
    uint32_t slot = pool_take(&w->memory, &w->operations);
    if (slot == NO_SLOT) {
        world_out_of_memory(w);
        return;
    }
    struct operation *o = pool_at(&w->operations, slot);
    *o = (struct operation){.node = n->id,
                            .incarnation = n->incarnation,
                            .awaiting = commits_itself(w),
                            .token = n->term,
                            .number = ++w->operation_number,
                            .cause = w->cause,
                            .begun = w->now,
                            .client = client,
                            .request = request};
    uint64_t name = o->number << SLOT_BITS | slot;
    if (!commits_itself(w))
        world_push(w, sim_add(w->now, takes), EVENT_WRITE, slot);
    if (w->algorithm->on_operation == NULL || !world_enter(w, n))
        return;
    w->algorithm->on_operation(world_state(w, n->id), n, name);
    world_leave(w, n);
}

void workload_tick(struct world *w)
{
    const struct workload *load = &w->scenario->workload;
    world_push(w, sim_add(w->now, load->interval), EVENT_TICK, 0);
    bool anybody = false;
    for (node_id id = 0; id < w->node_count; id++)
        if (world_acts(w, id)) {
            struct rng stream = rng_stream(w->seed, RNG_WORKLOAD, id, (uint64_t) w->now);
            anybody = true;
            workload_begin(w, &w->nodes[id], distribution_draw(&load->duration, &stream), 0, 0);
        }
    if (!anybody) {
        struct operation nobody = {.node = NODE_NONE, .cause = w->cause, .begun = w->now};
        note(w, &nobody, OPERATION_NO_LEADER, false);
    }
}

/* A majority that `n` reaches both ways, none of which knows of a newer term than the token's. */
static bool majority_accepts(const struct world *w, const struct node *n, uint64_t token)
{
    uint32_t accepting = 0;
    for (node_id id = 0; id < w->node_count; id++) {
        const struct node *other = &w->nodes[id];
        if (other->running && other->pauses == 0 && world_connected(w, n->id, id)
            && world_connected(w, id, n->id) && world_view(w, id).term <= token)
            accepting++;
    }
    return accepting > w->node_count / 2;
}

static bool guard_accepts(struct world *w, const struct node *n, uint64_t token)
{
    switch ((enum operation_guard) w->scenario->workload.guard) {
    case GUARD_NONE:
        return true;
    case GUARD_FENCING:
        if (w->lock != NULL)
            return true; /* it is the lock's client that comes to the guard, later */
        if (token < w->newest_token)
            return false;
        w->newest_token = token;
        return true;
    case GUARD_QUORUM:
        return majority_accepts(w, n, token);
    }
    sim_unreachable();
}

void workload_write(struct world *w, uint32_t slot)
{
    struct operation *o = pool_at(&w->operations, slot);
    struct node *n = &w->nodes[o->node];
    if (!n->running || n->incarnation != o->incarnation)
        note(w, o, OPERATION_FAILED, false);
    else if (process_park(w, n, EVENT_WRITE, slot))
        return;
    else if (guard_accepts(w, n, o->token))
        note(w, o, OPERATION_ACCEPTED, w->newest_leader != n->id);
    else
        note(w, o, OPERATION_REJECTED, false);
    pool_give(&w->operations, slot);
}

static void finish(struct world *w, uint32_t slot, enum operation_outcome outcome)
{
    struct operation *o = pool_at(&w->operations, slot);
    uint64_t cause = w->cause;
    note(w, o, outcome, false);
    w->cause = cause;
    o->awaiting = false;
    pool_give(&w->operations, slot);
}

/* A committed operation is in every later leader's log, so it is never stale. */
void workload_committed(struct world *w, struct node *n, uint64_t operation, bool committed)
{
    uint32_t slot = (uint32_t) (operation & ((UINT64_C(1) << SLOT_BITS) - 1));
    if (!commits_itself(w) || slot >= w->operations.used)
        return;
    const struct operation *o = pool_at(&w->operations, slot);
    if (o->awaiting && o->number == operation >> SLOT_BITS && o->node == n->id)
        finish(w, slot, committed ? OPERATION_ACCEPTED : OPERATION_FAILED);
}

void workload_process_ended(struct world *w, const struct node *n)
{
    if (!commits_itself(w))
        return;
    for (uint32_t slot = 0; slot < w->operations.used; slot++) {
        const struct operation *o = pool_at(&w->operations, slot);
        if (o->awaiting && o->node == n->id)
            finish(w, slot, OPERATION_FAILED);
    }
}
