/* A MongoDB primary: how it ceases to be one, what keeps it, and what it commits. */
#include <criterion/criterion.h>

#include "algorithms/mongodb.h"
#include "tests/algorithms/bench.h"

#define S SECOND

static struct bench *with_primary(unsigned members, const char *option, const char *text)
{
    struct bench *b = bench_create(&mongodb_algorithm, members);
    b->draw_least = true;
    if (option != NULL)
        bench_set(b, option, text);
    bench_start_all(b);
    bench_run(b, 1 * S);
    bench_fire(b, 0, MONGODB_TIMER_ELECTION);
    bench_run(b, 6 * S);
    cr_assert_eq(bench_view(b, 0).role, ROLE_LEADER);
    return b;
}

static const struct mongodb *state(struct bench *b, node_id id)
{
    return bench_state(b, id);
}

/* ---- Stepping down --------------------------------------------------------------------------- */

/* "…it will choose an eligible secondary to run the replSetStepUp command… it will skip the dry-run
 * and immediately call for a real election." */
Test(mongodb_primary, a_step_down_hands_over_at_once_and_without_a_dry_run)
{
    struct bench *b = with_primary(3, NULL, NULL);
    bench_forget(b);
    bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_TRANSFER);
    expect_sent(b, 0, 1, MONGODB_STEP_UP, struct mongodb_step_up, .term = 1);
    bench_settle(b);
    expect_role(b, 1, ROLE_LEADER, 2);
    cr_expect_eq(bench_announced_count(b, NODE_NONE, ANNOUNCED_PRE_CAMPAIGN), 0);
    expect_announced(b, 1, ANNOUNCED_CAMPAIGN, 2, NODE_NONE, CAMPAIGN_TRANSFER);
    bench_destroy(b);
}

/* chooseElectionHandoffCandidate: the highest priority, the lowest index among equals. */
Test(mongodb_primary, the_handoff_goes_to_the_highest_priority_or_to_whom_the_operator_names)
{
    for (unsigned named = 0; named < 2; named++) {
        struct bench *b = bench_create(&mongodb_algorithm, 4);
        bench_set_priority(b, 0, 9);
        bench_set_priority(b, 2, 1);
        bench_start_all(b);
        bench_run(b, 1 * S);
        bench_fire(b, 0, MONGODB_TIMER_ELECTION);
        bench_run(b, 6 * S);
        bench_admin(b, 0, ADMIN_TRANSFER, named ? 3 : NODE_NONE);
        bench_settle(b);
        expect_role(b, named ? 3 : 2, ROLE_LEADER, 2);
        bench_destroy(b);
    }
}

/* "…while enableElectionHandoff is false, then nodes in the replica set will wait until the
 * election timeout triggers." */
Test(mongodb_primary, without_the_handoff_the_others_wait_for_their_timeouts)
{
    struct bench *b = with_primary(3, "election_handoff", "false");
    bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
    expect_not_sent(b, 0, NODE_NONE, MONGODB_STEP_UP);
    bench_run(b, 7 * S);
    cr_expect_eq(bench_announced_count(b, NODE_NONE, ANNOUNCED_LEAD), 1); /* the first */
    bench_run(b, 5 * S);
    cr_expect_eq(bench_announced_count(b, NODE_NONE, ANNOUNCED_LEAD), 2);
    cr_expect_eq(bench_announced_count(b, 0, ANNOUNCED_LEAD), 1);
    bench_destroy(b);
}

Test(mongodb_primary, who_was_asked_to_step_down_does_not_stand_for_a_while)
{
    struct bench *b = with_primary(3, "step_down_period", "30s");
    bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
    bench_run(b, 2 * S);
    bench_fire(b, 0, MONGODB_TIMER_ELECTION);
    cr_expect_eq(bench_view(b, 0).role, ROLE_FOLLOWER);
    bench_run(b, 30 * S);
    bench_fire(b, 0, MONGODB_TIMER_ELECTION);
    cr_expect_eq(bench_view(b, 0).role, ROLE_PRE_CANDIDATE);
    bench_destroy(b);
}

/* "The lastApplied OpTime of the primary must be replicated to a majority of the nodes. At least
 * one of the up-to-date secondaries is also electable." */
Test(mongodb_primary, it_steps_down_only_once_a_majority_has_caught_up)
{
    struct bench *b = with_primary(3, NULL, NULL);
    bench_isolate(b, 0);
    bench_operation(b, 0, 1);
    bench_settle(b);
    bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_operation(b, 0, 2);
    cr_expect_eq(bench_operation_result(b, 0, 2), 0); /* nor does it write meanwhile */
    bench_heal_all(b);
    bench_run(b, 6 * S);
    expect_role(b, 0, ROLE_FOLLOWER, 2);
    cr_expect_eq(bench_operation_result(b, 0, 1), 1);
    bench_destroy(b);
}

Test(mongodb_primary, it_stays_primary_when_nobody_catches_up_in_time)
{
    struct bench *b = with_primary(3, "secondary_catchup_period", "3s");
    bench_isolate(b, 0);
    bench_operation(b, 0, 1);
    bench_settle(b);
    bench_admin(b, 0, ADMIN_TRANSFER, NODE_NONE);
    cr_expect_eq(bench_timer(b, 0, MONGODB_TIMER_STEP_DOWN), 3 * S);
    bench_run(b, 4 * S);
    bench_heal_all(b);
    bench_run(b, 6 * S);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(mongodb_primary, a_primary_that_is_shut_down_hands_over_first)
{
    struct bench *b = with_primary(3, NULL, NULL);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_STOP);
    cr_expect(!bench_is_up(b, 0));
    bench_settle(b);
    expect_role(b, 1, ROLE_LEADER, 2);
    bench_admin(b, 2, ADMIN_STOP, NODE_NONE);
    cr_expect(!bench_is_up(b, 2));
    bench_destroy(b);
}

Test(mongodb_primary, a_shutdown_waits_no_longer_than_for_a_step_down)
{
    struct bench *b = with_primary(3, NULL, NULL);
    bench_isolate(b, 0);
    bench_operation(b, 0, 1);
    bench_settle(b);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    cr_expect(bench_is_up(b, 0));
    bench_fire(b, 0, MONGODB_TIMER_STEP_DOWN);
    cr_expect(!bench_is_up(b, 0));
    bench_destroy(b);
}

Test(mongodb_primary, a_set_of_one_is_shut_down_at_once)
{
    struct bench *b = bench_create(&mongodb_algorithm, 1);
    bench_start_all(b);
    bench_run(b, 1 * S);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    cr_expect(!bench_is_up(b, 0));
    bench_destroy(b);
}

/* ---- Liveness -------------------------------------------------------------------------------- */

/* checkMemberTimeouts: each member by itself, now - lastUpdate >= electionTimeout. */
Test(mongodb_primary, a_primary_without_word_of_a_majority_steps_down_after_the_election_timeout)
{
    struct bench *b = with_primary(3, NULL, NULL);
    bench_isolate(b, 0);
    sim_ns last = state(b, 0)->members[1].heard_at;
    if (state(b, 0)->members[2].heard_at > last)
        last = state(b, 0)->members[2].heard_at;
    sim_ns until = last + 10 * S - b->now;
    bench_run(b, until - 1 * MILLISECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_run(b, 1 * MILLISECOND);
    cr_expect_eq(bench_view(b, 0).role, ROLE_FOLLOWER);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_LOST_QUORUM);
    bench_destroy(b);
}

/* "If primary A can't communicate with node B, but A can communicate with C which can communicate
 * with B, that is okay." */
Test(mongodb_primary, a_secondary_out_of_reach_syncs_through_another_and_keeps_quiet)
{
    struct bench *b = with_primary(3, NULL, NULL);
    bench_cut(b, 0, 2);
    for (uint64_t second = 1; second <= 120; second++) {
        bench_operation(b, 0, second);
        bench_run(b, 1 * S);
    }
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_eq(bench_announced_count(b, 2, ANNOUNCED_PRE_CAMPAIGN), 0);
    cr_expect_eq(state(b, 2)->sync_source, 1);
    cr_expect_eq(bench_view(b, 2).last_index, bench_view(b, 0).last_index);
    cr_expect_not(state(b, 0)->members[2].stale);
    bench_destroy(b);
}

/* Its oplog lags, and so the dry run keeps it from doing harm. */
Test(mongodb_primary, without_chaining_it_stands_again_and_again_in_vain)
{
    struct bench *b = with_primary(3, "chaining", "false");
    bench_cut(b, 0, 2);
    bench_run(b, 120 * S);
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect(bench_announced_count(b, 2, ANNOUNCED_PRE_CAMPAIGN) > 5);
    bench_destroy(b);
}

Test(mongodb_primary, a_primary_that_hears_half_the_set_by_way_of_another_stays)
{
    struct bench *b = with_primary(5, NULL, NULL);
    for (node_id id = 2; id < 5; id++)
        bench_cut(b, 0, id); /* the second one still hears all */
    for (uint64_t second = 1; second <= 60; second++) {
        bench_operation(b, 0, second);
        bench_run(b, 1 * S);
    }
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_eq(bench_operation_result(b, 0, 50), 1);
    bench_destroy(b);
}

/* periodicNoopIntervalSecs: what is written by nobody else. */
Test(mongodb_primary, an_idle_primary_writes_a_no_op_now_and_then)
{
    struct bench *b = with_primary(3, "noop_interval", "4s");
    uint64_t before = bench_view(b, 0).last_index;
    bench_run(b, 41 * S);
    cr_expect_eq(bench_view(b, 0).last_index, before + 10);
    bench_destroy(b);
    b = with_primary(3, "noop_interval", "0s");
    bench_run(b, 41 * S);
    cr_expect_eq(bench_view(b, 0).last_index, 1);
    bench_destroy(b);
}

/* "If a node is not PRIMARY and has no sync source, we increase the heartbeat rate." */
Test(mongodb_primary, members_without_a_sync_source_beat_faster)
{
    struct bench *b = with_primary(3, NULL, NULL);
    bench_fire(b, 1, MONGODB_TIMER_HEARTBEAT);
    cr_expect_eq(bench_timer(b, 1, MONGODB_TIMER_HEARTBEAT), 2 * S);
    bench_restart(b, 1);
    cr_expect(bench_timer(b, 1, MONGODB_TIMER_HEARTBEAT) <= 501 * MILLISECOND);
    bench_destroy(b);
}

/* ---- The oplog ------------------------------------------------------------------------------- */

Test(mongodb_primary, what_a_majority_has_written_down_is_committed)
{
    struct bench *b = with_primary(5, NULL, NULL);
    for (node_id id = 2; id < 5; id++)
        bench_isolate(b, id);
    bench_operation(b, 0, 1);
    bench_settle(b);
    cr_expect_eq(bench_view(b, 1).last_index, 2);
    cr_expect_eq(bench_operation_result(b, 0, 1), -1); /* two of five have it */
    bench_heal_all(b);
    bench_run(b, 6 * S);
    cr_expect_eq(bench_operation_result(b, 0, 1), 1);
    bench_destroy(b);
}

Test(mongodb_primary, arbiters_do_not_count_for_commitment)
{
    struct bench *b = with_primary(3, "arbiters", "1");
    bench_isolate(b, 1);
    bench_operation(b, 0, 1);
    bench_run(b, 3 * S);
    cr_expect_eq(bench_operation_result(b, 0, 1), -1);
    cr_expect_eq(bench_view(b, 2).last_index, 0);
    bench_destroy(b);
}

Test(mongodb_primary, a_position_is_told_only_when_it_is_durable)
{
    struct bench *b = with_primary(2, NULL, NULL);
    b->sync_at_once = false;
    bench_operation(b, 0, 1);
    bench_sync(b, 0);
    bench_settle(b);
    cr_expect_eq(bench_view(b, 1).last_index, 2);
    cr_expect_eq(bench_operation_result(b, 0, 1), -1);
    bench_sync(b, 1);
    bench_settle(b);
    cr_expect_eq(bench_operation_result(b, 0, 1), 1);
    bench_destroy(b);
}

/* SERVER-22136: found with a model checker, never in the field. */
Test(mongodb_primary, a_position_of_a_later_term_is_not_counted_but_deposes)
{
    struct bench *b = with_primary(3, NULL, NULL);
    bench_isolate(b, 0);
    bench_operation(b, 0, 1);
    bench_settle(b);
    bench_receive(b, 0, 1, MONGODB_UPDATE_POSITION, struct mongodb_update_position, .term = 2,
                  .member = 1, .durable = {1, 2});
    expect_role(b, 0, ROLE_FOLLOWER, 2);
    cr_expect_eq(bench_operation_result(b, 0, 1), -1);
    bench_destroy(b);
}

/* "A node with uncommitted writes will roll back its changes and roll forward." */
Test(mongodb_primary, what_was_written_in_a_minority_is_rolled_back)
{
    struct bench *b = with_primary(3, NULL, NULL);
    bench_isolate(b, 0);
    for (uint64_t operation = 1; operation <= 5; operation++)
        bench_operation(b, 0, operation);
    bench_run(b, 30 * S);
    node_id next = bench_view(b, 1).leader;
    cr_assert(next == 1 || next == 2);
    bench_operation(b, next, 9);
    bench_run(b, 1 * S);
    cr_expect_eq(bench_view(b, 0).last_index, 6);
    bench_heal_all(b);
    bench_run(b, 10 * S);
    cr_expect_eq(bench_view(b, 0).last_index, bench_view(b, next).last_index);
    cr_expect_eq(bench_view(b, 0).last_term, bench_view(b, next).last_term);
    cr_expect_eq(bench_operation_result(b, 0, 1), 0);
    cr_expect_eq(bench_operation_result(b, 0, 5), 0);
    cr_expect_eq(bench_operation_result(b, next, 9), 1);
    bench_destroy(b);
}

Test(mongodb_primary, a_copy_of_an_answer_is_not_asked_on)
{
    struct bench *b = with_primary(2, NULL, NULL);
    bench_operation(b, 0, 1);
    bench_settle(b);
    struct mongodb_batch copy
        = *(const struct mongodb_batch *) bench_last_sent(b, 0, 1, MONGODB_BATCH);
    bench_forget(b);
    bench_receive_body(b, 1, 0, MONGODB_BATCH, &copy);
    expect_silence(b);
    bench_destroy(b);
}

/* ---- Options --------------------------------------------------------------------------------- */

Test(mongodb_primary, options_that_make_no_sense_are_named)
{
    static const struct {
        const char *option, *text;
    } wrong[] = {{"arbiters", "3"},
                 {"election_timeout", "10us"},
                 {"heartbeat_interval", "10s"},
                 {"heartbeat_timeout", "0ms"}};
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct bench *b = bench_create(&mongodb_algorithm, 3);
        const char *option = NULL;
        cr_expect_null(mongodb_algorithm.check(bench_config(b, 0), 3, &option));
        cr_expect_null(option);
        bench_set(b, wrong[i].option, wrong[i].text);
        cr_expect_not_null(mongodb_algorithm.check(bench_config(b, 0), 3, &option));
        cr_expect_str_eq(option, wrong[i].option);
        cr_expect_not_null(mongodb_algorithm.check(bench_config(b, 0), 51, &option));
        bench_destroy(b);
    }
}

Test(mongodb_primary, an_election_in_time_is_promised_only_with_enough_chance_and_data)
{
    struct bench *b = bench_create(&mongodb_algorithm, 3);
    cr_expect((mongodb_algorithm.promises_with(bench_config(b, 0), 3) & EVENTUAL_LEADER) == 0);
    bench_set(b, "election_timeout_offset", "50%");
    cr_expect((mongodb_algorithm.promises_with(bench_config(b, 0), 3) & EVENTUAL_LEADER) != 0);
    bench_set(b, "arbiters", "2");
    cr_expect((mongodb_algorithm.promises_with(bench_config(b, 0), 3) & EVENTUAL_LEADER) == 0);
    bench_destroy(b);
}
