/* Metrics by name, and the unit that suits their values. */
#ifndef CONCLAVE_PLOT_METRIC_H
#define CONCLAVE_PLOT_METRIC_H

#include "analysis/failure.h"
#include "sim/metrics.h"

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
