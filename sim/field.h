/* A field of a message, of an algorithm's options, or of a fault's arguments. One declaration
 * feeds parsing, validation, help, the JSON schema, the trace, its hash and the timeline. */
#ifndef CONCLAVE_SIM_FIELD_H
#define CONCLAVE_SIM_FIELD_H

#include <stddef.h>
#include <stdint.h>

enum field_type {
    FIELD_BOOL,         /* bool */
    FIELD_COUNT,        /* uint32_t */
    FIELD_TERM,         /* uint64_t */
    FIELD_NODE,         /* uint32_t node_id; NODE_NONE prints as "-" */
    FIELD_DURATION,     /* sim_ns >= 0 */
    FIELD_SIGNED,       /* sim_ns of either sign, as in `by: -5s` */
    FIELD_RANGE,        /* struct sim_range: `A..B`, or a single duration */
    FIELD_RATE,         /* uint64_t in parts of 2^32; 2^32 itself is certainty */
    FIELD_FACTOR,       /* uint32_t in thousandths: `10x`, `1.5x`, `80%` */
    FIELD_DRIFT,        /* int64_t in parts of 10^9: `100ppm` */
    FIELD_CHOICE,       /* uint32_t index into `choices` */
    FIELD_QUORUM,       /* struct quorum_option */
    FIELD_COUNTS,       /* struct counts_option: a word of `choices`, or a list of counts */
    FIELD_ALGORITHM,    /* struct guest_option: a word of `choices`, or another algorithm */
    FIELD_DISTRIBUTION, /* struct distribution (sim/distribution.h) */
    FIELD_NODES,        /* struct selector (sim/select.h): whom a fault hits */
    FIELD_GROUPS        /* struct groups (sim/select.h): how a partition divides the nodes */
};

struct field {
    const char *name; /* as in a scenario; for a fault's main value, the kind's own name */
    enum field_type type;
    uint32_t offset;
    const char *default_text; /* as a person would write it; NULL: must be given */
    const char *about;
    const char *source;         /* paper and section, or system and version; or NULL */
    const char *const *choices; /* FIELD_CHOICE, _COUNTS, _ALGORITHM: words, NULL last */
};

#define FIELD(type_, member_, kind_, default_, about_, source_)                                    \
    {                                                                                              \
#member_, kind_, (uint32_t) offsetof(type_, member_), default_, about_, source_, NULL      \
    }
#define FIELD_WORDS(type_, member_, kind_, default_, choices_, about_, source_)                    \
    {                                                                                              \
#member_, kind_, (uint32_t) offsetof(type_, member_), default_, about_, source_, choices_  \
    }
/* A message's field: no default and no prose, the paper's name says it. */
#define MESSAGE_FIELD(type_, member_, kind_)                                                       \
    {                                                                                              \
#member_, kind_, (uint32_t) offsetof(type_, member_), NULL, NULL, NULL, NULL               \
    }

enum quorum_rule { QUORUM_MAJORITY, QUORUM_ALL, QUORUM_COUNT, QUORUM_WEIGHTED };
struct quorum_option { /* `majority | all | weighted`, or a count of nodes */
    uint32_t rule;     /* enum quorum_rule */
    uint32_t count;    /* for QUORUM_COUNT, at least 1 */
};

struct counts_option {
    uint32_t choice;        /* index into `choices` when values == NULL */
    uint32_t count;         /* of values; node i has values[i], later ones the last */
    const uint32_t *values; /* borrowed from the scenario, or NULL */
};

#endif
