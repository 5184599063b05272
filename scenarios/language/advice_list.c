/* What is told, each place once. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/advice_look.h"

struct advice {
    unsigned kind;
    bool told;  /* it is to be told, unless it is used elsewhere */
    bool idle;  /* a setting that nothing looks at: may be used elsewhere */
    bool used;  /* a scenario of the list looks at it */
    char *file; /* of the place, with its line's text and the words */
    unsigned line, column;
    char *line_text, *words;
};

static struct advice *advice_at(struct look *l, const struct yaml *at)
{
    const char *file = at->source->name;
    for (size_t i = 0; i < l->list->count; i++) {
        struct advice *a = &l->list->items[i];
        if (a->kind == l->kind && a->line == at->line && a->column == at->column
            && strcmp(a->file, file) == 0)
            return a;
    }
    struct advice *grown = realloc(l->list->items, (l->list->count + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    l->list->items = grown;
    struct advice *a = &grown[l->list->count];
    size_t length;
    const char *line = yaml_line(at->source, at->begin, &length);
    *a = (struct advice){.kind = l->kind,
                         .file = strdup(file),
                         .line = at->line,
                         .column = at->column,
                         .line_text = strndup(line, length)};
    if (a->file == NULL || a->line_text == NULL) {
        free(a->file);
        free(a->line_text);
        return NULL;
    }
    l->list->count++;
    return a;
}

static void note(struct look *l, const struct yaml *at, bool idle, const char *format,
                 va_list arguments)
{
    struct advice *a = at == NULL || !l->tells ? NULL : advice_at(l, at);
    char words[512];
    if (a == NULL || a->told)
        return;
    (void) vsnprintf(words, sizeof words, format, arguments);
    a->words = strdup(words);
    a->told = a->words != NULL;
    a->idle = idle;
}

void tell(struct look *l, const struct yaml *at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(l, at, false, format, arguments);
    va_end(arguments);
}

void tell_idle(struct look *l, const struct yaml *at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note(l, at, true, format, arguments);
    va_end(arguments);
}

void is_used(struct look *l, const struct yaml *at)
{
    struct advice *a = at == NULL ? NULL : advice_at(l, at);
    if (a != NULL)
        a->used = true;
}

static bool is_said(const struct advice *a)
{
    return a->told && !a->used;
}

bool advice_any(const struct advice_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (is_said(&list->items[i]))
            return true;
    return false;
}

bool advice_may_be_used(const struct advice_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (is_said(&list->items[i]) && list->items[i].idle)
            return true;
    return false;
}

void advice_print(const struct advice_list *list, FILE *out)
{
    struct diagnostics all = {0};
    for (size_t i = 0; i < list->count; i++) {
        const struct advice *a = &list->items[i];
        if (is_said(a))
            diagnostics_add(&all, a->file, a->line, a->column, a->line_text, strlen(a->line_text),
                            NULL, "warning: %s", a->words);
    }
    diagnostics_print(&all, out);
    diagnostics_clear(&all);
}

void advice_clear(struct advice_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].file);
        free(list->items[i].line_text);
        free(list->items[i].words);
    }
    free(list->items);
    *list = (struct advice_list){0};
}
