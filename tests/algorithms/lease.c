/* The lease candidates and their store alone: client-go's leader election. Names in brackets are
 * the tests of client-go that a test mirrors. */
#include <criterion/criterion.h>

#include "algorithms/lease.h"
#include "algorithms/lease_elector.h"
#include "algorithms/lease_store.h"
#include "tests/algorithms/lease_cluster.h"

/* ---- A candidate whose store the test plays ------------------------------------------------- */

static struct bench *lone_candidate(void)
{
    struct bench *b = bench_create(&lease_algorithm, 2);
    bench_set(b, "identity", "node");
    bench_start(b, 0);
    return b;
}

static void answer(struct bench *b, struct lease_response response)
{
    const struct sent_message *last = &b->sent[b->sent_count - 1];
    cr_assert_eq(last->from, 0);
    response.request = *(const uint64_t *) (const void *) last->body;
    response.redirect = NODE_NONE;
    bench_receive_body(b, 0, 2, LEASE_RESPONSE, &response);
}

static struct lease_record held_by(node_id holder, sim_ns renewed)
{
    return (struct lease_record){
        .holder = holder, .duration_seconds = 15, .renew_time = renewed, .transitions = 4};
}

static const struct lease_update *last_update(struct bench *b)
{
    const struct lease_update *m = bench_last_sent(b, 0, 2, UPDATE_LEASE);
    cr_assert_not_null(m);
    return m;
}

Test(lease, a_missing_lease_is_created_with_no_transition) /* [TestTryAcquireOrRenewLeases] */
{
    struct bench *b = lone_candidate();
    answer(b, (struct lease_response){.status = LEASE_NOT_FOUND});
    const struct lease_create *m = bench_last_sent(b, 0, 2, CREATE_LEASE);
    cr_assert_not_null(m);
    cr_expect_eq(m->record.transitions, 0);
    cr_expect_eq(m->record.duration_seconds, 15);
    expect_role(b, 0, ROLE_CANDIDATE, 1);
    answer(b,
           (struct lease_response){.status = LEASE_OK, .resource_version = 1, .record = m->record});
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

Test(lease, a_held_lease_just_seen_is_left_alone) /* [TestTryAcquireOrRenewLeases] */
{
    struct bench *b = lone_candidate();
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 9, .record = held_by(1, 0)});
    expect_role(b, 0, ROLE_FOLLOWER, 5);
    cr_expect_eq(bench_view(b, 0).leader, 1);
    expect_not_sent(b, 0, 2, UPDATE_LEASE);
    bench_destroy(b);
}

Test(lease, a_held_lease_is_free_when_its_holders_duration_is_over) /* strictly: at the very end */
{
    struct bench *b = lone_candidate();
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 9, .record = held_by(1, 0)});
    bench_advance(b, 15 * SECOND - 1);
    bench_fire(b, 0, TIMER_RETRY);
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 9, .record = held_by(1, 0)});
    expect_not_sent(b, 0, 2, UPDATE_LEASE);
    bench_shift_monotonic(b, 0, 1 - bench_timer(b, 0, TIMER_RETRY));
    bench_fire(b, 0, TIMER_RETRY);
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 9, .record = held_by(1, 0)});
    cr_expect_eq(last_update(b)->resource_version, 9);
    cr_expect_eq(last_update(b)->record.transitions, 5);
    bench_destroy(b);
}

Test(lease, a_change_of_the_record_starts_the_wait_anew)
{
    struct bench *b = lone_candidate();
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 9, .record = held_by(1, 0)});
    bench_advance(b, 14 * SECOND);
    bench_fire(b, 0, TIMER_RETRY);
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 10, .record = held_by(1, SECOND)});
    bench_advance(b, 14 * SECOND);
    bench_fire(b, 0, TIMER_RETRY);
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 10, .record = held_by(1, SECOND)});
    expect_not_sent(b, 0, 2, UPDATE_LEASE);
    bench_destroy(b);
}

Test(lease, a_renewal_within_the_same_second_is_not_seen) /* JSON has whole seconds */
{
    struct bench *b = lone_candidate();
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 9, .record = held_by(1, 0)});
    bench_advance(b, 14 * SECOND);
    bench_fire(b, 0, TIMER_RETRY);
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 10, .record = held_by(1, SECOND - 1)});
    bench_advance(b, SECOND);
    bench_fire(b, 0, TIMER_RETRY);
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 10, .record = held_by(1, SECOND - 1)});
    cr_expect_eq(last_update(b)->resource_version, 10);
    bench_destroy(b);
}

Test(lease, the_holders_wall_clock_does_not_matter)
{
    struct bench *b = lone_candidate();
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 9, .record = held_by(1, -HOUR)});
    expect_not_sent(b, 0, 2, UPDATE_LEASE);
    bench_shift_wall(b, 0, DAY);
    bench_fire(b, 0, TIMER_RETRY);
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 9, .record = held_by(1, -HOUR)});
    expect_not_sent(b, 0, 2, UPDATE_LEASE);
    bench_destroy(b);
}

Test(lease, a_released_lease_is_taken_at_once) /* "acquire from empty led, acked object" */
{
    struct bench *b = lone_candidate();
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 9, .record = held_by(NODE_NONE, 0)});
    cr_expect_eq(last_update(b)->record.transitions, 5);
    expect_announced(b, 0, ANNOUNCED_CAMPAIGN, 6, NODE_NONE, CAMPAIGN_TIMEOUT);
    bench_destroy(b);
}

Test(lease, a_node_that_finds_itself_the_holder_goes_on_with_its_transition)
{
    struct bench *b = lone_candidate();
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 9, .record = held_by(0, 0)});
    cr_expect_eq(last_update(b)->record.transitions, 4);
    bench_destroy(b);
}

Test(lease, a_lost_race_leaves_a_candidate_a_follower) /* resourceVersion moved on */
{
    struct bench *b = lone_candidate();
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 9, .record = held_by(NODE_NONE, 0)});
    expect_role(b, 0, ROLE_CANDIDATE, 6);
    answer(b, (struct lease_response){.status = LEASE_CONFLICT});
    cr_expect_eq(bench_view(b, 0).role, ROLE_FOLLOWER);
    cr_expect_geq(bench_timer(b, 0, TIMER_RETRY), 2 * SECOND);
    bench_destroy(b);
}

Test(lease, an_answer_to_an_earlier_request_is_ignored)
{
    struct bench *b = lone_candidate();
    bench_fire(b, 0, TIMER_REQUEST);
    answer(b, (struct lease_response){.status = LEASE_NOT_FOUND});
    expect_not_sent(b, 0, 2, CREATE_LEASE);
    bench_destroy(b);
}

Test(lease, a_lost_request_is_given_up_after_half_the_renew_deadline)
{
    struct bench *b = lone_candidate();
    cr_expect_eq(bench_timer(b, 0, TIMER_REQUEST), 5 * SECOND);
    bench_fire(b, 0, TIMER_REQUEST);
    cr_expect_geq(bench_timer(b, 0, TIMER_RETRY), 2 * SECOND);
    bench_destroy(b);
}

Test(lease, a_request_timeout_is_at_least_a_second)
{
    struct lease_config c = {.renew_deadline = SECOND};
    cr_expect_eq(lease_request_timeout(&c), SECOND);
    c.request_timeout = 300 * MILLISECOND;
    cr_expect_eq(lease_request_timeout(&c), 300 * MILLISECOND);
}

/* ---- The loops ------------------------------------------------------------------------------- */

Test(lease, tries_to_acquire_are_spread_over_2_to_4400_milliseconds)
{
    struct bench *b = lease_cluster(2);
    lease_start(b, 0);
    lease_start(b, 1);
    sim_ns least = SIM_FOREVER, most = 0;
    for (int i = 0; i < 2000; i++) {
        lease_retry(b, 0); /* the holder stays one */
        lease_retry(b, 1);
        sim_ns wait = bench_timer(b, 1, TIMER_RETRY);
        least = wait < least ? wait : least;
        most = wait > most ? wait : most;
        bench_forget(b);
    }
    cr_expect(least >= 2 * SECOND && least < 2 * SECOND + 20 * MILLISECOND);
    cr_expect(most < 4400 * MILLISECOND && most > 4380 * MILLISECOND);
    bench_destroy(b);
}

Test(lease, a_new_leader_renews_at_once_and_then_every_retry_period)
{
    struct bench *b = lease_cluster(1);
    lease_start(b, 0);
    cr_expect_eq(lease_stored(b)->resource_version, 2, "created, and renewed");
    cr_expect_eq(bench_timer(b, 0, TIMER_RETRY), 2 * SECOND, "without jitter");
    bench_run(b, 20 * SECOND);
    cr_expect_eq(lease_stored(b)->resource_version, 12);
    bench_destroy(b);
}

Test(lease, a_holder_updates_without_a_get) /* [TestFastPathLeaderElection] */
{
    struct bench *b = lease_cluster(1);
    lease_start(b, 0);
    bench_forget(b);
    lease_retry(b, 0);
    expect_not_sent(b, 0, 1, GET_LEASE);
    cr_expect_eq(bench_sent_count(b, 0, 1, UPDATE_LEASE), 1);
    bench_destroy(b);
}

Test(lease, a_conflict_on_the_fast_path_is_followed_by_a_get) /* [TestFastPathLeaderElection] */
{
    struct bench *b = lone_candidate();
    answer(b, (struct lease_response){.status = LEASE_NOT_FOUND});
    struct lease_record record = {.holder = 0, .duration_seconds = 15};
    answer(b, (struct lease_response){.status = LEASE_OK, .resource_version = 1, .record = record});
    answer(b, (struct lease_response){.status = LEASE_CONFLICT});
    cr_expect_eq(bench_sent_count(b, 0, 2, GET_LEASE), 2);
    answer(b, (struct lease_response){.status = LEASE_OK, .resource_version = 5, .record = record});
    cr_expect_eq(last_update(b)->resource_version, 5);
    cr_expect(lease_leads(b, 0));
    bench_destroy(b);
}

Test(lease, renewals_add_no_transition)
{
    struct bench *b = lease_cluster(1);
    lease_start(b, 0);
    bench_run(b, MINUTE);
    cr_expect_eq(lease_stored(b)->record.transitions, 0);
    cr_expect_eq(lease_stored(b)->record.acquire_time, 0);
    cr_expect_eq(lease_stored(b)->record.renew_time, MINUTE);
    bench_destroy(b);
}

/* K8S-part. The last renewal at t, the next poll from t+2 s, its deadline 10 s later. */
Test(lease, a_holder_cut_off_from_the_store_stops_12_seconds_after_its_last_renewal)
{
    struct bench *b = lease_cluster(2);
    lease_start(b, 0);
    lease_start(b, 1);
    lease_retry(b, 0);
    sim_ns renewed = b->now;
    cr_expect_eq(bench_view(b, 0).lease_until, renewed + 12 * SECOND);
    bench_cut(b, 0, 2);
    bench_run(b, 12 * SECOND - 1);
    cr_expect(lease_leads(b, 0));
    bench_run(b, 1);
    cr_expect_not(lease_leads(b, 0));
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_LEASE_EXPIRED);
    cr_expect_not(lease_leads(b, 1));
    bench_run(b, 3 * SECOND - 1);
    cr_expect_not(lease_leads(b, 1), "15 s after the last renewal at the earliest");
    bench_run(b, 8800 * MILLISECOND + 1);
    cr_expect(lease_leads(b, 1), "two retries of up to 4.4 s later at the latest");
    bench_destroy(b);
}

Test(lease, a_try_that_fails_at_once_is_repeated_a_retry_period_after_it_began)
{
    struct bench *b = lone_candidate();
    answer(b, (struct lease_response){.status = LEASE_NOT_FOUND});
    struct lease_record record = {.holder = 0, .duration_seconds = 15};
    answer(b, (struct lease_response){.status = LEASE_OK, .resource_version = 1, .record = record});
    bench_advance(b, 500 * MILLISECOND);
    answer(b, (struct lease_response){.status = LEASE_CONFLICT});
    answer(b, (struct lease_response){
                  .status = LEASE_OK, .resource_version = 5, .record = held_by(1, SECOND)});
    cr_expect_eq(bench_timer(b, 0, TIMER_RETRY), 1500 * MILLISECOND);
    cr_expect(lease_leads(b, 0), "it sees another holder and clings to its deadline all the same");
    bench_destroy(b);
}

/* K8S-trans */
Test(lease, transitions_count_acquisitions_but_neither_renewals_nor_a_release)
{
    struct bench *b = lease_cluster(2);
    bench_set(b, "release_on_cancel", "true");
    lease_start(b, 0);
    cr_expect_eq(lease_stored(b)->record.transitions, 0);
    for (uint64_t takeover = 1; takeover <= 3; takeover++) {
        bench_crash(b, (node_id) ((takeover + 1) % 2));
        lease_start(b, (node_id) (takeover % 2));
        lease_acquire(b, (node_id) (takeover % 2));
        cr_expect_eq(lease_stored(b)->record.transitions, takeover);
        lease_retry(b, (node_id) (takeover % 2));
        cr_expect_eq(lease_stored(b)->record.transitions, takeover);
    }
    bench_admin(b, 1, ADMIN_STOP, NODE_NONE);
    bench_settle(b);
    cr_expect_eq(lease_stored(b)->record.transitions, 3);
    cr_expect_eq(lease_stored(b)->record.holder, NODE_NONE);
    bench_restart(b, 1);
    bench_settle(b);
    cr_expect_eq(lease_stored(b)->record.transitions, 4, "the same identity too");
    expect_role(b, 1, ROLE_LEADER, 5);
    bench_destroy(b);
}

/* ---- Release --------------------------------------------------------------------------------- */

Test(lease, a_stopped_leader_releases_after_a_get) /* [TestReleaseMethodCallsGet] */
{
    struct bench *b = lease_cluster(1);
    bench_set(b, "release_on_cancel", "true");
    lease_start(b, 0);
    bench_forget(b);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    cr_expect_not(lease_leads(b, 0), "its work has ended before the release");
    cr_expect_eq(bench_sent_count(b, 0, 1, GET_LEASE), 1);
    bench_settle(b);
    cr_expect_eq(lease_stored(b)->record.holder, NODE_NONE); /* [TestReleaseLeaseLeases] */
    cr_expect_eq(lease_stored(b)->record.duration_seconds, 1);
    cr_expect_not(bench_is_up(b, 0));
    bench_destroy(b);
}

Test(lease, a_release_is_repeated_on_conflict) /* [TestReleaseRetriesOnConflict] */
{
    struct bench *b = lone_candidate();
    bench_set(b, "release_on_cancel", "true");
    answer(b, (struct lease_response){.status = LEASE_NOT_FOUND});
    struct lease_record record = {.holder = 0, .duration_seconds = 15};
    answer(b, (struct lease_response){.status = LEASE_OK, .resource_version = 1, .record = record});
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    answer(b, (struct lease_response){.status = LEASE_OK, .resource_version = 2, .record = record});
    answer(b, (struct lease_response){.status = LEASE_CONFLICT});
    answer(b, (struct lease_response){.status = LEASE_OK, .resource_version = 3, .record = record});
    cr_expect_eq(last_update(b)->resource_version, 3);
    cr_expect_eq(last_update(b)->record.holder, NODE_NONE);
    cr_expect(bench_is_up(b, 0));
    bench_destroy(b);
}

Test(lease, a_release_leaves_another_holders_lease_alone)
{
    struct bench *b = lone_candidate();
    bench_set(b, "release_on_cancel", "true");
    answer(b, (struct lease_response){.status = LEASE_NOT_FOUND});
    struct lease_record record = {.holder = 0, .duration_seconds = 15};
    answer(b, (struct lease_response){.status = LEASE_OK, .resource_version = 1, .record = record});
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    bench_forget(b);
    bench_advance(b, 0);
    cr_expect(bench_is_up(b, 0));
    bench_fire(b, 0, TIMER_DEADLINE);
    cr_expect_not(bench_is_up(b, 0), "it is bounded by the renew deadline");
    bench_destroy(b);
}

Test(lease, without_release_on_cancel_a_stopped_leader_keeps_the_lease)
{
    struct bench *b = lease_cluster(1);
    lease_start(b, 0);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    bench_settle(b);
    cr_expect_not(bench_is_up(b, 0));
    cr_expect_eq(lease_stored(b)->record.holder, 0);
    bench_destroy(b);
}

/* K8S-rel */
Test(lease, a_released_lease_is_taken_over_within_a_jittered_retry_period)
{
    struct bench *b = lease_cluster(2);
    bench_set(b, "release_on_cancel", "true");
    lease_start(b, 0);
    lease_start(b, 1);
    for (int i = 0; i < 50; i++) {
        node_id old = lease_leads(b, 0) ? 0 : 1, next = 1 - old;
        bench_run(b, 10 * SECOND);
        bench_admin(b, old, ADMIN_STOP, NODE_NONE);
        bench_settle(b);
        bench_run(b, 4400 * MILLISECOND);
        cr_assert(lease_leads(b, next), "release %d", i);
        lease_start(b, old);
        bench_forget(b);
    }
    bench_destroy(b);
}

/* ---- Identity and loss ----------------------------------------------------------------------- */

Test(lease, a_restarted_process_is_somebody_else_and_waits_for_its_own_lease)
{
    struct bench *b = lease_cluster(1);
    bench_set(b, "identity", "process");
    lease_start(b, 0);
    bench_restart(b, 0);
    bench_settle(b);
    cr_expect_not(lease_leads(b, 0));
    cr_expect_eq(bench_view(b, 0).leader, NODE_NONE);
    bench_run(b, 15 * SECOND - 1);
    cr_expect_not(lease_leads(b, 0));
    bench_run(b, 5 * SECOND);
    expect_role(b, 0, ROLE_LEADER, 2);
    bench_destroy(b);
}

Test(lease, a_restarted_node_that_is_the_holder_leads_on)
{
    struct bench *b = lease_cluster(1);
    lease_start(b, 0);
    bench_restart(b, 0);
    bench_settle(b);
    expect_role(b, 0, ROLE_LEADER, 1);
    bench_destroy(b);
}

static struct bench *after_a_loss(const char *on_loss)
{
    struct bench *b = lease_cluster(1);
    bench_set(b, "on_loss", on_loss);
    lease_start(b, 0);
    bench_isolate(b, 0);
    bench_run(b, 12 * SECOND);
    cr_expect_not(lease_leads(b, 0));
    bench_heal_all(b);
    return b;
}

Test(lease, a_process_that_lost_its_lease_is_started_again_after_a_retry_period)
{
    struct bench *b = after_a_loss("retry");
    cr_expect_eq(bench_timer(b, 0, TIMER_RETRY), 2 * SECOND);
    bench_run(b, 2 * SECOND);
    cr_expect(lease_leads(b, 0));
    bench_destroy(b);
}

Test(lease, a_process_that_ends_on_loss_stays_down)
{
    struct bench *b = after_a_loss("exit");
    cr_expect_not(bench_is_up(b, 0));
    bench_destroy(b);
}

/* ---- The store ------------------------------------------------------------------------------- */

static struct lease_operation update_from(uint64_t version)
{
    return (struct lease_operation){
        .kind = UPDATE_LEASE, .request = 7, .resource_version = version, .record = {.holder = 1}};
}

Test(lease, the_store_writes_only_on_the_version_that_it_has)
{
    struct lease_object object = {.resource_version = 3};
    struct lease_operation stale = update_from(2), fresh = update_from(3);
    cr_expect_eq(lease_apply(&object, &stale).status, LEASE_CONFLICT);
    cr_expect_eq(object.record.holder, 0);
    struct lease_response response = lease_apply(&object, &fresh);
    cr_expect_eq(response.status, LEASE_OK);
    cr_expect_eq(response.request, 7);
    cr_expect_eq(response.resource_version, 4);
    cr_expect_eq(object.record.holder, 1);
}

Test(lease, a_duplicated_write_is_done_once)
{
    struct lease_object object = {.resource_version = 3};
    struct lease_operation op = update_from(3);
    cr_expect_eq(lease_apply(&object, &op).status, LEASE_OK);
    cr_expect_eq(lease_apply(&object, &op).status, LEASE_CONFLICT);
    cr_expect_eq(object.resource_version, 4);
}

Test(lease, a_lease_is_created_once)
{
    struct lease_object object = {0};
    struct lease_operation get = {.kind = GET_LEASE}, create = {.kind = CREATE_LEASE};
    struct lease_operation update = update_from(0);
    cr_expect_eq(lease_apply(&object, &get).status, LEASE_NOT_FOUND);
    cr_expect_eq(lease_apply(&object, &update).status, LEASE_NOT_FOUND);
    cr_expect_eq(lease_apply(&object, &create).status, LEASE_OK);
    cr_expect_eq(lease_apply(&object, &create).status, LEASE_ALREADY_EXISTS);
}

Test(lease, the_store_answers_when_its_write_is_durable)
{
    struct bench *b = bench_create(&lease_algorithm, 1);
    b->sync_at_once = false;
    bench_start(b, 1);
    bench_receive(b, 1, 0, CREATE_LEASE, struct lease_create, .request = 5);
    bench_receive(b, 1, 0, GET_LEASE, struct lease_get, .request = 6);
    expect_silence(b);
    bench_sync(b, 1);
    cr_expect_eq(bench_sent_count(b, 1, 0, LEASE_RESPONSE), 2);
    bench_destroy(b);
}

Test(lease, the_store_has_its_lease_after_a_restart)
{
    struct bench *b = lease_cluster(1);
    lease_start(b, 0);
    uint64_t version = lease_stored(b)->resource_version;
    bench_restart(b, 1);
    lease_retry(b, 0);
    cr_expect(lease_leads(b, 0));
    cr_expect_eq(lease_stored(b)->resource_version, version + 1);
    bench_destroy(b);
}
