#include "analysis/plot/axis.h"

#include <stdlib.h>
#include <string.h>

#include "scenarios/language/units.h"

static bool read_as_count(const char *text, double *number)
{
    uint64_t value;
    const char *why;
    bool good = read_count(text, strlen(text), &value, &why);
    *number = good ? (double) value : 0;
    return good;
}

static bool read_as_duration(const char *text, double *number)
{
    sim_ns value;
    const char *why;
    bool good = read_duration(text, strlen(text), &value, &why);
    *number = good ? (double) value / 1e9 : 0;
    return good;
}

static bool read_as_rate(const char *text, double *number)
{
    uint64_t value;
    const char *why;
    bool good = read_rate(text, strlen(text), &value, &why);
    *number = good ? (double) value / 4294967296.0 : 0;
    return good;
}

static bool read_as_factor(const char *text, double *number)
{
    uint32_t value;
    const char *why;
    bool good = read_factor(text, strlen(text), &value, &why);
    *number = good ? (double) value / 1000 : 0;
    return good;
}

/* Ranges have an order, but no one place on an axis. */
static bool read_as_range(const char *text, double *number)
{
    struct sim_range value;
    const char *why;
    bool good = read_range(text, strlen(text), &value, &why);
    *number = good ? (double) value.min + (double) value.max / 1e9 : 0;
    return good;
}

static const struct {
    bool (*read)(const char *text, double *number);
    bool numeric;
} readers[] = {
    {read_as_count, true},  {read_as_duration, true}, {read_as_rate, true},
    {read_as_factor, true}, {read_as_range, false},
};

#define READER_COUNT (sizeof readers / sizeof *readers)

static void collect(struct axis *axis, const struct plot_runs *runs)
{
    for (unsigned i = 0; i < runs->count; i++) {
        const char *text = runs_parameter(&runs->runs[i], axis->key);
        if (text == NULL || axis_find(axis, &runs->runs[i]) < axis->count)
            continue;
        if (axis->count == AXIS_VALUES_MAX)
            axis->overflow = true;
        else
            axis->texts[axis->count++] = text;
    }
}

/* The first reader that understands all values; READER_COUNT when none does. */
static unsigned understand(struct axis *axis)
{
    for (unsigned r = 0; r < READER_COUNT; r++) {
        unsigned understood = 0;
        while (understood < axis->count
               && readers[r].read(axis->texts[understood], &axis->at[understood]))
            understood++;
        if (understood == axis->count)
            return r;
    }
    return READER_COUNT;
}

static bool before(const struct axis *axis, bool by_number, unsigned a, unsigned b)
{
    if (by_number && axis->at[a] != axis->at[b])
        return axis->at[a] < axis->at[b];
    return strcmp(axis->texts[a], axis->texts[b]) < 0;
}

/* Insertion: an axis has few values. */
static void sort(struct axis *axis, bool by_number)
{
    for (unsigned i = 1; i < axis->count; i++)
        for (unsigned k = i; k > 0 && before(axis, by_number, k, k - 1); k--) {
            const char *text = axis->texts[k];
            double at = axis->at[k];
            axis->texts[k] = axis->texts[k - 1];
            axis->at[k] = axis->at[k - 1];
            axis->texts[k - 1] = text;
            axis->at[k - 1] = at;
        }
}

void axis_read(struct axis *axis, const struct plot_runs *runs, const char *key)
{
    *axis = (struct axis){.key = key};
    collect(axis, runs);
    unsigned reader = understand(axis);
    sort(axis, reader < READER_COUNT);
    axis->numeric = reader < READER_COUNT && readers[reader].numeric;
    for (unsigned i = 0; !axis->numeric && i < axis->count; i++)
        axis->at[i] = i + 1;
    axis->logarithmic = axis->numeric && axis->count > 1 && axis->at[0] > 0
                        && axis->at[axis->count - 1] > 20 * axis->at[0];
}

unsigned axis_find(const struct axis *axis, const struct plot_run *run)
{
    const char *text = runs_parameter(run, axis->key);
    unsigned i = 0;
    if (text == NULL)
        return axis->count;
    while (i < axis->count && strcmp(axis->texts[i], text) != 0)
        i++;
    return i;
}

/* gnuplot takes the labels of tics for formats, so that a per cent sign has to be two. */
static void write_tic(FILE *out, const char *text)
{
    char doubled[128];
    size_t length = 0;
    for (; *text != '\0' && length + 3 < sizeof doubled; text++) {
        doubled[length++] = *text;
        if (*text == '%')
            doubled[length++] = '%';
    }
    doubled[length] = '\0';
    chart_quote(out, doubled);
}

void axis_write(const struct axis *axis, const char *name, struct chart *chart)
{
    FILE *out = chart->program;
    fprintf(out, "%s_key = ", name);
    chart_quote(out, axis->key);
    fprintf(out, "\n%s_count = %u\n%s_log = %d\narray %s_at[%u]\narray %s_text[%u]\n", name,
            axis->count, name, axis->logarithmic, name, axis->count, name, axis->count);
    for (unsigned i = 0; i < axis->count; i++) {
        fprintf(out, "%s_at[%u] = %.9g; %s_text[%u] = ", name, i + 1, axis->at[i], name, i + 1);
        write_tic(out, axis->texts[i]);
        fputc('\n', out);
    }
}
