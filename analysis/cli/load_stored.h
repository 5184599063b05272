/* A run that a database holds, ready to run again. */
#ifndef CONCLAVE_CLI_LOAD_STORED_H
#define CONCLAVE_CLI_LOAD_STORED_H

#include "analysis/cli/command.h"
#include "analysis/store/stored_run.h"
#include "scenarios/language/language.h"

struct loaded_run {
    struct stored_run run;
    struct document *document;
    struct scenario *scenario;
};

/* Messages go to stderr. EXIT_WELL, or why not: no such database or run (EXIT_USAGE), or a scenario
 * that this version does not take any more (EXIT_FAILED). Free it in any case. */
enum exit_status load_stored(const char *path, int64_t id, struct loaded_run *loaded);
/* The run that --run names in the database of the command's first argument. It has its seed and its
 * values: --seed, --set and --variant do not go with it. */
enum exit_status load_stored_asked(const struct cli *cli, struct loaded_run *loaded);
/* The same run with changes on top of what had been changed; the caller's, and borrows from
 * *loaded. NULL after messages to stderr. */
struct scenario *load_stored_changed(const struct loaded_run *loaded,
                                     const struct override *changes, unsigned count);
/* Events after which it had ended: as many as it may have again, so that it ends there too. */
uint64_t load_stored_events_max(const struct loaded_run *loaded);
void load_stored_free(struct loaded_run *loaded);

#endif
