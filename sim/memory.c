/* Growing arrays and zeroed blocks on top of the one allocator that a world is given. */
#include "sim/memory.h"

#include <string.h>

#include "sim/assert.h"

bool memory_reserve(const struct sim_memory *memory, void **array, uint32_t *capacity, size_t size,
                    uint32_t needed)
{
    sim_assert(size > 0);
    if (needed <= *capacity)
        return true;
    uint64_t wanted = (uint64_t) *capacity + *capacity / 2 + 8;
    if (wanted < needed)
        wanted = needed;
    if (wanted > UINT32_MAX || wanted > SIZE_MAX / size)
        return false;
    void *grown = memory->resize(memory->context, *array, *capacity * size, (size_t) wanted * size);
    if (grown == NULL)
        return false;
    *array = grown;
    *capacity = (uint32_t) wanted;
    return true;
}

void *memory_zeroed(const struct sim_memory *memory, size_t size)
{
    sim_assert(size > 0);
    void *block = memory->resize(memory->context, NULL, 0, size);
    if (block != NULL)
        memset(block, 0, size);
    return block;
}

void memory_release(const struct sim_memory *memory, void *block, size_t size)
{
    if (block != NULL)
        (void) memory->resize(memory->context, block, size, 0);
}
