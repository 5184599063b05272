/* Memory for one instance of a foreign library, out of one block: dropping the block drops all that
 * the library holds. Blocks come in powers of two, so that nothing depends on addresses. */
#ifndef CONCLAVE_FOREIGN_HEAP_H
#define CONCLAVE_FOREIGN_HEAP_H

#include <stddef.h>

#define HEAP_CLASSES 28

struct heap {
    unsigned char *begin;
    size_t size, used;        /* used: handed out at least once */
    size_t refused;           /* requests that it had no room for */
    size_t taken, taken_most; /* in use now, and at the worst instant */
    void *free[HEAP_CLASSES]; /* lists of returned blocks, by class */
};

void heap_init(struct heap *h, void *block, size_t size);
/* NULL where there is no more; what it points to is aligned to 16 bytes and not zeroed. */
void *heap_take(struct heap *h, size_t size);
void *heap_resize(struct heap *h, void *old, size_t size);
void heap_give(struct heap *h, void *block); /* NULL is fine */

#endif
