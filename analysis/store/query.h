/* Reading a database of results, row by row. Nothing outside analysis/store includes SQLite. */
#ifndef CONCLAVE_STORE_QUERY_H
#define CONCLAVE_STORE_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/failure.h"

struct database;
struct database_row;
struct database_cursor;

/* Opens a database of this schema for reading. NULL: *failure says why; a file that is none is the
 * user's mistake. */
struct database *database_open(const char *path, struct failure *failure);
void database_close(struct database *d); /* NULL is fine */

/* Called for each row; false ends the query without failure. */
typedef bool database_visitor(void *context, const struct database_row *row);

/* Runs a query whose ?1, ?2 … are bound from `texts`, up to NULL at the end (NULL: none), and ?9
 * from `number`. False with *failure set when it cannot be run. */
bool database_each(struct database *d, const char *sql, const char *const *texts, int64_t number,
                   database_visitor *visitor, void *context, struct failure *failure);

/* The same from the reader's side, for a loop of its own: open, bind by number from 1 (the text is
 * borrowed), next until it is false, close. NULL after *failure. */
struct database_cursor *cursor_open(struct database *d, const char *sql, struct failure *failure);
void cursor_bind_text(struct database_cursor *cursor, int index, const char *text);
void cursor_bind_number(struct database_cursor *cursor, int index, int64_t number);
/* False at the end, and after an error, which cursor_close() tells. */
bool cursor_next(struct database_cursor *cursor);
const struct database_row *cursor_row(const struct database_cursor *cursor);
/* False when the reading had failed. NULL is fine, and counts as failed. */
bool cursor_close(struct database_cursor *cursor, struct failure *failure);

/* Columns from 0. Text is valid during the visit only; NULL for NULL. */
const char *row_text(const struct database_row *row, int column);
int64_t row_number(const struct database_row *row, int column);
double row_real(const struct database_row *row, int column);
bool row_is_null(const struct database_row *row, int column);

#endif
