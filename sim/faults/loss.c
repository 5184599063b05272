/* Loss: the whole network loses messages for a while. */
#include "sim/fault.h"

static const struct field fields[] = {
    {"loss", FIELD_RATE, offsetof(struct fault_arguments, rate), NULL,
     "chance that a message is lost", NULL, NULL},
};

static const char *const aliases[] = {"drop", "packet_loss", NULL};

static void begin(struct world *w, struct fault_instance *fault)
{
    world_set_loss(w, fault->number, fault->arguments->rate);
}

static void end(struct world *w, struct fault_instance *fault)
{
    world_clear_conditions(w, fault->number);
}

const struct fault_kind loss_fault = {
    .name = "loss",
    .about = "every message is lost with this chance for a while, whatever its link says",
    .example = "{at: 21s, for: 2s, loss: 30%}",
    .fields = fields,
    .field_count = sizeof fields / sizeof *fields,
    .duration = FAULT_LASTING,
    .aliases = aliases,
    .in_chaos = true,
    .begin = begin,
    .end = end,
};
