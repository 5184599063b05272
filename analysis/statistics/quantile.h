/* Quantiles of a sample, and how sure they are. */
#ifndef CONCLAVE_STATISTICS_QUANTILE_H
#define CONCLAVE_STATISTICS_QUANTILE_H

#include <stddef.h>

struct quantile {
    double value;     /* nearest rank */
    double low, high; /* 95 % confidence interval; infinite where the sample is too small to say */
};

/* `sorted` ascends and holds at least one value; 0 < share < 1. The interval is that between two
 * order statistics (Conover, Practical Nonparametric Statistics, 3.2), which assumes nothing of the
 * distribution but that the values are independent. */
struct quantile quantile_95(const double *sorted, size_t count, double share);

#endif
