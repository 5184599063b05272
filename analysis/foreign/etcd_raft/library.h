/* All that passes between the simulator and libconclave_etcd.so, which is etcd's raft behind four C
 * functions. It takes no part in any algorithm: raft.go only carries these structs in and out. */
#ifndef CONCLAVE_FOREIGN_ETCD_RAFT_LIBRARY_H
#define CONCLAVE_FOREIGN_ETCD_RAFT_LIBRARY_H

#include "analysis/foreign/disk_log.h"

/* raftpb.MessageType: those that travel. */
enum etcd_type {
    ETCD_APP = 3,
    ETCD_APP_RESP = 4,
    ETCD_VOTE = 5,
    ETCD_VOTE_RESP = 6,
    ETCD_SNAP = 7,
    ETCD_HEARTBEAT = 8,
    ETCD_HEARTBEAT_RESP = 9,
    ETCD_TRANSFER_LEADER = 13,
    ETCD_TIMEOUT_NOW = 14,
    ETCD_PRE_VOTE = 17,
    ETCD_PRE_VOTE_RESP = 18
};

/* raft.StateType */
enum etcd_state { ETCD_FOLLOWER, ETCD_CANDIDATE, ETCD_LEADER, ETCD_PRE_CANDIDATE };

#define ETCD_MESSAGE_RUNS 24u

/* raftpb.Message; numbers of servers begin with 1. What a simulated message carries, too: of one
 * without entries, all before the runs. */
struct etcd_message {
    uint64_t term;
    uint32_t type, from, to;
    uint32_t log_term, index, commit, reject_hint;
    uint32_t snapshot_index, snapshot_term;
    bool reject, transfer; /* transfer: the context CampaignTransfer */
    uint32_t entries, run_count;
    struct disk_run runs[ETCD_MESSAGE_RUNS];
};

/* raft.Config, and what etcd's server around it counts. */
struct etcd_config {
    uint32_t id, members, election_ticks, heartbeat_ticks, snapshot_count, snapshot_catch_up;
    bool pre_vote, check_quorum;
};

enum etcd_request {
    ETCD_TICK,
    ETCD_STEP,            /* `message` came */
    ETCD_PROPOSE,         /* one entry, of a leader */
    ETCD_TRANSFER,        /* to `peer`; 0: to whoever is furthest */
    ETCD_WRITTEN,         /* what had to be written is durable */
    ETCD_SNAPSHOT_DONE,   /* `peer` has got its snapshot */
    ETCD_SNAPSHOT_FAILED, /* or has not */
    ETCD_MORE             /* nothing new: the rest of an answer */
};

#define ETCD_ANSWER_MESSAGES 64u
#define ETCD_WHY_MAX 120

struct etcd_call {
    enum etcd_request request;
    uint32_t peer;
    struct etcd_message message;

    /* The answer. */
    bool failed;  /* the library panicked, and is of no use any more: `why` */
    bool dropped; /* the proposal */
    bool more;    /* ask again, with ETCD_MORE */
    bool ready;   /* a raft.Ready was taken; all but messages and the state below belongs to it */
    bool write;   /* it is to be written, and then ETCD_WRITTEN; no other comes before */
    bool applies_when_written; /* its committed entries are among those to be written */
    bool at_once;              /* messages need not wait for the disk: a leader's */
    uint32_t entries_from, entries, run_count, committed;
    uint32_t installed_index, installed_term; /* the snapshot that replaces the log; 0: none */
    uint32_t compacted_index, compacted_term; /* a snapshot of its own; 0: none */
    uint32_t message_count;
    /* Its state now. */
    uint32_t state, lead, vote, transferee, commit, last_index;
    uint64_t term;
    char why[ETCD_WHY_MAX];
    struct disk_run runs[DISK_RUNS_MAX];
    struct etcd_message messages[ETCD_ANSWER_MESSAGES];
};

typedef uint64_t (*etcd_draw)(void);

/* The functions, as the program finds them. Calls for one server come one at a time; servers may
 * be called from several threads at once, and draw on the thread that calls. */
typedef uint64_t (*etcd_sizes_function)(void); /* of the structs, as raft.go was built with */
typedef void (*etcd_open_function)(etcd_draw draw);
typedef uint64_t (*etcd_create_function)(const struct etcd_config *config,
                                         const struct disk_log *log, uint32_t commit,
                                         struct etcd_call *answer); /* a handle; 0: failed */
typedef void (*etcd_call_function)(uint64_t handle, struct etcd_call *call);
typedef void (*etcd_free_function)(uint64_t handle);
/* Go lets a thread of C's in at each call, which takes nine system calls; what is called from
 * within Go needs none. */
typedef void (*etcd_work)(void *context);
typedef void (*etcd_inside_function)(etcd_work work, void *context);

#define ETCD_SIZES                                                                                 \
    ((uint64_t) sizeof(struct etcd_call) << 32 | sizeof(struct etcd_config) << 16                  \
     | sizeof(struct etcd_message))

#endif
