/* conclave run: one simulation, told and stored. */
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/advise.h"
#include "analysis/cli/command.h"
#include "analysis/cli/load.h"
#include "analysis/cli/output.h"
#include "analysis/runner/run_one.h"
#include "analysis/store/writer.h"
#include "analysis/summary/summary.h"
#include "analysis/trace/text.h"

static bool store_one(const char *path, const struct run_record *record, int64_t *id,
                      struct failure *failure)
{
    struct store *store = store_open(path, failure);
    bool stored = store != NULL && store_begin(store, failure)
                  && store_write(store, record, 0, id, failure) && store_index(store, failure)
                  && store_commit(store, failure);
    store_close(store);
    return stored;
}

/* Opens and fills; the caller closes, which makes the file appear. */
static bool write_junit(const struct cli *cli, const struct run_record *record, struct output *out,
                        struct failure *failure)
{
    const struct option_value *sets = &cli->options[OPTION_SET];
    char *command
        = summary_command(record->scenario, record->result.seed, sets->texts, sets->count);
    bool opened = command != NULL && output_open(out, cli->options[OPTION_JUNIT].text, failure);
    if (command == NULL)
        failure_set(failure, "out of memory");
    if (opened)
        summary_print_junit(record, command, out->file);
    free(command);
    return opened && output_flush(out, failure);
}

static void tell(const struct cli *cli, const struct run_record *record,
                 const struct endings *endings, int64_t id)
{
    bool json = cli->options[OPTION_JSON].given, quiet = cli->options[OPTION_QUIET].given;
    if (json)
        summary_print_json(record, endings, stdout);
    else if (quiet)
        summary_print_failures(record, stderr);
    else
        summary_print(record, endings, cli->colour, stdout);
    if (id != 0 && !json && !quiet)
        printf("\nStored as run %lld in %s\n", (long long) id, cli->options[OPTION_DB].text);
}

/* The database comes last of what may fail, so that a failure leaves nothing half-written. */
static bool write_all(const struct cli *cli, const struct run_record *record, struct output *trace,
                      int64_t *id, struct failure *failure)
{
    struct output junit = {0};
    bool written
        = output_flush(trace, failure)
          && (!cli->options[OPTION_JUNIT].given || write_junit(cli, record, &junit, failure))
          && (!cli->options[OPTION_DB].given
              || store_one(cli->options[OPTION_DB].text, record, id, failure));
    return output_close(&junit, written, failure) && written;
}

static enum exit_status finish(const struct cli *cli, const struct run_record *record,
                               const struct endings *endings, struct output *trace)
{
    struct failure failure = {0};
    int64_t id = 0;
    if (record->result.status == WORLD_OUT_OF_MEMORY)
        return cli_fail(
            EXIT_MACHINE,
            "the run needs more memory than --max-memory allows, at %.3f s of simulated "
            "time; nothing was stored",
            (double) record->result.ended_at / 1e9);
    if (!write_all(cli, record, trace, &id, &failure))
        return cli_fail_with(&failure);
    tell(cli, record, endings, id);
    return run_record_failed(record) ? EXIT_FAILED : EXIT_WELL;
}

static enum exit_status simulate(const struct cli *cli, const struct scenario *scenario)
{
    struct failure failure = {0};
    struct output trace_file = {0};
    struct trace_text trace = {.scenario = scenario};
    struct endings endings;
    struct observer observers[] = {endings_observer(&endings), trace_text_observer(&trace)};
    bool traced = cli->options[OPTION_TRACE].given;
    if (traced && !output_open(&trace_file, cli->options[OPTION_TRACE].text, &failure))
        return cli_fail_with(&failure);
    trace.out = trace_file.file;
    uint64_t memory = cli->options[OPTION_MAX_MEMORY].given ? cli->options[OPTION_MAX_MEMORY].number
                                                            : MEMORY_MAX_DEFAULT;
    uint64_t events = cli->options[OPTION_MAX_EVENTS].given ? cli->options[OPTION_MAX_EVENTS].number
                                                            : EVENTS_MAX_DEFAULT;
    uint64_t seed
        = cli->options[OPTION_SEED].given ? cli->options[OPTION_SEED].number : scenario->seed;
    struct worker *worker = endings_open(&endings, scenario)
                                ? worker_create(scenario, memory, observers, traced ? 2 : 1)
                                : NULL;
    struct run_record record = {0};
    enum exit_status status = EXIT_MACHINE;
    if (worker == NULL || !worker_run(worker, seed, events, &record))
        cli_fail(EXIT_MACHINE, "%s",
                 worker == NULL && endings.stopping != NULL
                     ? "the cluster needs more memory than --max-memory allows"
                     : "out of memory");
    else
        status = finish(cli, &record, &endings, &trace_file);
    if (traced && !output_close(&trace_file, status <= EXIT_FAILED, &failure))
        status = cli_fail_with(&failure);
    run_record_free(&record);
    worker_free(worker);
    endings_close(&endings);
    return status;
}

/* Standard output takes one thing. */
static bool outputs_agree(const struct cli *cli)
{
    const char *trace = cli->options[OPTION_TRACE].text, *junit = cli->options[OPTION_JUNIT].text;
    bool traced = trace != NULL && strcmp(trace, "-") == 0;
    bool tested = junit != NULL && strcmp(junit, "-") == 0;
    return traced + tested + cli->options[OPTION_JSON].given <= 1;
}

static enum exit_status run(struct cli *cli)
{
    if (!outputs_agree(cli))
        return cli_fail(EXIT_USAGE, "--json, --trace - and --junit - exclude each other: standard "
                                    "output takes one of them");
    struct loaded loaded;
    enum exit_status status = load_document(cli->arguments[0], &loaded);
    if (status != EXIT_WELL)
        return status;
    const char *variant = cli->options[OPTION_VARIANT].text;
    struct scenario *scenario = load_scenario(cli, &loaded, variant, NULL, 0, &status);
    if (scenario != NULL) {
        advise(cli, &loaded, &scenario, 1);
        status = simulate(cli, scenario);
    }
    scenario_free(scenario);
    load_free(&loaded);
    return status;
}

const struct command run_command = {
    .name = "run",
    .arguments = "SCENARIO",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "one simulation: summary on stdout, elections into SQLite",
    .details = "SCENARIO is a file, - for standard input, or the name of a shipped scenario.\n"
               "With --db the run is added to the database, which may hold others.",
    .example = "conclave run quickstart --seed 7 --set raft.pre_vote=true --db results.db",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(SEED) | OPTION_BIT(SET) | OPTION_BIT(VARIANT)
               | OPTION_BIT(DB) | OPTION_BIT(MAX_EVENTS) | OPTION_BIT(MAX_MEMORY) | OPTION_BIT(JSON)
               | OPTION_BIT(QUIET) | OPTION_BIT(JUNIT) | OPTION_BIT(TRACE),
    .run = run,
};
