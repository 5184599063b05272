/* conclave: one command, then its exit status. */
#include <signal.h>

#include "analysis/cli/command.h"
#include "analysis/cli/output.h"

int main(int count, char **arguments)
{
    (void) signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write, told like any other */
    if (count >= 2) {                /* the two that people type as options */
        static char help[] = "help", version[] = "version";
        if (!command_find(arguments[1]) && arguments[1][0] == '-') {
            const char *word = arguments[1];
            if (word[1] == 'h' || (word[1] == '-' && word[2] == 'h'))
                arguments[1] = help;
            else if (word[1] == 'V' || (word[1] == '-' && word[2] == 'v'))
                arguments[1] = version;
        }
    }
    struct cli *cli = cli_parse(count, arguments);
    if (cli == NULL)
        return EXIT_USAGE;
    enum exit_status status = EXIT_WELL;
    if (cli->options[OPTION_HELP].given)
        command_print_help(cli->command, stdout);
    else
        status = cli->command->run(cli);
    cli_free(cli);
    if (!output_flush_stdout() && status != EXIT_USAGE)
        return cli_fail(EXIT_MACHINE, "standard output: could not write everything");
    return status;
}
