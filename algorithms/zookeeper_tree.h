/* What ZooKeeper's servers replicate, as far as elections need it: sessions, their ephemeral nodes,
 * /controller_epoch. Pure: operations on a table of records. Each record remembers the entry that
 * changed it last, so that a server that lacks some entries is sent the records that changed
 * since: a log that is compacted by key, in place of one that grows. */
#ifndef CONCLAVE_ALGORITHMS_ZOOKEEPER_TREE_H
#define CONCLAVE_ALGORITHMS_ZOOKEEPER_TREE_H

#include "algorithms/replica.h"
#include "algorithms/zookeeper.h"

/* A session with at most one ephemeral node; further nodes of a session have a record each. */
struct zookeeper_record {
    uint64_t session; /* zxid of its creation; 0: the record is free */
    uint64_t guid;
    uint64_t czxid;    /* of the node; 0: none */
    uint64_t stamp;    /* entry that changed the record last */
    node_id member;    /* whose session */
    uint32_t sequence; /* of the node: a child of ELECTION; 0: it is /controller */
};

struct zookeeper_tree { /* persisted as a whole */
    struct replica_ballot ballot;
    uint64_t epoch;         /* data of /controller_epoch */
    uint32_t version;       /* and its zkVersion */
    uint32_t last_sequence; /* that ELECTION has given to a child */
    uint32_t capacity;
    uint32_t reserved;
    struct zookeeper_record records[];
};

/* Of a process that restarts again and again the sessions before have still to expire. */
uint32_t zookeeper_records_of(unsigned members);

/* The entry that is being made has `zxid`; each returns a status, and changes nothing on failure.
 */
enum zookeeper_status tree_create_session(struct zookeeper_tree *t, uint64_t zxid, node_id member,
                                          uint64_t guid);
void tree_close_session(struct zookeeper_tree *t, uint64_t zxid, uint64_t session);
enum zookeeper_status tree_create(struct zookeeper_tree *t, uint64_t zxid, uint64_t session,
                                  uint64_t guid);
enum zookeeper_status tree_register_controller(struct zookeeper_tree *t, uint64_t zxid,
                                               uint64_t session, uint64_t epoch, uint32_t version);

/* The session's first record, or NULL. */
const struct zookeeper_record *tree_session(const struct zookeeper_tree *t, uint64_t session);
/* The session that a client began with this guid, or 0. */
uint64_t tree_session_of(const struct zookeeper_tree *t, node_id member, uint64_t guid);
const struct zookeeper_record *tree_controller(const struct zookeeper_tree *t);
bool tree_has_child(const struct zookeeper_tree *t, uint64_t sequence);
/* Whether a watch has something to tell. */
bool tree_differs(const struct zookeeper_tree *t, const struct zookeeper_watch *watch);
/* Fills in what a client reads from ELECTION and its children; `guid` finds its own. */
void tree_read_children(const struct zookeeper_tree *t, uint64_t guid,
                        struct zookeeper_response *into);
/* The same of /controller and /controller_epoch. */
void tree_read_controller(const struct zookeeper_tree *t, uint64_t session,
                          struct zookeeper_response *into);

#endif
