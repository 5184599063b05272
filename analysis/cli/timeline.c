/* conclave timeline: what happened around an election, as a picture or line by line. */
#include <string.h>
#include <strings.h>

#include "analysis/cli/command.h"
#include "analysis/cli/load.h"
#include "analysis/cli/load_stored.h"
#include "analysis/cli/output.h"
#include "analysis/timeline/timeline.h"
#include "scenarios/language/units.h"

enum format { FORMAT_SVG, FORMAT_TEXT, FORMAT_PERFETTO, FORMAT_SHIVIZ, FORMAT_COUNT };
static const struct {
    const char *name, *ending;
} formats[FORMAT_COUNT]
    = {{"svg", ".svg"}, {"text", ".txt"}, {"perfetto", ".json"}, {"shiviz", ".log"}};

/* By --format, else by the ending of the file, else SVG. */
static bool choose_format(const struct cli *cli, enum format *format)
{
    const char *word = cli->options[OPTION_FORMAT].text, *path = cli->options[OPTION_OUTPUT].text;
    const char *ending = path == NULL ? NULL : strrchr(path, '.');
    *format = FORMAT_SVG;
    for (unsigned i = 0; i < FORMAT_COUNT; i++)
        if (word != NULL ? strcmp(word, formats[i].name) == 0
                         : ending != NULL && strcasecmp(ending, formats[i].ending) == 0) {
            *format = (enum format) i;
            return true;
        }
    return word == NULL;
}

static bool read_instant(const struct cli *cli, enum option option, sim_ns *at,
                         struct failure *failure)
{
    const char *text = cli->options[option].text, *why = NULL;
    if (text == NULL || read_duration(text, strlen(text), at, &why))
        return true;
    return failure_set_user(failure, "%s %s: %s", option_infos[option].spelling, text, why);
}

static bool choose_window(const struct cli *cli, const struct run_result *result, sim_ns *from,
                          sim_ns *to, struct failure *failure)
{
    bool whole = cli->options[OPTION_FROM].given && cli->options[OPTION_TO].given;
    if (!whole
        && !timeline_around_election(result, cli->options[OPTION_ELECTION].number, from, to,
                                     failure))
        return false;
    if (!read_instant(cli, OPTION_FROM, from, failure)
        || !read_instant(cli, OPTION_TO, to, failure))
        return false;
    if (*from >= *to)
        return failure_set_user(failure, "the window is empty: --from must lie before --to");
    if (*from >= result->ended_at)
        return failure_set_user(failure, "the run ends at %.3f s, before the window begins",
                                (double) result->ended_at / 1e9);
    if (*to > result->ended_at)
        *to = result->ended_at;
    return true;
}

/* Runs once; with an observer what it sees. */
static bool simulate(const struct scenario *scenario, uint64_t seed, uint64_t events_max,
                     const struct observer *observer, struct run_record *record,
                     struct failure *failure)
{
    struct worker *worker
        = worker_create(scenario, MEMORY_MAX_DEFAULT, observer, observer == NULL ? 0 : 1);
    bool ran = worker != NULL && worker_run(worker, seed, events_max, record)
               && record->result.status != WORLD_OUT_OF_MEMORY;
    worker_free(worker);
    return ran || failure_set(failure, "out of memory");
}

static bool write(const struct cli *cli, enum format format, const struct timeline *t,
                  const struct run_record *record, struct failure *failure)
{
    const char *path = cli->options[OPTION_OUTPUT].given ? cli->options[OPTION_OUTPUT].text : "-";
    struct output out = {0};
    if (!output_open(&out, path, failure))
        return false;
    bool good = true;
    if (format == FORMAT_SVG)
        timeline_write_svg(out.file, t, record);
    else if (format == FORMAT_PERFETTO)
        timeline_write_perfetto(out.file, t, record);
    else if (format == FORMAT_SHIVIZ)
        good = timeline_write_shiviz(out.file, t) || failure_set(failure, "out of memory");
    else
        timeline_write_text(out.file, t);
    return output_close(&out, good, failure) && good;
}

/* The first run finds the window, the second gathers what is in it. */
static enum exit_status draw(const struct cli *cli, enum format format,
                             const struct scenario *scenario, uint64_t seed, uint64_t events_max)
{
    struct failure failure = {0};
    struct run_record first = {0}, second = {0};
    struct timeline t = {.scenario = scenario};
    struct observer observer = timeline_observer(&t);
    bool drawn = simulate(scenario, seed, events_max, NULL, &first, &failure)
                 && choose_window(cli, &first.result, &t.from, &t.to, &failure)
                 && simulate(scenario, seed, events_max, &observer, &second, &failure)
                 && timeline_gathered(&t, &failure) && write(cli, format, &t, &second, &failure);
    timeline_clear(&t);
    run_record_free(&first);
    run_record_free(&second);
    return drawn ? EXIT_WELL : cli_fail_with(&failure);
}

static enum exit_status draw_stored(const struct cli *cli, enum format format)
{
    if (cli->options[OPTION_SEED].given || cli->options[OPTION_SET].given
        || cli->options[OPTION_VARIANT].given)
        return cli_fail(EXIT_USAGE, "--run names a stored run, which has its seed and its values: "
                                    "--seed, --set and --variant do not go with it");
    struct loaded_run stored;
    enum exit_status status
        = load_stored(cli->arguments[0], (int64_t) cli->options[OPTION_RUN].number, &stored);
    if (status == EXIT_WELL)
        status
            = draw(cli, format, stored.scenario, stored.run.seed, load_stored_events_max(&stored));
    load_stored_free(&stored);
    return status;
}

static enum exit_status draw_scenario(const struct cli *cli, enum format format)
{
    struct loaded loaded;
    enum exit_status status = load_document(cli->arguments[0], &loaded);
    if (status != EXIT_WELL)
        return status;
    const char *variant = cli->options[OPTION_VARIANT].text;
    struct scenario *scenario = load_scenario(cli, &loaded, variant, NULL, 0, &status);
    if (scenario != NULL)
        status = draw(cli, format, scenario,
                      cli->options[OPTION_SEED].given ? cli->options[OPTION_SEED].number
                                                      : scenario->seed,
                      EVENTS_MAX_DEFAULT);
    scenario_free(scenario);
    load_free(&loaded);
    return status;
}

static enum exit_status run(struct cli *cli)
{
    enum format format;
    if (!choose_format(cli, &format))
        return cli_fail(EXIT_USAGE, "--format %s: one of svg, text, perfetto, shiviz",
                        cli->options[OPTION_FORMAT].text);
    return cli->options[OPTION_RUN].given ? draw_stored(cli, format) : draw_scenario(cli, format);
}

const struct command timeline_command = {
    .name = "timeline",
    .arguments = "SCENARIO|DB",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "space-time diagram of one run (SVG), or a trace for Perfetto or ShiViz",
    .details = "Without --from and --to: around election --election N, or the first that follows "
               "the start.\n"
               "In a browser, resting on a message or a band shows its fields.\n"
               "--format svg, text (lines, for diff), perfetto (JSON for ui.perfetto.dev or\n"
               "chrome://tracing) or shiviz (a log with vector clocks); or by the file's ending:\n"
               ".svg, .txt, .json, .log.",
    .example = "conclave timeline quickstart --election 2 -o timeline.svg",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(SEED) | OPTION_BIT(SET) | OPTION_BIT(VARIANT)
               | OPTION_BIT(RUN) | OPTION_BIT(FROM) | OPTION_BIT(TO) | OPTION_BIT(ELECTION)
               | OPTION_BIT(FORMAT) | OPTION_BIT(OUTPUT),
    .run = run,
};
