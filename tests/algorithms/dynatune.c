/* Dynatune: the number of heartbeats, what is measured, and raft's heartbeats tuned by it. */
#include <criterion/criterion.h>

#include "algorithms/dynatune.h"
#include "algorithms/raft.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND

static const uint64_t x = UINT64_C(4290672329); /* 99.9 % */
static struct dynatune_options options = {.safety_factor = 2, .arrival = x};
static sim_ns room[200];

/* K = ceil(log_p(1 - x)), x = 0.999. */
Test(dynatune, it_asks_for_the_least_number_of_heartbeats_of_which_one_arrives)
{
    static const struct {
        double loss;
        uint32_t heartbeats;
    } table[] = {{0.01, 2}, {0.05, 3}, {0.1, 3}, {0.2, 5}, {0.3, 6}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        cr_expect_eq(dynatune_heartbeats(table[i].loss, x), table[i].heartbeats, "p = %f",
                     table[i].loss);
}

Test(dynatune, one_heartbeat_more_than_none_lost_needs_and_no_end_of_them)
{
    cr_expect_eq(dynatune_heartbeats(0, x), 2);
    cr_expect_eq(dynatune_heartbeats(1, x), DYNATUNE_HEARTBEATS_MAX);
}

static struct dynatune measured(uint32_t window, uint32_t heartbeats, sim_ns first, sim_ns second)
{
    struct dynatune d;
    dynatune_begin(&d, &options, window, room);
    for (uint32_t i = 1; i <= heartbeats; i++)
        dynatune_heard(&d, i, i % 2 == 0 ? first : second);
    return d;
}

/* "from 10 samples" */
Test(dynatune, the_defaults_hold_until_ten_round_trips_are_measured)
{
    struct dynatune d = measured(100, 9, 20 * MS, 20 * MS);
    cr_expect_not(dynatune_is_tuned(&d));
    cr_expect_eq(dynatune_heartbeat(&d), 0);
    dynatune_heard(&d, 10, 20 * MS);
    cr_expect(dynatune_is_tuned(&d));
    dynatune_reset(&d);
    cr_expect_not(dynatune_is_tuned(&d));
}

Test(dynatune, a_timeout_is_the_mean_round_trip_and_s_deviations)
{
    struct dynatune d = measured(100, 50, 30 * MS, 50 * MS);
    cr_expect_eq(dynatune_timeout(&d), 60 * MS); /* 40 + 2 × 10 */
    cr_expect_eq(dynatune_heartbeat(&d), 30 * MS);
    struct dynatune_options more = {.safety_factor = 4, .arrival = x};
    d.options = &more;
    cr_expect_eq(dynatune_timeout(&d), 80 * MS);
}

Test(dynatune, no_heartbeat_is_due_more_often_than_once_a_millisecond)
{
    struct dynatune d = measured(100, 50, 1, 1);
    cr_expect_eq(dynatune_heartbeat(&d), MILLISECOND);
    cr_expect_eq(dynatune_timeout(&d), 2 * MILLISECOND);
}

Test(dynatune, the_window_forgets_a_path_that_has_changed)
{
    struct dynatune d = measured(20, 50, 500 * MS, 500 * MS);
    for (uint32_t i = 51; i <= 70; i++)
        dynatune_heard(&d, i, 10 * MS);
    cr_expect_eq(dynatune_timeout(&d), 10 * MS);
}

/* Every third lost: K = 7. */
Test(dynatune, losses_are_counted_by_the_numbers_that_are_missing)
{
    struct dynatune d;
    dynatune_begin(&d, &options, 90, room);
    for (uint32_t i = 100; i < 400; i++)
        if (i % 3 != 0)
            dynatune_heard(&d, i, 70 * MS);
    cr_expect_eq(dynatune_heartbeat(&d), 10 * MS);
}

Test(dynatune, duplicates_count_once_and_what_comes_late_still_counts)
{
    struct dynatune d;
    dynatune_begin(&d, &options, 90, room);
    for (uint32_t i = 2; i < 300; i += 2) {
        dynatune_heard(&d, i, 70 * MS);
        dynatune_heard(&d, i, 0);
        dynatune_heard(&d, i, 0);
    }
    cr_expect_eq(dynatune_heartbeat(&d), 7 * MS); /* half are lost: K = 10 */
    for (uint32_t i = 213; i < 300; i += 2)
        dynatune_heard(&d, i, 0);
    cr_expect_eq(dynatune_heartbeat(&d), 35 * MS); /* none are: K = 2 */
}

Test(dynatune, an_outage_longer_than_the_window_leaves_no_old_arrivals)
{
    struct dynatune d = measured(64, 64, 70 * MS, 70 * MS);
    dynatune_heard(&d, 10000, 70 * MS);
    cr_expect_eq(d.arrived_count, 1);
    cr_expect_eq(dynatune_heartbeats(63.0 / 64, x), DYNATUNE_HEARTBEATS_MAX);
}

/* ---- In raft --------------------------------------------------------------------------------- */

static struct bench *cluster(void)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "timeouts", "dynatune");
    bench_set(b, "window", "20");
    bench_start_all(b);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    return b;
}

/* One exchange of a heartbeat with n2, whose round trip is `trip`. */
static sim_ns exchange(struct bench *b, sim_ns trip)
{
    bench_forget(b);
    bench_fire(b, 0, TIMER_HEARTBEAT);
    const struct tuned_heartbeat *sent = bench_last_sent(b, 0, 1, TUNED_HEARTBEAT);
    if (sent == NULL)
        return -1;
    struct tuned_heartbeat heartbeat = *sent;
    bench_receive_body(b, 1, 0, TUNED_HEARTBEAT, &heartbeat);
    const struct tuned_heartbeat_response *answer
        = bench_last_sent(b, 1, 0, TUNED_HEARTBEAT_RESPONSE);
    struct tuned_heartbeat_response response = *answer;
    bench_advance(b, trip);
    bench_receive_body(b, 0, 1, TUNED_HEARTBEAT_RESPONSE, &response);
    return response.interval;
}

Test(dynatune, a_follower_asks_for_heartbeats_by_the_round_trip_that_the_leader_measures)
{
    struct bench *b = cluster();
    bench_crash(b, 2);
    sim_ns interval = 0;
    for (int i = 0; i < 40 && interval == 0; i++)
        interval = exchange(b, 20 * MS);
    cr_expect_eq(interval, 10 * MS);
    b->draw_least = true;
    exchange(b, 20 * MS);
    cr_expect_lt(bench_timer(b, 1, TIMER_ELECTION), 20 * MS);
    cr_expect_lt(bench_timer(b, 0, TIMER_HEARTBEAT), 10 * MS);
    bench_destroy(b);
}

Test(dynatune, each_follower_is_sent_heartbeats_at_its_own_rhythm)
{
    struct bench *b = cluster();
    for (int i = 0; i < 200; i++)
        exchange(b, 4 * MS);
    bench_forget(b);
    for (int i = 0; i < 100; i++) {
        bench_fire(b, 0, TIMER_HEARTBEAT);
        bench_forget(b);
    }
    sim_ns begun = b->now;
    unsigned near = 0, far = 0;
    while (b->now < begun + 1 * SECOND) {
        bench_fire(b, 0, TIMER_HEARTBEAT);
        near += bench_sent_count(b, 0, 1, TUNED_HEARTBEAT);
        far += bench_sent_count(b, 0, 2, TUNED_HEARTBEAT);
        bench_forget(b);
    }
    cr_expect(near > 400 && near < 600, "%u", near); /* every 2 ms */
    cr_expect(far >= 13 && far <= 14, "%u", far);    /* every 75 ms */
    bench_destroy(b);
}

Test(dynatune, a_follower_whose_timer_expires_falls_back_to_the_defaults)
{
    struct bench *b = cluster();
    for (int i = 0; i < 100; i++)
        exchange(b, 20 * MS);
    b->draw_least = true;
    exchange(b, 20 * MS);
    bench_fire(b, 1, TIMER_ELECTION);
    expect_role(b, 1, ROLE_CANDIDATE, 2);
    cr_expect_eq(bench_timer(b, 1, TIMER_ELECTION), 150 * MS);
    bench_receive(b, 1, 2, TUNED_HEARTBEAT, struct tuned_heartbeat, .term = 3, .number = 1);
    cr_expect_eq(bench_timer(b, 1, TIMER_ELECTION), 150 * MS);
    bench_destroy(b);
}

Test(dynatune, a_heartbeat_of_an_older_term_is_answered_with_the_newer_one)
{
    struct bench *b = cluster();
    bench_receive(b, 1, 2, REQUEST_VOTE, struct request_vote, .term = 9);
    bench_forget(b);
    bench_receive(b, 1, 0, TUNED_HEARTBEAT, struct tuned_heartbeat, .term = 1, .number = 1);
    expect_sent(b, 1, 0, TUNED_HEARTBEAT_RESPONSE, struct tuned_heartbeat_response, .term = 9);
    bench_settle(b);
    expect_role(b, 0, ROLE_FOLLOWER, 9);
    bench_destroy(b);
}

/* As etcd's MsgHeartbeatResp: a lost entry is sent again, and what it commits is told. */
Test(dynatune, a_heartbeats_answer_brings_entries_that_were_lost)
{
    struct bench *b = cluster();
    bench_cut(b, 0, 1);
    bench_operation(b, 0, 77);
    bench_settle(b);
    bench_heal_all(b);
    bench_run(b, 300 * MS);
    cr_expect_eq(bench_view(b, 1).last_index, bench_view(b, 0).last_index);
    cr_expect_eq(bench_view(b, 1).commit_index, bench_view(b, 0).last_index);
    cr_expect_eq(bench_operation_result(b, 0, 77), 1);
    bench_destroy(b);
}

/* Followers that are not tuned still follow a leader that is. */
Test(dynatune, a_server_without_it_answers_a_tuned_heartbeat)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_start_all(b);
    bench_receive(b, 1, 0, TUNED_HEARTBEAT, struct tuned_heartbeat, .term = 1, .sent = 5,
                  .number = 1);
    cr_expect_eq(bench_view(b, 1).leader, 0);
    expect_sent(b, 1, 0, TUNED_HEARTBEAT_RESPONSE, struct tuned_heartbeat_response, .term = 1,
                .sent = 5);
    bench_destroy(b);
}

/* Heartbeats that are rarer than the election timeout must not look like a lost quorum. */
Test(dynatune, a_leader_waits_two_tuned_heartbeats_for_its_quorum)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "timeouts", "dynatune");
    bench_set(b, "check_quorum", "true");
    bench_start_all(b);
    bench_fire(b, 0, TIMER_ELECTION);
    bench_settle(b);
    for (int i = 0; i < 2; i++)
        bench_receive(b, 0, (node_id) (1 + i), TUNED_HEARTBEAT_RESPONSE,
                      struct tuned_heartbeat_response, .term = 1, .interval = 400 * MS);
    bench_fire(b, 0, TIMER_ELECTION);
    cr_expect_eq(bench_timer(b, 0, TIMER_ELECTION), 800 * MS);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_fire(b, 0, TIMER_ELECTION);
    expect_role(b, 0, ROLE_FOLLOWER, 1);
    bench_destroy(b);
}

Test(dynatune, options_without_sense_are_refused)
{
    static const char *const wrong[][2] = {
        {"dynatune_safety_factor", "0"}, {"dynatune_arrival", "0%"}, {"dynatune_arrival", "100%"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct bench *b = bench_create(&raft_algorithm, 3);
        const char *option = NULL;
        bench_set(b, wrong[i][0], wrong[i][1]);
        cr_expect_not_null(raft_algorithm.check(bench_config(b, 0), 3, &option));
        cr_expect_str_eq(option, wrong[i][0]);
        bench_destroy(b);
    }
}

Test(dynatune, the_options_change_what_is_asked_for)
{
    static const char *const changed[][2]
        = {{"dynatune_safety_factor", "8"}, {"dynatune_arrival", "99.9999%"}};
    for (size_t i = 0; i < 2; i++) {
        sim_ns asked[2] = {0, 0};
        for (int with = 0; with < 2; with++) {
            struct bench *b = bench_create(&raft_algorithm, 3);
            bench_set(b, "timeouts", "dynatune");
            bench_set(b, "window", "20");
            if (with)
                bench_set(b, changed[i][0], changed[i][1]);
            bench_start_all(b);
            for (uint32_t k = 1; k < 40; k++) /* one in ten is lost */
                if (k % 10 != 0)
                    bench_receive(b, 1, 0, TUNED_HEARTBEAT, struct tuned_heartbeat, .term = 1,
                                  .number = k, .round_trip = (20 + k % 2) * MS);
            const struct tuned_heartbeat_response *last
                = bench_last_sent(b, 1, 0, TUNED_HEARTBEAT_RESPONSE);
            asked[with] = last->interval;
            bench_destroy(b);
        }
        cr_expect_neq(asked[0], asked[1], "%s", changed[i][0]);
    }
}
