#include "analysis/runner/assertion.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/plugin/plugin.h"
#include "sim/assert.h"
#include "sim/observer.h"
#include "sim/scenario.h"

static _Thread_local const struct world *watched;

void assertion_watch(const struct world *world)
{
    watched = world;
}

static void tell_where(const struct scenario *s)
{
    node_id node = world_current_node(watched);
    fprintf(stderr, "  at %" PRId64 " ns of simulated time", world_now(watched));
    if (node != NODE_NONE)
        fprintf(stderr, ", on n%" PRIu32, node + 1);
    fprintf(stderr, ", algorithm %s, scenario `%s`, seed %" PRIu64 "\n", s->algorithm->name,
            s->title, world_seed(watched));
    const char *plugin = plugin_file_of_scenario(s);
    fprintf(stderr, "  again with: conclave run %s --seed %" PRIu64 "%s%s%s%s\n", s->file,
            world_seed(watched), *s->variant == '\0' ? "" : " --variant ", s->variant,
            plugin == NULL ? "" : " --plugin ", plugin == NULL ? "" : plugin);
    if (strcmp(s->parameters, "{}") != 0)
        fprintf(stderr, "  with its variant and every --set together: %s\n", s->parameters);
}

/* What a plug-in does against the rules is noticed by the engine: by the function that it called,
 * or after its callback. */
_Noreturn void sim_assert_failed(const char *condition, const char *function, const char *file,
                                 int line)
{
    const struct scenario *s = watched == NULL ? NULL : world_scenario(watched);
    const char *plugin = s == NULL ? NULL : plugin_file_of_scenario(s);
    fprintf(stderr, "conclave: broken invariant `%s` in %s() at %s:%d\n", condition, function, file,
            line);
    if (s != NULL)
        tell_where(s);
    if (plugin != NULL)
        fprintf(
            stderr,
            "  The plug-in %s has most likely broken a rule of sim/algorithm.h; if not, this is "
            "a defect of Conclave.\n",
            plugin);
    else
        fputs("  This is a defect of Conclave (or of an algorithm that it runs): please report "
              "it.\n",
              stderr);
    abort();
}
