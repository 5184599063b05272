/* Cases that every release reproduces, by their ids in the list of references. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "algorithms/hierarchical.h"
#include "tests/scenarios/running.h"

static struct running r;

/* MSG-raft: one candidate, all alive: n-1 requests, n-1 replies, and as many first heartbeats. */
Test(cases, an_election_of_raft_costs_messages_linear_in_the_nodes)
{
    for (unsigned n = 3; n <= 9; n += 2) {
        char nodes[8];
        struct override overrides[] = {{"cluster.nodes", nodes}};
        (void) snprintf(nodes, sizeof nodes, "%u", n);
        running_open(&r,
                     "duration: 3s\ncluster: {nodes: 3}\nalgorithm: raft\nnetwork: {latency: 1ms}\n"
                     "raft: {election_timeout: 1s..2s, heartbeat_interval: 100ms}\n",
                     overrides, 1);
        for (uint64_t seed = 1; seed <= 20; seed++) {
            const struct run_result *result = running_run(&r, seed);
            if (result->elections[0].candidates > 1)
                continue;
            cr_assert_eq(result->elections[0].messages, 2 * (n - 1), "n=%u, seed %d", n,
                         (int) seed);
        }
        running_close(&r);
    }
}

/* BUL-part: a cut that is there when both sides elect gives two coordinators. */
Test(cases, bully_in_a_partition_has_two_coordinators)
{
    running_open_file(&r, "scenarios/bully-partition.yaml", "textbook", NULL, 0);
    running_run(&r, 3);
    cr_assert_gt(running_metric(&r, "split_brain_time"), 5);
    cr_assert_gt(running_metric(&r, "stale_writes"), 10);
    running_close(&r);
    running_open_file(&r, "scenarios/bully-partition.yaml", "majority", NULL, 0);
    running_run(&r, 3);
    cr_assert_lt(running_metric(&r, "split_brain_time"), 1);
    running_close(&r);
}

/* K8S-1: defaults, one other candidate, no latency: mean 17.35 s, all in (13, 23.8). */
Test(cases, a_kubernetes_lease_fails_over_in_13_to_24_seconds)
{
    running_open(&r,
                 "duration: 62s\nsettle: 0s\ncluster: {nodes: 2}\nalgorithm: lease\n"
                 "network: {latency: 0s}\nfaults: [{at: 30s..32s, crash: leader}]\n",
                 NULL, 0);
    double sum = 0;
    int count = 0;
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        const struct run_result *result = running_run(&r, seed);
        const struct election_row *e = &result->elections[result->election_count - 1];
        cr_assert_eq(e->trigger, TRIGGER_CRASH);
        double downtime = (double) (e->decided - e->vacant) / 1e9;
        cr_assert(downtime > 12.99 && downtime < 23.81, "seed %llu: %f", (unsigned long long) seed,
                  downtime);
        sum += downtime;
        count++;
    }
    /* a second's truncation of the record's times can let a renewal go unseen: see lease.h */
    cr_assert(fabs(sum / count - 17.35) < 0.2, "mean %f", sum / count);
    running_close(&r);
}

/* LEASE-tight: rates of the worst case, holder slow and rival fast by e = 10 %. */
Test(cases, a_lease_overlaps_only_beyond_the_drift_that_it_allows)
{
    static const struct {
        const char *slow;
        bool overlaps;
    } cases[] = {{"-150000ppm", false}, {"-400000ppm", true}};
    for (int i = 0; i < 2; i++) {
        char faults[160];
        (void) snprintf(faults, sizeof faults,
                        "[{at: 30s, clock_drift: leader, to: %s}, "
                        "{at: 60s, for: 60s, block: {from: leader, to: s1}}]",
                        cases[i].slow);
        struct override overrides[] = {{"faults", faults}};
        running_open(&r,
                     "duration: 150s\ncluster: {nodes: 2}\nalgorithm: lease\n"
                     "network: {latency: 1ms}\n",
                     overrides, 1);
        double overlap = 0;
        for (uint64_t seed = 1; seed <= 50; seed++) {
            running_run(&r, seed);
            running_assert_safe(&r);
            overlap = fmax(overlap, running_metric(&r, "split_brain_time"));
        }
        cr_assert_eq(overlap > 0.5, cases[i].overlaps, "%s: %f s", cases[i].slow, overlap);
        running_close(&r);
    }
}

/* LEASE-tight: clocks within 10 % of true, the worst of them, no delay, timeout 10 s: a lease of
 * 8.1818 s ends before anybody else can lead, one of 8.19 s does not. */
Test(cases, a_leader_lease_is_as_long_as_drift_allows_and_no_longer)
{
    static const struct {
        const char *bound; /* 10 s / (1 + bound) is the lease */
        bool overlaps;
    } cases[] = {{"222223ppm", false}, {"221001ppm", true}};
    for (int i = 0; i < 2; i++) {
        struct override overrides[] = {{"raft.clock_drift_bound", cases[i].bound}};
        running_open(&r,
                     "duration: 80s\nalgorithm: raft\nnetwork: {latency: 0ms}\n"
                     "cluster: {nodes: 3, overrides: {n3: {raft.election_timeout: 10s..30s}}}\n"
                     "raft: {election_timeout: 10s..10s, heartbeat_interval: 1s, "
                     "leader_lease: true}\n"
                     "faults:\n"
                     "- {at: 15s, transfer: n1}\n"
                     "- {at: 30s, clock_drift: n1, to: -100000ppm}\n"
                     "- {at: 30s, clock_drift: [n2, n3], to: 100000ppm}\n"
                     "- {at: 60s, for: 20s, isolate: n1}\n",
                     overrides, 1);
        unsigned led = 0, overlapped = 0;
        for (uint64_t seed = 1; seed <= 50; seed++) {
            const struct run_result *result = running_run(&r, seed);
            running_assert_safe(&r);
            const struct election_row *last = &result->elections[result->election_count - 1];
            led += last->started > 60 * SECOND && last->previous_leader == 0;
            for (uint32_t k = 0; k < result->violation_count; k++)
                overlapped += result->violations[k].property == LEASE_EXCLUSIVE;
        }
        cr_assert_gt(led, 25);
        cr_assert_eq(overlapped > 0, cases[i].overlaps, "%s: %u of %u", cases[i].bound, overlapped,
                     led);
        running_close(&r);
    }
}

/* LEASE-pause: a pause longer than the lease between check and write. */
Test(cases, a_pause_between_check_and_write_lands_a_stale_write_unless_it_is_fenced)
{
    static const char *const guards[] = {"none", "fencing"};
    uint64_t stale[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        struct override overrides[] = {{"workload.guard", guards[i]}};
        running_open(&r,
                     "duration: 120s\ncluster: {nodes: 2}\nalgorithm: lease\n"
                     "network: {latency: 1ms}\n"
                     "workload: {interval: 500ms, guard: none, duration: 400ms}\n"
                     "faults: [{at: 30200ms, for: 40s, pause: leader}]\n",
                     overrides, 1);
        for (uint64_t seed = 1; seed <= 20; seed++) {
            running_run(&r, seed);
            stale[i] += (uint64_t) running_metric(&r, "stale_writes");
        }
        running_close(&r);
    }
    cr_assert_gt(stale[0], 0);
    cr_assert_eq(stale[1], 0);
}

/* CF-2020: a lease of the followers holds until the link heals; pre-vote and check-quorum
 * throughout. */
Test(cases, cloudflares_broken_link_costs_elections_only_without_pre_vote)
{
    running_open_file(&r, "scenarios/cloudflare-2020.yaml", "plain", NULL, 0);
    running_run(&r, 2020);
    cr_assert_geq(running_metric(&r, "elections"), 2);
    running_close(&r);
    running_open_file(&r, "scenarios/cloudflare-2020.yaml", "pre-vote + check-quorum", NULL, 0);
    running_run(&r, 2020);
    cr_assert_eq(running_metric(&r, "elections"), 0);
    running_close(&r);
    running_open_file(&r, "scenarios/cloudflare-2020.yaml", "lease only", NULL, 0);
    const struct run_result *result = running_run(&r, 2020);
    for (uint32_t i = 0; i < result->election_count; i++) {
        const struct election_row *e = &result->elections[i];
        cr_assert(e->outcome != ELECTION_WON || e->decided < 20 * SECOND
                  || e->decided > 380 * SECOND);
    }
    running_close(&r);
}

/* CF-int: a follower that is cut off again and again. */
Test(cases, a_follower_that_comes_and_goes_disturbs_only_without_pre_vote)
{
    static const char flapping[]
        = "duration: 200s\ncluster: {nodes: 3}\nalgorithm: raft\n"
          "raft: {election_timeout: 1s..2s, heartbeat_interval: 100ms}\n"
          "network: {latency: 'uniform(1ms, 3ms)'}\n"
          "faults: [{at: 5s, transfer: n1}, {every: 20s, for: 10s, isolate: n3}]\n";
    static const struct override sets[][2] = {
        {{"raft.pre_vote", "false"}, {"raft.check_quorum", "false"}},
        {{"raft.pre_vote", "true"}, {"raft.check_quorum", "true"}},
    };
    double needless[2];
    for (int i = 0; i < 2; i++) {
        running_open(&r, flapping, sets[i], 2);
        running_run(&r, 1);
        needless[i] = running_metric(&r, "needless_elections");
        running_close(&r);
    }
    cr_assert_geq(needless[0], 5);
    cr_assert_eq(needless[1], 0);
}

/* Raft's section 9.3: without randomness there is no leader for more than 10 s. */
Test(cases, equal_timeouts_split_votes_for_ever_and_random_ones_do_not)
{
    running_open_file(&r, "scenarios/fixed-timeouts.yaml", "fixed", NULL, 0);
    running_run(&r, 1);
    cr_assert_eq(running_metric(&r, "availability"), 0);
    cr_assert_gt(running_metric(&r, "split_votes"), 50);
    running_close(&r);
    running_open_file(&r, "scenarios/fixed-timeouts.yaml", "randomized", NULL, 0);
    running_run(&r, 1);
    cr_assert_gt(running_metric(&r, "availability"), 0.95);
    running_close(&r);
}

/* Howard and Abraham 2020: pre-vote without a step-down of the leader never recovers. */
Test(cases, a_leader_on_a_leaf_blocks_pre_vote_unless_it_checks_its_quorum)
{
    static const char *const variants[] = {"pre-vote", "pre-vote + check-quorum"};
    double availability[2];
    for (int i = 0; i < 2; i++) {
        running_open_file(&r, "scenarios/quorum-loss.yaml", variants[i], NULL, 0);
        running_run(&r, 5);
        availability[i] = running_metric(&r, "availability");
        running_close(&r);
    }
    cr_assert_lt(availability[0], 0.6);
    cr_assert_gt(availability[1], 0.9);
}

/* Omni-Paxos, table 1: progress in all three partial partitions, with a leader within four
 * timeouts. */
Test(cases, ballot_leader_election_recovers_from_each_partial_partition)
{
    static const char *const partitions[] = {"quorum-loss", "constrained", "chained"};
    for (int i = 0; i < 3; i++) {
        running_open_file(&r, "scenarios/omni-paxos-partial-connectivity.yaml", partitions[i], NULL,
                          0);
        for (uint64_t seed = 1; seed <= 20; seed++) {
            const struct run_result *result = running_run(&r, seed);
            const struct election_row *last = &result->elections[result->election_count - 1];
            running_assert_safe(&r);
            cr_assert_leq(last->decided, 12 * SECOND + 500 * MILLISECOND, "%s", partitions[i]);
            cr_assert_gt(running_metric(&r, "availability"), .95);
            cr_assert_eq(running_metric(&r, "stale_writes"), 0); /* whoever promised refuses */
            if (i == 0) /* the leaves are told, and the leader that became one steps down */
                cr_assert_lt(running_metric(&r, "split_brain_time"), .1);
        }
        running_close(&r);
    }
}

/* A clock at half speed shows the same instant for two nanoseconds: a timer that is due at once is
 * due now, not in the first of them, which has passed. */
Test(cases, a_timer_on_a_slow_clock_never_fires_in_the_past)
{
    const struct override slow[] = {
        {"algorithm", "lease"}, {"faults", "[]"}, {"clock.drift", "500000ppm"}, {"duration", "5m"}};
    running_open_file(&r, "scenarios/quickstart.yaml", NULL, slow, 4);
    for (uint64_t seed = 1; seed <= 40; seed++)
        cr_assert_eq(running_run(&r, seed)->status, WORLD_ENDED);
    running_close(&r);
}

/* Minutes with a person, seconds with health checks, less with elections; and only a quorum keeps a
 * cut-off leader from being obeyed. */
Test(cases, each_step_of_the_migration_path_buys_what_its_scenario_says)
{
    static const struct {
        const char *variant;
        double least, most; /* of downtime.max, s */
        bool obeyed_twice;
    } steps[] = {{"manual", 300, 2000, true},
                 {"health checks", 2, 5, true},
                 {"bully", 0.01, 0.2, true},
                 {"raft", 0.05, 1, false}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        running_open_file(&r, "scenarios/migration-path.yaml", steps[i].variant, NULL, 0);
        running_run(&r, 1);
        double longest = running_metric(&r, "downtime.max");
        cr_expect(longest >= steps[i].least && longest <= steps[i].most, "%s: %g s",
                  steps[i].variant, longest);
        cr_expect_eq(running_metric(&r, "effective_split_brain_time") > 0, steps[i].obeyed_twice,
                     "%s", steps[i].variant);
        running_close(&r);
    }
}

/* One timeout where the next in turn lives, three where two are down, and none ends in the star. */
Test(cases, views_in_turn_cost_a_timeout_for_each_that_is_down)
{
    static const struct {
        const char *variant;
        double least, most; /* of downtime.max, s */
    } cuts[] = {{"one down", 0.2, 0.35}, {"two more down", 0.8, 1}, {"star", 19, 25}};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        running_open_file(&r, "scenarios/round-robin-views.yaml", cuts[i].variant, NULL, 0);
        for (uint64_t seed = 1; seed <= 10; seed++) {
            running_run(&r, seed);
            double longest = running_metric(&r, "downtime.max");
            cr_expect(longest >= cuts[i].least && longest <= cuts[i].most, "%s: %g s",
                      cuts[i].variant, longest);
        }
        running_close(&r);
    }
}

/* On true clocks, with writes that take no time. */
Test(cases, a_lock_that_a_quorum_knows_is_never_granted_twice_whatever_elects)
{
    static const char chaotic[]
        = "duration: 30s\nsettle: 10s\ncluster: {nodes: 5}\nalgorithm: raft\n"
          "network: {latency: 'uniform(1ms, 10ms)', loss: 1%}\n"
          "workload: {kind: lock, guard: quorum, interval: 100ms, hold: exponential(1s), "
          "lock_lease: 2s, clients: 5}\n"
          "chaos: {faults: 40, subset: true, for: timeouts, "
          "kinds: [crash, pause, partition, isolate, block, hold, loss, duplicate, latency]}\n";
    for (const struct algorithm *const *a = algorithms; *a != NULL; a++) {
        const struct override which[] = {{"algorithm", (*a)->name}};
        double grants = 0;
        running_open(&r, chaotic, which, 1);
        for (uint64_t seed = 1; seed <= 30; seed++) {
            running_run(&r, seed);
            cr_expect_eq(running_metric(&r, "double_grants"), 0, "%s, seed %d", (*a)->name,
                         (int) seed);
            cr_expect_eq(running_metric(&r, "stale_lock_writes"), 0, "%s, seed %d", (*a)->name,
                         (int) seed);
            grants += running_metric(&r, "lock_grants");
        }
        cr_expect_gt(grants, 100, "%s", (*a)->name);
        running_close(&r);
    }
}

Test(cases, the_distributed_lock_shows_what_each_guard_prevents)
{
    struct double_grants {
        const char *variant;
        double at_least, at_most, stale_at_most;
    } cases[] = {{"raft, quorum", 0, 0, 0},
                 {"raft, new leader waits", 0, 0, 0},
                 {"raft, new leader grants", 5, 30, 30},
                 {"lease, fencing", 20, 100, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        running_open_file(&r, "scenarios/distributed-lock.yaml", cases[i].variant, NULL, 0);
        running_run(&r, 7);
        double doubles = running_metric(&r, "double_grants");
        cr_expect_geq(doubles, cases[i].at_least, "%s", cases[i].variant);
        cr_expect_leq(doubles, cases[i].at_most, "%s", cases[i].variant);
        cr_expect_leq(running_metric(&r, "stale_lock_writes"), cases[i].stale_at_most);
        running_close(&r);
    }
}

/* What keeps a lease and what looks at it are the same questions: they are no part of an election.
 */
Test(cases, an_election_over_a_store_costs_one_question_however_long_the_run_goes_on)
{
    static const char *const durations[] = {"2m", "20m"};
    for (int i = 0; i < 2; i++) {
        const struct override longer[] = {{"duration", durations[i]}};
        running_open(&r,
                     "duration: 2m\ncluster: {nodes: 5}\nalgorithm: lease\n"
                     "network: {latency: 2ms}\nfaults: [{at: 60s, crash: leader}]\n",
                     longer, 1);
        const struct run_result *result = running_run(&r, 1);
        cr_assert_eq(result->elections[1].trigger, TRIGGER_CRASH);
        cr_expect_eq(result->elections[1].messages, 1);
        running_close(&r);
    }
}

/* Each side of a cut has its group, unless a majority is required; without the wait before inviting
 * groups never merge. */
Test(cases, groups_part_and_merge_as_their_scenario_says)
{
    static const struct {
        const char *variant;
        double least, most; /* of split_brain_time, s */
    } groups[]
        = {{"groups", 10, 11}, {"majority", 0, 0.2}, {"bully", 9.9, 10.1}, {"no delay", 25, 50}};
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        running_open_file(&r, "scenarios/invitation.yaml", groups[i].variant, NULL, 0);
        for (uint64_t seed = 1; seed <= 10; seed++) {
            running_run(&r, seed);
            running_assert_safe(&r);
            double split = running_metric(&r, "split_brain_time");
            cr_expect(split >= groups[i].least && split <= groups[i].most, "%s: %g s",
                      groups[i].variant, split);
        }
        running_close(&r);
    }
}

/* Five of nine with a majority in one region only: enough for the one quorum, not for the other. */
Test(cases, a_majority_of_nodes_need_not_be_one_of_regions)
{
    static const char *const variants[] = {"thin", "thin, voting regions"};
    double availability[2];
    for (int i = 0; i < 2; i++) {
        running_open_file(&r, "scenarios/hierarchical-regions.yaml", variants[i], NULL, 0);
        running_run(&r, 1);
        running_assert_safe(&r);
        availability[i] = running_metric(&r, "availability");
        running_close(&r);
    }
    cr_assert_gt(availability[0], 0.95);
    cr_assert_lt(availability[1], 0.5);
}

/* A hierarchy's heartbeats cross between regions once a region: 26.7 messages a second where a flat
 * cluster of nine has 80. Kinds tell, since all that is regional stays inside. */
Test(cases, heartbeats_between_regions_are_a_third_of_a_flat_clusters)
{
    const struct override quiet[] = {{"faults", "[]"}};
    running_open_file(&r, "scenarios/hierarchical-regions.yaml", "hierarchical", quiet, 1);
    const struct run_result *result = running_run(&r, 1);
    uint64_t between = result->traffic[GLOBAL_HEARTBEAT].sent + result->traffic[GLOBAL_ACK].sent;
    double rate = (double) between / 100;
    cr_assert(rate > 25 && rate < 27, "%g a second", rate);
    running_close(&r);
}
