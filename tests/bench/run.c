/* Whole runs on one core: events a second, simulated hours a second, cost of size, of checks, of
 * logging, and of one more seed. Ratios hold from machine to machine; absolute figures drift. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analysis/runner/run_one.h"
#include "analysis/store/writer.h"
#include "scenarios/language/language.h"

/* As long as the runs of a sweep are: what one seed needs of memory serves the next. */
#define CRASH_SEEDS 20
static const char crashes[] = "duration: 1000s\ncluster: {nodes: 5}\nalgorithm: raft\n"
                              "network: {latency: 'uniform(1ms, 5ms)', loss: 0.5%}\n"
                              "faults: [{every: 1s, for: 300ms, crash: leader}]\n";
static const char steady[] = "duration: 12h\ncluster: {nodes: 5}\nalgorithm: raft\n"
                             "raft: {heartbeat_interval: 50ms}\n"
                             "network: {latency: 'uniform(1ms, 5ms)'}\n";
static const char large[] = "duration: 30s\ncluster: {nodes: 10000}\nalgorithm: raft\n"
                            "raft: {heartbeat_interval: 1s, election_timeout: 10s..60s}\n"
                            "network: {latency: 'uniform(1ms, 5ms)'}\n";
static const char small[] = "duration: 20000s\ncluster: {nodes: 5}\nalgorithm: raft\n"
                            "raft: {heartbeat_interval: 1s, election_timeout: 10s..60s}\n"
                            "network: {latency: 'uniform(1ms, 5ms)'}\n";
static const char instant[] = "duration: 1ns\ncluster: {nodes: 5}\nalgorithm: raft\n";

struct measured {
    double seconds;
    uint64_t events, elections, memory, message_room, message_size;
    double simulated_hours;
};

struct heap {
    uint64_t bytes, calls;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double) t.tv_sec + (double) t.tv_nsec * 1e-9;
}

static void *resize(void *context, void *old, size_t old_size, size_t new_size)
{
    struct heap *heap = context;
    heap->bytes += new_size - (old == NULL ? 0 : old_size);
    heap->calls++;
    if (new_size != 0)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

static struct scenario *parse_with(const char *text, struct document **document,
                                   const struct override *overrides, unsigned count)
{
    struct source source = {.name = "bench", .text = text, .length = strlen(text)};
    struct diagnostics d = {0};
    *document = document_open(&source, &d);
    struct scenario *s
        = *document == NULL ? NULL : document_scenario(*document, NULL, overrides, count, NULL, &d);
    if (s == NULL) {
        diagnostics_print(&d, stderr);
        exit(2);
    }
    return s;
}

static struct scenario *parse(const char *text, struct document **document)
{
    return parse_with(text, document, NULL, 0);
}

static struct measured measure(const char *text, bool without_checks, uint64_t seeds)
{
    struct document *document;
    struct scenario *s = parse(text, &document);
    struct measured m = {0};
    struct heap heap = {0};
    struct sim_memory memory = {.context = &heap, .resize = resize};
    struct world_options options = {.without_checks = without_checks};
    struct world *w = world_create(&memory, s, NULL, 0, &options);
    double begun = now();
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        world_reset(w, seed);
        (void) world_run(w, SIM_FOREVER, UINT64_MAX);
        const struct run_result *r = world_finish(w);
        m.events += r->events;
        m.elections += r->election_count;
        m.simulated_hours += (double) r->ended_at / 3600e9;
    }
    m.seconds = now() - begun;
    world_destroy(w);
    struct world *again = world_create(&memory, s, NULL, 0, &options);
    uint64_t held = heap.bytes;
    (void) world_run(again, SIM_FOREVER, UINT64_MAX);
    if (heap.bytes > held)
        held = heap.bytes;
    m.message_room = world_message_room(again);
    m.message_size = world_message_size(again);
    world_destroy(again);
    scenario_free(s);
    document_free(document);
    m.memory = held;
    return m;
}

/* The best of a few: what the machine can do when nobody disturbs it. */
static struct measured best(const char *text, bool without_checks, uint64_t seeds)
{
    struct measured least = measure(text, without_checks, seeds);
    for (int i = 0; i < 4; i++) {
        struct measured m = measure(text, without_checks, seeds);
        if (m.seconds < least.seconds)
            least = m;
    }
    return least;
}

/* The same runs, each stored with all its rows. */
static double stored_seconds(const char *text, uint64_t seeds)
{
    struct document *document;
    struct scenario *s = parse(text, &document);
    struct failure failure = {0};
    char path[] = "/tmp/conclave-bench-XXXXXX";
    int file = mkstemp(path);
    if (file < 0 || close(file) != 0)
        exit(3);
    struct worker *worker = worker_create(s, UINT64_MAX, NULL, 0);
    struct store *store = store_open(path, &failure);
    double begun = now();
    bool good = worker != NULL && store != NULL && store_begin(store, &failure);
    for (uint64_t seed = 1; good && seed <= seeds; seed++) {
        struct run_record record;
        good = worker_run(worker, seed, UINT64_MAX, &record)
               && store_write(store, &record, 0, NULL, &failure);
        run_record_free(&record);
    }
    good = good && store_commit(store, &failure);
    double took = now() - begun;
    store_close(store);
    worker_free(worker);
    scenario_free(s);
    document_free(document);
    (void) unlink(path);
    if (!good)
        exit(3);
    return took;
}

/* ---- Every algorithm beside Raft ------------------------------------------------------------- */

#define SAME_EVENTS 1000000u
#define SLOW_RATIO 2.0
static const char same[] = "duration: 365d\ncluster: {nodes: 5}\nalgorithm: raft\n"
                           "network: {latency: 'uniform(1ms, 5ms)', loss: 0.5%}\n"
                           "faults: [{every: 60s, for: 30s, crash: leader}]\n";

struct cost {
    double nanoseconds;   /* an event, at best */
    uint64_t allocations; /* when the same run comes a second time in the same world */
};

/* The first run of a world takes memory as it needs it; a later one has it all. */
static struct cost cost_of(const char *algorithm)
{
    struct document *document;
    struct override override = {"algorithm", algorithm};
    struct scenario *s = parse_with(same, &document, &override, 1);
    struct heap heap = {0};
    struct sim_memory memory = {.context = &heap, .resize = resize};
    struct world *w = world_create(&memory, s, NULL, 0, NULL);
    struct cost cost = {.nanoseconds = 1e9};
    if (w == NULL)
        exit(3);
    for (int i = 0; i < 4; i++) {
        uint64_t calls = heap.calls;
        world_reset(w, 1);
        double begun = now();
        (void) world_run(w, SIM_FOREVER, SAME_EVENTS);
        double took = (now() - begun) * 1e9 / (double) world_finish(w)->events;
        cost.nanoseconds = took < cost.nanoseconds ? took : cost.nanoseconds;
        cost.allocations = heap.calls - calls;
    }
    world_destroy(w);
    scenario_free(s);
    document_free(document);
    return cost;
}

static void compare_algorithms(void)
{
    struct cost raft = cost_of("raft");
    printf("an event with faults, five nodes: %.0f ns with raft; times that with\n",
           raft.nanoseconds);
    for (const struct algorithm *const *a = algorithms; *a != NULL; a++) {
        struct cost before = cost_of("raft"), cost = cost_of((*a)->name);
        double ratio = cost.nanoseconds / before.nanoseconds;
        printf("  %-26s %.2f%s", (*a)->name, ratio, ratio > SLOW_RATIO ? "  SLOW: above 2" : "");
        if (cost.allocations > 0)
            printf("  ALLOCATES: %" PRIu64 " times in a run that has its memory", cost.allocations);
        putchar('\n');
    }
}

/* With the word `algorithms`, only those. */
int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "algorithms") == 0) {
        compare_algorithms();
        return 0;
    }
    struct measured a = best(crashes, false, CRASH_SEEDS);
    printf("five-node Raft, a leader crash each second: %.1f M events/s, %.0f elections/s\n",
           (double) a.events / a.seconds / 1e6, (double) a.elections / a.seconds);
    struct measured b = best(steady, false, 1);
    printf("steady 50 ms heartbeats: %.1f simulated hours/s, %.1f M events/s\n",
           b.simulated_hours / b.seconds, (double) b.events / b.seconds / 1e6);
    struct measured unchecked = best(steady, true, 1);
    printf("all invariants on: %.2fx the time of none\n", b.seconds / unchecked.seconds);
    double with_store = stored_seconds(crashes, CRASH_SEEDS), without_store = a.seconds;
    for (int i = 0; i < 4; i++) {
        double again = stored_seconds(crashes, CRASH_SEEDS);
        with_store = again < with_store ? again : with_store;
    }
    printf("every row of every run stored: %.2fx the time of none\n", with_store / without_store);
    struct measured big = best(large, false, 1), few = best(small, false, 1);
    uint64_t messages = big.message_room * big.message_size;
    printf("10 000 nodes: %.2fx the cost of an event at 5; %.0f bytes a node, and %" PRIu64
           " a message in flight (%.0f a node with room for %" PRIu64 " of them)\n",
           big.seconds / (double) big.events / (few.seconds / (double) few.events),
           (double) (big.memory - messages) / 10000, big.message_size, (double) big.memory / 10000,
           big.message_room);
    struct measured empty = best(instant, false, 100000);
    printf("one more seed: %.2f us of set-up\n", empty.seconds / 100000 * 1e6);
    compare_algorithms();
    return 0;
}
