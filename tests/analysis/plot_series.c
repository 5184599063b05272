/* How runs become series, and values become intervals. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "analysis/plot/axis.h"
#include "analysis/plot/spread.h"
#include "tests/analysis/store_filled.h"

static struct plot_runs load(struct database *database)
{
    struct plot_runs runs;
    struct failure failure = {0};
    cr_assert(runs_load(database, &runs, &failure), "%s", failure_text(&failure));
    return runs;
}

Test(plot_series, a_key_on_the_axis_leaves_the_label_and_joins_the_runs)
{
    struct database *d = plot_database(
        RUN_ROW(1, "pre-vote, network.loss=0%", 3, "{\"network.loss\":\"0%\"}")
            RUN_ROW(2, "pre-vote, network.loss=5%", 3, "{\"network.loss\":\"5%\"}")
                RUN_ROW(3, "plain, network.loss=5%", 3, "{\"network.loss\":\"5%\"}"));
    struct plot_runs runs = load(d);
    const char *key = "network.loss";
    cr_assert(runs_group(&runs, &key, 1));
    cr_expect_eq(runs.series_count, 2);
    cr_expect_str_eq(runs.labels[0], "pre-vote");
    cr_expect_str_eq(runs.labels[1], "plain");
    cr_assert(runs_group(&runs, NULL, 0));
    cr_expect_eq(runs.series_count, 3);
    cr_expect_str_eq(runs.labels[1], "pre-vote, network.loss=5%");
    runs_free(&runs);
    database_close(d);
}

Test(plot_series, runs_without_a_variant_are_told_apart_by_what_was_set)
{
    struct database *d
        = plot_database(RUN_ROW(1, "", 3, "{\"a\":\"1\",\"b\":\"7\"}") RUN_ROW(2, "", 3,
                                                                               "{\"a\":\"2\","
                                                                               "\"b\":\"7\"}"));
    struct plot_runs runs = load(d);
    cr_assert(runs_group(&runs, NULL, 0));
    cr_expect_eq(runs.series_count, 2);
    cr_expect_str_eq(runs.labels[0], "a=1");
    const char *keys[4];
    cr_expect_eq(runs_varied(&runs, keys, 4), 1);
    cr_expect_str_eq(keys[0], "a");
    runs_free(&runs);
    database_close(d);
}

Test(plot_series, values_with_different_units_stand_in_order_of_their_size)
{
    struct database *d = plot_database(
        RUN_ROW(1, "", 3, "{\"t\":\"1s\"}") RUN_ROW(2, "", 3, "{\"t\":\"900ms\"}")
            RUN_ROW(3, "", 3, "{\"t\":\"20us\"}") RUN_ROW(4, "", 3, "{\"t\":\"1s\"}"));
    struct plot_runs runs = load(d);
    struct axis axis;
    axis_read(&axis, &runs, "t");
    cr_assert_eq(axis.count, 3);
    cr_expect_str_eq(axis.texts[0], "20us");
    cr_expect_str_eq(axis.texts[1], "900ms");
    cr_expect_str_eq(axis.texts[2], "1s");
    cr_expect(axis.numeric && axis.logarithmic);
    cr_expect_float_eq(axis.at[1], 0.9, 1e-12);
    cr_expect_eq(axis_find(&axis, &runs.runs[3]), 2);
    runs_free(&runs);
    database_close(d);
}

Test(plot_series, ranges_are_ordered_but_stand_at_even_distances)
{
    struct database *d = plot_database(RUN_ROW(1, "", 3, "{\"t\":\"1s..2s\"}")
                                           RUN_ROW(2, "", 3, "{\"t\":\"150ms..300ms\"}"));
    struct plot_runs runs = load(d);
    struct axis axis;
    axis_read(&axis, &runs, "t");
    cr_expect_str_eq(axis.texts[0], "150ms..300ms");
    cr_expect(!axis.numeric);
    cr_expect_eq(axis.at[1], 2);
    runs_free(&runs);
    database_close(d);
}

Test(plot_series, the_interval_is_students)
{
    struct spread s = {0};
    spread_add(&s, 1);
    cr_expect_eq(spread_half_width(&s), 0);
    for (int i = 2; i <= 10; i++)
        spread_add(&s, i);
    cr_expect_float_eq(s.mean, 5.5, 1e-12);
    /* 2.2622 (tables, 9 degrees of freedom) times 3.02765 / sqrt(10) */
    cr_expect_float_eq(spread_half_width(&s), 2.2622 * 3.02765 / sqrt(10), 2e-3);
}

Test(plot_series, a_long_title_is_cut_between_characters)
{
    char text[SHORT_TITLE_MAX];
    runs_short_title(text, "ääääääääääääääääääääääääääääääääääääääää");
    cr_expect_str_eq(text, "ääääääääääääääääääääääääääääääää…");
    runs_short_title(text, "short");
    cr_expect_str_eq(text, "short");
}
