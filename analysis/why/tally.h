/* How often each root cause was behind an election, over many runs. */
#ifndef CONCLAVE_WHY_TALLY_H
#define CONCLAVE_WHY_TALLY_H

#include <stdio.h>

#include "analysis/runner/run_one.h"
#include "analysis/why/cause.h"

struct cause_tally {
    uint64_t elections[ROOT_CAUSE_COUNT];
};

/* Adds the elections of a run whose causes were looked for. */
void cause_tally_add(struct cause_tally *tally, const struct run_record *record);
/* For each variant a table: its share, a row for each cause that came up. */
void cause_tally_print(const struct cause_tally *tallies, char *const *names, unsigned count,
                       FILE *out);

#endif
