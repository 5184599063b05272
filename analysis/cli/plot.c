/* conclave plot: a picture of what a database holds. */
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/command.h"
#include "analysis/cli/output.h"
#include "analysis/plot/gnuplot.h"
#include "analysis/plot/plot.h"
#include "analysis/store/query.h"
#include "scenarios/language/diagnostic.h"

static enum exit_status unknown_kind(const char *name)
{
    const char *names[32];
    unsigned count = 0;
    while (plot_kinds[count] != NULL && count < 32) {
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

static bool write_picture(const struct plot_kind *kind, const struct chart *chart,
                          const struct plot_format *format, const char *path,
                          struct failure *failure)
{
    struct output out;
    if (!output_open(&out, path, failure))
        return false;
    bool drawn = draw(kind, chart, format, out.file, failure);
    return output_close(&out, drawn, failure) && drawn;
}

static bool write_csv(const struct chart *chart, const char *path, struct failure *failure)
{
    struct output out;
    if (!output_open(&out, path, failure))
        return false;
    fwrite(chart->csv_text, 1, chart->csv_size, out.file);
    return output_close(&out, true, failure);
}

static enum exit_status show(const struct cli *cli, const struct plot_kind *kind,
                             const struct chart *chart, const struct plot_format *format)
{
    const char *csv = cli->options[OPTION_CSV].text, *picture = cli->options[OPTION_OUTPUT].text;
    struct failure failure = {0};
    if (chart->empty != NULL)
        return cli_fail(EXIT_FAILED, "nothing to draw: %s", chart->empty);
    if (picture != NULL && !write_picture(kind, chart, format, picture, &failure))
        return cli_fail_with(&failure);
    if (cli->options[OPTION_TERMINAL].given
        && !write_picture(kind, chart, plot_format_find("terminal"), "-", &failure))
        return cli_fail_with(&failure);
    if (csv != NULL && !write_csv(chart, csv, &failure))
        return cli_fail_with(&failure);
    return EXIT_WELL;
}

/* Which format -o asks for, by --format or by the file's ending. */
static enum exit_status choose_format(const struct cli *cli, const struct plot_format **format)
{
    const char *path = cli->options[OPTION_OUTPUT].text;
    const char *named = cli->options[OPTION_FORMAT].text;
    if (path == NULL)
        return cli->options[OPTION_TERMINAL].given || cli->options[OPTION_CSV].given
                   ? EXIT_WELL
                   : cli_fail(EXIT_USAGE, "say where: -o FILE.svg (or .png, .pdf), --terminal, or "
                                          "--csv FILE");
    *format = plot_format_find(named != NULL ? named : path);
    if (*format != NULL && strcmp((*format)->name, "terminal") != 0)
        return EXIT_WELL;
    if (named == NULL && strcmp(path, "-") == 0)
        return cli_fail(EXIT_USAGE, "-o - needs --format svg, png, pdf or gp");
    return cli_fail(EXIT_USAGE, "`%s`: pictures are .svg, .png or .pdf; .gp is gnuplot's program",
                    named != NULL ? named : path);
}

static enum exit_status run(struct cli *cli)
{
    const char *name = cli->options[OPTION_KIND].text;
    const struct plot_kind *kind = name == NULL ? NULL : plot_find(name);
    const struct plot_format *format = NULL;
    if (kind == NULL)
        return unknown_kind(name);
    enum exit_status status = choose_format(cli, &format);
    if (status != EXIT_WELL)
        return status;
    struct plot_request request = {.metrics = cli->options[OPTION_METRIC].texts,
                                   .metric_count = cli->options[OPTION_METRIC].count,
                                   .x = cli->options[OPTION_X_AXIS].text,
                                   .y = cli->options[OPTION_Y_AXIS].text,
                                   .one_run = cli->options[OPTION_RUN].given,
                                   .run = (int64_t) cli->options[OPTION_RUN].number};
    struct failure failure = {0};
    struct chart chart = {0};
    struct database *database = database_open(cli->arguments[0], &failure);
    if (database != NULL && plot_build(kind, database, &request, &chart, &failure))
        status = show(cli, kind, &chart, format);
    else
        status = cli_fail_with(&failure);
    chart_free(&chart);
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
      "all, to change by hand. Needs gnuplot (package gnuplot-nox).",
    .example = "conclave plot results.db --kind downtime -o downtime.svg --csv downtime.csv",
    .options = OPTION_BIT(KIND) | OPTION_BIT(OUTPUT) | OPTION_BIT(FORMAT) | OPTION_BIT(TERMINAL)
               | OPTION_BIT(CSV) | OPTION_BIT(METRIC) | OPTION_BIT(X_AXIS) | OPTION_BIT(Y_AXIS)
               | OPTION_BIT(RUN),
    .run = run,
};
