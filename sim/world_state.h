/* The inside of a world, for the files of sim/ that make it run: world.c (events and records),
 * node.c (what algorithms call), process.c, timer.c, network.c, disk.c, clock, schedule.c (faults),
 * workload.c. Observers and algorithms never see it. */
#ifndef CONCLAVE_SIM_WORLD_STATE_H
#define CONCLAVE_SIM_WORLD_STATE_H

#include <string.h>

#include "sim/clock.h"
#include "sim/world.h"

enum event_kind {
    EVENT_START,       /* slot: node */
    EVENT_DELIVER,     /* slot: message */
    EVENT_RELEASE,     /* slot: message that waited for the disk */
    EVENT_TIMER,       /* slot: node * timer_count + timer */
    EVENT_SYNCED,      /* slot: write */
    EVENT_FAULT_BEGIN, /* slot: fault specification */
    EVENT_FAULT_END,   /* slot: fault instance */
    EVENT_TICK,        /* the workload's interval */
    EVENT_WRITE,       /* slot: operation that reaches the guarded resource */
    EVENT_GRACE,       /* slot: node that was asked to stop */
    EVENT_SETTLE,
    EVENT_CLIENT /* slot: client of the lock */
};

#define NO_SLOT UINT32_MAX

struct node {
    struct world *world;
    struct rng rng;
    struct clock_line clock; /* monotonic */
    sim_ns wall_offset;
    sim_ns disk_done_at;  /* when all that was persisted is durable */
    sim_ns grace_over_at; /* when a stop that is under way becomes a kill */
    sim_ns last_send_at;  /* with send_ordinal: tells messages of one instant apart */
    uint64_t term;        /* announced */
    void *workspace;
    struct guest *guest; /* whose calls the node_*() calls are now; NULL: the algorithm's own */
    node_id id;
    uint32_t incarnation; /* of the process; grows with each start */
    uint32_t slow;        /* thousandths */
    uint32_t load;
    uint32_t sync_number;
    uint32_t open_write; /* what the present callback has persisted, not yet durable, or NO_SLOT */
    uint32_t pauses;     /* pause faults that hold it */
    uint16_t send_ordinal;
    bool running, leads, started, start_waits, exiting, has_durable;
};

struct timer {
    sim_ns deadline; /* true time; SIM_FOREVER: not armed */
    sim_ns queued;   /* of its one live event; SIM_FOREVER: none */
    uint64_t cause;
};

struct parcel { /* a message in flight or waiting; the body follows */
    uint32_t from, to;
    uint32_t cause; /* low bits of the record number of its sending */
    uint8_t kind;
    uint8_t unused;
    uint16_t incarnation; /* low bits, of the sender, while it waits for the disk */
};

struct pool { /* fixed-size slots with a free list threaded through their first four bytes */
    unsigned char *slots;
    uint32_t stride, capacity, used, free;
};

struct disk_write { /* the durable bytes follow */
    uint32_t next;
    uint32_t node, incarnation;
    uint32_t lied;
    uint64_t cause;
};

struct operation {
    uint32_t next;
    node_id node;
    uint32_t incarnation;
    uint32_t awaiting; /* commit by the algorithm */
    uint64_t token, number, cause;
    sim_ns begun;
    uint32_t client; /* of the lock, and its request */
    uint64_t request;
};

struct cut { /* words: from, then to, in world.cut_words at index * 2 * set_words */
    uint32_t occurrence;
    bool hold;
};

struct held_message {
    uint32_t occurrence, parcel;
};

struct parked_event { /* of a paused node, in order of arrival */
    node_id node;
    uint32_t kind, slot;
};

struct active_condition { /* network conditions of a fault; later ones win */
    uint32_t occurrence;
    bool has_loss, has_duplicate, has_latency;
    uint64_t loss, duplicate;
    struct distribution latency;
};

struct active_slow {
    node_id node;
    uint32_t thousandths;
};

struct active_fault {
    struct rng stream;
    const struct fault_arguments *arguments;
    uint32_t kind, spec, row, occurrence, sets; /* sets: slot in set_words */
    bool active;
};

struct array { /* growable, through memory_reserve() */
    void *items;
    uint32_t capacity, count;
};

#define OBSERVERS_MAX 16

struct world {
    struct sim_memory memory;
    const struct scenario *scenario;
    const struct algorithm *algorithm;
    struct scheduler *scheduler;
    struct world_options options;
    uint64_t seed;
    sim_ns now, end;
    uint64_t events, messages, records;
    uint64_t messages_between_regions;
    const uint32_t *region_of;         /* where there are two or more of them; else NULL */
    uint64_t election_messages_before; /* the present callback */
    uint64_t election_messages;        /* sent by members, of kinds that are for elections */
    uint64_t cause;                    /* record that the present handling goes back to */
    enum world_status status;
    node_id current; /* node in a callback */
    bool settled, finished;

    uint32_t node_count, total;          /* members; members and services */
    uint32_t timer_count, running_count; /* running and unpaused members */
    struct node *nodes;
    unsigned char *states; /* total * state_size */
    size_t state_size;
    unsigned char *durables; /* total * durable_size */
    uint32_t durable_size;
    struct timer *timers; /* total * timer_count */
    node_id newest_leader;

    void **workspaces; /* free blocks */
    uint32_t workspace_count, workspace_capacity, workspace_made;
    size_t workspace_size;
    uint32_t led_count;  /* of announcements, orders leaders */
    uint32_t *led_order; /* by node */

    struct pool parcels, writes, operations;

    uint16_t *link_class; /* by node */
    uint32_t class_count;
    struct link_conditions *links; /* class_count squared */
    uint8_t *burst_bad;            /* by link, where some link has burst loss */
    sim_ns *last_delivery;         /* by link, where `order: fifo` */

    uint32_t set_words;
    struct array cuts, cut_words, held, parked, conditions, slows;
    uint32_t hold_count;
    struct active_condition condition; /* what the active ones come to */

    struct fault_spec *chaos; /* drawn at reset */
    struct array faults, fault_rows, fault_targets, fault_set_words;
    uint32_t *occurrences; /* by specification */
    struct selector_item *chaos_items;
    sim_ns pending_until; /* when the last message or write of before `settle` comes to its end */
    uint64_t delayed;     /* messages sent under a fault that slows them */
    uint64_t *core;       /* words of who is healthy from `settle` on; NULL: all are */

    uint64_t newest_token; /* seen by the guarded resource */
    uint64_t operation_number;
    struct lock *lock; /* NULL: another workload, or none */

    struct traffic_row *traffic;

    struct observer observers[OBSERVERS_MAX];
    uint32_t observer_count;
    uint8_t dispatch[RECORD_KIND_COUNT][OBSERVERS_MAX];
    uint8_t dispatch_count[RECORD_KIND_COUNT];
    struct trace_hash *trace_hash;
    struct elections *elections;
    struct invariants *invariants;
    struct collector *collector;

    struct run_result result;
    _Alignas(16) unsigned char inbox[MESSAGE_BODY_MAX];
};

/* ---- world.c -------------------------------------------------------------------------------- */

/* Makes a record, tells the observers, and returns its number. `r` has at, number and cause set
 * here. */
uint64_t world_record(struct world *w, struct record *r);
/* The same for records that need no more than this. */
uint64_t world_note(struct world *w, enum record_kind kind, node_id node, node_id peer,
                    uint32_t detail, uint64_t term);
/* Memory is out: the run ends with WORLD_OUT_OF_MEMORY after the present event. */
void world_out_of_memory(struct world *w);
void world_push(struct world *w, sim_ns at, enum event_kind kind, uint32_t slot);
/* One more element at the end of an array, zeroed, or NULL when memory is out. */
void *world_append(struct world *w, struct array *array, size_t size);
/* Around each callback of the algorithm: false when memory for it is out. */
bool world_enter(struct world *w, struct node *n);
void world_leave(struct world *w, struct node *n);

/* Bodies and durable states are a few words, copied all the time: calling memcpy takes longer. */
static inline void world_copy(void *to, const void *from, uint32_t size)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    uint32_t at = 0;
    for (; at + 8 <= size; at += 8) {
        uint64_t word;
        memcpy(&word, f + at, sizeof word);
        memcpy(t + at, &word, sizeof word);
    }
    for (; at < size; at++)
        t[at] = f[at];
}

static inline void world_note_pending(struct world *w, sim_ns until)
{
    if (until > w->pending_until && !w->settled)
        w->pending_until = until;
}

static inline void *world_state(struct world *w, node_id id)
{
    return w->states + w->state_size * id;
}

/* ---- pool.c --------------------------------------------------------------------------------- */

void pool_init(struct pool *p, uint32_t stride);
void pool_reset(struct pool *p);
uint32_t pool_take(const struct sim_memory *memory, struct pool *p); /* NO_SLOT: memory is out */
void pool_give(struct pool *p, uint32_t slot);
void pool_destroy(const struct sim_memory *memory, struct pool *p);
static inline void *pool_at(const struct pool *p, uint32_t slot)
{
    return p->slots + (size_t) p->stride * slot;
}

/* ---- process.c ------------------------------------------------------------------------------ */

void process_start(struct world *w, struct node *n);
/* The process is no more: what it held goes back. */
void process_forget(struct world *w, struct node *n);
void process_end(struct world *w, struct node *n, enum crash_reason why);
void process_timer_fired(struct world *w, uint32_t slot);
void process_deliver(struct world *w, uint32_t slot);
void process_exit_if_asked(struct world *w, struct node *n);
void process_grace_over(struct world *w, uint32_t node);
/* Keeps the event for later when the node is paused. */
bool process_park(struct world *w, const struct node *n, uint32_t kind, uint32_t slot);

/* ---- network.c ------------------------------------------------------------------------------ */

bool network_create(struct world *w);
void network_reset(struct world *w);
void network_destroy(struct world *w);
void network_send(struct world *w, struct node *n, node_id to, unsigned kind, const void *body);
/* A parcel whose receiver does not run: lost. */
void network_release_parcel(struct world *w, uint32_t slot);

/* ---- connectivity.c -------------------------------------------------------------------------- */

/* Whether a hold covers the link now; its occurrence in *occurrence. */
bool connectivity_holds(const struct world *w, node_id from, node_id to, uint32_t *occurrence);
/* Words of the i-th cut's sets: from, then to. */
const uint64_t *connectivity_words(const struct world *w, uint32_t cut);

/* ---- disk.c --------------------------------------------------------------------------------- */

void disk_persist(struct world *w, struct node *n, const void *durable);
void disk_synced(struct world *w, uint32_t slot);

/* ---- schedule.c ----------------------------------------------------------------------------- */

bool schedule_create(struct world *w);
void schedule_reset(struct world *w);
void schedule_destroy(struct world *w);
void schedule_begin(struct world *w, uint32_t spec);
void schedule_end(struct world *w, uint32_t fault);
/* The nodes that an active fault's selectors came to when it began. */
enum fault_set { SET_TARGET, SET_FROM, SET_TO, SET_COUNT };
struct node_set schedule_set(const struct world *w, uint32_t fault, enum fault_set which);

/* ---- settle.c ------------------------------------------------------------------------------- */

bool settle_create(struct world *w);
void settle_destroy(struct world *w);
/* Peace from here on, by what the scenario heals. */
void settle_begin(struct world *w);

/* ---- workload.c ----------------------------------------------------------------------------- */

void workload_tick(struct world *w);
void workload_write(struct world *w, uint32_t slot);
void workload_committed(struct world *w, struct node *n, uint64_t operation, bool committed);
void workload_process_ended(struct world *w, const struct node *n);
/* A leader begins what it will do `takes` from now; `client` and its request of a lock. */
void workload_begin(struct world *w, struct node *n, sim_ns takes, uint32_t client,
                    uint64_t request);

/* ---- lock.c --------------------------------------------------------------------------------- */

bool lock_create(struct world *w);
void lock_reset(struct world *w);
void lock_destroy(struct world *w);
void lock_leader_begins(struct world *w, const struct node *n, uint64_t term);
void lock_client_due(struct world *w, uint32_t client);
void lock_answered(struct world *w, uint32_t client, uint64_t request, bool granted);

#endif
