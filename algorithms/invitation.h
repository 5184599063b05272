/* Garcia-Molina's Invitation algorithm: options, messages and state. */
#ifndef CONCLAVE_ALGORITHMS_INVITATION_H
#define CONCLAVE_ALGORITHMS_INVITATION_H

#include "algorithms/circuit_breaker.h"
#include "algorithms/phi_accrual.h"
#include "sim/algorithm.h"

extern const struct algorithm invitation_algorithm;

enum invitation_timeouts { INVITATION_TIMEOUTS_FIXED, INVITATION_TIMEOUTS_PHI };

struct invitation_config {
    sim_ns check_interval, watch_interval, answer_timeout, merge_delay;
    uint32_t attempts, timeouts;
    bool require_majority, handoff;
    struct phi_options phi;
    struct breaker_options breaker;
};

enum invitation_message {
    INVITATION_ARE_YOU_COORDINATOR,
    INVITATION_COORDINATOR_ANSWER,
    INVITATION_ARE_YOU_THERE,
    INVITATION_THERE_ANSWER,
    INVITATION_INVITE,
    INVITATION_ACCEPT,
    INVITATION_READY,
    INVITATION_RESIGNATION, /* from a coordinator that stops (handoff) */
    INVITATION_MESSAGE_COUNT
};
enum invitation_timer {
    INVITATION_TIMER_CHECK,  /* a coordinator's next look for others */
    INVITATION_TIMER_WATCH,  /* a member's next question to its coordinator */
    INVITATION_TIMER_MERGE,  /* the wait before others are invited */
    INVITATION_TIMER_ANSWER, /* the end of a wait for answers */
    INVITATION_TIMER_MEMBERS /* a coordinator's look at who still asks for it */
};

struct invitation_ask { /* Are you coordinator? The counter is the highest heard of */
    uint64_t counter;
};
struct invitation_coordinator_answer {
    uint64_t counter;
    bool coordinator;
};
struct invitation_group { /* Are you there? */
    uint64_t group;
};
struct invitation_there_answer {
    uint64_t group;
    bool there;
};
struct invitation_invite { /* also on its way through a coordinator that was invited */
    uint64_t group;
    node_id coordinator;
};
struct invitation_accept {
    uint64_t group;
    uint32_t forwarded; /* how many members of its own it has passed the invitation on to */
};
struct invitation_ready {
    uint64_t group;
    bool leads; /* false: the group lacks the majority that is required */
};

struct invitation_resignation {
    uint64_t group;
    bool next; /* to the member that has the best claim */
};

enum invitation_phase {
    INVITATION_NORMAL,
    INVITATION_ELECTION,      /* it has invited, and waits for who accepts */
    INVITATION_REORGANIZATION /* it has accepted, and waits for Ready */
};

struct invitation_durable {
    uint64_t counter; /* of its own groups, and the highest heard of */
};

struct invitation {
    const struct invitation_config *config;
    struct invitation_durable durable;
    uint64_t group; /* number of the group that it is in, or being moved to */
    node_id self, count, coordinator;
    uint32_t up_count, expected; /* members beside itself; who may accept */
    uint32_t unanswered;         /* questions to the coordinator */
    uint8_t phase;
    bool leads;   /* the coordinator of its group leads: itself, if it is that */
    bool special; /* any of the options of invitation_timing.c is on */
    struct circuit_breaker breaker;
    struct phi_accrual phi;
    uint64_t watched; /* group whose coordinator's answers `phi` knows */
    uint64_t sets[];  /* members (Up), found coordinators, who has asked for us of late; behind them
                       * the samples and times of these */
};

/* ---- Sets of nodes --------------------------------------------------------------------------- */

enum { INVITATION_UP, INVITATION_FOUND, INVITATION_HEARD, INVITATION_SETS };

static inline uint32_t invitation_words(uint32_t nodes)
{
    return (nodes + 63) / 64;
}

static inline uint64_t *invitation_word_of(struct invitation *v, uint32_t set, node_id id)
{
    return &v->sets[set * invitation_words(v->count) + id / 64];
}

static inline bool invitation_has(struct invitation *v, uint32_t set, node_id id)
{
    return ((*invitation_word_of(v, set, id) >> (id % 64)) & 1) != 0;
}

/* False when it was there. */
static inline bool invitation_add(struct invitation *v, uint32_t set, node_id id)
{
    bool fresh = !invitation_has(v, set, id);
    *invitation_word_of(v, set, id) |= UINT64_C(1) << (id % 64);
    return fresh;
}

static inline void invitation_clear(struct invitation *v, uint32_t set)
{
    for (uint32_t i = 0; i < invitation_words(v->count); i++)
        v->sets[set * invitation_words(v->count) + i] = 0;
}

/* invitation_timing.c: how long a member waits for answers, and when nobody is invited */
const char *invitation_check(const void *config, unsigned nodes, const char **option);
uint32_t invitation_promises_with(const void *config, unsigned nodes);
sim_ns invitation_patience(const void *config, unsigned nodes);
sim_ns invitation_liveness_bound(const void *config, unsigned nodes);
size_t invitation_timing_size(const struct invitation_config *c);
const char *invitation_timing_check(const struct invitation_config *c, const char **option);
/* At most how much later the groups are one for what adapts or holds back. */
sim_ns invitation_timing_delay(const struct invitation_config *c);
void invitation_begin_timing(struct invitation *v);
/* A member asks its coordinator: how long it waits for the answer. */
sim_ns invitation_answer_wait(struct invitation *v, struct node *self);
/* The answer, or other news of a coordinator that leads more than itself. */
void invitation_hear_leader(struct invitation *v, struct node *self, bool answer);
void invitation_count_election(struct invitation *v, struct node *self);
/* False: the circuit breaker is open, and the next look for others comes when it is not. */
bool invitation_may_invite(struct invitation *v, struct node *self);

#endif
