/* The scenario language as topics of `describe`, each with what the parser's own table has. */
#ifndef CONCLAVE_CLI_TOPICS_LANGUAGE_H
#define CONCLAVE_CLI_TOPICS_LANGUAGE_H

#include "analysis/cli/topics.h"

extern const struct topic language_topics[]; /* name NULL at the end */

/* Whether a word is one of the parser's tables of selectors, as `follower`. */
bool is_selector_word(const char *word);

#endif
