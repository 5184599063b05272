/* The scenarios that come with the program, by name. */
#ifndef CONCLAVE_CLI_SHIPPED_H
#define CONCLAVE_CLI_SHIPPED_H

#include <stdbool.h>
#include <stddef.h>

struct shipped {
    char **names; /* sorted, without the ending */
    size_t count;
};

/* Of load_scenarios_folder(); none where it is NULL. */
struct shipped shipped_names(const char *folder);
void shipped_free(struct shipped *all);
/* Whether the scenario or one of its variants names this algorithm. */
bool shipped_runs(const char *folder, const char *name, const char *algorithm);

#endif
