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

_Noreturn void sim_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "conclave: broken invariant `%s` at %s:%d\n", condition, file, line);
    if (watched != NULL) {
        const struct scenario *s = world_scenario(watched);
        node_id node = world_current_node(watched);
        fprintf(stderr, "  at %" PRId64 " ns of simulated time", world_now(watched));
        if (node != NODE_NONE)
            fprintf(stderr, ", on n%" PRIu32, node + 1);
        fprintf(stderr, ", scenario `%s`, seed %" PRIu64 "\n", s->title, world_seed(watched));
        const char *plugin = plugin_file_of_scenario(s);
        fprintf(stderr, "  again with: conclave run %s --seed %" PRIu64 "%s%s%s%s\n", s->file,
                world_seed(watched), *s->variant == '\0' ? "" : " --variant ", s->variant,
                plugin == NULL ? "" : " --plugin ", plugin == NULL ? "" : plugin);
    }
    if (watched != NULL && strcmp(world_scenario(watched)->parameters, "{}") != 0)
        fprintf(stderr, "  with its variant and every --set together: %s\n",
                world_scenario(watched)->parameters);
    fputs("  This is a defect of Conclave (or of an algorithm that it runs): please report it.\n",
          stderr);
    abort();
}
