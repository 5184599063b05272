#include "algorithms/zookeeper_session.h"

/* hostProvider.next(1000): the pause after all servers have been tried in vain. */
#define REST SECOND

/* ---- Sending ------------------------------------------------------------------------------- */

static void transmit(struct zookeeper_session *z, struct node *self, unsigned kind,
                     const struct zookeeper_request *m)
{
    node_send(self, node_count(self) + z->server, kind, m);
    node_set_timer(self, TIMER_ZOOKEEPER_PING, zookeeper_read_timeout(z->config) / 2);
}

static void expect_answer(struct zookeeper_session *z, struct node *self)
{
    z->retransmit_after = z->config->retransmission;
    node_set_timer(self, TIMER_ZOOKEEPER_RETRANSMIT, z->retransmit_after);
}

static void send_request(struct zookeeper_session *z, struct node *self, unsigned kind,
                         enum zookeeper_operation operation, uint64_t argument, uint32_t version)
{
    z->request = (struct zookeeper_request){.session = z->id,
                                            .request = z->request.request + 1,
                                            .guid = z->guid,
                                            .argument = argument,
                                            .watch = z->watch,
                                            .operation = operation,
                                            .version = version};
    z->request_kind = kind;
    z->busy = true;
    transmit(z, self, kind, &z->request);
    expect_answer(z, self);
}

void session_ask(struct zookeeper_session *z, struct node *self, unsigned kind,
                 enum zookeeper_operation operation, uint64_t argument, uint32_t version)
{
    sim_assert(z->phase == SESSION_CONNECTED);
    if (operation == ZOOKEEPER_EXISTS)
        z->watch = (struct zookeeper_watch){.kind = WATCHES_NODE, .seen = argument};
    send_request(z, self, kind, operation, argument, version);
}

static void send_ping(struct zookeeper_session *z, struct node *self)
{
    struct zookeeper_request m = {.session = z->id,
                                  .request = z->request.request,
                                  .guid = z->guid,
                                  .watch = z->watch,
                                  .operation = z->ping_reads};
    z->pinged = true;
    transmit(z, self, ZOOKEEPER_PING, &m);
}

/* ---- Connecting ---------------------------------------------------------------------------- */

static void connect_to(struct zookeeper_session *z, struct node *self, uint32_t server)
{
    z->phase = SESSION_CONNECTING;
    z->server = server;
    node_set_timer(self, TIMER_ZOOKEEPER_READ, zookeeper_connect_timeout(z->config));
    send_request(z, self, ZOOKEEPER_CONNECT, ZOOKEEPER_CREATE_SESSION, 0, 0);
}

static void stop_timers(struct node *self)
{
    for (unsigned timer = TIMER_ZOOKEEPER_PING; timer <= TIMER_ZOOKEEPER_RECONNECT; timer++)
        node_clear_timer(self, timer);
}

/* The next server: that which the last one named, or the next in the list. */
static void connect_elsewhere(struct zookeeper_session *z, struct node *self, node_id redirect)
{
    uint32_t servers = node_service_count(self);
    stop_timers(self);
    z->busy = z->pinged = false;
    uint32_t next = redirect != NODE_NONE ? redirect - node_count(self) : (z->server + 1) % servers;
    sim_assert(next < servers);
    if (++z->tried < servers || (redirect != NODE_NONE && z->tried == servers)) {
        connect_to(z, self, next);
        return;
    }
    z->tried = 0;
    z->server = next;
    z->phase = SESSION_RESTING;
    node_set_timer(self, TIMER_ZOOKEEPER_RECONNECT, REST);
}

void session_init(struct zookeeper_session *z, struct node *self,
                  const struct zookeeper_config *config, enum zookeeper_operation ping_reads)
{
    z->config = config;
    z->ping_reads = ping_reads;
    /* drawn, so that no answer meant for an earlier process is taken for one's own */
    z->request.request = node_random(self, (uint64_t) INT64_MAX);
}

void session_open(struct zookeeper_session *z, struct node *self)
{
    stop_timers(self);
    z->id = 0;
    z->tried = 0;
    z->watch = (struct zookeeper_watch){0};
    z->guid = 1 + node_random(self, UINT64_MAX - 1);
    connect_to(z, self, (uint32_t) node_random(self, node_service_count(self))); /* shuffled */
}

bool session_close(struct zookeeper_session *z, struct node *self)
{
    if (z->phase != SESSION_CONNECTED)
        return false;
    z->phase = SESSION_CLOSING;
    z->watch = (struct zookeeper_watch){0};
    send_request(z, self, ZOOKEEPER_CLOSE_SESSION, ZOOKEEPER_CLOSE, 0, 0);
    return true;
}

static enum zookeeper_session_event lose_connection(struct zookeeper_session *z, struct node *self,
                                                    node_id redirect)
{
    enum zookeeper_session_phase before = z->phase;
    if (before == SESSION_CLOSING) {
        stop_timers(self);
        z->phase = SESSION_CLOSED;
        return SESSION_ENDED;
    }
    if (before == SESSION_CONNECTED)
        z->tried = 0;
    connect_elsewhere(z, self, redirect);
    return before == SESSION_CONNECTED ? SESSION_DISCONNECTED : SESSION_NOTHING;
}

/* ---- Messages ------------------------------------------------------------------------------ */

static void note_heard(struct zookeeper_session *z, struct node *self)
{
    sim_ns timeout = zookeeper_read_timeout(z->config);
    z->disconnects_at = sim_add(node_monotonic(self), timeout);
    node_set_timer(self, TIMER_ZOOKEEPER_READ, timeout);
}

static enum zookeeper_session_event on_connect_response(struct zookeeper_session *z,
                                                        struct node *self,
                                                        const struct zookeeper_response *m)
{
    if (z->phase != SESSION_CONNECTING || m->request != z->request.request)
        return SESSION_NOTHING;
    z->busy = false;
    if (m->status == ZOOKEEPER_SESSION_EXPIRED) {
        stop_timers(self);
        z->phase = SESSION_CLOSED;
        return SESSION_EXPIRED;
    }
    sim_assert(m->status == ZOOKEEPER_OK);
    sim_assert(z->id == 0 || z->id == m->session);
    z->id = m->session;
    z->tried = 0;
    z->phase = SESSION_CONNECTED;
    note_heard(z, self);
    return SESSION_SYNC_CONNECTED;
}

static enum zookeeper_session_event on_answer(struct zookeeper_session *z, struct node *self,
                                              const struct zookeeper_response *m)
{
    note_heard(z, self);
    if (!z->busy || m->request != z->request.request)
        return SESSION_NOTHING;
    z->busy = false;
    if (z->phase == SESSION_CLOSING) {
        stop_timers(self);
        z->phase = SESSION_CLOSED;
        return SESSION_ENDED;
    }
    if (m->operation == ZOOKEEPER_EXISTS && m->status != ZOOKEEPER_OK)
        z->watch = (struct zookeeper_watch){0};
    if (m->operation == ZOOKEEPER_GET_CONTROLLER)
        z->watch = (struct zookeeper_watch){.kind = WATCHES_CONTROLLER, .seen = m->czxid};
    return SESSION_ANSWERED;
}

static enum zookeeper_session_event on_watch_event(struct zookeeper_session *z, struct node *self,
                                                   const struct zookeeper_response *m)
{
    note_heard(z, self);
    if (z->watch.kind != m->operation || z->watch.seen != m->term)
        return SESSION_NOTHING; /* told before, or of a watch that is no more */
    z->watch = (struct zookeeper_watch){0};
    return SESSION_NOTIFIED;
}

/* A server that does not serve: the end of the connection, or of the attempt. */
static enum zookeeper_session_event on_refusal(struct zookeeper_session *z, struct node *self,
                                               const struct zookeeper_response *m)
{
    bool of_attempt = z->phase == SESSION_CONNECTING && m->request == z->request.request;
    bool of_connection = (z->phase == SESSION_CONNECTED || z->phase == SESSION_CLOSING)
                         && (m->request == 0 || m->request == z->request.request);
    if (of_attempt || of_connection)
        return lose_connection(z, self, m->redirect);
    return SESSION_NOTHING;
}

enum zookeeper_session_event session_on_message(struct zookeeper_session *z, struct node *self,
                                                const struct message *message)
{
    const struct zookeeper_response *m = message->body;
    if (message->from != node_count(self) + z->server || m->session != z->id) {
        bool created = message->kind == ZOOKEEPER_CONNECT_RESPONSE && z->id == 0
                       && message->from == node_count(self) + z->server;
        if (!created)
            return SESSION_NOTHING; /* of an earlier connection or session */
    }
    if (m->status == ZOOKEEPER_CONNECTION_LOSS)
        return on_refusal(z, self, m);
    if (message->kind == ZOOKEEPER_CONNECT_RESPONSE)
        return on_connect_response(z, self, m);
    if (z->phase != SESSION_CONNECTED && z->phase != SESSION_CLOSING)
        return SESSION_NOTHING;
    if (message->kind == ZOOKEEPER_RESPONSE)
        return on_answer(z, self, m);
    if (message->kind == ZOOKEEPER_WATCH_EVENT)
        return on_watch_event(z, self, m);
    sim_assert(message->kind == ZOOKEEPER_PING_RESPONSE);
    z->pinged = false;
    note_heard(z, self);
    return SESSION_PONG;
}

/* ---- Timers -------------------------------------------------------------------------------- */

static void retransmit(struct zookeeper_session *z, struct node *self)
{
    if (z->busy)
        transmit(z, self, z->request_kind, &z->request);
    else if (z->pinged)
        send_ping(z, self);
    else
        return;
    z->retransmit_after = sim_times(z->retransmit_after, 2);
    node_set_timer(self, TIMER_ZOOKEEPER_RETRANSMIT, z->retransmit_after);
}

enum zookeeper_session_event session_on_timer(struct zookeeper_session *z, struct node *self,
                                              enum zookeeper_timer timer)
{
    switch (timer) {
    case TIMER_ZOOKEEPER_PING:
        if (z->phase == SESSION_CONNECTED) {
            send_ping(z, self);
            expect_answer(z, self);
        }
        return SESSION_NOTHING;
    case TIMER_ZOOKEEPER_READ:
        return lose_connection(z, self, NODE_NONE);
    case TIMER_ZOOKEEPER_RETRANSMIT:
        retransmit(z, self);
        return SESSION_NOTHING;
    case TIMER_ZOOKEEPER_RECONNECT:
        connect_to(z, self, z->server);
        return SESSION_NOTHING;
    case TIMER_ZOOKEEPER_ELECTION:
    case TIMER_ZOOKEEPER_HEARTBEAT:
    case TIMER_ZOOKEEPER_SESSIONS:
    case ZOOKEEPER_TIMER_COUNT:
        break;
    }
    sim_unreachable();
}
