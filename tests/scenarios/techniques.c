/* What is said of techniques: of every algorithm and every one, once, and true. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/techniques.h"
#include "tests/scenarios/running.h"

extern const struct algorithm *const algorithms[];

/* ---- What is said ---------------------------------------------------------------------------- */

/* Of these the notes speak, too, whether or not they are built in: stand-ins with their names. */
static const struct algorithm libraries[] = {{.name = "etcd_raft"}, {.name = "libraft"}};

static unsigned notes_on(const struct technique *t, const struct algorithm *a)
{
    unsigned count = 0;
    for (const struct technique_note *n = technique_notes; n->technique != NULL; n++)
        count += strcmp(n->technique, t->name) == 0 && technique_note_names(n, a->name);
    return count;
}

/* A new algorithm is a file and a line in the registry: until it is spoken of, its options speak.
 */
static bool is_spoken_of(const struct algorithm *a)
{
    for (const struct technique_note *n = technique_notes; n->technique != NULL; n++)
        if (technique_note_names(n, a->name))
            return true;
    return false;
}

Test(techniques, of_who_is_spoken_of_each_technique_is_said_once_whether_it_has_it_or_why_not)
{
    for (const struct technique *t = techniques; t->name != NULL; t++)
        for (const struct algorithm *const *a = algorithms; *a != NULL; a++) {
            if (!is_spoken_of(*a))
                continue;
            struct technique_answer answer = technique_of(t, *a);
            cr_expect_neq(answer.state, TECHNIQUE_UNSAID, "%s of %s", t->name, (*a)->name);
            cr_expect_eq(notes_on(t, *a), answer.state != TECHNIQUE_BY_OPTION, "%s of %s", t->name,
                         (*a)->name);
        }
}

/* What their options say, pre_vote and stop_transfers, is not said by notes. */
Test(techniques, of_the_libraries_each_technique_is_said_but_what_their_options_say)
{
    for (const struct technique *t = techniques; t->name != NULL; t++)
        for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
            struct technique_answer answer = technique_of(t, &libraries[i]);
            bool by_option = strcmp(t->name, "pre_vote") == 0 || strcmp(t->name, "handoff") == 0;
            cr_expect_eq(answer.state == TECHNIQUE_UNSAID, by_option, "%s of %s", t->name,
                         libraries[i].name);
        }
    cr_expect_eq(technique_of(technique_find("leadership_transfer"), &libraries[1]).state,
                 TECHNIQUE_BUILT_IN);
}

Test(techniques, what_is_said_is_of_techniques_and_algorithms_that_exist)
{
    for (const struct technique_note *n = technique_notes; n->technique != NULL; n++) {
        size_t length = 0, named = 0;
        cr_expect_not_null(technique_find(n->technique), "%s", n->technique);
        cr_expect(n->state != TECHNIQUE_BY_OPTION && n->state != TECHNIQUE_UNSAID);
        for (const struct algorithm *const *a = algorithms; *a != NULL; a++)
            if (technique_note_names(n, (*a)->name)) {
                length += strlen((*a)->name);
                named++;
            }
        for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
            if (technique_note_names(n, libraries[i].name)) {
                length += strlen(libraries[i].name);
                named++;
            }
        cr_expect_eq(length + named - 1, strlen(n->algorithms), "%s", n->algorithms);
    }
}

Test(techniques, every_option_that_is_named_is_an_option_of_some_algorithm)
{
    for (const struct technique *t = techniques; t->name != NULL; t++)
        for (const struct technique_option *o = t->options; o->name != NULL; o++) {
            struct technique alone = {.name = "alone", .options = {*o}};
            unsigned found = 0;
            for (const struct algorithm *const *a = algorithms; *a != NULL; a++)
                found += technique_of(&alone, *a).state == TECHNIQUE_BY_OPTION;
            cr_expect_gt(found, 0, "%s", o->name);
        }
}

Test(techniques, of_an_algorithm_from_elsewhere_its_options_speak_and_nothing_else)
{
    static const struct field options[]
        = {{.name = "breaker_elections", .type = FIELD_COUNT}, {.name = "quorum"}};
    const struct algorithm other = {.name = "other", .options = options, .option_count = 2};
    cr_expect_eq(technique_of(technique_find("circuit_breaker"), &other).state,
                 TECHNIQUE_BY_OPTION);
    cr_expect_eq(technique_of(technique_find("quorum"), &other).state, TECHNIQUE_UNSAID);
    cr_expect_eq(technique_of(technique_find("fencing"), &other).state, TECHNIQUE_BY_OPTION);
}

/* ---- Whether it is true ---------------------------------------------------------------------- */

#define CLUSTER(cluster_)                                                                          \
    "duration: 150s\ncluster: " cluster_ "\nalgorithm: raft\n"                                     \
    "network: {latency: 'uniform(1ms, 5ms)'}\nraft: {heartbeat_interval: 50ms}\n"                  \
    "manual_failover: {check_interval: 1s, reaction_time: 9s}\n"
#define REGIONS "nodes: 5, regions: {a: [n1, n2], b: [n3, n4], c: [n5]}"
#define CALM CLUSTER("{" REGIONS "}")
#define CRASH(cluster_)                                                                            \
    CLUSTER(cluster_)                                                                              \
    "faults: [{at: 60s, for: 20s, crash: n5}, {at: 100s, for: 20s, crash: "                        \
    "n1}]\n"

struct outcome {
    uint64_t hash;
    unsigned prompt; /* elections within a second from a full quarter of a minute on */
    double downtime; /* the longest; negative: none */
};

static const struct field *option_of(const struct algorithm *a, const char *name)
{
    for (uint32_t i = 0; i < a->option_count; i++)
        if (strcmp(a->options[i].name, name) == 0)
            return &a->options[i];
    return NULL;
}

/* Runs a scenario with a technique on, where an option turns it on. */
static struct outcome run_with(const char *yaml, const struct algorithm *a,
                               const struct technique_answer *on)
{
    char key[128] = "";
    struct override overrides[2] = {{"algorithm", a->name}};
    unsigned count = 1;
    if (on != NULL && on->state == TECHNIQUE_BY_OPTION) {
        const struct field *option = option_of(a, on->key);
        (void) snprintf(key, sizeof key, "%s.%s", a->name, on->key);
        overrides[count++] = (struct override){key, on->word != NULL               ? on->word
                                                    : option->type == FIELD_COUNT  ? "2"
                                                    : option->type == FIELD_QUORUM ? "all"
                                                                                   : "true"};
    }
    struct running r;
    running_open(&r, yaml, overrides, count);
    const struct run_result *result = running_run(&r, 1);
    uint32_t downtime = metric_find("downtime.max", strlen("downtime.max"));
    struct outcome o
        = {.hash = result->trace_hash,
           .downtime = result->metrics[downtime].defined ? result->metrics[downtime].lo : -1};
    for (uint32_t i = 0; i < result->election_count; i++)
        o.prompt += result->elections[i].started >= 60 * SECOND
                    && result->elections[i].started % (15 * SECOND) < SECOND;
    running_close(&r);
    return o;
}

#define FOR_EACH_ALGORITHM(name_)                                                                  \
    const struct technique *technique = technique_find(name_);                                     \
    for (const struct algorithm *const *a = algorithms; *a != NULL; a++)

Test(techniques, a_transfer_elects_another_where_it_is_said_to)
{
    static const char asked[]
        = CALM "faults: [{at: 60s, transfer: n1}, {at: 75s, transfer: n3}, "
               "{at: 90s, transfer: n4}, {at: 105s, transfer: n2}, {at: 120s, transfer: n5}]\n";
    FOR_EACH_ALGORITHM("leadership_transfer")
    {
        bool there = technique_is_there(technique_of(technique, *a).state);
        unsigned elections = run_with(asked, *a, NULL).prompt;
        cr_expect_eq(elections > 0, there, "%s: %u", (*a)->name, elections);
    }
}

Test(techniques, a_leader_that_is_stopped_is_replaced_sooner_where_it_is_said_to_hand_over)
{
    FOR_EACH_ALGORITHM("handoff")
    {
        struct technique_answer answer = technique_of(technique, *a);
        struct outcome stopped = run_with(CALM "faults: [{at: 70s, stop: leader}]\n", *a, &answer);
        struct outcome crashed = run_with(CALM "faults: [{at: 70s, crash: leader}]\n", *a, &answer);
        cr_expect_eq(stopped.downtime < crashed.downtime / 2, technique_is_there(answer.state),
                     "%s: %g s after a stop, %g s after a crash", (*a)->name, stopped.downtime,
                     crashed.downtime);
    }
}

Test(techniques, priorities_change_what_happens_where_they_are_said_to_and_nowhere_else)
{
    FOR_EACH_ALGORITHM("priorities")
    {
        struct technique_answer answer = technique_of(technique, *a);
        struct outcome one = run_with(CRASH("{nodes: 5, priorities: {n1: 3}}"), *a, &answer);
        struct outcome other = run_with(CRASH("{nodes: 5, priorities: {n4: 3}}"), *a, &answer);
        cr_expect_eq(one.hash != other.hash, technique_is_there(answer.state), "%s", (*a)->name);
    }
}

Test(techniques, weights_change_what_happens_where_the_quorum_is_said_to_be_by_weight)
{
    FOR_EACH_ALGORITHM("quorum")
    {
        struct technique_answer answer = technique_of(technique, *a);
        const struct field *option
            = answer.state == TECHNIQUE_BY_OPTION ? option_of(*a, answer.key) : NULL;
        bool by_weight = option != NULL && option->type == FIELD_QUORUM;
        answer.word = by_weight ? "weighted" : NULL;
        struct outcome without = run_with(CRASH("{nodes: 5}"), *a, &answer);
        struct outcome with = run_with(CRASH("{nodes: 5, weights: {n1: 9}}"), *a, &answer);
        by_weight
            = by_weight || (answer.text != NULL && strstr(answer.text, "cluster.weights") != NULL);
        cr_expect_eq(with.hash != without.hash, by_weight, "%s", (*a)->name);
    }
}

static const char stormy[]
    = "duration: 60s\nsettle: 20s\ncluster: {nodes: 5, priorities: {n1: 2, "
      "n4: 1}}\nalgorithm: raft\n"
      "network: {latency: 'uniform(1ms, 20ms)', loss: 5%}\n"
      "kraft: {fetch_timeout: 600ms, election_timeout: 300ms}\n"
      "mongodb: {election_timeout: 1s, heartbeat_interval: 200ms, "
      "heartbeat_timeout: 1s}\n"
      "lease: {lease_duration: 2s, renew_deadline: 1s, retry_period: 200ms}\n"
      "zookeeper_recipe: {session_timeout: 1s, tick_time: 200ms}\n"
      "kafka_controller: {session_timeout: 1s, tick_time: 200ms}\n"
      "workload: {interval: 50ms, guard: quorum}\nchaos: {faults: 60}\n"
      "faults: [{every: 5s, for: 1s, stop: leader}, {every: 4s, load: leader, to: 95%}, "
      "{every: 11s, load: all, to: 10%}]\n";

Test(techniques, every_option_that_carries_one_changes_what_happens)
{
    for (const struct technique *t = techniques; t->name != NULL; t++)
        for (const struct algorithm *const *a = algorithms; *a != NULL; a++) {
            struct technique_answer answer = technique_of(t, *a);
            const struct field *option
                = answer.state == TECHNIQUE_BY_OPTION ? option_of(*a, answer.key) : NULL;
            if (option == NULL || option->type == FIELD_DURATION)
                continue; /* of the whole scenario; or what it is is a length of time */
            const char *word = answer.word != NULL ? answer.word : "true";
            if (strcmp(option->default_text, word) == 0)
                continue; /* it is on without further ado */
            cr_expect_neq(run_with(stormy, *a, NULL).hash, run_with(stormy, *a, &answer).hash,
                          "%s: %s: %s", (*a)->name, answer.key, word);
        }
}
