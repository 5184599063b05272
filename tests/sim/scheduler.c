#include <criterion/criterion.h>
#include <signal.h>

#include "sim/rng.h"
#include "sim/scheduler.h"
#include "tests/sim/toy.h"

Test(scheduler, events_of_one_instant_come_in_the_order_of_their_making)
{
    struct scheduler *s = scheduler_create(&heap_memory, SCHEDULER_AUTO);
    for (uint32_t i = 0; i < 200; i++)
        cr_assert(scheduler_push(s, 5, i % 16, i));
    struct event e;
    for (uint32_t i = 0; i < 200; i++) {
        cr_assert(scheduler_pop(s, &e));
        cr_assert_eq(e.slot, i);
        cr_assert_eq(e.kind, i % 16);
        cr_assert_eq(e.sequence, i);
    }
    cr_assert_not(scheduler_pop(s, &e));
    cr_assert_eq(scheduler_next(s), SIM_FOREVER);
    scheduler_destroy(s);
}

/* Pushes and pops at random, the queue growing and shrinking between 0 and some 2 000. */
static uint64_t digest(enum scheduler_structure structure)
{
    struct scheduler *s = scheduler_create(&heap_memory, structure);
    struct rng r = rng_stream(1, RNG_NODE, 0, 0);
    sim_ns now = 0;
    uint64_t hash = 0;
    for (uint32_t i = 0; i < 100000; i++) {
        bool grow = i / 2000 % 2 == 0;
        if (rng_below(&r, 100) < (grow ? 70u : 30u)) {
            cr_assert(scheduler_push(s, now + (sim_ns) rng_below(&r, 50),
                                     (uint32_t) rng_below(&r, 16),
                                     (uint32_t) rng_below(&r, 1 << 24)));
            continue;
        }
        struct event e;
        if (!scheduler_pop(s, &e))
            continue;
        cr_assert_geq(e.at, now);
        now = e.at;
        hash = (hash ^ (uint64_t) e.at ^ e.sequence << 20 ^ e.slot ^ (uint64_t) e.kind << 60)
               * UINT64_C(0x9E3779B97F4A7C15);
    }
    scheduler_destroy(s);
    return hash;
}

Test(scheduler, every_structure_gives_the_same_order)
{
    uint64_t expected = digest(SCHEDULER_SORTED_ARRAY);
    cr_assert_eq(digest(SCHEDULER_HEAP), expected);
    cr_assert_eq(digest(SCHEDULER_AUTO), expected);
}

Test(scheduler, a_reset_forgets_events_and_sequence)
{
    struct scheduler *s = scheduler_create(&heap_memory, SCHEDULER_AUTO);
    for (uint32_t i = 0; i < 100; i++)
        cr_assert(scheduler_push(s, 1000 + i, 0, i));
    scheduler_reset(s);
    cr_assert_eq(scheduler_count(s), 0);
    cr_assert(scheduler_push(s, 7, 3, 9));
    struct event e;
    cr_assert(scheduler_pop(s, &e));
    cr_assert_eq(e.at, 7);
    cr_assert_eq(e.sequence, 0);
    scheduler_destroy(s);
}

Test(scheduler, instants_at_the_far_end_keep_their_order)
{
    struct scheduler *s = scheduler_create(&heap_memory, SCHEDULER_HEAP);
    cr_assert(scheduler_push(s, SIM_FOREVER, 0, 1));
    cr_assert(scheduler_push(s, SIM_FOREVER - 1, 0, 2));
    cr_assert(scheduler_push(s, 0, 0, 3));
    struct event e;
    static const uint32_t expected[] = {3, 2, 1};
    for (int i = 0; i < 3; i++) {
        cr_assert(scheduler_pop(s, &e));
        cr_assert_eq(e.slot, expected[i]);
    }
    scheduler_destroy(s);
}

/* Bounds of the packed key, and time itself: each is our own bug, and stops the program. */
static void push_after_a_pop_at_ten(sim_ns at, uint32_t kind, uint32_t slot)
{
    struct scheduler *s = scheduler_create(&heap_memory, SCHEDULER_AUTO);
    struct event e;
    cr_assert(scheduler_push(s, 10, 15, (1u << 24) - 1));
    cr_assert(scheduler_pop(s, &e));
    cr_assert_eq(e.kind, 15);
    cr_assert_eq(e.slot, (1u << 24) - 1);
    (void) scheduler_push(s, at, kind, slot);
    scheduler_destroy(s);
}

Test(scheduler, an_event_at_the_last_popped_instant_is_taken)
{
    push_after_a_pop_at_ten(10, 0, 0);
}

Test(scheduler, an_event_in_the_past_is_refused, .signal = SIGILL)
{
    push_after_a_pop_at_ten(9, 0, 0);
}

Test(scheduler, a_kind_of_16_is_refused, .signal = SIGILL)
{
    push_after_a_pop_at_ten(10, 16, 0);
}

Test(scheduler, a_slot_of_2_to_the_24_is_refused, .signal = SIGILL)
{
    push_after_a_pop_at_ten(10, 0, 1u << 24);
}
