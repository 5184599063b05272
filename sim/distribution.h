/* Distributions of durations, drawn with integers only: the same draw on every machine. */
#ifndef CONCLAVE_SIM_DISTRIBUTION_H
#define CONCLAVE_SIM_DISTRIBUTION_H

#include <stdint.h>

#include "sim/rng.h"
#include "sim/time.h"

enum distribution_kind {
    DISTRIBUTION_CONSTANT,    /* a */
    DISTRIBUTION_UNIFORM,     /* a = min, b = max, both included */
    DISTRIBUTION_NORMAL,      /* a = mean, b = sd; draws below 0 are drawn again */
    DISTRIBUTION_LOGNORMAL,   /* a = median, b = sigma */
    DISTRIBUTION_EXPONENTIAL, /* a = mean */
    DISTRIBUTION_PARETO,      /* a = min, b = alpha */
    DISTRIBUTION_WEIBULL,     /* a = scale, b = shape */
    DISTRIBUTION_GAMMA,       /* a = scale, b = shape; mean = scale * shape */
    DISTRIBUTION_EMPIRICAL,   /* table: sorted samples, drawn by interpolating its quantiles */
    DISTRIBUTION_KIND_COUNT
};

/* Durations in nanoseconds; sigma, alpha and shape as fixed-point numbers with 32 fraction bits. */
struct distribution {
    uint32_t kind;        /* enum distribution_kind */
    uint32_t table_count; /* empirical: >= 1 */
    int64_t a, b;
    const int64_t *table; /* borrowed */
};

enum parameter_type { PARAMETER_DURATION, PARAMETER_NUMBER, PARAMETER_FILE };
struct distribution_parameter {
    const char *name;
    enum parameter_type type;
};

/* The table behind the scenario language, `list distributions` and `describe`. */
struct distribution_info {
    const char *name;
    const char *about;
    uint32_t parameter_count; /* given in order a, b */
    struct distribution_parameter parameters[2];
};
extern const struct distribution_info distribution_infos[DISTRIBUTION_KIND_COUNT];

/* NULL, or what is wrong with the parameters ("min must not exceed max"). */
const char *distribution_check(const struct distribution *d);

/* One draw >= 0, held at 2^62-1; consumes a number of draws that depends on the values. */
sim_ns distribution_draw(const struct distribution *d, struct rng *r);

/* A bound that no more than one draw in a million exceeds, for premises of liveness checks. */
sim_ns distribution_upper(const struct distribution *d);

#endif
