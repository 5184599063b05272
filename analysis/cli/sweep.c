/* conclave sweep: many seeds of many variants, into one database that does not depend on how. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/cli/advise.h"
#include "analysis/cli/sweep.h"
#include "sim/assert.h"

#define BATCH 500u /* runs a transaction, or as many as there are in half a second */
#define SEEDS 100u
#define ROUND UINT64_C(100) /* seeds between two looks at --until */
#define UNTIL_SEEDS 1000000u

/* A run's number depends on its variant and seed alone, not on the round it came in. */
static uint64_t number_of(const struct sweep *s, uint64_t index)
{
    uint64_t seed = plan_seed(s->round, index) - s->plan->seed_first;
    return plan_variant(s->round, index) * s->plan->seed_count + seed;
}

static bool consume(void *context, uint64_t round_index, struct run_record *record)
{
    struct sweep *s = context;
    uint64_t index = number_of(s, round_index);
    sweep_count(s, plan_variant(s->plan, index), record);
    if (s->until != NULL)
        until_add(s->until, plan_variant(s->plan, index), record);
    if (!store_write(s->store, record, (int64_t) index + 1, NULL, &s->failure))
        return false;
    double now = sweep_seconds_now();
    if (++s->in_batch == BATCH || now - s->committed > 0.5) {
        if (!store_commit(s->store, &s->failure) || !store_begin(s->store, &s->failure))
            return false;
        s->in_batch = 0;
        s->committed = now;
    }
    sweep_show_progress(s, now);
    return !(s->fail_fast && run_record_broken(record) > 0);
}

static uint64_t count_mine(const struct plan *plan, uint64_t first)
{
    uint64_t mine = 0, all = plan_run_count(plan);
    if (plan->shard_count == 1)
        return all - (first < all ? first : all);
    for (uint64_t i = first; i < all; i++)
        mine += plan_is_mine(plan, i);
    return mine;
}

/* All variants of a hundred seeds, then a look; so that where it ends depends on no timing. */
static enum pool_end run_rounds(struct sweep *s, const struct pool_options *options)
{
    struct plan round = *s->plan;
    enum pool_end end = POOL_DONE;
    s->round = &round; // cppcheck-suppress autoVariables ; and back below
    for (uint64_t done = 0; end == POOL_DONE && done < s->plan->seed_count; done += ROUND) {
        uint64_t left = s->plan->seed_count - done;
        round.seed_first = s->plan->seed_first + done;
        round.seed_count = left < ROUND ? left : ROUND;
        end = pool_run(&round, options, consume, s);
        if (s->until->out_of_memory)
            end = POOL_OUT_OF_MEMORY;
        if (end == POOL_DONE && until_reached(s->until))
            break;
    }
    s->round = s->plan;
    return end;
}

static enum exit_status sweep_into(struct sweep *s, const struct pool_options *options)
{
    s->wanted = count_mine(s->plan, options->first);
    interrupt_catch();
    enum pool_end end = sweep_recall_causes(s, options);
    s->begun = s->committed = sweep_seconds_now();
    if (!store_begin(s->store, &s->failure))
        return cli_fail_with(&s->failure);
    if (end == POOL_DONE)
        end = s->until != NULL ? run_rounds(s, options) : pool_run(s->plan, options, consume, s);
    if (!s->failure.set && end == POOL_DONE)
        (void) store_index(s->store, &s->failure);
    if (!s->failure.set)
        (void) store_commit(s->store, &s->failure);
    if (s->failure.set)
        return cli_fail_with(&s->failure);
    if (end == POOL_NO_SCENARIO)
        return EXIT_USAGE;
    if (end == POOL_OUT_OF_MEMORY)
        return cli_fail(EXIT_MACHINE, "out of memory; the %" PRIu64 " runs before are stored in %s",
                        s->done, s->db);
    return sweep_verdict(s, end);
}

static enum exit_status sweep_plan(const struct cli *cli, const struct plan *plan, const char *db)
{
    struct sweep s = {.cli = cli,
                      .plan = plan,
                      .round = plan,
                      .db = db,
                      .progress = isatty(STDERR_FILENO) && !cli->options[OPTION_QUIET].given,
                      .fail_fast = cli->options[OPTION_FAIL_FAST].given};
    struct pool_options options = {
        .jobs = cli->options[OPTION_JOBS].given ? (unsigned) cli->options[OPTION_JOBS].number
                                                : pool_cores(),
        .events_max = cli->options[OPTION_MAX_EVENTS].given ? cli->options[OPTION_MAX_EVENTS].number
                                                            : EVENTS_MAX_DEFAULT,
        .memory_max = cli->options[OPTION_MAX_MEMORY].given ? cli->options[OPTION_MAX_MEMORY].number
                                                            : MEMORY_MAX_DEFAULT,
        .causes = cli->options[OPTION_CAUSES].given,
    };
    if (cli->options[OPTION_JOBS].given
        && (options.jobs == 0 || cli->options[OPTION_JOBS].number > 1024))
        return cli_fail(EXIT_USAGE, "--jobs must be from 1 to 1024");
    for (unsigned v = 0; v < plan->variant_count; v++)
        if (plan->scenarios[v]->expectation_count > s.width)
            s.width = plan->scenarios[v]->expectation_count;
    sim_assert(plan->variant_count > 0);
    s.tallies = calloc(plan->variant_count * ((size_t) s.width + 1), sizeof *s.tallies);
    s.promises = calloc(plan->variant_count, sizeof *s.promises);
    s.causes = options.causes ? calloc(plan->variant_count, sizeof *s.causes) : NULL;
    struct until until = {0};
    enum exit_status status = EXIT_MACHINE;
    if (cli->options[OPTION_UNTIL].given) {
        (void) until_open(&until, cli->options[OPTION_UNTIL].text, plan->variant_count, &s.failure);
        s.until = &until;
    }
    if (s.failure.set)
        status = cli_fail_with(&s.failure);
    else if (s.tallies == NULL || s.promises == NULL || (options.causes && s.causes == NULL))
        cli_fail(EXIT_MACHINE, "out of memory");
    else if ((s.store = store_open(s.db, &s.failure)) == NULL
             || !store_resume(s.store, plan->scenarios[0], cli->options[OPTION_RESUME].given,
                              &options.first, &s.failure))
        status = cli_fail_with(&s.failure);
    else if (options.first > 0 && !sweep_recall(&s))
        status = cli_fail_with(&s.failure);
    else
        status = sweep_into(&s, &options);
    store_close(s.store);
    until_close(&until);
    free(s.tallies);
    free(s.promises);
    free(s.causes);
    return status;
}

/* Where it ends rests on all that came before. */
static enum exit_status until_goes(const struct cli *cli, bool sharded)
{
    if (!cli->options[OPTION_UNTIL].given || (!sharded && !cli->options[OPTION_RESUME].given))
        return EXIT_WELL;
    return cli_fail(EXIT_USAGE,
                    "--until looks at all seeds from the first on: it goes with neither "
                    "--shard nor --resume");
}

/* "scenarios/storm.yaml": "storm.db", or "storm.shard1.db" for a share of it; what has no name of
 * its own goes into results.db. */
static char *default_db(const char *scenario, const struct plan *plan)
{
    const char *slash = strrchr(scenario, '/'), *name = slash == NULL ? scenario : slash + 1;
    const char *dot = strrchr(name, '.');
    int length = dot == NULL ? (int) strlen(name) : (int) (dot - name);
    char shard[32] = "";
    if (length == 0 || strcmp(scenario, "-") == 0) {
        name = "results";
        length = (int) strlen(name);
    }
    if (plan->shard_count > 1)
        (void) snprintf(shard, sizeof shard, ".shard%" PRIu64, plan->shard);
    size_t size = (size_t) length + strlen(shard) + sizeof ".db";
    char *db = malloc(size);
    if (db != NULL)
        (void) snprintf(db, size, "%.*s%s.db", length, name, shard);
    return db;
}

static enum exit_status sweep_loaded(const struct cli *cli, const struct loaded *loaded)
{
    struct plan plan;
    const struct option_value *into = &cli->options[OPTION_DB];
    enum exit_status status
        = plan_make(cli, loaded, cli->options[OPTION_UNTIL].given ? UNTIL_SEEDS : SEEDS, &plan);
    if (status != EXIT_WELL)
        return status;
    status = plan.shard_count > 1 ? until_goes(cli, true) : EXIT_WELL;
    char *db = into->given ? strdup(into->text) : default_db(loaded->source.name, &plan);
    if (db == NULL)
        status = cli_fail(EXIT_MACHINE, "out of memory");
    if (status == EXIT_WELL) {
        advise(cli, loaded, plan.scenarios, plan.variant_count);
        status = sweep_plan(cli, &plan, db);
    }
    free(db);
    plan_free(&plan);
    return status;
}

static enum exit_status run(struct cli *cli)
{
    struct loaded loaded;
    const char *junit = cli->options[OPTION_JUNIT].text;
    if (cli->options[OPTION_JSON].given && junit != NULL && strcmp(junit, "-") == 0)
        return cli_fail(EXIT_USAGE, "--json and --junit - exclude each other: standard output "
                                    "takes one of them");
    enum exit_status status = load_document(cli->arguments[0], &loaded);
    if (status != EXIT_WELL)
        return status;
    status = until_goes(cli, false);
    if (status == EXIT_WELL)
        status = sweep_loaded(cli, &loaded);
    load_free(&loaded);
    return status;
}

const struct command sweep_command = {
    .name = "sweep",
    .arguments = "SCENARIO",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "many seeds x variants, on all cores, resumable",
    .details
    = "Runs seeds 1..100 (or --seeds) of every variant and every combination of --vary, into a\n"
      "database that is named after the scenario (storm.yaml: storm.db; with --shard 1/4:\n"
      "storm.shard1.db), or --db. It must hold no runs yet, or with --resume the first ones of\n"
      "the same sweep. It is the same whatever the jobs, shards or interruptions, and so is what\n"
      "is said of it: each expectation, with a command for what failed, and a few figures for\n"
      "each variant; with --json all that as JSON, and nothing where it is interrupted. In a\n"
      "Slurm array or an indexed Kubernetes job, --shard comes from the environment. --until\n"
      "looks every hundred seeds and stops where the interval of every variant is tight enough;\n"
      "looking often makes such intervals a little too sure of themselves.",
    .example = "conclave sweep mongodb-micro-partitions --seeds 1..200 --vary network.loss=0%,2% "
               "--db storm.db",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(SEED) | OPTION_BIT(SEEDS) | OPTION_BIT(SET)
               | OPTION_BIT(VARY) | OPTION_BIT(VARIANT) | OPTION_BIT(DB) | OPTION_BIT(JOBS)
               | OPTION_BIT(SHARD) | OPTION_BIT(RESUME) | OPTION_BIT(FAIL_FAST)
               | OPTION_BIT(MAX_EVENTS) | OPTION_BIT(MAX_MEMORY) | OPTION_BIT(CAUSES)
               | OPTION_BIT(UNTIL) | OPTION_BIT(JSON) | OPTION_BIT(QUIET) | OPTION_BIT(JUNIT),
    .run = run,
};
