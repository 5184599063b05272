/* One line a command, in the order of the help. */
#include "analysis/cli/command.h"

#define COMMANDS(X)                                                                                \
    X(run)                                                                                         \
    X(sweep)                                                                                       \
    X(hunt)                                                                                        \
    X(threshold)                                                                                   \
    X(shrink)                                                                                      \
    X(replay)                                                                                      \
    X(merge)                                                                                       \
    X(compare)                                                                                     \
    X(plot)                                                                                        \
    X(report)                                                                                      \
    X(timeline)                                                                                    \
    X(why)                                                                                         \
    X(check)                                                                                       \
    X(list)                                                                                        \
    X(describe)                                                                                    \
    X(help)                                                                                        \
    X(version)

#define DECLARE(name) extern const struct command name##_command;
COMMANDS(DECLARE)
#define ENTRY(name) &name##_command,
const struct command *const commands[] = {COMMANDS(ENTRY) NULL};
