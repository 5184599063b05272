#include "analysis/cli/stale_writes.h"

#include <stdlib.h>

#include "analysis/cli/load_stored.h"
#include "analysis/runner/run_one.h"

#define MARKS_MAX 2000u /* more cover each other in any picture */

static void on_record(void *context, const struct world *w, const struct record *r)
{
    struct stale_writes *stale = context;
    (void) w;
    if (r->detail != OPERATION_ACCEPTED || r->flags == 0 || stale->count == MARKS_MAX)
        return;
    if (stale->count == stale->capacity) {
        unsigned capacity = stale->capacity * 2 + 64;
        struct plot_mark *grown = realloc(stale->marks, capacity * sizeof *grown);
        stale->out_of_memory = grown == NULL;
        if (grown == NULL)
            return;
        stale->marks = grown;
        stale->capacity = capacity;
    }
    stale->marks[stale->count++]
        = (struct plot_mark){.at = (double) r->at / 1e9, .node = r->node + 1};
}

static bool take_count(void *context, const struct database_row *row)
{
    *(double *) context = row_real(row, 0);
    return true;
}

static bool run_again(const struct loaded_run *stored, struct stale_writes *stale)
{
    struct observer observer
        = {.context = stale, .interest = INTEREST(OPERATION), .on_record = on_record};
    struct worker *worker = worker_create(stored->scenario, MEMORY_MAX_DEFAULT, &observer, 1);
    struct run_record record = {0};
    bool ran = worker != NULL
               && worker_run(worker, stored->run.seed, load_stored_events_max(stored), &record)
               && !stale->out_of_memory;
    run_record_free(&record);
    worker_free(worker);
    return ran;
}

bool stale_writes_read(const char *path, struct database *database, int64_t id,
                       struct stale_writes *stale, struct failure *failure)
{
    double count = 0;
    struct loaded_run stored;
    *stale = (struct stale_writes){0};
    if (!database_each(database,
                       "SELECT value FROM metric WHERE run_id = ?9 AND name = 'stale_writes'", NULL,
                       id, take_count, &count, failure))
        return false;
    if (count <= 0)
        return true;
    bool good = true;
    if (load_stored(path, id, &stored) == EXIT_WELL)
        good = run_again(&stored, stale) || failure_set(failure, "out of memory");
    load_stored_free(&stored);
    return good;
}

void stale_writes_free(struct stale_writes *stale)
{
    free(stale->marks);
    *stale = (struct stale_writes){0};
}
