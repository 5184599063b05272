/* The only place that starts gnuplot. */
#ifndef CONCLAVE_PLOT_GNUPLOT_H
#define CONCLAVE_PLOT_GNUPLOT_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/failure.h"

/* Has gnuplot run `program` and write the picture to `picture`. False
 * after *failure: gnuplot is not installed (the package is named), or it complained. */
bool gnuplot_draw(const char *program, size_t size, FILE *picture, struct failure *failure);

#endif
