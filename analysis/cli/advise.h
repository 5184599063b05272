/* Warnings of settings that cannot work: scenarios/language/advice.h, for the commands that run. */
#ifndef CONCLAVE_CLI_ADVISE_H
#define CONCLAVE_CLI_ADVISE_H

#include "analysis/cli/load.h"

/* Tells them on standard error, each once for all of the scenarios; nothing with --quiet. What a
 * variant of the document, or another seed, uses is not told. */
void advise(const struct cli *cli, const struct loaded *loaded, struct scenario *const *scenarios,
            unsigned count);

#endif
