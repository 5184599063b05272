#include "analysis/plot/chart.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool chart_begin(struct chart *chart)
{
    *chart = (struct chart){.height = 1};
    chart->program = open_memstream(&chart->program_text, &chart->program_size);
    chart->csv = open_memstream(&chart->csv_text, &chart->csv_size);
    return chart->program != NULL && chart->csv != NULL;
}

static bool close_stream(FILE **stream)
{
    bool good = *stream != NULL && !ferror(*stream);
    if (*stream != NULL)
        good = fclose(*stream) == 0 && good;
    *stream = NULL;
    return good;
}

bool chart_finish(struct chart *chart)
{
    bool program = close_stream(&chart->program), csv = close_stream(&chart->csv);
    return program && csv;
}

void chart_free(struct chart *chart)
{
    (void) chart_finish(chart);
    free(chart->program_text);
    free(chart->csv_text);
    free(chart->empty);
    *chart = (struct chart){0};
}

/* printf into memory of its own; NULL when there is none. */
static char *format_text(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = length < 0 ? NULL : malloc((size_t) length + 1);
    if (text != NULL)
        (void) vsnprintf(text, (size_t) length + 1, format, again);
    va_end(again);
    return text;
}

bool chart_empty(struct chart *chart, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    free(chart->empty);
    chart->empty = format_text(format, arguments);
    va_end(arguments);
    return chart->empty != NULL;
}

void chart_quote(FILE *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                " .,:;()/=+-_%<>*?!#";
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char) *text;
        if (strchr(plain, c) != NULL)
            fputc(c, out);
        else if (c < ' ' || c == 0x7f)
            fputc(' ', out);
        else
            fprintf(out, "\\%03o", (unsigned) c);
    }
    fputc('"', out);
}

void chart_number(struct chart *chart, const char *name, double value)
{
    fprintf(chart->program, "%s = %.9g\n", name, value);
}

void chart_text(struct chart *chart, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    fprintf(chart->program, "%s = ", name);
    chart_quote(chart->program, text == NULL ? "" : text);
    fputc('\n', chart->program);
    free(text);
}

void chart_texts(struct chart *chart, const char *name, const char *const *texts, unsigned count)
{
    fprintf(chart->program, "array %s[%u]\n", name, count);
    for (unsigned i = 0; i < count; i++) {
        fprintf(chart->program, "%s[%u] = ", name, i + 1);
        chart_quote(chart->program, texts[i]);
        fputc('\n', chart->program);
    }
}

void chart_block(struct chart *chart, const char *name, const char *columns)
{
    fprintf(chart->program, "$%s << END_OF_DATA\n", name);
    chart->in_csv = columns != NULL;
    chart->column = 0;
    if (columns != NULL)
        fprintf(chart->csv, "%s\n", columns);
}

static void separate(struct chart *chart)
{
    if (chart->column++ == 0)
        return;
    fputc(' ', chart->program);
    if (chart->in_csv)
        fputc(',', chart->csv);
}

void chart_cell(struct chart *chart, double value)
{
    separate(chart);
    if (isfinite(value))
        fprintf(chart->program, "%.9g", value);
    else
        fputs("NaN", chart->program);
    if (chart->in_csv && isfinite(value))
        fprintf(chart->csv, "%.9g", value);
}

/* As RFC 4180 quotes, and so that a spreadsheet takes no cell for a formula. */
static void write_csv_text(FILE *out, const char *text)
{
    fputs(*text != '\0' && strchr("=+-@", *text) != NULL ? "\"'" : "\"", out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc((unsigned char) *text < ' ' ? ' ' : *text, out);
    }
    fputc('"', out);
}

void chart_cell_text(struct chart *chart, const char *text)
{
    separate(chart);
    fputc('"', chart->program);
    for (const char *c = text; *c != '\0'; c++) /* a data block knows no escapes */
        fputc(*c == '"'                  ? '\''
              : *c == '\\'               ? '/'
              : (unsigned char) *c < ' ' ? ' '
                                         : *c,
              chart->program);
    fputc('"', chart->program);
    if (chart->in_csv)
        write_csv_text(chart->csv, text);
}

void chart_row_end(struct chart *chart)
{
    fputc('\n', chart->program);
    if (chart->in_csv)
        fputc('\n', chart->csv);
    chart->column = 0;
}

void chart_series_end(struct chart *chart)
{
    fputs("\n\n", chart->program);
}

void chart_block_end(struct chart *chart)
{
    fputs("END_OF_DATA\n", chart->program);
    chart->in_csv = false;
}
