/* A small algorithm and scenario for tests of the engine: every node pings whom the test tells it
 * to, and the test looks at the records. */
#ifndef CONCLAVE_TESTS_TOY_H
#define CONCLAVE_TESTS_TOY_H

#include "sim/world.h"

#define TOY_RECORDS_MAX 4096
#define TOY_FAULTS_MAX 16

enum toy_timer { TOY_TICK, TOY_SCRIPT };
enum toy_message { TOY_PING, TOY_BALLOT };

struct toy_ping {
    uint32_t number;
};

/* What a node announces at an instant, whatever the others do. */
enum toy_act {
    TOY_STAND,
    TOY_TAKE_OVER,
    TOY_LEAD,
    TOY_FOLLOW,
    TOY_STEP_DOWN,
    TOY_LOSE_QUORUM,
    TOY_VOTE,
    TOY_HOLD,            /* the lease, for `peer` milliseconds of its clock */
    TOY_DRAW,            /* a number, and send it to the next node */
    TOY_PERSIST,         /* a write that takes as long as the disk does */
    TOY_COMMIT,          /* up to an entry of that term at index `peer` */
    TOY_COMMIT_AND_STOP, /* leading */
    TOY_LOG              /* ends with an entry of that term at index `peer` from now on */
};
struct toy_action {
    sim_ns at;
    node_id node;
    enum toy_act act;
    uint64_t term;
    node_id peer; /* TOY_FOLLOW, TOY_VOTE, TOY_HOLD, TOY_COMMIT, TOY_LOG */
};

struct toy_config {
    sim_ns every;     /* between two pings, 0: none */
    uint32_t persist; /* so often a counter before each ping, which is sent after the sync */
    uint32_t leader;  /* the node that leads from the start, or NODE_NONE */
    uint32_t to_self;
    const struct toy_action *script; /* in the order of time */
    uint32_t script_count;
};

struct toy {
    struct scenario scenario;
    struct toy_config config;
    const void *configs[64];
    struct fault_spec faults[TOY_FAULTS_MAX];
    struct selector_item items[TOY_FAULTS_MAX * 3];
    struct region regions[2];
    struct record records[TOY_RECORDS_MAX];
    uint32_t pings[TOY_RECORDS_MAX]; /* body of the record, if it has one */
    uint32_t record_count;
    struct observer observer;
    struct world *world;
    const struct run_result *result;
};

extern const struct algorithm toy_algorithm;

/* `nodes` members that ping their successor every 10 ms over links of 1 ms, for one second. */
void toy_init(struct toy *t, uint32_t nodes);
/* Adds a fault of this name on one node; lasting 0: no `for`. */
struct fault_spec *toy_fault(struct toy *t, const char *kind, sim_ns at, sim_ns lasting,
                             node_id target);
/* Nobody pings; nodes announce what the script says, in the order of time. */
void toy_script(struct toy *t, const struct toy_action *script, uint32_t count);
#define TOY_SCRIPT_OF(t, ...)                                                                      \
    toy_script(t, (const struct toy_action[]){__VA_ARGS__},                                        \
               sizeof((const struct toy_action[]){__VA_ARGS__}) / sizeof(struct toy_action))
/* Runs it to the end with its scenario's seed. */
void toy_run(struct toy *t);
void toy_close(struct toy *t);

/* A metric of the run; toy_metric() wants it defined. */
const struct metric_value *toy_metric_value(const struct toy *t, const char *name);
double toy_metric(const struct toy *t, const char *name);
void toy_near(double value, double expected);

/* n1 leads term 1 from 110 ms on, and n2 and n3 follow it: the beginning of a script. */
#define TOY_FIRST_LEADER                                                                           \
    {100 * MILLISECOND, 0, TOY_STAND, 1, 0}, {110 * MILLISECOND, 0, TOY_LEAD, 1, 0},               \
        {112 * MILLISECOND, 1, TOY_FOLLOW, 1, 0},                                                  \
    {                                                                                              \
        113 * MILLISECOND, 2, TOY_FOLLOW, 1, 0                                                     \
    }

/* The `nth` record (from 0) of a kind at a node, NULL if there is none; and how many there are. */
const struct record *toy_find(const struct toy *t, enum record_kind kind, node_id node,
                              uint32_t nth);
uint32_t toy_count(const struct toy *t, enum record_kind kind, node_id node);

/* malloc as a struct sim_memory. */
extern const struct sim_memory heap_memory;

#endif
