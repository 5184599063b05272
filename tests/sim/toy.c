#include "tests/sim/toy.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "sim/metrics.h"

static void *heap_resize(void *context, void *old, size_t old_size, size_t new_size)
{
    (void) context;
    (void) old_size;
    if (new_size == 0) {
        free(old);
        return NULL;
    }
    return realloc(old, new_size);
}

const struct sim_memory heap_memory = {.resize = heap_resize};

struct toy_state {
    const struct toy_config *config;
    uint64_t term, commit_index, commit_term, last_index, last_term;
    sim_ns lease_until;
    uint32_t number;
    bool leads;
    node_id id, leader;
    uint32_t acted; /* the script's next action */
};

struct toy_durable {
    uint32_t number;
};

static const struct field ping_fields[] = {MESSAGE_FIELD(struct toy_ping, number, FIELD_COUNT)};
static const struct message_kind messages[] = {
    MESSAGE("Ping", struct toy_ping, ping_fields, false),
    MESSAGE("Ballot", struct toy_ping, ping_fields, true),
};
static const char *const timers[] = {"tick", "script"};

static size_t state_size(const void *config, unsigned nodes)
{
    (void) config;
    (void) nodes;
    return sizeof(struct toy_state);
}

static void arm_script(struct toy_state *s, struct node *self)
{
    for (uint32_t i = 0; i < s->config->script_count; i++) {
        const struct toy_action *a = &s->config->script[i];
        if (a->node != s->id || a->at < node_monotonic(self) || i < s->acted)
            continue;
        s->acted = i;
        node_set_timer(self, TOY_SCRIPT, a->at - node_monotonic(self));
        return;
    }
}

static void act_on_log(struct toy_state *s, struct node *self, const struct toy_action *a)
{
    if (a->act == TOY_PERSIST) {
        node_persist(self, &(struct toy_durable){s->number});
        return;
    }
    if (a->act == TOY_LOG) {
        s->last_index = a->peer;
        s->last_term = a->term;
        return;
    }
    s->commit_index = a->peer;
    s->commit_term = a->term;
    if (a->act == TOY_COMMIT_AND_STOP) {
        s->leads = false;
        s->leader = NODE_NONE;
        node_step_down(self, s->term, STEP_DOWN_LOST_QUORUM);
    }
}

static void act(struct toy_state *s, struct node *self, const struct toy_action *a)
{
    if (a->act >= TOY_PERSIST) {
        act_on_log(s, self, a);
        return;
    }
    s->term = a->term;
    switch (a->act) {
    case TOY_STAND:
    case TOY_TAKE_OVER:
        s->leader = NODE_NONE;
        node_campaign(self, a->term, a->act == TOY_STAND ? CAMPAIGN_TIMEOUT : CAMPAIGN_TAKEOVER);
        node_send(self, (s->id + 1) % node_count(self), TOY_BALLOT, &(struct toy_ping){1});
        return;
    case TOY_LEAD:
        s->leads = true;
        s->leader = s->id;
        node_lead(self, a->term);
        return;
    case TOY_FOLLOW:
        s->leader = a->peer;
        node_follow(self, a->term, a->peer);
        return;
    case TOY_STEP_DOWN:
    case TOY_LOSE_QUORUM:
        s->leads = false;
        s->leader = NODE_NONE;
        node_step_down(self, a->term,
                       a->act == TOY_STEP_DOWN ? STEP_DOWN_HIGHER_TERM : STEP_DOWN_LOST_QUORUM);
        return;
    case TOY_VOTE:
        node_vote(self, a->term, a->peer);
        return;
    case TOY_HOLD:
        s->lease_until = node_monotonic(self) + a->peer * MILLISECOND;
        return;
    case TOY_DRAW:
        node_send(self, (s->id + 1) % node_count(self), TOY_PING,
                  &(struct toy_ping){(uint32_t) node_random(self, 1000000)});
        return;
    case TOY_PERSIST:
    case TOY_COMMIT:
    case TOY_COMMIT_AND_STOP:
    case TOY_LOG:
        return;
    }
}

static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct toy_state *s = state;
    s->config = config;
    s->id = node_self(self);
    s->leader = NODE_NONE;
    if (durable != NULL)
        s->number = ((const struct toy_durable *) durable)->number;
    if (s->config->every > 0)
        node_set_timer(self, TOY_TICK, s->config->every);
    if (s->config->leader == s->id) {
        s->leads = true;
        s->term++;
        node_campaign(self, s->term, CAMPAIGN_TIMEOUT);
        node_lead(self, s->term);
        s->leader = s->id;
    }
    arm_script(s, self);
}

static void on_message(void *state, struct node *self, const struct message *message)
{
    (void) state;
    (void) self;
    cr_assert_lt(((const struct toy_ping *) message->body)->number, 1000000);
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct toy_state *s = state;
    if (timer == TOY_SCRIPT) {
        act(s, self, &s->config->script[s->acted++]);
        arm_script(s, self);
        return;
    }
    struct toy_ping ping = {.number = ++s->number};
    node_id to = s->config->to_self ? s->id : (s->id + 1) % node_count(self);
    if (s->config->persist > 0) {
        for (uint32_t before = s->config->persist - 1; before > 0; before--)
            node_persist(self, &(struct toy_durable){s->number - before});
        node_persist(self, &(struct toy_durable){s->number});
        node_send_after_sync(self, to, TOY_PING, &ping);
    } else {
        node_send(self, to, TOY_PING, &ping);
    }
    node_set_timer(self, timer, s->config->every);
}

static struct node_view view(const void *state)
{
    const struct toy_state *s = state;
    return (struct node_view){.role = s->leads ? ROLE_LEADER : ROLE_FOLLOWER,
                              .leader = s->leader,
                              .voted_for = NODE_NONE,
                              .lease_until = s->lease_until,
                              .term = s->term,
                              .last_index = s->last_index,
                              .last_term = s->last_term,
                              .commit_index = s->commit_index,
                              .commit_term = s->commit_term};
}

const struct algorithm toy_algorithm = {
    .name = "toy",
    .title = "Toy",
    .config_size = sizeof(struct toy_config),
    .messages = messages,
    .message_count = 2,
    .timers = timers,
    .timer_count = 2,
    .durable_size = sizeof(struct toy_durable),
    .state_size = state_size,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .view = view,
};

static void keep(void *context, const struct world *w, const struct record *r)
{
    struct toy *t = context;
    (void) w;
    cr_assert_lt(t->record_count, TOY_RECORDS_MAX);
    if (r->body != NULL)
        t->pings[t->record_count] = ((const struct toy_ping *) r->body)->number;
    t->records[t->record_count] = *r;
    t->records[t->record_count++].body = NULL;
}

void toy_init(struct toy *t, uint32_t nodes)
{
    memset(t, 0, sizeof *t);
    cr_assert_leq(nodes, 64);
    t->config = (struct toy_config){.every = 10 * MILLISECOND, .leader = NODE_NONE};
    for (uint32_t i = 0; i < nodes; i++)
        t->configs[i] = &t->config;
    t->scenario = (struct scenario){
        .title = "toy",
        .about = "",
        .file = "toy",
        .text = "",
        .variant = "",
        .parameters = "{}",
        .duration = SECOND,
        .nodes = nodes,
        .algorithm = &toy_algorithm,
        .config = &t->config,
        .configs = t->configs,
        .network = {.has_latency = true,
                    .has_loss = true,
                    .has_duplicate = true,
                    .latency = {.kind = DISTRIBUTION_CONSTANT, .a = MILLISECOND}},
        .disk_sync = {.kind = DISTRIBUTION_CONSTANT},
        .faults = t->faults,
    };
    t->observer = (struct observer){.context = t, .interest = INTEREST_ALL, .on_record = keep};
}

void toy_script(struct toy *t, const struct toy_action *script, uint32_t count)
{
    static struct toy_action kept[2048];
    cr_assert_leq(count, sizeof kept / sizeof *kept);
    memcpy(kept, script, count * sizeof *script);
    t->config.every = 0;
    t->config.script = kept;
    t->config.script_count = count;
}

struct fault_spec *toy_fault(struct toy *t, const char *kind, sim_ns at, sim_ns lasting,
                             node_id target)
{
    uint32_t number = t->scenario.fault_count++, index = 0;
    cr_assert_lt(number, TOY_FAULTS_MAX);
    while (fault_kinds[index] != NULL && strcmp(fault_kinds[index]->name, kind) != 0)
        index++;
    cr_assert_not_null(fault_kinds[index], "no fault kind %s", kind);
    t->items[number * 3] = (struct selector_item){.kind = SELECTOR_NODE, .index = target};
    t->faults[number] = (struct fault_spec){
        .kind = index,
        .at = {at, at},
        .has_for = lasting > 0,
        .lasting = {lasting, lasting},
        .arguments.target = {.items = &t->items[number * 3], .count = target != NODE_NONE},
    };
    return &t->faults[number];
}

void toy_run(struct toy *t)
{
    t->record_count = 0;
    t->world = world_create(&heap_memory, &t->scenario, &t->observer, 1, NULL);
    cr_assert_not_null(t->world);
    cr_assert_eq(world_run(t->world, SIM_FOREVER, UINT64_MAX), WORLD_ENDED);
    t->result = world_finish(t->world);
}

void toy_close(struct toy *t)
{
    world_destroy(t->world);
}

const struct record *toy_find(const struct toy *t, enum record_kind kind, node_id node,
                              uint32_t nth)
{
    for (uint32_t i = 0; i < t->record_count; i++)
        if (t->records[i].kind == kind && t->records[i].node == node && nth-- == 0)
            return &t->records[i];
    return NULL;
}

uint32_t toy_count(const struct toy *t, enum record_kind kind, node_id node)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->record_count; i++)
        count += t->records[i].kind == kind && t->records[i].node == node;
    return count;
}

const struct metric_value *toy_metric_value(const struct toy *t, const char *name)
{
    uint32_t index = metric_find(name, strlen(name));
    cr_assert_neq(index, UINT32_MAX, "no metric %s", name);
    return &t->result->metrics[index];
}

double toy_metric(const struct toy *t, const char *name)
{
    const struct metric_value *value = toy_metric_value(t, name);
    cr_assert(value->defined, "%s is not defined", name);
    return value->lo;
}

void toy_near(double value, double expected)
{
    cr_assert(value > expected - 1e-9 && value < expected + 1e-9, "%.12f, not %.12f", value,
              expected);
}
