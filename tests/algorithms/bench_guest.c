/* A host in a bench: the groups of its nodes, and the tables of the two algorithms together. */
#include <stdlib.h>
#include <string.h>

#include "sim/guest.h"
#include "tests/algorithms/bench_option.h"

struct bench_guest {
    const struct algorithm *host;
    struct algorithm composed;
    struct message_kind messages[UINT8_MAX];
    const char *timers[BENCH_TIMERS_MAX];
    struct guest_groups groups;
    uint32_t group_of[BENCH_NODES_MAX], place[BENCH_NODES_MAX], first[BENCH_NODES_MAX + 2];
    node_id members[BENCH_NODES_MAX];
};

void bench_take_guest(struct bench *b, const uint32_t *region_of, void *const *configs)
{
    struct bench_guest *g = b->guest != NULL ? b->guest : calloc(1, sizeof *g);
    if (g == NULL)
        abort();
    if (b->guest == NULL)
        g->host = b->algorithm;
    b->guest = g;
    b->algorithm = g->host;
    g->host->groups(configs[0], b->members, region_of, g->group_of);
    guest_make_groups(&g->groups, g->group_of, b->members, g->members, g->first, g->place);
    const struct field *field = guest_field(g->host);
    for (node_id id = 0; id < BENCH_NODES_MAX; id++)
        guest_option_in(field, configs[id])->groups = &g->groups;
    const struct algorithm *guest = guest_option_in(field, configs[0])->algorithm;
    if (guest == NULL)
        return;
    sim_assert(guest_refusal(g->host, guest) == NULL);
    sim_assert(g->host->timer_count + guest->timer_count <= BENCH_TIMERS_MAX);
    g->composed = guest_composed(g->host, guest, g->messages, g->timers);
    b->algorithm = &g->composed;
}

void bench_release_guest(struct bench *b)
{
    free(b->guest);
}
