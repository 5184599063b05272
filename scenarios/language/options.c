/* Values by the type of their field: the keys of a scenario, the options of an algorithm and the
 * arguments of a fault are read by the same table-driven code. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/language/reader.h"
#include "scenarios/language/units.h"
#include "scenarios/language/words.h"

static bool refuse_value(struct reader *r, const struct yaml *value, const char *why)
{
    complain(r, value, NULL, "`%.80s` %s", value->text, why);
    return false;
}

static bool read_bool(struct reader *r, const struct yaml *value, bool *into)
{
    if (!need_scalar(r, value, "true or false"))
        return false;
    bool yes = strcmp(value->text, "true") == 0;
    if (!yes && strcmp(value->text, "false") != 0)
        return refuse_value(r, value, "is neither true nor false");
    *into = yes;
    return true;
}

bool read_count_up_to(struct reader *r, const struct yaml *value, uint64_t limit, uint64_t *into)
{
    const char *why;
    uint64_t number;
    if (!need_scalar(r, value, "a whole number"))
        return false;
    if (!read_count(value->text, value->length, &number, &why))
        return refuse_value(r, value, why);
    if (number > limit)
        return refuse_value(r, value, "is too large");
    *into = number;
    return true;
}

static bool read_count_field(struct reader *r, const struct yaml *value, uint32_t *into)
{
    uint64_t number;
    if (!read_count_up_to(r, value, UINT32_MAX, &number))
        return false;
    *into = (uint32_t) number;
    return true;
}

static bool find_choice(const char *const *choices, const char *text, uint32_t *index)
{
    for (uint32_t i = 0; choices != NULL && choices[i] != NULL; i++)
        if (strcmp(choices[i], text) == 0) {
            *index = i;
            return true;
        }
    return false;
}

static bool read_choice(struct reader *r, const struct field *field, const struct yaml *value,
                        uint32_t *into)
{
    if (!need_scalar(r, value, "a word"))
        return false;
    if (find_choice(field->choices, value->text, into))
        return true;
    struct names names = {0};
    char list[256] = "";
    for (uint32_t i = 0; field->choices[i] != NULL; i++) {
        names_add(&names, field->choices[i]);
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? " | " : "", field->choices[i]);
    }
    const char *ours = word_of_value(field->name, value->text);
    complain(r, value, ours != NULL ? ours : did_you_mean(r, value->text, value->length, &names),
             "`%.80s` is none of %s", value->text, list);
    return false;
}

static const char *const quorum_words[] = {"majority", "all", "weighted", NULL};
static const uint32_t quorum_rules[] = {QUORUM_MAJORITY, QUORUM_ALL, QUORUM_WEIGHTED};

static bool read_quorum(struct reader *r, const struct field *field, const struct yaml *value,
                        struct quorum_option *into)
{
    uint32_t index;
    uint64_t count;
    const char *why;
    if (!need_scalar(r, value, "majority, all, weighted or a count of nodes"))
        return false;
    if (find_choice(quorum_words, value->text, &index)) {
        *into = (struct quorum_option){.rule = quorum_rules[index]};
        return true;
    }
    if (!read_count(value->text, value->length, &count, &why)) {
        complain(r, value, word_of_value(field->name, value->text),
                 "`%.80s` is none of majority, all, weighted, or a count of nodes", value->text);
        return false;
    }
    if (count < 1 || (r->nodes_known && count > r->scenario->nodes) || count > NODES_MAX) {
        complain(r, value, NULL, "a quorum of %" PRIu64 " nodes out of %u cannot be", count,
                 r->scenario->nodes);
        return false;
    }
    *into = (struct quorum_option){QUORUM_COUNT, (uint32_t) count};
    return true;
}

static bool read_counts(struct reader *r, const struct field *field, const struct yaml *value,
                        struct counts_option *into)
{
    if (value->kind == YAML_SCALAR) {
        *into = (struct counts_option){0};
        return read_choice(r, field, value, &into->choice);
    }
    if (!need_kind(r, value, YAML_LIST, "a word or a list of counts"))
        return false;
    if (value->count == 0) {
        complain(r, value, NULL, "an empty list says nothing");
        return false;
    }
    uint32_t *counts = arena_array(r->arena, value->count, sizeof *counts);
    if (counts == NULL)
        return false;
    for (uint32_t i = 0; i < value->count; i++)
        if (!read_count_field(r, value->entries[i].value, &counts[i]))
            return false;
    *into = (struct counts_option){.count = value->count, .values = counts};
    return true;
}

/* What a type is called where another kind of value was given. */
static const char *expectation_of(enum field_type type)
{
    switch (type) {
    case FIELD_DURATION:
    case FIELD_SIGNED:
        return "a duration";
    case FIELD_RANGE:
        return "a duration or a range";
    case FIELD_RATE:
        return "a rate";
    case FIELD_FACTOR:
        return "a factor";
    case FIELD_DRIFT:
        return "a drift";
    default:
        return "a single value";
    }
}

static bool read_unit(struct reader *r, enum field_type type, const struct yaml *value, void *into)
{
    const char *text = value->text, *why = NULL;
    size_t length = value->length;
    if (!need_scalar(r, value, expectation_of(type)))
        return false;
    bool good = false;
    if (type == FIELD_DURATION)
        good = read_duration(text, length, into, &why);
    else if (type == FIELD_SIGNED)
        good = read_signed_duration(text, length, into, &why);
    else if (type == FIELD_RANGE)
        good = read_range(text, length, into, &why);
    else if (type == FIELD_RATE)
        good = read_rate(text, length, into, &why);
    else if (type == FIELD_FACTOR)
        good = read_factor(text, length, into, &why);
    else
        good = read_drift(text, length, into, &why);
    return good || refuse_value(r, value, why);
}

bool read_field(struct reader *r, const struct field *field, const struct yaml *value, void *base)
{
    void *into = (char *) base + field->offset;
    switch (field->type) {
    case FIELD_BOOL:
        return read_bool(r, value, into);
    case FIELD_COUNT:
        return read_count_field(r, value, into);
    case FIELD_TERM:
        return read_count_up_to(r, value, UINT64_MAX, into);
    case FIELD_NODE:
        return read_node(r, value, into);
    case FIELD_DURATION:
    case FIELD_SIGNED:
    case FIELD_RANGE:
    case FIELD_RATE:
    case FIELD_FACTOR:
    case FIELD_DRIFT:
        return read_unit(r, field->type, value, into);
    case FIELD_CHOICE:
        return read_choice(r, field, value, into);
    case FIELD_QUORUM:
        return read_quorum(r, field, value, into);
    case FIELD_COUNTS:
        return read_counts(r, field, value, into);
    case FIELD_ALGORITHM:
        return read_guest(r, field, value, into);
    case FIELD_DISTRIBUTION:
        return read_distribution(r, value, into);
    case FIELD_NODES:
        return read_selector(r, value, into);
    case FIELD_GROUPS:
        return read_groups(r, value, into);
    }
    sim_unreachable();
}

const struct yaml *default_value(struct reader *r, const struct field *field)
{
    const char *text = field->default_text;
    if (text == NULL || text[0] == '\0')
        return NULL;
    struct source *source = arena_take(r->arena, sizeof *source);
    if (source == NULL)
        return NULL;
    *source = (struct source){field->name, text, strlen(text)};
    if (text[0] == '[' || text[0] == '{')
        return yaml_read(r->arena, source, 0, r->diagnostics);
    struct yaml *value = arena_take(r->arena, sizeof *value);
    if (value != NULL)
        *value = (struct yaml){.kind = YAML_SCALAR,
                               .plain = true,
                               .source = source,
                               .end = source->length,
                               .line = 1,
                               .column = 1,
                               .text = text,
                               .length = source->length};
    return value;
}

static const struct field *find_field(const struct field *fields, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

void complain_no_option(struct reader *r, const struct yaml *at, const char *name,
                        const struct field *fields, uint32_t count, const char *owner)
{
    const char *ours = word_of_option(fields, count, name);
    struct names names = {0};
    for (uint32_t i = 0; i < count; i++)
        names_add(&names, fields[i].name);
    complain(r, at,
             ours != NULL ? arena_format(r->arena, "Conclave calls it `%s`", ours)
                          : did_you_mean(r, name, strlen(name), &names),
             "`%s` has no option `%.80s`", owner, name);
}

void read_options(struct reader *r, const struct field *fields, uint32_t count,
                  const struct yaml *map, void *base, const char *owner)
{
    for (uint32_t i = 0; map != NULL && i < map->count; i++) {
        const struct yaml *key = map->entries[i].key;
        if (find_field(fields, count, key->text) != NULL)
            continue;
        complain_no_option(r, key, key->text, fields, count, owner);
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct yaml *value = yaml_find(map, fields[i].name, NULL);
        if (value == NULL)
            value = default_value(r, &fields[i]);
        if (value != NULL)
            read_field(r, &fields[i], value, base);
        else if (fields[i].default_text == NULL)
            complain(r, map != NULL ? map : r->root, NULL, "`%s` of `%s` is missing",
                     fields[i].name, owner);
    }
}
