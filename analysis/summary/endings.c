#include "analysis/summary/endings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/describe.h"
#include "sim/fault.h"
#include "sim/result.h"

bool endings_open(struct endings *e, const struct scenario *scenario)
{
    *e = (struct endings){.scenario = scenario, .stopped_at = TIME_NONE, .told.node = NODE_NONE};
    e->stopping = calloc((size_t) scenario->nodes + scenario->services, sizeof *e->stopping);
    return e->stopping != NULL;
}

void endings_close(struct endings *e)
{
    free(e->stopping);
    e->stopping = NULL;
}

/* The fields of what it told itself; a single one needs no name. */
static void write_why(const struct endings *e, char why[ENDING_WHY_MAX])
{
    const struct message_kind *kind = &e->scenario->algorithm->messages[e->told.kind];
    size_t length = 0;
    why[0] = '\0';
    for (uint32_t i = 0; i < kind->field_count && length + 1 < ENDING_WHY_MAX; i++) {
        char value[128];
        field_write(value, sizeof value, &kind->fields[i], e->told.body, e->scenario);
        bool named = kind->field_count > 1;
        int added = snprintf(why + length, ENDING_WHY_MAX - length, "%s%s%s%s", i == 0 ? "" : ", ",
                             named ? kind->fields[i].name : "", named ? "=" : "", value);
        length += added > 0 ? (size_t) added : 0;
    }
}

static void note_end(struct endings *e, const struct record *r)
{
    uint32_t at = e->count++;
    if (at >= ENDINGS_MAX)
        return;
    e->items[at] = (struct ending){.at = r->at, .node = r->node};
    if (r->node == e->told.node && r->cause == e->told.cause)
        write_why(e, e->items[at].why);
}

static void note_told(struct endings *e, const struct record *r)
{
    size_t size = e->scenario->algorithm->messages[r->detail].size;
    if (r->peer != r->node || r->body == NULL || size > MESSAGE_BODY_MAX)
        return;
    e->told.cause = r->cause;
    e->told.node = r->node;
    e->told.kind = r->detail;
    memcpy(e->told.body, r->body, size);
}

static void on_record(void *context, const struct world *w, const struct record *r)
{
    struct endings *e = context;
    (void) w;
    if (r->kind == RECORD_SENT)
        note_told(e, r);
    else if (r->kind == RECORD_FAULT_BEGAN && strcmp(fault_kinds[r->value]->name, "stop") == 0)
        e->stopped_at = r->at;
    else if (r->kind == RECORD_ADMIN && r->detail == ADMIN_STOP)
        e->stopping[r->node] = true;
    else if (r->kind == RECORD_STARTED)
        e->stopping[r->node] = false;
    else if (r->kind == RECORD_CRASHED && r->detail == CRASH_STOP && !e->stopping[r->node]
             && e->stopped_at != r->at)
        note_end(e, r);
}

struct observer endings_observer(struct endings *e)
{
    return (struct observer){.context = e,
                             .interest = INTEREST(SENT) | INTEREST(FAULT_BEGAN) | INTEREST(ADMIN)
                                         | INTEREST(STARTED) | INTEREST(CRASHED),
                             .on_record = on_record};
}
