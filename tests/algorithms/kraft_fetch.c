/* Fetches, liveness and the high watermark of KRaft by the rules of Kafka 4.0's raft/ (LeaderState,
 * FollowerState, KafkaRaftClient). */
#include <criterion/criterion.h>

#include "algorithms/kraft.h"
#include "tests/algorithms/bench.h"

static struct bench *led_with(unsigned count, const char *option, const char *text)
{
    struct bench *b = bench_create(&kraft_algorithm, count);
    if (option != NULL)
        bench_set(b, option, text);
    bench_start_all(b);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_forget(b);
    return b;
}

static struct bench *led(unsigned count)
{
    return led_with(count, NULL, NULL);
}

static const struct kraft *state_of(struct bench *b, node_id id)
{
    return bench_state(b, id);
}

static void fetch(struct bench *b, node_id from, uint64_t epoch, uint64_t correlation,
                  uint32_t offset, uint32_t last_epoch)
{
    bench_receive(b, 0, from, KRAFT_FETCH, struct kraft_fetch, .epoch = epoch,
                  .correlation = correlation, .fetch_offset = offset,
                  .last_fetched_epoch = last_epoch);
}

static const struct kraft_fetch_response *answer_to(struct bench *b, node_id to)
{
    const struct kraft_fetch_response *m = bench_last_sent(b, 0, to, KRAFT_FETCH_RESPONSE);
    cr_assert_not_null(m);
    return m;
}

/* ---- A leader's liveness --------------------------------------------------------------------- */

/* KR-cq */
Test(kraft_fetch, a_leader_without_fetches_of_a_majority_resigns_after_3000_ms)
{
    struct bench *b = led(3);
    bench_isolate(b, 0);
    sim_ns left = bench_timer(b, 0, KRAFT_TIMER_CHECK_QUORUM);
    cr_expect_eq(left, 3000 * MILLISECOND);
    bench_run(b, 2999 * MILLISECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_run(b, MILLISECOND);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_LOST_QUORUM);
    expect_role(b, 0, ROLE_FOLLOWER, 1);
    bench_destroy(b);
}

Test(kraft_fetch, fetches_of_a_majority_begin_the_time_anew_and_those_of_fewer_do_not)
{
    struct bench *b = led(5);
    bench_isolate(b, 0);
    bench_advance(b, 10 * MILLISECOND);
    for (uint64_t i = 1; bench_timer(b, 0, KRAFT_TIMER_CHECK_QUORUM) < 3 * SECOND; i++)
        fetch(b, 3 + (node_id) (i % 2), 1, SECOND + i, 1, 1); /* until a new window begins */
    bench_advance(b, SECOND);
    fetch(b, 1, 1, UINT64_MAX - 1, 1, 1);
    fetch(b, 1, 1, UINT64_MAX, 1, 1);
    cr_expect_eq(bench_timer(b, 0, KRAFT_TIMER_CHECK_QUORUM), 2 * SECOND, "n2 counts once");
    fetch(b, 2, 1, UINT64_MAX, 1, 1);
    cr_expect_eq(bench_timer(b, 0, KRAFT_TIMER_CHECK_QUORUM), 3 * SECOND);
    bench_destroy(b);
}

Test(kraft_fetch, the_fetch_timeout_is_an_option_and_the_check_one_and_a_half_of_it)
{
    struct bench *b = led_with(3, "fetch_timeout", "601ms");
    cr_expect_eq(bench_timer(b, 0, KRAFT_TIMER_CHECK_QUORUM), 901 * MILLISECOND);
    cr_expect_eq(bench_timer(b, 0, KRAFT_TIMER_REQUEST), 300 * MILLISECOND);
    cr_expect_eq(bench_timer(b, 1, KRAFT_TIMER_ELECTION), 601 * MILLISECOND);
    bench_destroy(b);
}

Test(kraft_fetch, the_epoch_is_begun_again_with_all_voters_every_half_fetch_timeout)
{
    struct bench *b = led(3);
    bench_run(b, 3 * SECOND);
    cr_expect_eq(bench_sent_count(b, 0, 1, KRAFT_BEGIN_QUORUM_EPOCH), 3);
    cr_expect_eq(bench_sent_count(b, 0, 2, KRAFT_BEGIN_QUORUM_EPOCH), 3);
    bench_destroy(b);
}

/* ---- A follower's ---------------------------------------------------------------------------- */

Test(kraft_fetch, only_a_successful_fetch_shows_a_follower_that_its_leader_lives)
{
    struct bench *b = led(3);
    bench_run(b, 100 * MILLISECOND);
    bench_isolate(b, 1);
    sim_ns left = bench_timer(b, 1, KRAFT_TIMER_ELECTION);
    bench_advance(b, 50 * MILLISECOND);
    bench_receive(b, 1, 0, KRAFT_BEGIN_QUORUM_EPOCH, struct kraft_epoch, .epoch = 1, .leader = 0);
    bench_receive(b, 1, 0, KRAFT_FETCH_RESPONSE, struct kraft_fetch_response, .epoch = 1,
                  .correlation = state_of(b, 1)->correlation, .leader = 0,
                  .result = FETCH_NOT_LEADER);
    cr_expect_eq(bench_timer(b, 1, KRAFT_TIMER_ELECTION), left - 50 * MILLISECOND);
    bench_fire(b, 1, KRAFT_TIMER_FETCH);
    bench_receive(b, 1, 0, KRAFT_FETCH_RESPONSE, struct kraft_fetch_response, .epoch = 1,
                  .correlation = state_of(b, 1)->correlation, .leader = 0, .fetch_offset = 1,
                  .high_watermark = 1);
    cr_expect_eq(bench_timer(b, 1, KRAFT_TIMER_ELECTION), 2 * SECOND,
                 "always the same, never drawn");
    bench_destroy(b);
}

Test(kraft_fetch, a_follower_has_one_fetch_under_way_and_waits_for_it)
{
    struct bench *b = led(3);
    bench_run(b, 100 * MILLISECOND);
    bench_forget(b);
    bench_run(b, 300 * MILLISECOND);
    expect_not_sent(b, 1, 0, KRAFT_FETCH);
    bench_run(b, 150 * MILLISECOND); /* the leader kept it for 500 ms */
    cr_expect_eq(bench_sent_count(b, 1, 0, KRAFT_FETCH), 1);
    bench_destroy(b);
}

Test(kraft_fetch, how_long_the_leader_keeps_a_fetch_is_an_option)
{
    struct bench *b = led_with(3, "fetch_max_wait", "50ms");
    bench_run(b, 99 * MILLISECOND);
    bench_forget(b);
    bench_run(b, SECOND);
    unsigned fetches = bench_sent_count(b, 1, 0, KRAFT_FETCH);
    cr_expect(fetches >= 19 && fetches <= 21, "%u", fetches);
    bench_destroy(b);
}

Test(kraft_fetch, records_end_the_waiting_at_once)
{
    struct bench *b = led(3);
    bench_run(b, 100 * MILLISECOND);
    bench_forget(b);
    bench_operation(b, 0, 1);
    bench_settle(b);
    cr_expect_eq(answer_to(b, 1)->records, 1);
    cr_expect_eq(bench_view(b, 1).last_index, 2);
    cr_expect_eq(bench_operation_result(b, 0, 1), 1);
    bench_destroy(b);
}

Test(kraft_fetch, a_fetch_that_gets_no_answer_is_sent_again_after_the_wait_and_a_while)
{
    struct bench *b = led_with(3, "retransmission", "300ms");
    bench_run(b, 10 * MILLISECOND);
    uint64_t correlation = state_of(b, 1)->correlation;
    cr_expect_eq(bench_timer(b, 1, KRAFT_TIMER_FETCH), 790 * MILLISECOND);
    bench_cut(b, 0, 1);
    bench_forget(b);
    bench_run(b, 1200 * MILLISECOND);
    cr_expect_eq(bench_sent_count(b, 1, 0, KRAFT_FETCH), 2);
    cr_expect_eq(state_of(b, 1)->correlation, correlation);
    bench_destroy(b);
}

Test(kraft_fetch, a_fetch_that_is_answered_twice_is_taken_once)
{
    struct bench *b = led(3);
    bench_run(b, 100 * MILLISECOND);
    struct kraft_fetch_response twice = {.epoch = 1,
                                         .correlation = state_of(b, 1)->correlation,
                                         .leader = 0,
                                         .fetch_offset = 1,
                                         .records = 4,
                                         .records_epoch = 1};
    bench_receive_body(b, 1, 0, KRAFT_FETCH_RESPONSE, &twice);
    bench_receive_body(b, 1, 0, KRAFT_FETCH_RESPONSE, &twice);
    cr_expect_eq(bench_view(b, 1).last_index, 5);
    bench_destroy(b);
}

Test(kraft_fetch, after_the_request_timeout_a_follower_asks_another_who_leads)
{
    struct bench *b = led_with(3, "request_timeout", "600ms");
    bench_run(b, 10 * MILLISECOND);
    bench_cut(b, 0, 1);
    b->draw_least = false;
    bench_forget(b);
    bench_run(b, 1800 * MILLISECOND);
    cr_expect_geq(bench_sent_count(b, 1, 0, KRAFT_FETCH), 1);
    cr_expect_eq(bench_view(b, 1).term, 1);
    struct bench *late = led(3); /* the default is longer than that */
    bench_run(late, 10 * MILLISECOND);
    bench_cut(late, 0, 1);
    bench_forget(late);
    bench_run(late, 1800 * MILLISECOND);
    expect_not_sent(late, 1, 2, KRAFT_FETCH);
    bench_destroy(late);
    bench_destroy(b);
}

Test(kraft_fetch, a_fetch_that_failed_is_repeated_after_the_retry_backoff)
{
    struct bench *b = led_with(3, "retry_backoff", "35ms");
    bench_receive(b, 1, 0, KRAFT_FETCH_RESPONSE, struct kraft_fetch_response, .epoch = 1,
                  .correlation = state_of(b, 1)->correlation, .leader = 0,
                  .result = FETCH_NOT_LEADER);
    cr_expect_eq(bench_timer(b, 1, KRAFT_TIMER_FETCH), 35 * MILLISECOND);
    bench_destroy(b);
}

Test(kraft_fetch, a_voter_without_a_leader_finds_it_by_asking_anybody)
{
    struct bench *b = led(3);
    bench_run(b, 100 * MILLISECOND);
    bench_crash(b, 2);
    bench_wipe(b, 2);
    bench_isolate(b, 2);
    bench_start(b, 2);
    bench_heal_all(b);
    bench_fire(b, 2, KRAFT_TIMER_FETCH); /* nobody has called yet */
    bench_settle(b);
    cr_expect_eq(bench_view(b, 2).leader, 0);
    expect_role(b, 2, ROLE_FOLLOWER, 1);
    bench_destroy(b);
}

/* ---- Answers of a leader --------------------------------------------------------------------- */

Test(kraft_fetch, a_fetch_of_another_epoch_or_to_no_leader_is_refused)
{
    struct bench *b = led(3);
    fetch(b, 1, 0, 1, 0, 0);
    cr_expect_eq(answer_to(b, 1)->result, FETCH_FENCED_EPOCH);
    cr_expect_eq(answer_to(b, 1)->leader, 0);
    fetch(b, 1, 5, 2, 0, 0);
    cr_expect_eq(answer_to(b, 1)->result, FETCH_UNKNOWN_EPOCH);
    cr_expect_eq(bench_view(b, 0).term, 1, "a fetch raises nobody's epoch");
    bench_receive(b, 2, 1, KRAFT_FETCH, struct kraft_fetch, .epoch = 1, .correlation = 3);
    const struct kraft_fetch_response *m = bench_last_sent(b, 2, 1, KRAFT_FETCH_RESPONSE);
    cr_expect_eq(m->result, FETCH_NOT_LEADER);
    cr_expect_eq(m->leader, 0);
    bench_destroy(b);
}

Test(kraft_fetch, a_follower_whose_log_diverges_is_told_where_and_cuts_it)
{
    struct bench *b = led(3);
    bench_isolate(b, 0);
    bench_operation(b, 0, 1); /* offset 2 of epoch 1, which nobody else has */
    bench_fire(b, 1, KRAFT_TIMER_ELECTION);
    bench_fire(b, 2, KRAFT_TIMER_ELECTION); /* prospective too, so that it grants */
    bench_settle(b);
    bench_run(b, 4 * SECOND);
    node_id leader = bench_view(b, 1).role == ROLE_LEADER ? 1 : 2;
    cr_expect_eq(bench_view(b, leader).role, ROLE_LEADER);
    bench_heal_all(b);
    bench_run(b, 4 * SECOND);
    cr_expect_eq(bench_view(b, 0).leader, leader);
    cr_expect_eq(bench_view(b, 0).last_term, bench_view(b, leader).last_term);
    cr_expect_eq(bench_view(b, 0).last_index, bench_view(b, leader).last_index);
    cr_expect_eq(bench_operation_result(b, 0, 1), 0);
    bench_destroy(b);
}

Test(kraft_fetch, a_divergence_is_answered_with_the_end_of_the_largest_epoch_not_later)
{
    struct bench *b = led(3);
    fetch(b, 1, 1, UINT64_MAX, 9, 1);
    cr_expect_eq(answer_to(b, 1)->result, FETCH_DIVERGING);
    cr_expect_eq(answer_to(b, 1)->end_offset, 1);
    cr_expect_eq(answer_to(b, 1)->end_epoch, 1);
    bench_destroy(b);
}

Test(kraft_fetch, a_record_is_committed_when_a_majority_asks_for_what_is_behind_it)
{
    struct bench *b = led(5);
    bench_run(b, 100 * MILLISECOND);
    bench_isolate(b, 0);
    bench_operation(b, 0, 1);
    fetch(b, 1, 1, UINT64_MAX, 2, 1);
    cr_expect_eq(bench_operation_result(b, 0, 1), -1, "two of five have it");
    fetch(b, 2, 1, UINT64_MAX, 1, 1);
    cr_expect_eq(bench_operation_result(b, 0, 1), -1, "n3 asks for it");
    fetch(b, 3, 1, UINT64_MAX, 2, 1);
    cr_expect_eq(bench_operation_result(b, 0, 1), 1);
    cr_expect_eq(bench_view(b, 0).commit_index, 2);
    bench_destroy(b);
}

/* "The leader must commit one record from its own epoch before it is allowed to expose records from
 * any previous epoch." */
Test(kraft_fetch, records_of_earlier_epochs_are_committed_with_one_of_the_own)
{
    struct bench *b = bench_create(&kraft_algorithm, 3);
    bench_set(b, "pre_vote", "false");
    bench_start_all(b);
    struct kraft *k = bench_state(b, 0);
    cr_assert(kraft_log_append(&k->durable.log, 1, 3));
    k->durable.epoch = 1;
    bench_isolate(b, 0);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    bench_receive(b, 0, 1, KRAFT_VOTE_RESPONSE, struct kraft_vote_response, .epoch = 2,
                  .leader = NODE_NONE, .round = 1, .granted = true);
    expect_role(b, 0, ROLE_LEADER, 2);
    fetch(b, 1, 2, 1, 3, 1);
    cr_expect_eq(bench_view(b, 0).commit_index, 0);
    fetch(b, 1, 2, 2, 4, 2);
    cr_expect_eq(bench_view(b, 0).commit_index, 4);
    bench_destroy(b);
}

/* A slow disk makes batches longer, and no queue. */
Test(kraft_fetch, what_comes_during_a_write_is_written_together)
{
    struct bench *b = led(3);
    bench_run(b, 100 * MILLISECOND);
    b->sync_at_once = false;
    unsigned before = bench_persist_count(b, 0);
    for (uint64_t i = 1; i <= 9; i++)
        bench_operation(b, 0, i);
    cr_expect_eq(bench_persist_count(b, 0), before + 1);
    cr_expect_eq(bench_view(b, 0).last_index, 2);
    bench_sync(b, 0);
    bench_settle(b);
    cr_expect_eq(bench_view(b, 0).last_index, 10);
    bench_destroy(b);
}

Test(kraft_fetch, a_leader_that_resigns_answers_whoever_waits_and_fails_its_operations)
{
    struct bench *b = led(3);
    bench_run(b, 100 * MILLISECOND);
    bench_isolate(b, 0);
    bench_operation(b, 0, 1);
    fetch(b, 1, 1, UINT64_MAX, 2, 1);
    cr_expect_eq(bench_operation_result(b, 0, 1), 1);
    bench_operation(b, 0, 2);
    fetch(b, 2, 1, UINT64_MAX, 3, 1);
    bench_operation(b, 0, 3);
    bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
    cr_expect_eq(bench_operation_result(b, 0, 3), 0);
    bench_destroy(b);
}

/* ---- Options --------------------------------------------------------------------------------- */

static const char *wrong(struct bench *b, const char *option, const char *text, const char *named)
{
    const char *at = NULL;
    bench_set(b, option, text);
    const char *what = kraft_algorithm.check(bench_config(b, 0), 3, &at);
    cr_assert_str_eq(what == NULL ? "" : at, named, "%s %s", option, text);
    return what;
}

Test(kraft_fetch, durations_are_whole_milliseconds_and_waits_fit_into_each_other)
{
    static const char *const durations[]
        = {"election_timeout", "fetch_timeout",  "election_backoff_max", "request_timeout",
           "retry_backoff",    "fetch_max_wait", "retransmission"};
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
        struct bench *b = bench_create(&kraft_algorithm, 3);
        (void) wrong(b, durations[i], "1500us", durations[i]);
        (void) wrong(b, durations[i], "0ms", durations[i]);
        bench_destroy(b);
    }
    struct bench *b = bench_create(&kraft_algorithm, 3);
    (void) wrong(b, "fetch_max_wait", "2s", "fetch_timeout");
    (void) wrong(b, "fetch_timeout", "3s", "request_timeout");
    (void) wrong(b, "request_timeout", "3s", "");
    bench_destroy(b);
}
