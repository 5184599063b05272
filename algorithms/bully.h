/* Bully: options, messages and state (Garcia-Molina 1982, and the textbooks). */
#ifndef CONCLAVE_ALGORITHMS_BULLY_H
#define CONCLAVE_ALGORITHMS_BULLY_H

#include "algorithms/circuit_breaker.h"
#include "algorithms/phi_accrual.h"
#include "sim/algorithm.h"

extern const struct algorithm bully_algorithm;

enum bully_detection { BULLY_DETECTION_HEARTBEAT, BULLY_DETECTION_PROBE };
enum bully_timeouts { BULLY_TIMEOUTS_FIXED, BULLY_TIMEOUTS_PHI };
enum bully_rank { BULLY_RANK_PRIORITY, BULLY_RANK_ID };

struct bully_config {
    sim_ns message_delay, processing_delay;
    sim_ns heartbeat_interval, detection_timeout;
    uint32_t detection, rank, timeouts;
    bool takeover, require_majority, handoff;
    struct phi_options phi;
    struct breaker_options breaker;
};

enum bully_kind {
    ELECTION,    /* to everyone with a better claim: are you up? */
    ANSWER,      /* yes, and it is my turn now */
    COORDINATOR, /* to everyone with a lesser claim: I lead */
    ACKNOWLEDGE, /* to a coordinator: accepted, or refused for a later reign */
    HEARTBEAT,
    ARE_YOU_THERE,
    I_AM_THERE,
    RESIGNATION /* from a coordinator that stops (handoff) */
};
enum bully_timer { TIMER_ELECTION, TIMER_HEARTBEAT, TIMER_DETECTION, TIMER_QUORUM };

/* Every message carries the sender's counter: of its reign where it coordinates, otherwise the
 * highest that it has heard of. */
struct bully_message {
    uint64_t counter;
};
struct bully_acknowledge {
    uint64_t counter;
    bool accepted;
};

enum bully_phase {
    BULLY_FOLLOWER,  /* follows `leader`, or waits to hear of one */
    BULLY_ASKING,    /* sent ELECTION to everyone with a better claim */
    BULLY_OUTBID,    /* somebody better answered: COORDINATOR is to come */
    BULLY_GATHERING, /* nobody better answered: acknowledgements are to come (require_majority) */
    BULLY_COORDINATOR
};

struct bully_durable {
    uint64_t counter;  /* highest heard of, or used */
    node_id supported; /* whose reign it numbers; whom alone this node acknowledged for it */
};

struct bully {
    const struct bully_config *config;
    struct bully_durable durable;
    enum bully_phase phase;
    node_id leader;
    uint64_t reign; /* counter of the reign that it follows or leads */
    uint32_t supporter_count;
    uint64_t *supporters; /* bits by member, while gathering or coordinating */
    node_id watched;      /* whose heartbeats `phi` knows */
    struct phi_accrual phi;
    struct circuit_breaker breaker;
    sim_ns room[]; /* of the breaker, then of phi */
};

/* bully.c: claims and elections */
bool bully_outranks(const struct bully *b, const struct node *self, node_id one, node_id other);
void bully_start_election(struct bully *b, struct node *self, enum campaign_reason why);
/* Whether to bow to a coordinator at `from`; otherwise it has done what has to be done. */
bool bully_bows_to(struct bully *b, struct node *self, node_id from);

/* bully_timing.c: options, and the times that follow from them */
#define BULLY_OPTIONS 17
extern const struct field bully_options[BULLY_OPTIONS];
const char *bully_check(const void *config, unsigned nodes, const char **option);
uint32_t bully_promises_with(const void *config, unsigned nodes);
sim_ns bully_patience(const void *config, unsigned nodes);
sim_ns bully_liveness_bound(const void *config, unsigned nodes);
/* Nobody who is up can take longer to answer (Garcia-Molina 1982: T = 2 T_m + T_p). */
sim_ns bully_answer_timeout(const struct bully_config *c);
/* From ELECTION to the COORDINATOR that it leads to. */
sim_ns bully_coordinator_timeout(const struct bully_config *c);
/* Silence of the coordinator that is taken for its end, where nothing adapts. */
sim_ns bully_detection_timeout(const struct bully_config *c);
/* How long a coordinator may be without the acknowledgements of a majority. */
sim_ns bully_quorum_timeout(const struct bully_config *c);
size_t bully_timing_size(const struct bully_config *c);
void bully_begin_timing(struct bully *b);
/* A heartbeat, or an answer to a probe. */
void bully_note_rhythm(struct bully *b, const struct node *self);
/* How long a member waits for the next heartbeat, or for the answer to a probe. */
sim_ns bully_detection_wait(const struct bully *b);

/* bully_coordinator.c: the numbers of reigns, and messages with them */
void bully_hear_counter(struct bully *b, struct node *self, uint64_t counter);
/* The same, from the coordinator whose reign it numbers. */
void bully_hear_reign(struct bully *b, struct node *self, uint64_t counter, node_id coordinator);
/* Whether the number that `from` gives its reign was already another's. */
bool bully_is_worn(const struct bully *b, uint64_t counter, node_id from);
/* One promise a counter, kept across a crash: so a counter has one coordinator at most. */
bool bully_support(struct bully *b, struct node *self, uint64_t counter, node_id candidate);
/* Any message but ACKNOWLEDGE, with the own counter. */
void bully_send_counter(struct bully *b, struct node *self, node_id to, unsigned kind);
void bully_send_to_others(struct bully *b, struct node *self, unsigned kind);
void bully_acknowledge(struct node *self, node_id to, uint64_t counter, bool accepted);

/* bully_coordinator.c: the office */
/* Nobody with a better claim answered in time. */
void bully_win_round(struct bully *b, struct node *self);
/* A sitting coordinator's word to one node. */
void bully_tell_of_office(struct bully *b, struct node *self, node_id to);
void bully_beat(struct bully *b, struct node *self);
void bully_on_probe(struct bully *b, struct node *self, node_id from);
void bully_on_acknowledge(struct bully *b, struct node *self, node_id from,
                          const struct bully_acknowledge *m);
void bully_on_quorum_timer(struct bully *b, struct node *self);
/* Also out of an election: from now on it is a follower, and no timer is armed. */
void bully_leave_office(struct bully *b, struct node *self, enum step_down_reason why);

/* bully_member.c: who follows */
/* Follows `from` in this reign; who knows of a later one tells it. */
void bully_follow_and_tell(struct bully *b, struct node *self, node_id from, uint64_t counter);
/* Knows of no coordinator; stands itself unless it hears of one first. */
void bully_wait_for_coordinator(struct bully *b, struct node *self);
void bully_on_heartbeat(struct bully *b, struct node *self, node_id from, uint64_t counter);
void bully_probe(struct bully *b, struct node *self);
void bully_on_probe_answer(struct bully *b, struct node *self, node_id from, uint64_t counter);

#endif
