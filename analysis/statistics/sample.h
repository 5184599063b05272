/* Figures of a sample, and how sure they are. */
#ifndef CONCLAVE_STATISTICS_SAMPLE_H
#define CONCLAVE_STATISTICS_SAMPLE_H

#include <stddef.h>

/* The mean of `count` values; 0 for none. */
double sample_mean(const double *values, size_t count);
/* Half the width of the 95 % confidence interval of the mean, by Student's t; infinite for fewer
 * than two. */
double sample_mean_margin(const double *values, size_t count);
/* Nearest rank: the least value that at least `share` of the values do not exceed. `sorted` ascends
 * and holds at least one. */
double sample_quantile(const double *sorted, size_t count, double share);
/* The t for which a Student variable of `degrees` >= 1 lies within ±t with 95 % probability. */
double student_t_95(size_t degrees);

#endif
