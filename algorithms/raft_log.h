/* A log of which only positions matter: entries are runs of one term. The committed prefix is
 * compacted to its end; what is not known to be committed lies in a small table. */
#ifndef CONCLAVE_ALGORITHMS_RAFT_LOG_H
#define CONCLAVE_ALGORITHMS_RAFT_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* So many leaders in a row that committed nothing: more, and the next one may not write. */
#define RAFT_RUNS_MAX 24u

struct raft_run {
    uint32_t term, last; /* entries of `term` up to index `last` */
};
struct raft_log {
    uint32_t commit, commit_term; /* end of the compacted prefix */
    uint32_t run_count;
    struct raft_run runs[RAFT_RUNS_MAX];
};

uint32_t raft_log_last(const struct raft_log *l);
uint32_t raft_log_last_term(const struct raft_log *l);
/* Term of an entry from the commit index on to the last. */
uint32_t raft_log_term(const struct raft_log *l, uint32_t index);
/* Last entry of the run that holds `index`, which lies behind the commit index. */
uint32_t raft_log_run_end(const struct raft_log *l, uint32_t index);
/* False: there is no room for a run more, and nothing was written. */
bool raft_log_append(struct raft_log *l, uint32_t term, uint32_t count);
void raft_log_truncate(struct raft_log *l, uint32_t last);
void raft_log_commit(struct raft_log *l, uint32_t index);

#endif
