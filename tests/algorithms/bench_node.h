/* The nodes of a bench, for its own files only: tests see them through bench.h. */
#ifndef CONCLAVE_TESTS_ALGORITHMS_BENCH_NODE_H
#define CONCLAVE_TESTS_ALGORITHMS_BENCH_NODE_H

#include "tests/algorithms/bench.h"

struct node {
    struct bench *bench;
    node_id id;
    bool up, leads, exiting;
    int32_t priority;
    uint32_t weight, region, load;
    sim_ns monotonic_offset, wall_offset;
    void *config, *state, *workspace;
    bool has_workspace;
    void *durable, *written; /* written: the last persist, durable or not */
    bool has_durable, unsynced;
    unsigned persist_count;
    sim_ns deadlines[BENCH_TIMERS_MAX]; /* own monotonic clock; SIM_FOREVER: not armed */
    struct sent_message *waiting;       /* for the sync */
    size_t waiting_count, waiting_capacity;
    bool follows_announced; /* in the present callback, and what it said */
    uint64_t follow_term;
    node_id follow_leader;
    struct guest *guest; /* whose calls the node_*() calls are now, or NULL */
};

/* bench.c; the first two end the test: always, or unless the condition holds */
_Noreturn void bench_fail(const char *what);
void bench_demand(bool condition, const char *what);
void *bench_zeroed(size_t size);
struct node *bench_node(const struct bench *b, node_id id);

/* bench_node.c */
size_t bench_durable_size(const struct node *n);
void bench_send_now(struct bench *b, struct sent_message m);
/* The process is gone and its workspace with it; its state may still be looked at. */
void bench_forget_process(struct node *n);

#endif
