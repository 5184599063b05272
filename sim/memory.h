/* The only source of memory inside sim/. */
#ifndef CONCLAVE_SIM_MEMORY_H
#define CONCLAVE_SIM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* malloc, realloc and free in one: old == NULL gives, new_size == 0 takes back. Returns NULL
 * when there is none left (or a limit is met); the old block is then untouched. */
struct sim_memory {
    void *context;
    void *(*resize)(void *context, void *old, size_t old_size, size_t new_size);
};

/* Make room for `needed` elements in an array that grows by half: true, or false with the array
 * as it was. `*array`, `*capacity` and `size` describe it; new room is not zeroed. */
bool memory_reserve(const struct sim_memory *memory, void **array, uint32_t *capacity, size_t size,
                    uint32_t needed);
/* Zeroed block of `size` bytes, or NULL. */
void *memory_zeroed(const struct sim_memory *memory, size_t size);
/* Give back what came from either; NULL is fine. */
void memory_release(const struct sim_memory *memory, void *block, size_t size);

#endif
