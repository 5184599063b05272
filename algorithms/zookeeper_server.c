/* A server's side of sessions: connections, requests, watches, expiry. */
#include "algorithms/zookeeper_server.h"

static struct zookeeper_server *server_of(struct replica *raft)
{
    return (struct zookeeper_server *) (void *) raft; /* its first member */
}

static uint64_t next_zxid(const struct zookeeper_server *s)
{
    return s->tree->ballot.last_index + 1;
}

/* ---- Connections --------------------------------------------------------------------------- */

static struct zookeeper_connection *connection_of(struct zookeeper_server *s, uint64_t session)
{
    for (uint32_t i = 0; i < s->tree->capacity; i++)
        if (s->connections[i].session == session && !s->connections[i].closed)
            return &s->connections[i];
    return NULL;
}

static struct zookeeper_connection *free_connection(struct zookeeper_server *s)
{
    for (uint32_t i = 0; i < s->tree->capacity; i++)
        if (s->connections[i].session == 0)
            return &s->connections[i];
    return NULL;
}

static void refuse(const struct zookeeper_server *s, struct node *self, node_id client,
                   const struct zookeeper_request *m)
{
    struct zookeeper_response no = {.session = m->session,
                                    .request = m->request,
                                    .status = ZOOKEEPER_CONNECTION_LOSS,
                                    .operation = m->operation,
                                    .leader = NODE_NONE,
                                    .redirect = s->raft.leader};
    node_send(self, client, ZOOKEEPER_RESPONSE, &no);
}

static unsigned kind_of(const struct zookeeper_response *response)
{
    return response->operation == ZOOKEEPER_CREATE_SESSION ? ZOOKEEPER_CONNECT_RESPONSE
                                                           : ZOOKEEPER_RESPONSE;
}

/* ExpiryQueue.java: sessions expire at multiples of the tick, strictly after their timeout. */
static sim_ns expiry(const struct zookeeper_server *s, const struct node *self)
{
    sim_ns at = sim_add(node_monotonic(self), s->config->session_timeout);
    return sim_times(s->config->tick_time, at / s->config->tick_time + 1);
}

static void arm_sessions(struct zookeeper_server *s, struct node *self)
{
    sim_ns first = SIM_FOREVER, now = node_monotonic(self);
    for (uint32_t i = 0; i < s->tree->capacity; i++) {
        const struct zookeeper_connection *c = &s->connections[i];
        if (c->session != 0 && !c->closed && c->expires < first)
            first = c->expires;
    }
    if (first == SIM_FOREVER)
        node_clear_timer(self, TIMER_ZOOKEEPER_SESSIONS);
    else
        node_set_timer(self, TIMER_ZOOKEEPER_SESSIONS, first > now ? first - now : 0);
}

/* The timer stays where it is: it fires too early at worst, and then looks anew. */
static void touch(const struct zookeeper_server *s, const struct node *self,
                  struct zookeeper_connection *c)
{
    c->expires = expiry(s, self);
}

/* ---- What waits for a majority --------------------------------------------------------------- */

static void send_due(struct zookeeper_server *s, struct node *self, struct zookeeper_connection *c)
{
    if (c->pending != 0 && c->pending <= s->committed) {
        node_send(self, c->client, kind_of(&c->response), &c->response);
        c->pending = 0;
        if (c->closed)
            *c = (struct zookeeper_connection){0};
    }
    if (c->event != 0 && c->event <= s->committed) {
        struct zookeeper_response event = {.session = c->session,
                                           .operation = c->watch.kind,
                                           .term = c->watch.seen,
                                           .leader = NODE_NONE,
                                           .redirect = NODE_NONE};
        node_send(self, c->client, ZOOKEEPER_WATCH_EVENT, &event);
        c->event = 0;
        c->watch = (struct zookeeper_watch){0}; /* one time triggers */
    }
}

static void send_all_due(struct zookeeper_server *s, struct node *self)
{
    for (uint32_t i = 0; i < s->tree->capacity; i++)
        if (s->connections[i].session != 0)
            send_due(s, self, &s->connections[i]);
}

/* An answer that tells what the tree is now: true once all its entries are committed. */
static void answer(struct zookeeper_server *s, struct node *self, struct zookeeper_connection *c,
                   const struct zookeeper_response *response)
{
    c->response = *response;
    c->pending = s->tree->ballot.last_index;
    send_due(s, self, c);
}

static void note_watches(struct zookeeper_server *s)
{
    for (uint32_t i = 0; i < s->tree->capacity; i++) {
        struct zookeeper_connection *c = &s->connections[i];
        if (c->session != 0 && !c->closed && c->event == 0 && tree_differs(s->tree, &c->watch))
            c->event = s->tree->ballot.last_index;
    }
}

/* The tree has been changed by an entry with next_zxid(). */
static void make_entry(struct zookeeper_server *s, struct node *self)
{
    zookeeper_replicate(s, self);
    note_watches(s);
}

/* ---- Sessions ------------------------------------------------------------------------------ */

static void close_session(struct zookeeper_server *s, struct node *self,
                          struct zookeeper_connection *c, struct zookeeper_response response)
{
    tree_close_session(s->tree, next_zxid(s), c->session);
    c->closed = true;
    make_entry(s, self);
    response.session = c->session;
    response.redirect = node_self(self);
    answer(s, self, c, &response);
}

static void expire_sessions(struct zookeeper_server *s, struct node *self)
{
    sim_ns now = node_monotonic(self);
    /* The client, if it lives, is cut off; that its session has expired it learns when it comes
     * back. */
    struct zookeeper_response cut
        = {.status = ZOOKEEPER_CONNECTION_LOSS, .operation = ZOOKEEPER_CLOSE, .leader = NODE_NONE};
    for (uint32_t i = 0; i < s->tree->capacity; i++) {
        struct zookeeper_connection *c = &s->connections[i];
        if (c->session != 0 && !c->closed && c->expires <= now)
            close_session(s, self, c, cut);
    }
    arm_sessions(s, self);
}

static void open_connection(struct zookeeper_server *s, struct node *self,
                            struct zookeeper_connection *c, uint64_t session, uint64_t guid,
                            node_id client)
{
    *c = (struct zookeeper_connection){.session = session, .guid = guid, .client = client};
    touch(s, self, c);
    arm_sessions(s, self);
}

static void answer_connect(struct zookeeper_server *s, struct node *self,
                           struct zookeeper_connection *c, const struct zookeeper_request *m)
{
    c->attached = true;
    c->request = m->request;
    c->watch = m->watch;
    c->event = 0;
    note_watches(s);
    touch(s, self, c);
    struct zookeeper_response yes = {.session = c->session,
                                     .request = m->request,
                                     .operation = ZOOKEEPER_CREATE_SESSION,
                                     .leader = NODE_NONE,
                                     .redirect = NODE_NONE};
    answer(s, self, c, &yes);
}

static void create_session(struct zookeeper_server *s, struct node *self, node_id client,
                           const struct zookeeper_request *m)
{
    struct zookeeper_connection *c = free_connection(s);
    if (c == NULL || tree_create_session(s->tree, next_zxid(s), client, m->guid) != ZOOKEEPER_OK) {
        refuse(s, self, client, m);
        return;
    }
    make_entry(s, self);
    open_connection(s, self, c, s->tree->ballot.last_index, m->guid, client);
    answer_connect(s, self, c, m);
}

/* Tells a client that its session is gone. The connection stands only until that may be said. */
static void answer_expired(struct zookeeper_server *s, struct node *self, node_id client,
                           const struct zookeeper_request *m)
{
    struct zookeeper_connection *c = free_connection(s);
    if (c == NULL) {
        refuse(s, self, client, m);
        return;
    }
    *c = (struct zookeeper_connection){.session = m->session, .client = client, .closed = true};
    struct zookeeper_response gone = {.session = m->session,
                                      .request = m->request,
                                      .status = ZOOKEEPER_SESSION_EXPIRED,
                                      .operation = ZOOKEEPER_CREATE_SESSION,
                                      .leader = NODE_NONE,
                                      .redirect = NODE_NONE};
    answer(s, self, c, &gone);
}

static void on_connect(struct zookeeper_server *s, struct node *self, node_id client,
                       const struct zookeeper_request *m)
{
    uint64_t session = m->session != 0 ? m->session : tree_session_of(s->tree, client, m->guid);
    struct zookeeper_connection *c = session == 0 ? NULL : connection_of(s, session);
    if (c != NULL && c->guid != m->guid)
        c = NULL; /* a number given twice, by a server that has lost its data: a wrong password */
    if (c != NULL && m->request >= c->request)
        answer_connect(s, self, c, m);
    else if (c == NULL && session == 0)
        create_session(s, self, client, m);
    else if (c == NULL)
        answer_expired(s, self, client, m);
}

/* ---- Requests ------------------------------------------------------------------------------ */

static enum zookeeper_status apply(struct zookeeper_server *s, const struct zookeeper_request *m)
{
    switch ((enum zookeeper_operation) m->operation) {
    case ZOOKEEPER_CREATE:
        return tree_create(s->tree, next_zxid(s), m->session, m->guid);
    case ZOOKEEPER_REGISTER:
        return tree_register_controller(s->tree, next_zxid(s), m->session, m->argument, m->version);
    case ZOOKEEPER_EXISTS:
        return tree_has_child(s->tree, m->argument) ? ZOOKEEPER_OK : ZOOKEEPER_NO_NODE;
    case ZOOKEEPER_CHILDREN:
    case ZOOKEEPER_GET_CONTROLLER:
    case ZOOKEEPER_GET_EPOCH:
        return ZOOKEEPER_OK;
    case ZOOKEEPER_CREATE_SESSION:
    case ZOOKEEPER_CLOSE:
        break;
    }
    sim_unreachable();
}

static bool is_write(uint32_t operation)
{
    return operation == ZOOKEEPER_CREATE || operation == ZOOKEEPER_REGISTER;
}

static void set_watch(struct zookeeper_connection *c, const struct zookeeper_request *m,
                      const struct zookeeper_response *response)
{
    if (m->operation == ZOOKEEPER_EXISTS && response->status == ZOOKEEPER_OK)
        c->watch = (struct zookeeper_watch){.kind = WATCHES_NODE, .seen = m->argument};
    else if (m->operation == ZOOKEEPER_GET_CONTROLLER)
        c->watch = (struct zookeeper_watch){.kind = WATCHES_CONTROLLER, .seen = response->czxid};
    else
        return;
    c->event = 0;
}

static bool is_of_kafka(uint32_t operation)
{
    return operation >= ZOOKEEPER_GET_CONTROLLER;
}

static void serve(struct zookeeper_server *s, struct node *self, struct zookeeper_connection *c,
                  const struct zookeeper_request *m)
{
    struct zookeeper_response response = {.session = m->session,
                                          .request = m->request,
                                          .operation = m->operation,
                                          .redirect = NODE_NONE,
                                          .status = apply(s, m)};
    if (is_of_kafka(m->operation))
        tree_read_controller(s->tree, m->session, &response);
    else
        tree_read_children(s->tree, m->guid, &response);
    if (is_write(m->operation) && response.status == ZOOKEEPER_OK)
        make_entry(s, self);
    set_watch(c, m, &response);
    answer(s, self, c, &response);
}

static void on_request(struct zookeeper_server *s, struct node *self, node_id client,
                       const struct zookeeper_request *m)
{
    struct zookeeper_connection *c = connection_of(s, m->session);
    if (c == NULL || !c->attached) {
        refuse(s, self, client, m);
        return;
    }
    touch(s, self, c);
    if (m->request < c->request)
        return; /* came late */
    if (m->request == c->request) {
        if (c->pending == 0) /* the answer was lost */
            node_send(self, client, kind_of(&c->response), &c->response);
        return;
    }
    c->request = m->request;
    if (m->operation == ZOOKEEPER_CLOSE) {
        struct zookeeper_response closed
            = {.request = m->request, .operation = ZOOKEEPER_CLOSE, .leader = NODE_NONE};
        close_session(s, self, c, closed);
        return;
    }
    serve(s, self, c, m);
}

/* A ping is answered at once. Who leads it tells where no entry is under way that may be lost. */
static void on_ping(struct zookeeper_server *s, struct node *self, node_id client,
                    const struct zookeeper_request *m)
{
    struct zookeeper_connection *c = connection_of(s, m->session);
    if (c == NULL || !c->attached) {
        refuse(s, self, client, m);
        return;
    }
    touch(s, self, c);
    if (m->request >= c->request && m->watch.kind != WATCHES_NOTHING) {
        c->watch = m->watch;
        note_watches(s);
        send_due(s, self, c);
    }
    struct zookeeper_response pong = {
        .session = m->session, .request = m->request, .leader = NODE_NONE, .redirect = NODE_NONE};
    bool certain = s->committed == s->tree->ballot.last_index;
    if (certain && is_of_kafka(m->operation))
        tree_read_controller(s->tree, m->session, &pong);
    else if (certain)
        tree_read_children(s->tree, m->guid, &pong);
    node_send(self, client, ZOOKEEPER_PING_RESPONSE, &pong);
}

/* ---- Leading ------------------------------------------------------------------------------- */

static void persist(struct replica *raft, struct node *self)
{
    node_persist(self, server_of(raft)->tree);
}

static void take_sessions(struct zookeeper_server *s, struct node *self)
{
    uint32_t connections = 0;
    for (uint32_t i = 0; i < s->tree->capacity; i++) {
        const struct zookeeper_record *r = &s->tree->records[i];
        s->connections[i] = (struct zookeeper_connection){0};
        if (r->session == 0 || connection_of(s, r->session) != NULL)
            continue;
        s->connections[connections++] = (struct zookeeper_connection){.session = r->session,
                                                                      .guid = r->guid,
                                                                      .client = r->member,
                                                                      .expires = expiry(s, self)};
    }
    arm_sessions(s, self);
}

static void lead(struct replica *raft, struct node *self)
{
    struct zookeeper_server *s = server_of(raft);
    s->committed = 0;
    s->base_term = s->tree->ballot.last_term;
    s->base_index = s->tree->ballot.last_index;
    for (uint32_t i = 0; i < REPLICAS_MAX; i++) {
        s->matched[i] = 0;
        s->same_base[i] = true;
        s->heard_at[i] = node_monotonic(self);
    }
    take_sessions(s, self);
    zookeeper_replicate(s, self); /* commits what earlier terms left (section 3.6.2) */
}

/* Its connections end. */
static void deposed(struct replica *raft, struct node *self)
{
    struct zookeeper_server *s = server_of(raft);
    node_clear_timer(self, TIMER_ZOOKEEPER_SESSIONS);
    for (uint32_t i = 0; i < s->tree->capacity; i++) {
        struct zookeeper_connection *c = &s->connections[i];
        if (c->session == 0)
            continue;
        struct zookeeper_response end = {.session = c->session,
                                         .status = ZOOKEEPER_CONNECTION_LOSS,
                                         .leader = NODE_NONE,
                                         .redirect = NODE_NONE};
        node_send(self, c->client, ZOOKEEPER_RESPONSE, &end);
        *c = (struct zookeeper_connection){0};
    }
}

static const struct replica_host host = {.vote_request = ZOOKEEPER_REQUEST_VOTE,
                                         .vote = ZOOKEEPER_REQUEST_VOTE_RESPONSE,
                                         .election_timer = TIMER_ZOOKEEPER_ELECTION,
                                         .heartbeat_timer = TIMER_ZOOKEEPER_HEARTBEAT,
                                         .persist = persist,
                                         .lead = lead,
                                         .deposed = deposed};

static bool hears_majority(const struct zookeeper_server *s, const struct node *self)
{
    sim_ns now = node_monotonic(self);
    uint32_t heard = 1;
    for (uint32_t i = 0; i < node_service_count(self); i++)
        heard += i != replica_number(self, node_self(self))
                 && now - s->heard_at[i] < s->config->store_election_timeout.min;
    return replica_is_majority(self, heard);
}

static void heartbeat(struct zookeeper_server *s, struct node *self)
{
    if (!hears_majority(s, self)) {
        replica_follow(&s->raft, self, s->tree->ballot.term, NODE_NONE);
        return;
    }
    if (replica_is_alone(self))
        return;
    zookeeper_send_state_to_all(s, self);
    node_set_timer(self, TIMER_ZOOKEEPER_HEARTBEAT, s->raft.heartbeat_interval);
}

/* ---- Events -------------------------------------------------------------------------------- */

static size_t tree_size(uint32_t records)
{
    return sizeof(struct zookeeper_tree) + records * sizeof(struct zookeeper_record);
}

size_t zookeeper_durable_size(const void *config, unsigned nodes)
{
    (void) config;
    return tree_size(zookeeper_records_of(nodes));
}

size_t zookeeper_workspace_size(const void *config, unsigned nodes)
{
    size_t records = zookeeper_records_of(nodes);
    (void) config;
    return tree_size((uint32_t) records)
           + records
                 * (sizeof(struct zookeeper_connection) + sizeof(struct zookeeper_part_record)
                    + 2 * sizeof(bool));
}

void zookeeper_server_start(struct zookeeper_server *s, struct node *self,
                            const struct zookeeper_config *config, const void *durable)
{
    uint32_t records = zookeeper_records_of(node_count(self));
    unsigned char *memory = node_workspace(self);
    s->config = config;
    s->tree = (void *) memory;
    s->connections = (void *) (memory + tree_size(records));
    s->staged_records = (void *) (s->connections + records);
    s->staged_parts = (void *) (s->staged_records + records);
    s->staged_numbers = s->staged_parts + records;
    s->tree->ballot.voted_for = NODE_NONE;
    if (durable != NULL) {
        const unsigned char *from = durable;
        for (size_t i = 0; i < tree_size(records); i++)
            memory[i] = from[i];
    }
    s->tree->capacity = records;
    s->raft.host = &host;
    s->raft.election_timeout = config->store_election_timeout;
    s->raft.heartbeat_interval = config->store_heartbeat_interval;
    replica_init(&s->raft, self, &s->tree->ballot);
    if (replica_is_alone(self))
        replica_stand(&s->raft, self);
}

static void on_client(struct zookeeper_server *s, struct node *self, const struct message *message)
{
    if (s->raft.role != ROLE_LEADER) {
        refuse(s, self, message->from, message->body);
        return;
    }
    if (message->kind == ZOOKEEPER_CONNECT)
        on_connect(s, self, message->from, message->body);
    else if (message->kind == ZOOKEEPER_PING)
        on_ping(s, self, message->from, message->body);
    else
        on_request(s, self, message->from, message->body);
}

void zookeeper_server_on_message(struct zookeeper_server *s, struct node *self,
                                 const struct message *message)
{
    switch (message->kind) {
    case ZOOKEEPER_REQUEST_VOTE:
        replica_on_vote_request(&s->raft, self, message->from, message->body);
        return;
    case ZOOKEEPER_REQUEST_VOTE_RESPONSE:
        replica_on_vote(&s->raft, self, message->from, message->body);
        return;
    case ZOOKEEPER_APPEND:
        zookeeper_on_append(s, self, message->from, message->body);
        return;
    case ZOOKEEPER_APPEND_RESPONSE:
        if (zookeeper_on_append_response(s, self, message->from, message->body))
            send_all_due(s, self);
        return;
    default:
        on_client(s, self, message);
        return;
    }
}

void zookeeper_server_on_timer(struct zookeeper_server *s, struct node *self,
                               enum zookeeper_timer timer)
{
    if (timer == TIMER_ZOOKEEPER_ELECTION) {
        replica_stand(&s->raft, self);
    } else if (timer == TIMER_ZOOKEEPER_HEARTBEAT) {
        heartbeat(s, self);
    } else {
        sim_assert(timer == TIMER_ZOOKEEPER_SESSIONS);
        expire_sessions(s, self);
    }
}
