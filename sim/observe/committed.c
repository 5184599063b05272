#include "sim/observe/committed.h"

#include <string.h>

/* Terms never fall along a log. So entries that two servers hold for committed contradict each
 * other not only where one index has two terms: a later term at an earlier index does as well,
 * since the server that has committed the later index has committed what lies before it. */
struct run {
    uint64_t term, first, last; /* the lowest and highest index that anybody has shown of it */
};

void committed_open(struct committed *c, const struct sim_memory *memory)
{
    *c = (struct committed){.memory = memory};
}

void committed_reset(struct committed *c)
{
    c->count = 0;
    c->announced = 0;
    c->out_of_memory = false;
}

void committed_close(struct committed *c)
{
    memory_release(c->memory, c->runs, (size_t) c->capacity * sizeof(struct run));
}

/* The first run of this term or of a later one. Mostly the last: servers lag little. */
static uint32_t find_run(const struct committed *c, uint64_t term)
{
    const struct run *runs = c->runs;
    uint32_t low = 0, high = c->count;
    if (high > 0 && runs[high - 1].term < term)
        return high;
    if (high > 0 && runs[high - 1].term == term)
        return high - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (runs[middle].term < term)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool insert_run(struct committed *c, uint32_t at, struct run run)
{
    if (!memory_reserve(c->memory, &c->runs, &c->capacity, sizeof run, c->count + 1)) {
        c->out_of_memory = true;
        return false;
    }
    struct run *runs = c->runs;
    memmove(runs + at + 1, runs + at, (c->count - at) * sizeof *runs);
    runs[at] = run;
    c->count++;
    return true;
}

/* False: it contradicts what another server has shown. */
static bool fits(struct committed *c, uint64_t term, uint64_t index)
{
    struct run *runs = c->runs;
    uint32_t at = find_run(c, term);
    bool known = at < c->count && runs[at].term == term;
    uint32_t next = known ? at + 1 : at;
    if ((at > 0 && index <= runs[at - 1].last) || (next < c->count && index >= runs[next].first))
        return false;
    if (!known)
        return insert_run(c, at, (struct run){term, index, index}) || c->out_of_memory;
    if (index < runs[at].first)
        runs[at].first = index;
    if (index > runs[at].last)
        runs[at].last = index;
    return true;
}

const char *committed_note(struct committed *c, const struct node_view *now, bool leads)
{
    if (now->commit_index == 0)
        return NULL;
    if (leads && now->commit_index > c->announced)
        c->announced = now->commit_index;
    if (now->commit_index > c->announced)
        return "it holds for committed what no leader has committed";
    if (now->commit_term != 0 && !fits(c, now->commit_term, now->commit_index))
        return "it holds another entry for committed than another server does";
    return NULL;
}
