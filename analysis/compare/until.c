#include "analysis/compare/until.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/table.h"
#include "analysis/statistics/quantile.h"
#include "analysis/statistics/sample.h"
#include "analysis/summary/format.h"
#include "scenarios/language/diagnostic.h"
#include "scenarios/language/units.h"

/* ---- The text -------------------------------------------------------------------------------- */

static bool has_suffix(const char *name, const char *suffix)
{
    size_t length = strlen(name), wanted = strlen(suffix);
    return length >= wanted && strcmp(name + length - wanted, suffix) == 0;
}

static bool unknown_metric(const char *name, size_t length, struct failure *failure)
{
    const char *names[128];
    uint32_t count = metric_count() < 128 ? metric_count() : 128;
    for (uint32_t i = 0; i < count; i++)
        names[i] = metric_infos[i].name;
    const char *near = nearest_name(name, length, names, count);
    return failure_set_user(failure, "--until: unknown metric `%.*s`%s%s%s", (int) length, name,
                            near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
                            near == NULL ? "" : "`?");
}

bool until_open(struct until *u, const char *text, unsigned variants, struct failure *failure)
{
    const char *sign = strstr(text, "±"), *why;
    size_t sign_length = strlen("±");
    *u = (struct until){0};
    if (sign == NULL) {
        sign = strstr(text, "+-");
        sign_length = 2;
    }
    if (sign == NULL)
        return failure_set_user(
            failure, "--until needs METRIC ± SHARE, as 'election_time.p99 ± 5%%', not `%s`", text);
    size_t length = (size_t) (sign - text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    const char *share = sign + sign_length + strspn(sign + sign_length, " ");
    uint64_t rate;
    uint32_t index = metric_find(text, length);
    if (index == UINT32_MAX)
        return unknown_metric(text, length, failure);
    if (!read_rate(share, strlen(share), &rate, &why))
        return failure_set_user(failure, "--until: `%s` %s", share, why);
    if (rate == 0)
        return failure_set_user(failure, "--until: ± 0%% would take all seeds there are");
    u->metric = &metric_infos[index];
    if (has_suffix(u->metric->name, ".max"))
        return failure_set_user(failure, "--until: a maximum has no interval; take a quantile");
    u->tightness = (double) rate / 4294967296.0;
    const char *dot = strrchr(u->metric->name, '.');
    u->of_elections = dot != NULL && dot[1] == 'p';
    u->variants = calloc(variants, sizeof *u->variants);
    u->variant_count = variants;
    return u->variants != NULL || failure_set(failure, "out of memory");
}

void until_close(struct until *u)
{
    for (unsigned i = 0; u->variants != NULL && i < u->variant_count; i++)
        free(u->variants[i].values);
    free(u->variants);
    *u = (struct until){0};
}

/* ---- Samples --------------------------------------------------------------------------------- */

static void add(struct until *u, struct until_samples *s, double value)
{
    if (s->count == s->capacity) {
        size_t capacity = s->capacity * 2 + 256;
        double *grown = realloc(s->values, capacity * sizeof *grown);
        if (grown == NULL) {
            u->out_of_memory = true;
            return;
        }
        s->values = grown;
        s->capacity = capacity;
    }
    s->values[s->count++] = value;
}

/* The time that the metric is of, of a decided election; false where it has none. */
static bool time_of(const struct until *u, const struct election_row *row, double *time)
{
    const char *name = u->metric->name;
    sim_ns from = strncmp(name, "election_time.", 14) == 0 ? row->started : row->vacant;
    sim_ns to = strncmp(name, "detection_time.", 15) == 0 ? row->started : row->decided;
    if (from == TIME_NONE || to == TIME_NONE || to < from
        || (row->outcome == ELECTION_FAILED && to == row->decided))
        return false;
    *time = (double) (to - from) / 1e9;
    return true;
}

void until_add(struct until *u, unsigned variant, const struct run_record *record)
{
    struct until_samples *s = &u->variants[variant];
    const struct metric_value *m = &record->result.metrics[u->metric - metric_infos];
    double time;
    if (!u->of_elections) {
        if (m->defined)
            add(u, s, m->lo);
        return;
    }
    for (uint32_t i = 0; i < record->result.election_count; i++)
        if (time_of(u, &record->result.elections[i], &time))
            add(u, s, time);
}

/* ---- Figures --------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static struct quantile figure_of(const struct until *u, const struct until_samples *s)
{
    const double endless = (double) INFINITY;
    if (s->count == 0)
        return (struct quantile){0, -endless, endless};
    if (u->of_elections) {
        double share = strtod(strrchr(u->metric->name, '.') + 2, NULL) / 100;
        return quantile_95(s->values, s->count, share);
    }
    double mean = sample_mean(s->values, s->count);
    double margin = sample_mean_margin(s->values, s->count);
    return (struct quantile){mean, mean - margin, mean + margin};
}

static bool is_tight(const struct until *u, struct quantile q)
{
    return isfinite(q.low) && isfinite(q.high)
           && (q.high - q.low) / 2 <= u->tightness * fabs(q.value);
}

bool until_reached(struct until *u)
{
    bool reached = true;
    for (unsigned i = 0; i < u->variant_count; i++) {
        struct until_samples *s = &u->variants[i];
        if (u->of_elections && s->count > 0)
            qsort(s->values, s->count, sizeof *s->values, by_value);
        reached = reached && is_tight(u, figure_of(u, s));
    }
    return reached;
}

void until_tell(const struct until *u, char *const *names, FILE *out)
{
    for (unsigned i = 0; i < u->variant_count; i++) {
        struct quantile q = figure_of(u, &u->variants[i]);
        char value[FIGURE_MAX], low[FIGURE_MAX] = "?", high[FIGURE_MAX] = "?";
        format_metric(value, u->metric->unit, q.value);
        if (isfinite(q.low))
            format_metric(low, u->metric->unit, figure_clip(u->metric->unit, q.low));
        if (isfinite(q.high))
            format_metric(high, u->metric->unit, figure_clip(u->metric->unit, q.high));
        fprintf(out, "  %s %s (%s .. %s) of %zu %s%s%s: %s\n", u->metric->name, value, low, high,
                u->variants[i].count, u->of_elections ? "elections" : "runs",
                *names[i] == '\0' ? "" : ", ", names[i],
                is_tight(u, q) ? "tight enough" : "not tight enough");
    }
}

void until_write_json(struct until *u, char *const *names, struct json *j)
{
    json_begin(j, "until", '{');
    json_text(j, "metric", u->metric->name);
    json_real(j, "tightness", true, u->tightness);
    json_bool(j, "reached", until_reached(u));
    json_begin(j, "variants", '[');
    for (unsigned i = 0; i < u->variant_count; i++) {
        struct quantile q = figure_of(u, &u->variants[i]);
        json_begin(j, NULL, '{');
        json_text(j, "variant", names[i]);
        json_unsigned(j, u->of_elections ? "elections" : "runs", u->variants[i].count);
        json_real(j, "value", isfinite(q.value), q.value);
        json_real(j, "low", isfinite(q.low), q.low);
        json_real(j, "high", isfinite(q.high), q.high);
        json_bool(j, "reached", is_tight(u, q));
        json_end(j, '}');
    }
    json_end(j, ']');
    json_end(j, '}');
}
