/* Latency: the whole network is slow for a while. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"latency", FIELD_DISTRIBUTION, offsetof(struct fault_arguments, latency), NULL,
     "one way, per message", NULL, NULL},
};

static const char *const aliases[] = {"delay", "lag", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    world_set_latency(w, fault->number, &fault->arguments->latency);
}

static void end(struct world *w, struct fault_instance *fault)
{
    world_clear_conditions(w, fault->number);
}

const struct fault_kind latency_fault = {
    .name = "latency",
    .about = "every message takes this long for a while, whatever its link says",
    .example = "{at: 21s, for: 2s, latency: uniform(100ms, 300ms)}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_LASTING,
    .aliases = aliases,
    .in_chaos = true,
    .begin = begin,
    .end = end,
};
