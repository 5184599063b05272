/* Two runs with the same draws that differ in one thing: which elections are the same? */
#ifndef CONCLAVE_WHY_TWIN_H
#define CONCLAVE_WHY_TWIN_H

#include <stddef.h>

#include "sim/result.h"

enum twin_change { TWIN_SAME, TWIN_MOVED, TWIN_VANISHED, TWIN_APPEARED };

struct twin_pair {
    enum twin_change change;
    const struct election_row *here, *there; /* NULL where it appeared, or vanished */
};

/* Pairs the elections in the order of time. An election is met again where the same vacancy began
 * or, for those without one, where one with the same trigger began within a second. `pairs` has
 * room for the elections of both. Returns how many pairs. */
size_t twin_pair(const struct run_result *here, const struct run_result *there,
                 struct twin_pair *pairs);

#endif
