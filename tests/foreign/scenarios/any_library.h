/* What a foreign library must do as any Raft does, whichever it is. */
#ifndef CONCLAVE_TESTS_FOREIGN_ANY_LIBRARY_H
#define CONCLAVE_TESTS_FOREIGN_ANY_LIBRARY_H

#include "tests/scenarios/running.h"

/* The beginning of a scenario: five servers, half a minute, a client. */
#define FIVE_SERVERS(algorithm_)                                                                   \
    "duration: 30s\ncluster: {nodes: 5}\nalgorithm: " algorithm_ "\n"                              \
    "network: {latency: \"uniform(1ms, 5ms)\"}\nworkload: {interval: 100ms, guard: quorum}\n"

/* `yaml` crashes the leader once. */
void elects_again_after_a_crash(struct running *r, const char *yaml);
/* `yaml` hands leadership to n3 in the end. */
void hands_over_to_n3_within_a_few_messages(struct running *r, const char *yaml);

#endif
