/* The options of `bully`, the times that follow from the two bounds that the algorithm assumes, and
 * what can be promised with them, and when. */
#include "algorithms/bully.h"

static const char *const detection_words[] = {"heartbeat", "probe", NULL};
static const char *const timeouts_words[] = {"fixed", "phi_accrual", NULL};
static const char *const rank_words[] = {"priority", "id", NULL};

static const char paper[] = "Garcia-Molina 1982";

const struct field bully_options[BULLY_OPTIONS] = {
    FIELD(struct bully_config, message_delay, FIELD_DURATION, "10ms",
          "bound T_m on the time that a message travels", paper),
    FIELD(struct bully_config, processing_delay, FIELD_DURATION, "1ms",
          "bound T_p on handling a message, disk included; answers are awaited for 2 T_m + T_p",
          paper),
    FIELD_WORDS(struct bully_config, detection, FIELD_CHOICE, "heartbeat", detection_words,
                "the coordinator sends heartbeats, or its members probe it", paper),
    FIELD(struct bully_config, heartbeat_interval, FIELD_DURATION, "100ms",
          "time between two heartbeats, or from an answered probe to the next", NULL),
    FIELD(struct bully_config, detection_timeout, FIELD_DURATION, "0ms",
          "silence after which the coordinator is taken for dead; 0: from the bounds, that is "
          "heartbeat_interval + T_m + T_p, or 2 T_m + T_p after a probe",
          NULL),
    FIELD_WORDS(struct bully_config, rank, FIELD_CHOICE, "priority", rank_words,
                "what makes the better claim: priority and then id, or id alone", paper),
    FIELD(struct bully_config, takeover, FIELD_BOOL, "true",
          "a node takes over from a coordinator with a lesser claim, as when it restarts", paper),
    FIELD(struct bully_config, require_majority, FIELD_BOOL, "false",
          "coordinate only while a majority acknowledges; not in the original: repairs its two "
          "coordinators under partition",
          NULL),
    FIELD(struct bully_config, handoff, FIELD_BOOL, "false",
          "a coordinator that is stopped tells the others, of whom the next in line coordinates at "
          "once; not in the original",
          NULL),
    FIELD_WORDS(struct bully_config, timeouts, FIELD_CHOICE, "fixed", timeouts_words,
                "silence of the coordinator that is taken for its end: detection_timeout, or "
                "estimated from its heartbeats or answers by phi accrual",
                "Hayashibara 2004"),
    PHI_OPTIONS(struct bully_config, phi),
    BREAKER_OPTIONS(struct bully_config, breaker),
};

/* ---- Times ----------------------------------------------------------------------------------- */

sim_ns bully_answer_timeout(const struct bully_config *c)
{
    return sim_add(sim_times(c->message_delay, 2), c->processing_delay);
}

/* From ELECTION to the COORDINATOR that it leads to: ELECTION arrives and is handled (T_m + T_p),
 * its receiver waits for answers of its own, and announces itself (T_m + T_p). */
sim_ns bully_coordinator_timeout(const struct bully_config *c)
{
    return sim_add(bully_answer_timeout(c),
                   sim_times(sim_add(c->message_delay, c->processing_delay), 2));
}

/* Heartbeats are sent every interval; one may come at once, and the next as late as allowed. */
sim_ns bully_detection_timeout(const struct bully_config *c)
{
    if (c->detection_timeout > 0)
        return c->detection_timeout;
    if (c->detection == BULLY_DETECTION_PROBE)
        return bully_answer_timeout(c);
    return sim_add(c->heartbeat_interval, sim_add(c->message_delay, c->processing_delay));
}

/* A coordinator hears from everyone who is up once a period; the two answers are slack for one
 * that came early and the next that comes late. */
sim_ns bully_quorum_timeout(const struct bully_config *c)
{
    return sim_add(c->heartbeat_interval, sim_times(bully_answer_timeout(c), 2));
}

/* ---- What adapts, and what holds back -------------------------------------------------------- */

static size_t sample_room(const struct bully_config *c)
{
    return c->timeouts == BULLY_TIMEOUTS_PHI ? c->phi.window : 0;
}

size_t bully_timing_size(const struct bully_config *c)
{
    return (sample_room(c) + c->breaker.elections) * sizeof(sim_ns);
}

void bully_begin_timing(struct bully *b)
{
    b->watched = NODE_NONE;
    breaker_begin(&b->breaker, &b->config->breaker, b->room);
    if (b->config->timeouts == BULLY_TIMEOUTS_PHI)
        phi_accrual_begin(&b->phi, &b->config->phi, b->config->heartbeat_interval,
                          b->room + b->config->breaker.elections);
}

void bully_note_rhythm(struct bully *b, const struct node *self)
{
    if (b->config->timeouts == BULLY_TIMEOUTS_FIXED)
        return;
    if (b->watched != b->leader)
        phi_accrual_forget(&b->phi);
    b->watched = b->leader;
    phi_accrual_heard(&b->phi, node_monotonic(self));
}

sim_ns bully_detection_wait(const struct bully *b)
{
    sim_ns fixed = bully_detection_timeout(b->config);
    if (b->config->timeouts == BULLY_TIMEOUTS_FIXED)
        return fixed;
    sim_ns timeout = phi_accrual_timeout(&b->phi), longest = sim_times(fixed, ADAPTED_MAX);
    /* A probe leaves an interval after the answer to the last one. */
    if (b->config->detection == BULLY_DETECTION_PROBE)
        timeout = timeout > b->config->heartbeat_interval ? timeout - b->config->heartbeat_interval
                                                          : bully_answer_timeout(b->config);
    return timeout < longest ? timeout : longest;
}

/* ---- What the options promise, and when ------------------------------------------------------ */

const char *bully_check(const void *config, unsigned nodes, const char **option)
{
    const struct bully_config *c = config;
    (void) nodes;
    if (c->message_delay <= 0) {
        *option = "message_delay";
        return "the bound on message delay must be positive: time-outs follow from it";
    }
    if (c->heartbeat_interval <= 0) {
        *option = "heartbeat_interval";
        return "the interval must be positive";
    }
    if (c->detection == BULLY_DETECTION_HEARTBEAT && c->detection_timeout > 0
        && c->detection_timeout <= c->heartbeat_interval) {
        *option = "detection_timeout";
        return "must exceed heartbeat_interval, or every heartbeat comes too late";
    }
    const char *wrong = phi_check(&c->phi, option);
    return wrong != NULL ? wrong : breaker_check(&c->breaker, option);
}

uint32_t bully_promises_with(const void *config, unsigned nodes)
{
    const struct bully_config *c = config;
    (void) nodes;
    uint32_t promises = 0;
    /* Phi accrual may suspect a healthy coordinator for ever: heartbeats that waited out a pause
     * arrive at once and make the estimate shorter than an interval; from then on each interval
     * ends a suspicion, and such are not recorded (akka's rule). */
    if (c->timeouts == BULLY_TIMEOUTS_FIXED)
        promises |= EVENTUAL_LEADER | EVENTUAL_AGREEMENT | (c->takeover ? HIGHEST_LEADS : 0);
    if (c->require_majority)
        promises |= ELECTION_SAFETY | VOTE_ONCE;
    return promises;
}

/* Whoever is wrong about the coordinator notices within one detection; an election that this
 * starts may be outbid once by a node that noticed later, and refused once for its counter. */
sim_ns bully_patience(const void *config, unsigned nodes)
{
    const struct bully_config *c = config;
    (void) nodes;
    return bully_detection_timeout(c);
}

sim_ns bully_liveness_bound(const void *config, unsigned nodes)
{
    const struct bully_config *c = config;
    (void) nodes;
    sim_ns notice = sim_add(c->heartbeat_interval, bully_detection_timeout(c));
    sim_ns settle = sim_add(bully_quorum_timeout(c), sim_times(bully_coordinator_timeout(c), 2));
    sim_ns adapted = c->timeouts == BULLY_TIMEOUTS_PHI
                         ? sim_times(bully_detection_timeout(c), 2 * ADAPTED_MAX)
                         : 0;
    return sim_add(sim_times(sim_add(notice, settle), 3),
                   sim_add(adapted, breaker_delay(&c->breaker)));
}
