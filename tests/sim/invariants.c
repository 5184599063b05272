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

static const struct violation_row *first_broken(uint32_t property)
{
    for (uint32_t i = 0; i < t.result->violation_count; i++)
        if (t.result->violations[i].property == property)
            return &t.result->violations[i];
    return NULL;
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

Test(invariants, what_was_never_promised_leaves_room_for_a_broken_promise)
{
    enum { REIGNS = 1100 };
    static struct toy_action script[REIGNS + 1];
    for (uint32_t k = 0; k < REIGNS;
         k++) /* without a vote: it has no quorum, which is not promised */
        script[k] = (struct toy_action){(k + 1) * MS / 2, 0, TOY_LEAD, k + 1, 0};
    script[REIGNS] = (struct toy_action){600 * MS, 1, TOY_LEAD, REIGNS, 0};
    init(3, ELECTION_SAFETY);
    toy_script(&t, script, REIGNS + 1);
    toy_run(&t);
    cr_assert_gt(t.result->violation_count, 1000);
    cr_assert_eq(broken(ELECTION_SAFETY), 1);
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

#define VOTES_FOR_3_IN_2                                                                           \
    {190 * MS, 2, TOY_VOTE, 2, 2}, {192 * MS, 3, TOY_VOTE, 2, 2},                                  \
    {                                                                                              \
        194 * MS, 4, TOY_VOTE, 2, 2                                                                \
    }

Test(invariants, a_majority_by_number_is_one_where_nobody_weighs_votes)
{
    static const uint32_t weights[] = {3, 1, 1, 1, 1};
    init(5, LEADER_HAS_QUORUM);
    t.scenario.weights = weights;
    TOY_SCRIPT_OF(&t, VOTES_FOR_3_IN_2, {200 * MS, 2, TOY_LEAD, 2, 0});
    toy_run(&t);
    cr_assert_eq(broken(LEADER_HAS_QUORUM), 0);
    toy_close(&t);
}

/* n1 and n2 weigh four of seven; n3, n4 and n5 are three of five: the two need not meet. */
Test(invariants, a_majority_by_number_after_one_by_weight_breaks_leader_has_quorum)
{
    static const uint32_t weights[] = {3, 1, 1, 1, 1};
    init(5, LEADER_HAS_QUORUM);
    t.scenario.weights = weights;
    TOY_SCRIPT_OF(&t, VOTES_FOR_1, {100 * MS, 0, TOY_LEAD, 1, 0}, VOTES_FOR_3_IN_2,
                  {200 * MS, 2, TOY_LEAD, 2, 0});
    toy_run(&t);
    cr_assert_eq(broken(LEADER_HAS_QUORUM), 1);
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

Test(invariants, what_a_leader_has_counted_it_may_show_when_it_leads_no_more)
{
    init(3, STATE_MACHINE_SAFETY);
    TOY_SCRIPT_OF(&t, COMMITTED_BY_0_AND_1, {300 * MS, 1, TOY_STEP_DOWN, 3, 1},
                  {310 * MS, 1, TOY_COMMIT, 3, 25}, {320 * MS, 2, TOY_COMMIT, 3, 26});
    toy_run(&t);
    cr_assert_eq(broken(STATE_MACHINE_SAFETY), 1, "only who never led in that term");
    toy_close(&t);
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

/* Figure 8 of the Raft paper, up to (c): node 0 writes entry 2 in term 2, which node 1 gets; node 4
 * leads in term 3 with an entry 2 of its own; node 0 leads again in term 4, gets its old entry 2 to
 * node 2, and calls it committed, as three of five have it. */
#define COMMITTED_BY_COUNTING                                                                      \
    {90 * MS, 0, TOY_LOG, 1, 1}, {91 * MS, 1, TOY_LOG, 1, 1}, {92 * MS, 2, TOY_LOG, 1, 1},         \
        {93 * MS, 4, TOY_LOG, 1, 1}, {100 * MS, 0, TOY_LEAD, 2, 0}, {101 * MS, 0, TOY_LOG, 2, 2},  \
        {110 * MS, 1, TOY_LOG, 2, 2}, {120 * MS, 0, TOY_STEP_DOWN, 2, 0},                          \
        {200 * MS, 4, TOY_LEAD, 3, 0}, {201 * MS, 4, TOY_LOG, 3, 2},                               \
        {220 * MS, 4, TOY_STEP_DOWN, 3, 0}, {300 * MS, 0, TOY_LEAD, 4, 0},                         \
        {301 * MS, 0, TOY_LOG, 4, 3}, {310 * MS, 2, TOY_LOG, 2, 2},                                \
    {                                                                                              \
        320 * MS, 0, TOY_COMMIT, 2, 2                                                              \
    }

Test(invariants, a_committed_entry_that_a_later_term_hides_and_its_leader_lacks_is_found)
{
    init(5, LEADER_COMPLETENESS);
    TOY_SCRIPT_OF(&t, COMMITTED_BY_COUNTING, {330 * MS, 0, TOY_STEP_DOWN, 4, 0},
                  {400 * MS, 4, TOY_LEAD, 5, 0});
    toy_run(&t);
    cr_assert_eq(broken(LEADER_COMPLETENESS), 1, "(d): it overwrites what was committed");
    cr_assert_eq(first_broken(LEADER_COMPLETENESS)->node, 4);
    cr_assert_eq(first_broken(LEADER_COMPLETENESS)->term, 5);
    toy_close(&t);
}

Test(invariants, an_entry_committed_by_counting_that_all_winners_have_is_no_violation)
{
    init(5, LEADER_COMPLETENESS);
    TOY_SCRIPT_OF(&t, COMMITTED_BY_COUNTING, {325 * MS, 1, TOY_LOG, 4, 3},
                  {330 * MS, 0, TOY_STEP_DOWN, 4, 0}, {400 * MS, 1, TOY_LEAD, 5, 0},
                  {410 * MS, 1, TOY_STEP_DOWN, 5, 0}, {500 * MS, 2, TOY_LEAD, 6, 0});
    toy_run(&t);
    cr_assert_eq(broken(LEADER_COMPLETENESS), 0, "(e); and one whose log ends with it");
    toy_close(&t);
}

Test(invariants, a_leader_that_was_elected_before_an_older_entry_was_committed_may_lack_it)
{
    init(5, LEADER_COMPLETENESS);
    TOY_SCRIPT_OF(&t, COMMITTED_BY_COUNTING, {330 * MS, 0, TOY_STEP_DOWN, 4, 0},
                  {400 * MS, 4, TOY_LEAD, 4, 0});
    toy_run(&t);
    cr_assert_eq(broken(LEADER_COMPLETENESS), 0);
    toy_close(&t);
}

/* After figure 8's commit node 1 leads in term 5, node 2 in term 6, and node 3 in term 8, each with
 * the log of the one before and an entry of its own; node 1 with a log that ends like this. */
static uint32_t broken_by_successors_of(uint64_t term, uint32_t index)
{
    init(5, LEADER_COMPLETENESS);
    TOY_SCRIPT_OF(&t, COMMITTED_BY_COUNTING, {330 * MS, 0, TOY_STEP_DOWN, 4, 0},
                  {390 * MS, 1, TOY_LOG, term, index}, {400 * MS, 1, TOY_LEAD, 5, 0},
                  {401 * MS, 1, TOY_LOG, 5, index + 1}, {402 * MS, 1, TOY_STEP_DOWN, 5, 0},
                  {490 * MS, 2, TOY_LOG, 5, index + 1}, {500 * MS, 2, TOY_LEAD, 6, 0},
                  {501 * MS, 2, TOY_LOG, 6, index + 2}, {502 * MS, 2, TOY_STEP_DOWN, 6, 0},
                  {590 * MS, 3, TOY_LOG, 6, index + 2}, {600 * MS, 3, TOY_LEAD, 8, 0});
    toy_run(&t);
    uint32_t count = broken(LEADER_COMPLETENESS);
    toy_close(&t);
    return count;
}

Test(invariants, what_a_log_holds_is_known_through_the_terms_of_several_leaders)
{
    cr_assert_eq(broken_by_successors_of(4, 3), 0, "all have it");
    cr_assert_eq(broken_by_successors_of(2, 2), 0, "it is their last of before");
    cr_assert_eq(broken_by_successors_of(3, 2), 3, "each of the three lacks it");
    cr_assert_eq(broken_by_successors_of(1, 1), 3, "and the one before, too");
}

Test(invariants, where_nobody_was_seen_to_lead_what_a_log_holds_is_not_known)
{
    cr_assert_eq(broken_by_successors_of(7, 9), 0);
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

/* ---- Leases ---------------------------------------------------------------------------------- */

/* Node 0 takes a lease of 400 ms at 100 ms; its clock drifts at 150 ms; node 1 takes it at
 * `second`. */
static uint32_t lease_broken_by(int64_t drift_ppb, sim_ns second)
{
    init(3, LEASE_EXCLUSIVE);
    if (drift_ppb != 0)
        toy_fault(&t, "clock_drift", 150 * MS, 0, 0)->arguments.drift = drift_ppb;
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_HOLD, 1, 400}, {second, 1, TOY_HOLD, 1, 400});
    toy_run(&t);
    uint32_t count = broken(LEASE_EXCLUSIVE);
    toy_close(&t);
    return count;
}

Test(invariants, two_that_hold_the_lease_at_once_break_lease_exclusive)
{
    cr_expect_eq(lease_broken_by(0, 490 * MS), 1);
    cr_expect_eq(lease_broken_by(0, 510 * MS), 0);
}

Test(invariants, a_lease_ends_by_its_holders_clock_whatever_the_rate_is_by_then)
{
    cr_expect_eq(lease_broken_by(-100000000, 510 * MS), 1, "a slow clock: it ends at 539 ms");
    cr_expect_eq(lease_broken_by(100000000, 490 * MS), 0, "a fast clock: it ends at 468 ms");
}

/* ---- Liveness -------------------------------------------------------------------------------- */

static sim_ns within_300_ms(const void *config, unsigned nodes)
{
    (void) config;
    (void) nodes;
    return 300 * MS;
}

/* The script's first second has faults, its next one peace. */
static void run_with_peace(uint32_t promises, const struct toy_action *script, uint32_t count)
{
    init(3, promises);
    promising.liveness_bound = within_300_ms;
    t.scenario.settle = SECOND;
    toy_script(&t, script, count);
    toy_run(&t);
}
#define RUN_WITH_PEACE(promises, ...)                                                              \
    run_with_peace(promises, (const struct toy_action[]){__VA_ARGS__},                             \
                   sizeof((const struct toy_action[]){__VA_ARGS__}) / sizeof(struct toy_action))

Test(invariants, a_leader_within_the_bound_is_the_eventual_one)
{
    RUN_WITH_PEACE(EVENTUAL_LEADER, {1200 * MS, 0, TOY_LEAD, 1, 0},
                   {1210 * MS, 1, TOY_FOLLOW, 1, 0});
    cr_assert_eq(broken(EVENTUAL_LEADER), 0);
    cr_assert_eq(t.result->liveness_checks, 1);
    toy_close(&t);
}

Test(invariants, no_leader_at_the_end_breaks_eventual_leader)
{
    RUN_WITH_PEACE(EVENTUAL_LEADER, {500 * MS, 0, TOY_LEAD, 1, 0}, {510 * MS, 1, TOY_FOLLOW, 1, 0},
                   {1700 * MS, 0, TOY_STEP_DOWN, 1, 0});
    cr_assert_eq(broken(EVENTUAL_LEADER), 1);
    toy_close(&t);
}

Test(invariants, a_leader_that_comes_after_the_bound_breaks_eventual_leader)
{
    RUN_WITH_PEACE(EVENTUAL_LEADER, {1500 * MS, 0, TOY_LEAD, 1, 0},
                   {1510 * MS, 1, TOY_FOLLOW, 1, 0});
    cr_assert_eq(broken(EVENTUAL_LEADER), 1);
    toy_close(&t);
}

Test(invariants, a_leader_that_few_follow_breaks_eventual_leader)
{
    RUN_WITH_PEACE(EVENTUAL_LEADER, {1100 * MS, 0, TOY_LEAD, 1, 0});
    cr_assert_eq(broken(EVENTUAL_LEADER), 1);
    toy_close(&t);
}

Test(invariants, who_follows_nobody_at_the_end_breaks_eventual_agreement)
{
    RUN_WITH_PEACE(EVENTUAL_LEADER | EVENTUAL_AGREEMENT, {1100 * MS, 0, TOY_LEAD, 1, 0},
                   {1110 * MS, 1, TOY_FOLLOW, 1, 0});
    cr_assert_eq(broken(EVENTUAL_LEADER), 0);
    cr_assert_eq(broken(EVENTUAL_AGREEMENT), 1);
    toy_close(&t);
}

Test(invariants, a_leader_below_the_highest_breaks_highest_leads)
{
    RUN_WITH_PEACE(EVENTUAL_AGREEMENT | HIGHEST_LEADS, {1100 * MS, 0, TOY_LEAD, 1, 0},
                   {1110 * MS, 1, TOY_FOLLOW, 1, 0}, {1120 * MS, 2, TOY_FOLLOW, 1, 0});
    cr_assert_eq(broken(EVENTUAL_AGREEMENT), 0);
    cr_assert_eq(broken(HIGHEST_LEADS), 1);
    toy_close(&t);
}
