/* Joining the databases of a sharded sweep into one that is the same as that of an undivided sweep.
 */
#ifndef CONCLAVE_STORE_MERGE_H
#define CONCLAVE_STORE_MERGE_H

#include <stdint.h>

#include "analysis/failure.h"

/* Makes `output`, which must not exist yet, from `count` databases; *runs becomes how many runs it
 * has. Refuses databases of different scenarios or versions, and runs that stand in two of them.
 * False: *failure says why, and `output` is not left behind. */
bool store_merge(const char *output, const char *const *inputs, unsigned count, int64_t *runs,
                 struct failure *failure);

#endif
