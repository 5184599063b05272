/* The C Raft library in whole scenarios. */
#include <criterion/criterion.h>

#include "analysis/foreign/libraft.h"
#include "scenarios/language/catalog.h"
#include "tests/foreign/scenarios/any_library.h"

static struct running r;

static void open(void)
{
    libraft_use_heaps();
    cr_assert_eq(catalog_add(&libraft_algorithm), CATALOG_ADDED);
}

TestSuite(libraft, .init = open);

#define CLUSTER FIVE_SERVERS("libraft")

Test(libraft, elects_and_elects_again_after_a_crash)
{
    elects_again_after_a_crash(&r, CLUSTER "faults: [{at: 10s, for: 5s, crash: leader}]\n");
}

Test(libraft, hands_leadership_over_within_a_few_messages)
{
    hands_over_to_n3_within_a_few_messages(
        &r, CLUSTER "faults: [{at: 10s, transfer: n2}, {at: 12s, transfer: n3}]\n");
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

/* canonical/raft issue 220; Raft paper, figure 8 */
Test(libraft, loses_an_entry_of_an_old_term_that_it_has_committed_by_counting)
{
    running_open_file(&r, "scenarios/real/commit-by-counting.yaml", "libraft", NULL, 0);
    const struct run_result *result = running_run(&r, 1);
    const struct violation_row *broken = result->violations;
    while (broken < result->violations + result->violation_count && !broken->promised)
        broken++;
    cr_assert_lt(broken, result->violations + result->violation_count);
    cr_expect_eq(broken->property, LEADER_COMPLETENESS);
    cr_expect_eq(broken->node, 4);
    cr_expect_eq(broken->term, 11);
    running_close(&r);
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
