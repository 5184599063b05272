/* Simulated time: integer nanoseconds, and arithmetic on it that cannot wrap. */
#ifndef CONCLAVE_SIM_TIME_H
#define CONCLAVE_SIM_TIME_H

#include <stdint.h>

typedef int64_t sim_ns; /* a duration, or an instant since the start of the run */

#define SIM_FOREVER INT64_MAX /* later than every event of a run */

#define NANOSECOND ((sim_ns) 1)
#define MICROSECOND (1000 * NANOSECOND)
#define MILLISECOND (1000 * MICROSECOND)
#define SECOND (1000 * MILLISECOND)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

struct sim_range {
    sim_ns min, max; /* both ends included; min <= max */
};

/* Sum, held at the ends of the range instead of wrapping. */
static inline sim_ns sim_add(sim_ns a, sim_ns b)
{
    sim_ns sum;
    if (__builtin_add_overflow(a, b, &sum))
        return a < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

/* Product with a count, held at the ends of the range instead of wrapping. */
static inline sim_ns sim_times(sim_ns a, int64_t count)
{
    sim_ns product;
    if (__builtin_mul_overflow(a, count, &product))
        return (a < 0) == (count < 0) ? INT64_MAX : INT64_MIN;
    return product;
}

#endif
