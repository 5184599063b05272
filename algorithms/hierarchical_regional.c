/* The election inside of a region, by terms of its own. It decides who gathers votes and passes
 * heartbeats on; no safety rests on it (see hierarchical.c). */
#include "algorithms/hierarchical.h"

static bool set_add(uint64_t *set, node_id id)
{
    bool fresh = ((set[id / 64] >> (id % 64)) & 1) == 0;
    set[id / 64] |= UINT64_C(1) << (id % 64);
    return fresh;
}

static uint32_t set_count(const uint64_t *set, uint32_t nodes)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < (nodes + 63) / 64; i++)
        for (uint64_t word = set[i]; word != 0; word &= word - 1)
            count++;
    return count;
}

void regional_wait(struct hierarchical *h, struct node *self)
{
    node_set_timer(self, HIERARCHICAL_TIMER_REGIONAL, timing_regional(h, self));
}

uint32_t regional_members(struct hierarchical *h, struct node *self)
{
    struct hierarchical_workspace w = hierarchical_work(h, self);
    sim_ns since = sim_add(node_monotonic(self), -h->config->regional_election_timeout.max);
    uint32_t members = 1;
    for (node_id id = 0; id < h->count; id++)
        members += hierarchical_is_mate(h, self, id) && w.peers[id].members > 0
                   && w.peers[id].at >= since;
    return members;
}

/* ---- Leading and following ------------------------------------------------------------------- */

/* Of a guest one more than its own, so that 0 in an answer says: does not follow you. */
static uint64_t present_term(const struct hierarchical *h)
{
    return h->guest == NULL ? h->durable.regional_term : guest_view(h->guest).term + 1;
}

void regional_beat(struct hierarchical *h, struct node *self)
{
    struct regional_heartbeat m
        = {.regional_term = present_term(h), .term = h->durable.term, .leader = h->leader};
    hierarchical_send_to_mates(h, self, REGIONAL_HEARTBEAT, &m, false);
    node_set_timer(self, HIERARCHICAL_TIMER_REGIONAL, h->config->regional_heartbeat_interval);
}

static void yield(struct hierarchical *h, struct node *self, node_id leader)
{
    if (h->regional_role == ROLE_LEADER && h->role != ROLE_LEADER) {
        h->role = ROLE_FOLLOWER;
        h->gathering = false;
        node_clear_timer(self, HIERARCHICAL_TIMER_GATHER);
        node_set_timer(self, HIERARCHICAL_TIMER_GLOBAL, h->config->global_election_timeout.max);
    }
    h->regional_role = ROLE_FOLLOWER;
    h->regional_leader = leader;
    hierarchical_release(h, self);
}

/* Follows `leader`, or nobody yet, in a regional term that is not over. */
static void follow(struct hierarchical *h, struct node *self, uint64_t regional_term,
                   node_id leader)
{
    yield(h, self, leader);
    if (regional_term > h->durable.regional_term) {
        h->durable.regional_term = regional_term;
        h->durable.regional_vote = NODE_NONE;
        hierarchical_persist(h, self);
    }
    regional_wait(h, self);
}

static void lead(struct hierarchical *h, struct node *self)
{
    h->regional_role = ROLE_LEADER;
    h->regional_leader = h->self;
    regional_beat(h, self);
    if (h->role == ROLE_LEADER)
        return;
    if (h->leader != NODE_NONE)
        global_join(h, self, h->leader);
    global_wait(h, self);
}

void regional_heed_guest(struct hierarchical *h, struct node *self)
{
    struct node_view view = guest_view(h->guest);
    if (view.role == ROLE_LEADER) {
        if (h->regional_role != ROLE_LEADER)
            lead(h, self);
        return;
    }
    if (h->regional_role == ROLE_LEADER)
        node_clear_timer(self, HIERARCHICAL_TIMER_REGIONAL);
    yield(h, self, view.leader == h->self ? NODE_NONE : view.leader);
}

/* ---- Standing -------------------------------------------------------------------------------- */

static void count_votes(struct hierarchical *h, struct node *self)
{
    uint32_t needed
        = h->config->regional_election.choice == REGIONAL_FIRST ? 1 : h->members / 2 + 1;
    struct hierarchical_workspace w = hierarchical_work(h, self);
    if (set_count(w.regional, h->count) >= needed)
        lead(h, self);
}

static void stand(struct hierarchical *h, struct node *self)
{
    h->durable.regional_term++;
    h->durable.regional_vote = h->self;
    hierarchical_persist(h, self);
    h->regional_role = ROLE_CANDIDATE;
    h->regional_leader = NODE_NONE;
    struct hierarchical_workspace w = hierarchical_work(h, self);
    for (uint32_t i = 0; i < (h->count + 63) / 64; i++)
        w.regional[i] = 0;
    (void) set_add(w.regional, h->self);
    regional_wait(h, self);
    if (h->config->regional_election.choice == REGIONAL_MAJORITY) {
        struct regional_term m = {.regional_term = h->durable.regional_term};
        hierarchical_send_to_mates(h, self, REGIONAL_REQUEST_VOTE, &m, true);
    }
    count_votes(h, self);
}

void regional_timer(struct hierarchical *h, struct node *self)
{
    if (h->regional_role == ROLE_LEADER) {
        regional_beat(h, self);
        return;
    }
    sim_assert(h->guest == NULL);
    stand(h, self);
}

static void on_request_vote(struct hierarchical *h, struct node *self, node_id from,
                            const struct regional_term *m)
{
    if (m->regional_term > h->durable.regional_term)
        follow(h, self, m->regional_term, NODE_NONE);
    bool granted = m->regional_term == h->durable.regional_term
                   && (h->durable.regional_vote == NODE_NONE || h->durable.regional_vote == from);
    if (granted && h->durable.regional_vote == NODE_NONE) {
        h->durable.regional_vote = from;
        hierarchical_persist(h, self);
        regional_wait(h, self);
    }
    struct regional_vote answer = {.regional_term = h->durable.regional_term, .granted = granted};
    node_send_after_sync(self, from, REGIONAL_VOTE, &answer);
}

static void on_vote(struct hierarchical *h, struct node *self, node_id from,
                    const struct regional_vote *m)
{
    if (m->regional_term > h->durable.regional_term) {
        follow(h, self, m->regional_term, NODE_NONE);
        return;
    }
    if (!m->granted || m->regional_term != h->durable.regional_term
        || h->regional_role != ROLE_CANDIDATE)
        return;
    (void) set_add(hierarchical_work(h, self).regional, from);
    count_votes(h, self);
}

/* ---- Heartbeats ------------------------------------------------------------------------------ */

/* Two may lead in one regional term where nobody votes: then the higher number stays. */
static bool yields_to(const struct hierarchical *h, node_id from, uint64_t regional_term)
{
    if (regional_term != h->durable.regional_term)
        return regional_term > h->durable.regional_term;
    return h->regional_leader == NODE_NONE || from >= h->regional_leader;
}

static void on_heartbeat(struct hierarchical *h, struct node *self, node_id from,
                         const struct regional_heartbeat *m)
{
    bool heeds
        = h->guest == NULL ? yields_to(h, from, m->regional_term) : from == h->regional_leader;
    if (heeds) {
        if (h->guest == NULL && h->extra != NULL)
            timing_heard_regional(h, self, from);
        if (h->guest == NULL)
            follow(h, self, m->regional_term, from);
        if (m->term > h->durable.term)
            global_adopt(h, self, m->term);
        if (m->term == h->durable.term)
            global_hear(h, self, m->leader);
    }
    struct regional_ack answer
        = {.regional_term = h->durable.regional_term, .term = h->durable.term};
    if (h->guest != NULL)
        answer.regional_term = heeds ? m->regional_term : 0;
    node_send(self, from, REGIONAL_ACK, &answer);
}

static void on_ack(struct hierarchical *h, struct node *self, node_id from,
                   const struct regional_ack *m)
{
    if (h->guest == NULL && m->regional_term > h->durable.regional_term) {
        follow(h, self, m->regional_term, NODE_NONE);
    } else if (h->regional_role == ROLE_LEADER && m->regional_term == present_term(h)) {
        struct hierarchical_peer *peer = &hierarchical_work(h, self).peers[from];
        peer->at = node_monotonic(self);
        peer->members = 1;
        peer->relay = false;
    }
    if (m->term > h->durable.term)
        global_adopt(h, self, m->term);
}

void regional_on_message(struct hierarchical *h, struct node *self, const struct message *m)
{
    switch (m->kind) {
    case REGIONAL_REQUEST_VOTE:
        on_request_vote(h, self, m->from, m->body);
        return;
    case REGIONAL_VOTE:
        on_vote(h, self, m->from, m->body);
        return;
    case REGIONAL_HEARTBEAT:
        on_heartbeat(h, self, m->from, m->body);
        return;
    case REGIONAL_ACK:
        on_ack(h, self, m->from, m->body);
        return;
    }
    sim_unreachable();
}
