#include "tests/algorithms/lease_cluster.h"

#include <criterion/criterion.h>

struct bench *lease_cluster(unsigned members)
{
    struct bench *b = bench_create(&lease_algorithm, members);
    bench_set(b, "identity", "node");
    bench_start(b, members);
    return b;
}

const struct lease_object *lease_stored(struct bench *b)
{
    const struct lease_object *object = bench_durable(b, b->members);
    cr_assert_not_null(object);
    return object;
}

void lease_start(struct bench *b, node_id node)
{
    bench_start(b, node);
    bench_settle(b);
}

void lease_retry(struct bench *b, node_id node)
{
    bench_fire(b, node, TIMER_RETRY);
    bench_settle(b);
}

bool lease_leads(struct bench *b, node_id node)
{
    return bench_is_up(b, node) && bench_view(b, node).role == ROLE_LEADER;
}

void lease_acquire(struct bench *b, node_id node)
{
    for (int tries = 0; tries < 20 && !lease_leads(b, node); tries++)
        lease_retry(b, node);
    cr_assert(lease_leads(b, node));
}
