/* Which runs of a database belong together, so that a figure is over runs that differ in nothing
 * but the seed: those of one scenario, variant, algorithm and settings. A run that is stored twice
 * says nothing new, and counts once. Where the scenario draws settings for each seed (`draw:`),
 * that is part of the seed: all its runs of a variant belong together. */
#ifndef CONCLAVE_COMPARE_GROUPS_H
#define CONCLAVE_COMPARE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/store/query.h"

#define GROUP_NONE UINT32_MAX

struct grouped_run {
    int64_t id;
    uint64_t seed;
    uint32_t group;
};

struct run_group {
    /* What tells the group from the others: its variant, and before and behind it the scenario, the
     * algorithm, the settings where these differ. "" for the only group, of runs without a variant.
     */
    char *name;
    char *scenario, *text, *variant, *algorithm;
    char *settings;       /* "key=value" by key, a line each */
    bool drawn;           /* settings and algorithm are the seed's */
    uint64_t runs, twice; /* that count; that are left out, for another is the same */
};

struct run_groups {
    struct grouped_run *runs; /* those that count, by ascending id */
    size_t run_count;
    struct run_group *groups; /* in the order of their first runs */
    uint32_t count;
    uint64_t twice; /* runs left out: another has the same scenario, settings and seed */
};

/* Reads all runs; with `wanted` (ended by NULL, or NULL for all) only groups of these names or
 * variants. False with *failure, which is the user's where there is none of a name. Give them back
 * with groups_free() in either case. */
bool groups_read(struct database *database, const char *const *wanted, struct run_groups *groups,
                 struct failure *failure);
void groups_free(struct run_groups *groups);

/* The run's group; GROUP_NONE when the run does not count. */
uint32_t groups_of(const struct run_groups *groups, int64_t run);

/* How many bytes of scenario `title` are enough to know it: up to a comma or colon, or all of it
 * where another of the titles begins with the same. */
size_t groups_title_length(const struct run_groups *groups, const char *title);

/* From 1: the how-manyth text of its title a group has; 0 when all of the title have the same. */
unsigned groups_text_number(const struct run_groups *groups, uint32_t group);

#endif
