/* The C Raft library in whole scenarios. */
#include <criterion/criterion.h>

#include "analysis/foreign/libraft.h"
#include "scenarios/language/catalog.h"
#include "tests/scenarios/running.h"

static struct running r;

static void open(void)
{
    libraft_use_heaps();
    cr_assert_eq(catalog_add(&libraft_algorithm), CATALOG_ADDED);
}

TestSuite(libraft, .init = open);

#define CLUSTER                                                                                    \
    "duration: 30s\ncluster: {nodes: 5}\nalgorithm: libraft\n"                                     \
    "network: {latency: \"uniform(1ms, 5ms)\"}\nworkload: {interval: 100ms, guard: quorum}\n"

Test(libraft, elects_and_elects_again_after_a_crash)
{
    running_open(&r, CLUSTER "faults: [{at: 10s, for: 5s, crash: leader}]\n", NULL, 0);
    for (uint64_t seed = 1; seed <= 50; seed++) {
        const struct run_result *result = running_run(&r, seed);
        running_assert_safe(&r);
        cr_assert_geq(result->leadership_count, 2);
        cr_assert_eq(result->leaderships[0].end_reason, LEADERSHIP_CRASH);
        cr_assert_eq(result->leaderships[result->leadership_count - 1].end_reason,
                     LEADERSHIP_RUN_ENDED);
        cr_assert_gt(running_metric(&r, "client_availability"), 0.5);
    }
    running_close(&r);
}

Test(libraft, hands_leadership_over_within_a_few_messages)
{
    running_open(&r, CLUSTER "faults: [{at: 10s, transfer: n2}, {at: 12s, transfer: n3}]\n", NULL,
                 0);
    const struct run_result *result = running_run(&r, 1);
    cr_assert_eq(result->leaderships[result->leadership_count - 1].node, 2);
    cr_expect_gt(running_metric(&r, "availability"), 0.9);
    running_close(&r);
}

Test(libraft, the_same_seed_gives_the_same_run)
{
    static const char *const hard = CLUSTER "chaos: {faults: 60, for: timeouts}\n"
                                            "disk: {sync: \"uniform(1ms, 30ms)\"}\n"
                                            "clock: {drift: 500ppm}\n";
    struct running other;
    running_open(&r, hard, NULL, 0);
    running_open(&other, hard, NULL, 0);
    running_run(&other, 99); /* what ran before makes no difference */
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t hash = running_run(&r, seed)->trace_hash;
        cr_assert_eq(running_run(&other, seed)->trace_hash, hash, "seed %d", (int) seed);
    }
    running_close(&r);
    running_close(&other);
}

Test(libraft, keeps_its_promises_in_the_swarm)
{
    struct override overrides[] = {{"algorithm", "libraft"}};
    running_open_file(&r, "scenarios/swarm.yaml", NULL, overrides, 1);
    for (uint64_t seed = 1; seed <= 300; seed++) {
        running_run(&r, seed);
        running_assert_safe(&r);
    }
    running_close(&r);
}
