/* conclave check: is the scenario right, with every one of its variants? */
#include <inttypes.h>
#include <stdlib.h>

#include "analysis/cli/advise.h"
#include "analysis/cli/command.h"
#include "analysis/cli/load.h"
#include "analysis/json.h"

#define SEEDS 300u

/* What is wrong, and with what: the first variant and seed that are wrong end the check. */
struct finding {
    struct diagnostics wrong;
    const char *variant; /* NULL: the scenario by itself */
    uint64_t seed;       /* whose draws are wrong; 0: not the draws */
};

/* What some seeds draw: every choice, and many pairs of them. */
static enum exit_status check_draws(const struct scenario *scenario, struct finding *finding)
{
    for (uint64_t seed = 1; scenario_draws(scenario) && seed <= SEEDS; seed++) {
        struct scenario *drawn = scenario_of_seed(scenario, seed, &finding->wrong);
        scenario_free(drawn);
        if (drawn != NULL)
            continue;
        finding->seed = seed;
        return finding->wrong.out_of_memory ? EXIT_MACHINE : EXIT_USAGE;
    }
    return EXIT_WELL;
}

/* Reads and tries one; the caller owns *checked. */
static enum exit_status check_one(const struct cli *cli, const struct loaded *loaded,
                                  const char *variant, struct finding *finding,
                                  struct scenario **checked)
{
    enum exit_status status;
    finding->variant = variant;
    *checked = load_scenario_into(cli, loaded, variant, NULL, 0, &finding->wrong, &status);
    return *checked == NULL ? status : check_draws(*checked, finding);
}

/* The document itself and its variants. */
static enum exit_status check_all(const struct cli *cli, const struct loaded *loaded,
                                  unsigned variants, struct finding *finding)
{
    struct scenario **all = calloc((size_t) variants + 1, sizeof(struct scenario *));
    if (all == NULL)
        return cli_fail(EXIT_MACHINE, "out of memory");
    enum exit_status status = check_one(cli, loaded, NULL, finding, &all[0]);
    for (unsigned i = 0; i < variants && status == EXIT_WELL; i++)
        status = check_one(cli, loaded, document_variant_name(loaded->document, i), finding,
                           &all[i + 1]);
    if (status == EXIT_WELL)
        advise(cli, loaded, all, variants + 1);
    for (unsigned i = 0; i <= variants; i++)
        scenario_free(all[i]);
    free(all);
    return status;
}

static void add_diagnostic(struct json *j, const struct diagnostic *d)
{
    json_begin(j, NULL, '{');
    json_text(j, "file", d->file);
    json_unsigned(j, "line", d->line);
    json_unsigned(j, "column", d->column);
    json_text(j, "message", d->message);
    json_text(j, "suggestion", d->suggestion);
    json_text(j, "text", d->line_text);
    json_end(j, '}');
}

static void print_json(const char *file, unsigned variants, const struct finding *finding)
{
    struct json j = {.out = stdout};
    json_begin(&j, NULL, '{');
    json_text(&j, "file", file);
    json_bool(&j, "good", !diagnostics_any(&finding->wrong));
    json_unsigned(&j, "variants", variants);
    json_text(&j, "variant", diagnostics_any(&finding->wrong) ? finding->variant : NULL);
    if (finding->seed > 0)
        json_unsigned(&j, "seed", finding->seed);
    else
        json_text(&j, "seed", NULL);
    json_begin(&j, "diagnostics", '[');
    for (unsigned i = 0; i < finding->wrong.count; i++)
        add_diagnostic(&j, &finding->wrong.items[i]);
    json_end(&j, ']');
    json_unsigned(&j, "omitted", finding->wrong.omitted);
    json_end(&j, '}');
}

static void print_good(const char *name, unsigned variants)
{
    printf("%s: good", name);
    if (variants > 0)
        printf(", %u variant%s", variants, variants == 1 ? "" : "s");
    putchar('\n');
}

static void print_text(const struct cli *cli, const char *file, unsigned variants,
                       const struct finding *finding)
{
    diagnostics_print(&finding->wrong, stderr);
    if (finding->seed > 0)
        cli_say("that is what seed %" PRIu64 " draws", finding->seed);
    if (!diagnostics_any(&finding->wrong) && !cli->options[OPTION_QUIET].given)
        print_good(file, variants);
}

static enum exit_status run(struct cli *cli)
{
    struct loaded loaded;
    struct finding finding = {0};
    const char *file = cli->arguments[0];
    unsigned variants = 0;
    enum exit_status status = load_document_into(file, &loaded, &finding.wrong);
    if (status == EXIT_WELL) {
        file = loaded.source.name;
        variants = document_variant_count(loaded.document);
        status = check_all(cli, &loaded, variants, &finding);
    }
    /* What was no fault of the text has been told on standard error. */
    if (status == EXIT_WELL || diagnostics_any(&finding.wrong)) {
        if (cli->options[OPTION_JSON].given)
            print_json(file, variants, &finding);
        else
            print_text(cli, file, variants, &finding);
    }
    diagnostics_clear(&finding.wrong);
    load_free(&loaded);
    return status;
}

const struct command check_command = {
    .name = "check",
    .arguments = "SCENARIO",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "validate without running",
    .details
    = "Reads SCENARIO with every variant. What is wrong is an error. A setting that is taken "
      "and yet\ncannot do what it is there for (heartbeats slower than the timeout, weights "
      "that nothing\nweighs, a restart of what nothing has stopped) is a warning on standard "
      "error, which leaves\nthe exit status 0; `run` and `sweep` give the same. --quiet "
      "silences them.\nWith --json each mistake has its file, line and column (from 1; 0 where "
      "there is no place),\na message and the nearest valid name; the exit status stays 2.",
    .example = "conclave check my-cluster.yaml",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(SET) | OPTION_BIT(JSON) | OPTION_BIT(QUIET),
    .run = run,
};
