#include "analysis/foreign/heap.h"

#include <stdint.h>
#include <string.h>

#include "sim/assert.h"

#define HEADER 16u

/* In front of each block, while it is taken and while it lies in a list. */
struct header {
    uint32_t class;
    uint32_t taken;
};

static size_t class_size(uint32_t class)
{
    return (size_t) 16 << class;
}

static uint32_t class_of(size_t size)
{
    uint32_t class = 0;
    while (class < HEAP_CLASSES && class_size(class) < size)
        class ++;
    return class;
}

static struct header *header_of(void *block)
{
    return (struct header *) (void *) ((unsigned char *) block - HEADER);
}

void heap_init(struct heap *h, void *block, size_t size)
{
    sim_assert((uintptr_t) block % 16 == 0);
    *h = (struct heap){.begin = block, .size = size};
}

static void *fresh(struct heap *h, uint32_t class)
{
    size_t needed = HEADER + class_size(class);
    if (needed > h->size - h->used) {
        h->refused++;
        return NULL;
    }
    unsigned char *block = h->begin + h->used + HEADER;
    h->used += needed;
    header_of(block)->class = class;
    return block;
}

void *heap_take(struct heap *h, size_t size)
{
    uint32_t class = class_of(size);
    if (class == HEAP_CLASSES)
        return NULL;
    void *block = h->free[class];
    if (block != NULL)
        memcpy(&h->free[class], block, sizeof(void *));
    else
        block = fresh(h, class);
    if (block == NULL)
        return NULL;
    header_of(block)->taken = 1;
    h->taken += HEADER + class_size(class);
    if (h->taken > h->taken_most)
        h->taken_most = h->taken;
    return block;
}

void heap_give(struct heap *h, void *block)
{
    if (block == NULL)
        return;
    struct header *header = header_of(block);
    sim_assert(header->taken == 1); /* else it was never given, or is returned twice */
    header->taken = 0;
    h->taken -= HEADER + class_size(header->class);
    memcpy(block, &h->free[header->class], sizeof(void *));
    h->free[header->class] = block;
}

void *heap_resize(struct heap *h, void *old, size_t size)
{
    if (old == NULL)
        return heap_take(h, size);
    size_t had = class_size(header_of(old)->class);
    if (size <= had)
        return old;
    void *grown = heap_take(h, size);
    if (grown == NULL)
        return NULL;
    memcpy(grown, old, had);
    heap_give(h, old);
    return grown;
}
