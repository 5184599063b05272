/* The part of the summary that tells the story: leaders and faults in the order of time. */
#ifndef CONCLAVE_SUMMARY_HAPPENINGS_H
#define CONCLAVE_SUMMARY_HAPPENINGS_H

#include <stdio.h>

#include "analysis/runner/run_one.h"

/* At most 40 lines; says how many more there are. */
void happenings_print(const struct run_record *record, FILE *out);

#endif
