/* Forget leader: an operator tells a node that the leader it follows is gone. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"forget_leader", FIELD_NODES, offsetof(struct fault_arguments, target), NULL, "who forgets",
     NULL, NULL},
};

static void begin(struct world *w, struct fault_instance *fault)
{
    for (node_id id = 0; id < world_node_count(w) + world_service_count(w); id++)
        if (node_set_has(&fault->target, id))
            world_admin(w, id, ADMIN_FORGET_LEADER, NODE_NONE);
}

const struct fault_kind forget_leader_fault = {
    .name = "forget_leader",
    .about = "tells nodes to follow nobody for now (etcd's ForgetLeader)",
    .example = "{at: 26s, forget_leader: n3}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_INSTANT,
    .begin = begin,
};
