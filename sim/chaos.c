/* Random faults, drawn by the types of what a kind wants to know, so that a new kind of fault is in
 * `chaos:` without a line here. */
#include "sim/chaos.h"

#include <string.h>

#define SHORTEST (50 * MILLISECOND)

/* From 50 ms to 12.8 s, every doubling equally likely: shorter and longer than timeouts in use. */
static struct sim_range draw_lasting(struct rng *r)
{
    sim_ns least = SHORTEST << rng_below(r, 8);
    sim_ns lasting = rng_between(r, least, 2 * least);
    return (struct sim_range){lasting, lasting};
}

static struct selector one(struct selector_item *item, uint32_t kind, uint32_t index)
{
    *item = (struct selector_item){.kind = kind, .index = index};
    return (struct selector){.items = item, .count = 1};
}

/* The leader half of the time: that is where it hurts. */
static struct selector draw_target(const struct scenario *s, struct rng *r,
                                   struct selector_item *item)
{
    uint64_t node = rng_below(r, s->nodes + s->services);
    bool leader = rng_below(r, 2) == 0;
    return leader ? one(item, SELECTOR_LEADER, 0) : one(item, SELECTOR_NODE, (uint32_t) node);
}

static struct groups draw_groups(const struct scenario *s, struct rng *r,
                                 struct selector_item *item)
{
    uint32_t kind = GROUPS_BRIDGE + (uint32_t) rng_below(r, 4);
    struct groups g = {.kind = kind};
    uint32_t node = (uint32_t) rng_below(r, s->nodes);
    if (kind == GROUPS_BRIDGE)
        g.of = one(item, SELECTOR_NODE, node);
    return g;
}

static uint32_t choice_count(const struct field *f)
{
    uint32_t count = 0;
    while (f->choices[count] != NULL)
        count++;
    return count;
}

static void draw_field(const struct scenario *s, const struct field *f, struct rng *r,
                       struct fault_arguments *a, struct selector_item *item)
{
    void *into = (unsigned char *) a + f->offset;
    switch (f->type) {
    case FIELD_NODES:
        *(struct selector *) into = draw_target(s, r, item);
        return;
    case FIELD_GROUPS:
        *(struct groups *) into = draw_groups(s, r, item);
        return;
    case FIELD_RATE: /* 5 % to 60 % */
        *(uint64_t *) into = (UINT64_C(1) << 32) / 100 * (5 + rng_below(r, 56));
        return;
    case FIELD_FACTOR: /* 2x to 20x */
        *(uint32_t *) into = 2000 + (uint32_t) rng_below(r, 18001);
        return;
    case FIELD_SIGNED:
        *(sim_ns *) into = rng_between(r, -10 * SECOND, 10 * SECOND);
        return;
    case FIELD_DURATION:
        *(sim_ns *) into = rng_between(r, 100 * MILLISECOND, 5 * SECOND);
        return;
    case FIELD_DRIFT:
        *(int64_t *) into = rng_between(r, -500000, 500000);
        return;
    case FIELD_DISTRIBUTION:
        *(struct distribution *) into = (struct distribution){
            .kind = DISTRIBUTION_EXPONENTIAL, .a = rng_between(r, MILLISECOND, 300 * MILLISECOND)};
        return;
    case FIELD_CHOICE:
        *(uint32_t *) into = (uint32_t) rng_below(r, choice_count(f));
        return;
    case FIELD_BOOL:
    case FIELD_COUNT:
    case FIELD_TERM:
    case FIELD_NODE:
    case FIELD_RANGE:
    case FIELD_QUORUM:
    case FIELD_COUNTS:
    case FIELD_ALGORITHM:
        return;
    }
}

/* A link from a node to itself is none: the other end is another node. */
static void part(const struct scenario *s, const struct selector_item *from,
                 struct selector_item *to)
{
    if (from->kind == to->kind && from->index == to->index)
        *to = (struct selector_item){.kind = SELECTOR_NODE, .index = (to->index + 1) % s->nodes};
}

/* A stream that no fault has. */
#define SUBSET UINT64_MAX
#define SHARES 10 /* a kind that takes part is up to so many times as frequent as another */

uint32_t chaos_count(const struct scenario *s, uint64_t seed)
{
    if (!s->chaos.subset || s->chaos.faults == 0)
        return s->chaos.faults;
    struct rng r = rng_stream(seed, RNG_CHAOS, SUBSET, 1);
    uint32_t half = (s->chaos.faults + 1) / 2;
    return half + (uint32_t) rng_below(&r, s->chaos.faults - half + 1);
}

/* Swarm testing (Groce and others 2012): most runs lack most kinds, so that what takes part comes
 * often enough to matter. The shares are drawn anew for every fault: they are the seed's. */
static uint32_t draw_kind(const struct scenario *s, uint64_t seed, struct rng *r)
{
    uint32_t count = s->chaos.kind_count;
    if (!s->chaos.subset)
        return s->chaos.kinds[rng_below(r, count)];
    struct rng shares = rng_stream(seed, RNG_CHAOS, SUBSET, 0);
    uint64_t always = rng_below(&shares, count), total = 0, before = 0;
    struct rng again = shares;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t share = 1 + rng_below(&shares, SHARES);
        total += rng_below(&shares, 2) == 0 || i == always ? share : 0;
    }
    uint64_t at = rng_below(r, total);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t share = 1 + rng_below(&again, SHARES);
        before += rng_below(&again, 2) == 0 || i == always ? share : 0;
        if (at < before)
            return s->chaos.kinds[i];
    }
    sim_unreachable();
}

static struct sim_range draw_chaos_lasting(const struct scenario *s, struct rng *r)
{
    const struct algorithm *a = s->algorithm;
    if (s->chaos.lasting == CHAOS_RANGE) {
        sim_ns lasting = rng_between(r, s->chaos.range.min, s->chaos.range.max);
        return (struct sim_range){lasting, lasting};
    }
    if (s->chaos.lasting == CHAOS_TIMEOUTS && a->patience != NULL && rng_below(r, 4) != 0) {
        sim_ns patience = a->patience(s->config, s->nodes);
        sim_ns lasting = rng_between(r, patience / 2, sim_times(patience, 2));
        return (struct sim_range){lasting, lasting};
    }
    return draw_lasting(r);
}

void chaos_draw(const struct scenario *s, uint64_t seed, uint32_t number, struct fault_spec *spec,
                struct selector_item *items)
{
    sim_assert(s->chaos.kind_count > 0);
    struct rng r = rng_stream(seed, RNG_CHAOS, number, 0);
    memset(spec, 0, sizeof *spec);
    spec->kind = draw_kind(s, seed, &r);
    sim_ns at = rng_between(&r, 0, s->duration);
    spec->at = (struct sim_range){at, at};
    const struct fault_kind *kind = fault_kinds[spec->kind];
    spec->has_for = kind->duration != FAULT_INSTANT;
    spec->lasting = draw_chaos_lasting(s, &r);
    uint32_t item = 0;
    for (uint32_t i = 0; i < kind->field_count; i++) {
        sim_assert(item < CHAOS_ITEMS);
        draw_field(s, &kind->fields[i], &r, &spec->arguments, &items[item]);
        if (kind->fields[i].type == FIELD_NODES && item > 0)
            part(s, &items[item - 1], &items[item]);
        item += kind->fields[i].type == FIELD_NODES || kind->fields[i].type == FIELD_GROUPS;
    }
    if (s->heal == HEAL_CORE && rng_below(&r, 3) == 0)
        spec->has_for = false;
}
