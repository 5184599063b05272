/* One line for every record of a run: for the eye, for diff, for grep. */
#ifndef CONCLAVE_TRACE_TEXT_H
#define CONCLAVE_TRACE_TEXT_H

#include <stdio.h>

#include "sim/observer.h"
#include "sim/scenario.h"

struct trace_text {
    FILE *out;
    const struct scenario *scenario;
};

/* An observer that writes each record to trace->out as it comes. The struct must outlive it. */
struct observer trace_text_observer(struct trace_text *trace);

/* The words for `detail` of a record (message kind, timer, reason …), or "". */
const char *trace_detail_text(const struct scenario *scenario, const struct record *record);

/* One record as a line, the line's end included. */
void trace_text_write(FILE *out, const struct scenario *scenario, const struct record *record);

#endif
