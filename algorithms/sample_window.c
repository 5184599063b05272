#include "algorithms/sample_window.h"

__extension__ typedef unsigned __int128 wide;

static wide squares(const struct sample_window *w)
{
    return (wide) w->squares_high << 64 | w->squares_low;
}

static void set_squares(struct sample_window *w, wide sum)
{
    w->squares_high = (uint64_t) (sum >> 64);
    w->squares_low = (uint64_t) sum;
}

static wide square(sim_ns x)
{
    return (wide) (uint64_t) x * (uint64_t) x;
}

void sample_window_begin(struct sample_window *w, sim_ns *room, uint32_t capacity)
{
    sim_assert(capacity > 0);
    *w = (struct sample_window){.samples = room, .capacity = capacity};
}

void sample_window_add(struct sample_window *w, sim_ns sample)
{
    sim_assert(sample >= 0);
    if (sample > SAMPLE_MAX)
        sample = SAMPLE_MAX;
    if (w->count == w->capacity) {
        sim_ns oldest = w->samples[w->next];
        w->sum -= oldest;
        set_squares(w, squares(w) - square(oldest));
    } else {
        w->count++;
    }
    w->samples[w->next] = sample;
    w->next = (w->next + 1) % w->capacity;
    w->sum += sample;
    set_squares(w, squares(w) + square(sample));
}

sim_ns sample_window_mean(const struct sample_window *w)
{
    sim_assert(w->count > 0);
    return w->sum / w->count;
}

/* The largest whole number whose square is at most x: one bit of it after the other. */
static uint64_t root(wide x)
{
    uint64_t result = 0;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t larger = result | UINT64_C(1) << bit;
        if ((wide) larger * larger <= x)
            result = larger;
    }
    return result;
}

sim_ns sample_window_deviation(const struct sample_window *w)
{
    sim_assert(w->count > 0);
    wide spread = squares(w) * w->count - square(w->sum); /* variance times the number's square */
    return (sim_ns) (root(spread) / w->count);
}
