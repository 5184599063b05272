/* conclave compare: a metric's figures for each variant, with how sure they are. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/cli/command.h"
#include "analysis/compare/table.h"
#include "analysis/json.h"
#include "analysis/summary/format.h"
#include "scenarios/language/diagnostic.h"

static const char *const usual[]
    = {"downtime.mean", "election_time.mean", "availability",     "elections_per_hour",
       "split_votes",   "needless_elections", "split_brain_time", "safety_violations"};

enum form { FORM_TEXT, FORM_MARKDOWN, FORM_CSV };

/* ---- Figures as text ------------------------------------------------------------------------- */

#define CELL_MAX 160

static const char *name_of(const struct table_row *row)
{
    return *row->variant == '\0' ? "(all)" : row->variant;
}

/* "p99", "mean": what the estimate is. */
static const char *estimate_word(const struct table *t)
{
    const char *dot = strrchr(t->metric->name, '.');
    return dot == NULL ? "mean" : dot + 1;
}

static void put_bound(char text[FIGURE_MAX], enum metric_unit unit, double value)
{
    if (isfinite(value))
        format_metric(text, unit, value);
    else
        strcpy(text, "?");
}

/* "183 ms (170 ms .. 201 ms)" */
static void put_interval(char cell[CELL_MAX], enum metric_unit unit, double value, double low,
                         double high)
{
    char a[FIGURE_MAX], b[FIGURE_MAX], c[FIGURE_MAX];
    format_metric(a, unit, value);
    put_bound(b, unit, low);
    put_bound(c, unit, high);
    (void) snprintf(cell, CELL_MAX, "%s (%s .. %s)", a, b, c);
}

struct cells {
    char estimate[CELL_MAX], p50[FIGURE_MAX], p99[CELL_MAX], worst[FIGURE_MAX], above[CELL_MAX],
        change[CELL_MAX];
    bool has_change, sure;
};

static struct cells cells_of(const struct table *t, const struct table_row *row,
                             const struct table_row *base)
{
    struct cells c = {.change = "", .above = ""};
    enum metric_unit unit = t->metric->unit;
    put_interval(c.estimate, unit, row->estimate, row->low, row->high);
    format_metric(c.p50, unit, row->p50.value);
    put_interval(c.p99, unit, row->p99.value, row->p99.low, row->p99.high);
    format_metric(c.worst, unit, row->worst.value);
    if (!t->of_elections && t->metric->less_is_better)
        (void) snprintf(c.above, sizeof c.above, "in %" PRIu64 " runs (%.1f .. %.1f %%)",
                        row->above_zero, 100 * row->above_zero_share.low,
                        100 * row->above_zero_share.high);
    struct difference d = {0};
    if (base != NULL && base != row)
        d = table_difference(row, base);
    c.has_change = d.known;
    c.sure = fabs(d.mean) > d.margin;
    if (d.known) {
        char mean[FIGURE_MAX], margin[FIGURE_MAX];
        format_metric(mean, unit, d.mean);
        format_metric(margin, unit, d.margin);
        (void) snprintf(c.change, sizeof c.change, "%s ± %s%s", mean, margin,
                        c.sure ? "" : " (none to see)");
    }
    return c;
}

/* ---- Text and Markdown ----------------------------------------------------------------------- */

static void print_text_row(const struct table *t, const struct table_row *row,
                           const struct table_row *base)
{
    printf("  %-28s %6" PRIu64 " %6" PRIu64, name_of(row), row->runs, row->without);
    if (t->of_elections)
        printf(" %6" PRIu64, row->censored);
    if (row->count == 0) {
        fputs("  nothing to measure in any run\n", stdout);
        return;
    }
    struct cells c = cells_of(t, row, base);
    printf("  %s %s  p50 %s  p99 %s  worst %s (seed %" PRIu64 ")", estimate_word(t), c.estimate,
           c.p50, c.p99, c.worst, row->worst.seed);
    printf("%s%s%s%s\n", *c.above == '\0' ? "" : "  above 0 ", c.above,
           c.has_change ? "  change " : "", c.change);
}

static void print_text(const struct table *t, const char *baseline)
{
    printf("\n%s (%s is better): %s\n  %-28s %6s %6s%s\n", t->metric->name,
           t->metric->less_is_better ? "less" : "more", t->metric->about, "variant", "runs", "none",
           t->of_elections ? "   open" : "");
    for (size_t i = 0; i < t->count; i++)
        print_text_row(t, &t->rows[i], table_find(t, baseline));
}

/* A bar in a variant's name would end the cell. */
static void put_cell(const char *text)
{
    fputs("| ", stdout);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '|')
            putchar('\\');
        putchar(*c);
    }
    putchar(' ');
}

static void print_markdown(const struct table *t, const char *baseline)
{
    printf("\n**%s** (%s is better): %s\n\n| variant | runs | none | open | %s, 95 %% | p50 | "
           "p99, 95 %% | worst | above 0 | change |\n"
           "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
           t->metric->name, t->metric->less_is_better ? "less" : "more", t->metric->about,
           estimate_word(t));
    for (size_t i = 0; i < t->count; i++) {
        const struct table_row *row = &t->rows[i];
        put_cell(name_of(row));
        printf("| %" PRIu64 " | %" PRIu64 " | %" PRIu64 " ", row->runs, row->without,
               row->censored);
        if (row->count == 0) {
            fputs("| | | | | | |\n", stdout);
            continue;
        }
        struct cells c = cells_of(t, row, table_find(t, baseline));
        printf("| %s | %s | %s | %s (seed %" PRIu64 ") | %s | %s |\n", c.estimate, c.p50, c.p99,
               c.worst, row->worst.seed, c.above, c.change);
    }
}

/* ---- CSV and JSON: base units, empty or null where not known --------------------------------- */

struct number {
    const char *name;
    bool known;
    double value;
};

#define NUMBERS_MAX 24

static unsigned numbers_of(const struct table *t, const struct table_row *row,
                           const struct table_row *base, struct number *into)
{
    bool any = row->count > 0;
    struct difference d = {0};
    if (base != NULL && base != row && any)
        d = table_difference(row, base);
    const struct number all[] = {
        {"runs", true, (double) row->runs},
        {"without", true, (double) row->without},
        {"censored", t->of_elections, (double) row->censored},
        {"samples", any, (double) (t->of_elections ? row->sample_count : row->count)},
        {"estimate", any, row->estimate},
        {"low", any && isfinite(row->low), row->low},
        {"high", any && isfinite(row->high), row->high},
        {"p50", any, row->p50.value},
        {"p50_low", any && isfinite(row->p50.low), row->p50.low},
        {"p50_high", any && isfinite(row->p50.high), row->p50.high},
        {"p99", any, row->p99.value},
        {"p99_low", any && isfinite(row->p99.low), row->p99.low},
        {"p99_high", any && isfinite(row->p99.high), row->p99.high},
        {"worst", any, row->worst.value},
        {"worst_seed", any, (double) row->worst.seed},
        {"worst_run", any, (double) row->worst.run},
        {"above_zero", any, (double) row->above_zero},
        {"above_zero_low", any, row->above_zero_share.low},
        {"above_zero_high", any, row->above_zero_share.high},
        {"change", d.known, d.mean},
        {"change_margin", d.known, d.margin},
    };
    const unsigned count = sizeof all / sizeof *all;
    _Static_assert(sizeof all / sizeof *all <= NUMBERS_MAX, "room for all numbers");
    memcpy(into, all, sizeof all);
    return count;
}

static void put_quoted(const char *text)
{
    putchar('"');
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"')
            putchar('"');
        putchar(*c);
    }
    putchar('"');
}

static void print_csv(const struct table *t, const char *baseline, bool headed)
{
    struct number numbers[NUMBERS_MAX];
    for (size_t i = 0; i < t->count; i++) {
        unsigned count = numbers_of(t, &t->rows[i], table_find(t, baseline), numbers);
        if (headed) {
            fputs("metric,variant", stdout);
            for (unsigned k = 0; k < count; k++)
                printf(",%s", numbers[k].name);
            putchar('\n');
            headed = false;
        }
        printf("%s,", t->metric->name);
        put_quoted(name_of(&t->rows[i]));
        for (unsigned k = 0; k < count; k++)
            if (numbers[k].known)
                printf(",%.12g", numbers[k].value);
            else
                putchar(',');
        putchar('\n');
    }
}

static void print_json(struct json *j, const struct table *t, const char *baseline)
{
    static const char *const kinds[] = {"mean", "quantile", "max"};
    struct number numbers[NUMBERS_MAX];
    json_begin(j, NULL, '{');
    json_text(j, "metric", t->metric->name);
    json_text(j, "estimate_is", kinds[t->kind]);
    json_begin(j, "variants", '[');
    for (size_t i = 0; i < t->count; i++) {
        unsigned count = numbers_of(t, &t->rows[i], table_find(t, baseline), numbers);
        json_begin(j, NULL, '{');
        json_text(j, "variant", t->rows[i].variant);
        for (unsigned k = 0; k < count; k++)
            json_real(j, numbers[k].name, numbers[k].known, numbers[k].value);
        json_end(j, '}');
    }
    json_end(j, ']');
    json_end(j, '}');
}

/* ---- The command ----------------------------------------------------------------------------- */

static const struct metric_info *metric_named(const char *name)
{
    uint32_t index = metric_find(name, strlen(name));
    if (index != UINT32_MAX)
        return &metric_infos[index];
    const char *names[128];
    for (uint32_t i = 0; i < metric_count() && i < 128; i++)
        names[i] = metric_infos[i].name;
    const char *near = nearest_name(name, strlen(name), names, metric_count());
    cli_fail(EXIT_USAGE, "unknown metric `%s`%s%s%s; see `conclave list metrics`", name,
             near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
             near == NULL ? "" : "`?");
    return NULL;
}

static bool form_of(const struct cli *cli, enum form *form)
{
    static const char *const forms[] = {"text", "markdown", "csv"};
    const char *wanted = cli->options[OPTION_FORMAT].text;
    *form = FORM_TEXT;
    for (unsigned i = 0; i < 3; i++)
        if (wanted == NULL || strcmp(wanted, forms[i]) == 0) {
            *form = i;
            return true;
        }
    cli_fail(EXIT_USAGE, "--format is text, markdown or csv, not `%s`; or --json", wanted);
    return false;
}

static void print_table(const struct table *t, const char *baseline, enum form form, bool first)
{
    if (form == FORM_CSV)
        print_csv(t, baseline, first);
    else if (form == FORM_MARKDOWN)
        print_markdown(t, baseline);
    else
        print_text(t, baseline);
}

static enum exit_status print_one(const struct cli *cli, struct database *d, const char *name,
                                  enum form form, bool first, struct json *j)
{
    struct failure failure = {0};
    struct table t = {0};
    const struct metric_info *metric = metric_named(name);
    if (metric == NULL)
        return EXIT_USAGE;
    const char *baseline = cli->options[OPTION_BASELINE].text;
    enum exit_status status = EXIT_WELL;
    if (!table_read(d, metric, &t, &failure)) {
        status = cli_fail_with(&failure);
    } else if (t.count == 0) {
        status = cli_fail(EXIT_FAILED, "%s: holds no runs", cli->arguments[0]);
    } else if (baseline != NULL && table_find(&t, baseline) == NULL) {
        status = cli_fail(EXIT_USAGE, "no variant is called `%s`; the first is `%s`", baseline,
                          t.rows[0].variant);
    } else if (j != NULL) {
        print_json(j, &t, baseline);
    } else {
        print_table(&t, baseline, form, first);
    }
    table_free(&t);
    return status;
}

static enum exit_status run(struct cli *cli)
{
    struct failure failure = {0};
    enum form form;
    struct json json = {.out = stdout}, *j = cli->options[OPTION_JSON].given ? &json : NULL;
    const struct option_value *wanted = &cli->options[OPTION_METRIC];
    if (!form_of(cli, &form))
        return EXIT_USAGE;
    struct database *d = database_open(cli->arguments[0], &failure);
    enum exit_status status = EXIT_WELL;
    if (d == NULL)
        return cli_fail_with(&failure);
    unsigned count = wanted->count > 0 ? wanted->count : sizeof usual / sizeof *usual;
    if (j != NULL)
        json_begin(j, NULL, '[');
    for (unsigned i = 0; i < count && status == EXIT_WELL; i++)
        status
            = print_one(cli, d, wanted->count > 0 ? wanted->texts[i] : usual[i], form, i == 0, j);
    if (j != NULL)
        json_end(j, ']');
    database_close(d);
    return status;
}

const struct command compare_command = {
    .name = "compare",
    .arguments = "DB",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "table of metrics, a row per variant, with confidence intervals",
    .details
    = "Means are over runs, with their 95 % interval by Student's t. Quantiles of times (.p50 "
      ".p90\n"
      ".p99 .max, and the columns p50 and p99) come from all elections of all runs, never from "
      "means\n"
      "of quantiles; their interval lies between two order statistics and counts elections as\n"
      "independent; ? where there are too few to say. `none` counts runs with nothing to measure,\n"
      "`open` elections that had not ended with their run: those are in no time. `above 0` is the\n"
      "share of runs with any, by Wilson's interval. `worst` names its seed.\n"
      "With --baseline the change is that of runs with the same seed, which met the same network\n"
      "and faults, with the interval of these paired differences.",
    .example
    = "conclave compare storm.db --baseline plain --metric elections --metric availability",
    .options = OPTION_BIT(METRIC) | OPTION_BIT(BASELINE) | OPTION_BIT(FORMAT) | OPTION_BIT(JSON),
    .run = run,
};
