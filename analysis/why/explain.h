/* The cause of one election of a run that is over: the run is simulated again, with as much of its
 * history kept as the causes reach back. */
#ifndef CONCLAVE_WHY_EXPLAIN_H
#define CONCLAVE_WHY_EXPLAIN_H

#include "analysis/failure.h"
#include "analysis/runner/run_one.h"
#include "analysis/why/cause.h"

/* *h holds what *e points to, until history_clear(). False: *failure says why. */
bool explain_again(const struct run_record *record, uint64_t events_max,
                   const struct election_row *row, struct history *h, struct explanation *e,
                   struct failure *failure);

#endif
