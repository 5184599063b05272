/* Reads an option's text into an algorithm's config, so that tests need no scenario. Knows the
 * plain spellings that default texts and tests use; anything else ends the test. */
#ifndef CONCLAVE_TESTS_ALGORITHMS_BENCH_OPTION_H
#define CONCLAVE_TESTS_ALGORITHMS_BENCH_OPTION_H

#include "sim/field.h"
#include "tests/algorithms/bench.h"

/* The config begins as zeroes. Lists of FIELD_COUNTS and configurations of FIELD_ALGORITHM are
 * taken from malloc, and live until the option is read again or released. */
void bench_read_option(const struct field *field, const char *text, void *config);
void bench_release_option(const struct field *field, void *config);

/* The host's option names an algorithm, or no longer: builds groups and tables anew.
 * By node: its region and its configuration. */
void bench_take_guest(struct bench *b, const uint32_t *region_of, void *const *configs);
void bench_release_guest(struct bench *b);

#endif
