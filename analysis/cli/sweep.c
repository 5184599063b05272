/* conclave sweep: many seeds of many variants, into one database that does not depend on how. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analysis/cli/advise.h"
#include "analysis/cli/output.h"
#include "analysis/compare/until.h"
#include "analysis/runner/pool.h"
#include "analysis/store/query.h"
#include "analysis/store/writer.h"
#include "analysis/summary/format.h"
#include "analysis/summary/junit.h"
#include "analysis/why/tally.h"
#include "sim/assert.h"
#include "sim/properties.h"

#define BATCH 500u /* runs a transaction, or as many as there are in half a second */
#define DEFAULT_DB "results.db"
#define SEEDS 100u
#define ROUND UINT64_C(100) /* seeds between two looks at --until */
#define UNTIL_SEEDS 1000000u

/* What became of one expectation of one variant. */
struct tally {
    uint64_t shown, failures; /* runs */
    uint64_t first_failed;    /* the lowest seed that failed it, where any did */
};

struct sweep {
    const struct cli *cli;
    const struct plan *plan;
    struct store *store;
    struct failure failure;
    uint64_t before; /* runs that were stored when it went on */
    uint64_t done, wanted, events, failed_runs, broken_runs, limited_runs, in_batch;
    double begun, shown, committed;
    bool progress, fail_fast;
    struct tally *tallies;      /* `width` a variant, one for each of its expectations */
    uint32_t width;             /* the most expectations that a variant has */
    uint64_t *broken;           /* by variant: runs that broke a promise, and the lowest seed */
    struct cause_tally *causes; /* by variant, or NULL */
    struct until *until;        /* or NULL */
    const struct plan *round;   /* the part of the plan that is running; the plan without --until */
};

static double seconds_now(void)
{
    struct timespec now;
    (void) clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

static void show_progress(struct sweep *s, double now)
{
    double took = now - s->begun;
    if (!s->progress || now - s->shown < 0.1 || took <= 0)
        return;
    s->shown = now;
    double rate = (double) s->done / took;
    if (s->until != NULL) {
        fprintf(stderr, "\r%" PRIu64 " runs, %.0f runs/s, %" PRIu64 " failed   ", s->done, rate,
                s->failed_runs);
        return;
    }
    char left[FIGURE_MAX];
    format_seconds(left, rate > 0 ? (double) (s->wanted - s->done) / rate : 0);
    fprintf(stderr,
            "\r%" PRIu64 "/%" PRIu64 " runs, %.0f runs/s, %.1f M events/s, %s left, %" PRIu64
            " failed   ",
            s->done, s->wanted, rate, (double) s->events / took / 1e6, left, s->failed_runs);
}

static struct tally *tally_of(const struct sweep *s, size_t variant, uint32_t i)
{
    return &s->tallies[variant * s->width + i];
}

static void note_seed(uint64_t *count, uint64_t *lowest, uint64_t seed)
{
    if (*count == 0 || seed < *lowest)
        *lowest = seed;
    ++*count;
}

#define TOLD 10u /* runs that broke a promise are told of, with the command that repeats each */

static void tell_broken(const struct sweep *s, unsigned variant, const struct run_record *record)
{
    const struct violation_row *row = record->result.violations;
    while (!row->promised)
        row++;
    char *command = plan_command(s->cli, s->plan, variant, record->result.seed);
    fprintf(stderr, "%s%s broken: %s\n", s->progress ? "\n" : "", property_name(row->property),
            command == NULL ? "" : command);
    free(command);
}

static void count(struct sweep *s, unsigned variant, const struct run_record *record)
{
    const struct scenario *sc = record->scenario;
    bool failed = run_record_failed(record);
    s->done++;
    s->events += record->result.events;
    s->failed_runs += failed;
    s->limited_runs += record->result.status == WORLD_EVENT_LIMIT;
    if (record->result.metrics[metric_find("safety_violations", 17)].lo > 0) {
        if (s->broken_runs++ < TOLD)
            tell_broken(s, variant, record);
        note_seed(&s->broken[(size_t) 2 * variant], &s->broken[(size_t) 2 * variant + 1],
                  record->result.seed);
    }
    if (s->causes != NULL)
        cause_tally_add(&s->causes[variant], record);
    for (uint32_t i = 0; i < sc->expectation_count; i++) {
        struct tally *tally = tally_of(s, variant, i);
        tally->shown += record->expectations[i].truth == TRUTH_TRUE;
        if (record->expectations[i].truth != TRUTH_TRUE)
            note_seed(&tally->failures, &tally->first_failed, record->result.seed);
    }
}

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
    count(s, plan_variant(s->plan, index), record);
    if (s->until != NULL)
        until_add(s->until, plan_variant(s->plan, index), record);
    if (!store_write(s->store, record, (int64_t) index + 1, NULL, &s->failure))
        return false;
    double now = seconds_now();
    if (++s->in_batch == BATCH || now - s->committed > 0.5) {
        if (!store_commit(s->store, &s->failure) || !store_begin(s->store, &s->failure))
            return false;
        s->in_batch = 0;
        s->committed = now;
    }
    show_progress(s, now);
    return !(s->fail_fast && record->result.metrics[metric_find("safety_violations", 17)].lo > 0);
}

/* ---- What was there before ------------------------------------------------------------------- */

/* A row: variant, expectation, runs that showed it, runs that did not. */
static bool recall_expectation(void *context, const struct database_row *row)
{
    struct sweep *s = context;
    for (unsigned v = 0; v < s->plan->variant_count; v++) {
        const struct scenario *sc = s->plan->scenarios[v];
        if (strcmp(row_text(row, 0), s->plan->names[v]) != 0)
            continue;
        for (uint32_t i = 0; i < sc->expectation_count; i++)
            if (strcmp(row_text(row, 1), sc->expectations[i].text) == 0) {
                struct tally *tally = tally_of(s, v, i);
                tally->shown += (uint64_t) row_number(row, 2);
                tally->failures += (uint64_t) row_number(row, 3);
                tally->first_failed = (uint64_t) row_number(row, 4);
            }
    }
    return true;
}

static bool recall_runs(void *context, const struct database_row *row)
{
    struct sweep *s = context;
    s->before = (uint64_t) row_number(row, 0);
    s->limited_runs = (uint64_t) row_number(row, 1);
    s->broken_runs = (uint64_t) row_number(row, 2);
    return true;
}

/* A sweep that goes on is judged by all of its runs. */
static bool recall(struct sweep *s, const char *db)
{
    struct database *d = database_open(db, &s->failure);
    bool read = d != NULL
                && database_each(d,
                                 "SELECT count(*), sum(outcome = 'event_limit'), (SELECT"
                                 " count(DISTINCT run_id) FROM violation) FROM run",
                                 NULL, 0, recall_runs, s, &s->failure)
                && database_each(d,
                                 "SELECT variant, text, sum(passed IS 1), sum(passed IS NOT"
                                 " 1), min(CASE WHEN passed IS NOT 1 THEN seed END) FROM run JOIN "
                                 "expectation ON run_id = id GROUP BY 1, 2",
                                 NULL, 0, recall_expectation, s, &s->failure);
    database_close(d);
    return read;
}

/* ---- Verdict --------------------------------------------------------------------------------- */

static bool is_same(const struct expectation *a, const struct expectation *b)
{
    return a->sometimes == b->sometimes && strcmp(a->text, b->text) == 0;
}

/* An expectation's runs of all variants that have it. */
static struct tally tally_of_all(const struct sweep *s, const struct expectation *e)
{
    struct tally sum = {0};
    for (unsigned v = 0; v < s->plan->variant_count; v++)
        for (uint32_t i = 0; i < s->plan->scenarios[v]->expectation_count; i++)
            if (is_same(&s->plan->scenarios[v]->expectations[i], e)) {
                sum.shown += tally_of(s, v, i)->shown;
                sum.failures += tally_of(s, v, i)->failures;
            }
    return sum;
}

static bool stands_before(const struct plan *plan, unsigned variant, uint32_t number)
{
    const struct expectation *e = &plan->scenarios[variant]->expectations[number];
    for (unsigned v = 0; v <= variant; v++)
        for (uint32_t i = 0; i < plan->scenarios[v]->expectation_count; i++) {
            if (v == variant && i == number)
                return false;
            if (is_same(&plan->scenarios[v]->expectations[i], e))
                return true;
        }
    return false;
}

/* A `sometimes` must be shown by some run of some variant; any other expectation by every run of
 * the variants that have it. Returns 1 where it is not. */
static uint64_t judge_one(const struct sweep *s, const struct expectation *e, bool quiet)
{
    struct tally all = tally_of_all(s, e);
    bool good = e->sometimes ? all.shown > 0 : all.failures == 0;
    bool open = !good && e->sometimes && s->plan->shard_count > 1; /* another shard may show it */
    if (!quiet)
        printf("  %-5s %s%s   (%" PRIu64 " of %" PRIu64 " runs)\n",
               good ? "PASS" : (open ? "OPEN" : "FAIL"), e->sometimes ? "sometimes: " : "", e->text,
               all.shown, all.shown + all.failures);
    return !good && !open;
}

static uint64_t judge(const struct sweep *s, bool quiet)
{
    uint64_t failed = 0;
    for (unsigned v = 0; v < s->plan->variant_count; v++)
        for (uint32_t i = 0; i < s->plan->scenarios[v]->expectation_count; i++)
            if (!stands_before(s->plan, v, i))
                failed += judge_one(s, &s->plan->scenarios[v]->expectations[i], quiet);
    return failed;
}

/* ---- JUnit ----------------------------------------------------------------------------------- */

/* A case of one variant; `failures` of its runs, the first with `seed`. */
static void add_case(const struct sweep *s, unsigned variant, const char *name, bool failed,
                     const char *failure, uint64_t failures, uint64_t seed, FILE *out)
{
    const char *variant_name = s->plan->names[variant];
    char detail[64];
    char *command = failed ? plan_command(s->cli, s->plan, variant, seed) : NULL;
    (void) snprintf(detail, sizeof detail, "in %" PRIu64 " runs, first with seed %" PRIu64,
                    failures, seed);
    const struct junit_case c
        = {.classname = *variant_name == '\0' ? s->plan->scenarios[variant]->title : variant_name,
           .name = name,
           .failure = failed ? failure : NULL,
           .detail = detail,
           .command = command == NULL ? "" : command};
    junit_add(out, &c);
    free(command);
}

/* Whether a variant fails an expectation: `sometimes` is judged over all variants. */
static bool fails(const struct sweep *s, unsigned variant, uint32_t i)
{
    const struct expectation *e = &s->plan->scenarios[variant]->expectations[i];
    if (!e->sometimes)
        return tally_of(s, variant, i)->failures > 0;
    return tally_of_all(s, e).shown == 0 && s->plan->shard_count == 1;
}

static void write_cases(const struct sweep *s, FILE *out)
{
    const struct plan *plan = s->plan;
    uint64_t tests = 0, failures = 0;
    for (unsigned v = 0; v < plan->variant_count; v++) {
        tests += plan->scenarios[v]->expectation_count + 1;
        failures += s->broken[(size_t) 2 * v] > 0;
        for (uint32_t i = 0; i < plan->scenarios[v]->expectation_count; i++)
            failures += fails(s, v, i);
    }
    junit_begin(out, plan->scenarios[0]->title, tests, failures);
    for (unsigned v = 0; v < plan->variant_count; v++) {
        const struct scenario *sc = plan->scenarios[v];
        add_case(s, v, "promises of the algorithm", s->broken[(size_t) 2 * v] > 0,
                 "a promise was broken", s->broken[(size_t) 2 * v], s->broken[(size_t) 2 * v + 1],
                 out);
        for (uint32_t i = 0; i < sc->expectation_count; i++)
            add_case(s, v, sc->expectations[i].text, fails(s, v, i),
                     sc->expectations[i].sometimes ? "no run showed it"
                                                   : "the expectation failed, or stayed open",
                     tally_of(s, v, i)->failures, tally_of(s, v, i)->first_failed, out);
    }
    junit_end(out);
}

static bool write_junit(struct sweep *s)
{
    struct output out = {0};
    const char *path = s->cli->options[OPTION_JUNIT].text;
    if (path == NULL)
        return true;
    if (!output_open(&out, path, &s->failure))
        return false;
    write_cases(s, out.file);
    return output_close(&out, true, &s->failure);
}

static enum exit_status verdict(struct sweep *s, enum pool_end end, const char *db)
{
    bool quiet = s->cli->options[OPTION_QUIET].given;
    char took[FIGURE_MAX];
    format_seconds(took, seconds_now() - s->begun);
    if (s->progress)
        fputc('\n', stderr);
    fprintf(stderr, "%" PRIu64 " runs in %s, %.1f M events/s; stored in %s\n", s->done, took,
            (double) s->events / (seconds_now() - s->begun) / 1e6, db);
    if (s->limited_runs > 0)
        fprintf(stderr, "%" PRIu64 " runs ended at the event limit\n", s->limited_runs);
    if (s->broken_runs > 0)
        fprintf(stderr, "%" PRIu64 " runs broke a promise of the algorithm: see table violation\n",
                s->broken_runs);
    if (end == POOL_INTERRUPTED) {
        fprintf(stderr,
                "interrupted: %" PRIu64 " of %" PRIu64 " runs are stored; go on with "
                "the same command and --resume\n",
                s->before + s->done, s->before + s->wanted);
        return EXIT_FAILED;
    }
    if (!write_junit(s))
        return cli_fail_with(&s->failure);
    uint64_t failed = judge(s, quiet);
    if (s->causes != NULL)
        cause_tally_print(s->causes, s->plan->names, s->plan->variant_count, stdout);
    bool tight = s->until == NULL || until_reached(s->until);
    if (s->until != NULL)
        until_tell(s->until, s->plan->names, stdout);
    return !tight || failed > 0 || s->broken_runs > 0 || s->limited_runs > 0 ? EXIT_FAILED
                                                                             : EXIT_WELL;
}

/* ---- Running --------------------------------------------------------------------------------- */

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

static enum exit_status sweep_into(struct sweep *s, const struct pool_options *options,
                                   const char *db)
{
    s->wanted = count_mine(s->plan, options->first);
    s->begun = s->committed = seconds_now();
    if (!store_begin(s->store, &s->failure))
        return cli_fail_with(&s->failure);
    interrupt_catch();
    enum pool_end end
        = s->until != NULL ? run_rounds(s, options) : pool_run(s->plan, options, consume, s);
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
                        s->done, db);
    return verdict(s, end, db);
}

static enum exit_status sweep_plan(const struct cli *cli, const struct plan *plan)
{
    const char *db = cli->options[OPTION_DB].given ? cli->options[OPTION_DB].text : DEFAULT_DB;
    struct sweep s = {.cli = cli,
                      .plan = plan,
                      .round = plan,
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
    s.broken = calloc(2 * (size_t) plan->variant_count, sizeof *s.broken);
    s.causes = options.causes ? calloc(plan->variant_count, sizeof *s.causes) : NULL;
    struct until until = {0};
    enum exit_status status = EXIT_MACHINE;
    if (cli->options[OPTION_UNTIL].given) {
        (void) until_open(&until, cli->options[OPTION_UNTIL].text, plan->variant_count, &s.failure);
        s.until = &until;
    }
    if (s.failure.set)
        status = cli_fail_with(&s.failure);
    else if (s.tallies == NULL || s.broken == NULL || (options.causes && s.causes == NULL))
        cli_fail(EXIT_MACHINE, "out of memory");
    else if ((s.store = store_open(db, &s.failure)) == NULL
             || !store_resume(s.store, plan->scenarios[0], cli->options[OPTION_RESUME].given,
                              &options.first, &s.failure))
        status = cli_fail_with(&s.failure);
    else if (options.first > 0 && !recall(&s, db))
        status = cli_fail_with(&s.failure);
    else
        status = sweep_into(&s, &options, db);
    store_close(s.store);
    until_close(&until);
    free(s.tallies);
    free(s.broken);
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

static enum exit_status run(struct cli *cli)
{
    struct loaded loaded;
    struct plan plan;
    enum exit_status status = load_document(cli->arguments[0], &loaded);
    if (status != EXIT_WELL)
        return status;
    status = until_goes(cli, false);
    if (status == EXIT_WELL)
        status = plan_make(cli, &loaded, cli->options[OPTION_UNTIL].given ? UNTIL_SEEDS : SEEDS,
                           &plan);
    if (status == EXIT_WELL) {
        status = plan.shard_count > 1 ? until_goes(cli, true) : EXIT_WELL;
        if (status == EXIT_WELL) {
            advise(cli, &loaded, plan.scenarios, plan.variant_count);
            status = sweep_plan(cli, &plan);
        }
        plan_free(&plan);
    }
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
    = "Runs seeds 1..100 (or --seeds) of every variant and every combination of --vary. The\n"
      "database is the same whatever the jobs, shards or interruptions. In a Slurm array or an\n"
      "indexed Kubernetes job, --shard comes from the environment. --until looks every hundred\n"
      "seeds and stops where the interval of every variant is tight enough; looking often makes\n"
      "such intervals a little too sure of themselves.",
    .example = "conclave sweep mongodb-micro-partitions --seeds 1..200 --vary network.loss=0%,2% "
               "--db storm.db",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(SEED) | OPTION_BIT(SEEDS) | OPTION_BIT(SET)
               | OPTION_BIT(VARY) | OPTION_BIT(VARIANT) | OPTION_BIT(DB) | OPTION_BIT(JOBS)
               | OPTION_BIT(SHARD) | OPTION_BIT(RESUME) | OPTION_BIT(FAIL_FAST)
               | OPTION_BIT(MAX_EVENTS) | OPTION_BIT(MAX_MEMORY) | OPTION_BIT(CAUSES)
               | OPTION_BIT(UNTIL) | OPTION_BIT(QUIET) | OPTION_BIT(JUNIT),
    .run = run,
};
