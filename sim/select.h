/* Whom a fault hits: selectors as a scenario writes them, and what they mean in a running world. */
#ifndef CONCLAVE_SIM_SELECT_H
#define CONCLAVE_SIM_SELECT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/algorithm.h"
#include "sim/rng.h"

struct world;

/* Words beside node names and regions. Resolved when a fault begins, over members only:
 *   leader    the node that most recently became leader and still acts; none if none does
 *   follower  one running node that does not act as leader, drawn from the fault's stream
 *   random    one running node, drawn
 *   crashed   every node that is not running for a crash, wipe or stop
 *   all       every member
 *   majority  floor(N/2)+1 members, drawn;  minority  the largest set that is no majority, drawn */
#define SELECTOR_WORDS(X)                                                                          \
    X(LEADER, "leader")                                                                            \
    X(FOLLOWER, "follower")                                                                        \
    X(RANDOM, "random")                                                                            \
    X(CRASHED, "crashed")                                                                          \
    X(ALL, "all")                                                                                  \
    X(MAJORITY, "majority")                                                                        \
    X(MINORITY, "minority")

enum selector_kind {
    SELECTOR_NODE, /* one node, by number; services too (s1 is node_count) */
    SELECTOR_REGION,
#define SELECTOR_ENUM(name, word) SELECTOR_##name,
    SELECTOR_WORDS(SELECTOR_ENUM)
#undef SELECTOR_ENUM
};

struct selector_item {
    uint32_t kind;  /* enum selector_kind */
    uint32_t index; /* node or region number */
};

struct selector { /* the union of its items; items are borrowed from the scenario */
    const struct selector_item *items;
    uint32_t count;
};

/* How a partition divides the members. */
enum groups_kind {
    GROUPS_LISTED,  /* as written; members in no group form one more */
    GROUPS_BRIDGE,  /* `of` reaches everyone; the others fall in two halves that do not meet */
    GROUPS_RING,    /* each member reaches only its two neighbours by number */
    GROUPS_HALVES,  /* two halves drawn at random, the first the larger by at most one */
    GROUPS_MAJORITY /* a drawn majority against the rest; `of` (if any) is in the majority */
};
struct groups {
    uint32_t kind; /* enum groups_kind */
    uint32_t count;
    const struct selector *listed; /* count of them */
    struct selector of;            /* bridge; or empty */
};

extern const char *const selector_words[]; /* by kind - SELECTOR_LEADER; NULL at the end */
extern const char *const groups_words[];   /* by kind, "" for GROUPS_LISTED; NULL at the end */

/* A set of nodes, services included, as bits. */
struct node_set {
    uint64_t *words;
    uint32_t word_count;
};

static inline bool node_set_has(const struct node_set *s, node_id id)
{
    return (s->words[id / 64] >> (id % 64)) & 1;
}
static inline void node_set_add(struct node_set *s, node_id id)
{
    s->words[id / 64] |= UINT64_C(1) << (id % 64);
}

/* Adds to `set` whom the selector means in this world now; `stream` serves the drawn words. */
void select_nodes(const struct world *w, const struct selector *selector, struct rng *stream,
                  struct node_set *set);

#endif
