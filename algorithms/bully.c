/* Bully: the live process with the best claim coordinates (Garcia-Molina 1982, in the textbooks'
 * messages ELECTION, ANSWER and COORDINATOR).
 *
 * The original knows no terms. A counter is attached to every reign so that the outside can tell
 * reigns apart and fence stale ones; no decision uses it, unless `require_majority` is set. */
#include "algorithms/bully.h"
#include "algorithms/circuit_breaker.h"
#include "algorithms/phi_accrual.h"

enum detection { DETECTION_HEARTBEAT, DETECTION_PROBE };
static const char *const detection_words[] = {"heartbeat", "probe", NULL};

enum timeouts { TIMEOUTS_FIXED, TIMEOUTS_PHI };
static const char *const timeouts_words[] = {"fixed", "phi_accrual", NULL};

enum rank { RANK_PRIORITY, RANK_ID };
static const char *const rank_words[] = {"priority", "id", NULL};

struct bully_config {
    sim_ns message_delay, processing_delay;
    sim_ns heartbeat_interval, detection_timeout;
    uint32_t detection, rank, timeouts;
    bool takeover, require_majority, handoff;
    struct phi_options phi;
    struct breaker_options breaker;
};

enum phase {
    PHASE_FOLLOWER,  /* follows `leader`, or waits to hear of one */
    PHASE_ASKING,    /* sent ELECTION to everyone with a better claim */
    PHASE_OUTBID,    /* somebody better answered: COORDINATOR is to come */
    PHASE_GATHERING, /* nobody better answered: acknowledgements are to come (require_majority) */
    PHASE_COORDINATOR
};

struct bully_durable {
    uint64_t counter;  /* highest heard of, or used */
    node_id supported; /* whose reign it numbers; whom alone this node acknowledged for it */
};

struct bully {
    const struct bully_config *config;
    struct bully_durable durable;
    enum phase phase;
    node_id leader;
    uint64_t reign; /* counter of the reign that it follows or leads */
    uint32_t supporter_count;
    uint64_t *supporters; /* bits by member, while gathering or coordinating */
    node_id watched;      /* whose heartbeats `phi` knows */
    struct phi_accrual phi;
    struct circuit_breaker breaker;
    sim_ns room[]; /* of the breaker, then of phi */
};

/* ---- Times, all from the two bounds that the algorithm assumes ------------------------------ */

/* Nobody who is up can take longer to answer (Garcia-Molina 1982: T = 2 T_m + T_p). */
static sim_ns answer_timeout(const struct bully_config *c)
{
    return sim_add(sim_times(c->message_delay, 2), c->processing_delay);
}

/* From ELECTION to the COORDINATOR that it leads to: ELECTION arrives and is handled (T_m + T_p),
 * its receiver waits for answers of its own, and announces itself (T_m + T_p). */
static sim_ns coordinator_timeout(const struct bully_config *c)
{
    return sim_add(answer_timeout(c), sim_times(sim_add(c->message_delay, c->processing_delay), 2));
}

/* Heartbeats are sent every interval; one may come at once, and the next as late as allowed. */
static sim_ns detection_timeout(const struct bully_config *c)
{
    if (c->detection_timeout > 0)
        return c->detection_timeout;
    if (c->detection == DETECTION_PROBE)
        return answer_timeout(c);
    return sim_add(c->heartbeat_interval, sim_add(c->message_delay, c->processing_delay));
}

/* A coordinator hears from everyone who is up once a period; the two answers are slack for one
 * that came early and the next that comes late. */
static sim_ns quorum_timeout(const struct bully_config *c)
{
    return sim_add(c->heartbeat_interval, sim_times(answer_timeout(c), 2));
}

/* ---- Claims -------------------------------------------------------------------------------- */

static bool outranks(const struct bully *b, const struct node *self, node_id one, node_id other)
{
    if (b->config->rank == RANK_PRIORITY) {
        int32_t mine = node_priority(self, one), theirs = node_priority(self, other);
        if (mine != theirs)
            return mine > theirs;
    }
    return one > other;
}

static bool is_majority(const struct node *self, uint32_t count)
{
    return count > node_count(self) / 2;
}

/* ---- The counter --------------------------------------------------------------------------- */

static void hear_counter(struct bully *b, struct node *self, uint64_t counter)
{
    if (counter <= b->durable.counter)
        return;
    b->durable = (struct bully_durable){.counter = counter, .supported = NODE_NONE};
    node_persist(self, &b->durable);
}

/* The same, from the coordinator whose reign it numbers. */
static void hear_reign(struct bully *b, struct node *self, uint64_t counter, node_id coordinator)
{
    bool known = counter == b->durable.counter && b->durable.supported != NODE_NONE;
    if (counter < b->durable.counter || known)
        return;
    b->durable = (struct bully_durable){.counter = counter, .supported = coordinator};
    node_persist(self, &b->durable);
}

/* Whether the number that `from` gives its reign was already another's. */
static bool is_worn(const struct bully *b, uint64_t counter, node_id from)
{
    if (counter != b->durable.counter)
        return counter < b->durable.counter;
    return b->durable.supported != NODE_NONE && b->durable.supported != from;
}

/* One promise a counter, kept across a crash: so a counter has one coordinator at most. */
static bool support(struct bully *b, struct node *self, uint64_t counter, node_id candidate)
{
    if (counter < b->durable.counter)
        return false;
    if (counter == b->durable.counter && b->durable.supported != NODE_NONE)
        return b->durable.supported == candidate;
    b->durable = (struct bully_durable){.counter = counter, .supported = candidate};
    node_persist(self, &b->durable);
    node_vote(self, counter, candidate);
    return true;
}

static void send_counter(struct bully *b, struct node *self, node_id to, unsigned kind)
{
    uint64_t counter = b->phase == PHASE_COORDINATOR ? b->reign : b->durable.counter;
    node_send(self, to, kind, &(struct bully_message){counter});
}

/* ---- Following ----------------------------------------------------------------------------- */

static void forget_supporters(struct bully *b, struct node *self)
{
    if (b->supporters != NULL)
        node_return_workspace(self);
    b->supporters = NULL;
    b->supporter_count = 0;
}

static void leave_office(struct bully *b, struct node *self, enum step_down_reason why)
{
    if (b->phase == PHASE_COORDINATOR)
        node_step_down(self, b->reign, why);
    forget_supporters(b, self);
    b->phase = PHASE_FOLLOWER;
    node_clear_timer(self, TIMER_ELECTION);
    node_clear_timer(self, TIMER_HEARTBEAT);
    node_clear_timer(self, TIMER_DETECTION);
    node_clear_timer(self, TIMER_QUORUM);
}

/* A heartbeat, or an answer to a probe. */
static void note_rhythm(struct bully *b, const struct node *self)
{
    if (b->config->timeouts == TIMEOUTS_FIXED)
        return;
    if (b->watched != b->leader)
        phi_accrual_forget(&b->phi);
    b->watched = b->leader;
    phi_accrual_heard(&b->phi, node_monotonic(self));
}

/* How long a member waits for the next heartbeat, or for the answer to a probe. */
static sim_ns detection_wait(const struct bully *b)
{
    sim_ns fixed = detection_timeout(b->config);
    if (b->config->timeouts == TIMEOUTS_FIXED)
        return fixed;
    sim_ns timeout = phi_accrual_timeout(&b->phi), longest = sim_times(fixed, ADAPTED_MAX);
    if (b->config->detection == DETECTION_PROBE) /* the probe left an interval after the answer */
        timeout = timeout > b->config->heartbeat_interval ? timeout - b->config->heartbeat_interval
                                                          : answer_timeout(b->config);
    return timeout < longest ? timeout : longest;
}

static void watch_coordinator(struct bully *b, struct node *self)
{
    breaker_leader(&b->breaker, node_monotonic(self));
    note_rhythm(b, self);
    if (b->config->detection == DETECTION_HEARTBEAT) {
        node_set_timer(self, TIMER_DETECTION, detection_wait(b));
        return;
    }
    node_clear_timer(self, TIMER_DETECTION);
    node_set_timer(self, TIMER_HEARTBEAT, b->config->heartbeat_interval);
}

static void follow(struct bully *b, struct node *self, node_id leader, uint64_t reign)
{
    sim_assert(leader != node_self(self));
    bool news = b->phase != PHASE_FOLLOWER || b->leader != leader || b->reign != reign;
    if (b->phase != PHASE_FOLLOWER)
        leave_office(b, self, STEP_DOWN_HIGHER_TERM);
    if (b->config->require_majority)
        hear_counter(b, self, reign);
    else
        hear_reign(b, self, reign, leader);
    b->leader = leader;
    b->reign = reign;
    if (news)
        node_follow(self, reign, leader);
    watch_coordinator(b, self);
}

/* Knows of no coordinator; stands itself unless it hears of one first. */
static void wait_for_coordinator(struct bully *b, struct node *self)
{
    sim_assert(b->phase == PHASE_FOLLOWER);
    b->leader = NODE_NONE;
    node_follow(self, b->reign, NODE_NONE);
    node_set_timer(self, TIMER_DETECTION,
                   sim_add(b->config->heartbeat_interval, detection_timeout(b->config)));
}

/* ---- Coordinating -------------------------------------------------------------------------- */

static void send_to_others(struct bully *b, struct node *self, unsigned kind)
{
    for (node_id id = 0; id < node_count(self); id++)
        if (id != node_self(self))
            send_counter(b, self, id, kind);
}

/* A sitting coordinator's word to one node; where a majority is required COORDINATOR is a question,
 * and HEARTBEAT says that it is settled. */
static void tell_of_office(struct bully *b, struct node *self, node_id to)
{
    sim_assert(b->phase == PHASE_COORDINATOR);
    send_counter(b, self, to, b->config->require_majority ? HEARTBEAT : COORDINATOR);
}

/* COORDINATOR goes to the lower ones only: the better ones did not answer, so they are down. It
 * leaves once the own promise is durable (require_majority). */
static void announce(struct bully *b, struct node *self, uint64_t counter)
{
    for (node_id id = 0; id < node_count(self); id++) {
        if (!outranks(b, self, node_self(self), id))
            continue;
        if (b->config->require_majority)
            node_send_after_sync(self, id, COORDINATOR, &(struct bully_message){counter});
        else
            node_send(self, id, COORDINATOR, &(struct bully_message){counter});
    }
}

static void add_supporter(struct bully *b, node_id id)
{
    uint64_t bit = UINT64_C(1) << (id % 64);
    if (b->supporters[id / 64] & bit)
        return;
    b->supporters[id / 64] |= bit;
    b->supporter_count++;
}

static void begin_supporters(struct bully *b, struct node *self)
{
    forget_supporters(b, self);
    b->supporters = node_workspace(self);
    add_supporter(b, node_self(self));
}

static void coordinate(struct bully *b, struct node *self, uint64_t counter)
{
    b->phase = PHASE_COORDINATOR;
    b->leader = node_self(self);
    b->reign = counter;
    breaker_leader(&b->breaker, node_monotonic(self));
    node_clear_timer(self, TIMER_ELECTION);
    node_lead(self, counter);
    node_set_timer(self, TIMER_HEARTBEAT, b->config->heartbeat_interval);
    if (!b->config->require_majority)
        return;
    node_set_timer(self, TIMER_QUORUM, quorum_timeout(b->config));
    send_to_others(b, self, HEARTBEAT); /* those who acknowledged learn that it won */
}

/* Nobody with a better claim answered in time. */
static void win_round(struct bully *b, struct node *self)
{
    uint64_t counter = b->durable.counter + 1;
    if (!b->config->require_majority) {
        hear_reign(b, self, counter, node_self(self));
        coordinate(b, self, counter);
        announce(b, self, counter);
        return;
    }
    b->phase = PHASE_GATHERING;
    b->reign = counter;
    bool supported = support(b, self, counter, node_self(self));
    sim_assert(supported);
    begin_supporters(b, self);
    announce(b, self, counter);
    if (is_majority(self, b->supporter_count))
        coordinate(b, self, counter);
    else
        node_set_timer(self, TIMER_ELECTION, coordinator_timeout(b->config));
}

/* ---- Elections ----------------------------------------------------------------------------- */

/* `gone` is known to be down, and need not be asked. */
static void start_election_without(struct bully *b, struct node *self, enum campaign_reason why,
                                   node_id gone)
{
    if (b->phase != PHASE_FOLLOWER)
        leave_office(b, self, STEP_DOWN_HIGHER_TERM);
    node_clear_timer(self, TIMER_HEARTBEAT);
    node_clear_timer(self, TIMER_DETECTION);
    breaker_election(&b->breaker, node_monotonic(self));
    b->phase = PHASE_ASKING;
    b->leader = NODE_NONE;
    node_campaign(self, b->durable.counter + 1, why);

    uint32_t asked = 0;
    for (node_id id = 0; id < node_count(self); id++) {
        if (id == gone || !outranks(b, self, id, node_self(self)))
            continue;
        send_counter(b, self, id, ELECTION);
        asked++;
    }
    if (asked == 0)
        win_round(b, self);
    else
        node_set_timer(self, TIMER_ELECTION, answer_timeout(b->config));
}

static void start_election(struct bully *b, struct node *self, enum campaign_reason why)
{
    start_election_without(b, self, why, NODE_NONE);
}

static void on_election(struct bully *b, struct node *self, node_id from)
{
    /* A claim of priorities that the two see differently cannot occur: they are static. */
    if (!outranks(b, self, node_self(self), from))
        return;
    send_counter(b, self, from, ANSWER);
    /* Differs from the textbooks: a sitting coordinator does not stand against itself, it only
     * tells the asker. Otherwise each restart of a low process would be an election of all. */
    if (b->phase == PHASE_COORDINATOR)
        tell_of_office(b, self, from);
    else if (b->phase == PHASE_FOLLOWER)
        start_election(b, self, CAMPAIGN_TIMEOUT);
}

static void on_answer(struct bully *b, struct node *self)
{
    if (b->phase != PHASE_ASKING)
        return;
    b->phase = PHASE_OUTBID;
    node_follow(self, b->reign, NODE_NONE);
    node_set_timer(self, TIMER_ELECTION, coordinator_timeout(b->config));
}

/* Whether to bow to a coordinator at `from`; otherwise it has done what has to be done. */
static bool bows_to(struct bully *b, struct node *self, node_id from)
{
    if (outranks(b, self, from, node_self(self)))
        return true;
    if (b->phase == PHASE_COORDINATOR) {
        tell_of_office(b, self, from);
        return false;
    }
    if (b->phase != PHASE_FOLLOWER)
        return false;
    if (!b->config->takeover)
        return true;
    start_election(b, self, CAMPAIGN_TAKEOVER);
    return false;
}

static void acknowledge(struct node *self, node_id to, uint64_t counter, bool accepted)
{
    node_send_after_sync(self, to, ACKNOWLEDGE, &(struct bully_acknowledge){counter, accepted});
}

/* Somebody knows the number of this reign as another's, or a later one. */
static void on_refusal(struct bully *b, struct node *self, uint64_t counter)
{
    hear_counter(b, self, counter);
    bool majority = b->config->require_majority;
    if (b->phase == PHASE_COORDINATOR && !majority && counter >= b->reign) {
        uint64_t fresh = b->durable.counter + 1;
        hear_reign(b, self, fresh, node_self(self));
        coordinate(b, self, fresh); /* the same office under a fresh number */
    } else if (b->phase == PHASE_COORDINATOR && majority && counter > b->reign) {
        start_election(b, self, CAMPAIGN_TIMEOUT);
    } else if (b->phase == PHASE_GATHERING && counter > b->reign) {
        leave_office(b, self, STEP_DOWN_HIGHER_TERM);
        wait_for_coordinator(b, self);
    }
}

static void on_acknowledge(struct bully *b, struct node *self, node_id from,
                           const struct bully_acknowledge *m)
{
    if (!m->accepted) {
        on_refusal(b, self, m->counter);
        return;
    }
    if (b->supporters == NULL || m->counter != b->reign)
        return;
    add_supporter(b, from);
    if (b->phase == PHASE_GATHERING && is_majority(self, b->supporter_count))
        coordinate(b, self, b->reign);
}

/* Differs from the textbooks: who knows of a later reign says so, once, that the outside can go on
 * to trust the counter. */
static void follow_and_tell(struct bully *b, struct node *self, node_id from, uint64_t counter)
{
    bool known = b->phase == PHASE_FOLLOWER && b->leader == from && b->reign == counter;
    if (!known && !b->config->require_majority && is_worn(b, counter, from))
        acknowledge(self, from, b->durable.counter, false);
    follow(b, self, from, counter);
}

static void on_coordinator(struct bully *b, struct node *self, node_id from, uint64_t counter)
{
    if (!bows_to(b, self, from))
        return;
    if (!b->config->require_majority) {
        follow_and_tell(b, self, from, counter);
        return;
    }
    bool accepted = support(b, self, counter, from);
    if (accepted && !(b->phase == PHASE_FOLLOWER && b->leader == from && b->reign == counter)) {
        /* A promise, not a reign yet: HEARTBEAT will tell whether a majority gave it. */
        leave_office(b, self, STEP_DOWN_HIGHER_TERM);
        b->reign = counter;
        wait_for_coordinator(b, self);
    }
    acknowledge(self, from, accepted ? counter : b->durable.counter, accepted);
}

static void on_heartbeat(struct bully *b, struct node *self, node_id from, uint64_t counter)
{
    bool majority = b->config->require_majority;
    if (majority && counter < b->durable.counter) {
        acknowledge(self, from, b->durable.counter, false);
        return;
    }
    /* Under two coordinators the better one deals with the other; its members keep out of it. */
    bool sitting = b->phase == PHASE_FOLLOWER && b->leader != NODE_NONE && b->leader != from;
    if (!majority && sitting && outranks(b, self, b->leader, from))
        return;
    if (from != b->leader && !bows_to(b, self, from))
        return;
    follow_and_tell(b, self, from, counter);
    if (majority)
        acknowledge(self, from, counter, true);
}

static void on_probe(struct bully *b, struct node *self, node_id from)
{
    /* A restarted coordinator that forgot its office keeps silent, so that it is missed. */
    if (b->phase != PHASE_COORDINATOR)
        return;
    if (b->supporters != NULL)
        add_supporter(b, from);
    send_counter(b, self, from, I_AM_THERE);
}

static void on_probe_answer(struct bully *b, struct node *self, node_id from, uint64_t counter)
{
    bool rival = b->phase == PHASE_COORDINATOR && outranks(b, self, from, node_self(self));
    bool asked = b->phase == PHASE_FOLLOWER && b->leader == from;
    if (b->config->require_majority && counter < b->durable.counter)
        acknowledge(self, from, b->durable.counter, false);
    else if (rival || asked)
        follow_and_tell(b, self, from, counter);
}

static bool is_next_after(const struct bully *b, const struct node *self, node_id coordinator)
{
    for (node_id id = 0; id < node_count(self); id++)
        if (id != coordinator && outranks(b, self, id, node_self(self)))
            return false;
    return true;
}

/* The coordinator stops. Who is next in line has nobody to ask and coordinates at once; the others
 * wait for its word, and stand when it does not come. */
static void on_resignation(struct bully *b, struct node *self, node_id from, uint64_t counter)
{
    if (b->phase != PHASE_FOLLOWER || b->leader != from || b->reign != counter)
        return;
    sim_ns wait = is_next_after(b, self, from) ? breaker_wait(&b->breaker, node_monotonic(self))
                                               : coordinator_timeout(b->config);
    if (wait == 0) {
        start_election_without(b, self, CAMPAIGN_TRANSFER, from);
        return;
    }
    b->leader = NODE_NONE;
    node_follow(self, b->reign, NODE_NONE);
    node_clear_timer(self, TIMER_HEARTBEAT);
    node_set_timer(self, TIMER_DETECTION, wait);
}

/* ---- Timers -------------------------------------------------------------------------------- */

/* On silence. Asked by somebody with a lesser claim it stands all the same: that is an election
 * already. */
static void stand_or_wait(struct bully *b, struct node *self)
{
    sim_ns wait = breaker_wait(&b->breaker, node_monotonic(self));
    if (wait == 0) {
        start_election(b, self, CAMPAIGN_TIMEOUT);
        return;
    }
    leave_office(b, self, STEP_DOWN_HIGHER_TERM);
    b->leader = NODE_NONE;
    node_follow(self, b->reign, NODE_NONE);
    node_set_timer(self, TIMER_DETECTION, wait);
}

static void on_election_timer(struct bully *b, struct node *self)
{
    switch (b->phase) {
    case PHASE_ASKING:
        win_round(b, self);
        return;
    case PHASE_OUTBID: /* the better one died meanwhile */
        stand_or_wait(b, self);
        return;
    case PHASE_GATHERING: /* no majority: wait for one, it may be on the other side of a cut */
        leave_office(b, self, STEP_DOWN_LOST_QUORUM);
        wait_for_coordinator(b, self);
        return;
    case PHASE_FOLLOWER:
    case PHASE_COORDINATOR:
        break;
    }
    sim_unreachable();
}

/* Heartbeats; or, where members probe, a look whether somebody better has come back and leads
 * too, which nothing else would tell (the coordinator's Check of Garcia-Molina 1982). */
static void beat(struct bully *b, struct node *self)
{
    node_set_timer(self, TIMER_HEARTBEAT, b->config->heartbeat_interval);
    if (b->config->detection == DETECTION_HEARTBEAT) {
        send_to_others(b, self, HEARTBEAT);
        return;
    }
    for (node_id id = 0; id < node_count(self); id++)
        if (outranks(b, self, id, node_self(self)))
            send_counter(b, self, id, ARE_YOU_THERE);
}

static void on_heartbeat_timer(struct bully *b, struct node *self)
{
    if (b->phase == PHASE_COORDINATOR) {
        beat(b, self);
        return;
    }
    sim_assert(b->phase == PHASE_FOLLOWER);
    sim_assert(b->leader != NODE_NONE);
    send_counter(b, self, b->leader, ARE_YOU_THERE);
    node_set_timer(self, TIMER_DETECTION, detection_wait(b));
}

static void on_quorum_timer(struct bully *b, struct node *self)
{
    sim_assert(b->phase == PHASE_COORDINATOR);
    if (!is_majority(self, b->supporter_count)) {
        leave_office(b, self, STEP_DOWN_LOST_QUORUM);
        wait_for_coordinator(b, self);
        return;
    }
    begin_supporters(b, self);
    node_set_timer(self, TIMER_QUORUM, quorum_timeout(b->config));
}

/* ---- Callbacks ----------------------------------------------------------------------------- */

static size_t bully_state_size(const void *config, unsigned nodes)
{
    const struct bully_config *c = config;
    (void) nodes;
    size_t samples = c->timeouts == TIMEOUTS_PHI ? c->phi.window : 0;
    return sizeof(struct bully) + (samples + c->breaker.elections) * sizeof(sim_ns);
}

static size_t bully_workspace_size(const void *config, unsigned nodes)
{
    (void) config;
    return (nodes + 63) / 64 * sizeof(uint64_t);
}

static const char *bully_check(const void *config, unsigned nodes, const char **option)
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
    if (c->detection == DETECTION_HEARTBEAT && c->detection_timeout > 0
        && c->detection_timeout <= c->heartbeat_interval) {
        *option = "detection_timeout";
        return "must exceed heartbeat_interval, or every heartbeat comes too late";
    }
    const char *wrong = phi_check(&c->phi, option);
    return wrong != NULL ? wrong : breaker_check(&c->breaker, option);
}

static uint32_t bully_promises_with(const void *config, unsigned nodes)
{
    const struct bully_config *c = config;
    (void) nodes;
    uint32_t promises = 0;
    /* Phi accrual may suspect a healthy coordinator for ever: heartbeats that waited out a pause
     * arrive at once and make the estimate shorter than an interval; from then on each interval
     * ends a suspicion, and such are not recorded (akka's rule). */
    if (c->timeouts == TIMEOUTS_FIXED)
        promises |= EVENTUAL_LEADER | EVENTUAL_AGREEMENT | (c->takeover ? HIGHEST_LEADS : 0);
    if (c->require_majority)
        promises |= ELECTION_SAFETY | VOTE_ONCE;
    return promises;
}

/* Whoever is wrong about the coordinator notices within one detection; an election that this
 * starts may be outbid once by a node that noticed later, and refused once for its counter. */
static sim_ns bully_patience(const void *config, unsigned nodes)
{
    const struct bully_config *c = config;
    (void) nodes;
    return detection_timeout(c);
}

static sim_ns bully_liveness_bound(const void *config, unsigned nodes)
{
    const struct bully_config *c = config;
    (void) nodes;
    sim_ns notice = sim_add(c->heartbeat_interval, detection_timeout(c));
    sim_ns settle = sim_add(quorum_timeout(c), sim_times(coordinator_timeout(c), 2));
    sim_ns adapted
        = c->timeouts == TIMEOUTS_PHI ? sim_times(detection_timeout(c), 2 * ADAPTED_MAX) : 0;
    return sim_add(sim_times(sim_add(notice, settle), 3),
                   sim_add(adapted, breaker_delay(&c->breaker)));
}

static void bully_on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct bully *b = state;
    b->config = config;
    b->leader = NODE_NONE;
    b->durable = (struct bully_durable){.counter = 0, .supported = NODE_NONE};
    bool restarted = durable != NULL;
    if (restarted)
        b->durable = *(const struct bully_durable *) durable;
    else
        node_persist(self, &b->durable); /* from now on it knows that it has run before */
    b->reign = b->durable.counter;
    b->watched = NODE_NONE;
    breaker_begin(&b->breaker, &b->config->breaker, b->room);
    if (b->config->timeouts == TIMEOUTS_PHI)
        phi_accrual_begin(&b->phi, &b->config->phi, b->config->heartbeat_interval,
                          b->room + b->config->breaker.elections);

    if (restarted && !b->config->takeover)
        wait_for_coordinator(b, self);
    else /* a process that recovers holds an election (Garcia-Molina 1982) */
        start_election(b, self, restarted ? CAMPAIGN_TAKEOVER : CAMPAIGN_TIMEOUT);
}

static void bully_on_message(void *state, struct node *self, const struct message *message)
{
    struct bully *b = state;
    const struct bully_message *m = message->body;
    switch (message->kind) {
    case ELECTION:
        hear_counter(b, self, m->counter);
        on_election(b, self, message->from);
        return;
    case ANSWER:
        hear_counter(b, self, m->counter);
        on_answer(b, self);
        return;
    case COORDINATOR:
        on_coordinator(b, self, message->from, m->counter);
        return;
    case ACKNOWLEDGE:
        on_acknowledge(b, self, message->from, message->body);
        return;
    case HEARTBEAT:
        on_heartbeat(b, self, message->from, m->counter);
        return;
    case ARE_YOU_THERE:
        on_probe(b, self, message->from);
        return;
    case I_AM_THERE:
        on_probe_answer(b, self, message->from, m->counter);
        return;
    case RESIGNATION:
        on_resignation(b, self, message->from, m->counter);
        return;
    }
    sim_unreachable();
}

static void bully_on_timer(void *state, struct node *self, unsigned timer)
{
    struct bully *b = state;
    switch (timer) {
    case TIMER_ELECTION:
        on_election_timer(b, self);
        return;
    case TIMER_HEARTBEAT:
        on_heartbeat_timer(b, self);
        return;
    case TIMER_DETECTION:
        stand_or_wait(b, self);
        return;
    case TIMER_QUORUM:
        on_quorum_timer(b, self);
        return;
    }
    sim_unreachable();
}

static void bully_on_admin(void *state, struct node *self, enum admin_command command,
                           node_id target)
{
    struct bully *b = state;
    (void) target;
    switch (command) {
    case ADMIN_TRANSFER: /* the best claim leads: there is nothing to hand over */
    case ADMIN_FORGET_LEADER:
        return;
    case ADMIN_STOP:
        if (b->phase == PHASE_COORDINATOR && b->config->handoff)
            send_to_others(b, self, RESIGNATION);
        if (b->phase != PHASE_FOLLOWER)
            leave_office(b, self, STEP_DOWN_STOP);
        node_exit(self);
        return;
    }
    sim_unreachable();
}

static struct node_view bully_view(const void *state)
{
    const struct bully *b = state;
    struct node_view v
        = {.role = ROLE_FOLLOWER, .leader = b->leader, .voted_for = NODE_NONE, .term = b->reign};
    if (b->phase == PHASE_COORDINATOR)
        v.role = ROLE_LEADER;
    if (b->phase == PHASE_ASKING || b->phase == PHASE_GATHERING)
        v.role = ROLE_CANDIDATE;
    if (b->phase == PHASE_ASKING)
        v.term = b->durable.counter + 1;
    if (b->config != NULL && b->config->require_majority && v.term == b->durable.counter)
        v.voted_for = b->durable.supported;
    return v;
}

static const struct field counter_fields[] = {
    MESSAGE_FIELD(struct bully_message, counter, FIELD_TERM),
};
static const struct field acknowledge_fields[] = {
    MESSAGE_FIELD(struct bully_acknowledge, counter, FIELD_TERM),
    MESSAGE_FIELD(struct bully_acknowledge, accepted, FIELD_BOOL),
};

static const struct message_kind messages[] = {
    [ELECTION] = MESSAGE("Election", struct bully_message, counter_fields, true),
    [ANSWER] = MESSAGE("Answer", struct bully_message, counter_fields, true),
    [COORDINATOR] = MESSAGE("Coordinator", struct bully_message, counter_fields, true),
    [ACKNOWLEDGE] = MESSAGE("Acknowledge", struct bully_acknowledge, acknowledge_fields, false),
    [HEARTBEAT] = MESSAGE("Heartbeat", struct bully_message, counter_fields, false),
    [ARE_YOU_THERE] = MESSAGE("AreYouThere", struct bully_message, counter_fields, false),
    [I_AM_THERE] = MESSAGE("IAmThere", struct bully_message, counter_fields, false),
    [RESIGNATION] = MESSAGE("Resignation", struct bully_message, counter_fields, true),
};

static const char *const timers[] = {"election", "heartbeat", "detection", "quorum"};

static const char paper[] = "Garcia-Molina 1982";

static const struct field options[] = {
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

const struct algorithm bully_algorithm = {
    .name = "bully",
    .title = "Bully",
    .about = "The live node with the highest claim bullies the others into following it. Needs "
             "bounded delays: a cut or a pause makes two coordinators, unless a majority is "
             "required.",
    .origin = "Garcia-Molina 1982",
    .source = "Garcia-Molina, Elections in a Distributed Computing System, IEEE ToC C-31(1), "
              "1982; messages as in the textbooks",
    .tolerates = "crashes; no partitions, losses or pauses",

    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct bully_config),

    .messages = messages,
    .message_count = sizeof messages / sizeof *messages,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,

    .durable_size = sizeof(struct bully_durable),
    .promises = EVENTUAL_LEADER | EVENTUAL_AGREEMENT,
    .assumptions
    = ASSUMES_SYNCHRONY | ASSUMES_NO_PAUSE | ASSUMES_DURABLE_STORAGE | ASSUMES_CLEAN_CUT,

    .state_size = bully_state_size,
    .workspace_size = bully_workspace_size,
    .check = bully_check,
    .promises_with = bully_promises_with,
    .patience = bully_patience,
    .liveness_bound = bully_liveness_bound,

    .on_start = bully_on_start,
    .on_message = bully_on_message,
    .on_timer = bully_on_timer,
    .on_admin = bully_on_admin,
    .view = bully_view,
};
