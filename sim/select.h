/* Whom a fault hits: selectors as a scenario writes them, and what they mean in a running world. */
#ifndef CONCLAVE_SIM_SELECT_H
#define CONCLAVE_SIM_SELECT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/algorithm.h"
#include "sim/rng.h"

struct world;

/* X(NAME, word, meaning): words beside node names and regions. Resolved when a fault begins, over
 * members only. */
#define SELECTOR_WORDS(X)                                                                          \
    X(LEADER, "leader",                                                                            \
      "the node that most recently became leader and still acts as one; none if none does")        \
    X(FOLLOWER, "follower", "one running node that does not act as leader, drawn")                 \
    X(RANDOM, "random", "one running node, drawn")                                                 \
    X(CRASHED, "crashed", "every node that is not running, for a crash, wipe or stop")             \
    X(ALL, "all", "every member")                                                                  \
    X(MAJORITY, "majority", "one more than half of the members, drawn")                            \
    X(MINORITY, "minority", "as many members as are no majority, drawn")

enum selector_kind {
    SELECTOR_NODE, /* one node, by number; services too (s1 is node_count) */
    SELECTOR_REGION,
#define SELECTOR_ENUM(name, word, about) SELECTOR_##name,
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

/* X(NAME, word, meaning): how a partition divides the members. */
#define GROUPS_WORDS(X)                                                                            \
    X(LISTED, "", "lists of nodes, as written; members in none form one more group")               \
    X(BRIDGE, "bridge",                                                                            \
      "{bridge: n1}: it reaches everyone; the others fall in two halves that do not meet")         \
    X(RING, "ring", "each member reaches only its two neighbours by number")                       \
    X(HALVES, "halves", "two halves, drawn; the first is the larger by at most one")               \
    X(MAJORITY, "majority",                                                                        \
      "a majority, drawn, against the rest; {majority: n1}: with n1 in the majority")

enum groups_kind {
#define GROUPS_ENUM(name, word, about) GROUPS_##name,
    GROUPS_WORDS(GROUPS_ENUM)
#undef GROUPS_ENUM
};
struct groups {
    uint32_t kind; /* enum groups_kind */
    uint32_t count;
    const struct selector *listed; /* count of them */
    struct selector of;            /* bridge; or empty */
};

extern const char *const selector_words[]; /* by kind - SELECTOR_LEADER; NULL at the end */
extern const char *const groups_words[];   /* by kind, "" for GROUPS_LISTED; NULL at the end */
extern const char *const selector_abouts[], *const groups_abouts[]; /* what each word means */

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
