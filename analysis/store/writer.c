#include "analysis/store/writer.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/store/schema.h"
#include "scenarios/language/describe.h"
#include "sim/metrics.h"
#include "sim/properties.h"

#define BUSY_TIMEOUT_MS 10000

/* X(NAME, table and columns): one prepared statement each. */
#define STATEMENTS(X)                                                                              \
    X(RUN, "INSERT INTO run VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)")                                 \
    X(ELECTION, "INSERT INTO election VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)")                       \
    X(LEADERSHIP, "INSERT INTO leadership VALUES (?,?,?,?,?,?)")                                   \
    X(FAULT, "INSERT INTO fault VALUES (?,?,?,?,?)")                                               \
    X(TRAFFIC, "INSERT INTO traffic VALUES (?,?,?,?,?,?)")                                         \
    X(VIOLATION, "INSERT INTO violation VALUES (?,?,?,?,?,?)")                                     \
    X(METRIC, NULL) /* made by write_metrics_sql() */                                              \
    X(EXPECTATION, "INSERT INTO expectation VALUES (?,?,?,?)")                                     \
    X(NEXT_ID, "SELECT coalesce(max(id), 0) + 1 FROM run")

#define STATEMENT_ENUM(name, sql) STATEMENT_##name,
enum statement { STATEMENTS(STATEMENT_ENUM) STATEMENT_COUNT };

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    char *path;
    bool made, committed, in_transaction;
};

static bool fail(struct store *s, struct failure *failure, const char *doing)
{
    int code = sqlite3_extended_errcode(s->db);
    const char *hint = (code & 255) == SQLITE_BUSY || (code & 255) == SQLITE_LOCKED
                           ? " (another process holds it)"
                           : "";
    return failure_set(failure, "%s: %s: %s%s", s->path, doing, sqlite3_errmsg(s->db), hint);
}

static bool execute(struct store *s, const char *sql, const char *doing, struct failure *failure)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(s, failure, doing);
}

static bool read_number(struct store *s, const char *sql, int64_t *value, struct failure *failure)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return fail(s, failure, "reading what it is");
    bool read = sqlite3_step(statement) == SQLITE_ROW;
    if (read)
        *value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return read || fail(s, failure, "reading what it is");
}

/* Ours, empty, or something else that must not be touched. */
static bool check_identity(struct store *s, struct failure *failure)
{
    int64_t application = 0, version = 0, tables = 0;
    if (!read_number(s, "PRAGMA application_id", &application, failure)
        || !read_number(s, "PRAGMA user_version", &version, failure)
        || !read_number(s, "SELECT count(*) FROM sqlite_schema", &tables, failure)) {
        failure->user = sqlite3_errcode(s->db) == SQLITE_NOTADB;
        return false;
    }
    if (tables == 0)
        return true;
    if (application != STORE_APPLICATION_ID)
        return failure_set_user(
            failure, "%s: is a database, but not one of Conclave; nothing was written", s->path);
    if (version != STORE_VERSION)
        return failure_set_user(failure,
                                "%s: has schema version %" PRId64
                                ", this program writes %d; nothing "
                                "was written (give --db another file)",
                                s->path, version, STORE_VERSION);
    return true;
}

/* All metrics of a run in one statement: a statement of its own for each would cost twice the time.
 * NULL when memory is out. */
static char *write_metrics_sql(void)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendall(sql, "INSERT INTO metric VALUES ");
    for (uint32_t i = 0; i < metric_count(); i++)
        sqlite3_str_appendf(sql, "%s(?1,%Q,?%u)", i == 0 ? "" : ",", metric_infos[i].name, i + 2);
    return sqlite3_str_finish(sql);
}

static bool prepare(struct store *s, struct failure *failure)
{
#define STATEMENT_SQL(name, sql) sql,
    static const char *const texts[] = {STATEMENTS(STATEMENT_SQL)};
    char *metrics = write_metrics_sql();
    bool good = metrics != NULL || failure_set(failure, "out of memory");
    for (unsigned i = 0; good && i < STATEMENT_COUNT; i++) {
        const char *text = texts[i] != NULL ? texts[i] : metrics;
        good = sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, &s->statements[i],
                                  NULL)
                   == SQLITE_OK
               || fail(s, failure, "preparing to write");
    }
    sqlite3_free(metrics);
    return good;
}

static bool set_up(struct store *s, struct failure *failure)
{
    char pragmas[128];
    (void) sqlite3_snprintf((int) sizeof pragmas, pragmas,
                            "PRAGMA application_id = %d; PRAGMA user_version = %d",
                            STORE_APPLICATION_ID, STORE_VERSION);
    return check_identity(s, failure)
           && execute(s, "BEGIN IMMEDIATE", "opening for writing", failure)
           && execute(s, store_tables_sql, "making the tables", failure)
           && execute(s, pragmas, "making the tables", failure)
           && execute(s, "COMMIT", "making the tables", failure) && prepare(s, failure);
}

struct store *store_open(const char *path, struct failure *failure)
{
    struct store *s = calloc(1, sizeof *s);
    if (s == NULL || (s->path = strdup(path)) == NULL) {
        free(s);
        failure_set(failure, "out of memory");
        return NULL;
    }
    int file = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
    s->made = file >= 0; /* of two that make it at once, one */
    if (file >= 0)
        (void) close(file);
    /* Its count of bytes in use costs a lock at each allocation. Refused once SQLite runs: as well.
     */
    (void) sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK) {
        failure_set(failure, "%s: %s", path,
                    s->db == NULL ? "out of memory" : sqlite3_errmsg(s->db));
        store_close(s);
        return NULL;
    }
    sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
    if (!set_up(s, failure)) {
        store_close(s);
        return NULL;
    }
    return s;
}

bool store_begin(struct store *s, struct failure *failure)
{
    if (!execute(s, "BEGIN IMMEDIATE", "beginning to write", failure))
        return false;
    s->in_transaction = true;
    return true;
}

static bool roll_back(struct store *s)
{
    if (s->in_transaction)
        (void) sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    s->in_transaction = false;
    return false;
}

bool store_commit(struct store *s, struct failure *failure)
{
    if (!execute(s, "COMMIT", "writing", failure))
        return roll_back(s);
    s->in_transaction = false;
    s->committed = true;
    /* Another process that made the file may have failed and taken it away. */
    return access(s->path, F_OK) == 0
           || failure_set(failure, "%s: was removed while runs were written to it", s->path);
}

bool store_index(struct store *s, struct failure *failure)
{
    return execute(s, store_indexes_sql, "making the indexes", failure);
}

/* Whether nobody has written a run to it; keeps others out until it is closed. */
static bool is_still_empty(struct store *s)
{
    struct failure ignored = {0};
    int64_t runs = 1;
    bool empty = sqlite3_exec(s->db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK
                 && (!read_number(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'run'", &runs,
                                  &ignored)
                     || runs == 0
                     || (read_number(s, "SELECT count(*) FROM run", &runs, &ignored) && runs == 0));
    failure_clear(&ignored);
    return empty;
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    roll_back(s);
    if (s->made && !s->committed && is_still_empty(s))
        (void) unlink(s->path);
    for (unsigned i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(s->statements[i]);
    sqlite3_close(s->db);
    free(s->path);
    free(s);
}

/* Looks for a stored run that cannot be of the same sweep, and says what it is of. True with
 * *failure where there is one. */
static bool find_stranger(struct store *s, const struct scenario *scenario, struct failure *failure)
{
    static const char sql[]
        = "SELECT scenario, version FROM run WHERE scenario_text <> ? OR version"
          " <> ? LIMIT 1";
    static const char advice[] = "; give --db another file, or remove it; nothing was written";
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return !fail(s, failure, "reading the runs");
    sqlite3_bind_text(statement, 1, scenario->text, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, CONCLAVE_VERSION, -1, SQLITE_STATIC);
    int step = sqlite3_step(statement);
    const char *title = step == SQLITE_ROW ? (const char *) sqlite3_column_text(statement, 0) : "";
    const char *version
        = step == SQLITE_ROW ? (const char *) sqlite3_column_text(statement, 1) : "";
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        fail(s, failure, "reading the runs");
    else if (step == SQLITE_ROW && (title == NULL || version == NULL))
        failure_set(failure, "out of memory");
    else if (step == SQLITE_ROW && strcmp(title, scenario->title) != 0)
        failure_set_user(failure, "%s: holds runs of another scenario, `%s`%s", s->path, title,
                         advice);
    else if (step == SQLITE_ROW && strcmp(version, CONCLAVE_VERSION) != 0)
        failure_set_user(failure, "%s: holds runs of version %s of the program, this is %s%s",
                         s->path, version, CONCLAVE_VERSION, advice);
    else if (step == SQLITE_ROW)
        failure_set_user(failure, "%s: holds runs of this scenario as its file was before%s",
                         s->path, advice);
    sqlite3_finalize(statement);
    return failure->set;
}

bool store_resume(struct store *s, const struct scenario *scenario, bool resume, uint64_t *first,
                  struct failure *failure)
{
    int64_t highest = 0, count = 0;
    if (!read_number(s, "SELECT coalesce(max(id), 0) FROM run", &highest, failure))
        return false;
    *first = (uint64_t) highest;
    if (highest == 0)
        return true;
    if (find_stranger(s, scenario, failure))
        return false;
    return resume
           || (read_number(s, "SELECT count(*) FROM run", &count, failure)
               && failure_set_user(failure,
                                   "%s: holds %" PRId64 " run%s of this scenario already; "
                                   "--resume goes on with them, --db FILE stores elsewhere, or "
                                   "remove it",
                                   s->path, count, count == 1 ? "" : "s"));
}

/* ---- Binding and writing rows ---------------------------------------------------------------- */

#define NODES_IN_A_ROW 2

struct row { /* columns are bound one after the other */
    sqlite3_stmt *statement;
    char names[NODES_IN_A_ROW][NODE_TEXT_MAX]; /* of nodes, until the row is written */
    unsigned name_count;
    int column;
    uint32_t nodes;
    bool unbound; /* a value was refused: out of memory, or too long */
};

static void bound(struct row *row, int code)
{
    row->unbound = row->unbound || code != SQLITE_OK;
    row->column++;
}

static struct row begin_row(struct store *s, enum statement statement, int64_t run, uint32_t nodes)
{
    struct row row = {.statement = s->statements[statement], .column = 1, .nodes = nodes};
    bound(&row, sqlite3_bind_int64(row.statement, row.column, run));
    return row;
}

static void number(struct row *row, int64_t value)
{
    bound(row, sqlite3_bind_int64(row->statement, row->column, value));
}

static void time(struct row *row, sim_ns value)
{
    if (value == TIME_NONE)
        bound(row, sqlite3_bind_null(row->statement, row->column));
    else
        number(row, value);
}

static void text(struct row *row, const char *value)
{
    bound(row, sqlite3_bind_text(row->statement, row->column, value, -1, SQLITE_STATIC));
}

static void real(struct row *row, bool known, double value)
{
    if (known)
        bound(row, sqlite3_bind_double(row->statement, row->column, value));
    else
        bound(row, sqlite3_bind_null(row->statement, row->column));
}

static void node(struct row *row, node_id id)
{
    if (id == NODE_NONE) {
        bound(row, sqlite3_bind_null(row->statement, row->column));
        return;
    }
    sim_assert(row->name_count < NODES_IN_A_ROW);
    char *name = row->names[row->name_count++];
    write_node(name, id, row->nodes);
    text(row, name);
}

static bool end_row(struct store *s, struct row *row, struct failure *failure)
{
    bool written = (!row->unbound && sqlite3_step(row->statement) == SQLITE_DONE)
                   || fail(s, failure, "writing a run");
    sqlite3_reset(row->statement);
    return written;
}

static bool write_run(struct store *s, const struct run_record *record, int64_t id,
                      struct failure *failure)
{
    const struct scenario *sc = record->scenario;
    const struct run_result *r = &record->result;
    char hash[17];
    (void) sqlite3_snprintf((int) sizeof hash, hash, "%016llx", (unsigned long long) r->trace_hash);
    struct row row = begin_row(s, STATEMENT_RUN, id, sc->nodes);
    text(&row, sc->title);
    text(&row, sc->variant);
    text(&row, sc->algorithm->name);
    number(&row, (int64_t) r->seed);
    number(&row, sc->nodes);
    number(&row, r->ended_at);
    text(&row, sc->parameters);
    text(&row, sc->text);
    text(&row, CONCLAVE_VERSION);
    number(&row, (int64_t) r->events);
    number(&row, (int64_t) r->messages);
    text(&row, hash);
    text(&row, world_status_names[r->status]);
    return end_row(s, &row, failure);
}

static bool write_elections(struct store *s, const struct run_record *record, int64_t id,
                            struct failure *failure)
{
    for (uint32_t i = 0; i < record->result.election_count; i++) {
        const struct election_row *e = &record->result.elections[i];
        struct row row = begin_row(s, STATEMENT_ELECTION, id, record->scenario->nodes);
        number(&row, e->number);
        text(&row, election_trigger_names[e->trigger]);
        text(&row, election_outcome_names[e->outcome]);
        node(&row, e->previous_leader);
        node(&row, e->winner);
        number(&row, (int64_t) e->term);
        time(&row, e->vacant);
        time(&row, e->started);
        time(&row, e->decided);
        time(&row, e->recognized);
        number(&row, e->rounds);
        number(&row, e->candidates);
        number(&row, (int64_t) e->messages);
        if (!end_row(s, &row, failure))
            return false;
    }
    return true;
}

static bool write_leaderships(struct store *s, const struct run_record *record, int64_t id,
                              struct failure *failure)
{
    for (uint32_t i = 0; i < record->result.leadership_count; i++) {
        const struct leadership_row *l = &record->result.leaderships[i];
        struct row row = begin_row(s, STATEMENT_LEADERSHIP, id, record->scenario->nodes);
        node(&row, l->node);
        number(&row, (int64_t) l->term);
        time(&row, l->begin);
        time(&row, l->end);
        text(&row, leadership_end_names[l->end_reason]);
        if (!end_row(s, &row, failure))
            return false;
    }
    return true;
}

char *store_fault_target(const struct run_record *record, const struct fault_row *fault)
{
    sqlite3_str *target = sqlite3_str_new(NULL);
    bool first = true;
    for (uint32_t i = 0; i < fault->target_count; i++) {
        node_id id = record->result.fault_targets[fault->target_begin + i];
        char name[NODE_TEXT_MAX] = "|";
        if (id != NODE_NONE)
            write_node(name, id, record->scenario->nodes);
        sqlite3_str_appendf(target, "%s%s", first ? "" : " ", name);
        first = false;
    }
    return sqlite3_str_errcode(target) == SQLITE_OK && sqlite3_str_length(target) == 0
               ? (sqlite3_free(sqlite3_str_finish(target)), sqlite3_mprintf("%s", ""))
               : sqlite3_str_finish(target);
}

void store_free_text(char *owned)
{
    sqlite3_free(owned);
}

static bool write_faults(struct store *s, const struct run_record *record, int64_t id,
                         struct failure *failure)
{
    for (uint32_t i = 0; i < record->result.fault_count; i++) {
        const struct fault_row *f = &record->result.faults[i];
        struct row row = begin_row(s, STATEMENT_FAULT, id, record->scenario->nodes);
        text(&row, fault_kinds[f->kind]->name);
        const node_id *targets = record->result.fault_targets + f->target_begin;
        if (f->target_count == 1 && targets[0] != NODE_NONE) { /* as most have */
            node(&row, targets[0]);
        } else {
            char *target = store_fault_target(record, f);
            if (target == NULL)
                return failure_set(failure, "out of memory");
            bound(&row, sqlite3_bind_text(row.statement, row.column, target, -1, sqlite3_free));
        }
        time(&row, f->begin);
        time(&row, f->end);
        if (!end_row(s, &row, failure))
            return false;
    }
    return true;
}

static bool write_traffic(struct store *s, const struct run_record *record, int64_t id,
                          struct failure *failure)
{
    for (uint32_t i = 0; i < record->result.traffic_count; i++) {
        const struct traffic_row *t = &record->result.traffic[i];
        struct row row = begin_row(s, STATEMENT_TRAFFIC, id, record->scenario->nodes);
        text(&row, record->scenario->algorithm->messages[i].name);
        number(&row, (int64_t) t->sent);
        number(&row, (int64_t) t->delivered);
        number(&row, (int64_t) t->lost);
        number(&row, (int64_t) t->duplicated);
        if (!end_row(s, &row, failure))
            return false;
    }
    return true;
}

static bool write_violations(struct store *s, const struct run_record *record, int64_t id,
                             struct failure *failure)
{
    for (uint32_t i = 0; i < record->result.violation_count; i++) {
        const struct violation_row *v = &record->result.violations[i];
        if (!v->promised)
            continue;
        struct row row = begin_row(s, STATEMENT_VIOLATION, id, record->scenario->nodes);
        text(&row, property_name(v->property));
        time(&row, v->at);
        node(&row, v->node);
        node(&row, v->other_node);
        text(&row, v->detail);
        if (!end_row(s, &row, failure))
            return false;
    }
    return true;
}

static bool write_metrics(struct store *s, const struct run_record *record, int64_t id,
                          struct failure *failure)
{
    struct row row = begin_row(s, STATEMENT_METRIC, id, 0);
    for (uint32_t i = 0; i < metric_count(); i++)
        real(&row, record->result.metrics[i].defined, record->result.metrics[i].lo);
    return end_row(s, &row, failure);
}

static bool write_expectations(struct store *s, const struct run_record *record, int64_t id,
                               struct failure *failure)
{
    for (uint32_t i = 0; i < record->scenario->expectation_count; i++) {
        const struct expectation_outcome *e = &record->expectations[i];
        struct row row = begin_row(s, STATEMENT_EXPECTATION, id, 0);
        text(&row, record->scenario->expectations[i].text);
        real(&row, e->has_value, e->value);
        if (e->truth == TRUTH_UNDECIDED)
            bound(&row, sqlite3_bind_null(row.statement, row.column));
        else
            number(&row, e->truth == TRUTH_TRUE);
        if (!end_row(s, &row, failure))
            return false;
    }
    return true;
}

static bool next_id(struct store *s, int64_t *id, struct failure *failure)
{
    sqlite3_stmt *statement = s->statements[STATEMENT_NEXT_ID];
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        *id = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return found || fail(s, failure, "reading the runs");
}

bool store_write(struct store *s, const struct run_record *record, int64_t id, int64_t *given,
                 struct failure *failure)
{
    bool written
        = (id != 0 || next_id(s, &id, failure)) && write_run(s, record, id, failure)
          && write_elections(s, record, id, failure) && write_leaderships(s, record, id, failure)
          && write_faults(s, record, id, failure) && write_traffic(s, record, id, failure)
          && write_violations(s, record, id, failure) && write_metrics(s, record, id, failure)
          && write_expectations(s, record, id, failure);
    if (given != NULL)
        *given = id;
    return written || roll_back(s);
}
