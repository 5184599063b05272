/* Garcia-Molina's Invitation algorithm: options, messages and state. */
#ifndef CONCLAVE_ALGORITHMS_INVITATION_H
#define CONCLAVE_ALGORITHMS_INVITATION_H

#include "sim/algorithm.h"

extern const struct algorithm invitation_algorithm;

struct invitation_config {
    sim_ns check_interval, watch_interval, answer_timeout, merge_delay;
    uint32_t attempts;
    bool require_majority;
};

enum invitation_message {
    INVITATION_ARE_YOU_COORDINATOR,
    INVITATION_COORDINATOR_ANSWER,
    INVITATION_ARE_YOU_THERE,
    INVITATION_THERE_ANSWER,
    INVITATION_INVITE,
    INVITATION_ACCEPT,
    INVITATION_READY,
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
    bool leads;      /* the coordinator of its group leads: itself, if it is that */
    uint64_t sets[]; /* members (Up), found coordinators, who has asked for us of late */
};

#endif
