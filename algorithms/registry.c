/* One line an algorithm, by name: everything else finds it from here. */
#include "sim/algorithm.h"

#define ALGORITHMS(X)                                                                              \
    X(ballot_leader_election)                                                                      \
    X(bully)                                                                                       \
    X(fast_leader_election)                                                                        \
    X(health_check)                                                                                \
    X(hierarchical)                                                                                \
    X(invitation)                                                                                  \
    X(kafka_controller)                                                                            \
    X(kraft)                                                                                       \
    X(lease)                                                                                       \
    X(manual_failover)                                                                             \
    X(mongodb)                                                                                     \
    X(raft)                                                                                        \
    X(ring)                                                                                        \
    X(viewstamped_replication)                                                                     \
    X(zookeeper_recipe)

#define DECLARE(name) extern const struct algorithm name##_algorithm;
ALGORITHMS(DECLARE)
#define ENTRY(name) &name##_algorithm,
const struct algorithm *const algorithms[] = {ALGORITHMS(ENTRY) NULL};
