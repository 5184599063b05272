#include "analysis/plot/spread.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/diagnostic.h"

void spread_add(struct spread *spread, double value)
{
    double from_old = value - spread->mean;
    spread->count++;
    spread->mean += from_old / spread->count;
    spread->squares += from_old * (value - spread->mean);
}

/* Two-sided 95 % quantile. The series is Cornish and Fisher's, and off by less than 0.2 % from 5
 * degrees of freedom on; below that the table has it. */
static double student(unsigned freedom)
{
    static const double few[] = {0, 12.7062, 4.3027, 3.1824, 2.7764};
    if (freedom < sizeof few / sizeof *few)
        return few[freedom];
    double z = 1.959964, n = freedom, z3 = z * z * z, z5 = z3 * z * z;
    return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
           + (3 * z5 * z * z + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n);
}

double spread_half_width(const struct spread *spread)
{
    if (spread->count < 2)
        return 0;
    double n = spread->count;
    return student(spread->count - 1) * sqrt(spread->squares / (n - 1) / n);
}

double *metric_of_runs(struct database *database, const struct plot_runs *runs, uint32_t metric,
                       struct failure *failure)
{
    double *values = malloc((runs->count + 1) * sizeof *values);
    struct database_cursor *q
        = values == NULL
              ? NULL
              : cursor_open(database, "SELECT run_id, value FROM metric WHERE name = ?", failure);
    for (unsigned i = 0; values != NULL && i < runs->count; i++)
        values[i] = NAN;
    if (values == NULL)
        failure_set(failure, "out of memory");
    if (q != NULL)
        cursor_bind_text(q, 1, metric_infos[metric].name);
    while (q != NULL && cursor_next(q)) {
        const struct plot_run *run = runs_find(runs, row_number(cursor_row(q), 0));
        if (run != NULL && !row_is_null(cursor_row(q), 1))
            values[run - runs->runs] = row_real(cursor_row(q), 1);
    }
    if (cursor_close(q, failure))
        return values;
    free(values);
    return NULL;
}

bool metric_named(const char *name, uint32_t *metric, struct failure *failure)
{
    *metric = metric_find(name, strlen(name));
    if (*metric != UINT32_MAX)
        return true;
    const char *names[256];
    unsigned count = 0;
    while (count < metric_count() && count < 256) {
        names[count] = metric_infos[count].name;
        count++;
    }
    const char *near = nearest_name(name, strlen(name), names, count);
    return failure_set_user(failure, "`%s` is no metric%s%s%s; see `conclave list metrics`", name,
                            near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
                            near == NULL ? "" : "`?");
}

struct metric_scale metric_scale(uint32_t metric, double largest)
{
    switch (metric_infos[metric].unit) {
    case UNIT_SECONDS:
        if (largest < 1e-3)
            return (struct metric_scale){1e6, " µs"};
        return largest < 1 ? (struct metric_scale){1e3, " ms"} : (struct metric_scale){1, " s"};
    case UNIT_RATIO:
        return (struct metric_scale){100, " %"};
    case UNIT_PER_HOUR:
        return (struct metric_scale){1, " per hour"};
    case UNIT_PER_SECOND:
        return (struct metric_scale){1, " per second"};
    case UNIT_COUNT:
        break;
    }
    return (struct metric_scale){1, ""};
}
