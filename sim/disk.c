/* The disk of a node: how long until a persisted write is durable, and what a crash loses. Writes
 * of one node become durable in the order in which they were made, one after the other. What one
 * callback persists is one write, with its latest state: as servers do that answer only once term
 * and vote are on the disk together (etcd's Ready with its HardState). */
#include "sim/world_state.h"

static unsigned char *durable_of(struct world *w, node_id id)
{
    return w->durables + (size_t) w->durable_size * id;
}

static void make_durable(struct world *w, struct node *n, const void *durable)
{
    world_copy(durable_of(w, n->id), durable, w->durable_size);
    n->has_durable = true;
}

static void note_synced(struct world *w, node_id node, bool lied)
{
    struct record r = {.kind = RECORD_SYNCED, .node = node, .peer = NODE_NONE, .flags = lied};
    world_record(w, &r);
}

void disk_persist(struct world *w, struct node *n, const void *durable)
{
    if (n->open_write != NO_SLOT) {
        struct disk_write *open = pool_at(&w->writes, n->open_write);
        world_copy(open + 1, durable, w->durable_size);
        return;
    }
    const struct scenario *s = w->scenario;
    struct rng stream = rng_stream(w->seed, RNG_DISK, n->id, n->sync_number++);
    bool lied = s->disk_lie > 0 && rng_chance(&stream, s->disk_lie);
    sim_ns takes = distribution_draw(&s->disk_sync, &stream);
    if (n->slow != 1000)
        takes = sim_times(takes, n->slow) / 1000;
    if (takes == 0 && n->disk_done_at <= w->now) {
        if (!lied)
            make_durable(w, n, durable);
        uint64_t cause = w->cause;
        note_synced(w, n->id, lied);
        w->cause = cause;
        return;
    }
    uint32_t slot = pool_take(&w->memory, &w->writes);
    if (slot == NO_SLOT) {
        world_out_of_memory(w);
        return;
    }
    struct disk_write *write = pool_at(&w->writes, slot);
    *write = (struct disk_write){
        .node = n->id, .incarnation = n->incarnation, .lied = lied, .cause = w->cause};
    world_copy(write + 1, durable, w->durable_size);
    n->open_write = slot;
    n->disk_done_at = sim_add(n->disk_done_at > w->now ? n->disk_done_at : w->now, takes);
    world_note_pending(w, n->disk_done_at);
    world_push(w, n->disk_done_at, EVENT_SYNCED, slot);
}

void disk_synced(struct world *w, uint32_t slot)
{
    struct disk_write *write = pool_at(&w->writes, slot);
    struct node *n = &w->nodes[write->node];
    if (n->running && n->incarnation == write->incarnation) {
        if (!write->lied)
            make_durable(w, n, write + 1);
        w->cause = write->cause;
        note_synced(w, n->id, write->lied != 0);
    }
    pool_give(&w->writes, slot);
}
