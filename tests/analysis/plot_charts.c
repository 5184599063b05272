/* What each kind of plot hands to gnuplot and to CSV. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/plot/gnuplot.h"
#include "tests/analysis/store_filled.h"

#define ELECTION(run, number, trigger, outcome, vacant, started, decided)                          \
    "INSERT INTO election VALUES (" #run "," #number ",'" trigger "','" outcome                    \
    "','n1','n2',1," #vacant "," #started "," #decided ",NULL,1,1,5);"
#define LED(run, node, term, begin, end)                                                           \
    "INSERT INTO leadership VALUES (" #run ",'" node "'," #term "," #begin "000000000," #end       \
    "000000000,'crash');"
#define METRIC(run, name, value) "INSERT INTO metric VALUES (" #run ",'" name "'," #value ");"

static const struct plot_request plain = {0};

static void expect_holds(const char *text, const char *part)
{
    cr_expect(strstr(text, part) != NULL, "no `%s` in:\n%s", part, text);
}

static void expect_csv(const char *kind, const char *sql, const char *csv)
{
    struct database *d = plot_database(sql);
    struct chart chart = plot_chart(kind, d, &plain);
    cr_expect_null(chart.empty, "%s", chart.empty);
    cr_expect_str_eq(chart.csv_text, csv);
    chart_free(&chart);
    database_close(d);
}

Test(plot_charts, an_open_vacancy_keeps_the_curve_below_all)
{
    expect_csv("downtime",
               RUN_ROW(1, "v", 3, "{}") ELECTION(1, 1, "crash", "won", 0, 1, 2000000000)
                   ELECTION(1, 2, "crash", "open", 5, 6, NULL)
                       ELECTION(1, 3, "timeout", "won", NULL, 6, 9),
               "series,time_s,share_percent,label\n1,2,0,\"v\"\n1,2,50,\"v\"\n");
}

Test(plot_charts, two_leaders_at_once_are_split_brain_on_both_rows)
{
    expect_csv("leadership", RUN_ROW(1, "", 2, "{}") LED(1, "n1", 1, 0, 10) LED(1, "n2", 2, 8, 20),
               "row,begin,end,term,part,node,part_name\n"
               "1,0,8,1,0,\"n1\",\"acting\"\n"
               "1,8,10,1,2,\"n1\",\"split_brain\"\n"
               "2,8,10,2,2,\"n2\",\"split_brain\"\n"
               "2,10,20,2,0,\"n2\",\"acting\"\n");
}

Test(plot_charts, a_paused_leader_does_not_act)
{
    expect_csv("leadership",
               RUN_ROW(1, "", 2, "{}") LED(1, "n1", 1, 0, 10)
                   LED(1, "n2", 2, 8,
                       20) "INSERT INTO fault VALUES (1,'pause','n2 n1',7000000000,10000000000);",
               "row,begin,end,term,part,node,part_name\n"
               "1,0,7,1,0,\"n1\",\"acting\"\n"
               "1,7,10,1,1,\"n1\",\"paused\"\n"
               "2,8,10,2,1,\"n2\",\"paused\"\n"
               "2,10,20,2,0,\"n2\",\"acting\"\n");
}

Test(plot_charts, needless_elections_are_counted_apart_in_a_storm)
{
    struct database *d
        = plot_database(RUN_ROW(1, "v", 3, "{}") ELECTION(1, 1, "startup", "won", NULL, 1, 2)
                            ELECTION(1, 2, "crash", "won", 1, 2, 30000000000)
                                ELECTION(1, 3, "timeout", "won", NULL, 2, 30000000001)
                                    ELECTION(1, 4, "timeout", "failed", NULL, 2, NULL));
    struct chart chart = plot_chart("storm", d, &plain);
    expect_holds(chart.program_text, "\"v: 2 elections, 1 of them needless\"");
    expect_holds(chart.csv_text, "\n1,30.5,2,1,1,\"v\"\n");
    chart_free(&chart);
    database_close(d);
}

Test(plot_charts, a_mean_over_a_varied_parameter_has_a_row_a_value)
{
    expect_csv("sensitivity",
               RUN_ROW(1, "k=2", 3, "{\"k\":\"2\"}") RUN_ROW(2, "k=10", 3, "{\"k\":\"10\"}")
                   METRIC(1, "downtime.mean", 3) METRIC(2, "downtime.mean", 4),
               "series,x,estimate,low,high,runs,value,label\n"
               "1,2,3,,,1,\"2\",\"raft\"\n1,10,4,,,1,\"10\",\"raft\"\n");
}

Test(plot_charts, a_heatmap_leaves_the_cell_without_a_run_empty)
{
    expect_csv("heatmap",
               RUN_ROW(1, "a=1, b=1", 3, "{\"a\":\"1\",\"b\":\"1\"}")
                   RUN_ROW(2, "a=2, b=2", 3, "{\"a\":\"2\",\"b\":\"2\"}")
                       RUN_ROW(3, "a=2, b=1", 3, "{\"a\":\"2\",\"b\":\"1\"}")
                           METRIC(1, "downtime.mean", 3) METRIC(2, "downtime.mean", 4)
                               METRIC(3, "downtime.mean", 5),
               "x,y,estimate,low,high,runs,x_value,y_value\n"
               "1,1,3,,,1,\"1\",\"1\"\n2,1,5,,,1,\"2\",\"1\"\n"
               "1,2,,,,0,\"1\",\"2\"\n2,2,4,,,1,\"2\",\"2\"\n");
}

Test(plot_charts, what_another_variant_beats_in_both_is_not_on_the_front)
{
    expect_csv("trade-off",
               RUN_ROW(1, "quick", 3, "{}") RUN_ROW(2, "calm", 3, "{}") RUN_ROW(3, "bad", 3, "{}")
                   METRIC(1, "downtime.mean", 1) METRIC(1, "needless_elections", 9)
                       METRIC(2, "downtime.mean", 5) METRIC(2, "needless_elections", 0)
                           METRIC(3, "downtime.mean", 5) METRIC(3, "needless_elections", 9),
               "series,x,x_low,x_high,y,y_low,y_high,best,runs,label\n"
               "1,1,,,9,,,1,1,\"quick\"\n2,5,,,0,,,1,1,\"calm\"\n"
               "3,5,,,9,,,0,1,\"bad\"\n");
}

Test(plot_charts, messages_are_averaged_by_size_of_the_cluster)
{
    expect_csv("messages",
               RUN_ROW(1, "cluster.nodes=5", 5, "{\"cluster.nodes\":\"5\"}")
                   RUN_ROW(2, "cluster.nodes=3", 3, "{\"cluster.nodes\":\"3\"}")
                       METRIC(1, "messages_per_election", 8) METRIC(2, "messages_per_election", 4),
               "series,x,estimate,low,high,runs,value,label\n"
               "1,3,4,,,1,\"\",\"raft\"\n1,5,8,,,1,\"\",\"raft\"\n");
}

Test(plot_charts, one_size_of_cluster_shows_no_growth)
{
    struct database *d
        = plot_database(RUN_ROW(1, "", 5, "{}") METRIC(1, "messages_per_election", 8));
    struct chart chart = plot_chart("messages", d, &plain);
    cr_assert_not_null(chart.empty);
    expect_holds(chart.empty, "all clusters have 5 nodes");
    chart_free(&chart);
    database_close(d);
}

Test(plot_charts, more_variants_than_colours_are_drawn_when_some_are_chosen)
{
    struct database *d = plot_database(
        RUN_ROW(1, "a", 3, "{}") RUN_ROW(2, "b", 3, "{}") RUN_ROW(3, "c", 3, "{}")
            RUN_ROW(4, "d", 3, "{}") RUN_ROW(5, "e", 3, "{}") RUN_ROW(6, "f", 3, "{}")
                RUN_ROW(7, "g", 3, "{}") RUN_ROW(8, "h", 3, "{}") RUN_ROW(9, "i", 3, "{}")
                    ELECTION(2, 1, "crash", "won", 0, 1, 2000000000)
                        ELECTION(9, 1, "crash", "won", 0, 1, 3000000000));
    struct failure failure = {0};
    struct chart chart;
    cr_expect(!plot_build(plot_find("downtime"), d, &plain, &chart, &failure));
    expect_holds(failure_text(&failure), "--variant");
    failure_clear(&failure);
    chart_free(&chart);
    chart = plot_chart("downtime", d,
                       &(struct plot_request){.variants = (const char *const[]){"i", NULL}});
    cr_expect_str_eq(chart.csv_text, "series,time_s,share_percent,label\n1,3,0,\"i\"\n"
                                     "1,3,100,\"i\"\n");
    chart_free(&chart);
    database_close(d);
}

Test(plot_charts, an_empty_result_says_so_for_every_kind)
{
    struct database *d = plot_database(RUN_ROW(1, "a=1, b=1", 3, "{\"a\":\"1\",\"b\":\"1\"}")
                                           RUN_ROW(2, "a=2, b=2", 3, "{\"a\":\"2\",\"b\":\"2\"}"));
    for (const struct plot_kind *const *k = plot_kinds; *k != NULL; k++) {
        struct chart chart = plot_chart((*k)->name, d, &(struct plot_request){.x = NULL});
        cr_expect_not_null(chart.empty, "%s drew nothing and said nothing", (*k)->name);
        chart_free(&chart);
    }
    database_close(d);
}

Test(plot_charts, a_metric_that_does_not_exist_is_the_users_mistake)
{
    struct database *d
        = plot_database(RUN_ROW(1, "", 3, "{\"a\":\"1\"}") RUN_ROW(2, "", 3, "{\"a\":\"2\"}"));
    const char *metric = "downtme.mean";
    struct failure failure = {0};
    struct chart chart;
    cr_expect(!plot_build(plot_find("sensitivity"), d,
                          &(struct plot_request){.metrics = &metric, .metric_count = 1}, &chart,
                          &failure));
    cr_expect(failure.user);
    expect_holds(failure_text(&failure), "did you mean `downtime.mean`");
    chart_free(&chart);
    failure_clear(&failure);
    database_close(d);
}

Test(plot_charts, no_text_can_end_a_string_or_start_a_command)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    chart_quote(out, "a\"b`c`\\d\n$e@f'{g}ü");
    cr_assert_eq(fclose(out), 0);
    cr_expect_str_eq(text, "\"a\\042b\\140c\\140\\134d \\044e\\100f\\047\\173g\\175\\303\\274\"");
    free(text);
}

Test(plot_charts, a_spreadsheet_takes_no_text_for_a_formula)
{
    struct database *d = plot_database(RUN_ROW(1, "=1+1", 3, "{}")
                                           ELECTION(1, 1, "crash", "won", 0, 1, 2000000000));
    struct chart chart = plot_chart("downtime", d, &plain);
    expect_holds(chart.csv_text, "\"'=1+1\"");
    chart_free(&chart);
    database_close(d);
}

/* All that is drawn, twice, into memory. */
static char *draw(const char *kind, struct database *d, const char *format)
{
    struct chart chart = plot_chart(kind, d, &plain);
    struct failure failure = {0};
    char *program = NULL, *picture = NULL;
    size_t program_size = 0, size = 0;
    FILE *out = open_memstream(&program, &program_size);
    plot_write_program(plot_find(kind), &chart, plot_format_find(format), out);
    cr_assert_eq(fclose(out), 0);
    out = open_memstream(&picture, &size);
    cr_assert(gnuplot_draw(program, program_size, out, &failure), "%s", failure_text(&failure));
    cr_assert_eq(fclose(out), 0);
    cr_expect_gt(size, 1000);
    free(program);
    chart_free(&chart);
    return picture;
}

Test(plot_charts, gnuplot_draws_every_kind_the_same_again)
{
    struct database *d = plot_database(
        RUN_ROW(1, "a=1%, b=1", 3, "{\"a\":\"1%\",\"b\":\"1\"}")
            RUN_ROW(2, "a=2%, b=2", 5, "{\"a\":\"2%\",\"b\":\"2\"}") METRIC(1, "downtime.mean", 3)
                METRIC(2, "downtime.mean", 4) METRIC(1, "needless_elections", 3)
                    METRIC(2, "needless_elections", 4) METRIC(1, "messages_per_election", 3)
                        METRIC(2, "messages_per_election", 4)
                            ELECTION(1, 2, "crash", "won", 1, 2, 30000000000) LED(1, "n1", 1, 0, 10)
                                LED(1, "n2", 2, 8, 20));
    for (const struct plot_kind *const *k = plot_kinds; *k != NULL; k++) {
        char *first = draw((*k)->name, d, "svg"), *second = draw((*k)->name, d, "svg");
        cr_expect_str_eq(first, second);
        expect_holds(first, "</svg>");
        free(first);
        free(second);
    }
    database_close(d);
}

Test(plot_charts, an_election_that_took_no_time_is_told_as_it_was)
{
    struct database *d = plot_database(RUN_ROW(1, "v", 3, "{}") ELECTION(
        1, 1, "crash", "won", 0, 7, 7) ELECTION(1, 2, "crash", "won", 0, 1000, 1500));
    struct chart chart = plot_chart("election-time", d, &plain);
    cr_expect_str_eq(chart.csv_text, "series,time_s,share_percent,label\n1,0,0,\"v\"\n"
                                     "1,0,50,\"v\"\n1,5e-07,100,\"v\"\n");
    expect_holds(chart.program_text, "v: p50 0 s, p90 0.5 \\302\\265s");
    expect_holds(chart.program_text, "shortest = 1e-06");
    chart_free(&chart);
    database_close(d);
    d = plot_database(RUN_ROW(1, "v", 3, "{}") ELECTION(1, 1, "crash", "won", 0, 7, 7));
    free(draw("election-time", d, "svg"));
    database_close(d);
}

Test(plot_charts, a_pdf_is_the_same_in_every_time_zone)
{
    struct database *d
        = plot_database(RUN_ROW(1, "v", 3, "{}") ELECTION(1, 1, "crash", "won", 0, 1, 2000000000));
    struct chart chart = plot_chart("downtime", d, &plain);
    const char *const zones[] = {"UTC0", "JST-9"};
    char *program = NULL, *pictures[2] = {NULL};
    size_t program_size = 0, sizes[2] = {0};
    FILE *out = open_memstream(&program, &program_size);
    plot_write_program(plot_find("downtime"), &chart, plot_format_find("pdf"), out);
    cr_assert_eq(fclose(out), 0);
    for (unsigned i = 0; i < 2; i++) {
        struct failure failure = {0};
        cr_assert_eq(setenv("TZ", zones[i], 1), 0);
        out = open_memstream(&pictures[i], &sizes[i]);
        cr_assert(gnuplot_draw(program, program_size, out, &failure), "%s", failure_text(&failure));
        cr_assert_eq(fclose(out), 0);
    }
    cr_assert_eq(sizes[0], sizes[1]);
    cr_expect_arr_eq(pictures[0], pictures[1], sizes[0]);
    free(pictures[0]);
    free(pictures[1]);
    free(program);
    chart_free(&chart);
    database_close(d);
}

Test(plot_charts, without_gnuplot_the_package_is_named)
{
    struct failure failure = {0};
    cr_assert_eq(setenv("PATH", "/nonexistent", 1), 0);
    cr_expect(!gnuplot_draw("", 0, stdout, &failure));
    cr_expect(!failure.user);
    expect_holds(failure_text(&failure), "gnuplot-nox");
    failure_clear(&failure);
}
