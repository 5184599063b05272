/* Sentences of Viewstamped Replication Revisited, section 4.2. */
#include <criterion/criterion.h>

#include "algorithms/viewstamped_replication.h"
#include "tests/algorithms/bench.h"

static struct bench *cluster(unsigned members)
{
    struct bench *b = bench_create(&viewstamped_replication_algorithm, members);
    bench_start_all(b);
    bench_settle(b);
    return b;
}

Test(viewstamped_replication, the_first_replica_is_primary_of_the_first_view)
{
    struct bench *b = cluster(5);
    expect_role(b, 0, ROLE_LEADER, 1);
    for (node_id id = 1; id < 5; id++)
        cr_expect_eq(bench_view(b, id).leader, 0);
    bench_destroy(b);
}

/* "…advances its view-number, sets its status to view-change, and sends a STARTVIEWCHANGE message
 * to the all other replicas." */
Test(viewstamped_replication, a_silent_primary_makes_a_backup_ask_for_the_next_view)
{
    struct bench *b = cluster(3);
    bench_forget(b);
    bench_fire(b, 2, VR_TIMER_VIEW_CHANGE);
    expect_sent(b, 2, 0, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_sent(b, 2, 1, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_role(b, 2, ROLE_CANDIDATE, 2);
    expect_announced(b, 2, ANNOUNCED_CAMPAIGN, 2, NODE_NONE, CAMPAIGN_TIMEOUT);
    bench_destroy(b);
}

/* "When replica i receives STARTVIEWCHANGE messages for its view-number from f other replicas, it
 * sends a DOVIEWCHANGE message to the node that will be the primary in the new view." */
Test(viewstamped_replication, f_others_are_needed_before_the_next_primary_is_told)
{
    struct bench *b = cluster(5);
    bench_forget(b);
    bench_fire(b, 3, VR_TIMER_VIEW_CHANGE);
    bench_receive(b, 3, 2, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    bench_receive(b, 3, 2, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_not_sent(b, 3, 1, VR_DO_VIEW_CHANGE);
    bench_receive(b, 3, 4, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    expect_sent(b, 3, 1, VR_DO_VIEW_CHANGE, struct vr_view, .view = 1);
    bench_destroy(b);
}

/* "When the new primary receives f + 1 DOVIEWCHANGE messages from different replicas (including
 * itself)…" */
Test(viewstamped_replication, the_next_in_turn_leads_with_a_majority_and_says_so)
{
    struct bench *b = cluster(5);
    bench_crash(b, 0);
    bench_forget(b);
    bench_run(b, 310 * MILLISECOND);
    expect_role(b, 1, ROLE_LEADER, 2);
    expect_sent(b, 1, 4, VR_START_VIEW, struct vr_view, .view = 1);
    for (node_id id = 2; id < 5; id++)
        cr_expect_eq(bench_view(b, id).leader, 1);
    bench_destroy(b);
}

Test(viewstamped_replication, a_next_in_turn_that_is_down_costs_another_timeout)
{
    struct bench *b = cluster(5);
    bench_crash(b, 0);
    bench_crash(b, 1);
    bench_run(b, 310 * MILLISECOND);
    expect_role(b, 2, ROLE_CANDIDATE, 2);
    bench_run(b, 300 * MILLISECOND);
    expect_role(b, 2, ROLE_LEADER, 3);
    bench_destroy(b);
}

Test(viewstamped_replication, who_hears_of_a_later_view_change_takes_part_in_it)
{
    struct bench *b = cluster(3);
    bench_forget(b);
    bench_receive(b, 0, 2, VR_START_VIEW_CHANGE, struct vr_view, .view = 4);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_HIGHER_TERM);
    expect_sent(b, 0, 1, VR_START_VIEW_CHANGE, struct vr_view, .view = 4);
    expect_sent(b, 0, 1, VR_DO_VIEW_CHANGE, struct vr_view, .view = 4); /* f is 1 */
    bench_destroy(b);
}

Test(viewstamped_replication, messages_of_an_earlier_view_are_dropped)
{
    struct bench *b = cluster(3);
    bench_receive(b, 0, 2, VR_START_VIEW_CHANGE, struct vr_view, .view = 4);
    bench_forget(b);
    bench_receive(b, 0, 1, VR_COMMIT, struct vr_view, .view = 1);
    bench_receive(b, 0, 1, VR_DO_VIEW_CHANGE, struct vr_view, .view = 3);
    expect_role(b, 0, ROLE_CANDIDATE, 5);
    expect_silence(b);
    bench_destroy(b);
}

Test(viewstamped_replication, a_primary_that_restarts_leads_no_more_in_its_view)
{
    struct bench *b = cluster(3);
    bench_restart(b, 0);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    bench_run(b, 310 * MILLISECOND);
    expect_role(b, 1, ROLE_LEADER, 2);
    cr_expect_eq(bench_view(b, 0).leader, 1);
    bench_destroy(b);
}

Test(viewstamped_replication, a_transfer_goes_to_the_next_view_of_the_target)
{
    struct bench *b = cluster(5);
    bench_admin(b, 0, ADMIN_TRANSFER, 3);
    bench_settle(b);
    expect_role(b, 3, ROLE_LEADER, 4);
    bench_admin(b, 3, ADMIN_TRANSFER, 3 - 1);
    bench_settle(b);
    expect_role(b, 2, ROLE_LEADER, 8);
    bench_destroy(b);
}

Test(viewstamped_replication, an_even_cluster_needs_more_than_half)
{
    struct bench *b = cluster(4);
    bench_crash(b, 0);
    bench_crash(b, 3);
    bench_run(b, 2 * SECOND);
    cr_expect_neq(bench_view(b, 1).role, ROLE_LEADER);
    cr_expect_neq(bench_view(b, 2).role, ROLE_LEADER);
    bench_destroy(b);
}

/* ---- Other quorums --------------------------------------------------------------------------- */

/* The first is primary of the first view when so many have said DoViewChange. */
static bool begins_with(const char *quorum, unsigned votes, uint32_t weight_of_first)
{
    struct bench *b = bench_create(&viewstamped_replication_algorithm, 5);
    bench_set(b, "quorum", quorum);
    bench_set_weight(b, 0, weight_of_first);
    bench_start(b, 0);
    bench_settle(b); /* its own vote */
    for (node_id id = 1; id < votes; id++)
        bench_receive(b, 0, id, VR_DO_VIEW_CHANGE, struct vr_view, .view = 0);
    bool begins = bench_view(b, 0).role == ROLE_LEADER;
    bench_destroy(b);
    return begins;
}

Test(viewstamped_replication, a_view_begins_with_as_many_as_the_quorum_says)
{
    cr_expect(begins_with("majority", 3, 1) && !begins_with("majority", 2, 9));
    cr_expect(begins_with("all", 5, 1) && !begins_with("all", 4, 1));
    cr_expect(begins_with("2", 2, 1) && !begins_with("4", 3, 1));
    cr_expect(begins_with("weighted", 1, 5) && !begins_with("weighted", 1, 4));
}

/* It has asked for the next view, and so many others with it. */
static bool asks_with(const char *quorum, unsigned others)
{
    struct bench *b = bench_create(&viewstamped_replication_algorithm, 5);
    bench_set(b, "quorum", quorum);
    bench_start_all(b);
    bench_settle(b);
    bench_forget(b);
    bench_fire(b, 4, VR_TIMER_VIEW_CHANGE);
    for (node_id id = 1; id <= others; id++)
        bench_receive(b, 4, id, VR_START_VIEW_CHANGE, struct vr_view, .view = 1);
    bool asks = bench_sent_count(b, 4, 1, VR_DO_VIEW_CHANGE) > 0;
    bench_destroy(b);
    return asks;
}

Test(viewstamped_replication, a_replica_asks_for_the_view_when_a_quorum_wants_it)
{
    cr_expect(asks_with("majority", 2) && !asks_with("majority", 1));
    cr_expect(asks_with("2", 1) && !asks_with("2", 0));
    cr_expect(asks_with("1", 0) && !asks_with("4", 2));
}

Test(viewstamped_replication, a_primary_at_last_is_promised_where_a_majority_is_enough)
{
    struct bench *b = bench_create(&viewstamped_replication_algorithm, 5);
    static const char *const enough[] = {"majority", "3", "2"}, *const more[] = {"all", "4"};
    for (unsigned i = 0; i < 5; i++) {
        bench_set(b, "quorum", i < 3 ? enough[i] : more[i - 3]);
        uint32_t promised = viewstamped_replication_algorithm.promises_with(bench_config(b, 0), 5);
        cr_expect_eq((promised & EVENTUAL_LEADER) != 0, i < 3);
    }
    bench_destroy(b);
}

Test(viewstamped_replication, a_count_beyond_the_nodes_is_refused)
{
    struct bench *b = bench_create(&viewstamped_replication_algorithm, 5);
    const char *option = NULL;
    bench_set(b, "quorum", "6");
    cr_expect_not_null(viewstamped_replication_algorithm.check(bench_config(b, 0), 5, &option));
    cr_expect_str_eq(option, "quorum");
    bench_destroy(b);
}
