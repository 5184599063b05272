/* A primary that an operator names: options, messages and state. The first step of the
 * leader-election pattern's migration path: nothing happens until a person has reacted. */
#ifndef CONCLAVE_ALGORITHMS_MANUAL_FAILOVER_H
#define CONCLAVE_ALGORITHMS_MANUAL_FAILOVER_H

#include "sim/algorithm.h"

extern const struct algorithm manual_failover_algorithm;

struct manual_failover_config {
    sim_ns check_interval;
    uint32_t failures;
    struct sim_range reaction_time;
};

enum manual_failover_message {
    MANUAL_CHECK,
    MANUAL_CHECK_REPLY,
    MANUAL_HANDOVER,
    MANUAL_MESSAGE_COUNT
};
/* The operator's: the monitoring's next round, and the hand on the switch. */
enum manual_failover_timer { MANUAL_TIMER_CHECK, MANUAL_TIMER_REACTION };

struct manual_check { /* of the monitoring; carries the operator's word */
    uint64_t epoch;
    node_id primary;
};
struct manual_check_reply {
    uint64_t epoch;
};
struct manual_handover { /* a planned change, asked for at the present primary */
    node_id target;      /* or NODE_NONE: the next in line */
};

struct manual_durable { /* what the operator has written down */
    uint64_t epoch;
    node_id primary;
};

struct manual_failover_state { /* of a member, or of the operator at the service s1 */
    const struct manual_failover_config *config;
    uint64_t epoch;
    node_id self, primary;
    uint32_t count;
    bool paged;        /* the operator knows, and is on the way */
    uint32_t missed[]; /* the operator's: by member */
};

#endif
