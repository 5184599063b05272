/* A ZooKeeper server: alone, or one of three or five that replicate the tree.
 *
 * The leader serves all clients. It applies an operation to its tree at once, and answers when a
 * majority has the entry on its disks; a read is answered when what it saw is so. To a server that
 * lacks entries it sends the records that have changed since, in parts where they do not fit into
 * one message; a server takes over the parts when it has them all. One that may hold entries of
 * another history is sent all records.
 *
 * Sessions are tracked by the leader alone, and ended by an entry in the log (closeSession). A new
 * leader gives each session its whole timeout again. A leader that hears of no majority gives up,
 * as Leader.java does. */
#ifndef CONCLAVE_ALGORITHMS_ZOOKEEPER_SERVER_H
#define CONCLAVE_ALGORITHMS_ZOOKEEPER_SERVER_H

#include "algorithms/zookeeper_tree.h"

#define ZOOKEEPER_PART_RECORDS 5u

struct zookeeper_part_record {
    uint64_t session, guid, czxid;
    node_id member;
    uint32_t sequence;
};

struct zookeeper_append {
    uint64_t term, index;           /* of the newest entry */
    uint64_t base_term, base_index; /* the records are what has changed since; index 0: all */
    uint64_t epoch;
    uint32_t version, last_sequence;
    uint32_t part, parts; /* from 0 */
    struct zookeeper_part_record records[ZOOKEEPER_PART_RECORDS];
    uint32_t number[ZOOKEEPER_PART_RECORDS]; /* of each record, from 1; 0: no more */
};

struct zookeeper_append_response {
    uint64_t term;
    uint64_t last_term, last_index; /* of the newest entry that the sender has on its disk */
    uint64_t lacks; /* entry that it would need to take over what it was sent; 0: none */
};

struct zookeeper_connection { /* of the leader to one session; lost with the leader */
    uint64_t session;         /* 0: free */
    uint64_t guid;
    sim_ns expires;
    uint64_t request; /* the highest seen */
    uint64_t pending; /* entry that must be committed before `response` may go; 0: it is gone */
    uint64_t event;   /* the same for the notification; 0: there is none */
    struct zookeeper_watch watch;
    struct zookeeper_response response;
    node_id client;
    bool attached; /* the client has connected to this server; what comes before is of another time
                    */
    bool closed;   /* its session has ended, what is pending has still to go */
};

/* Parts that have come, of the state that the leader wants this server to have. */
struct zookeeper_staged {
    uint64_t term, index, base_term, base_index;
    uint32_t parts, have;
};

struct zookeeper_server {
    struct replica raft;
    const struct zookeeper_config *config;
    struct zookeeper_tree *tree; /* these four lie in the workspace */
    struct zookeeper_part_record *staged_records;
    bool *staged_parts, *staged_numbers;
    struct zookeeper_connection *connections;

    uint64_t committed;
    uint64_t base_term, base_index; /* its own newest entry when it became leader */
    uint64_t matched[REPLICAS_MAX];
    bool same_base[REPLICAS_MAX]; /* presumed, until it says something else, to have the base */
    sim_ns heard_at[REPLICAS_MAX];
    struct zookeeper_staged staged;
};

/* ---- zookeeper_replication.c ----------------------------------------------------------------- */

/* The entry that the tree's change has made: to the disk, and to the others. */
void zookeeper_replicate(struct zookeeper_server *s, struct node *self);
void zookeeper_send_state_to_all(struct zookeeper_server *s, struct node *self);
void zookeeper_on_append(struct zookeeper_server *s, struct node *self, node_id from,
                         const struct zookeeper_append *m);
/* Whether more is committed than before. */
bool zookeeper_on_append_response(struct zookeeper_server *s, struct node *self, node_id from,
                                  const struct zookeeper_append_response *m);

/* ---- zookeeper_server.c ---------------------------------------------------------------------- */

void zookeeper_server_start(struct zookeeper_server *s, struct node *self,
                            const struct zookeeper_config *config, const void *durable);
void zookeeper_server_on_message(struct zookeeper_server *s, struct node *self,
                                 const struct message *message);
void zookeeper_server_on_timer(struct zookeeper_server *s, struct node *self,
                               enum zookeeper_timer timer);

#define ZOOKEEPER_APPEND_FIELDS (9 + 6 * ZOOKEEPER_PART_RECORDS)
extern const struct field zookeeper_vote_request_fields[3];
extern const struct field zookeeper_vote_fields[2];
extern const struct field zookeeper_append_fields[ZOOKEEPER_APPEND_FIELDS];
extern const struct field zookeeper_append_response_fields[4];

/* The kinds that both algorithms have; pings are the clients' heartbeats. */
#define ZOOKEEPER_MESSAGES                                                                         \
    [ZOOKEEPER_CONNECT] = MESSAGE("Connect", struct zookeeper_request, zookeeper_request_fields,   \
                                  true),                                                           \
    [ZOOKEEPER_CONNECT_RESPONSE]                                                                   \
        = MESSAGE("ConnectResponse", struct zookeeper_response, zookeeper_response_fields, true),  \
    [ZOOKEEPER_PING] = MESSAGE("Ping", struct zookeeper_request, zookeeper_request_fields, false), \
    [ZOOKEEPER_PING_RESPONSE]                                                                      \
        = MESSAGE("PingResponse", struct zookeeper_response, zookeeper_response_fields, false),    \
    [ZOOKEEPER_CLOSE_SESSION]                                                                      \
        = MESSAGE("CloseSession", struct zookeeper_request, zookeeper_request_fields, true),       \
    [ZOOKEEPER_RESPONSE]                                                                           \
        = MESSAGE("Response", struct zookeeper_response, zookeeper_response_fields, true),         \
    [ZOOKEEPER_WATCH_EVENT]                                                                        \
        = MESSAGE("WatchEvent", struct zookeeper_response, zookeeper_response_fields, true),       \
    [ZOOKEEPER_REQUEST_VOTE] = MESSAGE("StoreRequestVote", struct replica_vote_request,            \
                                       zookeeper_vote_request_fields, false),                      \
    [ZOOKEEPER_REQUEST_VOTE_RESPONSE]                                                              \
        = MESSAGE("StoreRequestVoteResponse", struct replica_vote, zookeeper_vote_fields, false),  \
    [ZOOKEEPER_APPEND]                                                                             \
        = MESSAGE("StoreAppend", struct zookeeper_append, zookeeper_append_fields, false),         \
    [ZOOKEEPER_APPEND_RESPONSE] = MESSAGE("StoreAppendResponse", struct zookeeper_append_response, \
                                          zookeeper_append_response_fields, false)

#endif
