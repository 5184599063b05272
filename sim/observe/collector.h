/* What the metrics need of a run: times with a leader, overlaps, operations, recovery. */
#ifndef CONCLAVE_SIM_COLLECTOR_H
#define CONCLAVE_SIM_COLLECTOR_H

#include "sim/memory.h"
#include "sim/observer.h"
#include "sim/result.h"
#include "sim/scenario.h"

struct collector;

/* NULL when memory is out. The scenario is borrowed. */
struct collector *collector_create(const struct sim_memory *memory,
                                   const struct scenario *scenario);
void collector_reset(struct collector *c);
void collector_destroy(struct collector *c); /* NULL is fine */
struct observer collector_observer(struct collector *c);
bool collector_out_of_memory(const struct collector *c);
/* After on_end(): every metric, in the order of metric_infos; `result` has the rows already. Owned
 * by the collector until the next reset. */
const struct metric_value *collector_metrics(struct collector *c, const struct run_result *result);

#endif
