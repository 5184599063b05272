#include "algorithms/kraft_log.h"

#include "sim/assert.h"

struct kraft_position kraft_log_last(const struct kraft_log *l)
{
    const struct kraft_run *run = &l->runs[l->run_count - (l->run_count > 0)];
    if (l->run_count == 0)
        return (struct kraft_position){l->commit, l->commit_epoch};
    return (struct kraft_position){run->last, run->epoch};
}

static const struct kraft_run *run_of(const struct kraft_log *l, uint32_t offset)
{
    sim_assert(offset > l->commit);
    for (uint32_t i = 0; i < l->run_count; i++)
        if (offset <= l->runs[i].last)
            return &l->runs[i];
    sim_unreachable();
}

uint32_t kraft_log_epoch(const struct kraft_log *l, uint32_t offset)
{
    return offset == l->commit ? l->commit_epoch : run_of(l, offset)->epoch;
}

uint32_t kraft_log_run_end(const struct kraft_log *l, uint32_t offset)
{
    return run_of(l, offset)->last;
}

struct kraft_position kraft_log_end_of_epoch(const struct kraft_log *l, uint32_t epoch)
{
    struct kraft_position end = {l->commit, l->commit_epoch};
    for (uint32_t i = 0; i < l->run_count && l->runs[i].epoch <= epoch; i++)
        end = (struct kraft_position){l->runs[i].last, l->runs[i].epoch};
    return end;
}

bool kraft_log_append(struct kraft_log *l, uint32_t epoch, uint32_t count)
{
    struct kraft_position last = kraft_log_last(l);
    sim_assert(count > 0 && last.offset < UINT32_MAX - count);
    sim_assert(epoch >= last.epoch);
    if (l->run_count > 0 && last.epoch == epoch)
        l->runs[l->run_count - 1].last += count;
    else if (l->run_count == KRAFT_RUNS_MAX)
        return false;
    else
        l->runs[l->run_count++] = (struct kraft_run){epoch, last.offset + count};
    return true;
}

void kraft_log_truncate(struct kraft_log *l, uint32_t last)
{
    sim_assert(last >= l->commit);
    while (l->run_count > 0) {
        struct kraft_run *run = &l->runs[l->run_count - 1];
        uint32_t before = l->run_count > 1 ? run[-1].last : l->commit;
        if (last > before) {
            if (last < run->last)
                run->last = last;
            return;
        }
        *run = (struct kraft_run){0};
        l->run_count--;
    }
}

void kraft_log_commit(struct kraft_log *l, uint32_t offset)
{
    if (offset <= l->commit)
        return;
    l->commit_epoch = kraft_log_epoch(l, offset);
    l->commit = offset;
    uint32_t gone = 0;
    while (gone < l->run_count && l->runs[gone].last <= offset)
        gone++;
    for (uint32_t i = gone; i < l->run_count; i++)
        l->runs[i - gone] = l->runs[i];
    l->run_count -= gone;
    for (uint32_t i = 0; i < gone; i++)
        l->runs[l->run_count + i] = (struct kraft_run){0};
}
