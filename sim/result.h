/* What a finished run leaves: the rows of the database and the metrics, as plain data. The world
 * owns it; it stays valid until the world is reset or destroyed. */
#ifndef CONCLAVE_SIM_RESULT_H
#define CONCLAVE_SIM_RESULT_H

#include "sim/algorithm.h"

#define TIME_NONE INT64_MIN /* a time that did not come: NULL in the database */

enum election_trigger {
    TRIGGER_STARTUP,
    TRIGGER_CRASH,
    TRIGGER_STOP,
    TRIGGER_PAUSE,
    TRIGGER_PARTITION,
    TRIGGER_TIMEOUT,
    TRIGGER_TRANSFER,
    TRIGGER_TAKEOVER
};
extern const char *const election_trigger_names[];

enum election_outcome { ELECTION_WON, ELECTION_FAILED, ELECTION_OPEN };
extern const char *const election_outcome_names[];

struct election_row {
    uint32_t number; /* from 1 */
    enum election_trigger trigger;
    enum election_outcome outcome;
    node_id previous_leader, winner; /* or NODE_NONE */
    uint64_t term;
    sim_ns vacant, started, decided, recognized; /* or TIME_NONE */
    sim_ns agreed; /* when all whom the winner reached followed it; or TIME_NONE. No column: a
                      metric */
    uint32_t rounds, candidates;
    uint64_t messages;
    uint64_t started_record, decided_record; /* numbers in the trace, for `why` */
};

enum leadership_end {
    LEADERSHIP_HIGHER_TERM, /* the first five as enum step_down_reason */
    LEADERSHIP_LOST_QUORUM,
    LEADERSHIP_LEASE_EXPIRED,
    LEADERSHIP_TRANSFER,
    LEADERSHIP_STOP,
    LEADERSHIP_CRASH,
    LEADERSHIP_RUN_ENDED
};
extern const char *const leadership_end_names[];

struct leadership_row {
    node_id node;
    uint64_t term;
    sim_ns begin, end;
    enum leadership_end end_reason;
};

struct fault_row {
    uint32_t kind;                       /* index into fault_kinds[] */
    uint32_t spec;                       /* index into scenario faults; fault_count + i for chaos */
    sim_ns begin, end;                   /* end == begin for an instant */
    uint32_t target_begin, target_count; /* into run_result.fault_targets */
};

struct traffic_row { /* one for each message kind of the algorithm, in its order */
    uint64_t sent, delivered, lost, duplicated;
};

struct violation_row {
    uint32_t property; /* one bit of enum property */
    sim_ns at;
    node_id node, other_node;
    uint64_t term;
    const char *detail; /* constant text */
    bool promised;      /* by the algorithm under assumptions that hold: a violation. Otherwise it
                           is measured only, and not stored */
};

/* A metric as an interval: lo == hi where it is known; hi infinite (undecided above) where open
 * elections could still make it larger. */
struct metric_value {
    bool defined;   /* false: nothing to measure, as the election time of no election */
    bool unbounded; /* hi is infinite; not defined: the run ended too early to measure anything */
    double lo, hi;  /* base units: seconds, 1, per hour */
};

enum world_status { WORLD_RUNNING, WORLD_ENDED, WORLD_EVENT_LIMIT, WORLD_OUT_OF_MEMORY };
extern const char *const world_status_names[]; /* run.outcome: "completed", "event_limit" … */

struct run_result {
    uint64_t seed;
    enum world_status status;
    sim_ns ended_at;
    uint64_t events, messages, records;
    uint64_t messages_between_regions;
    uint64_t trace_hash;

    const struct election_row *elections;
    uint32_t election_count;
    sim_ns vacant_since; /* the last leader is lost and nobody has stood yet; or TIME_NONE */
    const struct leadership_row *leaderships;
    uint32_t leadership_count;
    const struct fault_row *faults;
    uint32_t fault_count;
    const node_id *fault_targets;
    const struct traffic_row *traffic;
    uint32_t traffic_count;
    const struct violation_row *violations; /* promised ones first come, first listed */
    uint32_t violation_count;
    uint32_t liveness_checks;           /* promises of liveness that were asked for at the end */
    const struct metric_value *metrics; /* metric_count() of them, in the table's order */
};

#endif
