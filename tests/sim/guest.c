/* An algorithm inside of another one, in a world: what the guest sees, and what nobody sees of it.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/guest.h"
#include "tests/sim/toy.h"

/* ---- A host that does nothing but count ------------------------------------------------------ */

struct inn_config {
    struct guest_option lodger;
};

struct inn {
    const struct inn_config *config;
    struct guest *guest;
    uint64_t ticks; /* its durable part */
};

enum { INN_WORKSPACE = 24 };
static const struct guest_host inn_host = {.message_count = 1,
                                           .timer_count = 1,
                                           .durable_size = sizeof(uint64_t),
                                           .workspace_size = INN_WORKSPACE};

static size_t rounded(size_t size)
{
    return (size + 15) / 16 * 16;
}

static size_t inn_state_size(const void *config, unsigned nodes)
{
    (void) nodes;
    return rounded(sizeof(struct inn))
           + guest_state_size(&((const struct inn_config *) config)->lodger, &inn_host);
}

static size_t inn_durable_size(const void *config, unsigned nodes)
{
    (void) nodes;
    return guest_durable_size(&((const struct inn_config *) config)->lodger, &inn_host);
}

static size_t inn_workspace_size(const void *config, unsigned nodes)
{
    (void) nodes;
    return rounded(INN_WORKSPACE)
           + guest_workspace_size(&((const struct inn_config *) config)->lodger);
}

/* Odd and even numbers. */
static void inn_groups(const void *config, unsigned nodes, const uint32_t *region_of,
                       uint32_t *group_of)
{
    (void) config;
    (void) region_of;
    for (node_id id = 0; id < nodes; id++)
        group_of[id] = id % 2;
}

static void inn_on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct inn *inn = state;
    inn->config = config;
    if (durable != NULL)
        inn->ticks = *(const uint64_t *) durable;
    node_set_timer(self, 0, 100 * MILLISECOND);
    inn->guest = guest_start((char *) state + rounded(sizeof *inn), self, &inn->config->lodger,
                             &inn_host, &inn->ticks, durable);
}

static void inn_on_message(void *state, struct node *self, const struct message *message)
{
    struct inn *inn = state;
    if (guest_owns_message(inn->guest, message->kind))
        guest_message(inn->guest, self, message);
    else
        cr_assert_eq(message->from, node_self(self));
}

static void inn_on_timer(void *state, struct node *self, unsigned timer)
{
    struct inn *inn = state;
    if (guest_owns_timer(inn->guest, timer)) {
        guest_timer(inn->guest, self, timer);
        return;
    }
    inn->ticks++;
    guest_persist_host(inn->guest, self, &inn->ticks);
    node_set_timer(self, 0, 100 * MILLISECOND);
    struct toy_ping note = {.number = (uint32_t) inn->ticks};
    node_send(self, node_self(self), 0, &note);
}

static void inn_on_end(void *state)
{
    guest_end(((struct inn *) state)->guest);
}

static struct node_view inn_view(const void *state)
{
    (void) state;
    return (struct node_view){.leader = NODE_NONE, .voted_for = NODE_NONE};
}

static const char *const inn_timers[] = {"bell"};
static const struct field inn_fields[] = {MESSAGE_FIELD(struct toy_ping, number, FIELD_COUNT)};
static const struct message_kind inn_messages[]
    = {MESSAGE("Note", struct toy_ping, inn_fields, false)};
static const struct field inn_options[] = {
    FIELD(struct inn_config, lodger, FIELD_ALGORITHM, "none", "who lives here", NULL),
};

static const struct algorithm inn_algorithm = {
    .name = "inn",
    .title = "Inn",
    .options = inn_options,
    .option_count = 1,
    .config_size = sizeof(struct inn_config),
    .messages = inn_messages,
    .message_count = 1,
    .timers = inn_timers,
    .timer_count = 1,
    .state_size = inn_state_size,
    .workspace_size = inn_workspace_size,
    .durable_size_with = inn_durable_size,
    .groups = inn_groups,
    .on_start = inn_on_start,
    .on_message = inn_on_message,
    .on_timer = inn_on_timer,
    .on_end = inn_on_end,
    .view = inn_view,
};

/* ---- A world of inns ------------------------------------------------------------------------- */

#define NODES 5u

static struct toy t;
static struct inn_config inn;
static struct guest_groups groups;
static struct algorithm composed;
static struct message_kind messages[8];
static const char *timers[8];
static uint32_t group_of[NODES], first[NODES + 2], place[NODES];
static node_id members[NODES];

static void lodge(const struct algorithm *guest, const void *config)
{
    toy_init(&t, NODES);
    inn_groups(NULL, NODES, NULL, group_of);
    guest_make_groups(&groups, group_of, NODES, members, first, place);
    inn.lodger = (struct guest_option){.algorithm = guest, .config = config, .groups = &groups};
    composed = guest_composed(&inn_algorithm, guest, messages, timers);
    for (uint32_t i = 0; i < NODES; i++)
        t.configs[i] = &inn;
    t.scenario.algorithm = &composed;
    t.scenario.config = &inn;
}

static void lodge_toy(void)
{
    lodge(&toy_algorithm, &t.config);
}

Test(guest, groups_hold_their_members_in_order)
{
    lodge_toy();
    static const node_id in_order[] = {0, 2, 4, 1, 3};
    cr_expect_arr_eq(groups.members, in_order, sizeof in_order);
    cr_expect_eq(groups.largest, 3);
    cr_expect_eq(groups.smallest, 2);
    cr_expect_eq(groups.first[1], 3);
    cr_expect_eq(groups.place[3], 1);
    cr_expect_eq(groups.place[4], 2);
}

Test(guest, the_tables_of_both_are_one)
{
    lodge_toy();
    cr_expect_eq(composed.message_count, 3);
    cr_expect_str_eq(composed.messages[0].name, "Note");
    cr_expect_str_eq(composed.messages[1].name, "Ping");
    cr_expect_eq(composed.timer_count, 3);
    cr_expect_str_eq(composed.timers[1], "tick");
}

Test(guest, services_hosts_and_too_many_messages_are_refused)
{
    struct algorithm other = toy_algorithm;
    cr_expect_null(guest_refusal(&inn_algorithm, &other));
    other.message_count = 255;
    cr_expect_not_null(guest_refusal(&inn_algorithm, &other));
    other.message_count = 254;
    cr_expect_null(guest_refusal(&inn_algorithm, &other));
    cr_expect_not_null(guest_refusal(&inn_algorithm, &inn_algorithm));
}

/* The toy pings its successor: in a group, that is the next of its own. */
Test(guest, it_sees_its_group_as_the_whole_cluster)
{
    lodge_toy();
    toy_run(&t);
    static const node_id successor[] = {2, 3, 4, 1, 0};
    uint32_t pings = 0;
    for (uint32_t i = 0; i < t.record_count; i++) {
        const struct record *r = &t.records[i];
        if (r->kind != RECORD_SENT || r->detail != 1 + TOY_PING)
            continue;
        cr_assert_eq(r->peer, successor[r->node]);
        pings++;
    }
    cr_expect_eq(pings, 500);
    cr_expect_eq(toy_find(&t, RECORD_TIMER_FIRED, 2, 0)->detail, 1 + TOY_TICK);
    toy_close(&t);
}

Test(guest, what_it_announces_is_in_no_record)
{
    lodge_toy();
    TOY_SCRIPT_OF(&t, {10 * MILLISECOND, 1, TOY_STAND, 1, NODE_NONE},
                  {20 * MILLISECOND, 1, TOY_VOTE, 1, 1}, {30 * MILLISECOND, 1, TOY_LEAD, 1, 1},
                  {40 * MILLISECOND, 0, TOY_FOLLOW, 1, 1},
                  {50 * MILLISECOND, 1, TOY_STEP_DOWN, 2, NODE_NONE});
    toy_run(&t);
    static const enum record_kind silent[]
        = {RECORD_CAMPAIGNED, RECORD_VOTED, RECORD_LED, RECORD_FOLLOWED, RECORD_STEPPED_DOWN};
    for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
        for (node_id id = 0; id < NODES; id++)
            cr_expect_eq(toy_count(&t, silent[i], id), 0);
    uint32_t ballots = 0; /* of the second of each group, to the next there */
    for (uint32_t i = 0; i < t.record_count; i++)
        if (t.records[i].kind == RECORD_SENT && t.records[i].detail == 1 + TOY_BALLOT) {
            cr_expect_eq(t.records[i].peer, t.records[i].node == 2 ? 4 : 1);
            ballots++;
        }
    cr_expect_eq(ballots, 2);
    toy_close(&t);
}

/* Both parts of one block: neither takes the other's away. */
Test(guest, a_crash_keeps_what_both_had_written)
{
    lodge_toy();
    t.config.persist = true;
    toy_fault(&t, "crash", 505 * MILLISECOND, 50 * MILLISECOND, 3);
    toy_run(&t);
    uint32_t ping = 0, note = 0;
    bool restarted = false;
    for (uint32_t i = 0; i < t.record_count; i++) {
        restarted |= t.records[i].kind == RECORD_CRASHED;
        if (!restarted || t.records[i].kind != RECORD_SENT || t.records[i].node != 3)
            continue;
        if (t.records[i].detail == 0 && note == 0)
            note = t.pings[i];
        if (t.records[i].detail == 1 + TOY_PING && ping == 0)
            ping = t.pings[i];
    }
    cr_expect_eq(ping, 51);
    cr_expect_eq(note, 6);
    toy_close(&t);
}

static unsigned begun, ended;

static void count_begin(void *state, struct node *self, const void *config, const void *durable)
{
    begun++;
    toy_algorithm.on_start(state, self, config, durable);
}

static void count_end(void *state)
{
    cr_assert_not_null(state);
    ended++;
}

Test(guest, each_that_began_is_told_to_end_once)
{
    struct algorithm counted = toy_algorithm;
    counted.on_start = count_begin;
    counted.on_end = count_end;
    lodge(&counted, &t.config);
    toy_fault(&t, "crash", 505 * MILLISECOND, 50 * MILLISECOND, 3);
    struct world *w = world_create(&heap_memory, &t.scenario, NULL, 0, NULL);
    world_run(w, SIM_FOREVER, UINT64_MAX);
    cr_expect_eq(begun, NODES + 1);
    cr_expect_eq(ended, 1);
    world_destroy(w);
    cr_expect_eq(ended, begun);
}

Test(guest, what_waits_for_its_write_waits_for_the_disk)
{
    lodge_toy();
    t.config.persist = true;
    t.scenario.disk_sync
        = (struct distribution){.kind = DISTRIBUTION_CONSTANT, .a = 3 * MILLISECOND};
    toy_run(&t);
    cr_expect_eq(toy_find(&t, RECORD_SENT, 0, 0)->at, 13 * MILLISECOND);
    toy_close(&t);
}

/* ---- A guest that looks around --------------------------------------------------------------- */

struct seen {
    node_id self;
    unsigned count, services;
    bool is_service, told;
    int32_t priority;
    uint32_t weight, region, marks;
    uint64_t draw;
};
static struct seen seen[3];

struct looker {
    node_id self;
};

static size_t looker_state_size(const void *config, unsigned nodes)
{
    (void) config;
    (void) nodes;
    return sizeof(struct looker);
}

static size_t looker_workspace_size(const void *config, unsigned nodes)
{
    (void) config;
    return nodes * sizeof(uint64_t);
}

static void looker_on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct looker *l = state;
    (void) config;
    cr_assert_null(durable);
    l->self = node_self(self);
    struct seen *s = &seen[l->self];
    *s = (struct seen){.self = l->self,
                       .count = node_count(self),
                       .services = node_service_count(self),
                       .is_service = node_is_service(self),
                       .priority = node_priority(self, node_count(self) - 1),
                       .weight = node_weight(self, node_count(self) - 1),
                       .region = node_region(self, node_count(self) - 1),
                       .draw = node_random(self, 1000000)};
    node_set_timer(self, 0, MILLISECOND);
    uint64_t *work = node_workspace(self);
    work[node_count(self) - 1] = 77;
    cr_assert_eq(node_workspace(self), (void *) work);
    node_return_workspace(self);
    work = node_workspace(self);
    s->marks = work[node_count(self) - 1] != 0;
}

static void looker_on_message(void *state, struct node *self, const struct message *message)
{
    const struct looker *l = state;
    (void) self;
    const struct {
        node_id about;
    } *m = message->body;
    cr_assert_eq(message->from, m->about, "both are places in the group");
    seen[l->self].told = true;
}

static void looker_on_timer(void *state, struct node *self, unsigned timer)
{
    const struct looker *l = state;
    node_set_timer(self, timer, SECOND);
    node_clear_timer(self, timer);
    node_send(self, (l->self + 1) % node_count(self), 0, &l->self);
}

static struct node_view looker_view(const void *state)
{
    (void) state;
    return (struct node_view){.leader = NODE_NONE, .voted_for = NODE_NONE};
}

struct about {
    node_id about;
};
static const struct field about_fields[] = {MESSAGE_FIELD(struct about, about, FIELD_NODE)};
static const struct message_kind looker_messages[]
    = {MESSAGE("About", struct about, about_fields, false)};
static const char *const looker_timers[] = {"look"};
static const struct algorithm looker_algorithm = {
    .name = "looker",
    .title = "Looker",
    .messages = looker_messages,
    .message_count = 1,
    .timers = looker_timers,
    .timer_count = 1,
    .state_size = looker_state_size,
    .workspace_size = looker_workspace_size,
    .on_start = looker_on_start,
    .on_message = looker_on_message,
    .on_timer = looker_on_timer,
    .view = looker_view,
};

Test(guest, what_it_knows_of_others_is_of_its_own_group)
{
    static const int32_t priorities[NODES] = {1, 2, 3, 4, 5};
    static const uint32_t weights[NODES] = {10, 20, 30, 40, 50};
    static const uint32_t regions[NODES] = {0, 1, 2, 3, 4};
    lodge(&looker_algorithm, NULL);
    t.scenario.priorities = priorities;
    t.scenario.weights = weights;
    t.scenario.region_of = regions;
    /* The larger group starts last, so that it is what is seen: n3, n4, n5. */
    for (node_id id = 0; id < NODES; id++)
        group_of[id] = id < 2 ? 0 : 1;
    guest_make_groups(&groups, group_of, NODES, members, first, place);
    toy_run(&t);
    for (node_id i = 0; i < 3; i++) {
        cr_expect_eq(seen[i].self, i);
        cr_expect_eq(seen[i].count, 3);
        cr_expect_eq(seen[i].services, 0);
        cr_expect(!seen[i].is_service);
        cr_expect_eq(seen[i].priority, 5);
        cr_expect_eq(seen[i].weight, 50);
        cr_expect_eq(seen[i].region, 4);
        cr_expect_eq(seen[i].marks, 0, "a workspace that comes back is empty");
        cr_expect(seen[i].told);
    }
    struct rng own = rng_stream(t.scenario.seed, RNG_NODE, 4, 0);
    cr_expect_eq(seen[2].draw, rng_below(&own, 1000000), "of the node's own stream");
    toy_close(&t);
}

Test(guest, nodes_in_a_trace_are_the_clusters)
{
    lodge(&looker_algorithm, NULL);
    toy_run(&t);
    for (uint32_t i = 0; i < t.record_count; i++)
        if (t.records[i].kind == RECORD_SENT && t.records[i].detail == 1)
            cr_expect_eq(t.pings[i], t.records[i].node);
    toy_close(&t);
}
