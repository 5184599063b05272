/* Who voted for whom: one vote in a term, and whether a leader's voters are a majority. */
#ifndef CONCLAVE_SIM_VOTERS_H
#define CONCLAVE_SIM_VOTERS_H

#include "sim/memory.h"
#include "sim/scenario.h"

struct voter;
struct voters {
    const struct sim_memory *memory;
    const struct scenario *scenario;
    struct voter *members;
    void *tallies;
    uint32_t capacity, count, tally_size;
    uint64_t weight;       /* of all members */
    bool counted, weighed; /* a leader had a majority by number alone; by weight alone */
    bool out_of_memory;
};

/* False when memory is out. The scenario is borrowed. */
bool voters_open(struct voters *v, const struct sim_memory *memory,
                 const struct scenario *scenario);
void voters_reset(struct voters *v);
void voters_close(struct voters *v);

/* False: it has voted for another in this term. A candidate that is no member gets no tally. */
bool voters_vote(struct voters *v, node_id voter, uint64_t term, node_id candidate);
/* What a member has voted so far is durable. */
void voters_settle(struct voters *v, node_id member);
/* It has crashed before its last votes were durable. */
void voters_forget_unsettled(struct voters *v, node_id member);
/* Whether the candidate's voters are a set that meets every other quorum: a majority by number, or
 * by `weights`, and throughout the run by the same of the two. */
bool voters_are_majority(struct voters *v, node_id candidate, uint64_t term);

#endif
