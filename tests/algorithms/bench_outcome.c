/* What came of it: what the nodes of a bench sent and announced, and what they look like. */
#include "tests/algorithms/bench_node.h"

#include <string.h>

void bench_forget(struct bench *b)
{
    b->sent_count = b->announced_count = b->finished_count = 0;
}

struct node_view bench_view(const struct bench *b, node_id node)
{
    const struct node *n = bench_node(b, node);
    bench_demand(n->state != NULL, "the node never started");
    return b->algorithm->view(n->state);
}

void *bench_state(struct bench *b, node_id node)
{
    return bench_node(b, node)->state;
}

sim_ns bench_timer(const struct bench *b, node_id node, unsigned timer)
{
    const struct node *n = bench_node(b, node);
    bench_demand(timer < b->algorithm->timer_count, "no such timer");
    if (n->deadlines[timer] == SIM_FOREVER)
        return -1;
    sim_ns left = n->deadlines[timer] - node_monotonic(n);
    return left > 0 ? left : 0;
}

static bool matches(const struct sent_message *m, node_id from, node_id to, unsigned kind)
{
    return (from == NODE_NONE || m->from == from) && (to == NODE_NONE || m->to == to)
           && (kind == ANY_KIND || m->kind == kind);
}

unsigned bench_sent_count(const struct bench *b, node_id from, node_id to, unsigned kind)
{
    unsigned count = 0;
    for (size_t i = 0; i < b->sent_count; i++)
        count += matches(&b->sent[i], from, to, kind);
    return count;
}

const void *bench_last_sent(const struct bench *b, node_id from, node_id to, unsigned kind)
{
    for (size_t i = b->sent_count; i-- > 0;)
        if (matches(&b->sent[i], from, to, kind))
            return b->sent[i].body;
    return NULL;
}

static size_t field_size(enum field_type type)
{
    switch (type) {
    case FIELD_BOOL:
        return sizeof(bool);
    case FIELD_COUNT:
    case FIELD_NODE:
    case FIELD_FACTOR:
    case FIELD_CHOICE:
        return sizeof(uint32_t);
    case FIELD_TERM:
    case FIELD_DURATION:
    case FIELD_SIGNED:
    case FIELD_RATE:
    case FIELD_DRIFT:
        return sizeof(uint64_t);
    case FIELD_RANGE:
        return sizeof(struct sim_range);
    case FIELD_QUORUM:
    case FIELD_COUNTS:
    case FIELD_ALGORITHM:
    case FIELD_DISTRIBUTION:
    case FIELD_NODES:
    case FIELD_GROUPS:
        break;
    }
    bench_fail("no such field in a message");
}

static bool equal_bodies(const struct message_kind *kind, const void *a, const void *c)
{
    for (uint32_t i = 0; i < kind->field_count; i++) {
        const struct field *f = &kind->fields[i];
        if (memcmp((const char *) a + f->offset, (const char *) c + f->offset, field_size(f->type))
            != 0)
            return false;
    }
    return true;
}

bool bench_has_sent(const struct bench *b, node_id from, node_id to, unsigned kind,
                    const void *body)
{
    bench_demand(kind < b->algorithm->message_count, "no such message");
    for (size_t i = 0; i < b->sent_count; i++)
        if (matches(&b->sent[i], from, to, kind)
            && equal_bodies(&b->algorithm->messages[kind], b->sent[i].body, body))
            return true;
    return false;
}

unsigned bench_announced_count(const struct bench *b, node_id node, enum announcement_kind kind)
{
    unsigned count = 0;
    for (size_t i = 0; i < b->announced_count; i++)
        count
            += (node == NODE_NONE || b->announced[i].node == node) && b->announced[i].kind == kind;
    return count;
}

bool bench_has_announced(const struct bench *b, struct announcement wanted)
{
    for (size_t i = 0; i < b->announced_count; i++) {
        const struct announcement *a = &b->announced[i];
        if (a->node == wanted.node && a->kind == wanted.kind && a->term == wanted.term
            && a->peer == wanted.peer && a->reason == wanted.reason)
            return true;
    }
    return false;
}

int bench_operation_result(const struct bench *b, node_id node, uint64_t operation)
{
    for (size_t i = 0; i < b->finished_count; i++)
        if (b->finished[i].node == node && b->finished[i].operation == operation)
            return b->finished[i].committed;
    return -1;
}
