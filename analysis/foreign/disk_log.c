#include "analysis/foreign/disk_log.h"

#include <string.h>

#include "sim/assert.h"

struct disk_position disk_log_last(const struct disk_log *d)
{
    if (d->run_count == 0)
        return (struct disk_position){d->snapshot_index, d->snapshot_term};
    const struct disk_run *newest = &d->runs[d->run_count - 1];
    return (struct disk_position){newest->last, disk_run_term(newest)};
}

uint32_t disk_log_entries(const struct disk_log *d)
{
    return d->run_count == 0 ? 0 : d->runs[d->run_count - 1].last - d->first + 1;
}

const struct disk_run *disk_log_run(const struct disk_log *d, uint32_t index)
{
    sim_assert(index >= d->first);
    for (uint32_t i = 0; i < d->run_count; i++)
        if (index <= d->runs[i].last)
            return &d->runs[i];
    sim_unreachable();
}

struct disk_position disk_log_at(const struct disk_log *d, uint32_t index)
{
    struct disk_position p = {.index = index};
    if (index >= d->first && index <= disk_log_last(d).index)
        p.term = disk_run_term(disk_log_run(d, index));
    else if (index == d->snapshot_index)
        p.term = d->snapshot_term;
    return p;
}

bool disk_log_append(struct disk_log *d, uint32_t term, uint32_t type)
{
    sim_assert(type < 4 && term <= UINT32_MAX / 4);
    uint32_t last = disk_log_last(d).index;
    uint32_t term_and_type = term * 4 + type;
    if (d->run_count > 0 && d->runs[d->run_count - 1].term_and_type == term_and_type) {
        d->runs[d->run_count - 1].last = last + 1;
        return true;
    }
    if (d->run_count == DISK_RUNS_MAX)
        return false;
    if (d->run_count == 0)
        d->first = last + 1;
    d->runs[d->run_count++] = (struct disk_run){term_and_type, last + 1};
    return true;
}

void disk_log_truncate(struct disk_log *d, uint32_t from)
{
    while (d->run_count > 0) {
        uint32_t before = d->run_count > 1 ? d->runs[d->run_count - 2].last : d->first - 1;
        if (from > before + 1) {
            if (d->runs[d->run_count - 1].last >= from)
                d->runs[d->run_count - 1].last = from - 1;
            return;
        }
        d->run_count--;
    }
}

void disk_log_snapshot(struct disk_log *d, struct disk_position at, uint32_t trailing)
{
    d->snapshot_index = at.index;
    d->snapshot_term = at.term;
    if (trailing == 0) {
        d->run_count = 0;
        d->first = at.index + 1;
        return;
    }
    if (at.index < trailing || at.index - trailing + 1 <= d->first)
        return;
    uint32_t gone = 0;
    d->first = at.index - trailing + 1;
    while (gone < d->run_count && d->runs[gone].last < d->first)
        gone++;
    d->run_count -= gone;
    memmove(d->runs, d->runs + gone, d->run_count * sizeof *d->runs);
}
