/* What the options of Viewstamped Replication add: leases of the primary (section 6.3 of VR
 * Revisited), a look at the load, and asking before the view is raised. */
#include <criterion/criterion.h>

#include "algorithms/viewstamped_replication.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND
#define S SECOND

static struct bench *replicas(unsigned members, const char *option, const char *text)
{
    struct bench *b = bench_create(&viewstamped_replication_algorithm, members);
    bench_set(b, option, text);
    bench_start_all(b);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 1);
    return b;
}

/* ---- Leases ---------------------------------------------------------------------------------- */

/* n1 has sent a Commit, and all have answered it. */
static struct bench *leased(unsigned members)
{
    struct bench *b = replicas(members, "leader_lease", "true");
    bench_fire(b, 0, VR_TIMER_COMMIT);
    bench_settle(b);
    bench_forget(b);
    return b;
}

Test(viewstamped_replication_options, a_lease_runs_from_the_sending_of_the_commit_that_was_answered)
{
    struct bench *b = bench_create(&viewstamped_replication_algorithm, 3);
    bench_set(b, "leader_lease", "true");
    bench_set(b, "clock_drift_bound", "0ppm");
    bench_start_all(b);
    bench_settle(b);
    bench_fire(b, 0, VR_TIMER_COMMIT);
    sim_ns sent = b->now;
    cr_expect_eq(bench_view(b, 0).lease_until, 0);
    bench_advance(b, 20 * MS);
    bench_settle(b);
    cr_expect_eq(bench_view(b, 0).lease_until, sent + 300 * MS);
    bench_destroy(b);
}

Test(viewstamped_replication_options, a_lease_is_shorter_by_what_clocks_may_differ)
{
    struct bench *b = replicas(3, "leader_lease", "true");
    bench_fire(b, 0, VR_TIMER_COMMIT);
    sim_ns sent = b->now;
    bench_settle(b);
    sim_ns lease = bench_view(b, 0).lease_until - sent; /* 300 ms / 1.001 */
    cr_expect(lease > 299 * MS && lease < 300 * MS, "%lld", (long long) lease);
    cr_expect_gt(viewstamped_replication_algorithm.drift_bound(bench_config(b, 0)), 400000);
    cr_expect_lt(viewstamped_replication_algorithm.drift_bound(bench_config(b, 0)), 500000);
    bench_destroy(b);
}

Test(viewstamped_replication_options, a_lease_needs_the_answers_of_a_quorum_to_one_commit)
{
    struct bench *b = replicas(5, "leader_lease", "true");
    bench_forget(b);
    bench_fire(b, 0, VR_TIMER_COMMIT);
    sim_ns first = b->now;
    bench_fire(b, 0, VR_TIMER_COMMIT);
    sim_ns second = b->now;
    bench_receive(b, 0, 1, VR_COMMIT_OK, struct vr_commit_ok, .view = 0, .sent = first);
    cr_expect_eq(bench_view(b, 0).lease_until, 0);
    bench_receive(b, 0, 2, VR_COMMIT_OK, struct vr_commit_ok, .view = 0, .sent = second);
    sim_ns early = bench_view(b, 0).lease_until; /* both have answered the first, or more */
    cr_expect(early > first && early < first + 300 * MS);
    bench_receive(b, 0, 1, VR_COMMIT_OK, struct vr_commit_ok, .view = 0, .sent = second);
    cr_expect_eq(bench_view(b, 0).lease_until, early + second - first);
    bench_receive(b, 0, 3, VR_COMMIT_OK, struct vr_commit_ok, .view = 7, .sent = second + S);
    cr_expect_eq(bench_view(b, 0).lease_until, early + second - first);
    bench_destroy(b);
}

/* VR Revisited, section 6.3: no new view before the leases have run out. */
Test(viewstamped_replication_options,
     who_gave_a_lease_takes_no_part_in_a_view_change_before_its_end)
{
    struct bench *b = leased(5);
    bench_receive(b, 2, 4, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    bench_receive(b, 2, 4, VR_DO_VIEW_CHANGE, struct vr_view, .view = 2);
    expect_role(b, 2, ROLE_FOLLOWER, 1);
    bench_advance(b, 299 * MS);
    bench_receive(b, 2, 4, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_role(b, 2, ROLE_FOLLOWER, 1);
    bench_advance(b, 1 * MS);
    bench_receive(b, 2, 4, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_role(b, 2, ROLE_CANDIDATE, 2);
    bench_destroy(b);
}

Test(viewstamped_replication_options, a_view_that_has_begun_is_followed_whatever_was_promised)
{
    struct bench *b = leased(5);
    bench_receive(b, 2, 3, VR_START_VIEW, struct vr_view, .view = 3);
    cr_expect_eq(bench_view(b, 2).leader, 3);
    bench_destroy(b);
}

Test(viewstamped_replication_options, after_a_restart_it_acts_as_if_it_had_just_promised)
{
    struct bench *b = leased(5);
    bench_advance(b, 299 * MS);
    bench_restart(b, 2);
    bench_receive(b, 2, 4, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_role(b, 2, ROLE_CANDIDATE, 1);
    bench_advance(b, 300 * MS);
    bench_receive(b, 2, 4, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_role(b, 2, ROLE_CANDIDATE, 2);
    bench_destroy(b);
}

Test(viewstamped_replication_options,
     a_primary_gives_its_lease_up_when_the_view_changes_and_says_so)
{
    struct bench *b = leased(5);
    bench_receive(b, 0, 4, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    cr_expect_eq(bench_view(b, 0).lease_until, 0);
    expect_sent(b, 0, 2, VR_HAND_OVER, struct vr_hand_over, .view = 1, .released = 0);
    expect_not_sent(b, 0, NODE_NONE, VR_START_VIEW_CHANGE);
    bench_settle(b);
    expect_role(b, 1, ROLE_LEADER, 2);
    bench_destroy(b);
}

Test(viewstamped_replication_options, a_primary_frees_nobody_from_what_was_promised_to_a_later_one)
{
    struct bench *b = leased(5);
    bench_receive(b, 2, 1, VR_TIMED_COMMIT, struct vr_timed_commit, .view = 1);
    bench_receive(b, 2, 0, VR_HAND_OVER, struct vr_hand_over, .view = 5, .released = 0);
    expect_role(b, 2, ROLE_FOLLOWER, 2);
    bench_receive(b, 2, 1, VR_HAND_OVER, struct vr_hand_over, .view = 5, .released = 1);
    expect_role(b, 2, ROLE_CANDIDATE, 6);
    bench_destroy(b);
}

Test(viewstamped_replication_options, a_transfer_with_a_lease_is_as_fast_as_one_without)
{
    struct bench *b = leased(5);
    bench_admin(b, 0, ADMIN_TRANSFER, 3);
    bench_settle(b);
    expect_role(b, 3, ROLE_LEADER, 4);
    bench_fire(b, 3, VR_TIMER_COMMIT);
    bench_settle(b);
    cr_expect_gt(bench_view(b, 3).lease_until, b->now);
    bench_admin(b, 3, ADMIN_STOP, NODE_NONE);
    bench_settle(b);
    expect_role(b, 4, ROLE_LEADER, 5);
    bench_destroy(b);
}

/* n4 was bound until its own timer: it has not heeded who stood before. */
Test(viewstamped_replication_options, who_stands_later_is_told_again)
{
    struct bench *b = leased(5);
    bench_advance(b, 300 * MS);
    bench_fire(b, 2, VR_TIMER_VIEW_CHANGE);
    bench_forget(b);
    bench_receive(b, 2, 3, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_sent(b, 2, 3, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    bench_receive(b, 2, 1, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_sent(b, 2, 1, VR_DO_VIEW_CHANGE, struct vr_view, .view = 1);
    bench_destroy(b);
}

Test(viewstamped_replication_options, leases_are_exclusive_where_two_quorums_meet)
{
    struct bench *b = bench_create(&viewstamped_replication_algorithm, 5);
    static const char *const quorums[] = {"majority", "all", "weighted", "3", "2"};
    uint32_t (*promises)(const void *, unsigned) = viewstamped_replication_algorithm.promises_with;
    cr_expect_eq(promises(bench_config(b, 0), 5) & LEASE_EXCLUSIVE, 0);
    bench_set(b, "leader_lease", "true");
    for (unsigned i = 0; i < 5; i++) {
        bench_set(b, "quorum", quorums[i]);
        cr_expect_eq((promises(bench_config(b, 0), 5) & LEASE_EXCLUSIVE) != 0, i < 4, "%s",
                     quorums[i]);
    }
    bench_destroy(b);
}

/* ---- Load ------------------------------------------------------------------------------------ */

Test(viewstamped_replication_options, a_busy_primary_moves_on_to_the_view_of_the_least_busy)
{
    struct bench *b = replicas(5, "load_aware", "true");
    static const uint32_t loads[] = {900, 500, 850, 200, 200};
    for (node_id id = 1; id < 5; id++)
        bench_set_load(b, id, loads[id]);
    bench_run(b, 200 * MS);
    bench_set_load(b, 0, loads[0]);
    bench_run(b, 200 * MS);
    expect_role(b, 3, ROLE_LEADER, 4);
    expect_announced(b, 0, ANNOUNCED_CAMPAIGN, 4, NODE_NONE, CAMPAIGN_TRANSFER);
    bench_destroy(b);
}

Test(viewstamped_replication_options, who_has_not_answered_of_late_is_not_chosen)
{
    struct bench *b = replicas(3, "load_aware", "true");
    bench_run(b, 200 * MS);
    bench_crash(b, 1);
    bench_run(b, 400 * MS);
    bench_set_load(b, 0, 900);
    bench_set_load(b, 2, 700);
    bench_run(b, 200 * MS);
    expect_role(b, 2, ROLE_LEADER, 3);
    bench_destroy(b);
}

Test(viewstamped_replication_options, where_all_are_busy_the_primary_stays)
{
    struct bench *b = replicas(3, "load_aware", "true");
    for (node_id id = 0; id < 3; id++)
        bench_set_load(b, id, 900 - id);
    bench_run(b, 2 * S);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(viewstamped_replication_options, the_threshold_says_who_is_busy)
{
    struct bench *b = replicas(3, "load_aware", "true");
    bench_set(b, "load_threshold", "95%");
    bench_set_load(b, 0, 900);
    bench_run(b, 2 * S);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_set(b, "load_threshold", "90%");
    bench_run(b, 200 * MS);
    expect_role(b, 1, ROLE_LEADER, 2);
    bench_destroy(b);
}

Test(viewstamped_replication_options, without_an_option_commits_are_not_answered)
{
    struct bench *b = replicas(3, "load_aware", "false");
    bench_run(b, 1 * S);
    expect_not_sent(b, NODE_NONE, NODE_NONE, VR_COMMIT_OK);
    expect_not_sent(b, NODE_NONE, NODE_NONE, VR_TIMED_COMMIT);
    cr_expect_eq(bench_view(b, 0).lease_until, 0);
    bench_destroy(b);
}

/* ---- Asking before the view is raised -------------------------------------------------------- */

Test(viewstamped_replication_options, a_replica_that_is_cut_off_raises_no_view_and_disturbs_nobody)
{
    struct bench *b = replicas(5, "pre_vote", "true");
    bench_isolate(b, 3);
    bench_run(b, 3 * S);
    expect_role(b, 3, ROLE_PRE_CANDIDATE, 1);
    cr_expect_eq(bench_view(b, 3).leader, NODE_NONE);
    bench_heal_all(b);
    bench_run(b, 100 * MS);
    expect_role(b, 3, ROLE_FOLLOWER, 1);
    cr_expect_eq(bench_view(b, 3).leader, 0);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(viewstamped_replication_options, who_hears_the_primary_does_not_agree)
{
    struct bench *b = replicas(5, "pre_vote", "true");
    bench_fire(b, 0, VR_TIMER_COMMIT);
    bench_settle(b);
    bench_forget(b);
    for (node_id id = 0; id < 3; id++)
        bench_receive(b, id, 4, VR_PRE_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_silence(b);
    bench_advance(b, 300 * MS);
    bench_receive(b, 2, 4, VR_PRE_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_sent(b, 2, 4, VR_PRE_VIEW_CHANGE_OK, struct vr_view, .view = 1);
    expect_role(b, 2, ROLE_FOLLOWER, 1);
    bench_destroy(b);
}

Test(viewstamped_replication_options, a_view_is_raised_when_a_quorum_hears_nobody)
{
    struct bench *b = replicas(5, "pre_vote", "true");
    bench_forget(b);
    bench_fire(b, 3, VR_TIMER_VIEW_CHANGE);
    expect_sent(b, 3, 1, VR_PRE_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_announced(b, 3, ANNOUNCED_PRE_CAMPAIGN, 2, NODE_NONE, 0);
    bench_receive(b, 3, 1, VR_PRE_VIEW_CHANGE_OK, struct vr_view, .view = 1);
    bench_receive(b, 3, 1, VR_PRE_VIEW_CHANGE_OK, struct vr_view, .view = 1);
    bench_receive(b, 3, 2, VR_PRE_VIEW_CHANGE_OK, struct vr_view, .view = 2);
    expect_role(b, 3, ROLE_PRE_CANDIDATE, 1);
    bench_receive(b, 3, 2, VR_PRE_VIEW_CHANGE_OK, struct vr_view, .view = 1);
    expect_role(b, 3, ROLE_CANDIDATE, 2);
    expect_sent(b, 3, 0, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    bench_destroy(b);
}

Test(viewstamped_replication_options, with_a_primary_that_is_down_another_leads_all_the_same)
{
    struct bench *b = replicas(5, "pre_vote", "true");
    bench_crash(b, 0);
    bench_crash(b, 1);
    bench_run(b, 3 * S);
    expect_role(b, 2, ROLE_LEADER, 3);
    bench_destroy(b);
}

/* It is lost to their view: only a later one brings them together. */
Test(viewstamped_replication_options, who_is_in_a_later_view_is_agreed_with)
{
    struct bench *b = replicas(5, "pre_vote", "true");
    bench_fire(b, 0, VR_TIMER_COMMIT);
    bench_settle(b);
    bench_forget(b);
    bench_receive(b, 2, 4, VR_PRE_VIEW_CHANGE, struct vr_view, .view = 2);
    expect_sent(b, 2, 4, VR_PRE_VIEW_CHANGE_OK, struct vr_view, .view = 2);
    bench_destroy(b);
}

Test(viewstamped_replication_options, a_primary_is_promised_later_with_leases_and_with_questions)
{
    static const char *const later[] = {"leader_lease", "pre_vote"};
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        struct bench *b = bench_create(&viewstamped_replication_algorithm, 5);
        sim_ns plain = viewstamped_replication_algorithm.liveness_bound(bench_config(b, 0), 5);
        bench_set(b, later[i], "true");
        cr_expect_gt(viewstamped_replication_algorithm.liveness_bound(bench_config(b, 0), 5), plain,
                     "%s", later[i]);
        bench_destroy(b);
    }
}

Test(viewstamped_replication_options, a_negative_drift_is_refused)
{
    struct bench *b = bench_create(&viewstamped_replication_algorithm, 5);
    const char *option = NULL;
    struct vr_config *c = bench_config(b, 0);
    c->clock_drift_bound = -1;
    cr_expect_not_null(viewstamped_replication_algorithm.check(c, 5, &option));
    cr_expect_str_eq(option, "clock_drift_bound");
    bench_destroy(b);
}
