/* Rounds of ZooKeeper's FastLeaderElection.lookForLeader, and of Zab what follows them (Leader,
 * LearnerHandler, Learner). */
#include <criterion/criterion.h>

#include "algorithms/fast_leader_election.h"
#include "tests/algorithms/bench.h"

#define TICK (2 * SECOND)

static struct bench *servers(unsigned count)
{
    struct bench *b = bench_create(&fast_leader_election_algorithm, count);
    bench_start_all(b);
    return b;
}

/* All looked together, and the last leads epoch 1. It decided last, so that the others' first
 * connections were refused. */
static struct bench *led(unsigned count)
{
    struct bench *b = servers(count);
    bench_run(b, 310 * MILLISECOND);
    expect_role(b, count - 1, ROLE_LEADER, 1);
    bench_forget(b);
    return b;
}

static const struct fle *state_of(struct bench *b, node_id id)
{
    return bench_state(b, id);
}

static void notify(struct bench *b, node_id to, node_id from, node_id leader, uint64_t round,
                   uint64_t epoch, uint32_t state)
{
    bench_receive(b, to, from, FLE_NOTIFICATION, struct fle_vote, .leader = leader, .round = round,
                  .peer_epoch = epoch, .state = state);
}

static node_id proposed(struct bench *b, node_id id)
{
    return state_of(b, id)->proposal.leader;
}

/* ---- Rounds ---------------------------------------------------------------------------------- */

Test(fast_leader_election, everybody_first_votes_for_itself_and_tells_all)
{
    struct bench *b = servers(5);
    for (node_id id = 1; id < 5; id++)
        expect_sent(b, 0, id, FLE_NOTIFICATION, struct fle_vote, .leader = 0, .round = 1);
    cr_expect_eq(bench_sent_count(b, NODE_NONE, NODE_NONE, FLE_NOTIFICATION), 20);
    cr_expect_eq(bench_timer(b, 0, FLE_TIMER_NOTIFICATION), 200 * MILLISECOND);
    bench_destroy(b);
}

Test(fast_leader_election, a_better_vote_is_taken_over_and_told_and_a_worse_one_is_not)
{
    struct bench *b = servers(5);
    bench_forget(b);
    notify(b, 2, 3, 3, 1, 0, FLE_LOOKING);
    cr_expect_eq(proposed(b, 2), 3);
    cr_expect_eq(bench_sent_count(b, 2, NODE_NONE, FLE_NOTIFICATION), 4);
    bench_forget(b);
    notify(b, 2, 1, 1, 1, 0, FLE_LOOKING);
    cr_expect_eq(proposed(b, 2), 3);
    expect_silence(b);
    bench_destroy(b);
}

Test(fast_leader_election, votes_are_ordered_by_epoch_then_zxid_then_id)
{
    struct bench *b = bench_create(&fast_leader_election_algorithm, 5);
    bench_set(b, "initial_zxid", "[5, 7, 7, 2, 9]");
    bench_start_all(b);
    bench_receive(b, 0, 3, FLE_NOTIFICATION, struct fle_vote, .leader = 3, .round = 1,
                  .peer_epoch = 1, .zxid_epoch = 1, .zxid = 2);
    cr_expect_eq(proposed(b, 0), 0, "a smaller zxid does not win by its id");
    bench_receive(b, 0, 2, FLE_NOTIFICATION, struct fle_vote, .leader = 2, .round = 1,
                  .peer_epoch = 1, .zxid_epoch = 1, .zxid = 7);
    cr_expect_eq(proposed(b, 0), 2);
    bench_receive(b, 0, 1, FLE_NOTIFICATION, struct fle_vote, .leader = 1, .round = 1,
                  .peer_epoch = 1, .zxid_epoch = 1, .zxid = 7);
    cr_expect_eq(proposed(b, 0), 2, "of equals the higher id");
    notify(b, 0, 1, 1, 1, 2, FLE_LOOKING);
    cr_expect_eq(proposed(b, 0), 1, "a later epoch wins without a history");
    bench_destroy(b);
}

Test(fast_leader_election, a_server_of_weight_0_never_wins)
{
    struct bench *b = bench_create(&fast_leader_election_algorithm, 5);
    bench_set_weight(b, 4, 0);
    bench_start_all(b);
    bench_run(b, SECOND);
    expect_role(b, 3, ROLE_LEADER, 1);
    cr_expect_eq(bench_view(b, 4).leader, 3, "but it follows");
    bench_destroy(b);
}

Test(fast_leader_election, a_vote_of_an_earlier_round_does_not_count_and_is_answered)
{
    struct bench *b = servers(3);
    notify(b, 0, 1, 1, 5, 0, FLE_LOOKING);
    cr_expect_eq(state_of(b, 0)->round, 5);
    bench_forget(b);
    notify(b, 0, 2, 2, 4, 9, FLE_LOOKING);
    cr_expect_eq(proposed(b, 0), 1);
    expect_sent(b, 0, 2, FLE_NOTIFICATION, struct fle_vote, .leader = 1, .round = 5);
    expect_not_sent(b, 0, 1, FLE_NOTIFICATION);
    bench_destroy(b);
}

/* "If notification > current, replace and send messages out": votes so far are void. */
Test(fast_leader_election, a_later_round_begins_anew_with_the_better_of_own_and_heard)
{
    struct bench *b = servers(5);
    notify(b, 2, 4, 4, 1, 0, FLE_LOOKING);
    notify(b, 2, 3, 4, 1, 0, FLE_LOOKING);
    cr_expect(state_of(b, 2)->finalizing);
    notify(b, 2, 0, 0, 2, 0, FLE_LOOKING);
    cr_expect(state_of(b, 2)->finalizing, "a worse vote of a later round is passed over there");
    struct bench *c = servers(5);
    notify(c, 2, 4, 4, 1, 0, FLE_LOOKING);
    notify(c, 2, 0, 0, 2, 0, FLE_LOOKING);
    cr_expect_eq(state_of(c, 2)->round, 2);
    cr_expect_eq(proposed(c, 2), 2, "not what it had heard before");
    notify(c, 2, 1, 2, 2, 0, FLE_LOOKING);
    cr_expect_not(state_of(c, 2)->finalizing, "n5's vote was of the round before");
    bench_destroy(b);
    bench_destroy(c);
}

Test(fast_leader_election, with_a_quorum_it_waits_200_ms_for_a_better_vote_and_decides)
{
    struct bench *b = servers(5);
    notify(b, 2, 0, 2, 1, 0, FLE_LOOKING);
    cr_expect_not(state_of(b, 2)->finalizing);
    notify(b, 2, 1, 2, 1, 0, FLE_LOOKING);
    cr_expect(state_of(b, 2)->finalizing);
    cr_expect_eq(bench_timer(b, 2, FLE_TIMER_NOTIFICATION), 200 * MILLISECOND);
    bench_advance(b, 150 * MILLISECOND);
    notify(b, 2, 0, 1, 1, 0, FLE_LOOKING);
    cr_expect_eq(bench_timer(b, 2, FLE_TIMER_NOTIFICATION), 200 * MILLISECOND, "any word prolongs");
    notify(b, 2, 3, 3, 1, 0, FLE_LOOKING);
    cr_expect_not(state_of(b, 2)->finalizing, "a better vote ends it");
    cr_expect_eq(proposed(b, 2), 3);
    notify(b, 2, 0, 3, 1, 0, FLE_LOOKING);
    cr_expect(state_of(b, 2)->finalizing);
    bench_fire(b, 2, FLE_TIMER_NOTIFICATION);
    cr_expect_eq(state_of(b, 2)->state, FLE_FOLLOWING);
    expect_sent(b, 2, 3, FLE_FOLLOWER_INFO, struct fle_epoch,
                .connection = state_of(b, 2)->connection);
    bench_destroy(b);
}

Test(fast_leader_election, how_long_it_waits_for_a_better_vote_is_an_option)
{
    struct bench *b = bench_create(&fast_leader_election_algorithm, 3);
    bench_set(b, "finalize_wait", "31ms");
    bench_start_all(b);
    bench_settle(b);
    cr_expect_eq(bench_timer(b, 2, FLE_TIMER_NOTIFICATION), 31 * MILLISECOND);
    bench_destroy(b);
}

/* ZK-back */
Test(fast_leader_election, a_lone_server_waits_twice_as_long_each_time_up_to_a_minute)
{
    static const int64_t waits[]
        = {200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000};
    struct bench *b = bench_create(&fast_leader_election_algorithm, 3);
    bench_start(b, 0);
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        cr_expect_eq(bench_timer(b, 0, FLE_TIMER_NOTIFICATION), waits[i] * MILLISECOND);
        bench_forget(b);
        bench_fire(b, 0, FLE_TIMER_NOTIFICATION);
        cr_expect_eq(bench_sent_count(b, 0, NODE_NONE, FLE_NOTIFICATION), 2);
    }
    bench_destroy(b);
}

Test(fast_leader_election, both_ends_of_that_wait_are_options_and_any_word_begins_it_anew)
{
    struct bench *b = bench_create(&fast_leader_election_algorithm, 5);
    bench_set(b, "min_notification_interval", "30ms");
    bench_set(b, "max_notification_interval", "50ms");
    bench_start(b, 0);
    cr_expect_eq(bench_timer(b, 0, FLE_TIMER_NOTIFICATION), 30 * MILLISECOND);
    bench_fire(b, 0, FLE_TIMER_NOTIFICATION);
    cr_expect_eq(bench_timer(b, 0, FLE_TIMER_NOTIFICATION), 50 * MILLISECOND);
    bench_advance(b, 40 * MILLISECOND);
    notify(b, 0, 1, 1, 1, 0, FLE_LOOKING);
    cr_expect_eq(bench_timer(b, 0, FLE_TIMER_NOTIFICATION), 50 * MILLISECOND);
    bench_destroy(b);
}

Test(fast_leader_election, who_says_its_vote_again_is_told_the_others_again)
{
    struct bench *b = servers(5);
    bench_forget(b);
    bench_receive(b, 0, 1, FLE_NOTIFICATION, struct fle_vote, .leader = 1, .round = 1,
                  .again = true);
    expect_sent(b, 0, 1, FLE_NOTIFICATION, struct fle_vote, .leader = 0, .round = 1);
    bench_forget(b);
    bench_receive(b, 0, 1, FLE_NOTIFICATION, struct fle_vote, .leader = 1, .round = 1);
    expect_silence(b);
    bench_fire(b, 0, FLE_TIMER_NOTIFICATION);
    expect_sent(b, 0, 4, FLE_NOTIFICATION, struct fle_vote, .leader = 1, .round = 1, .again = true);
    bench_destroy(b);
}

/* ---- Joining --------------------------------------------------------------------------------- */

Test(fast_leader_election, a_late_server_joins_whom_a_quorum_follows_if_that_says_that_it_leads)
{
    struct bench *b = bench_create(&fast_leader_election_algorithm, 5);
    bench_start(b, 0);
    notify(b, 0, 1, 4, 7, 3, FLE_FOLLOWING);
    notify(b, 0, 2, 4, 8, 3, FLE_FOLLOWING); /* rounds may differ: ZOOKEEPER-1805 */
    notify(b, 0, 3, 4, 7, 3, FLE_FOLLOWING);
    cr_expect_eq(state_of(b, 0)->state, FLE_LOOKING, "a dead leader may have as many followers");
    notify(b, 0, 4, 4, 7, 3, FLE_LEADING);
    cr_expect_eq(state_of(b, 0)->state, FLE_FOLLOWING);
    cr_expect_eq(state_of(b, 0)->round, 7);
    bench_destroy(b);
}

Test(fast_leader_election, who_follows_or_leads_tells_whoever_looks)
{
    struct bench *b = led(3);
    notify(b, 0, 1, 1, 1, 0, FLE_LOOKING);
    expect_sent(b, 0, 1, FLE_NOTIFICATION, struct fle_vote, .leader = 2, .round = 1,
                .peer_epoch = 1, .state = FLE_FOLLOWING);
    notify(b, 2, 1, 1, 1, 0, FLE_LOOKING);
    expect_sent(b, 2, 1, FLE_NOTIFICATION, struct fle_vote, .leader = 2, .round = 1,
                .peer_epoch = 1, .state = FLE_LEADING);
    notify(b, 2, 1, 2, 1, 1, FLE_FOLLOWING);
    cr_expect_eq(bench_sent_count(b, 2, 1, FLE_NOTIFICATION), 1, "and nobody else");
    bench_destroy(b);
}

Test(fast_leader_election, a_server_that_restarts_follows_again_without_an_election)
{
    struct bench *b = led(5);
    bench_restart(b, 1);
    bench_run(b, SECOND);
    cr_expect_eq(bench_view(b, 1).leader, 4);
    cr_expect_eq(bench_announced_count(b, 1, ANNOUNCED_CAMPAIGN), 0, "it has only asked");
    expect_role(b, 4, ROLE_LEADER, 1);
    bench_destroy(b);
}

/* ---- Becoming a leader ----------------------------------------------------------------------- */

Test(fast_leader_election, the_new_epoch_is_one_above_all_that_a_quorum_has_accepted)
{
    struct bench *b = servers(5);
    for (node_id id = 0; id < 2; id++)
        notify(b, 4, id, 4, 1, 0, FLE_LOOKING);
    bench_fire(b, 4, FLE_TIMER_NOTIFICATION);
    cr_expect_eq(state_of(b, 4)->state, FLE_LEADING);
    cr_expect_eq(bench_view(b, 4).role, ROLE_CANDIDATE);
    bench_forget(b);
    bench_receive(b, 4, 0, FLE_FOLLOWER_INFO, struct fle_epoch, .connection = 1, .epoch = 6);
    expect_not_sent(b, 4, 0, FLE_LEADER_INFO);
    bench_receive(b, 4, 1, FLE_FOLLOWER_INFO, struct fle_epoch, .connection = 1, .epoch = 3);
    expect_sent(b, 4, 0, FLE_LEADER_INFO, struct fle_epoch, .connection = 1, .epoch = 7);
    expect_announced(b, 4, ANNOUNCED_VOTE, 7, 4, 0);
    cr_expect_eq(bench_view(b, 4).term, 7);
    bench_destroy(b);
}

Test(fast_leader_election, it_leads_when_a_quorum_has_taken_over_its_history)
{
    struct bench *b = servers(5);
    for (node_id id = 0; id < 2; id++)
        notify(b, 4, id, 4, 1, 0, FLE_LOOKING);
    bench_fire(b, 4, FLE_TIMER_NOTIFICATION);
    for (node_id id = 0; id < 2; id++)
        bench_receive(b, 4, id, FLE_FOLLOWER_INFO, struct fle_epoch, .connection = 1);
    for (node_id id = 0; id < 2; id++)
        bench_receive(b, 4, id, FLE_ACK_EPOCH, struct fle_ack_epoch, .connection = 1, .epoch = 1,
                      .counts = true);
    cr_expect_eq(bench_sent_count(b, 4, NODE_NONE, FLE_NEW_LEADER), 2);
    bench_settle(b); /* its own acknowledgement */
    bench_receive(b, 4, 0, FLE_ACK_NEW_LEADER, struct fle_position, .connection = 1, .epoch = 1);
    cr_expect_neq(bench_view(b, 4).role, ROLE_LEADER);
    bench_receive(b, 4, 1, FLE_ACK_NEW_LEADER, struct fle_position, .connection = 1, .epoch = 1);
    expect_role(b, 4, ROLE_LEADER, 1);
    expect_announced(b, 4, ANNOUNCED_LEAD, 1, NODE_NONE, 0);
    bench_destroy(b);
}

/* "Since we have already acked an epoch equal to the leaders, we cannot ack again." */
Test(fast_leader_election, no_epoch_is_accepted_twice_even_across_a_restart)
{
    struct bench *b = led(3);
    bench_restart(b, 0);
    bench_isolate(b, 0);
    for (node_id id = 1; id < 3; id++)
        notify(b, 0, id, 1, 1, 0, id == 1 ? FLE_LEADING : FLE_FOLLOWING);
    cr_assert_eq(state_of(b, 0)->state, FLE_FOLLOWING);
    bench_forget(b);
    bench_receive(b, 0, 1, FLE_LEADER_INFO, struct fle_epoch,
                  .connection = state_of(b, 0)->connection, .epoch = 1);
    const struct fle_ack_epoch *m = bench_last_sent(b, 0, 1, FLE_ACK_EPOCH);
    cr_assert_not_null(m);
    cr_expect_not(m->counts);
    cr_expect_eq(bench_announced_count(b, 0, ANNOUNCED_VOTE), 0);
    bench_destroy(b);
}

Test(fast_leader_election, an_epoch_below_the_accepted_one_is_no_leader)
{
    struct bench *b = led(3);
    bench_restart(b, 0);
    for (node_id id = 1; id < 3; id++)
        notify(b, 0, id, 1, 1, 0, id == 1 ? FLE_LEADING : FLE_FOLLOWING);
    bench_receive(b, 0, 1, FLE_LEADER_INFO, struct fle_epoch,
                  .connection = state_of(b, 0)->connection, .epoch = 0);
    cr_expect_eq(state_of(b, 0)->state, FLE_LOOKING);
    bench_destroy(b);
}

Test(fast_leader_election, epoch_and_history_are_durable_before_they_are_acknowledged)
{
    struct bench *b = servers(3);
    b->sync_at_once = false;
    for (node_id id = 1; id < 3; id++)
        notify(b, 0, id, 2, 1, 0, id == 2 ? FLE_LEADING : FLE_FOLLOWING);
    uint64_t connection = state_of(b, 0)->connection;
    bench_receive(b, 0, 2, FLE_LEADER_INFO, struct fle_epoch, .connection = connection, .epoch = 4);
    expect_not_sent(b, 0, 2, FLE_ACK_EPOCH);
    bench_sync(b, 0);
    cr_expect_eq(bench_sent_count(b, 0, 2, FLE_ACK_EPOCH), 1);
    bench_receive(b, 0, 2, FLE_NEW_LEADER, struct fle_history, .connection = connection, .epoch = 4,
                  .log = {.commit = 8, .commit_term = 3});
    expect_not_sent(b, 0, 2, FLE_ACK_NEW_LEADER);
    bench_sync(b, 0);
    expect_sent(b, 0, 2, FLE_ACK_NEW_LEADER, struct fle_position, .connection = connection,
                .epoch = 4, .last = 8, .committed = 8);
    bench_restart(b, 0);
    cr_expect_eq(state_of(b, 0)->proposal.peer_epoch, 4);
    cr_expect_eq(state_of(b, 0)->proposal.zxid, 8);
    bench_destroy(b);
}

Test(fast_leader_election, a_follower_that_is_ahead_of_its_leader_is_sent_away)
{
    struct bench *b = servers(3);
    notify(b, 2, 0, 2, 1, 0, FLE_LOOKING);
    bench_fire(b, 2, FLE_TIMER_NOTIFICATION);
    bench_receive(b, 2, 1, FLE_FOLLOWER_INFO, struct fle_epoch, .connection = 1);
    bench_forget(b);
    bench_receive(b, 2, 1, FLE_ACK_EPOCH, struct fle_ack_epoch, .connection = 1, .epoch = 1,
                  .zxid_epoch = 1, .zxid = 3, .counts = true);
    expect_sent(b, 2, 1, FLE_CLOSED, struct fle_closed, .connection = 1);
    expect_not_sent(b, 2, 1, FLE_NEW_LEADER);
    bench_destroy(b);
}

/* ---- Connections ----------------------------------------------------------------------------- */

Test(fast_leader_election, a_refused_connection_is_tried_five_times)
{
    struct bench *b = bench_create(&fast_leader_election_algorithm, 3);
    bench_set(b, "leader_connect_delay", "70ms");
    bench_start_all(b);
    for (node_id id = 1; id < 3; id++)
        notify(b, 0, id, 2, 1, 0, id == 2 ? FLE_LEADING : FLE_FOLLOWING);
    for (int attempt = 1; attempt <= 5; attempt++) {
        cr_expect_eq(state_of(b, 0)->state, FLE_FOLLOWING, "attempt %d", attempt);
        bench_receive(b, 0, 2, FLE_CLOSED, struct fle_closed,
                      .connection = state_of(b, 0)->connection, .refused = true);
        if (attempt < 5) {
            cr_expect_eq(bench_timer(b, 0, FLE_TIMER_RESEND), 70 * MILLISECOND);
            bench_fire(b, 0, FLE_TIMER_RESEND);
        }
    }
    cr_expect_eq(state_of(b, 0)->state, FLE_LOOKING);
    bench_destroy(b);
}

Test(fast_leader_election, a_server_that_does_not_lead_refuses_connections)
{
    struct bench *b = servers(3);
    bench_receive(b, 0, 1, FLE_FOLLOWER_INFO, struct fle_epoch, .connection = 9);
    expect_sent(b, 0, 1, FLE_CLOSED, struct fle_closed, .connection = 9, .refused = true);
    bench_destroy(b);
}

Test(fast_leader_election, what_a_connecting_follower_said_is_said_again_ever_later)
{
    struct bench *b = bench_create(&fast_leader_election_algorithm, 3);
    bench_set(b, "retransmission", "40ms");
    bench_start_all(b);
    for (node_id id = 1; id < 3; id++)
        notify(b, 0, id, 2, 1, 0, id == 2 ? FLE_LEADING : FLE_FOLLOWING);
    cr_expect_eq(bench_timer(b, 0, FLE_TIMER_RESEND), 40 * MILLISECOND);
    bench_fire(b, 0, FLE_TIMER_RESEND);
    cr_expect_eq(bench_timer(b, 0, FLE_TIMER_RESEND), 80 * MILLISECOND);
    cr_expect_eq(bench_sent_count(b, 0, 2, FLE_FOLLOWER_INFO), 2);
    bench_destroy(b);
}

/* ---- Liveness -------------------------------------------------------------------------------- */

Test(fast_leader_election, a_leader_pings_twice_a_tick)
{
    struct bench *b = led(3);
    bench_run(b, 4 * TICK);
    cr_expect_eq(bench_sent_count(b, 2, 0, FLE_PING), 8);
    cr_expect_eq(bench_sent_count(b, 0, 2, FLE_PING), 8);
    bench_destroy(b);
}

Test(fast_leader_election, a_follower_leaves_a_leader_that_is_silent_for_syncLimit_ticks)
{
    struct bench *b = led(3);
    bench_crash(b, 2);
    sim_ns left = bench_timer(b, 0, FLE_TIMER_LIMIT);
    cr_expect(left > 5 * TICK - 20 * MILLISECOND && left <= 5 * TICK);
    bench_run(b, left - MILLISECOND);
    cr_expect_eq(bench_view(b, 0).leader, 2);
    bench_run(b, 2 * MILLISECOND);
    cr_expect_eq(state_of(b, 0)->state, FLE_LOOKING);
    bench_run(b, SECOND);
    expect_role(b, 1, ROLE_LEADER, 2);
    bench_destroy(b);
}

Test(fast_leader_election, a_leader_steps_down_at_the_tick_after_syncLimit_without_a_quorum)
{
    struct bench *b = led(3);
    bench_run(b, 10 * TICK); /* the first words after UPTODATE */
    bench_isolate(b, 2);
    bench_run(b, 5 * TICK - MILLISECOND);
    expect_role(b, 2, ROLE_LEADER, 1);
    bench_run(b, TICK + 2 * MILLISECOND);
    expect_announced(b, 2, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_LOST_QUORUM);
    cr_expect_eq(state_of(b, 2)->state, FLE_LOOKING);
    bench_destroy(b);
}

Test(fast_leader_election, ticks_and_limits_are_options)
{
    struct bench *b = bench_create(&fast_leader_election_algorithm, 3);
    bench_set(b, "tick_time", "100ms");
    bench_set(b, "sync_limit", "3");
    bench_set(b, "init_limit", "7");
    bench_start_all(b);
    notify(b, 0, 1, 0, 1, 0, FLE_LOOKING);
    bench_fire(b, 0, FLE_TIMER_NOTIFICATION);
    cr_expect_eq(bench_timer(b, 0, FLE_TIMER_LIMIT), 700 * MILLISECOND);
    bench_destroy(b);
    b = bench_create(&fast_leader_election_algorithm, 3);
    bench_set(b, "tick_time", "100ms");
    bench_set(b, "sync_limit", "3");
    bench_start_all(b);
    bench_run(b, SECOND);
    cr_expect_eq(bench_view(b, 0).leader, 2);
    cr_expect_eq((bench_timer(b, 0, FLE_TIMER_LIMIT) + 50 * MILLISECOND) / (100 * MILLISECOND), 3);
    bench_destroy(b);
}

Test(fast_leader_election, an_elected_server_without_a_quorum_looks_again_after_initLimit)
{
    struct bench *b = servers(3);
    notify(b, 2, 0, 2, 1, 0, FLE_LOOKING);
    bench_fire(b, 2, FLE_TIMER_NOTIFICATION);
    bench_isolate(b, 2);
    cr_expect_eq(bench_timer(b, 2, FLE_TIMER_LIMIT), 10 * TICK);
    bench_fire(b, 2, FLE_TIMER_LIMIT);
    cr_expect_eq(state_of(b, 2)->state, FLE_LOOKING);
    cr_expect_eq(state_of(b, 2)->round, 2);
    cr_expect_eq(bench_announced_count(b, 2, ANNOUNCED_STEP_DOWN), 0, "it never led");
    bench_destroy(b);
}

Test(fast_leader_election, a_leader_that_stops_closes_its_connections_and_they_look_at_once)
{
    struct bench *b = led(3);
    bench_admin(b, 2, ADMIN_STOP, NODE_NONE);
    expect_announced(b, 2, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_STOP);
    cr_expect_not(bench_is_up(b, 2));
    bench_run(b, 400 * MILLISECOND);
    expect_role(b, 1, ROLE_LEADER, 2);
    bench_admin(b, 1, ADMIN_TRANSFER, 0);
    bench_settle(b);
    expect_role(b, 1, ROLE_LEADER, 2); /* there is no transfer */
    bench_destroy(b);
}

Test(fast_leader_election, a_follower_that_stops_closes_its_connection_and_the_others_go_on)
{
    struct bench *b = led(3);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    cr_expect_eq(bench_sent_count(b, 0, 2, FLE_CLOSED), 1);
    cr_expect_not(bench_is_up(b, 0));
    bench_run(b, 400 * MILLISECOND);
    expect_role(b, 2, ROLE_LEADER, 1);
    bench_destroy(b);
}

/* ---- Broadcast ------------------------------------------------------------------------------- */

Test(fast_leader_election, a_proposal_is_committed_when_a_quorum_has_it_on_disk)
{
    struct bench *b = led(3);
    b->sync_at_once = false;
    bench_operation(b, 2, 1);
    bench_settle(b);
    cr_expect_eq(bench_view(b, 0).last_index, 1);
    cr_expect_eq(bench_operation_result(b, 2, 1), -1);
    bench_sync(b, 0);
    bench_settle(b);
    cr_expect_eq(bench_operation_result(b, 2, 1), -1, "the follower alone is no quorum");
    bench_sync(b, 2);
    bench_settle(b);
    cr_expect_eq(bench_operation_result(b, 2, 1), 1);
    cr_expect_eq(bench_view(b, 0).commit_index, 1);
    bench_destroy(b);
}

Test(fast_leader_election, a_lost_proposal_comes_again_with_the_pings)
{
    struct bench *b = led(3);
    bench_run(b, TICK);
    bench_isolate(b, 0);
    bench_operation(b, 2, 1);
    bench_settle(b);
    bench_heal_all(b);
    cr_expect_eq(bench_view(b, 0).last_index, 0);
    bench_run(b, 2 * TICK);
    cr_expect_eq(bench_view(b, 0).last_index, 1);
    cr_expect_eq(bench_view(b, 0).commit_index, 1);
    bench_destroy(b);
}

Test(fast_leader_election, the_most_advanced_of_those_who_are_left_leads_next)
{
    struct bench *b = led(5);
    bench_cut(b, 4, 3);
    bench_operation(b, 4, 1); /* n4 lacks it */
    bench_run(b, MILLISECOND);
    bench_crash(b, 4);
    bench_heal_all(b);
    bench_run(b, 12 * SECOND);
    expect_role(b, 2, ROLE_LEADER, 2);
    cr_expect_eq(bench_view(b, 3).last_index, 1, "it was given the history");
    bench_destroy(b);
}

Test(fast_leader_election, options_that_are_nothing_are_wrong)
{
    static const char *const options[][2] = {{"init_limit", "0"},
                                             {"sync_limit", "0"},
                                             {"finalize_wait", "0s"},
                                             {"min_notification_interval", "0s"},
                                             {"leader_connect_delay", "0s"},
                                             {"retransmission", "0s"},
                                             {"tick_time", "1us"},
                                             {"max_notification_interval", "100ms"}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct bench *b = bench_create(&fast_leader_election_algorithm, 3);
        const char *at = NULL;
        bench_set(b, options[i][0], options[i][1]);
        cr_expect_not_null(fast_leader_election_algorithm.check(bench_config(b, 0), 3, &at));
        cr_expect_str_eq(at, options[i][0]);
        bench_destroy(b);
    }
}
