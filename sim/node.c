/* What an algorithm can observe and do: the node_*() calls become events and records. */
#include <string.h>

#include "sim/guest.h"
#include "sim/world_state.h"

/* Rare: most algorithms run alone. */
#define IS_GUEST(n) __builtin_expect((n)->guest != NULL, false)

void node_set_guest(struct node *n, struct guest *g)
{
    n->guest = g;
}

node_id node_self(const struct node *n)
{
    return IS_GUEST(n) ? guest_self(n->guest) : n->id;
}

unsigned node_count(const struct node *n)
{
    if (IS_GUEST(n))
        return guest_count(n->guest);
    return n->world->node_count;
}

unsigned node_service_count(const struct node *n)
{
    return IS_GUEST(n) ? 0 : n->world->total - n->world->node_count;
}

bool node_is_service(const struct node *n)
{
    return n->id >= n->world->node_count;
}

int32_t node_priority(const struct node *n, node_id id)
{
    if (IS_GUEST(n))
        id = guest_member(n->guest, id);
    sim_assert(id < n->world->total);
    const int32_t *priorities = n->world->scenario->priorities;
    return priorities == NULL || id >= n->world->node_count ? 0 : priorities[id];
}

uint32_t node_weight(const struct node *n, node_id id)
{
    if (IS_GUEST(n))
        id = guest_member(n->guest, id);
    sim_assert(id < n->world->total);
    const uint32_t *weights = n->world->scenario->weights;
    return weights == NULL || id >= n->world->node_count ? 1 : weights[id];
}

uint32_t node_region(const struct node *n, node_id id)
{
    if (IS_GUEST(n))
        id = guest_member(n->guest, id);
    sim_assert(id < n->world->total);
    const uint32_t *region_of = n->world->scenario->region_of;
    return region_of == NULL ? NODE_NONE : region_of[id];
}

uint32_t node_load(const struct node *n)
{
    return n->load;
}

sim_ns node_monotonic(const struct node *n)
{
    return clock_local(&n->clock, n->world->now);
}

sim_ns node_wall(const struct node *n)
{
    return sim_add(node_monotonic(n), n->wall_offset);
}

uint64_t node_random(struct node *n, uint64_t bound)
{
    sim_assert(bound > 0);
    return rng_below(&n->rng, bound);
}

sim_ns node_random_range(struct node *n, struct sim_range range)
{
    sim_assert(range.min <= range.max);
    return rng_between(&n->rng, range.min, range.max);
}

void node_send(struct node *n, node_id to, unsigned kind, const void *body)
{
    if (IS_GUEST(n)) {
        guest_send(n->guest, n, to, kind, body, false);
        return;
    }
    sim_assert(to < n->world->total);
    sim_assert(kind < n->world->algorithm->message_count);
    network_send(n->world, n, to, kind, body);
}

void node_send_after_sync(struct node *n, node_id to, unsigned kind, const void *body)
{
    if (IS_GUEST(n)) {
        guest_send(n->guest, n, to, kind, body, true);
        return;
    }
    struct world *w = n->world;
    if (n->disk_done_at <= w->now) {
        node_send(n, to, kind, body);
        return;
    }
    sim_assert(to < w->total);
    sim_assert(kind < w->algorithm->message_count);
    uint32_t slot = pool_take(&w->memory, &w->parcels);
    if (slot == NO_SLOT) {
        world_out_of_memory(w);
        return;
    }
    struct parcel *parcel = pool_at(&w->parcels, slot);
    *parcel = (struct parcel){.from = n->id,
                              .to = to,
                              .cause = (uint32_t) w->cause,
                              .kind = (uint8_t) kind,
                              .incarnation = (uint16_t) n->incarnation};
    world_copy(parcel + 1, body, w->algorithm->messages[kind].size);
    world_push(w, n->disk_done_at, EVENT_RELEASE, slot);
}

void node_persist(struct node *n, const void *durable)
{
    if (IS_GUEST(n)) {
        guest_persist(n->guest, n, durable);
        return;
    }
    sim_assert(n->world->durable_size > 0);
    sim_assert(durable != NULL);
    disk_persist(n->world, n, durable);
}

/* An armed timer has one live event. Arming it for later only moves the deadline: the event finds
 * that out when it comes up and goes on to it (most timers are re-armed before they fire). */
void node_set_timer(struct node *n, unsigned timer, sim_ns after)
{
    if (IS_GUEST(n)) {
        guest_set_timer(n->guest, n, timer, after);
        return;
    }
    struct world *w = n->world;
    sim_assert(timer < w->timer_count);
    sim_assert(after >= 0);
    struct timer *t = &w->timers[n->id * w->timer_count + timer];
    if (n->clock.drift_ppb == 0 && n->clock.true_base == n->clock.local_base)
        t->deadline = sim_add(w->now, after);
    else
        t->deadline = clock_true(&n->clock, sim_add(node_monotonic(n), after));
    if (t->deadline < w->now)
        t->deadline = w->now; /* a slow clock has shown its present for a while */
    t->cause = w->cause;
    if (t->deadline >= t->queued || t->deadline > w->end)
        return;
    t->queued = t->deadline;
    world_push(w, t->deadline, EVENT_TIMER, n->id * w->timer_count + timer);
}

void node_clear_timer(struct node *n, unsigned timer)
{
    if (IS_GUEST(n)) {
        guest_clear_timer(n->guest, n, timer);
        return;
    }
    struct world *w = n->world;
    sim_assert(timer < w->timer_count);
    w->timers[n->id * w->timer_count + timer].deadline = SIM_FOREVER;
}

void *node_workspace(struct node *n)
{
    if (IS_GUEST(n))
        return guest_workspace(n->guest, n);
    struct world *w = n->world;
    if (n->workspace != NULL)
        return n->workspace;
    sim_assert(w->workspace_count > 0);
    n->workspace = w->workspaces[--w->workspace_count];
    memset(n->workspace, 0, w->workspace_size);
    return n->workspace;
}

void node_return_workspace(struct node *n)
{
    if (IS_GUEST(n)) {
        guest_return_workspace(n->guest);
        return;
    }
    struct world *w = n->world;
    if (n->workspace == NULL)
        return;
    sim_assert(w->workspace_count < w->workspace_capacity);
    w->workspaces[w->workspace_count++] = n->workspace;
    n->workspace = NULL;
}

void node_pre_campaign(struct node *n, uint64_t term)
{
    if (IS_GUEST(n))
        return;
    world_note(n->world, RECORD_PRE_CAMPAIGNED, n->id, NODE_NONE, 0, term);
}

void node_campaign(struct node *n, uint64_t term, enum campaign_reason why)
{
    if (IS_GUEST(n))
        return;
    world_note(n->world, RECORD_CAMPAIGNED, n->id, NODE_NONE, why, term);
}

void node_vote(struct node *n, uint64_t term, node_id candidate)
{
    if (IS_GUEST(n))
        return;
    sim_assert(candidate < n->world->total);
    world_note(n->world, RECORD_VOTED, n->id, candidate, 0, term);
}

void node_lead(struct node *n, uint64_t term)
{
    if (IS_GUEST(n)) {
        guest_lead(n->guest);
        return;
    }
    struct world *w = n->world;
    if (w->lock != NULL && !n->leads && !node_is_service(n))
        lock_leader_begins(w, n, term);
    n->leads = true;
    n->term = term;
    if (!node_is_service(n)) {
        w->newest_leader = n->id;
        w->led_order[n->id] = ++w->led_count;
    }
    world_note(w, RECORD_LED, n->id, n->id, 0, term);
}

void node_follow(struct node *n, uint64_t term, node_id leader)
{
    if (IS_GUEST(n))
        return;
    sim_assert(leader == NODE_NONE || leader < n->world->total);
    world_note(n->world, RECORD_FOLLOWED, n->id, leader, 0, term);
}

void node_step_down(struct node *n, uint64_t term, enum step_down_reason why)
{
    if (IS_GUEST(n)) {
        guest_step_down(n->guest);
        return;
    }
    sim_assert(n->leads);
    n->leads = false;
    world_note(n->world, RECORD_STEPPED_DOWN, n->id, NODE_NONE, why, term);
}

void node_operation_done(struct node *n, uint64_t operation, bool committed)
{
    sim_assert(n->guest == NULL);
    workload_committed(n->world, n, operation, committed);
}

void node_exit(struct node *n)
{
    if (IS_GUEST(n)) {
        guest_exit(n->guest);
        return;
    }
    n->exiting = true;
}
