#include <stdlib.h>
#include <string.h>

#include "analysis/runner/plan.h"
#include "analysis/summary/summary.h"

/* Where the ", " between two values of --vary stands, which is in no bracket; or NULL. */
static char *next_comma(char *text)
{
    int depth = 0;
    for (char *c = text; *c != '\0'; c++) {
        depth += (*c == '(' || *c == '[' || *c == '{') - (*c == ')' || *c == ']' || *c == '}');
        if (depth <= 0 && c[0] == ',' && c[1] == ' ')
            return c;
    }
    return NULL;
}

/* The variant as --variant and --set: a combination of --vary has no name to ask for. */
char *plan_command(const struct cli *cli, const struct plan *plan, unsigned variant, uint64_t seed)
{
    struct scenario s = *plan->scenarios[variant];
    const struct option_value *sets = &cli->options[OPTION_SET];
    const struct option_value *vary = &cli->options[OPTION_VARY];
    const char *base = plan->bases[variant] == NULL ? "" : plan->bases[variant];
    char *name = strdup(plan->names[variant]);
    const char **all = calloc(sets->count + vary->count + 1, sizeof *all);
    char *command = NULL;
    unsigned count = 0;
    s.variant = base;
    if (all != NULL && name != NULL) {
        for (; count < sets->count; count++)
            all[count] = sets->texts[count];
        char *part = name + strlen(base);
        if (*base != '\0' && *part != '\0')
            part += strlen(", ");
        while (*part != '\0' && count < sets->count + vary->count) {
            char *comma = next_comma(part);
            all[count++] = part;
            if (comma == NULL)
                break;
            *comma = '\0';
            part = comma + strlen(", ");
        }
        command = summary_command(&s, seed, all, count);
    }
    free(all);
    free(name);
    return command;
}
