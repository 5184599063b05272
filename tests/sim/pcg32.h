/* PCG-XSH-RR 64/32 (O'Neill 2014), whose output is published in full: where it repeats that, the
 * test knows how PCG seeds, steps and bounds. */
#ifndef CONCLAVE_TESTS_PCG32_H
#define CONCLAVE_TESTS_PCG32_H

#include <stdint.h>

struct pcg32 {
    uint64_t state, increment;
};

static inline uint32_t pcg32_next(struct pcg32 *r)
{
    uint64_t old = r->state;
    r->state = old * UINT64_C(6364136223846793005) + r->increment;
    uint32_t shifted = (uint32_t) (((old >> 18) ^ old) >> 27);
    unsigned rotation = (unsigned) (old >> 59);
    return shifted >> rotation | shifted << (-rotation & 31);
}

static inline struct pcg32 pcg32_seeded(uint64_t state, uint64_t stream)
{
    struct pcg32 r = {.state = 0, .increment = stream << 1 | 1};
    (void) pcg32_next(&r);
    r.state += state;
    (void) pcg32_next(&r);
    return r;
}

/* As `count` calls of pcg32_next(), in steps that double (Brown 1994). */
static inline void pcg32_advance(struct pcg32 *r, uint64_t count)
{
    uint64_t multiplier = UINT64_C(6364136223846793005), increment = r->increment;
    for (; count > 0; count >>= 1) {
        if (count & 1)
            r->state = r->state * multiplier + increment;
        increment *= multiplier + 1;
        multiplier *= multiplier;
    }
}

static inline uint32_t pcg32_below(struct pcg32 *r, uint32_t bound)
{
    uint32_t threshold = -bound % bound, drawn;
    do
        drawn = pcg32_next(r);
    while (drawn < threshold);
    return drawn % bound;
}

#endif
