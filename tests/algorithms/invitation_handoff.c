/* Invitation with a coordinator that says that it stops. */
#include <criterion/criterion.h>

#include "algorithms/invitation.h"
#include "tests/algorithms/bench.h"

#define MS MILLISECOND

/* n1 … n4 in one group; who coordinates it is stopped, and its last messages are still under way.
 */
static struct bench *group_without_coordinator(const char *handoff, node_id *coordinator,
                                               uint64_t *group)
{
    struct bench *b = bench_create(&invitation_algorithm, 4);
    bench_set(b, "handoff", handoff);
    bench_start_all(b);
    bench_run(b, 2 * SECOND);
    *coordinator = bench_view(b, 0).leader;
    cr_assert_neq(*coordinator, NODE_NONE);
    *group = bench_view(b, 0).term;
    bench_forget(b);
    bench_admin(b, *coordinator, ADMIN_STOP, NODE_NONE);
    return b;
}

Test(invitation_handoff, a_coordinator_that_stops_tells_its_members_and_names_the_best_claim)
{
    node_id old;
    uint64_t group;
    struct bench *b = group_without_coordinator("true", &old, &group);
    node_id next = old == 3 ? 2 : 3;
    for (node_id id = 0; id < 4; id++)
        if (id != old)
            expect_sent(b, old, id, INVITATION_RESIGNATION, struct invitation_resignation,
                        .group = group, .next = id == next);
    cr_expect_eq(bench_sent_count(b, old, NODE_NONE, INVITATION_RESIGNATION), 3);
    bench_destroy(b);
}

/* One wait for answers is left: 50 ms. */
Test(invitation_handoff, who_is_next_looks_for_the_others_at_once_and_invites_them)
{
    node_id old;
    uint64_t group;
    struct bench *b = group_without_coordinator("true", &old, &group);
    node_id next = old == 3 ? 2 : 3;
    bench_settle(b);
    cr_expect_gt(bench_sent_count(b, next, NODE_NONE, INVITATION_ARE_YOU_COORDINATOR), 0);
    cr_expect_eq(bench_sent_count(b, NODE_NONE, NODE_NONE, INVITATION_ARE_YOU_COORDINATOR), 3);
    bench_run(b, 51 * MS); /* its invitations are there; the one that stopped does not accept */
    cr_expect_eq(bench_sent_count(b, next, NODE_NONE, INVITATION_INVITE), 2);
    bench_run(b, 1 * MS);
    for (node_id id = 0; id < 4; id++)
        cr_expect(id == old || bench_view(b, id).leader == next, "n%u", (unsigned) id + 1);
    bench_destroy(b);
}

Test(invitation_handoff, a_resignation_that_is_of_another_group_means_nothing)
{
    struct bench *b = bench_create(&invitation_algorithm, 4);
    bench_start_all(b);
    bench_run(b, 2 * SECOND);
    node_id member = bench_view(b, 0).leader == 0 ? 1 : 0;
    struct node_view before = bench_view(b, member);
    bench_receive(b, member, before.leader, INVITATION_RESIGNATION, struct invitation_resignation,
                  .group = before.term - 4, .next = true);
    cr_expect_eq(bench_view(b, member).leader, before.leader);
    cr_expect_eq(bench_view(b, member).term, before.term);
    bench_destroy(b);
}

Test(invitation_handoff, without_the_option_a_coordinator_that_stops_says_nothing)
{
    node_id old;
    uint64_t group;
    struct bench *b = group_without_coordinator("false", &old, &group);
    expect_silence(b);
    bench_destroy(b);
}
