/* The life of a node's process: start, crash, wipe, stop, pause, and what reaches it meanwhile. */
#include <string.h>

#include "sim/world_state.h"

static bool is_member(const struct world *w, const struct node *n)
{
    return n->id < w->node_count;
}

static void count_running(struct world *w, const struct node *n, int change)
{
    if (is_member(w, n))
        w->running_count += (uint32_t) change;
}

bool process_park(struct world *w, const struct node *n, uint32_t kind, uint32_t slot)
{
    if (n->pauses == 0)
        return false;
    struct parked_event *parked = world_append(w, &w->parked, sizeof *parked);
    if (parked != NULL)
        *parked = (struct parked_event){.node = n->id, .kind = kind, .slot = slot};
    return true;
}

static void drop_parked(struct world *w, const struct parked_event *parked)
{
    if (parked->kind == EVENT_DELIVER) {
        network_release_parcel(w, parked->slot);
    } else if (parked->kind == EVENT_RELEASE) {
        pool_give(&w->parcels, parked->slot);
    } else if (parked->kind == EVENT_TIMER) {
        w->timers[parked->slot].queued = SIM_FOREVER;
    } else {
        sim_assert(parked->kind == EVENT_WRITE);
        world_push(w, w->now, EVENT_WRITE, parked->slot);
    }
}

/* Takes the node's parked events out of the list, in order: back into the queue, or dropped. */
static void unpark(struct world *w, const struct node *n, bool drop)
{
    struct parked_event *items = w->parked.items;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->parked.count; i++) {
        struct parked_event parked = items[i];
        if (parked.node != n->id) {
            items[kept++] = parked;
            continue;
        }
        if (drop) {
            drop_parked(w, &parked);
            continue;
        }
        if (parked.kind == EVENT_TIMER)
            w->timers[parked.slot].queued = w->now;
        world_push(w, w->now, parked.kind, parked.slot);
    }
    w->parked.count = kept;
}

void process_start(struct world *w, struct node *n)
{
    sim_assert(!n->running);
    if (n->pauses > 0) {
        n->start_waits = true;
        return;
    }
    n->running = true;
    n->start_waits = false;
    n->exiting = false;
    n->leads = false;
    n->incarnation++;
    n->disk_done_at = w->now;
    n->grace_over_at = SIM_FOREVER;
    count_running(w, n, +1);
    memset(world_state(w, n->id), 0, w->state_size);
    w->cause = world_note(w, RECORD_STARTED, n->id, NODE_NONE, 0, 0);
    if (!world_enter(w, n))
        return;
    const void *durable = n->has_durable ? w->durables + (size_t) w->durable_size * n->id : NULL;
    w->algorithm->on_start(world_state(w, n->id), n, w->scenario->configs[n->id], durable);
    world_leave(w, n);
}

void process_forget(struct world *w, struct node *n)
{
    if (w->algorithm->on_end != NULL)
        w->algorithm->on_end(world_state(w, n->id));
    node_return_workspace(n);
}

void process_end(struct world *w, struct node *n, enum crash_reason why)
{
    if (why == CRASH_WIPE)
        n->has_durable = false;
    n->start_waits = false;
    if (!n->running)
        return;
    if (n->pauses == 0)
        count_running(w, n, -1);
    n->running = false;
    n->leads = false;
    n->exiting = false;
    for (uint32_t t = 0; t < w->timer_count; t++)
        w->timers[n->id * w->timer_count + t].deadline = SIM_FOREVER;
    process_forget(w, n);
    w->cause = world_note(w, RECORD_CRASHED, n->id, NODE_NONE, why, 0);
    unpark(w, n, true);
    workload_process_ended(w, n);
}

void process_exit_if_asked(struct world *w, struct node *n)
{
    if (n->exiting)
        process_end(w, n, CRASH_STOP);
}

void process_timer_fired(struct world *w, uint32_t slot)
{
    struct timer *t = &w->timers[slot];
    struct node *n = &w->nodes[slot / w->timer_count];
    if (t->queued != w->now)
        return; /* armed for earlier since, and that event has come */
    if (t->deadline > w->now) {
        t->queued = SIM_FOREVER;
        if (t->deadline > w->end)
            return;
        t->queued = t->deadline;
        world_push(w, t->deadline, EVENT_TIMER, slot);
        return;
    }
    if (process_park(w, n, EVENT_TIMER, slot))
        return;
    sim_assert(n->running);
    w->events++;
    uint32_t timer = slot % w->timer_count;
    t->queued = SIM_FOREVER;
    t->deadline = SIM_FOREVER;
    w->cause = t->cause;
    w->cause = world_note(w, RECORD_TIMER_FIRED, n->id, NODE_NONE, timer, 0);
    if (!world_enter(w, n))
        return;
    w->algorithm->on_timer(world_state(w, n->id), n, timer);
    world_leave(w, n);
}

void process_deliver(struct world *w, uint32_t slot)
{
    struct parcel *parcel = pool_at(&w->parcels, slot);
    struct node *n = &w->nodes[parcel->to];
    if (!n->running) {
        network_release_parcel(w, slot);
        return;
    }
    if (process_park(w, n, EVENT_DELIVER, slot))
        return;
    const struct message_kind *kind = &w->algorithm->messages[parcel->kind];
    world_copy(w->inbox, parcel + 1, kind->size);
    struct message message = {.from = parcel->from, .kind = parcel->kind, .body = w->inbox};
    uint32_t cause = parcel->cause;
    pool_give(&w->parcels, slot);

    w->traffic[message.kind].delivered++;
    w->cause = w->records - (uint32_t) ((uint32_t) w->records - cause);
    struct record r = {.kind = RECORD_DELIVERED,
                       .node = n->id,
                       .peer = message.from,
                       .detail = message.kind,
                       .body = w->inbox};
    w->cause = world_record(w, &r);
    if (!world_enter(w, n))
        return;
    w->algorithm->on_message(world_state(w, n->id), n, &message);
    world_leave(w, n);
}

/* ---- What faults do to processes ------------------------------------------------------------- */

static struct node *node_at(struct world *w, node_id id)
{
    sim_assert(id < w->total);
    return &w->nodes[id];
}

void world_crash(struct world *w, node_id node)
{
    process_end(w, node_at(w, node), CRASH_FAULT);
}

void world_restart(struct world *w, node_id node)
{
    struct node *n = node_at(w, node);
    if (!n->running)
        process_start(w, n);
}

void world_wipe(struct world *w, node_id node)
{
    process_end(w, node_at(w, node), CRASH_WIPE);
    world_restart(w, node);
}

void world_stop(struct world *w, node_id node, sim_ns grace)
{
    struct node *n = node_at(w, node);
    if (!n->running)
        return;
    if (w->algorithm->on_admin == NULL || n->pauses > 0) {
        process_end(w, n, CRASH_STOP);
        return;
    }
    n->grace_over_at = sim_add(w->now, grace);
    world_push(w, n->grace_over_at, EVENT_GRACE, node);
    world_admin(w, node, ADMIN_STOP, NODE_NONE);
}

void process_grace_over(struct world *w, uint32_t node)
{
    struct node *n = node_at(w, node);
    if (n->running && n->grace_over_at == w->now)
        process_end(w, n, CRASH_STOP);
}

void world_admin(struct world *w, node_id node, enum admin_command command, node_id target)
{
    struct node *n = node_at(w, node);
    if (!n->running || n->pauses > 0 || w->algorithm->on_admin == NULL)
        return;
    uint64_t cause = w->cause;
    w->cause = world_note(w, RECORD_ADMIN, node, target, command, 0);
    if (!world_enter(w, n))
        return;
    w->algorithm->on_admin(world_state(w, node), n, command, target);
    world_leave(w, n);
    w->cause = cause;
}

void world_pause(struct world *w, node_id node, int change)
{
    struct node *n = node_at(w, node);
    sim_assert(change == 1 || change == -1);
    sim_assert(change == 1 || n->pauses > 0);
    bool was_paused = n->pauses > 0;
    n->pauses += (uint32_t) change;
    if (was_paused == (n->pauses > 0))
        return;
    if (n->pauses > 0) {
        if (n->running)
            count_running(w, n, -1);
        world_note(w, RECORD_PAUSED, node, NODE_NONE, 0, 0);
        return;
    }
    if (n->running)
        count_running(w, n, +1);
    world_note(w, RECORD_RESUMED, node, NODE_NONE, 0, 0);
    unpark(w, n, false);
    if (n->start_waits)
        process_start(w, n);
}

void world_jump_clock(struct world *w, node_id node, sim_ns by)
{
    struct node *n = node_at(w, node);
    n->wall_offset = sim_add(n->wall_offset, by);
    struct record r = {.kind = RECORD_CLOCK_JUMPED, .node = node, .peer = NODE_NONE, .value = by};
    world_record(w, &r);
}

void world_set_load(struct world *w, node_id node, uint32_t thousandths)
{
    node_at(w, node)->load = thousandths;
    world_note(w, RECORD_LOADED, node, NODE_NONE, thousandths, 0);
}

/* Timers that are armed keep their local deadline, which the new rate moves in true time. */
void world_set_drift(struct world *w, node_id node, int64_t drift_ppb)
{
    struct node *n = node_at(w, node);
    sim_assert(drift_ppb >= -CLOCK_DRIFT_MAX_PPB);
    sim_assert(drift_ppb <= CLOCK_DRIFT_MAX_PPB);
    struct clock_line before = n->clock;
    n->clock = (struct clock_line){.true_base = w->now,
                                   .local_base = clock_local(&before, w->now),
                                   .drift_ppb = (int32_t) drift_ppb};
    struct record r
        = {.kind = RECORD_CLOCK_DRIFTED, .node = node, .peer = NODE_NONE, .value = drift_ppb};
    world_record(w, &r);
    for (uint32_t i = 0; i < w->timer_count; i++) {
        struct timer *t = &w->timers[node * w->timer_count + i];
        if (t->deadline == SIM_FOREVER || t->deadline <= w->now)
            continue;
        t->deadline = clock_true(&n->clock, clock_local(&before, t->deadline));
        if (t->deadline >= t->queued || t->deadline > w->end)
            continue;
        t->queued = t->deadline;
        world_push(w, t->deadline, EVENT_TIMER, node * w->timer_count + i);
    }
}
