/* Sequential stopping: seeds until a figure is known well enough. */
#ifndef CONCLAVE_COMPARE_UNTIL_H
#define CONCLAVE_COMPARE_UNTIL_H

#include <stdio.h>

#include "analysis/failure.h"
#include "analysis/json.h"
#include "analysis/runner/run_one.h"

struct until_samples {
    double *values; /* of elections for a quantile of their times, else of runs; owned */
    size_t count, capacity;
};

struct until {
    const struct metric_info *metric;
    double tightness; /* half the interval may be this share of the figure */
    bool of_elections;
    struct until_samples *variants; /* owned */
    unsigned variant_count;
    bool out_of_memory;
};

/* "election_time.p99 ± 5%", or +- for the sign. False: *failure says what is wrong. */
bool until_open(struct until *until, const char *text, unsigned variants, struct failure *failure);
void until_close(struct until *until);

void until_add(struct until *until, unsigned variant, const struct run_record *record);
/* Whether the 95 % interval of every variant is tight enough. */
bool until_reached(struct until *until);
/* One line a variant: the figure, its interval, whether that is tight enough. */
void until_tell(const struct until *until, char *const *names, FILE *out);
/* The same as a member `until`; null where a bound is not known. */
void until_write_json(struct until *until, char *const *names, struct json *j);

#endif
