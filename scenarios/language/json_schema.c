/* JSON schema (draft 2020-12) of the language, from the tables that the parser reads by. */
#include <stdio.h>
#include <string.h>

#include "scenarios/language/catalog.h"
#include "scenarios/language/reader.h"

static void write_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        if ((unsigned char) *text < 0x20)
            fprintf(out, "\\u%04x", (unsigned) *text);
        else
            fputc(*text, out);
    }
    fputc('"', out);
}

static void write_choices(FILE *out, const char *const *choices)
{
    fputs("\"enum\": [", out);
    for (uint32_t i = 0; choices[i] != NULL; i++) {
        fputs(i > 0 ? ", " : "", out);
        write_text(out, choices[i]);
    }
    fputs("]", out);
}

static const struct algorithm *host_with(const struct field *field)
{
    const struct algorithm *const *a = catalog();
    while (guest_field(*a) != field)
        a++;
    return *a;
}

/* A word, an algorithm's name, or one algorithm with its options, which stand at the top level. */
static void write_guests(FILE *out, const struct field *field)
{
    const struct algorithm *host = host_with(field);
    bool first = true;
    fputs("\"anyOf\": [{", out);
    write_choices(out, field->choices);
    fputs("}, {\"enum\": [", out);
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++) {
        if (guest_refusal(host, *a) != NULL)
            continue;
        fputs(first ? "" : ", ", out);
        write_text(out, (*a)->name);
        first = false;
    }
    fputs("]}, {\"type\": \"object\", \"minProperties\": 1, \"maxProperties\": 1, "
          "\"additionalProperties\": false, \"properties\": {",
          out);
    first = true;
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++) {
        if (guest_refusal(host, *a) != NULL)
            continue;
        fputs(first ? "" : ", ", out);
        write_text(out, (*a)->name);
        fputs(": {\"$ref\": \"#/properties/", out);
        fputs((*a)->name, out);
        fputs("\"}", out);
        first = false;
    }
    fputs("}}]", out);
}

/* What a value of the type looks like in JSON. */
static void write_type(FILE *out, const struct field *field)
{
    switch (field->type) {
    case FIELD_BOOL:
        fputs("\"type\": \"boolean\"", out);
        return;
    case FIELD_COUNT:
    case FIELD_TERM:
        fputs("\"type\": \"integer\", \"minimum\": 0", out);
        return;
    case FIELD_CHOICE:
        write_choices(out, field->choices);
        return;
    case FIELD_COUNTS:
        fputs("\"anyOf\": [{", out);
        write_choices(out, field->choices);
        fputs("}, {\"type\": \"array\", \"items\": {\"type\": \"integer\"}}]", out);
        return;
    case FIELD_ALGORITHM:
        write_guests(out, field);
        return;
    case FIELD_NODES:
        fputs("\"type\": [\"string\", \"array\"]", out);
        return;
    case FIELD_GROUPS:
        fputs("\"type\": [\"string\", \"array\", \"object\"]", out);
        return;
    case FIELD_QUORUM:
        fputs("\"type\": [\"string\", \"integer\"]", out);
        return;
    case FIELD_NODE:
    case FIELD_DURATION:
    case FIELD_SIGNED:
    case FIELD_RANGE:
    case FIELD_RATE:
    case FIELD_FACTOR:
    case FIELD_DRIFT:
    case FIELD_DISTRIBUTION:
        fputs("\"type\": [\"string\", \"number\"]", out);
        return;
    }
}

static void begin_property(FILE *out, const char *name, const char *about, bool *first)
{
    fputs(*first ? "" : ",\n", out);
    *first = false;
    write_text(out, name);
    fputs(": {", out);
    if (about != NULL) {
        fputs("\"description\": ", out);
        write_text(out, about);
        fputs(", ", out);
    }
}

static void write_field(FILE *out, const struct field *field, bool *first)
{
    begin_property(out, field->name, field->about, first);
    write_type(out, field);
    if (field->default_text != NULL && field->default_text[0] != '\0') {
        fputs(", \"default\": ", out);
        write_text(out, field->default_text);
    }
    fputs("}", out);
}

static void write_fields(FILE *out, const struct field *fields, uint32_t from, uint32_t count)
{
    bool first = true;
    fputs("\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\n", out);
    for (uint32_t i = from; i < count; i++)
        write_field(out, &fields[i], &first);
    fputs("}", out);
}

static void write_keys(FILE *out, const struct key_map *keys, bool *first);

static void write_fault_entry(FILE *out)
{
    bool first = true;
    fputs("\"type\": \"array\", \"items\": {\"type\": \"object\", \"properties\": {\n", out);
    write_keys(out, &fault_keys, &first);
    for (uint32_t i = 0; fault_kinds[i] != NULL; i++) {
        const struct fault_kind *kind = fault_kinds[i];
        begin_property(out, kind->name, kind->about, &first);
        if (kind->value_is_map)
            write_fields(out, kind->fields, 0, kind->field_count);
        else
            write_type(out, &kind->fields[0]);
        fputs("}", out);
    }
    fputs("}}", out);
}

static void write_key(FILE *out, const struct key *key, bool *first)
{
    if (key->inside == NULL && key->read == NULL) {
        write_field(out, &key->field, first);
        return;
    }
    begin_property(out, key->field.name, key->field.about, first);
    if (key->inside != NULL || key->read == read_links) {
        bool inner = true;
        if (key->read == read_links)
            fputs("\"type\": \"array\", \"items\": {", out);
        fputs("\"type\": \"object\", \"additionalProperties\": false, \"properties\": {\n", out);
        write_keys(out, key->inside != NULL ? key->inside : &link_keys, &inner);
        fputs(key->read == read_links ? "}}" : "}", out);
    } else if (key->read == read_faults) {
        write_fault_entry(out);
    } else if (key->schema != NULL) {
        fputs(key->schema, out);
    } else {
        write_type(out, &key->field);
    }
    fputs("}", out);
}

static void write_keys(FILE *out, const struct key_map *keys, bool *first)
{
    for (uint32_t i = 0; i < keys->count; i++)
        write_key(out, &keys->keys[i], first);
}

void language_write_schema(FILE *out)
{
    bool first = true;
    fputs("{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
          "\"title\": \"Conclave scenario\", \"type\": \"object\", "
          "\"additionalProperties\": false,\n\"required\": [\"duration\", \"algorithm\", "
          "\"cluster\"], \"properties\": {\n",
          out);
    write_keys(out, &scenario_keys, &first);
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++) {
        begin_property(out, (*a)->name, (*a)->about, &first);
        write_fields(out, (*a)->options, 0, (*a)->option_count);
        fputs("}", out);
    }
    fputs("}}\n", out);
}
