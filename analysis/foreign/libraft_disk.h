/* What a server of the C Raft library has on its disk: term, vote, the newest snapshot, and the
 * log, of which positions matter: entries are runs of one term and type. Flat, so that a crash is
 * the last durable copy, and large enough for every log that the options allow. */
#ifndef CONCLAVE_FOREIGN_LIBRAFT_DISK_H
#define CONCLAVE_FOREIGN_LIBRAFT_DISK_H

#include <stdbool.h>
#include <stdint.h>

#define LIBRAFT_RUNS_MAX 1280u

struct libraft_run {
    uint32_t term_and_type; /* term * 4 + type */
    uint32_t last;          /* index of its last entry */
};

struct libraft_disk {
    uint64_t term;
    uint32_t voted_for; /* the library's number of the server; 0: nobody */
    uint32_t snapshot_index, snapshot_term;
    uint32_t first; /* index of the first entry that the log holds */
    uint32_t run_count;
    struct libraft_run runs[LIBRAFT_RUNS_MAX];
};

struct libraft_position {
    uint32_t index, term;
};

/* The last entry, or the end of the snapshot where the log is empty. */
struct libraft_position libraft_disk_last(const struct libraft_disk *d);
uint32_t libraft_disk_entries(const struct libraft_disk *d);
/* The run that holds `index`, which the log has. */
const struct libraft_run *libraft_disk_run(const struct libraft_disk *d, uint32_t index);
/* False where the disk is full. */
bool libraft_disk_append(struct libraft_disk *d, uint32_t term, uint32_t type);
/* Drops `from` and all behind it. */
void libraft_disk_truncate(struct libraft_disk *d, uint32_t from);
/* A snapshot up to `at`: what lies more than `trailing` entries before its end goes. trailing == 0:
 * it replaces the whole log, as raft_io defines it. */
void libraft_disk_snapshot(struct libraft_disk *d, struct libraft_position at, uint32_t trailing);

static inline uint32_t libraft_run_term(const struct libraft_run *r)
{
    return r->term_and_type / 4;
}

static inline uint32_t libraft_run_type(const struct libraft_run *r)
{
    return r->term_and_type % 4;
}

#endif
