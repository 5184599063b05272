/* Load: how busy a node is from now on. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"load", FIELD_NODES, offsetof(struct fault_arguments, target), NULL, "who is busy", NULL,
     NULL},
    {"to", FIELD_FACTOR, offsetof(struct fault_arguments, factor), NULL, "100% is full", NULL,
     NULL},
};

static void begin(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_set_load(w, id, fault->arguments->factor);
}

const struct fault_kind load_fault = {
    .name = "load",
    .about = "sets how busy the targets are, for algorithms that look at it",
    .example = "{at: 10s, load: leader, to: 90%}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_INSTANT,
    .begin = begin,
};
