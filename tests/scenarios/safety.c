/* Random faults against every option of every algorithm: what is promised must hold. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/scenarios/running.h"

static const char chaotic[] = "duration: 20s\nsettle: 15s\ncluster: {nodes: 5}\nalgorithm: raft\n"
                              "network: {latency: 'uniform(1ms, 20ms)', loss: 2%, duplicate: 3%}\n"
                              "disk: {sync: 'exponential(2ms)'}\n"
                              "workload: {interval: 50ms, guard: quorum}\n"
                              "chaos: {faults: 12}\n";

static void swarm(const struct override *overrides, unsigned count, uint64_t seeds)
{
    struct running r;
    running_open(&r, chaotic, overrides, count);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        running_run(&r, seed);
        running_assert_safe(&r);
    }
    running_close(&r);
}

#define SWARM(seeds, ...)                                                                          \
    swarm((const struct override[]){__VA_ARGS__},                                                  \
          sizeof((const struct override[]){__VA_ARGS__}) / sizeof(struct override), seeds)

Test(safety, plain_raft_keeps_its_promises)
{
    SWARM(60, {"raft.pre_vote", "false"});
}

Test(safety, raft_with_pre_vote_and_check_quorum_keeps_its_promises)
{
    SWARM(60, {"raft.pre_vote", "true"}, {"raft.check_quorum", "true"});
}

Test(safety, raft_with_pre_vote_as_etcd_keeps_its_promises)
{
    SWARM(40, {"raft.pre_vote", "etcd"}, {"raft.check_quorum", "true"});
}

Test(safety, raft_with_a_follower_lease_alone_keeps_its_promises)
{
    SWARM(40, {"raft.follower_lease", "true"});
}

Test(safety, raft_with_a_leader_lease_keeps_its_promises)
{
    SWARM(40, {"raft.leader_lease", "true"}, {"raft.check_quorum", "true"});
}

/* Leader after leader crashes before it has committed anything: logs of many terms. A log that ran
 * out of room once gave its newest entries a later term, and two nodes committed different ones. */
static const char crashing[] = "duration: 20s\nsettle: 5s\ncluster: {nodes: 5}\nalgorithm: raft\n"
                               "network: {latency: 'uniform(1ms, 40ms)'}\n"
                               "disk: {sync: 'exponential(40ms)'}\n"
                               "workload: {interval: 50ms}\n"
                               "faults: [{every: 50ms..150ms, for: 60ms, crash: random}]\n";

Test(safety, logs_of_many_terms_stay_one_history)
{
    struct running r;
    running_open(&r, crashing, NULL, 0);
    for (uint64_t seed = 1; seed <= 200; seed++) {
        running_run(&r, seed);
        running_assert_safe(&r);
    }
    running_close(&r);
}

/* An old leader's message of the last term carries a round; the answer to it, in the new term, once
 * counted as an acknowledgement of the new term's round of that number, which was not yet sent. */
Test(safety, an_answer_to_a_message_of_an_old_term_extends_no_lease)
{
    struct running r;
    const struct override lease[] = {{"raft.leader_lease", "true"}, {"raft.check_quorum", "true"}};
    running_open(&r, chaotic, lease, 2);
    running_run(&r, 816);
    running_assert_safe(&r);
    running_close(&r);
}

Test(safety, raft_with_backoff_and_own_candidate_timeouts_keeps_its_promises)
{
    SWARM(40, {"raft.candidate_backoff", "true"}, {"raft.candidate_timeout", "23ms..46ms"});
}

Test(safety, raft_with_distinct_logs_keeps_its_promises)
{
    SWARM(40, {"raft.initial_log", "distinct"});
}

Test(safety, raft_with_weighted_votes_keeps_its_promises)
{
    SWARM(40, {"raft.quorum", "weighted"}, {"cluster.weights", "{n1: 3, n2: 2}"});
}

Test(safety, raft_keeps_its_promises_with_transfers_and_graceful_stops)
{
    SWARM(40, {"raft.stop_transfers", "true"},
          {"faults", "[{every: 2s, for: 1s, stop: leader}, {every: 3s, transfer: random}]"});
}

Test(safety, raft_whose_disks_are_wiped_or_lie_is_excused)
{
    SWARM(20, {"disk.lie", "20%"}, {"faults", "[{every: 2s, wipe: random}]"});
}

Test(safety, bully_keeps_its_promises)
{
    SWARM(40, {"algorithm", "bully"}, {"workload.guard", "fencing"});
    SWARM(40, {"algorithm", "bully"}, {"workload.guard", "fencing"},
          {"bully.require_majority", "true"});
}

Test(safety, ballot_leader_election_keeps_its_promises)
{
    SWARM(40, {"algorithm", "ballot_leader_election"});
    SWARM(20, {"algorithm", "ballot_leader_election"}, {"cluster.nodes", "7"});
}

#define QUICK_KRAFT                                                                                \
    {"algorithm", "kraft"}, {"kraft.election_timeout", "150ms"}, {"kraft.fetch_timeout", "300ms"}, \
        {"kraft.request_timeout", "300ms"}, {"kraft.fetch_max_wait", "100ms"},                     \
    {                                                                                              \
        "kraft.election_backoff_max", "200ms"                                                      \
    }

Test(safety, kraft_keeps_its_promises)
{
    SWARM(60, QUICK_KRAFT);
    SWARM(60, QUICK_KRAFT, {"kraft.pre_vote", "false"});
    SWARM(40, QUICK_KRAFT, {"kraft.lost_election", "wait"},
          {"faults", "[{every: 2s, for: 1s, stop: leader}, {every: 3s, transfer: random}]"});
}

#define QUICK_TICKS                                                                                \
    {"algorithm", "fast_leader_election"}, {"fast_leader_election.tick_time", "50ms"},             \
    {                                                                                              \
        "fast_leader_election.max_notification_interval", "800ms"                                  \
    }

Test(safety, fast_leader_election_keeps_its_promises)
{
    SWARM(60, QUICK_TICKS);
    SWARM(40, QUICK_TICKS, {"fast_leader_election.initial_zxid", "distinct"},
          {"cluster.weights", "{n1: 3, n2: 2}"});
    SWARM(40, QUICK_TICKS, {"cluster.nodes", "4"},
          {"faults", "[{every: 2s, for: 1s, stop: leader}]"});
}

Test(safety, the_ring_keeps_its_promises)
{
    SWARM(40, {"algorithm", "ring"}, {"workload.guard", "fencing"});
    SWARM(20, {"algorithm", "ring"}, {"workload.guard", "fencing"}, {"cluster.nodes", "2"});
}

Test(safety, viewstamped_replication_keeps_its_promises)
{
    SWARM(40, {"algorithm", "viewstamped_replication"});
    SWARM(20, {"algorithm", "viewstamped_replication"}, {"cluster.nodes", "4"});
}

Test(safety, groups_keep_their_promises)
{
    SWARM(40, {"algorithm", "invitation"}, {"workload.guard", "fencing"});
    SWARM(40, {"algorithm", "invitation"}, {"invitation.require_majority", "true"});
}

#define PHI_AND_BREAKER(name_)                                                                     \
    {name_ ".timeouts", "phi_accrual"}, {name_ ".breaker_elections", "3"},                         \
    {                                                                                              \
        name_ ".breaker_cool_down", "500ms"                                                        \
    }

Test(safety, estimated_timeouts_and_breakers_keep_promises)
{
    SWARM(40, QUICK_KRAFT, PHI_AND_BREAKER("kraft"));
    SWARM(40, QUICK_KRAFT, PHI_AND_BREAKER("kraft"), {"kraft.pre_vote", "false"});
    SWARM(40, {"algorithm", "invitation"}, PHI_AND_BREAKER("invitation"));
    SWARM(40, QUICK_TICKS, {"fast_leader_election.timeouts", "phi_accrual"});
    SWARM(40, {"algorithm", "mongodb"}, PHI_AND_BREAKER("mongodb"),
          {"mongodb.election_timeout", "300ms"}, {"mongodb.election_timeout_offset", "100%"},
          {"mongodb.heartbeat_interval", "60ms"}, {"mongodb.heartbeat_timeout", "300ms"});
}

/* It resigned in the callback in which it had committed, as a leader no more. */
Test(safety, a_busy_leader_of_kraft_commits_before_it_resigns)
{
    SWARM(60, QUICK_KRAFT, {"kraft.load_aware", "true"},
          {"faults", "[{every: 700ms, load: leader, to: 95%}, {every: 2s, load: all, to: 10%}]"});
}

/* With all votes needed there may be nobody; with weights the heavy ones decide. */
Test(safety, other_quorums_keep_promises)
{
    static const char *const names[] = {"viewstamped_replication", "ballot_leader_election"};
    for (unsigned i = 0; i < 2; i++) {
        char key[64];
        (void) snprintf(key, sizeof key, "%s.quorum", names[i]);
        SWARM(40, {"algorithm", names[i]}, {"workload.guard", "fencing"}, {key, "all"});
        SWARM(40, {"algorithm", names[i]}, {"workload.guard", "fencing"}, {key, "weighted"},
              {"cluster.weights", "{n1: 3, n2: 2}"});
    }
}

/* Disks that took as long as an answer was awaited kept two groups from ever merging. */
Test(safety, groups_merge_on_slow_disks)
{
    SWARM(40, {"algorithm", "invitation"}, {"workload.guard", "fencing"},
          {"network.latency", "1ms"}, {"network.loss", "0%"}, {"network.duplicate", "0%"},
          {"disk.sync", "uniform(1ms, 60ms)"}, {"settle", "30s"});
}

/* Two outside of the healthy majority, each wholly with it but not with the other, were taken for
 * a clean cut. */
Test(safety, two_that_are_with_the_majority_but_not_with_each_other_are_no_clean_cut)
{
    struct running r;
    const struct override sets[]
        = {{"algorithm", "invitation"}, {"invitation.require_majority", "true"}};
    running_open_file(&r, "scenarios/swarm.yaml", NULL, sets, 2);
    running_run(&r, 421);
    running_assert_safe(&r);
    running_close(&r);
}

Test(safety, the_hierarchy_keeps_its_promises)
{
    static const char regions[] = "{eu: [n1, n2, n3], us: [n4, n5, n6], ap: [n7, n8, n9]}";
    SWARM(40, {"algorithm", "hierarchical"}, {"settle", "30s"});
    SWARM(30, {"algorithm", "hierarchical"}, {"settle", "30s"}, {"cluster.nodes", "9"},
          {"cluster.regions", regions});
    SWARM(30, {"algorithm", "hierarchical"}, {"cluster.nodes", "9"}, {"cluster.regions", regions},
          {"hierarchical.quorum", "regions"}, {"hierarchical.regional_election", "majority"});
}

/* A primary that was paused through its next turn had its earlier one's votes forgotten by the
 * checker, which then took a good leader for one without a quorum. */
Test(safety, votes_for_a_later_turn_leave_those_for_an_earlier_one_counted)
{
    struct running r;
    const struct override turns[] = {{"algorithm", "viewstamped_replication"},
                                     {"cluster.nodes", "3"},
                                     {"chaos", "{faults: 0}"},
                                     {"faults", "[{every: 4s, for: 3s, pause: leader},"
                                                " {at: 2s, latency: exponential(120ms)}]"}};
    running_open(&r, chaotic, turns, 4);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        running_run(&r, seed);
        running_assert_safe(&r);
    }
    running_close(&r);
}

Test(safety, the_steps_before_consensus_keep_what_little_they_promise)
{
    SWARM(40, {"algorithm", "health_check"}, {"workload.guard", "fencing"}, {"settle", "30s"});
    SWARM(40, {"algorithm", "manual_failover"}, {"workload.guard", "fencing"},
          {"manual_failover.check_interval", "1s"}, {"manual_failover.reaction_time", "2s..5s"},
          {"settle", "40s"});
}

Test(safety, the_lease_keeps_its_promises_over_one_store_and_over_three)
{
    SWARM(20, {"algorithm", "lease"}, {"workload.guard", "fencing"}, {"duration", "120s"},
          {"settle", "60s"});
    SWARM(20, {"algorithm", "lease"}, {"workload.guard", "fencing"}, {"duration", "120s"},
          {"settle", "60s"}, {"lease.store", "replicated"}, {"lease.store_nodes", "3"});
}

/* The checks can find what is wrong: a quorum of two of five elects two leaders of a term. */
Test(safety, a_quorum_below_a_majority_is_found)
{
    struct running r;
    const struct override below[] = {{"raft.quorum", "2"}};
    bool found = false;
    running_open(&r, chaotic, below, 1);
    for (uint64_t seed = 1; seed <= 20 && !found; seed++) {
        running_run(&r, seed);
        found = running_metric(&r, "safety_violations") > 0;
    }
    running_close(&r);
    cr_assert(found);
}

Test(safety, a_leader_at_the_end_is_asked_for_only_where_it_was_promised_for_such_a_run)
{
    static const struct {
        const char *key, *value;
        double checks;
    } runs[] = {
        {"settle", "15s", 1},
        {"settle", "200ms", 0},                    /* too short a peace */
        {"network.latency", "pareto(1ms, 0.3)", 0} /* no bound on a message's time */
    };
    struct running r;
    for (unsigned i = 0; i < sizeof runs / sizeof *runs; i++) {
        struct override overrides[] = {{"disk.sync", "1ms"}, {runs[i].key, runs[i].value}};
        running_open(&r, chaotic, overrides, 2);
        running_run(&r, 3);
        cr_expect_eq(running_metric(&r, "liveness_checks"), runs[i].checks, "%s", runs[i].value);
        running_close(&r);
    }
}
