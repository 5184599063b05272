/* Any bytes as a scenario, for libFuzzer: they are refused with words, or make a scenario; nothing
 * else. `./bootstrap fuzz` builds and runs it. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "scenarios/language/language.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct diagnostics diagnostics = {0};
    struct source source = {"fuzz.yaml", (const char *) bytes, size};
    struct document *document = document_open(&source, &diagnostics);
    struct scenario *scenario
        = document == NULL ? NULL : document_scenario(document, NULL, NULL, 0, NULL, &diagnostics);
    if (scenario == NULL && (!diagnostics_any(&diagnostics) || diagnostics.out_of_memory))
        abort(); /* refused without a word, or with a wrong one: memory does not end here */
    scenario_free(scenario);
    document_free(document);
    diagnostics_clear(&diagnostics);
    return 0;
}
