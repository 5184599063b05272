#include "analysis/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void keep(struct failure *f, bool user, const char *format, va_list arguments)
{
    if (f->set)
        return;
    f->set = true;
    f->user = user;
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    if (length >= 0 && (f->text = malloc((size_t) length + 1)) != NULL)
        (void) vsnprintf(f->text, (size_t) length + 1, format, again);
    va_end(again);
}

bool failure_set(struct failure *f, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep(f, false, format, arguments);
    va_end(arguments);
    return false;
}

bool failure_set_user(struct failure *f, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    keep(f, true, format, arguments);
    va_end(arguments);
    return false;
}

const char *failure_text(const struct failure *f)
{
    return f->text != NULL ? f->text : "out of memory";
}

void failure_clear(struct failure *f)
{
    free(f->text);
    *f = (struct failure){0};
}
