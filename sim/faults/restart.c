/* Restart: the process starts again with what was durable. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"restart", FIELD_NODES, offsetof(struct fault_arguments, target), NULL,
     "which nodes start, if they are down", NULL, NULL},
};

static const char *const aliases[] = {"start", "heal", "recover", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_restart(w, id);
}

const struct fault_kind restart_fault = {
    .name = "restart",
    .about = "what is down starts again, with what was durable",
    .example = "{at: 5s, restart: crashed}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_INSTANT,
    .aliases = aliases,
    .begin = begin,
};
