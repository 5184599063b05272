/* An operator and what the operator can know. */
#include <criterion/criterion.h>

#include "algorithms/manual_failover.h"
#include "tests/algorithms/bench.h"

#define OPERATOR 3u /* s1, after three members */

static struct bench *cluster(void)
{
    struct bench *b = bench_create(&manual_failover_algorithm, 3);
    bench_set(b, "reaction_time", "5m");
    bench_start_all(b);
    bench_settle(b);
    return b;
}

Test(manual_failover, the_first_in_line_is_primary_from_the_start)
{
    struct bench *b = cluster();
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_eq(bench_view(b, 2).leader, 0);
    bench_destroy(b);
}

Test(manual_failover,
     the_operator_is_paged_after_three_missed_checks_and_switches_after_the_reaction)
{
    struct bench *b = cluster();
    bench_run(b, 15 * SECOND);
    bench_crash(b, 0);
    bench_run(b, 60 * SECOND);
    cr_expect_geq(bench_timer(b, OPERATOR, MANUAL_TIMER_REACTION), 0);
    expect_role(b, 1, ROLE_FOLLOWER, 1);
    bench_run(b, 5 * MINUTE);
    expect_role(b, 1, ROLE_LEADER, 2);
    cr_expect_eq(bench_view(b, 2).leader, 1);
    bench_destroy(b);
}

Test(manual_failover, a_primary_that_is_back_before_the_operator_stays)
{
    struct bench *b = cluster();
    bench_crash(b, 0);
    bench_run(b, 60 * SECOND);
    bench_restart(b, 0);
    bench_run(b, 6 * MINUTE);
    expect_role(b, 0, ROLE_LEADER, 1);
    expect_role(b, 1, ROLE_FOLLOWER, 1);
    bench_destroy(b);
}

/* Shooting the old one would need a hand at its power switch. */
Test(manual_failover, a_primary_that_is_cut_off_goes_on_beside_the_new_one)
{
    struct bench *b = cluster();
    bench_isolate(b, 0);
    bench_run(b, 6 * MINUTE);
    expect_role(b, 0, ROLE_LEADER, 1);
    expect_role(b, 1, ROLE_LEADER, 2);
    bench_heal_all(b);
    bench_run(b, 11 * SECOND);
    expect_role(b, 0, ROLE_FOLLOWER, 2);
    bench_destroy(b);
}

Test(manual_failover, a_planned_change_waits_for_nobody)
{
    struct bench *b = cluster();
    bench_admin(b, 0, ADMIN_TRANSFER, 2);
    bench_settle(b);
    expect_role(b, 2, ROLE_LEADER, 2);
    expect_role(b, 0, ROLE_FOLLOWER, 2);
    bench_admin(b, 2, ADMIN_STOP, NODE_NONE);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 3);
    bench_destroy(b);
}

Test(manual_failover, the_operator_finds_in_the_notes_who_is_primary)
{
    struct bench *b = cluster();
    bench_admin(b, 0, ADMIN_TRANSFER, 2);
    bench_settle(b);
    bench_restart(b, OPERATOR);
    bench_run(b, 11 * SECOND);
    expect_role(b, 2, ROLE_LEADER, 2);
    bench_destroy(b);
}

Test(manual_failover, an_older_word_is_no_word)
{
    struct bench *b = cluster();
    bench_admin(b, 0, ADMIN_TRANSFER, 2);
    bench_settle(b);
    bench_receive(b, 0, OPERATOR, MANUAL_CHECK, struct manual_check, .epoch = 1, .primary = 0);
    expect_role(b, 0, ROLE_FOLLOWER, 2);
    bench_destroy(b);
}
