/* `chaos:` — a random schedule of faults from the seed. */
#ifndef CONCLAVE_SIM_CHAOS_H
#define CONCLAVE_SIM_CHAOS_H

#include "sim/scenario.h"

#define CHAOS_ITEMS 4 /* selector items that one drawn fault may need */

/* How many faults this seed has: `faults`, or half to all of them where it draws a subset. */
uint32_t chaos_count(const struct scenario *s, uint64_t seed);

/* Draws the `number`-th fault of the schedule: kind, instant, duration and arguments, by the types
 * of the kind's fields. `items` has room for CHAOS_ITEMS and is borrowed by *spec. */
void chaos_draw(const struct scenario *s, uint64_t seed, uint32_t number, struct fault_spec *spec,
                struct selector_item *items);

#endif
