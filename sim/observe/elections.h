/* Rows of election and leadership, decided from outside by what happened. */
#ifndef CONCLAVE_SIM_ELECTIONS_H
#define CONCLAVE_SIM_ELECTIONS_H

#include "sim/memory.h"
#include "sim/observer.h"
#include "sim/result.h"
#include "sim/scenario.h"

struct elections;

/* NULL when memory is out. The scenario is borrowed. */
struct elections *elections_create(const struct sim_memory *memory,
                                   const struct scenario *scenario);
void elections_reset(struct elections *e);
void elections_destroy(struct elections *e); /* NULL is fine */
struct observer elections_observer(struct elections *e);
/* True when a row was lost for want of memory. */
bool elections_out_of_memory(const struct elections *e);
/* Rows after on_end(), owned by the observer until the next reset. */
const struct election_row *elections_rows(const struct elections *e, uint32_t *count);
const struct leadership_row *elections_leaderships(const struct elections *e, uint32_t *count);
/* Since when the newest leader is lost without anybody having stood; or TIME_NONE. */
sim_ns elections_vacant_since(const struct elections *e);

#endif
