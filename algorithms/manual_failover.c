/* Manual failover. Monitoring (with the operator, at the service s1) checks all members. When the
 * primary misses some checks in a row the operator is paged, comes after a reaction time, looks
 * again, and names the next member in line that answers. An old primary that the word does not
 * reach goes on: the operator can no more than a health check tell a dead node from a cut one. */
#include "algorithms/manual_failover.h"
#include "algorithms/succession.h"

static const struct field options[] = {
    FIELD(struct manual_failover_config, check_interval, FIELD_DURATION, "10s",
          "time between two checks of the monitoring", NULL),
    FIELD(struct manual_failover_config, failures, FIELD_COUNT, "3",
          "checks in a row without an answer after which the operator is paged", NULL),
    FIELD(struct manual_failover_config, reaction_time, FIELD_RANGE, "5m..30m",
          "from the page to the switch: waking up, logging in, looking", NULL),
};

static const struct field check_fields[] = {
    MESSAGE_FIELD(struct manual_check, epoch, FIELD_TERM),
    MESSAGE_FIELD(struct manual_check, primary, FIELD_NODE),
};
static const struct field reply_fields[] = {
    MESSAGE_FIELD(struct manual_check_reply, epoch, FIELD_TERM),
};
static const struct field handover_fields[] = {
    MESSAGE_FIELD(struct manual_handover, target, FIELD_NODE),
};
static const struct message_kind messages[MANUAL_MESSAGE_COUNT] = {
    [MANUAL_CHECK] = MESSAGE("Check", struct manual_check, check_fields, false),
    [MANUAL_CHECK_REPLY] = MESSAGE("CheckReply", struct manual_check_reply, reply_fields, false),
    [MANUAL_HANDOVER] = MESSAGE("Handover", struct manual_handover, handover_fields, true),
};

static const char *const timers[] = {"check", "reaction"};

/* ---- The operator ---------------------------------------------------------------------------- */

static void tell(struct manual_failover_state *s, struct node *self, node_id member)
{
    struct manual_check m = {.epoch = s->epoch, .primary = s->primary};
    node_send(self, member, MANUAL_CHECK, &m);
}

/* Names a primary and tells all: at once, and with every check from here on. */
static void name_primary(struct manual_failover_state *s, struct node *self, node_id primary)
{
    s->epoch++;
    s->primary = primary;
    s->paged = false;
    node_clear_timer(self, MANUAL_TIMER_REACTION);
    struct manual_durable notes = {.epoch = s->epoch, .primary = s->primary};
    node_persist(self, &notes);
    for (node_id id = 0; id < s->count; id++)
        tell(s, self, id);
}

/* The first in line that answers, but for one; NODE_NONE when none does. */
static node_id next_in_line(const struct manual_failover_state *s, const struct node *self,
                            node_id but)
{
    node_id best = NODE_NONE;
    for (node_id id = 0; id < s->count; id++)
        if (id != but && s->missed[id] < s->config->failures
            && (best == NODE_NONE || stands_before(self, id, best)))
            best = id;
    return best;
}

static void check_members(struct manual_failover_state *s, struct node *self)
{
    for (node_id id = 0; id < s->count; id++) {
        s->missed[id] += s->missed[id] < UINT32_MAX;
        tell(s, self, id);
    }
    node_set_timer(self, MANUAL_TIMER_CHECK, s->config->check_interval);
}

static bool is_dead(const struct manual_failover_state *s, node_id member)
{
    return s->missed[member] >= s->config->failures;
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct manual_failover_state *s = state;
    if (timer == MANUAL_TIMER_CHECK) {
        if (is_dead(s, s->primary) && !s->paged) {
            s->paged = true;
            node_set_timer(self, MANUAL_TIMER_REACTION,
                           node_random_range(self, s->config->reaction_time));
        }
        check_members(s, self);
        return;
    }
    sim_assert(timer == MANUAL_TIMER_REACTION);
    s->paged = false;
    node_id next = next_in_line(s, self, s->primary);
    if (is_dead(s, s->primary) && next != NODE_NONE)
        name_primary(s, self, next);
}

static void operator_hears(struct manual_failover_state *s, struct node *self,
                           const struct message *m)
{
    if (m->kind == MANUAL_CHECK_REPLY) {
        s->missed[m->from] = 0;
        return;
    }
    if (m->kind != MANUAL_HANDOVER || m->from != s->primary)
        return;
    node_id target = ((const struct manual_handover *) m->body)->target;
    if (target == NODE_NONE || is_dead(s, target))
        target = next_in_line(s, self, s->primary);
    if (target != NODE_NONE)
        name_primary(s, self, target);
}

/* The first in line is primary by the set-up; later what the operator had written down. */
static void operator_starts(struct manual_failover_state *s, struct node *self,
                            const struct manual_durable *notes)
{
    node_id first = 0;
    for (node_id id = 1; id < s->count; id++)
        if (stands_before(self, id, first))
            first = id;
    if (notes == NULL) {
        name_primary(s, self, first);
    } else {
        s->epoch = notes->epoch;
        s->primary = notes->primary;
    }
    check_members(s, self);
}

/* ---- A member -------------------------------------------------------------------------------- */

/* It is what the operator says; an older word is no word. */
static void obey(struct manual_failover_state *s, struct node *self, const struct manual_check *m)
{
    if (m->epoch < s->epoch || (m->epoch == s->epoch && m->primary == s->primary))
        return;
    bool led = s->primary == s->self;
    if (led)
        node_step_down(self, s->epoch,
                       m->primary == s->self ? STEP_DOWN_TRANSFER : STEP_DOWN_HIGHER_TERM);
    s->epoch = m->epoch;
    s->primary = m->primary;
    if (m->primary == s->self) {
        node_campaign(self, m->epoch, CAMPAIGN_TIMEOUT);
        node_lead(self, m->epoch);
    } else {
        node_follow(self, m->epoch, m->primary);
    }
}

static void on_message(void *state, struct node *self, const struct message *m)
{
    struct manual_failover_state *s = state;
    if (node_is_service(self)) {
        operator_hears(s, self, m);
        return;
    }
    if (m->kind != MANUAL_CHECK)
        return;
    obey(s, self, m->body);
    struct manual_check_reply reply = {.epoch = s->epoch};
    node_send(self, m->from, MANUAL_CHECK_REPLY, &reply);
}

static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct manual_failover_state *s = state;
    s->config = config;
    s->self = node_self(self);
    s->count = node_count(self);
    s->primary = NODE_NONE;
    if (node_is_service(self))
        operator_starts(s, self, durable);
    else
        node_follow(self, 0, NODE_NONE);
}

static void on_admin(void *state, struct node *self, enum admin_command command, node_id target)
{
    struct manual_failover_state *s = state;
    bool leads = !node_is_service(self) && s->primary == s->self;
    if (leads && (command == ADMIN_TRANSFER || command == ADMIN_STOP)) {
        struct manual_handover m = {.target = command == ADMIN_STOP ? NODE_NONE : target};
        node_send(self, s->count, MANUAL_HANDOVER, &m);
    }
    if (command != ADMIN_STOP)
        return;
    if (leads) {
        node_step_down(self, s->epoch, STEP_DOWN_STOP);
        s->primary = NODE_NONE;
    }
    node_exit(self);
}

static struct node_view view(const void *state)
{
    const struct manual_failover_state *s = state;
    return (struct node_view){.role = s->primary == s->self ? ROLE_LEADER : ROLE_FOLLOWER,
                              .leader = s->primary,
                              .voted_for = NODE_NONE,
                              .term = s->epoch};
}

static size_t state_size(const void *config, unsigned nodes)
{
    (void) config;
    return sizeof(struct manual_failover_state) + nodes * sizeof(uint32_t);
}

static unsigned services(const void *config)
{
    (void) config;
    return 1;
}

static const char *check(const void *config, unsigned nodes, const char **option)
{
    const struct manual_failover_config *c = config;
    (void) nodes;
    *option = "check_interval";
    if (c->check_interval <= 0)
        return "must be longer than nothing";
    *option = "failures";
    return c->failures == 0 ? "must be at least 1" : NULL;
}

static sim_ns patience(const void *config, unsigned nodes)
{
    const struct manual_failover_config *c = config;
    (void) nodes;
    return sim_add(sim_times(c->check_interval, c->failures), c->reaction_time.min);
}

static sim_ns liveness_bound(const void *config, unsigned nodes)
{
    const struct manual_failover_config *c = config;
    (void) nodes;
    return sim_add(sim_times(c->check_interval, 2 * ((int64_t) c->failures + 2)),
                   sim_times(c->reaction_time.max, 2));
}

const struct algorithm manual_failover_algorithm = {
    .name = "manual_failover",
    .title = "Manual failover",
    .about = "monitoring pages an operator, who names another primary after a reaction time",
    .origin = "operators",
    .source = "the leader-election pattern's migration path, its first step",
    .tolerates = "crashes, while a person is awake; a cut-off primary goes on beside the new one",
    .failover_is = "a person's: reaction_time, an option",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct manual_failover_config),
    .messages = messages,
    .message_count = MANUAL_MESSAGE_COUNT,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .durable_size = sizeof(struct manual_durable),
    .promises = EVENTUAL_LEADER,
    .assumptions = ASSUMES_DURABLE_STORAGE | ASSUMES_CLEAN_CUT,
    .state_size = state_size,
    .services = services,
    .check = check,
    .patience = patience,
    .liveness_bound = liveness_bound,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .on_admin = on_admin,
    .view = view,
};
