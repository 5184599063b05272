/* From argv to a struct cli, by the tables of commands and options. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/cli/command.h"
#include "scenarios/language/diagnostic.h"
#include "scenarios/language/units.h"

#define INFO(id, spelling, type, argument, about) {spelling, type, argument, about},
const struct option_info option_infos[OPTION_COUNT] = {CLI_OPTIONS(INFO)};

int cli_say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("conclave: ", stderr);
    int length = vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return length;
}

void cli_say_left_out(uint64_t runs)
{
    if (runs > 0)
        (void) cli_say("left out %" PRIu64
                       " run%s stored twice: of the same scenario, settings and "
                       "seed another counts",
                       runs, runs == 1 ? "" : "s");
}

enum exit_status cli_fail_with(struct failure *failure)
{
    enum exit_status status = failure->user ? EXIT_USAGE : EXIT_MACHINE;
    cli_fail(status, "%s", failure_text(failure));
    failure_clear(failure);
    return status;
}

const struct command *command_find(const char *name)
{
    for (const struct command *const *c = commands; *c != NULL; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return NULL;
}

static bool allowed(const struct command *command, unsigned option)
{
    return option == OPTION_HELP || ((command->options >> option) & 1) != 0;
}

/* The first other command that takes the option of this spelling, or NULL. */
static const struct command *taker_of(const char *text, size_t length)
{
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (strlen(option_infos[i].spelling) != length
            || strncmp(option_infos[i].spelling, text, length) != 0)
            continue;
        for (const struct command *const *c = commands; *c != NULL; c++)
            if (allowed(*c, i))
                return *c;
    }
    return NULL;
}

static bool fail_option(const struct command *command, const char *text, size_t length)
{
    const struct command *taker = taker_of(text, length);
    if (taker != NULL) {
        cli_fail(EXIT_USAGE,
                 "`conclave %s` takes no %.*s, but `conclave %s` does; see `conclave help %s`",
                 command->name, (int) length, text, taker->name, taker->name);
        return false;
    }
    const char *names[OPTION_COUNT];
    unsigned count = 0;
    for (unsigned i = 0; i < OPTION_COUNT; i++)
        if (allowed(command, i))
            names[count++] = option_infos[i].spelling;
    const char *near = nearest_name(text, length, names, count);
    cli_fail(EXIT_USAGE, "`%.*s` is no option of `conclave %s`%s%s%s; see `conclave help %s`",
             (int) length, text, command->name, near == NULL ? "" : "; did you mean `",
             near == NULL ? "" : near, near == NULL ? "" : "`?", command->name);
    return false;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static bool number_of(const char *text, size_t length, uint64_t *number)
{
    const char *why;
    return read_count(text, length, number, &why);
}

static bool seeds_of(const char *text, struct option_value *value)
{
    const char *dots = strstr(text, "..");
    if (dots == NULL) {
        value->last = 0;
        return number_of(text, strlen(text), &value->number) && (value->last = value->number, true);
    }
    return number_of(text, (size_t) (dots - text), &value->number)
           && number_of(dots + 2, strlen(dots + 2), &value->last) && value->number <= value->last;
}

static bool shard_of(const char *text, struct option_value *value)
{
    const char *slash = strchr(text, '/');
    return slash != NULL && number_of(text, (size_t) (slash - text), &value->number)
           && number_of(slash + 1, strlen(slash + 1), &value->last) && value->number < value->last;
}

static bool size_of(const char *text, struct option_value *value)
{
    static const char units[] = "KMG";
    size_t length = strlen(text);
    const char *unit = length == 0 ? NULL : strchr(units, text[length - 1]);
    unsigned shift = 0;
    if (unit != NULL && *unit != '\0') {
        shift = 10 * (unsigned) (unit - units + 1);
        length--;
    }
    if (!number_of(text, length, &value->number) || value->number > UINT64_MAX >> shift)
        return false;
    value->number <<= shift;
    return value->number > 0;
}

static bool append(struct option_value *value, const char *text)
{
    const char **texts = realloc(value->texts, (value->count + 2) * sizeof *texts);
    if (texts == NULL)
        return false;
    value->texts = texts;
    texts[value->count++] = text;
    texts[value->count] = NULL;
    return true;
}

static bool read_value(enum option option, const char *text, struct option_value *value)
{
    static const char *const wanted[] = {
        [VALUE_NUMBER] = "a whole number",
        [VALUE_SEEDS] = "A..B with A at most B, as 1..1000",
        [VALUE_SHARD] = "I/N with I from 0 and below N, as 0/4",
        [VALUE_SIZE] = "a size, as 512M or 4G",
    };
    bool good = true;
    value->given = true;
    value->text = text;
    switch (option_infos[option].type) {
    case VALUE_NUMBER:
        good = number_of(text, strlen(text), &value->number);
        break;
    case VALUE_SEEDS:
        good = seeds_of(text, value);
        break;
    case VALUE_SHARD:
        good = shard_of(text, value);
        break;
    case VALUE_SIZE:
        good = size_of(text, value);
        break;
    case VALUE_LIST:
        if (append(value, text))
            return true;
        cli_fail(EXIT_MACHINE, "out of memory");
        return false;
    case VALUE_FLAG:
    case VALUE_TEXT:
        break;
    }
    if (!good)
        cli_fail(EXIT_USAGE, "%s needs %s, not `%s`", option_infos[option].spelling,
                 wanted[option_infos[option].type], text);
    return good;
}

/* ---- Arguments ------------------------------------------------------------------------------- */

/* Takes one option, with its value if it has one; *next moves past both. */
static bool take_option(struct cli *cli, int count, char **arguments, int *next)
{
    const char *text = arguments[*next];
    const char *equals = strncmp(text, "--", 2) == 0 ? strchr(text, '=') : NULL;
    size_t length = equals == NULL ? strlen(text) : (size_t) (equals - text);
    unsigned option = 0;
    while (option < OPTION_COUNT
           && (strlen(option_infos[option].spelling) != length
               || strncmp(option_infos[option].spelling, text, length) != 0
               || !allowed(cli->command, option)))
        option++;
    if (option == OPTION_COUNT)
        return fail_option(cli->command, text, length);
    struct option_value *value = &cli->options[option];
    ++*next;
    if (option_infos[option].type == VALUE_FLAG) {
        if (equals != NULL) {
            cli_fail(EXIT_USAGE, "%s takes no value", option_infos[option].spelling);
            return false;
        }
        value->given = true;
        return true;
    }
    if (equals != NULL)
        return read_value(option, equals + 1, value);
    if (*next >= count) {
        cli_fail(EXIT_USAGE, "%s needs a value: %s %s", option_infos[option].spelling,
                 option_infos[option].spelling, option_text(cli->command, option).argument);
        return false;
    }
    return read_value(option, arguments[(*next)++], value);
}

static bool enough_arguments(const struct cli *cli)
{
    const struct command *c = cli->command;
    if (cli->options[OPTION_HELP].given)
        return true;
    if (cli->argument_count < c->arguments_min)
        cli_fail(EXIT_USAGE, "`conclave %s` needs %s; see `conclave help %s`", c->name,
                 c->arguments, c->name);
    else if (cli->argument_count > c->arguments_max)
        cli_fail(EXIT_USAGE, "`%s` is one argument too many: conclave %s %s",
                 cli->arguments[c->arguments_max], c->name, c->arguments);
    else
        return true;
    return false;
}

const struct command *command_named(const char *name)
{
    const struct command *command = command_find(name);
    if (command != NULL)
        return command;
    const char *names[64];
    size_t known = 0;
    while (known < 64 && commands[known] != NULL) {
        names[known] = commands[known]->name;
        known++;
    }
    const char *near = nearest_name(name, strlen(name), names, known);
    cli_fail(EXIT_USAGE, "unknown command `%s`%s%s%s; see `conclave help`", name,
             near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
             near == NULL ? "" : "`?");
    return NULL;
}

static bool wants_colour(void)
{
    const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && (none == NULL || *none == '\0')
           && (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

struct cli *cli_parse(int count, char **arguments, enum exit_status *status)
{
    *status = EXIT_USAGE;
    const struct command *command = command_named(count < 2 ? "help" : arguments[1]);
    if (command == NULL)
        return NULL;
    struct cli *cli = calloc(1, sizeof *cli);
    if (cli != NULL)
        cli->arguments = calloc((size_t) count + 1, sizeof *cli->arguments);
    if (cli == NULL || cli->arguments == NULL) {
        cli_free(cli);
        *status = cli_fail(EXIT_MACHINE, "out of memory");
        return NULL;
    }
    cli->command = command;
    cli->colour = wants_colour();
    bool options_end = false;
    for (int next = 2; next < count;) {
        const char *text = arguments[next];
        if (!options_end && strcmp(text, "--") == 0) {
            options_end = true;
            next++;
        } else if (!options_end && text[0] == '-' && text[1] != '\0') {
            if (!take_option(cli, count, arguments, &next)) {
                cli_free(cli);
                return NULL;
            }
        } else {
            cli->arguments[cli->argument_count++] = text;
            next++;
        }
    }
    if (enough_arguments(cli))
        return cli;
    cli_free(cli);
    return NULL;
}

void cli_free(struct cli *cli)
{
    if (cli == NULL)
        return;
    for (unsigned i = 0; i < OPTION_COUNT; i++)
        free(cli->options[i].texts);
    free(cli->arguments);
    free(cli);
}
