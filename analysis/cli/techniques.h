/* What `list` and `describe` say of techniques: which algorithm has which, and why not. */
#ifndef CONCLAVE_CLI_TECHNIQUES_H
#define CONCLAVE_CLI_TECHNIQUES_H

#include "algorithms/techniques.h"
#include "analysis/json.h"

/* Those of one algorithm, a line each; or as objects of an array. */
void techniques_print_of(const struct algorithm *a);
void techniques_put_of(struct json *j, const struct algorithm *a);

/* One technique, and every algorithm's answer. */
void technique_print(const struct technique *t);
void technique_put(const struct technique *t);

/* For `list`: below the technique's line, who has it and who not; or as members of its object. */
void technique_print_holders(const struct technique *t);
void technique_put_holders(struct json *j, const struct technique *t);

#endif
