#include "sim/rng.h"

/* Both halves of a 64-by-64-bit product, folded: every bit of the input reaches every bit out. */
static uint64_t fold(uint64_t a, uint64_t b)
{
    rng_word product = (rng_word) a * b;
    return (uint64_t) (product >> 64) ^ (uint64_t) product;
}

struct rng rng_seeded(rng_word state, rng_word stream)
{
    struct rng r = {.state = 0, .increment = stream << 1 | 1};
    rng_step(&r);
    r.state += state;
    rng_step(&r);
    return r;
}

/* Keys enter by XOR with odd constants (digits of pi) and are folded twice. The increment is keyed
 * too, so that two streams are never shifted copies of each other. */
struct rng rng_stream(uint64_t seed, enum rng_purpose purpose, uint64_t a, uint64_t b)
{
    uint64_t low = fold(seed ^ UINT64_C(0x243f6a8885a308d3), a ^ UINT64_C(0x13198a2e03707345));
    uint64_t high
        = fold(b ^ UINT64_C(0xa4093822299f31d1),
               (uint64_t) purpose * UINT64_C(0x9e3779b97f4a7c15) + UINT64_C(0x082efa98ec4e6c89));
    uint64_t mixed = fold(low ^ UINT64_C(0x452821e638d01377), high ^ UINT64_C(0xbe5466cf34e90c6d));
    struct rng r = {
        .state = (rng_word) (mixed ^ low) << 64 | (mixed + high),
        .increment
        = ((rng_word) (high + seed * UINT64_C(0xc0ac29b7c97c50dd)) << 64 | (low ^ mixed)) | 1,
    };
    rng_step(&r);
    return r;
}

uint64_t rng_below(struct rng *r, uint64_t bound)
{
    rng_word product = (rng_word) rng_next(r) * bound;
    if ((uint64_t) product < bound) { /* Lemire 2019: only here can there be a bias to reject */
        uint64_t threshold = -bound % bound;
        while ((uint64_t) product < threshold)
            product = (rng_word) rng_next(r) * bound;
    }
    return (uint64_t) (product >> 64);
}

int64_t rng_between(struct rng *r, int64_t min, int64_t max)
{
    uint64_t span = (uint64_t) max - (uint64_t) min + 1;
    uint64_t offset = span == 0 ? rng_next(r) : rng_below(r, span);
    return (int64_t) ((uint64_t) min + offset);
}
