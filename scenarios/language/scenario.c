/* The keys of the document itself, and what only several keys together can get wrong. */
#include <string.h>

#include "scenarios/language/expression.h"
#include "scenarios/language/reader.h"

#define EXPECTATIONS_MAX 1000u

void read_title(struct reader *r, const struct yaml *value, void *base)
{
    (void) base;
    if (need_scalar(r, value, "a title"))
        r->scenario->title = value->text;
}

void read_about(struct reader *r, const struct yaml *value, void *base)
{
    (void) base;
    if (need_scalar(r, value, "prose"))
        r->scenario->about = value->text;
}

/* `variants` and `draw` are read by document_open(), before any scenario is made. */
void read_nothing(struct reader *r, const struct yaml *value, void *base)
{
    (void) r;
    (void) value;
    (void) base;
}

static void read_expectation(struct reader *r, const struct yaml *item, struct expectation *into)
{
    const struct yaml *text = item;
    if (item->kind == YAML_MAP) {
        if (item->count != 1 || strcmp(item->entries[0].key->text, "sometimes") != 0) {
            complain(r, item, NULL,
                     "an expectation is an expression, or `sometimes:` and an expression");
            return;
        }
        into->sometimes = true;
        text = item->entries[0].value;
    }
    if (!need_scalar(r, text, "an expression"))
        return;
    size_t line_length;
    const char *line = yaml_line(text->source, text->begin, &line_length);
    into->text = text->text;
    into->line = text->line;
    into->column = text->column;
    into->expression = expression_parse(text->text, text->length, text->source->name, text->line,
                                        text->column, line, line_length, r->diagnostics);
}

void read_expectations(struct reader *r, const struct yaml *value, void *base)
{
    (void) base;
    if (!need_kind(r, value, YAML_LIST, "a list of expressions"))
        return;
    if (value->count > EXPECTATIONS_MAX) {
        complain(r, value, NULL, "at most %u expectations are taken", EXPECTATIONS_MAX);
        return;
    }
    struct expectation *expectations = arena_array(r->arena, value->count, sizeof *expectations);
    if (expectations == NULL)
        return;
    r->scenario->expectations = expectations;
    r->scenario->expectation_count = value->count;
    for (uint32_t i = 0; i < value->count; i++)
        read_expectation(r, value->entries[i].value, &expectations[i]);
}

void free_expectations(struct scenario *scenario)
{
    for (uint32_t i = 0; i < scenario->expectation_count; i++)
        expression_free((struct expression *) scenario->expectations[i].expression);
}

static void check_lock(struct reader *r)
{
    const struct workload *load = &r->scenario->workload;
    const struct yaml *map = yaml_find(r->root, "workload", NULL);
    if (map == NULL || load->kind != WORKLOAD_LOCK)
        return;
    const struct yaml *kind = yaml_find(map, "kind", NULL);
    const struct yaml *clients = yaml_find(map, "clients", NULL);
    const struct yaml *lease = yaml_find(map, "lock_lease", NULL);
    if (load->interval == 0)
        complain(r, kind, "give `interval`, as 500ms",
                 "clients of a lock ask again after an interval, which must be more than 0");
    if (clients != NULL && (load->clients == 0 || load->clients > LOCK_CLIENTS_MAX))
        complain(r, clients, NULL, "a lock has from 1 to %u clients", LOCK_CLIENTS_MAX);
    if (lease != NULL && load->lock_lease == 0)
        complain(r, lease, NULL, "a lease of no time is no lock: give more than 0");
}

void check_scenario(struct reader *r)
{
    const struct scenario *s = r->scenario;
    const struct yaml *duration = yaml_find(r->root, "duration", NULL);
    if (duration == NULL || r->diagnostics->count > 0)
        return;
    if (s->duration == 0)
        complain(r, duration, NULL, "a run must last more than 0");
    else if (scenario_end(s) > INT64_MAX / 2)
        complain(r, duration, NULL, "a run cannot be longer than 146 years, `settle` included");
    check_lock(r);
}
