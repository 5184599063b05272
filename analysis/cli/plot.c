/* conclave plot: a picture of a database. */
#include <string.h>

#include "analysis/cli/command.h"
#include "analysis/plot/plot.h"
#include "scenarios/language/diagnostic.h"

static const struct plot_kind *find(const char *name)
{
    const char *names[32];
    size_t count = 0;
    for (const struct plot_kind *k = plot_kinds; k->name != NULL; k++) {
        if (strcmp(k->name, name) == 0)
            return k;
        names[count++] = k->name;
    }
    const char *near = nearest_name(name, strlen(name), names, count);
    cli_fail(EXIT_USAGE, "no kind of plot is called `%s`%s%s%s; see `conclave list plots`", name,
             near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
             near == NULL ? "" : "`?");
    return NULL;
}

static enum exit_status run(struct cli *cli)
{
    struct failure failure = {0};
    bool terminal = cli->options[OPTION_TERMINAL].given, empty = false;
    struct plot_request request = {.output = terminal ? NULL : cli->options[OPTION_OUTPUT].text,
                                   .run = (int64_t) cli->options[OPTION_RUN].number};
    if (!cli->options[OPTION_KIND].given)
        return cli_fail(EXIT_USAGE, "which picture? --kind KIND; see `conclave list plots`");
    if (!terminal && request.output == NULL)
        return cli_fail(EXIT_USAGE, "where to? -o FILE (.svg, .png or .pdf), or --terminal");
    const struct plot_kind *kind = find(cli->options[OPTION_KIND].text);
    struct database *d = kind == NULL ? NULL : database_open(cli->arguments[0], &failure);
    bool drawn = d != NULL && plot_draw(kind, d, &request, &empty, &failure);
    database_close(d);
    if (kind == NULL)
        return EXIT_USAGE;
    if (empty)
        return cli_fail(EXIT_FAILED, "%s: holds nothing that `%s` could show%s", cli->arguments[0],
                        kind->name, request.run != 0 ? " of this run" : "");
    if (drawn)
        return EXIT_WELL;
    enum exit_status status = failure.user ? EXIT_USAGE : EXIT_MACHINE;
    cli_fail(status, "%s", failure_text(&failure));
    failure_clear(&failure);
    return status;
}

const struct command plot_command = {
    .name = "plot",
    .arguments = "DB",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "gnuplot picture of one kind (--kind), SVG, PNG or PDF by file name",
    .example = "conclave plot results.db --kind downtime -o downtime.svg",
    .options = OPTION_BIT(KIND) | OPTION_BIT(OUTPUT) | OPTION_BIT(TERMINAL) | OPTION_BIT(RUN),
    .run = run,
};
