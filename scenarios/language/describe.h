/* Values and tables of the language as people read them, for help, messages and traces. */
#ifndef CONCLAVE_LANGUAGE_DESCRIBE_H
#define CONCLAVE_LANGUAGE_DESCRIBE_H

#include <stdio.h>

#include "sim/field.h"
#include "sim/scenario.h"

/* "n3", or "s1" for a service; "-" for NODE_NONE. `nodes` are the members. */
#define NODE_TEXT_MAX 16
void write_node(char text[NODE_TEXT_MAX], node_id id, unsigned nodes);

/* The value at base + field->offset as text, cut to `size` bytes with the NUL; as a scenario would
 * say it. `scenario` names regions and services; NULL: regions by number, every node a member. */
void field_write(char *text, size_t size, const struct field *field, const void *base,
                 const struct scenario *scenario);

/* "duration", "rate (1%)" …: what a field of this type takes; choices written out. */
void field_write_type(char *text, size_t size, const struct field *field);

/* Names of the algorithms that can run inside of a host, with commas; cut to `size` bytes. */
void guest_choices(char *text, size_t size, const struct algorithm *host);

/* Calls back for every key of the language in order, with its dotted path ("network.loss") and what
 * it takes, in words. Keys of a fault entry are "faults.at", of a link "network.links.from".
 * default_text may be NULL: must be given, or "": nothing. */
typedef void key_visitor(void *context, const char *path, const char *takes,
                         const struct field *key);
void language_visit_keys(key_visitor *visitor, void *context);

#endif
