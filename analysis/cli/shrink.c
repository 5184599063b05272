/* conclave shrink: the smallest scenario that still shows what a run shows. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/load.h"
#include "analysis/cli/output.h"
#include "analysis/plugin/plugin.h"
#include "analysis/shrink/shrink.h"
#include "analysis/summary/summary.h"

#define RUNS_MAX 20000u

/* A comment ends with its line: what comes from the user must not. */
static void write_comment(FILE *out, const char *text)
{
    fputs("# ", out);
    for (const char *c = text; *c != '\0'; c++)
        fputc((unsigned char) *c < ' ' ? ' ' : *c, out);
    fputc('\n', out);
}

static uint32_t faults_of(const struct story *t)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->fault_count; i++)
        count += t->faults[i].kept;
    return count;
}

/* What the small scenario shows, told by running its text. */
static bool tell_goal(FILE *out, const struct shrinker *s)
{
    struct diagnostics diagnostics = {0};
    struct source source = {s->story.scenario->file, s->text, strlen(s->text)};
    struct document *document = document_open(&source, &diagnostics);
    struct scenario *scenario
        = document == NULL ? NULL : document_scenario(document, NULL, NULL, 0, NULL, &diagnostics);
    struct worker *worker
        = scenario == NULL ? NULL : worker_create(scenario, MEMORY_MAX_DEFAULT, NULL, 0);
    struct run_record record = {0};
    bool told = worker != NULL && worker_run(worker, s->story.seed, EVENTS_MAX_DEFAULT, &record);
    if (told)
        goal_tell(out, &s->goal, &record);
    run_record_free(&record);
    worker_free(worker);
    scenario_free(scenario);
    document_free(document);
    diagnostics_clear(&diagnostics);
    return told;
}

static const char other_seed[]
    = ": fewer nodes or earlier faults change all draws, and the first did not show it any more";

static bool write_result(FILE *out, const struct shrinker *s, const struct run_record *first,
                         const char *command)
{
    const struct scenario *was = s->story.scenario;
    char *shown = NULL, *origin = NULL;
    size_t size;
    FILE *text = open_memstream(&shown, &size);
    bool good = text != NULL && tell_goal(text, s);
    good = text != NULL && fclose(text) == 0 && good;
    text = good ? open_memstream(&origin, &size) : NULL;
    if (text != NULL) {
        fprintf(text, "Shrunk in %" PRIu64 " runs from %u faults, %u nodes and %.9g s: %s", s->runs,
                first->result.fault_count, was->nodes, (double) was->duration / 1e9, command);
        good = fclose(text) == 0;
    }
    if (good && text != NULL) {
        write_comment(out, shown);
        write_comment(out, origin);
        if (s->story.seed != first->result.seed)
            fprintf(out, "# With seed %" PRIu64 ", not %" PRIu64 "%s\n", s->story.seed,
                    first->result.seed, other_seed);
        fputs(s->text, out);
    }
    free(shown);
    free(origin);
    return good && text != NULL;
}

static void tell_end(const struct shrinker *s, const struct run_record *first, const char *path)
{
    const char *plugin = plugin_file_of_scenario(s->story.scenario);
    uint32_t faults = faults_of(&s->story), nodes = s->story.nodes;
    printf("%u fault%s, %u node%s, %.9g s after %" PRIu64 " runs\n", faults, faults == 1 ? "" : "s",
           nodes, nodes == 1 ? "" : "s", (double) s->story.duration / 1e9, s->runs);
    if (goal_is_rate(&s->goal))
        puts("the duration stays: a rate or a share of the run is looked for");
    if (s->story.seed != first->result.seed)
        printf("with seed %" PRIu64 ", not %" PRIu64 "%s\n", s->story.seed, first->result.seed,
               other_seed);
    printf("conclave run %s%s%s\n", path, plugin == NULL ? "" : " --plugin ",
           plugin == NULL ? "" : plugin);
}

static enum exit_status finish(const struct cli *cli, const struct shrinker *s,
                               const struct run_record *first, uint64_t seed)
{
    const struct option_value *sets = &cli->options[OPTION_SET];
    const char *path = cli->options[OPTION_OUTPUT].given ? cli->options[OPTION_OUTPUT].text : "-";
    struct failure failure = {0};
    struct output out = {0};
    char *command = summary_command(s->story.scenario, seed, sets->texts, sets->count);
    if (command == NULL || !output_open(&out, path, &failure)) {
        free(command);
        return failure.set ? cli_fail_with(&failure) : cli_fail(EXIT_MACHINE, "out of memory");
    }
    bool written = write_result(out.file, s, first, command);
    free(command);
    if (!written)
        failure_set(&failure, "out of memory");
    if (!output_close(&out, written, &failure) || !written)
        return cli_fail_with(&failure);
    if (!cli->options[OPTION_QUIET].given && strcmp(path, "-") != 0)
        tell_end(s, first, path);
    return EXIT_WELL;
}

/* The expression of --for, or what is wrong with the run. */
static enum exit_status choose_goal(const struct cli *cli, const struct expression *expression,
                                    const struct run_record *record, uint64_t seed,
                                    struct goal *goal)
{
    const char *text = cli->options[OPTION_FOR].text;
    *goal = expression == NULL
                ? goal_of(record)
                : (struct goal){.kind = GOAL_EXPRESSION, .expression = expression, .text = text};
    if (record->result.status != WORLD_ENDED)
        return cli_fail(EXIT_FAILED, "the run with seed %" PRIu64 " does not end by itself: %s",
                        seed, world_status_names[record->result.status]);
    if (goal->kind == GOAL_NONE)
        return cli_fail(EXIT_FAILED,
                        "with seed %" PRIu64 " nothing is wrong: no broken promise, every "
                        "expectation passed; --for says what else to look for",
                        seed);
    if (!goal_met(goal, record))
        return cli_fail(EXIT_FAILED,
                        "`%s` does not hold with seed %" PRIu64 "; `conclave hunt` "
                        "finds seeds for which it does",
                        text, seed);
    return EXIT_WELL;
}

static enum exit_status shrink_run(const struct cli *cli, const struct scenario *scenario,
                                   const struct expression *expression, uint64_t seed)
{
    struct worker *worker = worker_create(scenario, MEMORY_MAX_DEFAULT, NULL, 0);
    struct run_record first = {0};
    struct shrinker s
        = {.runs_max = RUNS_MAX, .steps = cli->options[OPTION_STEPS].given ? stderr : NULL};
    enum exit_status status = EXIT_WELL;
    if (worker == NULL || !worker_run(worker, seed, EVENTS_MAX_DEFAULT, &first))
        status = cli_fail(EXIT_MACHINE, "out of memory");
    else
        status = choose_goal(cli, expression, &first, seed, &s.goal);
    worker_free(worker);
    if (status == EXIT_WELL
        && (!story_open(&s.story, scenario, seed, goal_expectation(&s.goal)) || !shrink(&s)))
        status = cli_fail(EXIT_MACHINE, "out of memory");
    if (status == EXIT_WELL && s.text == NULL)
        status = cli_fail(EXIT_FAILED, "what the run shows is lost when it is written down");
    if (status == EXIT_WELL)
        status = finish(cli, &s, &first, seed);
    free(s.text);
    story_free(&s.story);
    run_record_free(&first);
    return status;
}

static enum exit_status run(struct cli *cli)
{
    struct loaded loaded;
    enum exit_status status = load_document(cli->arguments[0], &loaded);
    if (status != EXIT_WELL)
        return status;
    const char *variant = cli->options[OPTION_VARIANT].text, *text = cli->options[OPTION_FOR].text;
    struct scenario *scenario = load_scenario(cli, &loaded, variant, NULL, 0, &status);
    struct expression *expression = text == NULL ? NULL : load_expression(text, &status);
    if (scenario != NULL && status == EXIT_WELL)
        status = shrink_run(cli, scenario, expression,
                            cli->options[OPTION_SEED].given ? cli->options[OPTION_SEED].number
                                                            : scenario->seed);
    expression_free(expression);
    scenario_free(scenario);
    load_free(&loaded);
    return status;
}

const struct command shrink_command = {
    .name = "shrink",
    .arguments = "SCENARIO",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "reduce a failing run to the fewest faults that still fail",
    .details
    = "Without --for it keeps what is wrong with the run: the broken promise, or the first\n"
      "expectation that did not pass. Random faults become explicit ones; then faults, nodes,\n"
      "time and settings are taken away, losses and delays of single messages written down, and\n"
      "values rounded, for as long as the run still shows it. Where that is a rate or a share of\n"
      "the run (…_per_hour, …_per_second, availability, stability), the duration stays. The\n"
      "result is a scenario that runs by itself. It has a seed of its own where fewer nodes or\n"
      "earlier faults, which change all draws, hid it with the first; then it says so.",
    .example = "conclave shrink storm.yaml --seed 7 --for 'elections > 20' -o small.yaml --steps",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(SEED) | OPTION_BIT(SET) | OPTION_BIT(VARIANT)
               | OPTION_BIT(FOR) | OPTION_BIT(OUTPUT) | OPTION_BIT(STEPS) | OPTION_BIT(QUIET),
    .run = run,
};
