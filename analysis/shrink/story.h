/* A scenario in pieces that can be taken away one by one, and written as YAML again: what `shrink`
 * works on. Everything in it lives in its arena; pieces that are not kept are not written. */
#ifndef CONCLAVE_SHRINK_STORY_H
#define CONCLAVE_SHRINK_STORY_H

#include <stdio.h>

#include "analysis/runner/run_one.h"
#include "scenarios/language/arena.h"

/* One value of the document: `section: value`, `section: {key: value}`, or an entry (of a mapping)
 * or item (of a list) below that. */
struct setting {
    const char *section, *key, *entry; /* key and entry may be NULL */
    bool item;
    const char *value; /* YAML in flow style */
    bool kept;
};

struct node_list {
    const node_id *ids;
    uint32_t count;
};

/* A fault that happened, with nothing left to chance. */
struct story_fault {
    uint32_t kind; /* index into fault_kinds[] */
    sim_ns at, lasting;
    bool has_for;
    const struct fault_arguments *arguments; /* for what names no nodes */
    const struct node_list *lists;           /* the nodes of its fields, or groups of a partition */
    uint32_t list_count;
    bool ring;        /* a partition of that shape: no lists */
    bool hit_leader;  /* it was written `leader` */
    bool says_leader; /* and is written so again */
    bool kept;
};

struct story {
    struct arena arena;
    const struct scenario *scenario; /* that it was made from; borrowed */
    struct setting *settings;
    uint32_t setting_count;
    struct story_fault *faults;
    uint32_t fault_count;
    uint32_t nodes;
    sim_ns duration;
    uint64_t seed;
    const char *expectation; /* the one line of `expect:` */
};

/* Whether it is the scenario's algorithm, or the one inside of that. */
bool story_runs(const struct scenario *scenario, const char *algorithm);

/* All of the scenario's text; its faults are settings still. False when memory is out. */
bool story_open(struct story *story, const struct scenario *scenario, uint64_t seed,
                const char *expectation);
void story_free(struct story *story);

/* The scenario as YAML, without comments. */
void story_write(FILE *out, const struct story *story);

/* Settings of a section, and of a key in it unless that is NULL, are kept or not from here on. */
void story_keep(struct story *story, const char *section, const char *key, bool kept);
bool story_has(const struct story *story, const char *section, const char *key);
/* Sets or replaces the value of `section.key`. False when memory is out. */
bool story_set(struct story *story, const char *section, const char *key, const char *value);

/* Puts what happened in the run in the place of `faults:` and `chaos:`. False when memory is out.
 */
bool story_freeze_faults(struct story *story, const struct run_record *record);

/* Index of the kind of this name, which exists. */
uint32_t story_fault_kind(const char *name);
/* Of a kind that names nodes no list may be empty; a partition needs one group. */
bool story_fault_is_whole(const struct story_fault *fault);
/* Renumbers: map[old] is the new number, NODE_NONE for a node that is gone. Faults that are left
 * without nodes are not kept any more. False when memory is out. */
bool story_map_nodes(struct story *story, const node_id *map, uint32_t nodes);

/* What a change can be taken back to. */
struct story_copy {
    struct setting *settings;
    struct story_fault *faults;
    uint32_t setting_count, fault_count, nodes;
    sim_ns duration;
    uint64_t seed;
};
bool story_remember(struct story *story, struct story_copy *copy);
void story_restore(struct story *story, const struct story_copy *copy);

#endif
