#include "analysis/cli/sweep_figures.h"

#include <inttypes.h>
#include <string.h>

#include "analysis/cli/text.h"
#include "analysis/summary/format.h"

static const char *const metrics[FIGURE_TABLES]
    = {"downtime.mean", "elections_per_hour", "availability", "split_brain_time"};

/* A column shows a figure of one table's row. */
static double estimate_of(const struct table_row *row)
{
    return row->estimate;
}

static double p50_of(const struct table_row *row)
{
    return row->p50.value;
}

static double p99_of(const struct table_row *row)
{
    return row->p99.value;
}

static const struct {
    const char *name;
    unsigned table;
    double (*of)(const struct table_row *row);
} columns[] = {
    {"downtime.mean", 0, estimate_of}, {"downtime.p50", 0, p50_of},
    {"downtime.p99", 0, p99_of},       {"elections_per_hour", 1, estimate_of},
    {"availability", 2, estimate_of},  {"split_brain_time", 3, estimate_of},
};

#define COLUMN_COUNT (sizeof columns / sizeof *columns)

/* Whatever a scenario draws for each seed, its runs are of one variant. */
static uint32_t variant_of(const void *context, int64_t run)
{
    const struct figures *figures = context;
    uint32_t group = groups_of(&figures->groups, run);
    if (group == GROUP_NONE)
        return GROUP_NONE;
    for (unsigned v = 0; v < figures->plan->variant_count; v++)
        if (strcmp(figures->plan->names[v], figures->groups.groups[group].variant) == 0)
            return v;
    return GROUP_NONE;
}

bool figures_read(const struct sweep *s, struct figures *figures, struct failure *failure)
{
    *figures = (struct figures){.plan = s->plan};
    struct database *d = database_open(s->db, failure);
    bool read = d != NULL && groups_read(d, NULL, &figures->groups, failure);
    for (unsigned i = 0; read && i < FIGURE_TABLES; i++) {
        uint32_t metric = metric_find(metrics[i], strlen(metrics[i]));
        read = table_read_by(d, &metric_infos[metric], s->plan->variant_count, variant_of, figures,
                             &figures->tables[i], failure);
    }
    database_close(d);
    return read;
}

void figures_free(struct figures *figures)
{
    for (unsigned i = 0; i < FIGURE_TABLES; i++)
        table_free(&figures->tables[i]);
    groups_free(&figures->groups);
}

/* The row that a column shows of a variant; NULL where that has nothing to measure. */
static const struct table_row *row_of(const struct figures *figures, size_t column,
                                      unsigned variant)
{
    const struct table_row *row = &figures->tables[columns[column].table].rows[variant];
    return row->count == 0 ? NULL : row;
}

static const char *name_of(const char *variant)
{
    return *variant == '\0' ? "(all)" : variant;
}

void figures_print(const struct figures *figures, FILE *out)
{
    const struct table *first = &figures->tables[0];
    int widest = text_width("variant");
    char *const *names = figures->plan->names;
    for (unsigned v = 0; v < figures->plan->variant_count; v++)
        if (text_width(name_of(names[v])) > widest)
            widest = text_width(name_of(names[v]));
    fprintf(out, "\n  %-*s  %8s", widest, "variant", "runs");
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        fprintf(out, "  %s", columns[c].name);
    for (unsigned v = 0; v < figures->plan->variant_count; v++) {
        const char *name = name_of(names[v]);
        fprintf(out, "\n  %s%*s  %8" PRIu64, name, widest - text_width(name), "",
                first->rows[v].runs);
        for (size_t c = 0; c < COLUMN_COUNT; c++) {
            const struct table_row *row = row_of(figures, c, v);
            char text[FIGURE_MAX] = "-";
            if (row != NULL)
                format_metric(text, figures->tables[columns[c].table].metric->unit,
                              columns[c].of(row));
            fprintf(out, "  %*s%s", (int) strlen(columns[c].name) - text_width(text), "", text);
        }
    }
    fputc('\n', out);
}

void figures_write_json(const struct figures *figures, unsigned variant, struct json *j)
{
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        const struct table_row *row = row_of(figures, c, variant);
        json_real(j, columns[c].name, row != NULL, row == NULL ? 0 : columns[c].of(row));
    }
}
