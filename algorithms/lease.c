/* Lease: whoever holds a lease in a shared store leads, as in Kubernetes. This file has the table
 * of the algorithm and the store's nodes; lease_elector.c has the candidates. */
#include "algorithms/lease.h"
#include "algorithms/lease_elector.h"
#include "algorithms/lease_replica.h"

static const char *const on_loss_words[] = {"retry", "exit", NULL};
static const char *const identity_words[] = {"process", "node", NULL};
static const char *const store_words[] = {"single", "replicated", NULL};

/* A node is either a candidate or hosts the store. */
struct lease_node {
    bool is_store;
    union {
        struct elector elector;
        struct lease_replica replica;
    };
};

bool lease_outlasts(sim_ns lease, sim_ns held, int64_t drift_ppb)
{
    /* held (1+e) <= lease (1-e), in whole seconds and rest, so that nothing overflows */
    sim_ns sum = sim_add(lease, held);
    sim_ns drift = sim_add(sim_times(sum / SECOND, drift_ppb),
                           (sum % SECOND * drift_ppb + SECOND - 1) / SECOND);
    return sim_add(held, drift) <= lease;
}

static unsigned lease_services(const void *config)
{
    const struct lease_config *c = config;
    if (c->store_nodes != 0)
        return c->store_nodes;
    return c->store == STORE_REPLICATED ? 3 : 1;
}

static size_t lease_state_size(const void *config, unsigned nodes)
{
    (void) config;
    (void) nodes;
    return sizeof(struct lease_node);
}

static const char *check_store(const struct lease_config *c, const char **option)
{
    unsigned nodes = lease_services(c);
    *option = "store_nodes";
    if (c->store == STORE_SINGLE && nodes != 1)
        return "a single store is one node; `store: replicated` has 3 or 5";
    if (c->store == STORE_REPLICATED && nodes != 3 && nodes != 5)
        return "a replicated store has 3 or 5 nodes";
    *option = "store_election_timeout";
    if (c->store_election_timeout.min <= c->store_heartbeat_interval)
        return "must be longer than store_heartbeat_interval";
    *option = "store_heartbeat_interval";
    if (c->store_heartbeat_interval <= 0)
        return "must be positive";
    *option = NULL;
    return NULL;
}

/* NewLeaderElector() of client-go, in its order. */
static const char *lease_check(const void *config, unsigned nodes, const char **option)
{
    const struct lease_config *c = config;
    (void) nodes;
    *option = "lease_duration";
    if (c->lease_duration <= c->renew_deadline)
        return "must be greater than renew_deadline";
    if (c->lease_duration < SECOND)
        return "below 1s leaseDurationSeconds is 0, which the Kubernetes API refuses";
    if (c->lease_duration / SECOND > INT32_MAX)
        return "more seconds than leaseDurationSeconds holds";
    *option = "renew_deadline";
    if (c->renew_deadline <= sim_times(c->retry_period, c->jitter_factor) / 1000)
        return "must be greater than retry_period times jitter_factor";
    *option = "retry_period";
    if (c->retry_period < 1)
        return "must be greater than zero";
    *option = "drift_bound";
    if (c->drift_bound < 0 || c->drift_bound >= SECOND)
        return "must lie between 0 and 100%";
    return check_store(c, option);
}

/* The longest time that a leader acts on from the instant at which it sent the renewal that the
 * store accepted last: the answer may take a request's time-out, then RetryPeriod passes, then
 * RenewDeadline. Others see no renewal within the second of the one before (see
 * lease_elector.c), so with short periods their time starts up to a second early. */
static sim_ns longest_tenure(const struct lease_config *c)
{
    sim_ns held = sim_add(sim_add(c->renew_deadline, c->retry_period), lease_request_timeout(c));
    return c->retry_period < SECOND ? sim_add(held, SECOND) : held;
}

/* Exclusive only where the numbers make it so. Not with client-go's defaults: an answer that takes
 * more than 3 s is still accepted, and 10 s + 2 s + 5 s is more than 15 s. */
static uint32_t lease_promises_with(const void *config, unsigned nodes)
{
    const struct lease_config *c = config;
    (void) nodes;
    uint32_t promises = ELECTION_SAFETY | EVENTUAL_LEADER;
    sim_ns written = c->lease_duration / SECOND * SECOND;
    if (lease_outlasts(written, longest_tenure(c), c->drift_bound))
        promises |= LEASE_EXCLUSIVE;
    return promises;
}

/* A dead holder's lease, seen late and retried late, after a holder that clings to it in vain. */
static sim_ns lease_patience(const void *config, unsigned nodes)
{
    const struct lease_config *c = config;
    (void) nodes;
    return c->lease_duration;
}

static sim_ns lease_liveness_bound(const void *config, unsigned nodes)
{
    const struct lease_config *c = config;
    (void) nodes;
    sim_ns retry = sim_add(c->retry_period, sim_times(c->retry_period, c->jitter_factor) / 1000);
    if (c->load.aware) /* busy candidates wait twice as long, and so does who gave it back */
        retry = sim_times(retry, 3);
    sim_ns cycle = sim_add(retry, sim_times(lease_request_timeout(c), 3));
    sim_ns store = sim_times(c->store_election_timeout.max, lease_services(c) == 1 ? 0 : 10);
    return sim_add(store,
                   sim_add(sim_add(c->lease_duration, longest_tenure(c)), sim_times(cycle, 3)));
}

/* ---- Callbacks ----------------------------------------------------------------------------- */

static void lease_on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct lease_node *n = state;
    n->is_store = node_is_service(self);
    if (!n->is_store)
        elector_start(&n->elector, self, config);
    else
        lease_replica_start(&n->replica, self, config, durable);
}

static void lease_on_message(void *state, struct node *self, const struct message *message)
{
    struct lease_node *n = state;
    if (n->is_store) {
        lease_replica_on_message(&n->replica, self, message);
        return;
    }
    sim_assert(message->kind == LEASE_RESPONSE);
    elector_on_response(&n->elector, self, message->body);
}

static void lease_on_timer(void *state, struct node *self, unsigned timer)
{
    struct lease_node *n = state;
    if (n->is_store)
        lease_replica_on_timer(&n->replica, self, (enum lease_timer) timer);
    else
        elector_on_timer(&n->elector, self, (enum lease_timer) timer);
}

static void lease_on_admin(void *state, struct node *self, enum admin_command command,
                           node_id target)
{
    struct lease_node *n = state;
    (void) target;
    switch (command) {
    case ADMIN_TRANSFER: /* client-go knows no transfer, and followers follow a record */
    case ADMIN_FORGET_LEADER:
        return;
    case ADMIN_STOP:
        if (n->is_store)
            node_exit(self);
        else
            elector_stop(&n->elector, self);
        return;
    }
    sim_unreachable();
}

static struct node_view lease_view(const void *state)
{
    const struct lease_node *n = state;
    if (!n->is_store)
        return elector_view(&n->elector);
    return (struct node_view){.role = ROLE_FOLLOWER, .leader = NODE_NONE, .voted_for = NODE_NONE};
}

#define RECORD_FIELDS(type_)                                                                       \
    MESSAGE_FIELD(type_, record.holder, FIELD_NODE),                                               \
        MESSAGE_FIELD(type_, record.incarnation, FIELD_TERM),                                      \
        MESSAGE_FIELD(type_, record.duration_seconds, FIELD_COUNT),                                \
        MESSAGE_FIELD(type_, record.acquire_time, FIELD_SIGNED),                                   \
        MESSAGE_FIELD(type_, record.renew_time, FIELD_SIGNED),                                     \
        MESSAGE_FIELD(type_, record.transitions, FIELD_TERM)

static const struct field get_fields[] = {
    MESSAGE_FIELD(struct lease_get, request, FIELD_TERM),
};
static const struct field create_fields[] = {
    MESSAGE_FIELD(struct lease_create, request, FIELD_TERM),
    RECORD_FIELDS(struct lease_create),
};
static const struct field update_fields[] = {
    MESSAGE_FIELD(struct lease_update, request, FIELD_TERM),
    MESSAGE_FIELD(struct lease_update, resource_version, FIELD_TERM),
    RECORD_FIELDS(struct lease_update),
};
static const struct field response_fields[] = {
    MESSAGE_FIELD(struct lease_response, request, FIELD_TERM),
    MESSAGE_FIELD(struct lease_response, status, FIELD_COUNT),
    MESSAGE_FIELD(struct lease_response, resource_version, FIELD_TERM),
    MESSAGE_FIELD(struct lease_response, redirect, FIELD_NODE),
    RECORD_FIELDS(struct lease_response),
};

static const struct field vote_request_fields[] = {
    MESSAGE_FIELD(struct replica_vote_request, term, FIELD_TERM),
    MESSAGE_FIELD(struct replica_vote_request, last_term, FIELD_TERM),
    MESSAGE_FIELD(struct replica_vote_request, last_index, FIELD_TERM),
};
static const struct field vote_fields[] = {
    MESSAGE_FIELD(struct replica_vote, term, FIELD_TERM),
    MESSAGE_FIELD(struct replica_vote, granted, FIELD_BOOL),
};
static const struct field append_fields[] = {
    MESSAGE_FIELD(struct replica_append, term, FIELD_TERM),
    MESSAGE_FIELD(struct replica_append, index, FIELD_TERM),
    MESSAGE_FIELD(struct replica_append, object.resource_version, FIELD_TERM),
    MESSAGE_FIELD(struct replica_append, object.record.holder, FIELD_NODE),
    MESSAGE_FIELD(struct replica_append, object.record.incarnation, FIELD_TERM),
    MESSAGE_FIELD(struct replica_append, object.record.duration_seconds, FIELD_COUNT),
    MESSAGE_FIELD(struct replica_append, object.record.acquire_time, FIELD_SIGNED),
    MESSAGE_FIELD(struct replica_append, object.record.renew_time, FIELD_SIGNED),
    MESSAGE_FIELD(struct replica_append, object.record.transitions, FIELD_TERM),
};
static const struct field append_response_fields[] = {
    MESSAGE_FIELD(struct replica_append_response, term, FIELD_TERM),
    MESSAGE_FIELD(struct replica_append_response, index, FIELD_TERM),
};

static const struct message_kind messages[] = {
    [GET_LEASE] = MESSAGE("GetLease", struct lease_get, get_fields, true),
    [CREATE_LEASE] = MESSAGE("CreateLease", struct lease_create, create_fields, true),
    [UPDATE_LEASE] = MESSAGE("UpdateLease", struct lease_update, update_fields, true),
    [LEASE_RESPONSE] = MESSAGE("LeaseResponse", struct lease_response, response_fields, true),
    [STORE_REQUEST_VOTE]
    = MESSAGE("StoreRequestVote", struct replica_vote_request, vote_request_fields, false),
    [STORE_REQUEST_VOTE_RESPONSE]
    = MESSAGE("StoreRequestVoteResponse", struct replica_vote, vote_fields, false),
    [STORE_APPEND_ENTRIES]
    = MESSAGE("StoreAppendEntries", struct replica_append, append_fields, false),
    [STORE_APPEND_ENTRIES_RESPONSE]
    = MESSAGE("StoreAppendEntriesResponse", struct replica_append_response, append_response_fields,
              false),
};

static const char *const timers[] = {[TIMER_RETRY] = "retry",
                                     [TIMER_REQUEST] = "request",
                                     [TIMER_DEADLINE] = "renew deadline",
                                     [TIMER_STORE_ELECTION] = "store election",
                                     [TIMER_STORE_HEARTBEAT] = "store heartbeat"};

static const char elector_source[] = "Kubernetes client-go, tools/leaderelection";

static const struct field options[] = {
    FIELD(struct lease_config, lease_duration, FIELD_DURATION, "15s",
          "others wait this long after they saw the lease change; written as whole seconds, the "
          "rest is cut off",
          elector_source),
    FIELD(struct lease_config, renew_deadline, FIELD_DURATION, "10s",
          "a leader that could not renew for this long gives up", elector_source),
    FIELD(struct lease_config, retry_period, FIELD_DURATION, "2s",
          "time between two tries, to acquire or to renew", elector_source),
    FIELD(struct lease_config, jitter_factor, FIELD_FACTOR, "1.2x",
          "tries to acquire are up to this many retry periods further apart", elector_source),
    FIELD(struct lease_config, request_timeout, FIELD_DURATION, "0s",
          "a client waits this long for an answer; 0: half of renew_deadline, at least 1s",
          "Kubernetes client-go, resourcelock/interface.go, NewFromKubeconfig"),
    FIELD(struct lease_config, release_on_cancel, FIELD_BOOL, "false",
          "a leader that stops gives the lease back at once (ReleaseOnCancel)", elector_source),
    FIELD_WORDS(struct lease_config, on_loss, FIELD_CHOICE, "retry", on_loss_words,
                "a leader that lost its lease is started again after retry_period, as its "
                "supervisor would; or its process ends and stays down",
                "Kubernetes components end their process"),
    FIELD_WORDS(struct lease_config, identity, FIELD_CHOICE, "process", identity_words,
                "what the lease names as its holder: a process, so that a restarted node waits for "
                "its own old lease; or a node, so that it takes it up again",
                "kube-controller-manager: hostname_uuid"),
    FIELD(struct lease_config, drift_bound, FIELD_DRIFT, "200ppm",
          "how far clock rates may be off; only what a run promises depends on it",
          "Gray and Cheriton 1989"),
    FIELD_WORDS(struct lease_config, store, FIELD_CHOICE, "single", store_words,
                "the lease lives on one store node, or on several that replicate it by Raft", NULL),
    FIELD(struct lease_config, store_nodes, FIELD_COUNT, "0",
          "nodes of the store: 1 for a single one, 3 or 5 for a replicated one; 0: 1 or 3", NULL),
    FIELD(struct lease_config, store_election_timeout, FIELD_RANGE, "1000ms..1999ms",
          "a node of a replicated store stands when it heard of no leader for this long",
          "etcd: --election-timeout 1000, randomized"),
    FIELD(struct lease_config, store_heartbeat_interval, FIELD_DURATION, "100ms",
          "time between two heartbeats of a replicated store's leader",
          "etcd: --heartbeat-interval 100"),
    LOAD_OPTIONS(struct lease_config, load,
                 "a candidate as busy as load_threshold waits longer, by its load; a leader that "
                 "becomes as busy gives the lease back and stands again later"),
};

const struct algorithm lease_algorithm = {
    .name = "lease",
    .title = "Lease",
    .about = "Candidates compete for a lease in a shared store by compare-and-swap; the holder "
             "renews it, and others take it over when they saw no change for its duration on "
             "their own clock. Transitions of the lease, counted from 1, are the fencing tokens.",
    .origin = "Kubernetes client-go",
    .source = "Kubernetes client-go tools/leaderelection; Gray and Cheriton 1989",
    .tolerates = "crashes and cuts of candidates; pauses and clock drift only with fencing",

    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct lease_config),

    .messages = messages,
    .message_count = sizeof messages / sizeof *messages,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,

    .durable_size = sizeof(struct replica_durable),
    .promises = ELECTION_SAFETY | EVENTUAL_LEADER,
    .assumptions
    = ASSUMES_NO_PAUSE | ASSUMES_BOUNDED_DRIFT | ASSUMES_DURABLE_STORAGE | ASSUMES_CLEAN_CUT,

    .state_size = lease_state_size,
    .services = lease_services,
    .check = lease_check,
    .promises_with = lease_promises_with,
    .patience = lease_patience,
    .liveness_bound = lease_liveness_bound,

    .on_start = lease_on_start,
    .on_message = lease_on_message,
    .on_timer = lease_on_timer,
    .on_admin = lease_on_admin,
    .view = lease_view,
};
