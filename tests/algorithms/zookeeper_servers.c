/* ZooKeeper's servers: candidates n1 and n2, servers s1 … s3 that replicate by Raft. */
#include <criterion/criterion.h>

#include "algorithms/zookeeper_recipe.h"
#include "tests/algorithms/bench.h"

extern const struct algorithm zookeeper_recipe_algorithm;

enum { CANDIDATES = 2, SERVERS = 3, NODES = CANDIDATES + SERVERS };

static struct bench *ensemble(void)
{
    struct bench *b = bench_create(&zookeeper_recipe_algorithm, CANDIDATES);
    bench_set(b, "store", "replicated");
    cr_assert_eq(b->total, NODES);
    for (node_id id = CANDIDATES; id < NODES; id++)
        bench_start(b, id);
    bench_run(b, 3 * SECOND);
    return b;
}

static struct bench *elected(void)
{
    struct bench *b = ensemble();
    bench_start(b, 0);
    bench_run(b, 4 * SECOND);
    bench_start(b, 1);
    bench_run(b, 4 * SECOND);
    return b;
}

static bool leads(struct bench *b, node_id node)
{
    return bench_is_up(b, node) && bench_view(b, node).role == ROLE_LEADER;
}

static unsigned leaders(struct bench *b)
{
    return (unsigned) leads(b, 0) + (unsigned) leads(b, 1);
}

static struct zookeeper_server *server(struct bench *b, node_id id)
{
    return &((struct recipe_node *) bench_state(b, id))->server;
}

/* The servers' leader. */
static node_id serving(struct bench *b)
{
    for (node_id id = CANDIDATES; id < NODES; id++)
        if (bench_is_up(b, id) && server(b, id)->raft.role == ROLE_LEADER)
            return id;
    return NODE_NONE;
}

static bool same_records(const struct zookeeper_tree *a, const struct zookeeper_tree *b)
{
    bool same = a->last_sequence == b->last_sequence && a->ballot.last_index == b->ballot.last_index
                && a->ballot.last_term == b->ballot.last_term;
    for (uint32_t i = 0; i < a->capacity; i++)
        same = same && a->records[i].session == b->records[i].session
               && a->records[i].guid == b->records[i].guid
               && a->records[i].czxid == b->records[i].czxid
               && a->records[i].sequence == b->records[i].sequence
               && a->records[i].member == b->records[i].member;
    return same;
}

Test(zookeeper_servers, a_candidate_finds_who_serves_and_leads)
{
    struct bench *b = elected();
    cr_expect(leads(b, 0));
    cr_expect_eq(bench_view(b, 1).leader, 0);
    for (node_id id = CANDIDATES; id < NODES; id++)
        cr_expect(same_records(server(b, id)->tree, server(b, serving(b))->tree));
    bench_destroy(b);
}

Test(zookeeper_servers, sessions_live_through_a_crash_of_the_server_that_serves_them)
{
    struct bench *b = elected();
    uint64_t token = bench_view(b, 0).term;
    bench_crash(b, serving(b));
    bench_run(b, MINUTE);
    expect_role(b, 0, ROLE_LEADER, token);
    cr_expect_eq(bench_view(b, 1).leader, 0);
    bench_destroy(b);
}

Test(zookeeper_servers, a_new_leader_of_the_servers_gives_each_session_its_whole_timeout)
{
    struct bench *b = elected();
    sim_ns crashed = b->now;
    bench_crash(b, 0);
    bench_run(b, 5 * SECOND);
    bench_crash(b, serving(b));
    while (serving(b) == NODE_NONE)
        bench_run(b, 10 * MILLISECOND);
    sim_ns began = b->now;
    while (!leads(b, 1))
        bench_run(b, 10 * MILLISECOND);
    cr_expect_geq(b->now - began, 5900 * MILLISECOND);
    cr_expect_geq(b->now - crashed, 11 * SECOND);
    bench_destroy(b);
}

Test(zookeeper_servers, the_end_of_a_session_is_an_entry_in_the_log)
{
    struct bench *b = elected();
    uint64_t before = server(b, serving(b))->tree->ballot.last_index;
    bench_crash(b, 0);
    bench_run(b, 9 * SECOND);
    cr_expect(leads(b, 1));
    cr_expect_eq(server(b, serving(b))->tree->ballot.last_index, before + 1);
    bench_destroy(b);
}

Test(zookeeper_servers, a_leader_that_hears_of_no_majority_gives_up_and_its_clients_go_elsewhere)
{
    struct bench *b = elected();
    node_id old = serving(b);
    for (node_id id = CANDIDATES; id < NODES; id++)
        if (id != old)
            bench_cut(b, old, id);
    bench_forget(b);
    bench_run(b, 1100 * MILLISECOND); /* the least election timeout, and a heartbeat */
    cr_expect_neq(server(b, old)->raft.role, ROLE_LEADER);
    cr_expect_geq(bench_sent_count(b, old, 0, ZOOKEEPER_RESPONSE), 1, "its connection ends");
    bench_run(b, 10 * SECOND);
    cr_expect(leads(b, 0));
    cr_expect_neq(serving(b), old);
    bench_destroy(b);
}

Test(zookeeper_servers, without_a_majority_nobody_leads)
{
    struct bench *b = elected();
    bench_crash(b, 2);
    bench_crash(b, 3);
    bench_run(b, 10 * SECOND);
    cr_expect_eq(leaders(b), 0);
    bench_start(b, 2);
    bench_run(b, MINUTE);
    cr_expect_eq(leaders(b), 1);
    bench_destroy(b);
}

Test(zookeeper_servers, a_server_that_lost_its_disk_is_sent_everything)
{
    struct bench *b = elected();
    node_id other = serving(b) == 2 ? 3 : 2;
    bench_crash(b, other);
    bench_wipe(b, other);
    bench_start(b, other);
    bench_run(b, SECOND);
    cr_expect(same_records(server(b, other)->tree, server(b, serving(b))->tree));
    bench_destroy(b);
}

/* ---- One server, by what it is sent and sends ------------------------------------------------ */

static struct bench *follower(void)
{
    struct bench *b = bench_create(&zookeeper_recipe_algorithm, CANDIDATES);
    bench_set(b, "store", "replicated");
    bench_start(b, 2);
    return b;
}

Test(zookeeper_servers, parts_change_nothing_until_all_are_there)
{
    struct bench *b = follower();
    struct zookeeper_append m = {.term = 1, .index = 9, .last_sequence = 7, .parts = 2};
    m.number[0] = 1;
    m.records[0] = (struct zookeeper_part_record){.session = 5, .czxid = 6, .sequence = 7};
    bench_receive_body(b, 2, 3, ZOOKEEPER_APPEND, &m);
    bench_receive_body(b, 2, 3, ZOOKEEPER_APPEND, &m);
    expect_sent(b, 2, 3, ZOOKEEPER_APPEND_RESPONSE, struct zookeeper_append_response, .term = 1);
    cr_expect_eq(server(b, 2)->tree->records[0].session, 0);
    m.part = 1;
    m.number[0] = 2;
    bench_receive_body(b, 2, 3, ZOOKEEPER_APPEND, &m);
    expect_sent(b, 2, 3, ZOOKEEPER_APPEND_RESPONSE, struct zookeeper_append_response, .term = 1,
                .last_term = 1, .last_index = 9);
    cr_expect_eq(server(b, 2)->tree->records[0].czxid, 6);
    cr_expect_eq(server(b, 2)->tree->records[1].czxid, 6);
    cr_expect_eq(server(b, 2)->tree->last_sequence, 7);
    bench_destroy(b);
}

Test(zookeeper_servers, parts_of_an_older_state_are_forgotten_for_a_newer_one)
{
    struct bench *b = follower();
    struct zookeeper_append m = {.term = 1, .index = 9, .parts = 2, .number = {1}};
    m.records[0].session = 5;
    bench_receive_body(b, 2, 3, ZOOKEEPER_APPEND, &m);
    m = (struct zookeeper_append){.term = 1, .index = 10, .part = 1, .parts = 2, .number = {2}};
    m.records[0].session = 6;
    bench_receive_body(b, 2, 3, ZOOKEEPER_APPEND, &m);
    cr_expect_eq(server(b, 2)->tree->ballot.last_index, 0);
    m.part = 0;
    m.number[0] = 3;
    bench_receive_body(b, 2, 3, ZOOKEEPER_APPEND, &m);
    cr_expect_eq(server(b, 2)->tree->ballot.last_index, 10);
    cr_expect_eq(server(b, 2)->tree->records[0].session, 0);
    cr_expect_eq(server(b, 2)->tree->records[1].session, 6);
    bench_destroy(b);
}

Test(zookeeper_servers, changes_since_an_entry_that_a_server_lacks_are_not_taken)
{
    struct bench *b = follower();
    struct zookeeper_append m
        = {.term = 2, .index = 9, .base_term = 1, .base_index = 8, .parts = 1, .number = {1}};
    m.records[0].session = 5;
    bench_receive_body(b, 2, 3, ZOOKEEPER_APPEND, &m);
    expect_sent(b, 2, 3, ZOOKEEPER_APPEND_RESPONSE, struct zookeeper_append_response, .term = 2,
                .lacks = 8);
    cr_expect_eq(server(b, 2)->tree->records[0].session, 0);
    bench_destroy(b);
}

Test(zookeeper_servers, a_follower_says_who_serves)
{
    struct bench *b = follower();
    bench_receive(b, 2, 4, ZOOKEEPER_APPEND, struct zookeeper_append, .term = 1, .index = 1,
                  .parts = 1);
    bench_receive(b, 2, 0, ZOOKEEPER_CONNECT, struct zookeeper_request, .request = 5, .guid = 6);
    expect_sent(b, 2, 0, ZOOKEEPER_RESPONSE, struct zookeeper_response, .request = 5,
                .status = ZOOKEEPER_CONNECTION_LOSS, .leader = NODE_NONE, .redirect = 4);
    bench_destroy(b);
}

/* Leads term 1 with its first entry on its own disk and on s2's. */
static struct bench *leader(void)
{
    struct bench *b = follower();
    bench_fire(b, 2, TIMER_ZOOKEEPER_ELECTION);
    bench_receive(b, 2, 3, ZOOKEEPER_REQUEST_VOTE_RESPONSE, struct replica_vote, .term = 1,
                  .granted = true);
    bench_settle(b);
    bench_receive(b, 2, 3, ZOOKEEPER_APPEND_RESPONSE, struct zookeeper_append_response, .term = 1,
                  .last_term = 1, .last_index = 1);
    bench_forget(b);
    return b;
}

Test(zookeeper_servers, a_client_is_answered_when_a_majority_has_the_entry_on_disk)
{
    struct bench *b = leader();
    bench_receive(b, 2, 0, ZOOKEEPER_CONNECT, struct zookeeper_request, .request = 5, .guid = 6);
    bench_settle(b);
    expect_not_sent(b, 2, 0, ZOOKEEPER_CONNECT_RESPONSE);
    bench_receive(b, 2, 4, ZOOKEEPER_APPEND_RESPONSE, struct zookeeper_append_response, .term = 1,
                  .last_term = 1, .last_index = 2);
    cr_expect_eq(bench_sent_count(b, 2, 0, ZOOKEEPER_CONNECT_RESPONSE), 1);
    bench_destroy(b);
}

Test(zookeeper_servers, only_what_has_changed_is_sent_to_one_that_has_the_rest)
{
    struct bench *b = leader();
    bench_receive(b, 2, 0, ZOOKEEPER_CONNECT, struct zookeeper_request, .request = 5, .guid = 6);
    const struct zookeeper_append *m = bench_last_sent(b, 2, 3, ZOOKEEPER_APPEND);
    cr_assert_not_null(m);
    cr_expect_eq(m->base_index, 1);
    cr_expect_eq(m->parts, 1);
    cr_expect_neq(m->number[0], 0);
    cr_expect_eq(m->number[1], 0);
    bench_destroy(b);
}

Test(zookeeper_servers, one_whose_last_entry_is_of_another_history_is_sent_everything)
{
    struct bench *b = follower();
    struct zookeeper_append older = {.term = 1, .index = 4, .parts = 1, .number = {1}};
    older.records[0] = (struct zookeeper_part_record){.session = 3};
    bench_receive_body(b, 2, 3, ZOOKEEPER_APPEND, &older);
    bench_fire(b, 2, TIMER_ZOOKEEPER_ELECTION);
    bench_receive(b, 2, 3, ZOOKEEPER_REQUEST_VOTE_RESPONSE, struct replica_vote, .term = 2,
                  .granted = true);
    const struct zookeeper_append *m = bench_last_sent(b, 2, 4, ZOOKEEPER_APPEND);
    cr_expect_eq(m->base_index, 4, "it is presumed to have what the leader had");
    bench_receive(b, 2, 4, ZOOKEEPER_APPEND_RESPONSE, struct zookeeper_append_response, .term = 2,
                  .last_term = 1, .last_index = 5, .lacks = 4);
    m = bench_last_sent(b, 2, 4, ZOOKEEPER_APPEND);
    cr_expect_eq(m->base_index, 0);
    cr_expect_eq(m->records[0].session, 3);
    bench_destroy(b);
}

/* ---- Disturbed ------------------------------------------------------------------------------- */

static uint64_t draw(uint64_t *state, uint64_t bound)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (*state >> 33) % bound;
}

static void disturb(struct bench *b, uint64_t *draws)
{
    node_id one = (node_id) draw(draws, NODES), other = (node_id) draw(draws, NODES);
    switch (draw(draws, 5)) {
    case 0:
        bench_cut(b, one, other);
        break;
    case 1:
        bench_isolate(b, one);
        break;
    case 2:
        bench_restart(b, one);
        break;
    default:
        bench_heal_all(b);
        break;
    }
}

/* The bench delivers at once and its clocks are one: then nobody acts after another leads. */
static void check_leaders(struct bench *b, uint64_t seed, node_id holder_of[4096])
{
    cr_assert_leq(leaders(b), 1, "seed %llu", (unsigned long long) seed);
    for (node_id id = 0; id < CANDIDATES; id++) {
        if (!leads(b, id))
            continue;
        node_id *holder = &holder_of[bench_view(b, id).term % 4096];
        cr_assert(*holder == NODE_NONE || *holder == id, "seed %llu", (unsigned long long) seed);
        *holder = id;
    }
}

Test(zookeeper_servers, no_two_candidates_lead_at_once_and_no_token_has_two_leaders)
{
    static node_id holder_of[4096];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t draws = seed;
        for (int i = 0; i < 4096; i++)
            holder_of[i] = NODE_NONE;
        struct bench *b = elected();
        b->sync_at_once = seed % 2 == 0;
        unsigned led = 0;
        for (int i = 0; i < 300; i++) {
            if (draw(&draws, 3) == 0)
                disturb(b, &draws);
            for (int pieces = 0; pieces < 8; pieces++) {
                bench_run(b, (sim_ns) draw(&draws, 500) * MILLISECOND);
                for (node_id id = CANDIDATES; id < NODES; id++)
                    if (draw(&draws, 4) > 0)
                        bench_sync(b, id);
            }
            check_leaders(b, seed, holder_of);
            led += leaders(b);
            bench_forget(b);
        }
        cr_expect_gt(led, 0);
        bench_heal_all(b);
        b->sync_at_once = true;
        for (node_id id = CANDIDATES; id < NODES; id++)
            bench_sync(b, id);
        bench_run(b, zookeeper_recipe_algorithm.liveness_bound(bench_config(b, 0), CANDIDATES));
        cr_expect_eq(leaders(b), 1, "seed %llu", (unsigned long long) seed);
        bench_destroy(b);
    }
}
