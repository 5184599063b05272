/* Elections of KRaft by the rules of Kafka 4.0's raft/ (QuorumState, CandidateState,
 * ProspectiveState, ResignedState) and of KIP-996. */
#include <criterion/criterion.h>

#include "algorithms/kraft.h"
#include "tests/algorithms/bench.h"

static struct bench *voters(unsigned count, const char *pre_vote)
{
    struct bench *b = bench_create(&kraft_algorithm, count);
    bench_set(b, "pre_vote", pre_vote);
    bench_start_all(b);
    bench_forget(b);
    return b;
}

/* n1 leads epoch 1, and all others have fetched from it. */
static struct bench *led(unsigned count, const char *pre_vote)
{
    struct bench *b = voters(count, pre_vote);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_run(b, 600 * MILLISECOND);
    bench_forget(b);
    return b;
}

static void vote(struct bench *b, node_id to, node_id from, uint64_t epoch, uint32_t offset,
                 uint32_t last_epoch, bool pre_vote)
{
    bench_receive(b, to, from, KRAFT_VOTE, struct kraft_vote, .epoch = epoch, .last_offset = offset,
                  .last_epoch = last_epoch, .round = 1, .pre_vote = pre_vote);
}

static bool granted(struct bench *b, node_id from, node_id to)
{
    const struct kraft_vote_response *m = bench_last_sent(b, from, to, KRAFT_VOTE_RESPONSE);
    cr_assert_not_null(m);
    return m->granted;
}

static void reject(struct bench *b, node_id candidate, node_id from)
{
    const struct kraft *k = bench_state(b, candidate);
    bench_receive(b, candidate, from, KRAFT_VOTE_RESPONSE, struct kraft_vote_response,
                  .epoch = k->durable.epoch, .leader = k->durable.leader, .round = k->round,
                  .pre_vote = k->state == KRAFT_PROSPECTIVE);
}

static int state_of(struct bench *b, node_id id)
{
    return ((const struct kraft *) bench_state(b, id))->state;
}

/* ---- Timers ---------------------------------------------------------------------------------- */

/* E + nextInt(E): 1000 to 1999 ms. */
Test(kraft, a_voter_without_a_leader_waits_one_to_two_election_timeouts_in_milliseconds)
{
    sim_ns least = SIM_FOREVER, most = 0;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct bench *b = bench_create(&kraft_algorithm, 3);
        b->random_state = seed;
        bench_start(b, 0);
        sim_ns wait = bench_timer(b, 0, KRAFT_TIMER_ELECTION);
        cr_assert_eq(wait % MILLISECOND, 0);
        least = wait < least ? wait : least;
        most = wait > most ? wait : most;
        bench_destroy(b);
    }
    cr_assert(least >= SECOND && least <= 1010 * MILLISECOND, "%g", (double) least);
    cr_assert(most >= 1990 * MILLISECOND && most <= 1999 * MILLISECOND, "%g", (double) most);
}

Test(kraft, the_election_timeout_is_an_option)
{
    struct bench *b = bench_create(&kraft_algorithm, 3);
    bench_set(b, "election_timeout", "50ms");
    bench_start_all(b);
    cr_expect_leq(bench_timer(b, 0, KRAFT_TIMER_ELECTION), 99 * MILLISECOND);
    cr_expect_geq(bench_timer(b, 0, KRAFT_TIMER_ELECTION), 50 * MILLISECOND);
    bench_destroy(b);
}

Test(kraft, the_only_voter_leads_when_its_vote_is_durable)
{
    struct bench *b = bench_create(&kraft_algorithm, 1);
    b->sync_at_once = false;
    bench_start_all(b);
    bench_settle(b);
    cr_expect_neq(bench_view(b, 0).role, ROLE_LEADER);
    for (int i = 0; i < 3; i++) {
        bench_sync(b, 0);
        bench_settle(b);
    }
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

/* KR-rand: retries 1, 2, 3: {0, 100}, {0 .. 300}, {0 .. 700} ms in steps of 100; then at most the
 * maximum. */
Test(kraft, a_lost_election_is_followed_by_a_binary_exponential_backoff)
{
    static const int64_t largest[] = {100, 300, 700, 1000};
    unsigned seen[4][11] = {{0}};
    for (uint64_t seed = 1; seed <= 600; seed++) {
        struct bench *b = voters(3, "false");
        b->random_state = seed;
        bench_fire(b, 0, KRAFT_TIMER_ELECTION);
        for (int retry = 0; retry < 4; retry++) {
            reject(b, 0, 1);
            reject(b, 0, 2);
            sim_ns backoff = bench_timer(b, 0, KRAFT_TIMER_ELECTION);
            cr_assert_eq(backoff % (100 * MILLISECOND), 0);
            cr_assert_leq(backoff, largest[retry] * MILLISECOND, "retry %d", retry + 1);
            seen[retry][backoff / (100 * MILLISECOND)]++;
            bench_fire(b, 0, KRAFT_TIMER_ELECTION); /* stands again */
            expect_role(b, 0, ROLE_CANDIDATE, retry + 2);
        }
        bench_destroy(b);
    }
    for (int retry = 0; retry < 4; retry++)
        for (int64_t step = 0; step <= largest[retry] / 100; step++)
            cr_expect_gt(seen[retry][step], 0, "retry %d: never %d ms", retry + 1,
                         (int) step * 100);
    cr_expect_gt(seen[3][10], 150, "all beyond the maximum is the maximum");
}

Test(kraft, the_backoffs_maximum_is_an_option)
{
    struct bench *b = bench_create(&kraft_algorithm, 3);
    bench_set(b, "pre_vote", "false");
    bench_set(b, "election_backoff_max", "70ms");
    bench_start_all(b);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    reject(b, 0, 1);
    reject(b, 0, 2);
    sim_ns backoff = bench_timer(b, 0, KRAFT_TIMER_ELECTION);
    cr_expect(backoff == 0 || backoff == 70 * MILLISECOND, "%g", (double) backoff);
    bench_destroy(b);
}

/* KAFKA-18345: the election timeout throttles enough, and is random. */
Test(kraft, a_candidate_may_wait_for_the_rest_of_its_timeout_instead)
{
    struct bench *b = bench_create(&kraft_algorithm, 3);
    bench_set(b, "pre_vote", "false");
    bench_set(b, "lost_election", "wait");
    bench_start_all(b);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    sim_ns timeout = bench_timer(b, 0, KRAFT_TIMER_ELECTION);
    bench_advance(b, 5 * MILLISECOND);
    reject(b, 0, 1);
    reject(b, 0, 2);
    cr_expect_eq(bench_timer(b, 0, KRAFT_TIMER_ELECTION), timeout - 5 * MILLISECOND);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    expect_role(b, 0, ROLE_CANDIDATE, 2);
    bench_destroy(b);
}

/* Before pre-vote, time that ran out was followed by a backoff, too; since, by a pre-vote. */
Test(kraft, a_candidate_whose_time_is_over_backs_off_or_asks_first)
{
    struct bench *b = voters(3, "false");
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    cr_expect_leq(bench_timer(b, 0, KRAFT_TIMER_ELECTION), 100 * MILLISECOND);
    bench_destroy(b);
    b = voters(3, "true");
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    bench_receive(b, 0, 1, KRAFT_VOTE_RESPONSE, struct kraft_vote_response, .leader = NODE_NONE,
                  .round = 1, .granted = true, .pre_vote = true);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    expect_role(b, 0, ROLE_PRE_CANDIDATE, 1);
    bench_destroy(b);
}

/* ---- Votes ----------------------------------------------------------------------------------- */

Test(kraft, a_voter_grants_one_vote_in_an_epoch_even_across_a_restart)
{
    struct bench *b = voters(3, "true");
    vote(b, 0, 1, 7, 0, 0, false);
    cr_expect(granted(b, 0, 1));
    bench_restart(b, 0);
    vote(b, 0, 2, 7, 9, 6, false);
    cr_expect_not(granted(b, 0, 2));
    vote(b, 0, 1, 7, 0, 0, false);
    cr_expect(granted(b, 0, 1), "the same candidate may ask again");
    bench_destroy(b);
}

Test(kraft, a_vote_is_said_when_it_is_durable)
{
    struct bench *b = voters(3, "true");
    b->sync_at_once = false;
    vote(b, 0, 1, 7, 0, 0, false);
    expect_not_sent(b, 0, 1, KRAFT_VOTE_RESPONSE);
    bench_sync(b, 0);
    cr_expect(granted(b, 0, 1));
    bench_destroy(b);
}

Test(kraft, a_candidate_that_restarts_asks_again_in_its_epoch)
{
    struct bench *b = voters(3, "false");
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    bench_restart(b, 0);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(kraft, rejections_are_not_votes_and_each_voter_counts_once)
{
    struct bench *b = voters(5, "false");
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    reject(b, 0, 1);
    reject(b, 0, 2);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    for (int i = 0; i < 3; i++)
        bench_receive(b, 0, 3, KRAFT_VOTE_RESPONSE, struct kraft_vote_response, .epoch = 1,
                      .leader = NODE_NONE, .round = 1, .granted = true);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    bench_receive(b, 0, 4, KRAFT_VOTE_RESPONSE, struct kraft_vote_response, .epoch = 1,
                  .leader = NODE_NONE, .round = 1, .granted = true);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(kraft, a_vote_goes_to_no_older_log)
{
    struct bench *b = led(3, "true");
    uint32_t last = (uint32_t) bench_view(b, 1).last_index;
    vote(b, 1, 2, 2, last, 0, false);
    cr_expect_not(granted(b, 1, 2), "an older last epoch");
    vote(b, 1, 2, 3, last - 1, 1, false);
    cr_expect_not(granted(b, 1, 2), "a shorter log");
    vote(b, 1, 2, 4, last, 1, false);
    cr_expect(granted(b, 1, 2));
    bench_destroy(b);
}

Test(kraft, whoever_voted_waits_anew_before_it_stands)
{
    struct bench *b = voters(3, "true");
    bench_advance(b, 900 * MILLISECOND);
    vote(b, 0, 1, 1, 0, 0, false);
    cr_expect_geq(bench_timer(b, 0, KRAFT_TIMER_ELECTION), SECOND);
    bench_destroy(b);
}

/* A higher epoch alone leaves the time of whoever waits as it is. */
Test(kraft, an_unattached_voter_keeps_its_timer_in_a_later_epoch)
{
    struct bench *b = voters(3, "true");
    sim_ns before = bench_timer(b, 0, KRAFT_TIMER_ELECTION);
    bench_advance(b, 300 * MILLISECOND);
    vote(b, 0, 1, 9, 0, 0, true);
    cr_expect_eq(bench_view(b, 0).term, 9);
    cr_expect_eq(bench_timer(b, 0, KRAFT_TIMER_ELECTION), before - 300 * MILLISECOND);
    bench_destroy(b);
}

Test(kraft, an_answer_names_the_leader_and_the_candidate_follows_it)
{
    struct bench *b = led(3, "false");
    bench_isolate(b, 2);
    bench_run(b, 2100 * MILLISECOND);
    cr_expect_eq(bench_view(b, 2).role, ROLE_CANDIDATE);
    uint64_t epoch = bench_view(b, 2).term;
    bench_receive(b, 2, 1, KRAFT_VOTE_RESPONSE, struct kraft_vote_response, .epoch = epoch,
                  .leader = 1, .round = 1);
    expect_role(b, 2, ROLE_FOLLOWER, epoch);
    cr_expect_eq(bench_view(b, 2).leader, 1);
    bench_destroy(b);
}

/* ---- Pre-vote -------------------------------------------------------------------------------- */

Test(kraft, a_prospective_voter_asks_in_its_present_epoch)
{
    struct bench *b = voters(3, "true");
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    expect_role(b, 0, ROLE_PRE_CANDIDATE, 0);
    expect_sent(b, 0, 1, KRAFT_VOTE, struct kraft_vote, .round = 1, .pre_vote = true);
    expect_announced(b, 0, ANNOUNCED_PRE_CAMPAIGN, 1, NODE_NONE, 0);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(kraft, without_pre_vote_a_silent_leader_is_enough_to_raise_the_epoch)
{
    struct bench *b = led(3, "false");
    bench_fire(b, 1, KRAFT_TIMER_ELECTION);
    expect_role(b, 1, ROLE_CANDIDATE, 2);
    bench_settle(b);
    expect_role(b, 0, ROLE_FOLLOWER, 2);
    bench_destroy(b);
}

Test(kraft, a_follower_that_has_fetched_refuses_a_pre_vote_and_one_that_has_not_grants_it)
{
    struct bench *b = led(3, "true");
    uint32_t last = (uint32_t) bench_view(b, 1).last_index;
    vote(b, 1, 2, 1, last, 1, true);
    cr_expect_not(granted(b, 1, 2));
    bench_cut(b, 0, 1);
    bench_restart(b, 1);
    cr_expect_eq(bench_view(b, 1).leader, 0, "it remembers whom it followed");
    vote(b, 1, 2, 1, last, 1, true);
    cr_expect(granted(b, 1, 2));
    cr_expect_eq(bench_view(b, 1).leader, 0, "and a pre-vote changes nothing");
    bench_destroy(b);
}

Test(kraft, a_leader_refuses_pre_votes_and_all_without_one_look_at_the_log_alone)
{
    struct bench *b = led(3, "true");
    uint32_t last = (uint32_t) bench_view(b, 0).last_index;
    vote(b, 0, 1, 1, last, 1, true);
    cr_expect_not(granted(b, 0, 1), "a leader");
    bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
    vote(b, 0, 1, 1, last, 1, true);
    cr_expect(granted(b, 0, 1), "a resigned leader");
    vote(b, 0, 1, 1, last - 1, 1, true);
    cr_expect_not(granted(b, 0, 1), "but to no older log");
    vote(b, 2, 1, 3, last, 1, false);
    cr_expect(granted(b, 2, 1));
    vote(b, 2, 0, 3, last, 1, true);
    cr_expect(granted(b, 2, 0), "whomever it voted for");
    bench_destroy(b);
}

Test(kraft, a_cut_off_voter_keeps_its_epoch_and_returns_to_its_leader)
{
    struct bench *b = led(5, "true");
    bench_isolate(b, 4);
    bench_run(b, 30 * SECOND);
    cr_expect_eq(bench_view(b, 4).term, 1);
    bench_heal_all(b);
    bench_run(b, 5 * SECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    expect_role(b, 4, ROLE_FOLLOWER, 1);
    cr_expect_eq(bench_view(b, 4).leader, 0);
    bench_destroy(b);
}

Test(kraft, a_refused_prospective_voter_follows_the_leader_that_it_knew)
{
    struct bench *b = led(3, "true");
    bench_fire(b, 1, KRAFT_TIMER_ELECTION);
    cr_expect_eq(state_of(b, 1), KRAFT_PROSPECTIVE);
    reject(b, 1, 0);
    reject(b, 1, 2);
    cr_expect_eq(state_of(b, 1), KRAFT_FOLLOWER);
    cr_expect_eq(bench_view(b, 1).leader, 0);
    cr_expect_eq(bench_timer(b, 1, KRAFT_TIMER_ELECTION), 2 * SECOND);
    bench_destroy(b);
}

Test(kraft, a_refused_prospective_voter_without_a_leader_is_unattached_and_waits)
{
    struct bench *b = voters(3, "true");
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    reject(b, 0, 1);
    reject(b, 0, 2);
    cr_expect_eq(state_of(b, 0), KRAFT_UNATTACHED);
    cr_expect_geq(bench_timer(b, 0, KRAFT_TIMER_ELECTION), SECOND);
    bench_destroy(b);
}

Test(kraft, pre_votes_and_votes_are_counted_apart)
{
    struct bench *b = voters(5, "true");
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    for (node_id id = 1; id <= 2; id++)
        bench_receive(b, 0, id, KRAFT_VOTE_RESPONSE, struct kraft_vote_response,
                      .leader = NODE_NONE, .round = 1, .granted = true, .pre_vote = true);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    for (node_id id = 3; id <= 4; id++)
        bench_receive(b, 0, id, KRAFT_VOTE_RESPONSE, struct kraft_vote_response, .epoch = 1,
                      .leader = NODE_NONE, .round = 1, .granted = true, .pre_vote = true);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    bench_destroy(b);
}

/* ---- Resignation ----------------------------------------------------------------------------- */

/* "No writes are accepted in this state and we are not permitted to vote for any other candidate in
 * this epoch." */
Test(kraft, a_resigned_leader_keeps_its_epoch_takes_no_writes_and_votes_for_nobody_in_it)
{
    struct bench *b = led(3, "true");
    bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
    cr_expect_eq(state_of(b, 0), KRAFT_RESIGNED);
    expect_role(b, 0, ROLE_FOLLOWER, 1);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_TRANSFER);
    bench_operation(b, 0, 5);
    cr_expect_eq(bench_operation_result(b, 0, 5), 0);
    vote(b, 0, 1, 1, 99, 1, false);
    cr_expect_not(granted(b, 0, 1));
    vote(b, 0, 1, 2, 99, 1, false);
    cr_expect(granted(b, 0, 1), "in a later epoch it votes");
    bench_destroy(b);
}

Test(kraft, successors_wait_strictly_exponentially_by_how_much_they_have)
{
    static const sim_ns waits[] = {0, 125, 250, 500};
    struct bench *b = led(5, "true");
    bench_cut(b, 0, 1);
    bench_operation(b, 0, 1); /* n2 does not get it, and comes last */
    bench_run(b, 100 * MILLISECOND);
    bench_forget(b);
    bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
    for (uint32_t position = 0; position < 4; position++) {
        node_id successor = position < 3 ? position + 2 : 1;
        expect_sent(b, 0, successor, KRAFT_END_QUORUM_EPOCH, struct kraft_end_epoch, .epoch = 1,
                    .leader = 0, .position = position, .successors = 4, .requested = true);
        bench_receive(b, successor, 0, KRAFT_END_QUORUM_EPOCH, struct kraft_end_epoch, .epoch = 1,
                      .leader = 0, .position = position, .successors = 4, .requested = true);
        cr_expect_eq(bench_timer(b, successor, KRAFT_TIMER_ELECTION), waits[position] * MILLISECOND,
                     "position %u", position);
    }
    bench_destroy(b);
}

Test(kraft, a_voter_that_is_no_successor_waits_the_longest)
{
    const struct kraft_config c = {.election_backoff_max = SECOND};
    cr_expect_eq(kraft_succession_delay(&c, 4, 4), SECOND);
    cr_expect_eq(kraft_succession_delay(&c, 0, 0), 0, "on an empty list all are the first");
    cr_expect_eq(kraft_succession_delay(&c, 1, 2), 500 * MILLISECOND);
    cr_expect_eq(kraft_succession_delay(&c, 40, 60), 0, "nothing is left of so many halvings");
}

/* KAFKA-20895: its rivals have fetched from the leader, and refuse. */
Test(kraft, of_five_the_first_successor_loses_its_pre_vote_unless_resignation_counts)
{
    for (int counts = 0; counts < 2; counts++) {
        struct bench *b = bench_create(&kraft_algorithm, 5);
        bench_set(b, "pre_vote_after_resignation", counts ? "true" : "false");
        bench_start_all(b);
        bench_fire(b, 0, KRAFT_TIMER_ELECTION);
        bench_run(b, 600 * MILLISECOND);
        bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
        bench_run(b, MILLISECOND);
        cr_expect_eq(bench_view(b, 1).role == ROLE_LEADER, counts != 0);
        bench_run(b, 2 * SECOND);
        cr_expect_eq(bench_view(b, 1).role == ROLE_LEADER, counts != 0, "another wins");
        bench_destroy(b);
    }
}

Test(kraft, a_transfer_puts_its_target_first)
{
    struct bench *b = led(3, "true");
    bench_admin(b, 0, ADMIN_TRANSFER, 2);
    bench_run(b, 100 * MILLISECOND);
    expect_role(b, 2, ROLE_LEADER, 2);
    expect_announced(b, 2, ANNOUNCED_CAMPAIGN, 2, NODE_NONE, CAMPAIGN_TRANSFER);
    bench_destroy(b);
}

Test(kraft, a_leader_that_stops_stays_until_there_is_another)
{
    struct bench *b = led(3, "true");
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    cr_expect(bench_is_up(b, 0));
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_STOP);
    bench_run(b, SECOND);
    cr_expect_not(bench_is_up(b, 0));
    cr_expect_eq(bench_view(b, 1).role, ROLE_LEADER);
    bench_admin(b, 2, ADMIN_STOP, NODE_NONE);
    cr_expect_not(bench_is_up(b, 2), "a follower leaves at once");
    bench_destroy(b);
}

Test(kraft, a_leader_that_stops_alone_leaves_after_five_seconds)
{
    struct bench *b = led(3, "true");
    bench_isolate(b, 0);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    bench_run(b, 4900 * MILLISECOND);
    cr_expect(bench_is_up(b, 0));
    bench_run(b, 200 * MILLISECOND);
    cr_expect_not(bench_is_up(b, 0));
    bench_destroy(b);
}

/* KAFKA-10527: it may have lost what it wrote, and must not write it otherwise in the same epoch.
 */
Test(kraft, a_leader_that_restarts_has_resigned)
{
    struct bench *b = led(3, "true");
    bench_restart(b, 0);
    cr_expect_eq(state_of(b, 0), KRAFT_RESIGNED);
    vote(b, 0, 1, 1, 99, 1, false);
    cr_expect_not(granted(b, 0, 1));
    expect_sent(b, 0, 1, KRAFT_END_QUORUM_EPOCH, struct kraft_end_epoch, .epoch = 1);
    bench_destroy(b);
}

Test(kraft, a_resigned_leader_raises_the_epoch_before_it_stands)
{
    struct bench *b = led(3, "true");
    bench_isolate(b, 0);
    bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    cr_expect_eq(state_of(b, 0), KRAFT_UNATTACHED);
    cr_expect_eq(bench_view(b, 0).term, 2);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    expect_role(b, 0, ROLE_PRE_CANDIDATE, 2);
    bench_destroy(b);
    b = led(3, "false");
    bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
    bench_fire(b, 0, KRAFT_TIMER_ELECTION);
    expect_role(b, 0, ROLE_CANDIDATE, 2);
    bench_destroy(b);
}

Test(kraft, a_resignation_is_said_again_until_it_is_acknowledged)
{
    struct bench *b = led(3, "true");
    bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
    bench_receive(b, 0, 1, KRAFT_END_QUORUM_EPOCH_RESPONSE, struct kraft_epoch, .epoch = 1,
                  .leader = 0);
    bench_forget(b);
    bench_fire(b, 0, KRAFT_TIMER_REQUEST);
    expect_not_sent(b, 0, 1, KRAFT_END_QUORUM_EPOCH);
    cr_expect_eq(bench_sent_count(b, 0, 2, KRAFT_END_QUORUM_EPOCH), 1);
    bench_destroy(b);
}
