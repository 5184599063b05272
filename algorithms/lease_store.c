/* The stored lease: Get, Create and compare-and-swap Update. */
#include "algorithms/lease_store.h"

struct lease_operation lease_operation_of(const struct message *message)
{
    struct lease_operation op = {.kind = message->kind, .client = message->from};
    switch (message->kind) {
    case GET_LEASE: {
        const struct lease_get *m = message->body;
        op.request = m->request;
        return op;
    }
    case CREATE_LEASE: {
        const struct lease_create *m = message->body;
        op.request = m->request;
        op.record = m->record;
        return op;
    }
    case UPDATE_LEASE: {
        const struct lease_update *m = message->body;
        op.request = m->request;
        op.resource_version = m->resource_version;
        op.record = m->record;
        return op;
    }
    }
    sim_unreachable();
}

static enum lease_status status_of(const struct lease_object *object,
                                   const struct lease_operation *op)
{
    bool exists = object->resource_version != 0;
    if (op->kind == CREATE_LEASE)
        return exists ? LEASE_ALREADY_EXISTS : LEASE_OK;
    if (!exists)
        return LEASE_NOT_FOUND;
    if (op->kind == UPDATE_LEASE && op->resource_version != object->resource_version)
        return LEASE_CONFLICT;
    return LEASE_OK;
}

struct lease_response lease_apply(struct lease_object *object, const struct lease_operation *op)
{
    sim_assert(op->kind <= UPDATE_LEASE);
    struct lease_response response
        = {.request = op->request, .status = status_of(object, op), .redirect = NODE_NONE};
    if (response.status != LEASE_OK)
        return response;
    if (op->kind != GET_LEASE) {
        object->record = op->record;
        object->resource_version++;
    }
    response.resource_version = object->resource_version;
    response.record = object->record;
    return response;
}
