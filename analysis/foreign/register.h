/* Algorithms from libraries that are not part of the project, where they were built in. */
#ifndef CONCLAVE_FOREIGN_REGISTER_H
#define CONCLAVE_FOREIGN_REGISTER_H

/* Adds them to the catalog, or to its list of what this program lacks; once, before the first
 * scenario is read. */
void foreign_register(void);

/* Does `work` on this thread, as a caller that a foreign runtime has let in once for all: where one
 * is loaded, each of its calls would otherwise begin and end with that. */
void foreign_run(void (*work)(void *context), void *context);

#endif
