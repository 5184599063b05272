/* Numbers with units as people write them, read and written exactly: durations, rates, factors,
 * drift. No floating point, no locale; overflow is an error, never a wrap. */
#ifndef CONCLAVE_LANGUAGE_UNITS_H
#define CONCLAVE_LANGUAGE_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/time.h"

/* Each reads all of `length` bytes; false leaves *value alone and sets *why to a constant text
 * ("needs a unit: ns us ms s m h d"). */
bool read_duration(const char *text, size_t length, sim_ns *value, const char **why); /* "1.5s" */
bool read_signed_duration(const char *text, size_t length, sim_ns *value, const char **why);
bool read_range(const char *text, size_t length, struct sim_range *value, const char **why);
bool read_rate(const char *text, size_t length, uint64_t *value, const char **why); /* 2^32 = 1 */
/* As read_range(), with ends of either sign: "-5ms..5ms". */
bool read_signed_range(const char *text, size_t length, struct sim_range *value, const char **why);
bool read_factor(const char *text, size_t length, uint32_t *value, const char **why); /* /1000 */
bool read_drift(const char *text, size_t length, int64_t *ppb, const char **why);
bool read_count(const char *text, size_t length, uint64_t *value, const char **why);
bool read_fixed(const char *text, size_t length, int64_t *value, const char **why); /* 32 bits */

/* Each kind of number: what a field's type calls it, values as examples, and its units, from small
 * to large. */
struct number_info {
    const char *name, *examples, *about; /* examples with a comma and a blank between them */
};
extern const struct number_info number_infos[]; /* name NULL at the end */
/* "ns us ms s m h d" */
void write_duration_units(char *text, size_t size);

/* Shortest text that reads back to the same value. At most UNIT_TEXT_MAX bytes with the NUL. */
#define UNIT_TEXT_MAX 64
void write_duration(char text[UNIT_TEXT_MAX], sim_ns value);
void write_range(char text[UNIT_TEXT_MAX], struct sim_range value);
void write_rate(char text[UNIT_TEXT_MAX], uint64_t value);
void write_factor(char text[UNIT_TEXT_MAX], uint32_t value);
void write_drift(char text[UNIT_TEXT_MAX], int64_t ppb);
void write_fixed(char text[UNIT_TEXT_MAX], int64_t value);

#endif
