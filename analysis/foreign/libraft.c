/* The C Raft library of dqlite as an algorithm: options, messages, events in, announcements out.
 * The library itself is unmodified; libraft_io.c gives it clock, chance and disk, libraft_wire.c
 * the network. */
#include "analysis/foreign/libraft.h"

#include <string.h>

#include "analysis/foreign/libraft_server.h"

#define PENDING_MAX 64u   /* operations that a leader takes before the oldest is committed */
#define BOOTSTRAP_INDEX 1 /* the members' entry: committed by no leader, but before the start */
#define LOG_MAX (DISK_RUNS_MAX - PENDING_MAX - 16)

static const struct field options[] = {
    FIELD(struct libraft_config, election_timeout, FIELD_DURATION, "1s",
          "least silence after which a follower stands; drawn from it up to its double",
          "raft_set_election_timeout()"),
    FIELD(struct libraft_config, heartbeat_timeout, FIELD_DURATION, "100ms",
          "how long a leader stays silent", "raft_set_heartbeat_timeout()"),
    FIELD(struct libraft_config, pre_vote, FIELD_BOOL, "false", "ask before raising the term",
          "raft_set_pre_vote(); thesis 9.6"),
    FIELD(struct libraft_config, snapshot_threshold, FIELD_COUNT, "1024",
          "applied entries after which a snapshot is taken", "raft_set_snapshot_threshold()"),
    FIELD(struct libraft_config, snapshot_trailing, FIELD_COUNT, "128",
          "entries that stay in the log behind a snapshot", "raft_set_snapshot_trailing()"),
    FIELD(struct libraft_config, install_snapshot_timeout, FIELD_DURATION, "30s",
          "after which a snapshot that was sent counts as lost",
          "raft_set_install_snapshot_timeout()"),
    FIELD(struct libraft_config, stop_transfers, FIELD_BOOL, "false",
          "a leader that is stopped hands leadership over first", "dqlite_node_handover()"),
    FIELD(struct libraft_config, tick, FIELD_DURATION, "0ns",
          "how often the library looks at its clock; 0: each heartbeat_timeout, as it asks",
          "raft_io.start()"),
    FIELD(struct libraft_config, tick_offset, FIELD_RANGE, "0ns..0ns",
          "delay of the first tick: processes that did not start together", "raft_io.start()"),
};

#define TERM(type) MESSAGE_FIELD(type, term, FIELD_TERM)
static const struct field append_fields[] = {
    TERM(struct libraft_append_entries),
    MESSAGE_FIELD(struct libraft_append_entries, prev_log_index, FIELD_COUNT),
    MESSAGE_FIELD(struct libraft_append_entries, prev_log_term, FIELD_COUNT),
    MESSAGE_FIELD(struct libraft_append_entries, leader_commit, FIELD_COUNT),
    MESSAGE_FIELD(struct libraft_append_entries, entries, FIELD_COUNT),
};
static const struct field append_result_fields[] = {
    TERM(struct libraft_append_entries_result),
    MESSAGE_FIELD(struct libraft_append_entries_result, rejected, FIELD_COUNT),
    MESSAGE_FIELD(struct libraft_append_entries_result, last_log_index, FIELD_COUNT),
};
static const struct field vote_fields[] = {
    TERM(struct libraft_request_vote),
    MESSAGE_FIELD(struct libraft_request_vote, last_log_index, FIELD_COUNT),
    MESSAGE_FIELD(struct libraft_request_vote, last_log_term, FIELD_COUNT),
    MESSAGE_FIELD(struct libraft_request_vote, disrupt_leader, FIELD_BOOL),
};
static const struct field vote_result_fields[] = {
    TERM(struct libraft_request_vote_result),
    MESSAGE_FIELD(struct libraft_request_vote_result, vote_granted, FIELD_BOOL),
};
static const struct field snapshot_fields[] = {
    TERM(struct libraft_install_snapshot),
    MESSAGE_FIELD(struct libraft_install_snapshot, last_index, FIELD_COUNT),
    MESSAGE_FIELD(struct libraft_install_snapshot, last_term, FIELD_COUNT),
};
static const struct field timeout_now_fields[] = {
    TERM(struct libraft_timeout_now),
    MESSAGE_FIELD(struct libraft_timeout_now, last_log_index, FIELD_COUNT),
    MESSAGE_FIELD(struct libraft_timeout_now, last_log_term, FIELD_COUNT),
};
static const struct field synced_fields[] = {
    MESSAGE_FIELD(struct libraft_synced, writes, FIELD_COUNT),
};
static const char *const defects[]
    = {"none",           "unavailable",   "sends to a server that does not exist",
       "does not start", "out of memory", NULL};
static const struct field failed_fields[] = {
    {"defect", FIELD_CHOICE, 0, NULL, NULL, NULL, defects},
};

static const struct message_kind messages[LIBRAFT_MESSAGE_COUNT] = {
    [MESSAGE_APPEND_ENTRIES]
    = MESSAGE("AppendEntries", struct libraft_append_entries, append_fields, false),
    [MESSAGE_APPEND_ENTRIES_RESULT] = MESSAGE(
        "AppendEntriesResult", struct libraft_append_entries_result, append_result_fields, false),
    [MESSAGE_REQUEST_VOTE] = MESSAGE("RequestVote", struct libraft_request_vote, vote_fields, true),
    [MESSAGE_REQUEST_VOTE_RESULT]
    = MESSAGE("RequestVoteResult", struct libraft_request_vote_result, vote_result_fields, true),
    [MESSAGE_PRE_VOTE] = MESSAGE("PreVote", struct libraft_request_vote, vote_fields, true),
    [MESSAGE_PRE_VOTE_RESULT]
    = MESSAGE("PreVoteResult", struct libraft_request_vote_result, vote_result_fields, true),
    [MESSAGE_INSTALL_SNAPSHOT]
    = MESSAGE("InstallSnapshot", struct libraft_install_snapshot, snapshot_fields, false),
    [MESSAGE_TIMEOUT_NOW]
    = MESSAGE("TimeoutNow", struct libraft_timeout_now, timeout_now_fields, true),
    [MESSAGE_SYNCED] = MESSAGE("Synced", struct libraft_synced, synced_fields, false),
    [MESSAGE_FAILED] = MESSAGE("Failed", struct libraft_failed, failed_fields, false),
};

static const char *const timers[] = {"tick"};

/* What the engine keeps of a node beside the workspace, and looks at often. */
struct libraft {
    struct libraft_server *server;
    struct node_view view;
};

static size_t state_size(const void *config, unsigned nodes)
{
    (void) config;
    (void) nodes;
    return sizeof(struct libraft);
}

/* An entry takes its slot in the log's ring, while that grows twice, a reference, and its payload;
 * sending it or writing it takes one more slot for a while. */
static size_t workspace_size(const void *config, unsigned nodes)
{
    const struct libraft_config *c = config;
    size_t entries = (size_t) c->snapshot_threshold + c->snapshot_trailing + PENDING_MAX;
    return sizeof(struct libraft_server) + 262144 + entries * 384 + (size_t) nodes * 1024;
}

static const char *check(const void *config, unsigned nodes, const char **option)
{
    const struct libraft_config *c = config;
    (void) nodes;
    const struct {
        const char *name;
        sim_ns value;
    } durations[] = {{"election_timeout", c->election_timeout},
                     {"heartbeat_timeout", c->heartbeat_timeout},
                     {"install_snapshot_timeout", c->install_snapshot_timeout},
                     {"tick", c->tick}};
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        *option = durations[i].name;
        if (durations[i].value % MILLISECOND != 0)
            return "the library counts whole milliseconds";
        if (durations[i].value / MILLISECOND > INT32_MAX / 2)
            return "the library counts milliseconds in 31 bits";
        if (durations[i].value == 0 && i < 3)
            return "must be longer than nothing";
    }
    *option = "heartbeat_timeout";
    if (c->heartbeat_timeout >= c->election_timeout)
        return "must be shorter than election_timeout";
    *option = "snapshot_trailing";
    if (c->snapshot_trailing == 0)
        return "must be at least 1: 0 tells raft_io that a snapshot replaces the whole log";
    *option = "snapshot_threshold";
    if (c->snapshot_threshold == 0)
        return "must be at least 1";
    if (c->snapshot_threshold > LOG_MAX || c->snapshot_trailing > LOG_MAX - c->snapshot_threshold)
        return "must be at most 1200 together with snapshot_trailing";
    *option = NULL;
    return NULL;
}

static int64_t drift_bound(const void *config)
{
    (void) config;
    return INT64_MAX; /* nothing rests on clocks */
}

static sim_ns patience(const void *config, unsigned nodes)
{
    const struct libraft_config *c = config;
    (void) nodes;
    return sim_times(c->election_timeout, 2);
}

static sim_ns liveness_bound(const void *config, unsigned nodes)
{
    const struct libraft_config *c = config;
    (void) nodes;
    sim_ns tick = c->tick > 0 ? c->tick : c->heartbeat_timeout;
    return sim_times(sim_add(sim_times(c->election_timeout, 2), sim_add(tick, c->tick_offset.max)),
                     20);
}

void libraft_address(node_id id, char text[LIBRAFT_ADDRESS_MAX])
{
    char digits[LIBRAFT_ADDRESS_MAX];
    unsigned count = 0, at = 0;
    for (uint32_t rest = id + 1; rest > 0; rest /= 10)
        digits[count++] = (char) ('0' + rest % 10);
    text[at++] = 'n';
    while (count > 0)
        text[at++] = digits[--count];
    text[at] = '\0';
}

/* ---- Announcements --------------------------------------------------------------------------- */

static void step_down(struct libraft_server *s, enum step_down_reason why)
{
    s->leads = false;
    node_step_down(s->self, s->led_term, why);
}

void libraft_announce_term(struct libraft_server *s, uint64_t term)
{
    if (s->leads && term > s->led_term)
        step_down(s,
                  s->handed_over_term == s->led_term ? STEP_DOWN_TRANSFER : STEP_DOWN_HIGHER_TERM);
}

void libraft_announce_vote(struct libraft_server *s, node_id candidate)
{
    if (candidate == node_self(s->self))
        node_campaign(s->self, s->disk.term,
                      s->raft.candidate_state.disrupt_leader ? CAMPAIGN_TRANSFER
                                                             : CAMPAIGN_TIMEOUT);
    node_vote(s->self, s->disk.term, candidate);
}

void libraft_announce_pre_campaign(struct libraft_server *s, uint64_t term)
{
    if (!s->pre_campaigned)
        node_pre_campaign(s->self, term);
    s->pre_campaigned = true;
}

/* A lone voter elects itself inside raft_start(), before its vote is durable. */
static enum role role_of(const struct libraft_server *s)
{
    switch (s->raft.state) {
    case RAFT_LEADER:
        return s->metadata_write > s->writes_durable ? ROLE_CANDIDATE : ROLE_LEADER;
    case RAFT_CANDIDATE:
        return s->raft.candidate_state.in_pre_vote ? ROLE_PRE_CANDIDATE : ROLE_CANDIDATE;
    default:
        return ROLE_FOLLOWER;
    }
}

static node_id leader_of(struct libraft_server *s, enum role role)
{
    raft_id id = 0;
    const char *address;
    if (role == ROLE_LEADER)
        return node_self(s->self);
    if (role == ROLE_FOLLOWER && s->raft.state == RAFT_FOLLOWER)
        raft_leader(&s->raft, &id, &address);
    return id == 0 ? NODE_NONE : (node_id) id - 1;
}

/* The members' entry, which no leader wrote, the library holds for committed from the start. */
static struct disk_position committed(const struct libraft_server *s)
{
    if (s->raft.commit_index <= BOOTSTRAP_INDEX)
        return (struct disk_position){0};
    return disk_log_at(&s->disk, (uint32_t) s->raft.commit_index);
}

/* Tells what changed since the last callback. */
static void announce(struct libraft *l)
{
    struct libraft_server *s = l->server;
    enum role role = role_of(s);
    node_id leader = leader_of(s, role);
    uint64_t term = s->disk.term;
    if (s->leads && role != ROLE_LEADER)
        step_down(s, s->stopping ? STEP_DOWN_STOP : STEP_DOWN_LOST_QUORUM);
    if (role == ROLE_LEADER && !s->leads) {
        s->leads = true;
        s->led_term = term;
        node_lead(s->self, term);
    }
    if (role == ROLE_FOLLOWER && (s->role != role || s->leader != leader || s->term != term))
        node_follow(s->self, term, leader);
    s->role = (uint8_t) role;
    s->leader = leader;
    s->term = term;
    struct disk_position last = disk_log_last(&s->disk), commit = committed(s);
    l->view = (struct node_view){.role = role,
                                 .leader = leader,
                                 .voted_for
                                 = s->disk.voted_for == 0 ? NODE_NONE : s->disk.voted_for - 1,
                                 .term = term,
                                 .last_index = last.index,
                                 .last_term = last.term,
                                 .commit_index = commit.index,
                                 .commit_term = commit.term};
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void end(struct libraft *l)
{
    struct libraft_server *s = l->server;
    if (s->leads) {
        step_down(s, STEP_DOWN_STOP);
        l->view.role = ROLE_FOLLOWER;
        l->view.leader = NODE_NONE;
    }
    node_exit(s->self);
}

/* The process ends as it would in production; the trace tells why. */
static void fail(struct libraft *l)
{
    struct libraft_failed m = {.defect = l->server->defect};
    node_send(l->server->self, node_self(l->server->self), MESSAGE_FAILED, &m);
    end(l);
}

static void leave(struct libraft *l, uint32_t writes_before)
{
    struct libraft_server *s = l->server;
    libraft_flush(s, writes_before);
    if (s->raft.state == RAFT_UNAVAILABLE && s->defect == DEFECT_NONE)
        s->defect = s->heap.refused > 0 ? DEFECT_MEMORY : DEFECT_UNAVAILABLE;
    if (s->defect != DEFECT_NONE) {
        fail(l);
    } else {
        announce(l);
        if (s->stopping && !s->transferring) /* dqlite waits for a handover, and then ends */
            end(l);
    }
    s->pre_campaigned = false;
    libraft_leave();
}

static int apply(struct raft_fsm *fsm, const struct raft_buffer *entry, void **result)
{
    (void) fsm;
    (void) entry;
    *result = NULL;
    return 0;
}

static int take_snapshot(struct raft_fsm *fsm, struct raft_buffer *buffers[], unsigned *count)
{
    (void) fsm;
    struct raft_buffer *buffer = raft_malloc(sizeof *buffer);
    void *content = raft_calloc(1, 8);
    if (buffer == NULL || content == NULL) {
        raft_free(buffer);
        raft_free(content);
        return RAFT_NOMEM;
    }
    *buffer = (struct raft_buffer){content, 8};
    *buffers = buffer;
    *count = 1;
    return 0;
}

static int restore(struct raft_fsm *fsm, struct raft_buffer *content)
{
    (void) fsm;
    raft_free(content->base);
    return 0;
}

static int start(struct libraft_server *s, bool bootstrap)
{
    const struct libraft_config *c = s->config;
    char address[LIBRAFT_ADDRESS_MAX];
    struct raft_configuration members;
    libraft_address(node_self(s->self), address);
    int status = libraft_members(s, &members);
    if (status == 0)
        status = raft_configuration_encode(&members, &s->configuration);
    if (status == 0)
        status = raft_init(&s->raft, &s->io, &s->fsm, node_self(s->self) + 1, address);
    if (status != 0)
        return status;
    raft_set_election_timeout(&s->raft, (unsigned) (c->election_timeout / MILLISECOND));
    raft_set_heartbeat_timeout(&s->raft, (unsigned) (c->heartbeat_timeout / MILLISECOND));
    raft_set_install_snapshot_timeout(&s->raft,
                                      (unsigned) (c->install_snapshot_timeout / MILLISECOND));
    raft_set_snapshot_threshold(&s->raft, c->snapshot_threshold);
    raft_set_snapshot_trailing(&s->raft, c->snapshot_trailing);
    raft_set_pre_vote(&s->raft, c->pre_vote);
    if (bootstrap)
        status = raft_bootstrap(&s->raft, &members);
    raft_configuration_close(&members);
    return status == 0 ? raft_start(&s->raft) : status;
}

/* A server that lost its disk is not bootstrapped again: it is no voter until the leader has told
 * it who the members are, so that it cannot vote twice. */
static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct libraft *l = state;
    struct libraft_server *s = node_workspace(self);
    l->server = s;
    *s = (struct libraft_server){
        .config = config,
        .fsm = {.version = 1, .apply = apply, .snapshot = take_snapshot, .restore = restore},
        .leader = NODE_NONE,
        .role = ROLE_LEADER, /* so that what it starts as is told */
        .handed_over_term = UINT64_MAX};
    size_t begin = (sizeof *s + 15) / 16 * 16;
    heap_init(&s->heap, (unsigned char *) s + begin,
              workspace_size(config, node_count(self)) - begin);
    libraft_io_init(s);
    if (durable != NULL)
        s->disk = *(const struct disk_log *) durable;
    libraft_enter(s, self);
    if (start(s, durable == NULL && node_monotonic(self) == 0) != 0)
        s->defect = DEFECT_START;
    leave(l, 0);
}

static void on_message(void *state, struct node *self, const struct message *m)
{
    struct libraft *l = state;
    struct libraft_server *s = l->server;
    if (m->kind == MESSAGE_FAILED)
        return;
    uint32_t writes = s->writes;
    libraft_enter(s, self);
    if (m->kind == MESSAGE_SYNCED)
        libraft_on_synced(s, ((const struct libraft_synced *) m->body)->writes);
    else
        libraft_receive(s, m);
    leave(l, writes);
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct libraft *l = state;
    struct libraft_server *s = l->server;
    uint32_t writes = s->writes;
    (void) timer;
    libraft_enter(s, self);
    s->tick(&s->io);
    node_set_timer(self, 0, s->tick_interval);
    leave(l, writes);
}

static void transferred(struct raft_transfer *request)
{
    struct libraft_server *s = request->data;
    s->transferring = false;
    if (s->raft.state == RAFT_LEADER)
        s->handed_over_term = UINT64_MAX; /* it took too long: this one goes on */
}

static void transfer(struct libraft_server *s, node_id target)
{
    if (s->transferring || s->raft.state != RAFT_LEADER)
        return;
    s->transfer.data = s;
    raft_id id = target == NODE_NONE ? 0 : (raft_id) target + 1;
    s->transferring = raft_transfer(&s->raft, &s->transfer, id, transferred) == 0;
}

static void on_admin(void *state, struct node *self, enum admin_command command, node_id target)
{
    struct libraft *l = state;
    struct libraft_server *s = l->server;
    uint32_t writes = s->writes;
    libraft_enter(s, self);
    if (command == ADMIN_TRANSFER)
        transfer(s, target);
    if (command == ADMIN_STOP) {
        s->stopping = true;
        if (s->config->stop_transfers)
            transfer(s, NODE_NONE);
    }
    leave(l, writes);
}

struct operation {
    struct raft_apply request; /* first, so that the library's callback finds the rest */
    struct libraft_server *server;
    uint64_t number;
};

static void operation_done(struct raft_apply *request, int status, void *result)
{
    struct operation *o = (struct operation *) request;
    (void) result;
    node_operation_done(o->server->self, o->number, status == 0);
    raft_free(o);
}

static bool submit(struct libraft_server *s, uint64_t number)
{
    if (s->raft.state != RAFT_LEADER
        || disk_log_last(&s->disk).index - s->raft.commit_index >= PENDING_MAX)
        return false;
    struct operation *o = raft_calloc(1, sizeof *o);
    struct raft_buffer payload = {raft_malloc(sizeof number), sizeof number};
    if (o != NULL && payload.base != NULL) {
        o->server = s;
        o->number = number;
        memcpy(payload.base, &number, sizeof number);
        if (raft_apply(&s->raft, &o->request, &payload, 1, operation_done) == 0)
            return true;
    }
    raft_free(o);
    raft_free(payload.base);
    return false;
}

static void on_operation(void *state, struct node *self, uint64_t number)
{
    struct libraft *l = state;
    struct libraft_server *s = l->server;
    uint32_t writes = s->writes;
    libraft_enter(s, self);
    if (!submit(s, number))
        node_operation_done(self, number, false);
    leave(l, writes);
}

static struct node_view view(const void *state)
{
    return ((const struct libraft *) state)->view;
}

const struct algorithm libraft_algorithm = {
    .name = "libraft",
    .title = "C Raft library",
    .about = "the Raft of dqlite, unmodified: ticks, pre-vote, transfer, snapshots. A `transfer` "
             "goes through raft_transfer(). Not offered, since the members of a cluster stay the "
             "same here: raft_add(), raft_remove() and raft_assign(), so that all are voters and "
             "none is a standby or a spare; and raft_set_max_catch_up_rounds() and "
             "raft_set_max_catch_up_round_duration(), which only a new voter's catching up obeys. "
             "It breaks "
             "leader_completeness where it commits an entry of an old term by counting "
             "(canonical/raft issue 220), in scenarios/real/commit-by-counting.yaml",
    .source = "Canonical's raft 0.15 (Debian's libraft-dev); Ongaro 2014",
    .origin = "dqlite, raft 0.15",
    .tolerates = "crashes of a minority, loss, delay, partitions, pauses",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct libraft_config),
    .messages = messages,
    .message_count = LIBRAFT_MESSAGE_COUNT,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .durable_size = sizeof(struct disk_log),
    /* All that Raft promises, though this version is known to break one: it is what a run of it is
     * to be held against. */
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
    .view = view,
};
