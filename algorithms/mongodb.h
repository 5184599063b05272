/* MongoDB replica sets, protocol version 1: options, messages and state. */
#ifndef CONCLAVE_ALGORITHMS_MONGODB_H
#define CONCLAVE_ALGORITHMS_MONGODB_H

#include "algorithms/circuit_breaker.h"
#include "algorithms/load.h"
#include "algorithms/phi_accrual.h"
#include "algorithms/raft_log.h"
#include "sim/algorithm.h"

extern const struct algorithm mongodb_algorithm;

enum mongodb_timeouts { MONGODB_TIMEOUTS_RANDOMIZED, MONGODB_TIMEOUTS_FIXED, MONGODB_TIMEOUTS_PHI };

struct mongodb_config {
    sim_ns election_timeout, heartbeat_interval, heartbeat_timeout;
    uint64_t election_timeout_offset; /* share of the election timeout, in parts of 2^32 */
    sim_ns catchup_timeout, catchup_takeover_delay; /* negative: for ever, and never */
    sim_ns step_down_period, secondary_catchup_period, noop_interval;
    uint32_t arbiters, timeouts;
    struct phi_options phi;
    struct breaker_options breaker;
    struct load_options load;
    bool dry_run, election_handoff, chaining;
};

enum mongodb_message {
    MONGODB_HEARTBEAT,
    MONGODB_HEARTBEAT_RESPONSE,
    MONGODB_REQUEST_VOTES,
    MONGODB_VOTE,
    MONGODB_STEP_UP,
    MONGODB_FETCH,
    MONGODB_BATCH,
    MONGODB_UPDATE_POSITION,
    MONGODB_MESSAGE_COUNT
};
enum mongodb_timer {
    MONGODB_TIMER_ELECTION,
    MONGODB_TIMER_HEARTBEAT,
    MONGODB_TIMER_TAKEOVER,
    MONGODB_TIMER_VOTES,     /* the votes of a candidacy are overdue */
    MONGODB_TIMER_LIVENESS,  /* a primary looks for members that it has not heard of */
    MONGODB_TIMER_CATCHUP,   /* a primary has caught up for long enough */
    MONGODB_TIMER_SYNC,      /* the sync source has said nothing for a while */
    MONGODB_TIMER_STEP_DOWN, /* nobody was ready to take over in time */
    MONGODB_TIMER_NOOP,      /* a primary has written nothing for a while */
    MONGODB_TIMER_COUNT
};

struct mongodb_optime { /* where an operation stands in the oplog: by term, then by index */
    uint32_t term, index;
};

struct mongodb_heartbeat {
    uint64_t term;
    node_id primary; /* as the sender sees it */
};
struct mongodb_heartbeat_response {
    uint64_t term;
    struct mongodb_optime applied;
    node_id primary, sync_source;
    bool is_primary, electable;
};
struct mongodb_request_votes {
    uint64_t term;
    struct mongodb_optime applied;
    uint32_t sequence; /* which of the sender's candidacies */
    bool dry_run;
};
struct mongodb_vote {
    uint64_t term;
    uint32_t sequence;
    bool dry_run, granted;
};
struct mongodb_step_up {
    uint64_t term;
};
struct mongodb_fetch { /* find and getMore: what follows this operation? */
    uint64_t term;
    struct mongodb_optime after;
    uint32_t request; /* each is answered once, and the latest goes on */
    bool again;       /* answer at once, with nothing if need be */
};
struct mongodb_batch { /* operations of one term, or what else there is to say */
    uint64_t term;
    struct mongodb_optime after; /* what they follow, or where to look for the common point */
    uint32_t operations, operations_term, request;
    struct mongodb_optime committed, last;
    node_id primary;
    bool known;    /* the source has the operation that was asked about */
    bool snapshot; /* the source knows its oplog only from `committed` on */
};
struct mongodb_update_position {
    uint64_t term;
    node_id member;
    struct mongodb_optime durable;
    uint64_t alive; /* by bits: of whom the sender has heard within the election timeout */
};

struct mongodb_durable {
    uint64_t vote_term;
    node_id voted_for;
    struct raft_log log;
};

#define MONGODB_NEVER INT64_MIN
#define MONGODB_MEMBERS_MAX 50u
#define MONGODB_OPERATIONS_MAX 64u

/* What a node knows of another. */
struct mongodb_member {
    sim_ns asked_at; /* when the oldest heartbeat without an answer left; MONGODB_NEVER: answered */
    sim_ns heard_at; /* of it, in whatever way */
    sim_ns denied_until; /* not to be synced from before */
    uint64_t term;
    struct mongodb_optime applied; /* as of its last heartbeat or batch */
    struct mongodb_optime durable; /* as of its last reported position */
    struct mongodb_optime awaits;  /* it waits for what follows this */
    uint32_t request;              /* under this number */
    node_id sync_source;
    bool up, stale, is_primary, electable;
    bool updated; /* answered, or found down, since this node won */
    bool awaiting;
    bool answered, granted; /* in the candidacy of this node */
};

enum mongodb_reason {
    MONGODB_ELECTION_TIMEOUT,
    MONGODB_PRIORITY_TAKEOVER,
    MONGODB_CATCHUP_TAKEOVER,
    MONGODB_STEP_UP_REQUEST
};
enum mongodb_mode { MONGODB_SECONDARY, MONGODB_CATCHING_UP, MONGODB_WRITABLE };

struct mongodb_operation {
    uint64_t operation;
    struct mongodb_optime at;
};

struct mongodb {
    const struct mongodb_config *config;
    struct mongodb_durable durable;
    uint64_t term;
    sim_ns step_down_until;
    node_id self, count, primary, sync_source;
    node_id required;              /* its vote is needed in this dry run, or NODE_NONE */
    node_id handoff_target;        /* asked for by an operator, or NODE_NONE */
    struct mongodb_optime fetched; /* what follows this is asked for next */
    uint32_t sequence, silent, operation_count;
    uint32_t request, taken; /* numbers of the latest fetch, and of the latest that was answered */
    uint8_t role, mode, reason;
    uint8_t takeover; /* enum mongodb_reason of the one that is scheduled, or 0 */
    bool stepping_down, stopping;
    bool special; /* any of the options of mongodb_timing.c is on */
    struct circuit_breaker breaker;
    struct phi_accrual phi;
    uint64_t watched_term; /* in which the heartbeats of `watched` were measured */
    node_id watched;
    sim_ns rhythm; /* time from its latest heartbeats to the next */
    struct mongodb_operation operations[MONGODB_OPERATIONS_MAX]; /* undecided, in order */
    struct mongodb_member members[]; /* behind them the samples and times of mongodb_timing.c */
};

static inline bool mongodb_is_arbiter(const struct mongodb *m, node_id id)
{
    return id >= m->count - m->config->arbiters;
}

/* Differs from MongoDB in its numbers: a scenario's priorities are one less, so that its default,
 * 0, is MongoDB's default, 1, and a negative one is MongoDB's 0. */
static inline bool mongodb_may_lead(const struct mongodb *m, const struct node *self, node_id id)
{
    return !mongodb_is_arbiter(m, id) && node_priority(self, id) >= 0;
}

/* Offsets of a timeout are drawn from [0, this) milliseconds. */
static inline uint64_t mongodb_offsets(const struct mongodb_config *c, sim_ns timeout)
{
    uint64_t half = UINT64_C(1) << 31;
    if (c->timeouts == MONGODB_TIMEOUTS_FIXED)
        return 0;
    return ((uint64_t) (timeout / MILLISECOND) * c->election_timeout_offset + half) >> 32;
}

static inline bool mongodb_before(struct mongodb_optime a, struct mongodb_optime b)
{
    return a.term != b.term ? a.term < b.term : a.index < b.index;
}

static inline bool mongodb_same(struct mongodb_optime a, struct mongodb_optime b)
{
    return a.term == b.term && a.index == b.index;
}

static inline struct mongodb_optime mongodb_last(const struct mongodb *m)
{
    const struct raft_log *log = &m->durable.log;
    return (struct mongodb_optime){raft_log_last_term(log), raft_log_last(log)};
}

/* mongodb.c: members, terms, heartbeats */
bool mongodb_majority_is_up(const struct mongodb *m);
void mongodb_touch(struct mongodb *m, struct node *self, node_id id);
void mongodb_update_term(struct mongodb *m, struct node *self, uint64_t term);
void mongodb_follow(struct mongodb *m, struct node *self, uint64_t term, enum step_down_reason why);
void mongodb_send_heartbeats(struct mongodb *m, struct node *self);
bool mongodb_electable(const struct mongodb *m, const struct node *self);

/* mongodb_timing.c: how long a secondary waits */
size_t mongodb_timing_size(const struct mongodb_config *c);
const char *mongodb_timing_check(const struct mongodb_config *c, const char **option);
/* At most how much later a primary is there for what adapts or holds back. */
sim_ns mongodb_timing_delay(const struct mongodb_config *c);
void mongodb_begin_timing(struct mongodb *m);
sim_ns mongodb_draw_offset(const struct mongodb *m, struct node *self, sim_ns timeout);
void mongodb_arm_election(struct mongodb *m, struct node *self);
/* A sign of the primary came from `from`, the primary or another member; `heartbeat`: in its
 * regular rhythm. */
void mongodb_hear_primary(struct mongodb *m, struct node *self, node_id from, bool heartbeat);
void mongodb_count_election(struct mongodb *m, struct node *self);
/* False: the circuit breaker is open, and the election timer is armed for when it is not. */
bool mongodb_may_stand(struct mongodb *m, struct node *self);

/* mongodb_election.c */
void mongodb_stand(struct mongodb *m, struct node *self, enum mongodb_reason reason);
void mongodb_lose(struct mongodb *m, struct node *self);
void mongodb_consider_takeover(struct mongodb *m, struct node *self);
void mongodb_cancel_takeover(struct mongodb *m, struct node *self);
void mongodb_on_request_votes(struct mongodb *m, struct node *self, node_id from,
                              const struct mongodb_request_votes *v);
void mongodb_on_vote(struct mongodb *m, struct node *self, node_id from,
                     const struct mongodb_vote *v);
void mongodb_arm_liveness(struct mongodb *m, struct node *self);
void mongodb_check_liveness(struct mongodb *m, struct node *self);
void mongodb_begin_step_down(struct mongodb *m, struct node *self, node_id target);
void mongodb_try_step_down(struct mongodb *m, struct node *self);
void mongodb_give_up_step_down(struct mongodb *m, struct node *self);
void mongodb_yield_if_loaded(struct mongodb *m, struct node *self);

/* mongodb_oplog.c */
void mongodb_begin_catchup(struct mongodb *m, struct node *self);
void mongodb_check_catchup(struct mongodb *m, struct node *self);
void mongodb_end_catchup(struct mongodb *m, struct node *self);
void mongodb_choose_sync_source(struct mongodb *m, struct node *self);
void mongodb_sync_timeout(struct mongodb *m, struct node *self);
void mongodb_write_noop(struct mongodb *m, struct node *self);
void mongodb_fetch_again(struct mongodb *m, struct node *self);
void mongodb_on_fetch(struct mongodb *m, struct node *self, node_id from,
                      const struct mongodb_fetch *f);
void mongodb_on_batch(struct mongodb *m, struct node *self, node_id from,
                      const struct mongodb_batch *b);
void mongodb_on_update_position(struct mongodb *m, struct node *self, node_id from,
                                const struct mongodb_update_position *u);
void mongodb_on_operation(void *state, struct node *self, uint64_t operation);
uint32_t mongodb_write_majority(const struct mongodb *m);

#endif
