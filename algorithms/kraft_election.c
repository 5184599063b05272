/* KRaft's elections: who stands, who votes for whom (Kafka 4.0, KafkaRaftClient.handleVoteRequest,
 * CandidateState; KIP-996, ProspectiveState). */
#include "algorithms/kraft.h"

#define BACKOFF_BASE (100 * MILLISECOND)
#define BACKOFF_DOUBLINGS 20u

/* min(100 ms x nextInt(2 << min(20, retries - 1)), maximum). */
static sim_ns random_backoff(const struct kraft *k, struct node *self)
{
    sim_assert(k->retries > 0);
    uint32_t doublings = k->retries - 1 < BACKOFF_DOUBLINGS ? k->retries - 1 : BACKOFF_DOUBLINGS;
    sim_ns backoff = sim_times(BACKOFF_BASE, (int64_t) node_random(self, UINT64_C(2) << doublings));
    return backoff < k->config->election_backoff_max ? backoff : k->config->election_backoff_max;
}

static void begin_count(struct kraft *k, struct node *self)
{
    struct kraft_workspace *w = kraft_work(self);
    for (node_id id = 0; id < k->count; id++)
        w->peers[id].ballot = BALLOT_UNRECORDED;
    w->peers[k->self].ballot = BALLOT_GRANTED;
    w->granted = 1;
    w->rejected = 0;
    k->round++;
}

/* Requests leave when the own vote is durable, so that it counts by the time of an answer. */
void kraft_ask_for_votes(struct kraft *k, struct node *self)
{
    const struct kraft_workspace *w = kraft_work(self);
    struct kraft_position last = kraft_log_last(&k->durable.log);
    struct kraft_vote m = {.epoch = k->durable.epoch,
                           .last_offset = last.offset,
                           .last_epoch = last.epoch,
                           .round = k->round,
                           .pre_vote = k->state == KRAFT_PROSPECTIVE};
    for (node_id id = 0; id < k->count; id++)
        if (w->peers[id].ballot == BALLOT_UNRECORDED)
            node_send_after_sync(self, id, KRAFT_VOTE, &m);
    node_set_timer(self, KRAFT_TIMER_REQUEST, k->config->request_timeout);
}

static void canvass(struct kraft *k, struct node *self)
{
    begin_count(k, self);
    kraft_set_election_timer(k, self, kraft_random_election_timeout(k, self));
    if (k->count > 1) {
        kraft_ask_for_votes(k, self);
    } else { /* the only vote counts when it is durable */
        struct kraft_vote_response own = {.epoch = k->durable.epoch,
                                          .leader = NODE_NONE,
                                          .round = k->round,
                                          .granted = true,
                                          .pre_vote = k->state == KRAFT_PROSPECTIVE};
        node_send_after_sync(self, k->self, KRAFT_VOTE_RESPONSE, &own);
    }
}

/* Kafka writes the quorum-state file before it goes on. So the own vote is cast when it is durable:
 * a candidate that crashes before asks again for what it stood for before that. */
static void announce(struct kraft *k, struct node *self)
{
    struct kraft_flushed m
        = {.epoch = k->durable.epoch, .end_offset = kraft_log_last(&k->durable.log).offset};
    node_campaign(self, k->durable.epoch, k->requested ? CAMPAIGN_TRANSFER : CAMPAIGN_TIMEOUT);
    node_send_after_sync(self, k->self, KRAFT_FLUSHED, &m);
}

static void become_candidate(struct kraft *k, struct node *self)
{
    if (k->state == KRAFT_CANDIDATE)
        k->retries++;
    else if (k->state != KRAFT_PROSPECTIVE)
        k->retries = 1;
    kraft_stop_fetching(k, self);
    k->state = KRAFT_CANDIDATE;
    k->backing_off = false;
    kraft_count_election(k, self);
    k->durable.epoch++;
    k->durable.voted_for = k->self;
    k->durable.leader = NODE_NONE;
    node_persist(self, &k->durable);
    announce(k, self);
    canvass(k, self);
}

void kraft_resume_candidacy(struct kraft *k, struct node *self)
{
    k->state = KRAFT_CANDIDATE;
    k->retries = 1;
    announce(k, self);
    canvass(k, self);
}

/* Asks before it raises the epoch; it remembers its leader and its vote meanwhile. */
static void become_prospective(struct kraft *k, struct node *self)
{
    k->retries = k->state == KRAFT_CANDIDATE ? k->retries + 1 : 1;
    kraft_stop_fetching(k, self);
    k->state = KRAFT_PROSPECTIVE;
    k->backing_off = false;
    node_pre_campaign(self, k->durable.epoch + 1);
    canvass(k, self);
}

void kraft_stand(struct kraft *k, struct node *self)
{
    if (k->config->pre_vote)
        become_prospective(k, self);
    else
        become_candidate(k, self);
}

/* ---- A lost election ------------------------------------------------------------------------- */

/* Back to the leader that it knew; or to nobody, and then it waits anew if it was refused. */
static void lose_pre_vote(struct kraft *k, struct node *self)
{
    node_id leader = k->durable.leader;
    if (leader != NODE_NONE && leader != k->self)
        kraft_become_follower(k, self, k->durable.epoch, leader);
    else
        kraft_become_unattached(k, self, k->durable.epoch);
}

static void back_off(struct kraft *k, struct node *self)
{
    k->backing_off = true;
    node_clear_timer(self, KRAFT_TIMER_REQUEST);
    node_set_timer(self, KRAFT_TIMER_ELECTION, random_backoff(k, self));
}

/* Votes that can no longer suffice: Kafka 4.0 backs off at random; KAFKA-18345 (4.2) waits for the
 * rest of the election timeout. */
static void lose(struct kraft *k, struct node *self)
{
    if (k->state == KRAFT_PROSPECTIVE)
        lose_pre_vote(k, self);
    else if (!k->backing_off && k->config->lost_election == LOST_ELECTION_BACKOFF)
        back_off(k, self);
}

static void candidate_timeout(struct kraft *k, struct node *self)
{
    if (!k->config->pre_vote && !k->backing_off && k->config->lost_election != LOST_ELECTION_WAIT)
        back_off(k, self); /* before pre-vote, time that ran out was a loss as well */
    else if (kraft_may_stand(k, self))
        kraft_stand(k, self);
}

static void resigned_timeout(struct kraft *k, struct node *self)
{
    /* The epoch goes up so that no answer names it as the leader any more. */
    if (k->config->pre_vote)
        kraft_become_unattached(k, self, k->durable.epoch + 1);
    else if (kraft_may_stand(k, self))
        become_candidate(k, self);
}

void kraft_election_timeout(struct kraft *k, struct node *self)
{
    if (k->stopping)
        return; /* it waits for whoever is next, or for the end of its patience */
    switch ((enum kraft_state) k->state) {
    case KRAFT_UNATTACHED:
    case KRAFT_FOLLOWER:
        if (kraft_may_stand(k, self))
            kraft_stand(k, self);
        return;
    case KRAFT_PROSPECTIVE:
        lose_pre_vote(k, self);
        return;
    case KRAFT_CANDIDATE:
        candidate_timeout(k, self);
        return;
    case KRAFT_RESIGNED:
        resigned_timeout(k, self);
        return;
    case KRAFT_LEADER:
        break;
    }
    sim_unreachable();
}

/* ---- Voters ---------------------------------------------------------------------------------- */

static bool up_to_date(const struct kraft *k, const struct kraft_vote *m)
{
    struct kraft_position last = kraft_log_last(&k->durable.log);
    if (m->last_epoch != last.epoch)
        return m->last_epoch > last.epoch;
    return m->last_offset >= last.offset;
}

/* A leader refuses; a follower too, once it has fetched from its leader; all others look at the log
 * alone, whomever they voted for (KIP-996). The follower of a leader that has resigned refuses in
 * Kafka 4.0 as well, which makes the first successor lose (KAFKA-20895). */
static bool grants_pre_vote(const struct kraft *k, const struct kraft_vote *m)
{
    if (k->state == KRAFT_LEADER)
        return false;
    if (k->state == KRAFT_FOLLOWER && k->fetched
        && !(k->resigned && k->config->pre_vote_after_resignation))
        return false;
    return up_to_date(k, m);
}

/* One vote in an epoch, and none once its leader is known: not even to leave it, as a resigned
 * leader would by voting for another. */
static bool grants_vote(const struct kraft *k, node_id from, const struct kraft_vote *m)
{
    if (k->state != KRAFT_UNATTACHED && k->state != KRAFT_PROSPECTIVE)
        return false;
    if (k->durable.voted_for != NODE_NONE)
        return k->durable.voted_for == from;
    return k->durable.leader == NODE_NONE && up_to_date(k, m);
}

/* Voting puts off the own candidacy: who was voted for has as good a chance. */
static void vote_for(struct kraft *k, struct node *self, node_id candidate)
{
    k->durable.voted_for = candidate;
    node_persist(self, &k->durable);
    node_vote(self, k->durable.epoch, candidate);
    if (k->state == KRAFT_PROSPECTIVE)
        canvass(k, self); /* Kafka makes a new state of it, which counts anew */
    else
        kraft_set_election_timer(k, self, kraft_random_election_timeout(k, self));
}

void kraft_on_vote(struct kraft *k, struct node *self, node_id from, const struct kraft_vote *m)
{
    bool granted = false;
    if (m->epoch > k->durable.epoch)
        kraft_become_unattached(k, self, m->epoch);
    if (m->epoch == k->durable.epoch && m->pre_vote)
        granted = grants_pre_vote(k, m);
    else if (m->epoch == k->durable.epoch)
        granted = grants_vote(k, from, m);
    if (granted && !m->pre_vote && k->durable.voted_for == NODE_NONE)
        vote_for(k, self, from);
    struct kraft_vote_response answer = {.epoch = k->durable.epoch,
                                         .leader = k->durable.leader,
                                         .round = m->round,
                                         .granted = granted,
                                         .pre_vote = m->pre_vote};
    node_send_after_sync(self, from, KRAFT_VOTE_RESPONSE, &answer);
}

/* ---- Nominees -------------------------------------------------------------------------------- */

static void record(struct kraft_workspace *w, node_id voter, bool granted)
{
    uint8_t *ballot = &w->peers[voter].ballot;
    w->granted -= *ballot == BALLOT_GRANTED;
    w->rejected -= *ballot == BALLOT_REJECTED;
    *ballot = granted ? BALLOT_GRANTED : BALLOT_REJECTED;
    w->granted += granted;
    w->rejected += !granted;
}

void kraft_on_vote_response(struct kraft *k, struct node *self, node_id from,
                            const struct kraft_vote_response *m)
{
    if (m->epoch < k->durable.epoch || kraft_learn(k, self, m->epoch, m->leader))
        return;
    if (k->state != (m->pre_vote ? KRAFT_PROSPECTIVE : KRAFT_CANDIDATE) || m->round != k->round)
        return;
    struct kraft_workspace *w = kraft_work(self);
    record(w, from, m->granted);
    if (w->granted >= kraft_majority(k)) {
        if (m->pre_vote)
            become_candidate(k, self);
        else
            kraft_become_leader(k, self);
    } else if (k->count - w->rejected < kraft_majority(k)) {
        lose(k, self);
    }
}
