/* How many votes are a quorum, by an option `quorum: majority | all | weighted | COUNT`. */
#ifndef CONCLAVE_ALGORITHMS_QUORUM_H
#define CONCLAVE_ALGORITHMS_QUORUM_H

#include "sim/algorithm.h"

#define QUORUM_OPTION(type_, about_, source_)                                                      \
    FIELD(type_, quorum, FIELD_QUORUM, "majority", about_, source_)

/* NULL, or what is wrong, with the option's name in *option. */
static inline const char *quorum_check(const struct quorum_option *q, unsigned nodes,
                                       const char **option)
{
    *option = "quorum";
    if (q->rule == QUORUM_COUNT && (q->count < 1 || q->count > nodes))
        return "must lie between 1 and the number of nodes";
    *option = NULL;
    return NULL;
}

/* What the vote of a node counts. */
static inline uint64_t quorum_weight(const struct quorum_option *q, const struct node *self,
                                     node_id id)
{
    return q->rule == QUORUM_WEIGHTED ? node_weight(self, id) : 1;
}

/* What is enough of `total`, the weight of all. */
static inline uint64_t quorum_threshold(const struct quorum_option *q, uint64_t total)
{
    switch ((enum quorum_rule) q->rule) {
    case QUORUM_MAJORITY:
    case QUORUM_WEIGHTED:
        return total / 2 + 1;
    case QUORUM_ALL:
        return total;
    case QUORUM_COUNT:
        return q->count;
    }
    sim_unreachable();
}

static inline uint64_t quorum_of(const struct quorum_option *q, const struct node *self)
{
    uint64_t total = 0;
    for (node_id id = 0; id < node_count(self); id++)
        total += quorum_weight(q, self, id);
    return quorum_threshold(q, total);
}

/* Whether a majority of the nodes is enough, so that it can have a leader. Weights are not known
 * here. */
static inline bool quorum_is_a_majority(const struct quorum_option *q, unsigned nodes)
{
    return q->rule == QUORUM_MAJORITY || (q->rule == QUORUM_COUNT && q->count <= nodes / 2 + 1);
}

#endif
