/* Sentences of Omni-Paxos, section 5, and of ble.rs. */
#include <criterion/criterion.h>

#include "algorithms/ballot_leader_election.h"
#include "tests/algorithms/bench.h"

static struct bench *cluster(unsigned members)
{
    struct bench *b = bench_create(&ballot_leader_election_algorithm, members);
    bench_start_all(b);
    return b;
}

static void rounds(struct bench *b, unsigned count)
{
    bench_run(b, count * 100 * MILLISECOND);
}

Test(ballot_leader_election, the_highest_ballot_among_candidates_leads_after_one_round)
{
    struct bench *b = cluster(5);
    rounds(b, 1);
    for (node_id id = 0; id < 5; id++)
        cr_expect_eq(bench_view(b, id).leader, 4);
    expect_role(b, 4, ROLE_LEADER, 5);
    bench_destroy(b);
}

Test(ballot_leader_election, a_server_without_a_majority_is_no_candidate)
{
    struct bench *b = cluster(3);
    bench_isolate(b, 2);
    rounds(b, 2);
    bench_forget(b);
    bench_receive(b, 2, 0, BLE_HEARTBEAT_REQUEST, struct heartbeat_request, .round = 9);
    expect_sent(b, 2, 0, BLE_HEARTBEAT_REPLY, struct heartbeat_reply, .round = 9,
                .candidate = false);
    expect_role(b, 1, ROLE_LEADER, 2);
    bench_destroy(b);
}

Test(ballot_leader_election, without_the_leaders_ballot_the_own_one_rises_above_it)
{
    struct bench *b = cluster(3);
    rounds(b, 1);
    bench_crash(b, 2); /* it has answered in the round that is on */
    rounds(b, 2);
    expect_announced(b, 0, ANNOUNCED_CAMPAIGN, 4, NODE_NONE, CAMPAIGN_TIMEOUT); /* n=1, first */
    expect_announced(b, 1, ANNOUNCED_CAMPAIGN, 5, NODE_NONE, CAMPAIGN_TIMEOUT);
    rounds(b, 2); /* a server that looks before the other has risen learns of it a round later */
    expect_role(b, 1, ROLE_LEADER, 5);
    cr_expect_eq(bench_view(b, 0).leader, 1);
    bench_destroy(b);
}

Test(ballot_leader_election, answers_to_an_earlier_round_and_repeated_ones_do_not_count)
{
    struct bench *b = bench_create(&ballot_leader_election_algorithm, 5);
    bench_start(b, 0);
    for (int repeated = 0; repeated < 3; repeated++)
        bench_receive(b, 0, 1, BLE_HEARTBEAT_REPLY, struct heartbeat_reply, .round = 1,
                      .candidate = true);
    bench_receive(b, 0, 2, BLE_HEARTBEAT_REPLY, struct heartbeat_reply, .round = 0,
                  .candidate = true);
    bench_fire(b, 0, BLE_TIMER_ROUND);
    cr_expect_eq(bench_view(b, 0).leader, NODE_NONE);
    bench_receive(b, 0, 1, BLE_HEARTBEAT_REPLY, struct heartbeat_reply, .round = 2,
                  .candidate = true);
    bench_receive(b, 0, 2, BLE_HEARTBEAT_REPLY, struct heartbeat_reply, .round = 2);
    bench_fire(b, 0, BLE_TIMER_ROUND);
    cr_expect_eq(bench_view(b, 0).leader, 1);
    bench_destroy(b);
}

/* LE3: a server never takes a lower ballot for a leader's than one before. */
Test(ballot_leader_election, ballots_of_leaders_only_rise_even_across_a_restart)
{
    struct bench *b = cluster(3);
    rounds(b, 1);
    bench_crash(b, 2);
    rounds(b, 4);
    cr_assert_eq(bench_view(b, 0).term, 5);
    bench_restart(b, 0);
    cr_expect_eq(bench_view(b, 0).term, 5);
    bench_restart(b, 2);
    bench_restart(b, 1);
    rounds(b, 4);
    node_id leader = bench_view(b, 0).leader;
    cr_assert_neq(leader, NODE_NONE);
    cr_expect_geq(bench_view(b, leader).term, 5);
    bench_destroy(b);
}

Test(ballot_leader_election, a_ballot_is_shown_only_when_it_is_durable)
{
    struct bench *b = cluster(3);
    rounds(b, 1);
    b->sync_at_once = false;
    bench_crash(b, 2);
    bench_fire(b, 0, BLE_TIMER_ROUND);
    bench_settle(b);
    bench_fire(b, 0, BLE_TIMER_ROUND); /* nobody showed the leader's ballot: it rises */
    bench_forget(b);
    bench_receive(b, 0, 1, BLE_HEARTBEAT_REQUEST, struct heartbeat_request, .round = 7);
    expect_not_sent(b, 0, 1, BLE_HEARTBEAT_REPLY);
    bench_sync(b, 0);
    expect_sent(b, 0, 1, BLE_HEARTBEAT_REPLY, struct heartbeat_reply, .n = 1, .round = 7,
                .candidate = true);
    bench_destroy(b);
}

/* Quorum-loss: only the centre of a star reaches a majority. */
Test(ballot_leader_election, the_only_server_that_reaches_a_majority_leads_within_four_rounds)
{
    struct bench *b = cluster(5);
    rounds(b, 1);
    for (node_id a = 1; a < 5; a++)
        for (node_id c = a + 1; c < 5; c++)
            bench_cut(b, a, c);
    rounds(b, 1 + 4); /* the round that was on when the links were cut, and four more */
    cr_expect_eq(bench_view(b, 0).role, ROLE_LEADER);
    for (node_id id = 1; id < 5; id++) /* they reach too few to look who leads, and are told */
        cr_expect_eq(bench_view(b, id).leader, 0);
    expect_announced(b, 4, ANNOUNCED_STEP_DOWN, 5, NODE_NONE, STEP_DOWN_HIGHER_TERM);
    bench_destroy(b);
}

/* Sequence Paxos, section 4: the new leader's Prepare, and what a server that promised refuses. */
Test(ballot_leader_election, a_leader_prepares_again_whoever_lives_and_has_not_promised)
{
    struct bench *b = cluster(5);
    bench_crash(b, 0);
    rounds(b, 1);
    for (node_id id = 0; id < 4; id++)
        expect_sent(b, 4, id, BLE_PREPARE, struct prepare, .n = 0);
    bench_wipe(b, 0);
    bench_start(b, 0);
    bench_forget(b);
    rounds(b, 2); /* it has missed the request of the first */
    expect_sent(b, 4, 0, BLE_PREPARE, struct prepare, .n = 0);
    expect_not_sent(b, 4, 1, BLE_PREPARE);
    bench_crash(b, 0);
    rounds(b, 1);
    bench_forget(b);
    rounds(b, 2);
    expect_not_sent(b, 4, 0, BLE_PREPARE);
    bench_destroy(b);
}

Test(ballot_leader_election, a_promise_is_told_when_it_is_durable)
{
    struct bench *b = bench_create(&ballot_leader_election_algorithm, 5);
    b->sync_at_once = false;
    bench_start(b, 0);
    bench_receive(b, 0, 3, BLE_PREPARE, struct prepare, .n = 7);
    cr_expect_eq(bench_view(b, 0).leader, 3);
    expect_not_sent(b, 0, 3, BLE_PROMISE);
    bench_sync(b, 0);
    expect_sent(b, 0, 3, BLE_PROMISE, struct promise, .n = 7);
    bench_destroy(b);
}

Test(ballot_leader_election, a_lower_ballot_than_the_promised_one_gets_no_promise)
{
    struct bench *b = bench_create(&ballot_leader_election_algorithm, 5);
    bench_start(b, 0);
    bench_receive(b, 0, 3, BLE_PREPARE, struct prepare, .n = 7);
    bench_forget(b);
    bench_receive(b, 0, 4, BLE_PREPARE, struct prepare, .n = 6);
    cr_expect_eq(bench_view(b, 0).leader, 3);
    expect_not_sent(b, 0, 4, BLE_PROMISE);
    bench_receive(b, 0, 2, BLE_PREPARE, struct prepare, .n = 7); /* the lower number of two */
    expect_not_sent(b, 0, 2, BLE_PROMISE);
    bench_restart(b, 0);
    bench_receive(b, 0, 4, BLE_PREPARE, struct prepare, .n = 6);
    expect_not_sent(b, 0, 4, BLE_PROMISE);
    bench_destroy(b);
}

Test(ballot_leader_election, a_leader_that_is_stopped_steps_down_first)
{
    struct bench *b = cluster(3);
    rounds(b, 1);
    bench_admin(b, 2, ADMIN_STOP, NODE_NONE);
    expect_announced(b, 2, ANNOUNCED_STEP_DOWN, 3, NODE_NONE, STEP_DOWN_STOP);
    cr_expect_not(bench_is_up(b, 2));
    bench_destroy(b);
}

/* ---- Other quorums --------------------------------------------------------------------------- */

/* n1 reaches so many others, which are candidates of lower ballots. */
static bool leads_with(const char *quorum, unsigned others, uint32_t own_weight)
{
    struct bench *b = bench_create(&ballot_leader_election_algorithm, 5);
    bench_set(b, "quorum", quorum);
    bench_set_weight(b, 0, own_weight);
    bench_start(b, 0);
    for (int round = 0; round < 3; round++) { /* it finds no leader, raises its ballot, leads */
        bench_fire(b, 0, BLE_TIMER_ROUND);
        const struct heartbeat_request *asked
            = bench_last_sent(b, 0, NODE_NONE, BLE_HEARTBEAT_REQUEST);
        for (node_id id = 1; id <= others; id++)
            bench_receive(b, 0, id, BLE_HEARTBEAT_REPLY, struct heartbeat_reply,
                          .round = asked->round);
    }
    bench_fire(b, 0, BLE_TIMER_ROUND);
    bool leads = bench_view(b, 0).role == ROLE_LEADER;
    bench_destroy(b);
    return leads;
}

Test(ballot_leader_election, who_reaches_as_many_as_the_quorum_says_may_lead)
{
    cr_expect(leads_with("majority", 2, 1) && !leads_with("majority", 1, 9));
    cr_expect(leads_with("all", 4, 1) && !leads_with("all", 3, 1));
    cr_expect(leads_with("2", 1, 1) && !leads_with("4", 2, 1));
    cr_expect(leads_with("weighted", 0, 5) && !leads_with("weighted", 0, 4));
}

Test(ballot_leader_election, a_leader_at_last_is_promised_where_a_majority_is_enough)
{
    struct bench *b = bench_create(&ballot_leader_election_algorithm, 5);
    static const char *const enough[] = {"majority", "3", "2"}, *const more[] = {"all", "4"};
    for (unsigned i = 0; i < 5; i++) {
        bench_set(b, "quorum", i < 3 ? enough[i] : more[i - 3]);
        uint32_t promised = ballot_leader_election_algorithm.promises_with(bench_config(b, 0), 5);
        cr_expect_eq((promised & EVENTUAL_LEADER) != 0, i < 3);
    }
    const char *option = NULL;
    bench_set(b, "quorum", "6");
    cr_expect_not_null(ballot_leader_election_algorithm.check(bench_config(b, 0), 5, &option));
    cr_expect_str_eq(option, "quorum");
    bench_destroy(b);
}

/* ble.rs orders ballots by n, then priority, then pid. */
Test(ballot_leader_election, of_ballots_with_one_number_the_higher_priority_is_the_higher)
{
    struct bench *b = bench_create(&ballot_leader_election_algorithm, 3);
    bench_set_priority(b, 0, 2);
    bench_set_priority(b, 1, 1);
    bench_start_all(b);
    bench_run(b, 1 * SECOND);
    expect_role(b, 0, ROLE_LEADER, bench_view(b, 1).term);
    cr_expect_eq(bench_view(b, 2).leader, 0);
    bench_crash(b, 0);
    bench_run(b, 1 * SECOND);
    uint64_t term = bench_view(b, 1).term;
    expect_role(b, 1, ROLE_LEADER, term);
    bench_restart(b, 0); /* a higher number stays above it */
    bench_run(b, 1 * SECOND);
    expect_role(b, 1, ROLE_LEADER, term);
    bench_destroy(b);
}
