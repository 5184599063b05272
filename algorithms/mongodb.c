/* Elections of a MongoDB replica set, protocol version 1: Raft with an oplog that is pulled. Read
 * in mongodb/mongo: topology_coordinator.cpp, replication_coordinator_impl_elect_v1.cpp and
 * _heartbeat.cpp, repl_set_config.cpp and the README of src/mongo/db/repl.
 *
 * Terms are not durable, only the last vote is: a restarted member begins with the term of its last
 * vote or of its last operation, so TERM_MONOTONIC is not promised.
 *
 * Sync sources are modelled, since they change who stands: a secondary that cannot reach the
 * primary syncs from a member that can, and each batch that names a primary puts its election
 * timeout off; the primary, for its part, hears through the positions that such members pass on who
 * else lives. With `chaining: false` the former ceases.
 *
 * Differs from MongoDB:
 * - A heartbeat is sent every interval, not an interval after the last answer, and who awaits
 *   operations asks again after half an election timeout (MongoDB's source answers with nothing
 *   after that time): TCP sends again what is lost, the simulator does not.
 * - A crashed process is silent; MongoDB learns of many crashes sooner, by a reset connection.
 * - An optime has no wall clock, so that "close enough for a priority takeover" is 1000 operations
 *   (MongoDB's rule within one second), and of an oplog only the committed end is kept.
 * - A sync source is the primary, or who is furthest ahead, not the nearest.
 * - Beyond it, and off by default: timeouts estimated by phi accrual; the circuit breaker, which
 *   holds back elections and takeovers but no handoff; and a look at the load.
 * - There is no initial sync, the configuration never changes, and every member votes, of however
 *   many: MongoDB has 7 voting members at most, and others that only follow. */
#include "algorithms/mongodb.h"

static const char *const timeouts_words[] = {"randomized", "fixed", "phi_accrual", NULL};

static const struct field options[] = {
    FIELD(struct mongodb_config, election_timeout, FIELD_DURATION, "10s",
          "silence of the primary after which a secondary stands, and of a majority after which a "
          "primary steps down",
          "repl_set_config.cpp: electionTimeoutMillis"),
    FIELD(struct mongodb_config, election_timeout_offset, FIELD_RATE, "15%",
          "up to this share of the election timeout is added by chance, in whole milliseconds",
          "replElectionTimeoutOffsetLimitFraction"),
    FIELD_WORDS(struct mongodb_config, timeouts, FIELD_CHOICE, "randomized", timeouts_words,
                "election timeouts with that offset, or always without; or of who hears the "
                "primary itself: estimated from its answers to heartbeats by phi accrual",
                "repl_set_config.cpp; Hayashibara 2004"),
    FIELD(struct mongodb_config, heartbeat_interval, FIELD_DURATION, "2s",
          "time between two heartbeats; a quarter of it without a sync source",
          "repl_set_config.cpp: heartbeatIntervalMillis"),
    FIELD(struct mongodb_config, heartbeat_timeout, FIELD_DURATION, "10s",
          "a heartbeat unanswered for this long makes a member count as down",
          "repl_set_config.cpp: heartbeatTimeoutSecs"),
    FIELD(struct mongodb_config, dry_run, FIELD_BOOL, "true",
          "ask for votes without raising the term first; never after a handoff",
          "repl README, Candidate Perspective"),
    FIELD(struct mongodb_config, election_handoff, FIELD_BOOL, "true",
          "a primary that steps down tells a secondary to stand at once",
          "repl README, Step Up: enableElectionHandoff"),
    FIELD(struct mongodb_config, step_down_period, FIELD_DURATION, "60s",
          "a primary that was asked to step down does not stand for so long",
          "replSetStepDown: stepDownSecs"),
    FIELD(struct mongodb_config, secondary_catchup_period, FIELD_DURATION, "10s",
          "how long it waits for a secondary that can take over; then it stays primary, or stops",
          "replSetStepDown: secondaryCatchUpPeriodSecs"),
    FIELD(struct mongodb_config, catchup_timeout, FIELD_SIGNED, "-1ms",
          "how long a new primary fetches what others have before it writes; 0ms: not at all, "
          "negative: as long as it takes",
          "repl_set_config.cpp: catchUpTimeoutMillis"),
    FIELD(struct mongodb_config, catchup_takeover_delay, FIELD_SIGNED, "30s",
          "a secondary that is ahead of a primary for so long stands; negative: never",
          "repl_set_config.cpp: catchUpTakeoverDelayMillis"),
    FIELD(struct mongodb_config, chaining, FIELD_BOOL, "true",
          "secondaries sync from each other where the primary is out of reach",
          "repl_set_config.cpp: chainingAllowed"),
    FIELD(struct mongodb_config, noop_interval, FIELD_DURATION, "10s",
          "an idle primary writes a no-op so often, so that who hears it is seen to be ahead; 0s: "
          "never",
          "repl_server_parameters.idl: periodicNoopIntervalSecs"),
    FIELD(struct mongodb_config, arbiters, FIELD_COUNT, "0",
          "so many of the last members vote but hold no data", "repl README, Voter Perspective"),
    PHI_OPTIONS(struct mongodb_config, phi),
    BREAKER_OPTIONS(struct mongodb_config, breaker),
    LOAD_OPTIONS(struct mongodb_config, load,
                 "a secondary as busy as load_threshold waits longer, by its load, and is handed "
                 "nothing; a primary that is steps down for one that is not"),
};

#define MONGODB_FIELD(type_, member_, kind_) MESSAGE_FIELD(struct mongodb_##type_, member_, kind_)
#define OPTIME_FIELDS(type_, member_)                                                              \
    MONGODB_FIELD(type_, member_.term, FIELD_COUNT),                                               \
        MONGODB_FIELD(type_, member_.index, FIELD_COUNT)
static const struct field heartbeat_fields[] = {
    MONGODB_FIELD(heartbeat, term, FIELD_TERM),
    MONGODB_FIELD(heartbeat, primary, FIELD_NODE),
};
static const struct field heartbeat_response_fields[] = {
    MONGODB_FIELD(heartbeat_response, term, FIELD_TERM),
    OPTIME_FIELDS(heartbeat_response, applied),
    MONGODB_FIELD(heartbeat_response, primary, FIELD_NODE),
    MONGODB_FIELD(heartbeat_response, sync_source, FIELD_NODE),
    MONGODB_FIELD(heartbeat_response, is_primary, FIELD_BOOL),
    MONGODB_FIELD(heartbeat_response, electable, FIELD_BOOL),
};
static const struct field request_votes_fields[] = {
    MONGODB_FIELD(request_votes, term, FIELD_TERM),
    OPTIME_FIELDS(request_votes, applied),
    MONGODB_FIELD(request_votes, sequence, FIELD_COUNT),
    MONGODB_FIELD(request_votes, dry_run, FIELD_BOOL),
};
static const struct field vote_fields[] = {
    MONGODB_FIELD(vote, term, FIELD_TERM),
    MONGODB_FIELD(vote, sequence, FIELD_COUNT),
    MONGODB_FIELD(vote, dry_run, FIELD_BOOL),
    MONGODB_FIELD(vote, granted, FIELD_BOOL),
};
static const struct field step_up_fields[] = {MONGODB_FIELD(step_up, term, FIELD_TERM)};
static const struct field fetch_fields[] = {
    MONGODB_FIELD(fetch, term, FIELD_TERM),
    OPTIME_FIELDS(fetch, after),
    MONGODB_FIELD(fetch, request, FIELD_COUNT),
    MONGODB_FIELD(fetch, again, FIELD_BOOL),
};
static const struct field batch_fields[] = {
    MONGODB_FIELD(batch, term, FIELD_TERM),
    OPTIME_FIELDS(batch, after),
    MONGODB_FIELD(batch, operations, FIELD_COUNT),
    MONGODB_FIELD(batch, operations_term, FIELD_COUNT),
    MONGODB_FIELD(batch, request, FIELD_COUNT),
    OPTIME_FIELDS(batch, committed),
    OPTIME_FIELDS(batch, last),
    MONGODB_FIELD(batch, primary, FIELD_NODE),
    MONGODB_FIELD(batch, known, FIELD_BOOL),
    MONGODB_FIELD(batch, snapshot, FIELD_BOOL),
};
static const struct field update_position_fields[] = {
    MONGODB_FIELD(update_position, term, FIELD_TERM),
    MONGODB_FIELD(update_position, member, FIELD_NODE),
    OPTIME_FIELDS(update_position, durable),
    MONGODB_FIELD(update_position, alive, FIELD_TERM),
};

static const struct message_kind messages[MONGODB_MESSAGE_COUNT] = {
    [MONGODB_HEARTBEAT]
    = MESSAGE("replSetHeartbeat", struct mongodb_heartbeat, heartbeat_fields, false),
    [MONGODB_HEARTBEAT_RESPONSE]
    = MESSAGE("replSetHeartbeat response", struct mongodb_heartbeat_response,
              heartbeat_response_fields, false),
    [MONGODB_REQUEST_VOTES]
    = MESSAGE("replSetRequestVotes", struct mongodb_request_votes, request_votes_fields, true),
    [MONGODB_VOTE]
    = MESSAGE("replSetRequestVotes response", struct mongodb_vote, vote_fields, true),
    [MONGODB_STEP_UP] = MESSAGE("replSetStepUp", struct mongodb_step_up, step_up_fields, true),
    [MONGODB_FETCH] = MESSAGE("getMore", struct mongodb_fetch, fetch_fields, false),
    [MONGODB_BATCH] = MESSAGE("getMore response", struct mongodb_batch, batch_fields, false),
    [MONGODB_UPDATE_POSITION] = MESSAGE("replSetUpdatePosition", struct mongodb_update_position,
                                        update_position_fields, false),
};

static const char *const timers[MONGODB_TIMER_COUNT]
    = {"election", "heartbeat", "takeover",  "votes", "liveness",
       "catchup",  "sync",      "step_down", "noop"};

static size_t state_size(const void *config, unsigned nodes)
{
    return sizeof(struct mongodb) + nodes * sizeof(struct mongodb_member)
           + mongodb_timing_size(config);
}

static const char *check(const void *config, unsigned nodes, const char **option)
{
    const struct mongodb_config *c = config;
    if (nodes > MONGODB_MEMBERS_MAX)
        return "a replica set has at most 50 members";
    *option = "arbiters";
    if (c->arbiters >= nodes)
        return "must be fewer than the members: somebody has to hold data";
    *option = "election_timeout";
    if (c->election_timeout < MILLISECOND || c->election_timeout > INT64_C(24) * 3600 * SECOND)
        return "must lie between a millisecond and a day";
    *option = "heartbeat_interval";
    if (c->heartbeat_interval <= 0 || c->heartbeat_interval >= c->election_timeout)
        return "must be longer than nothing and shorter than the election timeout";
    *option = "heartbeat_timeout";
    if (c->heartbeat_timeout <= 0)
        return "must be longer than nothing";
    return mongodb_timing_check(c, option);
}

static sim_ns longest_offset(const struct mongodb_config *c)
{
    return sim_times(MILLISECOND, (int64_t) mongodb_offsets(c, c->election_timeout));
}

/* Where arbiters alone can be a majority it may have nobody to elect. With little chance in the
 * timeouts, MongoDB's own 15 % included, votes are split again and again once messages and disks
 * need a good part of that. */
static uint32_t promises_with(const void *config, unsigned nodes)
{
    const struct mongodb_config *c = config;
    uint32_t promised = ELECTION_SAFETY | VOTE_ONCE | LEADER_HAS_QUORUM | LEADER_COMPLETENESS
                        | STATE_MACHINE_SAFETY;
    if (c->arbiters <= nodes / 2 && sim_times(longest_offset(c), 2) >= c->election_timeout)
        promised |= EVENTUAL_LEADER;
    return promised;
}

static sim_ns patience(const void *config, unsigned nodes)
{
    (void) nodes;
    const struct mongodb_config *c = config;
    return sim_add(c->election_timeout, longest_offset(c));
}

/* Who is down must be seen to be, and who was told to stand aside may stand again, before rounds of
 * candidacies begin. */
static sim_ns liveness_bound(const void *config, unsigned nodes)
{
    const struct mongodb_config *c = config;
    sim_ns round = sim_add(patience(c, nodes), c->heartbeat_interval);
    sim_ns before = sim_add(c->heartbeat_timeout, c->step_down_period);
    return sim_add(sim_add(before, sim_times(round, 20)), mongodb_timing_delay(c));
}

/* ---- Members --------------------------------------------------------------------------------- */

bool mongodb_majority_is_up(const struct mongodb *m)
{
    uint32_t up = 1;
    for (node_id id = 0; id < m->count; id++)
        up += id != m->self && m->members[id].up;
    return 2 * up > m->count;
}

bool mongodb_electable(const struct mongodb *m, const struct node *self)
{
    return mongodb_may_lead(m, self, m->self) && mongodb_majority_is_up(m)
           && node_monotonic(self) >= m->step_down_until;
}

void mongodb_touch(struct mongodb *m, struct node *self, node_id id)
{
    struct mongodb_member *member = &m->members[id];
    bool was_stale = member->stale;
    member->heard_at = node_monotonic(self);
    member->stale = false;
    if (was_stale && m->role == ROLE_LEADER)
        mongodb_arm_liveness(m, self);
}

static void mark_down(struct mongodb_member *member)
{
    member->up = member->is_primary = false;
    member->updated = true;
}

/* The primary of the present term, as far as heartbeats tell. */
static node_id seen_primary(const struct mongodb *m)
{
    for (node_id id = 0; id < m->count; id++)
        if (m->members[id].up && m->members[id].is_primary && m->members[id].term == m->term)
            return id;
    return NODE_NONE;
}

static void look_for_primary(struct mongodb *m, struct node *self)
{
    node_id primary = seen_primary(m);
    if (m->role == ROLE_LEADER || primary == m->primary)
        return;
    m->primary = primary;
    if (primary != NODE_NONE && m->role == ROLE_CANDIDATE) /* that cannot win any more */
        mongodb_lose(m, self);
    else
        node_follow(self, m->term, primary);
}

/* ---- Terms ----------------------------------------------------------------------------------- */

void mongodb_follow(struct mongodb *m, struct node *self, uint64_t term, enum step_down_reason why)
{
    sim_assert(term >= m->term);
    bool led = m->role == ROLE_LEADER, stops = led && m->stopping;
    if (led)
        node_step_down(self, m->term, stops ? STEP_DOWN_STOP : why);
    m->role = ROLE_FOLLOWER;
    m->mode = MONGODB_SECONDARY;
    if (term > m->term)
        mongodb_count_election(m, self);
    m->term = term;
    m->primary = seen_primary(m);
    m->stepping_down = false;
    node_clear_timer(self, MONGODB_TIMER_VOTES);
    node_clear_timer(self, MONGODB_TIMER_LIVENESS);
    node_clear_timer(self, MONGODB_TIMER_CATCHUP);
    node_clear_timer(self, MONGODB_TIMER_STEP_DOWN);
    node_clear_timer(self, MONGODB_TIMER_NOOP);
    mongodb_cancel_takeover(m, self);
    mongodb_arm_election(m, self);
    node_follow(self, m->term, m->primary);
    if (stops)
        node_exit(self);
}

void mongodb_update_term(struct mongodb *m, struct node *self, uint64_t term)
{
    if (term > m->term)
        mongodb_follow(m, self, term, STEP_DOWN_HIGHER_TERM);
}

/* ---- Heartbeats ------------------------------------------------------------------------------ */

static void send_heartbeat(struct mongodb *m, struct node *self, node_id to)
{
    struct mongodb_heartbeat h = {.term = m->term, .primary = m->primary};
    if (m->members[to].asked_at == MONGODB_NEVER)
        m->members[to].asked_at = node_monotonic(self);
    node_send(self, to, MONGODB_HEARTBEAT, &h);
}

static sim_ns shorter(sim_ns a, sim_ns b)
{
    return a < b ? a : b;
}

/* Without a sync source a secondary looks for one more often. */
static sim_ns heartbeat_interval(const struct mongodb *m)
{
    const struct mongodb_config *c = m->config;
    if (mongodb_is_arbiter(m, m->self))
        return shorter(c->election_timeout / 2, c->heartbeat_interval);
    if (m->sync_source == NODE_NONE && m->role != ROLE_LEADER)
        return shorter(c->election_timeout / 2, c->heartbeat_interval / 4 + 1);
    return c->heartbeat_interval;
}

void mongodb_send_heartbeats(struct mongodb *m, struct node *self)
{
    for (node_id id = 0; id < m->count; id++)
        if (id != m->self)
            send_heartbeat(m, self, id);
    m->rhythm = heartbeat_interval(m);
    node_set_timer(self, MONGODB_TIMER_HEARTBEAT, m->rhythm);
}

static void on_heartbeat_timer(struct mongodb *m, struct node *self)
{
    sim_ns now = node_monotonic(self);
    for (node_id id = 0; id < m->count; id++) {
        struct mongodb_member *member = &m->members[id];
        if (member->asked_at != MONGODB_NEVER
            && now - member->asked_at >= m->config->heartbeat_timeout)
            mark_down(member);
    }
    look_for_primary(m, self);
    mongodb_choose_sync_source(m, self);
    mongodb_check_catchup(m, self);
    mongodb_send_heartbeats(m, self);
}

static void on_heartbeat(struct mongodb *m, struct node *self, node_id from,
                         const struct mongodb_heartbeat *h)
{
    mongodb_update_term(m, self, h->term);
    mongodb_touch(m, self, from);
    struct mongodb_heartbeat_response answer
        = {.term = m->term,
           .applied = mongodb_last(m),
           .primary = m->primary,
           .sync_source = m->sync_source,
           .is_primary = m->role == ROLE_LEADER,
           .electable = mongodb_electable(m, self) && !load_is_high(&m->config->load, self)};
    node_send(self, from, MONGODB_HEARTBEAT_RESPONSE, &answer);
    if (h->primary == from && m->primary != from && h->term == m->term) /* be told so oneself */
        send_heartbeat(m, self, from);
}

static void on_heartbeat_response(struct mongodb *m, struct node *self, node_id from,
                                  const struct mongodb_heartbeat_response *h)
{
    mongodb_update_term(m, self, h->term);
    mongodb_touch(m, self, from);
    struct mongodb_member *member = &m->members[from];
    bool copy = member->asked_at == MONGODB_NEVER;
    member->asked_at = MONGODB_NEVER;
    member->up = member->updated = true;
    member->term = h->term;
    member->applied = h->applied;
    member->sync_source = h->sync_source;
    member->is_primary = h->is_primary;
    member->electable = h->electable;
    look_for_primary(m, self);
    if (from == m->primary) {
        mongodb_hear_primary(m, self, from, !copy);
        mongodb_consider_takeover(m, self);
    }
    if (m->takeover == MONGODB_CATCHUP_TAKEOVER && h->applied.term == m->term)
        mongodb_cancel_takeover(m, self);
    mongodb_choose_sync_source(m, self);
    if (from == m->sync_source && mongodb_before(mongodb_last(m), h->applied))
        mongodb_fetch_again(m, self);
    mongodb_check_catchup(m, self);
    mongodb_yield_if_loaded(m, self);
    mongodb_try_step_down(m, self);
}

/* ---- Callbacks ------------------------------------------------------------------------------- */

static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct mongodb *m = state;
    m->config = config;
    m->self = node_self(self);
    m->count = node_count(self);
    m->role = ROLE_FOLLOWER;
    m->primary = m->sync_source = m->required = m->handoff_target = NODE_NONE;
    m->durable.voted_for = NODE_NONE;
    if (durable != NULL)
        m->durable = *(const struct mongodb_durable *) durable;
    m->term = raft_log_last_term(&m->durable.log);
    if (m->durable.vote_term > m->term)
        m->term = m->durable.vote_term;
    for (node_id id = 0; id < m->count; id++) {
        struct mongodb_member *member = &m->members[id];
        member->asked_at = MONGODB_NEVER;
        member->heard_at = node_monotonic(self);
        member->sync_source = NODE_NONE;
    }
    m->fetched = mongodb_last(m);
    mongodb_begin_timing(m);
    mongodb_arm_election(m, self);
    if (m->count == 1) /* there is nobody to wait for */
        node_set_timer(self, MONGODB_TIMER_ELECTION, 0);
    node_follow(self, m->term, NODE_NONE);
    mongodb_send_heartbeats(m, self);
}

static void on_step_up(struct mongodb *m, struct node *self, const struct mongodb_step_up *s)
{
    mongodb_update_term(m, self, s->term);
    if (s->term == m->term)
        mongodb_stand(m, self, MONGODB_STEP_UP_REQUEST);
}

static void on_message(void *state, struct node *self, const struct message *message)
{
    struct mongodb *m = state;
    node_id from = message->from;
    switch ((enum mongodb_message) message->kind) {
    case MONGODB_HEARTBEAT:
        on_heartbeat(m, self, from, message->body);
        return;
    case MONGODB_HEARTBEAT_RESPONSE:
        on_heartbeat_response(m, self, from, message->body);
        return;
    case MONGODB_REQUEST_VOTES:
        mongodb_on_request_votes(m, self, from, message->body);
        return;
    case MONGODB_VOTE:
        mongodb_on_vote(m, self, from, message->body);
        return;
    case MONGODB_STEP_UP:
        on_step_up(m, self, message->body);
        return;
    case MONGODB_FETCH:
        mongodb_on_fetch(m, self, from, message->body);
        return;
    case MONGODB_BATCH:
        mongodb_on_batch(m, self, from, message->body);
        return;
    case MONGODB_UPDATE_POSITION:
        mongodb_on_update_position(m, self, from, message->body);
        return;
    case MONGODB_MESSAGE_COUNT:
        break;
    }
    sim_unreachable();
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct mongodb *m = state;
    switch ((enum mongodb_timer) timer) {
    case MONGODB_TIMER_ELECTION:
        mongodb_stand(m, self, MONGODB_ELECTION_TIMEOUT);
        return;
    case MONGODB_TIMER_HEARTBEAT:
        on_heartbeat_timer(m, self);
        return;
    case MONGODB_TIMER_TAKEOVER:
        mongodb_stand(m, self, (enum mongodb_reason) m->takeover);
        return;
    case MONGODB_TIMER_VOTES:
        mongodb_lose(m, self);
        return;
    case MONGODB_TIMER_LIVENESS:
        mongodb_check_liveness(m, self);
        return;
    case MONGODB_TIMER_CATCHUP:
        mongodb_end_catchup(m, self);
        return;
    case MONGODB_TIMER_SYNC:
        mongodb_sync_timeout(m, self);
        return;
    case MONGODB_TIMER_STEP_DOWN:
        mongodb_give_up_step_down(m, self);
        return;
    case MONGODB_TIMER_NOOP:
        mongodb_write_noop(m, self);
        return;
    case MONGODB_TIMER_COUNT:
        break;
    }
    sim_unreachable();
}

static void on_admin(void *state, struct node *self, enum admin_command command, node_id target)
{
    struct mongodb *m = state;
    switch (command) {
    case ADMIN_TRANSFER:
        mongodb_begin_step_down(m, self, target);
        return;
    case ADMIN_STOP:
        if (m->role != ROLE_LEADER) {
            node_exit(self);
            return;
        }
        m->stopping = true;
        mongodb_begin_step_down(m, self, NODE_NONE);
        return;
    case ADMIN_FORGET_LEADER: /* MongoDB has no such command */
        return;
    }
    sim_unreachable();
}

static struct node_view view(const void *state)
{
    const struct mongodb *m = state;
    bool voted = m->durable.vote_term == m->term;
    return (struct node_view){.role = (enum role) m->role,
                              .leader = m->primary,
                              .voted_for = voted ? m->durable.voted_for : NODE_NONE,
                              .term = m->term,
                              .last_index = raft_log_last(&m->durable.log),
                              .last_term = raft_log_last_term(&m->durable.log),
                              .commit_index = m->durable.log.commit,
                              .commit_term = m->durable.log.commit_term};
}

const struct algorithm mongodb_algorithm = {
    .name = "mongodb",
    .title = "MongoDB replica set",
    .origin = "MongoDB 3.2",
    .about = "Raft's votes after a dry run, heartbeats between all, oplogs that are pulled; the "
             "member of the highest priority takes over. priorities: 0 is MongoDB's default of 1, "
             "a negative one never leads. Every member votes here; MongoDB lets at most 7",
    .source = "mongodb/mongo, src/mongo/db/repl, protocol version 1; Zhou and Mu, NSDI 2021",
    .tolerates = "crashes of a minority, loss, delay, partitions, most partial ones, pauses",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct mongodb_config),
    .messages = messages,
    .message_count = MONGODB_MESSAGE_COUNT,
    .timers = timers,
    .timer_count = MONGODB_TIMER_COUNT,
    .durable_size = sizeof(struct mongodb_durable),
    .promises = ELECTION_SAFETY | VOTE_ONCE | LEADER_HAS_QUORUM | LEADER_COMPLETENESS
                | STATE_MACHINE_SAFETY | EVENTUAL_LEADER,
    .assumptions = ASSUMES_DURABLE_STORAGE | ASSUMES_CLEAN_CUT,
    .state_size = state_size,
    .check = check,
    .promises_with = promises_with,
    .patience = patience,
    .liveness_bound = liveness_bound,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .on_admin = on_admin,
    .on_operation = mongodb_on_operation,
    .view = view,
};
