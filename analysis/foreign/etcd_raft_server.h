/* One server of etcd's raft inside the simulator: what etcd_raft.c (the algorithm: options,
 * messages, events) and etcd_raft_ready.c (what the library answers: disk, network, announcements)
 * share. */
#ifndef CONCLAVE_FOREIGN_ETCD_RAFT_SERVER_H
#define CONCLAVE_FOREIGN_ETCD_RAFT_SERVER_H

#include "analysis/foreign/etcd_raft/library.h"
#include "sim/algorithm.h"

struct etcd_raft_config {
    sim_ns tick_interval;
    struct sim_range tick_offset;
    uint32_t election_ticks, heartbeat_ticks;
    bool pre_vote, check_quorum, stop_transfers;
    uint32_t snapshot_count, snapshot_catch_up, snapshot_ticks;
};

enum etcd_raft_message {
    MESSAGE_APP,
    MESSAGE_APP_RESP,
    MESSAGE_VOTE,
    MESSAGE_VOTE_RESP,
    MESSAGE_PRE_VOTE,
    MESSAGE_PRE_VOTE_RESP,
    MESSAGE_HEARTBEAT,
    MESSAGE_HEARTBEAT_RESP,
    MESSAGE_SNAP,
    MESSAGE_SNAP_RECEIVED, /* etcd's transport hears from the peer's */
    MESSAGE_TIMEOUT_NOW,
    MESSAGE_TRANSFER_LEADER,
    MESSAGE_SYNCED, /* to itself: what was written is durable */
    MESSAGE_FAILED, /* to itself: why the process ends, for whoever reads the trace */
    ETCD_RAFT_MESSAGE_COUNT
};

struct etcd_raft_synced {
    uint32_t writes;
};
struct etcd_raft_snap_received {
    uint32_t index;
};
struct etcd_raft_failed {
    uint32_t defect; /* enum etcd_raft_defect */
};

/* Why a process ends by the library's doing. */
enum etcd_raft_defect {
    DEFECT_NONE,
    DEFECT_PANIC,
    DEFECT_LOG_LOST, /* "tocommit is out of range. Was the raft log corrupted, truncated, or lost?"
                      */
    DEFECT_DISK_FULL /* the log has entries of more terms than a simulated disk holds */
};

/* What survives a crash: etcd's WAL and its newest snapshot. */
struct etcd_raft_disk {
    uint32_t commit;
    struct disk_log log;
};

#define ETCD_RAFT_PENDING_MAX 64u

struct etcd_raft_operation {
    uint64_t number;
    uint32_t index, term;
};

/* Lives in the node's workspace. */
struct etcd_raft_server {
    const struct etcd_raft_config *config;
    uint64_t handle; /* of the library's server; 0: none */
    enum etcd_raft_defect defect;
    uint32_t writes;
    bool writing, stopping;
    uint32_t stop_ticks;
    uint64_t term_durable;
    /* Applied are committed entries, once they may be: see applies_when_written. */
    uint32_t applied, applies_later;
    /* The library's state when it was last asked. */
    uint32_t state, lead, transferee;
    uint64_t live_term;
    /* As its last Ready has it, which is what etcd's server goes by, and what was announced. */
    uint32_t told_state, told_lead;
    uint8_t role;
    bool leads;
    node_id leader;
    uint64_t term, led_term, handed_over_term, stood_term, pre_stood_term;
    struct etcd_raft_disk disk; /* what was written, durable or not yet */
    uint32_t operation_count;
    struct etcd_raft_operation operations[ETCD_RAFT_PENDING_MAX];
    uint32_t snapshot_ticks[]; /* by member: until its snapshot counts as lost; 0: none is out */
};

struct etcd_raft {
    struct etcd_raft_server *server;
    struct node_view view;
};

/* etcd_raft_load.c: NULL once the library is loaded, or why it cannot be. */
const char *etcd_raft_load(void);
bool etcd_raft_create(struct etcd_raft_server *s, struct node *self, struct etcd_call *answer);
/* Asks, and keeps what is needed of the answer. */
void etcd_raft_ask(struct etcd_raft_server *s, struct node *self, struct etcd_call *call);
void etcd_raft_free(struct etcd_raft_server *s);

/* etcd_raft_ready.c: entries up to this one count, and so do the operations among them. */
void etcd_raft_apply(struct etcd_raft_server *s, struct node *self, uint32_t up_to);
/* Does what the answer asks for, and what further answers do. */
void etcd_raft_handle(struct etcd_raft *e, struct node *self, struct etcd_call *answer);

#endif
