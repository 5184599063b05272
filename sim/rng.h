/* PCG-XSL-RR 128/64 streams (O'Neill 2014), keyed by what they are for. Streams per purpose and
 * owner give common random numbers: one more node, option or observer moves no other draw.
 *
 *   RNG_NODE      a = node
 *   RNG_LINK      a = from, to and ordinal; b = instant of sending: see network.c
 *   RNG_DISK      a = node, b = number of the sync
 *   RNG_CLOCK     a = node
 *   RNG_FAULT     a = number of the fault, b = number of its occurrence
 *   RNG_CHAOS     a = number of the drawn fault
 *   RNG_WORKLOAD  a = node
 *   RNG_SWARM     a = what is drawn */
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
    RNG_SWARM
};

__extension__ typedef unsigned __int128 rng_word;

struct rng {
    rng_word state, increment;
};

/* PCG64 seeded as its reference implementation does with (state, stream). */
struct rng rng_seeded(rng_word state, rng_word stream);
/* The stream for one purpose and owner under a run's seed. */
struct rng rng_stream(uint64_t seed, enum rng_purpose purpose, uint64_t a, uint64_t b);

#define RNG_MULTIPLIER                                                                             \
    ((rng_word) UINT64_C(2549297995355413924) << 64 | UINT64_C(4865540595714422341))

static inline void rng_step(struct rng *r)
{
    r->state = r->state * RNG_MULTIPLIER + r->increment;
}

/* The next 64 bits; output comes from the advanced state, as in pcg64 XSL-RR. */
static inline uint64_t rng_next(struct rng *r)
{
    rng_step(r);
    uint64_t folded = (uint64_t) (r->state >> 64) ^ (uint64_t) r->state;
    unsigned rotation = (unsigned) (r->state >> 122);
    return folded >> rotation | folded << (-rotation & 63);
}

/* Unbiased draw from [0, bound); bound > 0. */
uint64_t rng_below(struct rng *r, uint64_t bound);
/* Draw from [min, max], both included; min <= max, any span up to 2^64-1. */
int64_t rng_between(struct rng *r, int64_t min, int64_t max);
/* True with probability rate / 2^32. */
static inline bool rng_chance(struct rng *r, uint64_t rate)
{
    return rng_next(r) >> 32 < rate;
}

#endif
