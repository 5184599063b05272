#include "algorithms/raft_log.h"

#include "sim/assert.h"

uint32_t raft_log_last(const struct raft_log *l)
{
    return l->run_count == 0 ? l->commit : l->runs[l->run_count - 1].last;
}

uint32_t raft_log_last_term(const struct raft_log *l)
{
    return l->run_count == 0 ? l->commit_term : l->runs[l->run_count - 1].term;
}

static const struct raft_run *run_of(const struct raft_log *l, uint32_t index)
{
    sim_assert(index > l->commit);
    for (uint32_t i = 0; i < l->run_count; i++)
        if (index <= l->runs[i].last)
            return &l->runs[i];
    sim_unreachable();
}

uint32_t raft_log_term(const struct raft_log *l, uint32_t index)
{
    return index == l->commit ? l->commit_term : run_of(l, index)->term;
}

uint32_t raft_log_run_end(const struct raft_log *l, uint32_t index)
{
    return run_of(l, index)->last;
}

bool raft_log_append(struct raft_log *l, uint32_t term, uint32_t count)
{
    uint32_t last = raft_log_last(l);
    sim_assert(count > 0 && last < UINT32_MAX - count);
    if (l->run_count > 0 && l->runs[l->run_count - 1].term == term)
        l->runs[l->run_count - 1].last += count;
    else if (l->run_count == RAFT_RUNS_MAX)
        return false;
    else
        l->runs[l->run_count++] = (struct raft_run){.term = term, .last = last + count};
    return true;
}

void raft_log_truncate(struct raft_log *l, uint32_t last)
{
    sim_assert(last >= l->commit);
    while (l->run_count > 0) {
        uint32_t before = l->run_count > 1 ? l->runs[l->run_count - 2].last : l->commit;
        if (last > before) {
            if (last < l->runs[l->run_count - 1].last)
                l->runs[l->run_count - 1].last = last;
            return;
        }
        l->run_count--;
    }
}

void raft_log_commit(struct raft_log *l, uint32_t index)
{
    if (index <= l->commit)
        return;
    l->commit_term = raft_log_term(l, index);
    l->commit = index;
    uint32_t gone = 0;
    while (gone < l->run_count && l->runs[gone].last <= index)
        gone++;
    for (uint32_t i = gone; i < l->run_count; i++)
        l->runs[i - gone] = l->runs[i];
    l->run_count -= gone;
    for (uint32_t i = 0; i < gone; i++)
        l->runs[l->run_count + i] = (struct raft_run){0};
}
