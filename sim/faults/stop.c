/* Stop: a graceful shutdown, as by SIGTERM, with a time after which it is killed. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"stop", FIELD_NODES, offsetof(struct fault_arguments, target), NULL,
     "who is asked to shut down", NULL, NULL},
    FIELD(struct fault_arguments, grace, FIELD_DURATION, "10s",
          "killed when it has not ended by then",
          "Kubernetes terminationGracePeriodSeconds, SIGTERM"),
};

static const char *const aliases[] = {"shutdown", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_stop(w, id, fault->arguments->grace);
}

static void end(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_restart(w, id);
}

const struct fault_kind stop_fault = {
    .name = "stop",
    .about
    = "graceful shutdown: the node may hand over before it ends. With `for`, it starts again then",
    .example = "{at: 27s, stop: leader}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_EITHER,
    .aliases = aliases,
    .begin = begin,
    .end = end,
};
