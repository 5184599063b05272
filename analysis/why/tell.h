/* An explanation in plain words: what happened, the latest first, each line because of the next. */
#ifndef CONCLAVE_WHY_TELL_H
#define CONCLAVE_WHY_TELL_H

#include <stdio.h>

#include "analysis/runner/run_one.h"
#include "analysis/why/cause.h"

struct told_line {
    sim_ns at;
    char *text; /* owned */
};

struct told {
    struct told_line *lines;
    size_t count, capacity;
    bool out_of_memory;
};

/* Tells into *told, to be cleared by the caller. */
void tell_election(struct told *told, const struct history *h, const struct run_record *record,
                   const struct explanation *e);
void told_clear(struct told *told);

/* "fault 2: isolate n3 from 4 s to 6 s". */
void tell_fault(FILE *out, const struct run_record *record, uint32_t row);

#endif
