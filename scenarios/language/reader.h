/* Turning a tree of YAML into a checked scenario: what all parts of the reader share. */
#ifndef CONCLAVE_LANGUAGE_READER_H
#define CONCLAVE_LANGUAGE_READER_H

#include "scenarios/language/yaml.h"
#include "sim/field.h"
#include "sim/guest.h"
#include "sim/scenario.h"

struct reader {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct scenario *scenario;
    const struct yaml *root;
    bool nodes_known;                    /* cluster.nodes is right: node names can be checked */
    bool services_known;                 /* scenario->services is right */
    bool all_algorithms;                 /* options of any algorithm may stand beside ours */
    const char *const *other_algorithms; /* or of these */
    uint32_t other_algorithm_count;
    const struct algorithm *guest_by_name; /* whose section of the document a guest takes */
    unsigned errors_before;                /* in the diagnostics, of other scenarios */
    uint32_t *taken;      /* by node: the group of a partition that has it, counted up over all */
    uint32_t groups_seen; /* of all partitions so far */
    void **config_of;     /* by node, services too: its own configuration or NULL */
};

/* A diagnostic at a value. */
void complain(struct reader *r, const struct yaml *at, const char *suggestion, const char *format,
              ...) __attribute__((format(printf, 4, 5)));

/* Names to choose from, for suggestions; more than fit are left out. */
#define NAMES_MAX 128
struct names {
    const char *items[NAMES_MAX];
    size_t count;
};
void names_add(struct names *names, const char *name);
/* "did you mean `loss`?", what else may be wrong with the word, or NULL. */
const char *did_you_mean(struct reader *r, const char *word, size_t length,
                         const struct names *names);

/* The text of a scalar that has one; false with a diagnostic that names what was expected. */
bool need_scalar(struct reader *r, const struct yaml *value, const char *expected);
bool need_kind(struct reader *r, const struct yaml *value, enum yaml_kind kind,
               const char *expected);

/* Reads a value into base + field->offset, by the field's type; false with a diagnostic. */
bool read_field(struct reader *r, const struct field *field, const struct yaml *value, void *base);
/* The field's default as a value; NULL for none. */
const struct yaml *default_value(struct reader *r, const struct field *field);
bool read_count_up_to(struct reader *r, const struct yaml *value, uint64_t limit, uint64_t *into);
/* Options of a table from a mapping (NULL: defaults only); unknown keys are errors. `owner` is
 * whose options they are, for messages. */
void read_options(struct reader *r, const struct field *fields, uint32_t count,
                  const struct yaml *map, void *base, const char *owner);

/* A diagnostic that `owner` has no option of this name, with what may be meant. */
void complain_no_option(struct reader *r, const struct yaml *at, const char *name,
                        const struct field *fields, uint32_t count, const char *owner);

bool read_distribution(struct reader *r, const struct yaml *value, struct distribution *into);

/* Node n3 or service s1 by name; NODE_NONE when the text is no such name at all, and `*exists`
 * whether the cluster has it. */
node_id parse_node_name(const struct reader *r, const char *text, size_t length, bool *exists);
/* A diagnostic that the cluster has no such node. */
void complain_no_node(struct reader *r, const struct yaml *at);
bool read_node(struct reader *r, const struct yaml *value, node_id *into);
bool read_selector(struct reader *r, const struct yaml *value, struct selector *into);
/* Only node names, regions and `all`. */
bool read_fixed_selector(struct reader *r, const struct yaml *value, struct selector *into);
bool read_groups(struct reader *r, const struct yaml *value, struct groups *into);

/* ---- Keys of the language: keys.c ---------------------------------------------------------- */

typedef void read_function(struct reader *r, const struct yaml *value, void *base);

struct key_map;

/* One key of a mapping. What it holds is told by the field's type, by `read`, or by `inside`. */
struct key {
    struct field field;           /* default_text NULL: must be given; "": nothing happens */
    read_function *read;          /* instead of the field's type */
    const struct key_map *inside; /* a mapping of keys, for what lies at the field's offset */
    const char *takes;            /* in words, what `read` takes; NULL: the field's type says it */
    const char *schema;           /* what JSON schema says of a value that `read` takes */
    const char *path; /* dotted, said when it must be given and is not; NULL: its name */
    const char *hint; /* said when it must be given and is not; or NULL */
};

struct key_map {
    const struct key *keys;
    uint32_t count;
};

extern const struct key_map scenario_keys; /* of the document, in the order they are read */
extern const struct key_map fault_keys;    /* that every fault has: at, every, for */
extern const struct key_map link_keys;     /* of an entry of network.links */
extern const char *const order_words[];    /* of network.order: any, fifo */

/* Reads every key of `keys` from the map (NULL: defaults only). Keys that it does not know are
 * errors unless `others` takes them (returns true). */
typedef bool other_key(struct reader *r, const struct yaml *key, const struct yaml *value);
void read_map(struct reader *r, const struct yaml *map, const struct key_map *keys, void *base,
              other_key *others);

/* Readers of the keys, by file. */
/* scenario.c */
read_function read_title, read_about, read_expectations, read_nothing;
/* algorithm.c */
read_function read_algorithm, read_overrides;
/* cluster.c */
read_function read_nodes, read_regions, read_priorities, read_weights;
/* network.c */
read_function read_latency, read_loss, read_duplicate, read_order, read_links, read_between,
    read_from, read_to, read_clock_drift, read_clock_offset;
/* faults.c */
read_function read_faults, read_chaos_faults, read_chaos_kinds, read_chaos_for;

/* What the other parts rest on, read before them: the number of nodes; the algorithm with its
 * options and services; room for what is known of every node. False: no memory. */
bool begin_cluster(struct reader *r);

/* algorithm.c: the algorithm that the document names, its section and its services. */
void begin_algorithm(struct reader *r);
bool take_algorithm_section(struct reader *r, const struct yaml *key, const struct yaml *value);
/* guest.c: an algorithm inside of the scenario's own. The option of a configuration of that, or
 * NULL. */
struct guest_option *guest_of(const struct reader *r, const void *config);
bool read_guest(struct reader *r, const struct field *field, const struct yaml *value,
                struct guest_option *into);
/* Makes scenario->algorithm the two together. False: no memory, or a diagnostic. */
bool finish_guest(struct reader *r);
/* Makes scenario->configs from what the overrides gave. */
bool finish_configs(struct reader *r);

/* Frees what is not in the arena: the expressions. */
void free_expectations(struct scenario *scenario);

/* Checks that look at several keys at once. */
void check_scenario(struct reader *r);

#endif
