#include "analysis/statistics/quantile.h"

#include <math.h>

#include "analysis/statistics/sample.h"

struct quantile quantile_95(const double *sorted, size_t count, double share)
{
    const double z = 1.959963984540054, n = (double) count;
    const double spread = z * sqrt(n * share * (1 - share));
    const double low = ceil(n * share - spread), high = ceil(n * share + spread);
    struct quantile q = {.value = sample_quantile(sorted, count, share),
                         .low = -(double) INFINITY,
                         .high = (double) INFINITY};
    if (low >= 1)
        q.low = sorted[(size_t) low - 1];
    if (high <= n)
        q.high = sorted[(size_t) high - 1];
    return q;
}
