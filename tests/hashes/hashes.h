/* Trace hashes of fixed runs: every shipped scenario with each variant, every algorithm under every
 * kind of fault, and some of what the swarm draws. They need nothing but the engine and the
 * language, so that they can be made on machines that the tests do not run on. */
#ifndef CONCLAVE_TESTS_HASHES_H
#define CONCLAVE_TESTS_HASHES_H

#include <stdio.h>

#include "sim/scheduler.h"

/* One line for each: hash and name, with that event queue, which must not matter. Aborts on what
 * must not happen. Not for several threads. */
void hashes_write(FILE *out, enum scheduler_structure structure);

#endif
