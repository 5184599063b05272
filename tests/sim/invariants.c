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

/* Node 0 leads in term 1 and commits up to index 10, node 1 in term 3 and up to index 20. */
#define COMMITTED_BY_0_AND_1                                                                       \
    {100 * MS, 0, TOY_LEAD, 1, 0}, {110 * MS, 0, TOY_COMMIT, 1, 10},                               \
        {200 * MS, 1, TOY_LEAD, 3, 0}, {210 * MS, 1, TOY_COMMIT, 3, 15},                           \
    {                                                                                              \
        220 * MS, 1, TOY_COMMIT, 3, 20                                                             \
    }

/* What one more node does after that, and how often state_machine_safety is broken by it. */
static uint32_t broken_by(struct toy_action first, struct toy_action second)
{
    init(3, STATE_MACHINE_SAFETY);
    TOY_SCRIPT_OF(&t, COMMITTED_BY_0_AND_1, first, second);
    toy_run(&t);
    uint32_t count = broken(STATE_MACHINE_SAFETY);
    toy_close(&t);
    return count;
}

Test(invariants, a_server_that_lags_and_commits_the_same_entries_breaks_nothing)
{
    cr_assert_eq(broken_by((struct toy_action){300 * MS, 2, TOY_COMMIT, 1, 8},
                           (struct toy_action){310 * MS, 2, TOY_COMMIT, 3, 17}),
                 0);
    cr_assert_eq(broken_by((struct toy_action){300 * MS, 2, TOY_COMMIT, 2, 12},
                           (struct toy_action){310 * MS, 2, TOY_COMMIT, 3, 20}),
                 0, "entries of a term whose leader committed nothing may lie in between");
}

/* scylladb #9965 */
Test(invariants, a_server_that_commits_an_entry_of_an_earlier_term_at_an_index_is_found)
{
    cr_assert_eq(broken_by((struct toy_action){300 * MS, 2, TOY_COMMIT, 1, 17},
                           (struct toy_action){310 * MS, 2, TOY_COMMIT, 1, 17}),
                 1);
    cr_assert_eq(broken_by((struct toy_action){300 * MS, 2, TOY_COMMIT, 1, 15},
                           (struct toy_action){310 * MS, 2, TOY_COMMIT, 3, 20}),
                 1);
}

Test(invariants, a_later_term_before_what_an_earlier_one_has_committed_is_found)
{
    cr_assert_eq(broken_by((struct toy_action){300 * MS, 2, TOY_COMMIT, 2, 9},
                           (struct toy_action){310 * MS, 2, TOY_COMMIT, 3, 20}),
                 1);
    cr_assert_eq(broken_by((struct toy_action){300 * MS, 2, TOY_COMMIT, 2, 12},
                           (struct toy_action){310 * MS, 2, TOY_COMMIT, 3, 12}),
                 1, "what a third server showed first");
}

Test(invariants, what_no_leader_has_committed_nobody_may_hold_for_committed)
{
    cr_assert_eq(broken_by((struct toy_action){300 * MS, 2, TOY_COMMIT, 3, 21},
                           (struct toy_action){310 * MS, 2, TOY_COMMIT, 3, 21}),
                 1);
    cr_assert_eq(broken_by((struct toy_action){300 * MS, 2, TOY_COMMIT, 0, 21},
                           (struct toy_action){310 * MS, 2, TOY_COMMIT, 0, 20}),
                 1, "one whose terms are not known");
}

Test(invariants, what_a_leader_commits_in_its_last_step_counts)
{
    cr_assert_eq(broken_by((struct toy_action){300 * MS, 1, TOY_COMMIT_AND_STOP, 3, 25},
                           (struct toy_action){310 * MS, 2, TOY_COMMIT, 3, 25}),
                 0);
}

Test(invariants, after_a_restart_a_server_commits_what_others_have_committed)
{
    init(3, STATE_MACHINE_SAFETY);
    toy_fault(&t, "crash", 250 * MS, 10 * MS, 1);
    TOY_SCRIPT_OF(&t, COMMITTED_BY_0_AND_1, {300 * MS, 1, TOY_COMMIT, 1, 10},
                  {310 * MS, 1, TOY_COMMIT, 1, 16});
    toy_run(&t);
    cr_assert_eq(broken(STATE_MACHINE_SAFETY), 1);
    toy_close(&t);
}

/* Node 0 is voted for in term 1, votes for itself in term 2, and crashes while that is being
 * written, or after it. Then it leads by the votes of term 1. */
static uint32_t led_by_votes_from_before_a_crash(sim_ns crash_at)
{
    init(3, LEADER_HAS_QUORUM);
    t.scenario.disk_sync.a = 50 * MS;
    toy_fault(&t, "crash", crash_at, 10 * MS, 0);
    TOY_SCRIPT_OF(&t, VOTES_FOR_1, {200 * MS, 0, TOY_PERSIST, 2, 0}, {201 * MS, 0, TOY_VOTE, 2, 0},
                  {202 * MS, 2, TOY_VOTE, 2, 0}, {280 * MS, 0, TOY_FOLLOW, 2, NODE_NONE},
                  {290 * MS, 2, TOY_VOTE, 3, 0}, {400 * MS, 0, TOY_LEAD, 1, 0});
    toy_run(&t);
    uint32_t count = broken(LEADER_HAS_QUORUM);
    toy_close(&t);
    return count;
}

Test(invariants, a_vote_that_a_crash_undoes_does_not_undo_those_before_it)
{
    cr_assert_eq(led_by_votes_from_before_a_crash(220 * MS), 0);
    cr_assert_eq(led_by_votes_from_before_a_crash(300 * MS), 1, "one that it does not undo does");
}

Test(invariants, a_second_vote_is_found_although_a_crash_undid_one_of_a_later_term)
{
    init(3, VOTE_ONCE);
    t.scenario.disk_sync.a = 50 * MS;
    toy_fault(&t, "crash", 220 * MS, 10 * MS, 0);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_PERSIST, 1, 0}, {101 * MS, 0, TOY_VOTE, 1, 1},
                  {170 * MS, 0, TOY_FOLLOW, 1, NODE_NONE}, {200 * MS, 0, TOY_PERSIST, 2, 0},
                  {201 * MS, 0, TOY_VOTE, 2, 1}, {300 * MS, 0, TOY_VOTE, 1, 2});
    toy_run(&t);
    cr_assert_eq(broken(VOTE_ONCE), 1);
    toy_close(&t);
}

Test(invariants, votes_of_a_great_many_terms_at_once_are_not_all_kept)
{
    init(3, LEADER_HAS_QUORUM);
    static struct toy_action script[302];
    for (uint32_t k = 0; k < 300; k++)
        script[k] = (struct toy_action){(100 + k) * MS, k % 2 + 1, TOY_VOTE, k / 2 + 1, 0};
    script[300] = (struct toy_action){500 * MS, 0, TOY_LEAD, 150, 0};
    script[301] = (struct toy_action){600 * MS, 0, TOY_LEAD, 1, 0};
    toy_script(&t, script, 0);
    t.config.script = script;
    t.config.script_count = 302;
    toy_run(&t);
    cr_assert_eq(broken(LEADER_HAS_QUORUM), 1, "the newest are");
    cr_assert_eq(t.result->violations[0].term, 1);
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
