/* A field as `describe` shows it: what it takes, its default, what it is. */
#ifndef CONCLAVE_CLI_FIELDS_H
#define CONCLAVE_CLI_FIELDS_H

#include "sim/field.h"

/* An option, or an argument of a fault. */
void field_print(const struct field *f);
/* The same under another name, with what it takes in words. */
void field_print_as(const char *name, const char *takes, const struct field *f);

#endif
