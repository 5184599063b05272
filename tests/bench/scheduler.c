/* The event core through its own interface, in the hold model: pop one, push one a random time
 * later. Prints millions of events a second on this machine, by structure and number of pending
 * events. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/rng.h"
#include "sim/scheduler.h"

static void *resize(void *context, void *old, size_t old_size, size_t new_size)
{
    (void) context;
    (void) old_size;
    if (new_size != 0)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double) now.tv_sec + (double) now.tv_nsec * 1e-9;
}

static double hold(enum scheduler_structure structure, uint32_t pending, uint32_t events)
{
    const struct sim_memory memory = {.resize = resize};
    struct scheduler *s = scheduler_create(&memory, structure);
    struct rng r = rng_seeded(42, 54);
    if (s == NULL)
        exit(3);
    for (uint32_t i = 0; i < pending; i++)
        if (!scheduler_push(s, (sim_ns) rng_below(&r, 1000000), 0, i))
            exit(3);
    static sim_ns delay[4096];
    for (int i = 0; i < 4096; i++)
        delay[i] = (sim_ns) rng_below(&r, 1000000);
    double begin = seconds();
    struct event e;
    for (uint32_t i = 0; i < events; i++) {
        if (!scheduler_pop(s, &e) || !scheduler_push(s, e.at + delay[i & 4095], 0, e.slot))
            exit(3);
    }
    double taken = seconds() - begin;
    scheduler_destroy(s);
    return events / taken / 1e6;
}

int main(void)
{
    static const uint32_t pending[] = {10, 1000, 100000};
    static const char *const names[] = {"auto", "sorted array", "heap"};
    printf("%-14s %12s %12s\n", "structure", "pending", "M events/s");
    for (uint32_t i = 0; i < 3; i++)
        for (uint32_t structure = 0; structure < SCHEDULER_STRUCTURE_COUNT; structure++) {
            if (structure == SCHEDULER_SORTED_ARRAY && pending[i] > 1000)
                continue;
            printf("%-14s %12u %12.1f\n", names[structure], pending[i],
                   hold(structure, pending[i], 5000000));
        }
    return 0;
}
