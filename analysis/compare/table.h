/* A metric's figures for every variant of a database, and for every other group of runs. Means are
 * over runs; quantiles of times are over all elections of all runs, for a mean of quantiles is the
 * quantile of nothing. */
#ifndef CONCLAVE_COMPARE_TABLE_H
#define CONCLAVE_COMPARE_TABLE_H

#include "analysis/compare/groups.h"
#include "analysis/statistics/quantile.h"
#include "analysis/statistics/share.h"
#include "analysis/store/query.h"
#include "sim/metrics.h"

/* What the estimate is, by the metric's name. */
enum estimate_kind {
    ESTIMATE_MEAN,     /* over runs, with Student's t interval */
    ESTIMATE_QUANTILE, /* of all elections, between order statistics */
    ESTIMATE_MAX       /* of all elections; no interval */
};

struct run_value {
    double value;
    uint64_t seed;
    int64_t run; /* its id */
};

struct table_row {            /* of one group of runs */
    const char *variant;      /* its name; borrowed from the groups; NULL where there are none */
    struct run_value *values; /* of runs that have one, by seed; owned */
    size_t count;
    struct run_value *samples; /* of every election, ascending by value; owned */
    size_t sample_count;
    uint64_t runs, without; /* all; those where there was nothing to measure */
    uint64_t censored;      /* elections that had not ended with their run */

    double estimate, low, high; /* infinite where not known */
    struct quantile p50, p99;   /* of samples where the metric is a time of elections, or of runs */
    struct run_value worst;
    uint64_t above_zero; /* runs with a value above 0 */
    struct share_interval above_zero_share;
};

struct table {
    const struct metric_info *metric;
    enum estimate_kind kind;
    bool of_elections; /* samples are elections */
    struct table_row *rows;
    size_t count;
    bool out_of_memory;
};

struct difference {
    bool known;
    double mean, margin;
};

/* Reads and computes, a row a group. False with *failure. Free it in any case, before the groups. A
 * row without values has no figures. */
bool table_read(struct database *d, const struct metric_info *metric,
                const struct run_groups *groups, struct table *table, struct failure *failure);

/* The same with rows of the caller's choice: `place` says the row of a run, and a number that is no
 * row leaves the run out. */
typedef uint32_t table_placer(const void *context, int64_t run);
bool table_read_by(struct database *d, const struct metric_info *metric, uint32_t rows,
                   table_placer *place, const void *context, struct table *table,
                   struct failure *failure);
void table_free(struct table *table);

/* The end of an interval, where it would be none that a metric of this unit can have: counts, times
 * and rates are not below 0, and a share is not above 1. */
double figure_clip(enum metric_unit unit, double value);

/* The row of a variant, or NULL. */
const struct table_row *table_find(const struct table *table, const char *variant);
/* Mean of the differences between runs of the same seed, which met the same network and faults, and
 * half the width of its 95 % interval by Student's t. */
struct difference table_difference(const struct table_row *row, const struct table_row *base);

#endif
