/* One server of the C Raft library inside the simulator: what libraft.c (the algorithm: options,
 * messages, events, announcements) and libraft_io.c (the library's raft_io) share. */
#ifndef CONCLAVE_FOREIGN_LIBRAFT_SERVER_H
#define CONCLAVE_FOREIGN_LIBRAFT_SERVER_H

#include <raft.h>

#include "analysis/foreign/disk_log.h"
#include "analysis/foreign/heap.h"
#include "sim/algorithm.h"

struct libraft_config {
    sim_ns election_timeout, heartbeat_timeout, install_snapshot_timeout, tick;
    struct sim_range tick_offset;
    uint32_t snapshot_threshold, snapshot_trailing;
    bool pre_vote, stop_transfers;
};

enum libraft_message {
    MESSAGE_APPEND_ENTRIES,
    MESSAGE_APPEND_ENTRIES_RESULT,
    MESSAGE_REQUEST_VOTE,
    MESSAGE_REQUEST_VOTE_RESULT,
    MESSAGE_PRE_VOTE,
    MESSAGE_PRE_VOTE_RESULT,
    MESSAGE_INSTALL_SNAPSHOT,
    MESSAGE_TIMEOUT_NOW,
    MESSAGE_SYNCED, /* to itself: what was written up to this number is durable */
    MESSAGE_FAILED, /* to itself: why the process ends, for whoever reads the trace */
    LIBRAFT_MESSAGE_COUNT
};

#define LIBRAFT_MESSAGE_RUNS 24u
struct libraft_append_entries {
    uint64_t term;
    uint32_t prev_log_index, prev_log_term, leader_commit, entries, run_count;
    struct disk_run runs[LIBRAFT_MESSAGE_RUNS];
};
struct libraft_append_entries_result {
    uint64_t term;
    uint32_t rejected, last_log_index;
};
struct libraft_request_vote { /* also PreVote */
    uint64_t term;
    uint32_t last_log_index, last_log_term;
    bool disrupt_leader;
};
struct libraft_request_vote_result {
    uint64_t term;
    bool vote_granted;
};
struct libraft_install_snapshot { /* the content is not simulated, members never change */
    uint64_t term;
    uint32_t last_index, last_term, conf_index;
};
struct libraft_timeout_now {
    uint64_t term;
    uint32_t last_log_index, last_log_term;
};
struct libraft_synced {
    uint32_t writes;
};
struct libraft_failed {
    uint32_t defect; /* enum libraft_defect */
};

/* Why a process ends by the library's doing. */
enum libraft_defect {
    DEFECT_NONE,
    DEFECT_UNAVAILABLE,  /* the library gave up: an error that it cannot handle */
    DEFECT_UNKNOWN_PEER, /* it sends to a server that does not exist: a wild pointer in production
                          */
    DEFECT_START,        /* it would not start */
    DEFECT_MEMORY        /* it gave up because its heap is full */
};

#define LIBRAFT_ADDRESS_MAX 16
/* "n1" for the first. */
void libraft_address(node_id id, char text[LIBRAFT_ADDRESS_MAX]);

enum libraft_request_kind {
    REQUEST_SEND,
    REQUEST_APPEND,
    REQUEST_SNAPSHOT_PUT,
    REQUEST_SNAPSHOT_GET
};

/* What the library waits for; in the heap, in order. */
struct libraft_request {
    struct libraft_request *next;
    enum libraft_request_kind kind;
    uint32_t write; /* durable once this many writes are; 0: done after the present callback */
    void *request;
    struct disk_position snapshot; /* that it stores */
    union {
        raft_io_send_cb send;
        raft_io_append_cb append;
        raft_io_snapshot_put_cb snapshot_put;
        raft_io_snapshot_get_cb snapshot_get;
    } callback;
};

struct libraft_queue {
    struct libraft_request *first, *last;
};

/* Lives in the node's workspace, which a crash drops with all that the heap behind it holds. */
struct libraft_server {
    struct node *self; /* of the present callback */
    const struct libraft_config *config;
    struct raft raft;
    struct raft_io io;
    struct raft_fsm fsm;
    struct raft_buffer configuration; /* encoded; the same for ever */
    raft_io_tick_cb tick;
    raft_io_recv_cb receive;
    sim_ns tick_interval;
    struct raft_transfer transfer;
    struct libraft_queue soon, durable;
    uint32_t writes, metadata_write, writes_durable;
    enum libraft_defect defect;
    bool transferring, stopping, unwritten;
    /* What was announced. */
    bool leads, pre_campaigned;
    uint8_t role;
    node_id leader;
    uint64_t term, led_term, handed_over_term;
    struct disk_position snapshot; /* the newest durable one */
    struct disk_log disk;          /* what was written, durable or not yet */
    struct heap heap;
};

/* The server on whose behalf this thread is inside the library. */
void libraft_enter(struct libraft_server *s, struct node *self);
void libraft_leave(void);

/* libraft_io.c */
void libraft_io_init(struct libraft_server *s);
void libraft_on_synced(struct libraft_server *s, uint32_t writes);
/* Calls back what the library waits for and has; asks to hear when what was written is durable. */
void libraft_flush(struct libraft_server *s, uint32_t writes_before);
/* Zeroed payloads for `count` entries from `index` on, with the terms and types of `runs`. NULL
 * where memory is out. */
struct raft_entry *libraft_make_entries(struct libraft_server *s, const struct disk_run *runs,
                                        uint32_t index, uint32_t count);
int libraft_members(struct libraft_server *s, struct raft_configuration *members);

/* libraft_wire.c */
void libraft_send(struct libraft_server *s, const struct raft_message *m);
void libraft_receive(struct libraft_server *s, const struct message *m);

/* libraft.c: announcements that must come in order. */
void libraft_announce_term(struct libraft_server *s, uint64_t term);
void libraft_announce_vote(struct libraft_server *s, node_id candidate);
void libraft_announce_pre_campaign(struct libraft_server *s, uint64_t term);

#endif
