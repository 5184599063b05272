/* conclave merge: the databases of a sharded sweep become one. */
#include "analysis/store/merge.h"

#include "analysis/cli/command.h"

static enum exit_status run(struct cli *cli)
{
    struct failure failure = {0};
    int64_t runs = 0;
    if (store_merge(cli->arguments[0], cli->arguments + 1, cli->argument_count - 1, &runs,
                    &failure)) {
        if (!cli->options[OPTION_QUIET].given)
            printf("%s: %lld runs from %u databases\n", cli->arguments[0], (long long) runs,
                   cli->argument_count - 1);
        return EXIT_WELL;
    }
    return cli_fail_with(&failure);
}

const struct command merge_command = {
    .name = "merge",
    .arguments = "OUT DB...",
    .arguments_min = 2,
    .arguments_max = ARGUMENTS_MAX,
    .about = "join the databases of a sharded sweep",
    .details
    = "The result is the same as that of the undivided sweep. Databases of different scenarios or\n"
      "versions, and runs that stand in two of them, are refused.",
    .example = "conclave merge all.db shard-0.db shard-1.db",
    .options = OPTION_BIT(QUIET),
    .run = run,
};
