/* realpath() is of the X/Open part of POSIX. */
#define _XOPEN_SOURCE 700
#include "analysis/cli/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *with_suffix(const char *path, const char *suffix)
{
    size_t size = strlen(path) + strlen(suffix) + 1;
    char *text = malloc(size);
    if (text != NULL)
        (void) snprintf(text, size, "%s%s", path, suffix);
    return text;
}

static bool is_replaceable(const char *path)
{
    struct stat status;
    return stat(path, &status) != 0 || S_ISREG(status.st_mode);
}

static void forget(struct output *o)
{
    free(o->path);
    free(o->temporary);
    *o = (struct output){0};
}

bool output_open(struct output *o, const char *path, struct failure *failure)
{
    *o = (struct output){0};
    if (strcmp(path, "-") == 0) {
        o->file = stdout;
        return true;
    }
    bool replace = is_replaceable(path);
    o->path = realpath(path, NULL); /* NULL where there is nothing yet: then the name as given */
    if (o->path == NULL)
        o->path = strdup(path);
    if (o->path != NULL && replace)
        o->temporary = with_suffix(o->path, ".part");
    if (o->path == NULL || (replace && o->temporary == NULL)) {
        forget(o);
        return failure_set(failure, "out of memory");
    }
    o->file = fopen(replace ? o->temporary : o->path, "w");
    if (o->file != NULL)
        return true;
    failure_set(failure, "%s: %s", path, strerror(errno));
    forget(o);
    return false;
}

const char *output_choose(const char *path, struct failure *failure)
{
    if (path != NULL || !isatty(STDOUT_FILENO))
        return path == NULL ? "-" : path;
    (void) failure_set_user(failure, "a terminal is no place for it: give -o FILE, or pipe it on");
    return NULL;
}

bool output_flush(struct output *o, struct failure *failure)
{
    if (o->file == NULL || (fflush(o->file) == 0 && !ferror(o->file)))
        return true;
    return failure_set(failure, "%s: %s", o->path == NULL ? "standard output" : o->path,
                       errno == 0 ? "could not write everything" : strerror(errno));
}

bool output_close(struct output *o, bool keep, struct failure *failure)
{
    if (o->file == stdout || o->file == NULL)
        return true;
    bool good = !ferror(o->file) && fflush(o->file) == 0;
    int error = errno;
    if (fclose(o->file) != 0 && good) {
        error = errno;
        good = false;
    }
    if (good && keep && o->temporary != NULL && rename(o->temporary, o->path) != 0) {
        error = errno;
        good = false;
    }
    if ((!good || !keep) && o->temporary != NULL)
        (void) unlink(o->temporary);
    if (!good)
        failure_set(failure, "%s: %s", o->path, strerror(error));
    forget(o);
    return good;
}

bool output_flush_stdout(void)
{
    return fflush(stdout) == 0 && !ferror(stdout);
}
