/* Graceful stops where claims decide: a coordinator tells that it goes. */
#include <criterion/criterion.h>

#include "algorithms/bully.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND

extern const struct algorithm bully_algorithm;

/* ---- Bully ----------------------------------------------------------------------------------- */

/* n1 … n4, of which n4 coordinates and is then stopped; its last messages are still under way. */
static struct bench *bully_that_stops(const char *option, const char *text)
{
    struct bench *b = bench_create(&bully_algorithm, 4);
    bench_set(b, "handoff", "true");
    if (option != NULL)
        bench_set(b, option, text);
    bench_start_all(b);
    bench_run(b, 1 * SECOND);
    expect_role(b, 3, ROLE_LEADER, bench_view(b, 3).term);
    bench_forget(b);
    bench_admin(b, 3, ADMIN_STOP, NODE_NONE);
    cr_assert_not(bench_is_up(b, 3));
    return b;
}

Test(handoff, who_is_next_in_line_coordinates_as_soon_as_it_hears_that_the_coordinator_stops)
{
    struct bench *b = bully_that_stops(NULL, NULL);
    expect_announced(b, 3, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_STOP);
    for (node_id id = 0; id < 3; id++)
        expect_sent(b, 3, id, RESIGNATION, struct bully_message, .counter = 1);
    bench_settle(b);
    expect_role(b, 2, ROLE_LEADER, 2);
    expect_announced(b, 2, ANNOUNCED_CAMPAIGN, 2, NODE_NONE, CAMPAIGN_TRANSFER);
    expect_not_sent(b, NODE_NONE, 3, ELECTION);
    cr_expect_eq(bench_view(b, 0).leader, 2);
    bench_destroy(b);
}

Test(handoff, a_coordinator_of_bully_that_needs_a_majority_hands_over_at_once_too)
{
    struct bench *b = bully_that_stops("require_majority", "true");
    bench_settle(b);
    cr_expect_eq(bench_view(b, 2).role, ROLE_LEADER);
    cr_expect_eq(bench_view(b, 0).leader, 2);
    bench_destroy(b);
}

Test(handoff, members_that_probe_stop_probing_the_coordinator_that_goes)
{
    struct bench *b = bully_that_stops("detection", "probe");
    bench_isolate(b, 2);
    bench_receive(b, 0, 3, RESIGNATION, struct bully_message, .counter = 1);
    cr_expect_lt(bench_timer(b, 0, TIMER_HEARTBEAT), 0);
    cr_expect_eq(bench_view(b, 0).leader, NODE_NONE);
    bench_destroy(b);
}

/* 2 T_m + T_p, and 2 (T_m + T_p): as long as who has been outbid. */
Test(handoff, the_others_stand_when_the_next_in_line_does_not_speak)
{
    struct bench *b = bully_that_stops(NULL, NULL);
    bench_isolate(b, 2);
    bench_settle(b);
    bench_receive(b, 1, 3, RESIGNATION, struct bully_message, .counter = 1);
    cr_expect_eq(bench_timer(b, 1, TIMER_DETECTION), 43 * MS);
    bench_run(b, 70 * MS);
    cr_expect_eq(bench_view(b, 1).role, ROLE_LEADER);
    bench_destroy(b);
}

Test(handoff, a_resignation_from_an_earlier_reign_or_from_somebody_else_means_nothing)
{
    struct bench *b = bench_create(&bully_algorithm, 4);
    bench_start_all(b);
    bench_run(b, 1 * SECOND);
    bench_receive(b, 2, 3, RESIGNATION, struct bully_message, .counter = 0);
    bench_receive(b, 2, 1, RESIGNATION, struct bully_message, .counter = 1);
    expect_role(b, 2, ROLE_FOLLOWER, 1);
    cr_expect_eq(bench_view(b, 2).leader, 3);
    bench_destroy(b);
}

Test(handoff, the_circuit_breaker_holds_back_the_next_in_line)
{
    struct bench *b = bully_that_stops("breaker_elections", "1");
    bench_settle(b);
    expect_role(b, 2, ROLE_FOLLOWER, 1);
    cr_expect_gt(bench_timer(b, 2, TIMER_DETECTION), 3 * SECOND);
    bench_destroy(b);
}

Test(handoff, without_the_option_a_stopped_coordinator_of_bully_is_missed_by_its_silence)
{
    struct bench *b = bully_that_stops("handoff", "false");
    expect_silence(b);
    bench_settle(b);
    cr_expect_eq(bench_view(b, 2).leader, 3);
    bench_destroy(b);
}
