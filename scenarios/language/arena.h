/* Memory that is given back all at once: what a document or a scenario is made of. */
#ifndef CONCLAVE_LANGUAGE_ARENA_H
#define CONCLAVE_LANGUAGE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena_block;

/* All zero is an empty arena. Once an allocation failed, `failed` stays true. */
struct arena {
    struct arena_block *blocks;
    bool failed;
};

/* Zeroed, aligned for every type; NULL with `failed` set when there is no memory. A size of 0 gives
 * a valid address. */
void *arena_take(struct arena *arena, size_t size);
/* The same for `count` elements; a product that overflows is no memory. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* A copy of `length` bytes with a NUL behind them. */
char *arena_text(struct arena *arena, const char *text, size_t length);
/* printf into the arena. */
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void arena_free(struct arena *arena);

#endif
