#include "analysis/store/merge.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "analysis/store/query.h"
#include "analysis/store/schema.h"

static const char *const tables[]
    = {"run", "election", "leadership", "fault", "traffic", "violation", "metric", "expectation"};
#define TABLE_COUNT (sizeof tables / sizeof *tables)

static bool fail(sqlite3 *db, const char *path, struct failure *failure)
{
    return failure_set(failure, "%s: %s", path, sqlite3_errmsg(db));
}

/* Runs formatted SQL: %Q quotes a text, %w a name. */
static bool execute(sqlite3 *db, const char *path, struct failure *failure, char *sql)
{
    if (sql == NULL)
        return failure_set(failure, "out of memory");
    bool done = sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(db, path, failure);
    sqlite3_free(sql);
    return done;
}

static bool count_of(sqlite3 *db, const char *path, const char *sql, int64_t *count,
                     struct failure *failure)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        return fail(db, path, failure);
    bool read = sqlite3_step(statement) == SQLITE_ROW;
    *count = read ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return read || fail(db, path, failure);
}

/* Empty tables of the schema's columns, beside the database: whatever is read first gives their
 * form. */
static bool make_staging(sqlite3 *db, const char *path, struct failure *failure)
{
    bool done = true;
    for (unsigned i = 0; done && i < TABLE_COUNT; i++)
        done = execute(db, path, failure,
                       sqlite3_mprintf("CREATE TEMP TABLE IF NOT EXISTS staged_%w AS SELECT * FROM"
                                       " shard.%w WHERE 0",
                                       tables[i], tables[i]));
    return done;
}

static bool check_input(sqlite3 *db, const char *path, struct failure *failure)
{
    int64_t same = 0, others = 0;
    if (!count_of(db, path, "SELECT count(*) FROM shard.run a JOIN staged_run b ON a.id = b.id",
                  &same, failure)
        || !count_of(db, path,
                     "SELECT count(*) FROM (SELECT scenario_text, version FROM staged_run UNION"
                     " SELECT scenario_text, version FROM shard.run)",
                     &others, failure))
        return false;
    if (same > 0)
        return failure_set_user(failure,
                                "%s: has runs that stand in another database too; nothing was "
                                "written",
                                path);
    if (others > 1)
        return failure_set_user(failure,
                                "%s: is of another scenario or version than the databases "
                                "before; nothing was written",
                                path);
    return true;
}

static bool stage(sqlite3 *db, const char *path, struct failure *failure)
{
    struct database *probe = database_open(path, failure); /* is it ours, and of this version? */
    if (probe == NULL)
        return false;
    database_close(probe);
    bool done = execute(db, path, failure, sqlite3_mprintf("ATTACH %Q AS shard", path))
                && make_staging(db, path, failure) && check_input(db, path, failure);
    for (unsigned i = 0; done && i < TABLE_COUNT; i++)
        done
            = execute(db, path, failure,
                      sqlite3_mprintf("INSERT INTO staged_%w SELECT * FROM shard.%w ORDER BY rowid",
                                      tables[i], tables[i]));
    return done && execute(db, path, failure, sqlite3_mprintf("DETACH shard"));
}

/* Rows go in by run, and within a run in the order in which they were written. */
static bool write_all(sqlite3 *db, const char *path, struct failure *failure)
{
    bool done = execute(db, path, failure, sqlite3_mprintf("BEGIN"))
                && execute(db, path, failure, sqlite3_mprintf("%s", store_tables_sql));
    for (unsigned i = 0; done && i < TABLE_COUNT; i++)
        done = execute(
            db, path, failure,
            sqlite3_mprintf("INSERT INTO main.%w SELECT * FROM staged_%w ORDER BY %s, rowid",
                            tables[i], tables[i], i == 0 ? "id" : "run_id"));
    return done && execute(db, path, failure, sqlite3_mprintf("%s", store_indexes_sql))
           && execute(db, path, failure,
                      sqlite3_mprintf("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                      STORE_APPLICATION_ID, STORE_VERSION))
           && execute(db, path, failure, sqlite3_mprintf("COMMIT"));
}

static bool merge_into(sqlite3 *db, const char *output, const char *const *inputs, unsigned count,
                       int64_t *runs, struct failure *failure)
{
    bool done = true;
    for (unsigned i = 0; done && i < count; i++)
        done = stage(db, inputs[i], failure);
    return done && write_all(db, output, failure)
           && count_of(db, output, "SELECT count(*) FROM run", runs, failure);
}

bool store_merge(const char *output, const char *const *inputs, unsigned count, int64_t *runs,
                 struct failure *failure)
{
    sqlite3 *db = NULL;
    if (access(output, F_OK) == 0)
        return failure_set_user(failure, "%s: exists already; give another name for the result",
                                output);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    bool done = sqlite3_open_v2(output, &db, flags, NULL) == SQLITE_OK
                    ? merge_into(db, output, inputs, count, runs, failure)
                    : failure_set(failure, "%s: %s", output,
                                  db == NULL ? "out of memory" : sqlite3_errmsg(db));
    sqlite3_close(db);
    if (!done)
        (void) unlink(output);
    return done;
}
