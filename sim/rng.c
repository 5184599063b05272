#include "sim/rng.h"

struct rng rng_seeded(rng_word state, rng_word stream)
{
    rng_word increment = stream << 1 | 1;
    struct rng r
        = {.increment_high = (uint64_t) (increment >> 64), .increment_low = (uint64_t) increment};
    rng_step(&r);
    rng_word started = ((rng_word) r.state_high << 64 | r.state_low) + state;
    r.state_high = (uint64_t) (started >> 64);
    r.state_low = (uint64_t) started;
    rng_step(&r);
    return r;
}
