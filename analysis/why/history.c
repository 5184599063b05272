#include "analysis/why/history.h"

#include <stdlib.h>

#define WANTED                                                                                     \
    (INTEREST_ALL                                                                                  \
     & ~(INTEREST(OPERATION) | INTEREST(LOCK) | INTEREST(LOADED) | INTEREST(DUPLICATED)))

static void on_record(void *context, const struct world *w, const struct record *r)
{
    struct history *h = context;
    (void) w;
    if (r->at < h->from) {
        h->skipped = true;
        return;
    }
    if (h->out_of_memory || h->too_many || (h->to > 0 && r->at > h->to))
        return;
    if (h->count == h->capacity) {
        size_t capacity = h->capacity * 2 + 1024;
        h->too_many = h->count >= HISTORY_RECORDS_MAX;
        struct record *grown
            = h->too_many ? NULL : realloc(h->records, capacity * sizeof *h->records);
        h->out_of_memory = grown == NULL && !h->too_many;
        if (grown == NULL)
            return;
        h->records = grown;
        h->capacity = capacity;
    }
    h->records[h->count] = *r;
    h->records[h->count++].body = NULL;
}

struct observer history_observer(struct history *h)
{
    return (struct observer){.context = h, .interest = WANTED, .on_record = on_record};
}

void history_reset(struct history *h)
{
    h->count = 0;
    h->out_of_memory = h->too_many = h->skipped = false;
}

void history_clear(struct history *h)
{
    free(h->records);
    *h = (struct history){0};
}

const struct record *history_find(const struct history *h, uint64_t number)
{
    size_t low = 0, high = h->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (h->records[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < h->count && h->records[low].number == number ? &h->records[low] : NULL;
}

const struct record *history_cause(const struct history *h, const struct record *r)
{
    return r->cause == r->number ? NULL : history_find(h, r->cause);
}

size_t history_since(const struct history *h, sim_ns at)
{
    size_t low = 0, high = h->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (h->records[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
