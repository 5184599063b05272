/* What the two halves of `lease` share: options, the record, and the messages between the
 * candidates (lease_elector) and the store (lease_store). */
#ifndef CONCLAVE_ALGORITHMS_LEASE_H
#define CONCLAVE_ALGORITHMS_LEASE_H

#include "algorithms/load.h"
#include "sim/algorithm.h"

enum lease_on_loss { LOSS_RETRY, LOSS_EXIT };
enum lease_identity { IDENTITY_PROCESS, IDENTITY_NODE };
enum lease_store_kind { STORE_SINGLE, STORE_REPLICATED };

struct lease_config {
    sim_ns lease_duration, renew_deadline, retry_period;
    sim_ns request_timeout;
    int64_t drift_bound;    /* parts of 10^9 */
    uint32_t jitter_factor; /* thousandths */
    uint32_t on_loss, identity, store, store_nodes;
    struct sim_range store_election_timeout;
    sim_ns store_heartbeat_interval;
    bool release_on_cancel;
    struct load_options load;
};

/* The spec of a coordination.k8s.io/v1 Lease, as LeaderElectionRecord in client-go. */
struct lease_record {
    uint64_t incarnation;            /* with `holder` the holderIdentity: hostname_uuid */
    sim_ns acquire_time, renew_time; /* the writer's wall clock; nobody compares it with his own */
    uint64_t transitions;
    node_id holder; /* NODE_NONE: released */
    uint32_t duration_seconds;
};

enum lease_message {
    GET_LEASE,
    CREATE_LEASE,
    UPDATE_LEASE,
    LEASE_RESPONSE,
    STORE_REQUEST_VOTE, /* among the nodes of a replicated store */
    STORE_REQUEST_VOTE_RESPONSE,
    STORE_APPEND_ENTRIES,
    STORE_APPEND_ENTRIES_RESPONSE,
    LEASE_MESSAGE_COUNT
};

enum lease_status {
    LEASE_OK,
    LEASE_NOT_FOUND,
    LEASE_ALREADY_EXISTS,
    LEASE_CONFLICT,   /* the resourceVersion is not the stored one */
    LEASE_UNAVAILABLE /* this store node cannot tell; `redirect` may know who can */
};

struct lease_get {
    uint64_t request; /* unique for all time, so that a late answer is not taken for another */
};
struct lease_create {
    uint64_t request;
    struct lease_record record;
};
struct lease_update {
    uint64_t request;
    uint64_t resource_version; /* the write succeeds on this version only */
    struct lease_record record;
};
struct lease_response {
    uint64_t request;
    uint64_t resource_version;
    struct lease_record record; /* with LEASE_OK */
    uint32_t status;            /* enum lease_status */
    node_id redirect;           /* a store node, or NODE_NONE */
};

/* Whether a holder that stops after `held` on its clock has stopped before a lease of `lease` on
 * another's clock has run out, with both rates within 1 ± drift_ppb/10^9 of real time: held <=
 * lease (1-e)/(1+e), the tight bound (a holder counts from its sending, the grantor from later). */
bool lease_outlasts(sim_ns lease, sim_ns held, int64_t drift_ppb);

enum lease_timer {
    TIMER_RETRY, /* of a candidate; so are the next two */
    TIMER_REQUEST,
    TIMER_DEADLINE,
    TIMER_STORE_ELECTION, /* of a store node, as the next */
    TIMER_STORE_HEARTBEAT,
    LEASE_TIMER_COUNT
};

#endif
