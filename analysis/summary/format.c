#include "analysis/summary/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void format_seconds(char text[FIGURE_MAX], double seconds)
{
    double size = fabs(seconds);
    if (size == 0)
        (void) snprintf(text, FIGURE_MAX, "0 s");
    else if (size < 1e-6)
        (void) snprintf(text, FIGURE_MAX, "%.0f ns", seconds * 1e9);
    else if (size < 1e-3)
        (void) snprintf(text, FIGURE_MAX, "%.3g us", seconds * 1e6);
    else if (size < 0.9995)
        (void) snprintf(text, FIGURE_MAX, size < 0.0995 ? "%.3g ms" : "%.0f ms", seconds * 1e3);
    else if (size < 120)
        (void) snprintf(text, FIGURE_MAX, size < 10 ? "%.3f s" : "%.2f s", seconds);
    else if (size < 7200)
        (void) snprintf(text, FIGURE_MAX, "%.1f min", seconds / 60);
    else
        (void) snprintf(text, FIGURE_MAX, "%.1f h", seconds / 3600);
}

void format_time(char text[FIGURE_MAX], sim_ns time)
{
    if (time == TIME_NONE)
        (void) snprintf(text, FIGURE_MAX, "-");
    else
        format_seconds(text, (double) time / 1e9);
}

void format_instant(char text[FIGURE_MAX], sim_ns time)
{
    if (time == TIME_NONE)
        (void) snprintf(text, FIGURE_MAX, "-");
    else
        (void) snprintf(text, FIGURE_MAX, "%" PRId64 ".%03" PRId64 " s", time / SECOND,
                        time % SECOND / MILLISECOND);
}

void format_count(char text[FIGURE_MAX], unsigned long long count)
{
    char digits[FIGURE_MAX];
    int length = snprintf(digits, sizeof digits, "%llu", count), at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[at++] = ' ';
        text[at++] = digits[i];
    }
    text[at] = '\0';
}

void format_metric(char text[FIGURE_MAX], enum metric_unit unit, double value)
{
    switch (unit) {
    case UNIT_SECONDS:
        format_seconds(text, value);
        return;
    case UNIT_COUNT:
        (void) snprintf(text, FIGURE_MAX, value == floor(value) ? "%.0f" : "%.2f", value);
        return;
    case UNIT_RATIO:
        (void) snprintf(text, FIGURE_MAX, "%.*f %%", value > 0.999 && value < 1 ? 4 : 2,
                        value * 100);
        return;
    case UNIT_PER_HOUR:
        (void) snprintf(text, FIGURE_MAX, "%.4g /h", value);
        return;
    case UNIT_PER_SECOND:
        (void) snprintf(text, FIGURE_MAX, "%.4g /s", value);
        return;
    }
}

void format_value(char text[FIGURE_MAX], const struct expression *expression, double value)
{
    enum metric_unit unit;
    if (expression_value_unit(expression, &unit))
        format_metric(text, unit, value);
    else
        (void) snprintf(text, FIGURE_MAX, "%.6g", value);
}

void format_metric_value(char text[FIGURE_MAX], enum metric_unit unit,
                         const struct metric_value *value)
{
    char figure[FIGURE_MAX];
    if (!value->defined) {
        (void) snprintf(text, FIGURE_MAX, "-");
        return;
    }
    format_metric(figure, unit, value->lo);
    bool open = value->unbounded || value->hi > value->lo;
    (void) snprintf(text, FIGURE_MAX, "%s%.40s", open ? ">= " : "", figure);
}
