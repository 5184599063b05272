#include <criterion/criterion.h>

#include "algorithms/raft.h"
#include "tests/algorithms/bench.h"

static struct bench *cluster(unsigned members)
{
    struct bench *b = bench_create(&raft_algorithm, members);
    bench_start_all(b);
    return b;
}

Test(raft, a_node_grants_one_vote_per_term_even_across_a_restart)
{
    struct bench *b = cluster(3);
    bench_receive(b, 0, 1, REQUEST_VOTE, struct request_vote, .term = 7);
    expect_sent(b, 0, 1, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 7, .granted = true);
    bench_restart(b, 0);
    bench_receive(b, 0, 2, REQUEST_VOTE, struct request_vote, .term = 7);
    expect_sent(b, 0, 2, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 7, .granted = false);
    bench_destroy(b);
}

Test(raft, a_vote_leaves_only_when_it_is_durable)
{
    struct bench *b = cluster(3);
    b->sync_at_once = false;
    bench_receive(b, 0, 1, REQUEST_VOTE, struct request_vote, .term = 7);
    expect_not_sent(b, 0, 1, REQUEST_VOTE_RESPONSE);
    bench_sync(b, 0);
    expect_sent(b, 0, 1, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 7, .granted = true);
    bench_destroy(b);
}

Test(raft, a_repeated_vote_counts_once)
{
    struct bench *b = cluster(5);
    bench_fire(b, 0, TIMER_ELECTION);
    for (int i = 0; i < 3; i++)
        bench_receive(b, 0, 1, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 1,
                      .granted = true);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    bench_receive(b, 0, 2, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 1, .granted = true);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(raft, an_election_takes_n_minus_1_requests_replies_and_heartbeats)
{
    for (unsigned n = 3; n <= 9; n += 2) {
        struct bench *b = cluster(n);
        bench_fire(b, 0, TIMER_ELECTION);
        bench_settle(b);
        cr_expect_eq(bench_sent_count(b, 0, NODE_NONE, REQUEST_VOTE), n - 1);
        cr_expect_eq(bench_sent_count(b, NODE_NONE, 0, REQUEST_VOTE_RESPONSE), n - 1);
        cr_expect_eq(bench_sent_count(b, 0, NODE_NONE, APPEND_ENTRIES), n - 1);
        expect_role(b, 0, ROLE_LEADER, 1);
        cr_expect_eq(bench_view(b, 0).commit_index, 1);
        bench_destroy(b);
    }
}

Test(raft, duelling_candidates_end_as_followers_of_term_2)
{
    struct bench *b = cluster(3);
    bench_cut(b, 0, 2);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_fire(b, 2, TIMER_ELECTION);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_heal_all(b);
    bench_fire(b, 2, TIMER_ELECTION);
    bench_settle(b);
    for (node_id id = 0; id < 3; id++)
        expect_role(b, id, ROLE_FOLLOWER, 2);
    cr_expect_eq(bench_view(b, 0).last_index, 1);
    cr_expect_eq(bench_view(b, 1).last_index, 1);
    cr_expect_eq(bench_view(b, 2).last_index, 0);
    bench_destroy(b);
}

/* From when the quorum is lost, at whatever point between two checks: one to two timeouts. */
Test(raft, a_cut_off_leader_steps_down_after_one_to_two_timeouts_whenever_it_is_cut)
{
    for (sim_ns cut_at = 0; cut_at < 150 * MILLISECOND; cut_at += 7 * MILLISECOND) {
        struct bench *b = bench_create(&raft_algorithm, 3);
        bench_set(b, "check_quorum", "true");
        bench_set(b, "heartbeat_interval", "5ms");
        bench_start_all(b);
        bench_fire(b, 0, TIMER_ELECTION);
        bench_run(b, 400 * MILLISECOND + cut_at);
        bench_isolate(b, 0);
        bench_forget(b);
        bench_run(b, 150 * MILLISECOND - 6 * MILLISECOND); /* the last answers may be as old */
        expect_role(b, 0, ROLE_LEADER, 1);
        bench_run(b, 156 * MILLISECOND);
        expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_LOST_QUORUM);
        bench_destroy(b);
    }
}

Test(raft, a_leader_without_a_quorum_steps_down_within_two_timeouts_in_the_same_term)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "check_quorum", "true");
    bench_start_all(b);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_run(b, 400 * MILLISECOND);
    bench_isolate(b, 0);
    bench_run(b, 300 * MILLISECOND);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_LOST_QUORUM);
    bench_destroy(b);
}

Test(raft, pre_vote_leaves_the_leader_and_the_terms_of_others_alone)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "pre_vote", "true");
    bench_start_all(b);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    bench_cut(b, 0, 2);
    bench_run(b, 5 * SECOND);
    bench_heal_all(b);
    bench_run(b, SECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    expect_role(b, 2, ROLE_FOLLOWER, 1);
    bench_destroy(b);
}

Test(raft, leadership_moves_to_the_target_in_one_term)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "pre_vote", "true");
    bench_set(b, "check_quorum", "true");
    bench_start_all(b);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    bench_admin(b, 0, ADMIN_TRANSFER, 1);
    bench_settle(b);
    expect_role(b, 1, ROLE_LEADER, 2);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_TRANSFER);
    bench_destroy(b);
}

Test(raft, an_operation_commits_with_a_majority_and_is_lost_when_overwritten)
{
    struct bench *b = cluster(3);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    bench_operation(b, 0, 10);
    bench_settle(b);
    cr_expect_eq(bench_operation_result(b, 0, 10), 1);
    bench_isolate(b, 0);
    bench_operation(b, 0, 11);
    bench_run(b, 2 * SECOND);
    cr_expect_eq(bench_operation_result(b, 0, 11), -1);
    bench_heal_all(b);
    bench_run(b, 2 * SECOND);
    cr_expect_eq(bench_operation_result(b, 0, 11), 0);
    cr_expect_eq(bench_view(b, 0).commit_index, bench_view(b, 1).commit_index);
    bench_destroy(b);
}
