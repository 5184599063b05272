#include "tests/analysis/store_filled.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include "analysis/store/schema.h"

static void execute(sqlite3 *db, const char *sql)
{
    char *message = NULL;
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, &message), SQLITE_OK, "%s: %s", message, sql);
}

struct database *plot_database(const char *sql)
{
    char path[] = "/tmp/conclave-plot-test-XXXXXX", pragmas[128];
    int file = mkstemp(path);
    sqlite3 *db;
    cr_assert_geq(file, 0);
    (void) close(file);
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    (void) snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                    STORE_APPLICATION_ID, STORE_VERSION);
    execute(db, store_tables_sql);
    execute(db, pragmas);
    execute(db, sql);
    sqlite3_close(db);
    struct failure failure = {0};
    struct database *database = database_open(path, &failure);
    cr_assert_not_null(database, "%s", failure_text(&failure));
    (void) unlink(path);
    return database;
}

struct chart plot_chart(const char *kind, struct database *database,
                        const struct plot_request *request)
{
    struct failure failure = {0};
    struct chart chart;
    const struct plot_kind *found = plot_find(kind);
    cr_assert_not_null(found, "%s", kind);
    cr_assert(plot_build(found, database, request, &chart, &failure), "%s", failure_text(&failure));
    return chart;
}
