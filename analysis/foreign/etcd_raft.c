/* etcd's raft as an algorithm: options, messages, events. The library itself is unmodified, and
 * lies behind etcd_raft_load.c; etcd_raft_ready.c does what it answers. */
#include "analysis/foreign/etcd_raft.h"

#include <string.h>

#include "analysis/foreign/etcd_raft_server.h"

#define BOOTSTRAP 1u /* index and term of the snapshot that names the members */
#define LOG_MAX (DISK_RUNS_MAX - 80)
#define TICKS_MAX 1000000u

#define OPTION(field, type, default, about, source)                                                \
    FIELD(struct etcd_raft_config, field, type, default, about, source)
static const struct field options[] = {
    OPTION(tick_interval, FIELD_DURATION, "100ms", "how often the library is told that time passes",
           "etcd --heartbeat-interval"),
    OPTION(tick_offset, FIELD_RANGE, "0ns..0ns",
           "delay of the first tick: processes that did not start together", "time.NewTicker()"),
    OPTION(election_ticks, FIELD_COUNT, "10",
           "least silence after which a follower stands; drawn from it up to its double less one",
           "raft.Config.ElectionTick; etcd --election-timeout"),
    OPTION(heartbeat_ticks, FIELD_COUNT, "1", "how long a leader stays silent",
           "raft.Config.HeartbeatTick"),
    OPTION(pre_vote, FIELD_BOOL, "false", "ask before raising the term",
           "raft.Config.PreVote; etcd --pre-vote: false in 3.4, true from 3.5 on"),
    OPTION(check_quorum, FIELD_BOOL, "true",
           "a leader that hears no quorum steps down; followers that hear it ignore candidates",
           "raft.Config.CheckQuorum; etcd: always"),
    OPTION(stop_transfers, FIELD_BOOL, "true",
           "a leader that is stopped hands leadership over first", "etcdserver Stop()"),
    OPTION(snapshot_count, FIELD_COUNT, "1000", "applied entries after which a snapshot is taken",
           "etcd --snapshot-count: 100000; a simulated disk is smaller"),
    OPTION(snapshot_catch_up, FIELD_COUNT, "100", "entries that stay in the log behind a snapshot",
           "etcd: 5000"),
    OPTION(snapshot_ticks, FIELD_COUNT, "50", "after which a snapshot that was sent counts as lost",
           "ReportSnapshot(); etcd's transport: 5 s"),
};

#define PART(name, type) MESSAGE_FIELD(struct etcd_message, name, type)
static const struct field app_fields[] = {
    PART(term, FIELD_TERM),     PART(index, FIELD_COUNT),  PART(log_term, FIELD_COUNT),
    PART(entries, FIELD_COUNT), PART(commit, FIELD_COUNT),
};
static const struct field app_resp_fields[] = {
    PART(term, FIELD_TERM),
    PART(index, FIELD_COUNT),
    PART(reject, FIELD_BOOL),
    PART(reject_hint, FIELD_COUNT),
};
static const struct field vote_fields[] = {
    PART(term, FIELD_TERM),
    PART(index, FIELD_COUNT),
    PART(log_term, FIELD_COUNT),
    PART(transfer, FIELD_BOOL),
};
static const struct field vote_resp_fields[] = {
    PART(term, FIELD_TERM),
    PART(reject, FIELD_BOOL),
};
static const struct field heartbeat_fields[] = {
    PART(term, FIELD_TERM),
    PART(commit, FIELD_COUNT),
};
static const struct field snap_fields[] = {
    PART(term, FIELD_TERM),
    PART(snapshot_index, FIELD_COUNT),
    PART(snapshot_term, FIELD_COUNT),
};
static const struct field term_fields[] = {
    PART(term, FIELD_TERM),
};
static const struct field snap_received_fields[] = {
    MESSAGE_FIELD(struct etcd_raft_snap_received, index, FIELD_COUNT),
};
static const struct field synced_fields[] = {
    MESSAGE_FIELD(struct etcd_raft_synced, writes, FIELD_COUNT),
};
static const char *const defects[]
    = {"none", "the library panicked",
       "the library panicked: its log was corrupted, truncated, or lost",
       "entries of more terms than the simulated disk holds", NULL};
static const struct field failed_fields[] = {
    {"defect", FIELD_CHOICE, 0, NULL, NULL, NULL, defects},
};

/* Those without entries travel without room for them. */
#define HEAD_SIZE offsetof(struct etcd_message, runs)
#define HEAD(name, fields, for_election)                                                           \
    {                                                                                              \
        name, HEAD_SIZE, fields, sizeof fields / sizeof *fields, for_election                      \
    }
static const struct message_kind messages[ETCD_RAFT_MESSAGE_COUNT] = {
    [MESSAGE_APP] = MESSAGE("MsgApp", struct etcd_message, app_fields, false),
    [MESSAGE_APP_RESP] = HEAD("MsgAppResp", app_resp_fields, false),
    [MESSAGE_VOTE] = HEAD("MsgVote", vote_fields, true),
    [MESSAGE_VOTE_RESP] = HEAD("MsgVoteResp", vote_resp_fields, true),
    [MESSAGE_PRE_VOTE] = HEAD("MsgPreVote", vote_fields, true),
    [MESSAGE_PRE_VOTE_RESP] = HEAD("MsgPreVoteResp", vote_resp_fields, true),
    [MESSAGE_HEARTBEAT] = HEAD("MsgHeartbeat", heartbeat_fields, false),
    [MESSAGE_HEARTBEAT_RESP] = HEAD("MsgHeartbeatResp", term_fields, false),
    [MESSAGE_SNAP] = HEAD("MsgSnap", snap_fields, false),
    [MESSAGE_SNAP_RECEIVED]
    = MESSAGE("SnapshotReceived", struct etcd_raft_snap_received, snap_received_fields, false),
    [MESSAGE_TIMEOUT_NOW] = HEAD("MsgTimeoutNow", term_fields, true),
    [MESSAGE_TRANSFER_LEADER] = HEAD("MsgTransferLeader", term_fields, true),
    [MESSAGE_SYNCED] = MESSAGE("Synced", struct etcd_raft_synced, synced_fields, false),
    [MESSAGE_FAILED] = MESSAGE("Failed", struct etcd_raft_failed, failed_fields, false),
};

static const char *const timers[] = {"tick"};

static size_t state_size(const void *config, unsigned nodes)
{
    (void) config;
    (void) nodes;
    return sizeof(struct etcd_raft);
}

static size_t workspace_size(const void *config, unsigned nodes)
{
    (void) config;
    return sizeof(struct etcd_raft_server) + nodes * sizeof(uint32_t);
}

static const char *check(const void *config, unsigned nodes, const char **option)
{
    const struct etcd_raft_config *c = config;
    (void) nodes;
    *option = "tick_interval";
    if (c->tick_interval == 0)
        return "must be longer than nothing";
    *option = "heartbeat_ticks";
    if (c->heartbeat_ticks == 0)
        return "must be at least 1";
    if (c->heartbeat_ticks >= c->election_ticks)
        return "must be less than election_ticks";
    *option = "election_ticks";
    if (c->election_ticks > TICKS_MAX)
        return "must be at most 1000000";
    *option = "snapshot_ticks";
    if (c->snapshot_ticks == 0)
        return "must be at least 1";
    *option = "snapshot_catch_up";
    if (c->snapshot_catch_up == 0)
        return "must be at least 1";
    *option = "snapshot_count";
    if (c->snapshot_count == 0)
        return "must be at least 1";
    if (c->snapshot_count > LOG_MAX || c->snapshot_catch_up > LOG_MAX - c->snapshot_count)
        return "must be at most 1200 together with snapshot_catch_up";
    *option = NULL;
    return etcd_raft_load();
}

static int64_t drift_bound(const void *config)
{
    (void) config;
    return INT64_MAX; /* nothing rests on clocks */
}

static sim_ns patience(const void *config, unsigned nodes)
{
    const struct etcd_raft_config *c = config;
    (void) nodes;
    return sim_times(c->tick_interval, 2 * (int64_t) c->election_ticks);
}

static sim_ns liveness_bound(const void *config, unsigned nodes)
{
    const struct etcd_raft_config *c = config;
    return sim_times(
        sim_add(patience(config, nodes), sim_add(c->tick_interval, c->tick_offset.max)), 20);
}

/* ---- Events ---------------------------------------------------------------------------------- */

/* What goes in and comes out is large, and of no use after a callback. */
static _Thread_local struct etcd_call call;

static void end(struct etcd_raft *e, struct node *self)
{
    struct etcd_raft_server *s = e->server;
    if (s->leads) {
        s->leads = false;
        node_step_down(self, s->led_term, STEP_DOWN_STOP);
        e->view.role = ROLE_FOLLOWER;
        e->view.leader = NODE_NONE;
    }
    node_exit(self);
}

/* etcd waits until it sees the new leader, but not for ever. */
static bool may_end(const struct etcd_raft_server *s, struct node *self)
{
    if (s->state == ETCD_LEADER)
        return s->transferee == 0;
    return (s->lead != 0 && s->lead != node_self(self) + 1) || s->stop_ticks == 0;
}

/* The process ends as it would in production; the trace tells why. */
static void leave(struct etcd_raft *e, struct node *self)
{
    struct etcd_raft_server *s = e->server;
    if (s->defect == DEFECT_NONE)
        etcd_raft_handle(e, self, &call);
    if (s->defect != DEFECT_NONE) {
        struct etcd_raft_failed m = {.defect = s->defect};
        node_send(self, node_self(self), MESSAGE_FAILED, &m);
        end(e, self);
    } else if (s->stopping && may_end(s, self)) {
        end(e, self);
    }
}

static void ask(struct etcd_raft *e, struct node *self, enum etcd_request request, uint32_t peer)
{
    if (e->server->defect != DEFECT_NONE)
        return;
    call.request = request;
    call.peer = peer;
    etcd_raft_ask(e->server, self, &call);
    leave(e, self);
}

/* The members are in a snapshot that all begin with, as the library recommends: no entries name
 * them. A server that lost its disk has no such snapshot: it stands for nothing until a leader
 * sends one. */
static void bootstrap(struct etcd_raft_server *s, struct node *self)
{
    s->disk.log.term = BOOTSTRAP;
    s->disk.commit = BOOTSTRAP;
    disk_log_snapshot(&s->disk.log, (struct disk_position){BOOTSTRAP, BOOTSTRAP}, 0);
    node_persist(self, &s->disk);
}

static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct etcd_raft *e = state;
    struct etcd_raft_server *s = node_workspace(self);
    const struct etcd_raft_config *c = config;
    e->server = s;
    s->config = c;
    s->leader = NODE_NONE;
    s->role = ROLE_LEADER; /* so that what it starts as is told */
    s->handed_over_term = UINT64_MAX;
    if (durable != NULL)
        s->disk = *(const struct etcd_raft_disk *) durable;
    else if (node_monotonic(self) == 0)
        bootstrap(s, self);
    s->term = s->term_durable = s->disk.log.term;
    s->applied = s->disk.log.snapshot_index;
    (void) etcd_raft_create(s, self, &call);
    node_set_timer(self, 0, sim_add(c->tick_interval, node_random_range(self, c->tick_offset)));
    leave(e, self);
}

static void receive(struct etcd_raft *e, struct node *self, const struct message *m)
{
    call.message = (struct etcd_message){0};
    memcpy(&call.message, m->body, messages[m->kind].size);
    ask(e, self, ETCD_STEP, 0);
    if (m->kind != MESSAGE_SNAP || e->server->defect != DEFECT_NONE)
        return;
    struct etcd_raft_snap_received received
        = {((const struct etcd_message *) m->body)->snapshot_index};
    node_send(self, m->from, MESSAGE_SNAP_RECEIVED, &received);
}

static void on_message(void *state, struct node *self, const struct message *m)
{
    struct etcd_raft *e = state;
    struct etcd_raft_server *s = e->server;
    switch ((enum etcd_raft_message) m->kind) {
    case MESSAGE_FAILED:
        return;
    case MESSAGE_SYNCED:
        s->writing = false;
        s->term_durable = s->term;
        etcd_raft_apply(s, self, s->applies_later);
        ask(e, self, ETCD_WRITTEN, 0);
        return;
    case MESSAGE_SNAP_RECEIVED:
        s->snapshot_ticks[m->from] = 0;
        ask(e, self, ETCD_SNAPSHOT_DONE, m->from + 1);
        return;
    default:
        receive(e, self, m);
    }
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct etcd_raft *e = state;
    struct etcd_raft_server *s = e->server;
    (void) timer;
    node_set_timer(self, 0, s->config->tick_interval);
    if (s->stop_ticks > 0)
        s->stop_ticks--;
    for (node_id id = 0; id < node_count(self); id++)
        if (s->snapshot_ticks[id] > 0 && --s->snapshot_ticks[id] == 0)
            ask(e, self, ETCD_SNAPSHOT_FAILED, id + 1);
    ask(e, self, ETCD_TICK, 0);
}

/* As etcd's MoveLeader and Stop(): of the leader only. The library has no ForgetLeader in 3.4. */
static void on_admin(void *state, struct node *self, enum admin_command command, node_id target)
{
    struct etcd_raft *e = state;
    struct etcd_raft_server *s = e->server;
    bool leads = s->state == ETCD_LEADER && node_count(self) > 1;
    if (command == ADMIN_TRANSFER && leads)
        ask(e, self, ETCD_TRANSFER, target == NODE_NONE ? 0 : target + 1);
    if (command != ADMIN_STOP)
        return;
    s->stopping = true;
    s->stop_ticks = 2 * s->config->election_ticks;
    if (leads && s->config->stop_transfers)
        ask(e, self, ETCD_TRANSFER, 0);
    else
        end(e, self);
}

static void on_operation(void *state, struct node *self, uint64_t number)
{
    struct etcd_raft *e = state;
    struct etcd_raft_server *s = e->server;
    if (s->state != ETCD_LEADER || s->operation_count == ETCD_RAFT_PENDING_MAX) {
        node_operation_done(self, number, false);
        return;
    }
    call.request = ETCD_PROPOSE;
    etcd_raft_ask(s, self, &call);
    if (s->defect != DEFECT_NONE || call.dropped)
        node_operation_done(self, number, false);
    else
        s->operations[s->operation_count++] = (struct etcd_raft_operation){
            .number = number, .index = call.last_index, .term = (uint32_t) s->live_term};
    leave(e, self);
}

static void on_end(void *state)
{
    struct etcd_raft *e = state;
    if (e->server != NULL)
        etcd_raft_free(e->server);
}

static struct node_view view(const void *state)
{
    return ((const struct etcd_raft *) state)->view;
}

const struct algorithm etcd_raft_algorithm = {
    .name = "etcd_raft",
    .title = "etcd's raft",
    .about
    = "the raft of etcd, unmodified: ticks, check-quorum, pre-vote, transfer, snapshots. A "
      "`transfer` goes through TransferLeader, as etcd's MoveLeader. Not offered: changes of "
      "the members, learners among them, since they stay the same here; and ReadOnlyOption, "
      "since reads are not modelled",
    .source = "etcd's raft 3.4.23 (Debian's golang-etcd-server-dev), which has no ForgetLeader; "
              "driven as etcdserver/raft.go does",
    .origin = "etcd, raft 3.4.23",
    .tolerates = "crashes of a minority, loss, delay, partitions, pauses",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct etcd_raft_config),
    .messages = messages,
    .message_count = ETCD_RAFT_MESSAGE_COUNT,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .durable_size = sizeof(struct etcd_raft_disk),
    .promises = ELECTION_SAFETY | VOTE_ONCE | TERM_MONOTONIC | LEADER_HAS_QUORUM
                | LEADER_COMPLETENESS | STATE_MACHINE_SAFETY | EVENTUAL_LEADER,
    .assumptions = ASSUMES_DURABLE_STORAGE | ASSUMES_BOUNDED_DRIFT | ASSUMES_CLEAN_CUT,
    .state_size = state_size,
    .workspace_size = workspace_size,
    .check = check,
    .drift_bound = drift_bound,
    .patience = patience,
    .liveness_bound = liveness_bound,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .on_admin = on_admin,
    .on_operation = on_operation,
    .on_end = on_end,
    .view = view,
};
