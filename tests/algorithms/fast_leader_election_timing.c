/* ZooKeeper's follower with a patience by phi accrual. */
#include <criterion/criterion.h>

#include "algorithms/fast_leader_election.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND
#define S SECOND

/* n3 leads; it pings once a second. */
static struct bench *led(const char *option, const char *text)
{
    struct bench *b = bench_create(&fast_leader_election_algorithm, 3);
    bench_set(b, "timeouts", "phi_accrual");
    bench_set(b, "window", "20");
    if (option != NULL)
        bench_set(b, option, text);
    bench_start_all(b);
    bench_run(b, 310 * MS);
    expect_role(b, 2, ROLE_LEADER, 1);
    return b;
}

static void commit(struct bench *b)
{
    const struct fle *f = bench_state(b, 0);
    bench_receive(b, 0, 2, FLE_COMMIT, struct fle_position, .connection = f->connection,
                  .epoch = f->epoch);
}

Test(fast_leader_election_timing, a_follower_waits_by_the_rhythm_of_the_pings)
{
    struct bench *b = led(NULL, NULL);
    bench_run(b, 30 * S);
    commit(b);
    sim_ns wait = bench_timer(b, 0, FLE_TIMER_LIMIT);
    cr_expect(wait > 1052 * MS && wait < 1053 * MS, "%lld",
              (long long) wait); /* 1 s + 5.226 × 10 */
    bench_destroy(b);
}

Test(fast_leader_election_timing, what_clients_make_the_leader_say_does_not_shorten_it)
{
    struct bench *b = led(NULL, NULL);
    bench_run(b, 30 * S);
    for (int i = 0; i < 50; i++) {
        bench_advance(b, 10 * MS);
        commit(b);
    }
    cr_expect_gt(bench_timer(b, 0, FLE_TIMER_LIMIT), 1052 * MS);
    bench_destroy(b);
}

Test(fast_leader_election_timing, threshold_deviation_and_pause_make_it_longer)
{
    static const char *const longer[][2] = {{"phi_threshold", "100"},
                                            {"min_standard_deviation", "200ms"},
                                            {"acceptable_pause", "700ms"}};
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) {
        struct bench *b = led(longer[i][0], longer[i][1]);
        bench_run(b, 30 * S);
        commit(b);
        cr_expect_gt(bench_timer(b, 0, FLE_TIMER_LIMIT), 1060 * MS, "%s", longer[i][0]);
        bench_destroy(b);
    }
}

/* The leader counts it no more then. */
Test(fast_leader_election_timing, it_is_never_longer_than_sync_limit)
{
    struct bench *b = led("acceptable_pause", "100s");
    bench_run(b, 30 * S);
    commit(b);
    cr_expect_eq(bench_timer(b, 0, FLE_TIMER_LIMIT), 10 * S);
    bench_destroy(b);
}

Test(fast_leader_election_timing, a_new_connection_is_estimated_anew)
{
    struct bench *b = led(NULL, NULL);
    bench_run(b, 30 * S);
    bench_fire(b, 0, FLE_TIMER_LIMIT); /* it looks, is told who leads, and follows again */
    bench_settle(b);
    cr_expect_eq(bench_view(b, 0).leader, 2);
    cr_expect_gt(bench_timer(b, 0, FLE_TIMER_LIMIT), 2 * S); /* 1 s ± a quarter */
    bench_destroy(b);
}

Test(fast_leader_election_timing, as_configured_pings_are_not_measured)
{
    struct bench *b = led("timeouts", "fixed");
    bench_run(b, 30 * S);
    commit(b);
    cr_expect_eq(bench_timer(b, 0, FLE_TIMER_LIMIT), 10 * S);
    bench_destroy(b);
}
