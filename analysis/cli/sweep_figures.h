/* The figures that a sweep shows at its end, a row for each variant, as `compare` makes them. */
#ifndef CONCLAVE_CLI_SWEEP_FIGURES_H
#define CONCLAVE_CLI_SWEEP_FIGURES_H

#include "analysis/cli/sweep.h"
#include "analysis/compare/table.h"
#include "analysis/json.h"

#define FIGURE_TABLES 4

struct figures {
    const struct plan *plan;
    struct run_groups groups;
    struct table tables[FIGURE_TABLES]; /* a row a variant of the plan */
};

/* Of all runs in the sweep's database. False with *failure; free them in any case. */
bool figures_read(const struct sweep *s, struct figures *figures, struct failure *failure);
void figures_free(struct figures *figures);

/* A line for each variant. */
void figures_print(const struct figures *figures, FILE *out);
/* As members of an object, in base units; null where the variant has nothing to measure. */
void figures_write_json(const struct figures *figures, unsigned variant, struct json *j);

/* All that the sweep comes to, as JSON. */
void sweep_print_json(const struct sweep *s, const struct figures *figures, bool passed, FILE *out);

#endif
