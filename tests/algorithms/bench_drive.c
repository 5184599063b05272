/* Driving the nodes of a bench: processes and their disks, stimuli, and the lockstep network. */
#include "tests/algorithms/bench_node.h"

#include <stdlib.h>
#include <string.h>

/* More events than any test means to have: a loop without end, then. */
#define SETTLE_MAX 1000000u

/* ---- Callbacks ------------------------------------------------------------------------------- */

static void receive(struct node *n, struct sent_message *m)
{
    /* The sender's field lists may grow while the callback sends: the body is copied first. */
    struct sent_message copy = *m;
    m->delivered = true;
    struct message message = {.from = copy.from, .kind = copy.kind, .body = copy.body};
    n->bench->algorithm->on_message(n->state, n, &message);
}

static void check_announcements(const struct node *n)
{
    struct node_view view = n->bench->algorithm->view(n->state);
    sim_assert((view.role == ROLE_LEADER) == n->leads);
    if (n->follows_announced) {
        sim_assert(view.leader == n->follow_leader);
        sim_assert(view.term == n->follow_term);
    }
}

/* What follows each callback: messages to itself, the end of the process, agreement with view(). */
static void finish_callback(struct node *n)
{
    struct bench *b = n->bench;
    for (size_t i = 0; i < b->sent_count && !n->exiting; i++)
        if (b->sent[i].from == n->id && b->sent[i].to == n->id && !b->sent[i].delivered)
            receive(n, &b->sent[i]);
    check_announcements(n);
    n->follows_announced = false;
    if (n->exiting)
        bench_crash(b, n->id);
}

static struct node *running(struct bench *b, node_id id)
{
    struct node *n = bench_node(b, id);
    bench_demand(n->up, "the node is down");
    return n;
}

/* ---- Processes and their disks --------------------------------------------------------------- */

void bench_start(struct bench *b, node_id node)
{
    struct node *n = bench_node(b, node);
    const struct algorithm *a = b->algorithm;
    bench_demand(!n->up, "the node is up already");
    if (a->check != NULL) {
        const char *option = NULL, *wrong = a->check(n->config, b->members, &option);
        bench_demand(wrong == NULL, wrong);
    }
    free(n->state);
    n->state = bench_zeroed(a->state_size(n->config, b->members));
    n->up = true;
    n->exiting = n->leads = false;
    memcpy(n->written, n->durable, bench_durable_size(n));
    a->on_start(n->state, n, n->config, n->has_durable ? n->durable : NULL);
    finish_callback(n);
}

void bench_start_all(struct bench *b)
{
    for (node_id id = 0; id < b->total; id++)
        bench_start(b, id);
}

void bench_crash(struct bench *b, node_id node)
{
    struct node *n = running(b, node);
    bench_forget_process(n);
    n->up = n->leads = n->exiting = n->unsynced = false;
    n->waiting_count = 0;
    for (unsigned t = 0; t < BENCH_TIMERS_MAX; t++)
        n->deadlines[t] = SIM_FOREVER;
}

void bench_restart(struct bench *b, node_id node)
{
    if (bench_node(b, node)->up)
        bench_crash(b, node);
    bench_start(b, node);
}

void bench_wipe(struct bench *b, node_id node)
{
    bench_demand(!bench_node(b, node)->up, "only a node that is down can be wiped");
    bench_node(b, node)->has_durable = false;
}

bool bench_is_up(const struct bench *b, node_id node)
{
    return bench_node(b, node)->up;
}

void bench_sync(struct bench *b, node_id node)
{
    struct node *n = running(b, node);
    if (n->unsynced) {
        memcpy(n->durable, n->written, bench_durable_size(n));
        n->has_durable = true;
        n->unsynced = false;
    }
    for (size_t i = 0; i < n->waiting_count; i++)
        bench_send_now(b, n->waiting[i]);
    n->waiting_count = 0;
}

unsigned bench_persist_count(const struct bench *b, node_id node)
{
    return bench_node(b, node)->persist_count;
}

const void *bench_durable(const struct bench *b, node_id node)
{
    const struct node *n = bench_node(b, node);
    return n->has_durable ? n->durable : NULL;
}

/* ---- Stimuli --------------------------------------------------------------------------------- */

void bench_receive_body(struct bench *b, node_id to, node_id from, unsigned kind, const void *body)
{
    struct node *n = running(b, to);
    bench_demand(kind < b->algorithm->message_count, "no such message");
    struct message message = {.from = from, .kind = kind, .body = body};
    b->algorithm->on_message(n->state, n, &message);
    finish_callback(n);
}

void bench_fire(struct bench *b, node_id node, unsigned timer)
{
    struct node *n = running(b, node);
    bench_demand(timer < b->algorithm->timer_count && n->deadlines[timer] != SIM_FOREVER,
                 "the timer is not armed");
    sim_ns at = n->deadlines[timer] - n->monotonic_offset;
    if (at > b->now)
        b->now = at;
    n->deadlines[timer] = SIM_FOREVER;
    b->algorithm->on_timer(n->state, n, timer);
    finish_callback(n);
}

void bench_admin(struct bench *b, node_id node, enum admin_command command, node_id target)
{
    struct node *n = running(b, node);
    if (b->algorithm->on_admin != NULL)
        b->algorithm->on_admin(n->state, n, command, target);
    else if (command == ADMIN_STOP)
        n->exiting = true;
    finish_callback(n);
}

void bench_operation(struct bench *b, node_id node, uint64_t operation)
{
    struct node *n = running(b, node);
    bench_demand(b->algorithm->on_operation != NULL, "the algorithm takes no operations");
    b->algorithm->on_operation(n->state, n, operation);
    finish_callback(n);
}

void bench_advance(struct bench *b, sim_ns by)
{
    b->now = sim_add(b->now, by);
}

void bench_shift_monotonic(struct bench *b, node_id node, sim_ns by)
{
    bench_node(b, node)->monotonic_offset += by;
}

void bench_shift_wall(struct bench *b, node_id node, sim_ns by)
{
    bench_node(b, node)->wall_offset += by;
}

/* ---- The lockstep network -------------------------------------------------------------------- */

void bench_cut(struct bench *b, node_id a, node_id c)
{
    b->cut[a][c] = b->cut[c][a] = true;
}

void bench_heal(struct bench *b, node_id a, node_id c)
{
    b->cut[a][c] = b->cut[c][a] = false;
}

void bench_isolate(struct bench *b, node_id node)
{
    for (node_id id = 0; id < b->total; id++)
        if (id != node)
            bench_cut(b, node, id);
}

void bench_heal_all(struct bench *b)
{
    memset(b->cut, 0, sizeof b->cut);
}

static void settle_from(struct bench *b, size_t first)
{
    for (size_t i = first; i < b->sent_count; i++) {
        bench_demand(i < SETTLE_MAX, "messages without end");
        struct sent_message *m = &b->sent[i];
        if (m->delivered)
            continue;
        struct node *to = bench_node(b, m->to);
        if (!to->up || b->cut[m->from][m->to]) {
            m->delivered = true;
            continue;
        }
        receive(to, m);
        finish_callback(to);
    }
}

void bench_settle(struct bench *b)
{
    settle_from(b, 0);
}

/* The next armed timer not later than `until`, or NULL. */
static struct node *next_timer(struct bench *b, sim_ns until, unsigned *timer)
{
    struct node *next = NULL;
    for (node_id id = 0; id < b->total; id++) {
        struct node *n = &b->nodes[id];
        for (unsigned t = 0; t < b->algorithm->timer_count; t++) {
            if (n->deadlines[t] == SIM_FOREVER || n->deadlines[t] - n->monotonic_offset > until)
                continue;
            until = n->deadlines[t] - n->monotonic_offset - 1; /* later ones must be earlier */
            next = n;
            *timer = t;
        }
    }
    return next;
}

void bench_run(struct bench *b, sim_ns by)
{
    sim_ns end = sim_add(b->now, by);
    unsigned timer = 0;
    bench_settle(b);
    for (struct node *n; (n = next_timer(b, end, &timer)) != NULL;) {
        size_t first = b->sent_count;
        bench_fire(b, n->id, timer);
        settle_from(b, first);
    }
    b->now = end;
}
