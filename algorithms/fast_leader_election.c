/* ZooKeeper's fast leader election (apache/zookeeper, FastLeaderElection): options, and what
 * happens on each event.
 *
 * Everybody who looks for a leader tells all others whom it would elect, at first itself, and takes
 * over every vote that is better: by epoch, then zxid, then id. Where a quorum agrees it waits a
 * moment for a better one, and decides. So the most advanced server is found without any timeout
 * being random; but nothing is promised yet. That comes with Zab, of which this is modelled:
 * discovery (FOLLOWERINFO, LEADERINFO, ACKEPOCH: a quorum accepts an epoch above all that it has
 * accepted; it is the term, and to accept it is the vote), synchronization (NEWLEADER: a quorum
 * takes over the leader's history), broadcast (PROPOSAL, ACK, COMMIT, of which only positions
 * matter), and liveness: pings, tickTime, initLimit, syncLimit.
 *
 * Differs from ZooKeeper where that needs TCP: what a follower said last in discovery and
 * synchronization is said again after `retransmission`; a process that does not lead refuses a
 * connection and one that gives up closes its own (CLOSED), but a crash is the host's: nobody
 * closes anything, and followers find out after syncLimit ticks. Differs in synchronization: always
 * the whole log. Beyond ZooKeeper, and off by default: a follower's patience by phi accrual. Not
 * modelled: observers, reconfiguration, sessions, and a leader's giving up early
 * because its voters look again. */
#include "algorithms/fast_leader_election.h"

static const char *const zxid_words[] = {"equal", "distinct", NULL};
static const char *const timeouts_words[] = {"fixed", "phi_accrual", NULL};

static const struct field options[] = {
    FIELD(struct fle_config, tick_time, FIELD_DURATION, "2s",
          "a tick: two pings, and one count of the followers", "tickTime, as in zoo_sample.cfg"),
    FIELD(struct fle_config, init_limit, FIELD_COUNT, "10",
          "ticks that each step of discovery and synchronization may take",
          "initLimit, as in zoo_sample.cfg"),
    FIELD(struct fle_config, sync_limit, FIELD_COUNT, "5",
          "ticks without a word after which a follower leaves its leader, and a leader counts a "
          "follower no more",
          "syncLimit, as in zoo_sample.cfg"),
    FIELD(struct fle_config, finalize_wait, FIELD_DURATION, "200ms",
          "how long a vote with a quorum waits for a better one",
          "FastLeaderElection.finalizeWait"),
    FIELD(struct fle_config, min_notification_interval, FIELD_DURATION, "200ms",
          "first silence after which a server says its vote again; then twice as long each time",
          "zookeeper.fastleader.minNotificationInterval"),
    FIELD(struct fle_config, max_notification_interval, FIELD_DURATION, "60s",
          "the longest such silence", "zookeeper.fastleader.maxNotificationInterval"),
    FIELD(struct fle_config, leader_connect_delay, FIELD_DURATION, "100ms",
          "wait after a refused connection; five are tried",
          "zookeeper.leaderConnectDelayDuringRetryMs"),
    FIELD(struct fle_config, retransmission, FIELD_DURATION, "200ms",
          "what a connecting follower said is said again, then ever later",
          "TCP; the least that Linux waits"),
    FIELD_WORDS(struct fle_config, initial_zxid, FIELD_COUNTS, "equal", zxid_words,
                "history at the start: none, or n1 none, n2 one transaction and so on, or a list; "
                "all of epoch 1",
                "FastLeaderElection.totalOrderPredicate"),
    FIELD_WORDS(struct fle_config, timeouts, FIELD_CHOICE, "fixed", timeouts_words,
                "silence of the leader after which a follower leaves it: sync_limit ticks, or "
                "less where its pings are so regular that phi accrual says so",
                "Learner; Hayashibara 2004"),
    PHI_OPTIONS(struct fle_config, phi),
};

static const struct field vote_fields[] = {
    MESSAGE_FIELD(struct fle_vote, leader, FIELD_NODE),
    MESSAGE_FIELD(struct fle_vote, zxid_epoch, FIELD_COUNT),
    MESSAGE_FIELD(struct fle_vote, zxid, FIELD_COUNT),
    MESSAGE_FIELD(struct fle_vote, round, FIELD_TERM),
    MESSAGE_FIELD(struct fle_vote, peer_epoch, FIELD_TERM),
    MESSAGE_FIELD(struct fle_vote, state, FIELD_COUNT),
    MESSAGE_FIELD(struct fle_vote, again, FIELD_BOOL),
};
#define CONNECTION(type) MESSAGE_FIELD(type, connection, FIELD_TERM)
#define EPOCH(type) MESSAGE_FIELD(type, epoch, FIELD_TERM)
static const struct field epoch_fields[] = {CONNECTION(struct fle_epoch), EPOCH(struct fle_epoch)};
static const struct field ack_epoch_fields[] = {
    CONNECTION(struct fle_ack_epoch),
    EPOCH(struct fle_ack_epoch),
    MESSAGE_FIELD(struct fle_ack_epoch, current_epoch, FIELD_TERM),
    MESSAGE_FIELD(struct fle_ack_epoch, zxid_epoch, FIELD_COUNT),
    MESSAGE_FIELD(struct fle_ack_epoch, zxid, FIELD_COUNT),
    MESSAGE_FIELD(struct fle_ack_epoch, counts, FIELD_BOOL),
};
static const struct field history_fields[] = {
    CONNECTION(struct fle_history),
    EPOCH(struct fle_history),
    MESSAGE_FIELD(struct fle_history, last, FIELD_COUNT),
    MESSAGE_FIELD(struct fle_history, committed, FIELD_COUNT),
};
static const struct field proposal_fields[] = {
    CONNECTION(struct fle_proposal),
    EPOCH(struct fle_proposal),
    MESSAGE_FIELD(struct fle_proposal, previous, FIELD_COUNT),
    MESSAGE_FIELD(struct fle_proposal, last, FIELD_COUNT),
    MESSAGE_FIELD(struct fle_proposal, committed, FIELD_COUNT),
};
static const struct field position_fields[] = {
    CONNECTION(struct fle_position),
    EPOCH(struct fle_position),
    MESSAGE_FIELD(struct fle_position, last, FIELD_COUNT),
    MESSAGE_FIELD(struct fle_position, committed, FIELD_COUNT),
};
static const struct field closed_fields[] = {
    CONNECTION(struct fle_closed),
    MESSAGE_FIELD(struct fle_closed, refused, FIELD_BOOL),
};
static const struct field flushed_fields[] = {
    EPOCH(struct fle_flushed),
    MESSAGE_FIELD(struct fle_flushed, last, FIELD_COUNT),
};

static const struct message_kind messages[FLE_MESSAGE_COUNT] = {
    [FLE_NOTIFICATION] = MESSAGE("Notification", struct fle_vote, vote_fields, true),
    [FLE_FOLLOWER_INFO] = MESSAGE("FOLLOWERINFO", struct fle_epoch, epoch_fields, true),
    [FLE_LEADER_INFO] = MESSAGE("LEADERINFO", struct fle_epoch, epoch_fields, true),
    [FLE_ACK_EPOCH] = MESSAGE("ACKEPOCH", struct fle_ack_epoch, ack_epoch_fields, true),
    [FLE_NEW_LEADER] = MESSAGE("NEWLEADER", struct fle_history, history_fields, true),
    [FLE_ACK_NEW_LEADER] = MESSAGE("ACK_NEWLEADER", struct fle_position, position_fields, true),
    [FLE_UP_TO_DATE] = MESSAGE("UPTODATE", struct fle_position, position_fields, true),
    [FLE_PROPOSAL] = MESSAGE("PROPOSAL", struct fle_proposal, proposal_fields, false),
    [FLE_ACK] = MESSAGE("ACK", struct fle_position, position_fields, false),
    [FLE_COMMIT] = MESSAGE("COMMIT", struct fle_position, position_fields, false),
    [FLE_PING] = MESSAGE("PING", struct fle_position, position_fields, false),
    [FLE_CLOSED] = MESSAGE("CLOSED", struct fle_closed, closed_fields, true),
    [FLE_FLUSHED] = MESSAGE("Flushed", struct fle_flushed, flushed_fields, false),
};

static const char *const timers[] = {"notification", "limit", "tick", "resend"};

static size_t state_size(const void *config, unsigned nodes)
{
    const struct fle_config *c = config;
    (void) nodes;
    return sizeof(struct fle)
           + (c->timeouts == FLE_TIMEOUTS_PHI ? c->phi.window : 0) * sizeof(sim_ns);
}

static size_t workspace_size(const void *config, unsigned nodes)
{
    (void) config;
    return sizeof(struct fle_workspace) + nodes * sizeof(struct fle_peer);
}

static const char *check(const void *config, unsigned nodes, const char **option)
{
    const struct fle_config *c = config;
    (void) nodes;
    const struct {
        const char *name;
        int64_t value;
    } amounts[] = {{"init_limit", c->init_limit},
                   {"sync_limit", c->sync_limit},
                   {"finalize_wait", c->finalize_wait},
                   {"min_notification_interval", c->min_notification_interval},
                   {"leader_connect_delay", c->leader_connect_delay},
                   {"retransmission", c->retransmission}};
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        *option = amounts[i].name;
        if (amounts[i].value <= 0)
            return "must be more than nothing";
    }
    *option = "tick_time";
    if (c->tick_time < MILLISECOND)
        return "must be at least a millisecond";
    *option = "max_notification_interval";
    if (c->max_notification_interval < c->min_notification_interval)
        return "must not be shorter than min_notification_interval";
    return phi_check(&c->phi, option);
}

static sim_ns patience(const void *config, unsigned nodes)
{
    const struct fle_config *c = config;
    (void) nodes;
    return sim_times(c->tick_time, c->sync_limit);
}

/* The longest silence of somebody who looks, a leader that loses its quorum, and three steps until
 * the next has one; all that three times. */
static sim_ns liveness_bound(const void *config, unsigned nodes)
{
    const struct fle_config *c = config;
    (void) nodes;
    sim_ns ticks = sim_times(c->tick_time, 3 * (int64_t) c->init_limit + c->sync_limit + 2);
    sim_ns silence = sim_add(c->max_notification_interval, c->finalize_wait);
    return sim_times(sim_add(ticks, silence), 3);
}

/* Only at the very start of the run: a wiped server has lost its history. */
static void fill_history(struct fle *f)
{
    const struct counts_option *o = &f->config->initial_zxid;
    uint32_t length = o->choice == INITIAL_ZXID_DISTINCT ? f->self : 0;
    if (o->values != NULL && o->count > 0)
        length = o->values[f->self < o->count ? f->self : o->count - 1];
    if (length == 0)
        return;
    f->durable.accepted_epoch = f->durable.current_epoch = 1;
    bool room = raft_log_append(&f->durable.log, 1, length);
    sim_assert(room);
}

static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct fle *f = state;
    f->config = config;
    f->self = node_self(self);
    f->count = node_count(self);
    f->decision.leader = NODE_NONE;
    if (f->config->timeouts == FLE_TIMEOUTS_PHI)
        phi_accrual_begin(&f->phi, &f->config->phi, f->config->tick_time / 2, f->samples);
    if (durable != NULL) {
        f->durable = *(const struct fle_durable *) durable;
    } else if (node_monotonic(self) == 0) {
        fill_history(f);
        if (f->durable.current_epoch > 0)
            node_persist(self, &f->durable);
    }
    f->history_epoch = f->durable.current_epoch;
    f->flushed = raft_log_last(&f->durable.log);
    fle_look(f, self);
}

void fle_flush(struct fle *f, struct node *self)
{
    struct fle_flushed m = {f->epoch, raft_log_last(&f->durable.log)};
    if (f->flushing) {
        f->unflushed = true;
        return;
    }
    f->flushing = true;
    f->unflushed = false;
    node_persist(self, &f->durable);
    node_send_after_sync(self, f->self, FLE_FLUSHED, &m);
}

static void on_flushed(struct fle *f, struct node *self, const struct fle_flushed *m)
{
    if (!f->flushing || m->epoch != f->epoch || m->last > raft_log_last(&f->durable.log))
        return; /* it belongs to what it did before it looked */
    f->flushing = false;
    f->flushed = m->last;
    if (f->unflushed)
        fle_flush(f, self);
    if (f->state == FLE_LEADING)
        fle_on_leader_flushed(f, self);
    else if (f->state == FLE_FOLLOWING)
        fle_on_follower_flushed(f, self);
}

static void on_leaders_packet(struct fle *f, struct node *self, const struct message *m)
{
    switch ((enum fle_message) m->kind) {
    case FLE_LEADER_INFO:
        fle_on_leader_info(f, self, m->body);
        return;
    case FLE_NEW_LEADER:
        fle_on_new_leader(f, self, m->body);
        return;
    case FLE_UP_TO_DATE:
        fle_on_up_to_date(f, self, m->body);
        return;
    case FLE_PROPOSAL:
        fle_on_proposal(f, self, m->body);
        return;
    case FLE_COMMIT:
    case FLE_PING:
        fle_on_commit(f, self, m->body, m->kind == FLE_PING);
        return;
    case FLE_CLOSED:
        fle_on_leader_closed(f, self, m->body);
        return;
    case FLE_NOTIFICATION:
    case FLE_FOLLOWER_INFO:
    case FLE_ACK_EPOCH:
    case FLE_ACK_NEW_LEADER:
    case FLE_ACK:
    case FLE_FLUSHED:
    case FLE_MESSAGE_COUNT:
        return;
    }
    sim_unreachable();
}

static void on_learners_packet(struct fle *f, struct node *self, const struct message *m)
{
    switch ((enum fle_message) m->kind) {
    case FLE_ACK_EPOCH:
        fle_on_ack_epoch(f, self, m->from, m->body);
        return;
    case FLE_ACK_NEW_LEADER:
        fle_on_ack_new_leader(f, self, m->from, m->body);
        return;
    case FLE_ACK:
        fle_on_ack(f, self, m->from, m->body);
        return;
    case FLE_PING:
        fle_on_pong(f, self, m->from, m->body);
        return;
    case FLE_CLOSED:
        fle_on_learner_closed(f, self, m->from, m->body);
        return;
    case FLE_NOTIFICATION:
    case FLE_FOLLOWER_INFO:
    case FLE_LEADER_INFO:
    case FLE_NEW_LEADER:
    case FLE_UP_TO_DATE:
    case FLE_PROPOSAL:
    case FLE_COMMIT:
    case FLE_FLUSHED:
    case FLE_MESSAGE_COUNT:
        return;
    }
    sim_unreachable();
}

static void on_message(void *state, struct node *self, const struct message *m)
{
    struct fle *f = state;
    if (m->kind == FLE_NOTIFICATION)
        fle_on_notification(f, self, m->from, m->body);
    else if (m->kind == FLE_FOLLOWER_INFO)
        fle_on_follower_info(f, self, m->from, m->body);
    else if (m->kind == FLE_FLUSHED)
        on_flushed(f, self, m->body);
    else if (f->state == FLE_LEADING)
        on_learners_packet(f, self, m);
    else if (f->state == FLE_FOLLOWING && m->from == f->decision.leader)
        on_leaders_packet(f, self, m);
}

/* A follower without a word from its leader, or a leader without the quorum that it waits for. */
static void on_limit(struct fle *f, struct node *self)
{
    if (f->state == FLE_LEADING)
        fle_end_leading(f, self, STEP_DOWN_LOST_QUORUM);
    else
        fle_leave_leader(f, self);
    fle_look(f, self);
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct fle *f = state;
    switch ((enum fle_timer) timer) {
    case FLE_TIMER_NOTIFICATION:
        fle_on_notification_timer(f, self);
        return;
    case FLE_TIMER_LIMIT:
        on_limit(f, self);
        return;
    case FLE_TIMER_TICK:
        fle_on_tick(f, self);
        return;
    case FLE_TIMER_RESEND:
        fle_on_resend(f, self);
        return;
    }
    sim_unreachable();
}

/* ZooKeeper has no transfer of leadership. A process that ends closes its connections. */
static void on_admin(void *state, struct node *self, enum admin_command command, node_id target)
{
    struct fle *f = state;
    (void) target;
    if (command != ADMIN_STOP)
        return;
    if (f->state == FLE_LEADING)
        fle_end_leading(f, self, STEP_DOWN_STOP);
    else if (f->state == FLE_FOLLOWING)
        fle_leave_leader(f, self);
    node_exit(self);
}

static struct node_view view(const void *state)
{
    const struct fle *f = state;
    bool broadcast = f->phase == FLE_BROADCAST;
    enum role role = f->standing ? ROLE_CANDIDATE : ROLE_PRE_CANDIDATE;
    if (f->state == FLE_FOLLOWING)
        role = ROLE_FOLLOWER;
    else if (f->state == FLE_LEADING)
        role = broadcast ? ROLE_LEADER : ROLE_CANDIDATE;
    return (struct node_view){.role = role,
                              .leader = f->leader,
                              .voted_for = NODE_NONE,
                              .term = f->durable.accepted_epoch,
                              .last_index = raft_log_last(&f->durable.log),
                              .last_term = f->history_epoch,
                              .commit_index = f->durable.log.commit,
                              .commit_term = f->durable.log.commit_term};
}

const struct algorithm fast_leader_election_algorithm = {
    .name = "fast_leader_election",
    .title = "Fast leader election",
    .origin = "Apache ZooKeeper",
    .about = "ZooKeeper's: everybody tells its vote until a quorum agrees on the most advanced "
             "server, which leads when a quorum has accepted its epoch and its history",
    .source
    = "Apache ZooKeeper 3.9: FastLeaderElection, Leader, LearnerHandler, Learner; Junqueira, "
      "Reed and Serafini 2011 (Zab)",
    .tolerates = "crashes of a minority, loss, delay, full partitions, pauses",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct fle_config),
    .messages = messages,
    .message_count = FLE_MESSAGE_COUNT,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .durable_size = sizeof(struct fle_durable),
    .promises = ELECTION_SAFETY | VOTE_ONCE | TERM_MONOTONIC | LEADER_HAS_QUORUM
                | LEADER_COMPLETENESS | STATE_MACHINE_SAFETY | EVENTUAL_LEADER,
    .assumptions = ASSUMES_DURABLE_STORAGE | ASSUMES_CLEAN_CUT,
    .state_size = state_size,
    .workspace_size = workspace_size,
    .check = check,
    .patience = patience,
    .liveness_bound = liveness_bound,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .on_admin = on_admin,
    .on_operation = fle_on_operation,
    .view = view,
};
