/* Wipe: a restart without the disk. Breaks every promise that rests on durable storage. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"wipe", FIELD_NODES, offsetof(struct fault_arguments, target), NULL,
     "which node loses its disk", NULL, NULL},
};

static const char *const aliases[] = {"format", "erase", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_wipe(w, id);
}

const struct fault_kind wipe_fault = {
    .name = "wipe",
    .about = "the node crashes, loses its disk, and starts again empty",
    .example = "{at: 21s, wipe: n2}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_INSTANT,
    .aliases = aliases,
    .begin = begin,
};
