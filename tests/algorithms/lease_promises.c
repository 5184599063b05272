/* What the lease promises with which options, and how long a crash, or whatever happens, leaves it
 * without a leader. Names in brackets are the tests of client-go that a test mirrors. */
#include <criterion/criterion.h>

#include "algorithms/lease.h"
#include "algorithms/lease_elector.h"
#include "tests/algorithms/lease_cluster.h"

/* ---- Options and promises -------------------------------------------------------------------- */

static const char *offending(const char *option, const char *text)
{
    struct bench *b = bench_create(&lease_algorithm, 3);
    bench_set(b, option, text);
    const char *named = NULL;
    const char *wrong = lease_algorithm.check(bench_config(b, 0), 3, &named);
    bench_destroy(b);
    return wrong == NULL ? "" : named;
}

Test(lease_promises,
     durations_are_checked_as_client_go_does) /* [TestLeaderElectionConfigValidation] */
{
    cr_expect_str_eq(offending("lease_duration", "15s"), "");
    cr_expect_str_eq(offending("lease_duration", "10s"), "lease_duration");
    cr_expect_str_eq(offending("renew_deadline", "2400ms"), "renew_deadline");
    cr_expect_str_eq(offending("renew_deadline", "2401ms"), "");
    cr_expect_str_eq(offending("retry_period", "0s"), "retry_period");
}

Test(lease_promises, a_duration_that_truncates_to_zero_seconds_is_refused)
{
    struct lease_config c = {.lease_duration = 900 * MILLISECOND,
                             .renew_deadline = 500 * MILLISECOND,
                             .retry_period = 100 * MILLISECOND,
                             .jitter_factor = 1200};
    const char *option = NULL;
    cr_expect_not_null(lease_algorithm.check(&c, 3, &option));
    cr_expect_str_eq(option, "lease_duration");
}

Test(lease_promises, the_written_duration_is_cut_to_whole_seconds)
{
    struct bench *b = lease_cluster(1);
    bench_set(b, "lease_duration", "15900ms");
    lease_start(b, 0);
    cr_expect_eq(lease_stored(b)->record.duration_seconds, 15);
    bench_destroy(b);
}

/* LEASE-tight: rates off by 10 %, a lease of 10 s. */
Test(lease_promises, a_holder_is_out_in_time_up_to_the_tight_bound)
{
    const sim_ns lease = 10 * SECOND, tight = 8181818181;
    cr_expect(lease_outlasts(lease, tight, 100000000));
    cr_expect_not(lease_outlasts(lease, tight + 1, 100000000));
    cr_expect(lease_outlasts(lease, 8181810000, 100000000));
    cr_expect_not(lease_outlasts(lease, 8190 * MILLISECOND, 100000000));
    cr_expect(lease_outlasts(lease, 9996000799, 200000), "200 ppm");
    cr_expect(lease_outlasts(lease, lease, 0), "half-open intervals may touch");
}

Test(lease_promises, exclusiveness_is_promised_when_slow_answers_fit_into_the_lease)
{
    struct bench *b = bench_create(&lease_algorithm, 3);
    cr_expect_eq(lease_algorithm.promises_with(bench_config(b, 0), 3) & LEASE_EXCLUSIVE, 0,
                 "10 s + 2 s + 5 s is more than 15 s");
    bench_set(b, "request_timeout", "2s");
    cr_expect_neq(lease_algorithm.promises_with(bench_config(b, 0), 3) & LEASE_EXCLUSIVE, 0);
    bench_set(b, "drift_bound", "100000ppm");
    cr_expect_eq(lease_algorithm.promises_with(bench_config(b, 0), 3) & LEASE_EXCLUSIVE, 0);
    bench_destroy(b);
}

/* ---- K8S-1: failover after a crash ----------------------------------------------------------- */

/* The earlier of the two electors' retries. */
static node_id step(struct bench *b)
{
    node_id first = bench_timer(b, 0, TIMER_RETRY) <= bench_timer(b, 1, TIMER_RETRY) ? 0 : 1;
    lease_retry(b, first);
    return first;
}

/* Takes `until` from the last renewal to the crash. */
static sim_ns failover(struct bench *b, sim_ns until)
{
    node_id holder = lease_leads(b, 0) ? 0 : 1, candidate = 1 - holder;
    for (int renewals = 0; renewals < 15;) /* counting both would favour late candidates */
        renewals += step(b) == holder;
    sim_ns crash = b->now + until;
    bench_crash(b, holder);
    while (!lease_leads(b, candidate))
        lease_retry(b, candidate);
    sim_ns taken = b->now - crash;
    lease_start(b, holder);
    bench_forget(b);
    return taken;
}

Test(lease_promises, failover_after_a_crash_takes_17350_milliseconds_on_average)
{
    struct bench *b = lease_cluster(2);
    lease_start(b, 0);
    lease_start(b, 1);
    const int trials = 20000;
    sim_ns sum = 0, least = SIM_FOREVER, most = 0;
    for (int i = 0; i < trials; i++) {
        /* spread evenly over the renewal period, by the golden ratio */
        sim_ns taken = failover(b, i * (sim_ns) 1236067977 % (2 * SECOND));
        sum += taken;
        least = taken < least ? taken : least;
        most = taken > most ? taken : most;
    }
    sim_ns mean = sum / trials;
    cr_expect(mean > 17176 * MILLISECOND && mean < 17524 * MILLISECOND, "mean %lld ns",
              (long long) mean);
    cr_expect_gt(least, 13 * SECOND);
    cr_expect_lt(most, 23800 * MILLISECOND);
    bench_destroy(b);
}

/* ---- Whatever happens ------------------------------------------------------------------------ */

static uint64_t draw(uint64_t *state, uint64_t bound)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (*state >> 33) % bound;
}

static void disturb(struct bench *b, uint64_t *draws)
{
    node_id one = (node_id) draw(draws, b->members), store = b->members;
    switch (draw(draws, 5)) {
    case 0:
        bench_cut(b, one, store);
        break;
    case 1:
    case 2:
        bench_heal(b, one, store);
        break;
    case 3:
        bench_restart(b, one);
        break;
    default:
        bench_restart(b, store);
        break;
    }
}

Test(lease_promises, no_two_nodes_ever_lead_at_once_when_clocks_run_alike)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t draws = seed;
        struct bench *b = bench_create(&lease_algorithm, 3);
        bench_set(b, "identity", seed % 2 ? "node" : "process");
        bench_set(b, "release_on_cancel", seed % 4 < 2 ? "true" : "false");
        bench_start_all(b);
        unsigned led = 0;
        for (int i = 0; i < 3000; i++) {
            if (draw(&draws, 5) == 0)
                disturb(b, &draws);
            bench_run(b, (sim_ns) draw(&draws, 2000) * MILLISECOND);
            unsigned leaders = 0;
            for (node_id id = 0; id < 3; id++)
                leaders += lease_leads(b, id);
            cr_assert_leq(leaders, 1, "seed %llu", (unsigned long long) seed);
            led += leaders;
            bench_forget(b);
        }
        cr_expect_gt(led, 0);
        bench_destroy(b);
    }
}

Test(lease_promises, somebody_leads_within_the_bound_after_the_last_fault)
{
    for (uint64_t seed = 1; seed <= 40; seed++) {
        uint64_t draws = seed;
        struct bench *b = bench_create(&lease_algorithm, 3);
        bench_start_all(b);
        for (int i = 0; i < 200; i++) {
            disturb(b, &draws);
            bench_run(b, (sim_ns) draw(&draws, 10000) * MILLISECOND);
            bench_forget(b);
        }
        bench_heal_all(b);
        bench_run(b, lease_algorithm.liveness_bound(bench_config(b, 0), 3));
        cr_expect_eq(lease_leads(b, 0) + lease_leads(b, 1) + lease_leads(b, 2), 1, "seed %llu",
                     (unsigned long long) seed);
        bench_destroy(b);
    }
}
