/* Databases for the tests of plots: the schema of the store, filled by SQL. */
#ifndef CONCLAVE_TESTS_STORE_FILLED_H
#define CONCLAVE_TESTS_STORE_FILLED_H

#include "analysis/plot/plot.h"

/* A new database with the rows that `sql` inserts, opened for reading. Its file is gone from the
 * folder at once. */
struct database *plot_database(const char *sql);

/* One run's row: id, variant, seed, nodes, parameters. */
#define RUN_ROW(id, variant, nodes, parameters)                                                    \
    "INSERT INTO run VALUES (" #id ", 'A test', '" variant "', 'raft', " #id ", " #nodes           \
    ", 60000000000, '" parameters "', '', '1', 1, 1, '0', 'completed');"

/* The gnuplot program and the CSV of a kind; the chart is to be freed. Fails the test on errors. */
struct chart plot_chart(const char *kind, struct database *database,
                        const struct plot_request *request);

#endif
