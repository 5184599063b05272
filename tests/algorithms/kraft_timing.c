/* How long a voter of KRaft waits where the options ask for more than Kafka's draw: fixed timeouts,
 * phi accrual, the circuit breaker. */
#include <criterion/criterion.h>

#include "algorithms/kraft.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND
#define S SECOND

static struct bench *voters(const char *option, const char *text)
{
    struct bench *b = bench_create(&kraft_algorithm, 3);
    bench_set(b, option, text);
    return b;
}

/* n1 leads epoch 1, and the others fetch from it. */
static void elect(struct bench *b)
{
    bench_start_all(b);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 1);
}

static const struct kraft *state_of(struct bench *b, node_id id)
{
    return bench_state(b, id);
}

static void answer(struct bench *b, node_id to, uint32_t records)
{
    const struct kraft *k = state_of(b, to);
    bench_receive(b, to, 0, KRAFT_FETCH_RESPONSE, struct kraft_fetch_response,
                  .epoch = k->durable.epoch, .correlation = k->correlation, .leader = 0,
                  .fetch_offset = kraft_log_last(&k->durable.log).offset, .records = records,
                  .records_epoch = 1);
}

/* ---- Timeouts -------------------------------------------------------------------------------- */

Test(kraft_timing, fixed_election_timeouts_are_all_alike)
{
    struct bench *b = voters("timeouts", "fixed");
    bench_start_all(b);
    for (node_id id = 0; id < 3; id++)
        cr_expect_eq(bench_timer(b, id, KRAFT_TIMER_ELECTION), 1 * S);
    bench_destroy(b);
}

Test(kraft_timing, an_eventual_leader_is_not_promised_with_fixed_timeouts)
{
    struct bench *b = voters("timeouts", "fixed");
    cr_expect_eq(kraft_algorithm.promises_with(bench_config(b, 0), 3) & EVENTUAL_LEADER, 0);
    bench_set(b, "timeouts", "phi_accrual");
    cr_expect_neq(kraft_algorithm.promises_with(bench_config(b, 0), 3) & EVENTUAL_LEADER, 0);
    bench_destroy(b);
}

Test(kraft_timing, safety_is_promised_whatever_the_timeouts)
{
    struct bench *b = voters("timeouts", "fixed");
    uint32_t promised = kraft_algorithm.promises_with(bench_config(b, 0), 3);
    cr_expect_eq(promised, kraft_algorithm.promises & ~(uint32_t) EVENTUAL_LEADER);
    bench_set(b, "timeouts", "randomized");
    promised = kraft_algorithm.promises_with(bench_config(b, 0), 3);
    cr_expect_eq(promised, kraft_algorithm.promises);
    bench_destroy(b);
}

/* An idle leader answers after 500 ms, and at once here: 500 + 5.226 × 10 ms. */
Test(kraft_timing, a_follower_waits_by_the_rhythm_of_empty_answers)
{
    struct bench *b = voters("timeouts", "phi_accrual");
    bench_set(b, "window", "20");
    elect(b);
    bench_run(b, 20 * S);
    answer(b, 1, 1);
    sim_ns wait = bench_timer(b, 1, KRAFT_TIMER_ELECTION);
    cr_expect(wait > 500 * MS && wait < 560 * MS, "%lld", (long long) wait);
    bench_destroy(b);
}

/* Fifty operations in a row, and then none: an idle leader is as late as ever. */
Test(kraft_timing, answers_with_records_do_not_shorten_the_estimate)
{
    struct bench *b = voters("timeouts", "phi_accrual");
    bench_set(b, "window", "20");
    elect(b);
    bench_run(b, 20 * S);
    for (int i = 0; i < 50; i++) {
        bench_advance(b, 10 * MS);
        answer(b, 1, 1);
    }
    cr_expect_gt(bench_timer(b, 1, KRAFT_TIMER_ELECTION), 500 * MS);
    bench_destroy(b);
}

Test(kraft_timing, threshold_deviation_and_pause_make_the_estimate_longer)
{
    static const char *const longer[][2] = {{"phi_threshold", "100"},
                                            {"min_standard_deviation", "200ms"},
                                            {"acceptable_pause", "700ms"}};
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) {
        struct bench *b = voters("timeouts", "phi_accrual");
        bench_set(b, "window", "20");
        bench_set(b, longer[i][0], longer[i][1]);
        elect(b);
        bench_run(b, 20 * S);
        answer(b, 1, 1);
        cr_expect_gt(bench_timer(b, 1, KRAFT_TIMER_ELECTION), 600 * MS, "%s", longer[i][0]);
        bench_destroy(b);
    }
}

Test(kraft_timing, a_leader_of_another_epoch_is_estimated_anew)
{
    struct bench *b = voters("timeouts", "phi_accrual");
    bench_set(b, "window", "20");
    elect(b);
    bench_run(b, 20 * S);
    bench_receive(b, 1, 0, KRAFT_BEGIN_QUORUM_EPOCH, struct kraft_epoch, .epoch = 2, .leader = 0);
    cr_expect_eq(bench_timer(b, 1, KRAFT_TIMER_ELECTION), 2 * S);
    answer(b, 1, 0);
    sim_ns wait = bench_timer(b, 1, KRAFT_TIMER_ELECTION);
    cr_expect(wait > 1100 * MS && wait < 1200 * MS, "%lld", (long long) wait); /* 500 ms ± 1/4 */
    bench_destroy(b);
}

Test(kraft_timing, no_estimate_goes_beyond_ten_fetch_timeouts)
{
    struct bench *b = voters("timeouts", "phi_accrual");
    bench_set(b, "acceptable_pause", "1000s");
    elect(b);
    bench_run(b, 2 * S);
    cr_expect_leq(bench_timer(b, 1, KRAFT_TIMER_ELECTION), 20 * S);
    cr_expect_gt(bench_timer(b, 1, KRAFT_TIMER_ELECTION), 15 * S);
    bench_destroy(b);
}

/* ---- Circuit breaker ------------------------------------------------------------------------- */

static struct bench *with_breaker(const char *pre_vote)
{
    struct bench *b = voters("pre_vote", pre_vote);
    bench_set(b, "breaker_elections", "3");
    bench_set(b, "breaker_window", "10s");
    bench_set(b, "breaker_cool_down", "20s");
    return b;
}

/* Others have begun three epochs. */
static struct bench *after_a_storm(const char *pre_vote)
{
    struct bench *b = with_breaker(pre_vote);
    bench_start_all(b);
    for (uint64_t epoch = 1; epoch <= 3; epoch++)
        bench_receive(b, 1, 2, KRAFT_VOTE, struct kraft_vote, .epoch = epoch, .round = 1);
    bench_forget(b);
    return b;
}

Test(kraft_timing, after_so_many_epochs_a_voter_does_not_even_ask_for_pre_votes)
{
    struct bench *b = after_a_storm("true");
    bench_fire(b, 1, KRAFT_TIMER_ELECTION);
    expect_role(b, 1, ROLE_FOLLOWER, 3);
    expect_not_sent(b, 1, 2, KRAFT_VOTE);
    sim_ns wait = bench_timer(b, 1, KRAFT_TIMER_ELECTION);
    cr_expect(wait > 18 * S && wait <= 22 * S, "%lld", (long long) wait);
    bench_destroy(b);
}

Test(kraft_timing, the_own_candidacies_count_too)
{
    struct bench *b = with_breaker("false");
    bench_set(b, "lost_election", "wait");
    bench_start_all(b);
    for (int i = 0; i < 3; i++)
        bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    expect_role(b, 0, ROLE_CANDIDATE, 3);
    bench_forget(b);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    expect_role(b, 0, ROLE_CANDIDATE, 3);
    expect_silence(b);
    cr_expect_lt(bench_timer(b, 0, KRAFT_TIMER_REQUEST), 0); /* nor does it ask again */
    bench_destroy(b);
}

/* A loss would otherwise end the cool-down after a backoff. */
Test(kraft_timing, a_candidate_that_is_held_back_does_not_back_off_into_the_next_epoch)
{
    struct bench *b = with_breaker("false");
    bench_set(b, "lost_election", "wait");
    bench_start_all(b);
    for (int i = 0; i < 3; i++)
        bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    bench_set(b, "lost_election", "backoff");
    struct kraft *k = bench_state(b, 0);
    k->backing_off = true;
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    sim_ns wait = bench_timer(b, 0, KRAFT_TIMER_ELECTION);
    for (node_id id = 1; id < 3; id++)
        bench_receive(b, 0, id, KRAFT_VOTE_RESPONSE, struct kraft_vote_response, .epoch = 3,
                      .leader = NODE_NONE, .round = k->round);
    cr_expect_eq(bench_timer(b, 0, KRAFT_TIMER_ELECTION), wait);
    cr_expect_gt(wait, 15 * S);
    bench_destroy(b);
}

Test(kraft_timing, who_does_not_stand_still_votes)
{
    struct bench *b = after_a_storm("true");
    bench_fire(b, 1, KRAFT_TIMER_ELECTION);
    bench_receive(b, 1, 2, KRAFT_VOTE, struct kraft_vote, .epoch = 9, .round = 1);
    const struct kraft_vote_response *m = bench_last_sent(b, 1, 2, KRAFT_VOTE_RESPONSE);
    cr_expect(m->granted && m->epoch == 9);
    bench_destroy(b);
}

/* It does not hear its leader any more: whoever may stand has to be let. */
Test(kraft_timing, a_follower_that_is_held_back_grants_pre_votes)
{
    for (int held = 0; held < 2; held++) {
        struct bench *b = with_breaker("true");
        elect(b);
        bench_run(b, 600 * MS);
        struct kraft *k = bench_state(b, 1);
        k->breaker.state = BREAKER_OPEN;
        k->breaker.open_until = 100 * S;
        if (held)
            bench_fire(b, 1, KRAFT_TIMER_ELECTION);
        expect_role(b, 1, ROLE_FOLLOWER, 1);
        bench_receive(b, 1, 2, KRAFT_VOTE, struct kraft_vote, .epoch = 1, .round = 1,
                      .last_offset = 9, .last_epoch = 1, .pre_vote = true);
        const struct kraft_vote_response *m = bench_last_sent(b, 1, 2, KRAFT_VOTE_RESPONSE);
        cr_expect_eq(m->granted, held);
        bench_destroy(b);
    }
}

Test(kraft_timing, a_transfer_that_was_asked_for_is_not_held_back)
{
    for (int requested = 0; requested < 2; requested++) {
        struct bench *b = with_breaker("true");
        elect(b);
        struct kraft *k = bench_state(b, 1);
        k->breaker.state = BREAKER_OPEN;
        k->breaker.open_until = 100 * S;
        bench_receive(b, 1, 0, KRAFT_END_QUORUM_EPOCH, struct kraft_end_epoch, .epoch = 1,
                      .leader = 0, .successors = 2, .requested = requested);
        bench_fire(b, 1, KRAFT_TIMER_ELECTION);
        cr_expect_eq(bench_view(b, 1).role, requested ? ROLE_PRE_CANDIDATE : ROLE_FOLLOWER);
        bench_destroy(b);
    }
}

Test(kraft_timing, one_is_let_through_after_the_cool_down_and_its_failure_opens_the_breaker_again)
{
    struct bench *b = after_a_storm("true");
    bench_fire(b, 1, KRAFT_TIMER_ELECTION); /* held back */
    bench_fire(b, 1, KRAFT_TIMER_ELECTION);
    expect_role(b, 1, ROLE_PRE_CANDIDATE, 3);
    bench_fire(b, 1, KRAFT_TIMER_ELECTION); /* nobody has answered */
    bench_fire(b, 1, KRAFT_TIMER_ELECTION);
    expect_role(b, 1, ROLE_FOLLOWER, 3);
    cr_expect_eq(state_of(b, 1)->breaker.state, BREAKER_OPEN);
    bench_destroy(b);
}

Test(kraft_timing, before_pre_vote_the_one_that_is_let_through_stands_after_its_backoff)
{
    struct bench *b = with_breaker("false");
    bench_start_all(b);
    while (bench_announced_count(b, 0, ANNOUNCED_CAMPAIGN) < 3)
        bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    cr_assert_eq(state_of(b, 0)->breaker.state, BREAKER_OPEN);
    for (int i = 0; i < 4 && bench_view(b, 0).term == 3; i++)
        bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    expect_role(b, 0, ROLE_CANDIDATE, 4);
    bench_destroy(b);
}

Test(kraft_timing, a_fetch_that_succeeds_closes_the_breaker_and_so_does_the_own_election)
{
    struct bench *b = with_breaker("true");
    elect(b);
    struct kraft *k = bench_state(b, 1);
    k->breaker.state = BREAKER_HALF_OPEN;
    answer(b, 1, 0);
    cr_expect_eq(k->breaker.state, BREAKER_CLOSED);
    k->breaker.state = BREAKER_OPEN;
    k->breaker.open_until = 0;
    bench_crash(b, 0);
    ((struct kraft *) bench_state(b, 2))->fetched = false; /* it grants pre-votes */
    bench_fire(b, 1, KRAFT_TIMER_ELECTION);
    bench_settle(b);
    cr_expect_eq(bench_view(b, 1).role, ROLE_LEADER);
    cr_expect_eq(k->breaker.state, BREAKER_CLOSED);
    bench_destroy(b);
}

Test(kraft_timing, a_leader_is_promised_later_with_what_adapts_or_holds_back)
{
    struct bench *b = voters("timeouts", "randomized");
    sim_ns plain = kraft_algorithm.liveness_bound(bench_config(b, 0), 3);
    bench_set(b, "breaker_elections", "3");
    cr_expect_gt(kraft_algorithm.liveness_bound(bench_config(b, 0), 3), plain);
    bench_set(b, "breaker_elections", "0");
    bench_set(b, "timeouts", "phi_accrual");
    cr_expect_gt(kraft_algorithm.liveness_bound(bench_config(b, 0), 3), plain);
    bench_destroy(b);
}

/* ---- Load ------------------------------------------------------------------------------------ */

Test(kraft_timing, a_busy_follower_waits_longer_by_its_load)
{
    struct bench *b = voters("load_aware", "true");
    elect(b);
    bench_set_load(b, 1, 790);
    answer(b, 1, 0);
    cr_expect_eq(bench_timer(b, 1, KRAFT_TIMER_ELECTION), 2000 * MS);
    bench_set_load(b, 1, 800);
    answer(b, 1, 0);
    cr_expect_eq(bench_timer(b, 1, KRAFT_TIMER_ELECTION), 3600 * MS);
    bench_set(b, "load_threshold", "90%");
    answer(b, 1, 0);
    cr_expect_eq(bench_timer(b, 1, KRAFT_TIMER_ELECTION), 2000 * MS);
    bench_destroy(b);
}

Test(kraft_timing, a_busy_successor_lets_those_pass_that_come_after_it)
{
    struct bench *b = voters("load_aware", "true");
    elect(b);
    bench_set_load(b, 1, 900);
    for (node_id id = 1; id < 3; id++)
        bench_receive(b, id, 0, KRAFT_END_QUORUM_EPOCH, struct kraft_end_epoch, .epoch = 1,
                      .leader = 0, .position = id - 1, .successors = 2);
    cr_expect_gt(bench_timer(b, 1, KRAFT_TIMER_ELECTION), bench_timer(b, 2, KRAFT_TIMER_ELECTION));
    bench_destroy(b);
}

Test(kraft_timing, a_leader_that_becomes_busy_resigns)
{
    struct bench *b = voters("load_aware", "true");
    elect(b);
    bench_run(b, 1 * S);
    bench_set_load(b, 0, 900);
    bench_run(b, 1 * S);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_TRANSFER);
    bench_destroy(b);
}

/* Nobody was better when it was elected: else a busy cluster would elect without end. */
Test(kraft_timing, a_leader_that_was_busy_from_the_start_stays_and_so_does_one_that_does_not_look)
{
    for (int aware = 0; aware < 2; aware++) {
        struct bench *b = voters("load_aware", aware ? "true" : "false");
        if (aware)
            bench_set_load(b, 0, 900);
        elect(b);
        bench_set_load(b, 0, 900);
        bench_run(b, 5 * S);
        expect_role(b, 0, ROLE_LEADER, 1);
        bench_destroy(b);
    }
}
