/* Properties that runs are checked for, and assumptions that promises rest on. */
#ifndef CONCLAVE_SIM_PROPERTIES_H
#define CONCLAVE_SIM_PROPERTIES_H

#include "sim/algorithm.h"

struct property_info {
    uint32_t bit;     /* one of enum property or enum assumption */
    const char *name; /* as stored in violation.property */
    const char *about;
    const char *source;
};

extern const struct property_info property_infos[];   /* name NULL at the end */
extern const struct property_info assumption_infos[]; /* name NULL at the end */

/* The name of one property bit; asserts that it exists. */
const char *property_name(uint32_t bit);

#endif
