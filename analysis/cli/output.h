/* Files that appear whole or not at all: written beside their name, then renamed. What is no
 * regular file (a device, a pipe) is never replaced but written to as it is, and a symbolic link
 * stays one: the file that it names is replaced. */
#ifndef CONCLAVE_CLI_OUTPUT_H
#define CONCLAVE_CLI_OUTPUT_H

#include <stdio.h>

#include "analysis/failure.h"

struct output {
    FILE *file;      /* NULL: not open */
    char *path;      /* owned; links resolved */
    char *temporary; /* owned; NULL: written in place */
};

/* "-" is standard output. */
bool output_open(struct output *o, const char *path, struct failure *failure);
/* Where a picture, page or trace goes: to `path`, or where none is given (NULL) to standard output,
 * but not to a terminal, which shows no such thing. NULL after *failure. */
const char *output_choose(const char *path, struct failure *failure);
/* Writes out what is buffered, so that a full disk shows while it can still be undone. */
bool output_flush(struct output *o, struct failure *failure);
/* Flushes, checks and renames; or, after a failure of the caller's, removes what was written. */
bool output_close(struct output *o, bool keep, struct failure *failure);

/* Flushes standard output at the end of the program; false when it could not take everything. */
bool output_flush_stdout(void);

#endif
