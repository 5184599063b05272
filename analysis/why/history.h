/* The records of one run, kept to be looked back at: every record names the one that led to it. */
#ifndef CONCLAVE_WHY_HISTORY_H
#define CONCLAVE_WHY_HISTORY_H

#include <stddef.h>

#include "sim/observer.h"
#include "sim/world.h"

/* More than this is not looked back at. */
#define HISTORY_RECORDS_MAX ((size_t) 8000000)

/* All zero is an empty history of the whole run. */
struct history {
    struct record *records; /* in order; bodies are NULL */
    size_t count, capacity;
    sim_ns from, to; /* only these are kept, both included; `to` 0: to the end */
    bool out_of_memory, too_many;
    bool skipped; /* something before `from` was left out */
};

/* Gathers into *h, which must outlive it. */
struct observer history_observer(struct history *h);
/* Forgets the records, keeps the memory. */
void history_reset(struct history *h);
void history_clear(struct history *h);

/* The record of a number, or NULL where it was not kept. */
const struct record *history_find(const struct history *h, uint64_t number);
/* What led to a record, or NULL: nothing did, or it was not kept. */
const struct record *history_cause(const struct history *h, const struct record *r);
/* Index of the first record at or after an instant; count when there is none. */
size_t history_since(const struct history *h, sim_ns at);

#endif
