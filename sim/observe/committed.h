/* What servers hold for committed, as far as their views show it: of which term the entry is that
 * lies at an index. */
#ifndef CONCLAVE_SIM_COMMITTED_H
#define CONCLAVE_SIM_COMMITTED_H

#include "sim/algorithm.h"
#include "sim/memory.h"

struct committed {
    const struct sim_memory *memory;
    void *runs; /* of one term each, in the order of terms and so of indexes */
    uint32_t capacity, count;
    uint64_t announced; /* the highest commit index that a leader has shown */
    bool out_of_memory;
};

void committed_open(struct committed *c, const struct sim_memory *memory);
void committed_reset(struct committed *c);
void committed_close(struct committed *c);

/* A server's commit index has changed to what `now` shows; `leads`: it is a leader, or was until
 * the callback that changed it, or was that of the entry's term. NULL, or what is wrong with that.
 */
const char *committed_note(struct committed *c, const struct node_view *now, bool leads);

#endif
