/* conclave report: one page about a database. */
#include <stdlib.h>

#include "analysis/cli/command.h"
#include "analysis/cli/output.h"
#include "analysis/report/report.h"

static enum exit_status run(struct cli *cli)
{
    struct failure failure = {0};
    const char *path = output_choose(cli->options[OPTION_OUTPUT].text, &failure);
    if (path == NULL)
        return cli_fail_with(&failure);
    struct output out = {0};
    struct report report = {.path = cli->arguments[0], .failure = &failure};
    report.database = database_open(report.path, &failure);
    bool good = report.database != NULL && output_open(&out, path, &failure);
    if (good) {
        report.out = out.file;
        good = report_write(&report);
        good = output_close(&out, good, &failure) && good;
    }
    cli_say_left_out(report.groups.twice);
    groups_free(&report.groups);
    database_close(report.database);
    return good ? EXIT_WELL : cli_fail_with(&failure);
}

const struct command report_command = {
    .name = "report",
    .arguments = "DB",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "one self-contained HTML page: tables, plots, timeline, alerts",
    .details
    = "The answer first: a table of variants that sorts by its headings; then what was expected,\n"
      "and the first seed that failed; the alerts of the leader-election pattern, the plots, the\n"
      "worst run of each variant with a space-time diagram, and how to repeat it all. The page "
      "needs no network and no other\n"
      "file. Needs gnuplot (package gnuplot-nox).",
    .example = "conclave report results.db -o report.html",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(OUTPUT),
    .run = run,
};
