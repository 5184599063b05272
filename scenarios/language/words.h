/* Words that others use, or that people try: what Conclave calls it, and the page that tells more.
 * One table for all; upper case, blanks, `-` and `_` make no difference. */
#ifndef CONCLAVE_LANGUAGE_WORDS_H
#define CONCLAVE_LANGUAGE_WORDS_H

#include "sim/field.h"

/* Our names, in backquotes, for what others call an algorithm or a system that has one; or NULL. */
const char *word_of_algorithm(const char *word);

/* A sentence on a value that an option of this name does not take; or NULL. */
const char *word_of_value(const char *option, const char *word);

/* The option, of these, that does what others call by this word; or NULL. */
const char *word_of_option(const struct field *options, uint32_t count, const char *word);

/* What to ask `describe` for instead of the word; or NULL. */
const char *word_page(const char *word);

#endif
