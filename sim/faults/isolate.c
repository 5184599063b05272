/* Isolate: no message from or to the targets, while the rest of the cluster goes on. */
#include "sim/fault.h"

static const char *const directions[] = {"both", "in", "out", NULL};

static const struct field fields[] = {
    {"isolate", FIELD_NODES, offsetof(struct fault_arguments, target), NULL, "who is cut off", NULL,
     NULL},
    FIELD_WORDS(struct fault_arguments, direction, FIELD_CHOICE, "both", directions,
                "both; in: they hear nobody; out: nobody hears them", NULL),
};

static const char *const aliases[] = {"disconnect", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        node_set_add(&fault->to, id);
    if (fault->arguments->direction != DIRECTION_IN)
        world_cut(w, fault->number, &fault->target, &fault->to);
    if (fault->arguments->direction != DIRECTION_OUT)
        world_cut(w, fault->number, &fault->to, &fault->target);
}

static void end(struct world *w, struct fault_instance *fault)
{
    world_uncut(w, fault->number);
}

const struct fault_kind isolate_fault = {
    .name = "isolate",
    .about = "cuts the targets off from everyone, in one direction or both; they are cut from each "
             "other too",
    .example = "{at: 12s, for: 3s, isolate: leader, direction: both}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_LASTING,
    .aliases = aliases,
    .in_chaos = true,
    .begin = begin,
    .end = end,
};
