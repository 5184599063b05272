/* The algorithms that scenarios can name: those of algorithms/registry.c, and those that the
 * program adds when it starts, because they come from a library that is not pure or from a plug-in.
 */
#ifndef CONCLAVE_LANGUAGE_CATALOG_H
#define CONCLAVE_LANGUAGE_CATALOG_H

#include "sim/algorithm.h"

/* All of them, in the order of the registry, added ones behind it; NULL at the end. */
const struct algorithm *const *catalog(void);

/* NULL where there is none of that name. */
const struct algorithm *catalog_find(const char *name);

enum catalog_status { CATALOG_ADDED, CATALOG_NAME_TAKEN, CATALOG_FULL };

/* Adds one, which must outlive the program's work. Before the first scenario is read and before the
 * first thread starts, only. */
enum catalog_status catalog_add(const struct algorithm *algorithm);

/* An algorithm that this program could have and has not: scenarios that name it are told why. */
struct absent_algorithm {
    const char *name, *title;
    const char *why; /* "not built in: needs …" */
};
/* The same rules as for catalog_add(). */
enum catalog_status catalog_add_absent(const struct absent_algorithm *absent);
/* All of them; a NULL name at the end. */
const struct absent_algorithm *catalog_absent(void);

#endif
