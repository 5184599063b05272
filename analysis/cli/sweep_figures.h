/* The figures that a sweep shows at its end, a row for each variant, as `compare` makes them. */
#ifndef CONCLAVE_CLI_SWEEP_FIGURES_H
#define CONCLAVE_CLI_SWEEP_FIGURES_H

#include "analysis/cli/sweep.h"
#include "analysis/compare/table.h"
#include "analysis/json.h"

#define FIGURE_TABLES 4

struct figures {
    struct table tables[FIGURE_TABLES];
};

/* Of all runs in the database. False with *failure; free them in any case. */
bool figures_read(const char *db, struct figures *figures, struct failure *failure);
void figures_free(struct figures *figures);

/* A line for each variant of the database. */
void figures_print(const struct figures *figures, FILE *out);
/* As members of an object, in base units; null where a variant has nothing to measure. */
void figures_write_json(const struct figures *figures, const char *variant, struct json *j);

/* All that the sweep comes to, as JSON. */
void sweep_print_json(const struct sweep *s, const struct figures *figures, bool passed, FILE *out);

#endif
