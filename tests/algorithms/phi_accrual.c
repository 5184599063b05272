/* The phi accrual failure detector: akka's values, its window, and who waits by it. */
#include <criterion/criterion.h>
#include <math.h>

#include "algorithms/fast_leader_election.h"
#include "algorithms/invitation.h"
#include "algorithms/kraft.h"
#include "algorithms/mongodb.h"
#include "algorithms/phi_accrual.h"
#include "algorithms/raft.h"
#include "algorithms/viewstamped_replication.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND

extern const struct algorithm bully_algorithm;

static const struct phi_options akka
    = {.threshold = 8, .window = 10, .min_standard_deviation = 10 * MS, .acceptable_pause = 0};
static sim_ns room[10000];

/* The table of akka's approximation, mean 1000 and deviation 100. */
Test(phi_accrual, phi_has_the_values_of_akkas_approximation)
{
    static const struct {
        double time, phi;
    } table[] = {{1000, 0.301030}, {1100, 0.799508}, {1200, 1.642828},
                 {1300, 2.909475}, {1400, 4.736695}, {1500, 7.299947}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        cr_expect(fabs(phi_of(table[i].time, 1000, 100) - table[i].phi) < 1e-6, "%f: %f",
                  table[i].time, phi_of(table[i].time, 1000, 100));
}

/* Below the mean too, and where e is too small for a double. */
Test(phi_accrual, phi_is_minus_the_logarithm_of_the_chance_of_a_later_heartbeat)
{
    for (double y = -6; y <= 12; y += 0.125) {
        double exponent = y * (1.5976 + 0.070566 * y * y);
        double expected = log1p(exp(exponent)) / log(10);
        cr_expect(fabs(phi_of(y, 0, 1) - expected) < 1e-9 * (1 + expected), "y = %f", y);
    }
    cr_expect_eq(phi_of(-1000, 0, 1), 0);
    cr_expect_gt(phi_of(1000, 0, 1), 1e6);
}

Test(phi_accrual, it_crosses_8_at_5_22599_deviations_and_12_at_6_29212)
{
    cr_expect(fabs(phi_crossing(8) - 5.22599) < 5e-6, "%.7f", phi_crossing(8));
    cr_expect(fabs(phi_crossing(12) - 6.29212) < 5e-6, "%.7f", phi_crossing(12));
}

Test(phi_accrual, a_threshold_and_its_crossing_say_the_same)
{
    for (int threshold = 1; threshold <= 100; threshold++)
        cr_expect(fabs(phi_of(phi_crossing(threshold), 0, 1) - threshold) < 1e-9, "%d", threshold);
}

/* "Bootstrap with 2 entries with rather high standard deviation": mean ± mean / 4. */
Test(phi_accrual, the_first_timeout_rests_on_the_estimate_and_a_quarter_of_it)
{
    struct phi_accrual p;
    phi_accrual_begin(&p, &akka, 1000 * MS, room);
    double expected = 1000e6 + 5.22599 * 250e6;
    cr_expect(fabs((double) phi_accrual_timeout(&p) - expected) < 1e4);
}

Test(phi_accrual, steady_heartbeats_bring_the_timeout_down_to_the_least_deviation)
{
    struct phi_accrual p;
    phi_accrual_begin(&p, &akka, 1000 * MS, room);
    for (int i = 0; i <= 10; i++)
        phi_accrual_heard(&p, i * 100 * MS);
    double expected = 100e6 + 5.22599 * 10e6;
    cr_expect(fabs((double) phi_accrual_timeout(&p) - expected) < 1e4);
}

Test(phi_accrual, an_acceptable_pause_lengthens_the_timeout_by_itself)
{
    struct phi_accrual p, q;
    struct phi_options patient = akka;
    patient.acceptable_pause = 3 * SECOND;
    phi_accrual_begin(&p, &akka, 1000 * MS, room);
    phi_accrual_begin(&q, &patient, 1000 * MS, room + 10);
    cr_expect_eq(phi_accrual_timeout(&q) - phi_accrual_timeout(&p), 3 * SECOND);
}

/* "don't use the first heartbeat after failure for the history, since a long pause will skew the
 * stats" (akka). */
Test(phi_accrual, an_interval_that_had_become_suspicious_is_not_recorded)
{
    struct phi_accrual p;
    phi_accrual_begin(&p, &akka, 100 * MS, room);
    for (int i = 0; i <= 20; i++)
        phi_accrual_heard(&p, i * 100 * MS);
    sim_ns before = phi_accrual_timeout(&p);
    phi_accrual_heard(&p, 2000 * MS + before);
    cr_expect_eq(phi_accrual_timeout(&p), before);
    phi_accrual_heard(&p, 2000 * MS + 2 * before - 1); /* one that had not, is */
    cr_expect_gt(phi_accrual_timeout(&p), before);
}

Test(phi_accrual, who_is_watched_anew_starts_from_the_estimate)
{
    struct phi_accrual p;
    phi_accrual_begin(&p, &akka, 1000 * MS, room);
    sim_ns first = phi_accrual_timeout(&p);
    for (int i = 0; i <= 20; i++)
        phi_accrual_heard(&p, i * 100 * MS);
    phi_accrual_forget(&p);
    cr_expect_eq(phi_accrual_timeout(&p), first);
    phi_accrual_heard(&p, 90 * SECOND); /* ends no interval */
    cr_expect_eq(phi_accrual_timeout(&p), first);
}

/* ---- The window ------------------------------------------------------------------------------ */

Test(phi_accrual, a_window_keeps_mean_and_deviation_of_its_last_samples)
{
    struct sample_window w;
    sample_window_begin(&w, room, 4);
    for (sim_ns i = 1; i <= 100; i++) {
        sample_window_add(&w, i * i * SECOND);
        double mean = 0, square = 0;
        sim_ns from = i > 4 ? i - 3 : 1;
        for (sim_ns k = from; k <= i; k++)
            mean += (double) (k * k) * 1e9 / (double) (i - from + 1);
        for (sim_ns k = from; k <= i; k++)
            square += pow((double) (k * k) * 1e9 - mean, 2) / (double) (i - from + 1);
        if (i * i * SECOND > SAMPLE_MAX)
            break;
        cr_expect(fabs((double) sample_window_mean(&w) - mean) < 2);
        cr_expect(fabs((double) sample_window_deviation(&w) - sqrt(square)) < 1000);
    }
}

Test(phi_accrual, the_longest_samples_do_not_overflow_the_sums)
{
    struct sample_window w;
    sample_window_begin(&w, room, 10000);
    for (int i = 0; i < 25000; i++)
        sample_window_add(&w, i % 2 == 0 ? 0 : DAY);
    cr_expect_eq(sample_window_mean(&w), HOUR / 2);
    cr_expect_eq(sample_window_deviation(&w), HOUR / 2);
}

/* ---- Who waits by it ------------------------------------------------------------------------- */

static void beat(struct bench *b, uint32_t round)
{
    bench_advance(b, 50 * MS);
    bench_receive(b, 0, 1, APPEND_ENTRIES, struct append_entries, .term = 1, .round = round);
}

static struct bench *follower(const char *option, const char *text)
{
    struct bench *b = bench_create(&raft_algorithm, 3);
    bench_set(b, "timeouts", "phi_accrual");
    bench_set(b, "heartbeat_interval", "50ms");
    bench_set(b, "window", "20");
    if (option != NULL)
        bench_set(b, option, text);
    b->draw_least = true;
    bench_start_all(b);
    return b;
}

Test(phi_accrual, a_follower_of_raft_waits_as_long_as_the_heartbeats_so_far_say)
{
    struct bench *b = follower(NULL, NULL);
    cr_expect_eq(bench_timer(b, 0, TIMER_ELECTION), 150 * MS); /* it knows of no leader */
    for (uint32_t round = 1; round <= 30; round++)
        beat(b, round);
    sim_ns wait = bench_timer(b, 0, TIMER_ELECTION);
    cr_expect(wait > 102 * MS && wait < 103 * MS, "%lld", (long long) wait); /* 50 + 5.226 × 10 */
    bench_destroy(b);
}

Test(phi_accrual, a_higher_threshold_waits_longer)
{
    struct bench *b = follower("phi_threshold", "12");
    for (uint32_t round = 1; round <= 30; round++)
        beat(b, round);
    sim_ns wait = bench_timer(b, 0, TIMER_ELECTION);
    cr_expect(wait > 112 * MS && wait < 113 * MS, "%lld", (long long) wait);
    bench_destroy(b);
}

Test(phi_accrual, a_small_deviation_is_believed_where_the_least_one_is_smaller)
{
    struct bench *b = follower("min_standard_deviation", "1ms");
    for (uint32_t round = 1; round <= 30; round++)
        beat(b, round);
    cr_expect_lt(bench_timer(b, 0, TIMER_ELECTION), 56 * MS);
    bench_destroy(b);
}

Test(phi_accrual, a_pause_that_is_accepted_is_added_to_the_timeout_of_raft)
{
    struct bench *b = follower("acceptable_pause", "1s");
    for (uint32_t round = 1; round <= 30; round++)
        beat(b, round);
    cr_expect_gt(bench_timer(b, 0, TIMER_ELECTION), 1 * SECOND);
    bench_destroy(b);
}

Test(phi_accrual, a_long_window_still_remembers_the_estimate_that_it_began_with)
{
    struct bench *b = follower("window", "1000"), *c = follower("min_standard_deviation", "1ms");
    bench_destroy(b);
    b = bench_create(&raft_algorithm, 3);
    bench_set(b, "timeouts", "phi_accrual");
    bench_set(b, "heartbeat_interval", "50ms");
    bench_set(b, "window", "1000");
    bench_set(b, "min_standard_deviation", "1ms");
    b->draw_least = true;
    bench_start_all(b);
    for (uint32_t round = 1; round <= 30; round++) {
        beat(b, round);
        beat(c, round);
    }
    cr_expect_gt(bench_timer(b, 0, TIMER_ELECTION), bench_timer(c, 0, TIMER_ELECTION));
    bench_destroy(b);
    bench_destroy(c);
}

/* Entries that replication sends between two heartbeats, and copies, say nothing of their rhythm.
 */
Test(phi_accrual, only_the_first_message_of_a_broadcast_is_a_heartbeat)
{
    struct bench *b = follower(NULL, NULL);
    for (uint32_t round = 1; round <= 30; round++) {
        beat(b, round);
        for (int i = 0; i < 5; i++)
            bench_receive(b, 0, 1, APPEND_ENTRIES, struct append_entries, .term = 1,
                          .round = round);
    }
    sim_ns wait = bench_timer(b, 0, TIMER_ELECTION);
    cr_expect(wait > 102 * MS && wait < 103 * MS, "%lld", (long long) wait);
    bench_destroy(b);
}

Test(phi_accrual, a_new_leader_is_watched_anew)
{
    struct bench *b = follower(NULL, NULL);
    for (uint32_t round = 1; round <= 30; round++)
        beat(b, round);
    bench_receive(b, 0, 2, APPEND_ENTRIES, struct append_entries, .term = 2, .round = 1);
    sim_ns wait = bench_timer(b, 0, TIMER_ELECTION);
    cr_expect(wait > 115 * MS && wait < 116 * MS, "%lld", (long long) wait); /* 50 + 5.226 × 12.5 */
    bench_destroy(b);
}

Test(phi_accrual, no_estimate_is_longer_than_ten_of_the_longest_timeouts)
{
    struct bench *b = follower("acceptable_pause", "1h");
    beat(b, 1);
    cr_expect_eq(bench_timer(b, 0, TIMER_ELECTION), 3 * SECOND);
    bench_destroy(b);
}

/* Leases of leaders rest on voters that wait: thesis 6.4.1. */
Test(phi_accrual, with_leader_leases_no_follower_of_raft_waits_less_than_the_least_timeout)
{
    struct bench *b = follower("leader_lease", "true");
    for (uint32_t round = 1; round <= 30; round++)
        beat(b, round);
    cr_expect_eq(bench_timer(b, 0, TIMER_ELECTION), 150 * MS);
    bench_receive(b, 0, 2, REQUEST_VOTE, struct request_vote, .term = 9, .last_log_term = 9);
    expect_not_sent(b, 0, 2, REQUEST_VOTE_RESPONSE);
    bench_destroy(b);
}

Test(phi_accrual, a_backup_waits_by_the_rhythm_of_commits)
{
    struct bench *b = bench_create(&viewstamped_replication_algorithm, 3);
    bench_set(b, "timeouts", "phi_accrual");
    bench_set(b, "window", "20");
    bench_start_all(b);
    bench_run(b, 5 * SECOND);
    bench_crash(b, 0);
    sim_ns wait = bench_timer(b, 1, VR_TIMER_VIEW_CHANGE);
    cr_expect(wait > 0 && wait < 128 * MS, "%lld", (long long) wait); /* 75 + 5.226 × 10 at most */
    bench_run(b, 200 * MS);
    expect_role(b, 1, ROLE_LEADER, 2);
    bench_destroy(b);
}

Test(phi_accrual, options_without_sense_are_refused)
{
    static const struct {
        const char *option, *text;
    } wrong[] = {{"phi_threshold", "0"},
                 {"phi_threshold", "101"},
                 {"window", "1"},
                 {"window", "10001"},
                 {"min_standard_deviation", "0ms"}};
    const struct algorithm *of[]
        = {&raft_algorithm,      &bully_algorithm, &viewstamped_replication_algorithm,
           &mongodb_algorithm,   &kraft_algorithm, &fast_leader_election_algorithm,
           &invitation_algorithm};
    for (size_t a = 0; a < sizeof of / sizeof *of; a++)
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            struct bench *b = bench_create(of[a], 3);
            const char *option = NULL;
            bench_set(b, wrong[i].option, wrong[i].text);
            cr_expect_not_null(of[a]->check(bench_config(b, 0), 3, &option));
            cr_expect_str_eq(option, wrong[i].option);
            bench_destroy(b);
        }
}
