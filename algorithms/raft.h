/* Raft: options, messages and state (Ongaro 2014; Ongaro and Ousterhout 2014, Figure 2). */
#ifndef CONCLAVE_ALGORITHMS_RAFT_H
#define CONCLAVE_ALGORITHMS_RAFT_H

#include "algorithms/circuit_breaker.h"
#include "algorithms/dynatune.h"
#include "algorithms/load.h"
#include "algorithms/phi_accrual.h"
#include "algorithms/priority_rank.h"
#include "algorithms/quorum.h"
#include "algorithms/raft_log.h"
#include "sim/algorithm.h"

extern const struct algorithm raft_algorithm;

enum raft_timeouts { TIMEOUTS_RANDOMIZED, TIMEOUTS_FIXED, TIMEOUTS_PHI, TIMEOUTS_DYNATUNE };
/* Three rules go by the name of pre-vote; `true` is the thesis's. */
enum raft_pre_vote {
    PRE_VOTE_FALSE,
    PRE_VOTE_TRUE,
    PRE_VOTE_THESIS,
    PRE_VOTE_ETCD,
    PRE_VOTE_KAFKA
};
enum raft_follower_lease { FOLLOWER_LEASE_AUTO, FOLLOWER_LEASE_TRUE, FOLLOWER_LEASE_FALSE };
enum raft_initial_log { INITIAL_LOG_EQUAL, INITIAL_LOG_DISTINCT };

struct raft_config {
    struct sim_range election_timeout;
    sim_ns heartbeat_interval;
    uint32_t timeouts;
    struct sim_range candidate_timeout;
    uint32_t pre_vote, follower_lease;
    int64_t clock_drift_bound;
    struct quorum_option quorum;
    struct counts_option initial_log;
    bool replication;
    bool candidate_backoff, check_quorum, leader_lease, stop_transfers;
    bool priority_timeouts;
    struct load_options load;
    struct phi_options phi;
    struct dynatune_options dynatune;
    struct breaker_options breaker;
};

enum raft_message {
    REQUEST_VOTE,
    REQUEST_VOTE_RESPONSE,
    PRE_VOTE,
    PRE_VOTE_RESPONSE,
    APPEND_ENTRIES,
    APPEND_ENTRIES_RESPONSE,
    INSTALL_SNAPSHOT,
    TIMEOUT_NOW,
    TUNED_HEARTBEAT,
    TUNED_HEARTBEAT_RESPONSE,
    LOAD_REPORT,
    RAFT_MESSAGE_COUNT
};
enum raft_timer { TIMER_ELECTION, TIMER_HEARTBEAT };

struct request_vote { /* also PreVote, with the term that it would stand in */
    uint64_t term;
    uint32_t last_log_index, last_log_term;
    bool transfer; /* the leader asked for it: leases do not count (thesis 3.10, 4.2.3) */
};
struct vote_response { /* a granted pre-vote echoes the term that was asked about */
    uint64_t term;
    bool granted;
};
struct append_entries { /* one run of entries of one term; a heartbeat has none */
    uint64_t term;
    uint32_t prev_log_index, prev_log_term;
    uint32_t entries, entries_term;
    uint32_t leader_commit;
    uint32_t round; /* broadcast that it belongs to */
};
struct append_response {
    uint64_t term;
    uint32_t index; /* matched up to here, or where the leader should try next */
    uint32_t round;
    bool success;
};
struct install_snapshot { /* the committed prefix, of which only the end is known */
    uint64_t term;
    uint32_t last_included_index, last_included_term;
};
struct timeout_now {
    uint64_t term;
};
struct tuned_heartbeat { /* dynatune; apart from AppendEntries, as in etcd */
    uint64_t term;
    sim_ns sent, round_trip; /* the leader's clock; its last measurement, 0: none that is new */
    uint32_t number, commit;
};
struct tuned_heartbeat_response {
    uint64_t term;
    sim_ns sent, interval; /* as in the heartbeat; how often this follower wants one, 0: default */
};
struct load_report { /* load_aware: a follower's answer to a heartbeat, beside the other one */
    uint64_t term;
    uint32_t load; /* thousandths */
};

struct raft_durable {
    uint64_t term;
    node_id voted_for;
    struct raft_log log;
};

struct raft {
    const struct raft_config *config;
    struct raft_durable durable;
    sim_ns heard_at; /* of the leader, own monotonic clock; NEVER_HEARD */
    sim_ns lease_until;
    node_id self, count, leader, transfer_target;
    uint32_t denied_rounds; /* Refloated: elections lost to denials in a row */
    uint8_t role;
    bool stopping;
    bool undecided;   /* the workspace holds operations that the log has not decided */
    bool handed_over; /* a TimeoutNow of this term is out: no lease any more */
    bool transfer_campaign;
    bool special;              /* any of the options of raft_timing.c is on */
    struct raft_extra *extra;  /* what they need; NULL: nothing */
    struct priority_rank rank; /* of all members, for priority_timeouts */
};

/* Behind the state proper, where an option asks for it. */
struct raft_extra {
    struct circuit_breaker breaker;
    struct phi_accrual phi;
    struct dynatune dynatune;
    uint64_t path_term; /* whose heartbeats were measured: the leader of this term */
    uint32_t round;     /* of its newest broadcast that was heard */
    sim_ns room[];
};

#define NEVER_HEARD INT64_MIN
#define RAFT_PENDING_MAX 64u
#define RAFT_ROUNDS 8u

struct raft_operation {
    uint64_t operation;
    uint32_t index, term;
};

/* What only candidates and leaders need. */
struct raft_workspace {
    uint64_t threshold, granted_weight, denied_weight, total_weight;
    uint64_t weights[RAFT_PENDING_MAX]; /* who has the leader's entry, by index */
    sim_ns round_sent[RAFT_ROUNDS];
    struct raft_operation operations[RAFT_PENDING_MAX]; /* not yet decided, in order of index */
    uint32_t operation_count, first_own, round;
    struct raft_peer {
        uint32_t next, match, acked_round;
        uint16_t denied_round; /* low bits, of the last denial that was answered */
        bool answered;         /* its vote is in: votes are a set */
        bool active;           /* since the last check of the quorum */
    } peers[];
};

/* What a leader knows of the way to a peer, with dynatune or load_aware only; behind the peers. */
struct raft_path {
    sim_ns due, interval, round_trip; /* of heartbeats; interval 0: the default */
    uint32_t number;                  /* of the last heartbeat */
    uint32_t load;                    /* thousandths */
    bool load_known;
};

/* Where they begin in the workspace: aligned, also where the peers begin in the padding. */
static inline size_t raft_paths_offset(size_t nodes)
{
    size_t peers = sizeof(struct raft_workspace) + nodes * sizeof(struct raft_peer);
    return (peers + _Alignof(struct raft_path) - 1) / _Alignof(struct raft_path)
           * _Alignof(struct raft_path);
}

static inline struct raft_workspace *raft_work(struct node *self)
{
    return node_workspace(self);
}

/* raft_election.c */
void raft_arm_election(struct raft *r, struct node *self);
void raft_campaign(struct raft *r, struct node *self, enum campaign_reason why);
void raft_election_timeout(struct raft *r, struct node *self);
void raft_on_vote_request(struct raft *r, struct node *self, node_id from,
                          const struct request_vote *m, bool pre_vote);
void raft_on_vote_response(struct raft *r, struct node *self, node_id from,
                           const struct vote_response *m, bool pre_vote);
/* Becomes a follower of `leader` (or of nobody) in `term`, which is at least the present one. */
void raft_follow(struct raft *r, struct node *self, uint64_t term, node_id leader,
                 enum step_down_reason why);

/* raft_timing.c: timeouts that adapt, circuit breaker, priorities and load */
size_t raft_extra_size(const struct raft_config *c);
bool raft_has_paths(const struct raft_config *c);
const char *raft_timing_check(const struct raft_config *c, const char **option);
void raft_timing_begin(struct raft *r, struct node *self);
/* Silence that no follower takes for the leader's end; what a timeout is drawn from begins there.
 */
sim_ns raft_base_timeout(const struct raft *r);
sim_ns raft_special_timeout(struct raft *r, struct node *self, struct sim_range range);
/* Word of the leader `from`; `round` of its broadcast, 0 where that is not known. */
void raft_timing_heard(struct raft *r, struct node *self, node_id from, uint32_t round);
/* Whether the circuit breaker lets it stand; else it waits, and the timer is armed. */
bool raft_may_stand(struct raft *r, struct node *self);
void raft_count_election(struct raft *r, struct node *self);
void raft_note_leader(struct raft *r, struct node *self);
void raft_begin_paths(struct raft *r, struct node *self);
void raft_tuned_beat(struct raft *r, struct node *self);
void raft_on_tuned_heartbeat(struct raft *r, struct node *self, node_id from,
                             const struct tuned_heartbeat *m);
void raft_on_tuned_response(struct raft *r, struct node *self, node_id from,
                            const struct tuned_heartbeat_response *m);
void raft_on_load_report(struct raft *r, struct node *self, node_id from,
                         const struct load_report *m);
void raft_yield_if_loaded(struct raft *r, struct node *self);
/* At most how much later a leader is there for what adapts or holds back. */
sim_ns raft_timing_delay(const struct raft_config *c);
/* How long a leader may be without answers of a quorum (check_quorum). */
sim_ns raft_check_period(struct raft *r, struct node *self);

/* raft_replication.c */
void raft_send_append(struct raft *r, struct node *self, node_id to);
void raft_lead(struct raft *r, struct node *self);
void raft_broadcast(struct raft *r, struct node *self);
void raft_beat(struct raft *r, struct node *self);
void raft_on_append_entries(struct raft *r, struct node *self, node_id from,
                            const struct append_entries *m);
void raft_on_append_response(struct raft *r, struct node *self, node_id from,
                             const struct append_response *m);
void raft_on_install_snapshot(struct raft *r, struct node *self, node_id from,
                              const struct install_snapshot *m);
void raft_on_operation(void *state, struct node *self, uint64_t operation);
void raft_begin_transfer(struct raft *r, struct node *self, node_id target);
void raft_leader_check(struct raft *r, struct node *self);
/* Answers operations that the log now decides; a node without undecided ones keeps no workspace. */
void raft_decide_operations(struct raft *r, struct node *self);

#endif
