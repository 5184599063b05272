/* Load-aware leadership: a node that is busy waits longer before it stands, and hands over. */
#ifndef CONCLAVE_ALGORITHMS_LOAD_H
#define CONCLAVE_ALGORITHMS_LOAD_H

#include "sim/algorithm.h"

struct load_options {
    bool aware;
    uint32_t threshold; /* thousandths */
};

/* The options, for a table: `member_` is the struct load_options in `type_`. */
#define LOAD_OPTIONS(type_, member_, about_)                                                       \
    {"load_aware", FIELD_BOOL, (uint32_t) offsetof(type_, member_.aware),                          \
     "false",      about_,     "the pattern: load-aware leadership",                               \
     NULL},                                                                                        \
    {                                                                                              \
        "load_threshold", FIELD_FACTOR, (uint32_t) offsetof(type_, member_.threshold), "80%",      \
            "load from which load_aware takes a node for busy", NULL, NULL                         \
    }

static inline bool load_is_high(const struct load_options *o, const struct node *self)
{
    return o->aware && node_load(self) >= o->threshold;
}

/* A wait, or one that is up to twice as long where the node is busy. */
static inline sim_ns load_lengthened(const struct load_options *o, const struct node *self,
                                     sim_ns wait)
{
    if (!load_is_high(o, self))
        return wait;
    uint32_t load = node_load(self);
    return sim_add(wait, sim_times(wait / 1000, load < 1000 ? load : 1000));
}

/* Where nobody knows another's load: whoever is busy lets the others pass, once until it is idle
 * again. The second time nobody better has come, and it stays. */
static inline bool load_gives_way(const struct load_options *o, const struct node *self,
                                  bool *has_given)
{
    if (!load_is_high(o, self)) {
        *has_given = false;
        return false;
    }
    bool gives = !*has_given;
    *has_given = true;
    return gives;
}

#endif
