/* Primary and standbys with health checks: options, messages and state. The second step on the way
 * from nothing to consensus (the leader-election pattern's migration path): automatic, quick, and
 * without a quorum. */
#ifndef CONCLAVE_ALGORITHMS_HEALTH_CHECK_H
#define CONCLAVE_ALGORITHMS_HEALTH_CHECK_H

#include "sim/algorithm.h"

extern const struct algorithm health_check_algorithm;

struct health_check_config {
    sim_ns check_interval;
    uint32_t failures; /* checks in a row without an answer */
    bool failback;
};

enum health_check_message {
    HEALTH_CHECK,
    HEALTH_CHECK_REPLY,
    HEALTH_PROMOTED,
    HEALTH_RESIGNED,
    HEALTH_MESSAGE_COUNT
};
enum health_check_timer { HEALTH_TIMER_CHECK };

struct health_check { /* what the sender knows */
    uint64_t epoch;
    node_id primary;
};
struct health_check_reply {
    uint64_t epoch;
    bool is_primary;
};
struct health_promoted {
    uint64_t epoch;
};

struct health_check_state {
    const struct health_check_config *config;
    uint64_t epoch; /* of the newest promotion that it knows of */
    node_id self, primary;
    uint32_t count, rounds_without; /* checks since it last knew of a primary */
    uint32_t missed[];              /* by node: checks in a row without an answer */
};

#endif
