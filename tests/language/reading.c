#include "tests/language/reading.h"

#include <criterion/criterion.h>
#include <string.h>

void report_mistakes(const char *text, size_t length, const char *variant,
                     const struct override *overrides, unsigned override_count,
                     char report[REPORT_MAX])
{
    struct diagnostics diagnostics = {0};
    struct source source = {"test.yaml", text, length};
    struct document *document = document_open(&source, &diagnostics);
    struct scenario *scenario = NULL;
    if (document != NULL)
        scenario
            = document_scenario(document, variant, overrides, override_count, NULL, &diagnostics);
    cr_assert(scenario != NULL || diagnostics_any(&diagnostics), "refused without a word");
    cr_assert(scenario == NULL || !diagnostics_any(&diagnostics), "taken in spite of mistakes");
    size_t used = 0;
    report[0] = '\0';
    for (unsigned i = 0; i < diagnostics.count; i++) {
        const struct diagnostic *d = &diagnostics.items[i];
        int count = snprintf(report + used, REPORT_MAX - used, "%s%u:%u: %s%s%s%s\n",
                             strcmp(d->file, "--set") == 0 ? "--set:" : "", d->line, d->column,
                             d->message, d->suggestion != NULL ? " (" : "",
                             d->suggestion != NULL ? d->suggestion : "",
                             d->suggestion != NULL ? ")" : "");
        used += (size_t) count;
        cr_assert(used < REPORT_MAX);
    }
    scenario_free(scenario);
    document_free(document);
    diagnostics_clear(&diagnostics);
}

struct reading read_right(const char *text, const char *variant, const struct override *overrides,
                          unsigned override_count)
{
    struct diagnostics diagnostics = {0};
    struct source source = {"test.yaml", text, strlen(text)};
    struct reading reading = {0};
    reading.document = document_open(&source, &diagnostics);
    if (reading.document != NULL)
        reading.scenario = document_scenario(reading.document, variant, overrides, override_count,
                                             NULL, &diagnostics);
    if (reading.scenario == NULL)
        diagnostics_print(&diagnostics, stderr);
    cr_assert(reading.scenario != NULL, "a right scenario was refused");
    diagnostics_clear(&diagnostics);
    return reading;
}

void reading_close(struct reading *reading)
{
    scenario_free(reading->scenario);
    document_free(reading->document);
}
