/* Slow: a node that is not dead but late. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"slow", FIELD_NODES, offsetof(struct fault_arguments, target), NULL, "who is slow", NULL,
     NULL},
    {"by", FIELD_FACTOR, offsetof(struct fault_arguments, factor), "10x", "how many times slower",
     NULL, NULL},
};

static const char *const aliases[] = {"throttle", "degrade", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_slow(w, id, fault->arguments->factor, +1);
}

static void end(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_slow(w, id, fault->arguments->factor, -1);
}

const struct fault_kind slow_fault = {
    .name = "slow",
    .about = "multiplies the latency of the targets' messages, and of their disks",
    .example = "{at: 22s, for: 2s, slow: n1, by: 10x}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_LASTING,
    .aliases = aliases,
    .in_chaos = true,
    .begin = begin,
    .end = end,
};
