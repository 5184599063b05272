/* Raft's leader election by Ongaro's dissertation, with log positions as far as elections need
 * them: options, and what happens on each event. */
#include "algorithms/raft.h"
#include "algorithms/leader_lease.h"

static const char *const timeouts_words[]
    = {"randomized", "fixed", "phi_accrual", "dynatune", NULL};
static const char *const pre_vote_words[] = {"false", "true", "thesis", "etcd", "kafka", NULL};
static const char *const lease_words[] = {"auto", "true", "false", NULL};
static const char *const log_words[] = {"equal", "distinct", NULL};

static const struct field options[] = {
    FIELD(struct raft_config, election_timeout, FIELD_RANGE, "150ms..300ms",
          "silence after which a follower stands", "paper 5.2, 9.3"),
    FIELD(struct raft_config, heartbeat_interval, FIELD_DURATION, "75ms",
          "how often a leader sends AppendEntries", "paper 9.3: half the minimum timeout"),
    FIELD_WORDS(struct raft_config, timeouts, FIELD_CHOICE, "randomized", timeouts_words,
                "drawn from the range, or always its minimum; or a follower's are estimated from "
                "heartbeats and drawn from there on, as wide as the range is: by phi accrual, or "
                "by Dynatune, which tunes the heartbeats too. (ESCAPE, arXiv 2202.09434, is not "
                "among them: only its abstract was at hand, not its rules for timeouts and terms)",
                "paper 5.2; Hayashibara 2004; arXiv 2507.15154"),
    FIELD(struct raft_config, candidate_timeout, FIELD_RANGE, "0ns..0ns",
          "timeout of a candidate; 0: the election timeout", "Howard 2015, 4.3"),
    FIELD(struct raft_config, candidate_backoff, FIELD_BOOL, "false",
          "a candidate's timeout doubles with each election lost to denials", "Howard 2015, 4.3"),
    FIELD_WORDS(struct raft_config, pre_vote, FIELD_CHOICE, "false", pre_vote_words,
                "ask before raising the term; true: as the thesis, log and recency; etcd: log "
                "only; kafka: log, and while following nobody",
                "thesis 9.6; etcd raft.go; KIP-996"),
    FIELD(struct raft_config, check_quorum, FIELD_BOOL, "false",
          "a leader without answers of a quorum for an election timeout steps down",
          "thesis 6.2; etcd raft.go"),
    FIELD_WORDS(struct raft_config, follower_lease, FIELD_CHOICE, "auto", lease_words,
                "ignore requests for votes while the leader is heard; auto: with check_quorum or "
                "leader_lease",
                "thesis 4.2.3; etcd raft.go"),
    FIELD(struct raft_config, leader_lease, FIELD_BOOL, "false",
          "a leader holds a lease from its acknowledged heartbeats", "thesis 6.4.1"),
    FIELD(struct raft_config, clock_drift_bound, FIELD_DRIFT, "1000ppm",
          "how much faster one clock may run than another", "thesis 6.4.1"),
    FIELD(struct raft_config, stop_transfers, FIELD_BOOL, "false",
          "a leader that is stopped hands leadership over first", "thesis 3.10"),
    QUORUM_OPTION(struct raft_config, "votes that make a leader", "paper 5.2"),
    FIELD(
        struct raft_config, replication, FIELD_BOOL, "true",
        "false: the leader only beats, and logs stay as they were, so that a failed leader leaves "
        "followers with different logs",
        "set-up of Ongaro and Ousterhout 2014, figure 16"),
    FIELD_WORDS(struct raft_config, initial_log, FIELD_COUNTS, "equal", log_words,
                "entries at the start: none, or n1 none, n2 one and so on, or a list",
                "thesis 9.4"),
    PHI_OPTIONS(struct raft_config, phi),
    DYNATUNE_OPTIONS(struct raft_config, dynatune),
    FIELD(struct raft_config, priority_timeouts, FIELD_BOOL, "false",
          "followers of higher priority stand earlier: each draws from its own part of the range",
          "the pattern: priorities; not in the paper"),
    LOAD_OPTIONS(struct raft_config, load,
                 "a follower as busy as load_threshold waits longer, by its load; a leader that is "
                 "hands over to the least busy follower below it; not in the paper"),
    BREAKER_OPTIONS(struct raft_config, breaker),
};

#define RAFT_TERM(type) MESSAGE_FIELD(type, term, FIELD_TERM)
static const struct field vote_fields[] = {
    RAFT_TERM(struct request_vote),
    MESSAGE_FIELD(struct request_vote, last_log_index, FIELD_COUNT),
    MESSAGE_FIELD(struct request_vote, last_log_term, FIELD_COUNT),
    MESSAGE_FIELD(struct request_vote, transfer, FIELD_BOOL),
};
static const struct field vote_response_fields[] = {
    RAFT_TERM(struct vote_response),
    MESSAGE_FIELD(struct vote_response, granted, FIELD_BOOL),
};
static const struct field append_fields[] = {
    RAFT_TERM(struct append_entries),
    MESSAGE_FIELD(struct append_entries, prev_log_index, FIELD_COUNT),
    MESSAGE_FIELD(struct append_entries, prev_log_term, FIELD_COUNT),
    MESSAGE_FIELD(struct append_entries, entries, FIELD_COUNT),
    MESSAGE_FIELD(struct append_entries, entries_term, FIELD_COUNT),
    MESSAGE_FIELD(struct append_entries, leader_commit, FIELD_COUNT),
    MESSAGE_FIELD(struct append_entries, round, FIELD_COUNT),
};
static const struct field append_response_fields[] = {
    RAFT_TERM(struct append_response),
    MESSAGE_FIELD(struct append_response, index, FIELD_COUNT),
    MESSAGE_FIELD(struct append_response, round, FIELD_COUNT),
    MESSAGE_FIELD(struct append_response, success, FIELD_BOOL),
};
static const struct field snapshot_fields[] = {
    RAFT_TERM(struct install_snapshot),
    MESSAGE_FIELD(struct install_snapshot, last_included_index, FIELD_COUNT),
    MESSAGE_FIELD(struct install_snapshot, last_included_term, FIELD_COUNT),
};
static const struct field timeout_now_fields[] = {RAFT_TERM(struct timeout_now)};
static const struct field tuned_heartbeat_fields[] = {
    RAFT_TERM(struct tuned_heartbeat),
    MESSAGE_FIELD(struct tuned_heartbeat, sent, FIELD_DURATION),
    MESSAGE_FIELD(struct tuned_heartbeat, round_trip, FIELD_DURATION),
    MESSAGE_FIELD(struct tuned_heartbeat, number, FIELD_COUNT),
    MESSAGE_FIELD(struct tuned_heartbeat, commit, FIELD_COUNT),
};
static const struct field tuned_response_fields[] = {
    RAFT_TERM(struct tuned_heartbeat_response),
    MESSAGE_FIELD(struct tuned_heartbeat_response, sent, FIELD_DURATION),
    MESSAGE_FIELD(struct tuned_heartbeat_response, interval, FIELD_DURATION),
};
static const struct field load_fields[] = {
    RAFT_TERM(struct load_report),
    MESSAGE_FIELD(struct load_report, load, FIELD_FACTOR),
};

static const struct message_kind messages[RAFT_MESSAGE_COUNT] = {
    [REQUEST_VOTE] = MESSAGE("RequestVote", struct request_vote, vote_fields, true),
    [REQUEST_VOTE_RESPONSE]
    = MESSAGE("RequestVoteResponse", struct vote_response, vote_response_fields, true),
    [PRE_VOTE] = MESSAGE("PreVote", struct request_vote, vote_fields, true),
    [PRE_VOTE_RESPONSE]
    = MESSAGE("PreVoteResponse", struct vote_response, vote_response_fields, true),
    [APPEND_ENTRIES] = MESSAGE("AppendEntries", struct append_entries, append_fields, false),
    [APPEND_ENTRIES_RESPONSE]
    = MESSAGE("AppendEntriesResponse", struct append_response, append_response_fields, false),
    [INSTALL_SNAPSHOT]
    = MESSAGE("InstallSnapshot", struct install_snapshot, snapshot_fields, false),
    [TIMEOUT_NOW] = MESSAGE("TimeoutNow", struct timeout_now, timeout_now_fields, true),
    [TUNED_HEARTBEAT] = MESSAGE("Heartbeat", struct tuned_heartbeat, tuned_heartbeat_fields, false),
    [TUNED_HEARTBEAT_RESPONSE]
    = MESSAGE("HeartbeatResponse", struct tuned_heartbeat_response, tuned_response_fields, false),
    [LOAD_REPORT] = MESSAGE("LoadReport", struct load_report, load_fields, false),
};

static const char *const timers[] = {"election", "heartbeat"};

static size_t state_size(const void *config, unsigned nodes)
{
    (void) nodes;
    return sizeof(struct raft) + raft_extra_size(config);
}

static size_t workspace_size(const void *config, unsigned nodes)
{
    if (raft_has_paths(config))
        return raft_paths_offset(nodes) + nodes * sizeof(struct raft_path);
    return sizeof(struct raft_workspace) + nodes * sizeof(struct raft_peer);
}

static const char *check(const void *config, unsigned nodes, const char **option)
{
    const struct raft_config *c = config;
    *option = "election_timeout";
    if (c->election_timeout.min <= 0)
        return "must be longer than nothing";
    *option = "heartbeat_interval";
    if (c->heartbeat_interval <= 0)
        return "must be longer than nothing";
    *option = "candidate_timeout";
    if (c->candidate_timeout.max > 0 && c->candidate_timeout.min <= 0)
        return "must be longer than nothing, or 0ns for the election timeout";
    *option = "clock_drift_bound";
    if (c->clock_drift_bound < 0)
        return "must not be negative";
    *option = "follower_lease";
    if (c->leader_lease && c->follower_lease == FOLLOWER_LEASE_FALSE)
        return "leader_lease rests on it (thesis 6.4.1)";
    const char *wrong = quorum_check(&c->quorum, nodes, option);
    return wrong != NULL ? wrong : raft_timing_check(c, option);
}

static uint32_t promises_with(const void *config, unsigned nodes)
{
    (void) nodes;
    const struct raft_config *c = config;
    uint32_t promised = ELECTION_SAFETY | VOTE_ONCE | TERM_MONOTONIC | LEADER_HAS_QUORUM
                        | LEADER_COMPLETENESS | STATE_MACHINE_SAFETY;
    if (c->leader_lease)
        promised |= LEASE_EXCLUSIVE;
    /* Dynatune's timeouts are no longer than a few round trips: where delays have a long tail, it
     * deposes healthy leaders again and again. */
    bool spread = c->timeouts != TIMEOUTS_FIXED && c->timeouts != TIMEOUTS_DYNATUNE
                  && sim_times(c->election_timeout.max - c->election_timeout.min, 2)
                         >= c->election_timeout.min;
    if (spread) /* else votes may be split again and again */
        promised |= EVENTUAL_LEADER;
    return promised;
}

static int64_t drift_bound(const void *config)
{
    const struct raft_config *c = config;
    if (!c->leader_lease)
        return INT64_MAX; /* nothing rests on clocks */
    return leader_lease_drift(c->clock_drift_bound);
}

static sim_ns patience(const void *config, unsigned nodes)
{
    const struct raft_config *c = config;
    (void) nodes;
    return c->election_timeout.max;
}

static sim_ns liveness_bound(const void *config, unsigned nodes)
{
    (void) nodes;
    const struct raft_config *c = config;
    sim_ns longest = c->election_timeout.max > c->candidate_timeout.max ? c->election_timeout.max
                                                                        : c->candidate_timeout.max;
    sim_ns bound
        = sim_times(sim_add(longest, c->heartbeat_interval), c->candidate_backoff ? 2000 : 20);
    return sim_add(bound, raft_timing_delay(c));
}

/* Only at the very start of the run: a wiped node has lost its log. */
static void fill_log(struct raft *r)
{
    const struct counts_option *o = &r->config->initial_log;
    uint32_t length = o->choice == INITIAL_LOG_DISTINCT ? r->self : 0;
    if (o->values != NULL && o->count > 0)
        length = o->values[r->self < o->count ? r->self : o->count - 1];
    if (length == 0)
        return;
    r->durable.term = 1;
    bool room = raft_log_append(&r->durable.log, 1, length);
    sim_assert(room);
}

static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct raft *r = state;
    r->config = config;
    r->self = node_self(self);
    r->count = node_count(self);
    r->role = ROLE_FOLLOWER;
    r->leader = r->transfer_target = NODE_NONE;
    r->heard_at = NEVER_HEARD;
    r->durable.voted_for = NODE_NONE;
    raft_timing_begin(r, self);
    if (durable != NULL) {
        r->durable = *(const struct raft_durable *) durable;
        if (r->config->leader_lease)
            r->heard_at = node_monotonic(self);
    } else if (node_monotonic(self) == 0) {
        fill_log(r);
        if (r->durable.term > 0)
            node_persist(self, &r->durable);
    }
    raft_arm_election(r, self);
    node_follow(self, r->durable.term, NODE_NONE);
}

static void on_timeout_now(struct raft *r, struct node *self, const struct timeout_now *m)
{
    if (m->term > r->durable.term)
        raft_follow(r, self, m->term, NODE_NONE, STEP_DOWN_HIGHER_TERM);
    if (m->term == r->durable.term && r->role == ROLE_FOLLOWER)
        raft_campaign(r, self, CAMPAIGN_TRANSFER);
}

static void on_message(void *state, struct node *self, const struct message *m)
{
    struct raft *r = state;
    switch ((enum raft_message) m->kind) {
    case REQUEST_VOTE:
    case PRE_VOTE:
        raft_on_vote_request(r, self, m->from, m->body, m->kind == PRE_VOTE);
        return;
    case REQUEST_VOTE_RESPONSE:
    case PRE_VOTE_RESPONSE:
        raft_on_vote_response(r, self, m->from, m->body, m->kind == PRE_VOTE_RESPONSE);
        return;
    case APPEND_ENTRIES:
        raft_on_append_entries(r, self, m->from, m->body);
        return;
    case APPEND_ENTRIES_RESPONSE:
        raft_on_append_response(r, self, m->from, m->body);
        return;
    case INSTALL_SNAPSHOT:
        raft_on_install_snapshot(r, self, m->from, m->body);
        return;
    case TIMEOUT_NOW:
        on_timeout_now(r, self, m->body);
        return;
    case TUNED_HEARTBEAT:
        raft_on_tuned_heartbeat(r, self, m->from, m->body);
        return;
    case TUNED_HEARTBEAT_RESPONSE:
        raft_on_tuned_response(r, self, m->from, m->body);
        return;
    case LOAD_REPORT:
        raft_on_load_report(r, self, m->from, m->body);
        return;
    case RAFT_MESSAGE_COUNT:
        break;
    }
    sim_unreachable();
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct raft *r = state;
    if (timer == TIMER_HEARTBEAT) {
        raft_beat(r, self);
    } else if (r->role == ROLE_LEADER) {
        raft_leader_check(r, self);
    } else {
        raft_election_timeout(r, self);
    }
}

static void stop(struct raft *r, struct node *self)
{
    if (r->role != ROLE_LEADER) {
        node_exit(self);
        return;
    }
    r->stopping = true;
    if (r->config->stop_transfers && r->count > 1)
        raft_begin_transfer(r, self, NODE_NONE);
    else
        raft_follow(r, self, r->durable.term, NODE_NONE, STEP_DOWN_STOP);
}

static void on_admin(void *state, struct node *self, enum admin_command command, node_id target)
{
    struct raft *r = state;
    switch (command) {
    case ADMIN_TRANSFER:
        if (r->role == ROLE_LEADER)
            raft_begin_transfer(r, self, target);
        return;
    case ADMIN_STOP:
        stop(r, self);
        return;
    case ADMIN_FORGET_LEADER:
        if (r->role == ROLE_FOLLOWER && !r->config->leader_lease)
            raft_follow(r, self, r->durable.term, NODE_NONE, STEP_DOWN_HIGHER_TERM);
        return;
    }
    sim_unreachable();
}

static struct node_view view(const void *state)
{
    const struct raft *r = state;
    return (struct node_view){.role = (enum role) r->role,
                              .leader = r->leader,
                              .voted_for = r->durable.voted_for,
                              .term = r->durable.term,
                              .last_index = raft_log_last(&r->durable.log),
                              .last_term = raft_log_last_term(&r->durable.log),
                              .commit_index = r->durable.log.commit,
                              .commit_term = r->durable.log.commit_term,
                              .lease_until = r->lease_until};
}

const struct algorithm raft_algorithm = {
    .name = "raft",
    .title = "Raft",
    .about = "randomized timeouts, one vote a term, a majority elects the freshest log",
    .origin = "Ongaro, Ousterhout 2014",
    .source = "Ongaro and Ousterhout 2014; Ongaro 2014, chapters 3, 4, 6, 9; etcd-io/raft",
    .tolerates = "crashes of a minority, loss, delay, partitions, pauses",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct raft_config),
    .messages = messages,
    .message_count = RAFT_MESSAGE_COUNT,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .durable_size = sizeof(struct raft_durable),
    .promises = ELECTION_SAFETY | VOTE_ONCE | TERM_MONOTONIC | LEADER_HAS_QUORUM
                | LEADER_COMPLETENESS | STATE_MACHINE_SAFETY | LEASE_EXCLUSIVE | EVENTUAL_LEADER,
    .assumptions = ASSUMES_DURABLE_STORAGE | ASSUMES_BOUNDED_DRIFT | ASSUMES_CLEAN_CUT,
    .state_size = state_size,
    .workspace_size = workspace_size,
    .check = check,
    .promises_with = promises_with,
    .drift_bound = drift_bound,
    .patience = patience,
    .liveness_bound = liveness_bound,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .on_admin = on_admin,
    .on_operation = raft_on_operation,
    .view = view,
};
