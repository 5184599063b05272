/* KRaft, Kafka's own quorum: options, messages and state (apache/kafka 4.0, raft/). */
#ifndef CONCLAVE_ALGORITHMS_KRAFT_H
#define CONCLAVE_ALGORITHMS_KRAFT_H

#include "algorithms/circuit_breaker.h"
#include "algorithms/kraft_log.h"
#include "algorithms/load.h"
#include "algorithms/phi_accrual.h"
#include "sim/algorithm.h"

extern const struct algorithm kraft_algorithm;

enum kraft_timeouts { KRAFT_TIMEOUTS_RANDOMIZED, KRAFT_TIMEOUTS_FIXED, KRAFT_TIMEOUTS_PHI };
enum kraft_lost_election { LOST_ELECTION_BACKOFF, LOST_ELECTION_WAIT };

struct kraft_config {
    sim_ns election_timeout, fetch_timeout, election_backoff_max;
    sim_ns request_timeout, retry_backoff, fetch_max_wait, retransmission;
    uint32_t lost_election; /* enum kraft_lost_election */
    bool pre_vote, pre_vote_after_resignation;
    uint32_t timeouts; /* enum kraft_timeouts */
    struct phi_options phi;
    struct breaker_options breaker;
    struct load_options load;
};

enum kraft_message {
    KRAFT_VOTE,
    KRAFT_VOTE_RESPONSE,
    KRAFT_BEGIN_QUORUM_EPOCH,
    KRAFT_BEGIN_QUORUM_EPOCH_RESPONSE,
    KRAFT_END_QUORUM_EPOCH,
    KRAFT_END_QUORUM_EPOCH_RESPONSE,
    KRAFT_FETCH,
    KRAFT_FETCH_RESPONSE,
    KRAFT_FLUSHED, /* to itself: what a candidate or leader wrote is durable */
    KRAFT_MESSAGE_COUNT
};
enum kraft_timer {
    KRAFT_TIMER_ELECTION,     /* a follower's fetch timeout, too, and a candidate's backoff */
    KRAFT_TIMER_FETCH,        /* an answer is overdue, or the next fetch is due */
    KRAFT_TIMER_REQUEST,      /* BeginQuorumEpoch, or requests that nobody has answered */
    KRAFT_TIMER_CHECK_QUORUM, /* of a leader */
    KRAFT_TIMER_PURGATORY,    /* the oldest fetch that waits for records */
    KRAFT_TIMER_SHUTDOWN
};

struct kraft_vote { /* a pre-vote has the present epoch, a vote the one that it would lead */
    uint64_t epoch;
    uint32_t last_offset, last_epoch;
    uint32_t round; /* which of its requests is answered, as Kafka's correlation id */
    bool pre_vote;
};
struct kraft_vote_response {
    uint64_t epoch;
    node_id leader; /* whom the voter knows of in that epoch, or NODE_NONE */
    uint32_t round;
    bool granted, pre_vote;
};
struct kraft_epoch { /* BeginQuorumEpoch, and both answers */
    uint64_t epoch;
    node_id leader;
};
struct kraft_end_epoch { /* tells each voter its own place instead of the list */
    uint64_t epoch;
    node_id leader;
    uint32_t position, successors;
    bool requested; /* somebody asked it to resign: only observers want to know */
};
struct kraft_fetch {
    uint64_t epoch, correlation;
    uint32_t fetch_offset, last_fetched_epoch;
};
enum kraft_fetch_result {
    FETCH_RECORDS,
    FETCH_DIVERGING,
    FETCH_COMMITTED, /* all that is committed, as records or as a snapshot */
    FETCH_NOT_LEADER,
    FETCH_FENCED_EPOCH,
    FETCH_UNKNOWN_EPOCH
};
struct kraft_fetch_response {
    uint64_t epoch, correlation;
    node_id leader;
    uint32_t result; /* enum kraft_fetch_result */
    uint32_t fetch_offset;
    uint32_t records, records_epoch; /* one run of records of one epoch */
    uint32_t end_offset, end_epoch;  /* where it diverges, or what is committed */
    uint32_t high_watermark;
};

struct kraft_flushed {
    uint64_t epoch;
    uint32_t end_offset;
};

struct kraft_durable { /* the quorum-state file, and the log */
    uint64_t epoch;
    node_id voted_for, leader;
    struct kraft_log log;
};

enum kraft_state {
    KRAFT_UNATTACHED,
    KRAFT_PROSPECTIVE,
    KRAFT_CANDIDATE,
    KRAFT_FOLLOWER,
    KRAFT_LEADER,
    KRAFT_RESIGNED
};

struct kraft {
    const struct kraft_config *config;
    struct kraft_durable durable;
    sim_ns election_deadline; /* of the election timer, on the own monotonic clock */
    sim_ns fetch_sent_at;
    uint64_t correlation;
    node_id self, count;
    node_id fetch_to; /* who has the one fetch that is under way, or NODE_NONE */
    uint32_t retries, round;
    uint8_t state;       /* enum kraft_state */
    bool fetched;        /* from this leader, since it follows it (KIP-996) */
    bool resigned;       /* its leader has said EndQuorumEpoch */
    bool requested;      /* ... because it was asked to */
    bool backing_off;    /* a candidate that has lost */
    bool fetch_overtime; /* the last fetch of the leader was never answered */
    bool stopping;
    bool was_idle; /* for load_aware: at some time since it leads */
    bool special;  /* any of the options of kraft_timing.c is on */
    struct circuit_breaker breaker;
    struct phi_accrual phi;
    uint64_t watched_epoch; /* whose leader's answers `phi` knows; 0: nobody's */
    sim_ns room[];          /* for the samples and times of these */
};

#define KRAFT_PENDING_MAX 64u

enum kraft_ballot { BALLOT_UNRECORDED, BALLOT_GRANTED, BALLOT_REJECTED };

/* What only nominees, leaders and resigned leaders need. */
struct kraft_workspace {
    uint32_t granted, rejected, successors;
    uint32_t first_own;             /* where the own epoch begins */
    uint32_t window, fetched_count; /* of the check of the quorum */
    sim_ns purgatory_until;         /* 0: no fetch waits */
    struct kraft_operation {
        uint64_t operation;
        uint32_t offset;
    } operations[KRAFT_PENDING_MAX]; /* not yet committed, in order */
    uint32_t operation_count;
    uint32_t accumulated; /* the last so many of them are not yet written */
    bool flushing;
    struct kraft_peer {
        uint64_t correlation; /* its latest fetch */
        sim_ns parked_until;  /* 0: its fetch does not wait */
        uint32_t match;       /* it has all before this offset, durably */
        uint32_t fetched_in;  /* the latest window in which it fetched */
        uint32_t position;    /* among the successors */
        uint8_t ballot;       /* enum kraft_ballot */
        bool acknowledged;    /* the resignation */
    } peers[];
};

static inline struct kraft_workspace *kraft_work(struct node *self)
{
    return node_workspace(self);
}
static inline uint32_t kraft_majority(const struct kraft *k)
{
    return k->count / 2 + 1;
}

/* kraft_state.c: from one state to the next (QuorumState). */
void kraft_become_unattached(struct kraft *k, struct node *self, uint64_t epoch);
void kraft_become_follower(struct kraft *k, struct node *self, uint64_t epoch, node_id leader);
void kraft_become_leader(struct kraft *k, struct node *self);
void kraft_resign(struct kraft *k, struct node *self, enum step_down_reason why, node_id target);
/* Hears of a leader, or of nobody, in an epoch; true when that changed the state. */
bool kraft_learn(struct kraft *k, struct node *self, uint64_t epoch, node_id leader);
void kraft_set_election_timer(struct kraft *k, struct node *self, sim_ns after);
/* How long the successor at `position` of `count` waits. */
sim_ns kraft_succession_delay(const struct kraft_config *c, uint32_t position, uint32_t count);
void kraft_send_end_epoch(struct kraft *k, struct node *self);

/* kraft_timing.c: how long a voter waits. */
size_t kraft_timing_size(const struct kraft_config *c);
const char *kraft_timing_check(const struct kraft_config *c, const char **option);
/* At most how much later a leader is there for what adapts or holds back. */
sim_ns kraft_timing_delay(const struct kraft_config *c);
void kraft_begin_timing(struct kraft *k);
sim_ns kraft_random_election_timeout(const struct kraft *k, struct node *self);
/* A fetch of the leader has succeeded: how long it may take until the next does. `empty`: it was
 * answered when it had waited for as long as it may. */
sim_ns kraft_hear_leader(struct kraft *k, struct node *self, bool empty);
void kraft_note_leader(struct kraft *k, struct node *self);
void kraft_count_election(struct kraft *k, struct node *self);
/* False: the circuit breaker is open, and the election timer is set for when it is not. */
bool kraft_may_stand(struct kraft *k, struct node *self);
/* How long it waits as a successor at `position` of `count`. */
sim_ns kraft_succession_wait(const struct kraft *k, const struct node *self, uint32_t position,
                             uint32_t count);
void kraft_yield_if_loaded(struct kraft *k, struct node *self);

/* kraft_election.c: nominees and voters. */
void kraft_stand(struct kraft *k, struct node *self);
/* Asks again for what it stood for when it crashed. */
void kraft_resume_candidacy(struct kraft *k, struct node *self);
void kraft_election_timeout(struct kraft *k, struct node *self);
void kraft_ask_for_votes(struct kraft *k, struct node *self);
void kraft_on_vote(struct kraft *k, struct node *self, node_id from, const struct kraft_vote *m);
void kraft_on_vote_response(struct kraft *k, struct node *self, node_id from,
                            const struct kraft_vote_response *m);

/* kraft_leader.c: records, fetches that wait, the high watermark. */
void kraft_begin_epoch(struct kraft *k, struct node *self);
void kraft_send_begin_epoch(struct kraft *k, struct node *self);
/* Answers all who wait, and all operations: it leads no more. */
void kraft_end_epoch(struct kraft *k, struct node *self);
void kraft_on_fetch(struct kraft *k, struct node *self, node_id from, const struct kraft_fetch *m);
void kraft_on_operation(void *state, struct node *self, uint64_t operation);
void kraft_on_flushed(struct kraft *k, struct node *self, const struct kraft_flushed *m);
void kraft_on_purgatory_timer(struct kraft *k, struct node *self);

/* kraft_follower.c: fetching. */
void kraft_fetch(struct kraft *k, struct node *self);
void kraft_stop_fetching(struct kraft *k, struct node *self);
void kraft_on_fetch_timer(struct kraft *k, struct node *self);
void kraft_on_fetch_response(struct kraft *k, struct node *self, node_id from,
                             const struct kraft_fetch_response *m);

#endif
