#include "analysis/statistics/share.h"

#include <math.h>

struct share_interval share_wilson_95(uint64_t hits, uint64_t count)
{
    const double z = 1.959963984540054, n = (double) count, p = (double) hits / n;
    const double centre = p + z * z / (2 * n), width = 1 + z * z / n;
    const double spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return (struct share_interval){.low = hits == 0 ? 0 : (centre - spread) / width,
                                   .high = hits == count ? 1 : (centre + spread) / width};
}
