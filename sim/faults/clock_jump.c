/* Clock jump: somebody, or a time service, sets the wall clock. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"clock_jump", FIELD_NODES, offsetof(struct fault_arguments, target), NULL,
     "whose wall clock jumps", NULL, NULL},
    FIELD(struct fault_arguments, by, FIELD_SIGNED, NULL, "forward, or back when negative", NULL),
};

static const char *const aliases[] = {"bump", "clock_skew", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_jump_clock(w, id, fault->arguments->by);
}

const struct fault_kind clock_jump_fault = {
    .name = "clock_jump",
    .about
    = "moves the wall clock of the targets; timers run on the monotonic clock and do not notice",
    .example = "{at: 25s, clock_jump: n2, by: -5s}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_INSTANT,
    .aliases = aliases,
    .in_chaos = true,
    .begin = begin,
};
