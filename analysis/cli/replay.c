/* conclave replay: run a stored run again, and prove that it is the same. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/command.h"
#include "analysis/cli/load_stored.h"
#include "analysis/cli/output.h"
#include "analysis/replay/account.h"
#include "analysis/runner/run_one.h"
#include "analysis/trace/text.h"

/* ---- What differs ---------------------------------------------------------------------------- */

static void print_line(const char *whose, const char *version, const struct account *a, size_t at)
{
    printf("    %s, version %s: ", whose, version);
    if (at < a->count)
        printf("%.9f s, %s\n", (double) a->lines[at].at / 1e9, a->lines[at].text);
    else
        fputs("nothing more\n", stdout);
}

struct metric_differences {
    const struct run_record *again;
    unsigned count;
};

static bool compare_metric(void *context, const struct database_row *row)
{
    struct metric_differences *d = context;
    const char *name = row_text(row, 0);
    uint32_t index = metric_find(name, strlen(name));
    bool known = index != UINT32_MAX;
    const struct metric_value *now = known ? &d->again->result.metrics[index] : NULL;
    bool had = !row_is_null(row, 1), has = known && now->defined;
    if (had == has && (!had || row_real(row, 1) == now->lo))
        return true;
    printf("  %s: stored ", name);
    if (had)
        printf("%.12g", row_real(row, 1));
    else
        fputs("nothing", stdout);
    if (has)
        printf(", now %.12g\n", now->lo);
    else
        fputs(", now nothing\n", stdout);
    d->count++;
    return true;
}

/* Prints what differs; *same unless anything does. */
static bool compare_all(const struct cli *cli, const struct stored_run *run, int64_t id,
                        const struct run_record *again, bool *same, struct failure *failure)
{
    struct account stored = {0}, now = {0};
    struct metric_differences metrics = {.again = again};
    struct database *d = database_open(cli->arguments[0], failure);
    bool read = d != NULL && account_of_stored(&stored, d, id, failure)
                && account_of_run(&now, again, failure);
    size_t first = read ? account_difference(&stored, &now) : SIZE_MAX;
    if (first != SIZE_MAX) {
        fputs("  the first event that differs\n", stdout);
        print_line("stored", run->version, &stored, first);
        print_line("now   ", CONCLAVE_VERSION, &now, first);
    }
    read = read
           && database_each(d, "SELECT name, value FROM metric WHERE run_id = ?9 ORDER BY rowid",
                            NULL, id, compare_metric, &metrics, failure);
    *same = first == SIZE_MAX && metrics.count == 0;
    account_free(&stored);
    account_free(&now);
    database_close(d);
    return read;
}

static enum exit_status compare(const struct cli *cli, const struct stored_run *run, int64_t id,
                                const struct run_record *again)
{
    const struct run_result *r = &again->result;
    struct failure failure = {0};
    char hash[20];
    bool same;
    (void) snprintf(hash, sizeof hash, "%016" PRIx64, r->trace_hash);
    if (!compare_all(cli, run, id, again, &same, &failure))
        return cli_fail_with(&failure);
    bool same_trace = strcmp(hash, run->trace_hash) == 0;
    if (same && same_trace) {
        if (!cli->options[OPTION_QUIET].given)
            printf("run %s is the same: trace hash %s, %" PRIu64 " events, %" PRIu64
                   " messages; all elections and metrics agree\n",
                   cli->arguments[1], hash, r->events, r->messages);
        return EXIT_WELL;
    }
    if (same)
        fputs("  leaders, elections, faults and metrics agree: single messages or timers differ\n",
              stdout);
    if (same_trace)
        fputs("  the trace is the same: it is the stored rows that have changed\n", stdout);
    printf("run %s differs\n  stored: trace hash %s, %" PRId64 " events, %" PRId64
           " messages, by version %s\n  now:    trace hash %s, %" PRIu64 " events, %" PRIu64
           " messages, by version %s\n",
           cli->arguments[1], run->trace_hash, run->events, run->messages, run->version, hash,
           r->events, r->messages, CONCLAVE_VERSION);
    return EXIT_FAILED;
}

/* ---- Running it again ------------------------------------------------------------------------ */

static enum exit_status run_again(const struct cli *cli, const struct loaded_run *stored,
                                  int64_t id)
{
    struct failure failure = {0};
    struct output file = {0};
    bool traced = cli->options[OPTION_TRACE].given;
    if (traced && !output_open(&file, cli->options[OPTION_TRACE].text, &failure))
        return cli_fail_with(&failure);
    struct trace_text trace = {.out = file.file, .scenario = stored->scenario};
    struct observer observer = trace_text_observer(&trace);
    struct worker *worker = worker_create(stored->scenario, MEMORY_MAX_DEFAULT, &observer, traced);
    struct run_record record = {0};
    enum exit_status status
        = worker != NULL
                  && worker_run(worker, stored->run.seed, load_stored_events_max(stored), &record)
              ? compare(cli, &stored->run, id, &record)
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
        status = run_again(cli, &stored, id);
    load_stored_free(&stored);
    return status;
}

const struct command replay_command = {
    .name = "replay",
    .arguments = "DB RUN",
    .arguments_min = 2,
    .arguments_max = 2,
    .about = "run a stored run again and prove that it is the same",
    .details
    = "RUN is an id of table run. Trace hash, leaders, elections, faults and metrics are\n"
      "compared; where they differ it names the first event that does, as it was stored and\n"
      "as it is now. With --trace FILE every event is written out.",
    .example = "conclave replay results.db 17",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(TRACE) | OPTION_BIT(QUIET),
    .run = run,
};
