/* The lease over a store that Raft replicates: two candidates n1 and n2, and store nodes s1 … s3.
 */
#include <criterion/criterion.h>

#include "algorithms/lease_replica.h"
#include "tests/algorithms/bench.h"

extern const struct algorithm lease_algorithm;

enum { CANDIDATES = 2, STORES = 3, NODES = CANDIDATES + STORES };

static struct bench *replicated(void)
{
    struct bench *b = bench_create(&lease_algorithm, CANDIDATES);
    bench_set(b, "store", "replicated");
    bench_set(b, "identity", "node");
    cr_assert_eq(b->total, NODES);
    for (node_id id = CANDIDATES; id < NODES; id++)
        bench_start(b, id);
    bench_run(b, 2 * SECOND);
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

/* The store node that answered last. */
static node_id last_server(struct bench *b)
{
    for (size_t i = b->sent_count; i-- > 0;)
        if (b->sent[i].kind == LEASE_RESPONSE
            && ((const struct lease_response *) (const void *) b->sent[i].body)->status
                   != LEASE_UNAVAILABLE)
            return b->sent[i].from;
    return NODE_NONE;
}

Test(lease_replicated, a_candidate_finds_the_store_nodes_leader_and_leads)
{
    struct bench *b = replicated();
    bench_start(b, 0);
    bench_run(b, 10 * SECOND);
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_geq(last_server(b), CANDIDATES);
    bench_destroy(b);
}

Test(lease_replicated, the_holder_stays_through_a_crash_of_the_stores_leader)
{
    struct bench *b = replicated();
    bench_start(b, 0);
    bench_run(b, 10 * SECOND);
    node_id server = last_server(b);
    cr_assert_neq(server, NODE_NONE);
    bench_crash(b, server);
    bench_forget(b);
    bench_run(b, MINUTE);
    expect_role(b, 0, ROLE_LEADER, 1);
    cr_expect_neq(last_server(b), server);
    cr_expect_eq(bench_announced_count(b, 0, ANNOUNCED_STEP_DOWN), 0);
    bench_destroy(b);
}

Test(lease_replicated, the_holder_gives_up_when_the_store_has_no_majority)
{
    struct bench *b = replicated();
    bench_start(b, 0);
    bench_run(b, 10 * SECOND);
    bench_crash(b, 2);
    bench_crash(b, 3);
    bench_run(b, 12 * SECOND);
    cr_expect_not(leads(b, 0));
    bench_restart(b, 2);
    bench_run(b, MINUTE);
    cr_expect(leads(b, 0), "and leads again when it has one");
    bench_destroy(b);
}

Test(lease_replicated, the_lease_outlives_a_restart_of_the_whole_store)
{
    struct bench *b = replicated();
    bench_start(b, 0);
    bench_start(b, 1);
    bench_run(b, 10 * SECOND);
    node_id holder = leads(b, 0) ? 0 : 1;
    bench_crash(b, holder);
    bench_run(b, 30 * SECOND);
    expect_role(b, 1 - holder, ROLE_LEADER, 2);
    for (node_id id = CANDIDATES; id < NODES; id++)
        bench_crash(b, id);
    for (node_id id = CANDIDATES; id < NODES; id++)
        bench_start(b, id);
    bench_crash(b, 1 - holder);
    bench_start(b, holder);
    bench_run(b, MINUTE);
    expect_role(b, holder, ROLE_LEADER, 3);
    bench_destroy(b);
}

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

Test(lease_replicated, no_two_nodes_lead_at_once_and_no_transition_has_two_holders)
{
    static node_id holder_of[4096];
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t draws = seed;
        for (int i = 0; i < 4096; i++)
            holder_of[i] = NODE_NONE;
        struct bench *b = replicated();
        bench_start(b, 0);
        bench_start(b, 1);
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
            cr_assert_leq(leaders(b), 1, "seed %llu", (unsigned long long) seed);
            led += leaders(b);
            for (node_id id = 0; id < CANDIDATES; id++) {
                if (!leads(b, id))
                    continue;
                node_id *holder = &holder_of[bench_view(b, id).term % 4096];
                cr_assert(*holder == NODE_NONE || *holder == id, "seed %llu",
                          (unsigned long long) seed);
                *holder = id;
            }
            bench_forget(b);
        }
        cr_expect_gt(led, 0);
        bench_heal_all(b);
        b->sync_at_once = true;
        for (node_id id = CANDIDATES; id < NODES; id++)
            bench_sync(b, id);
        bench_run(b, lease_algorithm.liveness_bound(bench_config(b, 0), CANDIDATES));
        cr_expect_eq(leaders(b), 1, "seed %llu", (unsigned long long) seed);
        bench_destroy(b);
    }
}

/* ---- The store nodes alone: Raft, by sections of Ongaro 2014 --------------------------------- */

static struct bench *store_node(void)
{
    struct bench *b = bench_create(&lease_algorithm, CANDIDATES);
    bench_set(b, "store", "replicated");
    b->sync_at_once = false;
    bench_start(b, 2);
    return b;
}

Test(lease_replicated, a_store_node_votes_once_a_term_even_across_a_restart) /* 3.4 */
{
    struct bench *b = store_node();
    bench_receive(b, 2, 3, STORE_REQUEST_VOTE, struct replica_vote_request, .term = 7);
    expect_silence(b);
    bench_sync(b, 2);
    expect_sent(b, 2, 3, STORE_REQUEST_VOTE_RESPONSE, struct replica_vote, .term = 7,
                .granted = true);
    bench_restart(b, 2);
    bench_receive(b, 2, 4, STORE_REQUEST_VOTE, struct replica_vote_request, .term = 7);
    bench_sync(b, 2);
    expect_sent(b, 2, 4, STORE_REQUEST_VOTE_RESPONSE, struct replica_vote, .term = 7,
                .granted = false);
    bench_destroy(b);
}

Test(lease_replicated, a_store_node_refuses_a_candidate_with_an_older_entry) /* 3.6.1 */
{
    struct bench *b = store_node();
    bench_receive(b, 2, 3, STORE_APPEND_ENTRIES, struct replica_append, .term = 2, .index = 9);
    bench_receive(b, 2, 4, STORE_REQUEST_VOTE, struct replica_vote_request, .term = 3,
                  .last_term = 2, .last_index = 8);
    bench_sync(b, 2);
    expect_sent(b, 2, 4, STORE_REQUEST_VOTE_RESPONSE, struct replica_vote, .term = 3,
                .granted = false);
    bench_receive(b, 2, 3, STORE_REQUEST_VOTE, struct replica_vote_request, .term = 4,
                  .last_term = 2, .last_index = 9);
    bench_sync(b, 2);
    expect_sent(b, 2, 3, STORE_REQUEST_VOTE_RESPONSE, struct replica_vote, .term = 4,
                .granted = true);
    bench_destroy(b);
}

/* Leads term 1 and has its first entry on its own disk. */
static struct bench *store_leader(void)
{
    struct bench *b = store_node();
    bench_fire(b, 2, TIMER_STORE_ELECTION);
    bench_sync(b, 2);
    bench_receive(b, 2, 3, STORE_REQUEST_VOTE_RESPONSE, struct replica_vote, .term = 1,
                  .granted = true);
    bench_sync(b, 2);
    bench_settle(b);
    bench_forget(b);
    return b;
}

Test(lease_replicated, a_client_is_answered_when_a_majority_has_the_entry_on_disk) /* 3.5 */
{
    struct bench *b = store_leader();
    bench_receive(b, 2, 0, CREATE_LEASE, struct lease_create, .request = 5);
    bench_receive(b, 2, 3, STORE_APPEND_ENTRIES_RESPONSE, struct replica_append_response, .term = 1,
                  .index = 2);
    expect_not_sent(b, 2, 0, LEASE_RESPONSE);
    bench_sync(b, 2);
    bench_settle(b);
    cr_expect_eq(bench_sent_count(b, 2, 0, LEASE_RESPONSE), 1);
    bench_destroy(b);
}

Test(lease_replicated, an_old_answer_commits_nothing)
{
    struct bench *b = store_leader();
    bench_receive(b, 2, 0, CREATE_LEASE, struct lease_create, .request = 5);
    bench_receive(b, 2, 3, STORE_APPEND_ENTRIES_RESPONSE, struct replica_append_response, .term = 1,
                  .index = 1);
    bench_sync(b, 2);
    bench_settle(b);
    expect_not_sent(b, 2, 0, LEASE_RESPONSE);
    bench_destroy(b);
}

Test(lease_replicated, a_deposed_leader_leaves_its_clients_to_ask_again)
{
    struct bench *b = store_leader();
    bench_receive(b, 2, 0, GET_LEASE, struct lease_get, .request = 5);
    bench_receive(b, 2, 3, STORE_APPEND_ENTRIES, struct replica_append, .term = 2, .index = 1);
    expect_sent(b, 2, 0, LEASE_RESPONSE, struct lease_response, .request = 5,
                .status = LEASE_UNAVAILABLE, .redirect = NODE_NONE);
    bench_forget(b);
    bench_receive(b, 2, 0, GET_LEASE, struct lease_get, .request = 6);
    expect_sent(b, 2, 0, LEASE_RESPONSE, struct lease_response, .request = 6,
                .status = LEASE_UNAVAILABLE, .redirect = 3);
    bench_destroy(b);
}
