#include "analysis/cli/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool output_open(struct output *o, const char *path, struct failure *failure)
{
    *o = (struct output){0};
    if (strcmp(path, "-") == 0) {
        o->file = stdout;
        return true;
    }
    static const char suffix[] = ".part";
    size_t length = strlen(path);
    o->path = strdup(path);
    o->temporary = malloc(length + sizeof suffix);
    if (o->path == NULL || o->temporary == NULL) {
        free(o->path);
        free(o->temporary);
        return failure_set(failure, "out of memory");
    }
    memcpy(o->temporary, path, length);
    memcpy(o->temporary + length, suffix, sizeof suffix);
    o->file = fopen(o->temporary, "w");
    if (o->file != NULL)
        return true;
    failure_set(failure, "%s: %s", path, strerror(errno));
    free(o->path);
    free(o->temporary);
    return false;
}

bool output_close(struct output *o, bool keep, struct failure *failure)
{
    if (o->file == stdout || o->file == NULL)
        return true;
    bool good = !ferror(o->file) && fflush(o->file) == 0;
    int error = errno;
    good = fclose(o->file) == 0 && good;
    if (good && keep && rename(o->temporary, o->path) != 0) {
        error = errno;
        good = false;
    }
    if (!good || !keep)
        (void) unlink(o->temporary);
    if (!good)
        failure_set(failure, "%s: %s", o->path, strerror(error));
    free(o->path);
    free(o->temporary);
    *o = (struct output){0};
    return good;
}

bool output_flush_stdout(void)
{
    return fflush(stdout) == 0 && !ferror(stdout);
}
