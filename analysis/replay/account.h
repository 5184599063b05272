/* What a run amounts to, as lines in the order of time: leaders, elections, faults, broken
 * promises. Made from a database and from a run alike, so that two accounts can be laid side by
 * side. */
#ifndef CONCLAVE_REPLAY_ACCOUNT_H
#define CONCLAVE_REPLAY_ACCOUNT_H

#include <stddef.h>

#include "analysis/runner/run_one.h"
#include "analysis/store/query.h"

struct account_line {
    sim_ns at;
    char *text; /* owned */
};

struct account {
    struct account_line *lines;
    size_t count, capacity;
    bool out_of_memory;
};

/* All zero is an empty account; both add to it, sorted. False with *failure. */
bool account_of_stored(struct account *account, struct database *d, int64_t run,
                       struct failure *failure);
bool account_of_run(struct account *account, const struct run_record *record,
                    struct failure *failure);
void account_free(struct account *account);

/* Index of the first line in which they differ (one may end there), or SIZE_MAX. */
size_t account_difference(const struct account *a, const struct account *b);

#endif
