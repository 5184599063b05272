#include "analysis/compare/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/statistics/sample.h"

/* ---- Reading --------------------------------------------------------------------------------- */

static const char values_sql[]
    = "SELECT value, run.seed, run.id FROM run JOIN metric ON run.id = run_id"
      " WHERE metric.name = ?1 ORDER BY run.id";

/* What the time of an election is made of: for each name the two columns. NULL: it is still open.
 */
#define SAMPLES_SQL(from, to, which)                                                               \
    "SELECT (" to " - " from                                                                       \
    ") / 1e9, run.seed, run.id FROM run JOIN election ON run.id = run_id WHERE " which             \
    " ORDER BY run.id"

static const struct time_samples {
    const char *name, *sql;
} time_samples[] = {
    {"election_time.", SAMPLES_SQL("started_ns", "decided_ns", "election.outcome <> 'failed'")},
    {"detection_time.",
     SAMPLES_SQL("vacant_ns", "started_ns", "vacant_ns IS NOT NULL AND started_ns >= vacant_ns")},
    {"downtime.", SAMPLES_SQL("vacant_ns", "decided_ns",
                              "vacant_ns IS NOT NULL AND election.outcome <> 'failed'")},
};

/* What a visitor of the database fills. */
struct filling {
    struct table *table;
    table_placer *place;
    const void *context;
};

static struct table_row *row_of(const struct filling *f, const struct database_row *from)
{
    uint32_t at = f->place(f->context, row_number(from, 2));
    return at < f->table->count ? &f->table->rows[at] : NULL;
}

/* Room doubles, so that ten thousand runs are no work. */
static bool append(struct run_value **values, size_t *count, const struct database_row *from)
{
    if ((*count & (*count - 1)) == 0) {
        size_t room = *count == 0 ? 1 : 2 * *count;
        struct run_value *grown = realloc(*values, room * sizeof *grown);
        if (grown == NULL)
            return false;
        *values = grown;
    }
    (*values)[(*count)++] = (struct run_value){.value = row_real(from, 0),
                                               .seed = (uint64_t) row_number(from, 1),
                                               .run = row_number(from, 2)};
    return true;
}

static bool take_value(void *context, const struct database_row *from)
{
    const struct filling *f = context;
    struct table_row *row = row_of(f, from);
    if (row == NULL)
        return true; /* does not count */
    row->runs++;
    if (row_is_null(from, 0))
        row->without++;
    else
        f->table->out_of_memory = !append(&row->values, &row->count, from);
    return !f->table->out_of_memory;
}

static bool take_sample(void *context, const struct database_row *from)
{
    const struct filling *f = context;
    struct table_row *row = row_of(f, from);
    if (row == NULL)
        return true;
    if (row_is_null(from, 0))
        row->censored++;
    else
        f->table->out_of_memory = !append(&row->samples, &row->sample_count, from);
    return !f->table->out_of_memory;
}

/* ---- Figures --------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    const struct run_value *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->run > y->run) - (x->run < y->run);
}

static int by_seed(const void *a, const void *b)
{
    const struct run_value *x = a, *y = b;
    if (x->seed != y->seed)
        return x->seed < y->seed ? -1 : 1;
    return (x->run > y->run) - (x->run < y->run);
}

static double *plain_values(const struct run_value *values, size_t count)
{
    double *plain = calloc(count + 1, sizeof *plain);
    for (size_t i = 0; plain != NULL && i < count; i++)
        plain[i] = values[i].value;
    return plain;
}

static void find_worst(const struct table *t, struct table_row *row)
{
    const struct run_value *from = row->sample_count > 0 ? row->samples : row->values;
    size_t count = row->sample_count > 0 ? row->sample_count : row->count;
    row->worst = from[0];
    for (size_t i = 1; i < count; i++)
        if (t->metric->less_is_better ? from[i].value > row->worst.value
                                      : from[i].value < row->worst.value)
            row->worst = from[i];
}

static void find_mean(enum metric_unit unit, const struct table_row *row, const double *plain,
                      double *mean, double *low, double *high)
{
    double margin = sample_mean_margin(plain, row->count);
    *mean = sample_mean(plain, row->count);
    *low = figure_clip(unit, *mean - margin);
    *high = figure_clip(unit, *mean + margin);
}

/* "…p90": 0.90 */
static double share_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot == NULL || dot[1] != 'p' ? 0.5 : strtod(dot + 2, NULL) / 100;
}

double figure_clip(enum metric_unit unit, double value)
{
    if (!isfinite(value))
        return value;
    return value < 0 ? 0 : unit == UNIT_RATIO && value > 1 ? 1 : value;
}

static bool compute(const struct table *t, struct table_row *row)
{
    if (row->count == 0)
        return true;
    qsort(row->values, row->count, sizeof *row->values, by_seed);
    double *plain = plain_values(row->values, row->count);
    if (row->sample_count > 0)
        qsort(row->samples, row->sample_count, sizeof *row->samples, by_value);
    struct run_value *ranked = NULL;
    size_t count = row->sample_count;
    if (count == 0) { /* of no elections, or only of open ones: the runs' own values */
        count = row->count;
        ranked = calloc(count, sizeof *ranked);
        if (ranked != NULL) {
            memcpy(ranked, row->values, count * sizeof *ranked);
            qsort(ranked, count, sizeof *ranked, by_value);
        }
    }
    double *sorted = plain_values(ranked != NULL ? ranked : row->samples,
                                  ranked != NULL || row->sample_count > 0 ? count : 0);
    bool good = plain != NULL && sorted != NULL && (ranked != NULL || row->sample_count > 0);
    if (good) {
        row->p50 = quantile_95(sorted, count, 0.5);
        row->p99 = quantile_95(sorted, count, 0.99);
        find_worst(t, row);
        find_mean(t->metric->unit, row, plain, &row->estimate, &row->low, &row->high);
        struct quantile q = quantile_95(sorted, count, share_of(t->metric->name));
        if (t->kind == ESTIMATE_QUANTILE) {
            row->estimate = q.value;
            row->low = q.low;
            row->high = q.high;
        } else if (t->kind == ESTIMATE_MAX) {
            row->estimate = row->low = row->worst.value;
            row->high = (double) INFINITY;
        }
        for (size_t i = 0; i < row->count; i++)
            row->above_zero += row->values[i].value > 0;
        row->above_zero_share = share_wilson_95(row->above_zero, row->count);
    }
    free(ranked);
    free(sorted);
    free(plain);
    return good;
}

static enum estimate_kind kind_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    if (dot == NULL || strcmp(dot, ".mean") == 0)
        return ESTIMATE_MEAN;
    return strcmp(dot, ".max") == 0 ? ESTIMATE_MAX : ESTIMATE_QUANTILE;
}

bool table_read_by(struct database *d, const struct metric_info *metric, uint32_t rows,
                   table_placer *place, const void *context, struct table *t,
                   struct failure *failure)
{
    const char *names[] = {metric->name, NULL};
    *t = (struct table){.metric = metric,
                        .kind = kind_of(metric->name),
                        .rows = calloc((size_t) rows + 1, sizeof *t->rows)};
    if (t->rows == NULL)
        return failure_set(failure, "out of memory");
    t->count = rows;
    struct filling filling = {t, place, context};
    bool good = database_each(d, values_sql, names, 0, take_value, &filling, failure);
    for (size_t i = 0; good && i < sizeof time_samples / sizeof *time_samples; i++)
        if (strncmp(metric->name, time_samples[i].name, strlen(time_samples[i].name)) == 0) {
            t->of_elections = true;
            good = database_each(d, time_samples[i].sql, NULL, 0, take_sample, &filling, failure);
        }
    for (size_t i = 0; good && i < t->count && !t->out_of_memory; i++)
        t->out_of_memory = !compute(t, &t->rows[i]);
    return good && (!t->out_of_memory || failure_set(failure, "out of memory"));
}

static uint32_t place_in_group(const void *context, int64_t run)
{
    return groups_of(context, run);
}

bool table_read(struct database *d, const struct metric_info *metric,
                const struct run_groups *groups, struct table *t, struct failure *failure)
{
    bool good = table_read_by(d, metric, groups->count, place_in_group, groups, t, failure);
    for (uint32_t i = 0; t->rows != NULL && i < groups->count; i++)
        t->rows[i].variant = groups->groups[i].name;
    return good;
}

void table_free(struct table *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->rows[i].values);
        free(t->rows[i].samples);
    }
    free(t->rows);
    *t = (struct table){0};
}

const struct table_row *table_find(const struct table *t, const char *variant)
{
    for (size_t i = 0; variant != NULL && i < t->count; i++)
        if (strcmp(t->rows[i].variant, variant) == 0)
            return &t->rows[i];
    return NULL;
}

struct difference table_difference(const struct table_row *row, const struct table_row *base)
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
