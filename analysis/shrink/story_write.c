/* A story as YAML. */
#include <inttypes.h>
#include <string.h>

#include "analysis/shrink/story.h"
#include "scenarios/language/describe.h"
#include "scenarios/language/units.h"
#include "scenarios/language/yaml.h"

#define VALUE_MAX 512

static void write_nodes(FILE *out, const struct story *s, const struct node_list *list)
{
    if (list->count != 1)
        fputc('[', out);
    for (uint32_t i = 0; i < list->count; i++) {
        char name[NODE_TEXT_MAX];
        write_node(name, list->ids[i], s->nodes);
        fprintf(out, "%s%s", i == 0 ? "" : ", ", name);
    }
    if (list->count != 1)
        fputc(']', out);
}

static void write_groups(FILE *out, const struct story *s, const struct story_fault *f)
{
    bool first = true;
    if (f->ring) {
        fputs("ring", out);
        return;
    }
    fputc('[', out);
    for (uint32_t i = 0; i < f->list_count; i++) {
        if (f->lists[i].count == 0)
            continue;
        fputs(first ? "" : ", ", out);
        first = false;
        if (f->lists[i].count == 1)
            fputc('[', out);
        write_nodes(out, s, &f->lists[i]);
        if (f->lists[i].count == 1)
            fputc(']', out);
    }
    fputc(']', out);
}

static void write_field(FILE *out, const struct story *s, const struct story_fault *f,
                        const struct field *field, uint32_t list)
{
    char value[VALUE_MAX];
    if (field->type == FIELD_GROUPS) {
        write_groups(out, s, f);
    } else if (field->type == FIELD_NODES && f->says_leader) {
        fputs("leader", out);
    } else if (field->type == FIELD_NODES) {
        write_nodes(out, s, &f->lists[list]);
    } else {
        field_write(value, sizeof value, field, f->arguments, s->scenario);
        fputs(value, out);
    }
}

static bool is_default(const struct story *s, const struct story_fault *f,
                       const struct field *field)
{
    char value[VALUE_MAX];
    if (field->default_text == NULL || field->type == FIELD_NODES || field->type == FIELD_GROUPS)
        return false;
    field_write(value, sizeof value, field, f->arguments, s->scenario);
    return strcmp(value, field->default_text) == 0;
}

static void write_fault(FILE *out, const struct story *s, const struct story_fault *f)
{
    const struct fault_kind *kind = fault_kinds[f->kind];
    char text[UNIT_TEXT_MAX];
    write_duration(text, f->at);
    fprintf(out, "  - {at: %s", text);
    if (f->has_for) {
        write_duration(text, f->lasting);
        fprintf(out, ", for: %s", text);
    }
    if (kind->value_is_map)
        fprintf(out, ", %s: {", kind->name);
    bool first = kind->value_is_map;
    for (uint32_t i = 0, list = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        bool main = i == 0 && !kind->value_is_map;
        if (!main && is_default(s, f, field))
            continue;
        fprintf(out, "%s%s: ", first ? "" : ", ", field->name);
        first = false;
        write_field(out, s, f, field, list);
        list += field->type == FIELD_NODES;
    }
    fputs(kind->value_is_map ? "}}\n" : "}\n", out);
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* The settings of one section; its heading unless it has been written. */
static void write_section(FILE *out, const struct story *s, const char *section, bool headed)
{
    const char *key = NULL;
    for (uint32_t i = 0; i < s->setting_count; i++) {
        const struct setting *t = &s->settings[i];
        if (!t->kept || strcmp(t->section, section) != 0)
            continue;
        bool list = t->item && t->key == NULL, alone = t->key == NULL && !list;
        if (alone) {
            fprintf(out, "%s: %s\n", section, t->value);
            continue;
        }
        if (!headed)
            fprintf(out, "%s:\n", section);
        headed = true;
        bool below = !list && (t->item || t->entry != NULL);
        if (list)
            fprintf(out, "  - %s\n", t->value);
        else if (!below)
            fprintf(out, "  %s: %s\n", t->key, t->value);
        else if (!same_text(key, t->key))
            fprintf(out, "  %s:\n", t->key);
        if (below && t->item)
            fprintf(out, "    - %s\n", t->value);
        else if (below)
            fprintf(out, "    %s: %s\n", t->entry, t->value);
        key = t->key;
    }
}

static bool is_first_of_section(const struct story *s, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (strcmp(s->settings[i].section, s->settings[at].section) == 0)
            return false;
    return true;
}

void story_write(FILE *out, const struct story *s)
{
    char text[UNIT_TEXT_MAX];
    uint32_t kept = 0;
    fputs("scenario: ", out);
    yaml_write_text(out, s->scenario->title);
    write_duration(text, s->duration);
    fprintf(out, "\nduration: %s\nseed: %" PRIu64 "\ncluster:\n  nodes: %" PRIu32 "\n", text,
            s->seed, s->nodes);
    write_section(out, s, "cluster", true);
    for (uint32_t i = 0; i < s->setting_count; i++)
        if (strcmp(s->settings[i].section, "cluster") != 0 && is_first_of_section(s, i))
            write_section(out, s, s->settings[i].section, false);
    for (uint32_t i = 0; i < s->fault_count; i++)
        kept += s->faults[i].kept;
    if (kept > 0)
        fputs("faults:\n", out);
    for (uint32_t i = 0; i < s->fault_count; i++)
        if (s->faults[i].kept)
            write_fault(out, s, &s->faults[i]);
    fputs("expect:\n  - ", out);
    yaml_write_text(out, s->expectation);
    fputc('\n', out);
}
