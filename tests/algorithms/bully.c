/* The bully state machine alone: Garcia-Molina 1982 in the textbooks' messages. */
#include <criterion/criterion.h>

#include "algorithms/bully.h"
#include "tests/algorithms/bench.h"

extern const struct algorithm bully_algorithm;

/* `members` nodes up and in agreement, the highest coordinates, nothing under way. */
static struct bench *settled(unsigned members)
{
    struct bench *b = bench_create(&bully_algorithm, members);
    bench_start_all(b);
    bench_settle(b);
    bench_run(b, 200 * MILLISECOND);
    bench_forget(b);
    return b;
}

static struct bench *with_majority(unsigned members)
{
    struct bench *b = bench_create(&bully_algorithm, members);
    bench_set(b, "require_majority", "true");
    bench_start_all(b);
    bench_run(b, 200 * MILLISECOND);
    bench_forget(b);
    return b;
}

static unsigned leaders(struct bench *b)
{
    unsigned count = 0;
    for (node_id id = 0; id < b->members; id++)
        count += bench_is_up(b, id) && bench_view(b, id).role == ROLE_LEADER;
    return count;
}

static unsigned sent(struct bench *b, unsigned kind)
{
    return bench_sent_count(b, NODE_NONE, NODE_NONE, kind);
}

Test(bully, nodes_that_start_together_follow_the_highest)
{
    struct bench *b = settled(5);
    cr_expect_eq(leaders(b), 1);
    for (node_id id = 0; id < 5; id++)
        cr_expect_eq(bench_view(b, id).leader, 4);
    bench_destroy(b);
}

Test(bully, a_single_node_leads_at_once)
{
    struct bench *b = bench_create(&bully_algorithm, 1);
    bench_start(b, 0);
    expect_role(b, 0, ROLE_LEADER, 1);
    expect_silence(b);
    bench_destroy(b);
}

Test(bully, priority_comes_before_the_id)
{
    struct bench *b = bench_create(&bully_algorithm, 3);
    bench_set_priority(b, 0, 7);
    bench_start_all(b);
    bench_run(b, 200 * MILLISECOND);
    cr_expect_eq(bench_view(b, 2).leader, 0);
    bench_destroy(b);
}

Test(bully, rank_by_id_ignores_priorities)
{
    struct bench *b = bench_create(&bully_algorithm, 3);
    bench_set(b, "rank", "id");
    bench_set_priority(b, 0, 7);
    bench_start_all(b);
    bench_run(b, 200 * MILLISECOND);
    cr_expect_eq(bench_view(b, 0).leader, 2);
    bench_destroy(b);
}

Test(bully, a_process_answers_a_lesser_one_and_stands_itself)
{
    struct bench *b = settled(5);
    bench_receive(b, 2, 0, ELECTION, struct bully_message, .counter = 1);
    expect_sent(b, 2, 0, ANSWER, struct bully_message, .counter = 1);
    expect_sent(b, 2, 3, ELECTION, struct bully_message, .counter = 1);
    expect_sent(b, 2, 4, ELECTION, struct bully_message, .counter = 1);
    expect_role(b, 2, ROLE_CANDIDATE, 2);
    bench_destroy(b);
}

Test(bully, a_process_that_stands_already_only_answers)
{
    struct bench *b = settled(5);
    bench_fire(b, 2, TIMER_DETECTION);
    bench_forget(b);
    bench_receive(b, 2, 1, ELECTION, struct bully_message, .counter = 1);
    cr_expect_eq(b->sent_count, 1);
    expect_sent(b, 2, 1, ANSWER, struct bully_message, .counter = 1);
    bench_destroy(b);
}

Test(bully, a_coordinator_tells_who_asks_and_goes_on)
{
    struct bench *b = settled(3);
    uint64_t reign = bench_view(b, 2).term;
    bench_receive(b, 2, 0, ELECTION, struct bully_message, .counter = reign);
    expect_sent(b, 2, 0, ANSWER, struct bully_message, .counter = reign);
    expect_sent(b, 2, 0, COORDINATOR, struct bully_message, .counter = reign);
    expect_not_sent(b, 2, 1, COORDINATOR);
    expect_role(b, 2, ROLE_LEADER, reign);
    bench_destroy(b);
}

Test(bully, an_answer_within_twice_the_delay_and_processing_ends_the_candidacy)
{
    struct bench *b = settled(3);
    bench_fire(b, 0, TIMER_DETECTION);
    cr_expect_eq(bench_timer(b, 0, TIMER_ELECTION), 21 * MILLISECOND, "2 T_m + T_p");
    bench_receive(b, 0, 1, ANSWER, struct bully_message, .counter = 1);
    cr_expect_eq(bench_view(b, 0).role, ROLE_FOLLOWER);
    cr_expect_eq(bench_timer(b, 0, TIMER_ELECTION), 43 * MILLISECOND, "4 T_m + 3 T_p");
    bench_destroy(b);
}

Test(bully, silence_after_an_answer_starts_the_election_over)
{
    struct bench *b = settled(3);
    bench_fire(b, 0, TIMER_DETECTION);
    bench_receive(b, 0, 1, ANSWER, struct bully_message, .counter = 1);
    bench_forget(b);
    bench_fire(b, 0, TIMER_ELECTION);
    cr_expect_eq(sent(b, ELECTION), 2);
    cr_expect_eq(bench_view(b, 0).role, ROLE_CANDIDATE);
    bench_destroy(b);
}

Test(bully, coordinator_from_a_lesser_process_is_bullied)
{
    struct bench *b = settled(5);
    bench_receive(b, 3, 1, COORDINATOR, struct bully_message, .counter = 9);
    expect_announced(b, 3, ANNOUNCED_CAMPAIGN, bench_view(b, 3).term, NODE_NONE, CAMPAIGN_TAKEOVER);
    cr_expect_neq(bench_view(b, 3).leader, 1);
    bench_destroy(b);
}

/* Best case: the second highest notices. One ELECTION to the dead, n-2 COORDINATOR: n-1 in all. */
Test(bully, the_best_election_of_n_takes_n_minus_1_messages)
{
    for (unsigned n = 3; n <= 9; n += 2) {
        struct bench *b = settled(n);
        bench_crash(b, n - 1);
        bench_fire(b, n - 2, TIMER_DETECTION);
        bench_settle(b);
        bench_fire(b, n - 2, TIMER_ELECTION);
        bench_settle(b);
        cr_expect_eq(sent(b, ELECTION), 1);
        cr_expect_eq(sent(b, ANSWER), 0);
        cr_expect_eq(sent(b, COORDINATOR), n - 2);
        cr_expect_eq(b->sent_count, n - 1, "n = %u", n);
        bench_destroy(b);
    }
}

/* Worst case: the lowest notices, and each process starts one election: process i of 1 … n-1 asks
 * n-i others and is answered by n-1-i of them; the winner tells n-2. */
Test(bully, the_worst_election_of_n_takes_quadratically_many_messages)
{
    for (unsigned n = 3; n <= 9; n += 2) {
        struct bench *b = settled(n);
        bench_crash(b, n - 1);
        bench_fire(b, 0, TIMER_DETECTION);
        bench_settle(b);
        bench_fire(b, n - 2, TIMER_ELECTION);
        bench_settle(b);
        cr_expect_eq(sent(b, ELECTION), n * (n - 1) / 2, "n = %u", n);
        cr_expect_eq(sent(b, ANSWER), (n - 1) * (n - 2) / 2, "n = %u", n);
        cr_expect_eq(sent(b, COORDINATOR), n - 2, "n = %u", n);
        cr_expect_eq(b->sent_count, n * (n - 1) / 2 + (n - 1) * (n - 2) / 2 + n - 2);
        for (node_id id = 0; id < n - 1; id++)
            cr_expect_eq(bench_view(b, id).leader, n - 2);
        bench_destroy(b);
    }
}

/* With a constant delay d = T_m and T_p = 0. */
static sim_ns time_to_recognition(unsigned n, node_id detector)
{
    const sim_ns d = 10 * MILLISECOND;
    struct bench *b = bench_create(&bully_algorithm, n);
    bench_set(b, "processing_delay", "0ms");
    bench_start_all(b);
    bench_run(b, 200 * MILLISECOND);
    bench_crash(b, n - 1);
    bench_fire(b, detector, TIMER_DETECTION);
    sim_ns detected = b->now;
    if (detector != n - 2) { /* ELECTION is d on its way; answers come in time by themselves */
        bench_advance(b, d);
        bench_settle(b);
    }
    bench_fire(b, n - 2, TIMER_ELECTION);
    cr_expect_eq(bench_view(b, n - 2).role, ROLE_LEADER);
    bench_advance(b, d); /* COORDINATOR */
    bench_settle(b);
    cr_expect_eq(bench_view(b, 0).leader, n - 2);
    sim_ns recognized = b->now;
    bench_destroy(b);
    return recognized - detected;
}

Test(bully, the_best_election_takes_three_delays)
{
    for (unsigned n = 3; n <= 9; n += 2)
        cr_expect_eq(time_to_recognition(n, n - 2), 30 * MILLISECOND);
}

Test(bully, the_worst_election_takes_four_delays_whatever_the_size)
{
    for (unsigned n = 5; n <= 9; n += 2)
        cr_expect_eq(time_to_recognition(n, 0), 40 * MILLISECOND);
}

Test(bully, missing_heartbeats_start_an_election)
{
    struct bench *b = settled(3);
    bench_crash(b, 2);
    bench_run(b, 300 * MILLISECOND);
    cr_expect_eq(bench_view(b, 0).leader, 1);
    cr_expect_eq(bench_view(b, 1).role, ROLE_LEADER);
    bench_destroy(b);
}

Test(bully, heartbeats_keep_everyone_quiet)
{
    struct bench *b = settled(5);
    bench_run(b, 10 * SECOND);
    cr_expect_eq(sent(b, ELECTION), 0);
    cr_expect_eq(sent(b, HEARTBEAT), 100 * 4);
    bench_destroy(b);
}

static struct bench *probing(unsigned members)
{
    struct bench *b = bench_create(&bully_algorithm, members);
    bench_set(b, "detection", "probe");
    bench_start_all(b);
    bench_run(b, 50 * MILLISECOND);
    bench_forget(b);
    return b;
}

Test(bully, members_probe_a_coordinator_that_sends_no_heartbeats)
{
    struct bench *b = probing(3);
    bench_run(b, 10 * SECOND);
    cr_expect_eq(sent(b, HEARTBEAT), 0);
    cr_expect_eq(sent(b, ELECTION), 0);
    cr_expect_eq(bench_sent_count(b, 0, 2, ARE_YOU_THERE), 100);
    cr_expect_eq(bench_sent_count(b, 2, 0, I_AM_THERE), 100);
    bench_destroy(b);
}

Test(bully, an_unanswered_probe_starts_an_election)
{
    struct bench *b = probing(3);
    bench_crash(b, 2);
    bench_run(b, 300 * MILLISECOND);
    cr_expect_eq(bench_view(b, 0).leader, 1);
    bench_destroy(b);
}

Test(bully, two_probed_coordinators_find_each_other_when_the_cut_heals)
{
    struct bench *b = probing(3);
    bench_isolate(b, 2);
    bench_run(b, SECOND);
    cr_expect_eq(leaders(b), 2);
    bench_heal_all(b);
    bench_run(b, SECOND);
    cr_expect_eq(leaders(b), 1);
    for (node_id id = 0; id < 3; id++)
        cr_expect_eq(bench_view(b, id).leader, 2);
    bench_destroy(b);
}

Test(bully, a_restarted_highest_node_takes_over)
{
    struct bench *b = settled(3);
    bench_crash(b, 2);
    bench_run(b, 300 * MILLISECOND);
    uint64_t reign = bench_view(b, 1).term;
    bench_restart(b, 2);
    expect_announced(b, 2, ANNOUNCED_CAMPAIGN, 2, NODE_NONE, CAMPAIGN_TAKEOVER);
    bench_run(b, 300 * MILLISECOND);
    cr_expect_eq(leaders(b), 1);
    cr_expect_eq(bench_view(b, 0).leader, 2);
    cr_expect_gt(bench_view(b, 2).term, reign, "its reign is told apart from the one it ended");
    cr_expect_eq(bench_view(b, 0).term, bench_view(b, 2).term);
    bench_destroy(b);
}

Test(bully, without_takeover_a_restarted_node_joins_the_coordinator)
{
    struct bench *b = bench_create(&bully_algorithm, 3);
    bench_set(b, "takeover", "false");
    bench_start_all(b);
    bench_run(b, 200 * MILLISECOND);
    bench_crash(b, 2);
    bench_run(b, 300 * MILLISECOND);
    bench_restart(b, 2);
    bench_run(b, SECOND);
    for (node_id id = 0; id < 3; id++)
        cr_expect_eq(bench_view(b, id).leader, 1);
    bench_destroy(b);
}

static void cut_three_from_two(struct bench *b)
{
    for (node_id low = 0; low < 3; low++)
        for (node_id high = 3; high < 5; high++)
            bench_cut(b, low, high);
}

Test(bully, a_partition_makes_two_coordinators)
{
    struct bench *b = settled(5);
    cut_three_from_two(b);
    bench_run(b, SECOND);
    cr_expect_eq(leaders(b), 2);
    cr_expect_eq(bench_view(b, 2).role, ROLE_LEADER);
    cr_expect_eq(bench_view(b, 4).role, ROLE_LEADER);
    bench_destroy(b);
}

Test(bully, a_partition_from_the_start_gives_two_coordinators_the_same_number)
{
    struct bench *b = bench_create(&bully_algorithm, 5);
    cut_three_from_two(b);
    bench_start_all(b);
    bench_run(b, SECOND);
    expect_role(b, 2, ROLE_LEADER, 1);
    expect_role(b, 4, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(bully, the_lesser_of_two_coordinators_gives_way_when_the_cut_heals)
{
    struct bench *b = settled(5);
    cut_three_from_two(b);
    bench_run(b, SECOND);
    bench_heal_all(b);
    bench_run(b, SECOND);
    cr_expect_eq(leaders(b), 1);
    for (node_id id = 0; id < 5; id++)
        cr_expect_eq(bench_view(b, id).leader, 4);
    bench_destroy(b);
}

/* Else the outside, which has seen the number of the other side's reign, would take nothing from it
 * any more. Each tells it by its first heartbeat, whoever of the two the word comes from first. */
Test(bully, the_better_coordinator_reigns_under_a_later_number_when_the_cut_heals)
{
    struct bench *b = settled(5);
    cut_three_from_two(b);
    bench_run(b, 500 * MILLISECOND);
    uint64_t seen = bench_view(b, 2).term;
    bench_heal_all(b);
    bench_forget(b);
    bench_receive(b, 2, 4, HEARTBEAT, struct bully_message, bench_view(b, 4).term);
    expect_sent(b, 2, 4, ACKNOWLEDGE, struct bully_acknowledge, .counter = seen, .accepted = false);
    bench_receive(b, 2, 4, HEARTBEAT, struct bully_message, bench_view(b, 4).term);
    cr_expect_eq(bench_sent_count(b, 2, 4, ACKNOWLEDGE), 1, "once");
    bench_run(b, 500 * MILLISECOND);
    cr_expect_gt(bench_view(b, 4).term, seen);
    for (node_id id = 0; id < 5; id++) {
        cr_expect_eq(bench_view(b, id).leader, 4);
        cr_expect_eq(bench_view(b, id).term, bench_view(b, 4).term);
    }
    bench_destroy(b);
}

Test(bully, no_decision_uses_the_counter_without_a_majority_rule)
{
    struct bench *b = settled(3);
    bench_receive(b, 0, 2, COORDINATOR, struct bully_message, .counter = 0);
    cr_expect_eq(bench_view(b, 0).leader, 2, "an old number is followed all the same");
    expect_sent(b, 0, 2, ACKNOWLEDGE, struct bully_acknowledge, .counter = 1, .accepted = false);
    bench_destroy(b);
}

Test(bully, with_a_majority_rule_only_the_larger_side_has_a_coordinator)
{
    struct bench *b = with_majority(5);
    cr_assert_eq(bench_view(b, 4).role, ROLE_LEADER);
    cut_three_from_two(b);
    bench_run(b, 2 * SECOND);
    cr_expect_eq(leaders(b), 1);
    cr_expect_eq(bench_view(b, 2).role, ROLE_LEADER);
    cr_expect_neq(bench_view(b, 4).role, ROLE_LEADER);
    expect_announced(b, 4, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_LOST_QUORUM);
    bench_destroy(b);
}

Test(bully, with_a_majority_rule_the_highest_leads_again_when_the_cut_heals)
{
    struct bench *b = with_majority(5);
    cut_three_from_two(b);
    bench_run(b, 2 * SECOND);
    bench_heal_all(b);
    bench_run(b, 2 * SECOND);
    cr_expect_eq(leaders(b), 1);
    for (node_id id = 0; id < 5; id++)
        cr_expect_eq(bench_view(b, id).leader, 4);
    bench_destroy(b);
}

Test(bully, with_a_majority_rule_probing_members_hold_the_coordinator_up)
{
    struct bench *b = bench_create(&bully_algorithm, 5);
    bench_set(b, "require_majority", "true");
    bench_set(b, "detection", "probe");
    bench_start_all(b);
    bench_run(b, 10 * SECOND);
    cr_expect_eq(bench_announced_count(b, 4, ANNOUNCED_STEP_DOWN), 0);
    expect_role(b, 4, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(bully, a_member_supports_one_coordinator_a_counter_even_across_a_restart)
{
    struct bench *b = bench_create(&bully_algorithm, 5);
    bench_set(b, "require_majority", "true");
    bench_set(b, "takeover", "false");
    b->sync_at_once = false;
    bench_start(b, 0);
    bench_receive(b, 0, 3, COORDINATOR, struct bully_message, .counter = 7);
    expect_not_sent(b, 0, 3, ACKNOWLEDGE);
    bench_sync(b, 0);
    expect_sent(b, 0, 3, ACKNOWLEDGE, struct bully_acknowledge, .counter = 7, .accepted = true);
    bench_restart(b, 0);
    bench_forget(b);
    bench_receive(b, 0, 4, COORDINATOR, struct bully_message, .counter = 7);
    bench_sync(b, 0);
    expect_sent(b, 0, 4, ACKNOWLEDGE, struct bully_acknowledge, .counter = 7, .accepted = false);
    bench_destroy(b);
}

Test(bully, a_repeated_acknowledgement_counts_once)
{
    struct bench *b = bench_create(&bully_algorithm, 5);
    bench_set(b, "require_majority", "true");
    bench_start(b, 4);
    for (int i = 0; i < 3; i++)
        bench_receive(b, 4, 0, ACKNOWLEDGE, struct bully_acknowledge, .counter = 1,
                      .accepted = true);
    expect_role(b, 4, ROLE_CANDIDATE, 1);
    bench_receive(b, 4, 1, ACKNOWLEDGE, struct bully_acknowledge, .counter = 1, .accepted = true);
    expect_role(b, 4, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(bully, a_coordinator_that_is_stopped_steps_down_first)
{
    struct bench *b = settled(3);
    bench_admin(b, 2, ADMIN_STOP, NODE_NONE);
    expect_announced(b, 2, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_STOP);
    cr_expect_not(bench_is_up(b, 2));
    bench_destroy(b);
}

Test(bully, safety_is_promised_only_with_a_majority_rule)
{
    struct bench *b = bench_create(&bully_algorithm, 3);
    cr_expect_eq(bully_algorithm.promises_with(bench_config(b, 0), 3) & ELECTION_SAFETY, 0);
    bench_set(b, "require_majority", "true");
    cr_expect_neq(bully_algorithm.promises_with(bench_config(b, 0), 3) & ELECTION_SAFETY, 0);
    bench_destroy(b);
}

Test(bully, a_detection_timeout_within_the_interval_is_refused)
{
    struct bench *b = bench_create(&bully_algorithm, 3);
    const char *option = NULL;
    cr_expect_null(bully_algorithm.check(bench_config(b, 0), 3, &option));
    bench_set(b, "detection_timeout", "100ms");
    cr_expect_not_null(bully_algorithm.check(bench_config(b, 0), 3, &option));
    cr_expect_str_eq(option, "detection_timeout");
    bench_destroy(b);
}

/* ---- Whatever happens ------------------------------------------------------------------------ */

static uint64_t draw(uint64_t *state, uint64_t bound)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (*state >> 33) % bound;
}

/* One fault or repair of five nodes; syncs happen at the pleasure of the draw. */
static void disturb(struct bench *b, uint64_t *draws)
{
    node_id one = (node_id) draw(draws, 5), other = (node_id) draw(draws, 5);
    switch (draw(draws, 5)) {
    case 0:
        bench_cut(b, one, other);
        break;
    case 1:
        bench_heal(b, one, other);
        break;
    case 2:
        bench_restart(b, one);
        break;
    case 3:
        bench_isolate(b, one);
        break;
    default:
        bench_heal_all(b);
        break;
    }
    for (node_id id = 0; id < 5; id++)
        if (draw(draws, 4) > 0)
            bench_sync(b, id);
    bench_run(b, (sim_ns) draw(draws, 200) * MILLISECOND);
}

/* Who announced to lead in each term, for terms below 4096. */
static void expect_one_leader_a_term(struct bench *b, node_id *leader_of, uint64_t seed)
{
    for (size_t i = 0; i < b->announced_count; i++) {
        const struct announcement *a = &b->announced[i];
        if (a->kind != ANNOUNCED_LEAD)
            continue;
        cr_assert_lt(a->term, 4096);
        node_id *leader = &leader_of[a->term];
        cr_assert(*leader == NODE_NONE || *leader == a->node, "seed %llu, term %llu",
                  (unsigned long long) seed, (unsigned long long) a->term);
        *leader = a->node;
    }
    bench_forget(b);
}

Test(bully, with_a_majority_rule_no_counter_ever_has_two_coordinators)
{
    static node_id leader_of[4096];
    for (uint64_t seed = 1; seed <= 40; seed++) {
        uint64_t draws = seed;
        for (int i = 0; i < 4096; i++)
            leader_of[i] = NODE_NONE;
        struct bench *b = bench_create(&bully_algorithm, 5);
        bench_set(b, "require_majority", "true");
        bench_set(b, "detection", seed % 2 ? "probe" : "heartbeat");
        b->sync_at_once = false;
        bench_start_all(b);
        for (int i = 0; i < 200; i++) {
            disturb(b, &draws);
            expect_one_leader_a_term(b, leader_of, seed);
        }
        bench_destroy(b);
    }
}

Test(bully, whatever_happened_the_highest_leads_soon_after_the_last_fault)
{
    for (uint64_t seed = 1; seed <= 80; seed++) {
        uint64_t draws = seed;
        struct bench *b = bench_create(&bully_algorithm, 5);
        bench_set(b, "require_majority", seed % 2 ? "true" : "false");
        bench_set(b, "detection", seed % 4 < 2 ? "probe" : "heartbeat");
        bench_start_all(b);
        for (int i = 0; i < 50; i++) {
            disturb(b, &draws);
            bench_forget(b);
        }
        bench_heal_all(b);
        bench_run(b, bully_algorithm.liveness_bound(bench_config(b, 0), 5));
        cr_expect_eq(leaders(b), 1, "seed %llu", (unsigned long long) seed);
        for (node_id id = 0; id < 5; id++) {
            cr_expect_eq(bench_view(b, id).leader, 4, "seed %llu", (unsigned long long) seed);
            cr_expect_eq(bench_view(b, id).term, bench_view(b, 4).term, "seed %llu",
                         (unsigned long long) seed);
        }
        bench_destroy(b);
    }
}
