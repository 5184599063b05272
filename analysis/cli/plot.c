/* conclave plot: a picture of what a database holds. */
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/command.h"
#include "analysis/cli/output.h"
#include "analysis/cli/stale_writes.h"
#include "analysis/plot/gnuplot.h"
#include "analysis/plot/plot.h"
#include "analysis/store/query.h"
#include "scenarios/language/diagnostic.h"

static enum exit_status unknown_kind(const char *name)
{
    const char *names[32];
    unsigned count = 0;
    while (count < 32 && plot_kinds[count] != NULL) {
        names[count] = plot_kinds[count]->name;
        count++;
    }
    if (name == NULL)
        return cli_fail(EXIT_USAGE, "`conclave plot` needs --kind; see `conclave list plots`");
    const char *near = nearest_name(name, strlen(name), names, count);
    return cli_fail(EXIT_USAGE, "`%s` is no kind of plot%s%s%s; see `conclave list plots`", name,
                    near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
                    near == NULL ? "" : "`?");
}

/* The program as text, into memory owned by the caller; NULL when there is none. */
static char *program_of(const struct plot_kind *kind, const struct chart *chart,
                        const struct plot_format *format, size_t *size)
{
    char *program = NULL;
    FILE *out = open_memstream(&program, size);
    if (out == NULL)
        return NULL;
    plot_write_program(kind, chart, format, out);
    if (fclose(out) == 0)
        return program;
    free(program);
    return NULL;
}

static bool draw(const struct plot_kind *kind, const struct chart *chart,
                 const struct plot_format *format, FILE *out, struct failure *failure)
{
    size_t size;
    char *program = program_of(kind, chart, format, &size);
    if (program == NULL)
        return failure_set(failure, "out of memory");
    bool good = format->terminal != NULL ? gnuplot_draw(program, size, out, failure)
                                         : fwrite(program, 1, size, out) == size;
    free(program);
    return good;
}

/* Opened before anything is drawn, and kept only when all are written. */
static bool write_all(const struct cli *cli, const struct plot_kind *kind,
                      const struct chart *chart, const char *picture,
                      const struct plot_format *format, struct failure *failure)
{
    const char *csv = cli->options[OPTION_CSV].text;
    struct output drawn = {0}, data = {0}, screen = {0};
    bool good = (csv == NULL || output_open(&data, csv, failure))
                && (picture == NULL || output_open(&drawn, picture, failure));
    if (good && csv != NULL)
        fwrite(chart->csv_text, 1, chart->csv_size, data.file);
    good = good && (csv == NULL || output_flush(&data, failure))
           && (picture == NULL || draw(kind, chart, format, drawn.file, failure));
    if (good && cli->options[OPTION_TERMINAL].given)
        good = output_open(&screen, "-", failure)
               && draw(kind, chart, plot_format_find("terminal"), screen.file, failure);
    good = output_close(&screen, good, failure) && good;
    good = output_close(&drawn, good, failure) && good;
    return output_close(&data, good, failure) && good;
}

static enum exit_status show(const struct cli *cli, const struct plot_kind *kind,
                             const struct chart *chart, const char *picture,
                             const struct plot_format *format)
{
    struct failure failure = {0};
    if (chart->empty != NULL)
        return cli_fail(EXIT_FAILED, "nothing to draw: %s", chart->empty);
    return write_all(cli, kind, chart, picture, format, &failure) ? EXIT_WELL
                                                                  : cli_fail_with(&failure);
}

/* Where the picture goes (NULL: there is none), and its format, by --format or the file's ending.
 */
static enum exit_status choose_format(const struct cli *cli, const char **picture,
                                      const struct plot_format **format)
{
    const char *path = cli->options[OPTION_OUTPUT].text;
    const char *named = cli->options[OPTION_FORMAT].text;
    struct failure failure = {0};
    *picture = NULL;
    if (path == NULL && (cli->options[OPTION_TERMINAL].given || cli->options[OPTION_CSV].given))
        return EXIT_WELL;
    if (path == NULL && named == NULL)
        return cli_fail(EXIT_USAGE, "say where: -o FILE.svg (or .png, .pdf), --terminal, or "
                                    "--csv FILE");
    path = *picture = output_choose(path, &failure);
    if (path == NULL)
        return cli_fail_with(&failure);
    *format = plot_format_find(named != NULL ? named : path);
    if (*format != NULL && strcmp((*format)->name, "terminal") != 0)
        return EXIT_WELL;
    if (named == NULL && strcmp(path, "-") == 0)
        return cli_fail(EXIT_USAGE, "-o - needs --format svg, png, pdf or gp");
    return cli_fail(EXIT_USAGE, "`%s`: pictures are .svg, .png or .pdf; .gp is gnuplot's program",
                    named != NULL ? named : path);
}

/* Of --run, or of the first run that counts. */
static bool read_stale_writes(const struct cli *cli, struct database *database,
                              struct plot_request *request, struct stale_writes *stale,
                              struct failure *failure)
{
    struct run_groups groups = {0};
    bool read = groups_read(database, request->variants, &groups, failure);
    int64_t id = request->one_run ? request->run : groups.run_count > 0 ? groups.runs[0].id : 0;
    read = read && stale_writes_read(cli->arguments[0], database, id, stale, failure);
    groups_free(&groups);
    request->stale_writes = stale->marks;
    request->stale_write_count = stale->count;
    return read;
}

static enum exit_status run(struct cli *cli)
{
    const char *name = cli->options[OPTION_KIND].text;
    const struct plot_kind *kind = name == NULL ? NULL : plot_find(name);
    const struct plot_format *format = NULL;
    const char *picture = NULL;
    if (kind == NULL)
        return unknown_kind(name);
    enum exit_status status = choose_format(cli, &picture, &format);
    if (status != EXIT_WELL)
        return status;
    struct plot_request request = {.metrics = cli->options[OPTION_METRIC].texts,
                                   .metric_count = cli->options[OPTION_METRIC].count,
                                   .x = cli->options[OPTION_X_AXIS].text,
                                   .y = cli->options[OPTION_Y_AXIS].text,
                                   .variants = cli->options[OPTION_VARIANT].texts,
                                   .one_run = cli->options[OPTION_RUN].given,
                                   .run = (int64_t) cli->options[OPTION_RUN].number};
    if (request.one_run && request.variants != NULL)
        return cli_fail(EXIT_USAGE, "--run names one run; --variant chooses among several");
    struct failure failure = {0};
    struct chart chart = {0};
    struct stale_writes stale = {0};
    struct database *database = database_open(cli->arguments[0], &failure);
    bool good = database != NULL;
    if (good && strcmp(kind->name, "leadership") == 0)
        good = read_stale_writes(cli, database, &request, &stale, &failure);
    if (good && plot_build(kind, database, &request, &chart, &failure))
        status = show(cli, kind, &chart, picture, format);
    else
        status = cli_fail_with(&failure);
    cli_say_left_out(chart.left_out);
    chart_free(&chart);
    stale_writes_free(&stale);
    database_close(database);
    return status;
}

const struct command plot_command = {
    .name = "plot",
    .arguments = "DB",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "gnuplot picture of one kind (--kind), SVG, PNG or PDF by file name",
    .details
    = "Kinds: `conclave list plots`. -o NAME.gp writes the gnuplot program itself, data and\n"
      "all, to change by hand. --variant, repeatable, draws only runs of these variants, by the\n"
      "names that `conclave compare` gives them. Needs gnuplot (package gnuplot-nox).",
    .example = "conclave plot results.db --kind downtime -o downtime.svg --csv downtime.csv",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(KIND) | OPTION_BIT(OUTPUT) | OPTION_BIT(FORMAT)
               | OPTION_BIT(TERMINAL) | OPTION_BIT(CSV) | OPTION_BIT(METRIC) | OPTION_BIT(X_AXIS)
               | OPTION_BIT(Y_AXIS) | OPTION_BIT(RUN) | OPTION_BIT(VARIANT),
    .run = run,
};
