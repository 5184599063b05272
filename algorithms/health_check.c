/* Primary and standbys. Standbys check the primary and whoever stands before them in line; when
 * those have missed some checks in a row, the next in line promotes itself. Nobody is asked: a
 * standby that cannot reach a healthy primary makes a second one. Where two meet again, the one
 * with the older epoch yields. */
#include "algorithms/health_check.h"
#include "algorithms/succession.h"

static const struct field options[] = {
    FIELD(struct health_check_config, check_interval, FIELD_DURATION, "1s",
          "time between two health checks of a node", "the pattern: 'basic health checks'"),
    FIELD(struct health_check_config, failures, FIELD_COUNT, "3",
          "checks in a row without an answer after which a node counts as dead", NULL),
    FIELD(struct health_check_config, failback, FIELD_BOOL, "false",
          "who stands before the primary in line takes over from it when it is back", NULL),
};

static const struct field check_fields[] = {
    MESSAGE_FIELD(struct health_check, epoch, FIELD_TERM),
    MESSAGE_FIELD(struct health_check, primary, FIELD_NODE),
};
static const struct field reply_fields[] = {
    MESSAGE_FIELD(struct health_check_reply, epoch, FIELD_TERM),
    MESSAGE_FIELD(struct health_check_reply, is_primary, FIELD_BOOL),
};
static const struct field promoted_fields[] = {
    MESSAGE_FIELD(struct health_promoted, epoch, FIELD_TERM),
};
static const struct message_kind messages[HEALTH_MESSAGE_COUNT] = {
    [HEALTH_CHECK] = MESSAGE("Check", struct health_check, check_fields, false),
    [HEALTH_CHECK_REPLY] = MESSAGE("CheckReply", struct health_check_reply, reply_fields, false),
    [HEALTH_PROMOTED] = MESSAGE("Promoted", struct health_promoted, promoted_fields, true),
    [HEALTH_RESIGNED] = MESSAGE("Resigned", struct health_promoted, promoted_fields, true),
};

static const char *const timers[] = {"check"};

static void send_to_all(struct health_check_state *s, struct node *self, unsigned kind,
                        const void *body)
{
    for (node_id id = 0; id < s->count; id++)
        if (id != s->self)
            node_send(self, id, kind, body);
}

/* ---- Who is primary -------------------------------------------------------------------------- */

static void promote(struct health_check_state *s, struct node *self, enum campaign_reason why)
{
    s->epoch++;
    node_campaign(self, s->epoch, why);
    s->primary = s->self;
    node_lead(self, s->epoch);
    struct health_promoted m = {.epoch = s->epoch};
    send_to_all(s, self, HEALTH_PROMOTED, &m);
}

static void follow(struct health_check_state *s, struct node *self, uint64_t epoch, node_id primary)
{
    if (s->primary == s->self)
        node_step_down(self, s->epoch, STEP_DOWN_HIGHER_TERM);
    s->epoch = epoch;
    s->primary = primary;
    s->rounds_without = 0;
    s->missed[primary] = 0;
    node_follow(self, epoch, primary);
}

/* Another says that it is primary: the newer epoch counts, then the place in line. */
static void hear_of_primary(struct health_check_state *s, struct node *self, uint64_t epoch,
                            node_id primary)
{
    if (primary == s->self || primary == s->primary) {
        if (epoch > s->epoch && primary == s->primary && primary != s->self)
            follow(s, self, epoch, primary);
        return;
    }
    bool newer = epoch > s->epoch
                 || (epoch == s->epoch
                     && (s->primary == NODE_NONE || stands_before(self, primary, s->primary)));
    if (!newer)
        return;
    follow(s, self, epoch, primary);
    if (s->config->failback && stands_before(self, s->self, primary))
        promote(s, self, CAMPAIGN_TAKEOVER);
}

/* ---- Checks ---------------------------------------------------------------------------------- */

/* A primary looks for others of its kind, a standby at the primary and at those before it. */
static bool watches(const struct health_check_state *s, const struct node *self, node_id id)
{
    if (id == s->self)
        return false;
    return s->primary == s->self || s->primary == NODE_NONE || id == s->primary
           || stands_before(self, id, s->self);
}

static bool is_dead(const struct health_check_state *s, node_id id)
{
    return s->missed[id] >= s->config->failures;
}

/* Whether all that stand before it in line are dead. */
static bool is_next(const struct health_check_state *s, const struct node *self)
{
    for (node_id id = 0; id < s->count; id++)
        if (id != s->self && stands_before(self, id, s->self) && !is_dead(s, id))
            return false;
    return true;
}

static void send_checks(struct health_check_state *s, struct node *self)
{
    struct health_check m = {.epoch = s->epoch, .primary = s->primary};
    for (node_id id = 0; id < s->count; id++) {
        if (!watches(s, self, id))
            continue;
        s->missed[id] += s->missed[id] < UINT32_MAX;
        node_send(self, id, HEALTH_CHECK, &m);
    }
    node_set_timer(self, HEALTH_TIMER_CHECK, s->config->check_interval);
}

static void forget_primary(struct health_check_state *s, struct node *self)
{
    s->primary = NODE_NONE;
    s->rounds_without = s->config->failures;
    node_follow(self, s->epoch, NODE_NONE);
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct health_check_state *s = state;
    sim_assert(timer == HEALTH_TIMER_CHECK);
    if (s->primary != NODE_NONE && s->primary != s->self && is_dead(s, s->primary))
        forget_primary(s, self);
    if (s->primary == NODE_NONE) {
        if (s->rounds_without >= s->config->failures && is_next(s, self))
            promote(s, self, CAMPAIGN_TIMEOUT);
        else
            s->rounds_without++;
    }
    send_checks(s, self);
}

static void on_check(struct health_check_state *s, struct node *self, node_id from,
                     const struct health_check *m)
{
    if (m->primary != NODE_NONE)
        hear_of_primary(s, self, m->epoch, m->primary);
    else if (m->epoch > s->epoch && s->primary == NODE_NONE)
        s->epoch = m->epoch;
    struct health_check_reply reply = {.epoch = s->epoch, .is_primary = s->primary == s->self};
    node_send(self, from, HEALTH_CHECK_REPLY, &reply);
}

static void on_resigned(struct health_check_state *s, struct node *self, node_id from)
{
    s->missed[from] = s->config->failures; /* it is on its way out: no need to wait for that */
    if (s->primary != from)
        return;
    forget_primary(s, self);
    if (is_next(s, self))
        promote(s, self, CAMPAIGN_TRANSFER);
}

static void on_message(void *state, struct node *self, const struct message *m)
{
    struct health_check_state *s = state;
    switch ((enum health_check_message) m->kind) {
    case HEALTH_CHECK:
        on_check(s, self, m->from, m->body);
        return;
    case HEALTH_CHECK_REPLY: {
        const struct health_check_reply *reply = m->body;
        /* A primary that was restarted and knows nothing of it fails its check. */
        if (reply->is_primary || m->from != s->primary)
            s->missed[m->from] = 0;
        if (reply->is_primary)
            hear_of_primary(s, self, reply->epoch, m->from);
        return;
    }
    case HEALTH_PROMOTED:
        hear_of_primary(s, self, ((const struct health_promoted *) m->body)->epoch, m->from);
        return;
    case HEALTH_RESIGNED:
        on_resigned(s, self, m->from);
        return;
    case HEALTH_MESSAGE_COUNT:
        break;
    }
    sim_unreachable();
}

/* ---- Life ------------------------------------------------------------------------------------ */

static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct health_check_state *s = state;
    (void) durable;
    s->config = config;
    s->self = node_self(self);
    s->count = node_count(self);
    s->primary = NODE_NONE;
    node_follow(self, 0, NODE_NONE);
    send_checks(s, self);
}

static void on_admin(void *state, struct node *self, enum admin_command command, node_id target)
{
    struct health_check_state *s = state;
    (void) target; /* the line decides who is next */
    if (command != ADMIN_STOP)
        return;
    if (s->primary == s->self) {
        struct health_promoted m = {.epoch = s->epoch};
        node_step_down(self, s->epoch, STEP_DOWN_STOP);
        s->primary = NODE_NONE;
        send_to_all(s, self, HEALTH_RESIGNED, &m);
    }
    node_exit(self);
}

static struct node_view view(const void *state)
{
    const struct health_check_state *s = state;
    return (struct node_view){.role = s->primary == s->self ? ROLE_LEADER : ROLE_FOLLOWER,
                              .leader = s->primary,
                              .voted_for = NODE_NONE,
                              .term = s->epoch};
}

static size_t state_size(const void *config, unsigned nodes)
{
    (void) config;
    return sizeof(struct health_check_state) + nodes * sizeof(uint32_t);
}

static const char *check(const void *config, unsigned nodes, const char **option)
{
    const struct health_check_config *c = config;
    (void) nodes;
    *option = "check_interval";
    if (c->check_interval <= 0)
        return "must be longer than nothing";
    *option = "failures";
    return c->failures == 0 ? "must be at least 1" : NULL;
}

/* Every place in line may have to be found dead first, or two primaries to meet. */
static sim_ns patience(const void *config, unsigned nodes)
{
    const struct health_check_config *c = config;
    (void) nodes;
    return sim_times(c->check_interval, c->failures);
}

static sim_ns liveness_bound(const void *config, unsigned nodes)
{
    const struct health_check_config *c = config;
    (void) nodes;
    return sim_times(c->check_interval, 3 * ((int64_t) c->failures + 2));
}

const struct algorithm health_check_algorithm = {
    .name = "health_check",
    .title = "Health checks",
    .about = "standbys check the primary; when it misses some checks in a row, the next in line "
             "promotes itself, without asking anybody",
    .origin = "keepalived, load balancers",
    .source = "the leader-election pattern's migration path; as keepalived or a load balancer do",
    .tolerates = "crashes; a partition makes two primaries",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct health_check_config),
    .messages = messages,
    .message_count = HEALTH_MESSAGE_COUNT,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .promises = EVENTUAL_LEADER,
    .assumptions = ASSUMES_CLEAN_CUT,
    .state_size = state_size,
    .check = check,
    .patience = patience,
    .liveness_bound = liveness_bound,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .on_admin = on_admin,
    .view = view,
};
