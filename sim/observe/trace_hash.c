#include "sim/observe/trace_hash.h"

#include <string.h>

#define PARTS_MAX 64u /* 32-bit parts of a body: MESSAGE_BODY_MAX in all */

/* How a message's body is read: its fields in declared order as 32-bit parts, low part first, then
 * its bytes. Worked out once, since every message sent is read so. */
struct reading {
    uint32_t part_count, byte_count;
    uint32_t plain_count; /* so many pairs of parts, from the start on, are a number in memory */
    uint16_t parts[PARTS_MAX]; /* offsets */
    uint16_t bytes[PARTS_MAX];
};

struct trace_hash {
    const struct sim_memory *memory;
    uint64_t value;
    uint32_t message_count;
    struct reading readings[]; /* by message kind */
};

__extension__ typedef unsigned __int128 wide;

/* Both halves of a product of 64-bit numbers, folded: every bit of either reaches every bit out. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    wide product = (wide) (a ^ UINT64_C(0x243f6a8885a308d3)) * (b ^ UINT64_C(0x9e3779b97f4a7c15));
    return (uint64_t) (product >> 64) ^ (uint64_t) product;
}

/* Whether the machine stores the low part of a 64-bit number first. */
static bool low_part_first(void)
{
    const uint64_t one = 1;
    uint32_t first;
    memcpy(&first, &one, sizeof first);
    return first == 1;
}

static void add_part(struct reading *r, uint32_t offset)
{
    sim_assert(r->part_count < PARTS_MAX);
    r->parts[r->part_count++] = (uint16_t) offset;
}

static void add_field(struct reading *r, const struct field *f)
{
    uint32_t low = low_part_first() ? 0 : 4;
    switch (f->type) {
    case FIELD_BOOL:
        sim_assert(r->byte_count < PARTS_MAX);
        r->bytes[r->byte_count++] = (uint16_t) f->offset;
        return;
    case FIELD_COUNT:
    case FIELD_NODE:
    case FIELD_FACTOR:
    case FIELD_CHOICE:
        add_part(r, f->offset);
        return;
    case FIELD_TERM:
    case FIELD_DURATION:
    case FIELD_SIGNED:
    case FIELD_RATE:
    case FIELD_DRIFT:
        add_part(r, f->offset + low);
        add_part(r, f->offset + 4 - low);
        return;
    case FIELD_RANGE:
    case FIELD_QUORUM:
    case FIELD_COUNTS:
    case FIELD_ALGORITHM:
    case FIELD_DISTRIBUTION:
    case FIELD_NODES:
    case FIELD_GROUPS:
        break;
    }
    sim_unreachable(); /* options only: a message has none of these */
}

static uint64_t part(const unsigned char *body, uint32_t offset)
{
    uint32_t value;
    memcpy(&value, body + offset, sizeof value);
    return value;
}

/* Two parts that follow each other, as one number. */
static uint64_t pair(const struct reading *r, const unsigned char *body, uint32_t first)
{
    uint64_t value;
    if (first / 2 >= r->plain_count)
        return part(body, r->parts[first]) | part(body, r->parts[first + 1]) << 32;
    memcpy(&value, body + (size_t) first * 4, sizeof value);
    return value;
}

static void count_plain(struct reading *r)
{
    uint32_t n = 0;
    while (2 * n + 1 < r->part_count && r->parts[(size_t) 2 * n] == 8 * n
           && r->parts[(size_t) 2 * n + 1] == 8 * n + 4)
        n++;
    r->plain_count = low_part_first() ? n : 0;
}

static uint64_t digest_of_body(const struct reading *r, const unsigned char *body)
{
    uint64_t digest = 0, bytes = 0, place = 0;
    uint32_t i = 0;
    for (; i + 4 <= r->part_count; i += 4)
        digest ^= mix(pair(r, body, i) + place++, pair(r, body, i + 2));
    for (; i < r->part_count; i++)
        digest ^= mix(part(body, r->parts[i]) + place++, UINT64_C(0x13198a2e03707344));
    for (i = 0; i < r->byte_count; i++)
        bytes = bytes << 8 | body[r->bytes[i]];
    return r->byte_count == 0 ? digest : digest ^ mix(bytes, place);
}

/* The parts of a record are digested side by side, and only one product depends on the record
 * before. The record's number is its place in the sequence. A body counts where it is sent: what
 * happens to the message later names that record as its cause. */
void trace_hash_record(struct trace_hash *t, const struct record *r)
{
    uint64_t what = (uint64_t) r->kind << 56 | (uint64_t) (r->flags & 255) << 32 | r->detail;
    uint64_t who = (uint64_t) r->node << 32 | r->peer;
    uint64_t digest
        = mix((uint64_t) r->at, what) ^ mix(who + UINT64_C(0xa4093822299f31d0), r->cause);
    if (r->kind == RECORD_SENT)
        digest += digest_of_body(&t->readings[r->detail], r->body);
    else if (r->term != 0 || r->value != 0)
        digest += mix(r->term, (uint64_t) r->value);
    t->value = mix(t->value ^ digest, digest);
}

static size_t size_with(uint32_t message_count)
{
    return sizeof(struct trace_hash) + message_count * sizeof(struct reading);
}

struct trace_hash *trace_hash_create(const struct sim_memory *memory,
                                     const struct scenario *scenario)
{
    const struct algorithm *a = scenario->algorithm;
    struct trace_hash *t = memory_zeroed(memory, size_with(a->message_count));
    if (t == NULL)
        return NULL;
    t->memory = memory;
    t->message_count = a->message_count;
    for (uint32_t kind = 0; kind < a->message_count; kind++) {
        for (uint32_t i = 0; i < a->messages[kind].field_count; i++)
            add_field(&t->readings[kind], &a->messages[kind].fields[i]);
        count_plain(&t->readings[kind]);
    }
    return t;
}

void trace_hash_reset(struct trace_hash *t)
{
    t->value = 0;
}

void trace_hash_destroy(struct trace_hash *t)
{
    if (t != NULL)
        memory_release(t->memory, t, size_with(t->message_count));
}

uint64_t trace_hash_value(const struct trace_hash *t)
{
    return t->value;
}
