/* What concerns more than one command, for `describe`: how chance is dealt out, how figures are
 * computed, what a root cause is. */
#ifndef CONCLAVE_CLI_TOPICS_H
#define CONCLAVE_CLI_TOPICS_H

#include <stdbool.h>

struct topic {
    const char *name, *about, *text;
    void (*more)(void); /* what a table has to add, or NULL */
};
extern const struct topic topics[]; /* name NULL at the end */

/* Prints the topic of this name; false when there is none. */
bool topic_print(const char *name);

#endif
