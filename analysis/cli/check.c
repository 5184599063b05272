/* conclave check: is the scenario right, with every one of its variants? */
#include <inttypes.h>

#include "analysis/cli/command.h"
#include "analysis/cli/load.h"

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

static enum exit_status check_one(const struct cli *cli, const struct loaded *loaded,
                                  const char *variant)
{
    enum exit_status status;
    struct scenario *scenario = load_scenario(cli, loaded, variant, NULL, 0, &status);
    if (scenario != NULL)
        status = check_draws(scenario);
    scenario_free(scenario);
    return status;
}

static void print_good(const char *name, unsigned variants)
{
    printf("%s: good", name);
    if (variants > 0)
        printf(", %u variant%s", variants, variants == 1 ? "" : "s");
    putchar('\n');
}

static enum exit_status run(struct cli *cli)
{
    struct loaded loaded;
    enum exit_status status = load_document(cli->arguments[0], &loaded);
    if (status != EXIT_WELL)
        return status;
    status = check_one(cli, &loaded, NULL);
    unsigned variants = document_variant_count(loaded.document);
    for (unsigned i = 0; i < variants && status == EXIT_WELL; i++)
        status = check_one(cli, &loaded, document_variant_name(loaded.document, i));
    if (status == EXIT_WELL && !cli->options[OPTION_QUIET].given)
        print_good(loaded.source.name, variants);
    load_free(&loaded);
    return status;
}

const struct command check_command = {
    .name = "check",
    .arguments = "SCENARIO",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "validate without running",
    .example = "conclave check my-cluster.yaml",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(SET) | OPTION_BIT(QUIET),
    .run = run,
};
