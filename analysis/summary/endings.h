/* Processes that ended by themselves: neither a fault nor an operator asked for it. A library's
 * failed assertion is one, or a lock holder that exits when it has lost its lease. */
#ifndef CONCLAVE_SUMMARY_ENDINGS_H
#define CONCLAVE_SUMMARY_ENDINGS_H

#include "sim/observer.h"
#include "sim/scenario.h"

#define ENDINGS_MAX 64u
#define ENDING_WHY_MAX 160u

struct ending {
    sim_ns at;
    node_id node;
    char why[ENDING_WHY_MAX]; /* what it told itself before it ended, or "" */
};

struct endings {
    const struct scenario *scenario;
    struct ending items[ENDINGS_MAX]; /* the first of them */
    uint32_t count;
    bool *stopping; /* of each node: it was asked to stop */
    sim_ns stopped_at;
    struct {            /* the last message of a node to itself */
        uint64_t cause; /* what it was handling */
        node_id node;
        uint32_t kind;
        _Alignas(16) unsigned char body[MESSAGE_BODY_MAX];
    } told;
};

/* False when memory is out; endings_close() in any case. */
bool endings_open(struct endings *e, const struct scenario *scenario);
void endings_close(struct endings *e);
/* *e must outlive it. */
struct observer endings_observer(struct endings *e);

#endif
