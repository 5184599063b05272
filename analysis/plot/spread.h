/* Mean and 95 % confidence interval of the mean, by Student's t; and a metric of all runs. */
#ifndef CONCLAVE_PLOT_SPREAD_H
#define CONCLAVE_PLOT_SPREAD_H

#include "analysis/plot/runs.h"
#include "sim/metrics.h"

/* All zero is empty. Welford's sums: no squares of large values are subtracted. */
struct spread {
    unsigned count;
    double mean, squares;
};

void spread_add(struct spread *spread, double value);
/* Half the interval's width; 0 for fewer than two values, of which nobody can say it. */
double spread_half_width(const struct spread *spread);

/* Reads a metric of all runs: values[i] belongs to runs->runs[i], NAN where it has none. NULL after
 * *failure. Owned by the caller. */
double *metric_of_runs(struct database *database, const struct plot_runs *runs, uint32_t metric,
                       struct failure *failure);

/* Finds a metric by name, or notes the user's mistake with the nearest name. False then. */
bool metric_named(const char *name, uint32_t *metric, struct failure *failure);

/* By how much to multiply values up to `largest` for the unit that suits them, and that unit's name
 * with a leading blank ("%" and " ms"); empty where there is none. */
struct metric_scale {
    double factor;
    const char *unit;
};
struct metric_scale metric_scale(uint32_t metric, double largest);

#endif
