#include "algorithms/dynatune.h"

#define CERTAIN (UINT64_C(1) << 32)

const char *dynatune_check(const struct dynatune_options *o, const char **option)
{
    *option = "dynatune_safety_factor";
    if (o->safety_factor < 1 || o->safety_factor > 100)
        return "must lie between 1 and 100";
    *option = "dynatune_arrival";
    if (o->arrival == 0 || o->arrival >= CERTAIN)
        return "must lie between 0% and 100%, ends excluded";
    *option = NULL;
    return NULL;
}

static uint32_t words(uint32_t bits)
{
    return (bits + 63) / 64;
}

uint32_t dynatune_room(uint32_t window)
{
    return window + words(window);
}

void dynatune_begin(struct dynatune *d, const struct dynatune_options *options, uint32_t window,
                    sim_ns *room)
{
    *d = (struct dynatune){
        .options = options, .arrived = (uint64_t *) (void *) (room + window), .span = window};
    sample_window_begin(&d->round_trips, room, window);
    dynatune_reset(d);
}

void dynatune_reset(struct dynatune *d)
{
    sample_window_begin(&d->round_trips, d->round_trips.samples, d->round_trips.capacity);
    for (uint32_t i = 0; i < words(d->span); i++)
        d->arrived[i] = 0;
    d->first = d->newest = d->arrived_count = 0;
}

static bool has(const struct dynatune *d, uint32_t number)
{
    uint32_t bit = number % d->span;
    return (d->arrived[bit / 64] >> (bit % 64) & 1) != 0;
}

static void flip(struct dynatune *d, uint32_t number)
{
    uint32_t bit = number % d->span;
    d->arrived[bit / 64] ^= UINT64_C(1) << (bit % 64);
}

/* Makes room for the numbers up to the newest: what is too long ago is counted no more. */
static void advance(struct dynatune *d, uint32_t number)
{
    for (uint32_t i = 0; i < d->span && d->newest < number; i++) {
        d->newest++;
        d->arrived_count -= has(d, d->newest);
        if (has(d, d->newest))
            flip(d, d->newest);
    }
    if (d->newest < number) { /* all of the window has gone by */
        d->newest = number;
        for (uint32_t i = 0; i < words(d->span); i++)
            d->arrived[i] = 0;
        d->arrived_count = 0;
    }
}

/* Duplicates count once, and those that come late still count. */
static void count_arrival(struct dynatune *d, uint32_t number)
{
    if (d->first == 0) {
        d->first = number;
        d->newest = number - 1;
    }
    advance(d, number);
    if (number < d->first || d->newest - number >= d->span || has(d, number))
        return;
    flip(d, number);
    d->arrived_count++;
}

void dynatune_heard(struct dynatune *d, uint32_t number, sim_ns round_trip)
{
    sim_assert(number > 0);
    count_arrival(d, number);
    if (round_trip > 0)
        sample_window_add(&d->round_trips, round_trip);
}

bool dynatune_is_tuned(const struct dynatune *d)
{
    uint32_t enough = d->round_trips.capacity < DYNATUNE_SAMPLES_MIN ? d->round_trips.capacity
                                                                     : DYNATUNE_SAMPLES_MIN;
    return d->round_trips.count >= enough;
}

static double loss(const struct dynatune *d)
{
    uint32_t sent = d->newest - d->first + 1;
    if (sent > d->span)
        sent = d->span;
    return 1 - (double) d->arrived_count / sent;
}

/* K = ceil(log_p(1 - x)): the least K with p^K <= 1 - x. The option is held in parts of 2^32, so
 * the last digits of 1 - x are not believed. */
uint32_t dynatune_heartbeats(double lost, uint64_t arrival)
{
    double may_miss = (double) (CERTAIN - arrival) / (double) CERTAIN * (1 + 1e-6);
    double all_lost = lost * lost;
    uint32_t count = 2;
    while (all_lost > may_miss && count < DYNATUNE_HEARTBEATS_MAX) {
        all_lost *= lost;
        count++;
    }
    return count;
}

static uint32_t heartbeats(const struct dynatune *d)
{
    return dynatune_heartbeats(loss(d), d->options->arrival);
}

sim_ns dynatune_timeout(const struct dynatune *d)
{
    sim_ns timeout
        = sim_add(sample_window_mean(&d->round_trips),
                  sim_times(sample_window_deviation(&d->round_trips), d->options->safety_factor));
    sim_ns least = sim_times(DYNATUNE_HEARTBEAT_MIN, heartbeats(d));
    return timeout > least ? timeout : least;
}

sim_ns dynatune_heartbeat(const struct dynatune *d)
{
    return dynatune_is_tuned(d) ? dynatune_timeout(d) / heartbeats(d) : 0;
}
