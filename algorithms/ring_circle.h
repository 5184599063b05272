/* Passing messages on round a circle of processes, some of which may be down. */
#ifndef CONCLAVE_ALGORITHMS_RING_CIRCLE_H
#define CONCLAVE_ALGORITHMS_RING_CIRCLE_H

#include "algorithms/ring.h"

struct lap { /* the message of one kind that waits for its acknowledgement */
    struct ring_message message;
    node_id to;
    uint32_t attempts; /* so far, at `to` */
    bool active;
};

struct circle {
    sim_ns answer_timeout; /* until an acknowledgement is missed */
    uint32_t attempts;     /* at one process before it is skipped, at least 1 */
    uint32_t number;       /* of the last hop */
    struct lap laps[LAP_KINDS];
};

/* The next process round the circle, up or not. */
node_id circle_successor(const struct node *self);

/* Sends to the next process that is up, the own one last. What still waits for the acknowledgement
 * of an older message of the kind is given up for this one, which goes to where the older one had
 * got: those before it did not answer. False: nobody else is up, the message ends here. */
bool circle_hand_on(struct circle *c, struct node *self, unsigned kind,
                    struct ring_message message);

/* No acknowledgement came. False as above. */
bool circle_on_timer(struct circle *c, struct node *self, unsigned kind);

void circle_on_acknowledge(struct circle *c, struct node *self, const struct ring_acknowledge *m);

#endif
