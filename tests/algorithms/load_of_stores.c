/* Load-aware leadership where a store elects: a busy leader gives up what it holds. */
#include <criterion/criterion.h>

#include "algorithms/lease.h"
#include "algorithms/lease_store.h"
#include "tests/algorithms/bench.h"

extern const struct algorithm lease_algorithm;

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

/* ---- Lease ------------------------------------------------------------------------------------
 */

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
