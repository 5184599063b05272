/* etcd's raft in whole scenarios. */
#include <criterion/criterion.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/foreign/etcd_raft.h"
#include "scenarios/language/catalog.h"
#include "sim/world.h"
#include "tests/foreign/scenarios/any_library.h"

static struct running r;

static void open(void)
{
    cr_assert_eq(catalog_add(&etcd_raft_algorithm), CATALOG_ADDED);
}

TestSuite(etcd_raft, .init = open);

#define CLUSTER FIVE_SERVERS("etcd_raft")
#define HARD                                                                                       \
    CLUSTER "chaos: {faults: 60, for: timeouts}\ndisk: {sync: \"uniform(1ms, 30ms)\"}\n"           \
            "clock: {drift: 500ppm}\n"

Test(etcd_raft, elects_and_elects_again_after_a_crash)
{
    elects_again_after_a_crash(&r, CLUSTER "faults: [{at: 10s, for: 5s, crash: leader}]\n");
}

Test(etcd_raft, hands_leadership_over_within_a_few_messages)
{
    hands_over_to_n3_within_a_few_messages(
        &r, CLUSTER "faults: [{at: 10s, transfer: n2}, {at: 12s, transfer: n3}]\n");
}

/* Who comes back from a cut with a higher term deposes the leader, unless it had to ask first. */
Test(etcd_raft, pre_vote_spares_the_leader_of_who_was_cut_off)
{
    static const char *const cut = CLUSTER "faults: [{at: 5s, transfer: n1}, "
                                           "{at: 10s, for: 10s, isolate: n4}]\n";
    for (int pre_vote = 0; pre_vote < 2; pre_vote++) {
        struct override o[] = {{"etcd_raft.pre_vote", pre_vote ? "true" : "false"}};
        running_open(&r, cut, o, 1);
        for (uint64_t seed = 1; seed <= 10; seed++) {
            const struct run_result *result = running_run(&r, seed);
            running_assert_safe(&r);
            node_id last = result->leaderships[result->leadership_count - 1].node;
            bool spared
                = last == 0 && result->leaderships[result->leadership_count - 1].begin < 6 * SECOND;
            cr_assert_eq(spared, pre_vote == 1, "seed %d", (int) seed);
        }
        running_close(&r);
    }
}

/* What ran before makes no difference, nor what runs beside. */
Test(etcd_raft, the_same_seed_gives_the_same_run)
{
    struct running other;
    running_open(&r, HARD, NULL, 0);
    running_open(&other, HARD, NULL, 0);
    uint64_t hash = running_run(&r, 7)->trace_hash;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        running_run(&other, seed % 20);
        cr_assert_eq(running_run(&r, 7)->trace_hash, hash, "time %d", (int) seed);
    }
    running_close(&r);
    running_close(&other);
}

static void *resize(void *context, void *old, size_t old_size, size_t new_size)
{
    (void) context;
    (void) old_size;
    if (new_size > 0)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

Test(etcd_raft, every_queue_structure_gives_the_same_run)
{
    static const struct sim_memory memory = {.resize = resize};
    running_open(&r, HARD, NULL, 0);
    uint64_t hash = running_run(&r, 7)->trace_hash;
    for (unsigned i = 0; i < SCHEDULER_STRUCTURE_COUNT; i++) {
        struct world_options options = {.structure = (enum scheduler_structure) i};
        struct world *world = world_create(&memory, r.scenario, NULL, 0, &options);
        cr_assert_not_null(world);
        world_reset(world, 7);
        cr_assert_eq(world_run(world, SIM_FOREVER, UINT64_MAX), WORLD_ENDED);
        cr_expect_eq(world_finish(world)->trace_hash, hash, "structure %u", i);
        world_destroy(world);
    }
    running_close(&r);
}

#define SEEDS 20u

struct lane {
    uint64_t hashes[SEEDS];
    bool backwards;
};

static void *run_lane(void *context)
{
    struct lane *l = context;
    struct running own;
    running_open(&own, HARD, NULL, 0);
    for (uint64_t i = 0; i < SEEDS; i++) {
        uint64_t seed = l->backwards ? SEEDS - 1 - i : i;
        l->hashes[seed] = running_run(&own, seed)->trace_hash;
    }
    running_close(&own);
    return NULL;
}

Test(etcd_raft, servers_on_several_threads_do_not_mix)
{
    struct lane lanes[4] = {{.backwards = false}};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        lanes[i].backwards = i % 2 == 1;
        cr_assert_eq(pthread_create(&threads[i], NULL, run_lane, &lanes[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
    for (int i = 1; i < 4; i++)
        cr_expect_arr_eq(lanes[i].hashes, lanes[0].hashes, sizeof lanes[0].hashes);
}

static long resident_pages(void)
{
    long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    cr_assert_not_null(file);
    cr_assert_eq(fscanf(file, "%ld %ld", &size, &resident), 2);
    fclose(file);
    return resident;
}

/* The least memory at the end of any of 20 worlds: in between the library's collector lets some
 * stand. Each world is made and taken down; its servers crash and come back dozens of times. */
static long least_of_20_worlds(struct override *overrides, unsigned count)
{
    long least = LONG_MAX;
    for (int world = 0; world < 20; world++) {
        running_open(&r, HARD, overrides, count);
        running_run(&r, 1);
        running_run(&r, 2);
        running_close(&r);
        long pages = resident_pages();
        least = pages < least ? pages : least;
    }
    return least;
}

static void expect_memory_back(struct override *overrides, unsigned count)
{
    (void) least_of_20_worlds(overrides, count);
    long before = least_of_20_worlds(overrides, count);
    (void) least_of_20_worlds(overrides, count);
    long after = least_of_20_worlds(overrides, count);
    cr_expect_lt(after - before, 4 * 1024 * 1024 / sysconf(_SC_PAGESIZE), "%ld pages",
                 after - before);
}

Test(etcd_raft, gives_its_memory_back)
{
    expect_memory_back(NULL, 0);
}

Test(etcd_raft, gives_its_memory_back_where_it_elects_in_regions)
{
    struct override overrides[]
        = {{"algorithm", "hierarchical"}, {"hierarchical.regional_election", "etcd_raft"}};
    expect_memory_back(overrides, 2);
}

Test(etcd_raft, keeps_its_promises_in_the_swarm)
{
    static const char *const choices[][2]
        = {{"true", "true"}, {"false", "true"}, {"true", "false"}, {"false", "false"}};
    for (size_t i = 0; i < 4; i++) {
        struct override overrides[] = {{"algorithm", "etcd_raft"},
                                       {"etcd_raft.tick_interval", "15ms"},
                                       {"etcd_raft.heartbeat_ticks", "3"},
                                       {"etcd_raft.pre_vote", choices[i][0]},
                                       {"etcd_raft.check_quorum", choices[i][1]}};
        running_open_file(&r, "scenarios/swarm.yaml", NULL, overrides, 5);
        for (uint64_t seed = 1 + 25 * i; seed <= 25 + 25 * i; seed++) {
            running_run(&r, seed);
            running_assert_safe(&r);
        }
        running_close(&r);
    }
}
