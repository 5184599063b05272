#include "analysis/shrink/story.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/language/catalog.h"
#include "scenarios/language/describe.h"
#include "scenarios/language/units.h"
#include "scenarios/language/yaml.h"
#include "sim/guest.h"

/* ---- From the document ----------------------------------------------------------------------- */

/* What the story says in its own way. */
static bool is_own(const char *section, const char *key)
{
    static const char *const own[]
        = {"scenario", "about", "duration", "seed", "expect", "draw", "variants"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(section, own[i]) == 0)
            return true;
    return key != NULL && strcmp(section, "cluster") == 0 && strcmp(key, "nodes") == 0;
}

static bool add_setting(struct story *s, struct setting setting, const struct yaml *value)
{
    char *text = NULL;
    size_t size = 0;
    if (is_own(setting.section, setting.key) || yaml_is_empty(value))
        return true;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return false;
    yaml_write(out, value);
    bool written = fclose(out) == 0;
    if (written) {
        setting.value = arena_text(&s->arena, text, size);
        setting.kept = true;
        s->settings[s->setting_count++] = setting;
    }
    free(text);
    return written && setting.value != NULL;
}

static bool add_entries(struct story *s, struct setting setting, const struct yaml *value)
{
    bool good = true;
    for (uint32_t i = 0; good && i < value->count; i++) {
        setting.item = value->kind == YAML_LIST;
        setting.entry = setting.item ? NULL : value->entries[i].key->text;
        good = add_setting(s, setting, value->entries[i].value);
    }
    return good;
}

static bool add_section(struct story *s, const char *section, const struct yaml *value)
{
    struct setting setting = {.section = section};
    if (value->kind == YAML_SCALAR)
        return add_setting(s, setting, value);
    bool good = true;
    for (uint32_t i = 0; good && i < value->count; i++) {
        const struct yaml *below = value->entries[i].value;
        setting.item = value->kind == YAML_LIST;
        setting.key = setting.item ? NULL : value->entries[i].key->text;
        bool opens = !setting.item && below->kind != YAML_SCALAR && below->count > 0;
        good = opens ? add_entries(s, setting, below) : add_setting(s, setting, below);
    }
    return good;
}

bool story_runs(const struct scenario *scenario, const char *algorithm)
{
    const struct algorithm *guest = guest_in(scenario->algorithm, scenario->config);
    return strcmp(algorithm, scenario->algorithm->name) == 0
           || (guest != NULL && strcmp(algorithm, guest->name) == 0);
}

/* A guest that is given with its options takes none from the section of its name. */
static bool has_its_own(const struct scenario *scenario, const char *algorithm)
{
    const struct algorithm *host = scenario->algorithm;
    if (guest_field(host) == NULL || strcmp(host->name, algorithm) == 0)
        return false;
    const struct yaml *options = yaml_find(scenario_tree(scenario), host->name, NULL);
    const struct yaml *guest = yaml_find(options, guest_field(host)->name, NULL);
    return guest != NULL && guest->kind == YAML_MAP;
}

/* Options of an algorithm that does not run: there are some where it is drawn. */
static bool is_of_another(const struct scenario *scenario, const char *section)
{
    return catalog_find(section) != NULL
           && (!story_runs(scenario, section) || has_its_own(scenario, section));
}

static size_t count_values(const struct yaml *value)
{
    size_t count = 1;
    for (uint32_t i = 0; value->kind != YAML_SCALAR && i < value->count; i++)
        count += count_values(value->entries[i].value);
    return count;
}

bool story_open(struct story *s, const struct scenario *scenario, uint64_t seed,
                const char *expectation)
{
    const struct yaml *tree = scenario_tree(scenario);
    *s = (struct story){.scenario = scenario,
                        .nodes = scenario->nodes,
                        .duration = scenario->duration,
                        .seed = seed,
                        .expectation = expectation};
    s->settings = arena_array(&s->arena, count_values(tree), sizeof *s->settings);
    bool good = s->settings != NULL;
    for (uint32_t i = 0; good && i < tree->count; i++)
        good = is_of_another(scenario, tree->entries[i].key->text)
               || add_section(s, tree->entries[i].key->text, tree->entries[i].value);
    return good;
}

void story_free(struct story *s)
{
    arena_free(&s->arena);
}

/* ---- Changing it ----------------------------------------------------------------------------- */

static bool is_at(const struct setting *setting, const char *section, const char *key)
{
    return strcmp(setting->section, section) == 0
           && (key == NULL || (setting->key != NULL && strcmp(setting->key, key) == 0));
}

void story_keep(struct story *s, const char *section, const char *key, bool kept)
{
    for (uint32_t i = 0; i < s->setting_count; i++)
        if (is_at(&s->settings[i], section, key))
            s->settings[i].kept = kept;
}

bool story_has(const struct story *s, const char *section, const char *key)
{
    for (uint32_t i = 0; i < s->setting_count; i++)
        if (s->settings[i].kept && is_at(&s->settings[i], section, key))
            return true;
    return false;
}

/* A new setting goes to the others of its section, so that they are written together. */
bool story_set(struct story *s, const char *section, const char *key, const char *value)
{
    char *text = arena_text(&s->arena, value, strlen(value));
    struct setting *grown
        = arena_array(&s->arena, (size_t) s->setting_count + 1, sizeof *s->settings);
    if (text == NULL || grown == NULL)
        return false;
    story_keep(s, section, key, false);
    uint32_t at = s->setting_count;
    for (uint32_t i = 0; i < s->setting_count; i++)
        if (strcmp(s->settings[i].section, section) == 0)
            at = i + 1;
    memcpy(grown, s->settings, at * sizeof *grown);
    grown[at] = (struct setting){.section = section, .key = key, .value = text, .kept = true};
    memcpy(grown + at + 1, s->settings + at, (s->setting_count - at) * sizeof *grown);
    s->settings = grown;
    s->setting_count++;
    return true;
}

/* Services come after the members. */
static bool map_list(struct story *s, const struct node_list *from, const node_id *map,
                     uint32_t nodes, struct node_list *to)
{
    node_id *ids = arena_array(&s->arena, from->count, sizeof *ids);
    *to = (struct node_list){.ids = ids};
    for (uint32_t i = 0; ids != NULL && i < from->count; i++) {
        node_id id = from->ids[i];
        node_id mapped = id < s->nodes ? map[id] : id - s->nodes + nodes;
        if (mapped != NODE_NONE)
            ids[to->count++] = mapped;
    }
    return ids != NULL;
}

uint32_t story_fault_kind(const char *name)
{
    uint32_t index = 0;
    while (strcmp(fault_kinds[index]->name, name) != 0)
        index++;
    return index;
}

bool story_fault_is_whole(const struct story_fault *f)
{
    bool groups = fault_kinds[f->kind]->fields[0].type == FIELD_GROUPS;
    uint32_t empty = 0;
    for (uint32_t i = 0; i < f->list_count; i++)
        empty += f->lists[i].count == 0;
    return groups ? f->ring || empty < f->list_count : empty == 0;
}

bool story_map_nodes(struct story *s, const node_id *map, uint32_t nodes)
{
    for (uint32_t i = 0; i < s->fault_count; i++) {
        struct story_fault *f = &s->faults[i];
        struct node_list *lists = arena_array(&s->arena, f->list_count, sizeof *lists);
        if (lists == NULL)
            return false;
        for (uint32_t k = 0; k < f->list_count; k++)
            if (!map_list(s, &f->lists[k], map, nodes, &lists[k]))
                return false;
        f->lists = lists;
        f->kept = f->kept && story_fault_is_whole(f);
    }
    s->nodes = nodes;
    return true;
}

static void *copy_array(struct story *s, const void *from, size_t count, size_t size)
{
    void *to = arena_array(&s->arena, count, size);
    if (to != NULL && count > 0)
        memcpy(to, from, count * size);
    return to;
}

bool story_remember(struct story *s, struct story_copy *copy)
{
    *copy = (struct story_copy){.setting_count = s->setting_count,
                                .fault_count = s->fault_count,
                                .nodes = s->nodes,
                                .duration = s->duration,
                                .seed = s->seed};
    copy->settings = copy_array(s, s->settings, s->setting_count, sizeof *s->settings);
    copy->faults = copy_array(s, s->faults, s->fault_count, sizeof *s->faults);
    return copy->settings != NULL && copy->faults != NULL;
}

void story_restore(struct story *s, const struct story_copy *copy)
{
    s->settings = copy->settings;
    s->setting_count = copy->setting_count;
    s->faults = copy->faults;
    s->fault_count = copy->fault_count;
    s->nodes = copy->nodes;
    s->duration = copy->duration;
    s->seed = copy->seed;
}
