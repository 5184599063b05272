/* conclave compare: a metric's figures for each variant, with how sure they are. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/command.h"
#include "analysis/json.h"
#include "analysis/statistics/sample.h"
#include "analysis/store/query.h"
#include "analysis/summary/format.h"
#include "scenarios/language/diagnostic.h"

static const char *const usual[]
    = {"downtime.mean", "election_time.mean", "availability",     "elections_per_hour",
       "split_votes",   "needless_elections", "split_brain_time", "safety_violations"};

struct value { /* of one run */
    double value;
    uint64_t seed;
};

struct row { /* of one variant, for one metric */
    char *variant;
    struct value *values;
    double *sorted;
    size_t count;
    uint64_t runs, without; /* all; those where there was nothing to measure */
};

struct table {
    const struct metric_info *metric;
    struct row *rows;
    size_t count;
    bool out_of_memory;
};

/* ---- Reading ----------------------------------------------------------------------------------
 */

static struct row *row_of(struct table *t, const char *variant)
{
    if (t->count > 0 && strcmp(t->rows[t->count - 1].variant, variant) == 0)
        return &t->rows[t->count - 1];
    struct row *grown = realloc(t->rows, (t->count + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    t->rows = grown;
    grown[t->count] = (struct row){.variant = strdup(variant)};
    return grown[t->count].variant == NULL ? NULL : &grown[t->count++];
}

/* Rows come by variant; room doubles, so that ten thousand runs are no work. */
static bool take(void *context, const struct database_row *from)
{
    struct table *t = context;
    struct row *row = row_of(t, row_text(from, 0));
    t->out_of_memory = row == NULL;
    if (row == NULL)
        return false;
    row->runs++;
    if (row_is_null(from, 2)) {
        row->without++;
        return true;
    }
    if ((row->count & (row->count - 1)) == 0) {
        size_t room = row->count == 0 ? 1 : 2 * row->count;
        struct value *grown = realloc(row->values, room * sizeof *grown);
        t->out_of_memory = grown == NULL;
        if (grown == NULL)
            return false;
        row->values = grown;
    }
    row->values[row->count++]
        = (struct value){.seed = (uint64_t) row_number(from, 1), .value = row_real(from, 2)};
    return true;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static bool read_table(struct database *d, struct table *t, struct failure *failure)
{
    const char *names[] = {t->metric->name, NULL};
    if (!database_each(
            d,
            "SELECT variant, seed, value FROM (SELECT run.variant, run.seed, metric.value,"
            " run.id, min(run.id) OVER (PARTITION BY run.variant) AS place FROM run JOIN"
            " metric ON run.id = run_id WHERE metric.name = ?1) ORDER BY place, id",
            names, 0, take, t, failure))
        return false;
    for (size_t i = 0; i < t->count && !t->out_of_memory; i++) {
        struct row *row = &t->rows[i];
        row->sorted = calloc(row->count + 1, sizeof *row->sorted);
        t->out_of_memory = row->sorted == NULL;
        for (size_t k = 0; row->sorted != NULL && k < row->count; k++)
            row->sorted[k] = row->values[k].value;
        if (row->sorted != NULL)
            qsort(row->sorted, row->count, sizeof *row->sorted, by_value);
    }
    return !t->out_of_memory || failure_set(failure, "out of memory");
}

static void free_table(struct table *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->rows[i].variant);
        free(t->rows[i].values);
        free(t->rows[i].sorted);
    }
    free(t->rows);
}

/* ---- Figures ----------------------------------------------------------------------------------
 */

static const struct value *worst_of(const struct table *t, const struct row *row)
{
    const struct value *worst = &row->values[0];
    for (size_t i = 1; i < row->count; i++) {
        double v = row->values[i].value;
        if (t->metric->less_is_better ? v > worst->value : v < worst->value)
            worst = &row->values[i];
    }
    return worst;
}

struct difference {
    bool known;
    double mean, margin;
};

/* Runs of the same seed met the same network and faults: their differences vary little. */
static struct difference difference_of(const struct row *row, const struct row *base)
{
    double *differences = calloc(row->count + 1, sizeof *differences);
    size_t pairs = 0, k = 0;
    struct difference d = {0};
    if (differences == NULL)
        return d;
    for (size_t i = 0; i < row->count; i++) {
        while (k < base->count && base->values[k].seed < row->values[i].seed)
            k++;
        if (k < base->count && base->values[k].seed == row->values[i].seed)
            differences[pairs++] = row->values[i].value - base->values[k].value;
    }
    d.known = pairs >= 2;
    d.mean = sample_mean(differences, pairs);
    d.margin = sample_mean_margin(differences, pairs);
    free(differences);
    return d;
}

static const struct row *base_of(const struct table *t, const char *baseline)
{
    for (size_t i = 0; baseline != NULL && i < t->count; i++)
        if (strcmp(t->rows[i].variant, baseline) == 0)
            return &t->rows[i];
    return NULL;
}

/* ---- Text, Markdown, CSV ----------------------------------------------------------------------
 */

enum form { FORM_TEXT, FORM_MARKDOWN, FORM_CSV };

static void print_figures(const struct table *t, const struct row *row, const struct row *base,
                          enum form form)
{
    char mean[FIGURE_MAX], margin[FIGURE_MAX], p50[FIGURE_MAX], p99[FIGURE_MAX], worst[FIGURE_MAX],
        change[FIGURE_MAX] = "", change_margin[FIGURE_MAX] = "";
    enum metric_unit unit = t->metric->unit;
    const struct value *w = worst_of(t, row);
    double *plain = calloc(row->count, sizeof *plain);
    for (size_t i = 0; plain != NULL && i < row->count; i++)
        plain[i] = row->values[i].value;
    format_metric(mean, unit, sample_mean(plain, plain == NULL ? 0 : row->count));
    double half = plain == NULL ? INFINITY : sample_mean_margin(plain, row->count);
    format_metric(margin, unit, isfinite(half) ? half : 0);
    free(plain);
    format_metric(p50, unit, sample_quantile(row->sorted, row->count, 0.5));
    format_metric(p99, unit, sample_quantile(row->sorted, row->count, 0.99));
    format_metric(worst, unit, w->value);
    struct difference d
        = base == NULL || base == row ? (struct difference){0} : difference_of(row, base);
    if (d.known) {
        format_metric(change, unit, d.mean);
        format_metric(change_margin, unit, d.margin);
    }
    static const char *const forms[] = {
        "  %-32s %6" PRIu64 " %6" PRIu64 "  %s ± %s  p50 %s  p99 %s  worst %s (seed %" PRIu64 ")",
        "| %s | %" PRIu64 " | %" PRIu64 " | %s ± %s | %s | %s | %s (seed %" PRIu64 ") |",
        "\"%s\",%" PRIu64 ",%" PRIu64 ",%s,%s,%s,%s,%s,%" PRIu64,
    };
    const char *name = *row->variant == '\0' ? "(all)" : row->variant;
    printf(forms[form], name, row->runs, row->without, mean, isfinite(half) ? margin : "?", p50,
           p99, worst, w->seed);
    if (form == FORM_MARKDOWN)
        printf(" %s%s%s |", change, d.known ? " ± " : "", change_margin);
    else if (form == FORM_CSV)
        printf(",%s,%s", change, change_margin);
    else if (d.known)
        printf("  change %s ± %s%s", change, change_margin,
               fabs(d.mean) > d.margin ? "" : " (none to see)");
    putchar('\n');
}

static void print_table(const struct table *t, const char *baseline, enum form form)
{
    if (form == FORM_MARKDOWN)
        printf("\n**%s**\n\n| variant | runs | nothing to measure | mean, 95 %% | p50 | p99 | "
               "worst | change |\n"
               "| --- | --- | --- | --- | --- | --- | --- | --- |\n",
               t->metric->name);
    else if (form == FORM_CSV)
        printf(
            "# "
            "%s\nvariant,runs,without,mean,margin,p50,p99,worst,worst_seed,change,change_margin\n",
            t->metric->name);
    else
        printf("\n%s (%s is better): %s\n  %-32s %6s %6s\n", t->metric->name,
               t->metric->less_is_better ? "less" : "more", t->metric->about, "variant", "runs",
               "no val");
    for (size_t i = 0; i < t->count; i++) {
        const struct row *row = &t->rows[i];
        if (row->count > 0)
            print_figures(t, row, base_of(t, baseline), form);
        else if (form == FORM_TEXT)
            printf("  %-32s %6" PRIu64 " %6" PRIu64 "  nothing to measure in any run\n",
                   *row->variant == '\0' ? "(all)" : row->variant, row->runs, row->without);
    }
}

static void print_json(struct json *j, const struct table *t, const char *baseline)
{
    json_begin(j, NULL, '{');
    json_text(j, "metric", t->metric->name);
    json_begin(j, "variants", '[');
    for (size_t i = 0; i < t->count; i++) {
        const struct row *row = &t->rows[i];
        const struct row *base = base_of(t, baseline);
        bool any = row->count > 0;
        json_begin(j, NULL, '{');
        json_text(j, "variant", row->variant);
        json_unsigned(j, "runs", row->runs);
        json_unsigned(j, "without", row->without);
        double *plain = calloc(row->count + 1, sizeof *plain);
        for (size_t k = 0; plain != NULL && k < row->count; k++)
            plain[k] = row->values[k].value;
        double half = any && plain != NULL ? sample_mean_margin(plain, row->count) : INFINITY;
        json_real(j, "mean", any && plain != NULL,
                  any && plain != NULL ? sample_mean(plain, row->count) : 0);
        json_real(j, "margin", isfinite(half), half);
        free(plain);
        json_real(j, "p50", any, any ? sample_quantile(row->sorted, row->count, 0.5) : 0);
        json_real(j, "p99", any, any ? sample_quantile(row->sorted, row->count, 0.99) : 0);
        json_real(j, "worst", any, any ? worst_of(t, row)->value : 0);
        if (any)
            json_unsigned(j, "worst_seed", worst_of(t, row)->seed);
        if (any && base != NULL && base != row) {
            struct difference d = difference_of(row, base);
            json_real(j, "change", d.known, d.mean);
            json_real(j, "change_margin", d.known, d.margin);
        }
        json_end(j, '}');
    }
    json_end(j, ']');
    json_end(j, '}');
}

/* ---- The command ------------------------------------------------------------------------------
 */

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

static enum exit_status print_one(const struct cli *cli, struct database *d, const char *name,
                                  enum form form, struct json *j)
{
    struct failure failure = {0};
    struct table t = {.metric = metric_named(name)};
    if (t.metric == NULL)
        return EXIT_USAGE;
    const char *baseline = cli->options[OPTION_BASELINE].text;
    enum exit_status status = EXIT_WELL;
    if (!read_table(d, &t, &failure)) {
        status = cli_fail_with(&failure);
    } else if (t.count == 0) {
        status = cli_fail(EXIT_FAILED, "%s: holds no runs", cli->arguments[0]);
    } else if (baseline != NULL && base_of(&t, baseline) == NULL) {
        status = cli_fail(EXIT_USAGE, "no variant is called `%s`; the first is `%s`", baseline,
                          t.rows[0].variant);
    } else if (j != NULL) {
        print_json(j, &t, baseline);
    } else {
        print_table(&t, baseline, form);
    }
    free_table(&t);
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
        status = print_one(cli, d, wanted->count > 0 ? wanted->texts[i] : usual[i], form, j);
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
    = "Each figure is over runs: the mean with its 95 % interval by Student's t, nearest-rank p50 "
      "and\n"
      "p99, and the worst run's seed. `no val` counts runs in which there was nothing to measure.\n"
      "With --baseline the change is that of runs with the same seed, which met the same network\n"
      "and faults, with the interval of these paired differences.",
    .example
    = "conclave compare storm.db --baseline plain --metric elections --metric availability",
    .options = OPTION_BIT(METRIC) | OPTION_BIT(BASELINE) | OPTION_BIT(FORMAT) | OPTION_BIT(JSON),
    .run = run,
};
