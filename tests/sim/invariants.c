/* Each property is broken on purpose by a script, and must be found; and must not be where it
 * holds. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/sim/toy.h"

#define MS MILLISECOND

static struct toy t;
static struct algorithm promising;

static void init(uint32_t nodes, uint32_t promises)
{
    toy_init(&t, nodes);
    promising = toy_algorithm;
    promising.promises = promises;
    promising.assumptions = ASSUMES_DURABLE_STORAGE;
    t.scenario.algorithm = &promising;
}

static uint32_t broken(uint32_t property)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t.result->violation_count; i++)
        count += t.result->violations[i].promised && t.result->violations[i].property == property;
    return count;
}

#define VOTES_FOR_1                                                                                \
    {90 * MS, 0, TOY_VOTE, 1, 0},                                                                  \
    {                                                                                              \
        95 * MS, 1, TOY_VOTE, 1, 0                                                                 \
    }

Test(invariants, two_leaders_of_one_term_break_election_safety)
{
    init(3, ELECTION_SAFETY);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_LEAD, 1, 0}, {200 * MS, 1, TOY_LEAD, 1, 0});
    toy_run(&t);
    cr_assert_eq(broken(ELECTION_SAFETY), 1);
    toy_close(&t);
}

Test(invariants, who_follows_one_that_has_not_led_breaks_leader_of_term)
{
    init(3, LEADER_OF_TERM);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_LEAD, 1, 0}, {110 * MS, 1, TOY_FOLLOW, 1, 0},
                  {120 * MS, 2, TOY_FOLLOW, 1, 1});
    toy_run(&t);
    cr_assert_eq(broken(LEADER_OF_TERM), 1);
    toy_close(&t);
}

Test(invariants, leaders_of_different_terms_do_not)
{
    init(3, ELECTION_SAFETY);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_LEAD, 1, 0}, {200 * MS, 1, TOY_LEAD, 2, 0});
    toy_run(&t);
    cr_assert_eq(broken(ELECTION_SAFETY), 0);
    toy_close(&t);
}

Test(invariants, what_was_never_promised_is_measured_but_no_violation)
{
    init(3, 0);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_LEAD, 1, 0}, {200 * MS, 1, TOY_LEAD, 1, 0});
    toy_run(&t);
    cr_assert_eq(broken(ELECTION_SAFETY), 0);
    cr_assert_gt(t.result->violation_count, 0);
    toy_close(&t);
}

Test(invariants, a_second_vote_in_a_term_is_found_across_a_restart)
{
    init(3, VOTE_ONCE);
    toy_fault(&t, "crash", 150 * MS, 10 * MS, 0);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_VOTE, 1, 1}, {200 * MS, 0, TOY_VOTE, 1, 2});
    toy_run(&t);
    cr_assert_eq(broken(VOTE_ONCE), 1);
    toy_close(&t);
}

Test(invariants, the_same_vote_again_is_no_second_one)
{
    init(3, VOTE_ONCE);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_VOTE, 1, 1}, {200 * MS, 0, TOY_VOTE, 1, 1});
    toy_run(&t);
    cr_assert_eq(broken(VOTE_ONCE), 0);
    toy_close(&t);
}

Test(invariants, a_wiped_disk_excuses_a_second_vote)
{
    init(3, VOTE_ONCE);
    toy_fault(&t, "wipe", 150 * MS, 0, 0);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_VOTE, 1, 1}, {200 * MS, 0, TOY_VOTE, 1, 2});
    toy_run(&t);
    cr_assert_eq(broken(VOTE_ONCE), 0);
    toy_close(&t);
}

Test(invariants, a_leader_needs_distinct_voters_of_a_majority)
{
    init(3, LEADER_HAS_QUORUM);
    TOY_SCRIPT_OF(&t, VOTES_FOR_1, {100 * MS, 0, TOY_LEAD, 1, 0});
    toy_run(&t);
    cr_assert_eq(broken(LEADER_HAS_QUORUM), 0);
    toy_close(&t);
    init(5, LEADER_HAS_QUORUM);
    TOY_SCRIPT_OF(&t, VOTES_FOR_1, {96 * MS, 1, TOY_VOTE, 1, 0}, {97 * MS, 1, TOY_VOTE, 1, 0},
                  {100 * MS, 0, TOY_LEAD, 1, 0});
    toy_run(&t);
    cr_assert_eq(broken(LEADER_HAS_QUORUM), 1);
    toy_close(&t);
}

Test(invariants, votes_of_an_earlier_term_do_not_count)
{
    init(3, LEADER_HAS_QUORUM);
    TOY_SCRIPT_OF(&t, VOTES_FOR_1, {98 * MS, 0, TOY_VOTE, 2, 0}, {100 * MS, 0, TOY_LEAD, 2, 0});
    toy_run(&t);
    cr_assert_eq(broken(LEADER_HAS_QUORUM), 1);
    toy_close(&t);
}

Test(invariants, weights_decide_what_a_majority_is)
{
    static const uint32_t weights[] = {3, 1, 1, 1, 1};
    init(5, LEADER_HAS_QUORUM);
    t.scenario.weights = weights;
    TOY_SCRIPT_OF(&t, VOTES_FOR_1, {100 * MS, 0, TOY_LEAD, 1, 0});
    toy_run(&t);
    cr_assert_eq(broken(LEADER_HAS_QUORUM), 0);
    toy_close(&t);
}

Test(invariants, a_term_that_goes_back_is_found)
{
    init(3, TERM_MONOTONIC);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_STAND, 5, 0}, {200 * MS, 0, TOY_STAND, 4, 0});
    toy_run(&t);
    cr_assert_eq(broken(TERM_MONOTONIC), 1);
    toy_close(&t);
}

Test(invariants, checks_do_not_change_the_trace)
{
    init(3, ELECTION_SAFETY);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_LEAD, 1, 0}, {200 * MS, 1, TOY_LEAD, 1, 0});
    toy_run(&t);
    struct world_options without = {.without_checks = true};
    struct world *w = world_create(&heap_memory, &t.scenario, NULL, 0, &without);
    world_run(w, SIM_FOREVER, UINT64_MAX);
    const struct run_result *bare = world_finish(w);
    cr_assert_eq(bare->trace_hash, t.result->trace_hash);
    cr_assert_eq(bare->violation_count, 0);
    world_destroy(w);
    toy_close(&t);
}
