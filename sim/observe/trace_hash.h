/* The run's fingerprint: a 64-bit hash over every record's fields in declared order, as
 * little-endian integers. Two runs with the same hash did the same, event by event. */
#ifndef CONCLAVE_SIM_TRACE_HASH_H
#define CONCLAVE_SIM_TRACE_HASH_H

#include "sim/memory.h"
#include "sim/observer.h"
#include "sim/scenario.h"

struct trace_hash;

/* NULL when memory is out. The scenario is borrowed. */
struct trace_hash *trace_hash_create(const struct sim_memory *memory,
                                     const struct scenario *scenario);
void trace_hash_reset(struct trace_hash *t);
void trace_hash_destroy(struct trace_hash *t); /* NULL is fine */
/* Every record, in order. */
void trace_hash_record(struct trace_hash *t, const struct record *r);
uint64_t trace_hash_value(const struct trace_hash *t);

#endif
