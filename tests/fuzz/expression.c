/* Any bytes as an expression over metrics, for libFuzzer. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "scenarios/language/expression.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct diagnostics diagnostics = {0};
    const char *text = (const char *) bytes;
    struct expression *expression
        = expression_parse(text, size, "--for", 1, 1, text, size, &diagnostics);
    struct metric_value *metrics = calloc(metric_count(), sizeof *metrics);
    double value;
    if (expression != NULL && metrics != NULL) {
        for (uint32_t i = 0; i < metric_count(); i++)
            metrics[i] = (struct metric_value){.defined = i % 3 != 0, .lo = i, .hi = i};
        (void) expression_evaluate(expression, metrics);
        (void) expression_shows(expression, metrics);
        (void) expression_value(expression, metrics, &value);
    } else if (expression == NULL && !diagnostics_any(&diagnostics) && !diagnostics.out_of_memory) {
        abort(); /* refused without a word */
    }
    free(metrics);
    expression_free(expression);
    diagnostics_clear(&diagnostics);
    return 0;
}
