#include "analysis/cli/topics_language.h"

#include <stdio.h>
#include <string.h>

#include "analysis/cli/fields.h"
#include "analysis/cli/text.h"
#include "scenarios/language/describe.h"
#include "scenarios/language/expression.h"
#include "scenarios/language/units.h"
#include "sim/fault.h"
#include "sim/scenario.h"

#define WORDS 26 /* column behind words */
#define WIDTH 70

static void print_word(const char *word, const char *about)
{
    char name[128];
    (void) snprintf(name, sizeof name, "  %s", word);
    text_print_beside(name, about, WORDS, WIDTH);
}

/* ---- Keys ------------------------------------------------------------------------------------ */

/* Whether a path is the section, or lies in it. "": all do. */
static bool lies_in(const char *path, const char *section)
{
    size_t length = strlen(section);
    return strncmp(path, section, length) == 0
           && (length == 0 || path[length] == '\0' || path[length] == '.');
}

static void print_key(void *section, const char *path, const char *takes, const struct field *key)
{
    if (lies_in(path, section))
        field_print_as(path, takes, key);
}

static void print_keys(const char *section)
{
    language_visit_keys(print_key, (char *) (uintptr_t) section);
}

static void print_all_keys(void)
{
    puts("\nTopics (conclave describe TOPIC)");
    for (const struct topic *t = language_topics + 1; t->name != NULL; t++)
        print_word(t->name, t->about);
    puts("\nKeys");
    print_keys("");
}

/* ---- Tables of the parser -------------------------------------------------------------------- */

static void print_selectors(void)
{
    puts("\nWords");
    for (unsigned i = 0; selector_words[i] != NULL; i++)
        print_word(selector_words[i], selector_abouts[i]);
    puts("\nGroups of a `partition`");
    print_word("[[n1, n2], [n3]]", groups_abouts[GROUPS_LISTED]);
    for (unsigned i = GROUPS_LISTED + 1; groups_words[i] != NULL; i++)
        print_word(groups_words[i], groups_abouts[i]);
}

static void print_units(void)
{
    for (const struct number_info *n = number_infos; n->name != NULL; n++) {
        char about[256];
        (void) snprintf(about, sizeof about, "%s: %s", n->examples, n->about);
        print_word(n->name, about);
    }
    char units[64];
    write_duration_units(units, sizeof units);
    printf("\nUnits of time: %s\n\nDistributions, where a latency or a disk's time stands\n",
           units);
    for (unsigned i = 0; i < DISTRIBUTION_KIND_COUNT; i++) {
        const struct distribution_info *d = &distribution_infos[i];
        char call[96];
        size_t used = (size_t) snprintf(call, sizeof call, "%s(", d->name);
        for (uint32_t k = 0; k < d->parameter_count && used < sizeof call; k++)
            used += (size_t) snprintf(call + used, sizeof call - used, "%s%s", k > 0 ? ", " : "",
                                      d->parameters[k].name);
        (void) snprintf(call + used, used < sizeof call ? sizeof call - used : 0, ")");
        print_word(call, d->about);
    }
}

static void print_grammar_line(void *context, const char *words, const char *about)
{
    (void) context;
    print_word(words, about);
}

static void print_grammar(void)
{
    puts("\nFrom loose to tight");
    expression_visit_grammar(print_grammar_line, NULL);
    puts("\nMetrics of times, with their quantiles");
    for (uint32_t i = 0, column = 0; i < metric_count(); i++) {
        const char *name = metric_infos[i].name;
        if (metric_infos[i].unit != UNIT_SECONDS)
            continue;
        column = column == 0 || column + strlen(name) > 90 ? 0 : column;
        column += (uint32_t) printf("%s%s", column == 0 ? i == 0 ? "  " : "\n  " : "  ", name);
    }
    putchar('\n');
}

static void print_expect_keys(void)
{
    puts("");
    print_keys("expect");
}

static void print_faults(void)
{
    puts("\nKeys of every entry");
    print_keys("faults");
    puts("\nKinds (conclave describe KIND)");
    for (const struct fault_kind *const *f = fault_kinds; *f != NULL; f++)
        print_word((*f)->name, (*f)->example);
}

static void print_chaos(void)
{
    puts("");
    print_keys("chaos");
    puts("\nKinds that can be drawn");
    for (const struct fault_kind *const *f = fault_kinds; *f != NULL; f++)
        if ((*f)->in_chaos)
            print_word((*f)->name, (*f)->about);
}

/* ---- Topics ---------------------------------------------------------------------------------- */

const struct topic language_topics[] = {
    {"language", "how a scenario is written: its topics and all of its keys",
     "A scenario is one YAML mapping. This one is whole:\n"
     "\n"
     "  duration: 30s\n"
     "  cluster: {nodes: 5}\n"
     "  algorithm: raft\n"
     "  raft: {pre_vote: true}\n"
     "  faults:\n"
     "    - {at: 10s, crash: leader, for: 5s}\n"
     "  expect:\n"
     "    - downtime.max < 2s and safety_violations == 0\n"
     "\n"
     "The options of an algorithm stand under its name: `conclave describe raft`. "
     "`conclave check FILE` tells every mistake with its place, and warns of settings that cannot "
     "work.\n",
     print_all_keys},
    {"selectors", "whom a fault or a link names: nodes, regions, and words as follower",
     "A selector is a node (n1 to nN; s1 and so on for a service of the algorithm), a region of "
     "`cluster.regions`, one of the words below, or a list of them, which means all together: "
     "[n1, eu, leader]. Words are found out when the fault begins. Links of the network take "
     "nodes, regions and `all`, since they hold from the start.\n",
     print_selectors},
    {"units", "durations, ranges, rates, factors and distributions", "", print_units},
    {"expressions", "comparisons of metrics: and, or, not, arithmetic, quantiles",
     "What `expect:` and --for take: comparisons of metrics with numbers and with each other, as\n"
     "\n"
     "  election_time.p99 < 500ms and not (elections > 3 or availability < 99.9%)\n"
     "\n"
     "It is true, false or undecided: an election that is still open when the run ends may take "
     "longer than it has. A comparison with a metric that nothing was measured for is true in an "
     "expectation, and nothing that --for finds.\n",
     print_grammar},
    {"expect", "expectations: what must hold in each run, and sometimes: in one of a sweep",
     "A list; each is checked at the end of the run. A run with one that is false or undecided "
     "ends with status 1.\n"
     "\n"
     "  expect:\n"
     "    - safety_violations == 0        # in each run\n"
     "    - sometimes: elections > 3      # in a sweep: in at least one\n"
     "\n"
     "`sometimes:` shows that a sweep gets where it should: alone, a run is not failed by it. "
     "How expressions are written: `conclave describe expressions`.\n",
     print_expect_keys},
    {"variants", "named overrides to compare, in one file",
     "Each has a name, and under `set` keys by their dotted paths:\n"
     "\n"
     "  variants:\n"
     "    - {name: plain}\n"
     "    - {name: pre-vote, set: {raft.pre_vote: true}}\n"
     "    - {name: bully, set: {algorithm: bully, bully.takeover: false}}\n"
     "\n"
     "`sweep` runs all of them with the same seeds, and so the same faults; `run --variant NAME` "
     "one; `check` reads each. What they share stands above them. Options of every algorithm that "
     "a variant names may stand in the document. --vary KEY=V1,V2 makes variants on the command "
     "line, and multiplies those of the file.\n",
     NULL},
    {"overrides", "which setting wins: the document, draw, variants, --vary, --set; and per node",
     "A dotted path names a key: `network.loss`, `raft.pre_vote`, `cluster.nodes`. From weak to "
     "strong:\n"
     "\n"
     "  the default            conclave describe KEY\n"
     "  the document\n"
     "  draw:                  what the seed draws from lists\n"
     "  the variant's set:\n"
     "  --set, --vary          on the command line; a later --set over an earlier one\n"
     "\n"
     "A value is YAML: --set 'faults=[{at: 5s, crash: leader}]', --set expect=[].\n"
     "\n"
     "Single nodes have options of their own by `cluster.overrides`, over all of these:\n"
     "\n"
     "  cluster: {nodes: 5, overrides: {n4: {raft.election_timeout: 600ms..800ms}}}\n",
     NULL},
    {"draw", "keys that each seed draws from lists",
     "Each seed takes one value of every list, by a stream of its own, so that nothing else that "
     "is drawn moves:\n"
     "\n"
     "  draw: {cluster.nodes: [3, 5, 7], raft.pre_vote: [true, false]}\n"
     "\n"
     "`check` tries the draws of some hundred seeds.\n",
     NULL},
    {"faults", "entries of faults: when, what, whom, how long",
     "A list of entries. Each has `at` or `every`, one kind with its value, and mostly `for`:\n"
     "\n"
     "  faults:\n"
     "    - {at: 5s, crash: leader, for: 2s}\n"
     "    - {at: 8s..12s, partition: halves, for: 1s..3s}    # drawn\n"
     "    - {every: 10s, pause: follower, for: 500ms}\n"
     "\n"
     "Faults overlap as they fall. What lasts ends by its own `for`, or with all others where "
     "`settle` begins. Whom a word as `follower` means: `conclave describe selectors`.\n",
     print_faults},
    {"chaos", "a random schedule of faults from the seed",
     "As many faults as it says begin at random within `duration`, beside those of `faults:`:\n"
     "\n"
     "  chaos: {faults: 8, kinds: [crash, partition, loss], for: timeouts}\n",
     print_chaos},
    {NULL, NULL, NULL, NULL},
};

bool is_selector_word(const char *word)
{
    for (unsigned i = 0; selector_words[i] != NULL; i++)
        if (strcmp(selector_words[i], word) == 0)
            return true;
    for (unsigned i = 0; groups_words[i] != NULL; i++)
        if (strcmp(groups_words[i], word) == 0)
            return true;
    return false;
}
