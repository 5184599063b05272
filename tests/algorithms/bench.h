/* A bench for algorithms without a world: it implements the node_*() calls of sim/algorithm.h as a
 * recorder, for one node or several, and hands messages on only when a test says so.
 *
 *     struct bench *b = bench_create(&raft_algorithm, 3);
 *     bench_set(b, "pre_vote", "true");
 *     bench_start_all(b);
 *     bench_fire(b, 0, TIMER_ELECTION);
 *     expect_sent(b, 0, 1, REQUEST_VOTE, struct request_vote, .term = 1);
 *
 * There is no network and no latency: what a node sends lies in `sent` until bench_settle() or
 * bench_run() delivers it, in the order of sending, over links that are not cut. Nothing fires by
 * itself except inside bench_run(). A broken use ends the test with a message. */
#ifndef CONCLAVE_TESTS_ALGORITHMS_BENCH_H
#define CONCLAVE_TESTS_ALGORITHMS_BENCH_H

#include "sim/algorithm.h"

enum announcement_kind {
    ANNOUNCED_PRE_CAMPAIGN,
    ANNOUNCED_CAMPAIGN,
    ANNOUNCED_VOTE,
    ANNOUNCED_LEAD,
    ANNOUNCED_FOLLOW,
    ANNOUNCED_STEP_DOWN
};

struct announcement {
    node_id node;
    enum announcement_kind kind;
    uint64_t term;
    node_id peer; /* candidate of a vote, leader followed; else NODE_NONE */
    int reason;   /* enum campaign_reason or enum step_down_reason; else 0 */
};

struct sent_message {
    node_id from, to;
    unsigned kind;
    bool delivered; /* handed on by bench_settle(), or dropped by a cut link */
    _Alignas(8) unsigned char body[MESSAGE_BODY_MAX];
};

struct finished_operation {
    node_id node;
    uint64_t operation;
    bool committed;
};

#define BENCH_NODES_MAX 16u
#define BENCH_TIMERS_MAX 32u

struct bench {
    const struct algorithm *algorithm;
    unsigned members, total; /* with services */
    struct node *nodes;      /* `total` of them; see bench_node.h */
    sim_ns now;              /* bench time; nodes' clocks are it plus their offsets */
    bool sync_at_once;       /* every persist is durable at once; default true */
    uint64_t random_state;   /* of node_random(); see also draw_least */
    bool draw_least;         /* node_random() gives 0 and node_random_range() the minimum */
    bool cut[BENCH_NODES_MAX][BENCH_NODES_MAX]; /* [from][to] */

    struct bench_guest *guest; /* of a host: what is made of it and an algorithm inside */

    struct sent_message *sent;
    size_t sent_count, sent_capacity;
    struct announcement *announced;
    size_t announced_count, announced_capacity;
    struct finished_operation *finished;
    size_t finished_count, finished_capacity;
};

/* ---- Setting up: before the first bench_start() ---------------------------------------------- */

/* Members have the options' default texts. The number of services follows from the options. */
struct bench *bench_create(const struct algorithm *algorithm, unsigned members);
void bench_destroy(struct bench *b);

/* Sets an option of all nodes, or of one, written as in a scenario. */
void bench_set(struct bench *b, const char *option, const char *text);
void bench_set_of(struct bench *b, node_id node, const char *option, const char *text);
/* An option of the algorithm that runs inside of this one, of all nodes. Which algorithm that is,
 * bench_set() says, after the regions. */
void bench_set_guest(struct bench *b, const char *option, const char *text);
/* The node's own config struct, to be filled by the test. */
void *bench_config(struct bench *b, node_id node);

void bench_set_priority(struct bench *b, node_id node, int32_t priority);
void bench_set_weight(struct bench *b, node_id node, uint32_t weight);
void bench_set_region(struct bench *b, node_id node, uint32_t region);
void bench_set_load(struct bench *b, node_id node, uint32_t thousandths); /* at any time */

/* ---- Processes and their disks --------------------------------------------------------------- */

void bench_start(struct bench *b, node_id node); /* with what was last durable, if anything */
void bench_start_all(struct bench *b);
/* State, timers, workspace, unsynced writes and messages that wait for them are gone. */
void bench_crash(struct bench *b, node_id node);
void bench_restart(struct bench *b, node_id node); /* crash if it runs, then start */
void bench_wipe(struct bench *b, node_id node);    /* its disk is empty; the node must be down */
bool bench_is_up(const struct bench *b, node_id node);

/* With sync_at_once off: what the node has persisted is durable now, messages that waited leave. */
void bench_sync(struct bench *b, node_id node);
/* Persists so far that were not durable at once, or all of them with sync_at_once. */
unsigned bench_persist_count(const struct bench *b, node_id node);
/* What is durable, or NULL. */
const void *bench_durable(const struct bench *b, node_id node);

/* ---- Stimuli --------------------------------------------------------------------------------- */

void bench_receive_body(struct bench *b, node_id to, node_id from, unsigned kind, const void *body);
#define bench_receive(b, to, from, kind, type, ...)                                                \
    bench_receive_body(b, to, from, kind, &(type){__VA_ARGS__})

/* Fires an armed timer; the time becomes its deadline if that lies ahead. */
void bench_fire(struct bench *b, node_id node, unsigned timer);
void bench_admin(struct bench *b, node_id node, enum admin_command command, node_id target);
void bench_operation(struct bench *b, node_id node, uint64_t operation);

/* Moves the time and fires nothing. */
void bench_advance(struct bench *b, sim_ns by);
/* Offsets of one node's clocks to the bench's time, added to what they are. Timers follow. */
void bench_shift_monotonic(struct bench *b, node_id node, sim_ns by);
void bench_shift_wall(struct bench *b, node_id node, sim_ns by);

/* ---- The lockstep network -------------------------------------------------------------------- */

void bench_cut(struct bench *b, node_id a, node_id c); /* both directions */
void bench_heal(struct bench *b, node_id a, node_id c);
void bench_isolate(struct bench *b, node_id node);
void bench_heal_all(struct bench *b);

/* Delivers what was sent and not yet delivered, first in first out, until nobody sends more.
 * Messages over cut links and to nodes that are down are dropped. */
void bench_settle(struct bench *b);
/* Settles, then lets `by` pass: timers fire in order of (deadline, node, number), and messages
 * settle after each. */
void bench_run(struct bench *b, sim_ns by);

/* ---- What came of it ------------------------------------------------------------------------- */

/* Empties the lists of messages, announcements and finished operations. */
void bench_forget(struct bench *b);

struct node_view bench_view(const struct bench *b, node_id node);
void *bench_state(struct bench *b, node_id node);
/* Time until the timer fires, by the node's own clock; negative when it is not armed. */
sim_ns bench_timer(const struct bench *b, node_id node, unsigned timer);

/* Messages in `sent`; NODE_NONE and ANY_KIND match all. */
#define ANY_KIND UINT32_MAX
unsigned bench_sent_count(const struct bench *b, node_id from, node_id to, unsigned kind);
/* Body of the last such message, or NULL. */
const void *bench_last_sent(const struct bench *b, node_id from, node_id to, unsigned kind);
/* Whether one of them equals `body` in every declared field. */
bool bench_has_sent(const struct bench *b, node_id from, node_id to, unsigned kind,
                    const void *body);
unsigned bench_announced_count(const struct bench *b, node_id node, enum announcement_kind kind);
bool bench_has_announced(const struct bench *b, struct announcement wanted);
/* 1 committed, 0 failed, -1 not finished. */
int bench_operation_result(const struct bench *b, node_id node, uint64_t operation);

/* These need <criterion/criterion.h> before them. */
#define expect_sent(b, from, to, kind, type, ...)                                                  \
    cr_expect(bench_has_sent(b, from, to, kind, &(type){__VA_ARGS__}),                             \
              "n%u should have sent n%u %s {%s}", (unsigned) (from) + 1, (unsigned) (to) + 1,      \
              #kind, #__VA_ARGS__)
#define expect_not_sent(b, from, to, kind)                                                         \
    cr_expect_eq(bench_sent_count(b, from, to, kind), 0, "there should be no %s", #kind)
#define expect_silence(b) cr_expect_eq((b)->sent_count, 0, "nothing should have been sent")
#define expect_role(b, id, role_, term_)                                                           \
    do {                                                                                           \
        struct node_view view_ = bench_view(b, id);                                                \
        cr_expect_eq(view_.role, role_, "n%u has role %d, not %s", (unsigned) (id) + 1,            \
                     (int) view_.role, #role_);                                                    \
        cr_expect_eq(view_.term, (uint64_t) (term_), "n%u is in term %llu, not %s",                \
                     (unsigned) (id) + 1, (unsigned long long) view_.term, #term_);                \
    } while (0)
#define expect_announced(b, id, kind_, term_, peer_, reason_)                                      \
    cr_expect(bench_has_announced(                                                                 \
                  b, (struct announcement){(id), (kind_), (term_), (peer_), (int) (reason_)}),     \
              "n%u should have announced %s", (unsigned) (id) + 1, #kind_)

#endif
