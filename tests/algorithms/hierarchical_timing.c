/* When nodes of hierarchical election stand where the options ask for more than a draw: phi
 * accrual, the circuit breaker, priorities and load. */
#include <criterion/criterion.h>

#include "algorithms/hierarchical.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND
#define S SECOND

/* Three regions of three: n1 … n3, n4 … n6, n7 … n9. */
static struct bench *regions(const char *option, const char *text)
{
    struct bench *b = bench_create(&hierarchical_algorithm, 9);
    for (node_id id = 0; id < 9; id++)
        bench_set_region(b, id, id / 3);
    bench_set(b, option, text);
    return b;
}

/* n1, n4 and n7 lead their regions; n1 leads globally, in term 1. */
static void elect(struct bench *b)
{
    bench_set_of(b, 0, "global_election_timeout", "300ms..310ms");
    bench_start_all(b);
    for (node_id id = 0; id < 9; id += 3)
        bench_fire(b, id, HIERARCHICAL_TIMER_REGIONAL);
    bench_settle(b);
    bench_run(b, 320 * MS);
    expect_role(b, 0, ROLE_LEADER, 1);
}

static void beat_of_global(struct bench *b)
{
    bench_receive(b, 3, 0, GLOBAL_HEARTBEAT, struct global_heartbeat, .term = 1, .leader = 0);
}

static void beat_of_regional(struct bench *b)
{
    bench_receive(b, 1, 0, REGIONAL_HEARTBEAT, struct regional_heartbeat, .regional_term = 1,
                  .term = 1, .leader = 0);
}

/* ---- Phi accrual ----------------------------------------------------------------------------- */

/* 150 ms in lockstep: 150 + 5.226 × 10 ms, and as much again for chance. */
Test(hierarchical_timing, a_regional_leader_waits_by_the_rhythm_of_the_global_one)
{
    struct bench *b = regions("timeouts", "phi_accrual");
    b->draw_least = true;
    elect(b);
    bench_run(b, 20 * S);
    beat_of_global(b);
    sim_ns wait = bench_timer(b, 3, HIERARCHICAL_TIMER_GLOBAL);
    cr_expect(wait > 190 * MS && wait < 260 * MS, "%lld", (long long) wait);
    bench_destroy(b);
}

Test(hierarchical_timing, a_member_waits_by_the_rhythm_of_its_regions_leader)
{
    struct bench *b = regions("timeouts", "phi_accrual");
    b->draw_least = true;
    elect(b);
    bench_run(b, 20 * S);
    beat_of_regional(b);
    sim_ns wait = bench_timer(b, 1, HIERARCHICAL_TIMER_REGIONAL);
    cr_expect(wait > 90 * MS && wait < 130 * MS, "%lld", (long long) wait);
    bench_destroy(b);
}

Test(hierarchical_timing, threshold_deviation_and_pause_make_both_estimates_longer)
{
    static const char *const longer[][2] = {{"phi_threshold", "100"},
                                            {"min_standard_deviation", "200ms"},
                                            {"acceptable_pause", "700ms"}};
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) {
        struct bench *b = regions("timeouts", "phi_accrual");
        b->draw_least = true;
        bench_set(b, longer[i][0], longer[i][1]);
        elect(b);
        bench_run(b, 20 * S);
        beat_of_global(b);
        beat_of_regional(b);
        cr_expect_gt(bench_timer(b, 3, HIERARCHICAL_TIMER_GLOBAL), 230 * MS, "%s", longer[i][0]);
        cr_expect_gt(bench_timer(b, 1, HIERARCHICAL_TIMER_REGIONAL), 130 * MS, "%s", longer[i][0]);
        bench_destroy(b);
    }
}

/* A mean of 150 ms with a deviation of a quarter, as before the first interval was measured. */
Test(hierarchical_timing, a_leader_of_another_term_is_estimated_anew)
{
    struct bench *b = regions("timeouts", "phi_accrual");
    b->draw_least = true;
    elect(b);
    bench_run(b, 20 * S);
    bench_receive(b, 3, 6, GLOBAL_HEARTBEAT, struct global_heartbeat, .term = 2, .leader = 6);
    cr_expect_gt(bench_timer(b, 3, HIERARCHICAL_TIMER_GLOBAL), 300 * MS);
    bench_receive(b, 1, 2, REGIONAL_HEARTBEAT, struct regional_heartbeat, .regional_term = 2,
                  .term = 2, .leader = 6);
    cr_expect_gt(bench_timer(b, 1, HIERARCHICAL_TIMER_REGIONAL), 105 * MS);
    bench_destroy(b);
}

Test(hierarchical_timing, no_estimate_goes_beyond_ten_of_the_longest_timeouts)
{
    struct bench *b = regions("timeouts", "phi_accrual");
    bench_set(b, "acceptable_pause", "1000s");
    elect(b);
    beat_of_global(b);
    beat_of_regional(b);
    cr_expect_eq(bench_timer(b, 3, HIERARCHICAL_TIMER_GLOBAL), 10 * S);
    cr_expect_eq(bench_timer(b, 1, HIERARCHICAL_TIMER_REGIONAL), 3 * S);
    bench_destroy(b);
}

static bool denies_after(const char *pause, sim_ns silence)
{
    struct bench *b = regions("timeouts", "phi_accrual");
    bench_set(b, "acceptable_pause", pause);
    elect(b);
    bench_run(b, 10 * S);
    beat_of_global(b);
    bench_advance(b, silence);
    bench_forget(b);
    bench_receive(b, 3, 6, GLOBAL_PRE_VOTE, struct global_request, .term = 2, .candidate = 6);
    const struct global_pre_vote_answer *answer = bench_last_sent(b, 3, 6, GLOBAL_PRE_VOTE_ANSWER);
    cr_assert_not_null(answer);
    bool denied = !answer->granted;
    bench_destroy(b);
    return denied;
}

Test(hierarchical_timing, others_are_denied_for_as_long_as_the_silence_is_not_strange)
{
    cr_expect(denies_after("0ms", 150 * MS) && !denies_after("0ms", 300 * MS));
    cr_expect(denies_after("2s", 2 * S) && !denies_after("2s", 3 * S));
}

/* ---- Circuit breaker ------------------------------------------------------------------------- */

/* Three global terms have begun, each by another; n4 leads its region. */
static struct bench *after_a_storm(void)
{
    struct bench *b = regions("breaker_elections", "3");
    bench_set(b, "breaker_window", "10s");
    bench_set(b, "breaker_cool_down", "20s");
    bench_start_all(b);
    bench_fire(b, 3, HIERARCHICAL_TIMER_REGIONAL);
    bench_settle(b);
    for (uint64_t term = 1; term <= 3; term++)
        bench_receive(b, 3, 6, GLOBAL_REQUEST_VOTE, struct global_request, .term = term,
                      .candidate = 6);
    bench_settle(b);
    bench_forget(b);
    return b;
}

Test(hierarchical_timing, after_a_storm_of_global_elections_a_regional_leader_does_not_ask)
{
    struct bench *b = after_a_storm();
    bench_fire(b, 3, HIERARCHICAL_TIMER_GLOBAL);
    expect_not_sent(b, 3, NODE_NONE, GLOBAL_PRE_VOTE);
    expect_role(b, 3, ROLE_FOLLOWER, 3);
    cr_expect_gt(bench_timer(b, 3, HIERARCHICAL_TIMER_GLOBAL), 18 * S);
    bench_destroy(b);
}

Test(hierarchical_timing, it_still_votes_and_leads_its_region_while_the_breaker_is_open)
{
    struct bench *b = after_a_storm();
    bench_fire(b, 3, HIERARCHICAL_TIMER_GLOBAL);
    cr_expect_eq(((const struct hierarchical *) bench_state(b, 3))->regional_role, ROLE_LEADER);
    bench_receive(b, 3, 6, GLOBAL_REQUEST_VOTE, struct global_request, .term = 4, .candidate = 6);
    expect_announced(b, 3, ANNOUNCED_VOTE, 4, 6, 0);
    bench_destroy(b);
}

Test(hierarchical_timing, after_the_cool_down_it_asks_once_and_a_leader_closes_the_breaker)
{
    struct bench *b = after_a_storm();
    bench_fire(b, 3, HIERARCHICAL_TIMER_GLOBAL);
    bench_fire(b, 3, HIERARCHICAL_TIMER_GLOBAL);
    expect_role(b, 3, ROLE_PRE_CANDIDATE, 3);
    bench_fire(b, 3, HIERARCHICAL_TIMER_GLOBAL); /* that came to nothing */
    expect_role(b, 3, ROLE_FOLLOWER, 3);
    bench_fire(b, 3, HIERARCHICAL_TIMER_GLOBAL);
    bench_receive(b, 3, 6, GLOBAL_HEARTBEAT, struct global_heartbeat, .term = 3, .leader = 6);
    for (unsigned i = 0; i < 2; i++) {
        bench_fire(b, 3, HIERARCHICAL_TIMER_GLOBAL);
        expect_role(b, 3, ROLE_PRE_CANDIDATE, 3);
    }
    bench_destroy(b);
}

Test(hierarchical_timing, elections_that_are_far_apart_are_no_storm)
{
    struct bench *b = regions("breaker_elections", "2");
    bench_set(b, "breaker_window", "10s");
    bench_start_all(b);
    bench_fire(b, 3, HIERARCHICAL_TIMER_REGIONAL);
    bench_settle(b);
    for (uint64_t term = 1; term <= 3; term++) {
        bench_receive(b, 3, 6, GLOBAL_REQUEST_VOTE, struct global_request, .term = term,
                      .candidate = 6);
        bench_advance(b, 11 * S);
    }
    bench_fire(b, 3, HIERARCHICAL_TIMER_GLOBAL);
    expect_role(b, 3, ROLE_PRE_CANDIDATE, 3);
    bench_destroy(b);
}

/* ---- Priorities ------------------------------------------------------------------------------ */

/* The longest waits that are drawn, of ten, of a member and of its region's leader. */
static void longest_waits(struct bench *b, node_id member, node_id leader, sim_ns *regional,
                          sim_ns *global)
{
    *regional = *global = 0;
    for (unsigned i = 0; i < 10; i++) {
        bench_receive(b, member, leader, REGIONAL_HEARTBEAT, struct regional_heartbeat,
                      .regional_term = 1, .term = 1, .leader = 0);
        sim_ns wait = bench_timer(b, member, HIERARCHICAL_TIMER_REGIONAL);
        *regional = wait > *regional ? wait : *regional;
        bench_receive(b, leader, 0, GLOBAL_HEARTBEAT, struct global_heartbeat, .term = 1,
                      .leader = 0);
        wait = bench_timer(b, leader, HIERARCHICAL_TIMER_GLOBAL);
        *global = wait > *global ? wait : *global;
    }
}

/* n4 and n5 have each the first place of nine, or of three; n7 and n8 the last places. */
Test(hierarchical_timing, who_has_the_higher_priority_waits_shorter_at_both_levels)
{
    struct bench *b = regions("priority_timeouts", "true");
    sim_ns first[2], last[2];
    for (node_id id = 3; id < 5; id++)
        bench_set_priority(b, id, 5);
    for (node_id id = 6; id < 8; id++)
        bench_set_priority(b, id, -5);
    elect(b);
    longest_waits(b, 4, 3, &first[0], &first[1]);
    longest_waits(b, 7, 6, &last[0], &last[1]);
    cr_expect_leq(first[0], 250 * MS); /* two of three parts of 150ms..300ms */
    cr_expect_gt(last[0], 200 * MS);
    cr_expect_leq(first[1], 500 * MS + 2 * 500 * MS / 9);
    cr_expect_gt(last[1], 500 * MS + 7 * 500 * MS / 9 - 1);
    bench_destroy(b);
}

Test(hierarchical_timing, without_the_option_priorities_are_nothing)
{
    struct bench *b = regions("priority_timeouts", "false");
    sim_ns regional, global;
    for (node_id id = 3; id < 5; id++)
        bench_set_priority(b, id, 5);
    elect(b);
    longest_waits(b, 4, 3, &regional, &global);
    cr_expect_gt(global, 500 * MS + 2 * 500 * MS / 9);
    bench_destroy(b);
}

/* ---- Load ------------------------------------------------------------------------------------ */

Test(hierarchical_timing, a_busy_node_waits_longer_by_its_load)
{
    struct bench *b = regions("load_aware", "true");
    b->draw_least = true;
    elect(b);
    for (node_id id = 0; id < 9; id++)
        bench_set_load(b, id, 900);
    beat_of_global(b);
    beat_of_regional(b);
    cr_expect_eq(bench_timer(b, 3, HIERARCHICAL_TIMER_GLOBAL), 950 * MS);
    cr_expect_eq(bench_timer(b, 1, HIERARCHICAL_TIMER_REGIONAL), 285 * MS);
    bench_set_load(b, 3, 790);
    beat_of_global(b);
    cr_expect_eq(bench_timer(b, 3, HIERARCHICAL_TIMER_GLOBAL), 500 * MS);
    bench_destroy(b);
}

Test(hierarchical_timing, a_busy_global_leader_hands_over_to_one_that_is_not_busy)
{
    struct bench *b = regions("load_aware", "true");
    elect(b);
    bench_run(b, 400 * MS);
    bench_set_load(b, 0, 900);
    bench_set_load(b, 3, 900);
    bench_run(b, 1 * S);
    expect_sent(b, 0, 3, GLOBAL_TIMEOUT_NOW, struct global_timeout_now, .term = 1);
    expect_role(b, 6, ROLE_LEADER, 2);
    expect_announced(b, 6, ANNOUNCED_CAMPAIGN, 2, NODE_NONE, CAMPAIGN_TRANSFER);
    bench_destroy(b);
}

Test(hierarchical_timing, where_all_are_busy_leadership_stays)
{
    struct bench *b = regions("load_aware", "true");
    elect(b);
    for (node_id id = 0; id < 9; id++)
        bench_set_load(b, id, 900);
    bench_run(b, 5 * S);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(hierarchical_timing, the_threshold_says_who_is_busy)
{
    struct bench *b = regions("load_aware", "true");
    bench_set(b, "load_threshold", "95%");
    elect(b);
    bench_set_load(b, 0, 900);
    bench_run(b, 5 * S);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

/* ---- Options --------------------------------------------------------------------------------- */

Test(hierarchical_timing, options_without_sense_are_refused)
{
    static const char *const wrong[][2] = {{"phi_threshold", "0"},
                                           {"window", "0"},
                                           {"breaker_elections", "101"},
                                           {"breaker_cool_down", "0ms"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct bench *b = bench_create(&hierarchical_algorithm, 9);
        const char *option = NULL;
        bench_set(b, "breaker_elections", "3");
        bench_set(b, wrong[i][0], wrong[i][1]);
        cr_expect_not_null(hierarchical_algorithm.check(bench_config(b, 0), 9, &option));
        cr_expect_str_eq(option, wrong[i][0]);
        bench_destroy(b);
    }
}

Test(hierarchical_timing, a_leader_is_promised_later_where_nodes_may_wait_longer)
{
    static const char *const later[][2]
        = {{"timeouts", "phi_accrual"}, {"breaker_elections", "3"}, {"load_aware", "true"}};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        struct bench *b = bench_create(&hierarchical_algorithm, 9);
        sim_ns plain = hierarchical_algorithm.liveness_bound(bench_config(b, 0), 9);
        bench_set(b, later[i][0], later[i][1]);
        cr_expect_gt(hierarchical_algorithm.liveness_bound(bench_config(b, 0), 9), plain, "%s",
                     later[i][0]);
        bench_destroy(b);
    }
}
