/* A log for ShiViz: the regular expression in the first line, nothing in the second, then two lines
 * an event, with the vector clock (Fidge 1988, Mattern 1989) of the node that it happened at. A
 * message whose sending lies before the window brings no clock with it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/timeline/timeline.h"
#include "analysis/trace/text.h"
#include "scenarios/language/describe.h"

struct shiviz {
    FILE *out;
    const struct timeline *t;
    uint32_t nodes;     /* services too */
    uint32_t *clocks;   /* nodes x nodes */
    uint32_t *sendings; /* the sender's clock at every record, by the record's place */
};

static uint32_t *clock_of(const struct shiviz *s, node_id node)
{
    return s->clocks + (size_t) node * s->nodes;
}

static void merge(uint32_t *into, const uint32_t *from, uint32_t nodes)
{
    for (uint32_t i = 0; i < nodes; i++)
        if (from[i] > into[i])
            into[i] = from[i];
}

static void write_clock(const struct shiviz *s, node_id node)
{
    const uint32_t *clock = clock_of(s, node);
    char name[NODE_TEXT_MAX];
    bool first = true;
    write_node(name, node, s->t->scenario->nodes);
    fprintf(s->out, "%s {", name);
    for (node_id id = 0; id < s->nodes; id++) {
        if (clock[id] == 0)
            continue;
        write_node(name, id, s->t->scenario->nodes);
        fprintf(s->out, "%s\"%s\":%" PRIu32, first ? "" : ", ", name, clock[id]);
        first = false;
    }
    fputs("}\n", s->out);
}

static void write_event(const struct shiviz *s, const struct record *r)
{
    char peer[NODE_TEXT_MAX];
    write_node(peer, r->peer, s->t->scenario->nodes);
    fprintf(s->out, "%.9f %s", (double) r->at / 1e9, record_texts[r->kind]);
    if (r->peer != NODE_NONE && r->peer != r->node)
        fprintf(s->out, " %s", peer);
    const char *detail = trace_detail_text(s->t->scenario, r);
    if (*detail != '\0')
        fprintf(s->out, " %s", detail);
    if (r->term != 0)
        fprintf(s->out, " term=%" PRIu64, r->term);
    fputc('\n', s->out);
}

/* Losses happen in the network, not at a node. */
static bool is_event(const struct timeline *t, const struct record *r)
{
    return r->at >= t->from && r->node != NODE_NONE && r->kind != RECORD_LOST
           && r->kind != RECORD_DUPLICATED && r->kind != RECORD_HELD && r->kind != RECORD_SYNCED;
}

static void write_record(struct shiviz *s, size_t place)
{
    const struct record *r = &s->t->records[place].record;
    uint32_t *clock = clock_of(s, r->node);
    const struct timeline_record *sending
        = r->kind == RECORD_DELIVERED ? timeline_sending(s->t, r->cause) : NULL;
    if (sending != NULL && sending->record.at >= s->t->from)
        merge(clock, s->sendings + (size_t) (sending - s->t->records) * s->nodes, s->nodes);
    clock[r->node]++;
    if (r->kind == RECORD_SENT)
        memcpy(s->sendings + place * s->nodes, clock, s->nodes * sizeof *clock);
    write_event(s, r);
    write_clock(s, r->node);
}

bool timeline_write_shiviz(FILE *out, const struct timeline *t)
{
    struct shiviz s = {.out = out, .t = t, .nodes = t->scenario->nodes + t->scenario->services};
    s.clocks = calloc((size_t) s.nodes * s.nodes, sizeof *s.clocks);
    s.sendings = calloc((t->count + 1) * s.nodes, sizeof *s.sendings);
    bool good = s.clocks != NULL && s.sendings != NULL;
    if (good)
        fputs("(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})\n\n", out);
    for (size_t i = 0; good && i < t->count; i++)
        if (is_event(t, &t->records[i].record))
            write_record(&s, i);
    free(s.clocks);
    free(s.sendings);
    return good;
}
