/* How long a secondary of MongoDB waits where the options ask for more than MongoDB's draw: fixed
 * timeouts, phi accrual, the circuit breaker. */
#include <criterion/criterion.h>

#include "algorithms/mongodb.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND
#define S SECOND

static struct bench *set_up(unsigned members, const char *option, const char *text)
{
    struct bench *b = bench_create(&mongodb_algorithm, members);
    b->draw_least = true;
    bench_set(b, option, text);
    return b;
}

/* The first member is primary in term 1, and all know it. */
static void elect(struct bench *b)
{
    bench_start_all(b);
    bench_run(b, 1 * S);
    bench_fire(b, 0, MONGODB_TIMER_ELECTION);
    bench_run(b, 1 * S);
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_assert_eq(bench_view(b, 1).leader, 0);
}

static void answer(struct bench *b, node_id to, node_id from)
{
    bench_receive(b, to, from, MONGODB_HEARTBEAT_RESPONSE, struct mongodb_heartbeat_response,
                  .term = 1, .is_primary = true, .primary = 0, .sync_source = NODE_NONE);
}

/* ---- Timeouts -------------------------------------------------------------------------------- */

Test(mongodb_timing, fixed_timeouts_have_no_offset)
{
    struct bench *b = set_up(3, "timeouts", "fixed");
    b->draw_least = false;
    bench_start_all(b);
    for (unsigned i = 0; i < 100; i++) {
        answer(b, 1, 0);
        cr_assert_eq(bench_timer(b, 1, MONGODB_TIMER_ELECTION), 10 * S);
    }
    bench_destroy(b);
}

Test(mongodb_timing, an_eventual_primary_is_promised_with_much_chance_in_the_timeouts_only)
{
    struct bench *b = set_up(3, "election_timeout_offset", "100%");
    cr_expect_neq(mongodb_algorithm.promises_with(bench_config(b, 0), 3) & EVENTUAL_LEADER, 0);
    bench_set(b, "timeouts", "fixed");
    cr_expect_eq(mongodb_algorithm.promises_with(bench_config(b, 0), 3) & EVENTUAL_LEADER, 0);
    bench_destroy(b);
}

/* Heartbeats go out every 2 s, and are answered at once here: 2 s + 5.226 × 10 ms are left when the
 * first samples, the estimate, have been forgotten. */
Test(mongodb_timing, a_secondary_waits_by_the_rhythm_of_the_primarys_answers)
{
    struct bench *b = set_up(3, "timeouts", "phi_accrual");
    bench_set(b, "window", "20");
    elect(b);
    bench_run(b, 60 * S);
    answer(b, 1, 0); /* a copy: no heartbeat, but a sign of life */
    sim_ns wait = bench_timer(b, 1, MONGODB_TIMER_ELECTION);
    cr_expect(wait > 2050 * MS && wait < 2060 * MS, "%lld", (long long) wait);
    bench_destroy(b);
}

/* 50 ms + 15.76 × 10 ms at a threshold of 100 and half a second more: each option counts. */
Test(mongodb_timing, threshold_deviation_and_pause_make_the_estimate_longer)
{
    static const char *const longer[][2] = {{"phi_threshold", "100"},
                                            {"min_standard_deviation", "200ms"},
                                            {"acceptable_pause", "500ms"}};
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) {
        struct bench *b = set_up(3, "timeouts", "phi_accrual");
        bench_set(b, "window", "20");
        bench_set(b, longer[i][0], longer[i][1]);
        elect(b);
        bench_run(b, 60 * S);
        answer(b, 1, 0);
        cr_expect_gt(bench_timer(b, 1, MONGODB_TIMER_ELECTION), 2060 * MS, "%s", longer[i][0]);
        bench_destroy(b);
    }
}

Test(mongodb_timing, the_offset_is_a_share_of_the_estimate)
{
    struct bench *b = set_up(3, "timeouts", "phi_accrual");
    bench_set(b, "election_timeout_offset", "100%");
    bench_set(b, "window", "20");
    elect(b);
    bench_run(b, 60 * S);
    b->draw_least = false;
    sim_ns most = 0;
    for (unsigned i = 0; i < 2000; i++) {
        answer(b, 1, 0);
        sim_ns wait = bench_timer(b, 1, MONGODB_TIMER_ELECTION);
        most = wait > most ? wait : most;
    }
    cr_expect(most > 4000 * MS && most < 4120 * MS, "%lld", (long long) most);
    bench_destroy(b);
}

/* It has nothing to estimate from. */
Test(mongodb_timing, who_hears_of_the_primary_from_others_only_waits_as_configured)
{
    struct bench *b = set_up(3, "timeouts", "phi_accrual");
    bench_set(b, "window", "20");
    elect(b);
    bench_run(b, 60 * S);
    bench_cut(b, 0, 1);
    struct mongodb *m = bench_state(b, 1);
    m->sync_source = 2;
    bench_receive(b, 1, 2, MONGODB_BATCH, struct mongodb_batch, .term = 1, .primary = 0,
                  .request = m->request);
    cr_expect_eq(bench_timer(b, 1, MONGODB_TIMER_ELECTION), 10 * S);
    bench_destroy(b);
}

Test(mongodb_timing, another_primary_is_estimated_anew)
{
    struct bench *b = set_up(3, "timeouts", "phi_accrual");
    bench_set(b, "window", "20");
    elect(b);
    bench_run(b, 60 * S);
    bench_receive(b, 1, 2, MONGODB_HEARTBEAT_RESPONSE, struct mongodb_heartbeat_response, .term = 2,
                  .is_primary = true, .primary = 2, .sync_source = NODE_NONE);
    cr_expect_gt(bench_timer(b, 1, MONGODB_TIMER_ELECTION), 4 * S); /* 2 s ± a quarter */
    bench_destroy(b);
}

Test(mongodb_timing, no_estimate_goes_beyond_ten_election_timeouts)
{
    struct bench *b = set_up(3, "timeouts", "phi_accrual");
    bench_set(b, "acceptable_pause", "1000s");
    elect(b);
    bench_run(b, 10 * S);
    cr_expect_leq(bench_timer(b, 1, MONGODB_TIMER_ELECTION), 100 * S);
    cr_expect_gt(bench_timer(b, 1, MONGODB_TIMER_ELECTION), 90 * S);
    bench_destroy(b);
}

/* ---- Circuit breaker ------------------------------------------------------------------------- */

/* All are level, and the member's dry runs come to nothing but for terms that others begin. */
static struct bench *after_a_storm(void)
{
    struct bench *b = set_up(3, "breaker_elections", "3");
    bench_set(b, "breaker_window", "10s");
    bench_set(b, "breaker_cool_down", "5s");
    bench_start_all(b);
    bench_run(b, 1 * S);
    for (uint64_t term = 1; term <= 3; term++)
        bench_receive(b, 1, 2, MONGODB_HEARTBEAT, struct mongodb_heartbeat, .term = term,
                      .primary = NODE_NONE);
    bench_forget(b);
    return b;
}

Test(mongodb_timing, after_so_many_terms_a_member_does_not_even_begin_a_dry_run)
{
    struct bench *b = after_a_storm();
    struct mongodb *m = bench_state(b, 1);
    m->breaker.open_until = sim_add(m->breaker.open_until, 20 * S);
    bench_fire(b, 1, MONGODB_TIMER_ELECTION);
    expect_role(b, 1, ROLE_FOLLOWER, 3);
    expect_not_sent(b, 1, 2, MONGODB_REQUEST_VOTES);
    cr_expect_gt(bench_timer(b, 1, MONGODB_TIMER_ELECTION), 14 * S); /* what is left */
    bench_destroy(b);
}

Test(mongodb_timing, the_own_candidacies_count_too)
{
    struct bench *b = set_up(3, "breaker_elections", "3");
    bench_set(b, "breaker_window", "100s");
    bench_set(b, "breaker_cool_down", "50s");
    bench_set(b, "dry_run", "false");
    bench_start_all(b);
    bench_run(b, 1 * S);
    for (int i = 0; i < 4; i++) {
        bench_fire(b, 1, MONGODB_TIMER_ELECTION);
        if (bench_view(b, 1).role == ROLE_CANDIDATE)
            bench_fire(b, 1, MONGODB_TIMER_VOTES);
        for (node_id id = 0; id < 3; id += 2) /* so that it sees a majority */
            bench_receive(b, 1, id, MONGODB_HEARTBEAT_RESPONSE, struct mongodb_heartbeat_response,
                          .primary = NODE_NONE, .sync_source = NODE_NONE);
    }
    expect_role(b, 1, ROLE_FOLLOWER, 3);
    cr_expect_eq(bench_announced_count(b, 1, ANNOUNCED_CAMPAIGN), 3);
    bench_destroy(b);
}

Test(mongodb_timing, a_takeover_is_held_back_and_a_handoff_is_not)
{
    for (int handoff = 0; handoff < 2; handoff++) {
        struct bench *b = set_up(3, "breaker_elections", "3");
        bench_set_priority(b, 1, 1);
        bench_set(b, "breaker_window", "100s");
        bench_set(b, "breaker_cool_down", "100s");
        elect(b);
        for (uint64_t term = 2; term <= 3; term++)
            bench_receive(b, 1, 0, MONGODB_HEARTBEAT_RESPONSE, struct mongodb_heartbeat_response,
                          .term = term, .is_primary = true, .primary = 0, .sync_source = NODE_NONE);
        cr_assert_geq(bench_timer(b, 1, MONGODB_TIMER_TAKEOVER), 0);
        bench_forget(b);
        if (handoff)
            bench_receive(b, 1, 0, MONGODB_STEP_UP, struct mongodb_step_up, .term = 3);
        else
            bench_fire(b, 1, MONGODB_TIMER_TAKEOVER);
        cr_expect_eq(bench_view(b, 1).role, handoff ? ROLE_CANDIDATE : ROLE_FOLLOWER);
        bench_destroy(b);
    }
}

Test(mongodb_timing, who_does_not_stand_still_votes)
{
    struct bench *b = after_a_storm();
    bench_receive(b, 1, 2, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 9,
                  .sequence = 1);
    expect_sent(b, 1, 2, MONGODB_VOTE, struct mongodb_vote, .term = 9, .sequence = 1,
                .granted = true);
    bench_destroy(b);
}

Test(mongodb_timing, one_dry_run_is_let_through_after_the_cool_down_and_its_failure_opens_it_again)
{
    struct bench *b = after_a_storm();
    struct mongodb *m = bench_state(b, 1);
    bench_fire(b, 1, MONGODB_TIMER_ELECTION); /* after 10 s: the cool-down is over */
    expect_role(b, 1, ROLE_PRE_CANDIDATE, 3);
    bench_fire(b, 1, MONGODB_TIMER_VOTES);
    bench_fire(b, 1, MONGODB_TIMER_ELECTION);
    expect_role(b, 1, ROLE_FOLLOWER, 3);
    cr_expect_eq(m->breaker.state, BREAKER_OPEN);
    bench_destroy(b);
}

Test(mongodb_timing, word_of_a_primary_closes_the_breaker_after_the_cool_down)
{
    struct bench *b = after_a_storm();
    struct mongodb *m = bench_state(b, 1);
    bench_advance(b, 6 * S);
    bench_receive(b, 1, 2, MONGODB_HEARTBEAT_RESPONSE, struct mongodb_heartbeat_response, .term = 3,
                  .is_primary = true, .primary = 2, .sync_source = NODE_NONE);
    cr_expect_eq(m->breaker.state, BREAKER_CLOSED);
    bench_destroy(b);
}

Test(mongodb_timing, the_own_election_closes_the_breaker)
{
    struct bench *b = after_a_storm();
    struct mongodb *m = bench_state(b, 1);
    bench_fire(b, 1, MONGODB_TIMER_ELECTION);
    bench_settle(b);
    expect_role(b, 1, ROLE_LEADER, 4);
    cr_expect_eq(m->breaker.state, BREAKER_CLOSED);
    bench_destroy(b);
}

Test(mongodb_timing, a_primary_is_promised_later_with_what_adapts_or_holds_back)
{
    struct bench *b = set_up(3, "timeouts", "randomized");
    sim_ns plain = mongodb_algorithm.liveness_bound(bench_config(b, 0), 3);
    bench_set(b, "breaker_elections", "3");
    cr_expect_gt(mongodb_algorithm.liveness_bound(bench_config(b, 0), 3), plain);
    bench_set(b, "breaker_elections", "0");
    bench_set(b, "timeouts", "phi_accrual");
    cr_expect_gt(mongodb_algorithm.liveness_bound(bench_config(b, 0), 3), plain);
    bench_destroy(b);
}

/* ---- Load ------------------------------------------------------------------------------------ */

Test(mongodb_timing, a_busy_secondary_waits_longer_by_its_load)
{
    struct bench *b = set_up(3, "load_aware", "true");
    bench_start_all(b);
    answer(b, 1, 0);
    cr_expect_eq(bench_timer(b, 1, MONGODB_TIMER_ELECTION), 10 * S);
    bench_set_load(b, 1, 790);
    answer(b, 1, 0);
    cr_expect_eq(bench_timer(b, 1, MONGODB_TIMER_ELECTION), 10 * S);
    bench_set_load(b, 1, 800);
    answer(b, 1, 0);
    cr_expect_eq(bench_timer(b, 1, MONGODB_TIMER_ELECTION), 18 * S);
    bench_set(b, "load_threshold", "90%");
    answer(b, 1, 0);
    cr_expect_eq(bench_timer(b, 1, MONGODB_TIMER_ELECTION), 10 * S);
    bench_destroy(b);
}

Test(mongodb_timing, a_busy_primary_steps_down_for_a_member_that_is_not_busy)
{
    struct bench *b = set_up(3, "load_aware", "true");
    elect(b);
    bench_set_load(b, 1, 900);
    bench_run(b, 3 * S); /* all know of it */
    bench_set_load(b, 0, 900);
    bench_run(b, 3 * S);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_TRANSFER);
    expect_role(b, 2, ROLE_LEADER, 2);
    bench_destroy(b);
}

Test(mongodb_timing, where_all_are_busy_or_nobody_looks_the_primary_stays)
{
    for (int aware = 0; aware < 2; aware++) {
        struct bench *b = set_up(3, "load_aware", aware ? "true" : "false");
        elect(b);
        for (node_id id = 1; id < 3; id++)
            bench_set_load(b, id, aware ? 900 : 0);
        bench_run(b, 3 * S); /* the primary knows */
        bench_set_load(b, 0, 900);
        bench_run(b, 10 * S);
        expect_role(b, 0, ROLE_LEADER, 1);
        bench_operation(b, 0, 7);
        bench_run(b, 1 * S);
        cr_expect_eq(bench_operation_result(b, 0, 7), 1);
        bench_destroy(b);
    }
}

Test(mongodb_timing, a_busy_member_takes_nothing_over)
{
    struct bench *b = set_up(3, "load_aware", "true");
    bench_set_priority(b, 1, 1);
    bench_start_all(b);
    bench_set_load(b, 1, 900);
    answer(b, 1, 0);
    cr_expect_lt(bench_timer(b, 1, MONGODB_TIMER_TAKEOVER), 0);
    bench_set_load(b, 1, 100);
    answer(b, 1, 0);
    cr_expect_geq(bench_timer(b, 1, MONGODB_TIMER_TAKEOVER), 0);
    bench_destroy(b);
}
