/* The line in which members succeed each other where an operator has drawn it up: by priority, then
 * by number. */
#ifndef CONCLAVE_ALGORITHMS_SUCCESSION_H
#define CONCLAVE_ALGORITHMS_SUCCESSION_H

#include "sim/algorithm.h"

static inline bool stands_before(const struct node *self, node_id a, node_id b)
{
    int32_t x = node_priority(self, a), y = node_priority(self, b);
    return x != y ? x > y : a < b;
}

#endif
