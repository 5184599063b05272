/* Faults of a run as intervals, for shading. */
#ifndef CONCLAVE_PLOT_SHADE_H
#define CONCLAVE_PLOT_SHADE_H

#include "analysis/plot/chart.h"
#include "analysis/store/query.h"

/* Simulated time in the unit that suits a run: seconds, minutes or hours. */
struct time_scale {
    double seconds; /* of one unit */
    const char *unit;
};
struct time_scale time_scale(double duration);

/* Rows of the open block: begin and end of each stretch in which at least one fault was at work, in
 * the unit of `scale`. Instants get the width of a hair, so that they show. Without any fault it is
 * one row left of the picture. False after *failure. */
bool shade_write(struct database *database, int64_t run, double duration, struct time_scale scale,
                 struct chart *chart, struct failure *failure);

#endif
