/* The values of one varied parameter, in order, and where they stand on an axis. */
#ifndef CONCLAVE_PLOT_AXIS_H
#define CONCLAVE_PLOT_AXIS_H

#include "analysis/plot/chart.h"
#include "analysis/plot/runs.h"

#define AXIS_VALUES_MAX 200u

struct axis {
    const char *key;
    const char *texts[AXIS_VALUES_MAX]; /* distinct, ascending; borrowed from the runs */
    double at[AXIS_VALUES_MAX];         /* the numbers meant; or 1, 2, 3 … where not `numeric` */
    unsigned count;
    bool numeric;     /* all values are counts, all durations, all rates or all factors */
    bool logarithmic; /* numeric, above 0, and over more than a factor of 20 */
    bool overflow;    /* there are more values than fit */
};

/* Collects the values of `key`. Runs that do not set it stand nowhere on the axis. */
void axis_read(struct axis *axis, const struct plot_runs *runs, const char *key);

/* Index of the run's value; axis->count when it has none. */
unsigned axis_find(const struct axis *axis, const struct plot_run *run);

/* The variables NAME_key, NAME_count, NAME_at[], NAME_text[], NAME_log. */
void axis_write(const struct axis *axis, const char *name, struct chart *chart);

#endif
