/* Algorithms from shared libraries: --plugin FILE.so. */
#ifndef CONCLAVE_PLUGIN_PLUGIN_H
#define CONCLAVE_PLUGIN_PLUGIN_H

#include "analysis/failure.h"
#include "sim/algorithm.h"
#include "sim/scenario.h"

/* Loads one file, and adds its algorithms to the catalog once their tables are seen to be right.
 * Before the first scenario is read, only. False: *failure says in words what is wrong; the user's
 * mistake but for memory. */
bool plugin_load(const char *path, struct failure *failure);

/* The file that an algorithm came from, as it was given; NULL: it is the program's own. */
const char *plugin_file_of(const struct algorithm *algorithm);

/* The same of what a scenario runs: its algorithm, or the one inside of that. */
const char *plugin_file_of_scenario(const struct scenario *scenario);

/* What is wrong with an algorithm's table, in words, or NULL; owned by the caller. Its defaults are
 * read only after it is in the catalog: see plugin_check_defaults(). */
char *plugin_check_table(const struct algorithm *algorithm);
char *plugin_check_defaults(const struct algorithm *algorithm);

#endif
