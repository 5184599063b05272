/* The runs of a database, and the series that they make in a picture: runs that differ in nothing
 * but seed, and in what stands on an axis, belong to one series. */
#ifndef CONCLAVE_PLOT_RUNS_H
#define CONCLAVE_PLOT_RUNS_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/compare/groups.h"
#include "analysis/store/query.h"

struct plot_parameter {
    char *key, *value; /* "raft.election_timeout", "150ms..300ms" */
};

struct plot_run {
    int64_t id, seed;
    char *scenario, *variant, *algorithm;
    unsigned nodes;
    double duration; /* s */
    struct plot_parameter *parameters;
    unsigned parameter_count;
    uint32_t group;  /* of compare's groups; GROUP_NONE for a run that is stored twice */
    unsigned series; /* from 0, after runs_group() */
};

/* A key that some run sets: whether its value differs between runs, whether a sweep varied it, and
 * whether all runs set it. */
struct plot_key {
    const char *key; /* borrowed from a run */
    bool differs, swept, everywhere;
};

struct plot_runs {
    struct plot_run *runs; /* by ascending id; owned */
    unsigned count;
    struct plot_key *keys; /* each once, in order of first appearance; owned */
    unsigned key_count;
    char **labels; /* one a series, in order of first appearance; owned */
    unsigned series_count;
    bool several_algorithms, several_scenarios;
    const struct run_groups *groups; /* borrowed */
};

/* Reads the runs that count, or `all` of the database; false after *failure. Give them back with
 * runs_free() in either case, before the groups. */
bool runs_load(struct database *database, const struct run_groups *groups, bool all,
               struct plot_runs *runs, struct failure *failure);
void runs_free(struct plot_runs *runs);

/* Sorts runs into series by variant, scenario, algorithm and parameters, leaving out `keys`, which
 * stand on an axis. Labels are short: what all runs share is not said. False when memory is out. */
bool runs_group(struct plot_runs *runs, const char *const *keys, unsigned key_count);

/* The run with this id, or NULL. */
struct plot_run *runs_find(const struct plot_runs *runs, int64_t id);

/* What the run has for the key; NULL when it was not set for it. */
const char *runs_parameter(const struct plot_run *run, const char *key);

/* The keys that all runs set and whose value differs between them, those that a sweep varied first;
 * at most `max` of them. Returns how many. The keys are borrowed. */
unsigned runs_varied(const struct plot_runs *runs, const char **keys, unsigned max);

/* The first characters of a scenario's title, which may be long, for titles of pictures. */
#define SHORT_TITLE_MAX 68
void runs_short_title(char text[SHORT_TITLE_MAX], const char *title);

/* "Quick start (12 runs)": all scenarios' name, for titles. Owned by the caller; NULL: no memory.
 */
char *runs_title(const struct plot_runs *runs);

#endif
