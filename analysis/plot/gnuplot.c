/* The program travels by an unnamed temporary file and the picture by another, so that no file name
 * is ever read by gnuplot or by a shell. */
#include "analysis/plot/gnuplot.h"

#include <ctype.h>
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PACKAGE "gnuplot-nox"

extern char **environ;

/* What would make the same chart another picture on another machine is set, the rest of the
 * environment handed on. */
static const char *const fixed_environment[] = {"LC_ALL=C.UTF-8", "GNUTERM=dumb", "TZ=UTC0"};
#define FIXED_COUNT (sizeof fixed_environment / sizeof *fixed_environment)

static bool is_fixed(const char *entry)
{
    for (unsigned i = 0; i < FIXED_COUNT; i++) {
        size_t name = strcspn(fixed_environment[i], "=") + 1;
        if (strncmp(entry, fixed_environment[i], name) == 0)
            return true;
    }
    return false;
}

/* Only the array is owned by the caller. */
static char **make_environment(void)
{
    size_t count = 0, kept = 0;
    while (environ[count] != NULL)
        count++;
    char **made = malloc((count + FIXED_COUNT + 1) * sizeof *made);
    if (made == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!is_fixed(environ[i]))
            made[kept++] = environ[i];
    for (size_t i = 0; i < FIXED_COUNT; i++)
        made[kept++] = (char *) fixed_environment[i];
    made[kept] = NULL;
    return made;
}

static bool not_started(int error, struct failure *failure)
{
    if (error == ENOENT)
        return failure_set(failure, "gnuplot is not installed: install the package " PACKAGE
                                    " (apt-get install " PACKAGE ")");
    return failure_set(failure, "gnuplot could not be started: %s", strerror(error));
}

static int spawn(FILE *program, FILE *picture, FILE *complaints, pid_t *child)
{
    char *arguments[] = {(char *) "gnuplot", (char *) "--default-settings", (char *) "-", NULL};
    posix_spawn_file_actions_t actions;
    char **environment = make_environment();
    if (environment == NULL || posix_spawn_file_actions_init(&actions) != 0) {
        free(environment);
        return ENOMEM;
    }
    int error = posix_spawn_file_actions_adddup2(&actions, fileno(program), STDIN_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, fileno(picture), STDOUT_FILENO);
    if (error == 0)
        error = posix_spawn_file_actions_adddup2(&actions, fileno(complaints), STDERR_FILENO);
    if (error == 0)
        error = posix_spawnp(child, "gnuplot", &actions, NULL, arguments, environment);
    (void) posix_spawn_file_actions_destroy(&actions);
    free(environment);
    return error;
}

/* True when it ended well; what it says then are remarks, as of fonts. Otherwise its first words.
 */
static bool ended_well(FILE *complaints, int status, struct failure *failure)
{
    if (status == 0)
        return true;
    char text[600];
    rewind(complaints);
    text[fread(text, 1, sizeof text - 1, complaints)] = '\0';
    const char *words = text + strspn(text, " \n\t");
    if (WIFSIGNALED(status))
        return failure_set(failure, "gnuplot was ended by signal %d: %s", WTERMSIG(status), words);
    return failure_set(failure, "gnuplot failed (exit status %d): %s", WEXITSTATUS(status), words);
}

/* cairo writes the hour into a PDF; the same chart shall give the same bytes. */
static void remove_date(char *picture, size_t size)
{
    static const char key[] = "/CreationDate (D:";
    const size_t length = sizeof key - 1;
    if (size < 5 || memcmp(picture, "%PDF-", 5) != 0)
        return;
    for (size_t i = 0; i + length < size; i++)
        if (memcmp(picture + i, key, length) == 0)
            for (size_t k = i + length; k < size && isdigit((unsigned char) picture[k]); k++)
                picture[k] = "20000101000000"[(k - i - length) % 14];
}

static bool hand_over(FILE *from, FILE *to, struct failure *failure)
{
    long size = fseek(from, 0, SEEK_END) == 0 ? ftell(from) : -1;
    char *picture = size < 0 ? NULL : malloc((size_t) size + 1);
    bool good = picture != NULL && fseek(from, 0, SEEK_SET) == 0
                && fread(picture, 1, (size_t) size, from) == (size_t) size;
    if (good) {
        remove_date(picture, (size_t) size);
        good = fwrite(picture, 1, (size_t) size, to) == (size_t) size;
    }
    free(picture);
    return good || failure_set(failure, "writing the picture: %s", strerror(errno));
}

static bool draw(FILE *input, FILE *drawn, FILE *complaints, struct failure *failure)
{
    pid_t child;
    int status, error = spawn(input, drawn, complaints, &child);
    if (error != 0)
        return not_started(error, failure);
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return failure_set(failure, "waiting for gnuplot: %s", strerror(errno));
    return ended_well(complaints, status, failure);
}

bool gnuplot_draw(const char *program, size_t size, FILE *picture, struct failure *failure)
{
    FILE *files[3] = {tmpfile(), tmpfile(), tmpfile()}; /* program, picture, complaints */
    bool good = files[0] != NULL && files[1] != NULL && files[2] != NULL
                && fwrite(program, 1, size, files[0]) == size && fflush(files[0]) == 0
                && fseek(files[0], 0, SEEK_SET) == 0;
    if (!good)
        failure_set(failure, "handing the data to gnuplot: %s", strerror(errno));
    good = good && draw(files[0], files[1], files[2], failure)
           && hand_over(files[1], picture, failure);
    for (unsigned i = 0; i < 3; i++)
        if (files[i] != NULL)
            (void) fclose(files[i]);
    return good;
}
