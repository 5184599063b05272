/* Hierarchical election: options, messages and state. */
#ifndef CONCLAVE_ALGORITHMS_HIERARCHICAL_H
#define CONCLAVE_ALGORITHMS_HIERARCHICAL_H

#include "algorithms/circuit_breaker.h"
#include "algorithms/load.h"
#include "algorithms/phi_accrual.h"
#include "algorithms/priority_rank.h"
#include "sim/guest.h"

extern const struct algorithm hierarchical_algorithm;

enum hierarchical_regional_election { REGIONAL_FIRST, REGIONAL_MAJORITY }; /* or a guest */
enum hierarchical_timeouts { HIERARCHICAL_TIMEOUTS_RANDOMIZED, HIERARCHICAL_TIMEOUTS_PHI };
enum hierarchical_quorum { HIERARCHICAL_QUORUM_NODES, HIERARCHICAL_QUORUM_REGIONS };

struct hierarchical_config {
    struct sim_range regional_election_timeout, global_election_timeout;
    sim_ns regional_heartbeat_interval, global_heartbeat_interval, gather_timeout;
    uint32_t quorum, region_size, timeouts;
    bool priority_timeouts;
    struct phi_options phi;
    struct breaker_options breaker;
    struct load_options load;
    struct guest_option regional_election;
};

enum hierarchical_message {
    REGIONAL_REQUEST_VOTE,
    REGIONAL_VOTE,
    REGIONAL_HEARTBEAT,
    REGIONAL_ACK,
    REGIONAL_BALLOT,
    REGIONAL_BALLOT_ANSWER,
    GLOBAL_PRE_VOTE,
    GLOBAL_PRE_VOTE_ANSWER,
    GLOBAL_REQUEST_VOTE,
    GLOBAL_VOTES,
    GLOBAL_HEARTBEAT,
    GLOBAL_ACK,
    GLOBAL_TIMEOUT_NOW,
    HIERARCHICAL_MESSAGE_COUNT
};
enum hierarchical_timer {
    HIERARCHICAL_TIMER_REGIONAL, /* silence of the regional leader, or its next heartbeat */
    HIERARCHICAL_TIMER_GLOBAL,   /* silence of the global leader, or its next heartbeat */
    HIERARCHICAL_TIMER_QUORUM,   /* the global leader's look at who still answers */
    HIERARCHICAL_TIMER_GATHER,   /* a regional leader's wait for its members' votes */
    HIERARCHICAL_TIMER_COUNT
};

struct regional_term { /* RequestVote */
    uint64_t regional_term;
};
struct regional_vote {
    uint64_t regional_term;
    bool granted;
};
struct regional_heartbeat { /* with what the region's leader knows of the global one */
    uint64_t regional_term, term;
    node_id leader;
};
struct regional_ack {
    uint64_t regional_term, term;
};
struct global_request { /* PreVote, RequestVote, and a ballot of members */
    uint64_t term;
    node_id candidate;
};
struct regional_ballot_answer {
    uint64_t term;
    node_id candidate;
    bool granted;
};
struct global_pre_vote_answer {
    uint64_t term;
    node_id leader;
    uint32_t members; /* that follow the regional leader which answers, itself included */
    bool granted;
};
struct global_votes { /* members who have voted, as bits of one word of the set of all nodes */
    uint64_t term, voters;
    uint32_t word;
};
struct global_heartbeat {
    uint64_t term;
    node_id leader;
};
struct global_ack {
    uint64_t term;
    uint32_t members;
};
struct global_timeout_now {
    uint64_t term;
};

struct hierarchical_durable {
    uint64_t term, regional_term;
    node_id voted_for, regional_vote;
};

struct hierarchical {
    const struct hierarchical_config *config;
    struct hierarchical_extra *extra; /* of hierarchical_timing.c; NULL: no option asks for it */
    struct guest *guest; /* that elects the region's leader; NULL: this does, see its rule */
    struct hierarchical_durable durable;
    sim_ns heard_at; /* of the global leader, own monotonic clock */
    node_id self, count, leader, regional_leader;
    node_id ballot;         /* for whom votes of this term are gathered */
    uint32_t region_length; /* nodes to a region where the cluster names none; 0: it does */
    uint32_t members;       /* of the own region */
    uint32_t tries;         /* global pre-votes in a row */
    uint8_t role, regional_role;
    bool gathering;
};

struct hierarchical_peer {
    sim_ns at;        /* last heard of, own monotonic clock */
    uint32_t members; /* that follow it; 0: never heard of */
    bool relay;       /* it spoke as the leader of a region */
    bool answered;    /* the present pre-vote */
};

/* What only regional leaders, and candidates and leaders of either kind, need. */
struct hierarchical_workspace {
    struct hierarchical_peer *peers; /* by node */
    uint64_t *votes, *asked, *regional;
    node_id *gateways;      /* by region: whom to write to there */
    uint32_t *have, *sizes; /* by region */
};

/* hierarchical.c */
uint32_t hierarchical_region(const struct hierarchical *h, const struct node *self, node_id id);
bool hierarchical_is_mate(const struct hierarchical *h, const struct node *self, node_id id);
struct hierarchical_workspace hierarchical_work(struct hierarchical *h, struct node *self);
/* Gives the workspace back where no role needs it. */
void hierarchical_release(struct hierarchical *h, struct node *self);
/* Writes down the own durable part. */
void hierarchical_persist(struct hierarchical *h, struct node *self);
void hierarchical_send_to_mates(struct hierarchical *h, struct node *self, unsigned kind,
                                const void *body, bool after_sync);

/* hierarchical_regional.c */
void regional_wait(struct hierarchical *h, struct node *self);
void regional_timer(struct hierarchical *h, struct node *self);
void regional_beat(struct hierarchical *h, struct node *self);
/* Members that follow this regional leader, itself included. */
uint32_t regional_members(struct hierarchical *h, struct node *self);
void regional_on_message(struct hierarchical *h, struct node *self, const struct message *m);
/* The guest was called: takes over whom it has for the region's leader. */
void regional_heed_guest(struct hierarchical *h, struct node *self);

/* hierarchical_global.c */
/* A later term: whatever was of the present one is over. */
void global_adopt(struct hierarchical *h, struct node *self, uint64_t term);
/* What a leader of the region says of the global one, in the present term. */
void global_hear(struct hierarchical *h, struct node *self, node_id leader);
void global_wait(struct hierarchical *h, struct node *self);
void global_join(struct hierarchical *h, struct node *self, node_id leader);
void global_timer(struct hierarchical *h, struct node *self);
void global_check_quorum(struct hierarchical *h, struct node *self);
void global_on_message(struct hierarchical *h, struct node *self, const struct message *m);
void global_transfer(struct hierarchical *h, struct node *self, node_id target);
void global_stop(struct hierarchical *h, struct node *self);
/* It spoke as the leader of a region not long ago. */
bool global_is_relay(struct hierarchical *h, struct node *self, node_id id);

/* hierarchical_ballot.c */
void ballot_begin(struct hierarchical *h, struct node *self, node_id candidate);
void ballot_send(struct hierarchical *h, struct node *self);
void ballot_on_message(struct hierarchical *h, struct node *self, const struct message *m);
/* Whether the nodes counted in `have` are a quorum. */
bool ballot_is_quorum(struct hierarchical *h, struct node *self);
bool ballot_is_won(struct hierarchical *h, struct node *self);
void global_lead(struct hierarchical *h, struct node *self);

/* hierarchical_timing.c */
size_t timing_size(const struct hierarchical_config *c);
const char *timing_check(const struct hierarchical_config *c, const char **option);
/* At most how much later than without these options there is a leader. */
sim_ns timing_delay(const struct hierarchical_config *c);
/* `room`: timing_size() bytes. */
void timing_begin(struct hierarchical *h, struct node *self, void *room);
/* How long to wait for either leader; draws. */
sim_ns timing_global(struct hierarchical *h, struct node *self);
sim_ns timing_regional(struct hierarchical *h, struct node *self);
sim_ns timing_hears_for(const struct hierarchical *h);
/* With `extra` only: a heartbeat of either leader. */
void timing_heard_global(struct hierarchical *h, const struct node *self);
void timing_heard_regional(struct hierarchical *h, const struct node *self, node_id leader);
/* For the circuit breaker: a global election has begun, or there is a global leader. */
void timing_note_election(struct hierarchical *h, const struct node *self);
void timing_note_leader(struct hierarchical *h, const struct node *self);
/* Whether the breaker lets it stand; if not, it waits. */
bool timing_may_stand(struct hierarchical *h, struct node *self);
node_id timing_successor(struct hierarchical *h, struct node *self);

#endif
