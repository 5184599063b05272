/* Elections: timers, campaigns, votes (paper 5.2 and 5.4.1; thesis 3.4, 4.2.3 and 9.6). */
#include "algorithms/raft.h"

#define BACKOFF_MAX 10u

/* Redrawn on a new election, a vote granted, word of the leader, and a leader's stepping down; not
 * when a candidate steps down or a higher term comes by (thesis 9, AvailSim). */
void raft_arm_election(struct raft *r, struct node *self)
{
    const struct raft_config *c = r->config;
    bool stands = r->role == ROLE_CANDIDATE || r->role == ROLE_PRE_CANDIDATE;
    struct sim_range range
        = stands && c->candidate_timeout.max > 0 ? c->candidate_timeout : c->election_timeout;
    sim_ns after;
    if (r->special && !stands)
        after = raft_special_timeout(r, self, range);
    else
        after = c->timeouts == TIMEOUTS_FIXED ? range.min : node_random_range(self, range);
    if (stands && c->candidate_backoff)
        after = sim_times(after, 1 << r->denied_rounds);
    node_set_timer(self, TIMER_ELECTION, after);
}

static bool follower_lease(const struct raft_config *c)
{
    if (c->follower_lease == FOLLOWER_LEASE_AUTO)
        return c->check_quorum || c->leader_lease;
    return c->follower_lease == FOLLOWER_LEASE_TRUE;
}

/* Whether this node leads, or heard of the leader within the minimum election timeout. Leader
 * leases rest on it, so that it then holds for a restarted node too, which has forgotten. */
static bool hears_leader(const struct raft *r, const struct node *self)
{
    if (r->role == ROLE_LEADER)
        return true;
    if (r->heard_at == NEVER_HEARD || (r->leader == NODE_NONE && !r->config->leader_lease))
        return false;
    return node_monotonic(self) - r->heard_at < raft_base_timeout(r);
}

static bool up_to_date(const struct raft *r, const struct request_vote *m)
{
    uint32_t last_term = raft_log_last_term(&r->durable.log);
    if (m->last_log_term != last_term)
        return m->last_log_term > last_term;
    return m->last_log_index >= raft_log_last(&r->durable.log);
}

void raft_follow(struct raft *r, struct node *self, uint64_t term, node_id leader,
                 enum step_down_reason why)
{
    sim_assert(term >= r->durable.term);
    bool changed = r->role != ROLE_FOLLOWER || term > r->durable.term || leader != r->leader;
    bool led = r->role == ROLE_LEADER;
    bool stops = led && r->stopping;
    if (led)
        node_step_down(self, r->durable.term, r->handed_over && !stops ? STEP_DOWN_TRANSFER : why);
    r->role = ROLE_FOLLOWER;
    r->leader = leader;
    r->lease_until = 0;
    r->transfer_target = NODE_NONE;
    if (term > r->durable.term) {
        raft_count_election(r, self);
        r->durable.term = term;
        r->durable.voted_for = NODE_NONE;
        r->handed_over = false;
        node_persist(self, &r->durable);
    }
    if (led) {
        node_clear_timer(self, TIMER_HEARTBEAT);
        raft_arm_election(r, self);
    }
    if (changed) {
        raft_decide_operations(r, self);
        node_follow(self, r->durable.term, leader);
    }
    if (stops)
        node_exit(self);
}

static void begin_count(struct raft *r, struct node *self)
{
    struct raft_workspace *w = raft_work(self);
    w->granted_weight = w->denied_weight = w->total_weight = 0;
    const struct quorum_option *quorum = &r->config->quorum;
    for (node_id id = 0; id < r->count; id++) {
        w->peers[id].answered = false;
        w->total_weight += quorum_weight(quorum, self, id);
    }
    w->threshold = quorum_threshold(quorum, w->total_weight);
}

/* Requests leave when the own vote is durable, so that it counts by the time of an answer; where
 * it alone decides, it comes back as a message to itself. */
static void ask_for_votes(struct raft *r, struct node *self, unsigned kind, uint64_t term)
{
    struct request_vote m = {.term = term,
                             .last_log_index = raft_log_last(&r->durable.log),
                             .last_log_term = raft_log_last_term(&r->durable.log),
                             .transfer = r->transfer_campaign};
    struct raft_workspace *w = raft_work(self);
    uint64_t own = quorum_weight(&r->config->quorum, self, r->self);
    if (own >= w->threshold) {
        struct vote_response yes = {.term = term, .granted = true};
        node_send_after_sync(self, r->self, kind + 1, &yes);
    } else {
        w->peers[r->self].answered = true;
        w->granted_weight = own;
    }
    for (node_id id = 0; id < r->count; id++)
        if (id != r->self)
            node_send_after_sync(self, id, kind, &m);
}

void raft_campaign(struct raft *r, struct node *self, enum campaign_reason why)
{
    r->role = ROLE_CANDIDATE;
    r->leader = NODE_NONE;
    r->transfer_campaign = why == CAMPAIGN_TRANSFER;
    r->handed_over = false;
    raft_count_election(r, self);
    r->durable.term++;
    r->durable.voted_for = r->self;
    node_persist(self, &r->durable);
    begin_count(r, self);
    raft_arm_election(r, self);
    node_campaign(self, r->durable.term, why);
    node_vote(self, r->durable.term, r->self);
    ask_for_votes(r, self, REQUEST_VOTE, r->durable.term);
}

void raft_election_timeout(struct raft *r, struct node *self)
{
    if (r->extra != NULL && !raft_may_stand(r, self))
        return;
    /* Pre-vote must not touch the term: a node that was cut off would otherwise depose a healthy
     * leader when it comes back (thesis 9.6). */
    if (r->config->pre_vote == PRE_VOTE_FALSE) {
        raft_campaign(r, self, CAMPAIGN_TIMEOUT);
        return;
    }
    r->role = ROLE_PRE_CANDIDATE;
    r->leader = NODE_NONE;
    r->transfer_campaign = false;
    begin_count(r, self);
    raft_arm_election(r, self);
    node_pre_campaign(self, r->durable.term + 1);
    ask_for_votes(r, self, PRE_VOTE, r->durable.term + 1);
}

static void on_pre_vote(struct raft *r, struct node *self, node_id from,
                        const struct request_vote *m)
{
    bool granted = m->term > r->durable.term && up_to_date(r, m);
    if (r->config->pre_vote == PRE_VOTE_KAFKA)
        granted = granted && r->leader == NODE_NONE;
    else if (r->config->pre_vote != PRE_VOTE_ETCD)
        granted = granted && !hears_leader(r, self);
    struct vote_response answer = {.term = granted ? m->term : r->durable.term, .granted = granted};
    node_send(self, from, PRE_VOTE_RESPONSE, &answer);
}

void raft_on_vote_request(struct raft *r, struct node *self, node_id from,
                          const struct request_vote *m, bool pre_vote)
{
    bool leased = follower_lease(r->config) && !m->transfer && hears_leader(r, self);
    if (m->term > r->durable.term && leased)
        return;
    if (pre_vote) {
        on_pre_vote(r, self, from, m);
        return;
    }
    if (m->term > r->durable.term)
        raft_follow(r, self, m->term, NODE_NONE, STEP_DOWN_HIGHER_TERM);
    bool granted = m->term == r->durable.term && up_to_date(r, m)
                   && (r->durable.voted_for == NODE_NONE || r->durable.voted_for == from);
    if (granted) {
        if (r->durable.voted_for == NODE_NONE) {
            r->durable.voted_for = from;
            node_persist(self, &r->durable);
            node_vote(self, r->durable.term, from);
        }
        if (r->role == ROLE_FOLLOWER)
            raft_arm_election(r, self);
    }
    struct vote_response answer = {.term = r->durable.term, .granted = granted};
    node_send_after_sync(self, from, REQUEST_VOTE_RESPONSE, &answer);
}

/* A candidate that can no longer win stands aside until its timer fires (as etcd). */
static void lose(struct raft *r, struct node *self)
{
    if (r->role == ROLE_CANDIDATE && r->denied_rounds < BACKOFF_MAX)
        r->denied_rounds++;
    raft_follow(r, self, r->durable.term, NODE_NONE, STEP_DOWN_HIGHER_TERM);
}

void raft_on_vote_response(struct raft *r, struct node *self, node_id from,
                           const struct vote_response *m, bool pre_vote)
{
    uint64_t asked = r->durable.term + (pre_vote && m->granted ? 1 : 0);
    if (m->term > asked) {
        if (!m->granted)
            raft_follow(r, self, m->term, NODE_NONE, STEP_DOWN_HIGHER_TERM);
        return;
    }
    if (m->term != asked || r->role != (pre_vote ? ROLE_PRE_CANDIDATE : ROLE_CANDIDATE))
        return;
    struct raft_workspace *w = raft_work(self);
    if (w->peers[from].answered)
        return;
    w->peers[from].answered = true;
    uint64_t weight = quorum_weight(&r->config->quorum, self, from);
    *(m->granted ? &w->granted_weight : &w->denied_weight) += weight;
    if (w->granted_weight >= w->threshold) {
        if (pre_vote)
            raft_campaign(r, self, CAMPAIGN_TIMEOUT);
        else
            raft_lead(r, self);
    } else if (w->total_weight - w->denied_weight < w->threshold) {
        lose(r, self);
    }
}
