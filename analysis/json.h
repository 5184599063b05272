/* JSON and XML text, written piece by piece with everything escaped. */
#ifndef CONCLAVE_JSON_H
#define CONCLAVE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* A writer that puts the commas. Keys are NULL inside arrays. Indents by two spaces. */
struct json {
    FILE *out;
    unsigned depth;
    bool needs_comma;
};

void json_begin(struct json *j, const char *key, char bracket);     /* '{' or '[' */
void json_end(struct json *j, char bracket);                        /* '}' or ']' */
void json_text(struct json *j, const char *key, const char *value); /* NULL: null */
void json_number(struct json *j, const char *key, int64_t value);
void json_unsigned(struct json *j, const char *key, uint64_t value);
void json_real(struct json *j, const char *key, bool known, double value); /* not known: null */
void json_bool(struct json *j, const char *key, bool value);
/* Text that is JSON already. */
void json_raw(struct json *j, const char *key, const char *json);

/* A JSON string with its quotes. */
void json_quote(FILE *out, const char *text);

/* Text for XML and HTML, attributes included: & < > " ' escaped, control characters dropped. */
void xml_escape(FILE *out, const char *text);

#endif
