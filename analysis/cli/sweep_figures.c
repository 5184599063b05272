#include "analysis/cli/sweep_figures.h"

#include <inttypes.h>
#include <string.h>

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

bool figures_read(const char *db, struct figures *figures, struct failure *failure)
{
    *figures = (struct figures){0};
    struct database *d = database_open(db, failure);
    bool read = d != NULL;
    for (unsigned i = 0; read && i < FIGURE_TABLES; i++) {
        uint32_t metric = metric_find(metrics[i], strlen(metrics[i]));
        read = table_read(d, &metric_infos[metric], &figures->tables[i], failure);
    }
    database_close(d);
    return read;
}

void figures_free(struct figures *figures)
{
    for (unsigned i = 0; i < FIGURE_TABLES; i++)
        table_free(&figures->tables[i]);
}

/* The row that a column shows of a variant; NULL where that has nothing to measure. */
static const struct table_row *row_of(const struct figures *figures, size_t column,
                                      const char *variant)
{
    const struct table_row *row = table_find(&figures->tables[columns[column].table], variant);
    return row == NULL || row->count == 0 ? NULL : row;
}

static const char *name_of(const char *variant)
{
    return *variant == '\0' ? "(all)" : variant;
}

/* Characters of UTF-8 text. */
static int width_of(const char *text)
{
    int width = 0;
    for (; *text != '\0'; text++)
        width += ((unsigned char) *text & 0xC0) != 0x80;
    return width;
}

void figures_print(const struct figures *figures, FILE *out)
{
    const struct table *first = &figures->tables[0];
    int widest = width_of("variant");
    for (size_t i = 0; i < first->count; i++)
        if (width_of(name_of(first->rows[i].variant)) > widest)
            widest = width_of(name_of(first->rows[i].variant));
    fprintf(out, "\n  %-*s  %8s", widest, "variant", "runs");
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        fprintf(out, "  %s", columns[c].name);
    for (size_t i = 0; i < first->count; i++) {
        const char *variant = first->rows[i].variant, *name = name_of(variant);
        fprintf(out, "\n  %s%*s  %8" PRIu64, name, widest - width_of(name), "",
                first->rows[i].runs);
        for (size_t c = 0; c < COLUMN_COUNT; c++) {
            const struct table_row *row = row_of(figures, c, variant);
            char text[FIGURE_MAX] = "-";
            if (row != NULL)
                format_metric(text, figures->tables[columns[c].table].metric->unit,
                              columns[c].of(row));
            fprintf(out, "  %*s%s", (int) strlen(columns[c].name) - width_of(text), "", text);
        }
    }
    fputc('\n', out);
}

void figures_write_json(const struct figures *figures, const char *variant, struct json *j)
{
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        const struct table_row *row = row_of(figures, c, variant);
        json_real(j, columns[c].name, row != NULL, row == NULL ? 0 : columns[c].of(row));
    }
}
