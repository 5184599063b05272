#include "analysis/cli/load_stored.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/runner/run_one.h"
#include "scenarios/language/catalog.h"

/* With what had been changed, and `changes` on top. */
static struct scenario *rebuild(const struct stored_run *run, const struct document *document,
                                const struct override *changes, unsigned count)
{
    struct diagnostics d = {0};
    unsigned own = run->override_count;
    struct override *all = calloc((size_t) own + count + 1, sizeof *all);
    if (all == NULL) {
        cli_fail(EXIT_MACHINE, "out of memory");
        return NULL;
    }
    for (unsigned i = 0; i < own + count; i++)
        all[i] = i < own ? (struct override){run->overrides[i].key, run->overrides[i].value}
                         : changes[i - own];
    struct scenario *s = document_scenario(document, NULL, all, own + count, &run->seed, &d);
    if (s == NULL)
        diagnostics_print(&d, stderr);
    diagnostics_clear(&d);
    free(all);
    return s;
}

static struct document *read_document(const struct stored_run *run, const char *name)
{
    struct diagnostics d = {0};
    struct source source
        = {.name = name, .text = run->scenario_text, .length = strlen(run->scenario_text)};
    struct document *document = document_open(&source, &d);
    if (document == NULL)
        diagnostics_print(&d, stderr);
    diagnostics_clear(&d);
    return document;
}

struct scenario *load_stored_changed(const struct loaded_run *loaded,
                                     const struct override *changes, unsigned count)
{
    return rebuild(&loaded->run, loaded->document, changes, count);
}

enum exit_status load_stored_asked(const struct cli *cli, struct loaded_run *loaded)
{
    *loaded = (struct loaded_run){0};
    if (cli->options[OPTION_SEED].given || cli->options[OPTION_SET].given
        || cli->options[OPTION_VARIANT].given)
        return cli_fail(EXIT_USAGE, "--run names a stored run, which has its seed and its values: "
                                    "--seed, --set and --variant do not go with it");
    return load_stored(cli->arguments[0], (int64_t) cli->options[OPTION_RUN].number, loaded);
}

enum exit_status load_stored(const char *path, int64_t id, struct loaded_run *loaded)
{
    struct failure failure = {0};
    *loaded = (struct loaded_run){0};
    struct database *d = database_open(path, &failure);
    bool read = d != NULL && stored_run_read(d, id, &loaded->run, &failure);
    database_close(d);
    if (!read)
        return cli_fail_with(&failure);
    if (loaded->run.algorithm != NULL && catalog_find(loaded->run.algorithm) == NULL)
        return cli_fail(
            EXIT_USAGE,
            "run %" PRId64 " is of algorithm `%s`, which this program does not have: "
            "give the plug-in that has it, as --plugin FILE.so, or take a build that has",
            id, loaded->run.algorithm);
    loaded->document = read_document(&loaded->run, path);
    if (loaded->document != NULL)
        loaded->scenario = rebuild(&loaded->run, loaded->document, NULL, 0);
    return loaded->scenario != NULL
               ? EXIT_WELL
               : cli_fail(EXIT_FAILED,
                          "run %" PRId64 " was of a scenario that this version does not take", id);
}

uint64_t load_stored_events_max(const struct loaded_run *loaded)
{
    bool limited = loaded->run.outcome != NULL
                   && strcmp(loaded->run.outcome, world_status_names[WORLD_EVENT_LIMIT]) == 0;
    return limited ? (uint64_t) loaded->run.events : EVENTS_MAX_DEFAULT;
}

void load_stored_free(struct loaded_run *loaded)
{
    scenario_free(loaded->scenario);
    if (loaded->document != NULL)
        document_free(loaded->document);
    stored_run_free(&loaded->run);
}
