/* What `zookeeper_recipe` and `kafka_controller` share: the options of sessions and store, and the
 * messages between clients and servers. zookeeper_session.h is a client's session,
 * zookeeper_server.h a server, zookeeper_tree.h what the servers replicate.
 *
 * Differs from ZooKeeper, where messages of 256 bytes and a network that loses make it necessary:
 *  - All clients are served by the leader; the other servers say who that is.
 *  - Connections are not modelled as such: a client repeats what is unanswered, as TCP would, and a
 *    server answers what it has already done by the same answer. A server that no longer leads
 *    says so to its clients, which stands for the end of their connections.
 *  - A ping repeats what the client watches: a notification that was lost comes again.
 *  - The answer to getChildren holds what the recipe reads from the list, not the list.
 *  - The answer to a ping tells who leads. In ZooKeeper those who are not notified would have to
 *    read for that.
 *  - The servers elect by Raft in place of ZAB; a zxid is the index of a log entry. */
#ifndef CONCLAVE_ALGORITHMS_ZOOKEEPER_H
#define CONCLAVE_ALGORITHMS_ZOOKEEPER_H

#include "algorithms/load.h"
#include "sim/algorithm.h"

/* Records of sessions are kept of every member, on every server. */
#define ZOOKEEPER_MEMBERS_MAX 128u

enum zookeeper_store_kind { ZOOKEEPER_SINGLE, ZOOKEEPER_REPLICATED };
enum zookeeper_on_disconnect { ON_DISCONNECT_STOP, ON_DISCONNECT_ACT };
enum zookeeper_recipe_watch { WATCH_PREDECESSOR, WATCH_HERD };

struct zookeeper_config {
    sim_ns session_timeout, tick_time, retransmission;
    uint32_t on_disconnect, store, store_nodes;
    struct sim_range store_election_timeout;
    sim_ns store_heartbeat_interval;
    uint32_t watch;           /* zookeeper_recipe */
    sim_ns metadata_interval; /* kafka_controller */
    struct load_options load;
};

enum zookeeper_message {
    ZOOKEEPER_CONNECT,
    ZOOKEEPER_CONNECT_RESPONSE,
    ZOOKEEPER_PING,
    ZOOKEEPER_PING_RESPONSE,
    ZOOKEEPER_CLOSE_SESSION,
    ZOOKEEPER_RESPONSE,
    ZOOKEEPER_WATCH_EVENT,
    ZOOKEEPER_REQUEST_VOTE, /* among the servers */
    ZOOKEEPER_REQUEST_VOTE_RESPONSE,
    ZOOKEEPER_APPEND,
    ZOOKEEPER_APPEND_RESPONSE,
    ZOOKEEPER_MESSAGE_COUNT /* the algorithm's own kinds of request begin here */
};

enum zookeeper_timer {
    TIMER_ZOOKEEPER_PING, /* of a client; so are the next three */
    TIMER_ZOOKEEPER_READ,
    TIMER_ZOOKEEPER_RETRANSMIT,
    TIMER_ZOOKEEPER_RECONNECT,
    TIMER_ZOOKEEPER_ELECTION, /* of a server; so are the next two */
    TIMER_ZOOKEEPER_HEARTBEAT,
    TIMER_ZOOKEEPER_SESSIONS,
    ZOOKEEPER_TIMER_COUNT
};

enum zookeeper_operation {
    ZOOKEEPER_CREATE_SESSION,
    ZOOKEEPER_CLOSE,
    ZOOKEEPER_CREATE,         /* a child of ELECTION, SEQUENCE and EPHEMERAL */
    ZOOKEEPER_CHILDREN,       /* getChildren(ELECTION) */
    ZOOKEEPER_EXISTS,         /* of the child with sequence `argument`; sets a watch */
    ZOOKEEPER_GET_CONTROLLER, /* getData(/controller); sets a watch on it, there or not */
    ZOOKEEPER_GET_EPOCH,      /* getData(/controller_epoch) */
    ZOOKEEPER_REGISTER        /* multi: create /controller, setData(/controller_epoch, argument) */
};

enum zookeeper_status {
    ZOOKEEPER_OK,
    ZOOKEEPER_NO_NODE,
    ZOOKEEPER_NODE_EXISTS,
    ZOOKEEPER_BAD_VERSION,
    ZOOKEEPER_SESSION_EXPIRED,
    ZOOKEEPER_CONNECTION_LOSS /* this server does not serve; `redirect` may know who does */
};

/* A watch fires once, when what it watches is no longer as the client has seen it. */
enum zookeeper_watched { WATCHES_NOTHING, WATCHES_NODE, WATCHES_CONTROLLER };
struct zookeeper_watch {
    uint64_t seen; /* WATCHES_NODE: sequence; WATCHES_CONTROLLER: czxid of /controller, 0: absent */
    uint32_t kind;
    uint32_t reserved;
};

struct zookeeper_request {
    uint64_t session; /* 0: to be created */
    uint64_t request; /* rises with each of the session; the same number is the same request */
    uint64_t guid;    /* drawn by the client for each session and its node */
    uint64_t argument;
    struct zookeeper_watch watch; /* that the client has, as SetWatches tells when it reconnects */
    uint32_t operation;
    uint32_t version; /* expected, of /controller_epoch */
};

struct zookeeper_response {
    uint64_t session, request;
    uint64_t czxid;    /* of the client's own child of ELECTION, or of /controller; 0: none */
    uint64_t term;     /* czxid of the smallest child, or the data of /controller_epoch */
    uint32_t sequence; /* of the client's own child, 0: none; for Kafka: /controller is its own */
    uint32_t before;   /* the next smaller sequence, 0: none */
    uint32_t first;    /* the smallest sequence, 0: none */
    uint32_t version;  /* of /controller_epoch */
    uint32_t status;
    node_id leader; /* who has the smallest child, or /controller; NODE_NONE */
    node_id redirect;
    uint32_t operation;
};

/* Tables that both algorithms use. */
#define ZOOKEEPER_REQUEST_FIELDS 8
#define ZOOKEEPER_RESPONSE_FIELDS 12
extern const struct field zookeeper_request_fields[ZOOKEEPER_REQUEST_FIELDS];
extern const struct field zookeeper_response_fields[ZOOKEEPER_RESPONSE_FIELDS];
extern const char *const zookeeper_store_words[];
extern const char *const zookeeper_on_disconnect_words[];

#define ZOOKEEPER_OPTIONS(session_timeout_, tick_time_, on_disconnect_)                            \
    FIELD(struct zookeeper_config, session_timeout, FIELD_DURATION, session_timeout_,              \
          "a server ends a session that it has not heard of for this long, and up to a tick more", \
          "ZooKeeper Programmer's Guide, ZooKeeper Sessions"),                                     \
        FIELD(struct zookeeper_config, tick_time, FIELD_DURATION, tick_time_,                      \
              "sessions are ended at multiples of this only; a session_timeout lies between 2 "    \
              "and 20 of them",                                                                    \
              "ZooKeeper Administrator's Guide: tickTime; ExpiryQueue.java"),                      \
        FIELD_WORDS(struct zookeeper_config, on_disconnect, FIELD_CHOICE, on_disconnect_,          \
                    zookeeper_on_disconnect_words,                                                 \
                    "a leader that has heard of no server for 2/3 of session_timeout stops at "    \
                    "once; or it acts on until a server tells that its session has expired",       \
                    "ClientCnxn.java: readTimeout; Curator's TN10"),                               \
        FIELD(struct zookeeper_config, retransmission, FIELD_DURATION, "200ms",                    \
              "a client repeats what is unanswered after this long, then twice as long, and so "   \
              "on",                                                                                \
              "Linux: TCP_RTO_MIN"),                                                               \
        FIELD_WORDS(struct zookeeper_config, store, FIELD_CHOICE, "single", zookeeper_store_words, \
                    "one server, or several that replicate by Raft", NULL),                        \
        FIELD(struct zookeeper_config, store_nodes, FIELD_COUNT, "0",                              \
              "servers: 1 for a single store, 3 or 5 for a replicated one; 0: 1 or 3", NULL),      \
        FIELD(struct zookeeper_config, store_election_timeout, FIELD_RANGE, "1000ms..1999ms",      \
              "a server stands when it heard of no leader for this long; a leader steps down "     \
              "when it heard of no majority for the least of it",                                  \
              "Ongaro 2014, sections 3.4 and 6.2"),                                                \
        FIELD(struct zookeeper_config, store_heartbeat_interval, FIELD_DURATION, "100ms",          \
              "time between two heartbeats of the servers' leader", "Ongaro 2014, section 3.4")

#define ZOOKEEPER_TIMERS                                                                           \
    [TIMER_ZOOKEEPER_PING] = "ping", [TIMER_ZOOKEEPER_READ] = "read timeout",                      \
    [TIMER_ZOOKEEPER_RETRANSMIT] = "retransmit", [TIMER_ZOOKEEPER_RECONNECT] = "reconnect",        \
    [TIMER_ZOOKEEPER_ELECTION] = "store election",                                                 \
    [TIMER_ZOOKEEPER_HEARTBEAT] = "store heartbeat", [TIMER_ZOOKEEPER_SESSIONS] = "session expiry"

unsigned zookeeper_services(const void *config);
const char *zookeeper_check(const void *config, unsigned nodes, const char **option);
int64_t zookeeper_drift_bound(const void *config);
sim_ns zookeeper_patience(const void *config, unsigned nodes);
sim_ns zookeeper_liveness_bound(const void *config, unsigned nodes);
size_t zookeeper_durable_size(const void *config, unsigned nodes);
size_t zookeeper_workspace_size(const void *config, unsigned nodes);

/* ClientCnxn.java: half of it until a ping, the whole without an answer and the client is
 * disconnected. */
sim_ns zookeeper_read_timeout(const struct zookeeper_config *c);
sim_ns zookeeper_connect_timeout(const struct zookeeper_config *c);

#endif
