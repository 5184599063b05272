#include <criterion/criterion.h>
#include <stdlib.h>

#include "tests/sim/toy.h"

static struct toy t;

static void everything(uint64_t seed)
{
    toy_init(&t, 5);
    t.scenario.seed = seed;
    t.config.leader = 0;
    t.config.persist = true;
    t.scenario.network.latency
        = (struct distribution){.kind = DISTRIBUTION_UNIFORM, .a = 0, .b = 20 * MILLISECOND};
    t.scenario.network.loss = UINT64_C(1) << 30;
    t.scenario.disk_sync
        = (struct distribution){.kind = DISTRIBUTION_EXPONENTIAL, .a = 2 * MILLISECOND};
    t.scenario.workload = (struct workload){.interval = 50 * MILLISECOND, .guard = GUARD_FENCING};
    toy_fault(&t, "crash", 100 * MILLISECOND, 100 * MILLISECOND, 0);
    toy_fault(&t, "pause", 400 * MILLISECOND, 100 * MILLISECOND, 0);
    toy_fault(&t, "isolate", 600 * MILLISECOND, 100 * MILLISECOND, 2);
}

Test(world, the_same_seed_gives_the_same_trace)
{
    everything(1);
    toy_run(&t);
    uint64_t hash = t.result->trace_hash;
    toy_close(&t);
    everything(1);
    toy_run(&t);
    cr_assert_eq(t.result->trace_hash, hash);
    toy_close(&t);
    everything(2);
    toy_run(&t);
    cr_assert_neq(t.result->trace_hash, hash);
    toy_close(&t);
}

Test(world, a_reset_world_repeats_a_new_one)
{
    everything(1);
    toy_run(&t);
    uint64_t hash = t.result->trace_hash, events = t.result->events;
    for (uint64_t seed = 5; seed < 8; seed++) {
        world_reset(t.world, seed);
        t.record_count = 0;
        world_run(t.world, SIM_FOREVER, UINT64_MAX);
        world_finish(t.world);
    }
    world_reset(t.world, 1);
    t.record_count = 0;
    world_run(t.world, SIM_FOREVER, UINT64_MAX);
    const struct run_result *again = world_finish(t.world);
    cr_assert_eq(again->trace_hash, hash);
    cr_assert_eq(again->events, events);
    toy_close(&t);
}

Test(world, observers_do_not_change_the_trace)
{
    everything(3);
    toy_run(&t);
    uint64_t hash = t.result->trace_hash;
    toy_close(&t);
    everything(3);
    struct world *bare = world_create(&heap_memory, &t.scenario, NULL, 0, NULL);
    world_run(bare, SIM_FOREVER, UINT64_MAX);
    cr_assert_eq(world_finish(bare)->trace_hash, hash);
    world_destroy(bare);
}

/* What node 1 draws and when its message arrives, after node 0 has drawn and sent so often. */
static void drawn_after(uint32_t draws, uint32_t *number, sim_ns *arrived)
{
    struct toy_action script[8];
    toy_init(&t, 3);
    t.scenario.network.latency = (struct distribution){
        .kind = DISTRIBUTION_UNIFORM, .a = MILLISECOND, .b = 50 * MILLISECOND};
    for (uint32_t i = 0; i < draws; i++)
        script[i] = (struct toy_action){(10 + i) * MILLISECOND, 0, TOY_DRAW, 0, 0};
    script[draws] = (struct toy_action){200 * MILLISECOND, 1, TOY_DRAW, 0, 0};
    toy_script(&t, script, draws + 1);
    toy_run(&t);
    const struct record *r = toy_find(&t, RECORD_DELIVERED, 2, 0);
    cr_assert_not_null(r);
    *number = t.pings[r - t.records];
    *arrived = r->at;
    toy_close(&t);
}

Test(world, a_draw_more_at_one_node_moves_neither_draws_nor_links_of_another)
{
    uint32_t number, same_number;
    sim_ns arrived, same_arrived;
    drawn_after(0, &number, &arrived);
    for (uint32_t draws = 1; draws < 8; draws++) {
        drawn_after(draws, &same_number, &same_arrived);
        cr_expect_eq(number, same_number);
        cr_expect_eq(arrived, same_arrived);
    }
}

Test(world, every_queue_structure_gives_the_same_trace)
{
    uint64_t hash[SCHEDULER_STRUCTURE_COUNT];
    for (uint32_t i = 0; i < SCHEDULER_STRUCTURE_COUNT; i++) {
        everything(4);
        struct world_options options = {.structure = i};
        struct world *w = world_create(&heap_memory, &t.scenario, NULL, 0, &options);
        world_run(w, SIM_FOREVER, UINT64_MAX);
        hash[i] = world_finish(w)->trace_hash;
        world_destroy(w);
        cr_assert_eq(hash[i], hash[0], "structure %u", i);
    }
}

Test(world, a_run_stops_at_the_event_limit)
{
    everything(1);
    struct world *w = world_create(&heap_memory, &t.scenario, NULL, 0, NULL);
    cr_assert_eq(world_run(w, SIM_FOREVER, 100), WORLD_EVENT_LIMIT);
    cr_assert_eq(world_finish(w)->events, 100);
    world_destroy(w);
}

static int begun, ended;

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

Test(world, every_process_that_began_is_told_to_end_once)
{
    everything(1);
    struct algorithm counted = toy_algorithm;
    counted.on_start = count_begin;
    counted.on_end = count_end;
    t.scenario.algorithm = &counted;
    struct world *w = world_create(&heap_memory, &t.scenario, NULL, 0, NULL);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        world_reset(w, seed);
        cr_expect_eq(ended, begun, "those of the run before are gone");
        world_run(w, SIM_FOREVER, UINT64_MAX);
        cr_expect_gt(ended, 0, "some crashed");
        cr_expect_lt(ended, begun, "some run still");
    }
    world_destroy(w);
    cr_expect_eq(ended, begun);
}

Test(world, stepping_and_running_are_the_same)
{
    everything(1);
    struct world *w = world_create(&heap_memory, &t.scenario, NULL, 0, NULL);
    while (world_step(w) == WORLD_RUNNING) {
    }
    uint64_t hash = world_finish(w)->trace_hash;
    world_reset(w, 1);
    for (sim_ns until = 0; world_run(w, until, UINT64_MAX) == WORLD_RUNNING;
         until += 7 * MILLISECOND) {
    }
    cr_assert_eq(world_finish(w)->trace_hash, hash);
    world_destroy(w);
}

Test(world, the_cause_of_a_delivery_is_its_sending)
{
    toy_init(&t, 2);
    toy_run(&t);
    const struct record *delivered = toy_find(&t, RECORD_DELIVERED, 1, 3);
    const struct record *sent = &t.records[delivered->cause];
    cr_assert_eq(sent->kind, RECORD_SENT);
    cr_assert_eq(sent->node, 0);
    cr_assert_eq(t.records[sent->cause].kind, RECORD_TIMER_FIRED);
    toy_close(&t);
}

struct limited {
    uint32_t left;
    size_t held;
};

static void *limited_resize(void *context, void *old, size_t old_size, size_t new_size)
{
    struct limited *l = context;
    if (new_size == 0) {
        l->held -= old_size;
        free(old);
        return NULL;
    }
    if (l->left == 0)
        return NULL;
    l->left--;
    void *block = realloc(old, new_size);
    cr_assert_not_null(block);
    l->held += new_size - (old == NULL ? 0 : old_size);
    return block;
}

Test(world, every_failing_allocation_is_reported_and_leaks_nothing)
{
    bool completed = false;
    for (uint32_t allowed = 0; !completed; allowed++) {
        cr_assert_lt(allowed, 500);
        struct limited limited = {.left = allowed};
        struct sim_memory memory = {.context = &limited, .resize = limited_resize};
        everything(1);
        struct world *w = world_create(&memory, &t.scenario, NULL, 0, NULL);
        if (w != NULL) {
            world_run(w, SIM_FOREVER, UINT64_MAX);
            enum world_status status = world_finish(w)->status;
            cr_assert(status == WORLD_OUT_OF_MEMORY || status == WORLD_ENDED);
            completed = status == WORLD_ENDED;
            world_destroy(w);
        }
        cr_assert_eq(limited.held, 0, "%zu bytes left after %u allocations", limited.held, allowed);
    }
}
