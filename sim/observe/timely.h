/* What a scenario's network must be like before liveness is asked for. */
#ifndef CONCLAVE_SIM_TIMELY_H
#define CONCLAVE_SIM_TIMELY_H

#include "sim/scenario.h"

/* Whether chance may lose a message at all, on any link. */
bool network_loses(const struct scenario *s);

/* Whether messages and writes take so little, and so few are lost (2 % at most, none in bursts),
 * that many follow each other within `bound`. */
bool network_is_timely(const struct scenario *s, sim_ns bound);

#endif
