/* Clock drift: a clock of one node that runs fast or slow. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"clock_drift", FIELD_NODES, offsetof(struct fault_arguments, target), NULL,
     "whose clock it is", NULL, NULL},
    {"to", FIELD_DRIFT, offsetof(struct fault_arguments, drift), NULL,
     "gain over true time; negative: slow", NULL, NULL},
};

static const char *const aliases[] = {"drift", "strobe", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_set_drift(w, id, fault->arguments->drift);
}

const struct fault_kind clock_drift_fault = {
    .name = "clock_drift",
    .about = "sets the rate of the targets' clocks, from then on",
    .example = "{at: 25s, clock_drift: n2, to: -10%}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_INSTANT,
    .aliases = aliases,
    .begin = begin,
};
