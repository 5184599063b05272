#include <stdlib.h>
#include <string.h>

#include "analysis/runner/plan.h"
#include "analysis/summary/summary.h"

/* The variant as --variant and --set: a combination of --vary has no name to ask for. */
char *plan_command(const struct cli *cli, const struct plan *plan, unsigned variant, uint64_t seed)
{
    struct scenario s = *plan->scenarios[variant];
    const struct option_value *sets = &cli->options[OPTION_SET];
    const struct option_value *vary = &cli->options[OPTION_VARY];
    if (vary->count == 0)
        return summary_command(&s, seed, sets->texts, sets->count);
    char *name = strdup(s.variant);
    const char **all = calloc(sets->count + vary->count, sizeof *all);
    char *command = NULL;
    unsigned count = 0;
    for (; all != NULL && count < sets->count; count++)
        all[count] = sets->texts[count];
    char *rest = name == NULL ? NULL : strchr(name, '=');
    if (all != NULL && rest != NULL) {
        for (char *part = name, *next; part != NULL && count < sets->count + vary->count;
             part = next) {
            next = strstr(part, ", ");
            if (next != NULL) {
                *next = '\0';
                next += 2;
            }
            if (strchr(part, '=') != NULL)
                all[count++] = part;
        }
        bool named = strchr(name, '=') == NULL;
        s.variant = named ? name : "";
        command = summary_command(&s, seed, all, count);
    }
    free(all);
    free(name);
    return command;
}
