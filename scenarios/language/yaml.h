/* YAML text as a tree of our own, with the place of every value. Anchors, aliases, tags, duplicate
 * keys, several documents, deep nesting and large texts are refused. */
#ifndef CONCLAVE_LANGUAGE_YAML_H
#define CONCLAVE_LANGUAGE_YAML_H

#include <stdint.h>

#include "scenarios/language/arena.h"
#include "scenarios/language/language.h"

#define YAML_LENGTH_MAX ((size_t) 1024 * 1024)
#define YAML_DEPTH_MAX 64

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_entry {
    const struct yaml *key; /* NULL in a list */
    const struct yaml *value;
};

struct yaml {
    enum yaml_kind kind;
    bool plain;                  /* a scalar without quotes */
    const struct source *source; /* text that `begin` and `end` count in */
    size_t begin, end;
    unsigned line, column; /* from 1; columns count characters */
    const char *text;      /* of a scalar, with a NUL behind it */
    size_t length;
    const struct yaml_entry *entries;
    uint32_t count;
};

/* The tree of source->text from `offset` on, which stands in the source's first line; NULL with a
 * diagnostic when it is no YAML that we take. A text without any value is an empty scalar. */
const struct yaml *yaml_read(struct arena *arena, const struct source *source, size_t offset,
                             struct diagnostics *diagnostics);

/* The value of a map's key, or NULL; the key itself in *key_node unless that is NULL. */
const struct yaml *yaml_find(const struct yaml *map, const char *key, const struct yaml **key_node);

/* A value that was written without anything: `key:`. */
bool yaml_is_empty(const struct yaml *value);

/* The value in flow style on one line, quoted where it must be; it reads back as the same. */
void yaml_write(FILE *out, const struct yaml *value);
void yaml_write_text(FILE *out, const char *text); /* of a scalar */

/* A diagnostic at a byte of a source, with its line. */
void yaml_complain_at(struct diagnostics *diagnostics, const struct source *source, size_t offset,
                      const char *suggestion, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The line of a source in which a byte stands. */
const char *yaml_line(const struct source *source, size_t offset, size_t *length);

#endif
