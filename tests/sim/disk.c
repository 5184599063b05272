#include <criterion/criterion.h>

#include "tests/sim/toy.h"

static struct toy t;

static void with_disk(sim_ns sync)
{
    toy_init(&t, 2);
    t.config.persist = true;
    t.scenario.disk_sync = (struct distribution){.kind = DISTRIBUTION_CONSTANT, .a = sync};
}

Test(disk, a_message_after_the_sync_leaves_when_the_write_is_durable)
{
    with_disk(3 * MILLISECOND);
    toy_run(&t);
    cr_assert_eq(toy_find(&t, RECORD_SYNCED, 0, 0)->at, 13 * MILLISECOND);
    cr_assert_eq(toy_find(&t, RECORD_SENT, 0, 0)->at, 13 * MILLISECOND);
    toy_close(&t);
}

/* The first number that node 2 sends after its restart tells what its disk had kept. */
static uint32_t first_number_after_restart(void)
{
    bool restarted = false;
    for (uint32_t i = 0; i < t.record_count; i++) {
        restarted |= t.records[i].kind == RECORD_CRASHED && t.records[i].node == 1;
        if (restarted && t.records[i].kind == RECORD_SENT && t.records[i].node == 1)
            return t.pings[i];
    }
    return 0;
}

Test(disk, a_crash_keeps_what_was_durable)
{
    with_disk(0);
    toy_fault(&t, "crash", 105 * MILLISECOND, 50 * MILLISECOND, 1);
    toy_run(&t);
    cr_assert_eq(first_number_after_restart(), 11);
    toy_close(&t);
}

Test(disk, a_crash_loses_the_write_that_was_not_yet_durable)
{
    with_disk(8 * MILLISECOND);
    toy_fault(&t, "crash", 105 * MILLISECOND, 50 * MILLISECOND, 1);
    toy_run(&t);
    cr_assert_eq(first_number_after_restart(), 10);
    toy_close(&t);
}

Test(disk, a_wipe_loses_everything)
{
    with_disk(0);
    toy_fault(&t, "wipe", 105 * MILLISECOND, 0, 1);
    toy_run(&t);
    cr_assert_eq(first_number_after_restart(), 1);
    toy_close(&t);
}

Test(disk, a_lying_disk_reports_a_sync_that_a_crash_takes_back)
{
    with_disk(0);
    t.scenario.disk_lie = UINT64_C(1) << 32;
    toy_fault(&t, "crash", 105 * MILLISECOND, 50 * MILLISECOND, 1);
    toy_run(&t);
    cr_assert_eq(toy_find(&t, RECORD_SYNCED, 1, 0)->flags, 1);
    cr_assert_eq(first_number_after_restart(), 1);
    toy_close(&t);
}

Test(disk, writes_become_durable_one_after_the_other)
{
    with_disk(15 * MILLISECOND);
    toy_run(&t);
    cr_assert_eq(toy_find(&t, RECORD_SYNCED, 0, 0)->at, 25 * MILLISECOND);
    cr_assert_eq(toy_find(&t, RECORD_SYNCED, 0, 1)->at, 40 * MILLISECOND);
    cr_assert_eq(toy_find(&t, RECORD_SYNCED, 0, 2)->at, 55 * MILLISECOND);
    toy_close(&t);
}

Test(disk, what_one_callback_persists_is_one_write_of_the_latest)
{
    with_disk(3 * MILLISECOND);
    t.config.persist = 3;
    toy_fault(&t, "crash", 105 * MILLISECOND, 50 * MILLISECOND, 1);
    toy_run(&t);
    cr_assert_eq(toy_find(&t, RECORD_SYNCED, 0, 0)->at, 13 * MILLISECOND);
    cr_assert_eq(toy_find(&t, RECORD_SENT, 0, 0)->at, 13 * MILLISECOND);
    cr_assert_eq(toy_find(&t, RECORD_SYNCED, 0, 1)->at, 23 * MILLISECOND);
    cr_assert_eq(first_number_after_restart(), 11);
    toy_close(&t);
}
