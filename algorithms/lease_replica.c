/* A store node, alone or replicated by Raft over a log that is compacted to its last entry. */
#include "algorithms/lease_replica.h"

static struct lease_replica *lease_replica_of(struct replica *raft)
{
    return (struct lease_replica *) (void *) raft; /* its first member */
}

/* ---- Entries ------------------------------------------------------------------------------- */

static void send_entry(struct lease_replica *r, struct node *self)
{
    sim_assert(r->raft.role == ROLE_LEADER);
    struct replica_append m = {.term = r->durable.ballot.term,
                               .index = r->durable.ballot.last_index,
                               .object = r->durable.object};
    replica_send_to_others(self, STORE_APPEND_ENTRIES, &m, false);
}

/* A new entry with the object as it is now; the leader's own disk answers like the others. */
static void append(struct lease_replica *r, struct node *self)
{
    r->durable.ballot.last_term = r->durable.ballot.term;
    r->durable.ballot.last_index++;
    node_persist(self, &r->durable);
    send_entry(r, self);
    struct replica_append_response own
        = {.term = r->durable.ballot.term, .index = r->durable.ballot.last_index};
    node_send_after_sync(self, node_self(self), STORE_APPEND_ENTRIES_RESPONSE, &own);
}

/* ---- What Raft's elections ask of this store ------------------------------------------------ */

static void persist(struct replica *raft, struct node *self)
{
    node_persist(self, &lease_replica_of(raft)->durable);
}

static void lead(struct replica *raft, struct node *self)
{
    struct lease_replica *r = lease_replica_of(raft);
    for (uint32_t i = 0; i < REPLICAS_MAX; i++)
        r->matched[i] = 0;
    append(r, self); /* commits what earlier terms left (section 3.6.2) */
}

/* The outcome of what waits is unknown from here on; its clients may ask again, the version tells.
 */
static void disappoint_clients(struct replica *raft, struct node *self)
{
    struct lease_replica *r = lease_replica_of(raft);
    for (uint32_t i = 0; i < r->pending_count; i++) {
        struct lease_response m = {.request = r->pending[i].response.request,
                                   .status = LEASE_UNAVAILABLE,
                                   .redirect = NODE_NONE};
        node_send(self, r->pending[i].client, LEASE_RESPONSE, &m);
    }
    r->pending_count = 0;
}

static const struct replica_host host = {.vote_request = STORE_REQUEST_VOTE,
                                         .vote = STORE_REQUEST_VOTE_RESPONSE,
                                         .election_timer = TIMER_STORE_ELECTION,
                                         .heartbeat_timer = TIMER_STORE_HEARTBEAT,
                                         .persist = persist,
                                         .lead = lead,
                                         .deposed = disappoint_clients};

/* ---- Replication --------------------------------------------------------------------------- */

static void on_append(struct lease_replica *r, struct node *self, node_id from,
                      const struct replica_append *m)
{
    if (m->term == r->durable.ballot.term && r->raft.role == ROLE_LEADER)
        return; /* two leaders of a term: somebody's disk has lied about its vote */
    if (m->term >= r->durable.ballot.term) {
        replica_follow(&r->raft, self, m->term, from);
        replica_arm_election(&r->raft, self);
        bool newer
            = m->term > r->durable.ballot.last_term || m->index > r->durable.ballot.last_index;
        if (newer) {
            r->durable.object = m->object;
            r->durable.ballot.last_term = m->term;
            r->durable.ballot.last_index = m->index;
            node_persist(self, &r->durable);
        }
    }
    bool has_entry = m->term == r->durable.ballot.term && r->durable.ballot.last_term == m->term;
    struct replica_append_response response
        = {.term = r->durable.ballot.term, .index = has_entry ? r->durable.ballot.last_index : 0};
    node_send_after_sync(self, from, STORE_APPEND_ENTRIES_RESPONSE, &response);
}

static void answer_committed(struct lease_replica *r, struct node *self)
{
    uint64_t index = replica_majority_index(self, r->matched); /* of this term */
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
    if (m->term > r->durable.ballot.term)
        replica_follow(&r->raft, self, m->term, NODE_NONE);
    if (r->raft.role != ROLE_LEADER || m->term != r->durable.ballot.term)
        return;
    uint64_t *matched = &r->matched[replica_number(self, from)];
    if (m->index <= *matched)
        return;
    *matched = m->index;
    answer_committed(r, self);
}

/* ---- Clients ------------------------------------------------------------------------------- */

static void serve_alone(struct lease_replica *r, struct node *self,
                        const struct lease_operation *op)
{
    uint64_t before = r->durable.object.resource_version;
    struct lease_response response = lease_apply(&r->durable.object, op);
    if (r->durable.object.resource_version != before)
        node_persist(self, &r->durable);
    /* Reads wait too: what they tell must not be lost. */
    node_send_after_sync(self, op->client, LEASE_RESPONSE, &response);
}

static void on_request(struct lease_replica *r, struct node *self, const struct message *message)
{
    struct lease_operation op = lease_operation_of(message);
    if (replica_is_alone(self)) {
        serve_alone(r, self, &op);
        return;
    }
    if (r->raft.role != ROLE_LEADER || r->pending_count == REPLICA_PENDING_MAX) {
        node_id other = r->raft.role == ROLE_LEADER ? NODE_NONE : r->raft.leader;
        struct lease_response m
            = {.request = op.request, .status = LEASE_UNAVAILABLE, .redirect = other};
        node_send(self, op.client, LEASE_RESPONSE, &m);
        return;
    }
    /* Reads, too, are entries: an answer tells that this node still led when it was asked. */
    struct lease_response response = lease_apply(&r->durable.object, &op);
    r->pending[r->pending_count++] = (struct replica_pending){
        .index = r->durable.ballot.last_index + 1, .response = response, .client = op.client};
    append(r, self);
}

/* ---- Events -------------------------------------------------------------------------------- */

void lease_replica_start(struct lease_replica *r, struct node *self,
                         const struct lease_config *config, const struct replica_durable *durable)
{
    r->raft.host = &host;
    r->raft.election_timeout = config->store_election_timeout;
    r->raft.heartbeat_interval = config->store_heartbeat_interval;
    r->durable.ballot.voted_for = NODE_NONE;
    if (durable != NULL)
        r->durable = *durable;
    replica_init(&r->raft, self, &r->durable.ballot);
}

void lease_replica_on_message(struct lease_replica *r, struct node *self,
                              const struct message *message)
{
    switch ((enum lease_message) message->kind) {
    case GET_LEASE:
    case CREATE_LEASE:
    case UPDATE_LEASE:
        on_request(r, self, message);
        return;
    case STORE_REQUEST_VOTE:
        replica_on_vote_request(&r->raft, self, message->from, message->body);
        return;
    case STORE_REQUEST_VOTE_RESPONSE:
        replica_on_vote(&r->raft, self, message->from, message->body);
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

void lease_replica_on_timer(struct lease_replica *r, struct node *self, enum lease_timer timer)
{
    if (timer == TIMER_STORE_ELECTION) {
        replica_stand(&r->raft, self);
        return;
    }
    sim_assert(timer == TIMER_STORE_HEARTBEAT);
    send_entry(r, self); /* a heartbeat carries the newest entry: that is the retransmission */
    node_set_timer(self, TIMER_STORE_HEARTBEAT, r->raft.heartbeat_interval);
}
