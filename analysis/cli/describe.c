/* conclave describe: what one thing is, takes and means, from the table that declares it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/cli/command.h"
#include "analysis/cli/describe_json.h"
#include "analysis/cli/fields.h"
#include "analysis/cli/load.h"
#include "analysis/cli/measured.h"
#include "analysis/cli/shipped.h"
#include "analysis/cli/techniques.h"
#include "analysis/cli/text.h"
#include "analysis/cli/topics_language.h"
#include "analysis/summary/format.h"
#include "scenarios/language/catalog.h"
#include "scenarios/language/describe.h"
#include "scenarios/language/words.h"
#include "sim/guest.h"
#include "sim/metrics.h"
#include "sim/properties.h"

/* ---- Text ------------------------------------------------------------------------------------ */

static void print_set(const char *title, uint32_t set, const struct property_info *infos)
{
    bool titled = false;
    for (; infos->name != NULL; infos++) {
        if ((set & infos->bit) == 0)
            continue;
        if (!titled)
            printf("\n%s\n", title);
        titled = true;
        char name[64];
        (void) snprintf(name, sizeof name, "  %s", infos->name);
        text_print_beside(name, infos->about, 24, 72);
    }
}

/* ---- Each kind of thing ---------------------------------------------------------------------- */

#define GUESTS_TEXT_MAX 4096

static void print_guests(const struct algorithm *host)
{
    char names[GUESTS_TEXT_MAX], text[GUESTS_TEXT_MAX + 200];
    if (guest_field(host) == NULL)
        return;
    guest_choices(names, sizeof names, host);
    (void) snprintf(text, sizeof text,
                    "`%s` may name one of these, which takes its options from the section of its "
                    "own name, or gives them itself, as {raft: {pre_vote: true}}: %s",
                    guest_field(host)->name, names);
    putchar('\n');
    text_print(text, 0, 94);
}

/* A field of an array, as records[3].guid, stands for all of them: whether it is the first one. */
static bool is_first_of_array(const struct message_kind *m, uint32_t k)
{
    const char *name = m->fields[k].name, *behind = strchr(name, ']');
    size_t before = strcspn(name, "[");
    for (uint32_t i = 0; behind != NULL && i < k; i++) {
        const char *earlier = strchr(m->fields[i].name, ']');
        if (earlier != NULL && strcmp(earlier, behind) == 0
            && strncmp(m->fields[i].name, name, before + 1) == 0)
            return false;
    }
    return true;
}

static void write_message_fields(char *text, size_t size, const struct message_kind *m)
{
    size_t used = 0;
    *text = '\0';
    for (uint32_t k = 0; k < m->field_count && used < size; k++) {
        const char *name = m->fields[k].name, *behind = strchr(name, ']');
        if (!is_first_of_array(m, k))
            continue;
        used += (size_t) snprintf(text + used, size - used, "%s%.*s%s%s", used == 0 ? "" : ", ",
                                  (int) strcspn(name, "["), name, behind == NULL ? "" : "[…",
                                  behind == NULL ? "" : behind);
    }
}

static void print_messages(const struct algorithm *a)
{
    printf("\nMessages\n");
    for (uint32_t i = 0; i < a->message_count; i++) {
        char fields[1024], name[128];
        write_message_fields(fields, sizeof fields, &a->messages[i]);
        (void) snprintf(name, sizeof name, "  %s%s", a->messages[i].name,
                        *fields == '\0' ? "" : ":");
        text_print_beside(name, fields, 6, 88);
    }
}

static void print_measured(const struct algorithm *a)
{
    struct measured m;
    if (!measured_find(a->name, &m) || !m.failover.known)
        return;
    char failover[FIGURE_MAX], text[256];
    size_t used = 0;
    format_seconds(failover, m.failover.value);
    for (unsigned i = 0; i < MEASURED_SIZES && used < sizeof text; i++)
        used += (size_t) snprintf(text + used, sizeof text - used, "%s%.4g", i == 0 ? "" : ", ",
                                  m.messages[i].value);
    printf("Measured with defaults, after a crash: %s without a leader, five nodes;\n"
           "  messages of the election, with 3, 5, 7 and 9 nodes: %s\n",
           failover, text);
    if (a->failover_is != NULL)
        printf("  its failover is %s\n", a->failover_is);
}

static void print_scenarios(const struct algorithm *a)
{
    char *folder = load_scenarios_folder();
    struct shipped all = shipped_names(folder);
    bool titled = false;
    for (size_t i = 0; i < all.count; i++) {
        if (!shipped_runs(folder, all.names[i], a->name))
            continue;
        if (!titled)
            printf("\nScenarios that run it (conclave describe NAME)\n");
        titled = true;
        printf("  %s\n", all.names[i]);
    }
    shipped_free(&all);
    free(folder);
}

static void describe_algorithm(const struct algorithm *a)
{
    printf("%s (algorithm: %s)\n\n", a->title, a->name);
    text_print(a->about, 0, 94);
    putchar('\n');
    text_print_beside("Source:", a->source, 2, 92);
    if (a->tolerates != NULL)
        text_print_beside("Tolerates:", a->tolerates, 2, 92);
    print_measured(a);
    printf("\nOptions, under `%s:`\n", a->name);
    for (uint32_t i = 0; i < a->option_count; i++)
        field_print(&a->options[i]);
    print_guests(a);
    print_messages(a);
    printf("\nTechniques (`conclave list techniques`)\n");
    techniques_print_of(a);
    print_set("Promises (more with some options), checked in every run", a->promises,
              property_infos);
    print_set("Assumes", a->assumptions, assumption_infos);
    print_scenarios(a);
}

static void describe_fault(const struct fault_kind *f)
{
    static const char *const durations[]
        = {"happens at an instant: it takes no `for`",
           "lasts for `for`; without it until the end of the run (or `settle`)",
           "is undone after `for`; without it never"};
    printf("%s (fault)\n\n", f->name);
    text_print(f->about, 0, 94);
    printf("It %s.\n\nExample: - %s\n\nTakes\n", durations[f->duration], f->example);
    for (uint32_t i = 0; i < f->field_count; i++)
        field_print(&f->fields[i]);
}

static void describe_distribution(const struct distribution_info *d)
{
    printf("%s(", d->name);
    for (uint32_t i = 0; i < d->parameter_count; i++)
        printf("%s%s", i == 0 ? "" : ", ", d->parameters[i].name);
    printf(") (distribution)\n\n%s.\n", d->about);
    puts("Drawn with integers only: the same draws on every machine.");
}

static void describe_metric(const struct metric_info *m)
{
    static const char *const units[]
        = {"seconds", "a count", "a share of 1", "per hour", "per second"};
    printf("%s (metric, %s, %s is better)\n\n%c%s.\n\n", m->name, units[m->unit],
           m->less_is_better ? "less" : "more", toupper((unsigned char) m->about[0]), m->about + 1);
    text_print(m->definition, 0, 94);
}

static void describe_property(const struct property_info *p)
{
    printf("%s (property)\n\n%s.\n", p->name, p->about);
    if (p->source != NULL)
        printf("Source: %s\n", p->source);
    puts("Checked from outside at every event; broken where an algorithm promises it, it is a row "
         "of "
         "`violation`.");
}

struct key_search {
    const char *path;
    bool json, found;
};

static void look_at_key(void *context, const char *path, const char *takes, const struct field *key)
{
    struct key_search *search = context;
    if (strcmp(path, search->path) != 0)
        return;
    search->found = true;
    if (search->json) {
        describe_json_key(path, takes, key);
        return;
    }
    printf("%s (key of a scenario)\n\n", path);
    field_print_as(path, takes, key);
}

static enum exit_status describe_scenario(const char *name, bool json)
{
    struct loaded loaded;
    enum exit_status status = load_document(name, &loaded);
    if (status != EXIT_WELL)
        return status;
    const struct cli none = {0};
    struct scenario *s = load_scenario(&none, &loaded, NULL, NULL, 0, &status);
    if (s != NULL && json) {
        describe_json_scenario(s, loaded.document);
    } else if (s != NULL) {
        printf("%s (scenario, %s)\n\n", s->title, s->file);
        text_print(s->about, 0, 94);
        for (unsigned i = 0; i < document_variant_count(loaded.document); i++)
            printf("%s  %s\n", i == 0 ? "\nVariants (--variant NAME)\n" : "",
                   document_variant_name(loaded.document, i));
        printf("\nRun it: conclave run %s\n", name);
    }
    scenario_free(s);
    load_free(&loaded);
    return status;
}

/* ---- Finding it ------------------------------------------------------------------------------ */

/* `downtime` is the first of downtime.mean, downtime.p50 and so on. */
static uint32_t find_metric(const char *name)
{
    size_t length = strlen(name);
    uint32_t found = metric_find(name, length);
    for (uint32_t i = 0; i < metric_count() && found == UINT32_MAX; i++)
        if (strncmp(metric_infos[i].name, name, length) == 0 && metric_infos[i].name[length] == '.')
            found = i;
    return found;
}

/* The algorithm before the dot, or NULL. */
static const struct algorithm *algorithm_of(const char *name)
{
    size_t length = strcspn(name, ".");
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++)
        if (name[length] == '.' && strlen((*a)->name) == length
            && strncmp((*a)->name, name, length) == 0)
            return *a;
    return NULL;
}

static bool describe_option(const char *name, bool json)
{
    const struct algorithm *a = algorithm_of(name);
    for (uint32_t i = 0; a != NULL && i < a->option_count; i++)
        if (strcmp(a->options[i].name, name + strlen(a->name) + 1) == 0) {
            char type[256];
            field_write_type(type, sizeof type, &a->options[i]);
            if (json) {
                describe_json_key(name, type, &a->options[i]);
            } else {
                printf("%s (option of %s)\n\n", name, a->title);
                field_print(&a->options[i]);
            }
            return true;
        }
    return false;
}

static bool describe_from_tables(const char *name, bool json)
{
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++)
        if (strcmp((*a)->name, name) == 0)
            return (json ? describe_json_algorithm : describe_algorithm)(*a), true;
    for (const struct fault_kind *const *f = fault_kinds; *f != NULL; f++)
        if (strcmp((*f)->name, name) == 0)
            return (json ? describe_json_fault : describe_fault)(*f), true;
    for (unsigned i = 0; i < DISTRIBUTION_KIND_COUNT; i++)
        if (strcmp(distribution_infos[i].name, name) == 0)
            return (json ? describe_json_distribution
                         : describe_distribution)(&distribution_infos[i]),
                   true;
    uint32_t metric = find_metric(name);
    if (metric != UINT32_MAX)
        return (json ? describe_json_metric : describe_metric)(&metric_infos[metric]), true;
    for (const struct property_info *p = property_infos; p->name != NULL; p++)
        if (strcmp(p->name, name) == 0)
            return (json ? describe_json_property : describe_property)(p), true;
    const struct technique *technique = technique_find(name);
    if (technique != NULL)
        return (json ? technique_put : technique_print)(technique), true;
    if (describe_option(name, json))
        return true;
    struct key_search search = {.path = name, .json = json};
    language_visit_keys(look_at_key, &search);
    return search.found;
}

static bool is_scenario(const char *name)
{
    char *path;
    if (load_find_shipped(name, &path) != EXIT_WELL)
        return false;
    bool named_as_file = strchr(name, '/') != NULL || strchr(name, '.') != NULL;
    bool found = path != NULL || (named_as_file && access(name, F_OK) == 0);
    free(path);
    return found;
}

static const char *nearest_of_all(const char *name)
{
    const char *names[256];
    size_t count = 0;
    for (const struct algorithm *const *a = catalog(); *a != NULL && count < 40; a++)
        names[count++] = (*a)->name;
    for (const struct fault_kind *const *f = fault_kinds; *f != NULL && count < 90; f++)
        names[count++] = (*f)->name;
    for (unsigned i = 0; i < DISTRIBUTION_KIND_COUNT; i++)
        names[count++] = distribution_infos[i].name;
    for (uint32_t i = 0; i < metric_count() && count < 230; i++)
        names[count++] = metric_infos[i].name;
    for (const struct property_info *p = property_infos; p->name != NULL; p++)
        names[count++] = p->name;
    for (unsigned i = 0; topic_at(i) != NULL && count < 250; i++)
        names[count++] = topic_at(i)->name;
    for (const struct technique *t = techniques; t->name != NULL && count < 256; t++)
        names[count++] = t->name;
    return nearest_name(name, strlen(name), names, count);
}

static enum exit_status unknown(const char *name)
{
    const struct algorithm *a = algorithm_of(name);
    const char *ours = word_of_algorithm(name), *near = NULL, *options[64];
    uint32_t count = 0;
    if (ours != NULL)
        return cli_fail(EXIT_USAGE, "nothing is called `%s`; Conclave calls it %s", name, ours);
    for (; a != NULL && count < a->option_count && count < 64; count++)
        options[count] = a->options[count].name;
    if (a != NULL) {
        const char *option = name + strlen(a->name) + 1;
        near = nearest_name(option, strlen(option), options, count);
    } else {
        near = nearest_of_all(name);
    }
    return cli_fail(EXIT_USAGE, "nothing is called `%s`%s%s%s%s%s; see `conclave list`", name,
                    near == NULL ? "" : "; did you mean `",
                    near == NULL || a == NULL ? "" : a->name, near == NULL || a == NULL ? "" : ".",
                    near == NULL ? "" : near, near == NULL ? "" : "`?");
}

/* ---- What there is --------------------------------------------------------------------------- */

/* Names on lines as wide as a terminal, behind a title. */
struct name_list {
    const char *title;
    int column;
};

static void add_name(struct name_list *l, const char *name)
{
    int length = (int) strlen(name);
    if (l->column == 0)
        l->column = printf("  %-16s%s", l->title, name);
    else if (l->column + 2 + length > 98)
        l->column = printf(",\n%18s%s", "", name) - 2;
    else
        l->column += printf(", %s", name);
}

static void print_topic_names(void)
{
    for (unsigned i = 0; topic_at(i) != NULL; i++) {
        char name[64];
        (void) snprintf(name, sizeof name, "  %s", topic_at(i)->name);
        text_print_beside(name, topic_at(i)->about, 18, 78);
    }
}

static void print_what_there_is(void)
{
    puts("What `conclave describe NAME` tells of:\n");
    struct name_list electing = {"algorithms", 0}, faults = {"faults", 0};
    struct name_list distributions = {"distributions", 0}, properties = {"properties", 0};
    struct name_list all_techniques = {"techniques", 0};
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++)
        add_name(&electing, (*a)->name);
    putchar('\n');
    for (const struct technique *t = techniques; t->name != NULL; t++)
        add_name(&all_techniques, t->name);
    putchar('\n');
    for (const struct fault_kind *const *f = fault_kinds; *f != NULL; f++)
        add_name(&faults, (*f)->name);
    putchar('\n');
    for (unsigned i = 0; i < DISTRIBUTION_KIND_COUNT; i++)
        add_name(&distributions, distribution_infos[i].name);
    putchar('\n');
    for (const struct property_info *p = property_infos; p->name != NULL; p++)
        add_name(&properties, p->name);
    puts("\n  metrics         `conclave list metrics`\n"
         "  scenarios       `conclave list scenarios`\n"
         "  options         as raft.pre_vote\n"
         "  keys            as network.loss; all of them: `conclave describe language`\n"
         "  schema          the JSON schema of the language, for editors\n"
         "\nTopics");
    print_topic_names();
}

static bool describe_language_json(const char *name)
{
    if (strcmp(name, "language") != 0)
        return false;
    describe_json_language();
    return true;
}

/* False: nothing is called so. */
static bool describe_named(const char *name, bool json)
{
    if (strcmp(name, "schema") == 0) {
        language_write_schema(stdout);
        return true;
    }
    if (json ? describe_language_json(name) : topic_print(name))
        return true;
    return describe_from_tables(name, json) || topic_print(name);
}

static enum exit_status run(struct cli *cli)
{
    bool json = cli->options[OPTION_JSON].given;
    if (cli->argument_count == 0) {
        print_what_there_is();
        return EXIT_WELL;
    }
    const char *name = cli->arguments[0];
    const struct command *command = command_find(name);
    if (describe_named(name, json))
        return EXIT_WELL;
    if (command != NULL) {
        command_print_help(command, stdout);
        return EXIT_WELL;
    }
    if (is_scenario(name))
        return describe_scenario(name, json);
    const char *page = is_selector_word(name) ? "selectors" : word_page(name);
    return page != NULL && describe_named(page, json) ? EXIT_WELL : unknown(name);
}

const struct command describe_command = {
    .name = "describe",
    .arguments = "[NAME]",
    .arguments_max = 1,
    .about
    = "an algorithm, technique, fault, distribution, metric, property, scenario or key of one",
    .details
    = "Without NAME it lists what there is. `describe language` begins with the scenario "
      "language:\n"
      "its keys, and topics as selectors, units, expressions, variants, faults and overrides;\n"
      "`describe schema` is its JSON schema. `streams`, `statistics` and `causes` say how chance "
      "is\n"
      "dealt out, how figures are computed, and what `why` calls a root cause.",
    .example = "conclave describe raft",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(JSON),
    .run = run,
};
