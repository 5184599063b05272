#include "scenarios/language/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t) 8192)

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    max_align_t bytes[];
};

static size_t aligned(size_t size)
{
    size_t align = _Alignof(max_align_t);
    return (size + align - 1) / align * align;
}

void *arena_take(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2) {
        arena->failed = true;
        return NULL;
    }
    size_t needed = aligned(size);
    struct arena_block *block = arena->blocks;
    if (block == NULL || block->size - block->used < needed) {
        size_t capacity = needed > BLOCK_SIZE ? needed : BLOCK_SIZE;
        block = calloc(1, sizeof *block + capacity);
        if (block == NULL) {
            arena->failed = true;
            return NULL;
        }
        block->size = capacity;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *memory = (char *) block->bytes + block->used;
    block->used += needed;
    return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total)) {
        arena->failed = true;
        return NULL;
    }
    return arena_take(arena, total);
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_take(arena, length + 1);
    if (copy != NULL && length > 0)
        memcpy(copy, text, length);
    return copy;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        return NULL;
    char *text = arena_take(arena, (size_t) length + 1);
    if (text == NULL)
        return NULL;
    va_start(arguments, format);
    vsnprintf(text, (size_t) length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void arena_free(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->failed = false;
}
