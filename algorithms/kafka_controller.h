/* Kafka's controller as it was elected on ZooKeeper: an ephemeral /controller and an epoch. */
#ifndef CONCLAVE_ALGORITHMS_KAFKA_CONTROLLER_H
#define CONCLAVE_ALGORITHMS_KAFKA_CONTROLLER_H

#include "algorithms/zookeeper_server.h"
#include "algorithms/zookeeper_session.h"

enum kafka_message {
    KAFKA_GET_CONTROLLER = ZOOKEEPER_MESSAGE_COUNT,
    KAFKA_GET_CONTROLLER_EPOCH,
    KAFKA_REGISTER_CONTROLLER,
    KAFKA_UPDATE_METADATA, /* from the controller to the other brokers */
    KAFKA_UPDATE_METADATA_RESPONSE,
    KAFKA_MESSAGE_COUNT
};

enum kafka_timer {
    TIMER_KAFKA_METADATA = ZOOKEEPER_TIMER_COUNT,
    TIMER_KAFKA_LOAD, /* a busy broker lets the others register */
    KAFKA_TIMER_COUNT
};

struct kafka_update_metadata {
    uint64_t controller_epoch;
};
struct kafka_update_metadata_response {
    uint64_t controller_epoch; /* of the request */
    uint64_t newest_epoch;     /* that the broker has accepted */
    bool stale;                /* STALE_CONTROLLER_EPOCH: the request was refused */
};

enum kafka_phase { KAFKA_FOLLOWS, KAFKA_ELECTS, KAFKA_CONTROLS };

struct kafka_broker {
    struct zookeeper_session session;
    const struct zookeeper_config *config;
    enum kafka_phase phase;
    node_id self;
    node_id controller;       /* activeControllerId */
    uint64_t epoch;           /* the newest controller epoch that it has accepted */
    uint64_t own_epoch;       /* that it controls by, or registers with */
    bool has_given, gives_up; /* for load_aware: see load.h; closes its session for that */
};

/* A node is either a broker or a server of ZooKeeper. */
struct kafka_node {
    bool is_server;
    union {
        struct kafka_broker broker;
        struct zookeeper_server server;
    };
};

#endif
