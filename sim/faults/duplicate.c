/* Duplicate: the whole network repeats messages for a while. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"duplicate", FIELD_RATE, offsetof(struct fault_arguments, rate), NULL,
     "chance that a message comes twice", NULL, NULL},
};

static void begin(struct world *w, struct fault_instance *fault)
{
    world_set_duplicate(w, fault->number, fault->arguments->rate);
}

static void end(struct world *w, struct fault_instance *fault)
{
    world_clear_conditions(w, fault->number);
}

const struct fault_kind duplicate_fault = {
    .name = "duplicate",
    .about = "every message comes twice with this chance for a while",
    .example = "{at: 21s, for: 2s, duplicate: 10%}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_LASTING,
    .in_chaos = true,
    .begin = begin,
    .end = end,
};
