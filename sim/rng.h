/* PCG-XSL-RR 128/64 streams (O'Neill 2014), keyed by what they are for. Streams per purpose and
 * owner give common random numbers: one more node, option or observer moves no other draw.
 *
 *   RNG_NODE      a = node
 *   RNG_LINK      a = from, to and ordinal; b = instant of sending: see network.c
 *   RNG_DISK      a = node, b = number of the sync
 *   RNG_CLOCK     a = node
 *   RNG_FAULT     a = number of the fault, from 2^32 on for those of chaos; b = of its occurrence
 *   RNG_CHAOS     a = number of the drawn fault
 *   RNG_WORKLOAD  a = node
 *   RNG_SWARM     a = what is drawn
 *   RNG_LOCK      a = client of the lock, b = its request and what is drawn for it */
#ifndef CONCLAVE_SIM_RNG_H
#define CONCLAVE_SIM_RNG_H

#include <stdbool.h>
#include <stdint.h>

/* Adding a purpose at the end changes no other stream. Never renumber. */
enum rng_purpose {
    RNG_NODE,
    RNG_LINK,
    RNG_DISK,
    RNG_CLOCK,
    RNG_FAULT,
    RNG_CHAOS,
    RNG_WORKLOAD,
    RNG_SWARM,
    RNG_LOCK
};

__extension__ typedef unsigned __int128 rng_word;

/* Halves of 128-bit numbers: kept apart they stay in registers from one call to the next. */
struct rng {
    uint64_t state_high, state_low, increment_high, increment_low;
};

/* PCG64 seeded as its reference implementation does with (state, stream). */
struct rng rng_seeded(rng_word state, rng_word stream);
#define RNG_MULTIPLIER                                                                             \
    ((rng_word) UINT64_C(2549297995355413924) << 64 | UINT64_C(4865540595714422341))

static inline void rng_step(struct rng *r)
{
    rng_word state = (rng_word) r->state_high << 64 | r->state_low;
    state = state * RNG_MULTIPLIER + ((rng_word) r->increment_high << 64 | r->increment_low);
    r->state_high = (uint64_t) (state >> 64);
    r->state_low = (uint64_t) state;
}

/* The next 64 bits; output comes from the advanced state, as in pcg64 XSL-RR. */
static inline uint64_t rng_next(struct rng *r)
{
    rng_step(r);
    uint64_t folded = r->state_high ^ r->state_low;
    unsigned rotation = (unsigned) (r->state_high >> 58);
    return folded >> rotation | folded << (-rotation & 63);
}

/* Both halves of a 64-by-64-bit product, folded: every bit of the input reaches every bit out. */
static inline uint64_t rng_fold(uint64_t a, uint64_t b)
{
    rng_word product = (rng_word) a * b;
    return (uint64_t) (product >> 64) ^ (uint64_t) product;
}

/* The stream for one purpose and owner under a run's seed. Keys enter by XOR with odd constants
 * (digits of pi) and are folded twice. The increment is keyed too, so that two streams are never
 * shifted copies of each other. */
static inline struct rng rng_stream(uint64_t seed, enum rng_purpose purpose, uint64_t a, uint64_t b)
{
    uint64_t low = rng_fold(seed ^ UINT64_C(0x243f6a8885a308d3), a ^ UINT64_C(0x13198a2e03707345));
    uint64_t high = rng_fold(b ^ UINT64_C(0xa4093822299f31d1),
                             (uint64_t) purpose * UINT64_C(0x9e3779b97f4a7c15)
                                 + UINT64_C(0x082efa98ec4e6c89));
    uint64_t mixed
        = rng_fold(low ^ UINT64_C(0x452821e638d01377), high ^ UINT64_C(0xbe5466cf34e90c6d));
    struct rng r = {.state_high = mixed ^ low,
                    .state_low = mixed + high,
                    .increment_high = high + seed * UINT64_C(0xc0ac29b7c97c50dd),
                    .increment_low = (low ^ mixed) | 1};
    rng_step(&r);
    return r;
}

/* Unbiased draw from [0, bound); bound > 0. */
static inline uint64_t rng_below(struct rng *r, uint64_t bound)
{
    rng_word product = (rng_word) rng_next(r) * bound;
    if ((uint64_t) product < bound) { /* Lemire 2019: only here can there be a bias to reject */
        uint64_t threshold = -bound % bound;
        while ((uint64_t) product < threshold)
            product = (rng_word) rng_next(r) * bound;
    }
    return (uint64_t) (product >> 64);
}

/* Draw from [min, max], both included; min <= max, any span up to 2^64-1. */
static inline int64_t rng_between(struct rng *r, int64_t min, int64_t max)
{
    uint64_t span = (uint64_t) max - (uint64_t) min + 1;
    uint64_t offset = span == 0 ? rng_next(r) : rng_below(r, span);
    return (int64_t) ((uint64_t) min + offset);
}

/* True with probability rate / 2^32. */
static inline bool rng_chance(struct rng *r, uint64_t rate)
{
    return rng_next(r) >> 32 < rate;
}

#endif
