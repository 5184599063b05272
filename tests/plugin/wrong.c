/* A plug-in with one thing wrong, which the compiler's command line says: WRONG is a statement that
 * changes `wrong`, an algorithm that would be right; INTERFACE and ALGORITHM_SIZE are what the
 * plug-in says of itself; START is what it does at a process's start. */
#include "sim/plugin.h"

#undef CONCLAVE_PLUGIN
#define CONCLAVE_PLUGIN(algorithm_) static const struct algorithm *const right = algorithm_
#include "tests/plugin/lowest.c"

#ifndef INTERFACE
#define INTERFACE CONCLAVE_INTERFACE
#endif
#ifndef ALGORITHM_SIZE
#define ALGORITHM_SIZE sizeof(struct algorithm)
#endif

static struct algorithm wrong;
static struct field changed_option;
static struct message_kind changed_message;
static const struct algorithm *const all[] = {&wrong, NULL};

extern const struct conclave_plugin conclave_plugin;
const struct conclave_plugin conclave_plugin = {
    .interface = INTERFACE,
    .algorithm_size = (uint32_t) (ALGORITHM_SIZE),
    .view_size = (uint32_t) sizeof(struct node_view),
    .algorithms = all,
};

#ifdef START /* what it does wrong when a process starts */
static void start(void *state, struct node *self, const void *config, const void *durable)
{
    on_start(state, self, config, durable);
    START;
}
#endif

__attribute__((constructor)) static void make(void)
{
    wrong = *right;
#ifdef START
    wrong.on_start = start;
#endif
    changed_option = wrong.options[0];
    changed_message = wrong.messages[0];
    WRONG;
    const struct field *option = &right->options[0];
    if (changed_option.name != option->name || changed_option.default_text != option->default_text
        || changed_option.offset != option->offset) {
        wrong.options = &changed_option;
        wrong.option_count = 1;
    }
    if (changed_message.size != right->messages[0].size)
        wrong.messages = &changed_message;
}
