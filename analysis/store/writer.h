/* Finished runs into SQLite: all of a run, or nothing. */
#ifndef CONCLAVE_STORE_WRITER_H
#define CONCLAVE_STORE_WRITER_H

#include "analysis/failure.h"
#include "analysis/runner/run_one.h"

struct store;

/* Opens a database of this schema for appending, or makes a new one. NULL: *failure says why; a
 * file that is something else is the user's mistake (failure->user). */
struct store *store_open(const char *path, struct failure *failure);

/* Between begin and commit, runs are written in one transaction. False: *failure says why, and the
 * transaction is undone. */
bool store_begin(struct store *s, struct failure *failure);
bool store_commit(struct store *s, struct failure *failure);

/* Writes one run under `id`, or under the next free one when that is 0; the id it got in *given
 * (may be NULL). Inside a transaction. */
bool store_write(struct store *s, const struct run_record *record, int64_t id, int64_t *given,
                 struct failure *failure);

/* For a sweep, whose runs are stored in the order of their numbers: *first becomes how many of them
 * are stored already (the highest id). Without `resume` there must be none; with it they must be of
 * the same scenario text, overrides of the first variant aside, and version. */
bool store_resume(struct store *s, const struct scenario *scenario, bool resume, uint64_t *first,
                  struct failure *failure);

/* A fault's target as the database has it: "n1 n2 | n3". Owned by the caller, given back with
 * store_free_text(); NULL when memory is out. */
char *store_fault_target(const struct run_record *record, const struct fault_row *fault);
void store_free_text(char *owned);

/* Makes the indexes; once, after the last run. */
bool store_index(struct store *s, struct failure *failure);

/* Closes; undoes an open transaction; a file that store_open() made and in which nothing was
 * committed is removed. NULL is fine. */
void store_close(struct store *s);

#endif
