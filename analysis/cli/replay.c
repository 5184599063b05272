/* conclave replay: run a stored run again, and prove that it is the same. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/command.h"
#include "analysis/cli/load_stored.h"
#include "analysis/cli/output.h"
#include "analysis/runner/run_one.h"
#include "analysis/trace/text.h"

static enum exit_status compare(const struct cli *cli, const struct stored_run *run,
                                const struct run_result *again)
{
    char hash[20];
    (void) snprintf(hash, sizeof hash, "%016" PRIx64, again->trace_hash);
    if (strcmp(hash, run->trace_hash) == 0) {
        if (!cli->options[OPTION_QUIET].given)
            printf("run %s is the same: trace hash %s, %" PRIu64 " events, %" PRIu64 " messages\n",
                   cli->arguments[1], hash, again->events, again->messages);
        return EXIT_WELL;
    }
    printf("run %s differs\n  stored: trace hash %s, %" PRId64 " events, %" PRId64
           " messages, by version %s\n  now:    trace hash %s, %" PRIu64 " events, %" PRIu64
           " messages, by version %s\n",
           cli->arguments[1], run->trace_hash, run->events, run->messages, run->version, hash,
           again->events, again->messages, CONCLAVE_VERSION);
    return EXIT_FAILED;
}

static enum exit_status run_again(const struct cli *cli, const struct stored_run *run,
                                  const struct scenario *scenario)
{
    struct failure failure = {0};
    struct output file = {0};
    bool traced = cli->options[OPTION_TRACE].given;
    if (traced && !output_open(&file, cli->options[OPTION_TRACE].text, &failure))
        return cli_fail_with(&failure);
    struct trace_text trace = {.out = file.file, .scenario = scenario};
    struct observer observer = trace_text_observer(&trace);
    struct worker *worker = worker_create(scenario, MEMORY_MAX_DEFAULT, &observer, traced);
    struct run_record record = {0};
    enum exit_status status
        = worker != NULL && worker_run(worker, run->seed, EVENTS_MAX_DEFAULT, &record)
              ? compare(cli, run, &record.result)
              : cli_fail(EXIT_MACHINE, "out of memory");
    if (traced && !output_close(&file, status <= EXIT_FAILED, &failure))
        status = cli_fail_with(&failure);
    run_record_free(&record);
    worker_free(worker);
    return status;
}

static enum exit_status run(struct cli *cli)
{
    char *end = NULL;
    int64_t id = strtoll(cli->arguments[1], &end, 10);
    if (*end != '\0' || id < 1)
        return cli_fail(EXIT_USAGE, "which run? a number from 1, not `%s`", cli->arguments[1]);
    struct loaded_run stored;
    enum exit_status status = load_stored(cli->arguments[0], id, &stored);
    if (status == EXIT_WELL)
        status = run_again(cli, &stored.run, stored.scenario);
    load_stored_free(&stored);
    return status;
}

const struct command replay_command = {
    .name = "replay",
    .arguments = "DB RUN",
    .arguments_min = 2,
    .arguments_max = 2,
    .about = "run a stored run again and prove that it is the same",
    .details = "RUN is an id of table run. With --trace FILE every event is written out.",
    .example = "conclave replay results.db 17",
    .options = OPTION_BIT(TRACE) | OPTION_BIT(QUIET),
    .run = run,
};
