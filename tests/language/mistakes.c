/* Every mistake that a person makes, with the place and the words that answer it. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/language/reading.h"

struct mistake {
    const char *text, *report;
};

static void expect_reports(const struct mistake *mistakes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char report[REPORT_MAX];
        report_mistakes(mistakes[i].text, strlen(mistakes[i].text), NULL, NULL, 0, report);
        cr_expect_str_eq(report, mistakes[i].report, "%s\n--- said:\n%s--- expected:\n%s",
                         mistakes[i].text, report, mistakes[i].report);
    }
}

#define EXPECT_REPORTS(array) expect_reports(array, sizeof(array) / sizeof *(array))

Test(mistakes, yaml_that_we_do_not_take_is_answered_at_its_place)
{
    static const struct mistake mistakes[] = {
        {"", "1:1: the scenario is empty (`conclave list scenarios` names examples)\n"},
        {"# only a comment\n",
         "1:1: the scenario is empty (`conclave list scenarios` names examples)\n"},
        {"- a\n", "1:1: expected a scenario, a mapping of keys, not a list\n"},
        {"a: 1\na: 2\n", "2:1: `a` is given twice; first in line 1\n"},
        {"\ta: 1\n", "1:1: a tab cannot indent YAML; use spaces\n"},
        {"a: &x 1\n", "1:4: anchors (`&name`) are not taken here; write the value out\n"},
        {"a: *x\n", "1:4: aliases (`*name`) are not taken here; write the value out\n"},
        {"a: !!str 1\n", "1:4: tags (`!name`) are not taken here\n"},
        {"<<: 1\n", "1:1: merge keys (`<<`) are not taken here; write the keys out\n"},
        {"[a]: 1\n", "1:1: a key must be a word\n"},
        {"a: \xff\n", "1:4: this is not UTF-8\n"},
        {"a: \x01\n", "1:4: a control character cannot stand in a scenario\n"},
        {"about: \"a\\e[31mred\"\n", "1:9: a control character cannot stand in a scenario\n"},
        {"about: \"a\\u009b31mred\"\n", "1:9: a control character cannot stand in a scenario\n"},
        {"a: 1\n---\nb: 2\n", "2:1: a scenario is one YAML document; a second one begins here\n"},
        {"%YAML 9.9\n---\na: 1\n",
         "1:1: this is not YAML, or of a version that is not known here\n"},
        {"a: \"b\n", "1:5: this is not YAML: double-quoted scalar without closing quote\n"},
    };
    EXPECT_REPORTS(mistakes);
}

Test(mistakes, unknown_keys_are_answered_with_the_nearest_name)
{
    static const struct mistake mistakes[] = {
        {BASE "networ: {}\n", "4:1: unknown key `networ` (did you mean `network`?)\n"},
        {BASE "network: {latncy: 5ms}\n", "4:11: unknown key `latncy` (did you mean `latency`?)\n"},
        {BASE "bully: {require_majorty: true}\n",
         "4:9: `bully` has no option `require_majorty` (did you mean `require_majority`?)\n"},
        {BASE "faults: [{at:5s, crash: leader}]\n",
         "4:11: `crash` knows no `at:5s` (YAML wants a blank after the colon)\n"},
        {BASE "lease: {}\n", "4:1: options of `lease`, but this scenario runs `bully`\n"},
        {BASE "expect: [safety_violation == 0]\n",
         "4:10: unknown metric `safety_violation` (did you mean `safety_violations`?)\n"},
        {BASE "network: {latency: unifrm(1ms, 2ms)}\n",
         "4:20: unknown distribution `unifrm` (did you mean `uniform`?)\n"},
        {BASE "bully: {majority: true}\n", /* a part of the name */
         "4:9: `bully` has no option `majority` (did you mean `require_majority`?)\n"},
        {BASE "settle: 5s..6s\n", "4:9: `5s..6s` is a range, and one time is wanted here\n"},
    };
    EXPECT_REPORTS(mistakes);
}

Test(mistakes, what_others_call_an_option_or_a_value_is_answered_with_ours)
{
    static const struct mistake mistakes[] = {
        {BASE "bully: {quorum: majority}\n",
         "4:9: `bully` has no option `quorum` (Conclave calls it `require_majority`)\n"},
        {BASE "bully: {timeouts: adaptive}\n",
         "4:19: `adaptive` is none of fixed | phi_accrual (those that adapt are phi_accrual and, "
         "with raft, dynatune)\n"},
        {BASE "bully: {timeouts: escape}\n",
         "4:19: `escape` is none of fixed | phi_accrual (ESCAPE, arXiv 2202.09434, is left out: "
         "only its abstract was at hand, not its rules)\n"},
        {"duration: 1s\ncluster: {nodes: 3}\nalgorithm: mongodb\nmongodb: {pre_vote: true}\n",
         "4:11: `mongodb` has no option `pre_vote` (Conclave calls it `dry_run`)\n"},
        {"duration: 1s\ncluster: {nodes: 3}\nalgorithm: raft\nraft: {quorum: weights}\n",
         "4:16: `weights` is none of majority, all, weighted, or a count of nodes (Conclave calls "
         "it weighted)\n"},
        {"duration: 1s\ncluster: {nodes: 3, overrides: {n1: {raft.prevote: true}}}\n"
         "algorithm: raft\n",
         "2:38: `raft` has no option `prevote` (Conclave calls it `pre_vote`)\n"},
    };
    EXPECT_REPORTS(mistakes);
}

Test(mistakes, what_others_call_an_algorithm_is_answered_with_our_name)
{
    static const struct mistake mistakes[] = {
        {"duration: 1s\ncluster: {nodes: 3}\nalgorithm: etcd\n",
         "3:12: unknown algorithm `etcd` (Conclave calls it `etcd_raft`, or `raft` with "
         "etcd's rules)\n"},
        {"duration: 1s\ncluster: {nodes: 3}\nalgorithm: Omni-Paxos\n",
         "3:12: unknown algorithm `Omni-Paxos` (Conclave calls it `ballot_leader_election`)\n"},
        {"duration: 1s\ncluster: {nodes: 3}\nalgorithm: zookeeper\n",
         "3:12: unknown algorithm `zookeeper` (Conclave calls it `fast_leader_election` or "
         "`zookeeper_recipe`)\n"},
        {"duration: 1s\ncluster: {nodes: 3}\nalgorithm: controller\n", /* a part of the name */
         "3:12: unknown algorithm `controller` (did you mean `kafka_controller`?)\n"},
    };
    EXPECT_REPORTS(mistakes);
}

Test(mistakes, several_independent_ones_are_told_at_once_in_order)
{
    static const struct mistake mistakes[] = {
        {"duraton: 30s\ncluster: {nodez: 5}\nalgorithm: buly\n",
         "1:1: unknown key `duraton` (did you mean `duration`?)\n"
         "1:1: `duration` is missing\n"
         "2:10: `cluster.nodes` is missing\n"
         "2:11: unknown key `nodez` (did you mean `nodes`?)\n"
         "3:12: unknown algorithm `buly` (did you mean `bully`?)\n"},
        {"duration: 30s\ncluster: {nodes: 5}\n",
         "1:1: `algorithm` is missing (`conclave list algorithms` names them)\n"},
    };
    EXPECT_REPORTS(mistakes);
}

Test(mistakes, numbers_and_units_out_of_range_are_refused)
{
    static const struct mistake mistakes[] = {
        {BASE "settle: 5\n", "4:9: `5` needs a unit: ns us ms s m h d\n"},
        {BASE "settle: -5s\n", "4:9: `-5s` must not be negative\n"},
        {BASE "settle: 1000000y\n",
         "4:9: `1000000y` has no such unit; times are in ns us ms s m h d\n"},
        {BASE "settle: 365000000d\n", "4:9: `365000000d` is too large\n"},
        {BASE "seed: -1\n", "4:7: `-1` must not be negative\n"},
        {BASE "network: {loss: 101%}\n", "4:17: `101%` is more than 100%\n"},
        {BASE "network: {loss: 5ms}\n",
         "4:17: `5ms` has no such unit; a rate is a percentage (5%) or a fraction (0.05)\n"},
        {BASE "network: {latency: 10ms..5ms}\n",
         "4:20: `10ms..5ms` is a range whose start is after its end\n"},
        {BASE "network: {latency: uniform(5ms)}\n",
         "4:20: `uniform(min, max)` takes 2 parameters, not 1\n"},
        {BASE "network: {order: lifo}\n",
         "4:18: `lifo` is none of any | fifo (did you mean `fifo`?)\n"},
        {BASE "clock: {drift: 100}\n", "4:16: `100` needs a unit: ppm ppb %\n"},
        {BASE "chaos: {faults: 1000000000000}\n", "4:17: at most 1000000 faults can be drawn\n"},
        {"duration: 0s\ncluster: {nodes: 3}\nalgorithm: bully\n",
         "1:11: a run must last more than 0\n"},
        {"duration: 1s\ncluster: {nodes: 1000000000}\nalgorithm: bully\n",
         "2:18: a cluster has at most 100000 nodes\n"},
        {"duration: 1s\ncluster: {nodes: 0}\nalgorithm: bully\n",
         "2:18: a cluster has at least one node\n"},
    };
    EXPECT_REPORTS(mistakes);
}

Test(mistakes, faults_that_cannot_be_are_refused)
{
    static const struct mistake mistakes[] = {
        {BASE "faults: [{at: 1s, kill: n1}]\n",
         "4:19: unknown fault `kill`; Conclave calls it `crash`\n"},
        {BASE "faults: [{at: 1s, bloc: n1}]\n",
         "4:19: unknown fault `bloc` (did you mean `block`?)\n"},
        {BASE "faults: [{at: 1s, crash: n9}]\n",
         "4:26: there is no node n9; the cluster has n1 to n5\n"},
        {BASE "faults: [{at: 1s, crash: s1}]\n",
         "4:26: there is no service s1; `bully` has none\n"},
        {BASE "faults: [{at: 1s, crash: leadr}]\n",
         "4:26: unknown node or region `leadr` (did you mean `leader`?)\n"},
        {BASE "faults: [{at: 40s, crash: n1}]\n",
         "4:15: this fault begins at 40s, after the end of the run at 30s\n"},
        {BASE "faults: [{at: -1s, crash: n1}]\n", "4:15: `-1s` must not be negative\n"},
        {BASE "faults: [{crash: n1}]\n", "4:10: `crash` needs `at` or `every`\n"},
        {BASE "faults: [{at: 1s, every: 2s, crash: n1}]\n",
         "4:26: a fault has `at` or `every`, not both\n"},
        {BASE "faults: [{every: 0s, crash: n1}]\n", "4:18: `every` must be more than 0\n"},
        {BASE "faults: [{every: 1ns, crash: n1}]\n",
         "4:18: this fault would begin more than 10000000 times\n"},
        {BASE "faults: [{at: 1s, for: 2s, restart: crashed}]\n",
         "4:19: `restart` happens in an instant; it takes no `for`\n"},
        {BASE "faults: [{at: 1s, crash: n1, restart: n1}]\n",
         "4:30: one entry is one fault: `crash` and `restart` are two\n"},
        {BASE "faults: [{at: 1s}]\n",
         "4:10: this entry names no fault (`conclave list faults` names them)\n"},
        {BASE "faults: [{at: 1s, for: 3s, partition: [[n1, n2], [n2]]}]\n",
         "4:50: overlapping groups: n2 is in two groups\n"},
        {BASE "faults: [{at: 1s, for: 3s, partition: [eu, [n1]]}]\n",
         "4:44: overlapping groups: n1 is in two groups\n"},
    };
    EXPECT_REPORTS(mistakes);
}

Test(mistakes, clusters_and_links_are_checked)
{
    static const struct mistake mistakes[] = {
        {"duration: 1s\nalgorithm: bully\ncluster:\n  nodes: 3\n  regions: {a: [n1], b: [n1]}\n",
         "5:26: n1 is already in region `a`\n"},
        {"duration: 1s\nalgorithm: bully\ncluster:\n  nodes: 3\n  regions: {a: [n1], b: []}\n",
         "5:25: a region has at least one node\n"},
        {"duration: 1s\nalgorithm: bully\ncluster:\n  nodes: 3\n  regions: {leader: [n1]}\n",
         "5:13: `leader` cannot name a region: it already means something\n"},
        {"duration: 1s\nalgorithm: bully\ncluster:\n  nodes: 3\n  weights: {n1: 0}\n",
         "5:17: a weight is at least 1\n"},
        {"duration: 1s\nalgorithm: bully\ncluster:\n  nodes: 3\n  priorities: {n4: 1}\n",
         "5:16: there is no node n4; the cluster has n1 to n3\n"},
        {BASE "network: {links: [{from: n1, loss: 5%}]}\n",
         "4:19: a link needs `between: [a, b]`, or `from` and `to`\n"},
        {BASE "network: {links: [{between: [leader, n1], loss: 5%}]}\n",
         "4:30: `leader` changes during a run; name nodes, regions or `all` here\n"},
    };
    EXPECT_REPORTS(mistakes);
}

Test(mistakes, variants_are_checked_where_they_stand)
{
    char report[REPORT_MAX];
    static const struct mistake mistakes[] = {
        {BASE "variants: [{name: a}, {name: a}]\n", "4:30: two variants are named `a`\n"},
        {BASE "variants: [{set: {}}]\n", "4:12: a variant needs a `name`\n"},
        {BASE "variants: [{name: \"\"}]\n", "4:20: a variant's name cannot be empty\n"},
    };
    EXPECT_REPORTS(mistakes);
    const char *text = BASE "variants: [{name: a, set: {bully.x: 1}}]\n";
    report_mistakes(text, strlen(text), "a", NULL, 0, report);
    cr_assert_str_eq(report, "4:34: `bully` has no option `x`\n", "%s", report);
}

Test(mistakes, samples_are_only_read_below_the_scenario)
{
    static const struct mistake mistakes[] = {
        {BASE "network: {latency: empirical(/etc/passwd)}\n",
         "4:20: `/etc/passwd` is not read: only files below the scenario's folder are, by a path "
         "without `..`\n"},
        {BASE "network: {latency: empirical(a/../../b)}\n",
         "4:20: `a/../../b` is not read: only files below the scenario's folder are, by a path "
         "without `..`\n"},
        {BASE "network: {latency: empirical(no-such-file)}\n",
         "4:20: cannot read `no-such-file`: No such file or directory\n"},
        {BASE "network: {latency: empirical(tests)}\n",
         "4:20: cannot read `tests`: it is no regular file\n"},
    };
    EXPECT_REPORTS(mistakes);
}

Test(mistakes, what_cannot_be_drawn_or_healed_is_named_where_it_stands)
{
    static const struct mistake mistakes[] = {
        {BASE "draw: [1]\n",
         "4:7: expected keys with lists to draw from: {cluster.nodes: [3, 5]}, not a list\n"},
        {BASE "draw: {cluster.nodes: 3}\n",
         "4:23: expected a list to draw from, not a single value\n"},
        {BASE "draw: {cluster.nodes: []}\n", "4:23: from an empty list nothing can be drawn\n"},
        {BASE "draw: {seed: [1, 2]}\n",
         "4:8: `seed` is the same for every seed and cannot be drawn\n"},
        {BASE "draw: {network.loss: [7]}\n", "4:23: `7` is more than 100%\n"},
        {BASE "heal: some\n", "4:7: `some` is none of all | core (did you mean `core`?)\n"},
        {BASE "chaos: {for: long}\n",
         "4:14: `long` is neither any, timeouts, nor a range: is not a number\n"},
    };
    EXPECT_REPORTS(mistakes);
}

Test(mistakes, a_lock_that_could_not_work_is_answered)
{
    static const struct mistake mistakes[] = {
        {BASE "workload: {kind: lok}\n",
         "4:18: `lok` is none of operations | lock (did you mean `lock`?)\n"},
        {BASE "workload: {kind: lock}\n",
         "4:18: clients of a lock ask again after an interval, which must be more than 0 (give "
         "`interval`, as 500ms)\n"},
        {BASE "workload: {kind: lock, interval: 1s, clients: 0}\n",
         "4:47: a lock has from 1 to 10000 clients\n"},
        {BASE "workload: {kind: lock, interval: 1s, clients: 20000}\n",
         "4:47: a lock has from 1 to 10000 clients\n"},
        {BASE "workload: {kind: lock, interval: 1s, lock_lease: 0s}\n",
         "4:50: a lease of no time is no lock: give more than 0\n"},
        {BASE "workload: {kind: lock, interval: 1s, hold: soon}\n",
         "4:44: `soon` is not a number\n"},
        {BASE "workload: {interval: 1s, clients: 0}\n", ""},
    };
    EXPECT_REPORTS(mistakes);
}
