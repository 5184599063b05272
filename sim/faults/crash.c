/* Crash: the process ends without warning; only what was durable survives. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"crash", FIELD_NODES, offsetof(struct fault_arguments, target), NULL, "whose process dies",
     NULL, NULL},
};

static const char *const aliases[] = {"kill", "terminate", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_crash(w, id);
}

static void end(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_restart(w, id);
}

const struct fault_kind crash_fault = {
    .name = "crash",
    .about
    = "the process dies; what was durable stays, the rest is lost. With `for`, it restarts then",
    .example = "{at: 1s, crash: leader}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_EITHER,
    .aliases = aliases,
    .in_chaos = true,
    .begin = begin,
    .end = end,
};
