/* ZooKeeper's recipe for leader election. A candidate is one client of the servers
 * (zookeeper_server.c), over one session at a time (zookeeper_session.c). */
#include "algorithms/zookeeper_recipe.h"

/* ---- What it knows ------------------------------------------------------------------------- */

static node_id leader_followed(const struct recipe_client *c)
{
    if (c->phase == RECIPE_LEADS)
        return c->self;
    /* a node of its own, of this session or of one before, is nobody that could be followed */
    return c->leader == c->self || c->phase == RECIPE_STANDS ? NODE_NONE : c->leader;
}

static void learn(struct recipe_client *c, struct node *self, const struct zookeeper_response *m)
{
    sim_assert(m != NULL); /* a pong is a message */
    bool news = m->term > c->term || (m->term == c->term && m->leader != c->leader);
    if (m->term == 0 || !news)
        return;
    c->term = m->term;
    c->leader = m->leader;
    if (c->phase == RECIPE_WAITS)
        node_follow(self, c->term, leader_followed(c));
}

/* ---- Leading ------------------------------------------------------------------------------- */

static void stand(struct recipe_client *c, struct node *self)
{
    sim_assert(c->phase != RECIPE_LEADS);
    if (c->phase == RECIPE_STANDS)
        return;
    c->phase = RECIPE_STANDS;
    node_campaign(self, c->czxid, CAMPAIGN_TIMEOUT);
}

static void lead(struct recipe_client *c, struct node *self)
{
    if (c->phase == RECIPE_LEADS)
        return;
    sim_assert(c->czxid != 0);
    stand(c, self);
    c->phase = RECIPE_LEADS;
    node_lead(self, c->czxid);
}

static void wait(struct recipe_client *c, struct node *self)
{
    if (c->phase == RECIPE_WAITS)
        return;
    c->phase = RECIPE_WAITS;
    node_follow(self, c->term, leader_followed(c));
}

static void stop_leading(struct recipe_client *c, struct node *self, enum step_down_reason why)
{
    if (c->phase == RECIPE_LEADS) {
        c->phase = RECIPE_WAITS;
        node_step_down(self, c->czxid, why);
    }
    wait(c, self);
}

/* Not in the recipe: a busy one goes to the end of the line when it is its turn, or while it leads.
 */
static bool gives_way(struct recipe_client *c, struct node *self)
{
    if (!load_gives_way(&c->config->load, self, &c->has_given))
        return false;
    stop_leading(c, self, STEP_DOWN_TRANSFER);
    c->queues_again = session_close(&c->session, self);
    return true;
}

/* ---- The recipe ---------------------------------------------------------------------------- */

static void create(struct recipe_client *c, struct node *self)
{
    c->asked = true;
    session_ask(&c->session, self, RECIPE_CREATE, ZOOKEEPER_CREATE, 0, 0);
}

static void get_children(struct recipe_client *c, struct node *self)
{
    session_ask(&c->session, self, RECIPE_GET_CHILDREN, ZOOKEEPER_CHILDREN, 0, 0);
}

/* "If z is the smallest node in C, then execute leader procedure. Otherwise, watch for changes" on
 * the next smaller; in the trivial variant all watch the smallest. */
static void on_children(struct recipe_client *c, struct node *self,
                        const struct zookeeper_response *m)
{
    c->czxid = m->czxid;
    if (m->sequence == 0) { /* the request, and not its answer, was lost */
        create(c, self);
        return;
    }
    learn(c, self, m);
    c->next_in_line = false;
    c->session.watch = (struct zookeeper_watch){0}; /* one that is left from before is of no use */
    if (m->before == 0) {
        if (!gives_way(c, self))
            lead(c, self);
        return;
    }
    stop_leading(c, self, STEP_DOWN_HIGHER_TERM);
    c->next_in_line = m->before == m->first;
    uint32_t watched = c->config->watch == WATCH_HERD ? m->first : m->before;
    session_ask(&c->session, self, RECIPE_EXISTS, ZOOKEEPER_EXISTS, watched, 0);
}

static void on_answer(struct recipe_client *c, struct node *self,
                      const struct zookeeper_response *m)
{
    sim_assert(m != NULL); /* a timer answers nothing */
    switch ((enum zookeeper_operation) m->operation) {
    case ZOOKEEPER_CREATE:
        get_children(c, self);
        return;
    case ZOOKEEPER_CHILDREN:
        on_children(c, self, m);
        return;
    case ZOOKEEPER_EXISTS:
        if (m->status == ZOOKEEPER_NO_NODE) /* it has gone before it could be watched */
            get_children(c, self);
        return;
    case ZOOKEEPER_CREATE_SESSION:
    case ZOOKEEPER_CLOSE:
    case ZOOKEEPER_GET_CONTROLLER:
    case ZOOKEEPER_GET_EPOCH:
    case ZOOKEEPER_REGISTER:
        break;
    }
    sim_unreachable();
}

static void on_connected(struct recipe_client *c, struct node *self)
{
    if (c->phase == RECIPE_LEADS)
        return; /* its session has not ended, so its node is still the smallest */
    if (c->asked)
        get_children(c, self); /* the guid tells whether it was created and the answer lost */
    else
        create(c, self);
}

static void on_notified(struct recipe_client *c, struct node *self)
{
    if (c->next_in_line)
        stand(c, self);
    c->next_in_line = false;
    get_children(c, self);
}

static void begin_session(struct recipe_client *c, struct node *self)
{
    c->asked = c->queues_again = c->next_in_line = false;
    c->czxid = 0;
    c->term = 0; /* a new client sees what there is, be it older than what it saw before */
    session_open(&c->session, self);
}

static void on_event(struct recipe_client *c, struct node *self, enum zookeeper_session_event event,
                     const struct zookeeper_response *m)
{
    switch (event) {
    case SESSION_NOTHING:
        return;
    case SESSION_SYNC_CONNECTED:
        on_connected(c, self);
        return;
    case SESSION_DISCONNECTED:
        /* it may not be the leader any more, and cannot know (Curator, TN10) */
        if (c->phase != RECIPE_LEADS || c->config->on_disconnect == ON_DISCONNECT_STOP)
            stop_leading(c, self, STEP_DOWN_LOST_QUORUM);
        return;
    case SESSION_EXPIRED:
        stop_leading(c, self, STEP_DOWN_LEASE_EXPIRED);
        begin_session(c, self);
        return;
    case SESSION_ANSWERED:
        on_answer(c, self, m);
        return;
    case SESSION_PONG:
        learn(c, self, m);
        if (c->phase == RECIPE_LEADS)
            (void) gives_way(c, self);
        return;
    case SESSION_NOTIFIED:
        on_notified(c, self);
        return;
    case SESSION_ENDED:
        if (c->queues_again)
            begin_session(c, self);
        else
            node_exit(self);
        return;
    }
    sim_unreachable();
}

/* ---- Callbacks ----------------------------------------------------------------------------- */

static size_t recipe_state_size(const void *config, unsigned nodes)
{
    (void) config;
    (void) nodes;
    return sizeof(struct recipe_node);
}

static void recipe_on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct recipe_node *n = state;
    n->is_server = node_is_service(self);
    if (n->is_server) {
        zookeeper_server_start(&n->server, self, config, durable);
        return;
    }
    n->client.self = node_self(self);
    n->client.leader = NODE_NONE;
    n->client.config = config;
    session_init(&n->client.session, self, config, ZOOKEEPER_CHILDREN);
    session_open(&n->client.session, self);
}

static void recipe_on_message(void *state, struct node *self, const struct message *message)
{
    struct recipe_node *n = state;
    if (n->is_server)
        zookeeper_server_on_message(&n->server, self, message);
    else
        on_event(&n->client, self, session_on_message(&n->client.session, self, message),
                 message->body);
}

static void recipe_on_timer(void *state, struct node *self, unsigned timer)
{
    struct recipe_node *n = state;
    enum zookeeper_timer which = (enum zookeeper_timer) timer;
    if (n->is_server)
        zookeeper_server_on_timer(&n->server, self, which);
    else
        on_event(&n->client, self, session_on_timer(&n->client.session, self, which), NULL);
}

static void recipe_on_admin(void *state, struct node *self, enum admin_command command,
                            node_id target)
{
    struct recipe_node *n = state;
    (void) target;
    switch (command) {
    case ADMIN_TRANSFER: /* the order of the nodes decides who is next, and nobody else */
    case ADMIN_FORGET_LEADER:
        return;
    case ADMIN_STOP:
        if (n->is_server) {
            node_exit(self);
            return;
        }
        stop_leading(&n->client, self, STEP_DOWN_STOP);
        if (!session_close(&n->client.session, self))
            node_exit(self);
        return;
    }
    sim_unreachable();
}

static struct node_view recipe_view(const void *state)
{
    static const enum role role_of[] = {[RECIPE_WAITS] = ROLE_FOLLOWER,
                                        [RECIPE_STANDS] = ROLE_CANDIDATE,
                                        [RECIPE_LEADS] = ROLE_LEADER};
    const struct recipe_node *n = state;
    if (n->is_server)
        return (struct node_view){.leader = NODE_NONE, .voted_for = NODE_NONE};
    const struct recipe_client *c = &n->client;
    bool bounded = c->phase == RECIPE_LEADS && c->config->on_disconnect == ON_DISCONNECT_STOP;
    return (struct node_view){.role = role_of[c->phase],
                              .leader = leader_followed(c),
                              .voted_for = NODE_NONE,
                              .term = c->phase == RECIPE_WAITS ? c->term : c->czxid,
                              .lease_until = bounded ? c->session.disconnects_at : 0};
}

/* ---- Tables -------------------------------------------------------------------------------- */

static const struct message_kind messages[] = {
    ZOOKEEPER_MESSAGES,
    [RECIPE_CREATE] = MESSAGE("Create", struct zookeeper_request, zookeeper_request_fields, true),
    [RECIPE_GET_CHILDREN]
    = MESSAGE("GetChildren", struct zookeeper_request, zookeeper_request_fields, true),
    [RECIPE_EXISTS] = MESSAGE("Exists", struct zookeeper_request, zookeeper_request_fields, true),
};

static const char *const timers[] = {ZOOKEEPER_TIMERS};

static const char *const watch_words[] = {"predecessor", "herd", NULL};

static const struct field options[] = {
    ZOOKEEPER_OPTIONS("6s", "2s", "stop"),
    FIELD_WORDS(struct zookeeper_config, watch, FIELD_CHOICE, "predecessor", watch_words,
                "a candidate watches the node next before its own; or all watch the leader's, and "
                "all are notified and read when it goes",
                "ZooKeeper Recipes, Leader Election: herd effect"),
    LOAD_OPTIONS(struct zookeeper_config, load,
                 "a candidate as busy as load_threshold closes its session when it is its turn, or "
                 "while it leads, and goes to the end of the line"),
};

const struct algorithm zookeeper_recipe_algorithm = {
    .name = "zookeeper_recipe",
    .title = "ZooKeeper's recipe",
    .origin = "Apache ZooKeeper",
    .about
    = "Every candidate creates an ephemeral sequential node in ZooKeeper; the smallest leads, each "
      "other watches the next smaller. A node goes when its owner's session ends: at once when it "
      "stops, after session_timeout when it is silent. Its czxid is the fencing token. That only "
      "one acts is not promised: a leader stops when it is disconnected, after 2/3 of the timeout "
      "without an answer, but counts from the answer's arrival; an answer more than a third of the "
      "timeout late, a pause or a clock that is far off makes two, and with on_disconnect: act a "
      "cut is enough. lease_exclusive measures that.",
    .source = "ZooKeeper Recipes, Leader Election; ZooKeeper Programmer's Guide, ZooKeeper "
              "Sessions; ClientCnxn.java, ExpiryQueue.java, Leader.java of apache/zookeeper; "
              "Curator TN10",
    .tolerates
    = "crashes and cuts of candidates; pauses, late answers and clocks only with fencing",

    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct zookeeper_config),

    .messages = messages,
    .message_count = sizeof messages / sizeof *messages,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,

    .promises = ELECTION_SAFETY | FENCING_MONOTONIC | EVENTUAL_LEADER | EVENTUAL_AGREEMENT,
    .assumptions
    = ASSUMES_NO_PAUSE | ASSUMES_BOUNDED_DRIFT | ASSUMES_DURABLE_STORAGE | ASSUMES_CLEAN_CUT,

    .state_size = recipe_state_size,
    .workspace_size = zookeeper_workspace_size,
    .durable_size_with = zookeeper_durable_size,
    .services = zookeeper_services,
    .check = zookeeper_check,
    .drift_bound = zookeeper_drift_bound,
    .patience = zookeeper_patience,
    .liveness_bound = zookeeper_liveness_bound,

    .on_start = recipe_on_start,
    .on_message = recipe_on_message,
    .on_timer = recipe_on_timer,
    .on_admin = recipe_on_admin,
    .view = recipe_view,
};
