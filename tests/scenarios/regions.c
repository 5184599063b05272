/* Regions that elect by another algorithm, in whole scenarios: what a region does is its own
 * affair, and what all do together survives the loss of one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/hierarchical.h"
#include "tests/scenarios/running.h"

static const char cluster[] = "duration: 40s\n"
                              "settle: 15s\n"
                              "cluster:\n"
                              "  nodes: 9\n"
                              "  regions: {eu: [n1, n2, n3], us: [n4, n5, n6], ap: [n7, n8, n9]}\n"
                              "algorithm: hierarchical\n"
                              "network:\n"
                              "  latency: uniform(500us, 1ms)\n"
                              "  links:\n"
                              "    - {between: [eu, us], latency: 'lognormal(40ms, 0.1)'}\n"
                              "    - {between: [us, ap], latency: 'lognormal(80ms, 0.1)'}\n"
                              "    - {between: [eu, ap], latency: 'lognormal(110ms, 0.1)'}\n"
                              "disk: {sync: 'uniform(1ms, 20ms)'}\n"
                              "workload: {interval: 100ms, guard: fencing}\n"
                              "raft: {election_timeout: 150ms..300ms, heartbeat_interval: 50ms}\n"
                              "bully: {heartbeat_interval: 50ms, detection_timeout: 225ms}\n"
                              "health_check: {check_interval: 75ms}\n";

static const char *const guests[] = {"raft",
                                     "bully",
                                     "viewstamped_replication",
                                     "ballot_leader_election",
                                     "ring",
                                     "invitation",
                                     "kraft",
                                     "fast_leader_election",
                                     "health_check"};
#define GUEST_COUNT (sizeof guests / sizeof *guests)

static struct running r;

static void open_with(const char *guest, const char *faults)
{
    const struct override sets[] = {{"hierarchical.regional_election", guest}, {"faults", faults}};
    /* The sections of the others stand in the text: they are chosen between. */
    char text[4096];
    (void) snprintf(text, sizeof text, "%sdraw: {algorithm: [hierarchical]}\n", cluster);
    running_open(&r, text, sets, 2);
}

static node_id leader_at_end(const struct run_result *result)
{
    node_id leader = NODE_NONE;
    for (uint32_t i = 0; i < result->leadership_count; i++)
        if (result->leaderships[i].end == result->ended_at)
            leader = result->leaderships[i].node;
    return leader;
}

/* Under these faults, each guest: no promise is broken, and whoever lives has a leader again. */
static void survive(const char *faults, double availability_least)
{
    for (size_t i = 0; i < GUEST_COUNT; i++) {
        open_with(guests[i], faults);
        double sum = 0;
        for (uint64_t seed = 1; seed <= 5; seed++) {
            const struct run_result *result = running_run(&r, seed);
            running_assert_safe(&r);
            cr_expect_neq(leader_at_end(result), NODE_NONE, "%s, seed %d", guests[i], (int) seed);
            sum += running_metric(&r, "availability");
        }
        cr_expect_gt(sum / 5, availability_least, "%s: %g", guests[i], sum / 5);
        running_close(&r);
    }
}

Test(regions, the_crash_of_a_regional_leader_is_survived)
{
    survive("[{at: 12s, for: 5s, crash: leader}, {at: 22s, for: 5s, crash: [n3, n6, n9]}, "
            "{at: 32s, for: 5s, crash: [n1, n4, n7]}]",
            0.6);
}

Test(regions, the_loss_of_any_region_is_survived)
{
    survive("[{at: 12s, for: 5s, crash: eu}, {at: 22s, for: 5s, crash: us}, "
            "{at: 32s, for: 5s, crash: ap}]",
            0.6);
}

Test(regions, partitions_between_them_are_survived)
{
    survive("[{at: 12s, for: 5s, partition: [eu, [us, ap]]}, "
            "{at: 22s, for: 5s, partition: [us, [eu, ap]]}, "
            "{at: 32s, for: 3s, partition: [[n1, n4, n7], [n2, n3, n5, n6, n8, n9]]}]",
            0.6);
}

/* Nobody votes twice although everybody restarts in the middle of elections, on a slow disk. */
Test(regions, restarts_keep_the_votes_of_both_levels)
{
    for (size_t i = 0; i < GUEST_COUNT; i++) {
        open_with(guests[i], "[{every: 300ms..900ms, for: 100ms..400ms, crash: random}, "
                             "{at: 10s, for: 100ms, crash: all}]");
        for (uint64_t seed = 1; seed <= 5; seed++) {
            running_run(&r, seed);
            running_assert_safe(&r);
        }
        running_close(&r);
    }
}

Test(regions, a_run_is_the_same_again)
{
    for (size_t i = 0; i < GUEST_COUNT; i++) {
        open_with(guests[i], "[{at: 12s, for: 5s, crash: eu}]");
        uint64_t hash = running_run(&r, 3)->trace_hash;
        cr_expect_neq(running_run(&r, 4)->trace_hash, hash);
        cr_expect_eq(running_run(&r, 3)->trace_hash, hash, "%s", guests[i]);
        running_close(&r);
    }
}

/* Between regions nothing changes: 26.7 messages a second, however the regions elect. */
Test(regions, what_elects_inside_of_a_region_sends_nothing_between_them)
{
    static const char *const variants[] = {"regional raft", "regional bully", "regional views",
                                           "regional ballots", "regional standby"};
    const struct override quiet[] = {{"faults", "[]"}};
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        running_open_file(&r, "scenarios/hierarchical-regions.yaml", variants[i], quiet, 1);
        const struct run_result *result = running_run(&r, 1);
        uint64_t between
            = result->traffic[GLOBAL_HEARTBEAT].sent + result->traffic[GLOBAL_ACK].sent;
        double rate = (double) between / 100;
        cr_expect(rate > 25 && rate < 27, "%s: %g a second", variants[i], rate);
        running_close(&r);
    }
}
