/* Settings that are taken, and yet cannot do what they seem to be there for: times that do not fit
 * together, and settings that nothing looks at. A scenario with them is right, and runs. */
#ifndef CONCLAVE_LANGUAGE_ADVICE_H
#define CONCLAVE_LANGUAGE_ADVICE_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/scenario.h"

/* What may be told, and why, one entry a kind. */
struct advice_kind {
    const char *name, *about;
};
extern const struct advice_kind advice_kinds[]; /* name NULL at the end */

struct advice; /* one of a list */

/* All zero is an empty list; it owns what it holds until advice_clear(). */
struct advice_list {
    struct advice *items;
    size_t count;
};

/* Adds what is to be told of a scenario, each place once. A setting that nothing looks at here is
 * not told where another scenario of the list uses it: variants share what stands above them. With
 * `tells` false it only looks for such uses. */
void advice_add(struct advice_list *list, const struct scenario *scenario, bool tells);
bool advice_any(const struct advice_list *list);
/* Whether any of it would go away if another scenario used the setting. */
bool advice_may_be_used(const struct advice_list *list);
/* file:line:column: warning: …, the line and a caret. */
void advice_print(const struct advice_list *list, FILE *out);
void advice_clear(struct advice_list *list);

#endif
