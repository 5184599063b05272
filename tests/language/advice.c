/* Settings that cannot do what they are there for: what is told of each, and what is not. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/advice.h"
#include "tests/language/reading.h"

#define HEAD "duration: 30s\ncluster: {nodes: 5}\nalgorithm: raft\n"
#define WEIGHED "duration: 30s\ncluster: {nodes: 3, weights: {n1: 3}}\n"
#define RANKED "duration: 30s\ncluster: {nodes: 3, priorities: {n1: 3}}\n"

/* All that is told of a text and, beside it, of one of its variants. */
static char *advice_on(const char *text, const char *variant)
{
    struct reading all = read_right(text, NULL, NULL, 0);
    struct advice_list list = {0};
    char *said = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&said, &length);
    cr_assert_not_null(out);
    advice_add(&list, all.scenario, true);
    if (variant != NULL) {
        struct reading other = read_right(text, variant, NULL, 0);
        advice_add(&list, other.scenario, false);
        reading_close(&other);
    }
    advice_print(&list, out);
    (void) fclose(out);
    advice_clear(&list);
    reading_close(&all);
    return said;
}

static void expect_advice(const char *text, const char *words)
{
    char *said = advice_on(text, NULL);
    cr_expect_not_null(strstr(said, words), "%s\n--- no `%s` in:\n%s", text, words, said);
    free(said);
}

static void expect_no_advice(const char *text)
{
    char *said = advice_on(text, NULL);
    cr_expect_str_empty(said, "%s\n--- said:\n%s", text, said);
    free(said);
}

Test(advice, a_scenario_of_defaults_gets_none)
{
    expect_no_advice(HEAD);
    expect_no_advice("duration: 30s\ncluster: {nodes: 5}\nalgorithm: bully\n");
}

Test(advice, heartbeats_that_come_too_late_are_told_at_their_place)
{
    expect_advice(HEAD "raft: {heartbeat_interval: 150ms}\n",
                  "4:28: warning: a heartbeat every 150ms comes too late for a follower that waits "
                  "150ms (`election_timeout`)");
    expect_no_advice(HEAD "raft: {heartbeat_interval: 149ms}\n");
    /* Estimated from what arrives: such a timeout follows the heartbeats. */
    expect_no_advice(HEAD "raft: {heartbeat_interval: 150ms, timeouts: phi_accrual}\n");
}

Test(advice, a_timeout_shorter_than_a_round_trip_names_the_slowest_pair)
{
    expect_advice("duration: 30s\ncluster: {nodes: 3, regions: {eu: [n1, n2], us: n3}}\n"
                  "algorithm: raft\nnetwork: {latency: 5ms, links: [{between: [eu, us], latency: "
                  "80ms}]}\n",
                  "`election_timeout` (150ms) is shorter than a round trip between n1 and n3, "
                  "which takes 160ms");
    expect_no_advice("duration: 30s\ncluster: {nodes: 3}\nalgorithm: raft\n"
                     "network: {latency: 80ms, links: [{between: [all, all], latency: 5ms}]}\n");
    expect_no_advice(HEAD "network: {latency: 75ms}\n");
    expect_advice(HEAD "network: {latency: 76ms}\n", "round trip");
    expect_advice("duration: 30s\ncluster: {nodes: 3}\nalgorithm: bully\nnetwork: {latency: 11ms}",
                  "`message_delay` (10ms) is shorter than the way from n1 to n2");
}

Test(advice, weights_that_nothing_weighs_are_told)
{
    expect_advice(WEIGHED "algorithm: raft\n",
                  "2:21: warning: nothing weighs votes here; set raft.quorum=weighted");
    expect_advice(WEIGHED "algorithm: ring\n", "`ring` weighs no votes");
    expect_no_advice(WEIGHED "algorithm: raft\nraft: {quorum: weighted}\n");
    expect_no_advice(WEIGHED "algorithm: fast_leader_election\n");
}

Test(advice, a_weighted_quorum_without_weights_is_told)
{
    expect_advice(HEAD "raft: {quorum: weighted}\n",
                  "4:16: warning: all members weigh the same without `cluster.weights`");
}

Test(advice, priorities_that_nobody_looks_at_are_told_with_the_reason)
{
    expect_advice(RANKED "algorithm: kraft\n",
                  "`kraft` knows no priorities: the longest log leads");
    expect_advice(RANKED "algorithm: raft\n", "set raft.priority_timeouts=true");
    expect_advice(RANKED "algorithm: bully\nbully: {rank: id}\n", "set bully.rank=priority");
    expect_no_advice(RANKED "algorithm: bully\n");
    expect_no_advice(RANKED "algorithm: mongodb\n");
    expect_no_advice(RANKED "algorithm: raft\nraft: {priority_timeouts: true}\n");
}

Test(advice, faults_that_an_algorithm_does_not_answer_are_told)
{
    expect_advice(HEAD "faults: [{at: 1s, load: leader, to: 90%}]\n", "set raft.load_aware=true");
    expect_no_advice(HEAD "raft: {load_aware: true}\nfaults: [{at: 1s, load: leader, to: 90%}]\n");
    expect_advice("duration: 30s\ncluster: {nodes: 5}\nalgorithm: ring\n"
                  "faults: [{at: 1s, transfer: n2}]\n",
                  "`ring` hands over to nobody: the best claim leads");
    expect_no_advice(HEAD "faults: [{at: 1s, transfer: n2}]\n");
}

Test(advice, a_restart_of_what_nothing_stops_is_told)
{
    expect_advice(HEAD "faults: [{at: 5s, restart: n2}]\n",
                  "4:10: warning: nothing has stopped what this starts again");
    expect_advice(HEAD "faults: [{at: 5s, restart: n2}, {at: 6s, crash: n2}]\n", "4:10: warning");
    expect_advice(HEAD "faults: [{at: 1s, crash: n1}, {at: 5s, restart: n2}]\n", "4:31: warning");
    expect_no_advice(HEAD "faults: [{at: 1s, crash: leader}, {at: 5s, restart: n2}]\n");
    expect_no_advice(HEAD "faults: [{at: 1s, stop: n2}, {at: 5s, restart: crashed}]\n");
    expect_no_advice(HEAD "faults: [{every: 9s, crash: n2}, {at: 5s, restart: n2}]\n");
    expect_no_advice(HEAD "chaos: {faults: 3}\nfaults: [{at: 5s, restart: n2}]\n");
}

Test(advice, options_of_a_technique_that_is_off_are_told_with_its_switch)
{
    expect_advice(HEAD "raft: {phi_threshold: 9}\n",
                  "4:8: warning: `phi_threshold` does nothing here: it belongs to "
                  "raft.timeouts=phi_accrual");
    expect_advice(HEAD "raft: {window: 9}\n", "raft.timeouts=phi_accrual or dynatune");
    expect_advice(HEAD "raft: {load_threshold: 9%}\n", "belongs to raft.load_aware=true");
    expect_advice(HEAD "raft: {breaker_window: 9s}\n", "belongs to raft.breaker_elections");
    expect_no_advice(HEAD "raft: {timeouts: phi_accrual, phi_threshold: 9}\n");
    expect_no_advice("duration: 30s\nalgorithm: raft\nraft: {phi_threshold: 9}\n"
                     "cluster: {nodes: 3, overrides: {n1: {raft.timeouts: phi_accrual}}}\n");
    expect_advice("duration: 30s\ncluster: {nodes: 4}\nalgorithm: hierarchical\n"
                  "hierarchical: {regional_election: raft, region_size: 2}\nraft: {window: 9}\n",
                  "raft.timeouts=phi_accrual");
}

Test(advice, keys_of_a_part_that_does_nothing_are_told)
{
    expect_advice(HEAD "heal: core\n", "`heal` does nothing here: `settle` is 0s");
    expect_advice(HEAD "chaos: {subset: true}\n", "`chaos.faults` is 0");
    expect_advice(HEAD "workload: {guard: quorum}\n", "`workload.interval` is 0s");
    expect_advice(HEAD "workload: {interval: 1s, clients: 5}\n", "belongs to `kind: lock`");
    expect_no_advice(HEAD "workload: {interval: 1s, guard: quorum}\nsettle: 1s\nheal: core\n");
}

Test(advice, a_setting_that_a_variant_uses_is_not_told)
{
    static const char text[] = HEAD "raft: {phi_threshold: 9}\n"
                                    "variants: [{name: a, set: {raft.timeouts: phi_accrual}},"
                                    " {name: b, set: {algorithm: bully}}]\n";
    char *used = advice_on(text, "a"), *unused = advice_on(text, "b");
    cr_expect_str_empty(used, "%s", used);
    cr_expect_not_null(strstr(unused, "phi_threshold"));
    free(used);
    free(unused);
}

Test(advice, the_same_place_is_told_once)
{
    struct reading one = read_right(HEAD "raft: {window: 9}\n", NULL, NULL, 0);
    struct advice_list list = {0};
    advice_add(&list, one.scenario, true);
    advice_add(&list, one.scenario, true);
    cr_expect_eq(list.count, 1);
    advice_clear(&list);
    reading_close(&one);
}

Test(advice, every_kind_says_what_it_is_about)
{
    for (const struct advice_kind *k = advice_kinds; k->name != NULL; k++)
        cr_expect(strlen(k->about) > 20, "%s", k->name);
}
