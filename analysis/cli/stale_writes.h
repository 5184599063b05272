/* When a stored run's stale writes were made: the database counts them only, so the run is run
 * again. */
#ifndef CONCLAVE_CLI_STALE_WRITES_H
#define CONCLAVE_CLI_STALE_WRITES_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/plot/plot.h"

struct stale_writes {
    struct plot_mark *marks; /* owned */
    unsigned count, capacity;
    bool out_of_memory;
};

/* Fills *stale with those of run `id`, none where this version cannot run it again. False after
 * *failure. Free them with stale_writes_free(). */
bool stale_writes_read(const char *path, struct database *database, int64_t id,
                       struct stale_writes *stale, struct failure *failure);
void stale_writes_free(struct stale_writes *stale);

#endif
