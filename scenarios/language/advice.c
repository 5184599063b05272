/* One table of kinds of advice (at the end), each with a sentence and a function that looks. */
#include <string.h>

#include "algorithms/techniques.h"
#include "scenarios/language/advice_look.h"
#include "sim/guest.h"

/* ---- What a scenario says -------------------------------------------------------------------- */

/* The key of a mapping, or NULL where it was not given. */
static const struct yaml *key_of(const struct yaml *map, const char *name)
{
    const struct yaml *key = NULL;
    return yaml_find(map, name, &key) == NULL ? NULL : key;
}

const struct field *option_of(const struct algorithm *a, const char *name)
{
    for (uint32_t i = 0; i < a->option_count; i++)
        if (strcmp(a->options[i].name, name) == 0)
            return &a->options[i];
    return NULL;
}

/* Whether a word stands among others with blanks between them. */
static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words; *at != '\0'; at += strspn(at, " ")) {
        size_t next = strcspn(at, " ");
        if (next == length && strncmp(at, word, length) == 0)
            return true;
        at += next;
    }
    return false;
}

/* Whether an option is switched on: to one of `words`, where it is a choice. */
static bool is_on_in(const struct field *f, const void *config, const char *words)
{
    const void *value = (const char *) config + f->offset;
    switch (f->type) {
    case FIELD_BOOL:
        return *(const bool *) value;
    case FIELD_COUNT:
        return *(const uint32_t *) value != 0;
    case FIELD_CHOICE:
        return words == NULL || has_word(words, f->choices[*(const uint32_t *) value]);
    case FIELD_QUORUM:
        return ((const struct quorum_option *) value)->rule == QUORUM_WEIGHTED;
    default:
        return true;
    }
}

bool option_is_on(const struct look *l, const struct part *p, const struct field *f,
                  const char *words)
{
    const struct scenario *s = l->scenario;
    if (is_on_in(f, p->config, words))
        return true;
    for (uint32_t i = 0; p->config == s->config && i < s->nodes + s->services; i++)
        if (s->configs[i] != s->config && is_on_in(f, s->configs[i], words))
            return true;
    return false;
}

/* "raft.timeouts=phi_accrual or dynatune" for "phi_accrual dynatune" */
static void write_setting(char *text, size_t size, const struct algorithm *a, const char *option,
                          const char *words)
{
    int used = snprintf(text, size, "%s.%s%s", a->name, option, words == NULL ? "" : "=");
    for (const char *at = words; at != NULL && *at != '\0' && used > 0 && (size_t) used < size;) {
        size_t length = strcspn(at, " ");
        used += snprintf(text + used, size - (size_t) used, "%s%.*s", at == words ? "" : " or ",
                         (int) length, at);
        at += length + (at[length] == ' ');
    }
}

const struct yaml *place_of(const struct look *l, const struct part *p, const char *first,
                            const char *second)
{
    const struct yaml *at = yaml_find(p->section, first, NULL);
    if (at == NULL && second != NULL)
        at = yaml_find(p->section, second, NULL);
    return at != NULL ? at : yaml_find(l->root, "algorithm", NULL);
}

bool names_node(const struct scenario *s, const struct selector *selector, node_id id)
{
    for (uint32_t i = 0; i < selector->count; i++) {
        const struct selector_item *item = &selector->items[i];
        if (item->kind == SELECTOR_NODE     ? item->index == id
            : item->kind == SELECTOR_REGION ? s->region_of[id] == item->index
                                            : true)
            return true;
    }
    return false;
}

/* ---- What the cluster says of its members ---------------------------------------------------- */

static const struct field *quorum_of(const struct algorithm *a)
{
    for (uint32_t i = 0; i < a->option_count; i++)
        if (a->options[i].type == FIELD_QUORUM)
            return &a->options[i];
    return NULL;
}

static void look_at_weights(struct look *l)
{
    const struct yaml *key = key_of(yaml_find(l->root, "cluster", NULL), "weights");
    const struct technique *quorum = technique_find("quorum");
    const struct field *weighs = NULL;
    if (key == NULL)
        return;
    for (unsigned i = 0; i < l->part_count; i++) {
        const struct algorithm *a = l->parts[i].algorithm;
        const struct technique_answer answer = technique_of(quorum, a);
        const struct field *f = quorum_of(a);
        bool always = answer.text != NULL && strstr(answer.text, "cluster.weights") != NULL;
        if (always || answer.state == TECHNIQUE_UNSAID
            || (f != NULL && option_is_on(l, &l->parts[i], f, NULL))) {
            is_used(l, key);
            return;
        }
        weighs = f != NULL ? f : weighs;
    }
    const char *name = l->parts[l->part_count - 1].algorithm->name;
    if (weighs != NULL)
        tell_idle(l, key, "nothing weighs votes here; set %s.%s=weighted", name, weighs->name);
    else
        tell_idle(l, key, "`%s` weighs no votes", l->parts[0].algorithm->name);
}

static void look_at_weighted_quorum(struct look *l)
{
    if (key_of(yaml_find(l->root, "cluster", NULL), "weights") != NULL)
        return;
    for (unsigned i = 0; i < l->part_count; i++) {
        const struct part *p = &l->parts[i];
        const struct field *f = quorum_of(p->algorithm);
        if (f != NULL && option_is_on(l, p, f, NULL))
            tell(l, place_of(l, p, f->name, NULL),
                 "all members weigh the same without `cluster.weights`: this is a majority");
    }
}

/* Whether the scenario's algorithm, or its guest, has a technique, and it is on. What would switch
 * it on goes into `setting`, or why it is not there into *why. */
static bool technique_works(const struct look *l, const char *name, char *setting, size_t size,
                            const char **why)
{
    const struct technique *t = technique_find(name);
    *setting = '\0';
    *why = NULL;
    for (unsigned i = 0; i < l->part_count; i++) {
        const struct part *p = &l->parts[i];
        const struct technique_answer answer = technique_of(t, p->algorithm);
        if (answer.state == TECHNIQUE_BUILT_IN || answer.state == TECHNIQUE_UNSAID)
            return true;
        if (answer.state == TECHNIQUE_UNFIT) {
            *why = answer.text;
            continue;
        }
        const struct field *f = option_of(p->algorithm, answer.key);
        if (f == NULL || option_is_on(l, p, f, answer.word))
            return true;
        write_setting(setting, size, p->algorithm, answer.key,
                      f->type == FIELD_BOOL ? "true" : answer.word);
    }
    return false;
}

#define SETTING_MAX 128

static void look_at_priorities(struct look *l)
{
    const struct yaml *key = key_of(yaml_find(l->root, "cluster", NULL), "priorities");
    char setting[SETTING_MAX];
    const char *why, *name = l->parts[0].algorithm->name;
    if (key == NULL)
        return;
    if (technique_works(l, "priorities", setting, sizeof setting, &why))
        is_used(l, key);
    else if (*setting != '\0')
        tell_idle(l, key, "nothing looks at priorities here; set %s", setting);
    else
        tell_idle(l, key, "`%s` knows no priorities: %s", name, why);
}

/* ---- Faults ---------------------------------------------------------------------------------- */

static const struct yaml *entry_of(const struct look *l, uint32_t fault)
{
    const struct yaml *faults = yaml_find(l->root, "faults", NULL);
    return faults != NULL && fault < faults->count ? faults->entries[fault].value : NULL;
}

static bool is_kind(const struct fault_spec *f, const char *name)
{
    return strcmp(fault_kinds[f->kind]->name, name) == 0;
}

/* Faults that only some algorithms answer, and the technique with which they do. */
static const struct {
    const char *fault, *technique, *without;
} answers[] = {
    {"load", "load_aware", "looks at no load"},
    {"transfer", "leadership_transfer", "hands over to nobody"},
};

static void look_at_answers(struct look *l)
{
    const struct scenario *s = l->scenario;
    const size_t kinds = sizeof answers / sizeof *answers;
    for (size_t i = 0; i < s->fault_count * kinds; i++) {
        uint32_t fault = (uint32_t) (i / kinds);
        const struct yaml *at = entry_of(l, fault);
        char setting[SETTING_MAX];
        const char *why;
        if (!is_kind(&s->faults[fault], answers[i % kinds].fault))
            continue;
        if (technique_works(l, answers[i % kinds].technique, setting, sizeof setting, &why))
            is_used(l, at);
        else if (*setting != '\0')
            tell_idle(l, at, "nothing %s here; set %s", answers[i % kinds].without, setting);
        else
            tell_idle(l, at, "`%s` %s: %s", s->algorithm->name, answers[i % kinds].without, why);
    }
}

/* Whether one may name a node that the other names. Words are found out while a run goes on. */
static bool may_meet(const struct scenario *s, const struct selector *a, const struct selector *b)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (a->items[i].kind >= SELECTOR_LEADER)
            return true;
    for (uint32_t i = 0; i < b->count; i++)
        if (b->items[i].kind >= SELECTOR_LEADER)
            return true;
    for (node_id id = 0; id < s->nodes + s->services; id++)
        if (names_node(s, a, id) && names_node(s, b, id))
            return true;
    return false;
}

static bool stops_before(const struct scenario *s, const struct fault_spec *stop,
                         const struct fault_spec *start)
{
    return (is_kind(stop, "crash") || is_kind(stop, "stop") || is_kind(stop, "wipe"))
           && (start->recurring || stop->recurring || stop->at.min <= start->at.max)
           && may_meet(s, &stop->arguments.target, &start->arguments.target);
}

#define FAULTS_LOOKED_AT                                                                           \
    500u /* of longer lists nothing is said: looking at all pairs takes long                       \
          */

static void look_at_restarts(struct look *l)
{
    const struct scenario *s = l->scenario;
    if (s->fault_count > FAULTS_LOOKED_AT)
        return;
    for (uint32_t i = 0; i < s->fault_count; i++) {
        bool stopped = s->chaos.faults > 0 || !is_kind(&s->faults[i], "restart");
        for (uint32_t k = 0; k < s->fault_count && !stopped; k++)
            stopped = stops_before(s, &s->faults[k], &s->faults[i]);
        if (stopped)
            is_used(l, is_kind(&s->faults[i], "restart") ? entry_of(l, i) : NULL);
        else
            tell_idle(l, entry_of(l, i),
                      "nothing has stopped what this starts again: a `restart` only starts nodes "
                      "that are down");
    }
}

/* ---- Options of what is off ------------------------------------------------------------------ */

/* Options that belong to others: to one that is on, or has one of these words. */
static const struct {
    const char *option, *words, *belonging;
} switches[] = {
    {"timeouts", "phi_accrual", "phi_threshold min_standard_deviation acceptable_pause"},
    {"timeouts", "phi_accrual dynatune", "window"},
    {"timeouts", "dynatune", "dynatune_safety_factor dynatune_arrival"},
    {"load_aware", "true", "load_threshold"},
    {"breaker_elections", NULL, "breaker_window breaker_cool_down"},
    {"leader_lease", "true", "clock_drift_bound"},
    {"store", "replicated", "store_election_timeout store_heartbeat_interval"},
};

/* "phi_accrual dynatune", without words that the option has not. */
static void write_known_words(char *text, size_t size, const struct field *f, const char *words)
{
    size_t used = 0;
    *text = '\0';
    for (const char *const *choice = f->choices; *choice != NULL && used < size; choice++)
        if (has_word(words, *choice))
            used += (size_t) snprintf(text + used, size - used, "%s%s", used > 0 ? " " : "",
                                      *choice);
}

static void look_at_switches(struct look *l)
{
    const unsigned count = sizeof switches / sizeof *switches;
    for (unsigned i = 0; i < l->part_count * count; i++) {
        const struct part *p = &l->parts[i / count];
        const char *words = switches[i % count].words;
        const struct field *f = option_of(p->algorithm, switches[i % count].option);
        for (uint32_t k = 0; f != NULL && p->section != NULL && k < p->section->count; k++) {
            const struct yaml *key = p->section->entries[k].key;
            char known[SETTING_MAX], setting[SETTING_MAX];
            if (!has_word(switches[i % count].belonging, key->text))
                continue;
            if (option_is_on(l, p, f, words)) {
                is_used(l, key);
                continue;
            }
            if (f->type == FIELD_CHOICE) {
                write_known_words(known, sizeof known, f, words);
                words = known;
            }
            write_setting(setting, sizeof setting, p->algorithm, f->name, words);
            tell_idle(l, key, "`%s` does nothing here: it belongs to %s%s", key->text, setting,
                      words == NULL ? ", which is 0" : "");
            words = switches[i % count].words;
        }
    }
}

static bool settles(const struct scenario *s)
{
    return s->settle > 0;
}

static bool has_chaos(const struct scenario *s)
{
    return s->chaos.faults > 0;
}

static bool has_workload(const struct scenario *s)
{
    return s->workload.interval > 0;
}

static bool has_lock(const struct scenario *s)
{
    return s->workload.kind == WORKLOAD_LOCK;
}

/* Keys of the scenario that something else must be there for. */
static const struct {
    const char *section, *keys; /* section NULL: of the document itself */
    bool (*are_used)(const struct scenario *s);
    const char *why;
} needs[] = {
    {NULL, "heal", settles, "`settle` is 0s, and heals nothing"},
    {"chaos", "kinds subset for", has_chaos, "`chaos.faults` is 0"},
    {"workload", "guard duration", has_workload, "`workload.interval` is 0s"},
    {"workload", "clients hold lock_lease new_leader", has_lock, "it belongs to `kind: lock`"},
};

static void look_at_needs(struct look *l)
{
    for (unsigned i = 0; i < sizeof needs / sizeof *needs; i++) {
        const struct yaml *map
            = needs[i].section == NULL ? l->root : yaml_find(l->root, needs[i].section, NULL);
        for (uint32_t k = 0; map != NULL && k < map->count; k++) {
            const struct yaml *key = map->entries[k].key;
            if (!has_word(needs[i].keys, key->text))
                continue;
            if (needs[i].are_used(l->scenario))
                is_used(l, key);
            else
                tell_idle(l, key, "`%s` does nothing here: %s", key->text, needs[i].why);
        }
    }
}

/* ---- All of it ------------------------------------------------------------------------------- */

/* X(name, function, sentence) */
#define ADVICE(X)                                                                                  \
    X(late_heartbeats, look_at_rhythms,                                                            \
      "heartbeats that come no more often than a follower's timeout ends depose every leader")     \
    X(short_timeouts, look_at_round_trips,                                                         \
      "a timeout shorter than a round trip between two members ends before an answer can come")    \
    X(idle_weights, look_at_weights, "`cluster.weights` count only where the quorum is weighted")  \
    X(equal_weights, look_at_weighted_quorum,                                                      \
      "a weighted quorum without `cluster.weights` is a majority")                                 \
    X(idle_priorities, look_at_priorities,                                                         \
      "`cluster.priorities` count only where the algorithm has them, and looks at them")           \
    X(unanswered_faults, look_at_answers,                                                          \
      "a `load` or `transfer` does nothing to an algorithm that does not answer it")               \
    X(idle_restarts, look_at_restarts,                                                             \
      "a `restart` does nothing to a node that nothing has stopped before")                        \
    X(idle_options, look_at_switches, "options of a technique that is not switched on do nothing") \
    X(idle_keys, look_at_needs, "keys of `chaos`, `workload` and `heal` need what they shape")

#define ADVICE_KIND(name, look, about) {#name, about},
const struct advice_kind advice_kinds[] = {ADVICE(ADVICE_KIND){NULL, NULL}};

#define ADVICE_LOOK(name, look, about) look,
static void (*const looks[])(struct look *l) = {ADVICE(ADVICE_LOOK)};

static void find_parts(struct look *l)
{
    const struct scenario *s = l->scenario;
    l->parts[0]
        = (struct part){s->algorithm, s->config, yaml_find(l->root, s->algorithm->name, NULL)};
    l->part_count = 1;
    const struct field *field = guest_field(s->algorithm);
    if (field == NULL)
        return;
    const struct guest_option *guest
        = (const struct guest_option *) (const void *) ((const char *) s->config + field->offset);
    if (guest->algorithm != NULL)
        l->parts[l->part_count++] = (struct part){guest->algorithm, guest->config,
                                                  yaml_find(l->root, guest->algorithm->name, NULL)};
}

void advice_add(struct advice_list *list, const struct scenario *scenario, bool tells)
{
    struct look l
        = {.list = list, .scenario = scenario, .root = scenario_tree(scenario), .tells = tells};
    find_parts(&l);
    for (l.kind = 0; l.kind < sizeof looks / sizeof *looks; l.kind++)
        looks[l.kind](&l);
}
