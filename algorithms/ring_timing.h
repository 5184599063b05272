/* The options of `ring`, and the times that follow from them. */
#ifndef CONCLAVE_ALGORITHMS_RING_TIMING_H
#define CONCLAVE_ALGORITHMS_RING_TIMING_H

#include "algorithms/circuit_breaker.h"
#include "algorithms/phi_accrual.h"

enum ring_rank { RING_RANK_PRIORITY, RING_RANK_ID };
enum ring_timeouts { RING_TIMEOUTS_FIXED, RING_TIMEOUTS_PHI };

struct ring_config {
    sim_ns message_delay, processing_delay;
    sim_ns heartbeat_interval, detection_timeout;
    uint32_t attempts, rank, timeouts;
    bool takeover, handoff;
    struct phi_options phi;
    struct breaker_options breaker;
};

#define RING_OPTIONS 16
extern const struct field ring_options[RING_OPTIONS];

const char *ring_check(const void *config, unsigned nodes, const char **option);
uint32_t ring_promises_with(const void *config, unsigned nodes);
sim_ns ring_liveness_bound(const void *config, unsigned nodes);

/* Nobody who is up can take longer to acknowledge. */
sim_ns ring_answer_timeout(const struct ring_config *c);
/* Silence of the coordinator that is taken for its end, where nothing adapts. */
sim_ns ring_detection_timeout(const void *config, unsigned nodes);
/* The own number once round, then ELECTED. */
sim_ns ring_election_timeout(const struct ring_config *c, unsigned nodes);

/* When a node stands: by the rhythm of heartbeats, and as the circuit breaker lets it. */
struct ring_timing {
    const struct ring_config *config;
    node_id watched; /* whose heartbeats `phi` knows */
    struct phi_accrual phi;
    struct circuit_breaker breaker;
};

size_t ring_timing_size(const struct ring_config *c);
/* `room`: of ring_timing_size(). */
void ring_timing_begin(struct ring_timing *t, const struct ring_config *c, sim_ns *room);
/* `coordinator` was elected, or has sent a heartbeat: how long the next may take. */
sim_ns ring_timing_heard(struct ring_timing *t, struct node *self, node_id coordinator);

#endif
