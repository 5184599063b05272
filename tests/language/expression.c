#include "scenarios/language/expression.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Metrics that are all 0, but for those that a test sets. */
static struct metric_value *zero_metrics(void)
{
    struct metric_value *metrics = calloc(metric_count(), sizeof *metrics);
    cr_assert_not_null(metrics);
    for (uint32_t i = 0; i < metric_count(); i++)
        metrics[i].defined = true;
    return metrics;
}

static struct metric_value *metric(struct metric_value *metrics, const char *name)
{
    uint32_t index = metric_find(name, strlen(name));
    cr_assert_neq(index, UINT32_MAX, "%s", name);
    return &metrics[index];
}

static struct expression *parse(const char *text, struct diagnostics *d)
{
    return expression_parse(text, strlen(text), "--for", 1, 1, text, strlen(text), d);
}

static enum truth truth_of(const char *text, const struct metric_value *metrics)
{
    struct diagnostics d = {0};
    struct expression *e = parse(text, &d);
    if (e == NULL)
        diagnostics_print(&d, stderr);
    cr_assert_not_null(e, "%s", text);
    enum truth t = expression_evaluate(e, metrics);
    expression_free(e);
    return t;
}

Test(expression, precedence_is_as_everywhere)
{
    struct metric_value *metrics = zero_metrics();
    static const char *const true_ones[] = {"1 + 2 * 3 == 7",
                                            "(1 + 2) * 3 == 9",
                                            "8 / 4 / 2 == 1",
                                            "10 - 3 - 2 == 5",
                                            "-2 * 3 < 0",
                                            "- -1 == 1",
                                            "not 1 > 2 and 1 < 2",
                                            "1 > 2 and 1 > 2 or 1 < 2",
                                            "1 < 2 or 1 > 2 and 1 > 2",
                                            "not (1 > 2 or 2 > 3)",
                                            "1500ms == 1.5s",
                                            "2m == 120s",
                                            "1h == 60m",
                                            "99.9% == 0.999",
                                            "1 != 2",
                                            "2 <= 2",
                                            "2 >= 2",
                                            "3/h > 2/h"};
    for (size_t i = 0; i < sizeof true_ones / sizeof *true_ones; i++)
        cr_expect_eq(truth_of(true_ones[i], metrics), TRUTH_TRUE, "%s", true_ones[i]);
    cr_expect_eq(truth_of("not 1 < 2", metrics), TRUTH_FALSE);
    free(metrics);
}

Test(expression, an_open_interval_is_undecided_where_it_matters)
{
    struct metric_value *metrics = zero_metrics();
    *metric(metrics, "election_time.p99") = (struct metric_value){true, true, 0.5, 0};
    cr_expect_eq(truth_of("election_time.p99 < 1s", metrics), TRUTH_UNDECIDED);
    cr_expect_eq(truth_of("election_time.p99 < 500ms", metrics), TRUTH_FALSE);
    cr_expect_eq(truth_of("election_time.p99 >= 500ms", metrics), TRUTH_TRUE);
    cr_expect_eq(truth_of("election_time.p99 > 1s", metrics), TRUTH_UNDECIDED);
    cr_expect_eq(truth_of("election_time.p99 == 400ms", metrics), TRUTH_FALSE);
    cr_expect_eq(truth_of("election_time.p99 != 700ms", metrics), TRUTH_UNDECIDED);
    cr_expect_eq(truth_of("-election_time.p99 < 0s", metrics), TRUTH_TRUE);
    cr_expect_eq(truth_of("election_time.p99 * 0 == 0", metrics), TRUTH_TRUE);
    cr_expect_eq(truth_of("1 / election_time.p99 <= 2", metrics), TRUTH_TRUE);
    free(metrics);
}

Test(expression, logic_has_three_values)
{
    struct metric_value *metrics = zero_metrics();
    *metric(metrics, "election_time.p99") = (struct metric_value){true, true, 0.5, 0};
    static const struct {
        const char *text;
        enum truth truth;
    } table[] = {
        {"election_time.p99 < 1s and 1 < 2", TRUTH_UNDECIDED},
        {"election_time.p99 < 1s and 1 > 2", TRUTH_FALSE},
        {"1 > 2 and election_time.p99 < 1s", TRUTH_FALSE},
        {"election_time.p99 < 1s or 1 < 2", TRUTH_TRUE},
        {"1 < 2 or election_time.p99 < 1s", TRUTH_TRUE},
        {"election_time.p99 < 1s or 1 > 2", TRUTH_UNDECIDED},
        {"not election_time.p99 < 1s", TRUTH_UNDECIDED},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        cr_expect_eq(truth_of(table[i].text, metrics), table[i].truth, "%s", table[i].text);
    free(metrics);
}

static bool shows(const char *text, const struct metric_value *metrics)
{
    struct diagnostics d = {0};
    struct expression *e = parse(text, &d);
    cr_assert_not_null(e, "%s", text);
    bool shown = expression_shows(e, metrics);
    expression_free(e);
    return shown;
}

Test(expression, what_was_never_measured_shows_nothing)
{
    struct metric_value *metrics = zero_metrics();
    metric(metrics, "election_time.max")->defined = false;
    metric(metrics, "split_votes")->lo = metric(metrics, "split_votes")->hi = 4;
    cr_expect(!shows("election_time.max > 1s", metrics));
    cr_expect(!shows("not election_time.max > 1s", metrics));
    cr_expect(shows("election_time.max > 1s or split_votes > 3", metrics));
    cr_expect(!shows("election_time.max > 1s and split_votes > 3", metrics));
    free(metrics);
}

Test(expression, a_metric_with_nothing_to_measure_is_vacuously_well_and_named)
{
    struct metric_value *metrics = zero_metrics();
    struct diagnostics d = {0};
    metric(metrics, "election_time.p99")->defined = false;
    struct expression *e = parse("safety_violations == 0 and election_time.p99 < 1s", &d);
    cr_assert_not_null(e);
    cr_expect_eq(expression_evaluate(e, metrics), TRUTH_TRUE);
    cr_expect_str_eq(expression_undefined(e, metrics), "election_time.p99");
    metric(metrics, "election_time.p99")->defined = true;
    cr_expect_null(expression_undefined(e, metrics));
    expression_free(e);
    free(metrics);
}

Test(expression, what_a_run_ended_too_early_to_measure_is_undecided_and_named)
{
    struct metric_value *metrics = zero_metrics();
    struct diagnostics d = {0};
    double value = -1;
    *metric(metrics, "downtime.p99") = (struct metric_value){.unbounded = true};
    struct expression *e = parse("downtime.p99 < 5s", &d);
    cr_assert_not_null(e);
    cr_expect_eq(expression_evaluate(e, metrics), TRUTH_UNDECIDED);
    cr_expect_str_eq(expression_undefined(e, metrics), "downtime.p99");
    cr_expect_not(expression_shows(e, metrics));
    cr_expect_not(expression_value(e, metrics, &value));
    cr_expect_eq(truth_of("not downtime.p99 < 5s", metrics), TRUTH_UNDECIDED);
    cr_expect_eq(truth_of("downtime.p99 < 5s or split_votes == 0", metrics), TRUTH_TRUE);
    cr_expect_eq(truth_of("downtime.p99 < 5s and split_votes > 0", metrics), TRUTH_FALSE);
    expression_free(e);
    free(metrics);
}

Test(expression, its_value_is_the_left_side_of_the_outermost_comparison)
{
    struct metric_value *metrics = zero_metrics();
    struct diagnostics d = {0};
    double value = -1;
    *metric(metrics, "split_votes") = (struct metric_value){true, false, 3, 3};
    struct expression *e = parse("not (split_votes * 2 + 1 > 5)", &d);
    cr_assert_not_null(e);
    cr_assert(expression_value(e, metrics, &value));
    cr_expect_eq(value, 7);
    metric(metrics, "split_votes")->defined = false;
    cr_expect_not(expression_value(e, metrics, &value));
    expression_free(e);
    free(metrics);
}

Test(expression, mistakes_are_answered_at_their_column)
{
    static const struct {
        const char *text;
        unsigned column;
        const char *message;
    } table[] = {
        {"", 1, "the expression ends where a number or a metric is expected"},
        {"election_tim.p99 < 1s", 1, "unknown metric `election_tim.p99`"},
        {"1 < 2 and splitvotes > 0", 11, "unknown metric `splitvotes`"},
        {"split_votes = 0", 13, "unknown sign `=`"},
        {"split_votes", 1, "nothing is compared here; write as `split_votes > 0`"},
        {"election_time.p99 < 1", 19, "a time and a plain number do not go together"},
        {"availability > 1s", 14, "a share and a time do not go together"},
        {"1 < 2 < 3", 7, "join two comparisons by `and`"},
        {"(1 < 2", 7, "expected `)`"},
        {"1 < 2)", 6, "the expression is over before this"},
        {"1 and 2", 3, "`and` and `or` join comparisons"},
        {"not 1", 1, "`not` needs a comparison"},
        {"1 < 2parsec", 6, "there is no unit `parsec`; numbers are in ns us ms s m h d % /h /s"},
        {"1 < $", 5, "expected a number or a metric"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct diagnostics d = {0};
        cr_assert_null(parse(table[i].text, &d), "%s", table[i].text);
        cr_assert_eq(d.count, 1);
        cr_expect_str_eq(d.items[0].message, table[i].message);
        cr_expect_eq(d.items[0].column, table[i].column, "%s: column %u", table[i].text,
                     d.items[0].column);
        diagnostics_clear(&d);
    }
}

Test(expression, endless_ones_are_refused_without_recursion)
{
    enum { LENGTH = 200000 };
    static const char *const pieces[] = {"(", "-", "not ", "1+", "1<2 and "};
    char *text = malloc(LENGTH + 16);
    cr_assert_not_null(text);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct diagnostics d = {0};
        size_t length = 0;
        while (length < LENGTH) {
            memcpy(text + length, pieces[i], strlen(pieces[i]));
            length += strlen(pieces[i]);
        }
        cr_expect_null(expression_parse(text, length, "--for", 1, 1, text, length, &d));
        cr_expect_eq(d.count, 1);
        diagnostics_clear(&d);
    }
    free(text);
}

static bool unit_of(const char *text, enum metric_unit *unit)
{
    struct diagnostics d = {0};
    struct expression *e = parse(text, &d);
    cr_assert_not_null(e, "%s", text);
    bool known = expression_value_unit(e, unit);
    expression_free(e);
    return known;
}

Test(expression, the_value_of_its_left_side_has_a_unit_where_that_is_clear)
{
    enum metric_unit unit;
    cr_expect(unit_of("downtime.p99 - downtime.p50 < 1s", &unit) && unit == UNIT_SECONDS);
    cr_expect(unit_of("not (availability < 99%) and elections > 3", &unit) && unit == UNIT_RATIO);
    cr_expect(unit_of("elections_per_hour > 20", &unit) && unit == UNIT_PER_HOUR);
    cr_expect(unit_of("messages_per_second > 20", &unit) && unit == UNIT_PER_SECOND);
    cr_expect(unit_of("elections > 20", &unit) && unit == UNIT_COUNT);
    cr_expect_not(unit_of("downtime.max / election_time.max > 1", &unit));
}

Test(expression, it_knows_which_units_stand_in_it)
{
    struct diagnostics d = {0};
    struct expression *e = parse("elections > 2 or not elections_per_hour < 20", &d);
    cr_assert_not_null(e);
    cr_expect(expression_has_unit(e, UNIT_COUNT));
    cr_expect(expression_has_unit(e, UNIT_PER_HOUR));
    cr_expect_not(expression_has_unit(e, UNIT_SECONDS));
    expression_free(e);
}
