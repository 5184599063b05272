#include "algorithms/ring_timing.h"

static const char *const rank_words[] = {"priority", "id", NULL};
static const char *const timeouts_words[] = {"fixed", "phi_accrual", NULL};

const struct field ring_options[RING_OPTIONS] = {
    FIELD(struct ring_config, message_delay, FIELD_DURATION, "10ms",
          "bound on the time that a message travels", NULL),
    FIELD(struct ring_config, processing_delay, FIELD_DURATION, "1ms",
          "bound on handling a message; an acknowledgement is awaited for twice message_delay and "
          "once this",
          NULL),
    FIELD(struct ring_config, attempts, FIELD_COUNT, "2",
          "how often a message is sent to a successor before it is skipped",
          "Tanenbaum and Van Steen, Distributed Systems, section on election in a ring, for the "
          "skip"),
    FIELD(struct ring_config, heartbeat_interval, FIELD_DURATION, "100ms",
          "time between two heartbeats that the coordinator sends round the ring", NULL),
    FIELD(struct ring_config, detection_timeout, FIELD_DURATION, "0ms",
          "silence after which the coordinator is taken for dead; 0: heartbeat_interval and once "
          "round with every hop tried to the end",
          NULL),
    FIELD_WORDS(struct ring_config, rank, FIELD_CHOICE, "priority", rank_words,
                "which number is the greater: by priority and then id, or by id alone",
                "Chang and Roberts 1979"),
    FIELD(struct ring_config, takeover, FIELD_BOOL, "true",
          "a node that hears of a coordinator with a lesser claim stands, as when it restarts",
          NULL),
    FIELD(struct ring_config, handoff, FIELD_BOOL, "false",
          "a coordinator that is stopped tells its successor in the circle, which starts an "
          "election at once",
          NULL),
    FIELD_WORDS(struct ring_config, timeouts, FIELD_CHOICE, "fixed", timeouts_words,
                "silence of the coordinator that is taken for its end: detection_timeout, or "
                "estimated from the heartbeats that go round by phi accrual",
                "Hayashibara 2004"),
    PHI_OPTIONS(struct ring_config, phi),
    BREAKER_OPTIONS(struct ring_config, breaker),
};

/* ---- Times, all from the two bounds that the failure detection assumes ----------------------- */

sim_ns ring_answer_timeout(const struct ring_config *c)
{
    return sim_add(sim_times(c->message_delay, 2), c->processing_delay);
}

/* Once round, when every hop is tried as often as allowed. */
static sim_ns lap_timeout(const struct ring_config *c, unsigned nodes)
{
    return sim_times(ring_answer_timeout(c), (int64_t) nodes * c->attempts);
}

sim_ns ring_detection_timeout(const void *config, unsigned nodes)
{
    const struct ring_config *c = config;
    if (c->detection_timeout > 0)
        return c->detection_timeout;
    return sim_add(c->heartbeat_interval, lap_timeout(c, nodes));
}

sim_ns ring_election_timeout(const struct ring_config *c, unsigned nodes)
{
    return sim_times(lap_timeout(c, nodes), 2);
}

/* ---- What the algorithm declares ------------------------------------------------------------- */

const char *ring_check(const void *config, unsigned nodes, const char **option)
{
    const struct ring_config *c = config;
    if (c->message_delay <= 0) {
        *option = "message_delay";
        return "the bound on message delay must be positive: time-outs follow from it";
    }
    if (c->heartbeat_interval <= 0) {
        *option = "heartbeat_interval";
        return "the interval must be positive";
    }
    if (c->attempts == 0) {
        *option = "attempts";
        return "a message must be sent at least once";
    }
    if (c->detection_timeout > 0
        && c->detection_timeout
               <= sim_add(c->heartbeat_interval, sim_times(c->message_delay, nodes))) {
        *option = "detection_timeout";
        return "must exceed heartbeat_interval and message_delay for each node, or every heartbeat "
               "comes too late";
    }
    const char *wrong = phi_check(&c->phi, option);
    return wrong != NULL ? wrong : breaker_check(&c->breaker, option);
}

/* Phi accrual may suspect a healthy coordinator for ever, as in bully_timing.c. */
uint32_t ring_promises_with(const void *config, unsigned nodes)
{
    const struct ring_config *c = config;
    (void) nodes;
    if (c->timeouts == RING_TIMEOUTS_PHI)
        return 0;
    return EVENTUAL_LEADER | EVENTUAL_AGREEMENT | (c->takeover ? HIGHEST_LEADS : 0u);
}

/* Who is wrong about the coordinator notices within one detection; the election that this starts
 * may lose its message to one more time-out, and its winner may be beaten by somebody it has
 * skipped. */
sim_ns ring_liveness_bound(const void *config, unsigned nodes)
{
    const struct ring_config *c = config;
    sim_ns once
        = sim_add(ring_detection_timeout(c, nodes), sim_times(ring_election_timeout(c, nodes), 2));
    sim_ns adapted = c->timeouts == RING_TIMEOUTS_PHI
                         ? sim_times(ring_detection_timeout(c, nodes), 2 * ADAPTED_MAX)
                         : 0;
    return sim_add(sim_times(once, 3), sim_add(adapted, breaker_delay(&c->breaker)));
}

/* ---- Adapting -------------------------------------------------------------------------------- */

static size_t sample_room(const struct ring_config *c)
{
    return c->timeouts == RING_TIMEOUTS_PHI ? c->phi.window : 0;
}

size_t ring_timing_size(const struct ring_config *c)
{
    return (sample_room(c) + c->breaker.elections) * sizeof(sim_ns);
}

void ring_timing_begin(struct ring_timing *t, const struct ring_config *c, sim_ns *room)
{
    t->config = c;
    t->watched = NODE_NONE;
    breaker_begin(&t->breaker, &c->breaker, room + sample_room(c));
    if (c->timeouts == RING_TIMEOUTS_PHI)
        phi_accrual_begin(&t->phi, &c->phi, c->heartbeat_interval, room);
}

sim_ns ring_timing_heard(struct ring_timing *t, struct node *self, node_id coordinator)
{
    sim_ns fixed = ring_detection_timeout(t->config, node_count(self));
    breaker_leader(&t->breaker, node_monotonic(self));
    if (t->config->timeouts == RING_TIMEOUTS_FIXED)
        return fixed;
    if (t->watched != coordinator)
        phi_accrual_forget(&t->phi);
    t->watched = coordinator;
    phi_accrual_heard(&t->phi, node_monotonic(self));
    return phi_accrual_timeout_within(&t->phi, fixed);
}
