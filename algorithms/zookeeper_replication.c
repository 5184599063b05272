/* How servers replicate the tree: records that changed, in as many messages as they need. */
#include "algorithms/zookeeper_server.h"

/* ---- The leader ---------------------------------------------------------------------------- */

static bool is_missing(const struct zookeeper_record *r, uint64_t base_index)
{
    return base_index == 0 ? r->session != 0 : r->stamp > base_index;
}

static struct zookeeper_append header(const struct zookeeper_server *s, uint32_t peer)
{
    const struct zookeeper_tree *t = s->tree;
    struct zookeeper_append m = {.term = t->ballot.term,
                                 .index = t->ballot.last_index,
                                 .epoch = t->epoch,
                                 .version = t->version,
                                 .last_sequence = t->last_sequence};
    if (s->matched[peer] > 0) {
        m.base_term = t->ballot.term;
        m.base_index = s->matched[peer];
    } else if (s->same_base[peer]) {
        m.base_term = s->base_term;
        m.base_index = s->base_index;
    }
    uint32_t missing = 0;
    for (uint32_t i = 0; i < t->capacity; i++)
        missing += is_missing(&t->records[i], m.base_index);
    m.parts = missing == 0 ? 1 : (missing + ZOOKEEPER_PART_RECORDS - 1) / ZOOKEEPER_PART_RECORDS;
    return m;
}

static void put_record(struct zookeeper_append *m, uint32_t place, const struct zookeeper_record *r,
                       uint32_t index)
{
    m->number[place] = index + 1;
    m->records[place] = (struct zookeeper_part_record){.session = r->session,
                                                       .guid = r->guid,
                                                       .czxid = r->czxid,
                                                       .member = r->member,
                                                       .sequence = r->sequence};
}

static void send_state(struct zookeeper_server *s, struct node *self, node_id to)
{
    struct zookeeper_append m = header(s, replica_number(self, to));
    uint32_t place = 0;
    for (uint32_t i = 0; i < s->tree->capacity; i++) {
        if (!is_missing(&s->tree->records[i], m.base_index))
            continue;
        if (place == ZOOKEEPER_PART_RECORDS) {
            node_send(self, to, ZOOKEEPER_APPEND, &m);
            m.part++;
            place = 0;
            for (uint32_t k = 0; k < ZOOKEEPER_PART_RECORDS; k++)
                m.number[k] = 0;
        }
        put_record(&m, place++, &s->tree->records[i], i);
    }
    sim_assert(m.part + 1 == m.parts);
    node_send(self, to, ZOOKEEPER_APPEND, &m);
}

void zookeeper_send_state_to_all(struct zookeeper_server *s, struct node *self)
{
    sim_assert(s->raft.role == ROLE_LEADER);
    node_id first = node_count(self), end = first + node_service_count(self);
    for (node_id id = first; id < end; id++)
        if (id != node_self(self))
            send_state(s, self, id);
}

void zookeeper_replicate(struct zookeeper_server *s, struct node *self)
{
    struct replica_ballot *ballot = &s->tree->ballot;
    ballot->last_term = ballot->term;
    ballot->last_index++;
    node_persist(self, s->tree);
    zookeeper_send_state_to_all(s, self);
    struct zookeeper_append_response own
        = {.term = ballot->term, .last_term = ballot->last_term, .last_index = ballot->last_index};
    node_send_after_sync(self, node_self(self), ZOOKEEPER_APPEND_RESPONSE, &own);
}

/* Learns what a server has. An entry of this term can only have come from this leader, so it says
 * where the sender's history ends. One that lacks what it was presumed to have is sent everything;
 * if the answer is only late, that is too much and does no harm. */
static void learn_position(struct zookeeper_server *s, struct node *self, node_id from,
                           const struct zookeeper_append_response *m)
{
    uint32_t peer = replica_number(self, from);
    if (m->last_term == m->term && m->last_index > s->matched[peer])
        s->matched[peer] = m->last_index;
    if (m->lacks == 0 || (s->matched[peer] < m->lacks && !s->same_base[peer]))
        return;
    s->matched[peer] = 0;
    s->same_base[peer] = false;
    send_state(s, self, from);
}

bool zookeeper_on_append_response(struct zookeeper_server *s, struct node *self, node_id from,
                                  const struct zookeeper_append_response *m)
{
    if (m->term > s->tree->ballot.term)
        replica_follow(&s->raft, self, m->term, NODE_NONE);
    if (s->raft.role != ROLE_LEADER || m->term != s->tree->ballot.term)
        return false;
    s->heard_at[replica_number(self, from)] = node_monotonic(self);
    learn_position(s, self, from, m);
    uint64_t index = replica_majority_index(self, s->matched); /* of this term */
    if (index <= s->committed)
        return false;
    s->committed = index;
    return true;
}

/* ---- The others ---------------------------------------------------------------------------- */

static bool has_base(const struct zookeeper_server *s, const struct zookeeper_append *m)
{
    const struct replica_ballot *own = &s->tree->ballot;
    if (m->base_index == 0)
        return true;
    if (m->base_term == m->term) /* what changed since an older entry covers what since a newer */
        return own->last_term == m->term && own->last_index >= m->base_index;
    return own->last_term == m->base_term && own->last_index == m->base_index;
}

static void begin_staging(struct zookeeper_server *s, const struct zookeeper_append *m)
{
    s->staged = (struct zookeeper_staged){.term = m->term,
                                          .index = m->index,
                                          .base_term = m->base_term,
                                          .base_index = m->base_index,
                                          .parts = m->parts};
    for (uint32_t i = 0; i < s->tree->capacity; i++)
        s->staged_parts[i] = s->staged_numbers[i] = false;
}

static bool is_staged(const struct zookeeper_staged *staged, const struct zookeeper_append *m)
{
    return staged->term == m->term && staged->index == m->index && staged->base_term == m->base_term
           && staged->base_index == m->base_index;
}

static void stage(struct zookeeper_server *s, const struct zookeeper_append *m)
{
    if (!is_staged(&s->staged, m))
        begin_staging(s, m);
    sim_assert(m->part < m->parts);
    sim_assert(m->parts <= s->tree->capacity);
    s->staged.have += !s->staged_parts[m->part];
    s->staged_parts[m->part] = true;
    for (uint32_t k = 0; k < ZOOKEEPER_PART_RECORDS && m->number[k] != 0; k++) {
        s->staged_numbers[m->number[k] - 1] = true;
        s->staged_records[m->number[k] - 1] = m->records[k];
    }
}

/* All parts are there: the tree becomes what it is at the leader after entry `index`. */
static void take_over(struct zookeeper_server *s, const struct zookeeper_append *m)
{
    struct zookeeper_tree *t = s->tree;
    for (uint32_t i = 0; i < t->capacity; i++) {
        if (!s->staged_numbers[i] && m->base_index == 0)
            t->records[i] = (struct zookeeper_record){.stamp = m->index};
        if (!s->staged_numbers[i])
            continue;
        const struct zookeeper_part_record *from = &s->staged_records[i];
        t->records[i] = (struct zookeeper_record){.session = from->session,
                                                  .guid = from->guid,
                                                  .czxid = from->czxid,
                                                  .stamp = m->index,
                                                  .member = from->member,
                                                  .sequence = from->sequence};
    }
    t->epoch = m->epoch;
    t->version = m->version;
    t->last_sequence = m->last_sequence;
    t->ballot.last_term = m->term;
    t->ballot.last_index = m->index;
}

/* Returns the entry that it lacks to make use of the message, or 0. */
static uint64_t accept_append(struct zookeeper_server *s, struct node *self,
                              const struct zookeeper_append *m)
{
    const struct replica_ballot *own = &s->tree->ballot;
    bool news = own->last_term < m->term || own->last_index < m->index;
    if (!news)
        return 0;
    if (!has_base(s, m))
        return m->base_index;
    stage(s, m);
    if (s->staged.have < s->staged.parts)
        return 0;
    take_over(s, m);
    s->staged = (struct zookeeper_staged){0};
    node_persist(self, s->tree);
    return 0;
}

void zookeeper_on_append(struct zookeeper_server *s, struct node *self, node_id from,
                         const struct zookeeper_append *m)
{
    const struct replica_ballot *own = &s->tree->ballot;
    if (m->term == own->term && s->raft.role == ROLE_LEADER)
        return; /* two leaders of a term: somebody's disk has lied about its vote */
    uint64_t lacks = 0;
    if (m->term >= own->term) {
        replica_follow(&s->raft, self, m->term, from);
        replica_arm_election(&s->raft, self);
        lacks = accept_append(s, self, m);
    }
    struct zookeeper_append_response response = {.term = own->term,
                                                 .last_term = own->last_term,
                                                 .last_index = own->last_index,
                                                 .lacks = lacks};
    node_send_after_sync(self, from, ZOOKEEPER_APPEND_RESPONSE, &response);
}

/* ---- Messages ------------------------------------------------------------------------------ */

const struct field zookeeper_vote_request_fields[3] = {
    MESSAGE_FIELD(struct replica_vote_request, term, FIELD_TERM),
    MESSAGE_FIELD(struct replica_vote_request, last_term, FIELD_TERM),
    MESSAGE_FIELD(struct replica_vote_request, last_index, FIELD_TERM),
};
const struct field zookeeper_vote_fields[2] = {
    MESSAGE_FIELD(struct replica_vote, term, FIELD_TERM),
    MESSAGE_FIELD(struct replica_vote, granted, FIELD_BOOL),
};

#define RECORD_FIELDS(i)                                                                           \
    MESSAGE_FIELD(struct zookeeper_append, number[i], FIELD_COUNT),                                \
        MESSAGE_FIELD(struct zookeeper_append, records[i].session, FIELD_TERM),                    \
        MESSAGE_FIELD(struct zookeeper_append, records[i].guid, FIELD_TERM),                       \
        MESSAGE_FIELD(struct zookeeper_append, records[i].czxid, FIELD_TERM),                      \
        MESSAGE_FIELD(struct zookeeper_append, records[i].member, FIELD_NODE),                     \
        MESSAGE_FIELD(struct zookeeper_append, records[i].sequence, FIELD_COUNT)

const struct field zookeeper_append_fields[ZOOKEEPER_APPEND_FIELDS] = {
    MESSAGE_FIELD(struct zookeeper_append, term, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_append, index, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_append, base_term, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_append, base_index, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_append, epoch, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_append, version, FIELD_COUNT),
    MESSAGE_FIELD(struct zookeeper_append, last_sequence, FIELD_COUNT),
    MESSAGE_FIELD(struct zookeeper_append, part, FIELD_COUNT),
    MESSAGE_FIELD(struct zookeeper_append, parts, FIELD_COUNT),
    RECORD_FIELDS(0),
    RECORD_FIELDS(1),
    RECORD_FIELDS(2),
    RECORD_FIELDS(3),
    RECORD_FIELDS(4),
};

const struct field zookeeper_append_response_fields[4] = {
    MESSAGE_FIELD(struct zookeeper_append_response, term, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_append_response, last_term, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_append_response, last_index, FIELD_TERM),
    MESSAGE_FIELD(struct zookeeper_append_response, lacks, FIELD_TERM),
};
