/* Hold: messages between nodes queue up and arrive together when it ends. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"from", FIELD_NODES, offsetof(struct fault_arguments, from), NULL, "the senders", NULL, NULL},
    {"to", FIELD_NODES, offsetof(struct fault_arguments, to), NULL, "the receivers", NULL, NULL},
};

static const char *const aliases[] = {"queue", "buffer", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    world_hold(w, fault->number, &fault->from, &fault->to);
}

static void end(struct world *w, struct fault_instance *fault)
{
    world_unhold(w, fault->number);
}

const struct fault_kind hold_fault = {
    .name = "hold",
    .about = "messages in one direction wait, and are all delivered, in order, when it ends",
    .example = "{at: 18s, for: 1s, hold: {from: n1, to: n2}}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .value_is_map = true,
    .duration = FAULT_LASTING,
    .aliases = aliases,
    .in_chaos = true,
    .begin = begin,
    .end = end,
};
