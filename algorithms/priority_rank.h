/* Priorities as waits: of those that wait for the same, who has the higher priority waits shorter.
 */
#ifndef CONCLAVE_ALGORITHMS_PRIORITY_RANK_H
#define CONCLAVE_ALGORITHMS_PRIORITY_RANK_H

#include "sim/algorithm.h"

struct priority_rank {
    uint32_t better, equals; /* nodes of higher priority, and of the same, itself included */
};

static inline void priority_rank_count(struct priority_rank *r, int32_t own, int32_t other)
{
    r->better += other > own;
    r->equals += other == own;
}

/* A part of the range as large as those of its priority are many of `all`, after the parts of the
 * better. */
static inline struct sim_range priority_part(const struct priority_rank *r, struct sim_range range,
                                             uint32_t all)
{
    sim_ns part = (range.max - range.min) / all;
    sim_ns begin = part * r->better, end = part * ((sim_ns) r->better + r->equals);
    return (struct sim_range){range.min + begin, range.min + end};
}

#endif
