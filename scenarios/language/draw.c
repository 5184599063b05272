#include "scenarios/language/draw.h"

#include <string.h>

#include "scenarios/language/units.h"
#include "sim/rng.h"

#define DRAWS_MAX 1000u

/* What all runs of a scenario have in common, or what is drawn by. */
static const char *const fixed[] = {"scenario", "about", "seed", "expect", "variants", "draw"};

static bool may_be_drawn(struct reader *r, const struct yaml *key)
{
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (strcmp(key->text, fixed[i]) == 0) {
            complain(r, key, NULL, "`%s` is the same for every seed and cannot be drawn",
                     key->text);
            return false;
        }
    return true;
}

bool read_draws(struct reader *r, struct draws *draws)
{
    const struct yaml *map = yaml_find(r->root, "draw", NULL);
    if (map == NULL)
        return true;
    if (!need_kind(r, map, YAML_MAP, "keys with lists to draw from: {cluster.nodes: [3, 5]}"))
        return false;
    if (map->count > DRAWS_MAX) {
        complain(r, map, NULL, "at most %u keys can be drawn", DRAWS_MAX);
        return false;
    }
    struct draw *items = arena_array(r->arena, map->count, sizeof *items);
    bool good = items != NULL;
    for (uint32_t i = 0; items != NULL && i < map->count; i++) {
        const struct yaml *list = map->entries[i].value;
        good &= may_be_drawn(r, map->entries[i].key)
                && need_kind(r, list, YAML_LIST, "a list to draw from");
        if (list->kind == YAML_LIST && list->count == 0) {
            complain(r, list, NULL, "from an empty list nothing can be drawn");
            good = false;
        }
        items[i] = (struct draw){map->entries[i].key, list};
    }
    *draws = (struct draws){items, map->count};
    return good;
}

bool draws_algorithm(const struct draws *draws)
{
    for (uint32_t i = 0; i < draws->count; i++)
        if (strcmp(draws->items[i].key->text, "algorithm") == 0)
            return true;
    return false;
}

/* FNV-1a: a number for the key that does not depend on its place. */
static uint64_t number_of(const struct yaml *key)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < key->length; i++)
        hash = (hash ^ (unsigned char) key->text[i]) * UINT64_C(0x100000001b3);
    return hash;
}

const struct yaml *draw_choice(const struct draw *draw, uint64_t seed)
{
    struct rng r = rng_stream(seed, RNG_SWARM, number_of(draw->key), 0);
    return draw->choices->entries[rng_below(&r, draw->choices->count)].value;
}

/* What is no number is told when the key itself is read. */
static void take_seed(const char *text, size_t length, uint64_t *seed)
{
    const char *why;
    uint64_t number;
    if (text != NULL && read_count(text, length, &number, &why))
        *seed = number;
}

uint64_t draw_seed(const struct yaml *root, const struct yaml *variant,
                   const struct override *overrides, unsigned override_count)
{
    uint64_t seed = 1;
    const struct yaml *written = yaml_find(root, "seed", NULL);
    if (written != NULL && written->kind == YAML_SCALAR)
        take_seed(written->text, written->length, &seed);
    written = variant == NULL ? NULL : yaml_find(variant, "seed", NULL);
    if (written != NULL && written->kind == YAML_SCALAR)
        take_seed(written->text, written->length, &seed);
    for (unsigned i = 0; i < override_count; i++)
        if (strcmp(overrides[i].key, "seed") == 0)
            take_seed(overrides[i].value, strlen(overrides[i].value), &seed);
    return seed;
}
