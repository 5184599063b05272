/* ZooKeeper's fast leader election in whole scenarios. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "algorithms/fast_leader_election.h"
#include "sim/rng.h"
#include "tests/scenarios/running.h"

static const char together[] = "duration: 3s\ncluster: {nodes: 5}\nalgorithm: "
                               "fast_leader_election\nnetwork: {latency: 1ms}\n";

/* ZK-fle: five start together, latency 1 ms: the winner is the maximum of (epoch, zxid, id) always,
 * and is decided after 200 ms and 1 to 20 ms. */
Test(zookeeper, of_servers_that_start_together_the_most_advanced_wins_always)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct rng draw = rng_stream(seed, RNG_NODE, 0, 0);
        struct running r;
        unsigned zxids[5], best = 0;
        char list[80];
        for (unsigned id = 0; id < 5; id++) {
            zxids[id] = 1 + (unsigned) rng_below(&draw, 4); /* ties are frequent */
            best = zxids[id] >= zxids[best] ? id : best;
        }
        (void) snprintf(list, sizeof list, "[%u, %u, %u, %u, %u]", zxids[0], zxids[1], zxids[2],
                        zxids[3], zxids[4]);
        struct override zxid[] = {{"fast_leader_election.initial_zxid", list}};
        running_open(&r, together, zxid, 1);
        const struct run_result *result = running_run(&r, seed);
        running_assert_safe(&r);
        cr_assert_eq(result->election_count, 1);
        const struct election_row *e = &result->elections[0];
        cr_assert_eq(e->winner, best, "%s: n%u", list, e->winner + 1);
        cr_assert(e->decided > 200 * MILLISECOND && e->decided <= 220 * MILLISECOND,
                  "%s: after %g ms", list, (double) e->decided / 1e6);
        cr_assert_eq(e->term, 2, "one above epoch 1, of which all have something");
        running_close(&r);
    }
}

Test(zookeeper, an_epoch_counts_more_than_a_history)
{
    struct running r;
    struct override zxid[] = {{"fast_leader_election.initial_zxid", "[1, 0, 0, 0, 0]"}};
    running_open(&r, together, zxid, 1);
    cr_expect_eq(running_run(&r, 1)->elections[0].winner, 0);
    running_close(&r);
}

/* Everybody hears of the higher ids one after another, and tells everybody of each: n(n-1) for the
 * first vote, and as many again for half of all changes. */
Test(zookeeper, notifications_of_a_common_start_are_cubic_in_the_servers)
{
    for (unsigned n = 3; n <= 11; n += 2) {
        char nodes[8];
        struct running r;
        struct override set[] = {{"cluster.nodes", nodes}};
        (void) snprintf(nodes, sizeof nodes, "%u", n);
        running_open(&r, together, set, 1);
        const struct run_result *result = running_run(&r, 1);
        cr_expect_eq(result->traffic[FLE_NOTIFICATION].sent, (uint64_t) n * (n - 1) * (n + 1) / 2,
                     "n=%u: %u", n, (unsigned) result->traffic[FLE_NOTIFICATION].sent);
        running_close(&r);
    }
}

/* What ids and zxids say in another order costs less: the same with latencies that vary. */
Test(zookeeper, votes_that_arrive_in_any_order_cost_fewer_notifications)
{
    struct running r;
    const struct override set[]
        = {{"cluster.nodes", "11"}, {"network.latency", "uniform(1ms, 5ms)"}};
    uint64_t sent = 0;
    running_open(&r, together, set, 2);
    for (uint64_t seed = 1; seed <= 20; seed++)
        sent += running_run(&r, seed)->traffic[FLE_NOTIFICATION].sent / 20;
    running_close(&r);
    cr_expect(sent > 2 * 110 && sent < 500, "%u", (unsigned) sent);
}

Test(zookeeper, a_crash_is_found_by_ticks_and_a_stop_at_once)
{
    static const struct {
        const char *variant;
        double least, most; /* of downtime.max, s */
    } losses[] = {{"crash", 9, 12.5},
                  {"crash, quick ticks", 2.2, 3.5},
                  {"stop", 0.2, 0.25},
                  {"star", 95, 102},
                  {"constrained", 95, 102}};
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        struct running r;
        running_open_file(&r, "scenarios/fast-leader-election.yaml", losses[i].variant, NULL, 0);
        for (uint64_t seed = 1; seed <= 5; seed++) {
            running_run(&r, seed);
            running_assert_safe(&r);
            double longest = running_metric(&r, "downtime.max");
            cr_expect(longest >= losses[i].least && longest <= losses[i].most, "%s: %g s",
                      losses[i].variant, longest);
        }
        running_close(&r);
    }
}

Test(zookeeper, a_chain_of_three_keeps_its_leader)
{
    struct running r;
    running_open_file(&r, "scenarios/fast-leader-election.yaml", "chained", NULL, 0);
    for (uint64_t seed = 1; seed <= 5; seed++) {
        running_run(&r, seed);
        running_assert_safe(&r);
        cr_expect_eq(running_metric(&r, "elections"), 0);
        cr_expect_gt(running_metric(&r, "availability"), 0.99);
    }
    running_close(&r);
}
