#include "sim/scheduler.h"

#include <string.h>

#include "sim/assert.h"

/* An event is one number: instant, then sequence, then what it is, from the high bits down.
 * Comparing numbers is comparing (at, sequence); no two are equal. */
__extension__ typedef unsigned __int128 event_key;

_Static_assert(sizeof(event_key) == SCHEDULER_EVENT_SIZE, "as the header says");

#define SLOT_BITS 24
#define KIND_BITS 4
#define SEQUENCE_BITS (64 - KIND_BITS - SLOT_BITS)

/* Below `ARRAY_MAX` events a sorted array is faster, above a heap; between the two limits AUTO
 * leaves things as they are, so that it does not swing to and fro. */
#define ARRAY_MAX 28u
#define ARRAY_AGAIN 10u

struct scheduler {
    const struct sim_memory *memory;
    event_key *keys; /* array: latest first. Heap: four children each, earliest on top */
    uint64_t sequence;
    sim_ns last;
    uint32_t count, capacity;
    enum scheduler_structure structure;
    bool is_heap;
};

static event_key key_of(sim_ns at, uint64_t sequence, uint32_t kind, uint32_t slot)
{
    uint64_t low = sequence << (KIND_BITS + SLOT_BITS) | (uint64_t) kind << SLOT_BITS | slot;
    return (event_key) (uint64_t) at << 64 | low;
}

static struct event event_of(event_key key)
{
    uint64_t low = (uint64_t) key;
    return (struct event){.at = (sim_ns) (key >> 64),
                          .sequence = low >> (KIND_BITS + SLOT_BITS),
                          .kind = (uint32_t) (low >> SLOT_BITS) & ((1u << KIND_BITS) - 1),
                          .slot = (uint32_t) low & ((1u << SLOT_BITS) - 1)};
}

struct scheduler *scheduler_create(const struct sim_memory *memory,
                                   enum scheduler_structure structure)
{
    struct scheduler *s = memory_zeroed(memory, sizeof *s);
    if (s == NULL)
        return NULL;
    s->memory = memory;
    s->structure = structure;
    scheduler_reset(s);
    return s;
}

void scheduler_destroy(struct scheduler *s)
{
    const struct sim_memory *memory = s->memory;
    memory_release(memory, s->keys, s->capacity * sizeof *s->keys);
    memory_release(memory, s, sizeof *s);
}

void scheduler_reset(struct scheduler *s)
{
    s->count = 0;
    s->sequence = 0;
    s->last = 0;
    s->is_heap = s->structure == SCHEDULER_HEAP;
}

bool scheduler_reserve(struct scheduler *s, uint32_t count)
{
    void *keys = s->keys;
    if (count > UINT32_MAX - s->count
        || !memory_reserve(s->memory, &keys, &s->capacity, sizeof *s->keys, s->count + count))
        return false;
    s->keys = keys;
    return true;
}

/* ---- Sorted array ---------------------------------------------------------------------------- */

static void array_push(struct scheduler *s, event_key key)
{
    uint32_t at = s->count;
    while (at > 0 && s->keys[at - 1] < key) {
        s->keys[at] = s->keys[at - 1];
        at--;
    }
    s->keys[at] = key;
}

/* ---- Heap ------------------------------------------------------------------------------------ */

static void heap_push(struct scheduler *s, event_key key)
{
    uint32_t at = s->count;
    while (at > 0 && key < s->keys[(at - 1) / 4]) {
        s->keys[at] = s->keys[(at - 1) / 4];
        at = (at - 1) / 4;
    }
    s->keys[at] = key;
}

static uint32_t earliest_child(const event_key *keys, uint32_t first)
{
    uint32_t left = first + (keys[first + 1] < keys[first]);
    uint32_t right = first + 2 + (keys[first + 3] < keys[first + 2]);
    return keys[right] < keys[left] ? right : left;
}

static uint32_t earliest_of_rest(const event_key *keys, uint32_t first, uint32_t count)
{
    uint32_t best = first;
    for (uint32_t child = first + 1; child < count; child++)
        if (keys[child] < keys[best])
            best = child;
    return best;
}

/* The hole on top sinks to the bottom, then the last key rises into it: the last key nearly always
 * belongs near the bottom, so this compares less than sinking the key itself. */
static event_key heap_pop(struct scheduler *s)
{
    event_key *keys = s->keys, top = keys[0], last = keys[--s->count];
    uint32_t at = 0;
    for (;;) {
        uint32_t first = 4 * at + 1;
        if (first >= s->count)
            break;
        uint32_t child = first + 4 <= s->count ? earliest_child(keys, first)
                                               : earliest_of_rest(keys, first, s->count);
        keys[at] = keys[child];
        at = child;
    }
    while (at > 0 && last < keys[(at - 1) / 4]) {
        keys[at] = keys[(at - 1) / 4];
        at = (at - 1) / 4;
    }
    keys[at] = last;
    return top;
}

/* ---- Choosing -------------------------------------------------------------------------------- */

static void reverse(event_key *keys, uint32_t count)
{
    for (uint32_t i = 0; i < count / 2; i++) {
        event_key swapped = keys[i];
        keys[i] = keys[count - 1 - i];
        keys[count - 1 - i] = swapped;
    }
}

/* An ascending array is a heap already. */
static void become_heap(struct scheduler *s)
{
    reverse(s->keys, s->count);
    s->is_heap = true;
}

static void become_array(struct scheduler *s)
{
    event_key sorted[ARRAY_AGAIN];
    uint32_t count = s->count;
    sim_assert(count <= ARRAY_AGAIN);
    for (uint32_t i = 0; i < count; i++)
        sorted[count - 1 - i] = heap_pop(s);
    memcpy(s->keys, sorted, count * sizeof *sorted);
    s->count = count;
    s->is_heap = false;
}

bool scheduler_push(struct scheduler *s, sim_ns at, uint32_t kind, uint32_t slot)
{
    sim_assert(at >= s->last);
    sim_assert(kind < 1u << KIND_BITS);
    sim_assert(slot < 1u << SLOT_BITS);
    sim_assert(s->sequence < UINT64_C(1) << SEQUENCE_BITS);
    if (s->count == s->capacity && !scheduler_reserve(s, 1))
        return false;
    event_key key = key_of(at, s->sequence++, kind, slot);
    if (!s->is_heap && s->structure == SCHEDULER_AUTO && s->count >= ARRAY_MAX)
        become_heap(s);
    if (s->is_heap)
        heap_push(s, key);
    else
        array_push(s, key);
    s->count++;
    return true;
}

bool scheduler_pop(struct scheduler *s, struct event *event)
{
    if (s->count == 0)
        return false;
    if (s->is_heap && s->structure == SCHEDULER_AUTO && s->count <= ARRAY_AGAIN)
        become_array(s);
    *event = event_of(s->is_heap ? heap_pop(s) : s->keys[--s->count]);
    s->last = event->at;
    return true;
}

sim_ns scheduler_next(const struct scheduler *s)
{
    if (s->count == 0)
        return SIM_FOREVER;
    return (sim_ns) (s->keys[s->is_heap ? 0 : s->count - 1] >> 64);
}

uint32_t scheduler_ahead(const struct scheduler *s, struct event ahead[SCHEDULER_AHEAD_MAX])
{
    if (!s->is_heap || s->count < 1024)
        return 0;
    for (uint32_t i = 0; i < SCHEDULER_AHEAD_MAX; i++)
        ahead[i] = event_of(s->keys[i]);
    return SCHEDULER_AHEAD_MAX;
}

uint32_t scheduler_count(const struct scheduler *s)
{
    return s->count;
}
