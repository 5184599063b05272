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
