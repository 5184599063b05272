/* Invitation (Garcia-Molina 1982, the second of the two algorithms of that paper): elections
 * without any assumption about time. Nodes form groups; a group has a number and a coordinator, and
 * who is in a group agrees about it. Coordinators look for each other and invite each other's
 * groups into one. Where two sides cannot talk each keeps its coordinator, and they merge when they
 * can.
 *
 * The primary source was not at hand. What is here follows descriptions of it: the manual of
 * ZeroC's IceStorm and its implementation (zeroc-ice/ice, cpp/src/IceStorm/NodeI.cpp, commit
 * 007823b0), the page of the algorithm in RISC's DAJ, and the abstract of Stoller 2000 (IEEE ToC
 * 49(3)), who points out a flaw in the paper's specification for asynchronous systems.
 *
 * The number of a group is its term. The paper makes it unique by pairing a counter with the
 * coordinator's number; here both are one integer, counter times nodes plus number, so that no two
 * coordinators can have one term, whatever the network does. Differs from the paper in that the
 * counter is also raised above all that is heard of, and that a node accepts only an invitation
 * into a group of a higher number than its own. So a node's term never goes back, and the term can
 * fence: a later group of the same nodes has the higher one. Groups that never spoke have numbers
 * in no order of time.
 *
 * Beyond the paper, and off by default: waits by phi accrual, a circuit breaker that holds back
 * invitations, and a coordinator that says that it stops. Differs in Ready, too, which is not
 * acknowledged: a member that misses it recovers by itself. */
#include "algorithms/invitation.h"

static const char *const timeouts_words[] = {"fixed", "phi_accrual", NULL};
static const char told[] = "Garcia-Molina 1982, as IceStorm has it";

static const struct field options[] = {
    FIELD(struct invitation_config, check_interval, FIELD_DURATION, "100ms",
          "time between two looks of a coordinator for other coordinators", told),
    FIELD(struct invitation_config, watch_interval, FIELD_DURATION, "100ms",
          "time from an answer of the coordinator to the next question whether it is there", told),
    FIELD(struct invitation_config, answer_timeout, FIELD_DURATION, "50ms",
          "how long answers are awaited; agreement does not rest on it", told),
    FIELD(struct invitation_config, attempts, FIELD_COUNT, "2",
          "questions in a row without an answer after which a member takes its coordinator for "
          "lost; one in the paper, which has reliable calls",
          NULL),
    FIELD(struct invitation_config, merge_delay, FIELD_DURATION, "60ms",
          "wait before inviting, for each coordinator found that has a better claim (priority, "
          "then number)",
          told),
    FIELD(struct invitation_config, require_majority, FIELD_BOOL, "false",
          "a coordinator leads only while a majority is in its group; not in the paper",
          "IceStorm, NodeI.cpp"),
    FIELD(struct invitation_config, handoff, FIELD_BOOL, "false",
          "a coordinator that is stopped tells its members, of whom the one with the best claim "
          "looks for the others at once; not in the paper",
          NULL),
    FIELD_WORDS(
        struct invitation_config, timeouts, FIELD_CHOICE, "fixed", timeouts_words,
        "how long a member waits for its coordinator's answer: answer_timeout, or estimated "
        "from the answers by phi accrual",
        "Hayashibara 2004"),
    PHI_OPTIONS(struct invitation_config, phi),
    BREAKER_OPTIONS(struct invitation_config, breaker),
};

static const struct field ask_fields[] = {
    MESSAGE_FIELD(struct invitation_ask, counter, FIELD_TERM),
};
static const struct field coordinator_answer_fields[] = {
    MESSAGE_FIELD(struct invitation_coordinator_answer, counter, FIELD_TERM),
    MESSAGE_FIELD(struct invitation_coordinator_answer, coordinator, FIELD_BOOL),
};
static const struct field group_fields[] = {
    MESSAGE_FIELD(struct invitation_group, group, FIELD_TERM),
};
static const struct field there_answer_fields[] = {
    MESSAGE_FIELD(struct invitation_there_answer, group, FIELD_TERM),
    MESSAGE_FIELD(struct invitation_there_answer, there, FIELD_BOOL),
};
static const struct field invite_fields[] = {
    MESSAGE_FIELD(struct invitation_invite, group, FIELD_TERM),
    MESSAGE_FIELD(struct invitation_invite, coordinator, FIELD_NODE),
};
static const struct field accept_fields[] = {
    MESSAGE_FIELD(struct invitation_accept, group, FIELD_TERM),
    MESSAGE_FIELD(struct invitation_accept, forwarded, FIELD_COUNT),
};
static const struct field ready_fields[] = {
    MESSAGE_FIELD(struct invitation_ready, group, FIELD_TERM),
    MESSAGE_FIELD(struct invitation_ready, leads, FIELD_BOOL),
};

static const struct field resignation_fields[] = {
    MESSAGE_FIELD(struct invitation_resignation, group, FIELD_TERM),
    MESSAGE_FIELD(struct invitation_resignation, next, FIELD_BOOL),
};

static const struct message_kind messages[INVITATION_MESSAGE_COUNT] = {
    [INVITATION_ARE_YOU_COORDINATOR]
    = MESSAGE("AreYouCoordinator", struct invitation_ask, ask_fields, false),
    [INVITATION_COORDINATOR_ANSWER]
    = MESSAGE("CoordinatorAnswer", struct invitation_coordinator_answer, coordinator_answer_fields,
              false),
    [INVITATION_ARE_YOU_THERE]
    = MESSAGE("AreYouThere", struct invitation_group, group_fields, false),
    [INVITATION_THERE_ANSWER]
    = MESSAGE("ThereAnswer", struct invitation_there_answer, there_answer_fields, false),
    [INVITATION_INVITE] = MESSAGE("Invitation", struct invitation_invite, invite_fields, true),
    [INVITATION_ACCEPT] = MESSAGE("Accept", struct invitation_accept, accept_fields, true),
    [INVITATION_READY] = MESSAGE("Ready", struct invitation_ready, ready_fields, true),
    [INVITATION_RESIGNATION]
    = MESSAGE("Resignation", struct invitation_resignation, resignation_fields, true),
};

static const char *const timers[] = {"check", "watch", "merge", "answer", "members"};

/* ---- Groups ---------------------------------------------------------------------------------- */

static uint64_t group_number(const struct invitation *v, uint64_t counter, node_id coordinator)
{
    return counter * v->count + coordinator;
}

static bool is_coordinator(const struct invitation *v)
{
    return v->phase == INVITATION_NORMAL && v->coordinator == v->self;
}

/* Enough for its group to have a leader. */
static bool suffices(const struct invitation *v)
{
    return !v->config->require_majority || v->up_count + 1 > v->count / 2;
}

static void hear_counter(struct invitation *v, struct node *self, uint64_t counter)
{
    if (counter <= v->durable.counter)
        return;
    v->durable.counter = counter;
    node_persist(self, &v->durable);
}

/* Leaves the group that it is in; the caller says into which. */
static void leave(struct invitation *v, struct node *self, enum step_down_reason why)
{
    if (v->coordinator == v->self && v->leads)
        node_step_down(self, v->group, why);
    v->leads = false;
    v->unanswered = 0;
    for (unsigned timer = 0; timer < sizeof timers / sizeof *timers; timer++)
        node_clear_timer(self, timer);
}

/* A group of its own, under a fresh number. */
static void found_group(struct invitation *v, struct node *self, enum campaign_reason why)
{
    invitation_count_election(v, self);
    hear_counter(v, self, v->durable.counter + 1);
    v->group = group_number(v, v->durable.counter, v->self);
    v->coordinator = v->self;
    v->up_count = 0;
    invitation_clear(v, INVITATION_UP);
    invitation_clear(v, INVITATION_HEARD);
    node_campaign(self, v->group, why);
    node_vote(self, v->group, v->self);
}

static sim_ns members_timeout(const struct invitation_config *c)
{
    return sim_times(sim_add(c->watch_interval, sim_times(c->answer_timeout, c->attempts)), 2);
}

/* The group is complete: its coordinator begins to lead it. */
static void take_office(struct invitation *v, struct node *self)
{
    v->phase = INVITATION_NORMAL;
    v->leads = suffices(v);
    if (v->leads)
        node_lead(self, v->group);
    else
        node_follow(self, v->group, NODE_NONE);
    node_set_timer(self, INVITATION_TIMER_CHECK, v->config->check_interval);
    if (v->config->require_majority && v->leads)
        node_set_timer(self, INVITATION_TIMER_MEMBERS, members_timeout(v->config));
}

/* "Recovery": whoever is lost is a group of one. */
static void recover(struct invitation *v, struct node *self, enum step_down_reason why)
{
    leave(v, self, why);
    found_group(v, self, CAMPAIGN_TIMEOUT);
    take_office(v, self);
}

/* ---- A coordinator looks for others ---------------------------------------------------------- */

static void check_for_others(struct invitation *v, struct node *self)
{
    struct invitation_ask m = {.counter = v->durable.counter};
    for (node_id id = 0; id < v->count; id++)
        if (id != v->self)
            node_send(self, id, INVITATION_ARE_YOU_COORDINATOR, &m);
    node_set_timer(self, INVITATION_TIMER_ANSWER, v->config->answer_timeout);
}

static void on_are_you_coordinator(struct invitation *v, struct node *self, node_id from,
                                   const struct invitation_ask *m)
{
    hear_counter(v, self, m->counter);
    struct invitation_coordinator_answer answer
        = {.counter = v->durable.counter, .coordinator = is_coordinator(v)};
    node_send(self, from, INVITATION_COORDINATOR_ANSWER, &answer);
}

static void on_coordinator_answer(struct invitation *v, struct node *self, node_id from,
                                  const struct invitation_coordinator_answer *m)
{
    hear_counter(v, self, m->counter);
    bool before_it_joined
        = invitation_has(v, INVITATION_UP, from) && m->counter <= v->group / v->count;
    if (m->coordinator && is_coordinator(v) && !before_it_joined)
        (void) invitation_add(v, INVITATION_FOUND, from);
}

static bool has_better_claim(const struct node *self, node_id a, node_id b)
{
    int32_t x = node_priority(self, a), y = node_priority(self, b);
    return x != y ? x > y : a > b;
}

/* The answers are in: the better others' claims, the longer it leaves the inviting to them. */
static void plan_merge(struct invitation *v, struct node *self)
{
    uint32_t found = 0, better = 0;
    for (node_id id = 0; id < v->count; id++) {
        if (!invitation_has(v, INVITATION_FOUND, id))
            continue;
        found++;
        better += has_better_claim(self, id, v->self);
    }
    if (found > 0) {
        node_set_timer(self, INVITATION_TIMER_MERGE, sim_times(v->config->merge_delay, better));
        return;
    }
    node_set_timer(self, INVITATION_TIMER_CHECK, v->config->check_interval);
}

/* ---- Merging --------------------------------------------------------------------------------- */

static void send_ready(struct invitation *v, struct node *self, node_id to)
{
    struct invitation_ready m = {.group = v->group, .leads = v->leads};
    node_send(self, to, INVITATION_READY, &m);
}

static void complete(struct invitation *v, struct node *self)
{
    node_clear_timer(self, INVITATION_TIMER_ANSWER);
    take_office(v, self);
    if (v->leads && v->up_count > 0)
        invitation_hear_leader(v, self, false);
    for (node_id id = 0; id < v->count; id++)
        if (invitation_has(v, INVITATION_UP, id))
            send_ready(v, self, id);
}

/* "Merge": the coordinators that were found and all members are invited into a new group. */
static void merge(struct invitation *v, struct node *self)
{
    if (!invitation_may_invite(v, self))
        return;
    leave(v, self, STEP_DOWN_HIGHER_TERM);
    for (uint32_t i = 0; i < invitation_words(v->count); i++) /* the found ones, and its members */
        v->sets[INVITATION_FOUND * invitation_words(v->count) + i]
            |= v->sets[INVITATION_UP * invitation_words(v->count) + i];
    v->phase = INVITATION_ELECTION;
    found_group(v, self, CAMPAIGN_TAKEOVER); /* nobody was missed: it takes the others' groups */
    struct invitation_invite m = {.group = v->group, .coordinator = v->self};
    v->expected = 0;
    for (node_id id = 0; id < v->count; id++) {
        if (!invitation_has(v, INVITATION_FOUND, id))
            continue;
        v->expected++;
        node_send_after_sync(self, id, INVITATION_INVITE, &m);
    }
    invitation_clear(v, INVITATION_FOUND);
    /* An invitation to a coordinator's members takes a step more, and their disks some time. */
    node_set_timer(self, INVITATION_TIMER_ANSWER, sim_times(v->config->answer_timeout, 2));
}

static uint32_t forward(struct invitation *v, struct node *self, const struct invitation_invite *m)
{
    uint32_t forwarded = 0;
    if (!is_coordinator(v))
        return 0;
    for (node_id id = 0; id < v->count; id++) {
        if (!invitation_has(v, INVITATION_UP, id) || id == m->coordinator)
            continue;
        node_send(self, id, INVITATION_INVITE, m);
        forwarded++;
    }
    return forwarded;
}

/* Who is itself inviting, or has accepted, is busy; and no number is taken for a lower one. */
static void on_invite(struct invitation *v, struct node *self, const struct invitation_invite *m)
{
    hear_counter(v, self, m->group / v->count);
    if (v->phase != INVITATION_NORMAL || m->group <= v->group || m->coordinator == v->self)
        return;
    struct invitation_accept answer = {.group = m->group, .forwarded = forward(v, self, m)};
    leave(v, self, STEP_DOWN_HIGHER_TERM);
    invitation_count_election(v, self);
    v->phase = INVITATION_REORGANIZATION;
    v->coordinator = m->coordinator;
    v->group = m->group;
    v->up_count = 0;
    invitation_clear(v, INVITATION_UP);
    node_vote(self, v->group, v->coordinator);
    node_follow(self, v->group, NODE_NONE);
    node_send_after_sync(self, v->coordinator, INVITATION_ACCEPT, &answer);
    node_set_timer(self, INVITATION_TIMER_ANSWER, sim_times(v->config->answer_timeout, 3));
}

/* Differs from the paper: an Accept that comes when the group has begun is still welcome. Slow
 * disks would otherwise keep two groups from ever merging. */
static void on_accept(struct invitation *v, struct node *self, node_id from,
                      const struct invitation_accept *m)
{
    if (v->phase == INVITATION_REORGANIZATION || v->coordinator != v->self || m->group != v->group)
        return;
    if (invitation_add(v, INVITATION_UP, from)) {
        v->expected += m->forwarded;
        v->up_count++;
    }
    (void) invitation_add(v, INVITATION_HEARD, from);
    bool late = v->phase == INVITATION_NORMAL;
    if (late && v->leads == suffices(v))
        send_ready(v, self, from);
    else if (late || v->up_count >= v->expected) /* all that may accept have */
        complete(v, self);
}

static void on_ready(struct invitation *v, struct node *self, const struct invitation_ready *m)
{
    bool waits = v->phase == INVITATION_REORGANIZATION;
    bool news = v->phase == INVITATION_NORMAL && m->leads && !v->leads;
    if (m->group != v->group || !(waits || news))
        return;
    v->phase = INVITATION_NORMAL;
    v->leads = m->leads;
    node_clear_timer(self, INVITATION_TIMER_ANSWER);
    if (v->leads)
        invitation_hear_leader(v, self, false);
    node_follow(self, v->group, v->leads ? v->coordinator : NODE_NONE);
    node_set_timer(self, INVITATION_TIMER_WATCH, v->config->watch_interval);
}

/* ---- Members watch their coordinator, and a coordinator its majority ------------------------- */

static void on_watch_timer(struct invitation *v, struct node *self)
{
    if (v->unanswered >= v->config->attempts) {
        recover(v, self, STEP_DOWN_HIGHER_TERM);
        return;
    }
    struct invitation_group m = {.group = v->group};
    v->unanswered++;
    node_send(self, v->coordinator, INVITATION_ARE_YOU_THERE, &m);
    node_set_timer(self, INVITATION_TIMER_WATCH, invitation_answer_wait(v, self));
}

/* Who is between two groups says nothing yet: its members may be on their way to the same. */
static void on_are_you_there(struct invitation *v, struct node *self, node_id from,
                             const struct invitation_group *m)
{
    if (v->phase != INVITATION_NORMAL)
        return;
    bool there
        = is_coordinator(v) && m->group == v->group && invitation_has(v, INVITATION_UP, from);
    if (there)
        (void) invitation_add(v, INVITATION_HEARD, from);
    struct invitation_there_answer answer = {.group = m->group, .there = there};
    node_send(self, from, INVITATION_THERE_ANSWER, &answer);
}

static void on_there_answer(struct invitation *v, struct node *self,
                            const struct invitation_there_answer *m)
{
    if (v->phase != INVITATION_NORMAL || v->coordinator == v->self || m->group != v->group)
        return;
    if (!m->there) {
        recover(v, self, STEP_DOWN_HIGHER_TERM);
        return;
    }
    v->unanswered = 0;
    if (v->leads)
        invitation_hear_leader(v, self, true);
    node_set_timer(self, INVITATION_TIMER_WATCH, v->config->watch_interval);
}

static void on_members_timer(struct invitation *v, struct node *self)
{
    for (node_id id = 0; id < v->count; id++)
        if (invitation_has(v, INVITATION_UP, id) && !invitation_has(v, INVITATION_HEARD, id)) {
            *invitation_word_of(v, INVITATION_UP, id) &= ~(UINT64_C(1) << (id % 64));
            v->up_count--;
        }
    invitation_clear(v, INVITATION_HEARD);
    if (!suffices(v))
        recover(v, self, STEP_DOWN_LOST_QUORUM);
    else
        node_set_timer(self, INVITATION_TIMER_MEMBERS, members_timeout(v->config));
}

/* ---- A coordinator that stops ---------------------------------------------------------------- */

static void send_resignations(struct invitation *v, struct node *self)
{
    node_id next = NODE_NONE;
    for (node_id id = 0; id < v->count; id++)
        if (invitation_has(v, INVITATION_UP, id)
            && (next == NODE_NONE || has_better_claim(self, id, next)))
            next = id;
    for (node_id id = 0; id < v->count; id++) {
        struct invitation_resignation m = {.group = v->group, .next = id == next};
        if (invitation_has(v, INVITATION_UP, id))
            node_send(self, id, INVITATION_RESIGNATION, &m);
    }
}

/* Each is a group of one, as after the silence; one does not wait before it looks for the others.
 * Who has not heard yet is no coordinator, and is found by the next look. */
static void on_resignation(struct invitation *v, struct node *self,
                           const struct invitation_resignation *m)
{
    if (v->phase != INVITATION_NORMAL || v->coordinator == v->self || m->group != v->group)
        return;
    recover(v, self, STEP_DOWN_HIGHER_TERM);
    invitation_clear(v, INVITATION_FOUND); /* of an earlier look; who goes is among them */
    if (!m->next)
        return;
    node_clear_timer(self, INVITATION_TIMER_CHECK);
    check_for_others(v, self);
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void on_answer_timer(struct invitation *v, struct node *self)
{
    switch ((enum invitation_phase) v->phase) {
    case INVITATION_NORMAL:
        plan_merge(v, self);
        return;
    case INVITATION_ELECTION:
        complete(v, self);
        return;
    case INVITATION_REORGANIZATION:
        recover(v, self, STEP_DOWN_HIGHER_TERM);
        return;
    }
    sim_unreachable();
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    static void (*const handlers[])(struct invitation *, struct node *)
        = {[INVITATION_TIMER_CHECK] = check_for_others,
           [INVITATION_TIMER_WATCH] = on_watch_timer,
           [INVITATION_TIMER_MERGE] = merge,
           [INVITATION_TIMER_ANSWER] = on_answer_timer,
           [INVITATION_TIMER_MEMBERS] = on_members_timer};
    sim_assert(timer < sizeof handlers / sizeof *handlers);
    handlers[timer](state, self);
}

static void on_message(void *state, struct node *self, const struct message *m)
{
    struct invitation *v = state;
    switch ((enum invitation_message) m->kind) {
    case INVITATION_ARE_YOU_COORDINATOR:
        on_are_you_coordinator(v, self, m->from, m->body);
        return;
    case INVITATION_COORDINATOR_ANSWER:
        on_coordinator_answer(v, self, m->from, m->body);
        return;
    case INVITATION_ARE_YOU_THERE:
        on_are_you_there(v, self, m->from, m->body);
        return;
    case INVITATION_THERE_ANSWER:
        on_there_answer(v, self, m->body);
        return;
    case INVITATION_INVITE:
        on_invite(v, self, m->body);
        return;
    case INVITATION_ACCEPT:
        on_accept(v, self, m->from, m->body);
        return;
    case INVITATION_READY:
        on_ready(v, self, m->body);
        return;
    case INVITATION_RESIGNATION:
        on_resignation(v, self, m->body);
        return;
    case INVITATION_MESSAGE_COUNT:
        break;
    }
    sim_unreachable();
}

static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct invitation *v = state;
    v->config = config;
    v->self = node_self(self);
    v->count = node_count(self);
    v->coordinator = NODE_NONE;
    invitation_begin_timing(v);
    if (durable != NULL)
        v->durable = *(const struct invitation_durable *) durable;
    recover(v, self, STEP_DOWN_HIGHER_TERM);
}

/* A coordinator is who invited: there is nothing to hand over, and nobody to forget. */
static void on_admin(void *state, struct node *self, enum admin_command command, node_id target)
{
    struct invitation *v = state;
    (void) target;
    if (command != ADMIN_STOP)
        return;
    if (is_coordinator(v) && v->config->handoff)
        send_resignations(v, self);
    leave(v, self, STEP_DOWN_STOP);
    node_exit(self);
}

static struct node_view view(const void *state)
{
    const struct invitation *v = state;
    if (v->count == 0) /* it has not started yet */
        return (struct node_view){.leader = NODE_NONE, .voted_for = NODE_NONE};
    enum role role = ROLE_FOLLOWER;
    if (v->phase == INVITATION_ELECTION)
        role = ROLE_CANDIDATE;
    else if (is_coordinator(v) && v->leads)
        role = ROLE_LEADER;
    return (struct node_view){.role = role,
                              .leader = v->phase == INVITATION_NORMAL && v->leads ? v->coordinator
                                                                                  : NODE_NONE,
                              .voted_for = v->coordinator,
                              .term = v->group};
}

static size_t state_size(const void *config, unsigned nodes)
{
    return sizeof(struct invitation)
           + (size_t) INVITATION_SETS * invitation_words(nodes) * sizeof(uint64_t)
           + invitation_timing_size(config);
}

const struct algorithm invitation_algorithm = {
    .name = "invitation",
    .title = "Invitation",
    .origin = "Garcia-Molina 1982",
    .about = "nodes form groups, whose coordinators invite each other's into one; a cut leaves a "
             "coordinator on each side, and they merge when it heals",
    .source = "Garcia-Molina, Elections in a Distributed Computing System, IEEE ToC C-31(1), 1982, "
              "second algorithm, as told by ZeroC's IceStorm (manual; NodeI.cpp) and RISC's DAJ; "
              "Stoller, IEEE ToC 49(3), 2000",
    .tolerates = "crashes, loss, any delay; a partition has a coordinator on each side",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct invitation_config),
    .messages = messages,
    .message_count = INVITATION_MESSAGE_COUNT,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .durable_size = sizeof(struct invitation_durable),
    .promises = ELECTION_SAFETY | VOTE_ONCE | TERM_MONOTONIC | EVENTUAL_LEADER | EVENTUAL_AGREEMENT
                | LEADER_OF_TERM,
    .assumptions = ASSUMES_DURABLE_STORAGE | ASSUMES_CLEAN_CUT,
    .state_size = state_size,
    .check = invitation_check,
    .promises_with = invitation_promises_with,
    .patience = invitation_patience,
    .liveness_bound = invitation_liveness_bound,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .on_admin = on_admin,
    .view = view,
};
