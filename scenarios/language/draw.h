/* `draw:` — what each seed takes one of, before variants and overrides. */
#ifndef CONCLAVE_LANGUAGE_DRAW_H
#define CONCLAVE_LANGUAGE_DRAW_H

#include "scenarios/language/language.h"
#include "scenarios/language/reader.h"

struct draw {
    const struct yaml *key;     /* dotted */
    const struct yaml *choices; /* a list of one or more */
};

struct draws {
    const struct draw *items;
    uint32_t count;
};

/* Reads `draw:` of the document; false with a diagnostic. */
bool read_draws(struct reader *r, struct draws *draws);
/* Whether the algorithm is among what is drawn. */
bool draws_algorithm(const struct draws *draws);
/* What this seed takes. The stream is the key's own: one more draw moves no other. */
const struct yaml *draw_choice(const struct draw *draw, uint64_t seed);
/* The seed that a run takes where nobody says another: the last of root, variant and overrides. */
uint64_t draw_seed(const struct yaml *root, const struct yaml *variant,
                   const struct override *overrides, unsigned override_count);

#endif
