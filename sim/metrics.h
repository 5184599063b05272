/* The table of metrics: name, unit, meaning, and how each is computed from a finished run. */
#ifndef CONCLAVE_SIM_METRICS_H
#define CONCLAVE_SIM_METRICS_H

#include "sim/result.h"

enum metric_unit { UNIT_SECONDS, UNIT_COUNT, UNIT_RATIO, UNIT_PER_HOUR, UNIT_PER_SECOND };

struct metric_info {
    const char *name; /* "election_time.p99" */
    enum metric_unit unit;
    const char *about;      /* one line */
    const char *definition; /* what begins and ends it, and what is left out */
    bool less_is_better;    /* for tables that mark the best */
};

extern const struct metric_info metric_infos[];
uint32_t metric_count(void);
/* Index into metric_infos, or UINT32_MAX. `length` bytes of name, no terminator needed. */
uint32_t metric_find(const char *name, size_t length);

#endif
