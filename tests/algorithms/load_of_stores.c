/* Load-aware leadership where a store elects: a busy leader gives up what it holds. */
#include <criterion/criterion.h>

#include "algorithms/kafka_controller.h"
#include "algorithms/lease.h"
#include "algorithms/lease_store.h"
#include "tests/algorithms/bench.h"

extern const struct algorithm lease_algorithm, zookeeper_recipe_algorithm,
    kafka_controller_algorithm;

static bool leads(struct bench *b, node_id node)
{
    return bench_is_up(b, node) && bench_view(b, node).role == ROLE_LEADER;
}

/* The store and n1 … nN, of which n1 leads. */
static struct bench *cluster(const struct algorithm *a, unsigned members, const char *aware)
{
    struct bench *b = bench_create(a, members);
    bench_set(b, "load_aware", aware);
    bench_start(b, members);
    for (node_id id = 0; id < members; id++) {
        bench_start(b, id);
        bench_settle(b);
    }
    cr_assert(leads(b, 0));
    return b;
}

/* ---- Lease ----------------------------------------------------------------------------------- */

Test(load_of_stores, a_busy_candidate_for_a_lease_waits_longer_by_its_load)
{
    struct bench *b = cluster(&lease_algorithm, 2, "true");
    b->draw_least = true;
    static const struct {
        uint32_t load;
        sim_ns wait;
    } cases[] = {{790, 2000 * MILLISECOND}, {800, 3600 * MILLISECOND}, {1000, 4 * SECOND}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench_set_load(b, 1, cases[i].load);
        bench_fire(b, 1, TIMER_RETRY);
        bench_settle(b);
        cr_expect_eq(bench_timer(b, 1, TIMER_RETRY), cases[i].wait);
    }
    bench_set(b, "load_threshold", "100%");
    bench_set_load(b, 1, 990);
    bench_fire(b, 1, TIMER_RETRY);
    bench_settle(b);
    cr_expect_eq(bench_timer(b, 1, TIMER_RETRY), 2 * SECOND);
    bench_destroy(b);
}

Test(load_of_stores, a_holder_that_becomes_busy_releases_its_lease_and_another_acquires_it)
{
    struct bench *b = cluster(&lease_algorithm, 3, "true");
    bench_run(b, 10 * SECOND);
    bench_set_load(b, 0, 900);
    bench_forget(b);
    bench_run(b, 7 * SECOND);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_TRANSFER);
    cr_expect(leads(b, 1) || leads(b, 2));
    cr_expect_not(leads(b, 0));
    bench_destroy(b);
}

/* on_loss is about a lease that was lost; this one was given back. */
Test(load_of_stores, who_gave_its_lease_back_stands_again_later_also_where_a_loss_ends_the_process)
{
    struct bench *b = bench_create(&lease_algorithm, 1);
    bench_set(b, "load_aware", "true");
    bench_set(b, "on_loss", "exit");
    bench_start(b, 1);
    bench_start(b, 0);
    bench_run(b, 10 * SECOND);
    bench_set_load(b, 0, 1000);
    while (leads(b, 0)) {
        bench_fire(b, 0, TIMER_RETRY);
        bench_settle(b);
    }
    cr_assert(bench_is_up(b, 0));
    const struct lease_object *object = bench_durable(b, 1);
    cr_expect_eq(object->record.holder, NODE_NONE);
    cr_expect_eq(bench_timer(b, 0, TIMER_RETRY), 2 * 4400 * MILLISECOND, "after all the others");
    bench_run(b, 9 * SECOND);
    cr_expect(leads(b, 0), "nobody better came");
    bench_run(b, 60 * SECOND);
    cr_expect(leads(b, 0));
    cr_expect_eq(bench_view(b, 0).term, 2, "it keeps what it won when it was busy");
    bench_destroy(b);
}

Test(load_of_stores, a_busy_holder_that_does_not_look_at_its_load_keeps_its_lease)
{
    struct bench *b = cluster(&lease_algorithm, 2, "false");
    bench_run(b, 10 * SECOND);
    bench_set_load(b, 0, 900);
    bench_run(b, 60 * SECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

/* ---- ZooKeeper's recipe ---------------------------------------------------------------------- */

Test(load_of_stores, a_leader_that_becomes_busy_goes_to_the_end_of_the_line)
{
    struct bench *b = cluster(&zookeeper_recipe_algorithm, 3, "true");
    uint64_t term = bench_view(b, 0).term;
    bench_set_load(b, 0, 900);
    bench_run(b, 3 * SECOND); /* with its next ping */
    cr_expect(leads(b, 1));
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, term, NODE_NONE, STEP_DOWN_TRANSFER);
    bench_crash(b, 1);
    bench_run(b, 9 * SECOND);
    cr_expect(leads(b, 2), "it stands behind n3");
    bench_crash(b, 2);
    bench_run(b, 9 * SECOND);
    cr_expect(leads(b, 0), "nobody better is left, and it stays");
    bench_run(b, 20 * SECOND);
    cr_expect(leads(b, 0));
    bench_destroy(b);
}

Test(load_of_stores, a_busy_candidate_whose_turn_it_is_lets_those_behind_it_pass)
{
    struct bench *b = cluster(&zookeeper_recipe_algorithm, 3, "true");
    bench_set_load(b, 1, 900);
    bench_crash(b, 0);
    bench_run(b, 9 * SECOND);
    cr_expect(leads(b, 2));
    bench_destroy(b);
}

Test(load_of_stores, a_leader_by_the_recipe_that_became_idle_gives_way_when_it_is_busy_again)
{
    struct bench *b = cluster(&zookeeper_recipe_algorithm, 1, "true");
    uint64_t term = bench_view(b, 0).term;
    for (int i = 0; i < 3; i++) {
        bench_set_load(b, 0, 900);
        bench_run(b, 9 * SECOND);
        cr_expect(leads(b, 0));
        cr_expect_gt(bench_view(b, 0).term, term, "a node of a new session");
        term = bench_view(b, 0).term;
        bench_set_load(b, 0, 100);
        bench_run(b, 9 * SECOND);
        cr_expect_eq(bench_view(b, 0).term, term);
    }
    bench_destroy(b);
}

Test(load_of_stores, who_is_stopped_while_it_goes_to_the_end_of_the_line_ends_at_once)
{
    const struct algorithm *both[] = {&zookeeper_recipe_algorithm, &kafka_controller_algorithm};
    for (size_t i = 0; i < 2; i++) {
        struct bench *b = cluster(both[i], 2, "true");
        bench_isolate(b, 0);
        bench_set_load(b, 0, 900);
        for (int ms = 0; ms < 4000 && leads(b, 0); ms++)
            bench_run(b, 1 * MILLISECOND);
        cr_assert_not(leads(b, 0));
        bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
        cr_expect_not(bench_is_up(b, 0), "%s", both[i]->name);
        bench_destroy(b);
    }
}

/* ---- Kafka ----------------------------------------------------------------------------------- */

Test(load_of_stores, a_controller_that_becomes_busy_ends_its_session_and_another_registers)
{
    struct bench *b = cluster(&kafka_controller_algorithm, 3, "true");
    bench_set_load(b, 0, 900);
    bench_run(b, 4 * SECOND); /* with its next UpdateMetadata */
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_TRANSFER);
    cr_expect(leads(b, 1) || leads(b, 2));
    cr_expect_eq(bench_view(b, 0).leader, leads(b, 1) ? 1 : 2);
    cr_expect_eq(bench_view(b, 0).term, 2);
    bench_destroy(b);
}

/* retransmission is 200 ms. */
Test(load_of_stores, a_busy_broker_lets_the_others_register_first)
{
    struct bench *b = cluster(&kafka_controller_algorithm, 2, "true");
    for (int i = 0; i < 2; i++) {
        bench_set_load(b, 1, i == 0 ? 900 : 1000);
        bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
        bench_settle(b);
        cr_expect_eq(bench_view(b, 1).role, ROLE_FOLLOWER);
        cr_expect_eq(bench_timer(b, 1, TIMER_KAFKA_LOAD), (i == 0 ? 380 : 400) * MILLISECOND);
        bench_run(b, 1 * SECOND);
        cr_expect(leads(b, 1), "nobody came");
        bench_run(b, 20 * SECOND);
        cr_expect(leads(b, 1), "nobody better has come");
        bench_admin(b, 1, ADMIN_STOP, NODE_NONE);
        bench_settle(b);
        bench_start(b, 0);
        bench_settle(b);
        bench_set_load(b, 1, 0);
        bench_start(b, 1);
        bench_settle(b);
        cr_expect(leads(b, 0));
    }
    bench_destroy(b);
}

/* The word that its session is to end is lost: it does not go on in the old one. */
Test(load_of_stores, a_controller_that_cannot_tell_that_its_session_ends_begins_another)
{
    struct bench *b = cluster(&kafka_controller_algorithm, 1, "true");
    bench_isolate(b, 0);
    bench_set_load(b, 0, 900);
    bench_run(b, 15 * SECOND);
    bench_heal_all(b);
    bench_run(b, 30 * SECOND);
    cr_expect(leads(b, 0));
    cr_expect_eq(bench_view(b, 0).term, 2, "registered in a session of its own");
    bench_destroy(b);
}

Test(load_of_stores, busy_leaders_that_do_not_look_at_their_load_keep_their_sessions)
{
    const struct algorithm *both[] = {&zookeeper_recipe_algorithm, &kafka_controller_algorithm};
    for (size_t i = 0; i < 2; i++) {
        struct bench *b = cluster(both[i], 2, "false");
        uint64_t term = bench_view(b, 0).term;
        bench_set_load(b, 0, 900);
        bench_run(b, 60 * SECOND);
        expect_role(b, 0, ROLE_LEADER, term);
        bench_destroy(b);
    }
}
