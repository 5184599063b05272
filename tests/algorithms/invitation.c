/* The Invitation algorithm alone: Garcia-Molina 1982, second algorithm, as IceStorm tells it. */
#include <criterion/criterion.h>

#include "algorithms/invitation.h"
#include "tests/algorithms/bench.h"

/* Group numbers of clusters of three and five: counter times nodes plus the coordinator. */
#define GROUP(nodes, counter, coordinator) ((uint64_t) (nodes) * (counter) + (coordinator))

static struct bench *cluster(unsigned members)
{
    struct bench *b = bench_create(&invitation_algorithm, members);
    bench_start_all(b);
    bench_settle(b);
    return b;
}

static struct bench *merged(unsigned members)
{
    struct bench *b = cluster(members);
    bench_run(b, 400 * MILLISECOND);
    bench_forget(b);
    return b;
}

static unsigned leaders(const struct bench *b)
{
    unsigned count = 0;
    for (node_id id = 0; id < b->members; id++)
        count += bench_is_up(b, id) && bench_view(b, id).role == ROLE_LEADER;
    return count;
}

static const struct invitation *state_of(struct bench *b, node_id id)
{
    return bench_state(b, id);
}

/* Recovery, which is also how a node starts (IceStorm's manual). */
Test(invitation, who_starts_is_a_group_of_one_and_its_coordinator)
{
    struct bench *b = cluster(3);
    for (node_id id = 0; id < 3; id++) {
        expect_role(b, id, ROLE_LEADER, GROUP(3, 1, id));
        cr_expect_eq(bench_view(b, id).leader, id);
    }
    expect_silence(b);
    bench_destroy(b);
}

/* Check and Merge: coordinators try to combine their groups, now and then. */
Test(invitation, coordinators_look_for_each_other_and_the_best_invites_first)
{
    struct bench *b = cluster(3);
    bench_run(b, 160 * MILLISECOND);
    expect_sent(b, 0, 2, INVITATION_ARE_YOU_COORDINATOR, struct invitation_ask, .counter = 1);
    expect_sent(b, 2, 0, INVITATION_COORDINATOR_ANSWER, struct invitation_coordinator_answer,
                .counter = 1, .coordinator = true);
    expect_sent(b, 2, 0, INVITATION_INVITE, struct invitation_invite, .group = GROUP(3, 2, 2),
                .coordinator = 2);
    expect_not_sent(b, 0, NODE_NONE, INVITATION_INVITE);
    expect_role(b, 2, ROLE_LEADER, GROUP(3, 2, 2));
    cr_expect_eq(leaders(b), 1);
    for (node_id id = 0; id < 3; id++)
        cr_expect_eq(bench_view(b, id).leader, 2);
    bench_destroy(b);
}

/* Nobody is missed when groups merge; a member that has lost its coordinator misses it. */
Test(invitation, who_invites_others_takes_over_and_who_is_alone_has_lost_its_group)
{
    struct bench *b = cluster(3);
    expect_announced(b, 2, ANNOUNCED_CAMPAIGN, GROUP(3, 1, 2), NODE_NONE, CAMPAIGN_TIMEOUT);
    bench_run(b, 160 * MILLISECOND);
    expect_announced(b, 2, ANNOUNCED_CAMPAIGN, GROUP(3, 2, 2), NODE_NONE, CAMPAIGN_TAKEOVER);
    bench_forget(b);
    bench_crash(b, 2);
    bench_run(b, 400 * MILLISECOND);
    expect_announced(b, 1, ANNOUNCED_CAMPAIGN, GROUP(3, 3, 1), NODE_NONE, CAMPAIGN_TIMEOUT);
    bench_destroy(b);
}

Test(invitation, a_higher_priority_is_the_better_claim)
{
    struct bench *b = bench_create(&invitation_algorithm, 3);
    bench_set_priority(b, 1, 5);
    bench_start_all(b);
    bench_run(b, 300 * MILLISECOND);
    expect_role(b, 1, ROLE_LEADER, GROUP(3, 2, 1));
    bench_destroy(b);
}

Test(invitation, the_wait_before_inviting_grows_with_the_better_claims_found)
{
    struct bench *b = cluster(3);
    bench_set(b, "merge_delay", "70ms");
    for (node_id id = 0; id < 3; id++) {
        bench_fire(b, id, INVITATION_TIMER_CHECK);
        for (node_id other = 0; other < 3; other++)
            if (other != id)
                bench_receive(b, id, other, INVITATION_COORDINATOR_ANSWER,
                              struct invitation_coordinator_answer, .counter = 1,
                              .coordinator = true);
        bench_fire(b, id, INVITATION_TIMER_ANSWER);
        cr_expect_eq(bench_timer(b, id, INVITATION_TIMER_MERGE), (2 - id) * 70 * MILLISECOND);
    }
    bench_destroy(b);
}

Test(invitation, who_finds_nobody_looks_again_after_the_interval)
{
    struct bench *b = bench_create(&invitation_algorithm, 3);
    bench_set(b, "check_interval", "77ms");
    bench_set(b, "answer_timeout", "33ms");
    bench_start_all(b);
    cr_expect_eq(bench_timer(b, 0, INVITATION_TIMER_CHECK), 77 * MILLISECOND);
    bench_fire(b, 0, INVITATION_TIMER_CHECK);
    cr_expect_eq(bench_timer(b, 0, INVITATION_TIMER_ANSWER), 33 * MILLISECOND);
    bench_fire(b, 0, INVITATION_TIMER_ANSWER);
    cr_expect_eq(bench_timer(b, 0, INVITATION_TIMER_CHECK), 77 * MILLISECOND);
    bench_destroy(b);
}

/* A coordinator that accepts passes the invitation on to its members, in the inviter's name. */
Test(invitation, an_invited_coordinator_brings_its_members_along)
{
    struct bench *b = merged(3);
    bench_receive(b, 2, 0, INVITATION_INVITE, struct invitation_invite, .group = GROUP(3, 9, 0),
                  .coordinator = 0);
    expect_sent(b, 2, 1, INVITATION_INVITE, struct invitation_invite, .group = GROUP(3, 9, 0),
                .coordinator = 0);
    expect_sent(b, 2, 0, INVITATION_ACCEPT, struct invitation_accept, .group = GROUP(3, 9, 0),
                .forwarded = 1);
    expect_announced(b, 2, ANNOUNCED_STEP_DOWN, GROUP(3, 2, 2), NODE_NONE, STEP_DOWN_HIGHER_TERM);
    bench_receive(b, 1, 2, INVITATION_INVITE, struct invitation_invite, .group = GROUP(3, 9, 0),
                  .coordinator = 0);
    expect_sent(b, 1, 0, INVITATION_ACCEPT, struct invitation_accept, .group = GROUP(3, 9, 0));
    bench_destroy(b);
}

Test(invitation, who_has_accepted_follows_nobody_until_ready)
{
    struct bench *b = cluster(3);
    bench_receive(b, 1, 2, INVITATION_INVITE, struct invitation_invite, .group = GROUP(3, 2, 2),
                  .coordinator = 2);
    expect_role(b, 1, ROLE_FOLLOWER, GROUP(3, 2, 2));
    cr_expect_eq(bench_view(b, 1).leader, NODE_NONE);
    bench_receive(b, 1, 2, INVITATION_READY, struct invitation_ready, .group = GROUP(3, 1, 2),
                  .leads = true);
    cr_expect_eq(bench_view(b, 1).leader, NODE_NONE, "Ready of another group");
    bench_receive(b, 1, 2, INVITATION_READY, struct invitation_ready, .group = GROUP(3, 2, 2),
                  .leads = true);
    cr_expect_eq(bench_view(b, 1).leader, 2);
    bench_destroy(b);
}

Test(invitation, who_is_busy_with_one_invitation_ignores_the_next)
{
    struct bench *b = cluster(3);
    bench_receive(b, 0, 1, INVITATION_INVITE, struct invitation_invite, .group = GROUP(3, 2, 1),
                  .coordinator = 1);
    bench_receive(b, 0, 2, INVITATION_INVITE, struct invitation_invite, .group = GROUP(3, 2, 2),
                  .coordinator = 2);
    expect_sent(b, 0, 1, INVITATION_ACCEPT, struct invitation_accept, .group = GROUP(3, 2, 1));
    expect_not_sent(b, 0, 2, INVITATION_ACCEPT);
    bench_destroy(b);
}

Test(invitation, no_invitation_leads_into_a_group_of_a_lower_number)
{
    struct bench *b = merged(3);
    bench_receive(b, 0, 1, INVITATION_INVITE, struct invitation_invite, .group = GROUP(3, 1, 1),
                  .coordinator = 1);
    expect_silence(b);
    cr_expect_eq(bench_view(b, 0).leader, 2);
    bench_destroy(b);
}

Test(invitation, a_counter_that_is_heard_of_raises_the_next_group_above_it)
{
    struct bench *b = cluster(3);
    bench_receive(b, 0, 1, INVITATION_ARE_YOU_COORDINATOR, struct invitation_ask, .counter = 41);
    bench_crash(b, 1);
    bench_crash(b, 2);
    bench_restart(b, 0);
    expect_role(b, 0, ROLE_LEADER, GROUP(3, 42, 0));
    bench_destroy(b);
}

Test(invitation, an_accept_that_comes_late_is_answered_with_ready)
{
    struct bench *b = cluster(3);
    bench_cut(b, 1, 2);
    bench_run(b, 400 * MILLISECOND);
    uint64_t group = state_of(b, 2)->group;
    bench_forget(b);
    bench_receive(b, 2, 1, INVITATION_ACCEPT, struct invitation_accept, .group = group);
    expect_sent(b, 2, 1, INVITATION_READY, struct invitation_ready, .group = group, .leads = true);
    bench_destroy(b);
}

/* Timeout: a member makes sure now and then that its coordinator is still that of its group. */
Test(invitation, a_member_asks_whether_its_coordinator_is_there)
{
    struct bench *b = merged(3);
    bench_set(b, "watch_interval", "90ms");
    bench_fire(b, 0, INVITATION_TIMER_WATCH);
    expect_sent(b, 0, 2, INVITATION_ARE_YOU_THERE, struct invitation_group,
                .group = GROUP(3, 2, 2));
    bench_settle(b);
    expect_sent(b, 2, 0, INVITATION_THERE_ANSWER, struct invitation_there_answer,
                .group = GROUP(3, 2, 2), .there = true);
    cr_expect_eq(bench_timer(b, 0, INVITATION_TIMER_WATCH), 90 * MILLISECOND);
    bench_destroy(b);
}

/* A member that finds it is not recovers, alone. */
Test(invitation, a_member_without_answers_recovers_after_its_attempts)
{
    struct bench *b = merged(3);
    bench_set(b, "attempts", "3");
    bench_crash(b, 2);
    for (int i = 0; i < 3; i++) {
        bench_fire(b, 0, INVITATION_TIMER_WATCH);
        cr_expect_eq(bench_view(b, 0).leader, 2);
    }
    bench_fire(b, 0, INVITATION_TIMER_WATCH);
    expect_role(b, 0, ROLE_LEADER, GROUP(3, 3, 0));
    bench_destroy(b);
}

Test(invitation, a_coordinator_of_another_group_denies_that_it_is_there)
{
    struct bench *b = merged(3);
    bench_receive(b, 2, 0, INVITATION_ARE_YOU_THERE, struct invitation_group,
                  .group = GROUP(3, 1, 2));
    expect_sent(b, 2, 0, INVITATION_THERE_ANSWER, struct invitation_there_answer,
                .group = GROUP(3, 1, 2), .there = false);
    bench_receive(b, 0, 2, INVITATION_THERE_ANSWER, struct invitation_there_answer,
                  .group = GROUP(3, 1, 2), .there = false);
    cr_expect_eq(bench_view(b, 0).leader, 2, "that was about a group before");
    bench_receive(b, 0, 2, INVITATION_THERE_ANSWER, struct invitation_there_answer,
                  .group = GROUP(3, 2, 2), .there = false);
    expect_role(b, 0, ROLE_LEADER, GROUP(3, 3, 0));
    bench_destroy(b);
}

Test(invitation, a_cut_leaves_a_coordinator_on_each_side_and_its_end_one)
{
    struct bench *b = merged(5);
    for (node_id low = 0; low < 3; low++) {
        bench_cut(b, low, 3);
        bench_cut(b, low, 4);
    }
    bench_run(b, SECOND);
    cr_expect_eq(leaders(b), 2);
    cr_expect_eq(bench_view(b, 0).leader, 2);
    cr_expect_eq(bench_view(b, 3).leader, 4);
    bench_heal_all(b);
    bench_run(b, SECOND);
    cr_expect_eq(leaders(b), 1);
    bench_destroy(b);
}

Test(invitation, no_number_is_used_twice_by_a_coordinator_that_restarts)
{
    struct bench *b = cluster(3);
    bench_restart(b, 1);
    expect_role(b, 1, ROLE_LEADER, GROUP(3, 2, 1));
    bench_destroy(b);
}

Test(invitation, an_invitation_waits_until_its_number_is_durable)
{
    struct bench *b = cluster(3);
    b->sync_at_once = false;
    bench_receive(b, 2, 0, INVITATION_COORDINATOR_ANSWER, struct invitation_coordinator_answer,
                  .counter = 1, .coordinator = true);
    bench_fire(b, 2, INVITATION_TIMER_CHECK);
    bench_fire(b, 2, INVITATION_TIMER_ANSWER);
    bench_fire(b, 2, INVITATION_TIMER_MERGE);
    expect_not_sent(b, 2, NODE_NONE, INVITATION_INVITE);
    bench_sync(b, 2);
    cr_expect_eq(bench_sent_count(b, 2, 0, INVITATION_INVITE), 1);
    bench_destroy(b);
}

/* IceStorm: replication begins, and goes on, with a majority in the group. */
Test(invitation, with_a_majority_required_a_smaller_group_has_no_leader)
{
    struct bench *b = bench_create(&invitation_algorithm, 5);
    bench_set(b, "require_majority", "true");
    bench_start_all(b);
    cr_expect_eq(leaders(b), 0);
    bench_run(b, SECOND);
    cr_expect_eq(bench_view(b, 0).leader, 4);
    for (node_id low = 0; low < 3; low++) {
        bench_cut(b, low, 3);
        bench_cut(b, low, 4);
    }
    bench_run(b, SECOND);
    cr_expect_eq(leaders(b), 1);
    cr_expect_eq(bench_view(b, 3).leader, NODE_NONE);
    cr_expect_eq(bench_view(b, 0).leader, 2);
    cr_expect_eq(bench_announced_count(b, 4, ANNOUNCED_STEP_DOWN), 1);
    bench_destroy(b);
}

Test(invitation, a_coordinator_that_is_stopped_leads_no_more)
{
    struct bench *b = merged(3);
    bench_admin(b, 2, ADMIN_STOP, NODE_NONE);
    expect_announced(b, 2, ANNOUNCED_STEP_DOWN, GROUP(3, 2, 2), NODE_NONE, STEP_DOWN_STOP);
    cr_expect(!bench_is_up(b, 2));
    bench_run(b, SECOND);
    cr_expect_eq(leaders(b), 1);
    bench_destroy(b);
}

Test(invitation, options_without_sense_are_refused)
{
    static const char *const wrong[][2] = {{"check_interval", "0ms"},
                                           {"watch_interval", "0ms"},
                                           {"answer_timeout", "0ms"},
                                           {"attempts", "0"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct bench *b = bench_create(&invitation_algorithm, 3);
        const char *option = NULL;
        bench_set(b, wrong[i][0], wrong[i][1]);
        cr_expect_not_null(invitation_algorithm.check(bench_config(b, 0), 3, &option));
        cr_expect_str_eq(option, wrong[i][0]);
        bench_destroy(b);
    }
}
