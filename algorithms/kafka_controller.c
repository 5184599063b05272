/* Kafka's controller election on ZooKeeper: KafkaController.scala and KafkaZkClient.scala, with one
 * client of the servers (zookeeper_server.c) for each broker. */
#include "algorithms/kafka_controller.h"

/* ---- What it knows ------------------------------------------------------------------------- */

static node_id controller_followed(const struct kafka_broker *b)
{
    if (b->phase == KAFKA_CONTROLS)
        return b->self;
    return b->controller == b->self || b->phase == KAFKA_ELECTS ? NODE_NONE : b->controller;
}

static void follow(struct kafka_broker *b, struct node *self, node_id controller, uint64_t epoch)
{
    sim_assert(b->phase != KAFKA_CONTROLS);
    bool news = b->phase != KAFKA_FOLLOWS || controller != b->controller || epoch > b->epoch;
    b->phase = KAFKA_FOLLOWS;
    b->controller = controller;
    if (epoch > b->epoch)
        b->epoch = epoch;
    if (news)
        node_follow(self, b->epoch, controller_followed(b));
}

/* ---- The controller ------------------------------------------------------------------------ */

/* Differs from Kafka: a controller sends UpdateMetadata and LeaderAndIsr when something changes,
 * and to a broker that registers. Here it tells all brokers of itself again and again, which
 * stands for these requests, and reaches brokers that were down. */
static void send_metadata(struct kafka_broker *b, struct node *self)
{
    struct kafka_update_metadata m = {.controller_epoch = b->own_epoch};
    for (node_id id = 0; id < node_count(self); id++)
        if (id != b->self)
            node_send(self, id, KAFKA_UPDATE_METADATA, &m);
    node_set_timer(self, TIMER_KAFKA_METADATA, b->config->metadata_interval);
}

/* onControllerFailover() */
static void control(struct kafka_broker *b, struct node *self, uint64_t epoch)
{
    if (b->phase == KAFKA_CONTROLS)
        return;
    sim_assert(epoch > 0);
    b->phase = KAFKA_CONTROLS;
    b->controller = b->self;
    b->own_epoch = epoch;
    if (epoch > b->epoch)
        b->epoch = epoch;
    node_lead(self, epoch);
    send_metadata(b, self);
}

/* onControllerResignation(); who controls now, if anybody, it does not know */
static void resign(struct kafka_broker *b, struct node *self, enum step_down_reason why)
{
    if (b->phase == KAFKA_CONTROLS) {
        node_clear_timer(self, TIMER_KAFKA_METADATA);
        b->phase = KAFKA_FOLLOWS;
        b->controller = NODE_NONE;
        node_step_down(self, b->own_epoch, why);
    }
    if (b->phase == KAFKA_ELECTS)
        follow(b, self, NODE_NONE, b->epoch);
}

/* Not in Kafka, where an operator would delete /controller: a controller that is busy ends its
 * session. */
static bool gives_up(struct kafka_broker *b, struct node *self)
{
    if (b->session.phase != SESSION_CONNECTED
        || !load_gives_way(&b->config->load, self, &b->has_given))
        return false;
    resign(b, self, STEP_DOWN_TRANSFER);
    b->gives_up = session_close(&b->session, self);
    return true;
}

static void on_metadata_timer(struct kafka_broker *b, struct node *self)
{
    if (!gives_up(b, self))
        send_metadata(b, self);
}

/* By then those who are not busy have registered. */
static void let_others_register(struct kafka_broker *b, struct node *self)
{
    node_set_timer(self, TIMER_KAFKA_LOAD,
                   load_lengthened(&b->config->load, self, b->config->retransmission));
}

/* ---- Elections ----------------------------------------------------------------------------- */

static void get_controller(struct kafka_broker *b, struct node *self)
{
    session_ask(&b->session, self, KAFKA_GET_CONTROLLER, ZOOKEEPER_GET_CONTROLLER, 0, 0);
}

/* registerControllerAndIncrementControllerEpoch(): create /controller, and /controller_epoch one
 * more, on the version that was read; both or neither. */
static void register_controller(struct kafka_broker *b, struct node *self,
                                const struct zookeeper_response *m)
{
    b->own_epoch = m->term + 1;
    b->phase = KAFKA_ELECTS;
    node_campaign(self, b->own_epoch, CAMPAIGN_TIMEOUT);
    session_ask(&b->session, self, KAFKA_REGISTER_CONTROLLER, ZOOKEEPER_REGISTER, b->own_epoch,
                m->version);
}

/* elect(), and maybeResign() before it */
static void on_controller(struct kafka_broker *b, struct node *self,
                          const struct zookeeper_response *m)
{
    bool own = m->sequence != 0;
    if (own && m->term >= b->epoch) {
        /* checkControllerAndEpoch(): the registration went through, its answer was lost; or the
         * broker has stopped for a while in a session that lives on */
        control(b, self, m->term);
        return;
    }
    resign(b, self, STEP_DOWN_HIGHER_TERM);
    if (own) /* an old server: a newer controller has been heard of */
        return;
    if (m->leader != NODE_NONE) {
        follow(b, self, m->leader, b->epoch);
    } else if (load_gives_way(&b->config->load, self, &b->has_given)) {
        follow(b, self, NODE_NONE, b->epoch);
        let_others_register(b, self);
    } else {
        session_ask(&b->session, self, KAFKA_GET_CONTROLLER_EPOCH, ZOOKEEPER_GET_EPOCH, 0, 0);
    }
}

static void on_answer(struct kafka_broker *b, struct node *self, const struct zookeeper_response *m)
{
    sim_assert(m != NULL); /* a timer answers nothing */
    switch ((enum zookeeper_operation) m->operation) {
    case ZOOKEEPER_GET_CONTROLLER:
        on_controller(b, self, m);
        return;
    case ZOOKEEPER_GET_EPOCH:
        register_controller(b, self, m);
        return;
    case ZOOKEEPER_REGISTER:
        if (m->status == ZOOKEEPER_OK)
            control(b, self, b->own_epoch);
        else /* NODEEXISTS, BADVERSION: ControllerMovedException */
            get_controller(b, self);
        return;
    case ZOOKEEPER_CREATE_SESSION:
    case ZOOKEEPER_CLOSE:
    case ZOOKEEPER_CREATE:
    case ZOOKEEPER_CHILDREN:
    case ZOOKEEPER_EXISTS:
        break;
    }
    sim_unreachable();
}

static void on_event(struct kafka_broker *b, struct node *self, enum zookeeper_session_event event,
                     const struct zookeeper_response *m)
{
    switch (event) {
    case SESSION_NOTHING:
        return;
    case SESSION_PONG: /* Kafka's brokers learn of the epoch from the controller */
        return;
    case SESSION_SYNC_CONNECTED:
    case SESSION_NOTIFIED:
        get_controller(b, self);
        return;
    case SESSION_DISCONNECTED:
        if (b->phase != KAFKA_CONTROLS || b->config->on_disconnect == ON_DISCONNECT_STOP)
            resign(b, self, STEP_DOWN_LOST_QUORUM);
        return;
    case SESSION_EXPIRED: /* Expire, then RegisterBrokerAndReelect */
        resign(b, self, STEP_DOWN_LEASE_EXPIRED);
        session_open(&b->session, self);
        return;
    case SESSION_ANSWERED:
        on_answer(b, self, m);
        return;
    case SESSION_ENDED:
        if (b->gives_up)
            let_others_register(b, self);
        else
            node_exit(self);
        return;
    }
    sim_unreachable();
}

/* It has let the others pass. */
static void on_load_timer(struct kafka_broker *b, struct node *self)
{
    if (b->session.phase == SESSION_CLOSED) {
        b->gives_up = false;
        session_open(&b->session, self);
    } else if (b->session.phase == SESSION_CONNECTED && b->phase == KAFKA_FOLLOWS) {
        get_controller(b, self);
    }
}

/* ---- Brokers ------------------------------------------------------------------------------- */

/* ReplicaManager.scala: maybeUpdateMetadataCache(), becomeLeaderOrFollower() */
static void on_update_metadata(struct kafka_broker *b, struct node *self, node_id from,
                               const struct kafka_update_metadata *m)
{
    bool stale = m->controller_epoch < b->epoch;
    if (!stale) {
        if (m->controller_epoch > b->epoch)
            resign(b, self, STEP_DOWN_HIGHER_TERM);
        if (b->phase != KAFKA_CONTROLS && b->phase != KAFKA_ELECTS)
            follow(b, self, from, m->controller_epoch);
        else if (m->controller_epoch > b->epoch)
            b->epoch = m->controller_epoch;
    }
    struct kafka_update_metadata_response response
        = {.controller_epoch = m->controller_epoch, .newest_epoch = b->epoch, .stale = stale};
    node_send(self, from, KAFKA_UPDATE_METADATA_RESPONSE, &response);
}

/* Differs from Kafka: there a controller learns that it is none any more from ZooKeeper, whose
 * writes it makes on the version of its epoch (KAFKA-6082); a broker's refusal stands for that. */
static void on_update_metadata_response(struct kafka_broker *b, struct node *self,
                                        const struct kafka_update_metadata_response *m)
{
    bool moved = m->stale && b->phase == KAFKA_CONTROLS && m->newest_epoch > b->own_epoch;
    if (!moved)
        return;
    resign(b, self, STEP_DOWN_HIGHER_TERM);
    follow(b, self, NODE_NONE, m->newest_epoch);
    if (b->session.phase == SESSION_CONNECTED)
        get_controller(b, self);
}

/* ---- Callbacks ----------------------------------------------------------------------------- */

static size_t kafka_state_size(const void *config, unsigned nodes)
{
    (void) config;
    (void) nodes;
    return sizeof(struct kafka_node);
}

static const char *kafka_check(const void *config, unsigned nodes, const char **option)
{
    const struct zookeeper_config *c = config;
    *option = "metadata_interval";
    if (c->metadata_interval < MILLISECOND)
        return "must be at least 1ms";
    return zookeeper_check(config, nodes, option);
}

static sim_ns kafka_liveness_bound(const void *config, unsigned nodes)
{
    const struct zookeeper_config *c = config;
    return sim_add(zookeeper_liveness_bound(config, nodes), sim_times(c->metadata_interval, 2));
}

static void kafka_on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct kafka_node *n = state;
    n->is_server = node_is_service(self);
    if (n->is_server) {
        zookeeper_server_start(&n->server, self, config, durable);
        return;
    }
    n->broker.self = node_self(self);
    n->broker.controller = NODE_NONE;
    n->broker.config = config;
    session_init(&n->broker.session, self, config, ZOOKEEPER_GET_CONTROLLER);
    session_open(&n->broker.session, self);
}

static void kafka_on_message(void *state, struct node *self, const struct message *message)
{
    struct kafka_node *n = state;
    if (n->is_server)
        zookeeper_server_on_message(&n->server, self, message);
    else if (message->kind == KAFKA_UPDATE_METADATA)
        on_update_metadata(&n->broker, self, message->from, message->body);
    else if (message->kind == KAFKA_UPDATE_METADATA_RESPONSE)
        on_update_metadata_response(&n->broker, self, message->body);
    else
        on_event(&n->broker, self, session_on_message(&n->broker.session, self, message),
                 message->body);
}

static void kafka_on_timer(void *state, struct node *self, unsigned timer)
{
    struct kafka_node *n = state;
    enum zookeeper_timer which = (enum zookeeper_timer) timer;
    if (timer == TIMER_KAFKA_METADATA)
        on_metadata_timer(&n->broker, self);
    else if (timer == TIMER_KAFKA_LOAD)
        on_load_timer(&n->broker, self);
    else if (n->is_server)
        zookeeper_server_on_timer(&n->server, self, which);
    else
        on_event(&n->broker, self, session_on_timer(&n->broker.session, self, which), NULL);
}

static void kafka_on_admin(void *state, struct node *self, enum admin_command command,
                           node_id target)
{
    struct kafka_node *n = state;
    (void) target;
    switch (command) {
    case ADMIN_TRANSFER: /* whoever registers first is next, and nobody else decides */
    case ADMIN_FORGET_LEADER:
        return;
    case ADMIN_STOP:
        if (n->is_server) {
            node_exit(self);
            return;
        }
        resign(&n->broker, self, STEP_DOWN_STOP);
        if (!session_close(&n->broker.session, self))
            node_exit(self);
        return;
    }
    sim_unreachable();
}

static struct node_view kafka_view(const void *state)
{
    static const enum role role_of[] = {[KAFKA_FOLLOWS] = ROLE_FOLLOWER,
                                        [KAFKA_ELECTS] = ROLE_CANDIDATE,
                                        [KAFKA_CONTROLS] = ROLE_LEADER};
    const struct kafka_node *n = state;
    if (n->is_server)
        return (struct node_view){.leader = NODE_NONE, .voted_for = NODE_NONE};
    const struct kafka_broker *b = &n->broker;
    bool bounded = b->phase == KAFKA_CONTROLS && b->config->on_disconnect == ON_DISCONNECT_STOP;
    return (struct node_view){.role = role_of[b->phase],
                              .leader = controller_followed(b),
                              .voted_for = NODE_NONE,
                              .term = b->phase == KAFKA_CONTROLS ? b->own_epoch : b->epoch,
                              .lease_until = bounded ? b->session.disconnects_at : 0};
}

/* ---- Tables -------------------------------------------------------------------------------- */

static const struct field update_metadata_fields[] = {
    MESSAGE_FIELD(struct kafka_update_metadata, controller_epoch, FIELD_TERM),
};
static const struct field update_metadata_response_fields[] = {
    MESSAGE_FIELD(struct kafka_update_metadata_response, controller_epoch, FIELD_TERM),
    MESSAGE_FIELD(struct kafka_update_metadata_response, newest_epoch, FIELD_TERM),
    MESSAGE_FIELD(struct kafka_update_metadata_response, stale, FIELD_BOOL),
};

static const struct message_kind messages[] = {
    ZOOKEEPER_MESSAGES,
    [KAFKA_GET_CONTROLLER]
    = MESSAGE("GetController", struct zookeeper_request, zookeeper_request_fields, true),
    [KAFKA_GET_CONTROLLER_EPOCH]
    = MESSAGE("GetControllerEpoch", struct zookeeper_request, zookeeper_request_fields, true),
    [KAFKA_REGISTER_CONTROLLER]
    = MESSAGE("RegisterController", struct zookeeper_request, zookeeper_request_fields, true),
    [KAFKA_UPDATE_METADATA]
    = MESSAGE("UpdateMetadata", struct kafka_update_metadata, update_metadata_fields, false),
    [KAFKA_UPDATE_METADATA_RESPONSE]
    = MESSAGE("UpdateMetadataResponse", struct kafka_update_metadata_response,
              update_metadata_response_fields, false),
};

static const char *const timers[]
    = {ZOOKEEPER_TIMERS, [TIMER_KAFKA_METADATA] = "metadata", [TIMER_KAFKA_LOAD] = "load"};

static const struct field options[] = {
    ZOOKEEPER_OPTIONS("18s", "2s", "act"),
    FIELD(struct zookeeper_config, metadata_interval, FIELD_DURATION, "2s",
          "the controller sends UpdateMetadata with its epoch to all brokers so often; stands for "
          "the requests that it sends when something changes",
          NULL),
    LOAD_OPTIONS(struct zookeeper_config, load,
                 "a broker as busy as load_threshold waits for the others, by its load, before it "
                 "registers; a controller that becomes as busy ends its session"),
};

const struct algorithm kafka_controller_algorithm = {
    .name = "kafka_controller",
    .title = "Kafka's controller on ZooKeeper",
    .origin = "Apache Kafka",
    .about
    = "All brokers watch the ephemeral node /controller in ZooKeeper; when it goes, each tries to "
      "create it and to raise /controller_epoch in one atomic step, and one succeeds. The epoch "
      "goes with every request of the controller: brokers refuse an older one, and who is told so "
      "resigns. That only one believes is not promised: a controller that is paused or cut off "
      "believes until ZooKeeper or a broker tells it; the epoch makes that harmless for those who "
      "have heard of a newer one.",
    .source = "KafkaController.scala, KafkaZkClient.scala, ReplicaManager.scala of apache/kafka "
              "before 4.0; KAFKA-6082; ClientCnxn.java of apache/zookeeper",
    .tolerates = "crashes and cuts of brokers; pauses and clocks by fencing",

    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct zookeeper_config),

    .messages = messages,
    .message_count = sizeof messages / sizeof *messages,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,

    .promises
    = ELECTION_SAFETY | TERM_MONOTONIC | FENCING_MONOTONIC | EVENTUAL_LEADER | EVENTUAL_AGREEMENT,
    .assumptions
    = ASSUMES_NO_PAUSE | ASSUMES_BOUNDED_DRIFT | ASSUMES_DURABLE_STORAGE | ASSUMES_CLEAN_CUT,

    .state_size = kafka_state_size,
    .workspace_size = zookeeper_workspace_size,
    .durable_size_with = zookeeper_durable_size,
    .services = zookeeper_services,
    .check = kafka_check,
    .drift_bound = zookeeper_drift_bound,
    .patience = zookeeper_patience,
    .liveness_bound = kafka_liveness_bound,

    .on_start = kafka_on_start,
    .on_message = kafka_on_message,
    .on_timer = kafka_on_timer,
    .on_admin = kafka_on_admin,
    .view = kafka_view,
};
