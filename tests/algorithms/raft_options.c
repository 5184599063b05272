/* What each option of raft changes, and the rules of timers (Raft paper 5.2; AvailSim). */
#include <criterion/criterion.h>

#include "algorithms/raft.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND

static struct bench *started(unsigned members, const char *option, const char *text)
{
    struct bench *b = bench_create(&raft_algorithm, members);
    if (option != NULL)
        bench_set(b, option, text);
    bench_start_all(b);
    return b;
}

/* TestPastElectionTimeout, with ten ticks of a nanosecond. */
Test(raft_options, election_timeouts_are_drawn_evenly_from_the_whole_range)
{
    struct bench *b = started(3, "election_timeout", "10ns..19ns");
    unsigned at_most[21] = {0}, draws = 5000;
    for (unsigned i = 0; i < draws; i++) {
        bench_restart(b, 0);
        sim_ns drawn = bench_timer(b, 0, TIMER_ELECTION);
        cr_assert(drawn >= 10 && drawn <= 19);
        for (sim_ns e = drawn; e <= 20; e++)
            at_most[e]++;
    }
    static const struct {
        unsigned ticks;
        double share;
    } known[] = {{5, 0}, {10, .1}, {13, .4}, {15, .6}, {18, .9}, {20, 1}};
    for (unsigned i = 0; i < 6; i++) {
        double share = at_most[known[i].ticks] / (double) draws;
        cr_assert(share > known[i].share - .02 && share < known[i].share + .02, "%u ticks: %f",
                  known[i].ticks, share);
    }
    bench_destroy(b);
}

Test(raft_options, fixed_timeouts_are_the_least_of_the_range)
{
    struct bench *b = started(3, "timeouts", "fixed");
    for (node_id id = 0; id < 3; id++)
        cr_expect_eq(bench_timer(b, id, TIMER_ELECTION), 150 * MS);
    bench_destroy(b);
}

Test(raft_options, a_candidate_waits_its_own_timeout)
{
    struct bench *b = started(3, "candidate_timeout", "23ms..46ms");
    bench_fire(b, 0, TIMER_ELECTION);
    sim_ns wait = bench_timer(b, 0, TIMER_ELECTION);
    cr_expect(wait >= 23 * MS && wait <= 46 * MS);
    bench_destroy(b);
}

Test(raft_options, a_heartbeat_puts_the_election_off)
{
    struct bench *b = started(3, NULL, NULL);
    bench_advance(b, 100 * MS);
    bench_receive(b, 1, 0, APPEND_ENTRIES, struct append_entries, .term = 1);
    cr_expect_geq(bench_timer(b, 1, TIMER_ELECTION), 150 * MS);
    bench_destroy(b);
}

Test(raft_options, a_denied_vote_does_not_put_the_election_off)
{
    struct bench *b = started(3, "initial_log", "distinct");
    sim_ns before = bench_timer(b, 2, TIMER_ELECTION);
    bench_advance(b, 10 * MS);
    bench_receive(b, 2, 0, REQUEST_VOTE, struct request_vote, .term = 1);
    expect_sent(b, 2, 0, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 1, .granted = false);
    cr_expect_eq(bench_timer(b, 2, TIMER_ELECTION), before - 10 * MS);
    bench_destroy(b);
}

Test(raft_options, a_candidate_that_steps_down_keeps_its_timer)
{
    struct bench *b = started(3, NULL, NULL);
    bench_fire(b, 0, TIMER_ELECTION);
    sim_ns before = bench_timer(b, 0, TIMER_ELECTION);
    bench_advance(b, 5 * MS);
    bench_receive(b, 0, 1, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 7,
                  .granted = false);
    expect_role(b, 0, ROLE_FOLLOWER, 7);
    cr_expect_eq(bench_timer(b, 0, TIMER_ELECTION), before - 5 * MS);
    bench_destroy(b);
}

Test(raft_options, distinct_logs_differ_and_the_shorter_one_gets_no_vote)
{
    struct bench *b = started(3, "initial_log", "distinct");
    cr_expect_lt(bench_view(b, 0).last_index, bench_view(b, 1).last_index);
    cr_expect_lt(bench_view(b, 1).last_index, bench_view(b, 2).last_index);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    cr_expect_neq(bench_view(b, 0).role, ROLE_LEADER);
    bench_destroy(b);
}

Test(raft_options, a_quorum_of_all_needs_every_vote)
{
    struct bench *b = started(3, "quorum", "all");
    bench_fire(b, 0, TIMER_ELECTION);
    bench_receive(b, 0, 1, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 1, .granted = true);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    bench_receive(b, 0, 2, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 1, .granted = true);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(raft_options, a_quorum_of_one_elects_everybody_who_stands)
{
    struct bench *b = started(3, "quorum", "1");
    bench_fire(b, 0, TIMER_ELECTION);
    bench_fire(b, 1, TIMER_ELECTION);
    bench_settle(b);
    cr_expect_eq(bench_announced_count(b, 0, ANNOUNCED_LEAD), 1);
    cr_expect_eq(bench_announced_count(b, 1, ANNOUNCED_LEAD), 1);
    bench_destroy(b);
}

Test(raft_options, weights_make_one_vote_a_majority)
{
    struct bench *b = bench_create(&raft_algorithm, 5);
    bench_set(b, "quorum", "weighted");
    bench_set_weight(b, 1, 4);
    bench_start_all(b);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_receive(b, 0, 2, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 1, .granted = true);
    bench_receive(b, 0, 3, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 1, .granted = true);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    bench_receive(b, 0, 1, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 1, .granted = true);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(raft_options, a_leader_lease_runs_from_the_sending_of_the_round_that_was_acknowledged)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "leader_lease", "true");
    bench_set(b, "clock_drift_bound", "0ppm");
    bench_start_all(b);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    bench_fire(b, 0, TIMER_HEARTBEAT);
    sim_ns sent = b->now;
    bench_advance(b, 20 * MS);
    bench_settle(b);
    cr_expect_eq(bench_view(b, 0).lease_until, sent + 150 * MS);
    bench_destroy(b);
}

Test(raft_options, a_leader_that_is_stopped_hands_over_first)
{
    struct bench *b = started(3, "stop_transfers", "true");
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    cr_expect_eq(bench_sent_count(b, 0, NODE_NONE, TIMEOUT_NOW), 1);
    bench_settle(b);
    cr_expect(bench_view(b, 1).role == ROLE_LEADER || bench_view(b, 2).role == ROLE_LEADER);
    bench_destroy(b);
}

Test(raft_options, without_replication_logs_stay_as_they_were)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "initial_log", "distinct");
    bench_set(b, "replication", "false");
    bench_start_all(b);
    uint64_t before[] = {bench_view(b, 0).last_index, bench_view(b, 1).last_index};
    bench_fire(b, 2, TIMER_ELECTION);
    bench_settle(b);
    bench_fire(b, 2, TIMER_HEARTBEAT);
    bench_settle(b);
    expect_role(b, 2, ROLE_LEADER, 2); /* the entries they begin with are of term 1 */
    cr_expect_eq(bench_view(b, 0).leader, 2);
    cr_expect_eq(bench_view(b, 0).last_index, before[0]);
    cr_expect_eq(bench_view(b, 1).last_index, before[1]);
    bench_destroy(b);
}

/* Howard 2015, 4.3: the wait doubles with each election lost to denials. */
Test(raft_options, with_backoff_a_candidate_that_is_denied_waits_twice_as_long_each_time)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "candidate_timeout", "20ms..20ms");
    bench_set(b, "candidate_backoff", "true");
    bench_start_all(b);
    for (uint64_t round = 0; round < 4; round++) {
        bench_fire(b, 0, TIMER_ELECTION);
        cr_expect_eq(bench_timer(b, 0, TIMER_ELECTION), (20 << round) * MS);
        for (node_id id = 1; id < 3; id++)
            bench_receive(b, 0, id, REQUEST_VOTE_RESPONSE, struct vote_response, .term = round + 1,
                          .granted = false);
    }
    bench_destroy(b);
}

/* KIP-996: who follows a leader refuses; who follows nobody looks at the log only. */
Test(raft_options, pre_votes_as_kafka_are_refused_by_followers_and_granted_by_the_unattached)
{
    struct bench *b = started(3, "pre_vote", "kafka");
    bench_receive(b, 1, 0, PRE_VOTE, struct request_vote, .term = 1);
    expect_sent(b, 1, 0, PRE_VOTE_RESPONSE, struct vote_response, .term = 1, .granted = true);
    bench_receive(b, 1, 2, APPEND_ENTRIES, struct append_entries, .term = 1);
    bench_advance(b, 10 * SECOND); /* however long ago it heard of it */
    bench_forget(b);
    bench_receive(b, 1, 0, PRE_VOTE, struct request_vote, .term = 2, .last_log_index = 9,
                  .last_log_term = 1);
    expect_sent(b, 1, 0, PRE_VOTE_RESPONSE, struct vote_response, .term = 1, .granted = false);
    bench_destroy(b);
}

/* Figure 13 of the extended paper: a follower that lacks what the leader has compacted. */
Test(raft_options, a_follower_far_behind_gets_a_snapshot_and_then_the_rest)
{
    struct bench *b = started(3, NULL, NULL);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    bench_isolate(b, 2);
    for (uint64_t operation = 1; operation <= 5; operation++) {
        bench_operation(b, 0, operation);
        bench_settle(b);
    }
    cr_assert_eq(bench_view(b, 2).last_index, 1);
    bench_heal_all(b);
    bench_forget(b);
    bench_fire(b, 0, TIMER_HEARTBEAT);
    bench_settle(b);
    expect_sent(b, 0, 2, INSTALL_SNAPSHOT, struct install_snapshot, .term = 1,
                .last_included_index = 6, .last_included_term = 1);
    bench_operation(b, 0, 6);
    bench_settle(b);
    cr_expect_eq(bench_view(b, 2).last_index, 7);
    cr_expect_eq(bench_view(b, 2).last_term, 1);
    cr_expect_eq(bench_view(b, 2).commit_index, 6);
    bench_destroy(b);
}

/* A run that took another term would be another's entry under a known index: two nodes that commit
 * it would hold different histories. */
Test(raft_options, a_full_table_of_runs_takes_no_new_term)
{
    struct raft_log log = {0};
    for (uint32_t term = 1; term <= RAFT_RUNS_MAX; term++)
        cr_expect(raft_log_append(&log, term, 1));
    cr_expect_not(raft_log_append(&log, RAFT_RUNS_MAX + 1, 1));
    cr_expect_eq(raft_log_last(&log), RAFT_RUNS_MAX);
    cr_expect_eq(raft_log_last_term(&log), RAFT_RUNS_MAX);
    cr_expect(raft_log_append(&log, RAFT_RUNS_MAX, 1), "the newest run has room");
    raft_log_commit(&log, 1);
    cr_expect(raft_log_append(&log, RAFT_RUNS_MAX + 1, 1), "and a commit makes some");
}
