#include "analysis/store/query.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/store/schema.h"

#define NUMBER_PARAMETER 9

struct database {
    sqlite3 *db;
    char *path;
};

struct database_row {
    sqlite3_stmt *statement;
};

struct database_cursor {
    struct database *database;
    struct database_row row;
    int code; /* of the last step */
};

static bool fail(const struct database *d, struct failure *failure)
{
    bool alien = sqlite3_errcode(d->db) == SQLITE_NOTADB;
    if (alien)
        return failure_set_user(failure, "%s: is no database of Conclave", d->path);
    return failure_set(failure, "%s: %s", d->path, sqlite3_errmsg(d->db));
}

static bool take_number(void *context, const struct database_row *row)
{
    *(int64_t *) context = row_number(row, 0);
    return true;
}

static bool check_identity(struct database *d, struct failure *failure)
{
    int64_t application = 0, version = 0;
    if (!database_each(d, "PRAGMA application_id", NULL, 0, take_number, &application, failure)
        || !database_each(d, "PRAGMA user_version", NULL, 0, take_number, &version, failure))
        return false;
    if (application != STORE_APPLICATION_ID)
        return failure_set_user(failure, "%s: is no database of Conclave", d->path);
    if (version != STORE_VERSION)
        return failure_set_user(failure,
                                "%s: has schema version %" PRId64 ", this program reads %d",
                                d->path, version, STORE_VERSION);
    return true;
}

struct database *database_open(const char *path, struct failure *failure)
{
    if (access(path, R_OK) != 0) {
        failure_set_user(failure, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct database *d = calloc(1, sizeof *d);
    if (d == NULL || (d->path = strdup(path)) == NULL) {
        free(d);
        failure_set(failure, "out of memory");
        return NULL;
    }
    if (sqlite3_open_v2(path, &d->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK
        || !check_identity(d, failure)) {
        if (!failure->set)
            fail(d, failure);
        database_close(d);
        return NULL;
    }
    return d;
}

void database_close(struct database *d)
{
    if (d == NULL)
        return;
    sqlite3_close(d->db);
    free(d->path);
    free(d);
}

bool database_each(struct database *d, const char *sql, const char *const *texts, int64_t number,
                   database_visitor *visitor, void *context, struct failure *failure)
{
    struct database_row row;
    if (sqlite3_prepare_v2(d->db, sql, -1, &row.statement, NULL) != SQLITE_OK)
        return fail(d, failure);
    for (int i = 0; texts != NULL && texts[i] != NULL; i++)
        sqlite3_bind_text(row.statement, i + 1, texts[i], -1, SQLITE_STATIC);
    if (sqlite3_bind_parameter_count(row.statement) >= NUMBER_PARAMETER)
        sqlite3_bind_int64(row.statement, NUMBER_PARAMETER, number);
    int code;
    bool go_on = true;
    while (go_on && (code = sqlite3_step(row.statement)) == SQLITE_ROW)
        go_on = visitor(context, &row);
    bool done = !go_on || code == SQLITE_DONE || fail(d, failure);
    sqlite3_finalize(row.statement);
    return done;
}

struct database_cursor *cursor_open(struct database *d, const char *sql, struct failure *failure)
{
    struct database_cursor *c = calloc(1, sizeof *c);
    if (c == NULL) {
        failure_set(failure, "out of memory");
        return NULL;
    }
    c->database = d;
    c->code = SQLITE_ROW;
    if (sqlite3_prepare_v2(d->db, sql, -1, &c->row.statement, NULL) == SQLITE_OK)
        return c;
    fail(d, failure);
    free(c);
    return NULL;
}

void cursor_bind_text(struct database_cursor *cursor, int index, const char *text)
{
    (void) sqlite3_bind_text(cursor->row.statement, index, text, -1, SQLITE_STATIC);
}

void cursor_bind_number(struct database_cursor *cursor, int index, int64_t number)
{
    (void) sqlite3_bind_int64(cursor->row.statement, index, number);
}

bool cursor_next(struct database_cursor *cursor)
{
    if (cursor->code == SQLITE_ROW)
        cursor->code = sqlite3_step(cursor->row.statement);
    return cursor->code == SQLITE_ROW;
}

const struct database_row *cursor_row(const struct database_cursor *cursor)
{
    return &cursor->row;
}

bool cursor_close(struct database_cursor *cursor, struct failure *failure)
{
    if (cursor == NULL)
        return false;
    bool good = cursor->code == SQLITE_ROW || cursor->code == SQLITE_DONE
                || fail(cursor->database, failure);
    (void) sqlite3_finalize(cursor->row.statement);
    free(cursor);
    return good;
}

const char *row_text(const struct database_row *row, int column)
{
    return (const char *) sqlite3_column_text(row->statement, column);
}

int64_t row_number(const struct database_row *row, int column)
{
    return sqlite3_column_int64(row->statement, column);
}

double row_real(const struct database_row *row, int column)
{
    return sqlite3_column_double(row->statement, column);
}

bool row_is_null(const struct database_row *row, int column)
{
    return sqlite3_column_type(row->statement, column) == SQLITE_NULL;
}
