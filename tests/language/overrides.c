/* `--set` of every kind of key. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/language/reading.h"

static const char text[] = BASE "network: {loss: 1%}\nfaults:\n  - {at: 1s, crash: leader}\n";

Test(overrides, every_kind_of_key_can_be_set)
{
    const struct override overrides[] = {
        {"duration", "20s"},
        {"seed", "7"},
        {"network.loss", "5%"},
        {"network.latency", "uniform(1ms, 2ms)"},
        {"network.links", "[{between: [eu, us], latency: normal(5ms, 1ms)}]"},
        {"cluster.nodes", "6"},
        {"cluster.priorities.n6", "3"},
        {"faults.0.at", "3s..4s"},
        {"bully.require_majority", "true"},
        {"cluster.overrides.n2.bully.message_delay", "30ms"},
        {"expect", "[safety_violations == 0]"},
        {"duration", "25s"},
    };
    struct reading r = read_right(text, NULL, overrides, sizeof overrides / sizeof *overrides);
    const struct scenario *s = r.scenario;
    cr_expect_eq(s->duration, 25 * SECOND, "the later one wins");
    cr_expect_eq(s->seed, 7);
    cr_expect_eq(s->network.loss, 214748365);
    cr_expect_eq(s->network.latency.a, MILLISECOND);
    cr_expect_eq(s->link_count, 2);
    cr_expect_eq(s->nodes, 6);
    cr_expect_eq(s->priorities[5], 3);
    cr_expect_eq(s->faults[0].at.max, 4 * SECOND);
    cr_expect_neq(s->configs[1], s->config);
    cr_expect_eq(s->expectation_count, 1);
    cr_expect(strncmp(s->parameters, "{\"duration\":\"25s\",\"seed\":\"7\",", 29) == 0, "%s",
              s->parameters);
    reading_close(&r);
}

Test(overrides, the_document_stays_as_it_was)
{
    const struct override override = {"network.loss", "5%"};
    struct reading r = read_right(text, NULL, &override, 1);
    struct diagnostics d = {0};
    struct scenario *plain = document_scenario(r.document, NULL, NULL, 0, NULL, &d);
    cr_assert_not_null(plain);
    cr_expect_lt(plain->network.loss, r.scenario->network.loss);
    scenario_free(plain);
    reading_close(&r);
}

Test(overrides, choosing_another_algorithm_lets_the_sections_of_others_stand)
{
    const struct override override = {"algorithm", "lease"};
    struct reading r = read_right(BASE "bully: {require_majority: true}\n", NULL, &override, 1);
    cr_expect_str_eq(r.scenario->algorithm->name, "lease");
    cr_expect_gt(r.scenario->services, 0);
    reading_close(&r);
}

Test(overrides, mistakes_are_shown_on_the_command_line)
{
    static const struct {
        struct override override;
        const char *report;
    } table[] = {
        {{"networ.loss", "1%"}, "--set:1:1: unknown key `networ` (did you mean `network`?)\n"},
        {{"network.los", "1%"}, "--set:1:9: unknown key `los` (did you mean `loss`?)\n"},
        {{"network.loss", "5s"},
         "--set:1:14: `5s` has no such unit; a rate is a percentage (5%) or a fraction (0.05)\n"},
        {{"duration.x", "5s"}, "--set:1:10: nothing stands below a single value, also no `x`\n"},
        {{"faults.7.at", "5s"}, "--set:1:8: `7` is no place in this list of 1; count from 0\n"},
        {{"variants", "[]"}, "--set:1:1: variants cannot be overridden\n"},
        {{"", "5s"}, "--set:1:1: `` is no dotted path of a key\n"},
        {{"network..loss", "5%"}, "--set:1:9: `network..loss` is no dotted path of a key\n"},
        {{"bully.require_majorty", "true"},
         "--set:1:7: `bully` has no option `require_majorty` (did you mean "
         "`require_majority`?)\n"},
        {{"lease.x", "1"}, "--set:1:1: options of `lease`, but this scenario runs `bully`\n"},
        {{"seed", "[1"}, "--set:1:8: this is not YAML: flow sequence without a closing bracket\n"},
        {{"seed", ""}, "--set:1:6: expected a whole number, not nothing\n"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char report[REPORT_MAX];
        report_mistakes(text, strlen(text), NULL, &table[i].override, 1, report);
        cr_expect_str_eq(report, table[i].report, "%s=%s said: %s", table[i].override.key,
                         table[i].override.value, report);
    }
}
