/* The part of the summary that tells the story: leaders and faults in the order of time. */
#ifndef CONCLAVE_SUMMARY_HAPPENINGS_H
#define CONCLAVE_SUMMARY_HAPPENINGS_H

#include <stdio.h>

#include "analysis/runner/run_one.h"
#include "analysis/summary/endings.h"

/* At most 40 lines, then how many more there are, and those of processes that ended by themselves
 * among them. `endings` may be NULL. */
void happenings_print(const struct run_record *record, const struct endings *endings, FILE *out);

#endif
