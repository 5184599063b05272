#include "analysis/foreign/disk_log.h"

#include <criterion/criterion.h>

#define TYPE 1u

static struct disk_log disk;

static void append(uint32_t term, uint32_t count)
{
    while (count-- > 0)
        cr_assert(disk_log_append(&disk, term, TYPE));
}

static void expect_log(uint32_t first, uint32_t last, uint32_t last_term)
{
    cr_expect_eq(disk_log_entries(&disk), last + 1 - first);
    cr_expect_eq(disk.first, first);
    cr_expect_eq(disk_log_last(&disk).index, last);
    cr_expect_eq(disk_log_last(&disk).term, last_term);
}

Test(disk_log, entries_of_one_term_and_type_are_one_run)
{
    append(1, 3);
    append(2, 2);
    cr_expect_eq(disk.run_count, 2);
    expect_log(1, 5, 2);
    cr_expect_eq(disk_run_term(disk_log_run(&disk, 3)), 1);
    cr_expect_eq(disk_run_term(disk_log_run(&disk, 4)), 2);
    cr_assert(disk_log_append(&disk, 2, TYPE + 1));
    cr_expect_eq(disk.run_count, 3);
    cr_expect_eq(disk_run_type(disk_log_run(&disk, 6)), TYPE + 1);
}

Test(disk_log, truncation_drops_the_entry_and_all_behind_it)
{
    append(1, 3);
    append(2, 4);
    disk_log_truncate(&disk, 6);
    expect_log(1, 5, 2);
    disk_log_truncate(&disk, 4);
    expect_log(1, 3, 1);
    disk_log_truncate(&disk, 2);
    expect_log(1, 1, 1);
    disk_log_truncate(&disk, 2);
    expect_log(1, 1, 1);
}

Test(disk_log, a_snapshot_keeps_what_trails_it)
{
    append(1, 3);
    append(2, 4);
    disk_log_snapshot(&disk, (struct disk_position){6, 2}, 2);
    expect_log(5, 7, 2);
    cr_expect_eq(disk.run_count, 1);
    disk_log_snapshot(&disk, (struct disk_position){7, 2}, 10);
    expect_log(5, 7, 2);
}

Test(disk_log, a_snapshot_from_the_leader_replaces_the_log)
{
    append(1, 3);
    disk_log_snapshot(&disk, (struct disk_position){9, 4}, 0);
    expect_log(10, 9, 4);
    append(5, 1);
    expect_log(10, 10, 5);
}

Test(disk_log, a_full_one_refuses)
{
    for (uint32_t term = 1; term <= DISK_RUNS_MAX; term++)
        append(term, 1);
    cr_expect_not(disk_log_append(&disk, 5000, TYPE));
    cr_expect(disk_log_append(&disk, DISK_RUNS_MAX, TYPE), "the newest run has room");
}

Test(disk_log, the_term_of_an_index_is_its_entry_s_or_the_snapshot_s_or_none)
{
    append(1, 3);
    append(2, 4);
    disk_log_snapshot(&disk, (struct disk_position){3, 1}, 1);
    cr_expect_eq(disk_log_at(&disk, 2).term, 0, "it has gone");
    cr_expect_eq(disk_log_at(&disk, 3).term, 1);
    cr_expect_eq(disk_log_at(&disk, 7).term, 2);
    cr_expect_eq(disk_log_at(&disk, 8).term, 0, "it is not there yet");
    disk_log_snapshot(&disk, (struct disk_position){9, 4}, 0);
    cr_expect_eq(disk_log_at(&disk, 9).term, 4);
}
