/* Messages and timers of `bully`, for whoever looks at them from outside: tests. */
#ifndef CONCLAVE_ALGORITHMS_BULLY_H
#define CONCLAVE_ALGORITHMS_BULLY_H

#include "sim/algorithm.h"

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

#endif
