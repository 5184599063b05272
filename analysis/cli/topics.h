/* What is more than one thing of a table, for `describe`: the scenario language, how chance is
 * dealt out, how figures are computed, what a root cause is. */
#ifndef CONCLAVE_CLI_TOPICS_H
#define CONCLAVE_CLI_TOPICS_H

#include <stdbool.h>

struct topic {
    const char *name, *about, *text;
    void (*more)(void); /* what a table has to add, or NULL */
};
/* By number, those of the language first; NULL at the end. */
const struct topic *topic_at(unsigned index);

/* Prints the topic of this name; false when there is none. */
bool topic_print(const char *name);

#endif
