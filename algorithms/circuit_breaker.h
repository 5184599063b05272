/* A circuit breaker against election storms. Each node counts the elections that it sees: its own
 * candidacies, and terms that others begin. Closed, it lets the node stand. After so many within a
 * window it opens: the node does not stand for a cool-down, though it still votes. Then it is half
 * open: one candidacy is let through, and word of a leader closes it, while a candidacy that comes
 * to nothing opens it again. (The three states are Nygard's, Release It!, 2007, chapter 5.) */
#ifndef CONCLAVE_ALGORITHMS_CIRCUIT_BREAKER_H
#define CONCLAVE_ALGORITHMS_CIRCUIT_BREAKER_H

#include "sim/algorithm.h"

struct breaker_options {
    uint32_t elections; /* 0: no breaker */
    sim_ns window, cool_down;
};

/* The options, for a table: `member_` is the struct breaker_options in `type_`. */
#define BREAKER_OPTIONS(type_, member_)                                                            \
    {"breaker_elections",                                                                          \
     FIELD_COUNT,                                                                                  \
     (uint32_t) offsetof(type_, member_.elections),                                                \
     "0",                                                                                          \
     "elections within breaker_window after which the node does not stand for a while; 0: never",  \
     "the pattern: circuit breaker",                                                               \
     NULL},                                                                                        \
        {"breaker_window",                                                                         \
         FIELD_DURATION,                                                                           \
         (uint32_t) offsetof(type_, member_.window),                                               \
         "10s",                                                                                    \
         "how far back elections count for the circuit breaker",                                   \
         NULL,                                                                                     \
         NULL},                                                                                    \
    {                                                                                              \
        "breaker_cool_down", FIELD_DURATION, (uint32_t) offsetof(type_, member_.cool_down), "5s",  \
            "how long a node then does not stand, before it may try once", NULL, NULL              \
    }

#define BREAKER_ELECTIONS_MAX 100u

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_HALF_OPEN };

struct circuit_breaker {
    const struct breaker_options *options;
    sim_ns *seen; /* ring of the last `elections` times, own monotonic clock */
    sim_ns open_until;
    uint32_t count, next;
    enum breaker_state state;
};

/* NULL, or what is wrong, with the option's name in *option. */
const char *breaker_check(const struct breaker_options *o, const char **option);
/* At most how much later than without it a leader is there, once nothing fails any more: each of a
 * few candidacies may come to nothing, and cost another cool-down. 0 without a breaker. */
sim_ns breaker_delay(const struct breaker_options *o);

/* `room`: for options->elections times. */
void breaker_begin(struct circuit_breaker *b, const struct breaker_options *options, sim_ns *room);
/* An election has begun: the own candidacy, or a term that another began. */
void breaker_election(struct circuit_breaker *b, sim_ns now);
/* Asked before each candidacy: 0, the node may stand; else how long it has still to wait. */
sim_ns breaker_wait(struct circuit_breaker *b, sim_ns now);
/* There is a leader, this node or another. */
void breaker_leader(struct circuit_breaker *b, sim_ns now);

#endif
