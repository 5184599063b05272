/* Commands and options of the program, each declared once in a table: parsing, help and completion
 * follow from it. One more command is one file and one line in registry.c. */
#ifndef CONCLAVE_CLI_COMMAND_H
#define CONCLAVE_CLI_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis/failure.h"

enum exit_status {
    EXIT_WELL = 0,    /* all well */
    EXIT_FAILED = 1,  /* an expectation failed, a replay differed, a hunt found nothing */
    EXIT_USAGE = 2,   /* the command line or the scenario is wrong */
    EXIT_MACHINE = 3, /* disk full, database locked, gnuplot missing, out of memory */
};

enum value_type {
    VALUE_FLAG,
    VALUE_TEXT,
    VALUE_NUMBER, /* a count >= 0 */
    VALUE_SEEDS,  /* A..B, or one number */
    VALUE_SHARD,  /* I/N, I from 0 */
    VALUE_SIZE,   /* bytes, with K M G */
    VALUE_LIST    /* may be given again and again */
};

/* X(IDENTIFIER, spelling, type, argument, about): every option of every command. */
#define CLI_OPTIONS(X)                                                                             \
    X(SEED, "--seed", VALUE_NUMBER, "N", "the seed; default: the scenario's")                      \
    X(SEEDS, "--seeds", VALUE_SEEDS, "A..B", "seeds from A to B, both included")                   \
    X(SET, "--set", VALUE_LIST, "KEY=VALUE",                                                       \
      "override a scenario field by its dotted path, as raft.pre_vote=true; repeatable")           \
    X(VARY, "--vary", VALUE_LIST, "KEY=V1,V2,…",                                                   \
      "one variant for each value; repeatable: the cross product")                                 \
    X(VARIANT, "--variant", VALUE_LIST, "NAME",                                                    \
      "this variant of the scenario; of a database only this one, repeatable")                     \
    X(DB, "--db", VALUE_TEXT, "FILE", "SQLite database for the results")                           \
    X(JOBS, "--jobs", VALUE_NUMBER, "N", "worker threads; default: the cores")                     \
    X(SHARD, "--shard", VALUE_SHARD, "I/N", "only this share of the runs, I from 0")               \
    X(RESUME, "--resume", VALUE_FLAG, NULL, "go on where an interrupted sweep stopped")            \
    X(FAIL_FAST, "--fail-fast", VALUE_FLAG, NULL, "stop at the first violation")                   \
    X(FOR, "--for", VALUE_TEXT, "EXPRESSION", "the expression over metrics to look for")           \
    X(LEVEL, "--level", VALUE_TEXT, "SHARE", "the share of seeds to cross, or any; default 50%")   \
    X(LIMIT, "--limit", VALUE_NUMBER, "N", "stop after N matches")                                 \
    X(MAX_EVENTS, "--max-events", VALUE_NUMBER, "N",                                               \
      "end a run with outcome event_limit after N events; default 1000000000")                     \
    X(MAX_MEMORY, "--max-memory", VALUE_SIZE, "SIZE",                                              \
      "end a run that needs more memory; default 2G")                                              \
    X(JSON, "--json", VALUE_FLAG, NULL, "machine-readable standard output")                        \
    X(QUIET, "--quiet", VALUE_FLAG, NULL, "say only what went wrong")                              \
    X(JUNIT, "--junit", VALUE_TEXT, "FILE", "a test case per expectation, as JUnit XML")           \
    X(TRACE, "--trace", VALUE_TEXT, "FILE", "one line for every record of the run; - is stdout")   \
    X(OUTPUT, "-o", VALUE_TEXT, "FILE", "where the result goes; its ending says the format")       \
    X(KIND, "--kind", VALUE_TEXT, "KIND", "which plot: see `conclave list plots`")                 \
    X(CSV, "--csv", VALUE_TEXT, "FILE", "the data behind it as CSV")                               \
    X(TERMINAL, "--terminal", VALUE_FLAG, NULL, "draw in the terminal")                            \
    X(METRIC, "--metric", VALUE_LIST, "NAME", "which metric; repeatable where it makes sense")     \
    X(X_AXIS, "--x", VALUE_TEXT, "KEY", "metric or varied parameter of the x axis")                \
    X(Y_AXIS, "--y", VALUE_TEXT, "KEY", "metric or varied parameter of the y axis")                \
    X(RUN, "--run", VALUE_NUMBER, "ID", "this run of the database")                                \
    X(FORMAT, "--format", VALUE_TEXT, "FORMAT", "the form of the output")                          \
    X(BASELINE, "--baseline", VALUE_TEXT, "VARIANT", "compare the others with this one")           \
    X(FROM, "--from", VALUE_TEXT, "TIME", "where the window begins, as 4.5s")                      \
    X(TO, "--to", VALUE_TEXT, "TIME", "where the window ends")                                     \
    X(UNTIL, "--until", VALUE_TEXT, "METRIC ± SHARE",                                              \
      "run seeds until the 95 % interval is that tight, as 'election_time.p99 ± 5%'")              \
    X(CAUSES, "--causes", VALUE_FLAG, NULL, "count the root causes of all elections")              \
    X(TWIN, "--twin", VALUE_LIST, "KEY=VALUE",                                                     \
      "the same run with this changed, to see which elections it costs; repeatable")               \
    X(STEPS, "--steps", VALUE_FLAG, NULL, "tell every step on standard error")                     \
    X(ELECTION, "--election", VALUE_NUMBER, "N", "around the N-th election of the run")            \
    X(PLUGIN, "--plugin", VALUE_LIST, "FILE.so",                                                   \
      "take the algorithms of this shared library, too; repeatable; it runs as part of the "       \
      "program")                                                                                   \
    X(HELP, "--help", VALUE_FLAG, NULL, "what this command does and takes")

#define CLI_OPTION_ENUM(id, spelling, type, argument, about) OPTION_##id,
enum option { CLI_OPTIONS(CLI_OPTION_ENUM) OPTION_COUNT };
#undef CLI_OPTION_ENUM

/* For the `options` of a command: OPTION_BIT(SEED) | OPTION_BIT(SET). --help comes by itself. */
#define OPTION_BIT(id) (UINT64_C(1) << OPTION_##id)

struct option_info {
    const char *spelling;
    enum value_type type;
    const char *argument, *about;
};
extern const struct option_info option_infos[OPTION_COUNT];

struct command;

/* What an option is to one command: analysis/cli/option_texts.c, or the table above. */
struct option_text {
    const char *argument, *about;
};
struct option_text option_text(const struct command *command, enum option option);

struct option_value {
    bool given;
    const char *text;   /* as written; the last one of a list */
    uint64_t number;    /* NUMBER, SIZE; the first of SEEDS; I of SHARD */
    uint64_t last;      /* of SEEDS; N of SHARD */
    const char **texts; /* LIST: all of them, in order, then NULL */
    unsigned count;
};

#define ARGUMENTS_MAX 4096

/* One call of the program. */
struct cli {
    const struct command *command;
    const char **arguments; /* without options; e.g. the scenario's path */
    unsigned argument_count;
    struct option_value options[OPTION_COUNT];
    bool colour; /* standard output is a terminal that wants it */
};

struct command {
    const char *name;
    const char *arguments; /* "SCENARIO"; [X] may be left out, X... may repeat */
    unsigned arguments_min, arguments_max;
    const char *about;   /* one line */
    const char *details; /* more, for its help; or NULL */
    const char *example; /* a line that works */
    uint64_t options;    /* set of OPTION_BIT() */
    enum exit_status (*run)(struct cli *cli);
};

extern const struct command *const commands[]; /* analysis/cli/registry.c; NULL at the end */

/* Prints "conclave: …" to stderr and gives the status back, to be returned. */
#define cli_fail(status, ...) cli_ends_with(cli_say(__VA_ARGS__), status)
int cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline enum exit_status cli_ends_with(int said, enum exit_status status)
{
    (void) said;
    return status;
}

/* Says on standard error how many runs are stored twice and were left out, if any. */
void cli_say_left_out(uint64_t runs);

/* Prints a failure, clears it, and gives its status back: EXIT_USAGE where it is the user's
 * mistake. */
enum exit_status cli_fail_with(struct failure *failure);

/* NULL after an error message; *status says how the program ends then. */
struct cli *cli_parse(int count, char **arguments, enum exit_status *status);
void cli_free(struct cli *cli);

/* The command of this name, or NULL. */
const struct command *command_find(const char *name);
/* The same; NULL after a message with the nearest name. */
const struct command *command_named(const char *name);
void command_print_help(const struct command *command, FILE *out);

#endif
