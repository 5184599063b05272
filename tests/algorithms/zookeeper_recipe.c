/* ZooKeeper's recipe with one server: n1 … nN are candidates, the server's number is N. */
#include <criterion/criterion.h>

#include "algorithms/zookeeper_recipe.h"
#include "tests/algorithms/bench.h"

extern const struct algorithm zookeeper_recipe_algorithm;

/* Started one after the other, so that n1 leads and the others stand in line by number. */
static struct bench *line_with(unsigned members, const char *option, const char *text)
{
    struct bench *b = bench_create(&zookeeper_recipe_algorithm, members);
    if (option != NULL)
        bench_set(b, option, text);
    bench_start(b, members);
    for (node_id id = 0; id < members; id++) {
        bench_start(b, id);
        bench_settle(b);
    }
    return b;
}

static struct bench *line(unsigned members)
{
    return line_with(members, NULL, NULL);
}

static bool leads(struct bench *b, node_id node)
{
    return bench_is_up(b, node) && bench_view(b, node).role == ROLE_LEADER;
}

static unsigned leaders(struct bench *b)
{
    unsigned count = 0;
    for (node_id id = 0; id < b->members; id++)
        count += leads(b, id);
    return count;
}

static const struct zookeeper_tree *tree(struct bench *b)
{
    const struct zookeeper_tree *t = bench_durable(b, b->members);
    cr_assert_not_null(t);
    return t;
}

static unsigned nodes_in(const struct zookeeper_tree *t)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < t->capacity; i++)
        count += t->records[i].czxid != 0;
    return count;
}

static struct recipe_client *client(struct bench *b, node_id node)
{
    return &((struct recipe_node *) bench_state(b, node))->client;
}

static const struct zookeeper_request *last_exists(struct bench *b, node_id node)
{
    const struct zookeeper_request *m = bench_last_sent(b, node, b->members, RECIPE_EXISTS);
    cr_assert_not_null(m);
    return m;
}

/* ---- The recipe: its steps ------------------------------------------------------------------ */

Test(zookeeper_recipe, the_process_with_the_smallest_sequence_number_is_the_leader)
{
    struct bench *b = line(3);
    cr_expect(leads(b, 0));
    cr_expect_eq(leaders(b), 1);
    cr_expect_eq(nodes_in(tree(b)), 3);
    cr_expect_eq(bench_view(b, 0).term, client(b, 0)->czxid, "its czxid is the fencing token");
    cr_expect_eq(bench_view(b, 2).leader, 0);
    cr_expect_eq(bench_view(b, 2).term, bench_view(b, 0).term);
    bench_destroy(b);
}

Test(zookeeper_recipe, each_other_watches_the_next_smaller_node)
{
    struct bench *b = line(4);
    cr_expect_eq(bench_sent_count(b, 0, 4, RECIPE_EXISTS), 0);
    for (node_id id = 1; id < 4; id++)
        cr_expect_eq(last_exists(b, id)->argument, id, "the node that n%u has made", id);
    bench_destroy(b);
}

Test(zookeeper_recipe, in_the_trivial_solution_all_watch_the_smallest_node)
{
    struct bench *b = line_with(4, "watch", "herd");
    for (node_id id = 1; id < 4; id++)
        cr_expect_eq(last_exists(b, id)->argument, 1);
    bench_destroy(b);
}

/* How many are notified, and read, after the leader has died. */
static void count_woken(struct bench *b, unsigned *notified, unsigned *read)
{
    unsigned members = b->members;
    bench_crash(b, 0);
    bench_forget(b);
    bench_run(b, 9 * SECOND);
    cr_expect(leads(b, 1));
    *notified = bench_sent_count(b, members, NODE_NONE, ZOOKEEPER_WATCH_EVENT);
    *read = bench_sent_count(b, NODE_NONE, members, RECIPE_GET_CHILDREN);
    bench_destroy(b);
}

Test(zookeeper_recipe, a_dead_leader_wakes_one_and_in_a_herd_all_others) /* n-1 against 1, exact */
{
    for (unsigned n = 3; n <= 9; n += 2) {
        unsigned notified, read;
        count_woken(line_with(n, "watch", "predecessor"), &notified, &read);
        cr_expect_eq(notified, 1);
        cr_expect_eq(read, 1);
        count_woken(line_with(n, "watch", "herd"), &notified, &read);
        cr_expect_eq(notified, n - 1);
        cr_expect_eq(read, n - 1);
    }
}

Test(zookeeper_recipe, the_end_of_one_who_waits_moves_a_watch_and_elects_nobody)
{
    struct bench *b = line(4);
    bench_crash(b, 1);
    bench_forget(b);
    bench_run(b, 9 * SECOND);
    cr_expect(leads(b, 0));
    cr_expect_eq(last_exists(b, 2)->argument, 1, "n3 watches n1's node now");
    cr_expect_eq(bench_sent_count(b, 4, NODE_NONE, ZOOKEEPER_WATCH_EVENT), 1);
    cr_expect_eq(bench_announced_count(b, 2, ANNOUNCED_CAMPAIGN), 0);
    bench_crash(b, 0);
    bench_run(b, 9 * SECOND);
    cr_expect(leads(b, 2));
    bench_destroy(b);
}

Test(zookeeper_recipe, a_node_that_goes_before_it_is_watched_is_noticed)
{
    struct bench *b = line(2);
    struct zookeeper_request read = client(b, 1)->session.request;
    cr_assert_eq(read.operation, ZOOKEEPER_EXISTS);
    client(b, 1)->session.busy = true; /* its exists is under way */
    bench_forget(b);
    bench_receive(b, 1, 2, ZOOKEEPER_RESPONSE, struct zookeeper_response, .session = read.session,
                  .request = read.request, .operation = ZOOKEEPER_EXISTS,
                  .status = ZOOKEEPER_NO_NODE);
    cr_expect_eq(bench_sent_count(b, 1, 2, RECIPE_GET_CHILDREN), 1);
    bench_destroy(b);
}

Test(zookeeper_recipe, the_guid_finds_the_node_whose_creation_was_not_answered)
{
    struct bench *b = bench_create(&zookeeper_recipe_algorithm, 1);
    bench_start(b, 1);
    bench_start(b, 0);
    bench_settle(b);
    /* again, up to where the answer to create is lost with the connection */
    bench_restart(b, 0);
    bench_settle(b);
    struct recipe_client *c = client(b, 0);
    uint64_t created = c->czxid;
    c->czxid = 0;
    bench_receive(b, 0, 1, ZOOKEEPER_RESPONSE, struct zookeeper_response, .session = c->session.id,
                  .status = ZOOKEEPER_CONNECTION_LOSS, .redirect = NODE_NONE);
    bench_forget(b);
    bench_run(b, 2 * SECOND);
    expect_not_sent(b, 0, 1, RECIPE_CREATE);
    cr_expect_eq(bench_sent_count(b, 0, 1, RECIPE_GET_CHILDREN), 1);
    cr_expect_eq(c->czxid, created);
    bench_destroy(b);
}

Test(zookeeper_recipe, tokens_of_later_leaders_are_larger)
{
    struct bench *b = line(3);
    uint64_t token = 0;
    for (int i = 0; i < 6; i++) {
        cr_assert_eq(leaders(b), 1);
        node_id leader = leads(b, 0) ? 0 : leads(b, 1) ? 1 : 2;
        cr_expect_gt(bench_view(b, leader).term, token);
        token = bench_view(b, leader).term;
        bench_restart(b, leader);
        bench_run(b, 9 * SECOND);
    }
    bench_destroy(b);
}

Test(zookeeper_recipe, a_graceful_stop_closes_the_session_and_the_next_leads_at_once)
{
    struct bench *b = line(3);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    bench_settle(b);
    cr_expect_not(bench_is_up(b, 0));
    cr_expect(leads(b, 1));
    cr_expect_eq(nodes_in(tree(b)), 2);
    bench_destroy(b);
}

Test(zookeeper_recipe, a_stop_without_a_server_ends_the_process_all_the_same)
{
    struct bench *b = line(1);
    bench_crash(b, 1);
    bench_run(b, 5 * SECOND);
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    cr_expect_not(bench_is_up(b, 0));
    bench_destroy(b);
}

/* ---- Sessions: ZooKeeper Programmer's Guide -------------------------------------------------- */

Test(zookeeper_session, a_session_that_is_silent_for_its_timeout_expires_at_the_next_tick)
{
    struct bench *b = line(2);
    bench_run(b, SECOND); /* last heard at 0 s: 0 + 6 s, and strictly more, in steps of 2 s */
    bench_crash(b, 0);
    bench_run(b, 7 * SECOND - 1);
    cr_expect_eq(nodes_in(tree(b)), 2);
    bench_run(b, 1);
    cr_expect_eq(nodes_in(tree(b)), 1);
    cr_expect(leads(b, 1));
    bench_destroy(b);
}

Test(zookeeper_session, the_tick_says_how_late_a_session_expires)
{
    struct bench *b = line_with(2, "tick_time", "500ms");
    bench_run(b, SECOND);
    bench_crash(b, 0);
    bench_run(b, 5 * SECOND + 500 * MILLISECOND);
    cr_expect(leads(b, 1));
    bench_destroy(b);
}

Test(zookeeper_session, a_ping_a_third_of_the_timeout_after_the_last_request_keeps_it_alive)
{
    struct bench *b = line(1);
    bench_forget(b);
    bench_run(b, 2 * SECOND - 1);
    expect_silence(b);
    bench_run(b, 1);
    cr_expect_eq(bench_sent_count(b, 0, 1, ZOOKEEPER_PING), 1);
    bench_run(b, MINUTE);
    cr_expect(leads(b, 0));
    cr_expect_eq(bench_announced_count(b, 0, ANNOUNCED_STEP_DOWN), 0);
    bench_destroy(b);
}

Test(zookeeper_session, a_leader_without_an_answer_for_two_thirds_of_the_timeout_stops)
{
    struct bench *b = line(1);
    bench_crash(b, 1);
    bench_run(b, 4 * SECOND - 1);
    cr_expect(leads(b, 0));
    cr_expect_eq(bench_view(b, 0).lease_until, 4 * SECOND);
    bench_run(b, 1);
    cr_expect_not(leads(b, 0));
    bench_destroy(b);
}

Test(zookeeper_session, a_leader_that_acts_on_does_so_until_a_server_says_that_it_has_expired)
{
    struct bench *b = line_with(2, "on_disconnect", "act");
    cr_expect_eq(bench_view(b, 0).lease_until, 0, "it promises itself no end");
    bench_isolate(b, 0);
    bench_run(b, 20 * SECOND);
    cr_expect_eq(leaders(b), 2);
    bench_heal_all(b);
    bench_run(b, 10 * SECOND);
    cr_expect_eq(leaders(b), 1);
    cr_expect(leads(b, 1));
    cr_expect_eq(bench_view(b, 0).leader, 1, "it stands in line anew");
    bench_destroy(b);
}

Test(zookeeper_session, a_leader_that_reconnects_within_its_session_leads_by_the_same_token)
{
    struct bench *b = line(2);
    uint64_t token = bench_view(b, 0).term;
    bench_isolate(b, 0);
    bench_run(b, 4 * SECOND);
    cr_expect_eq(leaders(b), 0);
    bench_heal_all(b);
    bench_run(b, 1500 * MILLISECOND);
    expect_role(b, 0, ROLE_LEADER, token);
    bench_destroy(b);
}

Test(zookeeper_session, a_client_repeats_what_is_not_answered_ever_more_rarely)
{
    struct bench *b = bench_create(&zookeeper_recipe_algorithm, 1);
    bench_set(b, "retransmission", "100ms");
    bench_start(b, 0); /* no server yet */
    bench_run(b, 100 * MILLISECOND);
    cr_expect_eq(bench_sent_count(b, 0, 1, ZOOKEEPER_CONNECT), 2);
    bench_run(b, 199 * MILLISECOND);
    cr_expect_eq(bench_sent_count(b, 0, 1, ZOOKEEPER_CONNECT), 2);
    bench_run(b, 1 * MILLISECOND);
    cr_expect_eq(bench_sent_count(b, 0, 1, ZOOKEEPER_CONNECT), 3);
    bench_destroy(b);
}

Test(zookeeper_session, the_same_request_twice_is_carried_out_once)
{
    struct bench *b = line(1);
    const struct zookeeper_request *create = bench_last_sent(b, 0, 1, RECIPE_CREATE);
    struct zookeeper_request again = *create;
    bench_receive_body(b, 1, 0, RECIPE_CREATE, &again);
    bench_settle(b);
    cr_expect_eq(nodes_in(tree(b)), 1);
    const struct zookeeper_request *read = bench_last_sent(b, 0, 1, RECIPE_GET_CHILDREN);
    again = *read;
    bench_forget(b);
    bench_receive_body(b, 1, 0, RECIPE_GET_CHILDREN, &again);
    cr_expect_eq(bench_sent_count(b, 1, 0, ZOOKEEPER_RESPONSE), 1, "its answer may be lost");
    bench_destroy(b);
}

Test(zookeeper_session, a_request_from_before_a_connection_is_not_served)
{
    struct bench *b = line(1);
    const struct zookeeper_request *create = bench_last_sent(b, 0, 1, RECIPE_CREATE);
    struct zookeeper_request late = *create;
    late.request += 1000;
    bench_restart(b, 1);
    bench_receive_body(b, 1, 0, RECIPE_CREATE, &late);
    bench_settle(b);
    cr_expect_eq(nodes_in(tree(b)), 1);
    bench_destroy(b);
}

Test(zookeeper_session, a_notification_that_was_lost_comes_again_after_a_ping)
{
    struct bench *b = line(2);
    struct zookeeper_watch watch = client(b, 1)->session.watch;
    cr_assert_eq(watch.kind, WATCHES_NODE);
    b->cut[2][1] = true;
    bench_admin(b, 0, ADMIN_STOP, NODE_NONE);
    bench_settle(b);
    cr_expect_not(leads(b, 1));
    b->cut[2][1] = false;
    bench_run(b, 2 * SECOND);
    cr_expect(leads(b, 1));
    bench_destroy(b);
}

Test(zookeeper_session, a_server_that_starts_again_gives_sessions_their_whole_timeout)
{
    struct bench *b = line(2);
    bench_crash(b, 0);
    bench_run(b, 5 * SECOND);
    bench_restart(b, 2);
    bench_run(b, 6 * SECOND - 1); /* at 5 + 6 s, and to the next tick */
    cr_expect_eq(nodes_in(tree(b)), 2);
    bench_run(b, SECOND + 1);
    cr_expect_eq(nodes_in(tree(b)), 1);
    bench_destroy(b);
}

Test(zookeeper_session, a_number_that_was_given_twice_is_no_ones_password)
{
    struct bench *b = line(1);
    struct recipe_client *c = client(b, 0);
    bench_forget(b);
    bench_receive(b, 1, 0, ZOOKEEPER_CONNECT, struct zookeeper_request, .session = c->session.id,
                  .request = 7, .guid = c->session.guid + 1);
    bench_settle(b);
    expect_sent(b, 1, 0, ZOOKEEPER_CONNECT_RESPONSE, struct zookeeper_response,
                .session = c->session.id, .request = 7, .status = ZOOKEEPER_SESSION_EXPIRED,
                .leader = NODE_NONE, .redirect = NODE_NONE);
    bench_destroy(b);
}

Test(zookeeper_session, processes_that_restart_again_and_again_fill_the_server_only_for_a_while)
{
    struct bench *b = line(1);
    for (int i = 0; i < 20; i++) {
        bench_restart(b, 0);
        bench_settle(b);
    }
    cr_expect_leq(nodes_in(tree(b)), zookeeper_records_of(1));
    bench_run(b, 30 * SECOND);
    cr_expect(leads(b, 0));
    cr_expect_eq(nodes_in(tree(b)), 1);
    bench_destroy(b);
}

/* ---- Options --------------------------------------------------------------------------------- */

static const char *wrong_with(const char *option, const char *text, unsigned nodes,
                              const char **named)
{
    static struct zookeeper_config config;
    struct bench *b = bench_create(&zookeeper_recipe_algorithm, 1);
    if (option != NULL)
        bench_set(b, option, text);
    config = *(struct zookeeper_config *) bench_config(b, 0);
    bench_destroy(b);
    return zookeeper_recipe_algorithm.check(&config, nodes, named);
}

Test(zookeeper_recipe, options_that_zookeeper_would_not_grant_are_refused)
{
    const char *named;
    cr_expect_null(wrong_with(NULL, NULL, 128, &named));
    cr_expect_not_null(wrong_with(NULL, NULL, 129, &named));
    cr_expect_not_null(wrong_with("session_timeout", "3999ms", 5, &named));
    cr_expect_str_eq(named, "session_timeout");
    cr_expect_null(wrong_with("session_timeout", "40s", 5, &named));
    cr_expect_not_null(wrong_with("session_timeout", "41s", 5, &named));
    cr_expect_not_null(wrong_with("tick_time", "0s", 5, &named));
    cr_expect_str_eq(named, "tick_time");
    cr_expect_not_null(wrong_with("retransmission", "0s", 5, &named));
    cr_expect_str_eq(named, "retransmission");
    cr_expect_not_null(wrong_with("store_nodes", "3", 5, &named));
    cr_expect_str_eq(named, "store_nodes");
    cr_expect_not_null(wrong_with("store_election_timeout", "100ms..200ms", 5, &named));
    cr_expect_str_eq(named, "store_election_timeout");
    cr_expect_not_null(wrong_with("store_heartbeat_interval", "0s", 5, &named));
    cr_expect_str_eq(named, "store_heartbeat_interval");
}
