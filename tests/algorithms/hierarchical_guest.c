/* Hierarchical election with another algorithm inside of each region (sim/guest.h). */
#include <criterion/criterion.h>
#include <string.h>

#include "algorithms/hierarchical.h"
#include "algorithms/mongodb.h"
#include "algorithms/raft.h"
#include "tests/algorithms/bench.h"

#define OF_GUEST(kind) ((unsigned) HIERARCHICAL_MESSAGE_COUNT + (unsigned) (kind))
#define GUESTS_TIMER(timer) ((unsigned) HIERARCHICAL_TIMER_COUNT + (unsigned) (timer))

/* Three regions of three, n1 … n3, n4 … n6, n7 … n9, and what elects in each. */
static struct bench *regions_of(const char *guest)
{
    struct bench *b = bench_create(&hierarchical_algorithm, 9);
    for (node_id id = 0; id < 9; id++)
        bench_set_region(b, id, id / 3);
    bench_set(b, "regional_election", guest);
    return b;
}

static struct bench *started(const char *guest)
{
    struct bench *b = regions_of(guest);
    bench_start_all(b);
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

static node_id leader_of_region(struct bench *b, uint32_t region)
{
    for (node_id id = 3 * region; id < 3 * region + 3; id++)
        if (bench_is_up(b, id) && state_of(b, id)->regional_role == ROLE_LEADER)
            return id;
    return NODE_NONE;
}

static node_id leader_of_all(const struct bench *b)
{
    for (node_id id = 0; id < b->members; id++)
        if (bench_is_up(b, id) && bench_view(b, id).role == ROLE_LEADER)
            return id;
    return NODE_NONE;
}

static bool can_be_guest(const struct algorithm *a)
{
    return guest_refusal(&hierarchical_algorithm, a) == NULL;
}

Test(hierarchical_guest, every_algorithm_without_services_elects_in_regions_and_one_leads_all)
{
    unsigned tried = 0;
    for (const struct algorithm *const *a = algorithms; *a != NULL; a++) {
        if (!can_be_guest(*a))
            continue;
        struct bench *b = started((*a)->name);
        bench_run(b, 60 * SECOND);
        cr_expect_eq(leaders(b), 1, "%s", (*a)->name);
        for (node_id id = 0; id < 9; id++)
            cr_expect_eq(bench_view(b, id).leader, leader_of_all(b), "%s", (*a)->name);
        for (uint32_t region = 0; region < 3; region++)
            cr_expect_neq(leader_of_region(b, region), NODE_NONE, "%s", (*a)->name);
        bench_destroy(b);
        tried++;
    }
    cr_expect_geq(tried, 10);
}

Test(hierarchical_guest, what_a_region_elects_by_stays_inside_of_it)
{
    struct bench *b = started("raft");
    bench_run(b, 10 * SECOND);
    unsigned of_guest = 0;
    for (size_t i = 0; i < b->sent_count; i++) {
        if (b->sent[i].kind < HIERARCHICAL_MESSAGE_COUNT)
            continue;
        of_guest++;
        cr_assert_eq(b->sent[i].from / 3, b->sent[i].to / 3);
    }
    cr_expect_gt(of_guest, 100);
    expect_not_sent(b, NODE_NONE, NODE_NONE, REGIONAL_REQUEST_VOTE);
    bench_destroy(b);
}

Test(hierarchical_guest, what_a_guest_announces_is_not_the_clusters)
{
    struct bench *b = started("raft");
    for (node_id id = 0; id < 9; id += 3)
        bench_fire(b, id, GUESTS_TIMER(TIMER_ELECTION));
    bench_settle(b);
    cr_expect_eq(leader_of_region(b, 2), 6);
    cr_expect_eq(leaders(b), 0);
    cr_expect_eq(bench_announced_count(b, NODE_NONE, ANNOUNCED_CAMPAIGN), 0);
    cr_expect_eq(bench_announced_count(b, NODE_NONE, ANNOUNCED_VOTE), 0);
    cr_expect_eq(bench_announced_count(b, NODE_NONE, ANNOUNCED_LEAD), 0);
    bench_destroy(b);
}

/* A vote of each level, in either order; both are there after a restart. */
Test(hierarchical_guest, votes_of_both_levels_survive_a_restart)
{
    for (int regional_first = 0; regional_first < 2; regional_first++) {
        struct bench *b = started("raft");
        for (int i = 0; i < 2; i++)
            if (i == !regional_first)
                bench_receive(b, 4, 5, OF_GUEST(REQUEST_VOTE), struct request_vote, .term = 3);
            else
                bench_receive(b, 4, 5, REGIONAL_BALLOT, struct global_request, .term = 7,
                              .candidate = 8);
        expect_sent(b, 4, 5, OF_GUEST(REQUEST_VOTE_RESPONSE), struct vote_response, .term = 3,
                    .granted = true);
        expect_announced(b, 4, ANNOUNCED_VOTE, 7, 8, 0);
        bench_restart(b, 4);
        bench_forget(b);
        bench_receive(b, 4, 3, OF_GUEST(REQUEST_VOTE), struct request_vote, .term = 3);
        bench_receive(b, 4, 3, REGIONAL_BALLOT, struct global_request, .term = 7, .candidate = 1);
        expect_sent(b, 4, 3, OF_GUEST(REQUEST_VOTE_RESPONSE), struct vote_response, .term = 3,
                    .granted = false);
        expect_sent(b, 4, 3, REGIONAL_BALLOT_ANSWER, struct regional_ballot_answer, .term = 7,
                    .candidate = 1, .granted = false);
        bench_destroy(b);
    }
}

Test(hierarchical_guest, a_vote_of_the_guest_is_said_only_once_it_is_durable)
{
    struct bench *b = started("raft");
    b->sync_at_once = false;
    bench_receive(b, 4, 5, OF_GUEST(REQUEST_VOTE), struct request_vote, .term = 3);
    expect_not_sent(b, 4, 5, OF_GUEST(REQUEST_VOTE_RESPONSE));
    bench_sync(b, 4);
    expect_sent(b, 4, 5, OF_GUEST(REQUEST_VOTE_RESPONSE), struct vote_response, .term = 3,
                .granted = true);
    bench_destroy(b);
}

/* What the guest writes takes nothing of the host's with it that the host has not written. */
Test(hierarchical_guest, a_node_without_a_disk_starts_both_anew)
{
    struct bench *b = started("raft");
    bench_receive(b, 4, 5, OF_GUEST(REQUEST_VOTE), struct request_vote, .term = 3);
    bench_crash(b, 4);
    bench_wipe(b, 4);
    bench_start(b, 4);
    cr_expect_eq(guest_view(state_of(b, 4)->guest).term, 0);
    cr_expect_eq(guest_view(state_of(b, 4)->guest).voted_for, NODE_NONE);
    bench_restart(b, 4);
    cr_expect_null(bench_durable(b, 4));
    bench_receive(b, 4, 5, REGIONAL_BALLOT, struct global_request, .term = 7, .candidate = 8);
    bench_restart(b, 4); /* the guest has persisted nothing: none of its part is there */
    cr_expect_eq(guest_view(state_of(b, 4)->guest).term, 0);
    cr_expect_eq(bench_view(b, 4).voted_for, 8);
    bench_destroy(b);
}

Test(hierarchical_guest, nodes_in_its_messages_travel_by_their_numbers_in_the_cluster)
{
    struct bench *b = started("mongodb");
    bench_run(b, 40 * SECOND);
    node_id primary = leader_of_region(b, 2), other = primary == 8 ? 7 : 8;
    cr_assert_neq(primary, NODE_NONE);
    const struct mongodb_heartbeat *m
        = bench_last_sent(b, other, primary, OF_GUEST(MONGODB_HEARTBEAT));
    cr_assert_not_null(m);
    cr_expect_eq(m->primary, primary);
    cr_expect_eq(state_of(b, other)->regional_leader, primary);
    bench_destroy(b);
}

Test(hierarchical_guest, its_timers_are_its_own_and_as_its_options_say)
{
    struct bench *b = regions_of("raft");
    b->draw_least = true;
    bench_set_guest(b, "election_timeout", "230ms..400ms");
    bench_start_all(b);
    cr_expect_eq(bench_timer(b, 5, GUESTS_TIMER(TIMER_ELECTION)), 230 * MILLISECOND);
    cr_expect_lt(bench_timer(b, 5, HIERARCHICAL_TIMER_REGIONAL), 0, "nobody waits for its rule");
    bench_fire(b, 5, GUESTS_TIMER(TIMER_ELECTION));
    bench_settle(b);
    cr_expect_eq(leader_of_region(b, 1), 5);
    cr_expect_eq(bench_timer(b, 5, HIERARCHICAL_TIMER_REGIONAL), 50 * MILLISECOND);
    cr_expect_geq(bench_timer(b, 5, GUESTS_TIMER(TIMER_HEARTBEAT)), 0);
    bench_destroy(b);
}

Test(hierarchical_guest, another_leads_a_region_whose_leader_died)
{
    struct bench *b = started("raft");
    bench_run(b, 5 * SECOND);
    node_id global = leader_of_all(b), region = global / 3 == 0 ? 1 : 0;
    node_id old = leader_of_region(b, region);
    bench_crash(b, old);
    bench_run(b, 3 * SECOND);
    node_id young = leader_of_region(b, region);
    cr_expect_neq(young, NODE_NONE);
    cr_expect_neq(young, old);
    cr_expect_eq(leader_of_all(b), global, "which is the region's affair alone");
    cr_expect_eq(bench_view(b, young).leader, global);
    bench_restart(b, old);
    bench_run(b, 3 * SECOND);
    cr_expect_eq(state_of(b, old)->regional_leader, young);
    cr_expect_eq(bench_view(b, old).leader, global);
    bench_destroy(b);
}

Test(hierarchical_guest, the_loss_of_the_leaders_region_is_survived)
{
    struct bench *b = started("raft");
    bench_run(b, 5 * SECOND);
    node_id lost = leader_of_all(b) / 3;
    for (node_id id = 3 * lost; id < 3 * lost + 3; id++)
        bench_crash(b, id);
    bench_run(b, 6 * SECOND);
    cr_expect_eq(leaders(b), 1);
    for (node_id id = 0; id < 9; id++)
        if (bench_is_up(b, id))
            cr_expect_eq(bench_view(b, id).leader, leader_of_all(b));
    bench_destroy(b);
}

/* Both halves of a region have a primary by missed checks, and both speak for it. */
Test(hierarchical_guest, two_leaders_of_a_region_cost_no_vote)
{
    struct bench *b = started("health_check");
    bench_run(b, 20 * SECOND);
    bench_cut(b, 0, 1);
    bench_cut(b, 0, 2);
    bench_run(b, 60 * SECOND);
    cr_assert_eq(state_of(b, 0)->regional_role, ROLE_LEADER);
    cr_assert_eq(state_of(b, 1)->regional_role, ROLE_LEADER);
    cr_expect_eq(leaders(b), 1);
    for (uint64_t term = 1; term <= bench_view(b, 8).term; term++)
        for (node_id id = 0; id < 9; id++) {
            unsigned votes = 0;
            for (size_t i = 0; i < b->announced_count; i++)
                votes += b->announced[i].kind == ANNOUNCED_VOTE && b->announced[i].term == term
                         && b->announced[i].node == id;
            cr_expect_leq(votes, 1, "n%u in term %u", id + 1, (unsigned) term);
        }
    bench_destroy(b);
}

/* A member counts for the leader that its guest follows, and for no other that speaks to it. */
Test(hierarchical_guest, a_member_says_whether_it_follows)
{
    struct bench *b = started("raft");
    bench_fire(b, 3, GUESTS_TIMER(TIMER_ELECTION));
    bench_settle(b);
    bench_forget(b);
    bench_receive(b, 4, 3, REGIONAL_HEARTBEAT, struct regional_heartbeat, .regional_term = 2,
                  .leader = NODE_NONE);
    expect_sent(b, 4, 3, REGIONAL_ACK, struct regional_ack, .regional_term = 2);
    bench_receive(b, 4, 5, REGIONAL_HEARTBEAT, struct regional_heartbeat, .regional_term = 9,
                  .leader = 8);
    expect_sent(b, 4, 5, REGIONAL_ACK, struct regional_ack, .regional_term = 0);
    cr_expect_eq(bench_view(b, 4).leader, NODE_NONE, "nor does it believe that one");
    bench_receive(b, 3, 5, REGIONAL_ACK, struct regional_ack, .regional_term = 0);
    bench_forget(b);
    bench_receive(b, 3, 0, GLOBAL_PRE_VOTE, struct global_request, .term = 1, .candidate = 0);
    expect_sent(b, 3, 0, GLOBAL_PRE_VOTE_ANSWER, struct global_pre_vote_answer, .term = 1,
                .leader = NODE_NONE, .members = 3, .granted = true);
    bench_destroy(b);
}

/* The host counts answers in a workspace that the guest's loss of office must not take away. */
Test(hierarchical_guest, a_global_leader_that_loses_its_region_stays_what_it_is)
{
    struct bench *b = started("raft");
    bench_run(b, 5 * SECOND);
    node_id global = leader_of_all(b), mate = global / 3 * 3 + (global % 3 + 1) % 3;
    cr_assert_eq(state_of(b, global)->regional_role, ROLE_LEADER);
    bench_receive(b, global, mate, OF_GUEST(REQUEST_VOTE), struct request_vote, .term = 99,
                  .last_log_index = 1000, .last_log_term = 98);
    cr_expect_eq(state_of(b, global)->regional_role, ROLE_FOLLOWER);
    cr_expect_eq(bench_view(b, global).role, ROLE_LEADER);
    bench_run(b, 5 * SECOND);
    cr_expect_eq(leader_of_all(b), global);
    cr_expect_eq(leaders(b), 1);
    bench_destroy(b);
}

Test(hierarchical_guest, a_leader_that_is_stopped_hands_over_on_both_levels)
{
    struct bench *b = regions_of("raft");
    bench_set_guest(b, "stop_transfers", "true");
    bench_start_all(b);
    bench_run(b, 5 * SECOND);
    node_id global = leader_of_all(b);
    cr_assert_eq(state_of(b, global)->regional_role, ROLE_LEADER);
    bench_forget(b);
    bench_admin(b, global, ADMIN_STOP, NODE_NONE);
    bench_run(b, SECOND);
    cr_expect(!bench_is_up(b, global));
    cr_expect_eq(bench_announced_count(b, global, ANNOUNCED_STEP_DOWN), 1);
    cr_expect_gt(bench_sent_count(b, global, NODE_NONE, OF_GUEST(TIMEOUT_NOW)), 0);
    cr_expect_gt(bench_sent_count(b, global, NODE_NONE, GLOBAL_TIMEOUT_NOW), 0);
    cr_expect_eq(leaders(b), 1);
    cr_expect_neq(leader_of_region(b, global / 3), NODE_NONE);
    bench_destroy(b);
}

Test(hierarchical_guest, one_that_knows_no_graceful_end_is_stopped_at_once)
{
    for (const struct algorithm *const *a = algorithms; *a != NULL; a++) {
        if (!can_be_guest(*a))
            continue;
        struct bench *b = started((*a)->name);
        bench_run(b, 20 * SECOND);
        bench_admin(b, 4, ADMIN_STOP, NODE_NONE);
        bench_run(b, 20 * SECOND);
        cr_expect(!bench_is_up(b, 4), "%s", (*a)->name);
        bench_destroy(b);
    }
}

Test(hierarchical_guest, priorities_are_those_of_the_members)
{
    struct bench *b = regions_of("mongodb");
    for (node_id id = 0; id < 9; id++)
        bench_set_priority(b, id, id == 4 ? 9 : 1);
    bench_start_all(b);
    bench_run(b, 60 * SECOND);
    cr_expect_eq(leader_of_region(b, 1), 4);
    bench_destroy(b);
}

Test(hierarchical_guest, without_named_regions_neighbours_elect_together)
{
    struct bench *b = bench_create(&hierarchical_algorithm, 7);
    bench_set(b, "region_size", "4");
    bench_set(b, "regional_election", "bully");
    bench_start_all(b);
    bench_run(b, 10 * SECOND);
    cr_expect_eq(state_of(b, 0)->regional_leader, 3);
    cr_expect_eq(state_of(b, 4)->regional_leader, 6);
    cr_expect_eq(leaders(b), 1);
    bench_destroy(b);
}
