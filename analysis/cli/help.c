/* Help, made from the tables of commands and options. */
#include <string.h>

#include "analysis/cli/command.h"

static int width_of(unsigned option)
{
    const struct option_info *o = &option_infos[option];
    int width = (int) strlen(o->spelling) + (o->argument != NULL);
    for (const char *c = o->argument == NULL ? "" : o->argument; *c != '\0'; c++)
        width += ((unsigned char) *c & 0xC0) != 0x80; /* characters of UTF-8 */
    return width;
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
        if (((c->options >> i) & 1) != 0 && width_of(i) > widest)
            widest = width_of(i);
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        const struct option_info *o = &option_infos[i];
        if (((c->options >> i) & 1) == 0 && i != OPTION_HELP)
            continue;
        fprintf(out, "  %s%s%s%*s  %s\n", o->spelling, o->argument == NULL ? "" : " ",
                o->argument == NULL ? "" : o->argument,
                widest > width_of(i) ? widest - width_of(i) : 0, "", o->about);
    }
    if (c->example != NULL)
        fprintf(out, "\nExample:\n  %s\n", c->example);
}

static void print_overview(FILE *out)
{
    fputs("Conclave runs leader elections over a simulated network, and tells what happened.\n\n"
          "Usage: conclave COMMAND [ARGUMENT…] [OPTION…]\n\n",
          out);
    for (const struct command *const *c = commands; *c != NULL; c++)
        fprintf(out, "  conclave %-9s %-10s  %s\n", (*c)->name, (*c)->arguments, (*c)->about);
    fputs("\nA first run:   conclave run quickstart\n"
          "More:          conclave help COMMAND, conclave describe NAME, conclave list\n\n"
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
