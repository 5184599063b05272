/* conclave compare: a metric's figures for each variant, with how sure they are. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/command.h"
#include "analysis/cli/text.h"
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

/* ---- Columns --------------------------------------------------------------------------------- */

enum column { NAME, RUNS, NONE, OPEN, ESTIMATE, P50, P99, WORST, ABOVE_ZERO, CHANGE, COLUMNS };

struct line {
    const char *name;
    char cells[COLUMNS][CELL_MAX]; /* but the name's */
};

static const char *cell_of(const struct line *line, unsigned column)
{
    return column == NAME ? line->name : line->cells[column];
}

static void headings(const struct table *t, struct line *line)
{
    static const char *const fixed[COLUMNS]
        = {"", "runs", "none", "open", "", "p50", "p99, 95 %", "worst", "above 0", "change"};
    *line = (struct line){.name = "variant"};
    for (unsigned i = 0; i < COLUMNS; i++)
        strcpy(line->cells[i], fixed[i]);
    (void) snprintf(line->cells[ESTIMATE], CELL_MAX, "%s, 95 %%", estimate_word(t));
}

static void put_change(char cell[CELL_MAX], enum metric_unit unit, struct difference d)
{
    char mean[FIGURE_MAX], margin[FIGURE_MAX];
    format_metric(mean, unit, d.mean);
    format_metric(margin, unit, d.margin);
    (void) snprintf(cell, CELL_MAX, "%s ± %s%s", mean, margin,
                    fabs(d.mean) > d.margin ? "" : " (none to see)");
}

static void fill(const struct table *t, const struct table_row *row, const struct table_row *base,
                 struct line *line)
{
    char worst[FIGURE_MAX];
    enum metric_unit unit = t->metric->unit;
    *line = (struct line){.name = name_of(row)};
    (void) snprintf(line->cells[RUNS], CELL_MAX, "%" PRIu64, row->runs);
    (void) snprintf(line->cells[NONE], CELL_MAX, "%" PRIu64, row->without);
    (void) snprintf(line->cells[OPEN], CELL_MAX, "%" PRIu64, row->censored);
    if (row->count == 0) {
        strcpy(line->cells[ESTIMATE], "nothing to measure");
        return;
    }
    put_interval(line->cells[ESTIMATE], unit, row->estimate, row->low, row->high);
    format_metric(worst, unit, row->p50.value);
    strcpy(line->cells[P50], worst);
    put_interval(line->cells[P99], unit, row->p99.value, row->p99.low, row->p99.high);
    format_metric(worst, unit, row->worst.value);
    (void) snprintf(line->cells[WORST], CELL_MAX, "%s (seed %" PRIu64 ")", worst, row->worst.seed);
    if (!t->of_elections && t->metric->less_is_better)
        (void) snprintf(line->cells[ABOVE_ZERO], CELL_MAX, "in %" PRIu64 " runs (%.1f .. %.1f %%)",
                        row->above_zero, 100 * row->above_zero_share.low,
                        100 * row->above_zero_share.high);
    struct difference d = {0};
    if (base != NULL && base != row)
        d = table_difference(row, base);
    if (d.known)
        put_change(line->cells[CHANGE], unit, d);
}

/* A quantile that is the estimate itself is not said twice. */
static bool is_estimate(const struct table *t, unsigned column)
{
    return (column == P50 && strcmp(estimate_word(t), "p50") == 0)
           || (column == P99 && strcmp(estimate_word(t), "p99") == 0);
}

/* ---- Text and Markdown ----------------------------------------------------------------------- */

/* As wide as the widest cell; 0 for a column without one below its heading. */
static void measure(const struct table *t, const struct line *lines, unsigned widths[COLUMNS])
{
    for (unsigned c = 0; c < COLUMNS; c++) {
        bool any = false;
        widths[c] = 0;
        for (size_t i = 0; i <= t->count; i++) {
            unsigned width = (unsigned) text_width(cell_of(&lines[i], c));
            any = any || (i > 0 && width > 0);
            widths[c] = width > widths[c] ? width : widths[c];
        }
        if (!any || is_estimate(t, c) || (c == OPEN && !t->of_elections))
            widths[c] = 0;
    }
}

static void print_line(const struct line *line, const unsigned widths[COLUMNS])
{
    unsigned owed = 2; /* blanks, not written behind the last cell */
    for (unsigned c = 0; c < COLUMNS; c++) {
        if (widths[c] == 0)
            continue;
        const char *cell = cell_of(line, c);
        unsigned missing = widths[c] - (unsigned) text_width(cell);
        bool number = c == RUNS || c == NONE || c == OPEN;
        if (*cell != '\0')
            printf("%*s%s", (int) (owed + (number ? missing : 0)), "", cell);
        owed = *cell == '\0' ? owed + widths[c] + 2 : 2 + (number ? 0 : missing);
    }
    putchar('\n');
}

static bool print_text(const struct table *t, const char *baseline)
{
    struct line *lines = calloc(t->count + 1, sizeof *lines);
    unsigned widths[COLUMNS];
    if (lines == NULL)
        return false;
    headings(t, &lines[0]);
    for (size_t i = 0; i < t->count; i++)
        fill(t, &t->rows[i], table_find(t, baseline), &lines[i + 1]);
    measure(t, lines, widths);
    printf("\n%s (%s is better): %s\n", t->metric->name,
           t->metric->less_is_better ? "less" : "more", t->metric->about);
    for (size_t i = 0; i <= t->count; i++)
        print_line(&lines[i], widths);
    free(lines);
    return true;
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
    if (*text != '\0')
        putchar(' ');
}

static void print_markdown_line(const struct table *t, const struct line *line)
{
    for (unsigned c = 0; c < COLUMNS; c++)
        if (!is_estimate(t, c))
            put_cell(cell_of(line, c));
    fputs("|\n", stdout);
}

static void print_markdown(const struct table *t, const char *baseline)
{
    struct line line;
    printf("\n**%s** (%s is better): %s\n\n", t->metric->name,
           t->metric->less_is_better ? "less" : "more", t->metric->about);
    headings(t, &line);
    print_markdown_line(t, &line);
    for (unsigned c = 0; c < COLUMNS; c++)
        if (!is_estimate(t, c))
            fputs("| --- ", stdout);
    fputs("|\n", stdout);
    for (size_t i = 0; i < t->count; i++) {
        fill(t, &t->rows[i], table_find(t, baseline), &line);
        print_markdown_line(t, &line);
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

static bool print_table(const struct table *t, const char *baseline, enum form form, bool first)
{
    if (form == FORM_CSV)
        print_csv(t, baseline, first);
    else if (form == FORM_MARKDOWN)
        print_markdown(t, baseline);
    else
        return print_text(t, baseline);
    return true;
}

struct comparison {
    const struct cli *cli;
    struct database *database;
    struct run_groups groups;
    enum form form;
    struct json *json; /* or NULL */
};

static enum exit_status print_one(struct comparison *c, const char *name, bool first)
{
    struct failure failure = {0};
    struct table t = {0};
    const struct metric_info *metric = metric_named(name);
    if (metric == NULL)
        return EXIT_USAGE;
    const char *baseline = c->cli->options[OPTION_BASELINE].text;
    enum exit_status status = EXIT_WELL;
    if (!table_read(c->database, metric, &c->groups, &t, &failure))
        status = cli_fail_with(&failure);
    else if (c->json != NULL)
        print_json(c->json, &t, baseline);
    else if (!print_table(&t, baseline, c->form, first))
        status = cli_fail(EXIT_MACHINE, "out of memory");
    table_free(&t);
    return status;
}

static enum exit_status print_all(struct comparison *c)
{
    const struct option_value *wanted = &c->cli->options[OPTION_METRIC];
    enum exit_status status = EXIT_WELL;
    unsigned count = wanted->count > 0 ? wanted->count : sizeof usual / sizeof *usual;
    if (c->json != NULL)
        json_begin(c->json, NULL, '[');
    for (unsigned i = 0; i < count && status == EXIT_WELL; i++)
        status = print_one(c, wanted->count > 0 ? wanted->texts[i] : usual[i], i == 0);
    if (c->json != NULL)
        json_end(c->json, ']');
    return status;
}

static bool has_group(const struct run_groups *groups, const char *name)
{
    for (uint32_t i = 0; i < groups->count; i++)
        if (strcmp(groups->groups[i].name, name) == 0)
            return true;
    return false;
}

static enum exit_status compare_groups(struct comparison *c)
{
    const char *baseline = c->cli->options[OPTION_BASELINE].text;
    if (c->groups.count == 0)
        return cli_fail(EXIT_FAILED, "%s: holds no runs", c->cli->arguments[0]);
    if (baseline != NULL && !has_group(&c->groups, baseline))
        return cli_fail(EXIT_USAGE, "no variant is called `%s`; the first is `%s`", baseline,
                        c->groups.groups[0].name);
    cli_say_left_out(c->groups.twice);
    return print_all(c);
}

static enum exit_status run(struct cli *cli)
{
    struct failure failure = {0};
    struct json json = {.out = stdout};
    struct comparison c = {.cli = cli, .json = cli->options[OPTION_JSON].given ? &json : NULL};
    if (!form_of(cli, &c.form))
        return EXIT_USAGE;
    c.database = database_open(cli->arguments[0], &failure);
    bool good = c.database != NULL
                && groups_read(c.database, cli->options[OPTION_VARIANT].texts, &c.groups, &failure);
    enum exit_status status = good ? compare_groups(&c) : cli_fail_with(&failure);
    groups_free(&c.groups);
    database_close(c.database);
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
      "A row is of runs that differ in nothing but the seed: its name says the scenario, the\n"
      "algorithm and the settings where these differ. --variant, repeatable, chooses rows. A run\n"
      "that is stored twice counts once.\n"
      "With --baseline the change is that of runs with the same seed, which met the same network\n"
      "and faults, with the interval of these paired differences.",
    .example
    = "conclave compare storm.db --baseline plain --metric elections --metric availability",
    .options = OPTION_BIT(METRIC) | OPTION_BIT(BASELINE) | OPTION_BIT(VARIANT) | OPTION_BIT(FORMAT)
               | OPTION_BIT(JSON),
    .run = run,
};
