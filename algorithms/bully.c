/* Bully: the live process with the best claim coordinates (Garcia-Molina 1982, in the textbooks'
 * messages ELECTION, ANSWER and COORDINATOR). Here are the elections; the office is in
 * bully_coordinator.c, those who follow are in bully_member.c.
 *
 * The original knows no terms. A counter is attached to every reign so that the outside can tell
 * reigns apart and fence stale ones; no decision uses it, unless `require_majority` is set. */
#include "algorithms/bully.h"

/* ---- Claims ---------------------------------------------------------------------------------- */

bool bully_outranks(const struct bully *b, const struct node *self, node_id one, node_id other)
{
    if (b->config->rank == BULLY_RANK_PRIORITY) {
        int32_t mine = node_priority(self, one), theirs = node_priority(self, other);
        if (mine != theirs)
            return mine > theirs;
    }
    return one > other;
}

/* ---- Elections ------------------------------------------------------------------------------- */

/* `gone` is known to be down, and need not be asked. */
static void start_election_without(struct bully *b, struct node *self, enum campaign_reason why,
                                   node_id gone)
{
    if (b->phase != BULLY_FOLLOWER)
        bully_leave_office(b, self, STEP_DOWN_HIGHER_TERM);
    node_clear_timer(self, TIMER_HEARTBEAT);
    node_clear_timer(self, TIMER_DETECTION);
    breaker_election(&b->breaker, node_monotonic(self));
    b->phase = BULLY_ASKING;
    b->leader = NODE_NONE;
    node_campaign(self, b->durable.counter + 1, why);

    uint32_t asked = 0;
    for (node_id id = 0; id < node_count(self); id++) {
        if (id == gone || !bully_outranks(b, self, id, node_self(self)))
            continue;
        bully_send_counter(b, self, id, ELECTION);
        asked++;
    }
    if (asked == 0)
        bully_win_round(b, self);
    else
        node_set_timer(self, TIMER_ELECTION, bully_answer_timeout(b->config));
}

void bully_start_election(struct bully *b, struct node *self, enum campaign_reason why)
{
    start_election_without(b, self, why, NODE_NONE);
}

static void on_election(struct bully *b, struct node *self, node_id from)
{
    /* A claim of priorities that the two see differently cannot occur: they are static. */
    if (!bully_outranks(b, self, node_self(self), from))
        return;
    bully_send_counter(b, self, from, ANSWER);
    /* Differs from the textbooks: a sitting coordinator does not stand against itself, it only
     * tells the asker. Otherwise each restart of a low process would be an election of all. */
    if (b->phase == BULLY_COORDINATOR)
        bully_tell_of_office(b, self, from);
    else if (b->phase == BULLY_FOLLOWER)
        bully_start_election(b, self, CAMPAIGN_TIMEOUT);
}

static void on_answer(struct bully *b, struct node *self)
{
    if (b->phase != BULLY_ASKING)
        return;
    b->phase = BULLY_OUTBID;
    node_follow(self, b->reign, NODE_NONE);
    node_set_timer(self, TIMER_ELECTION, bully_coordinator_timeout(b->config));
}

/* ---- Word of a coordinator ------------------------------------------------------------------- */

bool bully_bows_to(struct bully *b, struct node *self, node_id from)
{
    if (bully_outranks(b, self, from, node_self(self)))
        return true;
    if (b->phase == BULLY_COORDINATOR) {
        bully_tell_of_office(b, self, from);
        return false;
    }
    if (b->phase != BULLY_FOLLOWER)
        return false;
    if (!b->config->takeover)
        return true;
    bully_start_election(b, self, CAMPAIGN_TAKEOVER);
    return false;
}

static void on_coordinator(struct bully *b, struct node *self, node_id from, uint64_t counter)
{
    if (!bully_bows_to(b, self, from))
        return;
    if (!b->config->require_majority) {
        bully_follow_and_tell(b, self, from, counter);
        return;
    }
    bool accepted = bully_support(b, self, counter, from);
    if (accepted && !(b->phase == BULLY_FOLLOWER && b->leader == from && b->reign == counter)) {
        /* A promise, not a reign yet: HEARTBEAT will tell whether a majority gave it. */
        bully_leave_office(b, self, STEP_DOWN_HIGHER_TERM);
        b->reign = counter;
        bully_wait_for_coordinator(b, self);
    }
    bully_acknowledge(self, from, accepted ? counter : b->durable.counter, accepted);
}

static bool is_next_after(const struct bully *b, const struct node *self, node_id coordinator)
{
    for (node_id id = 0; id < node_count(self); id++)
        if (id != coordinator && bully_outranks(b, self, id, node_self(self)))
            return false;
    return true;
}

/* The coordinator stops. Who is next in line has nobody to ask and coordinates at once; the others
 * wait for its word, and stand when it does not come. */
static void on_resignation(struct bully *b, struct node *self, node_id from, uint64_t counter)
{
    if (b->phase != BULLY_FOLLOWER || b->leader != from || b->reign != counter)
        return;
    sim_ns wait = is_next_after(b, self, from) ? breaker_wait(&b->breaker, node_monotonic(self))
                                               : bully_coordinator_timeout(b->config);
    if (wait == 0) {
        start_election_without(b, self, CAMPAIGN_TRANSFER, from);
        return;
    }
    b->leader = NODE_NONE;
    node_follow(self, b->reign, NODE_NONE);
    node_clear_timer(self, TIMER_HEARTBEAT);
    node_set_timer(self, TIMER_DETECTION, wait);
}

/* ---- Timers ---------------------------------------------------------------------------------- */

/* On silence. Asked by somebody with a lesser claim it stands all the same: that is an election
 * already. */
static void stand_or_wait(struct bully *b, struct node *self)
{
    sim_ns wait = breaker_wait(&b->breaker, node_monotonic(self));
    if (wait == 0) {
        bully_start_election(b, self, CAMPAIGN_TIMEOUT);
        return;
    }
    bully_leave_office(b, self, STEP_DOWN_HIGHER_TERM);
    b->leader = NODE_NONE;
    node_follow(self, b->reign, NODE_NONE);
    node_set_timer(self, TIMER_DETECTION, wait);
}

static void on_election_timer(struct bully *b, struct node *self)
{
    switch (b->phase) {
    case BULLY_ASKING:
        bully_win_round(b, self);
        return;
    case BULLY_OUTBID: /* the better one died meanwhile */
        stand_or_wait(b, self);
        return;
    case BULLY_GATHERING: /* no majority: wait for one, it may be on the other side of a cut */
        bully_leave_office(b, self, STEP_DOWN_LOST_QUORUM);
        bully_wait_for_coordinator(b, self);
        return;
    case BULLY_FOLLOWER:
    case BULLY_COORDINATOR:
        break;
    }
    sim_unreachable();
}

static void on_heartbeat_timer(struct bully *b, struct node *self)
{
    if (b->phase == BULLY_COORDINATOR)
        bully_beat(b, self);
    else
        bully_probe(b, self);
}

/* ---- Callbacks ------------------------------------------------------------------------------- */

static size_t bully_state_size(const void *config, unsigned nodes)
{
    (void) nodes;
    return sizeof(struct bully) + bully_timing_size(config);
}

static size_t bully_workspace_size(const void *config, unsigned nodes)
{
    (void) config;
    return (nodes + 63) / 64 * sizeof(uint64_t);
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
    bully_begin_timing(b);

    if (restarted && !b->config->takeover)
        bully_wait_for_coordinator(b, self);
    else /* a process that recovers holds an election (Garcia-Molina 1982) */
        bully_start_election(b, self, restarted ? CAMPAIGN_TAKEOVER : CAMPAIGN_TIMEOUT);
}

static void bully_on_message(void *state, struct node *self, const struct message *message)
{
    struct bully *b = state;
    const struct bully_message *m = message->body;
    switch (message->kind) {
    case ELECTION:
        bully_hear_counter(b, self, m->counter);
        on_election(b, self, message->from);
        return;
    case ANSWER:
        bully_hear_counter(b, self, m->counter);
        on_answer(b, self);
        return;
    case COORDINATOR:
        on_coordinator(b, self, message->from, m->counter);
        return;
    case ACKNOWLEDGE:
        bully_on_acknowledge(b, self, message->from, message->body);
        return;
    case HEARTBEAT:
        bully_on_heartbeat(b, self, message->from, m->counter);
        return;
    case ARE_YOU_THERE:
        bully_on_probe(b, self, message->from);
        return;
    case I_AM_THERE:
        bully_on_probe_answer(b, self, message->from, m->counter);
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
        bully_on_quorum_timer(b, self);
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
        if (b->phase == BULLY_COORDINATOR && b->config->handoff)
            bully_send_to_others(b, self, RESIGNATION);
        if (b->phase != BULLY_FOLLOWER)
            bully_leave_office(b, self, STEP_DOWN_STOP);
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
    if (b->phase == BULLY_COORDINATOR)
        v.role = ROLE_LEADER;
    if (b->phase == BULLY_ASKING || b->phase == BULLY_GATHERING)
        v.role = ROLE_CANDIDATE;
    if (b->phase == BULLY_ASKING)
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

    .options = bully_options,
    .option_count = BULLY_OPTIONS,
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
