/* The phi accrual failure detector (Hayashibara, Défago, Yared and Katayama, SRDS 2004), in akka's
 * form: how strange a silence is, measured against the heartbeats so far.
 *
 * phi = -log10(chance that a heartbeat comes still later), by a logistic approximation of the
 * normal tail. It grows with the silence, so a threshold is as good as a time-out: mean + y sd,
 * where y is the same for all. So nothing polls: whoever waits arms a timer for
 * phi_accrual_timeout(). */
#ifndef CONCLAVE_ALGORITHMS_PHI_ACCRUAL_H
#define CONCLAVE_ALGORITHMS_PHI_ACCRUAL_H

#include "algorithms/sample_window.h"

/* Of the longest configured timeout: no algorithm lets an estimate go beyond. */
#define ADAPTED_MAX INT64_C(10)

struct phi_options {
    uint32_t threshold, window;
    sim_ns min_standard_deviation, acceptable_pause;
};

/* The options, for a table: `member_` is the struct phi_options in `type_`. */
#define PHI_OPTIONS(type_, member_)                                                                \
    {"phi_threshold",                                                                              \
     FIELD_COUNT,                                                                                  \
     (uint32_t) offsetof(type_, member_.threshold),                                                \
     "8",                                                                                          \
     "suspicion at which the leader is taken for dead: of 10^phi such silences one is a mistake",  \
     "Hayashibara 2004; akka: 8, 10 across processes",                                             \
     NULL},                                                                                        \
        {"window",                                                                                 \
         FIELD_COUNT,                                                                              \
         (uint32_t) offsetof(type_, member_.window),                                               \
         "100",                                                                                    \
         "samples that an adaptive timeout rests on",                                              \
         "Hayashibara 2004 and akka: 1000",                                                        \
         NULL},                                                                                    \
        {"min_standard_deviation",                                                                 \
         FIELD_DURATION,                                                                           \
         (uint32_t) offsetof(type_, member_.min_standard_deviation),                               \
         "10ms",                                                                                   \
         "phi_accrual: least deviation of heartbeats that is believed",                            \
         "akka: a tenth of the heartbeat interval",                                                \
         NULL},                                                                                    \
    {                                                                                              \
        "acceptable_pause", FIELD_DURATION, (uint32_t) offsetof(type_, member_.acceptable_pause),  \
            "0ms", "phi_accrual: pause that no silence is strange for, added to the mean",         \
            "akka: 3 s in a cluster", NULL                                                         \
    }

#define PHI_THRESHOLD_MAX 100u
#define SAMPLE_WINDOW_MAX 10000u

/* NULL, or what is wrong, with the option's name in *option. */
const char *phi_check(const struct phi_options *o, const char **option);

struct phi_accrual {
    const struct phi_options *options;
    double y; /* deviations above the mean at which phi reaches the threshold */
    sim_ns heard_at;
    sim_ns estimate;
    bool heard;
    struct sample_window intervals;
};

/* Starts from an estimate of the time between two heartbeats. `room`: for options->window samples.
 */
void phi_accrual_begin(struct phi_accrual *p, const struct phi_options *options, sim_ns estimate,
                       sim_ns *room);
/* A heartbeat at `now`, own monotonic clock. The interval that it ends is not recorded where it had
 * become suspicious: such a pause would skew what follows (akka). */
void phi_accrual_heard(struct phi_accrual *p, sim_ns now);
/* A sign of life that belongs to no rhythm: the silence begins anew, and its interval is no sample.
 */
void phi_accrual_restart(struct phi_accrual *p, sim_ns now);
/* From now on it watches somebody else: it starts from the estimate again, as akka does. */
void phi_accrual_forget(struct phi_accrual *p);
/* Silence at which phi reaches the threshold. */
sim_ns phi_accrual_timeout(const struct phi_accrual *p);
/* The same, but no longer than the configured timeout allows: ADAPTED_MAX times that. */
sim_ns phi_accrual_timeout_within(const struct phi_accrual *p, sim_ns configured);
/* From `base` on, with the same share left to chance as in the configured range, up to `longest`.
 */
struct sim_range adapted_range(sim_ns base, struct sim_range configured, sim_ns longest);

/* phi of a silence of `time`, all in one unit; deviation > 0. */
double phi_of(double time, double mean, double deviation);
/* The (time - mean) / deviation at which phi reaches `threshold`, at least 1. */
double phi_crossing(double threshold);

#endif
