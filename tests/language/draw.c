/* `draw:` and what `settle` heals. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/language/reading.h"

#define DRAWS                                                                                      \
    "duration: 1s\nalgorithm: raft\ncluster: {nodes: 3}\n"                                         \
    "draw:\n  cluster.nodes: [3, 5, 7, 9]\n  network.loss: [0%, 1%, 2%, 3%, 4%, 5%]\n"             \
    "  algorithm: [raft, bully]\n  bully.takeover: [true, false]\n"

static struct scenario *of_seed(const struct reading *r, uint64_t seed)
{
    struct diagnostics d = {0};
    struct scenario *s = scenario_of_seed(r->scenario, seed, &d);
    cr_assert_not_null(s);
    return s;
}

Test(draw, each_seed_takes_one_of_each_list)
{
    struct reading r = read_right(DRAWS, NULL, NULL, 0);
    unsigned nodes = 0, bullies = 0;
    cr_assert(scenario_draws(r.scenario));
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct scenario *s = of_seed(&r, seed);
        cr_expect(s->nodes >= 3 && s->nodes <= 9 && s->nodes % 2 == 1);
        nodes |= 1u << s->nodes;
        bullies += strcmp(s->algorithm->name, "bully") == 0;
        scenario_free(s);
    }
    cr_expect_eq(nodes, 1u << 3 | 1u << 5 | 1u << 7 | 1u << 9);
    cr_expect(bullies > 30 && bullies < 70, "%u", bullies);
    reading_close(&r);
}

Test(draw, an_override_wins_over_what_is_drawn)
{
    const struct override override = {"cluster.nodes", "4"};
    struct reading r = read_right(DRAWS, NULL, &override, 1);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct scenario *s = of_seed(&r, seed);
        cr_expect_eq(s->nodes, 4);
        scenario_free(s);
    }
    reading_close(&r);
}

Test(draw, one_more_draw_moves_no_other)
{
    struct reading few = read_right(DRAWS, NULL, NULL, 0);
    struct reading more = read_right(DRAWS "  workload.interval: [1ms, 2ms, 3ms]\n", NULL, NULL, 0);
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct scenario *a = of_seed(&few, seed), *b = of_seed(&more, seed);
        cr_expect_eq(a->nodes, b->nodes);
        cr_expect_eq(a->network.loss, b->network.loss);
        cr_expect_str_eq(a->algorithm->name, b->algorithm->name);
        scenario_free(a);
        scenario_free(b);
    }
    reading_close(&few);
    reading_close(&more);
}

Test(draw, what_was_drawn_stands_in_the_parameters_and_gives_the_same_scenario)
{
    const struct override seed = {"seed", "12"};
    struct reading r = read_right(DRAWS, NULL, &seed, 1);
    struct scenario *s = of_seed(&r, 12);
    cr_expect_str_eq(s->parameters, r.scenario->parameters);
    cr_expect_not_null(strstr(s->parameters, "\"cluster.nodes\":\""));
    scenario_free(s);
    reading_close(&r);
}
