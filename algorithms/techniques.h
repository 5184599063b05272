/* Which of the leader-election pattern's techniques an algorithm has. What an option carries is
 * found in the algorithm's own table of options; only what is there without an option, and why
 * others are not there, is said here, in words. */
#ifndef CONCLAVE_ALGORITHMS_TECHNIQUES_H
#define CONCLAVE_ALGORITHMS_TECHNIQUES_H

#include "sim/algorithm.h"

/* An option that carries a technique: of this type where one is given, and with this word among
 * its choices. */
struct technique_option {
    const char *name, *word;
    bool typed;
    enum field_type type;
};

#define TECHNIQUE_OPTIONS_MAX 5

struct technique {
    const char *name, *about;
    const char *source;                                     /* or NULL */
    const char *everywhere;                                 /* key that gives it to all, or NULL */
    struct technique_option options[TECHNIQUE_OPTIONS_MAX]; /* name NULL at the end */
};

extern const struct technique techniques[]; /* name NULL at the end */

enum technique_state {
    TECHNIQUE_BY_OPTION, /* or by a key of the scenario, for all algorithms alike */
    TECHNIQUE_BUILT_IN,
    TECHNIQUE_UNFIT, /* it does not fit */
    TECHNIQUE_UNSAID /* of an algorithm that this table does not know, as a plug-in */
};

struct technique_answer {
    enum technique_state state;
    const char *key;  /* BY_OPTION: the option's name, or the scenario's key */
    const char *word; /* of that option; NULL: as it is set */
    const char *text; /* else; NULL: nothing is said */
};

const struct technique *technique_find(const char *name);
struct technique_answer technique_of(const struct technique *t, const struct algorithm *a);
static inline bool technique_is_there(enum technique_state state)
{
    return state == TECHNIQUE_BY_OPTION || state == TECHNIQUE_BUILT_IN;
}

/* What is said in words, for tests. `algorithms`: names with a blank between them. */
struct technique_note {
    const char *technique, *algorithms;
    enum technique_state state; /* BUILT_IN, OPEN or UNFIT */
    const char *text;
};
extern const struct technique_note technique_notes[]; /* technique NULL at the end */
bool technique_note_names(const struct technique_note *note, const char *algorithm);

#endif
