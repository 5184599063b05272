/* Ring with what was not in the original: a handoff, timeouts that adapt, the circuit breaker. */
#include <criterion/criterion.h>

#include "algorithms/ring.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND

extern const struct algorithm ring_algorithm;

/* n1 … n4, of which n4 coordinates. */
static struct bench *circle(const char *option, const char *text)
{
    struct bench *b = bench_create(&ring_algorithm, 4);
    if (option != NULL)
        bench_set(b, option, text);
    bench_start_all(b);
    bench_run(b, 1 * SECOND);
    expect_role(b, 3, ROLE_LEADER, 1);
    bench_forget(b);
    return b;
}

/* ---- Handoff --------------------------------------------------------------------------------- */

Test(ring_techniques, a_coordinator_that_stops_tells_its_successor_which_starts_an_election_at_once)
{
    struct bench *b = circle("handoff", "true");
    bench_admin(b, 3, ADMIN_STOP, NODE_NONE);
    expect_sent(b, 3, 0, RESIGNATION, struct ring_resignation, .counter = 1);
    cr_expect_eq(bench_sent_count(b, 3, NODE_NONE, RESIGNATION), 1);
    bench_settle(b);
    expect_announced(b, 0, ANNOUNCED_CAMPAIGN, 2, NODE_NONE, CAMPAIGN_TRANSFER);
    bench_run(b, 43 * MS); /* the one that stopped is tried twice, 21 ms each time */
    expect_role(b, 2, ROLE_LEADER, 2);
    bench_destroy(b);
}

Test(ring_techniques, without_handoff_a_coordinator_that_stops_says_nothing)
{
    struct bench *b = circle(NULL, NULL);
    bench_admin(b, 3, ADMIN_STOP, NODE_NONE);
    expect_not_sent(b, 3, NODE_NONE, RESIGNATION);
    bench_destroy(b);
}

Test(ring_techniques, a_coordinator_that_is_alone_has_nobody_to_tell)
{
    struct bench *b = bench_create(&ring_algorithm, 1);
    bench_set(b, "handoff", "true");
    bench_start_all(b);
    bench_forget(b);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    expect_silence(b);
    bench_destroy(b);
}

Test(ring_techniques, a_resignation_from_an_earlier_reign_or_from_somebody_else_means_nothing)
{
    struct bench *b = circle(NULL, NULL);
    bench_receive(b, 0, 3, RESIGNATION, struct ring_resignation, .counter = 0);
    bench_receive(b, 0, 2, RESIGNATION, struct ring_resignation, .counter = 1);
    expect_silence(b);
    expect_role(b, 0, ROLE_FOLLOWER, 1);
    bench_destroy(b);
}

/* ---- Phi accrual ----------------------------------------------------------------------------- */

/* Once round for four, every hop tried twice, would be 268 ms. */
static sim_ns wait_with(const char *option, const char *text)
{
    struct bench *b = bench_create(&ring_algorithm, 4);
    bench_set(b, "timeouts", "phi_accrual");
    bench_set(b, "window", "20");
    if (option != NULL)
        bench_set(b, option, text);
    bench_start_all(b);
    bench_run(b, 5 * SECOND);
    bench_fire(b, 3, TIMER_HEARTBEAT);
    bench_settle(b);
    sim_ns wait = bench_timer(b, 1, TIMER_DETECTION);
    bench_destroy(b);
    return wait;
}

Test(ring_techniques, a_member_waits_by_the_rhythm_of_the_heartbeats_that_go_round)
{
    sim_ns wait = wait_with(NULL, NULL);
    cr_expect(wait > 150 * MS && wait < 153 * MS, "%lld", (long long) wait);
}

Test(ring_techniques, threshold_deviation_and_pause_make_the_wait_longer)
{
    cr_expect_gt(wait_with("phi_threshold", "100"), 160 * MS);
    cr_expect_gt(wait_with("min_standard_deviation", "20ms"), 160 * MS);
    cr_expect_gt(wait_with("acceptable_pause", "30ms"), 160 * MS);
}

Test(ring_techniques, agreement_is_promised_with_fixed_timeouts_only)
{
    struct bench *b = bench_create(&ring_algorithm, 4);
    bench_set(b, "timeouts", "phi_accrual");
    cr_expect_eq(ring_algorithm.promises_with(bench_config(b, 0), 4) & EVENTUAL_AGREEMENT, 0);
    bench_set(b, "timeouts", "fixed");
    cr_expect_neq(ring_algorithm.promises_with(bench_config(b, 0), 4) & EVENTUAL_AGREEMENT, 0);
    bench_destroy(b);
}

Test(ring_techniques, what_phi_accrual_and_the_breaker_cannot_work_with_is_refused)
{
    struct bench *b = bench_create(&ring_algorithm, 4);
    const char *option;
    bench_set(b, "phi_threshold", "0");
    cr_expect_not_null(ring_algorithm.check(bench_config(b, 0), 4, &option));
    cr_expect_str_eq(option, "phi_threshold");
    bench_set(b, "phi_threshold", "8");
    bench_set(b, "breaker_elections", "101");
    cr_expect_not_null(ring_algorithm.check(bench_config(b, 0), 4, &option));
    cr_expect_str_eq(option, "breaker_elections");
    bench_destroy(b);
}

/* ---- Circuit breaker ------------------------------------------------------------------------- */

/* n1 has stood twice, at the start and by silence, and has heard of n4 again. */
static struct bench *after_a_storm(void)
{
    struct bench *b = circle("breaker_elections", "2");
    bench_isolate(b, 0);
    bench_fire(b, 0, TIMER_DETECTION);
    expect_role(b, 0, ROLE_CANDIDATE, 2);
    bench_receive(b, 0, 2, HEARTBEAT, struct ring_message, .id = 3, .counter = 9, .round = 90,
                  .hops = 1);
    expect_role(b, 0, ROLE_FOLLOWER, 9);
    bench_forget(b);
    return b;
}

Test(ring_techniques, a_node_sends_no_number_of_its_own_after_too_many_elections)
{
    struct bench *b = after_a_storm();
    bench_fire(b, 0, TIMER_DETECTION);
    expect_not_sent(b, 0, NODE_NONE, ELECTION);
    expect_role(b, 0, ROLE_FOLLOWER, 9);
    cr_expect_eq(bench_view(b, 0).leader, NODE_NONE);
    cr_expect_gt(bench_timer(b, 0, TIMER_DETECTION), 3 * SECOND);
    bench_fire(b, 0, TIMER_DETECTION);
    cr_expect_eq(bench_view(b, 0).role, ROLE_CANDIDATE, "half open, it may try once");
    bench_destroy(b);
}

Test(ring_techniques, a_node_that_may_not_stand_still_hands_on_a_greater_number)
{
    struct bench *b = after_a_storm();
    bench_fire(b, 0, TIMER_DETECTION);
    bench_receive(b, 0, 3, ELECTION, struct ring_message, .id = 2, .counter = 10, .round = 1,
                  .hops = 2);
    const struct ring_message *m = bench_last_sent(b, 0, 1, ELECTION);
    cr_assert_not_null(m);
    cr_expect_eq(m->id, 2);
    bench_destroy(b);
}

Test(ring_techniques, an_election_that_came_to_nothing_is_not_repeated_before_the_cool_down)
{
    struct bench *b = circle("breaker_elections", "2");
    bench_isolate(b, 0);
    bench_fire(b, 0, TIMER_DETECTION);
    bench_fire(b, 0, TIMER_ELECTION);
    expect_role(b, 0, ROLE_FOLLOWER, 1);
    cr_expect_gt(bench_timer(b, 0, TIMER_DETECTION), 3 * SECOND);
    bench_destroy(b);
}
