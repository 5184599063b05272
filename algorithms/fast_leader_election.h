/* ZooKeeper's fast leader election, and of Zab what makes the elected server a leader: options,
 * messages and state (apache/zookeeper: FastLeaderElection, Leader, LearnerHandler, Learner). */
#ifndef CONCLAVE_ALGORITHMS_FAST_LEADER_ELECTION_H
#define CONCLAVE_ALGORITHMS_FAST_LEADER_ELECTION_H

#include "algorithms/phi_accrual.h"
#include "algorithms/raft_log.h"
#include "sim/algorithm.h"

extern const struct algorithm fast_leader_election_algorithm;

enum fle_timeouts { FLE_TIMEOUTS_FIXED, FLE_TIMEOUTS_PHI };
enum fle_initial_zxid { INITIAL_ZXID_EQUAL, INITIAL_ZXID_DISTINCT };

struct fle_config {
    sim_ns tick_time;
    uint32_t init_limit, sync_limit; /* in ticks */
    sim_ns finalize_wait, min_notification_interval, max_notification_interval;
    sim_ns leader_connect_delay, retransmission;
    struct counts_option initial_zxid;
    uint32_t timeouts; /* enum fle_timeouts */
    struct phi_options phi;
};

enum fle_message {
    FLE_NOTIFICATION,
    FLE_FOLLOWER_INFO,
    FLE_LEADER_INFO,
    FLE_ACK_EPOCH,
    FLE_NEW_LEADER,
    FLE_ACK_NEW_LEADER,
    FLE_UP_TO_DATE,
    FLE_PROPOSAL,
    FLE_ACK,
    FLE_COMMIT,
    FLE_PING,
    FLE_CLOSED,
    FLE_FLUSHED,
    FLE_MESSAGE_COUNT
};
enum fle_timer {
    FLE_TIMER_NOTIFICATION, /* nobody has said anything; or nobody anything better */
    FLE_TIMER_LIMIT,        /* initLimit or syncLimit is over */
    FLE_TIMER_TICK,         /* of a leader, twice a tick */
    FLE_TIMER_RESEND        /* of a follower that waits for its leader's next word */
};

enum fle_state { FLE_LOOKING, FLE_FOLLOWING, FLE_LEADING };

/* What a server proposes, or has decided; the vote of one that follows is who leads it. */
struct fle_vote {
    uint64_t peer_epoch, round; /* round: the logical clock of its election */
    node_id leader;
    uint32_t zxid_epoch, zxid;
    uint32_t state; /* enum fle_state of who says so */
    bool again;     /* it was said before, and nothing came */
};

/* Between a follower and its leader: `connection` is when the follower opened it, on its clock. */
struct fle_epoch {
    uint64_t connection, epoch;
};
struct fle_ack_epoch {
    uint64_t connection, epoch, current_epoch;
    uint32_t zxid_epoch, zxid;
    bool counts; /* it has not accepted this epoch before */
};
struct fle_history { /* all of the leader's log, of which only positions matter */
    uint64_t connection, epoch;
    uint32_t last, committed;
    struct raft_log log;
};
struct fle_proposal { /* everything behind `previous` up to `last` */
    uint64_t connection, epoch;
    uint32_t previous, last, committed;
};
struct fle_position {
    uint64_t connection, epoch;
    uint32_t last, committed;
};
struct fle_closed {
    uint64_t connection;
    bool refused; /* nobody listens there: it does not lead */
};
struct fle_flushed { /* to itself */
    uint64_t epoch;
    uint32_t last;
};

struct fle_durable { /* acceptedEpoch, currentEpoch, and the log */
    uint64_t accepted_epoch, current_epoch;
    struct raft_log log;
};

enum fle_phase {
    FLE_DISCOVERY,       /* a leader waits for followers; a follower for the new epoch */
    FLE_EPOCH_ACK,       /* a leader waits for their ACKEPOCH; a follower has sent it */
    FLE_SYNCHRONIZATION, /* NEWLEADER is out; a follower has taken the leader's log */
    FLE_BROADCAST
};

struct fle {
    const struct fle_config *config;
    struct fle_durable durable;
    struct fle_vote proposal; /* while it is looking */
    struct fle_vote decision; /* else */
    uint64_t round;           /* logicalclock: not durable */
    uint64_t connection, epoch, history_epoch;
    sim_ns notification_wait, resend_after;
    node_id self, count, leader;
    uint32_t flushed, attempts;
    uint8_t state, phase;
    bool finalizing, standing;
    bool flushing, unflushed; /* a write is under way; there is more to write */
    bool ack_counts;          /* it had not accepted its leader's epoch before */
    struct phi_accrual phi;   /* of the pings on this connection */
    sim_ns samples[];
};

#define FLE_PENDING_MAX 64u

/* What only those need who look or lead. */
struct fle_workspace {
    uint64_t summary_epoch; /* of the leader's history before it led */
    uint32_t tick, halves;
    struct fle_operation {
        uint64_t operation;
        uint32_t index;
    } operations[FLE_PENDING_MAX]; /* not yet committed, in order */
    uint32_t operation_count;
    struct fle_peer {
        struct fle_vote vote;    /* recvset: of this round */
        struct fle_vote outside; /* outofelection: of those who follow or lead */
        uint64_t connection;
        uint32_t match;           /* durable there */
        uint32_t pinged, offered; /* what there was at the last ping, and at that before */
        uint32_t deadline;        /* last tick at which its latest word still counts */
        bool voted, voted_outside;
        bool connected, joined, greeted, accepted, synced; /* what it has said as a follower */
    } peers[];
};

static inline struct fle_workspace *fle_work(struct node *self)
{
    return node_workspace(self);
}
static inline sim_ns fle_ticks(const struct fle *f, uint32_t ticks)
{
    return sim_times(f->config->tick_time, ticks);
}
/* Whether that weight is more than half of all. */
static inline bool fle_is_quorum(const struct fle *f, const struct node *self, uint64_t weight)
{
    uint64_t total = 0;
    for (node_id id = 0; id < f->count; id++)
        total += node_weight(self, id);
    return 2 * weight > total;
}

/* fast_leader_election_round.c: looking for a leader. */
void fle_look(struct fle *f, struct node *self);
void fle_on_notification(struct fle *f, struct node *self, node_id from, const struct fle_vote *n);
void fle_on_notification_timer(struct fle *f, struct node *self);

/* fast_leader_election_leader.c */
void fle_begin_leading(struct fle *f, struct node *self);
/* Ends every connection, and its leadership if it had begun. */
void fle_end_leading(struct fle *f, struct node *self, enum step_down_reason why);
void fle_on_follower_info(struct fle *f, struct node *self, node_id from,
                          const struct fle_epoch *m);
void fle_on_ack_epoch(struct fle *f, struct node *self, node_id from,
                      const struct fle_ack_epoch *m);
void fle_on_ack_new_leader(struct fle *f, struct node *self, node_id from,
                           const struct fle_position *m);
void fle_on_ack(struct fle *f, struct node *self, node_id from, const struct fle_position *m);
void fle_on_pong(struct fle *f, struct node *self, node_id from, const struct fle_position *m);
void fle_on_learner_closed(struct fle *f, struct node *self, node_id from,
                           const struct fle_closed *m);
void fle_on_leader_flushed(struct fle *f, struct node *self);
void fle_on_tick(struct fle *f, struct node *self);
void fle_on_operation(void *state, struct node *self, uint64_t operation);

/* fast_leader_election_follower.c */
void fle_begin_following(struct fle *f, struct node *self, node_id leader);
void fle_on_leader_info(struct fle *f, struct node *self, const struct fle_epoch *m);
void fle_on_new_leader(struct fle *f, struct node *self, const struct fle_history *m);
void fle_on_up_to_date(struct fle *f, struct node *self, const struct fle_position *m);
void fle_on_proposal(struct fle *f, struct node *self, const struct fle_proposal *m);
void fle_on_commit(struct fle *f, struct node *self, const struct fle_position *m, bool ping);
void fle_on_leader_closed(struct fle *f, struct node *self, const struct fle_closed *m);
void fle_on_follower_flushed(struct fle *f, struct node *self);
void fle_on_resend(struct fle *f, struct node *self);
void fle_leave_leader(struct fle *f, struct node *self);

/* fast_leader_election.c: one write of the log at a time, and what comes meanwhile in the next. */
void fle_flush(struct fle *f, struct node *self);

#endif
