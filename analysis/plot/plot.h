/* Pictures of a database: a kind reads what it shows into a chart; its gnuplot script, readable by
 * itself beside this file, draws the chart. One more kind is a file NAME.c, a script NAME.gp and
 * one line in plot.c. */
#ifndef CONCLAVE_PLOT_PLOT_H
#define CONCLAVE_PLOT_PLOT_H

#include "analysis/plot/chart.h"
#include "analysis/plot/runs.h"

struct plot_mark { /* something that happened at a node */
    double at;     /* s */
    unsigned node; /* from 1 */
};

struct plot_request {
    const char *const *metrics; /* --metric, in order */
    unsigned metric_count;
    const char *x, *y;                    /* --x and --y, or NULL */
    const char *const *variants;          /* --variant, ended by NULL; NULL: all */
    bool one_run;                         /* --run was given, */
    int64_t run;                          /* this one */
    const struct plot_mark *stale_writes; /* of that run, for who led when; borrowed */
    unsigned stale_write_count;
};

struct plot_kind {
    const char *name;
    const char *about;
    const char *script; /* the text of NAME.gp */
    /* Fills the chart, or says with chart_empty() why nothing can be drawn. False after *failure.
     * The runs are at least one. */
    bool (*build)(struct database *database, struct plot_runs *runs,
                  const struct plot_request *request, struct chart *chart, struct failure *failure);
};

extern const struct plot_kind *const plot_kinds[]; /* in the order of the list; NULL at the end */

/* The kind of this name, or NULL. */
const struct plot_kind *plot_find(const char *name);

/* Reads all that the picture shows. False after *failure. The chart is to be given back with
 * chart_free() in either case; chart->empty says why there is nothing to draw. */
bool plot_build(const struct plot_kind *kind, struct database *database,
                const struct plot_request *request, struct chart *chart, struct failure *failure);

/* The forms that a picture can have. */
struct plot_format {
    const char *name;     /* the file name's ending: "svg"; "terminal" for the screen */
    const char *terminal; /* gnuplot's words for it; NULL: the program itself, to be run by hand */
    bool pixels;          /* the size is in pixels, and not in centimetres or characters */
};

/* The format by name or, when `name` has a dot, by a file's ending; NULL when unknown. */
const struct plot_format *plot_format_find(const char *name);

/* The whole gnuplot program: terminal, data, style and script. It names no file, neither to read
 * nor to write. */
void plot_write_program(const struct plot_kind *kind, const struct chart *chart,
                        const struct plot_format *format, FILE *out);

#endif
