/* The only header that an algorithm includes (beside its own helpers in algorithms/).
 *
 * An algorithm is a pure state machine: a table of constants and callbacks. It owns one block
 * of memory per node (`state`), sees the world through `struct node`, and acts only by the
 * node_*() calls below. It never allocates, never reads a clock of its own, keeps no statics. */
#ifndef CONCLAVE_SIM_ALGORITHM_H
#define CONCLAVE_SIM_ALGORITHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/assert.h"
#include "sim/field.h"
#include "sim/time.h"

typedef uint32_t node_id; /* 0 … nodes-1, then the services; people see n1 … nN, s1 … sM */

#define NODE_NONE UINT32_MAX

struct node; /* the world, as far as one node may see and touch it */

/* ---- What a node can observe --------------------------------------------------------------- */

/* The own number: below node_count() for members, from node_count() on for services. */
node_id node_self(const struct node *n);
/* Members of the cluster, services not counted. */
unsigned node_count(const struct node *n);
/* Services of the algorithm (see struct algorithm): ids node_count() … node_count()+this-1. */
unsigned node_service_count(const struct node *n);
/* Whether this node hosts the algorithm's shared store. */
bool node_is_service(const struct node *n);

/* Static facts that every node knows of every member, from `cluster:`. Region NODE_NONE: none. */
int32_t node_priority(const struct node *n, node_id id);
uint32_t node_weight(const struct node *n, node_id id); /* votes that a member carries, default 1 */
uint32_t node_region(const struct node *n, node_id id);
/* This node's present load in thousandths (0 idle, 1000 full), from `load` events. */
uint32_t node_load(const struct node *n);

/* This node's own clocks, drift included; the wall clock also has offset and jumps. */
sim_ns node_monotonic(const struct node *n);
sim_ns node_wall(const struct node *n);

/* A draw in [0, bound) from this node's stream; bound > 0. Other nodes' draws do not move it. */
uint64_t node_random(struct node *n, uint64_t bound);
/* A uniform draw from [range.min, range.max], both included. */
sim_ns node_random_range(struct node *n, struct sim_range range);

/* ---- What a node can do -------------------------------------------------------------------- */

/* Hand `body` (of the size that message kind declares) to the network; copied, may be lost.
 * A message to itself is delivered at once after the present callback, without the network. */
void node_send(struct node *n, node_id to, unsigned kind, const void *body);

/* The same, but only once all that was persisted before this call is durable. Votes go here. */
void node_send_after_sync(struct node *n, node_id to, unsigned kind, const void *body);

/* Write the durable part of the state (of its declared size); takes disk time; lost if the node
 * crashes before it is durable. Where one callback does it more than once, that is one write, of
 * the latest state. */
void node_persist(struct node *n, const void *durable);

/* (Re)arm or clear one of the declared timers; `after` >= 0 runs on the own monotonic clock.
 * Arming replaces: a timer fires once, at its last deadline. */
void node_set_timer(struct node *n, unsigned timer, sim_ns after);
void node_clear_timer(struct node *n, unsigned timer);

/* One block of `workspace_size` zeroed bytes for work that few nodes do at a time (votes of a
 * candidate, per-peer progress of a leader). The same block until it is returned; never NULL
 * where the algorithm declares workspace_size(). A crash returns it. */
void *node_workspace(struct node *n);
void node_return_workspace(struct node *n);

/* Why a node stands. CAMPAIGN_TRANSFER: asked to by the leader; CAMPAIGN_TAKEOVER: it knows of a
 * leader but has the better claim (priority, fresher log, higher id). */
enum campaign_reason { CAMPAIGN_TIMEOUT, CAMPAIGN_TRANSFER, CAMPAIGN_TAKEOVER };

/* Why a leader ceased to act as one. The names become `leadership.end_reason`. */
enum step_down_reason {
    STEP_DOWN_HIGHER_TERM,
    STEP_DOWN_LOST_QUORUM,
    STEP_DOWN_LEASE_EXPIRED,
    STEP_DOWN_TRANSFER,
    STEP_DOWN_STOP
};

/* Announcements. They change nothing by themselves: observers and the workload hear them.
 * They must agree with view() when the callback returns. */
void node_pre_campaign(struct node *n, uint64_t term); /* asks whether it would win `term` */
void node_campaign(struct node *n, uint64_t term, enum campaign_reason why);
void node_vote(struct node *n, uint64_t term, node_id candidate); /* the own vote included */
void node_lead(struct node *n, uint64_t term); /* the term also is the fencing token */
void node_follow(struct node *n, uint64_t term, node_id leader); /* NODE_NONE: knows of none */
void node_step_down(struct node *n, uint64_t term, enum step_down_reason why);

/* Answer to on_operation(): the guarded operation is committed by a quorum, or never will be. */
void node_operation_done(struct node *n, uint64_t operation, bool committed);

/* Answer to ADMIN_STOP: the process ends after this callback, as a crash that the node saw
 * coming. A leader calls node_step_down(…, STEP_DOWN_STOP) before. */
void node_exit(struct node *n);

/* ---- What an algorithm declares ------------------------------------------------------------ */

struct message_kind {
    const char *name; /* as in the paper: "RequestVote" */
    uint32_t size;    /* of the body, at most MESSAGE_BODY_MAX */
    const struct field *fields;
    uint32_t field_count;
    bool for_election; /* counted in election.messages (heartbeats are not) */
};

#define MESSAGE_BODY_MAX 256u

#define MESSAGE(name_, type_, fields_, for_election_)                                              \
    {                                                                                              \
        name_, (uint32_t) sizeof(type_), fields_, (uint32_t) (sizeof fields_ / sizeof *fields_),   \
            for_election_                                                                          \
    }

struct message {
    node_id from;
    unsigned kind;
    const void *body; /* valid during the call only */
};

enum admin_command {
    ADMIN_TRANSFER,     /* hand leadership to `target` (NODE_NONE: to whom it likes) */
    ADMIN_STOP,         /* shut down gracefully; call node_exit() when ready */
    ADMIN_FORGET_LEADER /* follow nobody for now, as etcd's ForgetLeader */
};

/* What a run can promise; sim/properties.c has name, meaning and source of each. */
enum property {
    ELECTION_SAFETY = 1u << 0,
    VOTE_ONCE = 1u << 1,
    TERM_MONOTONIC = 1u << 2,
    LEADER_HAS_QUORUM = 1u << 3,
    LEADER_COMPLETENESS = 1u << 4,
    LEASE_EXCLUSIVE = 1u << 5,
    FENCING_MONOTONIC = 1u << 6,
    EVENTUAL_LEADER = 1u << 7,
    EVENTUAL_AGREEMENT = 1u << 8,
    HIGHEST_LEADS = 1u << 9,
    LEADER_OF_TERM = 1u << 10,
    STATE_MACHINE_SAFETY = 1u << 11
};

/* What an algorithm needs for its promises; where a run breaks one, what it promised under it
 * is measured but is no violation. */
enum assumption {
    ASSUMES_SYNCHRONY = 1u << 0, /* bounded delays, no loss, no partition, no slow node */
    ASSUMES_NO_PAUSE = 1u << 1,
    ASSUMES_BOUNDED_DRIFT = 1u << 2,   /* within the bound that the options declare */
    ASSUMES_DURABLE_STORAGE = 1u << 3, /* no wipe, no lying disk */
    ASSUMES_CLEAN_CUT = 1u << 4 /* outside the healthy majority nodes are down or wholly cut off */
};

/* What checkers, workload and timeline may know of a node. Filled by view(), which is pure.
 * The indexes and terms of the log are 0 for algorithms without one. */
enum role { ROLE_FOLLOWER, ROLE_PRE_CANDIDATE, ROLE_CANDIDATE, ROLE_LEADER };
struct node_view {
    enum role role;
    node_id leader;    /* whom it follows; itself when it leads; or NODE_NONE */
    node_id voted_for; /* in `term`, or NODE_NONE */
    uint64_t term;
    uint64_t last_index, last_term;
    uint64_t commit_index, commit_term; /* the last entry known to be committed, and its term */
    sim_ns lease_until;                 /* own monotonic clock; 0: holds no lease */
};

struct algorithm {
    const char *name;  /* as in `algorithm: raft` */
    const char *title; /* "Raft" */
    const char *about;
    const char *origin;    /* who or what, and when, in a few words, for `list`; NULL: see source */
    const char *source;    /* papers and sections, systems and versions */
    const char *tolerates; /* faults that it survives, in a few words, for `list` */
    /* What its failover time is where no algorithm decides it: "a person's …"; else NULL. */
    const char *failover_is;

    const struct field *options;
    uint32_t option_count;
    uint32_t config_size;

    const struct message_kind *messages;
    uint32_t message_count;
    const char *const *timers;
    uint32_t timer_count;

    uint32_t durable_size; /* what survives a crash; 0: nothing, or see durable_size_with */
    uint32_t promises;     /* set of enum property */
    uint32_t assumptions;  /* set of enum assumption */

    /* Bytes of a node's state, and of its workspace (NULL: none), with its own `config`. Where
     * nodes differ, each has as much room as the one that needs most. */
    size_t (*state_size)(const void *config, unsigned nodes);
    size_t (*workspace_size)(const void *config, unsigned nodes);
    /* What survives a crash, where its size depends on the cluster; NULL: durable_size bytes. */
    size_t (*durable_size_with)(const void *config, unsigned nodes);
    /* Extra nodes that host the shared store; NULL: none. */
    unsigned (*services)(const void *config);
    /* For a host, which has an option of FIELD_ALGORITHM (sim/guest.h): who elects with whom by it.
     * Writes each member's group, from 0 to `nodes`. `region_of` has NODE_NONE for none. */
    void (*groups)(const void *config, unsigned nodes, const uint32_t *region_of,
                   uint32_t *group_of);
    /* NULL, or what is wrong, with the offending option's name in *option (may stay NULL). */
    const char *(*check)(const void *config, unsigned nodes, const char **option);
    /* Promises that hold with these options only; NULL: `promises` holds with all. */
    uint32_t (*promises_with)(const void *config, unsigned nodes);
    /* For ASSUMES_BOUNDED_DRIFT: how far a clock's rate may be from true, in parts of 10^9, for the
     * promises to hold with these options; NULL: not at all. */
    int64_t (*drift_bound)(const void *config);
    /* How long a node hears nothing of its leader before it does something about it; random faults
     * last about that long where the scenario asks for it. NULL: not known. */
    sim_ns (*patience)(const void *config, unsigned nodes);
    /* Time after the last fault within which EVENTUAL_LEADER must hold. NULL: not promised. */
    sim_ns (*liveness_bound)(const void *config, unsigned nodes);

    /* `config` is this node's own (overrides applied) and outlives the run; `durable` is what
     * was last durable, NULL on the first start and after a wipe. `state` arrives zeroed. */
    void (*on_start)(void *state, struct node *self, const void *config, const void *durable);
    void (*on_message)(void *state, struct node *self, const struct message *message);
    void (*on_timer)(void *state, struct node *self, unsigned timer);
    /* NULL: commands do nothing, and ADMIN_STOP ends the process at once. */
    void (*on_admin)(void *state, struct node *self, enum admin_command command, node_id target);
    /* A guarded operation of the workload, on a node that acts as leader; answered by
     * node_operation_done(). NULL: the algorithm replicates nothing. */
    void (*on_operation)(void *state, struct node *self, uint64_t operation);
    /* The process is gone: by a crash, its exit, or with the run. Only for foreign code that holds
     * what is neither state nor workspace, to give it back, and for hosts of it; no node_*() calls.
     * NULL: nothing is. */
    void (*on_end)(void *state);
    struct node_view (*view)(const void *state);
};

extern const struct algorithm *const algorithms[]; /* algorithms/registry.c; NULL at the end */

#endif
