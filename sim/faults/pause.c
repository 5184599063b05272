/* Pause: the process handles nothing for a while, and does not know it. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"pause", FIELD_NODES, offsetof(struct fault_arguments, target), NULL, "whose process stops",
     NULL, NULL},
};

static const char *const aliases[] = {"freeze", "stall", "suspend", "gc", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_pause(w, id, +1);
}

static void end(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_pause(w, id, -1);
}

const struct fault_kind pause_fault = {
    .name = "pause",
    .about = "the process stops, its clock does not: messages and due timers wait (a garbage "
             "collector, a stopped VM)",
    .example = "{at: 19s, for: 2s, pause: leader}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_LASTING,
    .aliases = aliases,
    .in_chaos = true,
    .begin = begin,
    .end = end,
};
