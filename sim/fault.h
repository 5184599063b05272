/* A kind of fault: one file in sim/faults/, one line in sim/faults/registry.c. */
#ifndef CONCLAVE_SIM_FAULT_H
#define CONCLAVE_SIM_FAULT_H

#include "sim/algorithm.h"
#include "sim/distribution.h"
#include "sim/select.h"

struct world;

/* Everything that any kind of fault can be told; a kind's `fields` say which of it is its own.
 * Defaults come from the fields. */
struct fault_arguments {
    struct selector target;   /* whom it hits */
    struct selector from, to; /* a direction between nodes */
    struct groups groups;     /* how a partition divides them */
    struct distribution latency;
    uint64_t rate;      /* parts of 2^32 */
    uint32_t factor;    /* thousandths */
    uint32_t direction; /* enum fault_direction */
    int64_t drift;      /* parts of 10^9 */
    sim_ns by;          /* signed */
    sim_ns grace;
    uint32_t number;
};

enum fault_direction { DIRECTION_BOTH, DIRECTION_IN, DIRECTION_OUT };

/* One occurrence, as begin() and end() see it. Targets are resolved once, when it begins. */
struct fault_instance {
    const struct fault_arguments *arguments;
    struct node_set target;
    struct node_set from, to;
    struct rng *stream; /* for what is drawn; valid in begin() only */
    uint32_t number;    /* of the occurrence in this run: names its cuts */
};

enum fault_duration {
    FAULT_INSTANT, /* `for` is an error */
    FAULT_LASTING, /* undone after `for`; without it at the end of the run (or `settle`) */
    FAULT_EITHER   /* undone after `for`; without it never (a crash, until a restart) */
};

struct fault_kind {
    const char *name; /* the key in a scenario: `crash:` */
    const char *about;
    const char *example;        /* one line of a scenario */
    const struct field *fields; /* into struct fault_arguments; fields[0] is the kind's value
                                   unless value_is_map: then `block: {from: n1, to: n2}` */
    uint32_t field_count;
    bool value_is_map;
    enum fault_duration duration;
    const char *const *aliases; /* words of other tools, answered with ours; NULL at the end */
    /* Kinds that only undo others (restart) or need an algorithm's help are not for chaos. */
    bool in_chaos;

    void (*begin)(struct world *w, struct fault_instance *fault);
    void (*end)(struct world *w, struct fault_instance *fault); /* NULL: instant */
};

extern const struct fault_kind *const fault_kinds[]; /* sim/faults/registry.c; NULL at the end */

/* ---- What a fault may do to a world: sim/world.c, network.c, node.c --------------------------
 * begin/end pairs count, so that overlapping faults compose. */

unsigned world_node_count(const struct world *w);    /* members */
unsigned world_service_count(const struct world *w); /* ids from world_node_count() on */
void world_crash(struct world *w, node_id node);
void world_wipe(struct world *w, node_id node);    /* crash, forget the disk, start again */
void world_restart(struct world *w, node_id node); /* nothing if it runs */
void world_stop(struct world *w, node_id node, sim_ns grace);
void world_pause(struct world *w, node_id node, int change);
/* Messages from a node of `from` to a node of `to` are lost, for as long as the cut is there. Cuts
 * are named by the occurrence that made them, and all of an occurrence's go at once. */
void world_cut(struct world *w, uint32_t occurrence, const struct node_set *from,
               const struct node_set *to);
void world_uncut(struct world *w, uint32_t occurrence);
/* The same for holding: messages wait and are delivered, in order, when it ends. */
void world_hold(struct world *w, uint32_t occurrence, const struct node_set *from,
                const struct node_set *to);
void world_unhold(struct world *w, uint32_t occurrence);
/* Network conditions for a while: the last one begun wins for each of loss, duplicate, latency. */
void world_set_loss(struct world *w, uint32_t occurrence, uint64_t rate);
void world_set_duplicate(struct world *w, uint32_t occurrence, uint64_t rate);
void world_set_latency(struct world *w, uint32_t occurrence, const struct distribution *latency);
void world_clear_conditions(struct world *w, uint32_t occurrence);
/* Multiplies latency from and to the node, and its disk's, by thousandths/1000. */
void world_slow(struct world *w, node_id node, uint32_t thousandths, int change);
void world_jump_clock(struct world *w, node_id node, sim_ns by);
void world_set_drift(struct world *w, node_id node, int64_t drift_ppb);
void world_admin(struct world *w, node_id node, enum admin_command command, node_id target);
void world_set_load(struct world *w, node_id node, uint32_t thousandths);
/* Adds a node to what the fault's row in the database names as its target; NODE_NONE separates
 * groups. Only for kinds whose target is not simply that of their selectors. */
void world_name_target(struct world *w, node_id node);
/* The node that most recently became leader and still acts, or NODE_NONE. */
node_id world_leader(const struct world *w);

#endif
