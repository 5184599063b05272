/* The only place that starts gnuplot. */
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analysis/plot/plot.h"

extern char **environ;

void plot_write_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (const unsigned char *c = (const unsigned char *) text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(out, "\\%c", *c);
        else if (*c == '`' || *c < 0x20 || *c == 0x7f) /* gnuplot would run what is in backquotes */
            fprintf(out, "\\%03o", *c);
        else
            fputc(*c, out);
    }
    fputc('"', out);
}

/* ---- The script -------------------------------------------------------------------------------
 */

static const char *terminal_for(const char *output)
{
    const char *dot = output == NULL ? NULL : strrchr(output, '.');
    if (output == NULL)
        return "dumb size 110,32";
    if (dot != NULL && strcmp(dot, ".svg") == 0)
        return "svg size 800,450 dynamic font 'Helvetica,13' background '#ffffff'";
    if (dot != NULL && strcmp(dot, ".png") == 0)
        return "pngcairo size 1200,675 font 'Helvetica,13' background '#ffffff'";
    if (dot != NULL && strcmp(dot, ".pdf") == 0)
        return "pdfcairo size 8in,4.5in font 'Helvetica,13'";
    return NULL;
}

/* Okabe and Ito's colours, told apart by every kind of colour vision. */
static const char common[]
    = "set encoding utf8\nset style line 1 lc rgb '#0072B2' lw 2\nset style line 2 lc rgb "
      "'#D55E00' lw 2\n"
      "set style line 3 lc rgb '#009E73' lw 2\nset style line 4 lc rgb '#CC79A7' lw 2\n"
      "set style line 5 lc rgb '#E69F00' lw 2\nset style line 6 lc rgb '#56B4E9' lw 2\n"
      "set style line 7 lc rgb '#000000' lw 2\nset style line 8 lc rgb '#999999' lw 2\n"
      "set grid lc rgb '#dddddd'\nset border 3\nset tics nomirror\n";

static bool write_script(const struct plot_kind *kind, struct database *d,
                         const struct plot_request *request, const char *temporary, FILE *out,
                         bool *empty, struct failure *failure)
{
    fprintf(out, "set terminal %s\n%s", terminal_for(request->output), common);
    if (temporary != NULL) {
        fputs("set output ", out);
        plot_write_string(out, temporary);
        fputc('\n', out);
    }
    if (!kind->write_data(d, request, out, empty, failure) || *empty)
        return false;
    fputs(kind->script, out);
    return true;
}

/* ---- The process ------------------------------------------------------------------------------
 */

static bool run_gnuplot(const char *script, struct failure *failure)
{
    char *arguments[] = {(char[]){"gnuplot"}, (char *) (uintptr_t) script, NULL};
    pid_t child;
    int status, error = posix_spawnp(&child, "gnuplot", NULL, NULL, arguments, environ);
    if (error == ENOENT)
        return failure_set(failure,
                           "gnuplot is not installed: on Debian, apt-get install gnuplot-nox");
    if (error != 0)
        return failure_set(failure, "gnuplot: %s", strerror(error));
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return failure_set(failure, "gnuplot: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    return failure_set(failure, "gnuplot failed (see its message above)");
}

static char *beside(const char *path, const char *suffix)
{
    size_t size = strlen(path) + strlen(suffix) + 1;
    char *name = malloc(size);
    if (name != NULL)
        (void) snprintf(name, size, "%s%s", path, suffix);
    return name;
}

static bool draw_by(const struct plot_kind *kind, struct database *d,
                    const struct plot_request *request, const char *script, const char *temporary,
                    bool *empty, struct failure *failure)
{
    FILE *out = fopen(script, "w");
    if (out == NULL)
        return failure_set(failure, "%s: %s", script, strerror(errno));
    bool written = write_script(kind, d, request, temporary, out, empty, failure);
    if (fclose(out) != 0 && written)
        return failure_set(failure, "%s: %s", script, strerror(errno));
    if (!written || !run_gnuplot(script, failure))
        return false;
    if (temporary != NULL && rename(temporary, request->output) != 0)
        return failure_set(failure, "%s: %s", request->output, strerror(errno));
    return true;
}

bool plot_draw(const struct plot_kind *kind, struct database *d, const struct plot_request *request,
               bool *empty, struct failure *failure)
{
    char script[] = "/tmp/conclave-plot-XXXXXX";
    *empty = false;
    if (terminal_for(request->output) == NULL)
        return failure_set_user(failure, "%s: pictures end in .svg, .png or .pdf", request->output);
    int file = mkstemp(script);
    if (file < 0)
        return failure_set(failure, "%s: %s", script, strerror(errno));
    (void) close(file);
    char *temporary = request->output == NULL ? NULL : beside(request->output, ".part");
    bool drawn = request->output != NULL && temporary == NULL
                     ? failure_set(failure, "out of memory")
                     : draw_by(kind, d, request, script, temporary, empty, failure);
    (void) unlink(script);
    if (temporary != NULL && !drawn)
        (void) unlink(temporary);
    free(temporary);
    return drawn;
}
