/* Whether what is outside of the healthy majority leaves that in peace. */
#ifndef CONCLAVE_SIM_CLEAN_CUT_H
#define CONCLAVE_SIM_CLEAN_CUT_H

#include "sim/world.h"

/* Each member outside of the core is down, or wholly cut off from it, or wholly with it; and those
 * that are with it are with each other. `total` counts services, too. */
bool clean_cut(const struct world *w, uint32_t members, uint32_t total);

#endif
