/* A sweep while it runs, and what it comes to. The parts of `conclave sweep`: what was there before
 * (sweep_recall.c), what each run adds (sweep_tally.c), how that is judged (sweep_judge.c), and
 * what is said in the end, to people (sweep_verdict.c), to machines (sweep_json.c) and to CI
 * (sweep_junit.c). */
#ifndef CONCLAVE_CLI_SWEEP_H
#define CONCLAVE_CLI_SWEEP_H

#include "analysis/compare/until.h"
#include "analysis/runner/pool.h"
#include "analysis/store/writer.h"
#include "analysis/why/tally.h"

/* Runs that came out well or did not, as for one expectation of one variant. */
struct tally {
    uint64_t shown, failures; /* runs */
    uint64_t undecided;       /* of the failures: where the run ended too early to tell */
    uint64_t first_failed;    /* the lowest seed that failed it, where any did */
};

struct sweep {
    const struct cli *cli;
    const struct plan *plan;
    const struct plan *round; /* the part of the plan that is running; the plan without --until */
    const char *db;
    struct store *store;
    struct failure failure;
    uint64_t before; /* runs that were stored when it went on */
    uint64_t done, wanted, events, failed_runs, broken_runs, limited_runs, in_batch;
    double begun, shown, committed;
    bool progress, fail_fast;
    struct tally *tallies;      /* `width` a variant, one for each of its expectations */
    uint32_t width;             /* the most expectations that a variant has */
    struct tally *promises;     /* by variant: runs that kept all promises, and that broke one */
    struct cause_tally *causes; /* by variant, or NULL */
    struct until *until;        /* or NULL */
};

double sweep_seconds_now(void);

struct tally *sweep_tally_of(const struct sweep *s, size_t variant, uint32_t i);
/* A run that has just ended. */
void sweep_count(struct sweep *s, unsigned variant, const struct run_record *record);
void sweep_show_progress(struct sweep *s, double now);

/* A sweep that goes on is judged by all of its runs. False with s->failure, also where the stored
 * runs are not the first ones of this plan. */
bool sweep_recall(struct sweep *s);
/* The root causes of the elections of stored runs, which are not in the database: by running them
 * again. Nothing where they are not asked for. */
enum pool_end sweep_recall_causes(struct sweep *s, const struct pool_options *options);

bool sweep_is_same(const struct expectation *a, const struct expectation *b);
/* How an expectation came out over all the variants that have it. */
struct judged {
    struct tally all;
    bool good;
    bool open; /* not shown here, but another shard may show it */
};
/* Judges expectation `i` of a variant; false when one before it, of this or an earlier variant, is
 * the same and was judged with it. */
bool sweep_judge(const struct sweep *s, unsigned variant, uint32_t i, struct judged *judged);
/* Whether a variant fails its expectation `i`: `sometimes` is judged over all variants. */
bool sweep_fails(const struct sweep *s, unsigned variant, uint32_t i);

/* The exit status, after all was said. */
enum exit_status sweep_verdict(struct sweep *s, enum pool_end end);
void sweep_write_junit(const struct sweep *s, FILE *out);

#endif
