/* Block: one direction between nodes loses everything. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"from", FIELD_NODES, offsetof(struct fault_arguments, from), NULL, "the senders", NULL, NULL},
    {"to", FIELD_NODES, offsetof(struct fault_arguments, to), NULL, "the receivers", NULL, NULL},
};

static const char *const aliases[] = {"clog", "cut", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    world_cut(w, fault->number, &fault->from, &fault->to);
}

static void end(struct world *w, struct fault_instance *fault)
{
    world_uncut(w, fault->number);
}

const struct fault_kind block_fault = {
    .name = "block",
    .about = "messages in one direction between nodes are lost",
    .example = "{at: 16s, for: 2s, block: {from: n1, to: n2}}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .value_is_map = true,
    .duration = FAULT_LASTING,
    .aliases = aliases,
    .in_chaos = true,
    .begin = begin,
    .end = end,
};
