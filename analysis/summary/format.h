/* Figures as people read them. */
#ifndef CONCLAVE_SUMMARY_FORMAT_H
#define CONCLAVE_SUMMARY_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "scenarios/language/expression.h"
#include "sim/metrics.h"

#define FIGURE_MAX 48

/* "183 ms", "1.234 s", "6 h 2 min": three or four digits, never more than is known. */
void format_seconds(char text[FIGURE_MAX], double seconds);
/* The same for simulated time; "-" for TIME_NONE. */
void format_time(char text[FIGURE_MAX], sim_ns time);
/* A point of simulated time, always in seconds and aligned: "12.345 s"; "-" for TIME_NONE. */
void format_instant(char text[FIGURE_MAX], sim_ns time);
/* A metric's value in its unit: "99.93 %", "12", "3.2 /h". */
void format_metric(char text[FIGURE_MAX], enum metric_unit unit, double value);
/* The left side of an expression's comparison, in its unit where it has one. */
void format_value(char text[FIGURE_MAX], const struct expression *expression, double value);
/* With what is not known: "at least 2.1 s", "-" where nothing was measured. */
void format_metric_value(char text[FIGURE_MAX], enum metric_unit unit,
                         const struct metric_value *value);
/* "1 234 567" */
void format_count(char text[FIGURE_MAX], unsigned long long count);

#endif
