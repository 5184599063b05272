/* The circuit breaker: its three states, and the algorithms that it holds back. */
#include <criterion/criterion.h>

#include "algorithms/ballot_leader_election.h"
#include "algorithms/circuit_breaker.h"
#include "algorithms/invitation.h"
#include "algorithms/kraft.h"
#include "algorithms/mongodb.h"
#include "algorithms/raft.h"
#include "algorithms/viewstamped_replication.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND

extern const struct algorithm bully_algorithm;

static const struct breaker_options options
    = {.elections = 3, .window = 10 * SECOND, .cool_down = 5 * SECOND};
static sim_ns room[3];

static struct circuit_breaker opened(void)
{
    struct circuit_breaker b;
    breaker_begin(&b, &options, room);
    for (int i = 1; i <= 3; i++)
        breaker_election(&b, i * SECOND);
    return b;
}

Test(circuit_breaker, a_closed_breaker_lets_every_candidacy_through)
{
    struct circuit_breaker b;
    breaker_begin(&b, &options, room);
    breaker_election(&b, 1 * SECOND);
    breaker_election(&b, 2 * SECOND);
    cr_expect_eq(breaker_wait(&b, 2 * SECOND), 0);
}

Test(circuit_breaker, so_many_elections_within_the_window_open_it_for_the_cool_down)
{
    struct circuit_breaker b = opened();
    cr_expect_eq(breaker_wait(&b, 3 * SECOND), 5 * SECOND);
    cr_expect_eq(breaker_wait(&b, 7 * SECOND), 1 * SECOND);
}

Test(circuit_breaker, elections_that_are_further_apart_leave_it_closed)
{
    struct circuit_breaker b;
    breaker_begin(&b, &options, room);
    for (int i = 0; i < 20; i++)
        breaker_election(&b, i * 5001 * MS);
    cr_expect_eq(breaker_wait(&b, 100 * SECOND), 0);
    breaker_election(&b, 95020 * MS);
    cr_expect_gt(breaker_wait(&b, 100 * SECOND), 0);
}

Test(circuit_breaker, after_the_cool_down_one_candidacy_is_let_through)
{
    struct circuit_breaker b = opened();
    cr_expect_eq(breaker_wait(&b, 8 * SECOND), 0);
    cr_expect_eq(b.state, BREAKER_HALF_OPEN);
}

Test(circuit_breaker, a_candidacy_that_comes_to_nothing_opens_it_again)
{
    struct circuit_breaker b = opened();
    breaker_wait(&b, 8 * SECOND);
    breaker_election(&b, 8 * SECOND);
    cr_expect_eq(breaker_wait(&b, 9 * SECOND), 5 * SECOND);
    cr_expect_eq(breaker_wait(&b, 13 * SECOND), 1 * SECOND);
}

Test(circuit_breaker, word_of_a_leader_closes_it_when_half_open)
{
    struct circuit_breaker b = opened();
    breaker_wait(&b, 8 * SECOND);
    breaker_leader(&b, 9 * SECOND);
    cr_expect_eq(b.state, BREAKER_CLOSED);
    breaker_election(&b, 9 * SECOND); /* what was before does not count any more */
    breaker_election(&b, 10 * SECOND);
    cr_expect_eq(breaker_wait(&b, 10 * SECOND), 0);
}

Test(circuit_breaker, a_leader_in_the_cool_down_does_not_close_it_but_one_after_it_does)
{
    struct circuit_breaker b = opened();
    breaker_leader(&b, 4 * SECOND);
    cr_expect_eq(breaker_wait(&b, 4 * SECOND), 4 * SECOND);
    breaker_leader(&b, 8 * SECOND);
    cr_expect_eq(b.state, BREAKER_CLOSED);
}

Test(circuit_breaker, without_a_number_of_elections_there_is_none)
{
    struct circuit_breaker b;
    struct breaker_options none = {.elections = 0};
    breaker_begin(&b, &none, room);
    for (int i = 0; i < 100; i++)
        breaker_election(&b, i);
    cr_expect_eq(breaker_wait(&b, 100), 0);
    cr_expect_eq(breaker_delay(&none), 0);
    cr_expect_gt(breaker_delay(&options), 0);
}

/* ---- In the algorithms ----------------------------------------------------------------------- */

static struct bench *cluster(const struct algorithm *algorithm, unsigned members)
{
    struct bench *b = bench_create(algorithm, members);
    bench_set(b, "breaker_elections", "3");
    bench_set(b, "breaker_window", "10s");
    bench_set(b, "breaker_cool_down", "5s");
    bench_start_all(b);
    return b;
}

Test(circuit_breaker, a_server_of_raft_stops_standing_after_the_storm_and_tries_once)
{
    struct bench *b = cluster(&raft_algorithm, 3);
    for (int i = 0; i < 3; i++)
        bench_fire(b, 0, TIMER_ELECTION);
    expect_role(b, 0, ROLE_CANDIDATE, 3);
    bench_fire(b, 0, TIMER_ELECTION);
    expect_role(b, 0, ROLE_FOLLOWER, 3);
    sim_ns wait = bench_timer(b, 0, TIMER_ELECTION);
    cr_expect(wait > 4700 * MS && wait <= 5300 * MS, "%lld", (long long) wait);
    bench_fire(b, 0, TIMER_ELECTION); /* the one that is let through */
    expect_role(b, 0, ROLE_CANDIDATE, 4);
    bench_fire(b, 0, TIMER_ELECTION);
    expect_role(b, 0, ROLE_FOLLOWER, 4);
    cr_expect_gt(bench_timer(b, 0, TIMER_ELECTION), 5 * SECOND);
    bench_destroy(b);
}

Test(circuit_breaker, terms_that_others_begin_count_too)
{
    struct bench *b = cluster(&raft_algorithm, 3);
    for (uint64_t term = 1; term <= 3; term++)
        bench_receive(b, 0, 1, REQUEST_VOTE, struct request_vote, .term = term);
    bench_fire(b, 0, TIMER_ELECTION);
    expect_role(b, 0, ROLE_FOLLOWER, 3);
    bench_destroy(b);
}

Test(circuit_breaker, who_does_not_stand_still_votes)
{
    struct bench *b = cluster(&raft_algorithm, 3);
    for (int i = 0; i < 3; i++)
        bench_fire(b, 0, TIMER_ELECTION);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_receive(b, 0, 1, REQUEST_VOTE, struct request_vote, .term = 9);
    expect_sent(b, 0, 1, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 9, .granted = true);
    bench_destroy(b);
}

Test(circuit_breaker, a_leader_that_is_elected_closes_it)
{
    struct bench *b = cluster(&raft_algorithm, 3);
    for (int i = 0; i < 5; i++)
        bench_fire(b, 0, TIMER_ELECTION);
    expect_role(b, 0, ROLE_CANDIDATE, 4);
    bench_receive(b, 0, 1, REQUEST_VOTE_RESPONSE, struct vote_response, .term = 4, .granted = true);
    expect_role(b, 0, ROLE_LEADER, 4);
    bench_receive(b, 0, 1, APPEND_ENTRIES, struct append_entries, .term = 5, .round = 1);
    bench_fire(b, 0, TIMER_ELECTION);
    expect_role(b, 0, ROLE_CANDIDATE, 6);
    bench_destroy(b);
}

Test(circuit_breaker, a_leader_that_is_heard_closes_it)
{
    struct bench *b = cluster(&raft_algorithm, 3);
    for (int i = 0; i < 5; i++)
        bench_fire(b, 0, TIMER_ELECTION);
    bench_receive(b, 0, 1, APPEND_ENTRIES, struct append_entries, .term = 5, .round = 1);
    bench_fire(b, 0, TIMER_ELECTION);
    expect_role(b, 0, ROLE_CANDIDATE, 6);
    bench_destroy(b);
}

Test(circuit_breaker, a_longer_window_counts_what_a_shorter_one_forgets)
{
    for (int i = 0; i < 2; i++) {
        struct bench *b = cluster(&raft_algorithm, 3);
        bench_set(b, "breaker_window", i == 0 ? "1s" : "10s");
        for (int k = 0; k < 4; k++) {
            bench_advance(b, 900 * MS);
            bench_fire(b, 0, TIMER_ELECTION);
        }
        cr_expect_eq(bench_view(b, 0).term, i == 0 ? 4u : 3u);
        bench_destroy(b);
    }
}

Test(circuit_breaker, a_transfer_that_the_leader_asks_for_is_not_held_back)
{
    struct bench *b = cluster(&raft_algorithm, 3);
    for (int i = 0; i < 4; i++)
        bench_fire(b, 0, TIMER_ELECTION);
    bench_receive(b, 0, 1, APPEND_ENTRIES, struct append_entries, .term = 5, .round = 1);
    bench_receive(b, 0, 1, TIMEOUT_NOW, struct timeout_now, .term = 5);
    expect_role(b, 0, ROLE_CANDIDATE, 6);
    bench_destroy(b);
}

Test(circuit_breaker, a_backup_stops_asking_for_views)
{
    struct bench *b = cluster(&viewstamped_replication_algorithm, 5);
    bench_settle(b);
    for (int i = 0; i < 3; i++)
        bench_fire(b, 2, VR_TIMER_VIEW_CHANGE);
    expect_role(b, 2, ROLE_CANDIDATE, 4);
    bench_fire(b, 2, VR_TIMER_VIEW_CHANGE);
    expect_role(b, 2, ROLE_CANDIDATE, 4);
    cr_expect_gt(bench_timer(b, 2, VR_TIMER_VIEW_CHANGE), 3 * SECOND);
    bench_receive(b, 2, 3, VR_START_VIEW, struct vr_view, .view = 8); /* still follows */
    cr_expect_eq(bench_view(b, 2).leader, 3);
    bench_destroy(b);
}

Test(circuit_breaker, a_server_of_omni_paxos_stops_raising_its_ballot)
{
    struct bench *b = cluster(&ballot_leader_election_algorithm, 3);
    bench_run(b, 1 * SECOND);
    bench_isolate(b, 0);
    uint64_t before = bench_view(b, 1).term;
    for (int i = 0; i < 40; i++) { /* the leader comes and goes, and is no candidate */
        bench_fire(b, 1, BLE_TIMER_ROUND);
        const struct heartbeat_request *asked
            = bench_last_sent(b, 1, NODE_NONE, BLE_HEARTBEAT_REQUEST);
        bench_receive(b, 1, 2, BLE_HEARTBEAT_REPLY, struct heartbeat_reply,
                      .n = 100u + (uint64_t) i, .round = asked->round, .candidate = i % 2 == 0);
    }
    cr_expect_gt(bench_view(b, 1).term, before);
    cr_expect_lt(bench_announced_count(b, 1, ANNOUNCED_CAMPAIGN), 5);
    bench_destroy(b);
}

Test(circuit_breaker, options_without_sense_are_refused)
{
    static const char *const wrong[][2]
        = {{"breaker_elections", "101"}, {"breaker_window", "0s"}, {"breaker_cool_down", "0s"}};
    const struct algorithm *of[] = {&raft_algorithm,
                                    &bully_algorithm,
                                    &ballot_leader_election_algorithm,
                                    &viewstamped_replication_algorithm,
                                    &mongodb_algorithm,
                                    &kraft_algorithm,
                                    &invitation_algorithm};
    for (size_t a = 0; a < sizeof of / sizeof *of; a++)
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            struct bench *b = bench_create(of[a], 3);
            const char *option = NULL;
            bench_set(b, "breaker_elections", "3");
            bench_set(b, wrong[i][0], wrong[i][1]);
            cr_expect_not_null(of[a]->check(bench_config(b, 0), 3, &option));
            cr_expect_str_eq(option, wrong[i][0]);
            bench_destroy(b);
        }
}
