/* Raft's elections among the nodes of a store. */
#include "algorithms/replica.h"

uint32_t replica_number(const struct node *self, node_id id)
{
    sim_assert(id >= node_count(self));
    sim_assert(id - node_count(self) < REPLICAS_MAX);
    return id - node_count(self);
}

bool replica_is_majority(const struct node *self, uint32_t count)
{
    return count > node_service_count(self) / 2;
}

bool replica_is_alone(const struct node *self)
{
    return node_service_count(self) == 1;
}

void replica_send_to_others(struct node *self, unsigned kind, const void *body, bool after_sync)
{
    node_id first = node_count(self), end = first + node_service_count(self);
    for (node_id id = first; id < end; id++) {
        if (id == node_self(self))
            continue;
        if (after_sync)
            node_send_after_sync(self, id, kind, body);
        else
            node_send(self, id, kind, body);
    }
}

uint64_t replica_majority_index(const struct node *self, const uint64_t matched[REPLICAS_MAX])
{
    uint64_t highest = 0;
    for (uint32_t i = 0; i < node_service_count(self); i++) {
        uint32_t holders = 0;
        for (uint32_t k = 0; k < node_service_count(self); k++)
            holders += matched[k] >= matched[i];
        if (replica_is_majority(self, holders) && matched[i] > highest)
            highest = matched[i];
    }
    return highest;
}

/* ---- Terms and roles ----------------------------------------------------------------------- */

void replica_arm_election(struct replica *r, struct node *self)
{
    node_set_timer(self, r->host->election_timer, node_random_range(self, r->election_timeout));
}

void replica_init(struct replica *r, struct node *self, struct replica_ballot *ballot)
{
    sim_assert(r->host != NULL);
    r->ballot = ballot;
    r->role = ROLE_FOLLOWER;
    r->leader = NODE_NONE;
    if (!replica_is_alone(self))
        replica_arm_election(r, self);
}

void replica_follow(struct replica *r, struct node *self, uint64_t term, node_id leader)
{
    sim_assert(term >= r->ballot->term);
    if (term > r->ballot->term) {
        r->ballot->term = term;
        r->ballot->voted_for = NODE_NONE;
        r->host->persist(r, self);
    }
    if (r->role == ROLE_LEADER) {
        r->host->deposed(r, self);
        node_clear_timer(self, r->host->heartbeat_timer);
        replica_arm_election(r, self);
    }
    r->role = ROLE_FOLLOWER;
    r->leader = leader;
}

static void lead(struct replica *r, struct node *self)
{
    r->role = ROLE_LEADER;
    r->leader = node_self(self);
    node_clear_timer(self, r->host->election_timer);
    node_set_timer(self, r->host->heartbeat_timer, r->heartbeat_interval);
    r->host->lead(r, self);
}

void replica_stand(struct replica *r, struct node *self)
{
    r->role = ROLE_CANDIDATE;
    r->leader = NODE_NONE;
    r->ballot->term++;
    r->ballot->voted_for = node_self(self);
    r->host->persist(r, self);
    r->votes = 1u << replica_number(self, node_self(self));
    if (replica_is_alone(self)) {
        lead(r, self);
        return;
    }
    replica_arm_election(r, self);
    struct replica_vote_request m = {.term = r->ballot->term,
                                     .last_term = r->ballot->last_term,
                                     .last_index = r->ballot->last_index};
    /* after the sync: then the own vote, too, is durable before it is counted with another */
    replica_send_to_others(self, r->host->vote_request, &m, true);
}

/* ---- Votes --------------------------------------------------------------------------------- */

static bool is_up_to_date(const struct replica_ballot *mine, uint64_t term, uint64_t index)
{
    return term != mine->last_term ? term > mine->last_term : index >= mine->last_index;
}

void replica_on_vote_request(struct replica *r, struct node *self, node_id from,
                             const struct replica_vote_request *m)
{
    if (m->term > r->ballot->term)
        replica_follow(r, self, m->term, NODE_NONE);
    bool free = r->ballot->voted_for == NODE_NONE || r->ballot->voted_for == from;
    bool granted = m->term == r->ballot->term && free
                   && is_up_to_date(r->ballot, m->last_term, m->last_index);
    if (granted) {
        r->ballot->voted_for = from;
        r->host->persist(r, self);
        replica_arm_election(r, self);
    }
    struct replica_vote vote = {.term = r->ballot->term, .granted = granted};
    node_send_after_sync(self, from, r->host->vote, &vote);
}

void replica_on_vote(struct replica *r, struct node *self, node_id from,
                     const struct replica_vote *m)
{
    if (m->term > r->ballot->term)
        replica_follow(r, self, m->term, NODE_NONE);
    if (r->role != ROLE_CANDIDATE || m->term != r->ballot->term || !m->granted)
        return;
    r->votes |= 1u << replica_number(self, from);
    if (replica_is_majority(self, (uint32_t) __builtin_popcount(r->votes)))
        lead(r, self);
}
