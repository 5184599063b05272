/* What the machine failed at, told by who knows most: a disk that is full, a database that is
 * locked. */
#ifndef CONCLAVE_FAILURE_H
#define CONCLAVE_FAILURE_H

#include <stdbool.h>

/* All zero is none. `user` marks what is the user's mistake (exit 2) and not the machine's (exit
 * 3). */
struct failure {
    char *text; /* owned; NULL also when memory for it was out: then see failure_text() */
    bool set, user;
};

/* Keeps the first failure; the format is printf's. Both return false, to be returned on. */
bool failure_set(struct failure *f, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool failure_set_user(struct failure *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *failure_text(const struct failure *f);
void failure_clear(struct failure *f);

#endif
