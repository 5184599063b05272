#include <criterion/criterion.h>

#include "tests/sim/toy.h"

static struct toy t;

static uint32_t delivered_between(node_id node, sim_ns from, sim_ns until)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t.record_count; i++)
        count += t.records[i].kind == RECORD_DELIVERED && t.records[i].node == node
                 && t.records[i].at >= from && t.records[i].at < until;
    return count;
}

Test(faults, isolation_cuts_both_directions_until_it_ends)
{
    toy_init(&t, 3);
    toy_fault(&t, "isolate", 100 * MILLISECOND, 200 * MILLISECOND, 1);
    toy_run(&t);
    cr_assert_eq(delivered_between(1, 105 * MILLISECOND, 300 * MILLISECOND), 0);
    cr_assert_eq(delivered_between(2, 105 * MILLISECOND, 300 * MILLISECOND), 0);
    cr_assert_gt(delivered_between(0, 105 * MILLISECOND, 300 * MILLISECOND), 15);
    cr_assert_gt(delivered_between(1, 300 * MILLISECOND, 400 * MILLISECOND), 5);
    toy_close(&t);
}

Test(faults, an_isolated_node_that_only_hears_nobody_is_still_heard)
{
    toy_init(&t, 3);
    toy_fault(&t, "isolate", 100 * MILLISECOND, 200 * MILLISECOND, 1)->arguments.direction
        = DIRECTION_IN;
    toy_run(&t);
    cr_assert_eq(delivered_between(1, 105 * MILLISECOND, 300 * MILLISECOND), 0);
    cr_assert_gt(delivered_between(2, 105 * MILLISECOND, 300 * MILLISECOND), 15);
    toy_close(&t);
}

Test(faults, overlapping_isolations_end_each_for_itself)
{
    toy_init(&t, 3);
    toy_fault(&t, "isolate", 100 * MILLISECOND, 300 * MILLISECOND, 1);
    toy_fault(&t, "isolate", 200 * MILLISECOND, 100 * MILLISECOND, 1);
    toy_run(&t);
    cr_assert_eq(delivered_between(1, 105 * MILLISECOND, 400 * MILLISECOND), 0);
    cr_assert_gt(delivered_between(1, 400 * MILLISECOND, 500 * MILLISECOND), 5);
    toy_close(&t);
}

Test(faults, held_messages_arrive_together_and_in_order)
{
    toy_init(&t, 2);
    struct fault_spec *hold
        = toy_fault(&t, "hold", 100 * MILLISECOND, 200 * MILLISECOND, NODE_NONE);
    static const struct selector_item one = {SELECTOR_NODE, 0}, two = {SELECTOR_NODE, 1};
    hold->arguments.from = (struct selector){&one, 1};
    hold->arguments.to = (struct selector){&two, 1};
    toy_run(&t);
    cr_assert_eq(delivered_between(1, 102 * MILLISECOND, 300 * MILLISECOND), 0);
    cr_assert_geq(delivered_between(1, 300 * MILLISECOND, 300 * MILLISECOND + 1), 19);
    uint32_t last = 0;
    for (uint32_t i = 0; i < t.record_count; i++)
        if (t.records[i].kind == RECORD_DELIVERED && t.records[i].node == 1
            && t.records[i].at == 300 * MILLISECOND) {
            cr_assert_gt(t.pings[i], last);
            last = t.pings[i];
        }
    toy_close(&t);
}

Test(faults, a_paused_node_handles_what_waited_when_it_resumes)
{
    toy_init(&t, 2);
    toy_fault(&t, "pause", 105 * MILLISECOND, 100 * MILLISECOND, 1);
    toy_run(&t);
    cr_assert_eq(delivered_between(1, 105 * MILLISECOND, 205 * MILLISECOND), 0);
    cr_assert_geq(delivered_between(1, 205 * MILLISECOND, 205 * MILLISECOND + 1), 9);
    cr_assert_eq(toy_count(&t, RECORD_LOST, 0), 0);
    toy_close(&t);
}

Test(faults, overlapping_pauses_hold_a_node_until_the_last_ends)
{
    toy_init(&t, 2);
    toy_fault(&t, "pause", 100 * MILLISECOND, 300 * MILLISECOND, 1);
    toy_fault(&t, "pause", 200 * MILLISECOND, 100 * MILLISECOND, 1);
    toy_run(&t);
    cr_assert_eq(toy_find(&t, RECORD_RESUMED, 1, 0)->at, 400 * MILLISECOND);
    cr_assert_eq(toy_count(&t, RECORD_PAUSED, 1), 1);
    toy_close(&t);
}

Test(faults, a_crash_with_a_duration_restarts_the_node)
{
    toy_init(&t, 2);
    toy_fault(&t, "crash", 100 * MILLISECOND, 200 * MILLISECOND, 1);
    toy_run(&t);
    cr_assert_eq(toy_find(&t, RECORD_CRASHED, 1, 0)->at, 100 * MILLISECOND);
    cr_assert_eq(toy_find(&t, RECORD_STARTED, 1, 1)->at, 300 * MILLISECOND);
    cr_assert_gt(toy_count(&t, RECORD_LOST, 0), 15);
    toy_close(&t);
}

Test(faults, a_crash_without_a_duration_lasts_until_a_restart)
{
    toy_init(&t, 2);
    toy_fault(&t, "crash", 100 * MILLISECOND, 0, 1);
    toy_fault(&t, "restart", 700 * MILLISECOND, 0, 1);
    toy_run(&t);
    cr_assert_eq(toy_find(&t, RECORD_STARTED, 1, 1)->at, 700 * MILLISECOND);
    toy_close(&t);
}

Test(faults, a_timer_does_not_survive_a_restart)
{
    toy_init(&t, 2);
    toy_fault(&t, "crash", 105 * MILLISECOND, 2 * MILLISECOND, 1);
    toy_run(&t);
    const struct record *first_after = NULL;
    for (uint32_t i = 0; i < t.record_count && first_after == NULL; i++)
        if (t.records[i].kind == RECORD_TIMER_FIRED && t.records[i].node == 1
            && t.records[i].at > 105 * MILLISECOND)
            first_after = &t.records[i];
    cr_assert_eq(first_after->at, 117 * MILLISECOND);
    toy_close(&t);
}

Test(faults, settling_ends_all_faults_and_starts_who_is_down)
{
    toy_init(&t, 3);
    t.scenario.settle = 500 * MILLISECOND;
    toy_fault(&t, "crash", 100 * MILLISECOND, 0, 1);
    toy_fault(&t, "pause", 100 * MILLISECOND, 5 * SECOND, 2);
    toy_run(&t);
    cr_assert_eq(toy_find(&t, RECORD_STARTED, 1, 1)->at, SECOND);
    cr_assert_eq(toy_find(&t, RECORD_RESUMED, 2, 0)->at, SECOND);
    cr_assert_eq(t.result->ended_at, 1500 * MILLISECOND);
    cr_assert_eq(t.result->faults[1].end, SECOND);
    toy_close(&t);
}

Test(faults, settling_of_a_core_heals_what_touches_a_majority_and_leaves_the_rest)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint32_t resumed = 0;
        toy_init(&t, 3);
        t.scenario.heal = HEAL_CORE;
        t.scenario.seed = seed;
        t.scenario.settle = 500 * MILLISECOND;
        for (node_id id = 0; id < 3; id++)
            toy_fault(&t, "pause", 100 * MILLISECOND, 1200 * MILLISECOND, id);
        toy_run(&t);
        for (node_id id = 0; id < 3; id++) {
            resumed += toy_count(&t, RECORD_RESUMED, id);
            if (toy_count(&t, RECORD_RESUMED, id) > 0)
                cr_assert_eq(toy_find(&t, RECORD_RESUMED, id, 0)->at, SECOND);
        }
        cr_assert(resumed == 2 || resumed == 3, "%u of 3 are healthy", resumed);
        toy_close(&t);
    }
}

Test(faults, a_cut_within_the_core_is_healed_and_one_to_the_outside_is_not)
{
    uint32_t healed = 0, left = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        toy_init(&t, 5);
        t.scenario.heal = HEAL_CORE;
        t.scenario.seed = seed;
        t.scenario.settle = 500 * MILLISECOND;
        toy_fault(&t, "isolate", 100 * MILLISECOND, 5 * SECOND, 4);
        toy_run(&t);
        healed += t.result->faults[0].end == SECOND;
        left += t.result->faults[0].end == 1500 * MILLISECOND;
        toy_close(&t);
    }
    cr_assert_eq(healed + left, 40);
    cr_assert(healed > 15 && left > 5, "%u healed, %u left", healed, left);
}

Test(faults, a_subset_of_kinds_leaves_some_out_and_draws_others_often)
{
    static const uint32_t kinds[] = {0, 2, 4, 6};
    bool lacks = false, has_all = false;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        uint32_t seen = 0;
        toy_init(&t, 5);
        t.scenario.chaos
            = (struct chaos){.faults = 60, .kind_count = 4, .kinds = kinds, .subset = true};
        t.scenario.seed = seed;
        toy_run(&t);
        cr_assert(t.result->fault_count >= 30 && t.result->fault_count <= 60);
        for (uint32_t i = 0; i < t.result->fault_count; i++)
            seen |= 1u << t.result->faults[i].kind;
        lacks = lacks || __builtin_popcount(seen) < 3;
        has_all = has_all || __builtin_popcount(seen) == 4;
        toy_close(&t);
    }
    cr_assert(lacks && has_all);
}

Test(faults, a_slow_node_is_slow_in_both_directions)
{
    toy_init(&t, 2);
    toy_fault(&t, "slow", 100 * MILLISECOND, 500 * MILLISECOND, 1)->arguments.factor = 5000;
    toy_run(&t);
    uint32_t sent = toy_count(&t, RECORD_SENT, 0);
    cr_assert_gt(sent, 50);
    const struct record *delivered = toy_find(&t, RECORD_DELIVERED, 1, 20);
    cr_assert_eq(delivered->at % (10 * MILLISECOND), 5 * MILLISECOND);
    toy_close(&t);
}

Test(faults, a_recurring_fault_comes_again_and_again)
{
    toy_init(&t, 2);
    struct fault_spec *pause = toy_fault(&t, "pause", 100 * MILLISECOND, 20 * MILLISECOND, 1);
    pause->recurring = true;
    toy_run(&t);
    cr_assert_eq(toy_count(&t, RECORD_PAUSED, 1), 10);
    cr_assert_eq(t.result->fault_count, 10);
    toy_close(&t);
}

Test(faults, chaos_draws_the_schedule_from_the_seed)
{
    static const uint32_t kinds[] = {0, 4, 6}; /* crash, pause, isolate */
    uint64_t hash[3];
    for (int i = 0; i < 3; i++) {
        toy_init(&t, 5);
        t.scenario.chaos = (struct chaos){.faults = 10, .kind_count = 3, .kinds = kinds};
        t.scenario.seed = i == 2 ? 8 : 7;
        t.scenario.settle = SECOND;
        toy_run(&t);
        cr_assert_eq(t.result->fault_count, 10);
        hash[i] = t.result->trace_hash;
        toy_close(&t);
    }
    cr_assert_eq(hash[0], hash[1]);
    cr_assert_neq(hash[0], hash[2]);
}
