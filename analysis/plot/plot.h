/* Pictures of a database, drawn by gnuplot. */
#ifndef CONCLAVE_PLOT_H
#define CONCLAVE_PLOT_H

#include <stdio.h>

#include "analysis/store/query.h"

struct plot_request {
    const char *output; /* .svg, .png or .pdf; NULL: the terminal */
    int64_t run;        /* for kinds that show one run; 0: the first */
};

/* A kind writes its data as gnuplot datablocks and variables; its script, analysis/plot/NAME.gp,
 * draws them. False: *failure says why; *empty when there is nothing to draw. */
struct plot_kind {
    const char *name;
    const char *about;
    const char *script; /* the text of NAME.gp, built in */
    bool (*write_data)(struct database *d, const struct plot_request *request, FILE *out,
                       bool *empty, struct failure *failure);
};

extern const struct plot_kind plot_kinds[]; /* name NULL at the end */

/* A string that gnuplot takes as it is, whatever is in it: in double quotes, with everything that
 * could end it, or that could be a command, escaped. */
void plot_write_string(FILE *out, const char *text);

/* Draws. False: *failure says why; *empty when there is nothing to draw (then no file is written).
 */
bool plot_draw(const struct plot_kind *kind, struct database *d, const struct plot_request *request,
               bool *empty, struct failure *failure);

#endif
