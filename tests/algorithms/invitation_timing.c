/* Invitation with what was not in the original: waits that adapt, and the circuit breaker. */
#include <criterion/criterion.h>

#include "algorithms/invitation.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND
#define S SECOND

static struct bench *cluster(const char *option, const char *text)
{
    struct bench *b = bench_create(&invitation_algorithm, 3);
    bench_set(b, option, text);
    return b;
}

static struct invitation *state_of(struct bench *b, node_id id)
{
    return bench_state(b, id);
}

/* A question is open, and has been waited for as long as that. */
static sim_ns wait_for_answer(struct bench *b)
{
    bench_run(b, 10 * S);
    bench_isolate(b, 0);
    while (state_of(b, 0)->unanswered == 0)
        bench_fire(b, 0, INVITATION_TIMER_WATCH);
    return bench_timer(b, 0, INVITATION_TIMER_WATCH);
}

/* ---- Phi accrual ----------------------------------------------------------------------------- */

/* Answers come at once here: deviations alone are left. */
Test(invitation_timing, a_member_waits_for_answers_as_long_as_those_so_far_took)
{
    struct bench *b = cluster("timeouts", "phi_accrual");
    bench_set(b, "answer_timeout", "400ms");
    bench_set(b, "window", "20");
    bench_start_all(b);
    sim_ns wait = wait_for_answer(b);
    cr_expect(wait > 52 * MS && wait < 53 * MS, "%lld", (long long) wait);
    bench_destroy(b);
}

Test(invitation_timing, threshold_deviation_and_pause_make_the_wait_longer)
{
    static const char *const longer[][2] = {
        {"phi_threshold", "100"}, {"min_standard_deviation", "20ms"}, {"acceptable_pause", "30ms"}};
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) {
        struct bench *b = cluster("timeouts", "phi_accrual");
        bench_set(b, "window", "20");
        bench_set(b, longer[i][0], longer[i][1]);
        bench_start_all(b);
        cr_expect_gt(wait_for_answer(b), 60 * MS, "%s", longer[i][0]);
        bench_destroy(b);
    }
}

Test(invitation_timing, no_wait_goes_beyond_ten_answer_timeouts)
{
    struct bench *b = cluster("timeouts", "phi_accrual");
    bench_set(b, "acceptable_pause", "100s");
    bench_start_all(b);
    cr_expect_eq(wait_for_answer(b), 500 * MS);
    bench_destroy(b);
}

Test(invitation_timing, the_coordinator_of_another_group_is_estimated_anew)
{
    struct bench *b = cluster("timeouts", "phi_accrual");
    bench_set(b, "answer_timeout", "400ms");
    bench_set(b, "window", "20");
    bench_start_all(b);
    (void) wait_for_answer(b);
    uint64_t group = state_of(b, 0)->group + 30;
    bench_receive(b, 0, 1, INVITATION_INVITE, struct invitation_invite, .group = group + 1,
                  .coordinator = 1);
    bench_receive(b, 0, 1, INVITATION_READY, struct invitation_ready, .group = group + 1,
                  .leads = true);
    bench_fire(b, 0, INVITATION_TIMER_WATCH);
    cr_expect_gt(bench_timer(b, 0, INVITATION_TIMER_WATCH), 400 * MS);
    bench_destroy(b);
}

/* ---- Circuit breaker ------------------------------------------------------------------------- */

/* n1 has been in three groups by now: its own, and two of others. */
static struct bench *after_a_storm(void)
{
    struct bench *b = cluster("breaker_elections", "3");
    bench_set(b, "breaker_cool_down", "20s");
    bench_start(b, 0);
    for (uint64_t counter = 2; counter <= 3; counter++) {
        bench_receive(b, 0, 2, INVITATION_INVITE, struct invitation_invite,
                      .group = 3 * counter + 2, .coordinator = 2);
        bench_receive(b, 0, 2, INVITATION_READY, struct invitation_ready, .group = 3 * counter + 2,
                      .leads = true);
    }
    bench_receive(b, 0, 2, INVITATION_THERE_ANSWER, struct invitation_there_answer, .group = 11);
    expect_role(b, 0, ROLE_LEADER, 12); /* a group of one, which it may always be */
    bench_forget(b);
    return b;
}

static void find_another(struct bench *b)
{
    bench_fire(b, 0, INVITATION_TIMER_CHECK);
    bench_receive(b, 0, 1, INVITATION_COORDINATOR_ANSWER, struct invitation_coordinator_answer,
                  .coordinator = true);
    bench_fire(b, 0, INVITATION_TIMER_ANSWER);
    bench_fire(b, 0, INVITATION_TIMER_MERGE);
}

Test(invitation_timing, after_so_many_groups_a_coordinator_invites_nobody)
{
    struct bench *b = after_a_storm();
    find_another(b);
    expect_not_sent(b, 0, 1, INVITATION_INVITE);
    expect_role(b, 0, ROLE_LEADER, 12);
    sim_ns wait = bench_timer(b, 0, INVITATION_TIMER_CHECK);
    cr_expect(wait > 19 * S && wait <= 20 * S, "%lld", (long long) wait);
    bench_destroy(b);
}

Test(invitation_timing, who_invites_nobody_still_accepts)
{
    struct bench *b = after_a_storm();
    find_another(b);
    bench_receive(b, 0, 1, INVITATION_INVITE, struct invitation_invite, .group = 3 * 9 + 1,
                  .coordinator = 1);
    expect_sent(b, 0, 1, INVITATION_ACCEPT, struct invitation_accept, .group = 3 * 9 + 1);
    bench_destroy(b);
}

Test(invitation_timing, one_merge_is_let_through_after_the_cool_down)
{
    struct bench *b = after_a_storm();
    find_another(b);
    find_another(b);
    expect_sent(b, 0, 1, INVITATION_INVITE, struct invitation_invite, .group = 15,
                .coordinator = 0);
    bench_fire(b, 0, INVITATION_TIMER_ANSWER); /* nobody accepts */
    find_another(b);
    cr_expect_eq(bench_sent_count(b, 0, 1, INVITATION_INVITE), 1);
    cr_expect_eq(state_of(b, 0)->breaker.state, BREAKER_OPEN);
    bench_destroy(b);
}

Test(invitation_timing, a_merge_that_somebody_accepts_closes_the_breaker)
{
    struct bench *b = after_a_storm();
    find_another(b);
    find_another(b);
    bench_receive(b, 0, 1, INVITATION_ACCEPT, struct invitation_accept, .group = 15);
    cr_expect_eq(state_of(b, 0)->breaker.state, BREAKER_CLOSED);
    bench_destroy(b);
}

Test(invitation_timing, word_of_another_leader_closes_the_breaker)
{
    for (int answer = 0; answer < 2; answer++) {
        struct bench *b = after_a_storm();
        bench_receive(b, 0, 1, INVITATION_INVITE, struct invitation_invite, .group = 28,
                      .coordinator = 1);
        if (answer)
            bench_receive(b, 0, 1, INVITATION_READY, struct invitation_ready, .group = 28,
                          .leads = true);
        bench_advance(b, 25 * S);
        cr_expect_eq(state_of(b, 0)->breaker.state, BREAKER_OPEN);
        if (answer)
            bench_receive(b, 0, 1, INVITATION_THERE_ANSWER, struct invitation_there_answer,
                          .group = 28, .there = true);
        else
            bench_receive(b, 0, 1, INVITATION_READY, struct invitation_ready, .group = 28,
                          .leads = true);
        cr_expect_eq(state_of(b, 0)->breaker.state, BREAKER_CLOSED);
        bench_destroy(b);
    }
}

Test(invitation_timing, one_group_is_promised_later_with_what_adapts_or_holds_back)
{
    struct bench *b = cluster("timeouts", "fixed");
    sim_ns plain = invitation_algorithm.liveness_bound(bench_config(b, 0), 3);
    bench_set(b, "breaker_elections", "3");
    cr_expect_gt(invitation_algorithm.liveness_bound(bench_config(b, 0), 3), plain);
    bench_set(b, "breaker_elections", "0");
    bench_set(b, "timeouts", "phi_accrual");
    cr_expect_gt(invitation_algorithm.liveness_bound(bench_config(b, 0), 3), plain);
    bench_destroy(b);
}
