/* The node_*() calls, as a recorder: what a node sends and announces lies in the bench's lists, and
 * what it asks for in its struct node. */
#include "tests/algorithms/bench_node.h"

#include <stdlib.h>
#include <string.h>

#include "sim/guest.h"

static void *grown(void *list, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return list;
    *capacity = *capacity == 0 ? 64 : *capacity * 2;
    list = realloc(list, *capacity * size);
    bench_demand(list != NULL, "out of memory");
    return list;
}

/* With the default options: none changes it. */
size_t bench_durable_size(const struct node *n)
{
    const struct algorithm *a = n->bench->algorithm;
    return a->durable_size_with == NULL ? a->durable_size
                                        : a->durable_size_with(n->config, n->bench->members);
}

/* ---- What a node is told --------------------------------------------------------------------- */

void node_set_guest(struct node *n, struct guest *g)
{
    n->guest = g;
}

node_id node_self(const struct node *n)
{
    return n->guest != NULL ? guest_self(n->guest) : n->id;
}

unsigned node_count(const struct node *n)
{
    return n->guest != NULL ? guest_count(n->guest) : n->bench->members;
}

unsigned node_service_count(const struct node *n)
{
    return n->guest != NULL ? 0 : n->bench->total - n->bench->members;
}

bool node_is_service(const struct node *n)
{
    return n->id >= n->bench->members;
}

/* The node that a call means by `id`. */
static struct node *node_meant(const struct node *n, node_id id)
{
    return bench_node(n->bench, n->guest != NULL ? guest_member(n->guest, id) : id);
}

int32_t node_priority(const struct node *n, node_id id)
{
    return node_meant(n, id)->priority;
}

uint32_t node_weight(const struct node *n, node_id id)
{
    return node_meant(n, id)->weight;
}

uint32_t node_region(const struct node *n, node_id id)
{
    return node_meant(n, id)->region;
}

uint32_t node_load(const struct node *n)
{
    return n->load;
}

sim_ns node_monotonic(const struct node *n)
{
    return sim_add(n->bench->now, n->monotonic_offset);
}

sim_ns node_wall(const struct node *n)
{
    return sim_add(n->bench->now, n->wall_offset);
}

/* SplitMix64: any good mixer will do, the tests' expectations do not lean on its values. */
static uint64_t draw(struct bench *b)
{
    uint64_t z = b->random_state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

uint64_t node_random(struct node *n, uint64_t bound)
{
    sim_assert(bound > 0);
    if (n->bench->draw_least)
        return 0;
    uint64_t unfair = -bound % bound, value;
    do
        value = draw(n->bench);
    while (value < unfair);
    return value % bound;
}

sim_ns node_random_range(struct node *n, struct sim_range range)
{
    sim_assert(range.min <= range.max);
    return range.min + (sim_ns) node_random(n, (uint64_t) (range.max - range.min) + 1);
}

/* ---- Messages, the disk, timers and the workspace -------------------------------------------- */

static struct sent_message message_of(struct node *n, node_id to, unsigned kind, const void *body)
{
    const struct algorithm *a = n->bench->algorithm;
    sim_assert(to < n->bench->total);
    sim_assert(kind < a->message_count);
    struct sent_message m = {.from = n->id, .to = to, .kind = kind};
    sim_assert(a->messages[kind].size <= sizeof m.body);
    if (a->messages[kind].size > 0)
        memcpy(m.body, body, a->messages[kind].size);
    return m;
}

void bench_send_now(struct bench *b, struct sent_message m)
{
    b->sent = grown(b->sent, b->sent_count, &b->sent_capacity, sizeof *b->sent);
    b->sent[b->sent_count++] = m;
}

void node_send(struct node *n, node_id to, unsigned kind, const void *body)
{
    if (n->guest != NULL) {
        guest_send(n->guest, n, to, kind, body, false);
        return;
    }
    bench_send_now(n->bench, message_of(n, to, kind, body));
}

void node_send_after_sync(struct node *n, node_id to, unsigned kind, const void *body)
{
    if (n->guest != NULL) {
        guest_send(n->guest, n, to, kind, body, true);
        return;
    }
    if (!n->unsynced) {
        node_send(n, to, kind, body);
        return;
    }
    n->waiting = grown(n->waiting, n->waiting_count, &n->waiting_capacity, sizeof *n->waiting);
    n->waiting[n->waiting_count++] = message_of(n, to, kind, body);
}

void node_persist(struct node *n, const void *durable)
{
    if (n->guest != NULL) {
        guest_persist(n->guest, n, durable);
        return;
    }
    sim_assert(bench_durable_size(n) > 0);
    memcpy(n->written, durable, bench_durable_size(n));
    n->unsynced = true;
    n->persist_count++;
    if (n->bench->sync_at_once)
        bench_sync(n->bench, n->id);
}

void node_set_timer(struct node *n, unsigned timer, sim_ns after)
{
    if (n->guest != NULL) {
        guest_set_timer(n->guest, n, timer, after);
        return;
    }
    sim_assert(timer < n->bench->algorithm->timer_count);
    sim_assert(after >= 0);
    n->deadlines[timer] = sim_add(node_monotonic(n), after);
}

void node_clear_timer(struct node *n, unsigned timer)
{
    if (n->guest != NULL) {
        guest_clear_timer(n->guest, n, timer);
        return;
    }
    sim_assert(timer < n->bench->algorithm->timer_count);
    n->deadlines[timer] = SIM_FOREVER;
}

static size_t workspace_size(const struct node *n)
{
    const struct algorithm *a = n->bench->algorithm;
    return a->workspace_size == NULL ? 0 : a->workspace_size(n->config, n->bench->members);
}

void *node_workspace(struct node *n)
{
    if (n->guest != NULL)
        return guest_workspace(n->guest, n);
    sim_assert(n->bench->algorithm->workspace_size != NULL);
    if (!n->has_workspace) {
        /* A block of its own each time, so that sanitizers see the use of a returned one. */
        n->workspace = bench_zeroed(workspace_size(n));
        n->has_workspace = true;
    }
    return n->workspace;
}

void node_return_workspace(struct node *n)
{
    if (n->guest != NULL) {
        guest_return_workspace(n->guest);
        return;
    }
    free(n->workspace);
    n->workspace = NULL;
    n->has_workspace = false;
}

void bench_forget_process(struct node *n)
{
    if (n->up && n->bench->algorithm->on_end != NULL)
        n->bench->algorithm->on_end(n->state);
    node_return_workspace(n);
}

/* ---- What a node announces ------------------------------------------------------------------- */

static void announce(struct node *n, enum announcement_kind kind, uint64_t term, node_id peer,
                     int reason)
{
    struct bench *b = n->bench;
    b->announced
        = grown(b->announced, b->announced_count, &b->announced_capacity, sizeof *b->announced);
    b->announced[b->announced_count++] = (struct announcement){n->id, kind, term, peer, reason};
    if (kind != ANNOUNCED_VOTE)
        n->follows_announced = kind == ANNOUNCED_FOLLOW;
}

void node_pre_campaign(struct node *n, uint64_t term)
{
    if (n->guest != NULL)
        return;
    announce(n, ANNOUNCED_PRE_CAMPAIGN, term, NODE_NONE, 0);
}

void node_campaign(struct node *n, uint64_t term, enum campaign_reason why)
{
    if (n->guest != NULL)
        return;
    announce(n, ANNOUNCED_CAMPAIGN, term, NODE_NONE, (int) why);
}

void node_vote(struct node *n, uint64_t term, node_id candidate)
{
    if (n->guest != NULL)
        return;
    sim_assert(candidate < n->bench->total);
    announce(n, ANNOUNCED_VOTE, term, candidate, 0);
}

void node_lead(struct node *n, uint64_t term)
{
    if (n->guest != NULL) {
        guest_lead(n->guest);
        return;
    }
    n->leads = true;
    announce(n, ANNOUNCED_LEAD, term, NODE_NONE, 0);
}

void node_follow(struct node *n, uint64_t term, node_id leader)
{
    if (n->guest != NULL)
        return;
    sim_assert(leader == NODE_NONE || leader < n->bench->total);
    n->follow_term = term;
    n->follow_leader = leader;
    announce(n, ANNOUNCED_FOLLOW, term, leader, 0);
}

void node_step_down(struct node *n, uint64_t term, enum step_down_reason why)
{
    if (n->guest != NULL) {
        guest_step_down(n->guest);
        return;
    }
    sim_assert(n->leads);
    n->leads = false;
    announce(n, ANNOUNCED_STEP_DOWN, term, NODE_NONE, (int) why);
}

void node_operation_done(struct node *n, uint64_t operation, bool committed)
{
    sim_assert(n->guest == NULL);
    struct bench *b = n->bench;
    b->finished = grown(b->finished, b->finished_count, &b->finished_capacity, sizeof *b->finished);
    b->finished[b->finished_count++] = (struct finished_operation){n->id, operation, committed};
}

void node_exit(struct node *n)
{
    if (n->guest != NULL) {
        guest_exit(n->guest);
        return;
    }
    n->exiting = true;
}
