/* Transfer: an operator asks the leader to hand over. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"transfer", FIELD_NODES, offsetof(struct fault_arguments, target), NULL, "who shall lead",
     NULL, NULL},
};

static const char *const aliases[] = {"stepdown", "move_leader", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    node_id leader = world_leader(w);
    if (leader == NODE_NONE)
        return;
    for (node_id id = 0; id < world_node_count(w); id++)
        if (node_set_has(&fault->target, id) && id != leader) {
            world_admin(w, leader, ADMIN_TRANSFER, id);
            return;
        }
}

const struct fault_kind transfer_fault = {
    .name = "transfer",
    .about = "asks the present leader to hand over to a node",
    .example = "{at: 26s, transfer: n3}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_INSTANT,
    .aliases = aliases,
    .begin = begin,
};
