/* One server of etcd's raft at a time, without a network. */
#include <criterion/criterion.h>

#include "analysis/foreign/etcd_raft.h"
#include "analysis/foreign/etcd_raft_server.h"
#include "tests/algorithms/bench.h"

#define TICK 0

static struct bench *b;

static void open(void)
{
    b = bench_create(&etcd_raft_algorithm, 3);
    b->draw_least = true;
}

static void close(void)
{
    bench_destroy(b);
}

TestSuite(etcd_raft, .init = open, .fini = close);

#define expect_sent_message(from_, to_, kind, ...)                                                 \
    expect_sent(b, from_, to_, kind, struct etcd_message, __VA_ARGS__)
#define receive(to_, from_, kind, type_, ...)                                                      \
    bench_receive(b, to_, from_, kind, struct etcd_message, .type = type_, .from = (from_) + 1,    \
                  .to = (to_) + 1, __VA_ARGS__)

/* Silence for as long as the least election timeout: it stands at the tick that ends it. */
static void stand(node_id id)
{
    bench_forget(b);
    for (int ticks = 0; ticks < 20 && bench_sent_count(b, id, NODE_NONE, ANY_KIND) == 0; ticks++)
        bench_fire(b, id, TICK);
}

static void elect(node_id id)
{
    stand(id);
    bench_settle(b);
    cr_assert_eq(bench_view(b, id).role, ROLE_LEADER);
}

Test(etcd_raft, starts_as_follower_behind_the_snapshot_that_names_the_members)
{
    bench_start_all(b);
    expect_role(b, 0, ROLE_FOLLOWER, 1);
    cr_expect_eq(bench_view(b, 0).last_index, 1);
    cr_expect_eq(bench_view(b, 0).commit_index, 0);
    expect_announced(b, 0, ANNOUNCED_FOLLOW, 1, NODE_NONE, 0);
}

Test(etcd_raft, option_tick_interval_sets_how_often_time_passes)
{
    bench_set(b, "tick_interval", "7ms");
    bench_start_all(b);
    cr_expect_eq(bench_timer(b, 0, TICK), 7 * MILLISECOND);
    bench_fire(b, 0, TICK);
    cr_expect_eq(bench_timer(b, 0, TICK), 7 * MILLISECOND);
}

Test(etcd_raft, option_tick_offset_moves_the_first_tick)
{
    bench_set(b, "tick_offset", "30ms..30ms");
    bench_start_all(b);
    cr_expect_eq(bench_timer(b, 0, TICK), 130 * MILLISECOND);
    bench_fire(b, 0, TICK);
    cr_expect_eq(bench_timer(b, 0, TICK), 100 * MILLISECOND);
}

Test(etcd_raft, stands_at_the_tick_that_ends_the_silence)
{
    bench_start_all(b);
    stand(0);
    cr_expect_eq(b->now, SECOND);
    expect_role(b, 0, ROLE_CANDIDATE, 2);
    expect_sent_message(0, 1, MESSAGE_VOTE, .term = 2, .index = 1, .log_term = 1);
    expect_announced(b, 0, ANNOUNCED_CAMPAIGN, 2, NODE_NONE, CAMPAIGN_TIMEOUT);
    expect_announced(b, 0, ANNOUNCED_VOTE, 2, 0, 0);
}

Test(etcd_raft, option_election_ticks_sets_the_silence)
{
    bench_set(b, "election_ticks", "3");
    bench_start_all(b);
    stand(0);
    cr_expect_eq(b->now, 300 * MILLISECOND);
}

Test(etcd_raft, option_heartbeat_ticks_sets_how_long_a_leader_is_silent)
{
    bench_set(b, "heartbeat_ticks", "4");
    bench_start_all(b);
    elect(0);
    bench_forget(b);
    for (int tick = 0; tick < 3; tick++)
        bench_fire(b, 0, TICK);
    expect_not_sent(b, 0, 1, MESSAGE_HEARTBEAT);
    bench_fire(b, 0, TICK);
    expect_sent_message(0, 1, MESSAGE_HEARTBEAT, .term = 2, .commit = 2);
}

/* The library draws from the node's own stream, and from nothing else. */
Test(etcd_raft, draws_its_timeouts_from_the_node)
{
    sim_ns stood[4];
    b->draw_least = false;
    bench_start_all(b);
    for (int i = 0; i < 2; i++) {
        stand(0);
        stood[i] = b->now;
    }
    bench_destroy(b);
    b = bench_create(&etcd_raft_algorithm, 3);
    bench_start_all(b);
    for (int i = 2; i < 4; i++) {
        stand(0);
        stood[i] = b->now;
    }
    cr_expect_eq(stood[0], stood[2]);
    cr_expect_eq(stood[1], stood[3]);
    cr_expect(stood[0] >= SECOND && stood[0] < 2 * SECOND);
}

Test(etcd_raft, option_pre_vote_asks_before_the_term_is_raised)
{
    bench_set(b, "pre_vote", "true");
    bench_start_all(b);
    stand(0);
    expect_role(b, 0, ROLE_PRE_CANDIDATE, 1);
    expect_announced(b, 0, ANNOUNCED_PRE_CAMPAIGN, 2, NODE_NONE, 0);
    cr_expect_eq(bench_announced_count(b, 0, ANNOUNCED_PRE_CAMPAIGN), 1);
    expect_sent_message(0, 1, MESSAGE_PRE_VOTE, .term = 2, .index = 1, .log_term = 1);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 2);
}

Test(etcd_raft, a_majority_makes_it_leader)
{
    bench_start_all(b);
    bench_isolate(b, 2);
    elect(0);
    expect_announced(b, 0, ANNOUNCED_LEAD, 2, NODE_NONE, 0);
    cr_expect_eq(bench_view(b, 1).leader, 0);
    expect_announced(b, 1, ANNOUNCED_VOTE, 2, 0, 0);
}

Test(etcd_raft, asks_for_votes_only_when_its_own_is_durable)
{
    bench_start_all(b);
    b->sync_at_once = false;
    for (int tick = 0; tick < 10; tick++)
        bench_fire(b, 0, TICK);
    expect_role(b, 0, ROLE_CANDIDATE, 2);
    expect_not_sent(b, 0, 1, MESSAGE_VOTE);
    bench_sync(b, 0);
    expect_sent_message(0, 1, MESSAGE_VOTE, .term = 2, .index = 1, .log_term = 1);
}

/* What the library does meanwhile, its server hears of when the disk is done. */
Test(etcd_raft, tells_nothing_new_while_it_writes)
{
    bench_start_all(b);
    b->sync_at_once = false;
    unsigned before = bench_persist_count(b, 0);
    for (int tick = 0; tick < 30; tick++)
        bench_fire(b, 0, TICK);
    expect_role(b, 0, ROLE_CANDIDATE, 2);
    cr_expect_eq(bench_persist_count(b, 0), before + 1);
    bench_sync(b, 0);
    bench_settle(b);
    expect_role(b, 0, ROLE_CANDIDATE, 4);
    cr_expect_eq(bench_persist_count(b, 0), before + 2);
    expect_announced(b, 0, ANNOUNCED_CAMPAIGN, 3, NODE_NONE, CAMPAIGN_TIMEOUT);
    expect_announced(b, 0, ANNOUNCED_CAMPAIGN, 4, NODE_NONE, CAMPAIGN_TIMEOUT);
}

Test(etcd_raft, grants_a_vote_only_when_it_is_durable)
{
    bench_start_all(b);
    b->sync_at_once = false;
    receive(1, 0, MESSAGE_VOTE, ETCD_VOTE, .term = 2, .index = 1, .log_term = 1);
    expect_not_sent(b, 1, 0, MESSAGE_VOTE_RESP);
    bench_sync(b, 1);
    expect_sent_message(1, 0, MESSAGE_VOTE_RESP, .term = 2);
}

Test(etcd_raft, restarts_with_its_durable_term_and_vote)
{
    bench_start_all(b);
    receive(1, 0, MESSAGE_VOTE, ETCD_VOTE, .term = 7, .index = 1, .log_term = 1);
    bench_restart(b, 1);
    expect_role(b, 1, ROLE_FOLLOWER, 7);
    cr_expect_eq(bench_view(b, 1).voted_for, 0);
    bench_forget(b);
    receive(1, 2, MESSAGE_VOTE, ETCD_VOTE, .term = 7, .index = 1, .log_term = 1);
    expect_sent_message(1, 2, MESSAGE_VOTE_RESP, .term = 7, .reject = true);
}

Test(etcd_raft, what_was_not_durable_is_gone_after_a_crash)
{
    bench_start_all(b);
    b->sync_at_once = false;
    receive(1, 0, MESSAGE_VOTE, ETCD_VOTE, .term = 7, .index = 1, .log_term = 1);
    bench_restart(b, 1);
    expect_role(b, 1, ROLE_FOLLOWER, 1);
}

Test(etcd_raft, restarts_with_its_log)
{
    bench_set(b, "check_quorum", "false"); /* so that it may stand beside a leader */
    bench_start_all(b);
    elect(0);
    bench_operation(b, 0, 77);
    bench_settle(b);
    bench_restart(b, 1);
    cr_expect_eq(bench_view(b, 1).last_index, 3);
    cr_expect_eq(bench_view(b, 1).last_term, 2);
    elect(1);
    cr_expect_eq(bench_view(b, 1).last_index, 4);
}

Test(etcd_raft, a_wiped_server_stands_for_nothing)
{
    bench_start_all(b);
    bench_crash(b, 1);
    bench_wipe(b, 1);
    bench_advance(b, SECOND);
    bench_start(b, 1);
    bench_forget(b);
    for (int tick = 0; tick < 40; tick++)
        bench_fire(b, 1, TICK);
    expect_silence(b);
}

/* "Was the raft log corrupted, truncated, or lost?" */
Test(etcd_raft, a_wiped_server_panics_when_the_leader_tells_it_what_is_committed)
{
    bench_start_all(b);
    elect(0);
    bench_run(b, 200 * MILLISECOND);
    bench_crash(b, 1);
    bench_wipe(b, 1);
    bench_start(b, 1);
    bench_run(b, 200 * MILLISECOND);
    cr_expect_not(bench_is_up(b, 1));
    expect_sent(b, 1, 1, MESSAGE_FAILED, struct etcd_raft_failed, .defect = DEFECT_LOG_LOST);
}

Test(etcd_raft, commits_an_operation_that_a_majority_stored)
{
    bench_start_all(b);
    elect(0);
    bench_operation(b, 0, 77);
    cr_expect_eq(bench_operation_result(b, 0, 77), -1);
    bench_settle(b);
    cr_expect_eq(bench_operation_result(b, 0, 77), 1);
    cr_expect_eq(bench_view(b, 0).commit_index, 3);
}

Test(etcd_raft, a_leader_sends_entries_while_it_writes_and_commits_them_behind)
{
    bench_start_all(b);
    elect(0);
    b->sync_at_once = false;
    bench_forget(b);
    bench_operation(b, 0, 77);
    expect_sent_message(0, 1, MESSAGE_APP, .term = 2, .index = 2, .log_term = 2, .entries = 1,
                        .commit = 2);
    bench_settle(b);
    expect_not_sent(b, 1, 0, MESSAGE_APP_RESP);
    bench_sync(b, 1);
    bench_settle(b);
    expect_sent_message(1, 0, MESSAGE_APP_RESP, .term = 2, .index = 3);
    cr_expect_eq(bench_operation_result(b, 0, 77), -1, "its own entry is not yet durable");
    bench_sync(b, 0);
    bench_settle(b);
    cr_expect_eq(bench_operation_result(b, 0, 77), 1);
}

Test(etcd_raft, an_operation_that_another_leader_overwrites_fails)
{
    bench_start_all(b);
    elect(0);
    bench_run(b, 200 * MILLISECOND);
    bench_isolate(b, 0);
    bench_operation(b, 0, 77);
    bench_run(b, 5 * SECOND);
    cr_expect_eq(bench_operation_result(b, 0, 77), -1);
    bench_heal_all(b);
    bench_run(b, 5 * SECOND);
    cr_expect_eq(bench_operation_result(b, 0, 77), 0);
}

Test(etcd_raft, an_operation_on_a_follower_fails)
{
    bench_start_all(b);
    bench_operation(b, 1, 5);
    cr_expect_eq(bench_operation_result(b, 1, 5), 0);
}

Test(etcd_raft, a_lone_member_leads_and_commits_once_its_disk_is_done)
{
    bench_destroy(b);
    b = bench_create(&etcd_raft_algorithm, 1);
    b->draw_least = true;
    bench_start_all(b);
    b->sync_at_once = false;
    for (int tick = 0; tick < 10; tick++)
        bench_fire(b, 0, TICK);
    expect_role(b, 0, ROLE_CANDIDATE, 2);
    bench_sync(b, 0);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 2);
    bench_operation(b, 0, 77);
    cr_expect_eq(bench_operation_result(b, 0, 77), -1);
    bench_sync(b, 0);
    bench_settle(b);
    cr_expect_eq(bench_operation_result(b, 0, 77), 1);
}

Test(etcd_raft, hands_leadership_over_to_the_wanted_server)
{
    bench_start_all(b);
    elect(0);
    bench_run(b, 200 * MILLISECOND);
    bench_admin(b, 0, ADMIN_TRANSFER, 2);
    bench_settle(b);
    expect_role(b, 2, ROLE_LEADER, 3);
    expect_announced(b, 2, ANNOUNCED_CAMPAIGN, 3, NODE_NONE, CAMPAIGN_TRANSFER);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 2, NODE_NONE, STEP_DOWN_TRANSFER);
}

/* etcd's MoveLeader answers ErrNotLeader; there is no ForgetLeader in 3.4. */
Test(etcd_raft, a_follower_moves_and_forgets_no_leader)
{
    bench_start_all(b);
    elect(0);
    bench_run(b, 50 * MILLISECOND);
    bench_forget(b);
    bench_admin(b, 1, ADMIN_TRANSFER, 2);
    bench_admin(b, 1, ADMIN_FORGET_LEADER, NODE_NONE);
    expect_silence(b);
    cr_expect_eq(bench_view(b, 1).leader, 0);
}

Test(etcd_raft, hands_leadership_over_before_it_stops)
{
    bench_start_all(b);
    elect(0);
    bench_run(b, 200 * MILLISECOND);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    cr_expect(bench_is_up(b, 0));
    bench_settle(b);
    cr_expect_not(bench_is_up(b, 0));
    cr_expect_eq(bench_view(b, 1).role == ROLE_LEADER || bench_view(b, 2).role == ROLE_LEADER, 1);
}

Test(etcd_raft, stops_in_the_end_where_nobody_takes_over)
{
    bench_start_all(b);
    elect(0);
    bench_run(b, 200 * MILLISECOND);
    bench_isolate(b, 0);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    cr_expect(bench_is_up(b, 0));
    bench_run(b, 2500 * MILLISECOND);
    cr_expect_not(bench_is_up(b, 0));
}

Test(etcd_raft, option_stop_transfers_false_ends_at_once)
{
    bench_set(b, "stop_transfers", "false");
    bench_start_all(b);
    elect(0);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    cr_expect_not(bench_is_up(b, 0));
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 2, NODE_NONE, STEP_DOWN_STOP);
}

Test(etcd_raft, a_leader_without_a_quorum_steps_down)
{
    bench_start_all(b);
    elect(0);
    bench_isolate(b, 0);
    bench_run(b, 2100 * MILLISECOND);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 2, NODE_NONE, STEP_DOWN_LOST_QUORUM);
}

Test(etcd_raft, option_check_quorum_false_lets_it_lead_on)
{
    bench_set(b, "check_quorum", "false");
    bench_start_all(b);
    elect(0);
    bench_isolate(b, 0);
    bench_run(b, 2100 * MILLISECOND);
    expect_role(b, 0, ROLE_LEADER, 2);
}

Test(etcd_raft, with_check_quorum_a_follower_of_a_live_leader_ignores_candidates)
{
    bench_start_all(b);
    elect(0);
    bench_forget(b);
    receive(1, 2, MESSAGE_VOTE, ETCD_VOTE, .term = 3, .index = 9, .log_term = 2);
    expect_silence(b);
    receive(1, 2, MESSAGE_VOTE, ETCD_VOTE, .term = 3, .index = 9, .log_term = 2, .transfer = true);
    expect_sent_message(1, 2, MESSAGE_VOTE_RESP, .term = 3);
}

static void commit(unsigned operations)
{
    for (uint64_t operation = 1; operation <= operations; operation++) {
        bench_operation(b, 0, operation);
        bench_settle(b);
    }
}

Test(etcd_raft, options_of_snapshots_bound_the_log)
{
    bench_set(b, "snapshot_count", "10");
    bench_set(b, "snapshot_catch_up", "4");
    bench_start_all(b);
    elect(0);
    commit(50);
    const struct etcd_raft_disk *disk = bench_durable(b, 0);
    cr_expect_geq(disk->log.snapshot_index, 40);
    cr_expect_leq(disk_log_entries(&disk->log), 16);
    cr_expect_geq(disk_log_entries(&disk->log), 4);
    cr_expect_eq(disk_log_last(&disk->log).index, 52);
}

Test(etcd_raft, installs_a_snapshot_and_restarts_with_it)
{
    bench_set(b, "snapshot_count", "10");
    bench_set(b, "snapshot_catch_up", "4");
    bench_start_all(b);
    elect(0);
    bench_isolate(b, 2);
    commit(50);
    bench_heal_all(b);
    bench_run(b, 500 * MILLISECOND);
    cr_expect_gt(bench_sent_count(b, 0, 2, MESSAGE_SNAP), 0);
    cr_expect_eq(bench_view(b, 2).last_index, 52);
    bench_restart(b, 2);
    cr_expect_eq(bench_view(b, 2).last_index, 52);
    bench_run(b, 500 * MILLISECOND);
    cr_expect_eq(bench_view(b, 2).leader, 0);
}

Test(etcd_raft, option_snapshot_ticks_is_when_a_snapshot_counts_as_lost)
{
    bench_set(b, "snapshot_count", "10");
    bench_set(b, "snapshot_catch_up", "4");
    bench_set(b, "snapshot_ticks", "3");
    bench_start_all(b);
    elect(0);
    bench_isolate(b, 2);
    commit(50);
    bench_forget(b);
    receive(0, 2, MESSAGE_HEARTBEAT_RESP, ETCD_HEARTBEAT_RESP, .term = 2);
    receive(0, 2, MESSAGE_APP_RESP, ETCD_APP_RESP, .term = 2, .index = 52, .reject = true,
            .reject_hint = 2);
    cr_assert_eq(bench_sent_count(b, 0, 2, MESSAGE_SNAP), 1);
    bench_run(b, 200 * MILLISECOND);
    receive(0, 2, MESSAGE_HEARTBEAT_RESP, ETCD_HEARTBEAT_RESP, .term = 2);
    cr_expect_eq(bench_sent_count(b, 0, 2, MESSAGE_SNAP), 1, "one is on its way");
    bench_run(b, 200 * MILLISECOND);
    receive(0, 2, MESSAGE_HEARTBEAT_RESP, ETCD_HEARTBEAT_RESP, .term = 2);
    cr_expect_eq(bench_sent_count(b, 0, 2, MESSAGE_SNAP), 2);
}

Test(etcd_raft, refuses_options_that_the_library_would)
{
    static const struct {
        const char *option, *text;
    } wrong[]
        = {{"tick_interval", "0ns"},      {"heartbeat_ticks", "0"}, {"heartbeat_ticks", "10"},
           {"election_ticks", "1000001"}, {"snapshot_count", "0"},  {"snapshot_count", "1200"},
           {"snapshot_catch_up", "0"},    {"snapshot_ticks", "0"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct bench *other = bench_create(&etcd_raft_algorithm, 3);
        const char *option = NULL;
        bench_set(other, wrong[i].option, wrong[i].text);
        cr_expect_not_null(etcd_raft_algorithm.check(bench_config(other, 0), 3, &option));
        cr_expect_str_eq(option, wrong[i].option);
        bench_destroy(other);
    }
}
