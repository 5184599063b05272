/* Raft: priorities and load, and what a leader does that is busy. */
#include <criterion/criterion.h>

#include "algorithms/raft.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND

static sim_ns first_timeout(struct bench *b, node_id id)
{
    bench_restart(b, id);
    return bench_timer(b, id, TIMER_ELECTION);
}

static struct bench *with_priorities(int32_t n1, int32_t n2, int32_t n3)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "priority_timeouts", "true");
    bench_set_priority(b, 0, n1);
    bench_set_priority(b, 1, n2);
    bench_set_priority(b, 2, n3);
    bench_start_all(b);
    return b;
}

Test(raft_timing, higher_priorities_draw_from_earlier_parts_of_the_range)
{
    struct bench *b = with_priorities(1, 3, 2);
    for (int i = 0; i < 200; i++) {
        sim_ns n1 = first_timeout(b, 0), n2 = first_timeout(b, 1), n3 = first_timeout(b, 2);
        cr_assert(n2 >= 150 * MS && n2 <= 200 * MS && n3 >= 200 * MS && n3 <= 250 * MS
                  && n1 >= 250 * MS && n1 <= 300 * MS);
    }
    bench_destroy(b);
}

Test(raft_timing, equal_priorities_share_their_parts)
{
    struct bench *b = with_priorities(1, 1, 2);
    sim_ns least = SECOND, most = 0;
    for (int i = 0; i < 500; i++) {
        sim_ns drawn = first_timeout(b, 0);
        least = drawn < least ? drawn : least;
        most = drawn > most ? drawn : most;
    }
    cr_expect(least >= 200 * MS && least < 205 * MS && most > 295 * MS && most <= 300 * MS);
    bench_destroy(b);
}

/* So whoever stands at once with others is told apart by chance, not by rank again. */
Test(raft_timing, a_candidate_draws_from_the_whole_range)
{
    struct bench *b = with_priorities(3, 2, 1);
    bool late = false;
    for (int i = 0; i < 100; i++) {
        bench_restart(b, 0);
        bench_fire(b, 0, TIMER_ELECTION);
        late = late || bench_timer(b, 0, TIMER_ELECTION) > 250 * MS;
    }
    cr_expect(late);
    bench_destroy(b);
}

static struct bench *aware(void)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "load_aware", "true");
    bench_set(b, "load_threshold", "80%");
    bench_start_all(b);
    return b;
}

Test(raft_timing, a_busy_follower_waits_longer_by_its_load)
{
    struct bench *b = aware();
    b->draw_least = true;
    bench_set_load(b, 0, 700);
    cr_expect_eq(first_timeout(b, 0), 150 * MS);
    bench_set_load(b, 0, 800);
    cr_expect_eq(first_timeout(b, 0), 270 * MS);
    bench_set_load(b, 0, 5000); /* more than full is full */
    cr_expect_eq(first_timeout(b, 0), 300 * MS);
    bench_destroy(b);
}

Test(raft_timing, load_changes_nothing_where_nobody_looks_at_it)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_start_all(b);
    b->draw_least = true;
    bench_set_load(b, 0, 1000);
    cr_expect_eq(first_timeout(b, 0), 150 * MS);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_run(b, 1 * SECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    expect_not_sent(b, 1, 0, LOAD_REPORT);
    bench_destroy(b);
}

static struct bench *led_by_n1(void)
{
    struct bench *b = aware();
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    return b;
}

Test(raft_timing, a_busy_leader_hands_over_to_the_least_busy_follower)
{
    struct bench *b = led_by_n1();
    bench_set_load(b, 1, 500);
    bench_set_load(b, 2, 300);
    bench_run(b, 200 * MS);
    bench_set_load(b, 0, 900);
    bench_run(b, 200 * MS);
    expect_role(b, 2, ROLE_LEADER, 2);
    expect_announced(b, 2, ANNOUNCED_CAMPAIGN, 2, NODE_NONE, CAMPAIGN_TRANSFER);
    bench_destroy(b);
}

Test(raft_timing, a_busy_leader_stays_where_all_are_busy)
{
    struct bench *b = led_by_n1();
    bench_set_load(b, 1, 850);
    bench_set_load(b, 2, 800);
    bench_run(b, 200 * MS);
    bench_set_load(b, 0, 900);
    bench_run(b, 2 * SECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(raft_timing, a_higher_threshold_lets_the_leader_stay)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "load_aware", "true");
    bench_set(b, "load_threshold", "95%");
    bench_start_all(b);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    bench_set_load(b, 0, 900);
    bench_run(b, 2 * SECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(raft_timing, a_follower_that_has_not_said_how_busy_it_is_is_not_chosen)
{
    struct bench *b = aware();
    bench_isolate(b, 2);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    bench_set_load(b, 1, 700);
    bench_fire(b, 0, TIMER_HEARTBEAT);
    bench_settle(b);
    bench_set_load(b, 0, 900);
    bench_fire(b, 0, TIMER_HEARTBEAT);
    expect_not_sent(b, 0, 2, TIMEOUT_NOW);
    expect_sent(b, 0, 1, TIMEOUT_NOW, struct timeout_now, .term = 1);
    bench_destroy(b);
}

Test(raft_timing, load_is_told_with_tuned_heartbeats_too)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "load_aware", "true");
    bench_set(b, "timeouts", "dynatune");
    bench_start_all(b);
    bench_set_load(b, 1, 420);
    bench_receive(b, 1, 0, TUNED_HEARTBEAT, struct tuned_heartbeat, .term = 1, .number = 1);
    expect_sent(b, 1, 0, LOAD_REPORT, struct load_report, .term = 1, .load = 420);
    bench_destroy(b);
}
