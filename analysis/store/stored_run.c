#include "analysis/store/stored_run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
    return strdup(text == NULL ? "" : text);
}

static bool take_run(void *context, const struct database_row *row)
{
    struct stored_run *run = context;
    run->scenario_text = copy(row_text(row, 0));
    run->variant = copy(row_text(row, 1));
    run->version = copy(row_text(row, 2));
    run->trace_hash = copy(row_text(row, 3));
    run->seed = (uint64_t) row_number(row, 4);
    run->events = row_number(row, 5);
    run->messages = row_number(row, 6);
    run->outcome = copy(row_text(row, 7));
    run->algorithm = copy(row_text(row, 8));
    return false;
}

static bool take_override(void *context, const struct database_row *row)
{
    struct stored_run *run = context;
    struct stored_override *grown
        = realloc(run->overrides, (run->override_count + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    run->overrides = grown;
    grown[run->override_count++]
        = (struct stored_override){copy(row_text(row, 0)), copy(row_text(row, 1))};
    return true;
}

bool stored_run_read(struct database *d, int64_t id, struct stored_run *run,
                     struct failure *failure)
{
    *run = (struct stored_run){0};
    bool read = database_each(d,
                              "SELECT scenario_text, variant, version, trace_hash, seed, events,"
                              " messages, outcome, algorithm FROM run WHERE id = ?9",
                              NULL, id, take_run, run, failure)
                && database_each(d,
                                 "SELECT key, json_each.value FROM run, json_each(parameters)"
                                 " WHERE run.id = ?9 ORDER BY json_each.id",
                                 NULL, id, take_override, run, failure);
    if (read && run->scenario_text == NULL)
        read = failure_set_user(failure, "the database has no run %" PRId64, id);
    if (!read)
        stored_run_free(run);
    return read;
}

void stored_run_free(struct stored_run *run)
{
    for (unsigned i = 0; i < run->override_count; i++) {
        free(run->overrides[i].key);
        free(run->overrides[i].value);
    }
    free(run->overrides);
    free(run->scenario_text);
    free(run->variant);
    free(run->version);
    free(run->trace_hash);
    free(run->outcome);
    free(run->algorithm);
    *run = (struct stored_run){0};
}
