#include "analysis/cli/advise.h"

#include "scenarios/language/advice.h"

#define SEEDS 200u /* of a scenario that draws: each choice is among them */

static void add_draws(struct advice_list *list, const struct scenario *scenario)
{
    for (uint64_t seed = 1; scenario_draws(scenario) && seed <= SEEDS; seed++) {
        struct diagnostics ignored = {0};
        struct scenario *drawn = scenario_of_seed(scenario, seed, &ignored);
        if (drawn != NULL)
            advice_add(list, drawn, false);
        scenario_free(drawn);
        diagnostics_clear(&ignored);
    }
}

static void add_variants(struct advice_list *list, const struct cli *cli,
                         const struct loaded *loaded)
{
    for (unsigned i = 0; i < document_variant_count(loaded->document); i++) {
        struct scenario *s = load_if_right(cli, loaded, document_variant_name(loaded->document, i));
        if (s == NULL)
            continue;
        advice_add(list, s, false);
        add_draws(list, s);
        scenario_free(s);
    }
}

void advise(const struct cli *cli, const struct loaded *loaded, struct scenario *const *scenarios,
            unsigned count)
{
    struct advice_list list = {0};
    if (cli->options[OPTION_QUIET].given)
        return;
    for (unsigned i = 0; i < count; i++)
        advice_add(&list, scenarios[i], true);
    for (unsigned i = 0; i < count && advice_may_be_used(&list); i++)
        add_draws(&list, scenarios[i]);
    if (advice_may_be_used(&list))
        add_variants(&list, cli, loaded);
    advice_print(&list, stderr);
    advice_clear(&list);
}
