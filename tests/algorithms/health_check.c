/* Primary and standbys: who promotes itself, and when. */
#include <criterion/criterion.h>

#include "algorithms/health_check.h"
#include "tests/algorithms/bench.h"

/* Checks each second, three in a row: the first promotion comes after four seconds. */
static struct bench *cluster(unsigned members)
{
    struct bench *b = bench_create(&health_check_algorithm, members);
    bench_start_all(b);
    return b;
}

static void checks(struct bench *b, unsigned count)
{
    bench_run(b, count * SECOND);
}

Test(health_check, the_first_in_line_promotes_itself_when_nobody_says_that_it_is_primary)
{
    struct bench *b = cluster(3);
    checks(b, 3);
    expect_role(b, 0, ROLE_FOLLOWER, 0);
    checks(b, 1);
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_eq(bench_view(b, 1).leader, 0);
    cr_expect_eq(bench_view(b, 2).leader, 0);
    bench_destroy(b);
}

Test(health_check, the_line_goes_by_priority_before_number)
{
    struct bench *b = bench_create(&health_check_algorithm, 3);
    bench_set_priority(b, 2, 5);
    bench_start_all(b);
    checks(b, 4);
    expect_role(b, 2, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(health_check, the_next_in_line_follows_a_dead_primary_after_three_missed_checks)
{
    struct bench *b = cluster(3);
    checks(b, 5);
    bench_crash(b, 0);
    checks(b, 2);
    expect_role(b, 1, ROLE_FOLLOWER, 1);
    checks(b, 2);
    expect_role(b, 1, ROLE_LEADER, 2);
    cr_expect_eq(bench_view(b, 2).leader, 1);
    bench_destroy(b);
}

Test(health_check, a_standby_waits_while_one_before_it_lives)
{
    struct bench *b = cluster(3);
    checks(b, 5);
    bench_cut(b, 2, 0); /* n3 does not reach the primary, but n2 does */
    checks(b, 10);
    expect_role(b, 2, ROLE_FOLLOWER, 1);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

/* What a quorum would forbid. */
Test(health_check, a_cut_off_primary_goes_on_beside_the_new_one_and_yields_when_they_meet)
{
    struct bench *b = cluster(3);
    checks(b, 5);
    bench_isolate(b, 0);
    checks(b, 5);
    expect_role(b, 0, ROLE_LEADER, 1);
    expect_role(b, 1, ROLE_LEADER, 2);
    bench_heal_all(b);
    checks(b, 2);
    expect_role(b, 0, ROLE_FOLLOWER, 2);
    cr_expect_eq(bench_view(b, 0).leader, 1);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_HIGHER_TERM);
    bench_destroy(b);
}

Test(health_check, two_primaries_of_one_epoch_are_settled_by_the_line)
{
    struct bench *b = cluster(2);
    bench_isolate(b, 0);
    checks(b, 6);
    expect_role(b, 0, ROLE_LEADER, 1);
    expect_role(b, 1, ROLE_LEADER, 1);
    bench_heal_all(b);
    checks(b, 2);
    expect_role(b, 0, ROLE_LEADER, 1);
    expect_role(b, 1, ROLE_FOLLOWER, 1);
    bench_destroy(b);
}

Test(health_check, an_old_primary_comes_back_as_standby_unless_failback_is_on)
{
    static const char *const words[] = {"false", "true"};
    for (int failback = 0; failback < 2; failback++) {
        struct bench *b = bench_create(&health_check_algorithm, 3);
        bench_set(b, "failback", words[failback]);
        bench_start_all(b);
        checks(b, 5);
        bench_crash(b, 0);
        checks(b, 5);
        bench_restart(b, 0);
        checks(b, 5);
        expect_role(b, failback ? 0 : 1, ROLE_LEADER, failback ? 3 : 2);
        if (failback)
            expect_announced(b, 0, ANNOUNCED_CAMPAIGN, 3, NODE_NONE, CAMPAIGN_TAKEOVER);
        bench_destroy(b);
    }
}

Test(health_check, a_primary_that_shuts_down_says_so_and_costs_no_missed_check)
{
    struct bench *b = cluster(3);
    checks(b, 5);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    bench_settle(b);
    expect_role(b, 1, ROLE_LEADER, 2);
    cr_expect_eq(bench_view(b, 2).leader, 1);
    bench_destroy(b);
}
