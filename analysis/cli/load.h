/* From the command line's SCENARIO, --set and --variant to a scenario that can run. */
#ifndef CONCLAVE_CLI_LOAD_H
#define CONCLAVE_CLI_LOAD_H

#include "analysis/cli/command.h"
#include "scenarios/language/expression.h"
#include "scenarios/language/language.h"

struct loaded {
    struct source source;
    char *text, *path; /* owned; path of a shipped scenario found by name */
    struct document *document;
};

/* Reads and opens the document; messages go to stderr. EXIT_WELL, or why not. */
enum exit_status load_document(const char *path, struct loaded *loaded);
/* The same, with what is wrong in the text for the caller to tell; a file that cannot be read is
 * told on stderr. */
enum exit_status load_document_into(const char *path, struct loaded *loaded,
                                    struct diagnostics *wrong);
void load_free(struct loaded *loaded);

/* Overrides of --set, then `more` (may be none). NULL after messages to stderr, *status says why.
 */
struct scenario *load_scenario(const struct cli *cli, const struct loaded *loaded,
                               const char *variant, const struct override *more,
                               unsigned more_count, enum exit_status *status);

/* The same, with what is wrong in the scenario for the caller to tell. */
struct scenario *load_scenario_into(const struct cli *cli, const struct loaded *loaded,
                                    const char *variant, const struct override *more,
                                    unsigned more_count, struct diagnostics *wrong,
                                    enum exit_status *status);

/* The same without `more` and without a message: NULL where it is wrong. */
struct scenario *load_if_right(const struct cli *cli, const struct loaded *loaded,
                               const char *variant);

/* The expression of --for; NULL after messages to stderr, and *status says why (it stays as it is
 * otherwise). Free with expression_free(). */
struct expression *load_expression(const char *text, enum exit_status *status);

/* Splits KEY=VALUE; false after a message. The key is owned by the caller. */
bool load_override(const char *text, const char *option, struct override *override);

/* `quickstart` means the shipped scenario where there is no file of that name, `pattern/NAME` one
 * of a group. NULL in *found: there is none; else owned by the caller. */
enum exit_status load_find_shipped(const char *name, char **found);

/* FOLDER/NAMESUFFIX, owned by the caller; NULL when memory is out. */
char *load_join(const char *folder, const char *name, const char *suffix);

#define SCENARIO_PLACES                                                                            \
    "A shipped scenario is looked for by its name in the folder that CONCLAVE_SCENARIOS names, "   \
    "or in\n./scenarios, ../scenarios beside the program, or ../share/conclave/scenarios."

/* "nothing in FOLDER, FOLDER or FOLDER …": where scenarios were looked for and none are, and what
 * can be done about it. Owned by the caller; NULL when memory is out. */
char *load_places_text(void);

/* The folder of shipped scenarios, or NULL: $CONCLAVE_SCENARIOS, ./scenarios, beside the program,
 * or where it was installed. Owned by the caller. */
char *load_scenarios_folder(void);

#endif
