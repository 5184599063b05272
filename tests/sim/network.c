#include <criterion/criterion.h>

#include "tests/sim/toy.h"

static struct toy t;

Test(network, a_message_arrives_after_the_latency_of_its_link)
{
    toy_init(&t, 2);
    toy_run(&t);
    cr_assert_eq(toy_find(&t, RECORD_SENT, 0, 0)->at, 10 * MILLISECOND);
    cr_assert_eq(toy_find(&t, RECORD_DELIVERED, 1, 0)->at, 11 * MILLISECOND);
    toy_close(&t);
}

Test(network, a_message_to_oneself_does_not_cross_the_network)
{
    toy_init(&t, 2);
    t.config.to_self = true;
    t.scenario.network.loss = UINT64_C(1) << 32;
    toy_run(&t);
    cr_assert_eq(toy_find(&t, RECORD_DELIVERED, 0, 0)->at, 10 * MILLISECOND);
    cr_assert_eq(toy_count(&t, RECORD_LOST, 0), 0);
    toy_close(&t);
}

Test(network, certain_loss_loses_everything_and_is_counted)
{
    toy_init(&t, 2);
    t.scenario.network.loss = UINT64_C(1) << 32;
    toy_run(&t);
    cr_assert_eq(toy_count(&t, RECORD_DELIVERED, 1), 0);
    cr_assert_eq(t.result->traffic[0].sent, 200);
    cr_assert_eq(t.result->traffic[0].lost, 200);
    toy_close(&t);
}

Test(network, certain_duplication_delivers_everything_twice)
{
    toy_init(&t, 2);
    t.scenario.network.duplicate = UINT64_C(1) << 32;
    t.scenario.duration = SECOND + 5 * MILLISECOND;
    toy_run(&t);
    cr_assert_eq(toy_count(&t, RECORD_DELIVERED, 1), 200);
    cr_assert_eq(t.result->traffic[0].duplicated, 200);
    toy_close(&t);
}

Test(network, a_later_rule_for_a_link_wins_in_its_direction_only)
{
    toy_init(&t, 2);
    static const struct selector_item one = {SELECTOR_NODE, 0}, two = {SELECTOR_NODE, 1};
    struct link_rule rule
        = {.from = {&one, 1},
           .to = {&two, 1},
           .conditions = {.has_latency = true,
                          .latency = {.kind = DISTRIBUTION_CONSTANT, .a = 7 * MILLISECOND}}};
    t.scenario.links = &rule;
    t.scenario.link_count = 1;
    toy_run(&t);
    cr_assert_eq(toy_find(&t, RECORD_DELIVERED, 1, 0)->at, 17 * MILLISECOND);
    cr_assert_eq(toy_find(&t, RECORD_DELIVERED, 0, 0)->at, 11 * MILLISECOND);
    toy_close(&t);
}

static uint32_t overtakings(bool fifo)
{
    toy_init(&t, 2);
    t.scenario.fifo = fifo;
    t.scenario.network.latency
        = (struct distribution){.kind = DISTRIBUTION_UNIFORM, .a = 0, .b = 100 * MILLISECOND};
    toy_run(&t);
    uint32_t found = 0, last = 0;
    for (uint32_t i = 0; i < t.record_count; i++)
        if (t.records[i].kind == RECORD_DELIVERED && t.records[i].node == 1) {
            found += t.pings[i] < last;
            last = t.pings[i];
        }
    toy_close(&t);
    return found;
}

Test(network, messages_overtake_each_other_unless_links_are_fifo)
{
    cr_assert_gt(overtakings(false), 10);
    cr_assert_eq(overtakings(true), 0);
}

Test(network, a_burst_loses_messages_in_runs)
{
    toy_init(&t, 2);
    const uint64_t one = UINT64_C(1) << 32;
    t.scenario.network.has_burst = true;
    t.scenario.network.burst = (struct burst_loss){
        .good_to_bad = one / 20, .bad_to_good = one / 5, .loss_bad = one, .loss_good = 0};
    t.scenario.duration = 5 * SECOND;
    toy_run(&t);
    uint32_t lost = 0, runs = 0;
    bool in_run = false;
    for (uint32_t i = 0; i < t.record_count; i++) {
        if (t.records[i].node == 0 && t.records[i].kind == RECORD_LOST) {
            lost++;
            runs += !in_run;
            in_run = true;
        } else if (t.records[i].node == 1 && t.records[i].kind == RECORD_DELIVERED) {
            in_run = false;
        }
    }
    /* stationary share 0.05 / (0.05 + 0.2) = 20 % of 500, mean run of 5 */
    cr_assert(lost > 50 && lost < 170, "%u lost", lost);
    cr_assert(lost > 3 * runs, "%u lost in %u runs", lost, runs);
    toy_close(&t);
}

Test(network, one_more_node_does_not_move_the_luck_of_the_others)
{
    static struct toy more;
    toy_init(&t, 3);
    toy_init(&more, 4);
    for (int i = 0; i < 2; i++)
        (i == 0 ? &t : &more)->scenario.network.latency
            = (struct distribution){.kind = DISTRIBUTION_UNIFORM, .a = 0, .b = 9 * MILLISECOND};
    toy_run(&t);
    toy_run(&more);
    for (uint32_t i = 0; i < 50; i++)
        cr_assert_eq(toy_find(&t, RECORD_DELIVERED, 1, i)->at,
                     toy_find(&more, RECORD_DELIVERED, 1, i)->at);
    toy_close(&t);
    toy_close(&more);
}
