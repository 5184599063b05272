/* Candidates for a lease and their one store, for tests. */
#ifndef CONCLAVE_TESTS_LEASE_CLUSTER_H
#define CONCLAVE_TESTS_LEASE_CLUSTER_H

#include "algorithms/lease.h"
#include "algorithms/lease_store.h"
#include "tests/algorithms/bench.h"

extern const struct algorithm lease_algorithm;

/* The store is up, nobody else; nodes are named by number, so that restarts keep the identity. */
struct bench *lease_cluster(unsigned members);
/* What the store's disk holds. */
const struct lease_object *lease_stored(struct bench *b);
void lease_start(struct bench *b, node_id node);
/* The next try of an elector, or its next renewal. */
void lease_retry(struct bench *b, node_id node);
bool lease_leads(struct bench *b, node_id node);
/* Retries until it leads. */
void lease_acquire(struct bench *b, node_id node);

#endif
