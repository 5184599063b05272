#include "sim/observe/trace_hash.h"

#include <string.h>

struct trace_hash {
    const struct sim_memory *memory;
    const struct message_kind *messages;
    uint64_t value;
};

__extension__ typedef unsigned __int128 wide;

/* Two words enter at once: both halves of a product of 64-bit numbers, folded. */
static uint64_t mix(uint64_t hash, uint64_t a, uint64_t b)
{
    wide product = (wide) (hash ^ a ^ UINT64_C(0x243f6a8885a308d3))
                   * (b ^ UINT64_C(0x9e3779b97f4a7c15) ^ (hash >> 32));
    return (uint64_t) (product >> 64) ^ (uint64_t) product;
}

static uint64_t field_value(const struct field *f, const void *body)
{
    const unsigned char *at = (const unsigned char *) body + f->offset;
    uint64_t value = 0;
    uint32_t narrow = 0;
    bool truth = false;
    switch (f->type) {
    case FIELD_BOOL:
        memcpy(&truth, at, sizeof truth);
        return truth;
    case FIELD_COUNT:
    case FIELD_NODE:
    case FIELD_FACTOR:
    case FIELD_CHOICE:
        memcpy(&narrow, at, sizeof narrow);
        return narrow;
    case FIELD_TERM:
    case FIELD_DURATION:
    case FIELD_SIGNED:
    case FIELD_RATE:
    case FIELD_DRIFT:
        memcpy(&value, at, sizeof value);
        return value;
    case FIELD_RANGE:
    case FIELD_QUORUM:
    case FIELD_COUNTS:
    case FIELD_DISTRIBUTION:
    case FIELD_NODES:
    case FIELD_GROUPS:
        break;
    }
    sim_unreachable(); /* options only: a message has none of these */
}

static uint64_t mix_body(uint64_t hash, const struct message_kind *kind, const void *body)
{
    for (uint32_t i = 0; i < kind->field_count; i += 2) {
        uint64_t first = field_value(&kind->fields[i], body);
        uint64_t second = i + 1 < kind->field_count ? field_value(&kind->fields[i + 1], body) : 0;
        hash = mix(hash, first, second);
    }
    return hash;
}

/* The record's number is its place in the sequence. A body counts where it is sent: what happens to
 * the message later names that record as its cause. */
static void on_record(void *context, const struct world *w, const struct record *r)
{
    struct trace_hash *t = context;
    (void) w;
    uint64_t what = (uint64_t) r->kind << 56 | (uint64_t) (r->flags & 255) << 32 | r->detail;
    uint64_t hash = mix(t->value, (uint64_t) r->at, what);
    hash = mix(hash, (uint64_t) r->node << 32 | r->peer, r->cause);
    if (r->kind == RECORD_SENT)
        hash = mix_body(hash, &t->messages[r->detail], r->body);
    else if (r->term != 0 || r->value != 0)
        hash = mix(hash, r->term, (uint64_t) r->value);
    t->value = hash;
}

struct trace_hash *trace_hash_create(const struct sim_memory *memory,
                                     const struct scenario *scenario)
{
    struct trace_hash *t = memory_zeroed(memory, sizeof *t);
    if (t == NULL)
        return NULL;
    t->memory = memory;
    t->messages = scenario->algorithm->messages;
    return t;
}

void trace_hash_reset(struct trace_hash *t)
{
    t->value = 0;
}

void trace_hash_destroy(struct trace_hash *t)
{
    if (t != NULL)
        memory_release(t->memory, t, sizeof *t);
}

struct observer trace_hash_observer(struct trace_hash *t)
{
    return (struct observer){.context = t, .interest = INTEREST_ALL, .on_record = on_record};
}

uint64_t trace_hash_value(const struct trace_hash *t)
{
    return t->value;
}
