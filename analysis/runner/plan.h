/* What a sweep or a hunt runs: seeds x variants x values of --vary, each run with a number that
 * depends on nothing else, so that jobs, shards and interruptions cannot change it. */
#ifndef CONCLAVE_RUNNER_PLAN_H
#define CONCLAVE_RUNNER_PLAN_H

#include "analysis/cli/command.h"
#include "analysis/cli/load.h"

struct plan {
    struct scenario **scenarios; /* one for each variant; owned */
    char **names;                /* of the variants, "" for none; owned */
    const char **bases;          /* the document's variant without --vary, NULL for none */
    unsigned variant_count;
    uint64_t seed_first, seed_count;
    uint64_t shard, shard_count; /* this share: runs whose index is shard modulo count */
};

/* From the document, --set, --vary, --seeds and --shard (or the array job that this is a task of).
 * Messages go to stderr. Without --seeds `seeds` seeds are taken, from 1. */
enum exit_status plan_make(const struct cli *cli, const struct loaded *loaded, uint64_t seeds,
                           struct plan *plan);
void plan_free(struct plan *plan);

/* Runs are numbered variant by variant, seed by seed, from 0; the database adds 1. */
uint64_t plan_run_count(const struct plan *plan);
unsigned plan_variant(const struct plan *plan, uint64_t index);
uint64_t plan_seed(const struct plan *plan, uint64_t index);
bool plan_is_mine(const struct plan *plan, uint64_t index);
/* The index of this shard's n-th run, from 0. */
uint64_t plan_mine(const struct plan *plan, uint64_t n);

/* The `conclave run` that repeats one run of the plan. Owned by the caller; NULL when memory is
 * out. */
char *plan_command(const struct cli *cli, const struct plan *plan, unsigned variant, uint64_t seed);

#endif
