#include "scenarios/language/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/language/catalog.h"

void complain(struct reader *r, const struct yaml *at, const char *suggestion, const char *format,
              ...)
{
    if (r->diagnostics->count == DIAGNOSTICS_MAX) { /* finding a line costs time: spare it */
        r->diagnostics->omitted++;
        return;
    }
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    size_t length;
    const char *line = yaml_line(at->source, at->begin, &length);
    diagnostics_add(r->diagnostics, at->source->name, at->line, at->column, line, length,
                    suggestion, "%s", message);
}

void names_add(struct names *names, const char *name)
{
    if (names->count < NAMES_MAX)
        names->items[names->count++] = name;
}

/* `at:5s` is one word to YAML. */
static bool lacks_blank(const char *word, size_t length, const struct names *names)
{
    const char *colon = memchr(word, ':', length);
    if (colon == NULL)
        return false;
    size_t before = (size_t) (colon - word);
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->items[i]) == before && memcmp(names->items[i], word, before) == 0)
            return true;
    return false;
}

const char *did_you_mean(struct reader *r, const char *word, size_t length,
                         const struct names *names)
{
    if (r->diagnostics->count == DIAGNOSTICS_MAX)
        return NULL;
    if (lacks_blank(word, length, names))
        return "YAML wants a blank after the colon";
    const char *nearest = nearest_name(word, length, names->items, names->count);
    return nearest != NULL ? arena_format(r->arena, "did you mean `%s`?", nearest) : NULL;
}

static const char *kind_name(const struct yaml *value)
{
    if (yaml_is_empty(value))
        return "nothing";
    switch (value->kind) {
    case YAML_SCALAR:
        return "a single value";
    case YAML_LIST:
        return "a list";
    case YAML_MAP:
        return "a mapping";
    }
    return "";
}

bool need_kind(struct reader *r, const struct yaml *value, enum yaml_kind kind,
               const char *expected)
{
    if (value->kind == kind && (kind != YAML_SCALAR || !yaml_is_empty(value)))
        return true;
    complain(r, value, NULL, "expected %s, not %s", expected, kind_name(value));
    return false;
}

bool need_scalar(struct reader *r, const struct yaml *value, const char *expected)
{
    return need_kind(r, value, YAML_SCALAR, expected);
}

static const struct key *find_key(const struct key_map *keys, const char *name)
{
    for (uint32_t i = 0; i < keys->count; i++)
        if (strcmp(keys->keys[i].field.name, name) == 0)
            return &keys->keys[i];
    return NULL;
}

static void read_key(struct reader *r, const struct yaml *map, const struct key *key,
                     const struct yaml *value, void *base)
{
    if (key->inside != NULL) {
        if (value != NULL && !need_kind(r, value, YAML_MAP, "a mapping"))
            value = NULL;
        read_map(r, value, key->inside, (char *) base + key->field.offset, NULL);
        return;
    }
    if (value == NULL && key->field.default_text == NULL) {
        complain(r, map != NULL ? map : r->root, key->hint, "`%s` is missing",
                 key->path != NULL ? key->path : key->field.name);
        return;
    }
    if (value == NULL)
        value = default_value(r, &key->field);
    if (value == NULL)
        return;
    if (key->read != NULL)
        key->read(r, value, base);
    else
        read_field(r, &key->field, value, base);
}

static void complain_unknown(struct reader *r, const struct key_map *keys, const struct yaml *key)
{
    struct names names = {0};
    for (uint32_t i = 0; i < keys->count; i++)
        names_add(&names, keys->keys[i].field.name);
    if (keys == &scenario_keys)
        for (const struct algorithm *const *a = catalog(); *a != NULL; a++)
            names_add(&names, (*a)->name);
    complain(r, key, did_you_mean(r, key->text, key->length, &names), "unknown key `%.80s`",
             key->text);
}

void read_map(struct reader *r, const struct yaml *map, const struct key_map *keys, void *base,
              other_key *others)
{
    if (map != NULL)
        for (uint32_t i = 0; i < map->count; i++) {
            const struct yaml_entry *entry = &map->entries[i];
            if (find_key(keys, entry->key->text) == NULL
                && (others == NULL || !others(r, entry->key, entry->value)))
                complain_unknown(r, keys, entry->key);
        }
    for (uint32_t i = 0; i < keys->count; i++)
        read_key(r, map, &keys->keys[i], yaml_find(map, keys->keys[i].field.name, NULL), base);
}
