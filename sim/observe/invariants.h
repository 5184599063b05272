/* Properties that are checked while a run goes on, each in one function. */
#ifndef CONCLAVE_SIM_INVARIANTS_H
#define CONCLAVE_SIM_INVARIANTS_H

#include "sim/memory.h"
#include "sim/observer.h"
#include "sim/result.h"
#include "sim/scenario.h"

struct invariants;

/* NULL when memory is out. The scenario is borrowed. */
struct invariants *invariants_create(const struct sim_memory *memory,
                                     const struct scenario *scenario);
void invariants_reset(struct invariants *i);
void invariants_destroy(struct invariants *i); /* NULL is fine */
struct observer invariants_observer(struct invariants *i);
/* After each callback on a member, with what view() shows then. */
void invariants_after_callback(struct invariants *i, const struct world *w, node_id node,
                               const struct node_view *now);
bool invariants_out_of_memory(const struct invariants *i);
/* Rows after on_end(), the promised ones first; owned by the observer until the next reset. */
const struct violation_row *invariants_rows(const struct invariants *i, uint32_t *count);
/* Promises of liveness whose premises held at the end: they were asked for, and kept or not. */
uint32_t invariants_liveness_checks(const struct invariants *i);

#endif
