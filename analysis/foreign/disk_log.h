/* What a Raft server of a foreign library has on its disk: term, vote, the newest snapshot, and the
 * log, of which positions matter: entries are runs of one term and type. Flat, so that a crash is
 * the last durable copy, and large enough for every log that the options allow. */
#ifndef CONCLAVE_FOREIGN_DISK_LOG_H
#define CONCLAVE_FOREIGN_DISK_LOG_H

#include <stdbool.h>
#include <stdint.h>

#define DISK_RUNS_MAX 1280u

struct disk_run {
    uint32_t term_and_type; /* term * 4 + type */
    uint32_t last;          /* index of its last entry */
};

struct disk_log {
    uint64_t term;
    uint32_t voted_for; /* the library's number of the server; 0: nobody */
    uint32_t snapshot_index, snapshot_term;
    uint32_t first; /* index of the first entry that the log holds */
    uint32_t run_count;
    struct disk_run runs[DISK_RUNS_MAX];
};

struct disk_position {
    uint32_t index, term;
};

/* The last entry, or the end of the snapshot where the log is empty. */
struct disk_position disk_log_last(const struct disk_log *d);
/* `index` with the term of its entry, or of the snapshot that ends there; term 0 where neither is.
 */
struct disk_position disk_log_at(const struct disk_log *d, uint32_t index);
uint32_t disk_log_entries(const struct disk_log *d);
/* The run that holds `index`, which the log has. */
const struct disk_run *disk_log_run(const struct disk_log *d, uint32_t index);
/* False where the disk is full. */
bool disk_log_append(struct disk_log *d, uint32_t term, uint32_t type);
/* Drops `from` and all behind it. */
void disk_log_truncate(struct disk_log *d, uint32_t from);
/* A snapshot up to `at`: what lies more than `trailing` entries before its end goes. trailing == 0:
 * it replaces the whole log, as raft_io defines it. */
void disk_log_snapshot(struct disk_log *d, struct disk_position at, uint32_t trailing);

static inline uint32_t disk_run_term(const struct disk_run *r)
{
    return r->term_and_type / 4;
}

static inline uint32_t disk_run_type(const struct disk_run *r)
{
    return r->term_and_type % 4;
}

#endif
