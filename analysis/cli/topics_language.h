/* The scenario language as topics of `describe`, each with what the parser's own table has. */
#ifndef CONCLAVE_CLI_TOPICS_LANGUAGE_H
#define CONCLAVE_CLI_TOPICS_LANGUAGE_H

#include "analysis/cli/topics.h"

extern const struct topic language_topics[]; /* name NULL at the end */

/* The topic that a word of the language belongs to, as `follower` to selectors; or NULL. */
const char *language_topic_of(const char *word);

#endif
