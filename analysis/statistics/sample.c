#include "analysis/statistics/sample.h"

#include <math.h>

double sample_mean(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i];
    return count == 0 ? 0 : sum / (double) count;
}

/* Exact for 1 and 2 degrees; beyond, the Cornish-Fisher expansion around the normal quantile
 * (Abramowitz and Stegun 26.7.5), good to a few thousandths from 3 degrees on. */
double student_t_95(size_t degrees)
{
    const double z = 1.959963984540054, n = (double) degrees;
    if (degrees <= 1)
        return 12.706204736432095;
    if (degrees == 2)
        return 4.302652729911275;
    const double z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z, z9 = z7 * z * z;
    return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
           + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n)
           + (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / (92160 * n * n * n * n);
}

double sample_mean_margin(const double *values, size_t count)
{
    if (count < 2)
        return INFINITY;
    double mean = sample_mean(values, count), squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    double deviation = sqrt(squares / (double) (count - 1));
    return student_t_95(count - 1) * deviation / sqrt((double) count);
}

double sample_quantile(const double *sorted, size_t count, double share)
{
    double rank = ceil(share * (double) count);
    size_t index = rank < 1 ? 0 : (size_t) rank - 1;
    return sorted[index < count ? index : count - 1];
}
