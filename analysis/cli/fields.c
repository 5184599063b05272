#include "analysis/cli/fields.h"

#include <stdio.h>

#include "analysis/cli/text.h"
#include "scenarios/language/describe.h"

void field_print_as(const char *name, const char *takes, const struct field *f)
{
    printf("  %s: %s", name, takes);
    if (f->default_text != NULL && *f->default_text != '\0')
        printf("   default: %s", f->default_text);
    else if (f->default_text == NULL)
        fputs("   must be given", stdout);
    putchar('\n');
    if (f->about != NULL)
        text_print(f->about, 6, 88);
    if (f->source != NULL)
        printf("      source: %s\n", f->source);
}

void field_print(const struct field *f)
{
    char type[256];
    field_write_type(type, sizeof type, f);
    field_print_as(f->name, type, f);
}
