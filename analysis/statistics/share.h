/* Shares of a whole, and how sure they are. */
#ifndef CONCLAVE_STATISTICS_SHARE_H
#define CONCLAVE_STATISTICS_SHARE_H

#include <stdint.h>

struct share_interval {
    double low, high;
};

/* The 95 % confidence interval of a share of which `hits` of `count` >= 1 were seen, by Wilson's
 * score (JASA 22(158), 1927): right also near 0 and 1, where nothing or all was seen. */
struct share_interval share_wilson_95(uint64_t hits, uint64_t count);

#endif
