/* Kafka's controller with one server of ZooKeeper: n1 … nN are brokers, the server's number is N.
 */
#include <criterion/criterion.h>

#include "algorithms/kafka_controller.h"
#include "tests/algorithms/bench.h"

extern const struct algorithm kafka_controller_algorithm;

static struct bench *brokers_with(unsigned members, const char *option, const char *text)
{
    struct bench *b = bench_create(&kafka_controller_algorithm, members);
    if (option != NULL)
        bench_set(b, option, text);
    bench_start(b, members);
    for (node_id id = 0; id < members; id++) {
        bench_start(b, id);
        bench_settle(b);
    }
    return b;
}

static struct bench *brokers(unsigned members)
{
    return brokers_with(members, NULL, NULL);
}

static bool controls(struct bench *b, node_id node)
{
    return bench_is_up(b, node) && bench_view(b, node).role == ROLE_LEADER;
}

static unsigned controllers(struct bench *b)
{
    unsigned count = 0;
    for (node_id id = 0; id < b->members; id++)
        count += controls(b, id);
    return count;
}

static struct kafka_broker *broker(struct bench *b, node_id node)
{
    return &((struct kafka_node *) bench_state(b, node))->broker;
}

static const struct zookeeper_tree *tree(struct bench *b)
{
    const struct zookeeper_tree *t = bench_durable(b, b->members);
    cr_assert_not_null(t);
    return t;
}

Test(kafka_controller, the_first_broker_creates_the_controller_node_and_raises_the_epoch_with_it)
{
    struct bench *b = brokers(3);
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_eq(controllers(b), 1);
    cr_expect_eq(tree(b)->epoch, 1);
    cr_expect_eq(tree(b)->version, 1);
    cr_expect_not_null(tree_controller(tree(b)));
    cr_expect_eq(bench_view(b, 2).leader, 0);
    bench_destroy(b);
}

Test(kafka_controller, when_the_node_goes_all_brokers_are_notified_and_one_wins_the_next_epoch)
{
    struct bench *b = brokers(4);
    bench_crash(b, 0);
    bench_forget(b);
    bench_run(b, 21 * SECOND);
    cr_expect_eq(controllers(b), 1);
    cr_expect_eq(tree(b)->epoch, 2);
    cr_expect_eq(bench_announced_count(b, NODE_NONE, ANNOUNCED_LEAD), 1);
    /* deletion wakes the three others, and its creation those who watched it absent */
    cr_expect_geq(bench_sent_count(b, 4, NODE_NONE, ZOOKEEPER_WATCH_EVENT), 3);
    for (node_id id = 1; id < 4; id++)
        cr_expect_eq(bench_view(b, id).term, 2);
    bench_destroy(b);
}

Test(kafka_controller, a_graceful_stop_moves_the_controller_at_once)
{
    struct bench *b = brokers(3);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    bench_settle(b);
    cr_expect_not(bench_is_up(b, 0));
    cr_expect_eq(controllers(b), 1);
    cr_expect_eq(tree(b)->epoch, 2);
    bench_destroy(b);
}

/* ---- Registration ---------------------------------------------------------------------------- */

/* The only broker, before an answer; the test plays the server. */
static struct bench *alone(void)
{
    struct bench *b = bench_create(&kafka_controller_algorithm, 2);
    bench_start(b, 0);
    const struct zookeeper_request *m = bench_last_sent(b, 0, 2, ZOOKEEPER_CONNECT);
    bench_receive(b, 0, 2, ZOOKEEPER_CONNECT_RESPONSE, struct zookeeper_response, .session = 9,
                  .request = m->request);
    return b;
}

static void answer(struct bench *b, struct zookeeper_response response)
{
    const struct zookeeper_request *m = &broker(b, 0)->session.request;
    response.session = 9;
    response.request = m->request;
    response.operation = m->operation;
    bench_receive_body(b, 0, 2, ZOOKEEPER_RESPONSE, &response);
}

/* Asks to be controller of epoch 6. */
static struct bench *registering(void)
{
    struct bench *b = alone();
    answer(b, (struct zookeeper_response){.leader = NODE_NONE});
    answer(b, (struct zookeeper_response){.leader = NODE_NONE, .term = 5, .version = 8});
    return b;
}

Test(kafka_controller, the_registration_names_the_version_of_the_epoch_that_was_read)
{
    struct bench *b = registering();
    const struct zookeeper_request *m = bench_last_sent(b, 0, 2, KAFKA_REGISTER_CONTROLLER);
    cr_assert_not_null(m);
    cr_expect_eq(m->argument, 6);
    cr_expect_eq(m->version, 8);
    expect_announced(b, 0, ANNOUNCED_CAMPAIGN, 6, NODE_NONE, CAMPAIGN_TIMEOUT);
    answer(b, (struct zookeeper_response){.leader = 0});
    expect_role(b, 0, ROLE_LEADER, 6);
    bench_destroy(b);
}

Test(kafka_controller, who_loses_the_race_reads_again_and_follows)
{
    const enum zookeeper_status losses[] = {ZOOKEEPER_NODE_EXISTS, ZOOKEEPER_BAD_VERSION};
    for (int i = 0; i < 2; i++) {
        struct bench *b = registering();
        bench_forget(b);
        answer(b, (struct zookeeper_response){.leader = 1, .status = losses[i]});
        cr_expect_eq(bench_sent_count(b, 0, 2, KAFKA_GET_CONTROLLER), 1);
        answer(b, (struct zookeeper_response){.leader = 1, .czxid = 40});
        cr_expect_eq(bench_view(b, 0).role, ROLE_FOLLOWER);
        cr_expect_eq(bench_view(b, 0).leader, 1);
        bench_destroy(b);
    }
}

Test(kafka_controller, a_registration_whose_answer_was_lost_is_found_to_be_ones_own)
{
    struct bench *b = registering();
    bench_receive(b, 0, 2, ZOOKEEPER_RESPONSE, struct zookeeper_response, .session = 9,
                  .status = ZOOKEEPER_CONNECTION_LOSS, .redirect = 2);
    const struct zookeeper_request *m = bench_last_sent(b, 0, 2, ZOOKEEPER_CONNECT);
    cr_expect_eq(m->session, 9);
    bench_receive(b, 0, 2, ZOOKEEPER_CONNECT_RESPONSE, struct zookeeper_response, .session = 9,
                  .request = m->request);
    answer(b, (struct zookeeper_response){.leader = 0, .czxid = 40, .term = 6, .sequence = 1});
    expect_role(b, 0, ROLE_LEADER, 6);
    bench_destroy(b);
}

Test(kafka_controller, create_and_set_data_succeed_both_or_neither)
{
    struct bench *b = brokers(2);
    uint64_t session = broker(b, 1)->session.id;
    bench_forget(b);
    bench_receive(b, 2, 1, KAFKA_REGISTER_CONTROLLER, struct zookeeper_request, .session = session,
                  .request = UINT64_MAX - 1, .argument = 2, .version = 1,
                  .operation = ZOOKEEPER_REGISTER);
    bench_settle(b);
    cr_expect_eq(tree(b)->epoch, 1, "the node exists, so the epoch stays");
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    bench_receive(b, 2, 1, KAFKA_REGISTER_CONTROLLER, struct zookeeper_request, .session = session,
                  .request = UINT64_MAX, .argument = 9, .version = 0,
                  .operation = ZOOKEEPER_REGISTER);
    cr_expect_eq(tree(b)->epoch, 1, "the version is old, so there is no node either");
    bench_destroy(b);
}

Test(kafka_controller, a_node_left_by_the_process_before_must_expire_first)
{
    struct bench *b = brokers(1);
    bench_restart(b, 0);
    bench_settle(b);
    cr_expect_eq(controllers(b), 0);
    cr_expect_eq(bench_view(b, 0).leader, NODE_NONE, "it follows nobody by its own name");
    bench_run(b, 21 * SECOND);
    expect_role(b, 0, ROLE_LEADER, 2);
    bench_destroy(b);
}

/* ---- The epoch as fencing token -------------------------------------------------------------- */

Test(kafka_controller, a_broker_refuses_requests_of_an_older_controller_epoch)
{
    struct bench *b = brokers(3);
    bench_receive(b, 2, 1, KAFKA_UPDATE_METADATA, struct kafka_update_metadata,
                  .controller_epoch = 5);
    cr_expect_eq(bench_view(b, 2).leader, 1);
    bench_receive(b, 2, 0, KAFKA_UPDATE_METADATA, struct kafka_update_metadata,
                  .controller_epoch = 4);
    cr_expect_eq(bench_view(b, 2).leader, 1);
    cr_expect_eq(bench_view(b, 2).term, 5);
    expect_sent(b, 2, 0, KAFKA_UPDATE_METADATA_RESPONSE, struct kafka_update_metadata_response,
                .controller_epoch = 4, .newest_epoch = 5, .stale = true);
    bench_destroy(b);
}

Test(kafka_controller, a_controller_that_is_told_of_a_newer_epoch_resigns)
{
    struct bench *b = brokers(3);
    bench_receive(b, 0, 2, KAFKA_UPDATE_METADATA_RESPONSE, struct kafka_update_metadata_response,
                  .controller_epoch = 1, .newest_epoch = 2, .stale = true);
    cr_expect_not(controls(b, 0));
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_HIGHER_TERM);
    bench_destroy(b);
}

Test(kafka_controller, a_controller_that_hears_from_a_newer_one_resigns_and_follows_it)
{
    struct bench *b = brokers(3);
    bench_receive(b, 0, 1, KAFKA_UPDATE_METADATA, struct kafka_update_metadata,
                  .controller_epoch = 2);
    cr_expect_not(controls(b, 0));
    cr_expect_eq(bench_view(b, 0).leader, 1);
    bench_destroy(b);
}

Test(kafka_controller, an_answer_to_an_earlier_epoch_deposes_nobody)
{
    struct bench *b = brokers(3);
    bench_receive(b, 0, 2, KAFKA_UPDATE_METADATA_RESPONSE, struct kafka_update_metadata_response,
                  .controller_epoch = 0, .newest_epoch = 1, .stale = true);
    cr_expect(controls(b, 0));
    bench_destroy(b);
}

Test(kafka_controller, the_controller_tells_all_brokers_every_metadata_interval)
{
    struct bench *b = brokers_with(3, "metadata_interval", "5s");
    bench_forget(b);
    bench_run(b, 16 * SECOND);
    cr_expect_eq(bench_sent_count(b, 0, 1, KAFKA_UPDATE_METADATA), 3);
    cr_expect_eq(bench_sent_count(b, 0, 2, KAFKA_UPDATE_METADATA), 3);
    bench_destroy(b);
}

/* ---- Sessions -------------------------------------------------------------------------------- */

Test(kafka_controller, a_controller_that_is_disconnected_goes_on_until_its_session_has_expired)
{
    struct bench *b = brokers(2);
    bench_cut(b, 0, 2);
    bench_cut(b, 0, 1);
    bench_run(b, 30 * SECOND);
    cr_expect_eq(controllers(b), 2);
    bench_heal(b, 0, 2);
    bench_run(b, 3 * SECOND);
    cr_expect_eq(controllers(b), 1);
    expect_announced(b, 0, ANNOUNCED_STEP_DOWN, 1, NODE_NONE, STEP_DOWN_LEASE_EXPIRED);
    bench_destroy(b);
}

Test(kafka_controller, or_it_stops_at_once_where_that_is_configured)
{
    struct bench *b = brokers_with(2, "on_disconnect", "stop");
    bench_cut(b, 0, 2);
    bench_cut(b, 0, 1);
    bench_run(b, 12 * SECOND);
    cr_expect_eq(controllers(b), 0);
    bench_run(b, 10 * SECOND);
    cr_expect_eq(controllers(b), 1);
    bench_destroy(b);
}

Test(kafka_controller, intervals_that_make_no_sense_are_refused)
{
    const char *named = NULL;
    struct bench *b = brokers(1);
    struct zookeeper_config config = *(struct zookeeper_config *) bench_config(b, 0);
    cr_expect_null(kafka_controller_algorithm.check(&config, 5, &named));
    config.metadata_interval = 0;
    cr_expect_not_null(kafka_controller_algorithm.check(&config, 5, &named));
    cr_expect_str_eq(named, "metadata_interval");
    bench_destroy(b);
}
