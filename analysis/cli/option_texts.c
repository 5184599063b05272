/* What an option means to one command, where that is not what it means to all. */
#include <string.h>

#include "analysis/cli/command.h"

static const struct {
    const char *command;
    enum option option;
    const char *argument, *about;
} own_texts[] = {
    {"sweep", OPTION_SEED, "N", "this seed alone; default: --seeds"},
    {"sweep", OPTION_SEEDS, "A..B", "seeds from A to B, both included; default 1..100"},
    {"hunt", OPTION_SEEDS, "A..B", "seeds from A to B, both included; default 1..10000"},
    {"hunt", OPTION_LIMIT, "N", "stop after N matches; default 10"},
    {"threshold", OPTION_SEEDS, "A..B", "the seeds of every value; default 1..200"},
    {"threshold", OPTION_VARY, "KEY=A..B",
     "the parameter, and between which values its threshold lies; once"},
    {"why", OPTION_ELECTION, "N", "explain the N-th election of the run"},
    {"timeline", OPTION_FORMAT, "FORMAT",
     "svg, text, perfetto or shiviz; default: by the ending of -o"},
    {"timeline", OPTION_RUN, "ID", "this run, of the database that stands in SCENARIO's place"},
    {"compare", OPTION_FORMAT, "FORMAT", "text, markdown or csv; default text"},
    {"plot", OPTION_FORMAT, "FORMAT", "svg, png or pdf; default: by the ending of -o"},
    {"shrink", OPTION_OUTPUT, "FILE", "where the smaller scenario goes, as YAML"},
    {"report", OPTION_OUTPUT, "FILE", "where the page goes, as HTML"},
};

struct option_text option_text(const struct command *command, enum option option)
{
    for (size_t i = 0; i < sizeof own_texts / sizeof *own_texts; i++)
        if (own_texts[i].option == option && strcmp(own_texts[i].command, command->name) == 0)
            return (struct option_text){own_texts[i].argument, own_texts[i].about};
    return (struct option_text){option_infos[option].argument, option_infos[option].about};
}
