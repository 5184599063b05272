/* The last so many durations, with their mean and standard deviation: sums that go along, exact in
 * integers. The room for the samples is the caller's. */
#ifndef CONCLAVE_ALGORITHMS_SAMPLE_WINDOW_H
#define CONCLAVE_ALGORITHMS_SAMPLE_WINDOW_H

#include "sim/algorithm.h"

struct sample_window {
    sim_ns *samples; /* room for `capacity` */
    uint32_t capacity, count, next;
    sim_ns sum;
    uint64_t squares_low, squares_high; /* sum of the squares, 128 bits */
};

#define SAMPLE_MAX HOUR /* longer ones count as this: so the sums cannot overflow */

/* Empty, over room for `capacity` samples, at least one. */
void sample_window_begin(struct sample_window *w, sim_ns *room, uint32_t capacity);
/* Adds a sample >= 0; the oldest goes where the window is full. */
void sample_window_add(struct sample_window *w, sim_ns sample);
/* Of the samples in the window, of which there is at least one; rounded down. The deviation is that
 * of the samples themselves (divided by their number). */
sim_ns sample_window_mean(const struct sample_window *w);
sim_ns sample_window_deviation(const struct sample_window *w);

#endif
