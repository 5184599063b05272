/* A sweep as test cases: one for each expectation of each variant, and one for its promises. */
#include <inttypes.h>
#include <stdlib.h>

#include "analysis/cli/sweep.h"
#include "analysis/summary/junit.h"

/* A case of one variant, which some of its runs failed. */
static void add_case(const struct sweep *s, unsigned variant, const char *name, const char *failure,
                     const struct tally *tally, FILE *out)
{
    const char *variant_name = s->plan->names[variant];
    char detail[64];
    char *command
        = failure == NULL ? NULL : plan_command(s->cli, s->plan, variant, tally->first_failed);
    (void) snprintf(detail, sizeof detail, "in %" PRIu64 " runs, first with seed %" PRIu64,
                    tally->failures, tally->first_failed);
    const struct junit_case c
        = {.classname = *variant_name == '\0' ? s->plan->scenarios[variant]->title : variant_name,
           .name = name,
           .failure = failure,
           .detail = detail,
           .command = command == NULL ? "" : command};
    junit_add(out, &c);
    free(command);
}

static const char *failure_of(const struct sweep *s, unsigned variant, uint32_t i)
{
    if (!sweep_fails(s, variant, i))
        return NULL;
    return s->plan->scenarios[variant]->expectations[i].sometimes
               ? "no run showed it"
               : "the expectation failed, or stayed open";
}

void sweep_write_junit(const struct sweep *s, FILE *out)
{
    const struct plan *plan = s->plan;
    uint64_t tests = 0, failures = 0;
    for (unsigned v = 0; v < plan->variant_count; v++) {
        tests += plan->scenarios[v]->expectation_count + 1;
        failures += s->promises[v].failures > 0;
        for (uint32_t i = 0; i < plan->scenarios[v]->expectation_count; i++)
            failures += sweep_fails(s, v, i);
    }
    junit_begin(out, plan->scenarios[0]->title, tests, failures);
    for (unsigned v = 0; v < plan->variant_count; v++) {
        const struct scenario *sc = plan->scenarios[v];
        add_case(s, v, "promises of the algorithm",
                 s->promises[v].failures > 0 ? "a promise was broken" : NULL, &s->promises[v], out);
        for (uint32_t i = 0; i < sc->expectation_count; i++)
            add_case(s, v, sc->expectations[i].text, failure_of(s, v, i), sweep_tally_of(s, v, i),
                     out);
    }
    junit_end(out);
}
