/* Values as a person would write them: the fewest digits, the fewest names. */
#include <stdlib.h>
#include <string.h>

#include "analysis/shrink/shrink.h"

static const sim_ns units[]
    = {SECOND,           100 * MILLISECOND, 10 * MILLISECOND, MILLISECOND, 100 * MICROSECOND,
       10 * MICROSECOND, MICROSECOND};
#define UNIT_COUNT (sizeof units / sizeof *units)

static sim_ns rounded(sim_ns value, sim_ns unit)
{
    sim_ns half = value < 0 ? -unit / 2 : unit / 2;
    return (value + half) / unit * unit;
}

/* ---- Times ----------------------------------------------------------------------------------- */

/* The coarsest unit that will do. `least` is what the value must not fall below. */
static bool round_time(struct shrinker *s, sim_ns *value, sim_ns least)
{
    sim_ns before = *value;
    for (size_t i = 0; i < UNIT_COUNT && before % units[i] != 0; i++) {
        *value = rounded(before, units[i]);
        if (*value < least)
            continue;
        if (shrink_try(s, NULL))
            return true;
        *value = before;
    }
    *value = before;
    return false;
}

/* A message that was lost, or was late: a little longer is easier to read. */
static bool widen(struct shrinker *s, struct story_fault *f)
{
    struct story_fault before = *f;
    if (!f->has_for || f->lasting >= MICROSECOND)
        return false;
    for (size_t i = 1; i < UNIT_COUNT; i++) {
        f->at = before.at / units[i] * units[i];
        f->lasting = units[i];
        if (shrink_try(s, NULL))
            return true;
        *f = before;
    }
    return false;
}

static bool drop_for(struct shrinker *s, struct story_fault *f)
{
    if (!f->has_for)
        return false;
    f->has_for = false;
    if (shrink_try(s, NULL))
        return true;
    f->has_for = true;
    return false;
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static bool say_leader(struct shrinker *s, struct story_fault *f)
{
    if (!f->hit_leader || f->says_leader)
        return false;
    f->says_leader = true;
    if (shrink_try(s, NULL))
        return true;
    f->says_leader = false;
    return false;
}

/* A list without its n-th node. */
static bool drop_node(struct shrinker *s, struct story_fault *f, uint32_t list, uint32_t node)
{
    const struct node_list *before = f->lists;
    struct node_list *lists = arena_array(&s->story.arena, f->list_count, sizeof *lists);
    node_id *ids = arena_array(&s->story.arena, before[list].count, sizeof *ids);
    if (lists == NULL || ids == NULL)
        return false;
    memcpy(lists, before, f->list_count * sizeof *lists);
    lists[list] = (struct node_list){.ids = ids};
    for (uint32_t i = 0; i < before[list].count; i++)
        if (i != node)
            ids[lists[list].count++] = before[list].ids[i];
    f->lists = lists;
    if (shrink_try(s, NULL))
        return true;
    f->lists = before;
    return false;
}

static bool drop_nodes(struct shrinker *s, struct story_fault *f)
{
    bool dropped = false;
    if (fault_kinds[f->kind]->fields[0].type == FIELD_GROUPS || f->says_leader)
        return false;
    for (uint32_t list = 0; list < f->list_count; list++)
        for (uint32_t node = f->lists[list].count; node-- > 0 && f->lists[list].count > 1;)
            dropped |= drop_node(s, f, list, node);
    return dropped;
}

/* ---- Other values ---------------------------------------------------------------------------- */

static bool try_value(struct shrinker *s, int64_t *value, int64_t wanted)
{
    int64_t before = *value;
    if (wanted == before || wanted == 0)
        return false;
    *value = wanted;
    if (shrink_try(s, NULL))
        return true;
    *value = before;
    return false;
}

static bool round_rate(struct shrinker *s, uint64_t *rate)
{
    static const unsigned percents[] = {50, 10, 1};
    const uint64_t one = UINT64_C(1) << 32, before = *rate;
    for (size_t i = 0; i < sizeof percents / sizeof *percents; i++) {
        uint64_t step = one / 100 * percents[i];
        uint64_t percent = (before + step / 2) / step * percents[i];
        *rate = percent >= 100 ? one : ((percent << 32) + 50) / 100;
        if (*rate != before && *rate != 0 && shrink_try(s, NULL))
            return true;
    }
    *rate = before;
    return false;
}

static bool round_factor(struct shrinker *s, uint32_t *factor)
{
    uint32_t before = *factor;
    for (uint32_t unit = 10000; unit >= 100 && before % unit != 0; unit /= 10) {
        *factor = (before + unit / 2) / unit * unit;
        if (*factor != 0 && shrink_try(s, NULL))
            return true;
    }
    *factor = before;
    return false;
}

static bool round_field(struct shrinker *s, const struct field *field, struct fault_arguments *a)
{
    void *value = (unsigned char *) a + field->offset;
    int64_t *number = value;
    switch (field->type) {
    case FIELD_DURATION:
    case FIELD_SIGNED:
        return round_time(s, number, INT64_MIN / 2);
    case FIELD_DRIFT:
        return try_value(s, number, rounded(*number, 100000))
               || try_value(s, number, rounded(*number, 10000));
    case FIELD_RATE:
        return round_rate(s, value);
    case FIELD_FACTOR:
        return round_factor(s, value);
    case FIELD_DISTRIBUTION: {
        struct distribution *d = value;
        return d->kind != DISTRIBUTION_EMPIRICAL && round_time(s, &d->a, 1);
    }
    default:
        return false;
    }
}

static bool round_arguments(struct shrinker *s, struct story_fault *f)
{
    const struct fault_kind *kind = fault_kinds[f->kind];
    bool any = false;
    if (f->arguments == NULL)
        return false;
    struct fault_arguments *own = arena_take(&s->story.arena, sizeof *own);
    if (own == NULL)
        return false;
    *own = *f->arguments;
    f->arguments = own;
    for (uint32_t i = 0; i < kind->field_count; i++)
        any |= round_field(s, &kind->fields[i], own);
    return any;
}

void shrink_digits(struct shrinker *s)
{
    bool any = false;
    for (uint32_t i = 0; i < s->story.fault_count && !shrink_is_over(s); i++) {
        struct story_fault *f = &s->story.faults[i];
        if (!f->kept)
            continue;
        any |= say_leader(s, f);
        any |= drop_nodes(s, f);
        any |= drop_for(s, f);
        any |= widen(s, f);
        any |= round_time(s, &f->at, 0);
        any |= f->has_for && f->lasting >= MICROSECOND && round_time(s, &f->lasting, 1);
        any |= round_arguments(s, f);
    }
    if (any)
        shrink_tell(s, "values rounded");
}
