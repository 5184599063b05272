/* conclave: one command, then its exit status. */
#include <signal.h>
#include <string.h>

#include "analysis/cli/command.h"
#include "analysis/cli/output.h"
#include "analysis/foreign/register.h"
#include "analysis/plugin/plugin.h"

/* The two commands that people type as options. */
static char *spelled_out(char *word)
{
    static char help[] = "help", version[] = "version";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return help;
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return version;
    return word;
}

static enum exit_status load_plugins(const struct cli *cli)
{
    const struct option_value *files = &cli->options[OPTION_PLUGIN];
    struct failure failure = {0};
    for (unsigned i = 0; i < files->count; i++)
        if (!plugin_load(files->texts[i], &failure))
            return cli_fail_with(&failure);
    return EXIT_WELL;
}

int main(int count, char **arguments)
{
    (void) signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write, told like any other */
    foreign_register();
    if (count >= 2)
        arguments[1] = spelled_out(arguments[1]);
    enum exit_status status;
    struct cli *cli = cli_parse(count, arguments, &status);
    if (cli == NULL)
        return (int) status;
    status = cli->options[OPTION_HELP].given ? EXIT_WELL : load_plugins(cli);
    if (cli->options[OPTION_HELP].given)
        command_print_help(cli->command, stdout);
    else if (status == EXIT_WELL)
        status = cli->command->run(cli);
    cli_free(cli);
    if (!output_flush_stdout() && status != EXIT_USAGE)
        return (int) cli_fail(EXIT_MACHINE, "standard output: could not write everything");
    return (int) status;
}
