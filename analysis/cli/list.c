/* conclave list: what there is to choose from, all of it from the tables. */
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/command.h"
#include "analysis/cli/load.h"
#include "analysis/cli/measured.h"
#include "analysis/cli/shipped.h"
#include "analysis/cli/techniques.h"
#include "analysis/cli/text.h"
#include "analysis/cli/topics.h"
#include "analysis/json.h"
#include "analysis/plot/plot.h"
#include "analysis/summary/format.h"
#include "scenarios/language/catalog.h"
#include "sim/metrics.h"

/* Where an entry goes: an aligned line, or an object of a JSON array. */
struct listing {
    struct json *json; /* NULL: text */
    unsigned count;
};

static void entry(struct listing *l, const char *name, const char *title, const char *about)
{
    l->count++;
    if (l->json == NULL) {
        printf("  %-28s %s%s%s\n", name, title, *title == '\0' ? "" : ": ", about);
        return;
    }
    json_begin(l->json, NULL, '{');
    json_text(l->json, "name", name);
    if (*title != '\0')
        json_text(l->json, "title", title);
    json_text(l->json, "about", about);
    json_end(l->json, '}');
}

/* ---- Algorithms ------------------------------------------------------------------------------ */

#define ORIGIN_MAX 28
#define AT_FIVE 1 /* of measured_nodes */

/* An algorithm that does not say is listed by the beginning of its source. */
static void write_origin(char text[ORIGIN_MAX], const struct algorithm *a)
{
    const char *origin = a->origin != NULL ? a->origin : a->source;
    size_t length = a->origin != NULL ? strlen(origin) : strcspn(origin, ",;(");
    (void) snprintf(text, ORIGIN_MAX, "%.*s", (int) length, origin);
}

static void put_algorithm(struct json *j, const struct algorithm *a, const char *origin,
                          const struct measured *m)
{
    json_begin(j, NULL, '{');
    json_text(j, "name", a->name);
    json_text(j, "title", a->title);
    json_text(j, "about", a->tolerates == NULL ? a->about : a->tolerates);
    json_text(j, "origin", origin);
    json_text(j, "tolerates", a->tolerates);
    json_text(j, "failover_is", a->failover_is);
    json_text(j, "message_complexity", *m->complexity == '\0' ? NULL : m->complexity);
    json_begin(j, "messages_per_election", '{');
    for (unsigned i = 0; i < MEASURED_SIZES; i++) {
        char nodes[16];
        (void) snprintf(nodes, sizeof nodes, "%u", measured_nodes[i]);
        json_real(j, nodes, m->messages[i].known, m->messages[i].value);
    }
    json_end(j, '}');
    json_real(j, "failover_s", m->failover.known, m->failover.value);
    json_end(j, '}');
}

static void print_algorithm(const struct algorithm *a, const char *origin, const struct measured *m)
{
    char messages[32] = "-", failover[FIGURE_MAX] = "-";
    if (m->messages[AT_FIVE].known)
        (void) snprintf(messages, sizeof messages, "O(%s) %.4g", m->complexity,
                        m->messages[AT_FIVE].value);
    if (strcmp(m->complexity, "0") == 0)
        (void) snprintf(messages, sizeof messages, "none");
    if (m->failover.known)
        format_seconds(failover, m->failover.value);
    printf("  %-24s %-28s%-12s %s\n", a->name, origin, messages, failover);
    text_print(a->tolerates == NULL ? a->about : a->tolerates, 6, 86);
    if (a->failover_is != NULL)
        printf("      its failover is %s\n", a->failover_is);
}

static void list_algorithms(struct listing *l)
{
    if (l->json == NULL)
        printf("  %-24s %-28s%-12s %s\n", "", "from", "messages", "failover");
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++) {
        struct measured m;
        char origin[ORIGIN_MAX];
        (void) measured_find((*a)->name, &m);
        write_origin(origin, *a);
        l->count++;
        if (l->json != NULL)
            put_algorithm(l->json, *a, origin, &m);
        else
            print_algorithm(*a, origin, &m);
    }
    for (const struct absent_algorithm *a = catalog_absent(); a->name != NULL; a++)
        if (l->json != NULL)
            entry(l, a->name, a->title, a->why);
        else
            printf("  %-24s %s\n", a->name, a->why);
    if (l->json == NULL)
        puts("\n  Below each: what it tolerates. messages: of an election after a crash, how they "
             "grow with n\n  and at five nodes, beside heartbeats. failover: mean time without a "
             "leader then, five nodes,\n  defaults; it is mostly timeouts, which are options. "
             "Both are measured: results/make-algorithms.");
}

/* ---- The rest -------------------------------------------------------------------------------- */

static void list_techniques(struct listing *l)
{
    for (const struct technique *t = techniques; t->name != NULL; t++) {
        l->count++;
        if (l->json == NULL) {
            printf("  %-22s%s\n", t->name, t->about);
            technique_print_holders(t);
            continue;
        }
        json_begin(l->json, NULL, '{');
        json_text(l->json, "name", t->name);
        json_text(l->json, "about", t->about);
        technique_put_holders(l->json, t);
        json_end(l->json, '}');
    }
    if (l->json == NULL)
        puts(
            "  `conclave describe` says of a technique or an algorithm which option, and why not.");
}

static void list_faults(struct listing *l)
{
    for (const struct fault_kind *const *f = fault_kinds; *f != NULL; f++)
        entry(l, (*f)->name, "", (*f)->about);
}

static void list_distributions(struct listing *l)
{
    for (unsigned i = 0; i < DISTRIBUTION_KIND_COUNT; i++)
        entry(l, distribution_infos[i].name, "", distribution_infos[i].about);
}

static void list_metrics(struct listing *l)
{
    for (uint32_t i = 0; i < metric_count(); i++) {
        const struct metric_info *m = &metric_infos[i];
        l->count++;
        if (l->json == NULL) {
            printf("  %-30s %s\n", m->name, m->about);
            continue;
        }
        json_begin(l->json, NULL, '{');
        json_text(l->json, "name", m->name);
        json_text(l->json, "about", m->about);
        json_text(l->json, "definition", m->definition);
        json_end(l->json, '}');
    }
    if (l->json == NULL)
        puts("  `conclave describe METRIC` says what begins and ends it, and what is left out.");
}

static void list_plots(struct listing *l)
{
    for (const struct plot_kind *const *k = plot_kinds; *k != NULL; k++)
        entry(l, (*k)->name, "", (*k)->about);
}

static void list_scenario(struct listing *l, const char *folder, const char *name)
{
    char *path = load_join(folder, name, ".yaml");
    struct loaded loaded;
    enum exit_status status;
    if (path != NULL && load_document(path, &loaded) == EXIT_WELL) {
        const struct cli none = {0};
        struct scenario *scenario = load_scenario(&none, &loaded, NULL, NULL, 0, &status);
        if (scenario != NULL)
            entry(l, name, "", scenario->title);
        scenario_free(scenario);
        load_free(&loaded);
    }
    free(path);
}

static void list_scenarios(struct listing *l)
{
    char *folder = load_scenarios_folder();
    struct shipped all = shipped_names(folder);
    for (size_t i = 0; i < all.count; i++)
        list_scenario(l, folder, all.names[i]);
    char *places = all.count == 0 && l->json == NULL ? load_places_text() : NULL;
    if (places != NULL)
        text_print(places, 2, 92);
    l->count += places != NULL;
    free(places);
    shipped_free(&all);
    free(folder);
}

static void list_topics(struct listing *l)
{
    for (unsigned i = 0; topic_at(i) != NULL; i++)
        entry(l, topic_at(i)->name, "", topic_at(i)->about);
}

static const struct category {
    const char *name, *title;
    void (*list)(struct listing *l);
} categories[] = {
    {"algorithms", "Algorithms (`algorithm:`)", list_algorithms},
    {"techniques", "Techniques, and which algorithm has them", list_techniques},
    {"faults", "Faults (entries of `faults:`)", list_faults},
    {"distributions", "Distributions of latency and disk time", list_distributions},
    {"metrics", "Metrics, for `expect:` and --for", list_metrics},
    {"plots", "Plots, for `conclave plot DB --kind`", list_plots},
    {"scenarios", "Shipped scenarios: conclave run NAME", list_scenarios},
    {"topics", "Topics: the scenario language and more, for `conclave describe`", list_topics},
};

#define CATEGORY_COUNT (sizeof categories / sizeof *categories)

static void list_category(const struct category *c, struct json *json)
{
    struct listing l = {.json = json};
    if (json == NULL)
        printf("%s\n", c->title);
    else
        json_begin(json, c->name, '[');
    c->list(&l);
    if (json != NULL)
        json_end(json, ']');
    else if (l.count == 0)
        puts("  none found");
}

static enum exit_status unknown(const char *name)
{
    const char *names[CATEGORY_COUNT];
    for (unsigned i = 0; i < CATEGORY_COUNT; i++)
        names[i] = categories[i].name;
    const char *near = nearest_name(name, strlen(name), names, CATEGORY_COUNT);
    return cli_fail(EXIT_USAGE,
                    "no list of `%s`%s%s%s; there are algorithms, techniques, faults, "
                    "distributions, metrics, plots, scenarios and topics",
                    name, near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
                    near == NULL ? "" : "`?");
}

static enum exit_status run(struct cli *cli)
{
    struct json json = {.out = stdout}, *to = cli->options[OPTION_JSON].given ? &json : NULL;
    const char *wanted = cli->argument_count == 0 ? NULL : cli->arguments[0];
    bool found = false;
    for (unsigned i = 0; wanted != NULL && i < CATEGORY_COUNT; i++)
        found = found || strcmp(categories[i].name, wanted) == 0;
    if (wanted != NULL && !found)
        return unknown(wanted);
    if (to != NULL)
        json_begin(to, NULL, '{');
    for (unsigned i = 0, listed = 0; i < CATEGORY_COUNT; i++) {
        if (wanted != NULL && strcmp(categories[i].name, wanted) != 0)
            continue;
        if (to == NULL && listed++ > 0)
            putchar('\n');
        list_category(&categories[i], to);
    }
    if (to != NULL)
        json_end(to, '}');
    return EXIT_WELL;
}

const struct command list_command = {
    .name = "list",
    .arguments = "[WHAT]",
    .arguments_max = 1,
    .about
    = "what there is: algorithms, techniques, faults, distributions, metrics, plots, scenarios, "
      "topics",
    .example = "conclave list algorithms",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(JSON),
    .run = run,
};
