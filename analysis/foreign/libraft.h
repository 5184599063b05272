/* `algorithm: libraft`: the C Raft library of dqlite (Debian's libraft-dev), unmodified. */
#ifndef CONCLAVE_FOREIGN_LIBRAFT_H
#define CONCLAVE_FOREIGN_LIBRAFT_H

#include "sim/algorithm.h"

extern const struct algorithm libraft_algorithm;

/* Once, before the first thread starts: the library's memory then comes from its servers' heaps. */
void libraft_use_heaps(void);

#endif
