/* Everything that looks at a run is an observer: trace hash, invariants, elections and metrics,
 * text log, Perfetto, ShiViz and SVG timelines, progress. Observers get const data and return
 * nothing, so that looking cannot change what happens. */
#ifndef CONCLAVE_SIM_OBSERVER_H
#define CONCLAVE_SIM_OBSERVER_H

#include "sim/algorithm.h"

/* X(NAME, text, what `detail` is): the one list from which names, hash, filters and docs follow. */
#define RECORD_KINDS(X)                                                                            \
    X(SENT, "sent", "message kind")             /* node sends to peer */                           \
    X(DELIVERED, "delivered", "message kind")   /* node receives from peer */                      \
    X(LOST, "lost", "message kind")             /* node's message to peer; see flags */            \
    X(DUPLICATED, "duplicated", "message kind") /* node's message to peer comes twice */           \
    X(HELD, "held", "message kind")             /* node's message to peer waits */                 \
    X(TIMER_FIRED, "timer fired", "timer")                                                         \
    X(SYNCED, "synced", "") /* a write is durable, or the disk lied */                             \
    X(PRE_CAMPAIGNED, "pre-campaigned", "")                                                        \
    X(CAMPAIGNED, "campaigned", "campaign reason")                                                 \
    X(VOTED, "voted", "") /* for peer */                                                           \
    X(LED, "leads", "")                                                                            \
    X(FOLLOWED, "follows", "") /* peer */                                                          \
    X(STEPPED_DOWN, "stepped down", "step-down reason")                                            \
    X(STARTED, "started", "")                                                                      \
    X(CRASHED, "crashed", "crash reason")                                                          \
    X(PAUSED, "paused", "")                                                                        \
    X(RESUMED, "resumed", "")                                                                      \
    X(CLOCK_JUMPED, "clock jumped", "")  /* value: by how much */                                  \
    X(CLOCK_DRIFTED, "clock drifts", "") /* value: new rate, parts of 10^9 */                      \
    X(ADMIN, "admin", "admin command")   /* peer: target */                                        \
    X(LOADED, "load", "thousandths")                                                               \
    X(FAULT_BEGAN, "fault began", "fault occurrence")                                              \
    X(FAULT_ENDED, "fault ended", "fault occurrence")                                              \
    X(CONNECTIVITY, "connectivity changed", "")    /* a cut came or went */                        \
    X(OPERATION, "operation", "operation outcome") /* value: when it was begun; term: token */     \
    X(SETTLED, "settle", "")                       /* all faults are healed from here on */        \
    X(LOCK, "lock", "lock happening")              /* value: client; term, flags: its token */

#define RECORD_ENUM(name, text, detail) RECORD_##name,
enum record_kind { RECORD_KINDS(RECORD_ENUM) RECORD_KIND_COUNT };
#undef RECORD_ENUM

extern const char *const record_texts[RECORD_KIND_COUNT];

enum crash_reason { CRASH_FAULT, CRASH_WIPE, CRASH_STOP };

enum loss_reason { LOSS_CHANCE = 1, LOSS_CUT, LOSS_NOT_RUNNING };

enum operation_outcome {
    OPERATION_ACCEPTED, /* the guard let it pass; flags: 1 when the node was not the newest leader
                         */
    OPERATION_REJECTED, /* by the guard */
    OPERATION_FAILED,   /* leader crashed, or never committed, or was cut from the resource */
    OPERATION_NO_LEADER /* nobody acted as leader when it was due */
};

enum lock_happening { /* `node` is the leader that granted or was asked */
                      LOCK_GRANTED,
                      LOCK_HELD,      /* refused: another client has it */
                      LOCK_UNKNOWN,   /* refused: a new leader waits for what it does not know */
                      LOCK_NO_LEADER, /* nobody to ask */
                      LOCK_FAILED,    /* the grant was not made, or came too late to be of use */
                      LOCK_EXPIRED,   /* the client's lease ran out before it had done its work: it
                                         stops */
                      LOCK_WRITTEN,   /* the guarded resource took its write */
                      LOCK_WRITE_STALE, /* the same, although it had taken one with a newer token */
                      LOCK_WRITE_FENCED, /* refused by the guard: it has taken one with a newer
                                            token */
                      LOCK_RELEASED      /* given back; node: to whom, or NODE_NONE */
};

struct record {
    sim_ns at;
    uint64_t number; /* 0, 1, 2 … within the run */
    uint64_t cause;  /* number of the record that led to this one; own number: none */
    enum record_kind kind;
    node_id node;    /* where it happened, or NODE_NONE */
    node_id peer;    /* other end, candidate, leader; or NODE_NONE */
    uint32_t detail; /* as RECORD_KINDS says */
    uint32_t flags;  /* LOST: enum loss_reason; SYNCED: 1 it lied; OPERATION: 1 stale;
                       LOCK: number of the grant in its term */
    uint64_t term;
    int64_t value;
    const void *body; /* SENT, DELIVERED, LOST …: described by the message kind; or NULL */
};

struct world;

/* What observers may ask of a world. */
struct node_view world_view(const struct world *w, node_id node);
bool world_is_running(const struct world *w, node_id node); /* not crashed */
bool world_is_paused(const struct world *w, node_id node);
bool world_acts(const struct world *w, node_id node); /* as leader */
/* Messages that members sent so far of kinds that are for elections. */
uint64_t world_election_messages(const struct world *w);
/* The same before the present callback, or the last one. */
uint64_t world_election_messages_before(const struct world *w);
/* Whether anything that the node has written is durable. */
bool world_has_durable(const struct world *w, node_id node);
/* Whether a write of the node is not durable yet. */
bool world_disk_busy(const struct world *w, node_id node);
bool world_connected(const struct world *w, node_id from, node_id to);
/* Running, unpaused members that `node` can exchange messages with both ways, itself included. */
uint32_t world_reach(const struct world *w, node_id node);
bool world_reaches_majority(const struct world *w, node_id node);
/* Whether the node is of those that `settle` leaves healthy; all are where it heals all. */
bool world_in_core(const struct world *w, node_id node);
bool world_is_slow(const struct world *w, node_id node);
/* When the last of the messages and writes that `settle` found under way arrives. */
sim_ns world_pending_until(const struct world *w);
/* Messages that were sent while a fault made them slower. */
uint64_t world_delayed_messages(const struct world *w);
/* Whether messages from one to the other wait for a fault to end. */
bool world_holds(const struct world *w, node_id from, node_id to);
const struct scenario *world_scenario(const struct world *w);
uint64_t world_seed(const struct world *w);
sim_ns world_now(const struct world *w);
node_id world_current_node(const struct world *w); /* in a callback, or NODE_NONE */
/* The true instant at which node's monotonic clock shows `local`, and the reverse for now. */
sim_ns world_true_time(const struct world *w, node_id node, sim_ns local);
sim_ns world_local_time(const struct world *w, node_id node);

/* Interest is a set of record kinds: INTEREST(SENT) | INTEREST(LED). */
#define INTEREST(name) (UINT64_C(1) << RECORD_##name)
#define INTEREST_ALL ((UINT64_C(1) << RECORD_KIND_COUNT) - 1)

struct observer {
    void *context;
    uint64_t interest;
    void (*on_record)(void *context, const struct world *w, const struct record *r);
    void (*on_end)(void *context, const struct world *w, sim_ns at); /* or NULL */
};

#endif
