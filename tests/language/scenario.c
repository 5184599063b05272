/* What a right scenario is filled with. */
#include "sim/scenario.h"

#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/language/describe.h"
#include "scenarios/language/expression.h"
#include "tests/language/reading.h"

static const char whole[]
    = "scenario: All of it\nabout: prose\nduration: 300s\nseed: 42\n"
      "cluster:\n  nodes: 5\n  priorities: {n1: 2, n2: -1}\n  weights: {n3: 4}\n"
      "  regions: {eu: [n2, n1], us: [n3, n4], ap: [n5]}\n"
      "  overrides: {n4: {bully.require_majority: true}}\n"
      "algorithm: bully\nbully:\n  message_delay: 20ms\n"
      "network:\n  latency: 5ms..10ms\n  loss: burst(1%, 20%, 50%, 0%)\n  order: fifo\n"
      "  links:\n    - {between: [eu, us], latency: lognormal(40ms, 0.25)}\n"
      "    - {from: n1, to: n3, loss: 50%}\n"
      "clock: {drift: 100ppm, offset: 0ms..50ms}\ndisk: {sync: exponential(2ms), lie: 0%}\n"
      "workload: {interval: 100ms, guard: fencing}\n"
      "faults:\n"
      "  - {at: 1s, crash: leader}\n"
      "  - {at: 5s, restart: crashed}\n"
      "  - {at: 8s, for: 3s, partition: [[n1, n2], [n3, n4, n5]]}\n"
      "  - {at: 11s, for: 1s, partition: {bridge: n3}}\n"
      "  - {at: 12s, for: 3s, isolate: leader, direction: in}\n"
      "  - {at: 16s, for: 2s, block: {from: n1, to: n2}}\n"
      "  - {at: 18s, for: 1s, hold: {from: n1, to: n2}}\n"
      "  - {at: 19s, for: 2s, pause: leader}\n"
      "  - {at: 21s, wipe: n2}\n"
      "  - {at: 21s, for: 2s, loss: 30%}\n"
      "  - {at: 22s, for: 2s, slow: n1, by: 10x}\n"
      "  - {at: 25s, clock_jump: n2, by: -5s}\n"
      "  - {at: 26s, transfer: n3}\n"
      "  - {at: 27s, stop: leader}\n"
      "  - {every: 170s..180s, for: 5s..20s, isolate: random}\n"
      "chaos: {faults: 20, kinds: [crash, partition, pause]}\n"
      "settle: 10s\n"
      "expect:\n  - safety_violations == 0\n  - election_time.p99 < 1s\n"
      "  - availability >= 99.9%\n  - sometimes: split_votes > 0\n"
      "variants:\n  - {name: plain, set: {}}\n  - {name: big, set: {cluster.nodes: 7}}\n";

Test(scenario, the_cluster_is_filled_in)
{
    struct reading r = read_right(whole, NULL, NULL, 0);
    const struct scenario *s = r.scenario;
    cr_expect_str_eq(s->title, "All of it");
    cr_expect_str_eq(s->variant, "");
    cr_expect_str_eq(s->parameters, "{}");
    cr_expect_eq(s->duration, 300 * SECOND);
    cr_expect_eq(s->settle, 10 * SECOND);
    cr_expect_eq(s->seed, 42);
    cr_expect_eq(s->nodes, 5);
    cr_expect_eq(s->services, 0);
    cr_expect_eq(s->priorities[0], 2);
    cr_expect_eq(s->priorities[1], -1);
    cr_expect_eq(s->weights[2], 4);
    cr_expect_eq(s->weights[0], 1);
    cr_expect_eq(s->region_count, 3);
    cr_expect_eq(s->regions[0].nodes[0], 0, "a region's nodes are sorted");
    cr_expect_eq(s->region_of[4], 2);
    cr_expect_eq(s->configs[0], s->config);
    cr_expect_neq(s->configs[3], s->config);
    reading_close(&r);
}

Test(scenario, network_clock_and_disk_are_filled_in)
{
    struct reading r = read_right(whole, NULL, NULL, 0);
    const struct scenario *s = r.scenario;
    cr_expect_eq(s->network.latency.kind, DISTRIBUTION_UNIFORM);
    cr_expect_eq(s->network.latency.b, 10 * MILLISECOND);
    cr_expect(s->network.has_burst);
    cr_expect_not(s->network.has_loss);
    cr_expect_eq(s->network.burst.loss_bad, UINT64_C(1) << 31);
    cr_expect(s->fifo);
    cr_expect_eq(s->link_count, 3);
    cr_expect_eq(s->links[0].from.items[0].index, s->links[1].to.items[0].index);
    cr_expect_eq(s->links[0].conditions.latency.b, INT64_C(1) << 30);
    cr_expect_not(s->links[2].conditions.has_latency);
    cr_expect_eq(s->drift_min_ppb, -100000);
    cr_expect_eq(s->drift_max_ppb, 100000);
    cr_expect_eq(s->clock_offset.max, 50 * MILLISECOND);
    cr_expect_eq(s->disk_sync.kind, DISTRIBUTION_EXPONENTIAL);
    cr_expect_eq(s->workload.guard, GUARD_FENCING);
    reading_close(&r);
}

Test(scenario, faults_chaos_and_expectations_are_filled_in)
{
    struct reading r = read_right(whole, NULL, NULL, 0);
    const struct scenario *s = r.scenario;
    cr_expect_eq(s->fault_count, 15);
    cr_expect_str_eq(fault_kinds[s->faults[0].kind]->name, "crash");
    cr_expect_eq(s->faults[0].arguments.target.items[0].kind, SELECTOR_LEADER);
    cr_expect_eq(s->faults[2].arguments.groups.count, 2);
    cr_expect_eq(s->faults[3].arguments.groups.kind, GROUPS_BRIDGE);
    cr_expect_eq(s->faults[4].arguments.direction, DIRECTION_IN);
    cr_expect_eq(s->faults[5].arguments.to.items[0].index, 1);
    cr_expect_eq(s->faults[10].arguments.factor, 10000);
    cr_expect_eq(s->faults[11].arguments.by, -5 * SECOND);
    cr_expect(s->faults[14].recurring);
    cr_expect_eq(s->faults[14].at.max, 180 * SECOND);
    cr_expect_eq(s->faults[14].lasting.min, 5 * SECOND);
    cr_expect_eq(s->chaos.faults, 20);
    cr_expect_eq(s->chaos.kind_count, 3);
    cr_expect_eq(s->expectation_count, 4);
    cr_expect_str_eq(s->expectations[3].text, "split_votes > 0");
    cr_expect(s->expectations[3].sometimes);
    cr_expect_not_null(s->expectations[3].expression);
    reading_close(&r);
}

Test(scenario, variants_keep_their_order_and_change_what_they_say)
{
    struct reading r = read_right(whole, "big", NULL, 0);
    cr_assert_eq(document_variant_count(r.document), 2);
    cr_expect_str_eq(document_variant_name(r.document, 0), "plain");
    cr_expect_str_eq(r.scenario->variant, "big");
    cr_expect_eq(r.scenario->nodes, 7);
    cr_expect_str_eq(r.scenario->parameters, "{\"cluster.nodes\":\"7\"}");
    reading_close(&r);
}

Test(scenario, what_is_not_said_has_its_default)
{
    struct reading r = read_right(BASE, NULL, NULL, 0);
    const struct scenario *s = r.scenario;
    cr_expect_str_eq(s->title, "test.yaml");
    cr_expect_eq(s->network.latency.kind, DISTRIBUTION_UNIFORM);
    cr_expect(s->network.has_latency && s->network.has_loss && s->network.has_duplicate);
    cr_expect_eq(s->workload.interval, 0);
    cr_expect_eq(s->workload.kind, WORKLOAD_OPERATIONS);
    cr_expect_eq(s->chaos.faults, 0);
    cr_expect_gt(s->chaos.kind_count, 3);
    reading_close(&r);
}

Test(scenario, values_are_written_as_a_scenario_says_them)
{
    struct reading r = read_right(whole, NULL, NULL, 0);
    const struct fault_spec *partition = &r.scenario->faults[2], *slow = &r.scenario->faults[10];
    char text[128];
    field_write(text, sizeof text, &fault_kinds[partition->kind]->fields[0], &partition->arguments,
                r.scenario);
    cr_expect_str_eq(text, "[[n1, n2], [n3, n4, n5]]");
    field_write(text, sizeof text, &fault_kinds[slow->kind]->fields[1], &slow->arguments,
                r.scenario);
    cr_expect_str_eq(text, "10x");
    field_write(text, 8, &fault_kinds[partition->kind]->fields[0], &partition->arguments,
                r.scenario);
    cr_expect_eq(strlen(text), 7, "cut to its room");
    reading_close(&r);
}

static void count_key(void *context, const char *path, const char *takes, const struct field *key)
{
    unsigned *found = context;
    cr_expect_not_null(key->about, "%s has no prose", path);
    cr_expect_str_not_empty(takes, "nobody knows what %s takes", path);
    *found += strcmp(path, "network.links.from") == 0 || strcmp(path, "faults.every") == 0;
}

Test(scenario, every_key_can_be_described)
{
    unsigned found = 0;
    language_visit_keys(count_key, &found);
    cr_expect_eq(found, 2);
}

Test(scenario, a_lock_is_a_workload_with_keys_of_its_own)
{
    struct reading r = read_right(
        BASE "workload: {kind: lock, interval: 500ms, clients: 7, hold: exponential(2s), "
             "lock_lease: 5s, new_leader: grants}\n",
        NULL, NULL, 0);
    const struct workload *load = &r.scenario->workload;
    cr_expect_eq(load->kind, WORKLOAD_LOCK);
    cr_expect_eq(load->clients, 7);
    cr_expect_eq(load->hold.kind, DISTRIBUTION_EXPONENTIAL);
    cr_expect_eq(load->lock_lease, 5 * SECOND);
    cr_expect_eq(load->new_leader, NEW_LEADER_GRANTS);
    reading_close(&r);
}
