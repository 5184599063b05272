/* The election among the regions' leaders: who asks, who denies, who leads (see hierarchical.c). */
#include "algorithms/hierarchical.h"

static struct hierarchical_peer *peer_of(struct hierarchical *h, struct node *self, node_id id)
{
    return &hierarchical_work(h, self).peers[id];
}

/* A node that spoke as the leader of its region, for so many members. */
static void note_relay(struct hierarchical *h, struct node *self, node_id from, uint32_t members)
{
    struct hierarchical_workspace w = hierarchical_work(h, self);
    w.peers[from].at = node_monotonic(self);
    w.peers[from].members = members;
    w.peers[from].relay = true;
    w.gateways[hierarchical_region(h, self, from)] = from;
}

static bool is_fresh(const struct node *self, const struct hierarchical_peer *peer, sim_ns within)
{
    return peer->members > 0 && peer->at >= sim_add(node_monotonic(self), -within);
}

static bool is_live_relay(const struct hierarchical *h, const struct node *self,
                          const struct hierarchical_peer *peer)
{
    return peer->relay && is_fresh(self, peer, h->config->global_election_timeout.max);
}

/* ---- Terms and leaders ----------------------------------------------------------------------- */

void global_wait(struct hierarchical *h, struct node *self)
{
    node_set_timer(self, HIERARCHICAL_TIMER_GLOBAL, timing_global(h, self));
}

static void leave_office(struct hierarchical *h, struct node *self, enum step_down_reason why)
{
    if (h->role == ROLE_LEADER)
        node_step_down(self, h->durable.term, why);
    h->role = ROLE_FOLLOWER;
    h->leader = NODE_NONE;
    node_clear_timer(self, HIERARCHICAL_TIMER_QUORUM);
    global_wait(h, self);
    hierarchical_release(h, self);
}

void global_adopt(struct hierarchical *h, struct node *self, uint64_t term)
{
    sim_assert(term > h->durable.term);
    leave_office(h, self, STEP_DOWN_HIGHER_TERM);
    timing_note_election(h, self);
    h->durable.term = term;
    h->durable.voted_for = h->ballot = NODE_NONE;
    h->gathering = false;
    node_clear_timer(self, HIERARCHICAL_TIMER_GATHER);
    hierarchical_persist(h, self);
    node_follow(self, term, NODE_NONE);
}

static void follow(struct hierarchical *h, struct node *self, node_id leader)
{
    sim_assert(h->role != ROLE_LEADER);
    bool news = h->leader != leader || h->role != ROLE_FOLLOWER;
    h->role = ROLE_FOLLOWER;
    h->leader = leader;
    h->heard_at = node_monotonic(self);
    h->tries = 0;
    timing_note_leader(h, self);
    if (!news)
        return;
    node_follow(self, h->durable.term, leader);
    if (h->regional_role == ROLE_LEADER)
        regional_beat(h, self);
}

void global_hear(struct hierarchical *h, struct node *self, node_id leader)
{
    if (h->role == ROLE_LEADER || leader == h->self)
        return; /* what it was before it restarted */
    if (leader != NODE_NONE) {
        follow(h, self, leader);
        node_set_timer(self, HIERARCHICAL_TIMER_GLOBAL, h->config->global_election_timeout.max);
    } else if (h->leader != NODE_NONE) {
        h->leader = NODE_NONE;
        node_follow(self, h->durable.term, NODE_NONE);
    }
}

void global_join(struct hierarchical *h, struct node *self, node_id leader)
{
    struct global_ack m = {.term = h->durable.term, .members = regional_members(h, self)};
    node_send(self, leader, GLOBAL_ACK, &m);
}

/* ---- Asking ---------------------------------------------------------------------------------- */

/* One message a region: to its leader where that is known, to a member otherwise, who passes it on.
 * Where that brought nothing, the next goes to all. */
static void ask_regions(struct hierarchical *h, struct node *self, unsigned kind, uint64_t term)
{
    struct hierarchical_workspace w = hierarchical_work(h, self);
    struct global_request m = {.term = term, .candidate = h->self};
    bool all = h->tries > 1 && kind == GLOBAL_PRE_VOTE;
    for (node_id id = 0; id < h->count; id++) {
        if (id == h->self || hierarchical_is_mate(h, self, id))
            continue;
        bool known = id == w.gateways[hierarchical_region(h, self, id)] || w.peers[id].answered;
        if (all || known)
            node_send_after_sync(self, id, kind, &m);
    }
}

static void campaign(struct hierarchical *h, struct node *self, enum campaign_reason why)
{
    timing_note_election(h, self);
    h->durable.term++;
    h->durable.voted_for = h->ballot = NODE_NONE;
    h->role = ROLE_CANDIDATE;
    h->leader = NODE_NONE;
    node_clear_timer(self, HIERARCHICAL_TIMER_GATHER);
    node_campaign(self, h->durable.term, why);
    global_wait(h, self);
    ballot_begin(h, self, h->self);
    ask_regions(h, self, GLOBAL_REQUEST_VOTE, h->durable.term);
    if (ballot_is_won(h, self))
        global_lead(h, self);
}

static bool would_win(struct hierarchical *h, struct node *self)
{
    struct hierarchical_workspace w = hierarchical_work(h, self);
    for (uint32_t region = 0; region <= h->count; region++)
        w.have[region] = 0;
    w.have[hierarchical_region(h, self, h->self)] = regional_members(h, self);
    for (node_id id = 0; id < h->count; id++)
        if (w.peers[id].answered)
            w.have[hierarchical_region(h, self, id)] += w.peers[id].members;
    return ballot_is_quorum(h, self);
}

/* Asking must not touch the term: a region that was cut off would depose a healthy leader when it
 * comes back (thesis 9.6). */
static void pre_campaign(struct hierarchical *h, struct node *self)
{
    if (!timing_may_stand(h, self))
        return;
    h->role = ROLE_PRE_CANDIDATE;
    h->leader = NODE_NONE;
    h->tries++;
    for (node_id id = 0; id < h->count; id++)
        peer_of(h, self, id)->answered = false;
    node_pre_campaign(self, h->durable.term + 1);
    global_wait(h, self);
    if (would_win(h, self))
        campaign(h, self, CAMPAIGN_TIMEOUT);
    else
        ask_regions(h, self, GLOBAL_PRE_VOTE, h->durable.term + 1);
}

static void on_pre_vote(struct hierarchical *h, struct node *self, const struct global_request *m)
{
    sim_ns since = sim_add(node_monotonic(self), -timing_hears_for(h));
    bool hears = h->role == ROLE_LEADER || (h->leader != NODE_NONE && h->heard_at > since);
    bool granted = m->term > h->durable.term && !hears;
    struct global_pre_vote_answer answer = {.term = granted ? m->term : h->durable.term,
                                            .leader = h->leader,
                                            .members = regional_members(h, self),
                                            .granted = granted};
    node_send(self, m->candidate, GLOBAL_PRE_VOTE_ANSWER, &answer);
}

static void on_pre_vote_answer(struct hierarchical *h, struct node *self, node_id from,
                               const struct global_pre_vote_answer *m)
{
    if (!m->granted && m->term > h->durable.term)
        global_adopt(h, self, m->term);
    if (h->role != ROLE_PRE_CANDIDATE)
        return;
    note_relay(h, self, from, m->members);
    if (!m->granted) {
        if (m->leader != NODE_NONE && m->leader != h->self)
            global_join(h, self, m->leader); /* there is one, who does not know of this region */
        return;
    }
    if (m->term != h->durable.term + 1)
        return;
    peer_of(h, self, from)->answered = true;
    if (would_win(h, self))
        campaign(h, self, CAMPAIGN_TIMEOUT);
}

static void on_request_vote(struct hierarchical *h, struct node *self,
                            const struct global_request *m)
{
    if (m->term > h->durable.term)
        global_adopt(h, self, m->term);
    if (m->term == h->durable.term && h->role == ROLE_FOLLOWER) {
        ballot_begin(h, self, m->candidate);
        return;
    }
    struct global_votes none = {.term = h->durable.term};
    node_send_after_sync(self, m->candidate, GLOBAL_VOTES, &none);
}

/* ---- Leading --------------------------------------------------------------------------------- */

static void beat(struct hierarchical *h, struct node *self)
{
    struct hierarchical_workspace w = hierarchical_work(h, self);
    struct global_heartbeat m = {.term = h->durable.term, .leader = h->self};
    uint32_t own = hierarchical_region(h, self, h->self);
    for (uint32_t region = 0; region <= h->count; region++)
        w.have[region] = region == own && h->regional_role == ROLE_LEADER;
    for (node_id id = 0; id < h->count; id++) {
        if (id == h->self || !is_live_relay(h, self, &w.peers[id]))
            continue;
        w.have[hierarchical_region(h, self, id)]++;
        node_send(self, id, GLOBAL_HEARTBEAT, &m);
    }
    for (node_id id = 0; id < h->count; id++) { /* a region that is silent: its members in turn */
        uint32_t region = hierarchical_region(h, self, id);
        if (w.have[region] > 0 || w.gateways[region] != id)
            continue;
        w.have[region] = 1;
        if (id != h->self)
            node_send(self, id, GLOBAL_HEARTBEAT, &m);
        node_id next = id;
        do
            next = (next + 1) % h->count;
        while (hierarchical_region(h, self, next) != region);
        w.gateways[region] = next;
    }
    node_set_timer(self, HIERARCHICAL_TIMER_GLOBAL, h->config->global_heartbeat_interval);
}

void global_lead(struct hierarchical *h, struct node *self)
{
    h->role = ROLE_LEADER;
    h->leader = h->self;
    h->tries = 0;
    timing_note_leader(h, self);
    node_lead(self, h->durable.term);
    node_set_timer(self, HIERARCHICAL_TIMER_QUORUM, h->config->global_election_timeout.min);
    beat(h, self);
    if (h->regional_role == ROLE_LEADER)
        regional_beat(h, self);
}

void global_check_quorum(struct hierarchical *h, struct node *self)
{
    struct hierarchical_workspace w = hierarchical_work(h, self);
    sim_ns window = h->config->global_election_timeout.min;
    for (uint32_t region = 0; region <= h->count; region++)
        w.have[region] = 0;
    w.have[hierarchical_region(h, self, h->self)] = 1;
    for (node_id id = 0; id < h->count; id++)
        if (id != h->self && is_fresh(self, &w.peers[id], window))
            w.have[hierarchical_region(h, self, id)] += w.peers[id].members;
    node_set_timer(self, HIERARCHICAL_TIMER_QUORUM, window);
    if (ballot_is_quorum(h, self))
        return;
    leave_office(h, self, STEP_DOWN_LOST_QUORUM);
    node_follow(self, h->durable.term, NODE_NONE);
}

static void on_heartbeat(struct hierarchical *h, struct node *self,
                         const struct global_heartbeat *m)
{
    if (m->term > h->durable.term)
        global_adopt(h, self, m->term);
    if (m->term == h->durable.term && h->role != ROLE_LEADER) {
        follow(h, self, m->leader);
        if (h->extra != NULL)
            timing_heard_global(h, self);
        global_wait(h, self);
    }
    global_join(h, self, m->leader); /* of an earlier term it learns that it leads no more */
}

static void on_ack(struct hierarchical *h, struct node *self, node_id from,
                   const struct global_ack *m)
{
    if (m->term > h->durable.term)
        global_adopt(h, self, m->term);
    if (h->role != ROLE_LEADER)
        return;
    struct hierarchical_peer *peer = peer_of(h, self, from);
    bool joins = !is_live_relay(h, self, peer) || m->term < h->durable.term;
    note_relay(h, self, from, m->members);
    if (!joins)
        return;
    struct global_heartbeat answer = {.term = h->durable.term, .leader = h->self};
    node_send(self, from, GLOBAL_HEARTBEAT, &answer);
}

/* ---- Handing over ---------------------------------------------------------------------------- */

bool global_is_relay(struct hierarchical *h, struct node *self, node_id id)
{
    return is_live_relay(h, self, peer_of(h, self, id));
}

static node_id any_relay(struct hierarchical *h, struct node *self)
{
    struct hierarchical_workspace w = hierarchical_work(h, self);
    for (node_id id = 0; id < h->count; id++)
        if (id != h->self && is_live_relay(h, self, &w.peers[id]))
            return id;
    return NODE_NONE;
}

/* Leadership goes to the target's region: to the leader there. */
void global_transfer(struct hierarchical *h, struct node *self, node_id target)
{
    if (h->role != ROLE_LEADER)
        return;
    struct global_timeout_now m = {.term = h->durable.term};
    node_id to = target == NODE_NONE ? any_relay(h, self) : target;
    if (to != NODE_NONE && to != h->self)
        node_send(self, to, GLOBAL_TIMEOUT_NOW, &m);
}

void global_stop(struct hierarchical *h, struct node *self)
{
    if (h->role != ROLE_LEADER)
        return;
    global_transfer(h, self, NODE_NONE);
    leave_office(h, self, STEP_DOWN_STOP);
    node_follow(self, h->durable.term, NODE_NONE);
}

/* ---- Events ---------------------------------------------------------------------------------- */

void global_timer(struct hierarchical *h, struct node *self)
{
    if (h->role == ROLE_LEADER) {
        beat(h, self);
        node_id successor = timing_successor(h, self);
        if (successor != NODE_NONE)
            global_transfer(h, self, successor);
    } else if (h->regional_role == ROLE_LEADER) {
        pre_campaign(h, self);
    } else {
        h->role = ROLE_FOLLOWER;
        h->leader = NODE_NONE;
        node_follow(self, h->durable.term, NODE_NONE);
    }
}

/* What is for a region's leader, at a member of it: passed on, once. */
static bool is_for_another(struct hierarchical *h, struct node *self, const struct message *m)
{
    if (h->regional_role == ROLE_LEADER)
        return false;
    bool from_outside = !hierarchical_is_mate(h, self, m->from);
    if (from_outside && h->regional_leader != NODE_NONE)
        node_send(self, h->regional_leader, m->kind, m->body);
    return true;
}

void global_on_message(struct hierarchical *h, struct node *self, const struct message *m)
{
    bool answer = m->kind == GLOBAL_PRE_VOTE_ANSWER || m->kind == GLOBAL_ACK;
    if (!answer && is_for_another(h, self, m))
        return;
    switch (m->kind) {
    case GLOBAL_PRE_VOTE:
        on_pre_vote(h, self, m->body);
        return;
    case GLOBAL_PRE_VOTE_ANSWER:
        on_pre_vote_answer(h, self, m->from, m->body);
        return;
    case GLOBAL_REQUEST_VOTE:
        on_request_vote(h, self, m->body);
        return;
    case GLOBAL_HEARTBEAT:
        on_heartbeat(h, self, m->body);
        return;
    case GLOBAL_ACK:
        on_ack(h, self, m->from, m->body);
        return;
    case GLOBAL_TIMEOUT_NOW:
        if (((const struct global_timeout_now *) m->body)->term == h->durable.term
            && h->role != ROLE_LEADER && !load_is_high(&h->config->load, self))
            campaign(h, self, CAMPAIGN_TRANSFER);
        return;
    }
    sim_unreachable();
}
