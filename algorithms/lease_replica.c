/* A store node, alone or replicated by Raft over a log that is compacted to its last entry. */
#include "algorithms/lease_replica.h"

static uint32_t replica_number(const struct node *self, node_id id)
{
    sim_assert(id >= node_count(self));
    sim_assert(id - node_count(self) < REPLICAS_MAX);
    return id - node_count(self);
}

static void persist(struct lease_replica *r, struct node *self)
{
    node_persist(self, &r->durable);
}

static void send_to_others(struct node *self, unsigned kind, const void *body, bool after_sync)
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

static void arm_election(struct lease_replica *r, struct node *self)
{
    node_set_timer(self, TIMER_STORE_ELECTION,
                   node_random_range(self, r->config->store_election_timeout));
}

/* ---- Terms and roles ----------------------------------------------------------------------- */

/* The outcome of what waits is unknown from here on; its clients may ask again, the version tells.
 */
static void disappoint_clients(struct lease_replica *r, struct node *self)
{
    for (uint32_t i = 0; i < r->pending_count; i++) {
        struct lease_response m = {.request = r->pending[i].response.request,
                                   .status = LEASE_UNAVAILABLE,
                                   .redirect = NODE_NONE};
        node_send(self, r->pending[i].client, LEASE_RESPONSE, &m);
    }
    r->pending_count = 0;
}

static void follow(struct lease_replica *r, struct node *self, uint64_t term, node_id leader)
{
    sim_assert(term >= r->durable.term);
    if (term > r->durable.term) {
        r->durable.term = term;
        r->durable.voted_for = NODE_NONE;
        persist(r, self);
    }
    if (r->role == ROLE_LEADER) {
        disappoint_clients(r, self);
        node_clear_timer(self, TIMER_STORE_HEARTBEAT);
        arm_election(r, self);
    }
    r->role = ROLE_FOLLOWER;
    r->leader = leader;
}

static void send_entry(struct lease_replica *r, struct node *self)
{
    sim_assert(r->role == ROLE_LEADER);
    struct replica_append m
        = {.term = r->durable.term, .index = r->durable.last_index, .object = r->durable.object};
    send_to_others(self, STORE_APPEND_ENTRIES, &m, false);
}

/* A new entry with the object as it is now; the leader's own disk answers like the others. */
static void append(struct lease_replica *r, struct node *self)
{
    r->durable.last_term = r->durable.term;
    r->durable.last_index++;
    persist(r, self);
    send_entry(r, self);
    struct replica_append_response own = {.term = r->durable.term, .index = r->durable.last_index};
    node_send_after_sync(self, node_self(self), STORE_APPEND_ENTRIES_RESPONSE, &own);
}

static void lead(struct lease_replica *r, struct node *self)
{
    r->role = ROLE_LEADER;
    r->leader = node_self(self);
    for (uint32_t i = 0; i < REPLICAS_MAX; i++)
        r->matched[i] = 0;
    node_clear_timer(self, TIMER_STORE_ELECTION);
    node_set_timer(self, TIMER_STORE_HEARTBEAT, r->config->store_heartbeat_interval);
    append(r, self); /* commits what earlier terms left (section 3.6.2) */
}

static bool is_majority(const struct node *self, uint32_t count)
{
    return count > node_service_count(self) / 2;
}

static void stand(struct lease_replica *r, struct node *self)
{
    r->role = ROLE_CANDIDATE;
    r->leader = NODE_NONE;
    r->durable.term++;
    r->durable.voted_for = node_self(self);
    persist(r, self);
    r->votes = 1u << replica_number(self, node_self(self));
    arm_election(r, self);
    struct replica_vote_request m = {.term = r->durable.term,
                                     .last_term = r->durable.last_term,
                                     .last_index = r->durable.last_index};
    /* after the sync: then the own vote, too, is durable before it is counted with another */
    send_to_others(self, STORE_REQUEST_VOTE, &m, true);
}

/* ---- Votes --------------------------------------------------------------------------------- */

static bool is_up_to_date(const struct replica_durable *mine, uint64_t term, uint64_t index)
{
    return term != mine->last_term ? term > mine->last_term : index >= mine->last_index;
}

static void on_vote_request(struct lease_replica *r, struct node *self, node_id from,
                            const struct replica_vote_request *m)
{
    if (m->term > r->durable.term)
        follow(r, self, m->term, NODE_NONE);
    bool free = r->durable.voted_for == NODE_NONE || r->durable.voted_for == from;
    bool granted = m->term == r->durable.term && free
                   && is_up_to_date(&r->durable, m->last_term, m->last_index);
    if (granted) {
        r->durable.voted_for = from;
        persist(r, self);
        arm_election(r, self);
    }
    struct replica_vote vote = {.term = r->durable.term, .granted = granted};
    node_send_after_sync(self, from, STORE_REQUEST_VOTE_RESPONSE, &vote);
}

static void on_vote(struct lease_replica *r, struct node *self, node_id from,
                    const struct replica_vote *m)
{
    if (m->term > r->durable.term)
        follow(r, self, m->term, NODE_NONE);
    if (r->role != ROLE_CANDIDATE || m->term != r->durable.term || !m->granted)
        return;
    r->votes |= 1u << replica_number(self, from);
    if (is_majority(self, (uint32_t) __builtin_popcount(r->votes)))
        lead(r, self);
}

/* ---- Replication --------------------------------------------------------------------------- */

static void on_append(struct lease_replica *r, struct node *self, node_id from,
                      const struct replica_append *m)
{
    if (m->term >= r->durable.term) {
        sim_assert(m->term > r->durable.term || r->role != ROLE_LEADER);
        follow(r, self, m->term, from);
        arm_election(r, self);
        bool newer = m->term > r->durable.last_term || m->index > r->durable.last_index;
        if (newer) {
            r->durable.object = m->object;
            r->durable.last_term = m->term;
            r->durable.last_index = m->index;
            persist(r, self);
        }
    }
    bool has_entry = m->term == r->durable.term && r->durable.last_term == m->term;
    struct replica_append_response response
        = {.term = r->durable.term, .index = has_entry ? r->durable.last_index : 0};
    node_send_after_sync(self, from, STORE_APPEND_ENTRIES_RESPONSE, &response);
}

/* The highest entry of this term that a majority has on its disks. */
static uint64_t committed(const struct lease_replica *r, const struct node *self)
{
    uint64_t highest = 0;
    for (uint32_t i = 0; i < node_service_count(self); i++) {
        uint32_t holders = 0;
        for (uint32_t k = 0; k < node_service_count(self); k++)
            holders += r->matched[k] >= r->matched[i];
        if (is_majority(self, holders) && r->matched[i] > highest)
            highest = r->matched[i];
    }
    return highest;
}

static void answer_committed(struct lease_replica *r, struct node *self)
{
    uint64_t index = committed(r, self);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < r->pending_count; i++) {
        const struct replica_pending *p = &r->pending[i];
        if (p->index <= index)
            node_send(self, p->client, LEASE_RESPONSE, &p->response);
        else
            r->pending[kept++] = *p;
    }
    r->pending_count = kept;
}

static void on_append_response(struct lease_replica *r, struct node *self, node_id from,
                               const struct replica_append_response *m)
{
    if (m->term > r->durable.term)
        follow(r, self, m->term, NODE_NONE);
    if (r->role != ROLE_LEADER || m->term != r->durable.term)
        return;
    uint64_t *matched = &r->matched[replica_number(self, from)];
    if (m->index <= *matched)
        return;
    *matched = m->index;
    answer_committed(r, self);
}

/* ---- Clients ------------------------------------------------------------------------------- */

static bool is_alone(const struct node *self)
{
    return node_service_count(self) == 1;
}

static void serve_alone(struct lease_replica *r, struct node *self,
                        const struct lease_operation *op)
{
    uint64_t before = r->durable.object.resource_version;
    struct lease_response response = lease_apply(&r->durable.object, op);
    if (r->durable.object.resource_version != before)
        persist(r, self);
    /* Reads wait too: what they tell must not be lost. */
    node_send_after_sync(self, op->client, LEASE_RESPONSE, &response);
}

static void on_request(struct lease_replica *r, struct node *self, const struct message *message)
{
    struct lease_operation op = lease_operation_of(message);
    if (is_alone(self)) {
        serve_alone(r, self, &op);
        return;
    }
    if (r->role != ROLE_LEADER || r->pending_count == REPLICA_PENDING_MAX) {
        node_id other = r->role == ROLE_LEADER ? NODE_NONE : r->leader;
        struct lease_response m
            = {.request = op.request, .status = LEASE_UNAVAILABLE, .redirect = other};
        node_send(self, op.client, LEASE_RESPONSE, &m);
        return;
    }
    /* Reads, too, are entries: an answer tells that this node still led when it was asked. */
    struct lease_response response = lease_apply(&r->durable.object, &op);
    r->pending[r->pending_count++] = (struct replica_pending){
        .index = r->durable.last_index + 1, .response = response, .client = op.client};
    append(r, self);
}

/* ---- Events -------------------------------------------------------------------------------- */

void replica_start(struct lease_replica *r, struct node *self, const struct lease_config *config,
                   const struct replica_durable *durable)
{
    r->config = config;
    r->role = ROLE_FOLLOWER;
    r->leader = NODE_NONE;
    r->durable.voted_for = NODE_NONE;
    if (durable != NULL)
        r->durable = *durable;
    if (!is_alone(self))
        arm_election(r, self);
}

void replica_on_message(struct lease_replica *r, struct node *self, const struct message *message)
{
    switch ((enum lease_message) message->kind) {
    case GET_LEASE:
    case CREATE_LEASE:
    case UPDATE_LEASE:
        on_request(r, self, message);
        return;
    case STORE_REQUEST_VOTE:
        on_vote_request(r, self, message->from, message->body);
        return;
    case STORE_REQUEST_VOTE_RESPONSE:
        on_vote(r, self, message->from, message->body);
        return;
    case STORE_APPEND_ENTRIES:
        on_append(r, self, message->from, message->body);
        return;
    case STORE_APPEND_ENTRIES_RESPONSE:
        on_append_response(r, self, message->from, message->body);
        return;
    case LEASE_RESPONSE:
    case LEASE_MESSAGE_COUNT:
        break;
    }
    sim_unreachable();
}

void replica_on_timer(struct lease_replica *r, struct node *self, enum lease_timer timer)
{
    if (timer == TIMER_STORE_ELECTION) {
        stand(r, self);
        return;
    }
    sim_assert(timer == TIMER_STORE_HEARTBEAT);
    send_entry(r, self); /* a heartbeat carries the newest entry: that is the retransmission */
    node_set_timer(self, TIMER_STORE_HEARTBEAT, r->config->store_heartbeat_interval);
}
