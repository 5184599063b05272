/* One run as a database holds it: enough to run it again, and to see whether it is the same. */
#ifndef CONCLAVE_STORE_STORED_RUN_H
#define CONCLAVE_STORE_STORED_RUN_H

#include <stdint.h>

#include "analysis/failure.h"
#include "analysis/store/query.h"

struct stored_override {
    char *key, *value;
};

struct stored_run {
    char *scenario_text, *algorithm, *variant, *version, *trace_hash, *outcome; /* owned */
    uint64_t seed;
    int64_t events, messages;
    struct stored_override *overrides; /* what --set, --vary and the variant changed */
    unsigned override_count;
};

/* False: *failure says why; a run that the database does not have is the user's mistake. */
bool stored_run_read(struct database *d, int64_t id, struct stored_run *run,
                     struct failure *failure);
void stored_run_free(struct stored_run *run);

#endif
