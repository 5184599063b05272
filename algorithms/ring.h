/* Messages and timers of `ring`, for whoever looks at them from outside: tests. */
#ifndef CONCLAVE_ALGORITHMS_RING_H
#define CONCLAVE_ALGORITHMS_RING_H

#include "sim/algorithm.h"

enum ring_kind {
    ELECTION,  /* `id` stands; whoever has a better claim throws it away */
    ELECTED,   /* `id` coordinates */
    HEARTBEAT, /* `id` still coordinates */
    ACKNOWLEDGE,
    RESIGNATION /* from a coordinator that stops, to its successor (handoff) */
};
#define LAP_KINDS ACKNOWLEDGE /* the kinds that travel round the ring come first */

/* The first LAP_KINDS timers wait for the acknowledgement of the message of that kind. */
enum ring_timer { TIMER_HEARTBEAT = LAP_KINDS, TIMER_DETECTION, TIMER_ELECTION };

/* What travels round the ring. Chang and Roberts' messages are `id` alone; the rest lets the
 * outside tell reigns apart, and stops messages whose sender has died. */
struct ring_message {
    uint64_t
        counter; /* of the reign of `id`; in Election the one it stands for, as far as it knows */
    uint64_t highest; /* counter that any node on the way has heard of */
    uint64_t round;   /* rises with each Election, or each Heartbeat, of `id` */
    node_id id;
    uint32_t hops;   /* this one included; none travels further than once round */
    uint32_t number; /* of the hop, to be acknowledged */
    bool worn;       /* somebody knows the number of this reign as another's, or a later one */
};
struct ring_acknowledge {
    uint32_t number;
};
struct ring_resignation {
    uint64_t counter; /* of the reign that ends */
};

#endif
