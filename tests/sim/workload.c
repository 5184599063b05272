#include <criterion/criterion.h>

#include "tests/sim/toy.h"

static struct toy t;

static void with_leader(enum operation_guard guard)
{
    toy_init(&t, 3);
    t.config.every = 0;
    t.config.leader = 0;
    t.scenario.workload
        = (struct workload){.interval = 100 * MILLISECOND,
                            .guard = guard,
                            .duration = {.kind = DISTRIBUTION_CONSTANT, .a = 50 * MILLISECOND}};
}

static uint32_t outcomes(enum operation_outcome outcome)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t.record_count; i++)
        count += t.records[i].kind == RECORD_OPERATION && t.records[i].detail == outcome;
    return count;
}

Test(workload, a_leader_does_one_operation_an_interval)
{
    with_leader(GUARD_FENCING);
    toy_run(&t);
    cr_assert_eq(outcomes(OPERATION_ACCEPTED), 9);
    cr_assert_eq(toy_find(&t, RECORD_OPERATION, 0, 0)->at, 150 * MILLISECOND);
    cr_assert_eq(toy_find(&t, RECORD_OPERATION, 0, 0)->value, 100 * MILLISECOND);
    toy_close(&t);
}

Test(workload, without_a_leader_every_operation_fails)
{
    with_leader(GUARD_NONE);
    t.config.leader = NODE_NONE;
    toy_run(&t);
    cr_assert_eq(outcomes(OPERATION_NO_LEADER), 10);
    toy_close(&t);
}

Test(workload, a_process_that_is_paused_between_check_and_write_writes_late)
{
    with_leader(GUARD_NONE);
    toy_fault(&t, "pause", 120 * MILLISECOND, 300 * MILLISECOND, 0);
    toy_run(&t);
    cr_assert_eq(toy_find(&t, RECORD_OPERATION, 0, 0)->at, 420 * MILLISECOND);
    toy_close(&t);
}

Test(workload, a_crash_between_check_and_write_loses_the_operation)
{
    with_leader(GUARD_NONE);
    toy_fault(&t, "crash", 120 * MILLISECOND, 0, 0);
    toy_run(&t);
    cr_assert_eq(outcomes(OPERATION_FAILED), 1);
    toy_close(&t);
}

Test(workload, a_leader_without_a_majority_fails_the_quorum_guard)
{
    with_leader(GUARD_QUORUM);
    toy_fault(&t, "isolate", 300 * MILLISECOND, 300 * MILLISECOND, 0);
    toy_run(&t);
    cr_assert_eq(outcomes(OPERATION_REJECTED), 3);
    cr_assert_eq(outcomes(OPERATION_ACCEPTED), 6);
    toy_close(&t);
}
