/* JUnit's XML, as continuous integration shows it. */
#ifndef CONCLAVE_SUMMARY_JUNIT_H
#define CONCLAVE_SUMMARY_JUNIT_H

#include <stdint.h>
#include <stdio.h>

struct junit_case {
    const char *classname, *name;
    const char *failure; /* or NULL: it passed */
    const char *detail;  /* of the failure */
    const char *command; /* that shows it again */
};

void junit_begin(FILE *out, const char *suite, uint64_t tests, uint64_t failures);
void junit_add(FILE *out, const struct junit_case *c);
void junit_end(FILE *out);

#endif
