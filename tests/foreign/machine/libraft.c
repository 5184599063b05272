/* One server of the C Raft library at a time, without a network. */
#include <criterion/criterion.h>

#include "analysis/foreign/libraft.h"
#include "analysis/foreign/libraft_server.h"
#include "tests/algorithms/bench.h"

#define TICK 0

static struct bench *b;

static void open(void)
{
    libraft_use_heaps();
    b = bench_create(&libraft_algorithm, 3);
    b->draw_least = true;
}

static void close(void)
{
    bench_destroy(b);
}

TestSuite(libraft, .init = open, .fini = close);

/* Silence for as long as the least election timeout: n1 stands at the tick that ends it. */
static void stand(node_id id)
{
    bench_forget(b);
    for (int ticks = 0; ticks < 12 && bench_sent_count(b, id, NODE_NONE, ANY_KIND) == 0; ticks++)
        bench_fire(b, id, TICK);
}

static void elect(node_id id)
{
    stand(id);
    bench_settle(b);
    cr_assert_eq(bench_view(b, id).role, ROLE_LEADER);
}

Test(libraft, starts_as_follower_with_the_members_entry)
{
    bench_start_all(b);
    expect_role(b, 0, ROLE_FOLLOWER, 1);
    cr_expect_eq(bench_view(b, 0).last_index, 1);
    cr_expect_eq(bench_view(b, 0).commit_index, 0);
    expect_announced(b, 0, ANNOUNCED_FOLLOW, 1, NODE_NONE, 0);
}

Test(libraft, looks_at_its_clock_each_heartbeat_timeout)
{
    bench_start_all(b);
    cr_expect_eq(bench_timer(b, 0, TICK), 100 * MILLISECOND);
    bench_fire(b, 0, TICK);
    cr_expect_eq(bench_timer(b, 0, TICK), 100 * MILLISECOND);
}

Test(libraft, option_tick_sets_how_often_it_looks)
{
    bench_set(b, "tick", "7ms");
    bench_start_all(b);
    cr_expect_eq(bench_timer(b, 0, TICK), 7 * MILLISECOND);
}

Test(libraft, option_tick_offset_moves_the_first_tick)
{
    bench_set(b, "tick_offset", "30ms..30ms");
    bench_start_all(b);
    cr_expect_eq(bench_timer(b, 0, TICK), 130 * MILLISECOND);
    bench_fire(b, 0, TICK);
    cr_expect_eq(bench_timer(b, 0, TICK), 100 * MILLISECOND);
}

Test(libraft, stands_at_the_tick_that_ends_the_silence)
{
    bench_start_all(b);
    stand(0);
    cr_expect_eq(b->now, SECOND);
    expect_role(b, 0, ROLE_CANDIDATE, 2);
    expect_sent(b, 0, 1, MESSAGE_REQUEST_VOTE, struct libraft_request_vote, .term = 2,
                .last_log_index = 1, .last_log_term = 1);
    expect_announced(b, 0, ANNOUNCED_CAMPAIGN, 2, NODE_NONE, CAMPAIGN_TIMEOUT);
    expect_announced(b, 0, ANNOUNCED_VOTE, 2, 0, 0);
}

Test(libraft, option_election_timeout_sets_the_silence)
{
    bench_set(b, "election_timeout", "300ms");
    bench_start_all(b);
    stand(0);
    cr_expect_eq(b->now, 300 * MILLISECOND);
}

Test(libraft, option_pre_vote_asks_before_the_term_is_raised)
{
    bench_set(b, "pre_vote", "true");
    bench_start_all(b);
    stand(0);
    expect_role(b, 0, ROLE_PRE_CANDIDATE, 1);
    expect_announced(b, 0, ANNOUNCED_PRE_CAMPAIGN, 2, NODE_NONE, 0);
    cr_expect_eq(bench_announced_count(b, 0, ANNOUNCED_PRE_CAMPAIGN), 1);
    expect_sent(b, 0, 1, MESSAGE_PRE_VOTE, struct libraft_request_vote, .term = 2,
                .last_log_index = 1, .last_log_term = 1);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 2);
}

Test(libraft, a_majority_makes_it_leader)
{
    bench_start_all(b);
    bench_isolate(b, 2);
    elect(0);
    expect_announced(b, 0, ANNOUNCED_LEAD, 2, NODE_NONE, 0);
    cr_expect_eq(bench_view(b, 1).leader, 0);
    expect_announced(b, 1, ANNOUNCED_VOTE, 2, 0, 0);
}

Test(libraft, asks_for_votes_only_when_its_own_is_durable)
{
    bench_start_all(b);
    b->sync_at_once = false;
    stand(0); /* nothing leaves, whatever the number of ticks until it stands once */
    expect_role(b, 0, ROLE_CANDIDATE, bench_view(b, 0).term);
    expect_not_sent(b, 0, 1, MESSAGE_REQUEST_VOTE);
    bench_sync(b, 0);
    cr_expect_gt(bench_sent_count(b, 0, 1, MESSAGE_REQUEST_VOTE), 0);
}

Test(libraft, term_and_vote_are_two_writes)
{
    bench_start_all(b);
    unsigned before = bench_persist_count(b, 0);
    stand(0);
    cr_expect_eq(bench_persist_count(b, 0), before + 2);
}

Test(libraft, grants_a_vote_only_when_it_is_durable)
{
    bench_start_all(b);
    b->sync_at_once = false;
    bench_receive(b, 1, 0, MESSAGE_REQUEST_VOTE, struct libraft_request_vote, .term = 2,
                  .last_log_index = 1, .last_log_term = 1);
    expect_not_sent(b, 1, 0, MESSAGE_REQUEST_VOTE_RESULT);
    bench_sync(b, 1);
    expect_sent(b, 1, 0, MESSAGE_REQUEST_VOTE_RESULT, struct libraft_request_vote_result, .term = 2,
                .vote_granted = true);
}

Test(libraft, restarts_with_its_durable_term_and_vote)
{
    bench_start_all(b);
    bench_receive(b, 1, 0, MESSAGE_REQUEST_VOTE, struct libraft_request_vote, .term = 7,
                  .last_log_index = 1, .last_log_term = 1);
    bench_restart(b, 1);
    expect_role(b, 1, ROLE_FOLLOWER, 7);
    cr_expect_eq(bench_view(b, 1).voted_for, 0);
    bench_forget(b);
    bench_receive(b, 1, 2, MESSAGE_REQUEST_VOTE, struct libraft_request_vote, .term = 7,
                  .last_log_index = 1, .last_log_term = 1);
    expect_sent(b, 1, 2, MESSAGE_REQUEST_VOTE_RESULT, struct libraft_request_vote_result, .term = 7,
                .vote_granted = false);
}

Test(libraft, what_was_not_durable_is_gone_after_a_crash)
{
    bench_start_all(b);
    b->sync_at_once = false;
    bench_receive(b, 1, 0, MESSAGE_REQUEST_VOTE, struct libraft_request_vote, .term = 7,
                  .last_log_index = 1, .last_log_term = 1);
    bench_restart(b, 1);
    expect_role(b, 1, ROLE_FOLLOWER, 1);
}

Test(libraft, a_wiped_server_is_no_voter_until_the_leader_told_it_the_members)
{
    bench_start_all(b);
    elect(0);
    bench_crash(b, 1);
    bench_wipe(b, 1);
    bench_advance(b, SECOND);
    bench_start(b, 1);
    bench_forget(b);
    bench_receive(b, 1, 2, MESSAGE_REQUEST_VOTE, struct libraft_request_vote, .term = 3,
                  .last_log_index = 9, .last_log_term = 3, .disrupt_leader = true);
    expect_sent(b, 1, 2, MESSAGE_REQUEST_VOTE_RESULT, struct libraft_request_vote_result, .term = 3,
                .vote_granted = false);
}

Test(libraft, commits_an_operation_that_a_majority_stored)
{
    bench_start_all(b);
    elect(0);
    bench_operation(b, 0, 77);
    cr_expect_eq(bench_operation_result(b, 0, 77), -1);
    bench_settle(b);
    cr_expect_eq(bench_operation_result(b, 0, 77), 1);
    cr_expect_eq(bench_view(b, 0).commit_index, 2);
}

Test(libraft, acknowledges_entries_only_when_they_are_durable)
{
    bench_start_all(b);
    elect(0);
    b->sync_at_once = false;
    bench_forget(b);
    bench_operation(b, 0, 77);
    bench_settle(b);
    expect_not_sent(b, 1, 0, MESSAGE_APPEND_ENTRIES_RESULT);
    cr_expect_eq(bench_operation_result(b, 0, 77), -1);
    bench_sync(b, 1);
    bench_settle(b);
    expect_sent(b, 1, 0, MESSAGE_APPEND_ENTRIES_RESULT, struct libraft_append_entries_result,
                .term = 2, .last_log_index = 2);
    bench_sync(b, 0);
    bench_settle(b);
    cr_expect_eq(bench_operation_result(b, 0, 77), 1);
}

Test(libraft, writes_that_wait_for_the_disk_go_together)
{
    bench_start_all(b);
    elect(0);
    b->sync_at_once = false;
    unsigned before = bench_persist_count(b, 0);
    for (uint64_t operation = 1; operation <= 5; operation++)
        bench_operation(b, 0, operation);
    cr_expect_eq(bench_persist_count(b, 0), before + 1);
    bench_sync(b, 0);
    bench_settle(b);
    cr_expect_eq(bench_persist_count(b, 0), before + 2);
}

Test(libraft, an_operation_on_a_follower_fails)
{
    bench_start_all(b);
    bench_operation(b, 1, 5);
    cr_expect_eq(bench_operation_result(b, 1, 5), 0);
}

Test(libraft, a_leader_takes_only_so_many_operations_that_are_not_committed)
{
    bench_start_all(b);
    elect(0);
    for (uint64_t operation = 1; operation <= 70; operation++)
        bench_operation(b, 0, operation);
    cr_expect_eq(bench_operation_result(b, 0, 64), -1);
    cr_expect_eq(bench_operation_result(b, 0, 65), 0);
}

Test(libraft, hands_leadership_over_to_the_wanted_server)
{
    bench_start_all(b);
    elect(0);
    bench_run(b, 200 * MILLISECOND); /* until the leader knows that n3's log is as long */
    bench_admin(b, 0, ADMIN_TRANSFER, 2);
    bench_settle(b);
    expect_role(b, 2, ROLE_LEADER, 3);
    expect_announced(b, 2, ANNOUNCED_CAMPAIGN, 3, NODE_NONE, CAMPAIGN_TRANSFER);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 2, NODE_NONE, STEP_DOWN_TRANSFER);
}

Test(libraft, ends_at_once_when_it_is_stopped)
{
    bench_start_all(b);
    elect(0);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    cr_expect_not(bench_is_up(b, 0));
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 2, NODE_NONE, STEP_DOWN_STOP);
}

Test(libraft, option_stop_transfers_hands_over_first)
{
    bench_set(b, "stop_transfers", "true");
    bench_start_all(b);
    elect(0);
    bench_run(b, 200 * MILLISECOND);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    cr_expect(bench_is_up(b, 0));
    bench_settle(b);
    cr_expect_not(bench_is_up(b, 0));
    cr_expect_eq(bench_view(b, 1).role == ROLE_LEADER || bench_view(b, 2).role == ROLE_LEADER, 1);
}

Test(libraft, a_leader_without_a_quorum_steps_down)
{
    bench_start_all(b);
    elect(0);
    bench_isolate(b, 0);
    bench_run(b, 2100 * MILLISECOND);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 2, NODE_NONE, STEP_DOWN_LOST_QUORUM);
}

static void commit(unsigned operations)
{
    for (uint64_t operation = 1; operation <= operations; operation++) {
        bench_operation(b, 0, operation);
        bench_settle(b);
    }
}

Test(libraft, options_of_snapshots_bound_the_log)
{
    bench_set(b, "snapshot_threshold", "10");
    bench_set(b, "snapshot_trailing", "4");
    bench_start_all(b);
    elect(0);
    commit(50);
    const struct disk_log *disk = bench_durable(b, 0);
    cr_expect_gt(disk->snapshot_index, 40);
    cr_expect_leq(disk_log_entries(disk), 14);
    cr_expect_geq(disk_log_entries(disk), 4);
    cr_expect_eq(disk_log_last(disk).index, 51);
}

/* A follower that was away gets what it missed as a snapshot, once the leader hears from it. */
Test(libraft, installs_a_snapshot_and_restarts_with_it)
{
    bench_set(b, "snapshot_threshold", "10");
    bench_set(b, "snapshot_trailing", "4");
    bench_start_all(b);
    elect(0);
    bench_isolate(b, 2);
    commit(50);
    bench_heal_all(b);
    bench_run(b, 500 * MILLISECOND);
    cr_expect_gt(bench_sent_count(b, 0, 2, MESSAGE_INSTALL_SNAPSHOT), 0);
    cr_expect_eq(bench_view(b, 2).last_index, 51);
    bench_restart(b, 2);
    cr_expect_eq(bench_view(b, 2).last_index, 51);
    bench_run(b, 500 * MILLISECOND);
    cr_expect_eq(bench_view(b, 2).leader, 0);
}

/* The answer to a snapshot is lost: it is sent again after this time, not before. */
static unsigned snapshots_sent_in(const char *timeout, sim_ns time)
{
    bench_set(b, "snapshot_threshold", "10");
    bench_set(b, "snapshot_trailing", "4");
    bench_set(b, "install_snapshot_timeout", timeout);
    bench_start_all(b);
    elect(0);
    bench_isolate(b, 2);
    commit(50);
    /* n3 is heard of once, and then no more. */
    bench_receive(b, 0, 2, MESSAGE_APPEND_ENTRIES_RESULT, struct libraft_append_entries_result,
                  .term = 2, .rejected = 51, .last_log_index = 1);
    for (sim_ns passed = 0; passed < time; passed += 100 * MILLISECOND) {
        bench_run(b, 100 * MILLISECOND);
        bench_receive(b, 0, 2, MESSAGE_APPEND_ENTRIES_RESULT, struct libraft_append_entries_result,
                      .term = 2, .rejected = 51, .last_log_index = 1);
    }
    return bench_sent_count(b, 0, 2, MESSAGE_INSTALL_SNAPSHOT);
}

Test(libraft, option_install_snapshot_timeout_short)
{
    cr_expect_gt(snapshots_sent_in("300ms", 3 * SECOND), 2);
}

Test(libraft, option_install_snapshot_timeout_long)
{
    cr_expect_eq(snapshots_sent_in("30s", 3 * SECOND), 1);
}

Test(libraft, a_crash_leaves_nothing_in_the_heap_of_the_next_process)
{
    bench_start_all(b);
    elect(0);
    commit(20);
    bench_restart(b, 0);
    const struct libraft_server *s = *(struct libraft_server *const *) bench_state(b, 0);
    size_t at_start = s->heap.taken;
    bench_restart(b, 0);
    s = *(struct libraft_server *const *) bench_state(b, 0);
    cr_expect_eq(s->heap.taken, at_start);
}
