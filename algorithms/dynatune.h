/* Dynatune (Shiozaki and Nakamura, arXiv 2507.15154): a follower tunes its election timeout to the
 * round trips that the leader's heartbeats measure, and asks for as many heartbeats within it as
 * make up for the losses that it counts. Per path: E = mean + s deviations of the round trips; K =
 * the least number of heartbeats of which one arrives with probability x; a heartbeat every E / K.
 *
 * Differs from the paper where it leaves an edge open: K is at least 2, since one heartbeat within
 * E would come too late by the least delay; and no heartbeat is due more often than once a
 * millisecond.
 */
#ifndef CONCLAVE_ALGORITHMS_DYNATUNE_H
#define CONCLAVE_ALGORITHMS_DYNATUNE_H

#include "algorithms/sample_window.h"

struct dynatune_options {
    uint32_t safety_factor; /* s */
    uint64_t arrival;       /* x, in parts of 2^32 */
};

/* The options, for a table: `member_` is the struct dynatune_options in `type_`. */
#define DYNATUNE_OPTIONS(type_, member_)                                                           \
    {"dynatune_safety_factor",                                                                     \
     FIELD_COUNT,                                                                                  \
     (uint32_t) offsetof(type_, member_.safety_factor),                                            \
     "2",                                                                                          \
     "dynatune: standard deviations above the mean round trip in an election timeout",             \
     "arXiv 2507.15154: s",                                                                        \
     NULL},                                                                                        \
    {                                                                                              \
        "dynatune_arrival", FIELD_RATE, (uint32_t) offsetof(type_, member_.arrival), "99.9%",      \
            "dynatune: chance that one of the heartbeats within an election timeout arrives",      \
            "arXiv 2507.15154: x", NULL                                                            \
    }

#define DYNATUNE_SAMPLES_MIN 10u
#define DYNATUNE_HEARTBEATS_MAX 50u
#define DYNATUNE_HEARTBEAT_MIN MILLISECOND

struct dynatune {
    const struct dynatune_options *options;
    struct sample_window round_trips;
    uint64_t *arrived; /* bits by heartbeat's number, of the last `span` */
    uint32_t span, first, newest, arrived_count; /* first 0: none arrived yet */
};

/* NULL, or what is wrong, with the option's name in *option. */
const char *dynatune_check(const struct dynatune_options *o, const char **option);
/* How many times 8 bytes it needs for a window of so many samples. */
uint32_t dynatune_room(uint32_t window);
void dynatune_begin(struct dynatune *d, const struct dynatune_options *options, uint32_t window,
                    sim_ns *room);
/* What was measured is forgotten: after an election, or under another leader. */
void dynatune_reset(struct dynatune *d);
/* Heartbeat `number`, from 1 on, arrived; `round_trip` as the leader last measured it, 0 where it
 * has nothing new. */
void dynatune_heard(struct dynatune *d, uint32_t number, sim_ns round_trip);
/* Whether there are samples enough; else the defaults hold. */
bool dynatune_is_tuned(const struct dynatune *d);
sim_ns dynatune_timeout(const struct dynatune *d);
/* How often the leader is to send this follower a heartbeat; 0: as by default. */
sim_ns dynatune_heartbeat(const struct dynatune *d);
/* Heartbeats of which one arrives with probability `arrival` (parts of 2^32), where `lost` are
 * lost. */
uint32_t dynatune_heartbeats(double lost, uint64_t arrival);

#endif
