/* Ballot leader election: options, messages and state (Ng, Haridi and Carbone, "Omni-Paxos:
 * Breaking the Barriers of Partial Connectivity", EuroSys 2023, sections 4 and 5; ble.rs of its
 * artifact).
 */
#ifndef CONCLAVE_ALGORITHMS_BALLOT_LEADER_ELECTION_H
#define CONCLAVE_ALGORITHMS_BALLOT_LEADER_ELECTION_H

#include "algorithms/circuit_breaker.h"
#include "algorithms/quorum.h"

extern const struct algorithm ballot_leader_election_algorithm;

struct ble_config {
    sim_ns heartbeat_delay;
    struct breaker_options breaker;
    struct quorum_option quorum;
};

enum ble_message {
    BLE_HEARTBEAT_REQUEST,
    BLE_HEARTBEAT_REPLY,
    BLE_PREPARE,
    BLE_PROMISE,
    BLE_MESSAGE_COUNT
};
enum ble_timer { BLE_TIMER_ROUND };

struct heartbeat_request {
    uint32_t round;
};
struct heartbeat_reply { /* the ballot is (n, sender) */
    uint64_t n;
    uint32_t round;
    bool candidate; /* it reached a majority when it last looked */
};

struct prepare { /* the leader's ballot is (n, sender) */
    uint64_t n;
};
struct promise { /* to follow no lower ballot than (n, receiver) */
    uint64_t n;
};

struct ballot { /* ordered by n, then by its place; pid NODE_NONE: no ballot, below all others */
    uint64_t n;
    node_id pid;
    uint32_t place; /* of pid by priority, then by id, from 0; of ballots that led */
};

struct ble_durable {
    uint64_t n;         /* of the own ballot */
    struct ballot seen; /* the highest that was taken for a leader's: what is promised */
};

struct ble {
    const struct ble_config *config;
    struct ble_durable durable;
    struct ballot top; /* the highest of a candidate in this round */
    node_id self, leader;
    uint32_t count, round, place;
    uint64_t quorum, reached; /* by weight, itself included */
    bool candidate;
    struct circuit_breaker breaker;
    uint64_t sets[]; /* of nodes: who replied in this round, who promised this leader's ballot */
};

#endif
