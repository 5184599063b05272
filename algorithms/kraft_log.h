/* KRaft's log, of which only positions matter: records are runs of one epoch. The committed prefix
 * is compacted to its end. As raft_log.h, but cut by epochs, and with room for more leaders. */
#ifndef CONCLAVE_ALGORITHMS_KRAFT_LOG_H
#define CONCLAVE_ALGORITHMS_KRAFT_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* So many leaders in a row that committed nothing: more, and the next one may not write. */
#define KRAFT_RUNS_MAX 48u

struct kraft_log {
    uint32_t commit, commit_epoch; /* end of the compacted prefix: the high watermark */
    uint32_t run_count;
    struct kraft_run {
        uint32_t epoch, last; /* records of `epoch` up to offset `last` */
    } runs[KRAFT_RUNS_MAX];
};
struct kraft_position {
    uint32_t offset, epoch;
};

/* The last record, and its epoch. */
struct kraft_position kraft_log_last(const struct kraft_log *l);
/* Epoch of a record from the committed one on to the last. */
uint32_t kraft_log_epoch(const struct kraft_log *l, uint32_t offset);
/* Last record of the run that holds `offset`, which is not committed. */
uint32_t kraft_log_run_end(const struct kraft_log *l, uint32_t offset);
/* The largest epoch from the committed one on that is not later than `epoch`, and its end. */
struct kraft_position kraft_log_end_of_epoch(const struct kraft_log *l, uint32_t epoch);
/* False: there is no room for a run more, and nothing was written. */
bool kraft_log_append(struct kraft_log *l, uint32_t epoch, uint32_t count);
void kraft_log_truncate(struct kraft_log *l, uint32_t last);
void kraft_log_commit(struct kraft_log *l, uint32_t offset);

#endif
