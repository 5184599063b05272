/* What is wrong with a text, where, and what may have been meant. */
#ifndef CONCLAVE_LANGUAGE_DIAGNOSTIC_H
#define CONCLAVE_LANGUAGE_DIAGNOSTIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define DIAGNOSTICS_MAX 20

struct diagnostic {
    char *file;            /* name of the source, or "--set", "--for" … */
    unsigned line, column; /* from 1; line 0: no place */
    char *line_text;       /* the line itself, for the caret; or NULL */
    char *message;         /* "unknown key `heartbeat_intervall`" */
    char *suggestion;      /* "did you mean `heartbeat_interval`?" or NULL */
};

/* A list that grows to DIAGNOSTICS_MAX and then counts on. All zero is an empty list; it owns its
 * strings until diagnostics_clear(). */
struct diagnostics {
    struct diagnostic items[DIAGNOSTICS_MAX];
    unsigned count;   /* of items */
    unsigned omitted; /* beyond DIAGNOSTICS_MAX */
    bool out_of_memory;
};

/* Adds one; the format is printf's. `line_text` need not end in NUL. Suggestion may be NULL. */
void diagnostics_add(struct diagnostics *d, const char *file, unsigned line, unsigned column,
                     const char *line_text, size_t line_length, const char *suggestion,
                     const char *format, ...) __attribute__((format(printf, 8, 9)));
bool diagnostics_any(const struct diagnostics *d);
/* As a person reads them: file:line:column: message, the line, a caret, the suggestion. */
void diagnostics_print(const struct diagnostics *d, FILE *out);
void diagnostics_clear(struct diagnostics *d);

/* The candidate nearest to `word` by edit distance; when none is near, one that begins with it or
 * has it inside; or NULL. */
const char *nearest_name(const char *word, size_t length, const char *const *candidates,
                         size_t count);

#endif
