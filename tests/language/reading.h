/* Reads a scenario's text and says in one line a mistake what is wrong with it. */
#ifndef CONCLAVE_TESTS_LANGUAGE_READING_H
#define CONCLAVE_TESTS_LANGUAGE_READING_H

#include "scenarios/language/language.h"

/* What every small scenario begins with: three lines. */
#define BASE                                                                                       \
    "duration: 30s\n"                                                                              \
    "cluster: {nodes: 5, regions: {eu: [n1, n2], us: [n3]}}\n"                                     \
    "algorithm: bully\n"

#define REPORT_MAX 8192

/* Fills `report` with "line:column: message (suggestion)" a line, "--set:" before those of
 * overrides; empty when all is well. */
void report_mistakes(const char *text, size_t length, const char *variant,
                     const struct override *overrides, unsigned override_count,
                     char report[REPORT_MAX]);

/* A document and its scenario, which must be right. */
struct reading {
    struct document *document;
    struct scenario *scenario;
};
struct reading read_right(const char *text, const char *variant, const struct override *overrides,
                          unsigned override_count);
void reading_close(struct reading *reading);

#endif
