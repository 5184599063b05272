/* The event queue. Events fire by (at, sequence): a total order, so that the data structure
 * behind it can be exchanged without changing one result. */
#ifndef CONCLAVE_SIM_SCHEDULER_H
#define CONCLAVE_SIM_SCHEDULER_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/memory.h"
#include "sim/time.h"

/* What is to happen. `slot` names it: an index into the world's pool of the kind, or a timer. */
struct event {
    sim_ns at;         /* >= the last popped event's */
    uint64_t sequence; /* set by scheduler_push(): order of creation, breaks ties; below 2^36 */
    uint32_t kind;     /* enum event_kind of the world; below 16 */
    uint32_t slot;     /* below 2^24 */
};

/* Bytes that one pending event takes. */
#define SCHEDULER_EVENT_SIZE 16u

struct scheduler;

/* The structures, by name, so that a test can hold one against another. AUTO chooses by size. */
enum scheduler_structure {
    SCHEDULER_AUTO,
    SCHEDULER_SORTED_ARRAY, /* small queues only: O(n) a push */
    SCHEDULER_HEAP,
    SCHEDULER_STRUCTURE_COUNT
};

/* An empty queue; NULL when memory is out. `memory` is borrowed. */
struct scheduler *scheduler_create(const struct sim_memory *memory,
                                   enum scheduler_structure structure);
void scheduler_destroy(struct scheduler *s);
/* Forgets every event and starts sequence numbers at 0 again; keeps its memory. */
void scheduler_reset(struct scheduler *s);

/* Room for `count` more events without allocation. False when memory is out. */
bool scheduler_reserve(struct scheduler *s, uint32_t count);
/* False when memory is out; never after a sufficient scheduler_reserve(). No more than 2^36 pushes
 * between two resets: asserted, as are the bounds of struct event. */
bool scheduler_push(struct scheduler *s, sim_ns at, uint32_t kind, uint32_t slot);
/* The earliest event, removed; false when there is none. */
bool scheduler_pop(struct scheduler *s, struct event *event);
/* The earliest event's instant, or SIM_FOREVER. */
sim_ns scheduler_next(const struct scheduler *s);
/* The earliest event and those that may follow it, while there are many; for what takes time to
 * fetch from memory. Returns how many, at most SCHEDULER_AHEAD_MAX; nothing may depend on it. */
#define SCHEDULER_AHEAD_MAX 5u
uint32_t scheduler_ahead(const struct scheduler *s, struct event ahead[SCHEDULER_AHEAD_MAX]);

/* Events pending now. */
uint32_t scheduler_count(const struct scheduler *s);

#endif
