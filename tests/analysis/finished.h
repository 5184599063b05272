/* A scenario's text, run to its end: what store and summary are given in these tests. */
#ifndef CONCLAVE_TESTS_ANALYSIS_FINISHED_H
#define CONCLAVE_TESTS_ANALYSIS_FINISHED_H

#include "analysis/runner/run_one.h"
#include "scenarios/language/language.h"

struct finished {
    struct document *document;
    struct scenario *scenario;
    struct run_record record;
};

/* The text must be right; the world is gone when this returns. */
struct finished finish_run(const char *text, uint64_t seed);
void finished_close(struct finished *f);

/* A new empty folder for files of one test; owned by the caller, who removes it by remove_folder().
 */
char *make_folder(void);
void remove_folder(char *folder);
/* "FOLDER/NAME"; owned by the caller. */
char *path_in(const char *folder, const char *name);
/* All of a file, closed by NUL; NULL when it cannot be read. Owned by the caller. */
char *contents_of(const char *path);

#endif
