/* Expressions over metrics: `expect:`, `--for`. Comparisons, and, or, not, parentheses, + - * /,
 * numbers with units (1s, 99.9%, 3/h), metric names.
 *
 * Metrics can be intervals (an election still open could take longer), so an expression is true,
 * false, or undecided: interval arithmetic below, three-valued logic above. */
#ifndef CONCLAVE_LANGUAGE_EXPRESSION_H
#define CONCLAVE_LANGUAGE_EXPRESSION_H

#include "scenarios/language/diagnostic.h"
#include "sim/metrics.h"

struct expression;

/* Calls back for each level of the grammar, loosest first, and then for numbers and names: the
 * words and signs of it, and what they mean. */
typedef void expression_visitor(void *context, const char *words, const char *about);
void expression_visit_grammar(expression_visitor *visitor, void *context);

enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNDECIDED };

/* NULL with a diagnostic at its column. `file`, `line` and `column` say where text stands (column
 * of its first byte); line_text as in diagnostics_add(). Free with expression_free(). */
struct expression *expression_parse(const char *text, size_t length, const char *file,
                                    unsigned line, unsigned column, const char *line_text,
                                    size_t line_length, struct diagnostics *diagnostics);
void expression_free(struct expression *expression);

/* `metrics` has metric_count() values. A comparison with a metric that is not defined (no election
 * to measure) is vacuously true, or undecided where the run ended too early to measure any;
 * expression_undefined() then says which. */
enum truth expression_evaluate(const struct expression *expression,
                               const struct metric_value *metrics);
/* Whether a run shows it: true by something that was measured. Here a comparison with a metric that
 * is not defined is undecided, so that no run without elections shows `election_time.max > 1s`. */
bool expression_shows(const struct expression *expression, const struct metric_value *metrics);
/* Value of the left side of the outermost comparison, for `expectation.value` and ranking; false
 * when there is none or it is not defined. */
bool expression_value(const struct expression *expression, const struct metric_value *metrics,
                      double *value);
/* The unit of that value; false where it has none, as a quotient of two times. */
bool expression_value_unit(const struct expression *expression, enum metric_unit *unit);
/* Whether a metric of that unit stands in it. */
bool expression_has_unit(const struct expression *expression, enum metric_unit unit);
/* Name of the first metric in it that is not defined, or NULL. */
const char *expression_undefined(const struct expression *expression,
                                 const struct metric_value *metrics);

#endif
