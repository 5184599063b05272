#include "tests/foreign/scenarios/any_library.h"

#include <criterion/criterion.h>

void elects_again_after_a_crash(struct running *r, const char *yaml)
{
    running_open(r, yaml, NULL, 0);
    for (uint64_t seed = 1; seed <= 50; seed++) {
        const struct run_result *result = running_run(r, seed);
        running_assert_safe(r);
        cr_assert_geq(result->leadership_count, 2);
        cr_assert_eq(result->leaderships[0].end_reason, LEADERSHIP_CRASH);
        cr_assert_eq(result->leaderships[result->leadership_count - 1].end_reason,
                     LEADERSHIP_RUN_ENDED);
        cr_assert_gt(running_metric(r, "client_availability"), 0.5);
    }
    running_close(r);
}

void hands_over_to_n3_within_a_few_messages(struct running *r, const char *yaml)
{
    running_open(r, yaml, NULL, 0);
    const struct run_result *result = running_run(r, 1);
    cr_assert_eq(result->leaderships[result->leadership_count - 1].node, 2);
    cr_expect_gt(running_metric(r, "availability"), 0.9);
    running_close(r);
}
