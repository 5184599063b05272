#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/store/schema.h"
#include "analysis/store/writer.h"
#include "sim/metrics.h"
#include "tests/analysis/finished.h"

#define TITLE "it's <b>\\\"bold\\\"</b>'); DROP TABLE run;--"
static const char crash[] = "scenario: \"" TITLE "\"\n"
                            "duration: 4s\nsettle: 1s\ncluster: {nodes: 3}\nalgorithm: raft\n"
                            "faults:\n  - {at: 2s, crash: leader}\n"
                            "expect:\n  - safety_violations == 0\n  - election_time.max < 1ns\n";

static sqlite3_int64 number_in(const char *path, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *statement;
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK, "%s", sql);
    cr_assert_eq(sqlite3_step(statement), SQLITE_ROW, "%s", sql);
    sqlite3_int64 number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return number;
}

static void execute_in(const char *path, const char *sql)
{
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static int64_t store_run(const char *path, const struct run_record *record, int64_t id)
{
    struct failure failure = {0};
    int64_t given = 0;
    struct store *s = store_open(path, &failure);
    cr_assert_not_null(s);
    cr_assert(store_begin(s, &failure));
    cr_assert(store_write(s, record, id, &given, &failure));
    cr_assert(store_index(s, &failure));
    cr_assert(store_commit(s, &failure));
    store_close(s);
    return given;
}

static void expect_refused_by_the_user(const char *path)
{
    struct failure failure = {0};
    cr_expect_null(store_open(path, &failure));
    cr_expect(failure.set && failure.user);
    failure_clear(&failure);
}

Test(store, every_row_of_a_run_can_be_read_back)
{
    char *folder = make_folder(), *path = path_in(folder, "a.db");
    struct finished f = finish_run(crash, 7);
    const struct run_result *r = &f.record.result;
    cr_assert_eq(store_run(path, &f.record, 0), 1);
    cr_expect_eq(number_in(path, "PRAGMA user_version"), STORE_VERSION);
    cr_expect_eq(number_in(path, "SELECT seed FROM run"), 7);
    cr_expect_eq(number_in(path, "SELECT count(*) FROM election"), r->election_count);
    cr_expect_eq(number_in(path, "SELECT count(*) FROM leadership"), r->leadership_count);
    cr_expect_eq(number_in(path, "SELECT count(*) FROM traffic"), r->traffic_count);
    cr_expect_eq(number_in(path, "SELECT count(*) FROM metric"), metric_count());
    cr_expect_eq(number_in(path, "SELECT begin_ns FROM fault WHERE kind = 'crash'"),
                 INT64_C(2000000000));
    cr_expect_eq(number_in(path, "SELECT decided_ns FROM election WHERE number = 1"),
                 r->elections[0].decided);
    cr_expect_eq(number_in(path, "SELECT vacant_ns FROM election WHERE trigger = 'crash'"),
                 INT64_C(2000000000));
    cr_expect_eq(number_in(path, "SELECT winner GLOB 'n[123]' FROM election WHERE number = 1"), 1);
    cr_expect_eq(number_in(path, "SELECT length(trace_hash) FROM run"), 16);
    finished_close(&f);
    free(path);
    remove_folder(folder);
}

Test(store, expectations_keep_value_and_verdict)
{
    char *folder = make_folder(), *path = path_in(folder, "a.db");
    struct finished f = finish_run(crash, 7);
    store_run(path, &f.record, 0);
    cr_expect_eq(number_in(path, "SELECT passed FROM expectation WHERE text LIKE 'safety%'"), 1);
    cr_expect_eq(number_in(path, "SELECT passed FROM expectation WHERE text LIKE 'election%'"), 0);
    cr_expect_eq(number_in(path, "SELECT value > 0 FROM expectation WHERE text LIKE 'election%'"),
                 1);
    finished_close(&f);
    free(path);
    remove_folder(folder);
}

Test(store, a_title_with_sql_and_html_is_only_text)
{
    char *folder = make_folder(), *path = path_in(folder, "a.db");
    struct finished f = finish_run(crash, 7);
    store_run(path, &f.record, 0);
    cr_expect_eq(number_in(path, "SELECT scenario = 'it''s <b>\"bold\"</b>''); DROP TABLE run;--' "
                                 "FROM run"),
                 1);
    finished_close(&f);
    free(path);
    remove_folder(folder);
}

Test(store, runs_are_appended_under_the_next_id_or_the_one_that_is_given)
{
    char *folder = make_folder(), *path = path_in(folder, "a.db");
    struct finished f = finish_run(crash, 7);
    cr_expect_eq(store_run(path, &f.record, 0), 1);
    cr_expect_eq(store_run(path, &f.record, 40), 40);
    cr_expect_eq(store_run(path, &f.record, 0), 41);
    cr_expect_eq(number_in(path, "SELECT count(*) FROM run"), 3);
    finished_close(&f);
    free(path);
    remove_folder(folder);
}

Test(store, another_schema_or_another_programs_file_is_refused_and_left_alone)
{
    char *folder = make_folder(), *newer = path_in(folder, "newer.db");
    char *foreign = path_in(folder, "foreign.db"), *text = path_in(folder, "text.db");
    struct finished f = finish_run(crash, 7);
    store_run(newer, &f.record, 0);
    execute_in(newer, "PRAGMA user_version = 2");
    execute_in(foreign, "CREATE TABLE t (x)");
    FILE *file = fopen(text, "w");
    cr_assert_not_null(file);
    fputs("no database, only a long enough line of text\n", file);
    (void) fclose(file);
    expect_refused_by_the_user(newer);
    expect_refused_by_the_user(foreign);
    expect_refused_by_the_user(text);
    cr_expect_eq(number_in(foreign, "SELECT count(*) FROM sqlite_schema"), 1);
    cr_expect_eq(number_in(newer, "SELECT count(*) FROM run"), 1);
    finished_close(&f);
    free(newer);
    free(foreign);
    free(text);
    remove_folder(folder);
}

Test(store, a_run_that_is_stored_twice_under_one_id_is_undone_whole)
{
    char *folder = make_folder(), *path = path_in(folder, "a.db");
    struct finished f = finish_run(crash, 7);
    struct failure failure = {0};
    store_run(path, &f.record, 1);
    sqlite3_int64 before = number_in(path, "SELECT count(*) FROM election");
    struct store *s = store_open(path, &failure);
    cr_assert_not_null(s);
    cr_assert(store_begin(s, &failure));
    cr_assert(store_write(s, &f.record, 2, NULL, &failure));
    cr_expect_not(store_write(s, &f.record, 1, NULL, &failure));
    cr_expect(failure.set && !failure.user);
    cr_expect_not_null(strstr(failure_text(&failure), "UNIQUE"));
    failure_clear(&failure);
    store_close(s);
    cr_expect_eq(number_in(path, "SELECT count(*) FROM run"), 1);
    cr_expect_eq(number_in(path, "SELECT count(*) FROM election"), before);
    finished_close(&f);
    free(path);
    remove_folder(folder);
}

Test(store, a_new_file_in_which_nothing_was_committed_is_removed)
{
    char *folder = make_folder(), *path = path_in(folder, "a.db");
    struct failure failure = {0};
    struct store *s = store_open(path, &failure);
    cr_assert_not_null(s);
    cr_assert(store_begin(s, &failure));
    store_close(s);
    cr_expect_neq(access(path, F_OK), 0);
    free(path);
    remove_folder(folder);
}
