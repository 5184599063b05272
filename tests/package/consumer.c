/* A program outside the tree that runs three Bully nodes by the installed libraries alone. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/world.h"

static void *resize(void *context, void *old, size_t old_size, size_t new_size)
{
    (void) context;
    (void) old_size;
    if (new_size != 0)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

int main(void)
{
    const struct algorithm *bully = NULL;
    for (const struct algorithm *const *a = algorithms; *a != NULL; a++)
        if (strcmp((*a)->name, "bully") == 0)
            bully = *a;
    if (bully == NULL)
        return 1;
    void *config = calloc(1, bully->config_size);
    const void *configs[3] = {config, config, config};
    for (unsigned i = 0; i < bully->option_count; i++) /* every duration 10 ms */
        if (bully->options[i].type == FIELD_DURATION)
            *(sim_ns *) (void *) ((char *) config + bully->options[i].offset) = 10 * MILLISECOND;
    const struct scenario scenario = {
        .title = "consumer",
        .about = "",
        .file = "",
        .text = "",
        .variant = "",
        .parameters = "{}",
        .duration = SECOND,
        .nodes = 3,
        .algorithm = bully,
        .config = config,
        .configs = configs,
        .network = {.has_latency = true, .latency = {.a = MILLISECOND}},
    };
    const struct sim_memory memory = {.resize = resize};
    struct world *w = world_create(&memory, &scenario, NULL, 0, NULL);
    if (w == NULL || world_run(w, SIM_FOREVER, UINT64_MAX) != WORLD_ENDED)
        return 1;
    const struct run_result *r = world_finish(w);
    printf("%u elections, %llu events\n", (unsigned) r->election_count,
           (unsigned long long) r->events);
    int status = r->election_count > 0 ? 0 : 1;
    world_destroy(w);
    free(config);
    return status;
}
