/* Help, made from the tables of commands and options. */
#include <string.h>

#include "analysis/cli/load.h"
#include "analysis/cli/text.h"

static int width_of(const struct command *c, unsigned option)
{
    const char *argument = option_text(c, option).argument;
    return text_width(option_infos[option].spelling)
           + (argument == NULL ? 0 : 1 + text_width(argument));
}

static bool takes(const struct command *c, unsigned option)
{
    return ((c->options >> option) & 1) != 0 || option == OPTION_HELP;
}

void command_print_help(const struct command *c, FILE *out)
{
    fprintf(out, "conclave %s%s%s\n\n%s.\n", c->name, *c->arguments == '\0' ? "" : " ",
            c->arguments, c->about);
    if (c->details != NULL)
        fprintf(out, "\n%s\n", c->details);
    fputs("\nOptions:\n", out);
    int widest = 0;
    for (unsigned i = 0; i < OPTION_COUNT; i++)
        if (takes(c, i) && width_of(c, i) > widest)
            widest = width_of(c, i);
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (!takes(c, i))
            continue;
        struct option_text text = option_text(c, i);
        fprintf(out, "  %s%s%s%*s  %s\n", option_infos[i].spelling,
                text.argument == NULL ? "" : " ", text.argument == NULL ? "" : text.argument,
                widest - width_of(c, i), "", text.about);
    }
    if (c->example != NULL)
        fprintf(out, "\nExample:\n  %s\n", c->example);
    if (strncmp(c->arguments, "SCENARIO", 8) == 0)
        fputs("\n" SCENARIO_PLACES "\n", out);
}

static void print_overview(FILE *out)
{
    fputs("Conclave runs leader elections over a simulated network, and tells what happened.\n\n"
          "Usage: conclave COMMAND [ARGUMENT…] [OPTION…]\n\n",
          out);
    for (const struct command *const *c = commands; *c != NULL; c++)
        fprintf(out, "  conclave %-9s %-12s  %s\n", (*c)->name, (*c)->arguments, (*c)->about);
    fputs("\nA first run:   conclave run quickstart\n"
          "More:          conclave help COMMAND, conclave describe NAME, conclave "
          "list\n\n" SCENARIO_PLACES "\n\n"
          "Exit status: 0 all well; 1 an expectation failed or was left undecided, a replay "
          "differed,\n"
          "or a hunt found nothing; 2 the command line or the scenario is wrong; 3 the machine "
          "failed\n"
          "(disk full, database locked, gnuplot missing, out of memory).\n",
          out);
}

static enum exit_status run(struct cli *cli)
{
    if (cli->argument_count == 0) {
        print_overview(stdout);
        return EXIT_WELL;
    }
    const struct command *command = command_named(cli->arguments[0]);
    if (command == NULL)
        return EXIT_USAGE;
    command_print_help(command, stdout);
    return EXIT_WELL;
}

const struct command help_command = {
    .name = "help",
    .arguments = "[COMMAND]",
    .arguments_max = 1,
    .about = "all commands, or what one does and takes",
    .example = "conclave help run",
    .run = run,
};

static enum exit_status print_version(struct cli *cli)
{
    (void) cli;
    puts("conclave " CONCLAVE_VERSION);
    return EXIT_WELL;
}

const struct command version_command = {
    .name = "version",
    .arguments = "",
    .about = "the version; also --version",
    .run = print_version,
};
