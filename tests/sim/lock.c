/* A lock that leaders grant to clients: what each option does, and each danger. */
#include <criterion/criterion.h>

#include "tests/sim/toy.h"

static struct toy t;

/* Node 0 leads from 10 ms on; `clients` ask each 20 ms and hold the lock for 100 ms. */
static void with_clients(uint32_t clients, enum operation_guard guard)
{
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, {10 * MILLISECOND, 0, TOY_LEAD, 1, 0});
    t.scenario.workload
        = (struct workload){.kind = WORKLOAD_LOCK,
                            .interval = 20 * MILLISECOND,
                            .guard = guard,
                            .clients = clients,
                            .hold = {.kind = DISTRIBUTION_CONSTANT, .a = 100 * MILLISECOND},
                            .lock_lease = 300 * MILLISECOND,
                            .new_leader = NEW_LEADER_WAITS};
}

static void grants_at_once(void)
{
    t.scenario.workload.new_leader = NEW_LEADER_GRANTS;
}

/* Node 0 goes on leading, and node 1 leads too, from 500 ms on. */
static void with_two_leaders(enum operation_guard guard)
{
    with_clients(6, guard);
    grants_at_once();
    TOY_SCRIPT_OF(&t, {10 * MILLISECOND, 0, TOY_LEAD, 1, 0},
                  {500 * MILLISECOND, 1, TOY_LEAD, 2, 0});
}

/* Node 0 leads no longer from 400 ms on, while a client has its lock; node 1 does. */
static void with_a_handover(enum operation_guard guard)
{
    with_clients(2, guard);
    t.scenario.workload.hold.a = 250 * MILLISECOND;
    TOY_SCRIPT_OF(&t, {10 * MILLISECOND, 0, TOY_LEAD, 1, 0},
                  {400 * MILLISECOND, 0, TOY_STEP_DOWN, 1, 0},
                  {401 * MILLISECOND, 1, TOY_LEAD, 2, 0});
}

static uint32_t count(enum lock_happening what)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t.record_count; i++)
        count += t.records[i].kind == RECORD_LOCK && t.records[i].detail == what;
    return count;
}

static const struct record *find(enum lock_happening what, sim_ns from)
{
    for (uint32_t i = 0; i < t.record_count; i++)
        if (t.records[i].kind == RECORD_LOCK && t.records[i].detail == what
            && t.records[i].at >= from)
            return &t.records[i];
    cr_assert_fail("it did not happen");
    return NULL;
}

Test(lock, a_client_gets_it_holds_it_writes_and_gives_it_back)
{
    with_clients(1, GUARD_NONE);
    grants_at_once();
    toy_run(&t);
    const struct record *granted = find(LOCK_GRANTED, 0), *wrote = find(LOCK_WRITTEN, 0);
    cr_expect_eq(wrote->at, granted->at + 100 * MILLISECOND);
    cr_expect_eq(find(LOCK_RELEASED, 0)->at, wrote->at);
    cr_expect_eq(find(LOCK_GRANTED, wrote->at)->at, wrote->at + 20 * MILLISECOND);
    cr_expect_eq(granted->term, 1);
    cr_expect_eq(granted->flags, 1);
    cr_expect_eq(find(LOCK_GRANTED, wrote->at)->flags, 2, "the next token");
    cr_expect_eq(toy_metric(&t, "lock_grants"), count(LOCK_GRANTED));
    toy_close(&t);
}

Test(lock, while_one_client_has_it_the_others_are_refused)
{
    with_clients(4, GUARD_NONE);
    grants_at_once();
    toy_run(&t);
    cr_expect_gt(count(LOCK_HELD), 20);
    cr_expect_eq(toy_metric(&t, "double_grants"), 0);
    cr_expect_eq(toy_metric(&t, "double_grant_time"), 0);
    toy_close(&t);
}

Test(lock, without_a_leader_nobody_gets_it_and_that_counts_as_unavailable)
{
    with_clients(1, GUARD_NONE);
    TOY_SCRIPT_OF(&t, {500 * MILLISECOND, 0, TOY_LEAD, 1, 0});
    grants_at_once();
    t.scenario.workload.hold.a = 0;
    toy_run(&t);
    cr_expect_geq(find(LOCK_GRANTED, 0)->at, 500 * MILLISECOND);
    cr_expect_eq(count(LOCK_NO_LEADER), 25);
    cr_expect_float_eq(toy_metric(&t, "client_availability"), 0.5, 0.02);
    toy_close(&t);
}

Test(lock, a_hold_that_outlasts_the_lease_ends_with_it_and_without_a_write)
{
    with_clients(1, GUARD_NONE);
    grants_at_once();
    t.scenario.workload.hold.a = 400 * MILLISECOND;
    toy_run(&t);
    cr_expect_eq(find(LOCK_EXPIRED, 0)->at, find(LOCK_GRANTED, 0)->at + 300 * MILLISECOND);
    cr_expect_eq(count(LOCK_WRITTEN), 0);
    cr_expect_eq(count(LOCK_RELEASED), 0);
    cr_expect_gt(count(LOCK_GRANTED), 1, "the leader's lease ran out, too");
    toy_close(&t);
}

Test(lock, a_new_leader_that_knows_nothing_waits_for_a_lease)
{
    with_a_handover(GUARD_NONE);
    toy_run(&t);
    cr_expect_gt(count(LOCK_UNKNOWN), 5);
    cr_expect_geq(find(LOCK_GRANTED, 401 * MILLISECOND)->at, 701 * MILLISECOND);
    cr_expect_eq(toy_metric(&t, "double_grants"), 0);
    toy_close(&t);
}

Test(lock, a_new_leader_that_does_not_wait_grants_it_a_second_time)
{
    with_a_handover(GUARD_NONE);
    grants_at_once();
    toy_run(&t);
    const struct record *second = find(LOCK_GRANTED, 401 * MILLISECOND);
    cr_expect_lt(second->at, 425 * MILLISECOND);
    cr_expect_eq(count(LOCK_UNKNOWN), 0);
    cr_expect_eq(toy_metric(&t, "double_grants"), 1);
    cr_expect_float_eq(toy_metric(&t, "double_grant_time"),
                       (double) (find(LOCK_RELEASED, second->at)->at - second->at) / 1e9, 1e-9);
    toy_close(&t);
}

Test(lock, under_quorum_a_new_leader_knows_who_has_it_and_need_not_wait)
{
    with_a_handover(GUARD_QUORUM);
    toy_run(&t);
    cr_expect_eq(count(LOCK_UNKNOWN), 0);
    cr_expect_eq(toy_metric(&t, "double_grants"), 0);
    const struct record *released = find(LOCK_RELEASED, 401 * MILLISECOND);
    cr_expect_eq(released->node, 1, "given back to who leads now");
    cr_expect_leq(find(LOCK_GRANTED, 401 * MILLISECOND)->at, released->at + 20 * MILLISECOND);
    toy_close(&t);
}

Test(lock, two_leaders_grant_it_twice_and_without_a_guard_an_old_token_writes)
{
    with_two_leaders(GUARD_NONE);
    toy_run(&t);
    cr_expect_gt(toy_metric(&t, "double_grants"), 0);
    cr_expect_gt(toy_metric(&t, "stale_lock_writes"), 0);
    cr_expect_eq(toy_metric(&t, "fenced_lock_writes"), 0);
    toy_close(&t);
}

Test(lock, fencing_does_not_keep_two_clients_apart_but_refuses_the_older_token)
{
    with_two_leaders(GUARD_FENCING);
    toy_run(&t);
    cr_expect_gt(toy_metric(&t, "double_grants"), 0);
    cr_expect_eq(toy_metric(&t, "stale_lock_writes"), 0);
    cr_expect_gt(toy_metric(&t, "fenced_lock_writes"), 0);
    cr_expect_eq(find(LOCK_WRITE_FENCED, 0)->term, 1);
    toy_close(&t);
}

Test(lock, under_quorum_two_leaders_grant_it_once)
{
    with_two_leaders(GUARD_QUORUM);
    toy_run(&t);
    cr_expect_eq(toy_metric(&t, "double_grants"), 0);
    cr_expect_gt(count(LOCK_GRANTED), 4);
    toy_close(&t);
}

Test(lock, under_quorum_a_leader_without_a_majority_grants_nothing)
{
    with_clients(1, GUARD_QUORUM);
    toy_fault(&t, "isolate", 300 * MILLISECOND, 300 * MILLISECOND, 0);
    toy_run(&t);
    sim_ns cut = 300 * MILLISECOND;
    cr_expect_geq(find(LOCK_GRANTED, cut)->at, 600 * MILLISECOND);
    cr_expect_geq(find(LOCK_FAILED, cut)->at, cut);
    toy_close(&t);
}

Test(lock, what_a_paused_leader_has_granted_comes_late_and_still_within_the_clients_lease)
{
    with_clients(1, GUARD_NONE);
    grants_at_once();
    t.scenario.workload.duration
        = (struct distribution){.kind = DISTRIBUTION_CONSTANT, .a = 30 * MILLISECOND};
    toy_fault(&t, "pause", 35 * MILLISECOND, 200 * MILLISECOND, 0);
    toy_run(&t);
    const struct record *granted = find(LOCK_GRANTED, 0);
    cr_expect_eq(granted->at, 235 * MILLISECOND);
    toy_close(&t);
}

Test(lock, a_grant_that_comes_after_its_lease_is_no_grant)
{
    with_clients(1, GUARD_NONE);
    grants_at_once();
    t.scenario.workload.duration
        = (struct distribution){.kind = DISTRIBUTION_CONSTANT, .a = 30 * MILLISECOND};
    toy_fault(&t, "pause", 35 * MILLISECOND, 400 * MILLISECOND, 0);
    toy_run(&t);
    cr_expect_gt(count(LOCK_FAILED), 0);
    cr_expect_gt(find(LOCK_GRANTED, 0)->at, 435 * MILLISECOND);
    toy_close(&t);
}

Test(lock, a_client_that_stalls_after_checking_its_lease_writes_when_another_has_the_lock)
{
    with_clients(2, GUARD_QUORUM);
    t.scenario.workload.duration
        = (struct distribution){.kind = DISTRIBUTION_UNIFORM, .a = 0, .b = 700 * MILLISECOND};
    t.scenario.workload.lock_lease = 150 * MILLISECOND;
    t.scenario.workload.hold.a = 10 * MILLISECOND;
    t.scenario.workload.interval = 100 * MILLISECOND;
    t.scenario.duration = 60 * SECOND;
    toy_run(&t);
    cr_expect_gt(toy_metric(&t, "double_grants"), 0, "no lock service can prevent it");
    cr_expect_gt(toy_metric(&t, "stale_lock_writes"), 0);
    toy_close(&t);
}

Test(lock, a_leader_whose_clock_is_fast_ends_the_lease_too_early)
{
    with_clients(2, GUARD_NONE);
    grants_at_once();
    t.scenario.workload.hold.a = 290 * MILLISECOND;
    t.scenario.drift_min_ppb = t.scenario.drift_max_ppb = 200 * 1000 * 1000;
    toy_run(&t);
    cr_expect_gt(toy_metric(&t, "double_grants"), 0);
    toy_close(&t);
}
