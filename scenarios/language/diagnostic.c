#include "scenarios/language/diagnostic.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LENGTH_MAX 64
#define LINE_SHOWN_MAX 160

static char *copy_text(struct diagnostics *d, const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    if (copy == NULL) {
        d->out_of_memory = true;
        return NULL;
    }
    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

/* The message, or NULL when there is no memory for it. */
static char *format_message(struct diagnostics *d, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *message = length < 0 ? NULL : malloc((size_t) length + 1);
    if (message == NULL)
        d->out_of_memory = true;
    else
        vsnprintf(message, (size_t) length + 1, format, again);
    va_end(again);
    return message;
}

void diagnostics_add(struct diagnostics *d, const char *file, unsigned line, unsigned column,
                     const char *line_text, size_t line_length, const char *suggestion,
                     const char *format, ...)
{
    if (d->count == DIAGNOSTICS_MAX) {
        d->omitted++;
        return;
    }
    struct diagnostic *item = &d->items[d->count++];
    *item = (struct diagnostic){.line = line, .column = column};
    item->file = copy_text(d, file, strlen(file));
    if (line_text != NULL)
        item->line_text = copy_text(d, line_text, line_length);
    if (suggestion != NULL)
        item->suggestion = copy_text(d, suggestion, strlen(suggestion));
    va_list arguments;
    va_start(arguments, format);
    item->message = format_message(d, format, arguments);
    va_end(arguments);
}

bool diagnostics_any(const struct diagnostics *d)
{
    return d->count > 0 || d->out_of_memory;
}

/* The part of a line around the column, with a caret below. Columns count characters. */
static void print_line(const struct diagnostic *item, FILE *out)
{
    const char *text = item->line_text;
    unsigned skipped = 0;
    while (item->column > LINE_SHOWN_MAX / 2 && skipped + LINE_SHOWN_MAX / 2 < item->column
           && *text != '\0') {
        text++;
        while (((unsigned char) *text & 0xC0) == 0x80)
            text++;
        skipped++;
    }
    size_t length = strlen(text);
    if (length > LINE_SHOWN_MAX) {
        length = LINE_SHOWN_MAX;
        while (length > 0 && ((unsigned char) text[length] & 0xC0) == 0x80)
            length--;
    }
    fputs("    ", out);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char) text[i];
        fputc(c == '\t' ? ' ' : c < 0x20 || c == 0x7F ? '?' : c, out);
    }
    fprintf(out, "\n    %*s^\n", (int) (item->column - skipped) - 1, "");
}

void diagnostics_print(const struct diagnostics *d, FILE *out)
{
    for (unsigned i = 0; i < d->count; i++) {
        const struct diagnostic *item = &d->items[i];
        fputs(item->file != NULL ? item->file : "?", out);
        if (item->line > 0)
            fprintf(out, ":%u:%u", item->line, item->column);
        fprintf(out, ": %s\n", item->message != NULL ? item->message : "out of memory");
        if (item->line > 0 && item->column > 0 && item->line_text != NULL)
            print_line(item, out);
        if (item->suggestion != NULL)
            fprintf(out, "    %s\n", item->suggestion);
    }
    if (d->omitted > 0)
        fprintf(out, "and %u more\n", d->omitted);
    if (d->out_of_memory)
        fputs("out of memory\n", out);
}

void diagnostics_clear(struct diagnostics *d)
{
    for (unsigned i = 0; i < d->count; i++) {
        free(d->items[i].file);
        free(d->items[i].line_text);
        free(d->items[i].message);
        free(d->items[i].suggestion);
    }
    *d = (struct diagnostics){0};
}

/* Insertions, deletions, replacements and swaps of neighbours that turn one into the other. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][NAME_LENGTH_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        last[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            if (last[j] + 1 < best)
                best = last[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
                && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
        size_t *oldest = before;
        before = last;
        last = now;
        now = oldest;
    }
    return last[b_length];
}

/* The first that begins with the word, or else has it inside; not for a letter or two. */
static const char *longer_name(const char *word, size_t length, const char *const *candidates,
                               size_t count)
{
    const char *inside = NULL;
    for (size_t i = 0; length >= 3 && i < count; i++) {
        const char *at = candidates[i];
        if (strncmp(at, word, length) == 0)
            return at;
        for (; inside == NULL && *at != '\0'; at++)
            if (strncmp(at, word, length) == 0)
                inside = candidates[i];
    }
    return inside;
}

const char *nearest_name(const char *word, size_t length, const char *const *candidates,
                         size_t count)
{
    if (length == 0 || length > NAME_LENGTH_MAX)
        return NULL;
    const char *nearest = NULL;
    size_t nearest_distance = length / 3 + 2; /* one mistake in three letters */
    for (size_t i = 0; i < count; i++) {
        size_t candidate_length = strlen(candidates[i]);
        if (candidate_length > NAME_LENGTH_MAX)
            continue;
        size_t distance = edit_distance(word, length, candidates[i], candidate_length);
        if (distance < nearest_distance && distance < candidate_length) {
            nearest = candidates[i];
            nearest_distance = distance;
        }
    }
    return nearest != NULL ? nearest : longer_name(word, length, candidates, count);
}
