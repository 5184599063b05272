/* Whole scenarios from YAML text, run as the program runs them. */
#ifndef CONCLAVE_TESTS_RUNNING_H
#define CONCLAVE_TESTS_RUNNING_H

#include "analysis/runner/run_one.h"
#include "scenarios/language/language.h"

struct running {
    struct document *document;
    struct scenario *scenario;
    struct worker *worker;
    struct run_record record; /* of the last run */
    struct source source;
    char *text; /* of a file */
};

/* From YAML text, or from a shipped file, with `count` overrides; asserts that it is right. */
void running_open(struct running *r, const char *yaml, const struct override *overrides,
                  unsigned count);
void running_open_file(struct running *r, const char *path, const char *variant,
                       const struct override *overrides, unsigned count);
/* Runs one seed; the record stays until the next run. */
const struct run_result *running_run(struct running *r, uint64_t seed);
void running_close(struct running *r);

/* A metric of the last run; asserts that it is defined. */
double running_metric(const struct running *r, const char *name);
/* Asserts that no promise was broken, naming the first one that was and the seed. */
void running_assert_safe(const struct running *r);

#endif
