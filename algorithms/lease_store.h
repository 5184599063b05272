/* The stored lease: one object under optimistic concurrency, as the Kubernetes API server keeps
 * it in etcd. Pure: a request in, a response out; who replicates or persists it is not asked. */
#ifndef CONCLAVE_ALGORITHMS_LEASE_STORE_H
#define CONCLAVE_ALGORITHMS_LEASE_STORE_H

#include "algorithms/lease.h"

struct lease_object {
    uint64_t resource_version; /* 0: does not exist; rises with each write */
    struct lease_record record;
};

/* A request in the form in which it can be logged. */
struct lease_operation {
    uint64_t request;
    uint64_t resource_version;
    struct lease_record record;
    uint32_t kind; /* GET_LEASE, CREATE_LEASE or UPDATE_LEASE */
    node_id client;
};

/* The operation that a message asks for; `message->kind` is one of the three requests. */
struct lease_operation lease_operation_of(const struct message *message);

/* Carries it out. A retried or duplicated write fails harmlessly: its version is gone. */
struct lease_response lease_apply(struct lease_object *object, const struct lease_operation *op);

#endif
