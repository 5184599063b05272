/* Reads an option's text into an algorithm's config, so that tests need no scenario. Knows the
 * plain spellings that default texts and tests use; anything else ends the test. */
#ifndef CONCLAVE_TESTS_ALGORITHMS_BENCH_OPTION_H
#define CONCLAVE_TESTS_ALGORITHMS_BENCH_OPTION_H

#include "sim/field.h"

/* Lists of FIELD_COUNTS are taken from malloc and live until the test ends. */
void bench_read_option(const struct field *field, const char *text, void *config);

#endif
