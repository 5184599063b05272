#include "analysis/runner/run_one.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/foreign/register.h"
#include "analysis/runner/assertion.h"
#include "analysis/why/cause.h"
#include "scenarios/language/language.h"
#include "sim/metrics.h"

struct worker {
    const struct scenario *scenario;
    struct world *world;
    uint64_t memory_used, memory_max;
    bool with_causes;
    struct history history;
};

static void *resize(void *context, void *old, size_t old_size, size_t new_size)
{
    struct worker *w = context;
    if (new_size == 0) {
        w->memory_used -= old_size;
        free(old);
        return NULL;
    }
    uint64_t before = old == NULL ? 0 : old_size;
    if (w->memory_used - before + new_size > w->memory_max)
        return NULL;
    void *block = realloc(old, new_size);
    if (block != NULL)
        w->memory_used = w->memory_used - before + new_size;
    return block;
}

static bool make_world(struct worker *w, const struct scenario *scenario, uint64_t memory_max,
                       const struct observer *observers, uint32_t observer_count)
{
    w->scenario = scenario;
    w->memory_max = memory_max;
    const struct sim_memory memory = {.context = w, .resize = resize};
    w->world = world_create(&memory, scenario, observers, observer_count, NULL);
    return w->world != NULL;
}

struct worker *worker_create(const struct scenario *scenario, uint64_t memory_max,
                             const struct observer *observers, uint32_t observer_count)
{
    struct worker *w = calloc(1, sizeof *w);
    if (w != NULL && make_world(w, scenario, memory_max, observers, observer_count))
        return w;
    free(w);
    return NULL;
}

struct worker *worker_create_with_causes(const struct scenario *scenario, uint64_t memory_max)
{
    struct worker *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->with_causes = true;
    struct observer observer = history_observer(&w->history);
    if (make_world(w, scenario, memory_max, &observer, 1))
        return w;
    free(w);
    return NULL;
}

void worker_free(struct worker *w)
{
    if (w == NULL)
        return;
    world_destroy(w->world);
    history_clear(&w->history);
    free(w);
}

const struct world *worker_world(const struct worker *w)
{
    return w->world;
}

/* ---- Copying a result ------------------------------------------------------------------------ */

#define RESULT_ARRAYS(X)                                                                           \
    X(elections, election_count)                                                                   \
    X(leaderships, leadership_count)                                                               \
    X(faults, fault_count)                                                                         \
    X(traffic, traffic_count)                                                                      \
    X(violations, violation_count)

static uint32_t target_count(const struct run_result *r)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->fault_count; i++)
        if (r->faults[i].target_begin + r->faults[i].target_count > count)
            count = r->faults[i].target_begin + r->faults[i].target_count;
    return count;
}

static size_t rounded(size_t size)
{
    return (size + 15) / 16 * 16;
}

static const void *place(unsigned char **at, const void *from, size_t size)
{
    void *to = *at;
    if (size > 0)
        memcpy(to, from, size);
    *at += rounded(size);
    return to;
}

static bool copy_result(const struct run_result *from, struct run_record *record)
{
    const size_t metrics = metric_count() * sizeof *from->metrics;
    const size_t targets = target_count(from) * sizeof *from->fault_targets;
    const size_t outcomes = record->scenario->expectation_count * sizeof *record->expectations;
    size_t size = rounded(metrics) + rounded(targets) + rounded(outcomes)
                  + rounded(from->election_count) + 16;
#define ADD_SIZE(array, count) size += rounded(from->count * sizeof *from->array);
    RESULT_ARRAYS(ADD_SIZE)
    unsigned char *at = record->block = malloc(size);
    if (at == NULL)
        return false;
    record->result = *from;
#define COPY(array, count)                                                                         \
    record->result.array = place(&at, from->array, from->count * sizeof *from->array);
    RESULT_ARRAYS(COPY)
    record->result.metrics = place(&at, from->metrics, metrics);
    record->result.fault_targets = place(&at, from->fault_targets, targets);
    record->expectations = (void *) at;
    record->causes = at + rounded(outcomes);
    return true;
}

static void find_causes(const struct worker *w, struct run_record *record)
{
    uint8_t *causes = (uint8_t *) (uintptr_t) record->causes;
    for (uint32_t i = 0; i < record->result.election_count; i++)
        causes[i] = (uint8_t) explain_election(&w->history, w->scenario, &record->result,
                                               &record->result.elections[i])
                        .cause;
}

static void evaluate(struct run_record *record)
{
    const struct scenario *s = record->scenario;
    for (uint32_t i = 0; i < s->expectation_count; i++) {
        const struct expression *e = s->expectations[i].expression;
        struct expectation_outcome *outcome = &record->expectations[i];
        *outcome
            = (struct expectation_outcome){.truth = expression_evaluate(e, record->result.metrics)};
        outcome->has_value = expression_value(e, record->result.metrics, &outcome->value);
    }
}

struct stretch {
    struct world *world;
    uint64_t events_max;
};

static void run_stretch(void *context)
{
    const struct stretch *s = context;
    (void) world_run(s->world, SIM_FOREVER, s->events_max);
}

bool worker_run(struct worker *w, uint64_t seed, uint64_t events_max, struct run_record *record)
{
    *record = (struct run_record){.scenario = w->scenario};
    history_reset(&w->history);
    world_reset(w->world, seed);
    assertion_watch(w->world);
    foreign_run(run_stretch, &(struct stretch){w->world, events_max});
    const struct run_result *result = world_finish(w->world);
    assertion_watch(NULL);
    if (!copy_result(result, record))
        return false;
    evaluate(record);
    if (w->with_causes)
        find_causes(w, record);
    else
        record->causes = NULL;
    return !w->history.out_of_memory && !w->history.too_many;
}

bool run_once(const struct scenario *scenario, uint64_t seed, uint64_t events_max,
              const struct observer *observer, struct run_record *record, struct failure *failure)
{
    struct worker *worker
        = worker_create(scenario, MEMORY_MAX_DEFAULT, observer, observer == NULL ? 0 : 1);
    bool ran = worker != NULL && worker_run(worker, seed, events_max, record)
               && record->result.status != WORLD_OUT_OF_MEMORY;
    worker_free(worker);
    return ran || failure_set(failure, "out of memory");
}

void run_record_free(struct run_record *record)
{
    free(record->block);
    scenario_free(record->drawn);
    *record = (struct run_record){0};
}

uint32_t run_record_broken(const struct run_record *record)
{
    uint32_t broken = 0;
    for (uint32_t i = 0; i < record->result.violation_count; i++)
        broken += record->result.violations[i].promised;
    return broken;
}

bool run_record_failed(const struct run_record *record)
{
    const struct scenario *s = record->scenario;
    for (uint32_t i = 0; i < s->expectation_count; i++)
        if (!s->expectations[i].sometimes && record->expectations[i].truth != TRUTH_TRUE)
            return true;
    return run_record_broken(record) > 0 || record->result.status != WORLD_ENDED;
}
