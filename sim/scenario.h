/* A checked scenario: plain data, in nanoseconds and node numbers, all defaults filled in. The
 * language (scenarios/language) makes it; everything inside sim/ only reads it. */
#ifndef CONCLAVE_SIM_SCENARIO_H
#define CONCLAVE_SIM_SCENARIO_H

#include "sim/algorithm.h"
#include "sim/distribution.h"
#include "sim/fault.h"
#include "sim/select.h"

#define NODES_MAX 100000u /* members; more is an error at `cluster.nodes` */

/* Gilbert-Elliott loss, the chance of each per message; all in parts of 2^32. */
struct burst_loss {
    uint64_t good_to_bad, bad_to_good, loss_bad, loss_good;
};

/* What `network:` and an entry of `links:` may set. */
struct link_conditions {
    bool has_latency, has_loss, has_burst, has_duplicate;
    struct distribution latency;
    uint64_t loss;
    struct burst_loss burst; /* instead of loss when has_burst */
    uint64_t duplicate;
};

/* Later rules win over earlier ones, field by field. Selectors name nodes, regions or `all` only.
 */
struct link_rule {
    struct selector from, to; /* `between: [a, b]` makes two rules */
    struct link_conditions conditions;
};

enum operation_guard { GUARD_NONE, GUARD_FENCING, GUARD_QUORUM };

enum workload_kind { WORKLOAD_OPERATIONS, WORKLOAD_LOCK };
enum new_leader { NEW_LEADER_WAITS, NEW_LEADER_GRANTS };

#define LOCK_CLIENTS_MAX 10000u

struct workload {
    uint32_t kind;                /* enum workload_kind */
    sim_ns interval;              /* 0: no workload */
    uint32_t guard;               /* enum operation_guard */
    struct distribution duration; /* from a check to what is done on its strength */
    /* Of a lock: */
    uint32_t clients;
    struct distribution hold;
    sim_ns lock_lease;
    uint32_t new_leader; /* enum new_leader */
};

struct fault_spec {
    uint32_t kind; /* index into fault_kinds[] */
    bool recurring;
    struct sim_range at; /* first occurrence; recurring: the time between two */
    bool has_for;
    struct sim_range lasting; /* `for`; without it until the end of the run */
    struct fault_arguments arguments;
    uint32_t line; /* in the scenario, 1 is the first */
};

enum chaos_lasting { CHAOS_ANY, CHAOS_TIMEOUTS, CHAOS_RANGE };

struct chaos {
    uint32_t faults; /* 0: none */
    bool subset; /* each seed draws which kinds take part, how often each, and how many faults */
    uint32_t lasting;       /* enum chaos_lasting */
    struct sim_range range; /* of CHAOS_RANGE */
    uint32_t kind_count;
    const uint32_t *kinds; /* indices into fault_kinds[] */
};

/* What `settle` heals: everything; or what touches a majority that is drawn, and all else stays as
 * it is for ever. */
enum heal { HEAL_ALL, HEAL_CORE };

struct region {
    const char *name;
    const node_id *nodes; /* sorted */
    uint32_t count;
};

struct expression; /* scenarios/language/expression.h */

struct expectation {
    const char *text; /* as written */
    const struct expression *expression;
    bool sometimes; /* in a sweep at least one run must show it */
    uint32_t line, column;
};

struct scenario {
    const char *title;
    const char *about;      /* or "" */
    const char *file;       /* as given on the command line, "-" for standard input */
    const char *text;       /* the YAML as read */
    const char *variant;    /* name of the variant, "" for none */
    const char *parameters; /* JSON: what --set, --vary and the variant changed, canonical order */

    sim_ns duration;
    sim_ns settle; /* after `duration`: all faults healed, then peace. The run's end is the sum. */
    uint32_t heal; /* enum heal */
    uint64_t seed;

    uint32_t nodes;            /* members */
    uint32_t services;         /* of the algorithm */
    const int32_t *priorities; /* by member, default 0 */
    const uint32_t *weights;   /* by member, default 1 */
    const uint32_t *region_of; /* by node, services too; NODE_NONE: none */
    const struct region *regions;
    uint32_t region_count;

    const struct algorithm *algorithm;
    const void *config;         /* the cluster's */
    const void *const *configs; /* by node, services too: `config` or the node's own */

    struct link_conditions network; /* all has_* true but burst or loss */
    bool fifo;
    const struct link_rule *links;
    uint32_t link_count;

    int64_t drift_min_ppb, drift_max_ppb; /* each node draws its own */
    struct sim_range clock_offset;
    struct distribution disk_sync;
    uint64_t disk_lie; /* parts of 2^32 */

    struct workload workload;

    const struct fault_spec *faults;
    uint32_t fault_count;
    struct chaos chaos;

    const struct expectation *expectations;
    uint32_t expectation_count;
};

/* The instant at which a run of it ends. */
static inline sim_ns scenario_end(const struct scenario *s)
{
    return sim_add(s->duration, s->settle);
}

#endif
