/* Bully with what was not in the original: timeouts that adapt, and the circuit breaker. */
#include <criterion/criterion.h>

#include "algorithms/bully.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND

extern const struct algorithm bully_algorithm;

static struct bench *cluster(unsigned members, const char *option, const char *text)
{
    struct bench *b = bench_create(&bully_algorithm, members);
    bench_set(b, option, text);
    bench_start_all(b);
    return b;
}

Test(bully_techniques, a_member_waits_by_the_rhythm_of_the_coordinators_heartbeats)
{
    struct bench *b = bench_create(&bully_algorithm, 3);
    bench_set(b, "timeouts", "phi_accrual");
    bench_set(b, "detection_timeout", "1s");
    bench_set(b, "window", "20");
    bench_start_all(b);
    bench_run(b, 5 * SECOND);
    cr_expect_lt(bench_timer(b, 0, TIMER_DETECTION), 153 * MS); /* 100 + 5.226 × 10 at most */
    bench_destroy(b);
}

/* Answers come at once here: after the interval, the deviations alone are left. */
Test(bully_techniques, a_member_that_probes_waits_by_the_rhythm_of_the_answers)
{
    struct bench *b = bench_create(&bully_algorithm, 3);
    bench_set(b, "timeouts", "phi_accrual");
    bench_set(b, "detection", "probe");
    bench_set(b, "window", "20");
    bench_start_all(b);
    bench_run(b, 5 * SECOND);
    bench_fire(b, 0, TIMER_HEARTBEAT);
    sim_ns wait = bench_timer(b, 0, TIMER_DETECTION);
    cr_expect(wait > 52 * MS && wait < 53 * MS, "%lld", (long long) wait);
    bench_destroy(b);
}

Test(bully_techniques, a_member_of_bully_stops_standing_and_waits_for_a_coordinator)
{
    struct bench *b = cluster(3, "breaker_elections", "3");
    bench_settle(b);
    bench_isolate(b, 0); /* its elections: at the start, and by silence */
    bench_forget(b);
    bench_fire(b, 0, TIMER_DETECTION);
    bench_fire(b, 0, TIMER_ELECTION); /* nobody answers: it coordinates */
    expect_role(b, 0, ROLE_LEADER, bench_view(b, 0).term);
    bench_receive(b, 0, 2, HEARTBEAT, struct bully_message, .counter = 7);
    for (int i = 0; i < 3; i++) {
        bench_fire(b, 0, TIMER_DETECTION);
        if (bench_view(b, 0).role != ROLE_CANDIDATE)
            break;
        bench_receive(b, 0, 2, HEARTBEAT, struct bully_message, .counter = 7);
    }
    expect_role(b, 0, ROLE_FOLLOWER, 7);
    cr_expect_eq(bench_view(b, 0).leader, NODE_NONE);
    cr_expect_gt(bench_timer(b, 0, TIMER_DETECTION), 3 * SECOND);
    bench_destroy(b);
}
