/* Scripts after etcd-io/raft's own tests: raft_test.go, raft_paper_test.go and testdata. */
#include <criterion/criterion.h>

#include "algorithms/raft.h"
#include "tests/algorithms/bench.h"

static struct bench *led_by_first(const char *pre_vote, const char *check_quorum)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "pre_vote", pre_vote);
    bench_set(b, "check_quorum", check_quorum);
    bench_start_all(b);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 1);
    return b;
}

struct round {
    unsigned size;
    const char *answers; /* of the second node on: y, n or - */
    enum role role;
};

/* TestLeaderElectionInOneRoundRPC */
Test(raft_etcd, one_round_of_votes_makes_a_leader_a_follower_or_leaves_a_candidate)
{
    static const struct round rounds[]
        = {{1, "", ROLE_LEADER},       {3, "yy", ROLE_LEADER},      {3, "y-", ROLE_LEADER},
           {5, "yyyy", ROLE_LEADER},   {5, "yyy-", ROLE_LEADER},    {5, "yy--", ROLE_LEADER},
           {3, "nn", ROLE_FOLLOWER},   {5, "nnnn", ROLE_FOLLOWER},  {5, "ynnn", ROLE_FOLLOWER},
           {3, "--", ROLE_CANDIDATE},  {5, "y---", ROLE_CANDIDATE}, {5, "nn--", ROLE_CANDIDATE},
           {5, "----", ROLE_CANDIDATE}};
    for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++) {
        struct bench *b = bench_create(&raft_algorithm, rounds[i].size);
        bench_start_all(b);
        bench_fire(b, 0, TIMER_ELECTION);
        for (node_id id = 1; id < rounds[i].size; id++)
            if (rounds[i].answers[id - 1] != '-')
                bench_receive(b, 0, id, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 1,
                              .granted = rounds[i].answers[id - 1] == 'y');
        expect_role(b, 0, rounds[i].role, 1);
        bench_destroy(b);
    }
}

/* testdata/checkquorum.txt: a vote is ignored while there is an active leader. */
Test(raft_etcd, with_check_quorum_votes_are_ignored_under_an_active_leader)
{
    struct bench *b = led_by_first("false", "true");
    bench_fire(b, 1, TIMER_ELECTION);
    expect_role(b, 1, ROLE_CANDIDATE, 2);
    bench_receive(b, 0, 1, REQUEST_VOTE, struct request_vote, .term = 9, .last_log_index = 9,
                  .last_log_term = 9);
    expect_role(b, 0, ROLE_LEADER, 1);
    expect_not_sent(b, 0, 1, REQUEST_VOTE_RESPONSE);
    bench_destroy(b);
}

/* TestFreeStuckCandidateWithCheckQuorum: its higher term deposes the leader, and frees it. */
Test(raft_etcd, a_stuck_candidate_is_freed_by_the_leader_that_it_deposes)
{
    struct bench *b = led_by_first("false", "true");
    bench_isolate(b, 2);
    bench_fire(b, 2, TIMER_ELECTION);
    bench_fire(b, 2, TIMER_ELECTION);
    bench_settle(b);
    expect_role(b, 2, ROLE_CANDIDATE, 3);
    bench_heal_all(b);
    bench_fire(b, 0, TIMER_HEARTBEAT);
    bench_settle(b);
    expect_role(b, 0, ROLE_FOLLOWER, 3);
    bench_destroy(b);
}

/* testdata/prevote.txt: unlike the thesis, recency does not matter without check_quorum. */
Test(raft_etcd, pre_votes_of_etcd_look_at_the_log_only_and_those_of_the_thesis_at_recency_too)
{
    struct bench *etcd = led_by_first("etcd", "false"), *thesis = led_by_first("thesis", "false");
    bench_receive(etcd, 2, 1, PRE_VOTE, struct request_vote, .term = 2, .last_log_index = 1,
                  .last_log_term = 1);
    expect_sent(etcd, 2, 1, PRE_VOTE_RESPONSE, struct vote_response, .term = 2, .granted = true);
    bench_receive(thesis, 2, 1, PRE_VOTE, struct request_vote, .term = 2, .last_log_index = 1,
                  .last_log_term = 1);
    expect_sent(thesis, 2, 1, PRE_VOTE_RESPONSE, struct vote_response, .term = 1);
    bench_destroy(etcd);
    bench_destroy(thesis);
}

/* testdata/forget_leader.txt */
Test(raft_etcd, forgetting_the_leader_keeps_the_term_and_the_timer)
{
    struct bench *b = led_by_first("false", "false");
    sim_ns left = bench_timer(b, 1, TIMER_ELECTION);
    bench_admin(b, 0, ADMIN_FORGET_LEADER, NODE_NONE);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_admin(b, 1, ADMIN_FORGET_LEADER, NODE_NONE);
    expect_announced(b, 1, ANNOUNCED_FOLLOW, 1, NODE_NONE, 0);
    cr_expect_eq(bench_timer(b, 1, TIMER_ELECTION), left);
    bench_fire(b, 0, TIMER_HEARTBEAT);
    bench_settle(b);
    cr_expect_eq(bench_view(b, 1).leader, 0);
    bench_destroy(b);
}

/* TestLeaderTransferTimeout */
Test(raft_etcd, a_transfer_to_a_lagging_isolated_target_is_aborted_after_an_election_timeout)
{
    struct bench *b = led_by_first("false", "false");
    bench_isolate(b, 2);
    bench_operation(b, 0, 1);
    bench_settle(b);
    bench_admin(b, 0, ADMIN_TRANSFER, 2);
    bench_operation(b, 0, 2);
    cr_expect_eq(bench_operation_result(b, 0, 2), 0);
    bench_run(b, 150 * MILLISECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_operation(b, 0, 3);
    bench_settle(b);
    cr_expect_eq(bench_operation_result(b, 0, 3), 1);
    bench_destroy(b);
}

/* The third loses patience while the leader goes on beating to the second. */
static void third_loses_patience(struct bench *b)
{
    bench_isolate(b, 2);
    while (bench_timer(b, 2, TIMER_ELECTION) > 75 * MILLISECOND) {
        bench_fire(b, 0, TIMER_HEARTBEAT);
        bench_settle(b);
    }
    bench_heal_all(b);
    bench_fire(b, 2, TIMER_ELECTION);
    bench_settle(b);
}

/* TestDisruptiveFollower: terms here begin at 0, etcd's at 1. */
Test(raft_etcd, a_disruptive_follower_deposes_the_leader_by_answering_its_heartbeat)
{
    struct bench *b = led_by_first("false", "true");
    third_loses_patience(b);
    expect_role(b, 0, ROLE_LEADER, 1);
    expect_role(b, 2, ROLE_CANDIDATE, 2);
    bench_fire(b, 0, TIMER_HEARTBEAT);
    bench_settle(b);
    expect_role(b, 0, ROLE_FOLLOWER, 2);
    expect_role(b, 1, ROLE_FOLLOWER, 1);
    expect_role(b, 2, ROLE_CANDIDATE, 2);
    bench_destroy(b);
}

/* TestFreeStuckCandidateWithCheckQuorum, its end: the freed one leads in the next term. */
Test(raft_etcd, a_freed_candidate_can_lead_in_the_next_term)
{
    struct bench *b = led_by_first("false", "true");
    bench_isolate(b, 2);
    bench_fire(b, 2, TIMER_ELECTION);
    bench_settle(b);
    bench_heal_all(b);
    bench_fire(b, 0, TIMER_HEARTBEAT);
    bench_settle(b);
    bench_advance(b, 400 * MILLISECOND);
    bench_fire(b, 2, TIMER_ELECTION);
    bench_settle(b);
    expect_role(b, 2, ROLE_LEADER, 3);
    bench_destroy(b);
}

/* testdata/prevote_checkquorum.txt: nobody grants a pre-vote under a leader that he hears. */
Test(raft_etcd, with_pre_vote_and_check_quorum_an_impatient_follower_changes_nothing)
{
    struct bench *b = led_by_first("etcd", "true");
    third_loses_patience(b);
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_eq(bench_view(b, 2).term, 1);
    cr_expect_eq(bench_announced_count(b, 2, ANNOUNCED_CAMPAIGN), 0);
    bench_destroy(b);
}
