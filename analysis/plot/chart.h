/* What a picture is made of, on its way to gnuplot and to CSV: texts, numbers, and blocks of rows.
 *
 * Everything that comes from a file of the user's reaches gnuplot as a double-quoted string in
 * which every byte that could mean something is an octal escape, or as a quoted cell of a data
 * block: no name or title can end a string or run a command. Memory that runs out is remembered,
 * and told by chart_good(). */
#ifndef CONCLAVE_PLOT_CHART_H
#define CONCLAVE_PLOT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct chart {
    char *program_text, *csv_text; /* owned */
    size_t program_size, csv_size;
    FILE *program, *csv; /* NULL after chart_finish() */
    bool in_csv;         /* the present block goes to CSV, too */
    unsigned column;     /* of the present row */
    char *empty;         /* why there is nothing to draw; owned; NULL: there is */
    double height;       /* of the picture, as a multiple of the usual one */
    uint64_t left_out;   /* runs that are stored twice */
};

bool chart_begin(struct chart *chart);
/* Closes both texts; false when memory was out. */
bool chart_finish(struct chart *chart);
void chart_free(struct chart *chart);

/* Nothing to draw: the reason, as a sentence without a full stop. printf's format. Returns true. */
bool chart_empty(struct chart *chart, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Variables of the gnuplot program. */
void chart_number(struct chart *chart, const char *name, double value);
void chart_text(struct chart *chart, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The array NAME[1…count]. */
void chart_texts(struct chart *chart, const char *name, const char *const *texts, unsigned count);

/* A data block $NAME. `columns`, the header of the CSV ("series,time_s"), is NULL for a block that
 * is decoration and does not go there; a chart has one block with columns. */
void chart_block(struct chart *chart, const char *name, const char *columns);
void chart_cell(struct chart *chart, double value); /* not finite: missing */
void chart_cell_text(struct chart *chart, const char *text);
void chart_row_end(struct chart *chart);
/* Starts the next `index` of the block. */
void chart_series_end(struct chart *chart);
void chart_block_end(struct chart *chart);

/* A quoted gnuplot string of any bytes. */
void chart_quote(FILE *out, const char *text);

#endif
