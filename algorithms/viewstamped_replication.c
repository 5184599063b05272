/* View changes of Viewstamped Replication. Views are numbered, and the number says who is primary:
 * round robin. Nobody stands and nobody can split a vote; but when the next in turn is down, too,
 * each such costs another timeout.
 *
 * Only who leads is modelled. The log decides nothing about that here: the new primary takes the
 * best log of those that answer, whoever it is. Differs from section 4.3, whose replicas recover
 * from each other: here they keep the view number on disk, which that section allows. Differs in
 * the first view, too: its primary also waits for DoViewChange from a majority, so that every
 * primary was confirmed by one.
 *
 * Off by default. Leases (section 6.3): replicas answer the primary's Commits, and who has answered
 * takes no part in a view change for view_change_timeout; a primary that does take part gives up
 * its lease first, and says so, which frees the others. Load: a primary that is busy moves on to
 * the next view of the least busy replica. Before a view is raised (not in the paper): a replica
 * asks whether a quorum hears nobody, too; who is in an earlier view than it is agrees, as only a
 * later view can bring the two together. */
#include "algorithms/viewstamped_replication.h"
#include "algorithms/leader_lease.h"

static const char *const timeouts_words[] = {"fixed", "phi_accrual", NULL};

static const struct field options[] = {
    FIELD(struct vr_config, commit_interval, FIELD_DURATION, "75ms",
          "time between two Commit messages of an idle primary", "VR revisited, section 4.1"),
    FIELD(struct vr_config, view_change_timeout, FIELD_DURATION, "300ms",
          "silence of the primary, or length of a view change, after which the next view begins; "
          "the same for all: who stands together stands for the same",
          "VR revisited, section 4.2"),
    FIELD_WORDS(
        struct vr_config, timeouts, FIELD_CHOICE, "fixed", timeouts_words,
        "silence of the primary that is taken for its end: view_change_timeout, or estimated "
        "from its Commits by phi accrual",
        "Hayashibara 2004"),
    QUORUM_OPTION(struct vr_config, "replicas that begin a view", "VR revisited: f+1 of 2f+1"),
    PHI_OPTIONS(struct vr_config, phi),
    BREAKER_OPTIONS(struct vr_config, breaker),
    FIELD(
        struct vr_config, leader_lease, FIELD_BOOL, "false",
        "a primary holds a lease from its acknowledged Commits, and replicas that gave it take no "
        "part in a view change before its end",
        "VR revisited, section 6.3"),
    FIELD(struct vr_config, clock_drift_bound, FIELD_DRIFT, "1000ppm",
          "with leader_lease: assumed maximum ratio of clock rates, minus 1", "thesis 6.4.1"),
    LOAD_OPTIONS(struct vr_config, load,
                 "a primary as busy as load_threshold moves on to the next view of the least busy "
                 "replica that is not"),
    FIELD(struct vr_config, pre_vote, FIELD_BOOL, "false",
          "a replica asks whether a quorum hears no primary before it raises the view",
          "the idea of thesis 9.6; not in the paper"),
};

static const struct field view_fields[] = {MESSAGE_FIELD(struct vr_view, view, FIELD_TERM)};
static const struct field timed_fields[] = {
    MESSAGE_FIELD(struct vr_timed_commit, view, FIELD_TERM),
    MESSAGE_FIELD(struct vr_timed_commit, sent, FIELD_DURATION),
};
static const struct field ok_fields[] = {
    MESSAGE_FIELD(struct vr_commit_ok, view, FIELD_TERM),
    MESSAGE_FIELD(struct vr_commit_ok, sent, FIELD_DURATION),
    MESSAGE_FIELD(struct vr_commit_ok, load, FIELD_FACTOR),
};
static const struct field hand_over_fields[] = {
    MESSAGE_FIELD(struct vr_hand_over, view, FIELD_TERM),
    MESSAGE_FIELD(struct vr_hand_over, released, FIELD_TERM),
};
static const struct message_kind messages[VR_MESSAGE_COUNT] = {
    [VR_COMMIT] = MESSAGE("Commit", struct vr_view, view_fields, false),
    [VR_START_VIEW_CHANGE] = MESSAGE("StartViewChange", struct vr_view, view_fields, true),
    [VR_DO_VIEW_CHANGE] = MESSAGE("DoViewChange", struct vr_view, view_fields, true),
    [VR_START_VIEW] = MESSAGE("StartView", struct vr_view, view_fields, true),
    [VR_TIMED_COMMIT] = MESSAGE("TimedCommit", struct vr_timed_commit, timed_fields, false),
    [VR_COMMIT_OK] = MESSAGE("CommitOk", struct vr_commit_ok, ok_fields, false),
    [VR_HAND_OVER] = MESSAGE("HandOver", struct vr_hand_over, hand_over_fields, true),
    [VR_PRE_VIEW_CHANGE] = MESSAGE("PreViewChange", struct vr_view, view_fields, true),
    [VR_PRE_VIEW_CHANGE_OK] = MESSAGE("PreViewChangeOk", struct vr_view, view_fields, true),
};

static const char *const timers[] = {"commit", "view_change"};

static node_id primary_of(const struct vr *v, uint64_t view)
{
    sim_assert(v->count > 0);
    return (node_id) (view % v->count);
}

/* Views begin with 0, terms with 1. */
static uint64_t term_of(uint64_t view)
{
    return view + 1;
}

bool vr_leads(const struct vr *v)
{
    return v->status == VR_NORMAL && primary_of(v, v->durable.view) == v->self;
}

void vr_send_to_others(struct vr *v, struct node *self, unsigned kind)
{
    struct vr_view m = {.view = v->durable.view};
    for (node_id id = 0; id < v->count; id++)
        if (id != v->self)
            node_send_after_sync(self, id, kind, &m);
}

/* ---- Sets of senders ------------------------------------------------------------------------- */

static uint32_t words(uint32_t nodes)
{
    return (nodes + 63) / 64;
}

/* Adds a node to one of the sets; false when it was there. */
static bool add(struct vr *v, uint32_t set, node_id id)
{
    uint64_t *word = &v->sets[set * words(v->count) + id / 64], bit = UINT64_C(1) << (id % 64);
    bool fresh = (*word & bit) == 0;
    *word |= bit;
    return fresh;
}

static void clear_sets(struct vr *v)
{
    for (uint32_t i = 0; i < 2 * words(v->count); i++)
        v->sets[i] = 0;
    v->start_weight = v->do_weight = 0;
    v->asked = false;
}

/* ---- A view change --------------------------------------------------------------------------- */

static void become_primary(struct vr *v, struct node *self)
{
    v->status = VR_NORMAL;
    v->held = true;
    for (node_id id = 0; v->peers != NULL && id < v->count; id++)
        v->peers[id] = (struct vr_peer){.known = false};
    breaker_leader(&v->breaker, node_monotonic(self));
    node_clear_timer(self, VR_TIMER_VIEW_CHANGE);
    node_lead(self, term_of(v->durable.view));
    vr_send_to_others(v, self, VR_START_VIEW);
    node_set_timer(self, VR_TIMER_COMMIT, v->config->commit_interval);
}

static void on_do_view_change(struct vr *v, struct node *self, node_id from)
{
    if (v->status != VR_VIEW_CHANGE || primary_of(v, v->durable.view) != v->self
        || !add(v, 1, from))
        return;
    v->do_weight += quorum_weight(&v->config->quorum, self, from);
    if (v->do_weight >= v->quorum)
        become_primary(v, self);
}

static void do_view_change(struct vr *v, struct node *self)
{
    node_id primary = primary_of(v, v->durable.view);
    struct vr_view m = {.view = v->durable.view};
    v->asked = true;
    node_vote(self, term_of(v->durable.view), primary);
    node_send_after_sync(self, primary, VR_DO_VIEW_CHANGE, &m);
}

/* Whether it has promised a primary to take no part in a view change yet. */
static bool is_bound(const struct vr *v, const struct node *self)
{
    return v->config->leader_lease && !v->held && node_monotonic(self) < v->promised_until;
}

/* Whatever it was in its view, that is over. */
static void leave_view(struct vr *v, struct node *self)
{
    if (vr_leads(v))
        node_step_down(self, term_of(v->durable.view), STEP_DOWN_HIGHER_TERM);
    node_clear_timer(self, VR_TIMER_COMMIT);
    v->held = v->asking = false;
    v->lease_until = 0;
}

static void say_that_it_changes(struct vr *v, struct node *self, bool held, uint64_t before)
{
    if (!held || !v->config->leader_lease) {
        vr_send_to_others(v, self, VR_START_VIEW_CHANGE);
        return;
    }
    struct vr_hand_over m = {.view = v->durable.view, .released = before};
    for (node_id id = 0; id < v->count; id++)
        if (id != v->self)
            node_send_after_sync(self, id, VR_HAND_OVER, &m);
}

/* Takes part in the change to a later view: by its own timer, or because others do. */
static void enter(struct vr *v, struct node *self, uint64_t view)
{
    bool held = v->held;
    uint64_t before = v->durable.view;
    leave_view(v, self);
    breaker_election(&v->breaker, node_monotonic(self));
    v->durable.view = view;
    v->status = VR_VIEW_CHANGE;
    clear_sets(v);
    node_persist(self, &v->durable);
    node_follow(self, term_of(view), NODE_NONE);
    say_that_it_changes(v, self, held, before);
    node_set_timer(self, VR_TIMER_VIEW_CHANGE, v->config->view_change_timeout);
    v->start_weight = quorum_weight(&v->config->quorum, self, v->self);
    if (v->start_weight >= v->quorum)
        do_view_change(v, self);
}

/* Who was bound by a promise has not heeded what was said until then. */
static void say_it_again(struct vr *v, struct node *self, node_id to)
{
    struct vr_view m = {.view = v->durable.view};
    node_send_after_sync(self, to, VR_START_VIEW_CHANGE, &m);
    if (v->asked && to == primary_of(v, v->durable.view))
        node_send_after_sync(self, to, VR_DO_VIEW_CHANGE, &m);
}

/* `known`: it was in this view change before. */
static void on_start_view_change(struct vr *v, struct node *self, node_id from, bool known)
{
    if (v->status != VR_VIEW_CHANGE || !add(v, 0, from))
        return;
    if (v->config->leader_lease && known)
        say_it_again(v, self, from);
    v->start_weight += quorum_weight(&v->config->quorum, self, from);
    if (v->start_weight >= v->quorum && !v->asked)
        do_view_change(v, self);
}

/* How long a backup waits for the next Commit. */
static sim_ns estimated_patience(struct vr *v, const struct node *self)
{
    if (v->config->timeouts == VR_TIMEOUTS_FIXED)
        return v->config->view_change_timeout;
    if (v->watched != v->durable.view + 1)
        phi_accrual_forget(&v->phi);
    v->watched = v->durable.view + 1;
    phi_accrual_heard(&v->phi, node_monotonic(self));
    return phi_accrual_timeout_within(&v->phi, v->config->view_change_timeout);
}

/* A lease rests on replicas that wait for view_change_timeout. */
static sim_ns patience_with(struct vr *v, const struct node *self)
{
    sim_ns patience = estimated_patience(v, self), promised = v->config->view_change_timeout;
    return v->config->leader_lease && patience < promised ? promised : patience;
}

void vr_follow(struct vr *v, struct node *self, uint64_t view)
{
    bool known = v->status == VR_NORMAL && view == v->durable.view && !v->asking;
    if (primary_of(v, view) == v->self)
        return; /* what it said before it crashed */
    if (!known) {
        leave_view(v, self);
        if (view != v->durable.view) {
            breaker_election(&v->breaker, node_monotonic(self));
            v->durable.view = view;
            node_persist(self, &v->durable);
        }
        v->status = VR_NORMAL;
        node_follow(self, term_of(view), primary_of(v, view));
    }
    breaker_leader(&v->breaker, node_monotonic(self));
    sim_ns patience = patience_with(v, self);
    v->silent_at = sim_add(node_monotonic(self), patience);
    node_set_timer(self, VR_TIMER_VIEW_CHANGE, patience);
}

void vr_stand(struct vr *v, struct node *self, uint64_t view, enum campaign_reason why)
{
    node_campaign(self, term_of(view), why);
    enter(v, self, view);
}

uint64_t vr_next_view_of(const struct vr *v, node_id id)
{
    uint64_t view = v->durable.view + 1;
    return view + (id + v->count - view % v->count) % v->count;
}

/* ---- Asking before the view is raised -------------------------------------------------------- */

static void ask(struct vr *v, struct node *self)
{
    struct vr_view m = {.view = v->durable.view + 1};
    if (v->status == VR_NORMAL && !v->asking)
        node_follow(self, term_of(v->durable.view), NODE_NONE);
    v->asking = true;
    for (uint32_t i = 0; i < words(v->count); i++)
        v->sets[2 * words(v->count) + i] = 0;
    v->pre_weight = quorum_weight(&v->config->quorum, self, v->self);
    node_pre_campaign(self, term_of(m.view));
    node_set_timer(self, VR_TIMER_VIEW_CHANGE, v->config->view_change_timeout);
    for (node_id id = 0; id < v->count; id++)
        if (id != v->self)
            node_send(self, id, VR_PRE_VIEW_CHANGE, &m);
    if (v->pre_weight >= v->quorum)
        vr_stand(v, self, m.view, CAMPAIGN_TIMEOUT);
}

static void on_pre_view_change(struct vr *v, struct node *self, node_id from,
                               const struct vr_view *m)
{
    bool hears = vr_leads(v) || (v->status == VR_NORMAL && node_monotonic(self) < v->silent_at);
    if (!hears || v->durable.view + 1 < m->view)
        node_send(self, from, VR_PRE_VIEW_CHANGE_OK, m);
}

static void on_pre_view_change_ok(struct vr *v, struct node *self, node_id from,
                                  const struct vr_view *m)
{
    if (!v->asking || m->view != v->durable.view + 1 || !add(v, 2, from))
        return;
    v->pre_weight += quorum_weight(&v->config->quorum, self, from);
    if (v->pre_weight >= v->quorum)
        vr_stand(v, self, m->view, CAMPAIGN_TIMEOUT);
}

/* ---- Events ---------------------------------------------------------------------------------- */

/* A word of a view change; of a later one it takes part, unless it has promised not to. */
static void on_change(struct vr *v, struct node *self, const struct message *m)
{
    uint64_t view = ((const struct vr_view *) m->body)->view;
    if (m->kind == VR_HAND_OVER
        && v->durable.view <= ((const struct vr_hand_over *) m->body)->released)
        v->promised_until = 0;
    bool known = view == v->durable.view;
    if (!known) {
        if (is_bound(v, self))
            return;
        enter(v, self, view);
    }
    if (m->kind == VR_DO_VIEW_CHANGE)
        on_do_view_change(v, self, m->from);
    else
        on_start_view_change(v, self, m->from, known);
}

static void on_message(void *state, struct node *self, const struct message *m)
{
    struct vr *v = state;
    uint64_t view = ((const struct vr_view *) m->body)->view;
    if (view < v->durable.view)
        return; /* of a view that is over */
    switch ((enum vr_message) m->kind) {
    case VR_COMMIT:
    case VR_START_VIEW:
        vr_follow(v, self, view);
        return;
    case VR_START_VIEW_CHANGE:
    case VR_DO_VIEW_CHANGE:
    case VR_HAND_OVER:
        on_change(v, self, m);
        return;
    case VR_TIMED_COMMIT:
        vr_on_timed_commit(v, self, m->from, m->body);
        return;
    case VR_COMMIT_OK:
        vr_on_commit_ok(v, self, m->from, m->body);
        return;
    case VR_PRE_VIEW_CHANGE:
        on_pre_view_change(v, self, m->from, m->body);
        return;
    case VR_PRE_VIEW_CHANGE_OK:
        on_pre_view_change_ok(v, self, m->from, m->body);
        return;
    case VR_MESSAGE_COUNT:
        break;
    }
    sim_unreachable();
}

/* The primary is silent, or its view does not begin. */
static void on_silence(struct vr *v, struct node *self)
{
    sim_ns wait = breaker_wait(&v->breaker, node_monotonic(self));
    if (wait > 0)
        node_set_timer(self, VR_TIMER_VIEW_CHANGE, wait);
    else if (v->config->pre_vote)
        ask(v, self);
    else
        vr_stand(v, self, v->durable.view + 1, CAMPAIGN_TIMEOUT);
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct vr *v = state;
    if (timer == VR_TIMER_VIEW_CHANGE) {
        on_silence(v, self);
        return;
    }
    sim_assert(timer == VR_TIMER_COMMIT);
    vr_commit(v, self);
    node_set_timer(self, VR_TIMER_COMMIT, v->config->commit_interval);
    vr_move_on_if_loaded(v, self);
}

/* Times that are kept: of heartbeats, then of elections. */
static size_t time_room(const struct vr_config *c)
{
    return (c->timeouts == VR_TIMEOUTS_PHI ? c->phi.window : 0) + c->breaker.elections;
}

/* Back from a crash it belongs to the view that it had, but for a primary: its clients are gone.
 * What it has promised it does not know: it may have done so just before. */
static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct vr *v = state;
    v->config = config;
    v->self = node_self(self);
    v->count = node_count(self);
    v->status = VR_VIEW_CHANGE;
    v->quorum = quorum_of(&v->config->quorum, self);
    sim_ns *room = (sim_ns *) (void *) (v->sets + (size_t) 3 * words(v->count));
    breaker_begin(&v->breaker, &v->config->breaker, room);
    if (v->config->timeouts == VR_TIMEOUTS_PHI)
        phi_accrual_begin(&v->phi, &v->config->phi, v->config->commit_interval,
                          room + v->config->breaker.elections);
    if (vr_answers(v->config))
        v->peers = (struct vr_peer *) (void *) (room + time_room(v->config));
    if (durable != NULL) {
        v->durable = *(const struct vr_durable *) durable;
        v->promised_until = sim_add(node_monotonic(self), v->config->view_change_timeout);
    }
    node_follow(self, term_of(v->durable.view), NODE_NONE);
    node_set_timer(self, VR_TIMER_VIEW_CHANGE, v->config->view_change_timeout);
    if (durable == NULL) {
        node_persist(self, &v->durable);
        do_view_change(v, self);
    }
}

static void on_admin(void *state, struct node *self, enum admin_command command, node_id target)
{
    struct vr *v = state;
    uint64_t view = v->durable.view + 1;
    if (command == ADMIN_TRANSFER && target != NODE_NONE)
        view = vr_next_view_of(v, target);
    if (vr_leads(v) && command != ADMIN_FORGET_LEADER) {
        if (command == ADMIN_STOP)
            node_step_down(self, term_of(v->durable.view), STEP_DOWN_STOP);
        v->status = command == ADMIN_STOP ? VR_VIEW_CHANGE : v->status;
        vr_stand(v, self, view, CAMPAIGN_TRANSFER);
    }
    if (command == ADMIN_STOP)
        node_exit(self);
}

static struct node_view view(const void *state)
{
    const struct vr *v = state;
    if (v->count == 0) /* it has not started yet */
        return (struct node_view){.leader = NODE_NONE, .voted_for = NODE_NONE};
    node_id primary = primary_of(v, v->durable.view);
    enum role role = vr_leads(v)                   ? ROLE_LEADER
                     : v->status == VR_VIEW_CHANGE ? ROLE_CANDIDATE
                     : v->asking                   ? ROLE_PRE_CANDIDATE
                                                   : ROLE_FOLLOWER;
    return (struct node_view){.role = role,
                              .leader = v->status == VR_NORMAL && !v->asking ? primary : NODE_NONE,
                              .voted_for = v->asked ? primary : NODE_NONE,
                              .term = term_of(v->durable.view),
                              .lease_until = v->lease_until};
}

static size_t state_size(const void *config, unsigned nodes)
{
    const struct vr_config *c = config;
    return sizeof(struct vr) + (size_t) 3 * words(nodes) * sizeof(uint64_t)
           + time_room(c) * sizeof(sim_ns) + (vr_answers(c) ? nodes * sizeof(struct vr_peer) : 0);
}

static const char *check(const void *config, unsigned nodes, const char **option)
{
    const struct vr_config *c = config;
    *option = "commit_interval";
    if (c->commit_interval <= 0)
        return "must be longer than nothing";
    *option = "view_change_timeout";
    if (c->view_change_timeout <= c->commit_interval)
        return "must exceed commit_interval, or every Commit comes too late";
    *option = "clock_drift_bound";
    if (c->clock_drift_bound < 0)
        return "must not be negative";
    const char *wrong = quorum_check(&c->quorum, nodes, option);
    if (wrong == NULL)
        wrong = phi_check(&c->phi, option);
    return wrong != NULL ? wrong : breaker_check(&c->breaker, option);
}

/* With a quorum beyond a majority, some that are down for good suffice to have no primary. */
static uint32_t promises_with(const void *config, unsigned nodes)
{
    const struct vr_config *c = config;
    uint32_t promised = ELECTION_SAFETY | VOTE_ONCE | TERM_MONOTONIC | LEADER_HAS_QUORUM;
    bool meet = c->quorum.rule != QUORUM_COUNT || c->quorum.count > nodes / 2;
    if (c->leader_lease && meet) /* a lease's quorum and a view's share a replica */
        promised |= LEASE_EXCLUSIVE;
    return quorum_is_a_majority(&c->quorum, nodes) ? promised | EVENTUAL_LEADER : promised;
}

/* Every replica may be the next in turn before one that can lead is; and once more for losses. */
static sim_ns patience(const void *config, unsigned nodes)
{
    const struct vr_config *c = config;
    (void) nodes;
    return c->view_change_timeout;
}

static sim_ns liveness_bound(const void *config, unsigned nodes)
{
    const struct vr_config *c = config;
    int64_t timeouts = 3 * ((int64_t) nodes + 2);
    if (c->timeouts == VR_TIMEOUTS_PHI)
        timeouts += 2 * ADAPTED_MAX;
    if (c->leader_lease) /* who is bound comes a timeout later */
        timeouts += 2;
    int64_t times = c->pre_vote ? 2 : 1; /* who asks too early asks again */
    sim_ns bound = sim_add(sim_times(c->view_change_timeout, timeouts), breaker_delay(&c->breaker));
    return sim_times(bound, times);
}

static int64_t drift_bound(const void *config)
{
    const struct vr_config *c = config;
    return c->leader_lease ? leader_lease_drift(c->clock_drift_bound) : INT64_MAX;
}

const struct algorithm viewstamped_replication_algorithm = {
    .name = "viewstamped_replication",
    .title = "Viewstamped Replication",
    .about = "the number of a view says who is primary, in turn; a majority moves to the next view "
             "when the primary is silent",
    .origin = "Liskov, Cowling 2012",
    .source = "Liskov and Cowling 2012, Viewstamped Replication Revisited, section 4.2",
    .tolerates = "crashes of a minority, loss, delay, full partitions",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct vr_config),
    .messages = messages,
    .message_count = VR_MESSAGE_COUNT,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .durable_size = sizeof(struct vr_durable),
    .promises = ELECTION_SAFETY | VOTE_ONCE | TERM_MONOTONIC | LEADER_HAS_QUORUM | LEASE_EXCLUSIVE
                | EVENTUAL_LEADER,
    .assumptions = ASSUMES_DURABLE_STORAGE | ASSUMES_CLEAN_CUT | ASSUMES_BOUNDED_DRIFT,
    .state_size = state_size,
    .check = check,
    .promises_with = promises_with,
    .drift_bound = drift_bound,
    .patience = patience,
    .liveness_bound = liveness_bound,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .on_admin = on_admin,
    .view = view,
};
