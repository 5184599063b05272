/* Fixed-size slots that are taken and given back: messages in flight, disk writes, operations. */
#include <string.h>

#include "sim/world_state.h"

#define SLOTS_MAX (UINT32_C(1) << 24) /* what an event can name */

void pool_init(struct pool *p, uint32_t stride)
{
    sim_assert(stride >= sizeof(uint32_t));
    *p = (struct pool){.stride = (stride + 7) / 8 * 8, .free = NO_SLOT};
}

void pool_reset(struct pool *p)
{
    p->used = 0;
    p->free = NO_SLOT;
}

uint32_t pool_take(const struct sim_memory *memory, struct pool *p)
{
    if (p->free != NO_SLOT) {
        uint32_t slot = p->free;
        memcpy(&p->free, pool_at(p, slot), sizeof p->free);
        return slot;
    }
    if (p->used == SLOTS_MAX)
        return NO_SLOT;
    if (p->used == p->capacity) {
        void *slots = p->slots;
        if (!memory_reserve(memory, &slots, &p->capacity, p->stride, p->used + 1))
            return NO_SLOT;
        p->slots = slots;
    }
    return p->used++;
}

void pool_give(struct pool *p, uint32_t slot)
{
    sim_assert(slot < p->used);
    memcpy(pool_at(p, slot), &p->free, sizeof p->free);
    p->free = slot;
}

void pool_destroy(const struct sim_memory *memory, struct pool *p)
{
    memory_release(memory, p->slots, (size_t) p->stride * p->capacity);
    *p = (struct pool){.stride = p->stride, .free = NO_SLOT};
}
