/* Leader election on ZooKeeper by its recipe: ephemeral sequential nodes. */
#ifndef CONCLAVE_ALGORITHMS_ZOOKEEPER_RECIPE_H
#define CONCLAVE_ALGORITHMS_ZOOKEEPER_RECIPE_H

#include "algorithms/zookeeper_server.h"
#include "algorithms/zookeeper_session.h"

enum recipe_message {
    RECIPE_CREATE = ZOOKEEPER_MESSAGE_COUNT,
    RECIPE_GET_CHILDREN,
    RECIPE_EXISTS,
    RECIPE_MESSAGE_COUNT
};

enum recipe_phase {
    RECIPE_WAITS,
    RECIPE_STANDS, /* the leader's node, which was next before its own, has gone */
    RECIPE_LEADS
};

struct recipe_client {
    struct zookeeper_session session;
    const struct zookeeper_config *config;
    enum recipe_phase phase;
    node_id self;
    node_id leader;               /* who has the smallest node, as last seen */
    uint64_t term;                /* and the czxid of that node */
    uint64_t czxid;               /* of the own node, 0: none that it knows of */
    bool asked;                   /* for a node, in this session; it may exist whatever it knows */
    bool next_in_line;            /* nobody was between it and the leader */
    bool has_given, queues_again; /* for load_aware: see load.h; closes its session for that */
};

/* A node is either a candidate or a server. */
struct recipe_node {
    bool is_server;
    union {
        struct recipe_client client;
        struct zookeeper_server server;
    };
};

#endif
