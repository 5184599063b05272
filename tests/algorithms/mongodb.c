/* What MongoDB's replication coordinator does, by sentences of its README (src/mongo/db/repl) and
 * by the rules of topology_coordinator.cpp and its neighbours. */
#include <criterion/criterion.h>

#include "algorithms/mongodb.h"
#include "tests/algorithms/bench.h"

#define S SECOND

static struct bench *set_up(unsigned members, const char *option, const char *text)
{
    struct bench *b = bench_create(&mongodb_algorithm, members);
    b->draw_least = true;
    if (option != NULL)
        bench_set(b, option, text);
    bench_start_all(b);
    return b;
}

/* A set of which the first member is primary in term 1, all are level and all know it. */
static struct bench *with_primary(unsigned members, const char *option, const char *text)
{
    struct bench *b = set_up(members, option, text);
    bench_run(b, 1 * S);
    bench_fire(b, 0, MONGODB_TIMER_ELECTION);
    bench_run(b, 6 * S);
    cr_assert_eq(bench_view(b, 0).role, ROLE_LEADER);
    for (node_id id = 1; id < members; id++)
        cr_assert_eq(bench_view(b, id).leader, 0);
    return b;
}

static const struct mongodb *state(struct bench *b, node_id id)
{
    return bench_state(b, id);
}

/* Puts `count` operations of a term into the oplog of a member that then restarts. */
static void give_oplog(struct bench *b, node_id id, uint32_t term, uint32_t count)
{
    struct mongodb *m = bench_state(b, id);
    raft_log_append(&m->durable.log, term, count);
}

/* ---- Standing -------------------------------------------------------------------------------- */

/* MDB-to: electionTimeoutMillis, and replElectionTimeoutOffsetLimitFraction of it. */
Test(mongodb, a_secondary_stands_ten_to_eleven_and_a_half_seconds_after_the_primarys_last_word)
{
    struct bench *b = set_up(3, NULL, NULL);
    b->draw_least = false;
    sim_ns least = INT64_MAX, most = 0;
    for (unsigned i = 0; i < 20000; i++) {
        bench_receive(b, 1, 0, MONGODB_HEARTBEAT_RESPONSE, struct mongodb_heartbeat_response,
                      .term = 1, .is_primary = true, .primary = 0, .sync_source = NODE_NONE);
        sim_ns drawn = bench_timer(b, 1, MONGODB_TIMER_ELECTION);
        cr_assert_eq(drawn % MILLISECOND, 0);
        least = drawn < least ? drawn : least;
        most = drawn > most ? drawn : most;
        bench_forget(b);
    }
    cr_expect_eq(least, 10 * S);
    cr_expect_eq(most, 11499 * MILLISECOND);
    bench_destroy(b);
}

Test(mongodb, a_dry_run_comes_first_and_leaves_the_term_as_it_is)
{
    struct bench *b = set_up(3, NULL, NULL);
    bench_run(b, 1 * S);
    bench_forget(b);
    bench_fire(b, 1, MONGODB_TIMER_ELECTION);
    expect_role(b, 1, ROLE_PRE_CANDIDATE, 0);
    expect_sent(b, 1, 2, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 0,
                .sequence = 1, .dry_run = true);
    bench_receive(b, 1, 2, MONGODB_VOTE, struct mongodb_vote, .term = 0, .sequence = 1,
                  .dry_run = true, .granted = true);
    expect_role(b, 1, ROLE_CANDIDATE, 1);
    expect_sent(b, 1, 2, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 1,
                .sequence = 2, .dry_run = false);
    expect_announced(b, 1, ANNOUNCED_VOTE, 1, 1, 0);
    bench_destroy(b);
}

Test(mongodb, without_dry_runs_it_raises_the_term_at_once)
{
    struct bench *b = set_up(3, "dry_run", "false");
    bench_run(b, 1 * S);
    bench_fire(b, 1, MONGODB_TIMER_ELECTION);
    expect_role(b, 1, ROLE_CANDIDATE, 1);
    bench_destroy(b);
}

/* "If the node fails the dry-run election, it just continues replicating as normal." */
Test(mongodb, a_dry_run_that_fails_changes_nothing)
{
    struct bench *b = with_primary(3, NULL, NULL);
    bench_fire(b, 1, MONGODB_TIMER_ELECTION);
    for (node_id id = 0; id < 3; id += 2)
        bench_receive(b, 1, id, MONGODB_VOTE, struct mongodb_vote, .term = 1, .sequence = 1,
                      .dry_run = true);
    expect_role(b, 1, ROLE_FOLLOWER, 1);
    cr_expect_eq(bench_view(b, 1).leader, 0);
    bench_destroy(b);
}

Test(mongodb, a_candidate_whose_votes_do_not_come_gives_up_after_an_election_timeout)
{
    struct bench *b = set_up(3, NULL, NULL);
    bench_run(b, 1 * S);
    bench_fire(b, 1, MONGODB_TIMER_ELECTION);
    cr_expect_eq(bench_timer(b, 1, MONGODB_TIMER_VOTES), 10 * S);
    bench_fire(b, 1, MONGODB_TIMER_VOTES);
    expect_role(b, 1, ROLE_FOLLOWER, 0);
    bench_destroy(b);
}

Test(mongodb, who_sees_no_majority_does_not_stand)
{
    struct bench *b = set_up(3, NULL, NULL); /* nobody has answered a heartbeat yet */
    bench_fire(b, 1, MONGODB_TIMER_ELECTION);
    expect_role(b, 1, ROLE_FOLLOWER, 0);
    cr_expect_eq(bench_timer(b, 1, MONGODB_TIMER_ELECTION), 10 * S);
    bench_destroy(b);
}

Test(mongodb, a_majority_of_all_voting_members_is_needed)
{
    struct bench *b = set_up(4, "dry_run", "false");
    bench_run(b, 1 * S);
    bench_fire(b, 0, MONGODB_TIMER_ELECTION);
    for (unsigned copies = 0; copies < 3; copies++)
        bench_receive(b, 0, 1, MONGODB_VOTE, struct mongodb_vote, .term = 1, .sequence = 1,
                      .granted = true);
    expect_role(b, 0, ROLE_CANDIDATE, 1); /* two of four, however often they say so */
    bench_receive(b, 0, 2, MONGODB_VOTE, struct mongodb_vote, .term = 1, .sequence = 1,
                  .granted = true);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(mongodb, a_set_of_one_elects_itself_at_once)
{
    struct bench *b = set_up(1, NULL, NULL);
    bench_run(b, 1 * MILLISECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_operation(b, 0, 7);
    bench_settle(b);
    cr_expect_eq(bench_operation_result(b, 0, 7), 1);
    bench_destroy(b);
}

Test(mongodb, a_silent_primary_is_replaced_after_the_election_timeout)
{
    struct bench *b = with_primary(3, NULL, NULL);
    b->draw_least = false;
    bench_run(b, 2 * S);
    bench_crash(b, 0);
    bench_run(b, 7 * S);
    cr_expect_eq(bench_announced_count(b, NODE_NONE, ANNOUNCED_PRE_CAMPAIGN),
                 1); /* the first one */
    bench_run(b, 5 * S);
    cr_expect(bench_view(b, 1).role == ROLE_LEADER || bench_view(b, 2).role == ROLE_LEADER);
    cr_expect_eq(bench_view(b, 1).leader, bench_view(b, 2).leader);
    bench_destroy(b);
}

/* ---- Votes ----------------------------------------------------------------------------------- */

/* "The vote is rejected if…" */
Test(mongodb, votes_are_refused_for_the_reasons_of_the_readme)
{
    static const struct {
        struct mongodb_request_votes asked;
        bool granted;
    } cases[] = {
        {{.term = 4, .applied = {3, 5}}, false}, /* from an older term */
        {{.term = 6, .applied = {3, 4}}, false}, /* the candidate's last operation is older… */
        {{.term = 6, .applied = {2, 9}}, false}, /* …by term, too */
        {{.term = 6, .applied = {3, 5}}, true},
        {{.term = 6, .applied = {4, 1}}, true},
        {{.term = 5, .applied = {3, 5}}, false}, /* it has already voted in this term… */
        {{.term = 5, .applied = {3, 5}, .dry_run = true}, true}, /* …which a dry run is not about */
        {{.term = 4, .applied = {3, 5}, .dry_run = true}, false},
        {{.term = 5, .applied = {3, 4}, .dry_run = true}, false},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench *b = set_up(3, NULL, NULL);
        give_oplog(b, 1, 3, 5);
        bench_receive(b, 1, 2, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 5,
                      .applied = {3, 5});
        bench_forget(b);
        bench_receive_body(b, 1, 0, MONGODB_REQUEST_VOTES, &cases[i].asked);
        const struct mongodb_vote *vote = bench_last_sent(b, 1, 0, MONGODB_VOTE);
        cr_assert_not_null(vote);
        cr_expect_eq(vote->granted, cases[i].granted, "case %u", i);
        bench_destroy(b);
    }
}

Test(mongodb, a_dry_run_is_not_written_down)
{
    struct bench *b = set_up(3, NULL, NULL);
    bench_receive(b, 1, 0, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 2,
                  .dry_run = true);
    expect_sent(b, 1, 0, MONGODB_VOTE, struct mongodb_vote, .term = 2, .dry_run = true,
                .granted = true);
    bench_receive(b, 1, 2, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 2);
    expect_sent(b, 1, 2, MONGODB_VOTE, struct mongodb_vote, .term = 2, .granted = true);
    cr_expect_eq(bench_announced_count(b, 1, ANNOUNCED_VOTE), 1);
    bench_destroy(b);
}

/* jstests/replsets/last_vote.js: "stored during elections… loaded and used on startup". */
Test(mongodb, the_last_vote_survives_a_restart_and_a_term_heard_of_does_not)
{
    struct bench *b = set_up(3, NULL, NULL);
    bench_receive(b, 1, 0, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 3);
    bench_receive(b, 1, 0, MONGODB_HEARTBEAT, struct mongodb_heartbeat, .term = 8,
                  .primary = NODE_NONE);
    expect_role(b, 1, ROLE_FOLLOWER, 8);
    bench_restart(b, 1);
    expect_role(b, 1, ROLE_FOLLOWER, 3);
    bench_receive(b, 1, 2, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 3);
    expect_sent(b, 1, 2, MONGODB_VOTE, struct mongodb_vote, .term = 3, .granted = false);
    bench_destroy(b);
}

Test(mongodb, a_vote_is_told_only_when_it_is_durable)
{
    struct bench *b = set_up(3, NULL, NULL);
    b->sync_at_once = false;
    bench_receive(b, 1, 0, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 3);
    expect_not_sent(b, 1, 0, MONGODB_VOTE);
    bench_sync(b, 1);
    expect_sent(b, 1, 0, MONGODB_VOTE, struct mongodb_vote, .term = 3, .granted = true);
    bench_destroy(b);
}

Test(mongodb, a_primary_steps_down_and_votes_in_one_step)
{
    struct bench *b = with_primary(3, NULL, NULL);
    bench_receive(b, 0, 1, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 2,
                  .applied = {1, 1});
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_HIGHER_TERM);
    expect_sent(b, 0, 1, MONGODB_VOTE, struct mongodb_vote, .term = 2, .granted = true);
    bench_destroy(b);
}

/* There is no rule like Raft's: a voter that hears the primary may agree. */
Test(mongodb, a_secondary_that_hears_the_primary_votes_for_another_all_the_same)
{
    struct bench *b = with_primary(3, NULL, NULL);
    bench_receive(b, 2, 1, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 1,
                  .applied = {1, 1}, .dry_run = true);
    expect_sent(b, 2, 1, MONGODB_VOTE, struct mongodb_vote, .term = 1, .dry_run = true,
                .granted = true);
    bench_destroy(b);
}

/* "…to prevent primary flapping when there are two nodes that can't talk to each other and an
 * arbiter that can talk to both." */
Test(mongodb, an_arbiter_that_sees_a_primary_of_the_same_priority_or_a_higher_one_refuses)
{
    for (int32_t priority = 0; priority < 2; priority++) {
        struct bench *b = bench_create(&mongodb_algorithm, 3);
        bench_set(b, "arbiters", "1");
        bench_set_priority(b, 1, priority);
        bench_start_all(b);
        bench_receive(b, 2, 0, MONGODB_HEARTBEAT_RESPONSE, struct mongodb_heartbeat_response,
                      .term = 1, .is_primary = true, .primary = 0, .sync_source = NODE_NONE);
        bench_receive(b, 2, 1, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 2);
        expect_sent(b, 2, 1, MONGODB_VOTE, struct mongodb_vote, .term = 2, .granted = priority > 0);
        bench_destroy(b);
    }
}

Test(mongodb, an_arbiter_votes_again_once_the_primary_counts_as_down)
{
    struct bench *b = with_primary(3, "arbiters", "1");
    bench_crash(b, 0);
    bench_run(b, 13 * S); /* a heartbeat interval and the heartbeat timeout */
    bench_forget(b);
    bench_receive(b, 2, 1, MONGODB_REQUEST_VOTES, struct mongodb_request_votes, .term = 9,
                  .applied = {1, 1});
    expect_sent(b, 2, 1, MONGODB_VOTE, struct mongodb_vote, .term = 9, .granted = true);
    bench_destroy(b);
}

Test(mongodb, the_heartbeat_timeout_says_when_a_member_counts_as_down)
{
    struct bench *b = with_primary(3, "heartbeat_timeout", "3s");
    bench_crash(b, 0);
    bench_run(b, 2 * S);
    cr_expect_eq(bench_view(b, 1).leader, 0);
    bench_run(b, 4 * S);
    cr_expect_eq(bench_view(b, 1).leader, NODE_NONE);
    bench_destroy(b);
}

Test(mongodb, arbiters_are_the_last_members_and_never_stand)
{
    struct bench *b = set_up(5, "arbiters", "2");
    for (node_id id = 0; id < 5; id++)
        cr_expect_eq(bench_timer(b, id, MONGODB_TIMER_ELECTION) >= 0, id < 3);
    bench_destroy(b);
}

/* ---- Takeovers ------------------------------------------------------------------------------- */

/* MDB-prio: getPriorityTakeoverDelay, (rank + 1) election timeouts. */
Test(mongodb, the_first_in_rank_takes_over_after_one_election_timeout_and_the_next_after_two)
{
    struct bench *b = bench_create(&mongodb_algorithm, 3);
    b->draw_least = true;
    for (node_id id = 0; id < 3; id++)
        bench_set_priority(b, id, (int32_t) id + 1);
    bench_start_all(b);
    bench_run(b, 1 * S);
    bench_fire(b, 0, MONGODB_TIMER_ELECTION);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_eq(bench_timer(b, 2, MONGODB_TIMER_TAKEOVER), 10 * S);
    cr_expect_eq(bench_timer(b, 1, MONGODB_TIMER_TAKEOVER), 20 * S);
    bench_run(b, 11 * S);
    expect_role(b, 2, ROLE_LEADER, 2);
    expect_announced(b, 2, ANNOUNCED_CAMPAIGN, 2, NODE_NONE, CAMPAIGN_TAKEOVER);
    bench_run(b, 60 * S);
    expect_role(b, 2, ROLE_LEADER, 2); /* and stays */
    bench_destroy(b);
}

Test(mongodb, a_member_of_higher_priority_that_lags_far_behind_does_not_take_over)
{
    struct bench *b = bench_create(&mongodb_algorithm, 3);
    bench_set_priority(b, 2, 1);
    bench_start_all(b);
    bench_run(b, 1 * S);
    bench_forget(b);
    for (uint32_t behind = 1001; behind >= 1000; behind--) {
        bench_receive(b, 2, 0, MONGODB_HEARTBEAT_RESPONSE, struct mongodb_heartbeat_response,
                      .applied = {0, behind}, .is_primary = true, .primary = 0,
                      .sync_source = NODE_NONE);
        cr_assert(bench_timer(b, 2, MONGODB_TIMER_TAKEOVER) >= 0);
        bench_fire(b, 2, MONGODB_TIMER_TAKEOVER);
        cr_expect_eq(bench_view(b, 2).role, behind > 1000 ? ROLE_FOLLOWER : ROLE_PRE_CANDIDATE);
    }
    bench_destroy(b);
}

Test(mongodb, a_negative_priority_never_leads)
{
    struct bench *b = bench_create(&mongodb_algorithm, 3);
    bench_set_priority(b, 0, -1);
    bench_start_all(b);
    cr_expect(bench_timer(b, 0, MONGODB_TIMER_ELECTION) < 0);
    bench_run(b, 30 * S);
    cr_expect_eq(bench_view(b, 0).role, ROLE_FOLLOWER);
    cr_expect(bench_view(b, 0).leader == 1 || bench_view(b, 0).leader == 2);
    bench_destroy(b);
}

static struct bench *ahead_of_its_primary(const char *option, const char *text)
{
    struct bench *b = set_up(3, option, text);
    bench_run(b, 1 * S);
    give_oplog(b, 1, 1, 3);
    bench_forget(b);
    bench_receive(b, 1, 0, MONGODB_HEARTBEAT_RESPONSE, struct mongodb_heartbeat_response, .term = 2,
                  .applied = {1, 2}, .is_primary = true, .primary = 0, .sync_source = NODE_NONE);
    return b;
}

/* "If a secondary realizes that it is more up-to-date than the primary and the primary takes longer
 * than catchUpTakeoverDelayMillis (default 30 seconds), it will run for election." */
Test(mongodb, a_secondary_ahead_of_its_primary_takes_over_after_thirty_seconds)
{
    struct bench *b = ahead_of_its_primary(NULL, NULL);
    cr_expect_eq(bench_timer(b, 1, MONGODB_TIMER_TAKEOVER), 30 * S);
    bench_receive(b, 1, 0, MONGODB_HEARTBEAT_RESPONSE, struct mongodb_heartbeat_response, .term = 2,
                  .applied = {1, 2}, .is_primary = true, .primary = 0, .sync_source = NODE_NONE);
    bench_fire(b, 1, MONGODB_TIMER_TAKEOVER);
    expect_role(b, 1, ROLE_PRE_CANDIDATE, 2);
    bench_receive(b, 1, 2, MONGODB_VOTE, struct mongodb_vote, .term = 2, .sequence = 1,
                  .dry_run = true, .granted = true);
    expect_role(b, 1, ROLE_PRE_CANDIDATE, 2); /* the primary has to agree */
    bench_receive(b, 1, 0, MONGODB_VOTE, struct mongodb_vote, .term = 2, .sequence = 1,
                  .dry_run = true, .granted = true);
    expect_role(b, 1, ROLE_CANDIDATE, 3);
    expect_announced(b, 1, ANNOUNCED_CAMPAIGN, 3, NODE_NONE, CAMPAIGN_TAKEOVER);
    bench_destroy(b);
}

Test(mongodb, a_primary_that_says_no_in_the_dry_run_ends_a_catchup_takeover)
{
    struct bench *b = ahead_of_its_primary(NULL, NULL);
    bench_fire(b, 1, MONGODB_TIMER_TAKEOVER);
    expect_role(b, 1, ROLE_PRE_CANDIDATE, 2);
    bench_receive(b, 1, 0, MONGODB_VOTE, struct mongodb_vote, .term = 2, .sequence = 1,
                  .dry_run = true);
    expect_role(b, 1, ROLE_FOLLOWER, 2);
    bench_destroy(b);
}

Test(mongodb, what_a_primary_has_written_ends_a_catchup_takeover)
{
    struct bench *b = ahead_of_its_primary(NULL, NULL);
    bench_receive(b, 1, 2, MONGODB_HEARTBEAT_RESPONSE, struct mongodb_heartbeat_response, .term = 2,
                  .applied = {2, 4}, .primary = 0, .sync_source = NODE_NONE);
    cr_expect(bench_timer(b, 1, MONGODB_TIMER_TAKEOVER) < 0);
    bench_destroy(b);
}

Test(mongodb, a_negative_delay_forbids_catchup_takeovers)
{
    struct bench *b = ahead_of_its_primary("catchup_takeover_delay", "-1ms");
    cr_expect(bench_timer(b, 1, MONGODB_TIMER_TAKEOVER) < 0);
    bench_destroy(b);
}

/* ---- Catching up ----------------------------------------------------------------------------- */

static struct bench *elected_behind(const char *option, const char *text)
{
    struct bench *b = set_up(3, option, text);
    bench_run(b, 1 * S);
    bench_isolate(b, 2);
    give_oplog(b, 2, 1, 3); /* which the other two lack, and they do without its vote */
    bench_fire(b, 0, MONGODB_TIMER_ELECTION);
    bench_settle(b);
    cr_assert_eq(bench_view(b, 0).role, ROLE_LEADER);
    return b;
}

/* "Until this process (called primary catchup) completes, the new primary will not accept writes."
 */
Test(mongodb, a_new_primary_fetches_what_it_lacks_before_it_writes)
{
    struct bench *b = elected_behind(NULL, NULL);
    bench_operation(b, 0, 1);
    cr_expect_eq(bench_operation_result(b, 0, 1), 0);
    cr_expect_eq(bench_view(b, 0).last_index, 0);
    bench_heal_all(b);
    bench_run(b, 5 * S);
    cr_expect_eq(state(b, 0)->mode, MONGODB_WRITABLE);
    cr_expect_eq(bench_view(b, 0).last_index, 4); /* the three, and the first of the new term */
    cr_expect_eq(bench_view(b, 0).last_term, 1);
    bench_operation(b, 0, 2);
    bench_run(b, 1 * S);
    cr_expect_eq(bench_operation_result(b, 0, 2), 1);
    bench_destroy(b);
}

Test(mongodb, a_new_primary_waits_until_a_silent_member_counts_as_down)
{
    struct bench *b = elected_behind(NULL, NULL);
    bench_run(b, 9 * S);
    cr_expect_eq(state(b, 0)->mode, MONGODB_CATCHING_UP);
    bench_run(b, 5 * S);
    cr_expect_eq(state(b, 0)->mode, MONGODB_WRITABLE);
    bench_destroy(b);
}

Test(mongodb, a_catchup_timeout_of_nothing_lets_a_primary_write_at_once)
{
    struct bench *b = elected_behind("catchup_timeout", "0ms");
    cr_expect_eq(state(b, 0)->mode, MONGODB_WRITABLE);
    bench_destroy(b);
}

Test(mongodb, a_catchup_timeout_ends_it)
{
    struct bench *b = elected_behind("catchup_timeout", "3s");
    cr_expect_eq(bench_timer(b, 0, MONGODB_TIMER_CATCHUP), 3 * S);
    bench_run(b, 4 * S);
    cr_expect_eq(state(b, 0)->mode, MONGODB_WRITABLE);
    bench_destroy(b);
}
