/* Who holds a lease, and until when in true time. A holder's view tells when it ends by its own
 * clock, whose rate may change meanwhile. */
#ifndef CONCLAVE_SIM_LEASES_H
#define CONCLAVE_SIM_LEASES_H

#include "sim/memory.h"
#include "sim/world.h"

struct lease;

struct leases {
    const struct sim_memory *memory;
    struct lease *of; /* by member; NULL until somebody holds one */
    uint32_t members;
    bool out_of_memory;
};

void leases_open(struct leases *l, const struct sim_memory *memory, uint32_t members);
void leases_reset(struct leases *l);
void leases_close(struct leases *l);

/* When the member's lease ends by its clock, as it was last noted; 0: it holds none. */
sim_ns leases_local_end(const struct leases *l, node_id member);
/* It ends at `local` of its clock from now on, 0: it has none. */
void leases_note(struct leases *l, const struct world *w, node_id member, sim_ns local);
/* Its clock goes at another rate from now on, and its lease ends at another instant. */
void leases_move(struct leases *l, const struct world *w, node_id member);
/* Its process is gone, and the lease with it. */
void leases_forget(struct leases *l, node_id member);

/* The first member from `from` on that holds a lease at `at` while `member` holds one, too;
 * NODE_NONE for none. */
node_id leases_rival(const struct leases *l, sim_ns at, node_id member, node_id from);

#endif
