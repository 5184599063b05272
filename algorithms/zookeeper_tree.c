#include "algorithms/zookeeper_tree.h"

uint32_t zookeeper_records_of(unsigned members)
{
    return 4 * members + 4;
}

static struct zookeeper_record *free_record(struct zookeeper_tree *t)
{
    for (uint32_t i = 0; i < t->capacity; i++)
        if (t->records[i].session == 0)
            return &t->records[i];
    return NULL;
}

const struct zookeeper_record *tree_session(const struct zookeeper_tree *t, uint64_t session)
{
    for (uint32_t i = 0; session != 0 && i < t->capacity; i++)
        if (t->records[i].session == session)
            return &t->records[i];
    return NULL;
}

uint64_t tree_session_of(const struct zookeeper_tree *t, node_id member, uint64_t guid)
{
    for (uint32_t i = 0; i < t->capacity; i++)
        if (t->records[i].session != 0 && t->records[i].member == member
            && t->records[i].guid == guid)
            return t->records[i].session;
    return 0;
}

const struct zookeeper_record *tree_controller(const struct zookeeper_tree *t)
{
    for (uint32_t i = 0; i < t->capacity; i++)
        if (t->records[i].czxid != 0 && t->records[i].sequence == 0)
            return &t->records[i];
    return NULL;
}

bool tree_has_child(const struct zookeeper_tree *t, uint64_t sequence)
{
    for (uint32_t i = 0; i < t->capacity; i++)
        if (t->records[i].czxid != 0 && t->records[i].sequence == sequence)
            return true;
    return false;
}

bool tree_differs(const struct zookeeper_tree *t, const struct zookeeper_watch *watch)
{
    const struct zookeeper_record *controller;
    switch ((enum zookeeper_watched) watch->kind) {
    case WATCHES_NOTHING:
        return false;
    case WATCHES_NODE:
        return !tree_has_child(t, watch->seen);
    case WATCHES_CONTROLLER:
        controller = tree_controller(t);
        return watch->seen != (controller == NULL ? 0 : controller->czxid);
    }
    sim_unreachable();
}

/* ---- Operations ---------------------------------------------------------------------------- */

enum zookeeper_status tree_create_session(struct zookeeper_tree *t, uint64_t zxid, node_id member,
                                          uint64_t guid)
{
    struct zookeeper_record *r = free_record(t);
    if (r == NULL)
        return ZOOKEEPER_CONNECTION_LOSS; /* as beyond maxClientCnxns */
    *r = (struct zookeeper_record){.session = zxid, .guid = guid, .stamp = zxid, .member = member};
    return ZOOKEEPER_OK;
}

void tree_close_session(struct zookeeper_tree *t, uint64_t zxid, uint64_t session)
{
    sim_assert(session != 0);
    for (uint32_t i = 0; i < t->capacity; i++)
        if (t->records[i].session == session)
            t->records[i] = (struct zookeeper_record){.stamp = zxid};
}

/* Where the session's next node goes: into its own record while that has none. */
static struct zookeeper_record *record_for_node(struct zookeeper_tree *t, uint64_t session)
{
    struct zookeeper_record *first = NULL;
    for (uint32_t i = 0; i < t->capacity && first == NULL; i++)
        if (t->records[i].session == session)
            first = &t->records[i];
    if (first == NULL || first->czxid == 0)
        return first;
    struct zookeeper_record *further = free_record(t);
    if (further != NULL)
        *further = (struct zookeeper_record){.session = session, .member = first->member};
    return further;
}

enum zookeeper_status tree_create(struct zookeeper_tree *t, uint64_t zxid, uint64_t session,
                                  uint64_t guid)
{
    if (tree_session(t, session) == NULL)
        return ZOOKEEPER_SESSION_EXPIRED;
    struct zookeeper_record *r = record_for_node(t, session);
    if (r == NULL)
        return ZOOKEEPER_CONNECTION_LOSS;
    r->guid = guid;
    r->czxid = r->stamp = zxid;
    r->sequence = ++t->last_sequence;
    return ZOOKEEPER_OK;
}

enum zookeeper_status tree_register_controller(struct zookeeper_tree *t, uint64_t zxid,
                                               uint64_t session, uint64_t epoch, uint32_t version)
{
    if (tree_session(t, session) == NULL)
        return ZOOKEEPER_SESSION_EXPIRED;
    if (tree_controller(t) != NULL)
        return ZOOKEEPER_NODE_EXISTS;
    if (version != t->version)
        return ZOOKEEPER_BAD_VERSION;
    struct zookeeper_record *r = record_for_node(t, session);
    sim_assert(r != NULL); /* the only node of its session */
    r->czxid = r->stamp = zxid;
    r->sequence = 0;
    t->epoch = epoch;
    t->version++;
    return ZOOKEEPER_OK;
}

/* ---- Reading ------------------------------------------------------------------------------- */

void tree_read_children(const struct zookeeper_tree *t, uint64_t guid,
                        struct zookeeper_response *into)
{
    into->leader = NODE_NONE;
    for (uint32_t i = 0; i < t->capacity; i++) {
        const struct zookeeper_record *r = &t->records[i];
        if (r->czxid == 0)
            continue;
        if (into->first == 0 || r->sequence < into->first) {
            into->first = r->sequence;
            into->leader = r->member;
            into->term = r->czxid;
        }
        if (r->guid == guid && r->sequence > into->sequence) {
            into->sequence = r->sequence;
            into->czxid = r->czxid;
        }
    }
    for (uint32_t i = 0; i < t->capacity; i++) {
        const struct zookeeper_record *r = &t->records[i];
        if (r->czxid != 0 && r->sequence < into->sequence && r->sequence > into->before)
            into->before = r->sequence;
    }
}

void tree_read_controller(const struct zookeeper_tree *t, uint64_t session,
                          struct zookeeper_response *into)
{
    const struct zookeeper_record *controller = tree_controller(t);
    into->leader = NODE_NONE;
    into->term = t->epoch;
    into->version = t->version;
    if (controller == NULL)
        return;
    into->leader = controller->member;
    into->czxid = controller->czxid;
    into->sequence = controller->session == session;
}
