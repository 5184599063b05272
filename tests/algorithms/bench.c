#include "tests/algorithms/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/guest.h"
#include "tests/algorithms/bench_option.h"

struct node {
    struct bench *bench;
    node_id id;
    bool up, leads, exiting;
    int32_t priority;
    uint32_t weight, region, load;
    sim_ns monotonic_offset, wall_offset;
    void *config, *state, *workspace;
    bool has_workspace;
    void *durable, *written; /* written: the last persist, durable or not */
    bool has_durable, unsynced;
    unsigned persist_count;
    sim_ns deadlines[BENCH_TIMERS_MAX]; /* own monotonic clock; SIM_FOREVER: not armed */
    struct sent_message *waiting;       /* for the sync */
    size_t waiting_count, waiting_capacity;
    bool follows_announced; /* in the present callback, and what it said */
    uint64_t follow_term;
    node_id follow_leader;
    struct guest *guest; /* whose calls the node_*() calls are now, or NULL */
};

/* More events than any test means to have: a loop without end, then. */
#define SETTLE_MAX 1000000u

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    abort();
}

static void demand(bool condition, const char *what)
{
    if (!condition)
        fail(what);
}

static void *grown(void *list, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return list;
    *capacity = *capacity == 0 ? 64 : *capacity * 2;
    list = realloc(list, *capacity * size);
    demand(list != NULL, "out of memory");
    return list;
}

/* With the default options: none changes it. */
static size_t durable_size(const struct node *n)
{
    const struct algorithm *a = n->bench->algorithm;
    return a->durable_size_with == NULL ? a->durable_size
                                        : a->durable_size_with(n->config, n->bench->members);
}

static void *zeroed(size_t size)
{
    void *block = calloc(1, size == 0 ? 1 : size);
    demand(block != NULL, "out of memory");
    return block;
}

static struct node *node_at(const struct bench *b, node_id id)
{
    demand(id < b->total, "no such node");
    return &b->nodes[id];
}

/* ---- The node_*() calls ------------------------------------------------------------------------
 */

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
    return node_at(n->bench, n->guest != NULL ? guest_member(n->guest, id) : id);
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

static void send_now(struct bench *b, struct sent_message m)
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
    send_now(n->bench, message_of(n, to, kind, body));
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
    sim_assert(durable_size(n) > 0);
    memcpy(n->written, durable, durable_size(n));
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
        n->workspace = zeroed(workspace_size(n));
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

static void forget_process(struct node *n)
{
    if (n->up && n->bench->algorithm->on_end != NULL)
        n->bench->algorithm->on_end(n->state);
    node_return_workspace(n);
}

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

/* ---- Setting up --------------------------------------------------------------------------------
 */

static void init_node(struct bench *b, node_id id)
{
    const struct algorithm *a = b->algorithm;
    struct node *n = &b->nodes[id];
    *n = (struct node){.bench = b, .id = id, .weight = 1, .region = NODE_NONE};
    n->config = zeroed(a->config_size);
    for (unsigned t = 0; t < BENCH_TIMERS_MAX; t++)
        n->deadlines[t] = SIM_FOREVER;
    for (uint32_t i = 0; i < a->option_count; i++)
        if (a->options[i].default_text != NULL)
            bench_read_option(&a->options[i], a->options[i].default_text, n->config);
}

static void size_disks(struct bench *b)
{
    for (node_id id = 0; id < BENCH_NODES_MAX; id++) {
        struct node *n = &b->nodes[id];
        free(n->durable);
        free(n->written);
        n->durable = zeroed(durable_size(n));
        n->written = zeroed(durable_size(n));
    }
}

/* Services follow from the options: more or fewer after each of them is set. */
static void count_services(struct bench *b)
{
    const struct algorithm *a = b->algorithm;
    unsigned services = a->services == NULL ? 0 : a->services(b->nodes[0].config);
    demand(b->members + services <= BENCH_NODES_MAX, "too many nodes");
    b->total = b->members + services;
}

struct bench *bench_create(const struct algorithm *algorithm, unsigned members)
{
    demand(members >= 1 && members <= BENCH_NODES_MAX, "too many nodes");
    demand(algorithm->timer_count <= BENCH_TIMERS_MAX, "too many timers");
    struct bench *b = zeroed(sizeof *b);
    b->algorithm = algorithm;
    b->members = b->total = members;
    b->sync_at_once = true;
    b->nodes = zeroed(BENCH_NODES_MAX * sizeof *b->nodes);
    for (node_id id = 0; id < BENCH_NODES_MAX; id++)
        init_node(b, id);
    size_disks(b);
    count_services(b);
    return b;
}

void bench_destroy(struct bench *b)
{
    for (node_id id = 0; id < BENCH_NODES_MAX; id++) {
        struct node *n = &b->nodes[id];
        forget_process(n);
        for (uint32_t i = 0; i < b->algorithm->option_count; i++)
            bench_release_option(&b->algorithm->options[i], n->config);
        free(n->config);
        free(n->durable);
        free(n->written);
        free(n->state);
        free(n->waiting);
    }
    free(b->nodes);
    free(b->sent);
    free(b->announced);
    free(b->finished);
    bench_release_guest(b);
    free(b);
}

static const struct field *option_of(const struct algorithm *a, const char *option)
{
    for (uint32_t i = 0; i < a->option_count; i++)
        if (strcmp(a->options[i].name, option) == 0)
            return &a->options[i];
    fprintf(stderr, "bench: no option %s\n", option);
    abort();
}

static const struct field *option_named(const struct bench *b, const char *option)
{
    return option_of(b->algorithm, option);
}

void bench_set(struct bench *b, const char *option, const char *text)
{
    const struct field *field = option_named(b, option);
    for (node_id id = 0; id < BENCH_NODES_MAX; id++)
        bench_read_option(field, text, b->nodes[id].config);
    count_services(b);
    if (field->type != FIELD_ALGORITHM)
        return;
    uint32_t region_of[BENCH_NODES_MAX];
    void *configs[BENCH_NODES_MAX];
    for (node_id id = 0; id < BENCH_NODES_MAX; id++) {
        region_of[id] = b->nodes[id].region;
        configs[id] = b->nodes[id].config;
    }
    bench_take_guest(b, region_of, configs);
    size_disks(b);
}

void bench_set_guest(struct bench *b, const char *option, const char *text)
{
    for (node_id id = 0; id < BENCH_NODES_MAX; id++) {
        const struct guest_option *guest
            = guest_option_in(guest_field(b->algorithm), b->nodes[id].config);
        demand(guest->algorithm != NULL, "there is no guest");
        bench_read_option(option_of(guest->algorithm, option), text, (void *) guest->config);
    }
}

void bench_set_of(struct bench *b, node_id node, const char *option, const char *text)
{
    bench_read_option(option_named(b, option), text, node_at(b, node)->config);
}

void *bench_config(struct bench *b, node_id node)
{
    return node_at(b, node)->config;
}

void bench_set_priority(struct bench *b, node_id node, int32_t priority)
{
    node_at(b, node)->priority = priority;
}

void bench_set_weight(struct bench *b, node_id node, uint32_t weight)
{
    node_at(b, node)->weight = weight;
}

void bench_set_region(struct bench *b, node_id node, uint32_t region)
{
    node_at(b, node)->region = region;
}

void bench_set_load(struct bench *b, node_id node, uint32_t thousandths)
{
    node_at(b, node)->load = thousandths;
}

/* ---- Callbacks ---------------------------------------------------------------------------------
 */

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
    struct node *n = node_at(b, id);
    demand(n->up, "the node is down");
    return n;
}

void bench_start(struct bench *b, node_id node)
{
    struct node *n = node_at(b, node);
    const struct algorithm *a = b->algorithm;
    demand(!n->up, "the node is up already");
    if (a->check != NULL) {
        const char *option = NULL, *wrong = a->check(n->config, b->members, &option);
        demand(wrong == NULL, wrong);
    }
    free(n->state);
    n->state = zeroed(a->state_size(n->config, b->members));
    n->up = true;
    n->exiting = n->leads = false;
    memcpy(n->written, n->durable, durable_size(n));
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
    forget_process(n);
    n->up = n->leads = n->exiting = n->unsynced = false;
    n->waiting_count = 0;
    for (unsigned t = 0; t < BENCH_TIMERS_MAX; t++)
        n->deadlines[t] = SIM_FOREVER;
}

void bench_restart(struct bench *b, node_id node)
{
    if (node_at(b, node)->up)
        bench_crash(b, node);
    bench_start(b, node);
}

void bench_wipe(struct bench *b, node_id node)
{
    demand(!node_at(b, node)->up, "only a node that is down can be wiped");
    node_at(b, node)->has_durable = false;
}

bool bench_is_up(const struct bench *b, node_id node)
{
    return node_at(b, node)->up;
}

void bench_sync(struct bench *b, node_id node)
{
    struct node *n = running(b, node);
    if (n->unsynced) {
        memcpy(n->durable, n->written, durable_size(n));
        n->has_durable = true;
        n->unsynced = false;
    }
    for (size_t i = 0; i < n->waiting_count; i++)
        send_now(b, n->waiting[i]);
    n->waiting_count = 0;
}

unsigned bench_persist_count(const struct bench *b, node_id node)
{
    return node_at(b, node)->persist_count;
}

const void *bench_durable(const struct bench *b, node_id node)
{
    const struct node *n = node_at(b, node);
    return n->has_durable ? n->durable : NULL;
}

void bench_receive_body(struct bench *b, node_id to, node_id from, unsigned kind, const void *body)
{
    struct node *n = running(b, to);
    demand(kind < b->algorithm->message_count, "no such message");
    struct message message = {.from = from, .kind = kind, .body = body};
    b->algorithm->on_message(n->state, n, &message);
    finish_callback(n);
}

void bench_fire(struct bench *b, node_id node, unsigned timer)
{
    struct node *n = running(b, node);
    demand(timer < b->algorithm->timer_count && n->deadlines[timer] != SIM_FOREVER,
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
    demand(b->algorithm->on_operation != NULL, "the algorithm takes no operations");
    b->algorithm->on_operation(n->state, n, operation);
    finish_callback(n);
}

void bench_advance(struct bench *b, sim_ns by)
{
    b->now = sim_add(b->now, by);
}

void bench_shift_monotonic(struct bench *b, node_id node, sim_ns by)
{
    node_at(b, node)->monotonic_offset += by;
}

void bench_shift_wall(struct bench *b, node_id node, sim_ns by)
{
    node_at(b, node)->wall_offset += by;
}

/* ---- The lockstep network ----------------------------------------------------------------------
 */

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
        demand(i < SETTLE_MAX, "messages without end");
        struct sent_message *m = &b->sent[i];
        if (m->delivered)
            continue;
        struct node *to = node_at(b, m->to);
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

/* ---- What came of it ---------------------------------------------------------------------------
 */

void bench_forget(struct bench *b)
{
    b->sent_count = b->announced_count = b->finished_count = 0;
}

struct node_view bench_view(const struct bench *b, node_id node)
{
    const struct node *n = node_at(b, node);
    demand(n->state != NULL, "the node never started");
    return b->algorithm->view(n->state);
}

void *bench_state(struct bench *b, node_id node)
{
    return node_at(b, node)->state;
}

sim_ns bench_timer(const struct bench *b, node_id node, unsigned timer)
{
    const struct node *n = node_at(b, node);
    demand(timer < b->algorithm->timer_count, "no such timer");
    if (n->deadlines[timer] == SIM_FOREVER)
        return -1;
    sim_ns left = n->deadlines[timer] - node_monotonic(n);
    return left > 0 ? left : 0;
}

static bool matches(const struct sent_message *m, node_id from, node_id to, unsigned kind)
{
    return (from == NODE_NONE || m->from == from) && (to == NODE_NONE || m->to == to)
           && (kind == ANY_KIND || m->kind == kind);
}

unsigned bench_sent_count(const struct bench *b, node_id from, node_id to, unsigned kind)
{
    unsigned count = 0;
    for (size_t i = 0; i < b->sent_count; i++)
        count += matches(&b->sent[i], from, to, kind);
    return count;
}

const void *bench_last_sent(const struct bench *b, node_id from, node_id to, unsigned kind)
{
    for (size_t i = b->sent_count; i-- > 0;)
        if (matches(&b->sent[i], from, to, kind))
            return b->sent[i].body;
    return NULL;
}

static size_t field_size(enum field_type type)
{
    switch (type) {
    case FIELD_BOOL:
        return sizeof(bool);
    case FIELD_COUNT:
    case FIELD_NODE:
    case FIELD_FACTOR:
    case FIELD_CHOICE:
        return sizeof(uint32_t);
    case FIELD_TERM:
    case FIELD_DURATION:
    case FIELD_SIGNED:
    case FIELD_RATE:
    case FIELD_DRIFT:
        return sizeof(uint64_t);
    case FIELD_RANGE:
        return sizeof(struct sim_range);
    case FIELD_QUORUM:
    case FIELD_COUNTS:
    case FIELD_ALGORITHM:
    case FIELD_DISTRIBUTION:
    case FIELD_NODES:
    case FIELD_GROUPS:
        break;
    }
    fail("no such field in a message");
}

static bool equal_bodies(const struct message_kind *kind, const void *a, const void *c)
{
    for (uint32_t i = 0; i < kind->field_count; i++) {
        const struct field *f = &kind->fields[i];
        if (memcmp((const char *) a + f->offset, (const char *) c + f->offset, field_size(f->type))
            != 0)
            return false;
    }
    return true;
}

bool bench_has_sent(const struct bench *b, node_id from, node_id to, unsigned kind,
                    const void *body)
{
    demand(kind < b->algorithm->message_count, "no such message");
    for (size_t i = 0; i < b->sent_count; i++)
        if (matches(&b->sent[i], from, to, kind)
            && equal_bodies(&b->algorithm->messages[kind], b->sent[i].body, body))
            return true;
    return false;
}

unsigned bench_announced_count(const struct bench *b, node_id node, enum announcement_kind kind)
{
    unsigned count = 0;
    for (size_t i = 0; i < b->announced_count; i++)
        count
            += (node == NODE_NONE || b->announced[i].node == node) && b->announced[i].kind == kind;
    return count;
}

bool bench_has_announced(const struct bench *b, struct announcement wanted)
{
    for (size_t i = 0; i < b->announced_count; i++) {
        const struct announcement *a = &b->announced[i];
        if (a->node == wanted.node && a->kind == wanted.kind && a->term == wanted.term
            && a->peer == wanted.peer && a->reason == wanted.reason)
            return true;
    }
    return false;
}

int bench_operation_result(const struct bench *b, node_id node, uint64_t operation)
{
    for (size_t i = 0; i < b->finished_count; i++)
        if (b->finished[i].node == node && b->finished[i].operation == operation)
            return b->finished[i].committed;
    return -1;
}
