/* Which runs a figure is over, and what its interval can be. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "analysis/compare/table.h"
#include "tests/analysis/store_filled.h"

#define ROW(id, scenario, text, variant, algorithm, seed, parameters)                              \
    "INSERT INTO run VALUES (" #id ",'" scenario "','" variant "','" algorithm "'," #seed          \
    ",3,60000000000,'" parameters "','" text "','1',1,1,'0','completed');"
#define METRIC(run, name, value) "INSERT INTO metric VALUES (" #run ",'" name "'," #value ");"
#define ELECTION(run, vacant, decided)                                                             \
    "INSERT INTO election VALUES (" #run ",1,'crash','won','n1','n2',1," #vacant "," #vacant       \
    "," #decided ",NULL,1,1,5);"

static struct run_groups read_groups(struct database *d, const char *const *wanted)
{
    struct run_groups groups;
    struct failure failure = {0};
    cr_assert(groups_read(d, wanted, &groups, &failure), "%s", failure_text(&failure));
    return groups;
}

static void expect_names(const char *sql, const char *const *names)
{
    struct database *d = plot_database(sql);
    struct run_groups groups = read_groups(d, NULL);
    uint32_t count = 0;
    for (; names[count] != NULL && count < groups.count; count++)
        cr_expect_str_eq(groups.groups[count].name, names[count]);
    cr_expect(names[count] == NULL && groups.count == count, "%u groups", groups.count);
    groups_free(&groups);
    database_close(d);
}

Test(compare, runs_of_another_algorithm_are_a_row_of_their_own)
{
    expect_names(ROW(1, "A", "t", "", "raft", 1, "{}")
                     ROW(2, "A", "t", "", "bully", 1, "{\"algorithm\":\"bully\"}"),
                 (const char *const[]){"raft", "bully", NULL});
}

Test(compare, a_single_group_needs_no_name)
{
    expect_names(ROW(1, "A", "t", "", "raft", 1, "{}") ROW(2, "A", "t", "", "raft", 2, "{}"),
                 (const char *const[]){"", NULL});
}

Test(compare, settings_that_differ_are_named_in_any_order_of_writing)
{
    expect_names(ROW(1, "A", "t", "", "raft", 1, "{\"k\":\"1\",\"same\":\"x\"}")
                     ROW(2, "A", "t", "", "raft", 2, "{\"same\":\"x\",\"k\":\"1\"}")
                         ROW(3, "A", "t", "", "raft", 1, "{\"same\":\"x\",\"k\":\"2\"}"),
                 (const char *const[]){"k=1", "k=2", NULL});
}

Test(compare, a_variant_run_again_with_a_setting_is_another_row)
{
    expect_names(ROW(1, "A", "t", "calm", "raft", 1, "{\"v\":\"1\"}")
                     ROW(2, "A", "t", "calm", "raft", 1, "{\"v\":\"1\",\"k\":\"2\"}")
                         ROW(3, "A", "t", "quick", "raft", 1, "{\"v\":\"2\"}"),
                 (const char *const[]){"calm", "calm, k=2", "quick", NULL});
}

Test(compare, scenarios_are_told_apart_by_as_much_of_their_title_as_it_takes)
{
    expect_names(ROW(1, "Storm, small", "a", "v", "raft", 1, "{}")
                     ROW(2, "Calm, with more", "b", "v", "raft", 1, "{}")
                         ROW(3, "Storm, large", "c", "v", "raft", 1, "{}"),
                 (const char *const[]){"Storm, small, v", "Calm, v", "Storm, large, v", NULL});
}

Test(compare, a_scenario_that_was_edited_is_another)
{
    expect_names(ROW(1, "A", "one", "v", "raft", 1, "{}") ROW(2, "A", "two", "v", "raft", 1, "{}"),
                 (const char *const[]){"text 1, v", "text 2, v", NULL});
}

Test(compare, a_run_that_is_stored_twice_counts_once)
{
    struct database *d
        = plot_database(ROW(1, "A", "t", "", "raft", 7, "{}") ROW(2, "A", "t", "", "raft", 8, "{}")
                            ROW(3, "A", "t", "", "raft", 7, "{}") METRIC(1, "split_votes", 1)
                                METRIC(2, "split_votes", 4) METRIC(3, "split_votes", 1));
    struct run_groups groups = read_groups(d, NULL);
    struct table t;
    struct failure failure = {0};
    cr_expect_eq(groups.twice, 1);
    cr_expect_eq(groups_of(&groups, 3), GROUP_NONE);
    uint32_t metric = metric_find("split_votes", strlen("split_votes"));
    cr_assert(table_read(d, &metric_infos[metric], &groups, &t, &failure));
    cr_expect_eq(t.rows[0].runs, 2);
    cr_expect_float_eq(t.rows[0].estimate, 2.5, 1e-12);
    table_free(&t);
    groups_free(&groups);
    database_close(d);
}

Test(compare, wanted_variants_leave_the_others_out_and_an_unknown_one_is_the_users_mistake)
{
    struct database *d = plot_database(ROW(1, "A", "t", "calm", "raft", 1, "{\"v\":\"1\"}")
                                           ROW(2, "A", "t", "quick", "raft", 1, "{\"v\":\"2\"}")
                                               ROW(3, "A", "t", "bad", "raft", 1, "{\"v\":\"3\"}"));
    struct run_groups groups = read_groups(d, (const char *const[]){"bad", "calm", NULL});
    struct failure failure = {0};
    cr_expect_eq(groups.count, 2);
    cr_expect_eq(groups_of(&groups, 1), 0);
    cr_expect_eq(groups_of(&groups, 2), GROUP_NONE);
    cr_expect_eq(groups_of(&groups, 3), 1);
    groups_free(&groups);
    cr_expect(!groups_read(d, (const char *const[]){"qick", NULL}, &groups, &failure));
    cr_expect(failure.user);
    cr_expect_not_null(strstr(failure_text(&failure), "`quick`"));
    failure_clear(&failure);
    groups_free(&groups);
    database_close(d);
}

static void expect_interval(const char *name, const char *sql, double low, double high)
{
    struct database *d = plot_database(sql);
    struct run_groups groups = read_groups(d, NULL);
    struct table t;
    struct failure failure = {0};
    cr_assert(table_read(d, &metric_infos[metric_find(name, strlen(name))], &groups, &t, &failure));
    cr_expect_eq(t.rows[0].low, low, "%s: %g", name, t.rows[0].low);
    cr_expect_eq(t.rows[0].high, high, "%s: %g", name, t.rows[0].high);
    table_free(&t);
    groups_free(&groups);
    database_close(d);
}

Test(compare, an_interval_ends_where_the_metric_does)
{
    expect_interval("availability",
                    ROW(1, "A", "t", "", "raft", 1, "{}") ROW(2, "A", "t", "", "raft", 2, "{}")
                        METRIC(1, "availability", 0.1) METRIC(2, "availability", 0.9),
                    0, 1);
    cr_expect_eq(figure_clip(UNIT_COUNT, -3), 0);
    cr_expect_eq(figure_clip(UNIT_SECONDS, 3), 3);
    cr_expect(isinf(figure_clip(UNIT_COUNT, -INFINITY)));
}

Test(compare, a_picture_and_the_table_have_the_same_figure)
{
    static const char sql[] = ROW(1, "A", "t", "k=1", "raft", 1, "{\"k\":\"1\"}")
        ROW(2, "A", "t", "k=1", "raft", 2, "{\"k\":\"1\"}")
            ROW(3, "A", "t", "k=2", "raft", 1, "{\"k\":\"2\"}") METRIC(1, "downtime.p50", 9)
                METRIC(2, "downtime.p50", 1) METRIC(3, "downtime.p50", 2) ELECTION(1, 0, 9000000000)
                    ELECTION(2, 0, 1000000000) ELECTION(2, 0, 1000000000)
                        ELECTION(3, 0, 2000000000);
    const char *const metric = "downtime.p50";
    struct database *d = plot_database(sql);
    struct chart chart = plot_chart("sensitivity", d,
                                    &(struct plot_request){.metrics = &metric, .metric_count = 1});
    cr_expect_not_null(strstr(chart.csv_text, "\n1,1,1,"), "not the median of 1, 1, 9 in:\n%s",
                       chart.csv_text);
    chart_free(&chart);
    database_close(d);
}
