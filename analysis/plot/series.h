/* A metric over one axis, a series per variant: what `sensitivity` and `messages` share. */
#ifndef CONCLAVE_PLOT_SERIES_H
#define CONCLAVE_PLOT_SERIES_H

#include "analysis/compare/table.h"
#include "analysis/plot/axis.h"
#include "analysis/plot/metric.h"

#define SERIES_SHOWN_MAX 8u

/* Where a run stands on an axis; axis->count: nowhere. */
typedef unsigned axis_finder(const struct axis *axis, const struct plot_run *run);

/* The metric's figures as `compare` has them, in row series * axis->count + value. False after
 * *failure. Give it back with table_free() in either case. */
bool series_read(struct database *database, const struct plot_runs *runs, const struct axis *axis,
                 axis_finder *find, uint32_t metric, struct table *table, struct failure *failure);

/* False, with *failure, when more series have runs on the axis than can be told apart. */
bool series_few(const struct plot_runs *runs, const struct axis *axis, axis_finder *find,
                struct failure *failure);

/* Writes $points: series, place on the axis, estimate, low and high end of its 95 % interval, runs;
 * one index a series, series without a value left out; and label[], `series`, `metric_label`.
 * Returns how many points there are. */
unsigned series_write(struct chart *chart, const struct plot_runs *runs, const struct axis *axis,
                      const struct table *table);

/* Which parameter stands on an axis: `wanted`, or the `index`-th that differs between the runs.
 * NULL after *failure, which names those there are. */
const char *varied_key(const struct plot_runs *runs, const char *wanted, unsigned index,
                       const char *option, struct failure *failure);

#endif
