/* What `run` says of a finished run: for people, or as JSON. */
#ifndef CONCLAVE_SUMMARY_H
#define CONCLAVE_SUMMARY_H

#include <stdio.h>

#include "analysis/runner/run_one.h"
#include "analysis/summary/endings.h"

/* `endings` are the processes that ended by themselves; NULL: not looked for. */
void summary_print(const struct run_record *record, const struct endings *endings, bool colour,
                   FILE *out);
/* Only what went wrong: an early end, broken promises, expectations that did not pass. */
void summary_print_failures(const struct run_record *record, FILE *out);
void summary_print_json(const struct run_record *record, const struct endings *endings, FILE *out);

/* One test case for each expectation and one for the promises, in JUnit's XML. `command` is what
 * repeats the run. */
void summary_print_junit(const struct run_record *record, const char *command, FILE *out);

/* "conclave run FILE --seed N --variant V …": what repeats a run. Owned by the caller; NULL when
 * memory is out. `sets` are the overrides as given. */
char *summary_command(const struct scenario *scenario, uint64_t seed, const char *const *sets,
                      unsigned set_count);

/* A blank and the word, quoted for a shell where it must be. */
void summary_put_word(FILE *out, const char *word);

/* Why an expectation could not be decided, in words. */
const char *summary_undecided_text(void);

#endif
