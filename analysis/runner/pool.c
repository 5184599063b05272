#include "analysis/runner/pool.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "scenarios/language/language.h"

/* Finished runs wait here for their turn; a worker that is further ahead than this waits too, so
 * that memory does not grow with the number of runs. */
#define WINDOW 1024u

struct slot {
    struct run_record record;
    bool full;
};

struct pool {
    const struct plan *plan;
    const struct pool_options *options;
    pthread_mutex_t lock;
    pthread_cond_t finished, consumed;
    struct slot slots[WINDOW];
    uint64_t next;     /* run that the next free worker takes, in this shard's count */
    uint64_t due, end; /* run that the consumer wants; first that is not wanted */
    bool stop, out_of_memory;
    uint64_t wrong_seed; /* drew no scenario, where there are diagnostics */
    struct diagnostics wrong;
};

unsigned pool_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores < 1 ? 1 : (unsigned) cores;
}

/* The next run for a worker, or false when there is none. Waits while the window is full. */
static bool take(struct pool *p, uint64_t *n)
{
    pthread_mutex_lock(&p->lock);
    while (!p->stop && p->next < p->end && p->next >= p->due + WINDOW)
        pthread_cond_wait(&p->consumed, &p->lock);
    if (interrupt_came() || p->stop)
        p->end = p->next < p->end ? p->next : p->end;
    bool taken = p->next < p->end;
    if (taken)
        *n = p->next++;
    else
        pthread_cond_broadcast(&p->finished);
    pthread_mutex_unlock(&p->lock);
    return taken;
}

static void give(struct pool *p, uint64_t n, const struct run_record *record, bool good)
{
    pthread_mutex_lock(&p->lock);
    struct slot *slot = &p->slots[n % WINDOW];
    if (good) {
        slot->record = *record;
        slot->full = true;
    } else {
        p->out_of_memory = p->stop = true;
        pthread_cond_broadcast(&p->consumed);
    }
    if (n == p->due || !good)
        pthread_cond_signal(&p->finished);
    pthread_mutex_unlock(&p->lock);
}

static struct worker *make_worker(const struct pool *p, const struct scenario *scenario)
{
    uint64_t memory_max = p->options->memory_max;
    return p->options->causes ? worker_create_with_causes(scenario, memory_max)
                              : worker_create(scenario, memory_max, NULL, 0);
}

/* A thread's world, and what it was made for. */
struct bench {
    struct worker *worker;
    unsigned variant;
};

static bool run_same(struct pool *p, struct bench *b, uint64_t index, struct run_record *record)
{
    unsigned variant = plan_variant(p->plan, index);
    if (b->worker == NULL || b->variant != variant) {
        worker_free(b->worker);
        b->worker = make_worker(p, p->plan->scenarios[variant]);
        b->variant = variant;
    }
    return b->worker != NULL
           && worker_run(b->worker, plan_seed(p->plan, index), p->options->events_max, record);
}

static void complain_of(struct pool *p, uint64_t seed, struct diagnostics *wrong)
{
    pthread_mutex_lock(&p->lock);
    if (p->wrong.count == 0 && !wrong->out_of_memory) {
        p->wrong_seed = seed;
        p->wrong = *wrong;
        *wrong = (struct diagnostics){0};
    }
    pthread_mutex_unlock(&p->lock);
    diagnostics_clear(wrong);
}

/* A scenario of the seed's own, which goes with the record. */
static bool run_drawn(struct pool *p, uint64_t index, struct run_record *record)
{
    struct diagnostics wrong = {0};
    uint64_t seed = plan_seed(p->plan, index);
    struct scenario *drawn
        = scenario_of_seed(p->plan->scenarios[plan_variant(p->plan, index)], seed, &wrong);
    if (drawn == NULL)
        complain_of(p, seed, &wrong);
    struct worker *worker = drawn == NULL ? NULL : make_worker(p, drawn);
    bool good = worker != NULL && worker_run(worker, seed, p->options->events_max, record);
    worker_free(worker);
    if (good)
        record->drawn = drawn;
    else
        scenario_free(drawn);
    return good;
}

static void *work(void *context)
{
    struct pool *p = context;
    struct bench bench = {0};
    uint64_t n;
    while (take(p, &n)) {
        uint64_t index = plan_mine(p->plan, n);
        struct run_record record;
        bool draws = scenario_draws(p->plan->scenarios[plan_variant(p->plan, index)]);
        bool good = draws ? run_drawn(p, index, &record) : run_same(p, &bench, index, &record);
        give(p, n, &record, good);
        if (!good)
            break;
    }
    worker_free(bench.worker);
    return NULL;
}

/* Waits for the run that is due; false when there is none to come. */
static bool receive(struct pool *p, struct run_record *record)
{
    pthread_mutex_lock(&p->lock);
    struct slot *slot = &p->slots[p->due % WINDOW];
    while (!slot->full && !p->out_of_memory && p->due < p->end)
        pthread_cond_wait(&p->finished, &p->lock);
    bool got = slot->full && p->due < p->end;
    if (got) {
        *record = slot->record;
        slot->full = false;
    }
    pthread_mutex_unlock(&p->lock);
    return got;
}

static void advance(struct pool *p, bool go_on)
{
    pthread_mutex_lock(&p->lock);
    p->due++;
    p->stop = p->stop || !go_on;
    pthread_cond_broadcast(&p->consumed);
    pthread_mutex_unlock(&p->lock);
}

static enum pool_end end_of(const struct pool *p, bool go_on, uint64_t wanted)
{
    if (p->wrong.count > 0)
        return POOL_NO_SCENARIO;
    if (p->out_of_memory)
        return POOL_OUT_OF_MEMORY;
    if (!go_on)
        return POOL_STOPPED;
    return p->due < wanted ? POOL_INTERRUPTED : POOL_DONE;
}

static enum pool_end consume_all(struct pool *p, unsigned jobs, pool_consumer *consume,
                                 void *context)
{
    pthread_t *threads = calloc(jobs, sizeof *threads);
    unsigned started = 0;
    uint64_t wanted = p->end;
    bool go_on = true;
    struct run_record record;
    while (threads != NULL && started < jobs
           && pthread_create(&threads[started], NULL, work, p) == 0)
        started++;
    while (started > 0 && go_on && receive(p, &record)) {
        go_on = consume(context, plan_mine(p->plan, p->due), &record);
        run_record_free(&record);
        advance(p, go_on);
    }
    if (started == 0)
        p->out_of_memory = true;
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < WINDOW; i++)
        if (p->slots[i].full)
            run_record_free(&p->slots[i].record);
    free(threads);
    return end_of(p, go_on, wanted);
}

enum pool_end pool_run(const struct plan *plan, const struct pool_options *options,
                       pool_consumer *consume, void *context)
{
    struct pool *p = calloc(1, sizeof *p);
    if (p == NULL)
        return POOL_OUT_OF_MEMORY;
    uint64_t runs = plan_run_count(plan);
    if (options->end > 0 && options->end < runs)
        runs = options->end;
    p->plan = plan;
    p->options = options;
    p->end = runs <= plan->shard ? 0
                                 : (runs - plan->shard + plan->shard_count - 1) / plan->shard_count;
    while (p->due < p->end && plan_mine(plan, p->due) < options->first)
        p->due++;
    p->next = p->due;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->finished, NULL);
    pthread_cond_init(&p->consumed, NULL);
    enum pool_end end = consume_all(p, options->jobs == 0 ? 1 : options->jobs, consume, context);
    if (end == POOL_NO_SCENARIO) {
        diagnostics_print(&p->wrong, stderr);
        (void) cli_fail(EXIT_USAGE, "that is what seed %" PRIu64 " draws", p->wrong_seed);
    }
    diagnostics_clear(&p->wrong);
    pthread_cond_destroy(&p->consumed);
    pthread_cond_destroy(&p->finished);
    pthread_mutex_destroy(&p->lock);
    free(p);
    return end;
}
