/* Options and tables that the algorithms on ZooKeeper share. */
#include "algorithms/zookeeper.h"

const char *const zookeeper_on_disconnect_words[] = {"stop", "act", NULL};
const char *const zookeeper_store_words[] = {"single", "replicated", NULL};

unsigned zookeeper_services(const void *config)
{
    const struct zookeeper_config *c = config;
    if (c->store_nodes != 0)
        return c->store_nodes;
    return c->store == ZOOKEEPER_REPLICATED ? 3 : 1;
}

static const char *check_store(const struct zookeeper_config *c, const char **option)
{
    unsigned nodes = zookeeper_services(c);
    *option = "store_nodes";
    if (c->store == ZOOKEEPER_SINGLE && nodes != 1)
        return "a single store is one node; `store: replicated` has 3 or 5";
    if (c->store == ZOOKEEPER_REPLICATED && nodes != 3 && nodes != 5)
        return "a replicated store has 3 or 5 nodes";
    *option = "store_heartbeat_interval";
    if (c->store_heartbeat_interval <= 0)
        return "must be positive";
    *option = "store_election_timeout";
    if (c->store_election_timeout.min <= c->store_heartbeat_interval)
        return "must be longer than store_heartbeat_interval";
    *option = NULL;
    return NULL;
}

const char *zookeeper_check(const void *config, unsigned nodes, const char **option)
{
    const struct zookeeper_config *c = config;
    *option = NULL;
    if (nodes > ZOOKEEPER_MEMBERS_MAX)
        return "at most 128 nodes: every server keeps records of the sessions of each";
    *option = "tick_time";
    if (c->tick_time < MILLISECOND)
        return "must be at least 1ms";
    *option = "session_timeout";
    if (c->session_timeout < sim_times(c->tick_time, 2)
        || c->session_timeout > sim_times(c->tick_time, 20))
        return "ZooKeeper grants between 2 and 20 times tick_time";
    *option = "retransmission";
    if (c->retransmission < MILLISECOND)
        return "must be at least 1ms";
    return check_store(c, option);
}

sim_ns zookeeper_read_timeout(const struct zookeeper_config *c)
{
    return sim_times(c->session_timeout, 2) / 3;
}

sim_ns zookeeper_connect_timeout(const struct zookeeper_config *c)
{
    return c->session_timeout / zookeeper_services(c);
}

/* A client that waits for 2/3 of its timeout, or pings every third of it, is in time while its
 * clock and a server's are within a tenth of true time: 2/3 (1.1 / 0.9) < 1. */
int64_t zookeeper_drift_bound(const void *config)
{
    (void) config;
    return SECOND / 10;
}

sim_ns zookeeper_patience(const void *config, unsigned nodes)
{
    const struct zookeeper_config *c = config;
    (void) nodes;
    return c->session_timeout;
}

/* The servers elect; a client that was cut off notices, tries all servers and rests; the sessions
 * that nobody holds any more run out, from the new leader's beginning; who follows learns of it by
 * a ping. */
sim_ns zookeeper_liveness_bound(const void *config, unsigned nodes)
{
    const struct zookeeper_config *c = config;
    sim_ns store = zookeeper_services(c) == 1 ? 0 : sim_times(c->store_election_timeout.max, 10);
    sim_ns sessions = sim_add(sim_times(c->session_timeout, 4), sim_times(c->tick_time, 2));
    sim_ns bound
        = sim_add(sim_add(store, sessions), sim_add(2 * SECOND, sim_times(c->retransmission, 8)));
    if (!c->load.aware)
        return bound;
    /* a busy leader notices with its next ping; then one after the other may give way */
    return sim_add(bound,
                   sim_add(c->session_timeout, sim_times(c->retransmission, INT64_C(8) * nodes)));
}

/* ---- Messages ------------------------------------------------------------------------------ */

const struct field zookeeper_request_fields[ZOOKEEPER_REQUEST_FIELDS] = {
    MESSAGE_FIELD(struct zookeeper_request, session, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_request, request, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_request, guid, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_request, argument, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_request, watch.seen, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_request, watch.kind, FIELD_COUNT),
    MESSAGE_FIELD(struct zookeeper_request, operation, FIELD_COUNT),
    MESSAGE_FIELD(struct zookeeper_request, version, FIELD_COUNT),
};

const struct field zookeeper_response_fields[ZOOKEEPER_RESPONSE_FIELDS] = {
    MESSAGE_FIELD(struct zookeeper_response, session, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_response, request, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_response, czxid, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_response, term, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_response, sequence, FIELD_COUNT),
    MESSAGE_FIELD(struct zookeeper_response, before, FIELD_COUNT),
    MESSAGE_FIELD(struct zookeeper_response, first, FIELD_COUNT),
    MESSAGE_FIELD(struct zookeeper_response, version, FIELD_COUNT),
    MESSAGE_FIELD(struct zookeeper_response, status, FIELD_COUNT),
    MESSAGE_FIELD(struct zookeeper_response, leader, FIELD_NODE),
    MESSAGE_FIELD(struct zookeeper_response, redirect, FIELD_NODE),
    MESSAGE_FIELD(struct zookeeper_response, operation, FIELD_COUNT),
};
