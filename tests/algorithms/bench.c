/* Setting up a bench and its nodes. */
#include "tests/algorithms/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/guest.h"
#include "tests/algorithms/bench_node.h"
#include "tests/algorithms/bench_option.h"

_Noreturn void bench_fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    abort();
}

void bench_demand(bool condition, const char *what)
{
    if (!condition)
        bench_fail(what);
}

void *bench_zeroed(size_t size)
{
    void *block = calloc(1, size == 0 ? 1 : size);
    bench_demand(block != NULL, "out of memory");
    return block;
}

struct node *bench_node(const struct bench *b, node_id id)
{
    bench_demand(id < b->total, "no such node");
    return &b->nodes[id];
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static void init_node(struct bench *b, node_id id)
{
    const struct algorithm *a = b->algorithm;
    struct node *n = &b->nodes[id];
    *n = (struct node){.bench = b, .id = id, .weight = 1, .region = NODE_NONE};
    n->config = bench_zeroed(a->config_size);
    for (unsigned t = 0; t < BENCH_TIMERS_MAX; t++)
        n->deadlines[t] = SIM_FOREVER;
    for (uint32_t i = 0; i < a->option_count; i++)
        if (a->options[i].default_text != NULL)
            bench_read_option(&a->options[i], a->options[i].default_text, n->config);
}

static void size_disks(struct bench *b)
{
    for (node_id id = 0; id < BENCH_NODES_MAX; id++) {
        struct node *n = &b->nodes[id];
        free(n->durable);
        free(n->written);
        n->durable = bench_zeroed(bench_durable_size(n));
        n->written = bench_zeroed(bench_durable_size(n));
    }
}

/* Services follow from the options: more or fewer after each of them is set. */
static void count_services(struct bench *b)
{
    const struct algorithm *a = b->algorithm;
    unsigned services = a->services == NULL ? 0 : a->services(b->nodes[0].config);
    bench_demand(b->members + services <= BENCH_NODES_MAX, "too many nodes");
    b->total = b->members + services;
}

struct bench *bench_create(const struct algorithm *algorithm, unsigned members)
{
    bench_demand(members >= 1 && members <= BENCH_NODES_MAX, "too many nodes");
    bench_demand(algorithm->timer_count <= BENCH_TIMERS_MAX, "too many timers");
    struct bench *b = bench_zeroed(sizeof *b);
    b->algorithm = algorithm;
    b->members = b->total = members;
    b->sync_at_once = true;
    b->nodes = bench_zeroed(BENCH_NODES_MAX * sizeof *b->nodes);
    for (node_id id = 0; id < BENCH_NODES_MAX; id++)
        init_node(b, id);
    size_disks(b);
    count_services(b);
    return b;
}

void bench_destroy(struct bench *b)
{
    for (node_id id = 0; id < BENCH_NODES_MAX; id++) {
        struct node *n = &b->nodes[id];
        bench_forget_process(n);
        for (uint32_t i = 0; i < b->algorithm->option_count; i++)
            bench_release_option(&b->algorithm->options[i], n->config);
        free(n->config);
        free(n->durable);
        free(n->written);
        free(n->state);
        free(n->waiting);
    }
    free(b->nodes);
    free(b->sent);
    free(b->announced);
    free(b->finished);
    bench_release_guest(b);
    free(b);
}

/* ---- Options, and what else tells nodes apart ------------------------------------------------ */

static const struct field *option_of(const struct algorithm *a, const char *option)
{
    for (uint32_t i = 0; i < a->option_count; i++)
        if (strcmp(a->options[i].name, option) == 0)
            return &a->options[i];
    fprintf(stderr, "bench: no option %s\n", option);
    abort();
}

static const struct field *option_named(const struct bench *b, const char *option)
{
    return option_of(b->algorithm, option);
}

void bench_set(struct bench *b, const char *option, const char *text)
{
    const struct field *field = option_named(b, option);
    for (node_id id = 0; id < BENCH_NODES_MAX; id++)
        bench_read_option(field, text, b->nodes[id].config);
    count_services(b);
    if (field->type != FIELD_ALGORITHM)
        return;
    uint32_t region_of[BENCH_NODES_MAX];
    void *configs[BENCH_NODES_MAX];
    for (node_id id = 0; id < BENCH_NODES_MAX; id++) {
        region_of[id] = b->nodes[id].region;
        configs[id] = b->nodes[id].config;
    }
    bench_take_guest(b, region_of, configs);
    size_disks(b);
}

void bench_set_guest(struct bench *b, const char *option, const char *text)
{
    for (node_id id = 0; id < BENCH_NODES_MAX; id++) {
        const struct guest_option *guest
            = guest_option_in(guest_field(b->algorithm), b->nodes[id].config);
        bench_demand(guest->algorithm != NULL, "there is no guest");
        bench_read_option(option_of(guest->algorithm, option), text, (void *) guest->config);
    }
}

void bench_set_of(struct bench *b, node_id node, const char *option, const char *text)
{
    bench_read_option(option_named(b, option), text, bench_node(b, node)->config);
}

void *bench_config(struct bench *b, node_id node)
{
    return bench_node(b, node)->config;
}

void bench_set_priority(struct bench *b, node_id node, int32_t priority)
{
    bench_node(b, node)->priority = priority;
}

void bench_set_weight(struct bench *b, node_id node, uint32_t weight)
{
    bench_node(b, node)->weight = weight;
}

void bench_set_region(struct bench *b, node_id node, uint32_t region)
{
    bench_node(b, node)->region = region;
}

void bench_set_load(struct bench *b, node_id node, uint32_t thousandths)
{
    bench_node(b, node)->load = thousandths;
}
