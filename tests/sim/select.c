/* Whom the words of a selector mean when a fault begins. */
#include <criterion/criterion.h>

#include "tests/sim/toy.h"

static struct toy t;

/* Nodes that a crash of `item` at half a second hits, as bits, when `also` (if any) is down
 * already. */
static uint32_t hit(uint32_t nodes, struct selector_item item, node_id also, uint64_t seed)
{
    toy_init(&t, nodes);
    t.config.leader = 2;
    t.scenario.seed = seed;
    static const uint32_t region_of[] = {0, 1, 0, 1, NODE_NONE, NODE_NONE, NODE_NONE};
    t.scenario.region_of = region_of;
    if (also != NODE_NONE)
        toy_fault(&t, "crash", 100 * MILLISECOND, 0, also);
    struct fault_spec *f = toy_fault(&t, "crash", 500 * MILLISECOND, 0, 0);
    t.items[(f - t.faults) * 3] = item;
    toy_run(&t);
    uint32_t set = 0;
    for (uint32_t i = 0; i < t.record_count; i++)
        if (t.records[i].kind == RECORD_CRASHED && t.records[i].at >= 500 * MILLISECOND)
            set |= 1u << t.records[i].node;
    toy_close(&t);
    return set;
}

static uint32_t size_of(uint32_t set)
{
    return (uint32_t) __builtin_popcount(set);
}

Test(select, a_region_is_its_members)
{
    cr_expect_eq(hit(5, (struct selector_item){SELECTOR_REGION, 0}, NODE_NONE, 1), 0x5);
    cr_expect_eq(hit(5, (struct selector_item){SELECTOR_REGION, 1}, NODE_NONE, 1), 0xa);
}

Test(select, the_leader_is_who_acts_as_one)
{
    cr_expect_eq(hit(5, (struct selector_item){SELECTOR_LEADER, 0}, NODE_NONE, 1), 0x4);
    cr_expect_eq(hit(5, (struct selector_item){SELECTOR_LEADER, 0}, 2, 1), 0, "it is down");
}

Test(select, all_are_all_members)
{
    cr_expect_eq(hit(5, (struct selector_item){SELECTOR_ALL, 0}, NODE_NONE, 1), 0x1f);
}

Test(select, a_follower_runs_and_does_not_lead)
{
    uint32_t seen = 0;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        uint32_t set = hit(5, (struct selector_item){SELECTOR_FOLLOWER, 0}, 3, seed);
        cr_assert_eq(size_of(set), 1);
        seen |= set;
    }
    cr_expect_eq(seen, 0x13, "each of n1, n2 and n5 at some time, not n3 that leads, nor n4");
}

Test(select, random_is_any_that_runs)
{
    uint32_t seen = 0;
    for (uint64_t seed = 1; seed <= 100; seed++)
        seen |= hit(5, (struct selector_item){SELECTOR_RANDOM, 0}, 3, seed);
    cr_expect_eq(seen, 0x17);
}

Test(select, a_majority_is_the_least_and_any_one)
{
    for (uint32_t nodes = 3; nodes <= 6; nodes++) {
        uint32_t seen = 0;
        for (uint64_t seed = 1; seed <= 60; seed++) {
            uint32_t set
                = hit(nodes, (struct selector_item){SELECTOR_MAJORITY, 0}, NODE_NONE, seed);
            cr_assert_eq(size_of(set), nodes / 2 + 1);
            seen |= set;
        }
        cr_expect_eq(seen, (1u << nodes) - 1);
    }
}

Test(select, a_minority_is_what_a_majority_leaves)
{
    for (uint32_t nodes = 3; nodes <= 6; nodes++) {
        uint32_t seen = 0;
        for (uint64_t seed = 1; seed <= 60; seed++) {
            uint32_t set
                = hit(nodes, (struct selector_item){SELECTOR_MINORITY, 0}, NODE_NONE, seed);
            cr_assert_eq(size_of(set), nodes - nodes / 2 - 1);
            seen |= set;
        }
        cr_expect_eq(seen, (1u << nodes) - 1);
    }
}

Test(select, crashed_are_those_that_are_down)
{
    toy_init(&t, 5);
    toy_fault(&t, "crash", 100 * MILLISECOND, 0, 1);
    toy_fault(&t, "crash", 100 * MILLISECOND, 0, 4);
    struct fault_spec *f = toy_fault(&t, "restart", 500 * MILLISECOND, 0, 0);
    t.items[(f - t.faults) * 3] = (struct selector_item){SELECTOR_CRASHED, 0};
    toy_run(&t);
    uint32_t set = 0;
    for (uint32_t i = 0; i < t.record_count; i++)
        if (t.records[i].kind == RECORD_STARTED && t.records[i].at == 500 * MILLISECOND)
            set |= 1u << t.records[i].node;
    cr_expect_eq(set, 0x12);
    toy_close(&t);
}
