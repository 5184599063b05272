#include "analysis/cli/load_stored.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/runner/run_one.h"
#include "scenarios/language/catalog.h"

static struct scenario *rebuild(const struct stored_run *run, const char *name,
                                struct document **document)
{
    struct diagnostics d = {0};
    struct source source
        = {.name = name, .text = run->scenario_text, .length = strlen(run->scenario_text)};
    struct override *overrides = calloc(run->override_count + 1, sizeof *overrides);
    for (unsigned i = 0; overrides != NULL && i < run->override_count; i++)
        overrides[i] = (struct override){run->overrides[i].key, run->overrides[i].value};
    struct scenario *s = NULL;
    *document = overrides == NULL ? NULL : document_open(&source, &d);
    if (*document != NULL)
        s = document_scenario(*document, NULL, overrides, run->override_count, &run->seed, &d);
    if (s == NULL)
        diagnostics_print(&d, stderr);
    diagnostics_clear(&d);
    free(overrides);
    return s;
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
    loaded->scenario = rebuild(&loaded->run, path, &loaded->document);
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
