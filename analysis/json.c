#include "analysis/json.h"

#include <inttypes.h>

void json_quote(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *) text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if (*c == '\n')
            fputs("\\n", out);
        else if (*c < 0x20)
            fprintf(out, "\\u%04x", *c);
        else
            fputc(*c, out);
    }
    fputc('"', out);
}

static void begin_value(struct json *j, const char *key)
{
    if (j->needs_comma)
        fputc(',', j->out);
    if (j->depth > 0)
        fprintf(j->out, "\n%*s", (int) (2 * j->depth), "");
    if (key != NULL) {
        json_quote(j->out, key);
        fputs(": ", j->out);
    }
    j->needs_comma = true;
}

void json_begin(struct json *j, const char *key, char bracket)
{
    begin_value(j, key);
    fputc(bracket, j->out);
    j->depth++;
    j->needs_comma = false;
}

void json_end(struct json *j, char bracket)
{
    j->depth--;
    if (j->needs_comma)
        fprintf(j->out, "\n%*s", (int) (2 * j->depth), "");
    fputc(bracket, j->out);
    j->needs_comma = true;
    if (j->depth == 0)
        fputc('\n', j->out);
}

void json_text(struct json *j, const char *key, const char *value)
{
    begin_value(j, key);
    if (value == NULL)
        fputs("null", j->out);
    else
        json_quote(j->out, value);
}

void json_number(struct json *j, const char *key, int64_t value)
{
    begin_value(j, key);
    fprintf(j->out, "%" PRId64, value);
}

void json_unsigned(struct json *j, const char *key, uint64_t value)
{
    begin_value(j, key);
    fprintf(j->out, "%" PRIu64, value);
}

void json_real(struct json *j, const char *key, bool known, double value)
{
    begin_value(j, key);
    if (known)
        fprintf(j->out, "%.12g", value);
    else
        fputs("null", j->out);
}

void json_bool(struct json *j, const char *key, bool value)
{
    begin_value(j, key);
    fputs(value ? "true" : "false", j->out);
}

void json_raw(struct json *j, const char *key, const char *json)
{
    begin_value(j, key);
    fputs(json, j->out);
}

void xml_escape(FILE *out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *) text; *c != '\0'; c++)
        switch (*c) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            if (*c >= 0x20 || *c == '\n' || *c == '\t')
                fputc(*c, out);
        }
}
