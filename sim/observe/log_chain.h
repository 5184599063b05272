/* What lies in front of the entries of a term, so that the end of a log tells what it holds.
 *
 * Two logs that have an entry of one index and term in common are the same up to it (Raft paper
 * 5.3). Entries of a term are appended by that term's leader, behind the log that it had until
 * then: so from the last entry of a log one can walk back, term by term. */
#ifndef CONCLAVE_SIM_LOG_CHAIN_H
#define CONCLAVE_SIM_LOG_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/memory.h"

/* So many terms back it is known; of older ones, nothing. */
#define LOG_CHAIN_MAX 1024u

struct log_position {
    uint64_t index, term;
};

struct log_chain {
    const struct sim_memory *memory;
    void *links; /* of one term each, in their order */
    uint32_t capacity, count;
    bool out_of_memory;
};

void log_chain_open(struct log_chain *c, const struct sim_memory *memory);
void log_chain_reset(struct log_chain *c);
void log_chain_close(struct log_chain *c);

/* The log of `term`'s leader ended at `before` until it had an entry of its own. A second leader of
 * the term makes unknown what lies in front of its entries. */
void log_chain_note(struct log_chain *c, uint64_t term, struct log_position before);
/* Nobody will ask any more for what lies in front of entries of this term or of an earlier one. */
void log_chain_forget(struct log_chain *c, uint64_t term);
/* Whether a log that ends at `last` is known to lack this entry. */
bool log_chain_lacks(const struct log_chain *c, struct log_position last,
                     struct log_position entry);

#endif
