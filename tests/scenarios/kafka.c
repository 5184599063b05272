/* KRaft in whole scenarios: the sentences of Kafka's RaftEventSimulationTest, a hundred tries each,
 * and what its scenario says. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/scenarios/running.h"

#define TRIES 100u

/* Runs `faults` on `nodes` voters; at the end somebody leads, nothing promised was broken, and of
 * the operations at least `least` were committed. */
static void simulate(const char *nodes, const char *faults, double least)
{
    static const char *const pre_votes[] = {"true", "false"};
    static const char yaml[] = "duration: 20s\nsettle: 10s\ncluster: {nodes: 5}\nalgorithm: kraft\n"
                               "network: {latency: 'uniform(1ms, 20ms)'}\n"
                               "disk: {sync: 'exponential(2ms)'}\n"
                               "workload: {interval: 50ms, guard: quorum}\n";
    for (int i = 0; i < 2; i++) {
        struct running r;
        const struct override set[]
            = {{"cluster.nodes", nodes}, {"faults", faults}, {"kraft.pre_vote", pre_votes[i]}};
        running_open(&r, yaml, set, 3);
        for (uint64_t seed = 1; seed <= TRIES; seed++) {
            const struct run_result *result = running_run(&r, seed);
            bool leads = false;
            running_assert_safe(&r);
            for (uint32_t k = 0; k < result->leadership_count; k++)
                leads = leads || result->leaderships[k].end_reason == LEADERSHIP_RUN_ENDED;
            cr_assert(leads, "%s voters, seed %u: nobody leads", nodes, (unsigned) seed);
            double done = running_metric(&r, "client_availability");
            cr_assert(done >= least, "%s voters, pre-vote %s, seed %u: %g", nodes, pre_votes[i],
                      (unsigned) seed, done);
        }
        running_close(&r);
    }
}

Test(kafka, can_elect_initial_leader)
{
    static const char *const sizes[] = {"1", "2", "3", "4", "5"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        simulate(sizes[i], "[]", 0.8);
}

Test(kafka, can_elect_new_leader_after_old_leader_failure)
{
    simulate("3", "[{at: 8s, for: 20s, crash: leader}]", 0.6);
    simulate("5", "[{at: 8s, for: 20s, crash: leader}]", 0.6);
}

Test(kafka, can_recover_after_all_nodes_killed)
{
    simulate("3", "[{at: 8s, for: 1s, crash: all}]", 0.5);
    simulate("5", "[{at: 8s, for: 1s, crash: all}]", 0.5);
}

Test(kafka, can_elect_new_leader_after_old_leader_partitioned_away)
{
    simulate("5", "[{at: 8s, for: 12s, isolate: leader}]", 0.6);
}

Test(kafka, can_make_progress_if_majority_is_reachable)
{
    simulate("5", "[{at: 8s, for: 12s, partition: [[n1, n2, n3], [n4, n5]]}]", 0.6);
}

Test(kafka, can_make_progress_after_back_to_back_leader_failures)
{
    simulate("5",
             "[{at: 5s, for: 20s, crash: leader}, {at: 10s, for: 2s, crash: leader},"
             " {at: 15s, for: 2s, crash: leader}]",
             0.3);
}

/* ---- The scenario's story -------------------------------------------------------------------- */

struct figures {
    double needless, split, availability, downtime, longest;
};

static double defined(const struct running *r, const char *name)
{
    uint32_t index = metric_find(name, strlen(name));
    const struct metric_value *v = &r->record.result.metrics[index];
    return v->defined ? v->lo : 0;
}

/* Means over ten seeds, and the longest downtime of all. */
static struct figures figures_of(const char *variant)
{
    struct running r;
    struct figures f = {0};
    running_open_file(&r, "scenarios/kraft.yaml", variant, NULL, 0);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        running_run(&r, seed);
        running_assert_safe(&r);
        f.needless += running_metric(&r, "needless_elections") / 10;
        f.split += running_metric(&r, "split_votes") / 10;
        f.availability += running_metric(&r, "availability") / 10;
        f.downtime += defined(&r, "downtime.mean") / 10;
        double longest = defined(&r, "downtime.max");
        f.longest = longest > f.longest ? longest : f.longest;
    }
    running_close(&r);
    return f;
}

Test(kafka, a_voter_that_comes_and_goes_disturbs_only_without_pre_vote)
{
    struct figures with = figures_of("returning"),
                   without = figures_of("returning, without pre-vote");
    cr_expect_eq(with.needless, 0);
    cr_expect_geq(without.needless, 7);
    cr_expect_gt(with.availability, without.availability + 0.03);
}

/* Nine crashes each. */
Test(kafka, fetch_timeouts_that_are_not_random_split_most_first_votes)
{
    struct figures backoff = figures_of("crash"), wait = figures_of("crash, waiting");
    cr_expect_gt(backoff.split, 5);
    cr_expect_gt(wait.split, 4);
    cr_expect(backoff.downtime > 1.9 && backoff.downtime < 2.4, "%g s", backoff.downtime);
    cr_expect_gt(wait.downtime, backoff.downtime + 0.3);
}

/* KAFKA-20895 */
Test(kafka, a_leader_that_leaves_is_succeeded_at_once_if_its_resignation_counts)
{
    struct figures now = figures_of("stop"), then = figures_of("stop, resignation counts");
    cr_expect(now.downtime > 0.13 && now.downtime < 0.16, "%g s", now.downtime);
    cr_expect_lt(then.downtime, 0.03);
}

Test(kafka, the_centre_of_a_star_leads_when_the_leaf_has_resigned_unless_its_log_is_old)
{
    struct figures star = figures_of("star"), constrained = figures_of("constrained");
    cr_expect(star.longest > 2.9 && star.longest < 3.2, "%g s", star.longest);
    cr_expect_gt(constrained.longest, 95);
}
