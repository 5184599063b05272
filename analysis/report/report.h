/* One self-contained HTML page about a database: the answer first, then expectations, alerts,
 * pictures, the worst runs, and how to repeat it all. It needs no network and no other file. */
#ifndef CONCLAVE_REPORT_H
#define CONCLAVE_REPORT_H

#include <stdio.h>

#include "analysis/compare/table.h"
#include "analysis/failure.h"
#include "analysis/store/query.h"

struct report {
    const char *path; /* of the database, as given */
    struct database *database;
    FILE *out;
    struct failure *failure;
    struct run_groups groups; /* the variants; read by report_write(), given back by the caller */
};

/* Writes the page. False with report->failure; a database without runs is the user's mistake. */
bool report_write(struct report *report);

/* ---- Its parts, in order. False after a failure. --------------------------------------------- */

bool report_answer(struct report *report);       /* variants by metrics, best and worst marked */
bool report_expectations(struct report *report); /* which hold, by variant */
bool report_alerts(struct report *report);       /* of the leader-election pattern */
bool report_pictures(struct report *report);
bool report_worst_runs(struct report *report);
bool report_origin(struct report *report); /* scenario, parameters, version, trace hashes */

/* ---- Between the parts ----------------------------------------------------------------------- */

/* A picture by gnuplot as an image with its alternative text; nothing where there is nothing to
 * draw. `run` 0: of all runs. */
bool report_plot(struct report *report, const char *kind, const char *caption, int64_t run);
/* The bytes as base64. */
void report_base64(FILE *out, const unsigned char *bytes, size_t size);
/* "(all)" for a variant without a name, escaped. */
void report_variant(FILE *out, const char *variant);
/* A command line that repeats run `id`, escaped and quoted for a shell. */
void report_repeat(struct report *report, const char *command, int64_t id);
/* The head of a table: a wide region of this label, and its columns, ended by NULL. */
void report_table(FILE *out, const char *label, const char *const *headings);
void report_table_end(FILE *out);
/* The variant for which a run counts; NULL when it does not count. */
const struct run_group *report_group(const struct report *report, int64_t run);

#endif
