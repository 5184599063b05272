#include "analysis/shrink/shrink.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/language.h"

/* A scenario from text, and what it was made from. */
struct made {
    struct document *document;
    struct scenario *scenario;
};

static struct made make(const char *text)
{
    struct diagnostics d = {0};
    struct source source = {"test.yaml", text, strlen(text)};
    struct made m = {.document = document_open(&source, &d)};
    if (m.document != NULL)
        m.scenario = document_scenario(m.document, NULL, NULL, 0, NULL, &d);
    if (m.scenario == NULL)
        diagnostics_print(&d, stderr);
    cr_assert_not_null(m.scenario, "%s", text);
    return m;
}

static void unmake(struct made *m)
{
    scenario_free(m->scenario);
    document_free(m->document);
}

static void run(const struct scenario *scenario, uint64_t seed, struct run_record *record)
{
    struct worker *worker = worker_create(scenario, MEMORY_MAX_DEFAULT, NULL, 0);
    cr_assert_not_null(worker);
    cr_assert(worker_run(worker, seed, EVENTS_MAX_DEFAULT, record));
    worker_free(worker);
}

static char *text_of(const struct story *story)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert_not_null(out);
    story_write(out, story);
    cr_assert_eq(fclose(out), 0);
    return text;
}

#define BUSY                                                                                       \
    "scenario: \"A title: with 'quotes'\"\n"                                                       \
    "duration: 20s\n"                                                                              \
    "cluster:\n  nodes: 5\n  regions: {eu: [n1, n2], us: [n3, n4, n5]}\n  weights: {n2: 3}\n"      \
    "  overrides: {n4: {raft.election_timeout: 600ms..800ms}}\n"                                   \
    "algorithm: raft\nraft: {election_timeout: 150ms..300ms, pre_vote: true}\n"                    \
    "network:\n  latency: lognormal(10ms, 0.3)\n  loss: 1%\n"                                      \
    "  links:\n    - {between: [eu, us], latency: uniform(20ms, 30ms)}\n"                          \
    "clock: {drift: 100ppm, offset: 0ms..50ms}\n"                                                  \
    "workload: {interval: 100ms, guard: fencing}\n"                                                \
    "faults:\n  - {at: 2s, crash: leader}\n  - {every: 3s..4s, for: 1s, isolate: random}\n"        \
    "chaos: {faults: 30}\n"                                                                        \
    "settle: 5s\nexpect:\n  - availability > 5%\n"

Test(shrink, a_story_written_down_is_the_same_scenario)
{
    struct made m = make(BUSY);
    struct story story;
    struct run_record first, second;
    cr_assert(story_open(&story, m.scenario, 7, "elections >= 0"));
    char *text = text_of(&story);
    struct made again = make(text);
    run(m.scenario, 7, &first);
    run(again.scenario, 7, &second);
    cr_expect_eq(first.result.trace_hash, second.result.trace_hash, "%s", text);
    cr_expect_str_eq(again.scenario->title, "A title: with 'quotes'");
    run_record_free(&first);
    run_record_free(&second);
    free(text);
    story_free(&story);
    unmake(&again);
    unmake(&m);
}

/* By name it takes the section of that name; with options of its own it must not be given one. */
Test(shrink, an_algorithm_inside_of_another_keeps_its_options)
{
    static const char *const options[]
        = {"hierarchical: {regional_election: raft}\n",
           "hierarchical: {regional_election: {raft: {heartbeat_interval: 40ms}}}\n"};
    for (int i = 0; i < 2; i++) {
        char yaml[512];
        (void) snprintf(yaml, sizeof yaml,
                        "duration: 20s\ncluster: {nodes: 6}\nalgorithm: hierarchical\n%s"
                        "raft: {heartbeat_interval: 20ms}\n"
                        "variants: [{name: flat, set: {algorithm: raft}}]\n"
                        "faults: [{at: 5s, crash: leader}]\n",
                        options[i]);
        struct made m = make(yaml);
        struct story story;
        struct run_record first, second;
        cr_assert(story_open(&story, m.scenario, 7, "elections >= 0"));
        char *text = text_of(&story);
        struct made again = make(text);
        run(m.scenario, 7, &first);
        run(again.scenario, 7, &second);
        cr_expect_eq(first.result.trace_hash, second.result.trace_hash, "%s", text);
        run_record_free(&first);
        run_record_free(&second);
        free(text);
        story_free(&story);
        unmake(&again);
        unmake(&m);
    }
}

Test(shrink, frozen_faults_make_the_same_elections)
{
    struct made m = make(BUSY);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct story story;
        struct run_record first, second;
        run(m.scenario, seed, &first);
        cr_assert(story_open(&story, m.scenario, seed, "elections >= 0"));
        cr_assert(story_freeze_faults(&story, &first));
        char *text = text_of(&story);
        cr_expect_null(strstr(text, "chaos"));
        cr_expect_null(strstr(text, "random"));
        struct made again = make(text);
        run(again.scenario, seed, &second);
        cr_expect_eq(first.result.messages, second.result.messages, "seed %d", (int) seed);
        cr_assert_eq(first.result.election_count, second.result.election_count);
        for (uint32_t i = 0; i < first.result.election_count; i++)
            cr_expect_eq(first.result.elections[i].decided, second.result.elections[i].decided);
        run_record_free(&first);
        run_record_free(&second);
        free(text);
        story_free(&story);
        unmake(&again);
    }
    unmake(&m);
}

/* Shrinks what is wrong with the run; the text is the caller's. */
static char *shrunk(const char *text, uint64_t seed, const char *expression)
{
    struct made m = make(text);
    struct run_record first;
    struct diagnostics d = {0};
    struct shrinker s = {.runs_max = 20000};
    struct expression *e = expression == NULL
                               ? NULL
                               : expression_parse(expression, strlen(expression), "--for", 1, 1,
                                                  expression, strlen(expression), &d);
    run(m.scenario, seed, &first);
    s.goal = e == NULL
                 ? goal_of(&first)
                 : (struct goal){.kind = GOAL_EXPRESSION, .expression = e, .text = expression};
    cr_assert(goal_met(&s.goal, &first));
    cr_assert(story_open(&s.story, m.scenario, seed, goal_expectation(&s.goal)));
    cr_assert(shrink(&s));
    cr_assert_not_null(s.text);
    char *result = strdup(s.text);
    free(s.text);
    story_free(&s.story);
    run_record_free(&first);
    expression_free(e);
    unmake(&m);
    return result;
}

/* Two crashes leave one node of three; the ninety-eight others are noise. */
Test(shrink, a_storm_of_a_hundred_faults_caused_by_two_becomes_at_most_three)
{
    char *text = shrunk("duration: 60s\ncluster: {nodes: 3}\nalgorithm: raft\n"
                        "network: {latency: 5ms..10ms, loss: 1%}\n"
                        "chaos: {faults: 98, kinds: [block, hold, pause, loss, latency, slow]}\n"
                        "faults:\n  - {at: 10.123456789s, crash: leader}\n"
                        "  - {at: 12.3456s, crash: leader}\n"
                        "expect:\n  - availability > 50%\n",
                        5, NULL);
    struct made m = make(text);
    struct run_record again;
    cr_expect_leq(m.scenario->fault_count, 3, "%s", text);
    cr_expect_eq(m.scenario->chaos.faults, 0);
    run(m.scenario, m.scenario->seed, &again);
    cr_expect(run_record_failed(&again), "%s", text);
    run_record_free(&again);
    unmake(&m);
    free(text);
}

/* One lost message in a lossy network: the rest of the luck goes. */
Test(shrink, losses_that_matter_become_blocks_of_single_messages)
{
    char *text = shrunk("duration: 20s\ncluster: {nodes: 3}\nalgorithm: raft\n"
                        "raft: {election_timeout: 150ms..300ms, heartbeat_interval: 75ms}\n"
                        "network: {latency: 5ms..10ms, loss: 10%}\n",
                        1, "needless_elections > 0");
    struct made m = make(text);
    cr_expect_null(strstr(text, "loss"), "%s", text);
    cr_expect_geq(m.scenario->fault_count, 1, "%s", text);
    cr_expect_leq(m.scenario->fault_count, 6, "%s", text);
    cr_expect_eq(m.scenario->network.latency.kind, DISTRIBUTION_CONSTANT, "%s", text);
    for (uint32_t i = 0; i < m.scenario->fault_count; i++)
        cr_expect_str_eq(fault_kinds[m.scenario->faults[i].kind]->name, "block");
    unmake(&m);
    free(text);
}

Test(shrink, the_same_run_shrinks_to_the_same_text)
{
    char *first = shrunk(BUSY, 3, "elections > 0"), *second = shrunk(BUSY, 3, "elections > 0");
    cr_expect_str_eq(first, second);
    free(first);
    free(second);
}

Test(shrink, a_partition_of_five_needs_two_nodes)
{
    char *text = shrunk("duration: 30s\ncluster: {nodes: 5}\nalgorithm: bully\n"
                        "faults:\n  - {at: 20s, partition: halves}\n",
                        1, "split_brain_events > 0");
    struct made m = make(text);
    cr_expect_eq(m.scenario->nodes, 2, "%s", text);
    cr_expect_eq(m.scenario->fault_count, 1, "%s", text);
    unmake(&m);
    free(text);
}

/* One election in a second would be 3600 an hour: a storm is made of many. */
Test(shrink, a_rate_keeps_its_duration_and_the_faults_that_make_it)
{
    char *text = shrunk("duration: 10m\ncluster: {nodes: 5}\nalgorithm: raft\n"
                        "workload: {interval: 0s}\n"
                        "faults:\n  - {every: 20s..30s, for: 2s, isolate: leader}\n"
                        "  - {every: 60s, for: 1s, loss: 1%}\nexpect: [elections_per_hour < 60]\n",
                        3, NULL);
    struct made m = make(text);
    struct run_record again;
    cr_expect_eq(m.scenario->duration, 600 * SECOND, "%s", text);
    run(m.scenario, m.scenario->seed, &again);
    cr_expect_geq(again.result.election_count, 11, "%s", text);
    cr_expect_geq(m.scenario->fault_count, 5, "%s", text);
    cr_expect_null(strstr(text, "loss:"), "%s", text);
    run_record_free(&again);
    unmake(&m);
    free(text);
}
