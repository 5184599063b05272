/* conclave check: is the scenario right, with every one of its variants? */
#include <inttypes.h>
#include <stdlib.h>

#include "analysis/cli/advise.h"

#define SEEDS 300u

/* What some seeds draw: every choice, and many pairs of them. */
static enum exit_status check_draws(const struct scenario *scenario)
{
    for (uint64_t seed = 1; scenario_draws(scenario) && seed <= SEEDS; seed++) {
        struct diagnostics wrong = {0};
        struct scenario *drawn = scenario_of_seed(scenario, seed, &wrong);
        scenario_free(drawn);
        if (drawn != NULL)
            continue;
        enum exit_status status = wrong.out_of_memory ? EXIT_MACHINE : EXIT_USAGE;
        diagnostics_print(&wrong, stderr);
        diagnostics_clear(&wrong);
        return cli_fail(status, "that is what seed %" PRIu64 " draws", seed);
    }
    return EXIT_WELL;
}

/* Reads and tries one; the caller owns *checked. */
static enum exit_status check_one(const struct cli *cli, const struct loaded *loaded,
                                  const char *variant, struct scenario **checked)
{
    enum exit_status status;
    *checked = load_scenario(cli, loaded, variant, NULL, 0, &status);
    return *checked == NULL ? status : check_draws(*checked);
}

/* The document itself and its variants. */
static enum exit_status check_all(const struct cli *cli, const struct loaded *loaded,
                                  unsigned variants)
{
    struct scenario **all = calloc((size_t) variants + 1, sizeof(struct scenario *));
    if (all == NULL)
        return cli_fail(EXIT_MACHINE, "out of memory");
    enum exit_status status = check_one(cli, loaded, NULL, &all[0]);
    for (unsigned i = 0; i < variants && status == EXIT_WELL; i++)
        status = check_one(cli, loaded, document_variant_name(loaded->document, i), &all[i + 1]);
    if (status == EXIT_WELL)
        advise(cli, loaded, all, variants + 1);
    for (unsigned i = 0; i <= variants; i++)
        scenario_free(all[i]);
    free(all);
    return status;
}

static enum exit_status run(struct cli *cli)
{
    struct loaded loaded;
    enum exit_status status = load_document(cli->arguments[0], &loaded);
    if (status != EXIT_WELL)
        return status;
    unsigned variants = document_variant_count(loaded.document);
    status = check_all(cli, &loaded, variants);
    if (status == EXIT_WELL && !cli->options[OPTION_QUIET].given)
        printf("%s: good, %u variant%s\n", loaded.source.name, variants, variants == 1 ? "" : "s");
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
      "silences them.",
    .example = "conclave check my-cluster.yaml",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(SET) | OPTION_BIT(QUIET),
    .run = run,
};
