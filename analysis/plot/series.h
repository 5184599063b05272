/* A metric over one axis, a series per variant: what `sensitivity` and `messages` share. */
#ifndef CONCLAVE_PLOT_SERIES_H
#define CONCLAVE_PLOT_SERIES_H

#include "analysis/plot/axis.h"
#include "analysis/plot/spread.h"

#define SERIES_SHOWN_MAX 8u

/* spreads[series * axis->count + value] of the metric; NULL when memory is out. */
struct spread *series_spreads(const struct plot_runs *runs, const struct axis *axis,
                              const double *values);

/* False, with *failure, when the runs make more series than can be told apart. */
bool series_few(const struct plot_runs *runs, struct failure *failure);

/* Writes $points: series, place on the axis, mean, low and high end of the 95 % interval, runs; one
 * index a series, series without a value left out; and label[], `series`, `metric_label`. Returns
 * how many points there are. */
unsigned series_write(struct chart *chart, const struct plot_runs *runs, const struct axis *axis,
                      const struct spread *spreads, uint32_t metric);

/* Which parameter stands on an axis: `wanted`, or the `index`-th that differs between the runs.
 * NULL after *failure, which names those there are. */
const char *varied_key(const struct plot_runs *runs, const char *wanted, unsigned index,
                       const char *option, struct failure *failure);

#endif
