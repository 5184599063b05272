/* Hierarchical election alone: votes are members', gathered by the leaders of their regions. */
#include <criterion/criterion.h>

#include "algorithms/hierarchical.h"
#include "tests/algorithms/bench.h"

/* Three regions of three: n1 … n3, n4 … n6, n7 … n9. */
static struct bench *regions(const char *option, const char *text)
{
    struct bench *b = bench_create(&hierarchical_algorithm, 9);
    for (node_id id = 0; id < 9; id++)
        bench_set_region(b, id, id / 3);
    if (option != NULL)
        bench_set(b, option, text);
    bench_start_all(b);
    return b;
}

/* n1, n4 and n7 lead their regions; nobody leads globally. */
static struct bench *with_regional_leaders(const char *option, const char *text)
{
    struct bench *b = regions(option, text);
    bench_set_of(b, 0, "global_election_timeout", "300ms..310ms");
    for (node_id id = 0; id < 9; id += 3)
        bench_fire(b, id, HIERARCHICAL_TIMER_REGIONAL);
    bench_settle(b);
    return b;
}

/* And n1 leads globally, in term 1. */
static struct bench *led(void)
{
    struct bench *b = with_regional_leaders(NULL, NULL);
    bench_run(b, 320 * MILLISECOND);
    return b;
}

static const struct hierarchical *state_of(struct bench *b, node_id id)
{
    return bench_state(b, id);
}

static unsigned leaders(const struct bench *b)
{
    unsigned count = 0;
    for (node_id id = 0; id < b->members; id++)
        count += bench_is_up(b, id) && bench_view(b, id).role == ROLE_LEADER;
    return count;
}

Test(hierarchical, who_waits_first_leads_its_region_and_no_more)
{
    struct bench *b = with_regional_leaders(NULL, NULL);
    cr_expect_eq(state_of(b, 1)->regional_leader, 0);
    cr_expect_eq(state_of(b, 8)->regional_leader, 6);
    expect_sent(b, 0, 2, REGIONAL_HEARTBEAT, struct regional_heartbeat, .regional_term = 1,
                .leader = NODE_NONE);
    cr_expect_eq(bench_sent_count(b, 0, 3, ANY_KIND), 0);
    expect_not_sent(b, NODE_NONE, NODE_NONE, REGIONAL_REQUEST_VOTE);
    cr_expect_eq(leaders(b), 0);
    bench_destroy(b);
}

Test(hierarchical, with_a_regional_majority_a_member_needs_votes_to_lead_its_region)
{
    struct bench *b = regions("regional_election", "majority");
    bench_fire(b, 0, HIERARCHICAL_TIMER_REGIONAL);
    expect_sent(b, 0, 1, REGIONAL_REQUEST_VOTE, struct regional_term, .regional_term = 1);
    expect_not_sent(b, 0, 3, REGIONAL_REQUEST_VOTE);
    cr_expect_eq(state_of(b, 0)->regional_role, ROLE_CANDIDATE);
    bench_settle(b);
    cr_expect_eq(state_of(b, 0)->regional_role, ROLE_LEADER);
    bench_crash(b, 4);
    bench_crash(b, 5);
    bench_fire(b, 3, HIERARCHICAL_TIMER_REGIONAL);
    bench_settle(b);
    cr_expect_eq(state_of(b, 3)->regional_role, ROLE_CANDIDATE);
    bench_destroy(b);
}

Test(hierarchical, of_two_leaders_of_a_region_the_later_term_or_the_higher_number_stays)
{
    struct bench *b = with_regional_leaders(NULL, NULL);
    bench_receive(b, 0, 1, REGIONAL_HEARTBEAT, struct regional_heartbeat, .regional_term = 1,
                  .leader = NODE_NONE);
    cr_expect_eq(state_of(b, 0)->regional_leader, 1);
    bench_receive(b, 6, 7, REGIONAL_HEARTBEAT, struct regional_heartbeat, .regional_term = 0,
                  .leader = NODE_NONE);
    cr_expect_eq(state_of(b, 6)->regional_role, ROLE_LEADER);
    bench_destroy(b);
}

Test(hierarchical, regional_leaders_elect_a_global_one_with_one_message_a_region)
{
    struct bench *b = with_regional_leaders(NULL, NULL);
    bench_forget(b);
    bench_run(b, 320 * MILLISECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_eq(bench_sent_count(b, 0, NODE_NONE, GLOBAL_PRE_VOTE), 2);
    cr_expect_eq(bench_sent_count(b, 0, NODE_NONE, GLOBAL_REQUEST_VOTE), 2);
    cr_expect_eq(bench_sent_count(b, 3, NODE_NONE, GLOBAL_VOTES), 1);
    expect_sent(b, 3, 0, GLOBAL_VOTES, struct global_votes, .term = 1, .voters = 7 << 3);
    for (node_id id = 1; id < 9; id++)
        cr_expect_eq(bench_view(b, id).leader, 0, "n%u", id + 1);
    bench_destroy(b);
}

Test(hierarchical, a_term_is_not_raised_while_the_regions_hear_a_leader)
{
    struct bench *b = led();
    for (node_id id = 3; id < 6; id++)
        bench_cut(b, 0, id);
    bench_run(b, 1100 * MILLISECOND);
    expect_sent(b, 6, 3, GLOBAL_PRE_VOTE_ANSWER, struct global_pre_vote_answer, .term = 1,
                .leader = 0, .members = 3);
    cr_expect_eq(bench_view(b, 3).leader, NODE_NONE);
    bench_heal_all(b);
    bench_run(b, 1100 * MILLISECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_eq(bench_view(b, 3).leader, 0, "it has learned of the leader again");
    bench_destroy(b);
}

Test(hierarchical, a_member_votes_once_in_a_term_whichever_regional_leader_asks)
{
    struct bench *b = regions(NULL, NULL);
    bench_receive(b, 1, 0, REGIONAL_BALLOT, struct global_request, .term = 4, .candidate = 5);
    bench_receive(b, 1, 2, REGIONAL_BALLOT, struct global_request, .term = 4, .candidate = 8);
    expect_sent(b, 1, 0, REGIONAL_BALLOT_ANSWER, struct regional_ballot_answer, .term = 4,
                .candidate = 5, .granted = true);
    expect_sent(b, 1, 2, REGIONAL_BALLOT_ANSWER, struct regional_ballot_answer, .term = 4,
                .candidate = 8, .granted = false);
    bench_restart(b, 1);
    bench_receive(b, 1, 2, REGIONAL_BALLOT, struct global_request, .term = 4, .candidate = 8);
    cr_expect_eq(bench_announced_count(b, 1, ANNOUNCED_VOTE), 1);
    bench_destroy(b);
}

Test(hierarchical, a_vote_is_said_only_once_it_is_durable)
{
    struct bench *b = regions(NULL, NULL);
    b->sync_at_once = false;
    bench_receive(b, 1, 0, REGIONAL_BALLOT, struct global_request, .term = 1, .candidate = 5);
    expect_not_sent(b, 1, 0, REGIONAL_BALLOT_ANSWER);
    bench_sync(b, 1);
    expect_sent(b, 1, 0, REGIONAL_BALLOT_ANSWER, struct regional_ballot_answer, .term = 1,
                .candidate = 5, .granted = true);
    bench_destroy(b);
}

/* Two leaders of one region report the same members: those count once. */
Test(hierarchical, a_vote_that_is_reported_twice_counts_once)
{
    struct bench *b = with_regional_leaders(NULL, NULL);
    bench_isolate(b, 0);
    bench_receive(b, 0, 3, GLOBAL_TIMEOUT_NOW, struct global_timeout_now, .term = 0);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    for (int i = 0; i < 3; i++)
        bench_receive(b, 0, 3, GLOBAL_VOTES, struct global_votes, .term = 1, .voters = 7 << 3);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    bench_receive(b, 0, 6, GLOBAL_VOTES, struct global_votes, .term = 1, .voters = 1 << 6);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(hierarchical, with_regions_as_quorum_two_of_three_in_two_of_three_are_enough)
{
    struct bench *b = with_regional_leaders("quorum", "regions");
    bench_isolate(b, 0);
    bench_receive(b, 0, 3, GLOBAL_TIMEOUT_NOW, struct global_timeout_now, .term = 0);
    bench_receive(b, 0, 3, GLOBAL_VOTES, struct global_votes, .term = 1, .voters = 1 << 1 | 7 << 3);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
    b = with_regional_leaders("quorum", "regions");
    bench_isolate(b, 0);
    bench_receive(b, 0, 3, GLOBAL_TIMEOUT_NOW, struct global_timeout_now, .term = 0);
    bench_receive(b, 0, 3, GLOBAL_VOTES, struct global_votes, .term = 1,
                  .voters = 7 | 1 << 3 | 1 << 6);
    expect_role(b, 0, ROLE_CANDIDATE, 1); /* five of nine, but one region */
    bench_destroy(b);
}

Test(hierarchical, votes_are_passed_on_when_the_wait_for_them_is_over)
{
    struct bench *b = with_regional_leaders("gather_timeout", "25ms");
    bench_forget(b);
    bench_receive(b, 3, 0, GLOBAL_REQUEST_VOTE, struct global_request, .term = 1, .candidate = 0);
    cr_expect_eq(bench_timer(b, 3, HIERARCHICAL_TIMER_GATHER), 25 * MILLISECOND);
    bench_receive(b, 3, 5, REGIONAL_BALLOT_ANSWER, struct regional_ballot_answer, .term = 1,
                  .candidate = 0, .granted = true);
    expect_not_sent(b, 3, 0, GLOBAL_VOTES);
    bench_fire(b, 3, HIERARCHICAL_TIMER_GATHER);
    expect_sent(b, 3, 0, GLOBAL_VOTES, struct global_votes, .term = 1, .voters = 5 << 3);
    bench_receive(b, 3, 4, REGIONAL_BALLOT_ANSWER, struct regional_ballot_answer, .term = 1,
                  .candidate = 0, .granted = true);
    expect_sent(b, 3, 0, GLOBAL_VOTES, struct global_votes, .term = 1, .voters = 7 << 3);
    bench_destroy(b);
}

Test(hierarchical, a_member_passes_what_is_for_its_leader_on)
{
    struct bench *b = with_regional_leaders(NULL, NULL);
    bench_forget(b);
    bench_receive(b, 5, 0, GLOBAL_PRE_VOTE, struct global_request, .term = 1, .candidate = 0);
    expect_sent(b, 5, 3, GLOBAL_PRE_VOTE, struct global_request, .term = 1, .candidate = 0);
    bench_settle(b);
    expect_sent(b, 3, 0, GLOBAL_PRE_VOTE_ANSWER, struct global_pre_vote_answer, .term = 1,
                .leader = NODE_NONE, .members = 3, .granted = true);
    bench_destroy(b);
}

Test(hierarchical, heartbeats_go_once_a_region)
{
    struct bench *b = led();
    bench_run(b, 100 * MILLISECOND);
    bench_forget(b);
    bench_fire(b, 0, HIERARCHICAL_TIMER_GLOBAL);
    cr_expect_eq(bench_sent_count(b, 0, NODE_NONE, GLOBAL_HEARTBEAT), 2);
    cr_expect_eq(bench_timer(b, 0, HIERARCHICAL_TIMER_GLOBAL), 150 * MILLISECOND);
    bench_settle(b);
    expect_sent(b, 6, 0, GLOBAL_ACK, struct global_ack, .term = 1, .members = 3);
    bench_destroy(b);
}

Test(hierarchical, a_new_leader_of_a_region_tells_the_global_one_of_itself)
{
    struct bench *b = led();
    bench_crash(b, 3);
    bench_forget(b);
    bench_fire(b, 4, HIERARCHICAL_TIMER_REGIONAL);
    expect_sent(b, 4, 0, GLOBAL_ACK, struct global_ack, .term = 1, .members = 1);
    bench_settle(b);
    expect_sent(b, 0, 4, GLOBAL_HEARTBEAT, struct global_heartbeat, .term = 1, .leader = 0);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(hierarchical, a_region_that_is_silent_is_asked_member_by_member)
{
    struct bench *b = led();
    bench_crash(b, 3);
    bench_run(b, 3 * SECOND);
    cr_expect_eq(bench_view(b, 4).leader, bench_view(b, 5).leader);
    cr_expect_neq(bench_view(b, 4).leader, NODE_NONE);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(hierarchical, the_loss_of_the_leaders_region_is_survived)
{
    struct bench *b = led();
    for (node_id id = 0; id < 3; id++)
        bench_crash(b, id);
    bench_run(b, 4 * SECOND);
    cr_expect_eq(leaders(b), 1);
    cr_expect_eq(bench_view(b, 5).leader, bench_view(b, 8).leader);
    cr_expect_geq(bench_view(b, 5).leader, 3);
    bench_destroy(b);
}

Test(hierarchical, a_leader_that_no_quorum_answers_steps_down)
{
    struct bench *b = led();
    for (node_id id = 0; id < 3; id++)
        for (node_id other = 3; other < 9; other++)
            bench_cut(b, id, other);
    bench_run(b, 1100 * MILLISECOND);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_LOST_QUORUM);
    bench_destroy(b);
}

Test(hierarchical, a_region_that_was_cut_off_comes_back_without_an_election)
{
    struct bench *b = led();
    for (node_id id = 6; id < 9; id++)
        for (node_id other = 0; other < 6; other++)
            bench_cut(b, id, other);
    bench_run(b, 5 * SECOND);
    bench_heal_all(b);
    bench_run(b, 2 * SECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_eq(bench_view(b, 7).leader, 0);
    bench_destroy(b);
}

Test(hierarchical, a_global_leader_that_loses_its_region_stays_what_it_is)
{
    struct bench *b = led();
    bench_receive(b, 0, 2, REGIONAL_HEARTBEAT, struct regional_heartbeat, .regional_term = 2,
                  .term = 1, .leader = 0);
    cr_expect_eq(state_of(b, 0)->regional_role, ROLE_FOLLOWER);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(hierarchical, a_regional_leader_out_of_reach_is_told_through_its_members)
{
    struct bench *b = led();
    bench_cut(b, 0, 3);
    bench_run(b, 3 * SECOND);
    expect_sent(b, 4, 3, GLOBAL_HEARTBEAT, struct global_heartbeat, .term = 1, .leader = 0);
    cr_expect_eq(bench_view(b, 5).leader, 0);
    bench_destroy(b);
}

Test(hierarchical, a_transfer_goes_to_the_leader_of_the_targets_region)
{
    struct bench *b = led();
    bench_admin(b, 0, ADMIN_TRANSFER, 4);
    bench_settle(b);
    expect_role(b, 3, ROLE_LEADER, 2);
    expect_announced(b, 3, ANNOUNCED_CAMPAIGN, 2, NODE_NONE, CAMPAIGN_TRANSFER);
    bench_destroy(b);
}

Test(hierarchical, a_leader_that_is_stopped_hands_over_to_another_region)
{
    struct bench *b = led();
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_STOP);
    bench_settle(b);
    expect_role(b, 3, ROLE_LEADER, 2);
    bench_destroy(b);
}

Test(hierarchical, a_leader_told_to_be_forgotten_is_followed_no_more)
{
    struct bench *b = led();
    bench_admin(b, 4, ADMIN_FORGET_LEADER, NODE_NONE);
    cr_expect_eq(bench_view(b, 4).leader, NODE_NONE);
    bench_admin(b, 0, ADMIN_FORGET_LEADER, NODE_NONE);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(hierarchical, without_named_regions_neighbours_are_one_of_about_the_square_root)
{
    struct bench *b = bench_create(&hierarchical_algorithm, 7);
    bench_start_all(b);
    cr_expect_eq(state_of(b, 0)->members, 3);
    cr_expect_eq(state_of(b, 6)->members, 1);
    bench_destroy(b);
    b = bench_create(&hierarchical_algorithm, 7);
    bench_set(b, "region_size", "4");
    bench_start_all(b);
    cr_expect_eq(state_of(b, 0)->members, 4);
    cr_expect_eq(state_of(b, 6)->members, 3);
    bench_destroy(b);
}

Test(hierarchical, timers_are_as_the_options_say)
{
    struct bench *b = bench_create(&hierarchical_algorithm, 3);
    b->draw_least = true;
    bench_set(b, "regional_election_timeout", "210ms..400ms");
    bench_set(b, "regional_heartbeat_interval", "40ms");
    bench_set(b, "global_election_timeout", "700ms..900ms");
    bench_set(b, "global_heartbeat_interval", "120ms");
    bench_start_all(b);
    cr_expect_eq(bench_timer(b, 0, HIERARCHICAL_TIMER_REGIONAL), 210 * MILLISECOND);
    bench_fire(b, 0, HIERARCHICAL_TIMER_REGIONAL);
    cr_expect_eq(bench_timer(b, 0, HIERARCHICAL_TIMER_REGIONAL), 40 * MILLISECOND);
    cr_expect_eq(bench_timer(b, 0, HIERARCHICAL_TIMER_GLOBAL), 700 * MILLISECOND);
    bench_settle(b);
    bench_receive(b, 0, 2, GLOBAL_TIMEOUT_NOW, struct global_timeout_now, .term = 0);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_eq(bench_timer(b, 0, HIERARCHICAL_TIMER_GLOBAL), 120 * MILLISECOND);
    cr_expect_eq(bench_timer(b, 0, HIERARCHICAL_TIMER_QUORUM), 700 * MILLISECOND);
    bench_destroy(b);
}

Test(hierarchical, one_node_is_its_own_region_and_leads)
{
    struct bench *b = bench_create(&hierarchical_algorithm, 1);
    bench_start(b, 0);
    bench_run(b, 2 * SECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(hierarchical, options_without_sense_are_refused)
{
    static const char *const wrong[][2] = {{"regional_heartbeat_interval", "0ms"},
                                           {"global_heartbeat_interval", "0ms"},
                                           {"regional_election_timeout", "1ms..300ms"},
                                           {"global_election_timeout", "1ms..300ms"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct bench *b = bench_create(&hierarchical_algorithm, 9);
        const char *option = NULL;
        bench_set(b, wrong[i][0], wrong[i][1]);
        cr_expect_not_null(hierarchical_algorithm.check(bench_config(b, 0), 9, &option));
        cr_expect_str_eq(option, wrong[i][0]);
        bench_destroy(b);
    }
}
