#include "sim/observe/leases.h"

#include <string.h>

struct lease {
    sim_ns local, until; /* on its holder's clock, and in true time; 0: none */
};

void leases_open(struct leases *l, const struct sim_memory *memory, uint32_t members)
{
    *l = (struct leases){.memory = memory, .members = members};
}

void leases_reset(struct leases *l)
{
    if (l->of != NULL)
        memset(l->of, 0, l->members * sizeof *l->of);
    l->out_of_memory = false;
}

void leases_close(struct leases *l)
{
    if (l->of != NULL)
        memory_release(l->memory, l->of, l->members * sizeof *l->of);
}

sim_ns leases_local_end(const struct leases *l, node_id member)
{
    return l->of == NULL ? 0 : l->of[member].local;
}

static sim_ns true_end(const struct world *w, node_id member, sim_ns local)
{
    return local == 0 ? 0 : world_true_time(w, member, local);
}

void leases_note(struct leases *l, const struct world *w, node_id member, sim_ns local)
{
    if (l->of == NULL)
        l->of = memory_zeroed(l->memory, l->members * sizeof *l->of);
    if (l->of == NULL) {
        l->out_of_memory = true;
        return;
    }
    l->of[member] = (struct lease){local, true_end(w, member, local)};
}

void leases_move(struct leases *l, const struct world *w, node_id member)
{
    if (l->of != NULL && l->of[member].until > world_now(w))
        l->of[member].until = true_end(w, member, l->of[member].local);
}

void leases_forget(struct leases *l, node_id member)
{
    if (l->of != NULL)
        l->of[member] = (struct lease){0};
}

node_id leases_rival(const struct leases *l, sim_ns at, node_id member, node_id from)
{
    if (l->of == NULL || l->of[member].until <= at)
        return NODE_NONE;
    for (node_id other = from; other < l->members; other++)
        if (other != member && l->of[other].until > at)
            return other;
    return NODE_NONE;
}
