/* What must not influence a run: who looks at it, what ran before it or beside it, and chance that
 * is somebody else's. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdlib.h>

#include "analysis/timeline/timeline.h"
#include "analysis/trace/text.h"
#include "analysis/why/history.h"
#include "tests/scenarios/running.h"

static const char busy[] = "duration: 20s\nsettle: 5s\ncluster: {nodes: 5}\nalgorithm: raft\n"
                           "network: {latency: 'uniform(1ms, 20ms)', loss: 2%, duplicate: 3%}\n"
                           "clock: {drift: 100ppm, offset: 0ms..50ms}\n"
                           "disk: {sync: 'exponential(2ms)'}\nworkload: {interval: 50ms}\n"
                           "chaos: {faults: 12}\n";

static uint64_t hash_with(const struct scenario *scenario, uint64_t seed,
                          const struct observer *observers, uint32_t count)
{
    struct worker *worker = worker_create(scenario, MEMORY_MAX_DEFAULT, observers, count);
    struct run_record record;
    cr_assert_not_null(worker);
    cr_assert(worker_run(worker, seed, EVENTS_MAX_DEFAULT, &record));
    uint64_t hash = record.result.trace_hash;
    run_record_free(&record);
    worker_free(worker);
    return hash;
}

Test(independence, observers_change_nothing)
{
    struct running r;
    running_open(&r, busy, NULL, 0);
    FILE *nowhere = fopen("/dev/null", "w");
    cr_assert_not_null(nowhere);
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct trace_text trace = {.out = nowhere, .scenario = r.scenario};
        struct timeline timeline = {.scenario = r.scenario, .from = 0, .to = 2 * SECOND};
        struct history history = {0};
        const struct observer all[] = {trace_text_observer(&trace), timeline_observer(&timeline),
                                       history_observer(&history)};
        cr_expect_eq(hash_with(r.scenario, seed, NULL, 0), hash_with(r.scenario, seed, all, 3));
        timeline_clear(&timeline);
        history_clear(&history);
    }
    (void) fclose(nowhere);
    running_close(&r);
}

Test(independence, what_ran_before_in_the_same_memory_changes_nothing)
{
    struct running r;
    running_open(&r, busy, NULL, 0);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t fresh = hash_with(r.scenario, seed, NULL, 0);
        cr_expect_eq(running_run(&r, seed)->trace_hash, fresh, "seed %d", (int) seed);
    }
    running_close(&r);
}

struct beside {
    const struct scenario *scenario;
    uint64_t hashes[20];
};

static void *run_beside(void *context)
{
    struct beside *b = context;
    for (uint64_t seed = 1; seed <= 20; seed++)
        b->hashes[seed - 1] = hash_with(b->scenario, seed, NULL, 0);
    return NULL;
}

Test(independence, worlds_beside_each_other_in_threads_are_the_same_as_alone)
{
    enum { THREADS = 4 };
    struct running r;
    struct beside alone, beside[THREADS];
    pthread_t threads[THREADS];
    running_open(&r, busy, NULL, 0);
    alone.scenario = r.scenario;
    run_beside(&alone);
    for (int i = 0; i < THREADS; i++) {
        beside[i].scenario = r.scenario;
        cr_assert_eq(pthread_create(&threads[i], NULL, run_beside, &beside[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        for (int seed = 0; seed < 20; seed++)
            cr_expect_eq(beside[i].hashes[seed], alone.hashes[seed]);
    }
    running_close(&r);
}

/* Elections that were decided before an instant. */
static uint32_t decided_before(const struct run_result *result, sim_ns at)
{
    uint32_t count = 0;
    while (count < result->election_count && result->elections[count].decided != TIME_NONE
           && result->elections[count].decided < at)
        count++;
    return count;
}

/* One more fault, late in the run, moves nothing of what comes before it, drawn faults included. */
Test(independence, a_fault_more_changes_nothing_before_it)
{
    static const char faults[] = "[{every: 1s..2s, for: 300ms, crash: random}]";
    static const char more[] = "[{every: 1s..2s, for: 300ms, crash: random},"
                               " {at: 15s, for: 1s, partition: halves}]";
    struct running a, b;
    const struct override few[] = {{"faults", faults}}, many[] = {{"faults", more}};
    running_open(&a, busy, few, 1);
    running_open(&b, busy, many, 1);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        const struct run_result *x = running_run(&a, seed), *y = running_run(&b, seed);
        uint32_t count = decided_before(x, 15 * SECOND);
        cr_assert_eq(count, decided_before(y, 15 * SECOND), "seed %d", (int) seed);
        for (uint32_t i = 0; i < count; i++) {
            cr_expect_eq(x->elections[i].decided, y->elections[i].decided);
            cr_expect_eq(x->elections[i].winner, y->elections[i].winner);
        }
    }
    running_close(&a);
    running_close(&b);
}

struct first_timers {
    sim_ns at[5];
};

static void note_timer(void *context, const struct world *w, const struct record *r)
{
    struct first_timers *t = context;
    (void) w;
    if (r->node < 5 && t->at[r->node] == 0)
        t->at[r->node] = r->at;
}

/* Nobody hears of anybody, so that each node's first time-out shows its own clock and draws. */
Test(independence, a_node_more_draws_from_streams_of_its_own)
{
    static const char deaf[] = "duration: 2s\ncluster: {nodes: 3}\nalgorithm: raft\n"
                               "clock: {drift: 500ppm}\nnetwork: {latency: 100s}\n";
    struct running three, five;
    const struct override more[] = {{"cluster.nodes", "5"}};
    running_open(&three, deaf, NULL, 0);
    running_open(&five, deaf, more, 1);
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct first_timers x = {{0}}, y = {{0}};
        struct observer a = {&x, INTEREST(TIMER_FIRED), note_timer, NULL};
        struct observer b = {&y, INTEREST(TIMER_FIRED), note_timer, NULL};
        (void) hash_with(three.scenario, seed, &a, 1);
        (void) hash_with(five.scenario, seed, &b, 1);
        for (node_id id = 0; id < 3; id++) {
            cr_assert_gt(x.at[id], 0);
            cr_expect_eq(x.at[id], y.at[id], "seed %d, n%u", (int) seed, (unsigned) id + 1);
        }
    }
    running_close(&three);
    running_close(&five);
}
