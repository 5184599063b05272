#include "tests/scenarios/running.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/properties.h"

static void fill(struct running *r, const char *variant, const struct override *overrides,
                 unsigned count)
{
    struct diagnostics d = {0};
    r->document = document_open(&r->source, &d);
    if (r->document != NULL)
        r->scenario = document_scenario(r->document, variant, overrides, count, NULL, &d);
    if (r->scenario == NULL)
        diagnostics_print(&d, stderr);
    cr_assert_not_null(r->scenario, "%s", r->source.name);
    r->worker = worker_create(r->scenario, MEMORY_MAX_DEFAULT, NULL, 0);
    cr_assert_not_null(r->worker);
}

void running_open(struct running *r, const char *yaml, const struct override *overrides,
                  unsigned count)
{
    *r = (struct running){.source = {.name = "test", .text = yaml, .length = strlen(yaml)}};
    fill(r, NULL, overrides, count);
}

void running_open_file(struct running *r, const char *path, const char *variant,
                       const struct override *overrides, unsigned count)
{
    static const size_t size = 1 << 16;
    *r = (struct running){.text = calloc(1, size), .source.name = path};
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s", path);
    r->source.text = r->text;
    r->source.length = fread(r->text, 1, size - 1, file);
    fclose(file);
    fill(r, variant, overrides, count);
}

const struct run_result *running_run(struct running *r, uint64_t seed)
{
    run_record_free(&r->record);
    cr_assert(worker_run(r->worker, seed, UINT64_MAX, &r->record));
    cr_assert_eq(r->record.result.status, WORLD_ENDED);
    return &r->record.result;
}

void running_close(struct running *r)
{
    run_record_free(&r->record);
    worker_free(r->worker);
    scenario_free(r->scenario);
    document_free(r->document);
    free(r->text);
}

double running_metric(const struct running *r, const char *name)
{
    uint32_t index = metric_find(name, strlen(name));
    cr_assert_neq(index, UINT32_MAX, "no metric %s", name);
    cr_assert(r->record.result.metrics[index].defined, "%s is not defined", name);
    return r->record.result.metrics[index].lo;
}

void running_assert_safe(const struct running *r)
{
    const struct run_result *result = &r->record.result;
    for (uint32_t i = 0; i < result->violation_count; i++) {
        const struct violation_row *v = &result->violations[i];
        cr_assert(!v->promised,
                  "seed %" PRIu64 ", %s: %s at %" PRId64 " ns, nodes %u and %u, term %" PRIu64,
                  result->seed, property_name(v->property), v->detail, v->at, v->node + 1,
                  v->other_node + 1, v->term);
    }
}
