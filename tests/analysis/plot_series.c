/* How runs become series, and values become intervals. */
#include <criterion/criterion.h>
#include <string.h>

#include "analysis/plot/axis.h"
#include "tests/analysis/store_filled.h"

static struct run_groups groups;

static struct plot_runs load(struct database *database)
{
    struct plot_runs runs;
    struct failure failure = {0};
    cr_assert(groups_read(database, NULL, &groups, &failure), "%s", failure_text(&failure));
    cr_assert(runs_load(database, &groups, false, &runs, &failure), "%s", failure_text(&failure));
    return runs;
}

static void unload(struct plot_runs *runs)
{
    runs_free(runs);
    groups_free(&groups);
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
    unload(&runs);
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
    unload(&runs);
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
    unload(&runs);
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
    unload(&runs);
    database_close(d);
}

Test(plot_series, two_variants_of_one_name_that_were_set_differently_are_two_series)
{
    struct database *d = plot_database(RUN_ROW(1, "calm", 3, "{\"v\":\"1\"}")
                                           RUN_ROW(2, "calm", 3, "{\"v\":\"1\",\"k\":\"2\"}"));
    struct plot_runs runs = load(d);
    cr_assert(runs_group(&runs, NULL, 0));
    cr_assert_eq(runs.series_count, 2);
    cr_expect_str_eq(runs.labels[0], "calm");
    cr_expect_str_eq(runs.labels[1], "calm, k=2");
    unload(&runs);
    database_close(d);
}

Test(plot_series, a_run_that_does_not_set_the_key_stands_nowhere_on_its_axis)
{
    struct database *d = plot_database(RUN_ROW(1, "", 3, "{\"t\":\"1s\",\"u\":\"1\"}") RUN_ROW(
        2, "", 3, "{\"u\":\"2\"}") RUN_ROW(3, "", 3, "{\"t\":\"2s\",\"u\":\"1\"}"));
    struct plot_runs runs = load(d);
    struct axis axis;
    axis_read(&axis, &runs, "t");
    cr_expect_eq(axis.count, 2);
    cr_expect_eq(axis_find(&axis, &runs.runs[1]), axis.count);
    const char *keys[4];
    cr_expect_eq(runs_varied(&runs, keys, 4), 1);
    cr_expect_str_eq(keys[0], "u");
    unload(&runs);
    database_close(d);
}

Test(plot_series, a_long_title_is_cut_between_characters)
{
    char text[SHORT_TITLE_MAX];
    runs_short_title(text, "ääääääääääääääääääääääääääääääääääääääää");
    cr_expect_str_eq(text, "ääääääääääääääääääääääääääääääää…");
    runs_short_title(text, "short");
    cr_expect_str_eq(text, "short");
}
