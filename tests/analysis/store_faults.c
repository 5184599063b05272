/* A disk that is full, a file that is locked, reads and writes that fail: a file system of SQLite's
 * own kind between it and the real one lets the n-th operation fail, for every n. */
#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/store/writer.h"
#include "tests/analysis/finished.h"

struct shim_file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct */
};

enum operation { OPERATION_READ, OPERATION_WRITE, OPERATION_SYNC, OPERATION_LOCK, OPERATION_COUNT };

static struct {
    sqlite3_vfs *real;
    int count[OPERATION_COUNT];
    enum operation failing;
    int fail_at, error; /* fail_at 0: never */
} shim;

static int step(enum operation operation)
{
    bool fails = ++shim.count[operation] == shim.fail_at && operation == shim.failing;
    return fails ? shim.error : SQLITE_OK;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct shim_file *) file)->real;
}

#define STEP(name, operation, parameters, ...)                                                     \
    static int name parameters                                                                     \
    {                                                                                              \
        int error = step(operation);                                                               \
        return error != SQLITE_OK ? error : real_of(f)->pMethods->name(real_of(f), __VA_ARGS__);   \
    }

static int xClose(sqlite3_file *f)
{
    return real_of(f)->pMethods->xClose(real_of(f));
}
static int xFileSize(sqlite3_file *f, sqlite3_int64 *size)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), size);
}
static int xCheckReservedLock(sqlite3_file *f, int *out)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}
static int xUnlock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), level);
}
static int xFileControl(sqlite3_file *f, int what, void *argument)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), what, argument);
}
static int xSectorSize(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}
static int xDeviceCharacteristics(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}
static int xTruncate(sqlite3_file *f, sqlite3_int64 size)
{
    return real_of(f)->pMethods->xTruncate(real_of(f), size);
}
STEP(xRead, OPERATION_READ, (sqlite3_file * f, void *into, int size, sqlite3_int64 at), into, size,
     at)
STEP(xWrite, OPERATION_WRITE, (sqlite3_file * f, const void *from, int size, sqlite3_int64 at),
     from, size, at)
STEP(xSync, OPERATION_SYNC, (sqlite3_file * f, int flags), flags)
STEP(xLock, OPERATION_LOCK, (sqlite3_file * f, int level), level)

static const sqlite3_io_methods methods = {.iVersion = 1,
                                           .xClose = xClose,
                                           .xRead = xRead,
                                           .xWrite = xWrite,
                                           .xTruncate = xTruncate,
                                           .xSync = xSync,
                                           .xFileSize = xFileSize,
                                           .xLock = xLock,
                                           .xUnlock = xUnlock,
                                           .xCheckReservedLock = xCheckReservedLock,
                                           .xFileControl = xFileControl,
                                           .xSectorSize = xSectorSize,
                                           .xDeviceCharacteristics = xDeviceCharacteristics};

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    struct shim_file *f = (struct shim_file *) file;
    (void) vfs;
    f->real = (sqlite3_file *) (void *) (f + 1);
    int error = shim.real->xOpen(shim.real, name, f->real, flags, out);
    f->base.pMethods = f->real->pMethods != NULL ? &methods : NULL;
    return error;
}

static void shim_install(sqlite3_vfs *vfs)
{
    shim.real = sqlite3_vfs_find(NULL);
    *vfs = *shim.real;
    vfs->zName = "shim";
    vfs->szOsFile = (int) sizeof(struct shim_file) + shim.real->szOsFile;
    vfs->xOpen = open_file;
    cr_assert_eq(sqlite3_vfs_register(vfs, 1), SQLITE_OK);
}

static bool store_one(const char *path, const struct run_record *record, struct failure *failure)
{
    struct store *s = store_open(path, failure);
    bool stored = s != NULL && store_begin(s, failure) && store_write(s, record, 0, NULL, failure)
                  && store_index(s, failure) && store_commit(s, failure);
    store_close(s);
    return stored;
}

static int take_text(void *context, int count, char **values, char **names)
{
    (void) count;
    (void) names;
    (void) snprintf(context, 40, "%s", values[0]);
    return 0;
}

/* What a program that knows nothing of the trouble finds. */
static void expect_whole(const char *path, bool stored, int earlier)
{
    sqlite3 *db;
    char text[40] = "", count[40] = "";
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA integrity_check", take_text, text, NULL);
    sqlite3_exec(db, "SELECT count(*) FROM run", take_text, count, NULL);
    sqlite3_close(db);
    cr_assert_str_eq(text, "ok", "%s fails at %d", text, shim.fail_at);
    cr_assert(atoi(count) == earlier + stored, "%s runs after one was %s", count,
              stored ? "stored" : "not");
}

/* How many of the operations led to a failure that was told. */
static int fail_each(enum operation operation, int error, bool appending)
{
    static const char text[] = "duration: 3s\ncluster: {nodes: 3}\nalgorithm: raft\n";
    static sqlite3_vfs vfs;
    struct finished f = finish_run(text, 1);
    char *folder = make_folder(), *path = path_in(folder, "runs.db");
    if (shim.real == NULL)
        shim_install(&vfs);
    bool reached = true;
    int failures = 0;
    for (int at = 1; reached; at++) {
        struct failure failure = {0};
        (void) unlink(path);
        if (appending)
            cr_assert(store_one(path, &f.record, &failure));
        memset(shim.count, 0, sizeof shim.count);
        shim.failing = operation;
        shim.error = error;
        shim.fail_at = at;
        bool stored = store_one(path, &f.record, &failure);
        reached = shim.count[operation] >= at;
        shim.fail_at = 0;
        failures += !stored;
        cr_assert(stored != failure.set, "at %d: %s", at, stored ? "stored" : "silent");
        if (access(path, F_OK) == 0)
            expect_whole(path, stored, appending);
        else
            cr_assert(!stored && !appending);
        failure_clear(&failure);
    }
    finished_close(&f);
    remove_folder(folder);
    free(path);
    return failures;
}

Test(store_faults, a_full_disk_leaves_a_whole_database)
{
    cr_expect_gt(fail_each(OPERATION_WRITE, SQLITE_FULL, false), 0);
    cr_expect_gt(fail_each(OPERATION_WRITE, SQLITE_FULL, true), 0);
}

Test(store_faults, a_write_or_sync_that_fails_leaves_a_whole_database)
{
    cr_expect_gt(fail_each(OPERATION_WRITE, SQLITE_IOERR_WRITE, true), 0);
    cr_expect_gt(fail_each(OPERATION_SYNC, SQLITE_IOERR_FSYNC, false), 0);
    cr_expect_gt(fail_each(OPERATION_SYNC, SQLITE_IOERR_FSYNC, true), 0);
}

Test(store_faults, a_read_that_fails_or_finds_nonsense_leaves_a_whole_database)
{
    cr_expect_gt(fail_each(OPERATION_READ, SQLITE_IOERR_READ, true), 0);
    cr_expect_gt(fail_each(OPERATION_READ, SQLITE_CORRUPT, true), 0);
}

Test(store_faults, a_lock_that_is_let_go_again_is_waited_for)
{
    cr_expect_eq(fail_each(OPERATION_LOCK, SQLITE_BUSY, false), 0);
    cr_expect_eq(fail_each(OPERATION_LOCK, SQLITE_BUSY, true), 0);
}
