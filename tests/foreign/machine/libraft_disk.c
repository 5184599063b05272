#include "analysis/foreign/libraft_disk.h"

#include <criterion/criterion.h>

#define TYPE 1u

static struct libraft_disk disk;

static void append(uint32_t term, uint32_t count)
{
    while (count-- > 0)
        cr_assert(libraft_disk_append(&disk, term, TYPE));
}

static void expect_log(uint32_t first, uint32_t last, uint32_t last_term)
{
    cr_expect_eq(libraft_disk_entries(&disk), last + 1 - first);
    cr_expect_eq(disk.first, first);
    cr_expect_eq(libraft_disk_last(&disk).index, last);
    cr_expect_eq(libraft_disk_last(&disk).term, last_term);
}

Test(libraft_disk, entries_of_one_term_and_type_are_one_run)
{
    append(1, 3);
    append(2, 2);
    cr_expect_eq(disk.run_count, 2);
    expect_log(1, 5, 2);
    cr_expect_eq(libraft_run_term(libraft_disk_run(&disk, 3)), 1);
    cr_expect_eq(libraft_run_term(libraft_disk_run(&disk, 4)), 2);
    cr_assert(libraft_disk_append(&disk, 2, TYPE + 1));
    cr_expect_eq(disk.run_count, 3);
    cr_expect_eq(libraft_run_type(libraft_disk_run(&disk, 6)), TYPE + 1);
}

Test(libraft_disk, truncation_drops_the_entry_and_all_behind_it)
{
    append(1, 3);
    append(2, 4);
    libraft_disk_truncate(&disk, 6);
    expect_log(1, 5, 2);
    libraft_disk_truncate(&disk, 4);
    expect_log(1, 3, 1);
    libraft_disk_truncate(&disk, 2);
    expect_log(1, 1, 1);
    libraft_disk_truncate(&disk, 2);
    expect_log(1, 1, 1);
}

Test(libraft_disk, a_snapshot_keeps_what_trails_it)
{
    append(1, 3);
    append(2, 4);
    libraft_disk_snapshot(&disk, (struct libraft_position){6, 2}, 2);
    expect_log(5, 7, 2);
    cr_expect_eq(disk.run_count, 1);
    libraft_disk_snapshot(&disk, (struct libraft_position){7, 2}, 10);
    expect_log(5, 7, 2);
}

Test(libraft_disk, a_snapshot_from_the_leader_replaces_the_log)
{
    append(1, 3);
    libraft_disk_snapshot(&disk, (struct libraft_position){9, 4}, 0);
    expect_log(10, 9, 4);
    append(5, 1);
    expect_log(10, 10, 5);
}

Test(libraft_disk, a_full_one_refuses)
{
    for (uint32_t term = 1; term <= LIBRAFT_RUNS_MAX; term++)
        append(term, 1);
    cr_expect_not(libraft_disk_append(&disk, 5000, TYPE));
    cr_expect(libraft_disk_append(&disk, LIBRAFT_RUNS_MAX, TYPE), "the newest run has room");
}
