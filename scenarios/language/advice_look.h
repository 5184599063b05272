/* What the functions share that look for advice: advice.c has the table of them, advice_times.c
 * those that compare times. */
#ifndef CONCLAVE_LANGUAGE_ADVICE_LOOK_H
#define CONCLAVE_LANGUAGE_ADVICE_LOOK_H

#include "scenarios/language/advice.h"
#include "scenarios/language/yaml.h"

/* An algorithm that runs, with its section of the document: the scenario's own, and its guest. */
struct part {
    const struct algorithm *algorithm;
    const void *config;
    const struct yaml *section; /* or NULL */
};

struct look {
    struct advice_list *list;
    const struct scenario *scenario;
    const struct yaml *root;
    struct part parts[2];
    unsigned part_count, kind;
    bool tells;
};

/* What cannot be meant so. */
void tell(struct look *l, const struct yaml *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A setting that nothing looks at, in this scenario. */
void tell_idle(struct look *l, const struct yaml *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* That this scenario looks at it. */
void is_used(struct look *l, const struct yaml *at);

/* NULL: the algorithm has none of that name. */
const struct field *option_of(const struct algorithm *a, const char *name);
/* Whether an option is switched on, on any node: to one of `words` (with blanks between them, or
 * NULL), where it is a choice. */
bool option_is_on(const struct look *l, const struct part *p, const struct field *f,
                  const char *words);
/* The place of one of two options (or NULL), or of the algorithm's name. */
const struct yaml *place_of(const struct look *l, const struct part *p, const char *first,
                            const char *second);
bool names_node(const struct scenario *s, const struct selector *selector, node_id id);

/* advice_times.c */
void look_at_rhythms(struct look *l);
void look_at_round_trips(struct look *l);

#endif
