/* Ring: Chang and Roberts' extrema-finding in a circle of processes (CACM 22(5), 1979), with the
 * textbooks' messages ELECTION and ELECTED.
 *
 * The paper knows no failures. Added, where it is silent: each hop is acknowledged, and whoever
 * does not acknowledge is skipped, as Tanenbaum's textbook has it; a coordinator sends a heartbeat
 * round the ring, and whoever misses it stands; no message goes further than once round, so that
 * one whose sender has died ends. A counter numbers the reigns for the outside; no decision uses
 * it. Off by default: a coordinator that stops says so, phi accrual, and the circuit breaker. */
#include "algorithms/ring_circle.h"
#include "algorithms/ring_timing.h"

enum phase {
    PHASE_FOLLOWER, /* follows `leader`, or waits to hear of one */
    PHASE_STANDING, /* its own number travels */
    PHASE_COORDINATOR
};

struct ring_durable {
    uint64_t counter; /* highest heard of, or used */
    node_id whose;    /* the coordinator whose reign it numbers, or NODE_NONE */
};

struct ring {
    const struct ring_config *config;
    struct ring_durable durable;
    enum phase phase;
    bool participant; /* has sent or handed on an Election that has not ended yet */
    node_id leader;
    uint64_t reign, campaign; /* counter that it follows or leads; that it stands for */
    node_id best;             /* best candidate that a participant has handed on, */
    uint64_t best_round;      /* and in which round of it */
    uint64_t beat;            /* number of the last heartbeat heard of the leader */
    uint64_t round;           /* of its own elections and heartbeats */
    struct circle circle;
    struct ring_timing timing;
    sim_ns room[]; /* of the timing */
};

/* ---- Claims and counters --------------------------------------------------------------------- */

static bool outranks(const struct ring *r, const struct node *self, node_id one, node_id other)
{
    if (r->config->rank == RING_RANK_PRIORITY) {
        int32_t mine = node_priority(self, one), theirs = node_priority(self, other);
        if (mine != theirs)
            return mine > theirs;
    }
    return one > other;
}

static void hear_reign(struct ring *r, struct node *self, uint64_t counter, node_id coordinator)
{
    bool known = counter == r->durable.counter && r->durable.whose != NODE_NONE;
    if (counter < r->durable.counter || known)
        return;
    r->durable = (struct ring_durable){.counter = counter, .whose = coordinator};
    node_persist(self, &r->durable);
}

/* Whether the number of this reign was already another's, or a later one is known. */
static bool is_worn(const struct ring *r, const struct ring_message *m)
{
    if (m->counter != r->durable.counter)
        return m->counter < r->durable.counter;
    return r->durable.whose != NODE_NONE && r->durable.whose != m->id;
}

/* ---- The circle ------------------------------------------------------------------------------ */

static void win(struct ring *r, struct node *self, uint64_t highest);

/* Nobody else is up: what was to go round has been round, or its sender is dead. */
static void end_alone(struct ring *r, struct node *self, unsigned kind)
{
    const struct ring_message *m = &r->circle.laps[kind].message;
    if (kind == ELECTION && m->id == node_self(self) && r->phase == PHASE_STANDING)
        win(r, self, m->highest);
}

static void hand_on(struct ring *r, struct node *self, unsigned kind, struct ring_message message)
{
    if (!circle_hand_on(&r->circle, self, kind, message))
        end_alone(r, self, kind);
}

/* Hands on what came from elsewhere, with what this node knows of counters. */
static void pass(struct ring *r, struct node *self, unsigned kind, const struct ring_message *m)
{
    if (m->hops >= node_count(self))
        return;
    struct ring_message further = *m;
    further.hops++;
    further.worn = m->worn || is_worn(r, m);
    if (further.highest < r->durable.counter)
        further.highest = r->durable.counter;
    hand_on(r, self, kind, further);
}

static struct ring_message own_message(const struct ring *r, const struct node *self,
                                       uint64_t counter)
{
    return (struct ring_message){.counter = counter,
                                 .highest = r->durable.counter,
                                 .round = r->round,
                                 .id = node_self(self),
                                 .hops = 1};
}

/* ---- Following ------------------------------------------------------------------------------- */

static void end_participation(struct ring *r, struct node *self)
{
    r->participant = false;
    r->best = NODE_NONE;
    node_clear_timer(self, TIMER_ELECTION);
}

static void follow(struct ring *r, struct node *self, node_id leader, uint64_t reign)
{
    sim_assert(leader != node_self(self));
    bool news = r->phase != PHASE_FOLLOWER || r->leader != leader || r->reign != reign;
    if (r->phase == PHASE_COORDINATOR) {
        node_step_down(self, r->reign, STEP_DOWN_HIGHER_TERM);
        node_clear_timer(self, TIMER_HEARTBEAT);
    }
    hear_reign(r, self, reign, leader);
    r->phase = PHASE_FOLLOWER;
    r->leader = leader;
    r->reign = reign;
    if (news) {
        r->beat = 0;
        node_follow(self, reign, leader);
    }
    end_participation(r, self);
    node_set_timer(self, TIMER_DETECTION, ring_timing_heard(&r->timing, self, leader));
}

/* ---- Coordinating ---------------------------------------------------------------------------- */

static void beat(struct ring *r, struct node *self)
{
    sim_assert(r->phase == PHASE_COORDINATOR);
    r->round++;
    node_set_timer(self, TIMER_HEARTBEAT, r->config->heartbeat_interval);
    hand_on(r, self, HEARTBEAT, own_message(r, self, r->reign));
}

static void coordinate(struct ring *r, struct node *self, uint64_t counter)
{
    r->phase = PHASE_COORDINATOR;
    r->leader = node_self(self);
    r->reign = counter;
    hear_reign(r, self, counter, node_self(self));
    breaker_leader(&r->timing.breaker, node_monotonic(self));
    node_clear_timer(self, TIMER_DETECTION);
    node_lead(self, counter);
}

/* Its own number came back: nobody on the way had a better claim. */
static void win(struct ring *r, struct node *self, uint64_t highest)
{
    uint64_t known = highest > r->durable.counter ? highest : r->durable.counter;
    end_participation(r, self);
    coordinate(r, self, known + 1);
    node_set_timer(self, TIMER_HEARTBEAT, r->config->heartbeat_interval);
    hand_on(r, self, ELECTED, own_message(r, self, r->reign));
}

/* ---- Elections ------------------------------------------------------------------------------- */

static void participate(struct ring *r, struct node *self, node_id best, uint64_t round)
{
    r->participant = true;
    r->best = best;
    r->best_round = round;
    node_set_timer(self, TIMER_ELECTION, ring_election_timeout(r->config, node_count(self)));
}

static void start_election(struct ring *r, struct node *self, enum campaign_reason why)
{
    sim_assert(r->phase != PHASE_COORDINATOR);
    breaker_election(&r->timing.breaker, node_monotonic(self));
    r->phase = PHASE_STANDING;
    r->leader = NODE_NONE;
    r->campaign = r->durable.counter + 1;
    r->round++;
    node_clear_timer(self, TIMER_DETECTION);
    node_campaign(self, r->campaign, why);
    participate(r, self, node_self(self), r->round);
    hand_on(r, self, ELECTION, own_message(r, self, r->campaign));
}

/* On silence. Asked by a lesser number it stands all the same: that is an election already. */
static void stand_or_wait(struct ring *r, struct node *self, enum campaign_reason why)
{
    sim_ns wait = breaker_wait(&r->timing.breaker, node_monotonic(self));
    if (wait == 0) {
        start_election(r, self, why);
        return;
    }
    r->phase = PHASE_FOLLOWER;
    r->leader = NODE_NONE;
    node_follow(self, r->reign, NODE_NONE);
    node_set_timer(self, TIMER_DETECTION, wait);
}

/* A claim that beats all that this node has handed on in the present election. In a circle whose
 * links keep order Chang and Roberts' processes never see another; here it ends duplicates. */
static bool is_news(const struct ring *r, const struct node *self, const struct ring_message *m)
{
    if (!r->participant || r->best == NODE_NONE)
        return true;
    return m->id == r->best ? m->round > r->best_round : outranks(r, self, m->id, r->best);
}

/* Chang and Roberts: a greater number is passed on; a lesser one is thrown away, and who has not
 * yet sent its own number does so now; the own one has won. */
static void on_election(struct ring *r, struct node *self, const struct ring_message *m)
{
    if (m->id == node_self(self)) {
        if (r->phase == PHASE_STANDING)
            win(r, self, m->highest);
        return;
    }
    if (outranks(r, self, m->id, node_self(self))) {
        if (!is_news(r, self, m))
            return;
        if (r->phase == PHASE_STANDING) {
            r->phase = PHASE_FOLLOWER;
            node_follow(self, r->reign, NODE_NONE);
        }
        participate(r, self, m->id, m->round);
        pass(r, self, ELECTION, m);
        return;
    }
    /* Differs from the textbooks: a sitting coordinator does not stand again, it only tells. */
    if (r->phase == PHASE_COORDINATOR)
        beat(r, self);
    else if (!r->participant)
        start_election(r, self, CAMPAIGN_TIMEOUT);
}

/* Whether a better coordinator than the one who speaks is known here. */
static bool knows_better(const struct ring *r, const struct node *self, node_id than)
{
    return r->phase != PHASE_STANDING && r->leader != NODE_NONE && r->leader != than
           && outranks(r, self, r->leader, than);
}

static bool bows_to(const struct ring *r, const struct node *self, node_id coordinator)
{
    return outranks(r, self, coordinator, node_self(self)) || !r->config->takeover;
}

/* What a coordinator's word, which this node has not heard yet, means to it. */
static void heed(struct ring *r, struct node *self, const struct ring_message *m)
{
    if (bows_to(r, self, m->id))
        follow(r, self, m->id, m->counter);
    else if (!r->participant)
        start_election(r, self, CAMPAIGN_TAKEOVER);
}

static void on_elected(struct ring *r, struct node *self, const struct ring_message *m)
{
    if (m->id == node_self(self))
        return; /* everybody knows */
    if (knows_better(r, self, m->id)) {
        if (r->phase == PHASE_COORDINATOR)
            beat(r, self);
        return;
    }
    if (r->phase == PHASE_FOLLOWER && r->leader == m->id && r->reign == m->counter)
        return;
    pass(r, self, ELECTED, m);
    heed(r, self, m);
}

/* The own heartbeat has been round and tells what the others know of counters. */
static void on_own_heartbeat(struct ring *r, struct node *self, const struct ring_message *m)
{
    if (r->phase != PHASE_COORDINATOR || m->counter != r->reign || !m->worn)
        return;
    uint64_t known = m->highest > r->durable.counter ? m->highest : r->durable.counter;
    coordinate(r, self, known + 1); /* the same office under a fresh number */
    beat(r, self);
}

static void on_heartbeat(struct ring *r, struct node *self, const struct ring_message *m)
{
    if (m->id == node_self(self)) {
        on_own_heartbeat(r, self, m);
        return;
    }
    if (knows_better(r, self, m->id)) {
        if (r->phase == PHASE_COORDINATOR)
            beat(r, self);
        return;
    }
    if (r->leader == m->id && r->reign == m->counter && m->round <= r->beat)
        return;
    pass(r, self, HEARTBEAT, m);
    heed(r, self, m);
    r->beat = m->round;
}

/* The coordinator stops. Whoever misses it may start; its successor is told to. */
static void on_resignation(struct ring *r, struct node *self, node_id from,
                           const struct ring_resignation *m)
{
    bool followed = r->phase == PHASE_FOLLOWER && r->leader == from && r->reign == m->counter;
    if (followed && !r->participant)
        stand_or_wait(r, self, CAMPAIGN_TRANSFER);
}

/* ---- Timers ---------------------------------------------------------------------------------- */

static void on_detection_timer(struct ring *r, struct node *self)
{
    sim_assert(r->phase == PHASE_FOLLOWER);
    if (!r->participant) {
        stand_or_wait(r, self, CAMPAIGN_TIMEOUT);
        return;
    }
    if (r->leader == NODE_NONE)
        return;
    r->leader = NODE_NONE;
    node_follow(self, r->reign, NODE_NONE);
}

/* The election has not come to an end: somebody who held its message has died. */
static void on_election_timer(struct ring *r, struct node *self)
{
    sim_assert(r->participant);
    bool led = r->phase == PHASE_FOLLOWER && r->leader != NODE_NONE;
    end_participation(r, self);
    if (r->phase != PHASE_COORDINATOR && !led)
        stand_or_wait(r, self, CAMPAIGN_TIMEOUT);
}

/* ---- Callbacks ------------------------------------------------------------------------------- */

static size_t ring_state_size(const void *config, unsigned nodes)
{
    (void) nodes;
    return sizeof(struct ring) + ring_timing_size(config);
}

static void ring_on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct ring *r = state;
    r->config = config;
    r->circle.answer_timeout = ring_answer_timeout(r->config);
    r->circle.attempts = r->config->attempts;
    r->leader = r->best = NODE_NONE;
    r->durable = (struct ring_durable){.counter = 0, .whose = NODE_NONE};
    if (durable != NULL)
        r->durable = *(const struct ring_durable *) durable;
    else
        node_persist(self, &r->durable); /* from now on it knows that it has run before */
    r->reign = r->durable.counter;
    ring_timing_begin(&r->timing, r->config, r->room);
    if (durable == NULL) {
        start_election(r, self, CAMPAIGN_TIMEOUT);
        return;
    }
    /* The paper has no restarts: who comes back listens first, and stands if it hears of nobody, or
     * of somebody with a lesser claim. */
    node_follow(self, r->reign, NODE_NONE);
    node_set_timer(self, TIMER_DETECTION, ring_detection_timeout(r->config, node_count(self)));
}

static void ring_on_message(void *state, struct node *self, const struct message *message)
{
    struct ring *r = state;
    const struct ring_message *m = message->body;
    if (message->kind == ACKNOWLEDGE) {
        circle_on_acknowledge(&r->circle, self, message->body);
        return;
    }
    if (message->kind == RESIGNATION) {
        on_resignation(r, self, message->from, message->body);
        return;
    }
    node_send(self, message->from, ACKNOWLEDGE, &(struct ring_acknowledge){m->number});
    switch (message->kind) {
    case ELECTION:
        on_election(r, self, m);
        return;
    case ELECTED:
        on_elected(r, self, m);
        return;
    case HEARTBEAT:
        on_heartbeat(r, self, m);
        return;
    }
    sim_unreachable();
}

static void ring_on_timer(void *state, struct node *self, unsigned timer)
{
    struct ring *r = state;
    switch (timer) {
    case ELECTION:
    case ELECTED:
    case HEARTBEAT:
        if (!circle_on_timer(&r->circle, self, timer))
            end_alone(r, self, timer);
        return;
    case TIMER_HEARTBEAT:
        beat(r, self);
        return;
    case TIMER_DETECTION:
        on_detection_timer(r, self);
        return;
    case TIMER_ELECTION:
        on_election_timer(r, self);
        return;
    }
    sim_unreachable();
}

static void ring_on_admin(void *state, struct node *self, enum admin_command command,
                          node_id target)
{
    struct ring *r = state;
    (void) target;
    switch (command) {
    case ADMIN_TRANSFER: /* the best claim leads: there is nothing to hand over */
    case ADMIN_FORGET_LEADER:
        return;
    case ADMIN_STOP:
        if (r->phase == PHASE_COORDINATOR) {
            if (r->config->handoff && node_count(self) > 1)
                node_send(self, circle_successor(self), RESIGNATION,
                          &(struct ring_resignation){r->reign});
            r->phase = PHASE_FOLLOWER;
            r->leader = NODE_NONE;
            node_step_down(self, r->reign, STEP_DOWN_STOP);
        }
        node_exit(self);
        return;
    }
    sim_unreachable();
}

static struct node_view ring_view(const void *state)
{
    const struct ring *r = state;
    struct node_view v
        = {.role = ROLE_FOLLOWER, .leader = r->leader, .voted_for = NODE_NONE, .term = r->reign};
    if (r->phase == PHASE_COORDINATOR)
        v.role = ROLE_LEADER;
    if (r->phase == PHASE_STANDING) {
        v.role = ROLE_CANDIDATE;
        v.term = r->campaign;
    }
    return v;
}

static const struct field lap_fields[] = {
    MESSAGE_FIELD(struct ring_message, id, FIELD_NODE),
    MESSAGE_FIELD(struct ring_message, counter, FIELD_TERM),
    MESSAGE_FIELD(struct ring_message, highest, FIELD_TERM),
    MESSAGE_FIELD(struct ring_message, round, FIELD_TERM),
    MESSAGE_FIELD(struct ring_message, hops, FIELD_COUNT),
    MESSAGE_FIELD(struct ring_message, number, FIELD_COUNT),
    MESSAGE_FIELD(struct ring_message, worn, FIELD_BOOL),
};
static const struct field acknowledge_fields[] = {
    MESSAGE_FIELD(struct ring_acknowledge, number, FIELD_COUNT),
};

static const struct field resignation_fields[] = {
    MESSAGE_FIELD(struct ring_resignation, counter, FIELD_TERM),
};

static const struct message_kind messages[] = {
    [ELECTION] = MESSAGE("Election", struct ring_message, lap_fields, true),
    [ELECTED] = MESSAGE("Elected", struct ring_message, lap_fields, true),
    [HEARTBEAT] = MESSAGE("Heartbeat", struct ring_message, lap_fields, false),
    [ACKNOWLEDGE] = MESSAGE("Acknowledge", struct ring_acknowledge, acknowledge_fields, false),
    [RESIGNATION] = MESSAGE("Resignation", struct ring_resignation, resignation_fields, true),
};

static const char *const timers[] = {"hop of Election", "hop of Elected", "hop of Heartbeat",
                                     "heartbeat",       "detection",      "election"};

const struct algorithm ring_algorithm = {
    .name = "ring",
    .title = "Ring (Chang and Roberts)",
    .about
    = "Numbers travel round a circle of processes, each of which throws away those less than "
      "its own; whose number comes back has the greatest and coordinates. A baseline: time in "
      "proportion to n, and messages that depend on the order of the numbers round the circle: n "
      "H_n on average over all orders, n^2 at worst. What is measured is one order, n1 to nN. "
      "Needs bounded delays: a cut makes two coordinators.",
    .origin = "Chang, Roberts 1979",
    .source
    = "Chang and Roberts, An improved algorithm for decentralized extrema-finding in circular "
      "configurations of processes, CACM 22(5), 1979; failure detection added",
    .tolerates = "crashes; no partitions, losses or pauses",

    .options = ring_options,
    .option_count = RING_OPTIONS,
    .config_size = sizeof(struct ring_config),

    .messages = messages,
    .message_count = sizeof messages / sizeof *messages,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .durable_size = sizeof(struct ring_durable),
    .promises = EVENTUAL_LEADER | EVENTUAL_AGREEMENT,
    .assumptions
    = ASSUMES_SYNCHRONY | ASSUMES_NO_PAUSE | ASSUMES_DURABLE_STORAGE | ASSUMES_CLEAN_CUT,

    .state_size = ring_state_size,
    .check = ring_check,
    .promises_with = ring_promises_with,
    .patience = ring_detection_timeout,
    .liveness_bound = ring_liveness_bound,

    .on_start = ring_on_start,
    .on_message = ring_on_message,
    .on_timer = ring_on_timer,
    .on_admin = ring_on_admin,
    .view = ring_view,
};
