/* KRaft, the Raft of Kafka's controllers (apache/kafka 4.0, raft/; KIP-595, KIP-996): options, and
 * what happens on each event.
 *
 * Differs from Raft in that nothing is pushed: followers fetch, a follower waits for a successful
 * fetch and a leader for fetches of a majority, the fetch timeout is not random, and a leader that
 * gives up resigns in its epoch and says who should stand first. What is modelled: the states and
 * their timers, the quorum-state file, votes and pre-votes, BeginQuorumEpoch and EndQuorumEpoch,
 * fetches that wait for records (fetch.max.wait), log positions and the high watermark.
 *
 * Differs from Kafka where that needs TCP: an answer that does not come within fetch_max_wait is
 * asked for again after `retransmission`; what is down is silent, where a live host would refuse
 * the connection. Differs in pace where Kafka asks again at once after an error: here after
 * retry_backoff. Beyond Kafka, and off by default: fixed timeouts, a fetch timeout by phi accrual,
 * the circuit breaker, and a look at the load. Not modelled: observers, changes of the voters,
 * append.linger. */
#include "algorithms/kraft.h"

#define SHUTDOWN_PATIENCE (5 * SECOND) /* as KafkaRaftManager waits */

static const char *const lost_election_words[] = {"backoff", "wait", NULL};
static const char *const timeouts_words[] = {"randomized", "fixed", "phi_accrual", NULL};

static const struct field options[] = {
    FIELD(struct kraft_config, election_timeout, FIELD_DURATION, "1s",
          "a voter without a leader waits this and up to as much again",
          "controller.quorum.election.timeout.ms"),
    FIELD(struct kraft_config, fetch_timeout, FIELD_DURATION, "2s",
          "time without a successful fetch after which a follower stands, not random; a leader "
          "without fetches of a majority resigns after one and a half of it",
          "controller.quorum.fetch.timeout.ms; FollowerState, LeaderState"),
    FIELD(struct kraft_config, election_backoff_max, FIELD_DURATION, "1s",
          "longest wait after a lost election, and of the last successor of a leader that resigned",
          "controller.quorum.election.backoff.max.ms"),
    FIELD(struct kraft_config, request_timeout, FIELD_DURATION, "2s",
          "time after which a request without an answer is given up",
          "controller.quorum.request.timeout.ms"),
    FIELD(struct kraft_config, retry_backoff, FIELD_DURATION, "20ms",
          "wait after a fetch that failed", "controller.quorum.retry.backoff.ms"),
    FIELD(struct kraft_config, fetch_max_wait, FIELD_DURATION, "500ms",
          "how long the leader keeps a fetch that finds nothing new",
          "KafkaRaftClient: MAX_FETCH_WAIT_MS"),
    FIELD(struct kraft_config, retransmission, FIELD_DURATION, "200ms",
          "an overdue answer to a fetch is asked for again after this long",
          "TCP; the least that Linux waits"),
    FIELD(struct kraft_config, pre_vote, FIELD_BOOL, "true",
          "ask before raising the epoch; false: as before Kafka 4.0", "KIP-996"),
    FIELD(struct kraft_config, pre_vote_after_resignation, FIELD_BOOL, "false",
          "a follower whose leader has resigned grants pre-votes", "KAFKA-20895, not in 4.0"),
    FIELD_WORDS(struct kraft_config, lost_election, FIELD_CHOICE, "backoff", lost_election_words,
                "what a candidate that lost does: wait a random backoff, or for the rest of its "
                "election timeout",
                "KafkaRaftClient 4.0; KAFKA-18345"),
    FIELD_WORDS(struct kraft_config, timeouts, FIELD_CHOICE, "randomized", timeouts_words,
                "election timeouts that are random, or always election_timeout (backoff stays "
                "random); or a follower's fetch timeout estimated by phi accrual from the answers "
                "to fetches that found nothing new",
                "QuorumState; Hayashibara 2004"),
    PHI_OPTIONS(struct kraft_config, phi),
    BREAKER_OPTIONS(struct kraft_config, breaker),
    LOAD_OPTIONS(
        struct kraft_config, load,
        "a voter as busy as load_threshold waits longer, by its load, also as a successor; "
        "a leader that becomes as busy resigns"),
};

#define EPOCH(type) MESSAGE_FIELD(type, epoch, FIELD_TERM)
#define LEADER(type) MESSAGE_FIELD(type, leader, FIELD_NODE)
static const struct field vote_fields[] = {
    EPOCH(struct kraft_vote),
    MESSAGE_FIELD(struct kraft_vote, last_offset, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_vote, last_epoch, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_vote, round, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_vote, pre_vote, FIELD_BOOL),
};
static const struct field vote_response_fields[] = {
    EPOCH(struct kraft_vote_response),
    LEADER(struct kraft_vote_response),
    MESSAGE_FIELD(struct kraft_vote_response, round, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_vote_response, granted, FIELD_BOOL),
    MESSAGE_FIELD(struct kraft_vote_response, pre_vote, FIELD_BOOL),
};
static const struct field epoch_fields[] = {EPOCH(struct kraft_epoch), LEADER(struct kraft_epoch)};
static const struct field end_fields[] = {
    EPOCH(struct kraft_end_epoch),
    LEADER(struct kraft_end_epoch),
    MESSAGE_FIELD(struct kraft_end_epoch, position, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_end_epoch, successors, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_end_epoch, requested, FIELD_BOOL),
};
static const struct field fetch_fields[] = {
    EPOCH(struct kraft_fetch),
    MESSAGE_FIELD(struct kraft_fetch, correlation, FIELD_TERM),
    MESSAGE_FIELD(struct kraft_fetch, fetch_offset, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_fetch, last_fetched_epoch, FIELD_COUNT),
};
static const struct field fetch_response_fields[] = {
    EPOCH(struct kraft_fetch_response),
    MESSAGE_FIELD(struct kraft_fetch_response, correlation, FIELD_TERM),
    LEADER(struct kraft_fetch_response),
    MESSAGE_FIELD(struct kraft_fetch_response, result, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_fetch_response, fetch_offset, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_fetch_response, records, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_fetch_response, records_epoch, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_fetch_response, end_offset, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_fetch_response, end_epoch, FIELD_COUNT),
    MESSAGE_FIELD(struct kraft_fetch_response, high_watermark, FIELD_COUNT),
};

static const struct field flushed_fields[] = {
    EPOCH(struct kraft_flushed),
    MESSAGE_FIELD(struct kraft_flushed, end_offset, FIELD_COUNT),
};

static const struct message_kind messages[KRAFT_MESSAGE_COUNT] = {
    [KRAFT_VOTE] = MESSAGE("Vote", struct kraft_vote, vote_fields, true),
    [KRAFT_VOTE_RESPONSE]
    = MESSAGE("VoteResponse", struct kraft_vote_response, vote_response_fields, true),
    [KRAFT_BEGIN_QUORUM_EPOCH]
    = MESSAGE("BeginQuorumEpoch", struct kraft_epoch, epoch_fields, false),
    [KRAFT_BEGIN_QUORUM_EPOCH_RESPONSE]
    = MESSAGE("BeginQuorumEpochResponse", struct kraft_epoch, epoch_fields, false),
    [KRAFT_END_QUORUM_EPOCH] = MESSAGE("EndQuorumEpoch", struct kraft_end_epoch, end_fields, true),
    [KRAFT_END_QUORUM_EPOCH_RESPONSE]
    = MESSAGE("EndQuorumEpochResponse", struct kraft_epoch, epoch_fields, true),
    [KRAFT_FETCH] = MESSAGE("Fetch", struct kraft_fetch, fetch_fields, false),
    [KRAFT_FLUSHED] = MESSAGE("Flushed", struct kraft_flushed, flushed_fields, false),
    [KRAFT_FETCH_RESPONSE]
    = MESSAGE("FetchResponse", struct kraft_fetch_response, fetch_response_fields, false),
};

static const char *const timers[]
    = {"election", "fetch", "request", "check_quorum", "purgatory", "shutdown"};

static size_t state_size(const void *config, unsigned nodes)
{
    (void) nodes;
    return sizeof(struct kraft) + kraft_timing_size(config);
}

static size_t workspace_size(const void *config, unsigned nodes)
{
    (void) config;
    return sizeof(struct kraft_workspace) + nodes * sizeof(struct kraft_peer);
}

/* Kafka's options are whole milliseconds, and its draws are, too. */
static const char *check(const void *config, unsigned nodes, const char **option)
{
    const struct kraft_config *c = config;
    const struct {
        const char *name;
        sim_ns value;
    } durations[] = {{"election_timeout", c->election_timeout},
                     {"fetch_timeout", c->fetch_timeout},
                     {"election_backoff_max", c->election_backoff_max},
                     {"request_timeout", c->request_timeout},
                     {"retry_backoff", c->retry_backoff},
                     {"fetch_max_wait", c->fetch_max_wait},
                     {"retransmission", c->retransmission}};
    (void) nodes;
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        *option = durations[i].name;
        if (durations[i].value < MILLISECOND || durations[i].value % MILLISECOND != 0)
            return "must be a whole number of milliseconds, at least one";
    }
    *option = "fetch_timeout";
    if (c->fetch_timeout <= c->fetch_max_wait)
        return "must exceed fetch_max_wait, or an idle leader answers too late";
    *option = "request_timeout";
    if (c->request_timeout <= c->fetch_max_wait)
        return "must exceed fetch_max_wait, or every fetch that waits is given up";
    return kraft_timing_check(c, option);
}

/* With timeouts that are all alike, votes may be split again and again. */
static uint32_t promises_with(const void *config, unsigned nodes)
{
    const struct kraft_config *c = config;
    uint32_t promised = ELECTION_SAFETY | VOTE_ONCE | TERM_MONOTONIC | LEADER_HAS_QUORUM
                        | LEADER_COMPLETENESS | STATE_MACHINE_SAFETY;
    (void) nodes;
    return c->timeouts == KRAFT_TIMEOUTS_FIXED ? promised : promised | EVENTUAL_LEADER;
}

static sim_ns patience(const void *config, unsigned nodes)
{
    (void) nodes;
    return ((const struct kraft_config *) config)->fetch_timeout;
}

static sim_ns liveness_bound(const void *config, unsigned nodes)
{
    (void) nodes;
    const struct kraft_config *c = config;
    sim_ns round = sim_add(sim_times(c->election_timeout, 2), c->election_backoff_max);
    return sim_add(sim_times(sim_add(c->fetch_timeout, round), 20), kraft_timing_delay(c));
}

/* Starts as what the quorum-state file says that it was: but a leader as one that has resigned, so
 * that it neither votes for another in its epoch nor writes again at offsets that it may have lost
 * (QuorumState.initialize, KAFKA-10527). */
static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct kraft *k = state;
    k->config = config;
    k->self = node_self(self);
    k->count = node_count(self);
    k->state = KRAFT_UNATTACHED;
    k->fetch_to = k->durable.voted_for = k->durable.leader = NODE_NONE;
    kraft_begin_timing(k);
    if (durable != NULL)
        k->durable = *(const struct kraft_durable *) durable;
    if (k->durable.leader == k->self) {
        kraft_resign(k, self, STEP_DOWN_HIGHER_TERM, NODE_NONE);
    } else if (k->durable.leader != NODE_NONE) {
        kraft_become_follower(k, self, k->durable.epoch, k->durable.leader);
    } else if (k->durable.voted_for == k->self) {
        kraft_resume_candidacy(k, self);
    } else {
        node_follow(self, k->durable.epoch, NODE_NONE);
        kraft_set_election_timer(k, self, kraft_random_election_timeout(k, self));
        if (k->count == 1)
            kraft_stand(k, self); /* the only voter need not wait for anybody */
        else
            kraft_fetch(k, self);
    }
}

static void on_begin_epoch(struct kraft *k, struct node *self, node_id from,
                           const struct kraft_epoch *m)
{
    (void) kraft_learn(k, self, m->epoch, m->leader);
    struct kraft_epoch answer = {.epoch = k->durable.epoch, .leader = k->durable.leader};
    node_send_after_sync(self, from, KRAFT_BEGIN_QUORUM_EPOCH_RESPONSE, &answer);
}

static void on_end_epoch(struct kraft *k, struct node *self, node_id from,
                         const struct kraft_end_epoch *m)
{
    (void) kraft_learn(k, self, m->epoch, m->leader);
    if (k->state == KRAFT_FOLLOWER && m->epoch == k->durable.epoch && m->leader == k->durable.leader
        && !k->resigned) {
        k->resigned = true;
        k->requested = m->requested;
        kraft_set_election_timer(k, self,
                                 kraft_succession_wait(k, self, m->position, m->successors));
    }
    struct kraft_epoch answer = {.epoch = k->durable.epoch, .leader = k->durable.leader};
    node_send_after_sync(self, from, KRAFT_END_QUORUM_EPOCH_RESPONSE, &answer);
}

static void on_epoch_response(struct kraft *k, struct node *self, node_id from,
                              const struct kraft_epoch *m, bool end)
{
    if (kraft_learn(k, self, m->epoch, m->leader))
        return;
    if (end && k->state == KRAFT_RESIGNED && m->epoch == k->durable.epoch)
        kraft_work(self)->peers[from].acknowledged = true;
}

static void on_message(void *state, struct node *self, const struct message *m)
{
    struct kraft *k = state;
    switch ((enum kraft_message) m->kind) {
    case KRAFT_VOTE:
        kraft_on_vote(k, self, m->from, m->body);
        return;
    case KRAFT_VOTE_RESPONSE:
        kraft_on_vote_response(k, self, m->from, m->body);
        return;
    case KRAFT_BEGIN_QUORUM_EPOCH:
        on_begin_epoch(k, self, m->from, m->body);
        return;
    case KRAFT_END_QUORUM_EPOCH:
        on_end_epoch(k, self, m->from, m->body);
        return;
    case KRAFT_BEGIN_QUORUM_EPOCH_RESPONSE:
    case KRAFT_END_QUORUM_EPOCH_RESPONSE:
        on_epoch_response(k, self, m->from, m->body, m->kind == KRAFT_END_QUORUM_EPOCH_RESPONSE);
        return;
    case KRAFT_FETCH:
        kraft_on_fetch(k, self, m->from, m->body);
        return;
    case KRAFT_FETCH_RESPONSE:
        kraft_on_fetch_response(k, self, m->from, m->body);
        return;
    case KRAFT_FLUSHED:
        kraft_on_flushed(k, self, m->body);
        return;
    case KRAFT_MESSAGE_COUNT:
        break;
    }
    sim_unreachable();
}

static void on_request_timer(struct kraft *k, struct node *self)
{
    if (k->state == KRAFT_LEADER)
        kraft_send_begin_epoch(k, self);
    else if (k->state == KRAFT_RESIGNED)
        kraft_send_end_epoch(k, self);
    else
        kraft_ask_for_votes(k, self);
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct kraft *k = state;
    switch ((enum kraft_timer) timer) {
    case KRAFT_TIMER_ELECTION:
        kraft_election_timeout(k, self);
        return;
    case KRAFT_TIMER_FETCH:
        kraft_on_fetch_timer(k, self);
        return;
    case KRAFT_TIMER_REQUEST:
        on_request_timer(k, self);
        return;
    case KRAFT_TIMER_CHECK_QUORUM:
        kraft_resign(k, self, STEP_DOWN_LOST_QUORUM, NODE_NONE);
        return;
    case KRAFT_TIMER_PURGATORY:
        kraft_on_purgatory_timer(k, self);
        return;
    case KRAFT_TIMER_SHUTDOWN:
        node_exit(self);
        return;
    }
    sim_unreachable();
}

/* A leader that shuts down resigns, and stays until there is another; all others leave at once. */
static void stop(struct kraft *k, struct node *self)
{
    bool led = k->state == KRAFT_LEADER;
    k->stopping = true;
    if (led)
        kraft_resign(k, self, STEP_DOWN_STOP, NODE_NONE);
    if (led && k->count > 1)
        node_set_timer(self, KRAFT_TIMER_SHUTDOWN, SHUTDOWN_PATIENCE);
    else
        node_exit(self);
}

/* Kafka's leaders resign when asked to, and the most advanced follower is to stand; one that is
 * named here comes first. */
static void on_admin(void *state, struct node *self, enum admin_command command, node_id target)
{
    struct kraft *k = state;
    switch (command) {
    case ADMIN_TRANSFER:
        if (k->state == KRAFT_LEADER && target != k->self)
            kraft_resign(k, self, STEP_DOWN_TRANSFER, target);
        return;
    case ADMIN_STOP:
        stop(k, self);
        return;
    case ADMIN_FORGET_LEADER:
        return;
    }
    sim_unreachable();
}

static enum role role_of(const struct kraft *k)
{
    switch ((enum kraft_state) k->state) {
    case KRAFT_UNATTACHED:
    case KRAFT_FOLLOWER:
    case KRAFT_RESIGNED:
        return ROLE_FOLLOWER;
    case KRAFT_PROSPECTIVE:
        return ROLE_PRE_CANDIDATE;
    case KRAFT_CANDIDATE:
        return ROLE_CANDIDATE;
    case KRAFT_LEADER:
        return ROLE_LEADER;
    }
    sim_unreachable();
}

static struct node_view view(const void *state)
{
    const struct kraft *k = state;
    struct kraft_position last = kraft_log_last(&k->durable.log);
    bool led = k->state == KRAFT_LEADER || k->state == KRAFT_FOLLOWER;
    return (struct node_view){.role = role_of(k),
                              .leader = led ? k->durable.leader : NODE_NONE,
                              .voted_for = k->durable.voted_for,
                              .term = k->durable.epoch,
                              .last_index = last.offset,
                              .last_term = last.epoch,
                              .commit_index = k->durable.log.commit,
                              .commit_term = k->durable.log.commit_epoch};
}

const struct algorithm kraft_algorithm = {
    .name = "kraft",
    .title = "KRaft",
    .origin = "Apache Kafka 2.8",
    .about = "Kafka's quorum: followers fetch, a leader without fetches of a majority resigns and "
             "names its successors; pre-vote",
    .source
    = "Apache Kafka 4.0, raft/: KafkaRaftClient, QuorumState, LeaderState; KIP-595, KIP-996",
    .tolerates = "crashes of a minority, loss, delay, partitions, pauses",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct kraft_config),
    .messages = messages,
    .message_count = KRAFT_MESSAGE_COUNT,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .durable_size = sizeof(struct kraft_durable),
    .promises = ELECTION_SAFETY | VOTE_ONCE | TERM_MONOTONIC | LEADER_HAS_QUORUM
                | LEADER_COMPLETENESS | STATE_MACHINE_SAFETY | EVENTUAL_LEADER,
    .assumptions = ASSUMES_DURABLE_STORAGE | ASSUMES_CLEAN_CUT,
    .state_size = state_size,
    .workspace_size = workspace_size,
    .check = check,
    .promises_with = promises_with,
    .patience = patience,
    .liveness_bound = liveness_bound,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .on_admin = on_admin,
    .on_operation = kraft_on_operation,
    .view = view,
};
