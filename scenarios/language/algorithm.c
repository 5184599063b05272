/* `algorithm:`, its options, and the options of single nodes. */
#include <string.h>

#include "scenarios/language/catalog.h"
#include "scenarios/language/reader.h"
#include "scenarios/language/words.h"

static unsigned error_count(const struct reader *r)
{
    return r->diagnostics->count + r->diagnostics->omitted;
}

/* Asks the algorithm itself; its complaint stands at the option that it names. */
static bool check_config(struct reader *r, const void *config, const struct yaml *section,
                         const char *prefix)
{
    const struct algorithm *algorithm = r->scenario->algorithm;
    const char *option = NULL;
    if (algorithm->check == NULL || !r->nodes_known)
        return true;
    const char *wrong = algorithm->check(config, r->scenario->nodes, &option);
    if (wrong == NULL)
        return true;
    const struct yaml *place = yaml_find(r->root, "algorithm", NULL);
    const struct yaml *value = NULL;
    if (option != NULL && section != NULL) {
        value = yaml_find(section, option, NULL);
        const char *dotted = arena_format(r->arena, "%s%s", prefix, option);
        if (value == NULL && dotted != NULL)
            value = yaml_find(section, dotted, NULL);
    }
    if (value == NULL)
        value = section != NULL ? section : place;
    complain(r, value, NULL, "%s%s%s%s", option != NULL ? "`" : "", option != NULL ? option : "",
             option != NULL ? "`: " : "", wrong);
    return false;
}

void begin_algorithm(struct reader *r)
{
    struct scenario *s = r->scenario;
    const struct yaml *name = yaml_find(r->root, "algorithm", NULL);
    if (name == NULL || name->kind != YAML_SCALAR)
        return;
    s->algorithm = catalog_find(name->text);
    if (s->algorithm == NULL)
        return;
    const struct yaml *section = yaml_find(r->root, s->algorithm->name, NULL);
    if (section != NULL && !need_kind(r, section, YAML_MAP, "a mapping of options"))
        section = NULL;
    void *config = arena_take(r->arena, s->algorithm->config_size);
    if (config == NULL)
        return;
    unsigned errors = error_count(r);
    read_options(r, s->algorithm->options, s->algorithm->option_count, section, config,
                 s->algorithm->name);
    s->config = config;
    if (error_count(r) != errors || r->arena->failed || !check_config(r, config, section, ""))
        return;
    s->services = s->algorithm->services != NULL ? s->algorithm->services(config) : 0;
    r->services_known = true;
}

void read_algorithm(struct reader *r, const struct yaml *value, void *base)
{
    (void) base;
    if (!need_scalar(r, value, "an algorithm's name") || catalog_find(value->text) != NULL)
        return;
    for (const struct absent_algorithm *a = catalog_absent(); a->name != NULL; a++)
        if (strcmp(a->name, value->text) == 0) {
            complain(r, value, a->why, "this program lacks the algorithm `%.80s`", value->text);
            return;
        }
    struct names names = {0};
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++)
        names_add(&names, (*a)->name);
    const char *ours = word_of_algorithm(value->text);
    const char *suggestion = ours != NULL ? arena_format(r->arena, "Conclave calls it %s", ours)
                                          : did_you_mean(r, value->text, value->length, &names);
    complain(r, value, suggestion != NULL ? suggestion : "`conclave list algorithms` names them",
             "unknown algorithm `%.80s`", value->text);
}

/* Whether options of an algorithm that does not run here may stand in the document: because a
 * variant or an override chooses between algorithms. */
static bool may_stand(const struct reader *r, const char *name)
{
    for (uint32_t i = 0; i < r->other_algorithm_count; i++)
        if (strcmp(r->other_algorithms[i], name) == 0)
            return true;
    return r->all_algorithms;
}

bool take_algorithm_section(struct reader *r, const struct yaml *key, const struct yaml *value)
{
    const struct algorithm *algorithm = catalog_find(key->text);
    (void) value;
    if (algorithm == NULL) {
        /* Of an algorithm that we do not know, `algorithm:` itself has told already. */
        const struct yaml *name = yaml_find(r->root, "algorithm", NULL);
        return name != NULL && name->kind == YAML_SCALAR && strcmp(name->text, key->text) == 0;
    }
    if (r->scenario->algorithm != NULL && algorithm != r->scenario->algorithm
        && algorithm != r->guest_by_name && !may_stand(r, key->text))
        complain(r, key, NULL, "options of `%s`, but this scenario runs `%s`", algorithm->name,
                 r->scenario->algorithm->name);
    return true;
}

/* ---- Options of single nodes --------------------------------------------------------------- */

static void *own_config(struct reader *r, node_id id)
{
    size_t size = r->scenario->algorithm->config_size;
    if (r->config_of[id] == NULL) {
        r->config_of[id] = arena_take(r->arena, size);
        if (r->config_of[id] != NULL && size > 0)
            memcpy(r->config_of[id], r->scenario->config, size);
    }
    return r->config_of[id];
}

/* The guest's options of one node: its own copy of what it would have anyway. */
static void *own_guest_config(struct reader *r, void *config)
{
    struct guest_option *own = guest_of(r, config);
    size_t size = own->algorithm->config_size;
    void *copy = arena_take(r->arena, size);
    if (copy != NULL && size > 0)
        memcpy(copy, own->config, size);
    if (copy != NULL)
        own->config = copy;
    return copy;
}

/* All nodes run the same algorithms: they share the tables of messages and timers. */
static void check_same_guest(struct reader *r, const struct yaml *value, const void *config)
{
    const struct guest_option *cluster = guest_of(r, r->scenario->config);
    if (guest_of(r, config)->algorithm != cluster->algorithm)
        complain(r, value, NULL,
                 "a node can have other options of its own, but the cluster's is %s",
                 cluster->algorithm == NULL ? "no algorithm here" : cluster->algorithm->name);
}

static void override_option(struct reader *r, const struct algorithm *algorithm,
                            const struct yaml *key, const char *name, const struct yaml *value,
                            void *config)
{
    for (uint32_t i = 0; i < algorithm->option_count; i++)
        if (strcmp(algorithm->options[i].name, name) == 0) {
            if (read_field(r, &algorithm->options[i], value, config)
                && algorithm->options[i].type == FIELD_ALGORITHM)
                check_same_guest(r, value, config);
            return;
        }
    complain_no_option(r, key, name, algorithm->options, algorithm->option_count, algorithm->name);
}

static void complain_of_another(struct reader *r, const struct yaml *key, const char *owner)
{
    const struct algorithm *algorithm = r->scenario->algorithm;
    if (catalog_find(owner) == NULL)
        complain(r, key, arena_format(r->arena, "write `%s.OPTION: value`", algorithm->name),
                 "`%.80s` is no option that a node can have of its own", key->text);
    else if (!may_stand(r, owner))
        complain(r, key, NULL, "options of `%s`, but this scenario runs `%s`", owner,
                 algorithm->name);
}

/* `raft.election_timeout: …` or `raft: {election_timeout: …}`; of the algorithm or of its guest. */
static void override_entry(struct reader *r, const struct yaml *key, const struct yaml *value,
                           void *config)
{
    const struct algorithm *algorithm = r->scenario->algorithm;
    const struct guest_option *guest = guest_of(r, config);
    const char *dot = strchr(key->text, '.');
    size_t length = dot != NULL ? (size_t) (dot - key->text) : key->length;
    const char *owner = arena_text(r->arena, key->text, length);
    if (owner == NULL)
        return;
    if (guest != NULL && guest->algorithm != NULL && strcmp(owner, guest->algorithm->name) == 0) {
        algorithm = guest->algorithm;
        config = own_guest_config(r, config);
    }
    if (strcmp(owner, algorithm->name) != 0) {
        complain_of_another(r, key, owner);
        return;
    }
    if (config == NULL)
        return;
    if (dot != NULL) {
        override_option(r, algorithm, key, dot + 1, value, config);
        return;
    }
    if (!need_kind(r, value, YAML_MAP, "a mapping of options"))
        return;
    for (uint32_t i = 0; i < value->count; i++)
        override_option(r, algorithm, value->entries[i].key, value->entries[i].key->text,
                        value->entries[i].value, config);
}

void read_overrides(struct reader *r, const struct yaml *value, void *base)
{
    (void) base;
    if (!need_kind(r, value, YAML_MAP, "nodes with options: {n4: {raft.pre_vote: true}}")
        || r->scenario->config == NULL)
        return;
    for (uint32_t i = 0; i < value->count; i++) {
        const struct yaml *options = value->entries[i].value;
        node_id id;
        if (!read_node(r, value->entries[i].key, &id)
            || id >= r->scenario->nodes + r->scenario->services
            || !need_kind(r, options, YAML_MAP, "a mapping of options"))
            continue;
        void *config = own_config(r, id);
        if (config == NULL)
            return;
        unsigned errors = error_count(r);
        for (uint32_t j = 0; j < options->count; j++)
            override_entry(r, options->entries[j].key, options->entries[j].value, config);
        const char *prefix = arena_format(r->arena, "%s.", r->scenario->algorithm->name);
        if (error_count(r) == errors && prefix != NULL)
            check_config(r, config, options, prefix);
    }
}

bool finish_configs(struct reader *r)
{
    uint32_t total = r->scenario->nodes + r->scenario->services;
    const void **configs = arena_array(r->arena, total, sizeof *configs);
    if (configs == NULL)
        return false;
    for (uint32_t i = 0; i < total; i++)
        configs[i] = r->config_of[i] != NULL ? r->config_of[i] : r->scenario->config;
    r->scenario->configs = configs;
    return true;
}
