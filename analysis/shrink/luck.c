/* The luck of single messages, written down: a loss is a block of one nanosecond on one link, a
 * delay a hold. What is left of a lossy, jittery network are the messages that mattered. */
#include <stdlib.h>
#include <string.h>

#include "analysis/shrink/shrink.h"
#include "scenarios/language/units.h"

#define MESSAGES_MAX 4000u /* more are not written down */
#define DRAWS 101
#define MATTER_MAX 12u /* a story with more is not clearer than chance */

struct chance {
    uint64_t number; /* of its record */
    sim_ns at, takes;
    node_id from, to;
};

struct luck {
    struct chance *messages;
    uint32_t count, capacity;
    bool delays; /* watched for; or losses */
    bool too_many;
};

static void add(struct luck *l, const struct record *r)
{
    if (l->count == l->capacity)
        l->too_many = true;
    else
        l->messages[l->count++]
            = (struct chance){.number = r->number, .at = r->at, .from = r->node, .to = r->peer};
}

static struct chance *find(struct luck *l, uint64_t number)
{
    uint32_t low = 0, high = l->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (l->messages[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < l->count && l->messages[low].number == number ? &l->messages[low] : NULL;
}

static void on_record(void *context, const struct world *w, const struct record *r)
{
    struct luck *l = context;
    (void) w;
    if (!l->delays && r->kind == RECORD_LOST && r->flags == LOSS_CHANCE) {
        add(l, r);
    } else if (l->delays && r->kind == RECORD_SENT) {
        add(l, r);
    } else if (l->delays && r->kind == RECORD_DELIVERED) {
        struct chance *m = find(l, r->cause);
        if (m != NULL && m->takes == 0)
            m->takes = r->at - m->at;
    }
}

/* Runs the story once more and notes the messages. False when there are none or too many. */
static bool watch(struct shrinker *s, struct luck *l, bool delays)
{
    *l = (struct luck){.capacity = MESSAGES_MAX, .delays = delays};
    l->messages = arena_array(&s->story.arena, l->capacity, sizeof *l->messages);
    if (l->messages == NULL)
        return false;
    struct observer observer = {
        .context = l,
        .interest = INTEREST(LOST) | INTEREST(SENT) | INTEREST(DELIVERED),
        .on_record = on_record,
    };
    s->watch = &observer;
    bool met = shrink_try(s, NULL);
    s->watch = NULL;
    return met && !l->too_many && l->count > 0;
}

static bool add_message_fault(struct story *t, const struct chance *m, uint32_t kind,
                              sim_ns lasting)
{
    struct node_list *lists = arena_array(&t->arena, 2, sizeof *lists);
    node_id *ids = arena_array(&t->arena, 2, sizeof *ids);
    if (lists == NULL || ids == NULL)
        return false;
    ids[0] = m->from;
    ids[1] = m->to;
    lists[0] = (struct node_list){&ids[0], 1};
    lists[1] = (struct node_list){&ids[1], 1};
    t->faults[t->fault_count++] = (struct story_fault){.kind = kind,
                                                       .at = m->at,
                                                       .lasting = lasting,
                                                       .has_for = true,
                                                       .lists = lists,
                                                       .list_count = 2,
                                                       .kept = true};
    return true;
}

/* One fault for each message, behind those that are there. Returns where they begin. */
static bool write_down(struct story *t, const struct luck *l, uint32_t *from)
{
    uint32_t block = story_fault_kind("block"), hold = story_fault_kind("hold");
    struct story_fault *grown
        = arena_array(&t->arena, (size_t) t->fault_count + l->count, sizeof *grown);
    if (grown == NULL)
        return false;
    memcpy(grown, t->faults, t->fault_count * sizeof *grown);
    t->faults = grown;
    *from = t->fault_count;
    bool good = true;
    for (uint32_t i = 0; good && i < l->count; i++) {
        const struct chance *m = &l->messages[i];
        if (!l->delays)
            good = add_message_fault(t, m, block, 1);
        else if (m->takes > 0 && m->at <= t->duration)
            good = add_message_fault(t, m, hold, m->takes);
    }
    return good;
}

/* Keeps the messages that matter; false when they are too many, or it does not show at all. */
static bool reduce(struct shrinker *s, uint32_t from)
{
    struct story *t = &s->story;
    uint32_t count = t->fault_count - from, left = 0;
    bool **flags = arena_array(&t->arena, count, sizeof *flags);
    if (flags == NULL || !shrink_try(s, NULL))
        return false;
    for (uint32_t i = 0; i < count; i++)
        flags[i] = &t->faults[from + i].kept;
    (void) shrink_flags(s, flags, count, MATTER_MAX);
    for (uint32_t i = 0; i < count; i++)
        left += t->faults[from + i].kept;
    return left <= MATTER_MAX;
}

/* ---- Losses ---------------------------------------------------------------------------------- */

static bool drop_loss(struct story *t)
{
    bool any = story_has(t, "network", "loss");
    story_keep(t, "network", "loss", false);
    for (uint32_t i = 0; i < t->fault_count; i++)
        if (t->faults[i].kept && t->faults[i].kind == story_fault_kind("loss")) {
            t->faults[i].kept = false;
            any = true;
        }
    return any;
}

static void freeze_losses(struct shrinker *s)
{
    struct story *t = &s->story;
    struct story_copy before;
    struct luck luck;
    uint32_t from;
    if (!story_remember(t, &before) || !drop_loss(t))
        return;
    struct story_copy without;
    bool good = story_remember(t, &without);
    story_restore(t, &before);
    good = good && watch(s, &luck, false);
    if (good)
        story_restore(t, &without);
    if (good && write_down(t, &luck, &from) && reduce(s, from))
        shrink_tell(s, "losses frozen");
    else
        story_restore(t, &before);
}

/* ---- Delays ---------------------------------------------------------------------------------- */

static int by_length(const void *a, const void *b)
{
    sim_ns x = *(const sim_ns *) a, y = *(const sim_ns *) b;
    return (x > y) - (x < y);
}

/* The median of what the network draws, with one digit. */
static sim_ns usual_delay(const struct story *t)
{
    sim_ns draws[DRAWS], power = 1;
    struct rng stream = rng_stream(t->seed, RNG_LINK, 0, 0);
    for (size_t i = 0; i < DRAWS; i++)
        draws[i] = distribution_draw(&t->scenario->network.latency, &stream);
    qsort(draws, DRAWS, sizeof *draws, by_length);
    while (draws[DRAWS / 2] / power >= 10)
        power *= 10;
    return (draws[DRAWS / 2] + power / 2) / power * power;
}

static bool is_constant(const struct story *t)
{
    for (uint32_t i = 0; i < t->setting_count; i++) {
        const struct setting *x = &t->settings[i];
        if (x->kept && strcmp(x->section, "network") == 0 && x->key != NULL
            && strcmp(x->key, "latency") == 0)
            return strchr(x->value, '(') == NULL && strstr(x->value, "..") == NULL;
    }
    return false;
}

static bool is_delaying(const struct story_fault *f)
{
    return f->kept && f->kind == story_fault_kind("latency");
}

static void freeze_delays(struct shrinker *s)
{
    struct story *t = &s->story;
    struct story_copy before;
    struct luck luck;
    char text[UNIT_TEXT_MAX];
    uint32_t from;
    bool delaying = false;
    for (uint32_t i = 0; i < t->fault_count; i++)
        delaying |= is_delaying(&t->faults[i]);
    if ((is_constant(t) && !delaying) || !story_remember(t, &before) || !watch(s, &luck, true))
        return;
    write_duration(text, usual_delay(t));
    bool good = story_set(t, "network", "latency", text);
    if (good && shrink_try(s, NULL)) {
        shrink_tell(s, "latency made constant");
        return;
    }
    for (uint32_t i = 0; i < t->fault_count; i++)
        t->faults[i].kept = t->faults[i].kept && !is_delaying(&t->faults[i]);
    if (good && write_down(t, &luck, &from) && reduce(s, from))
        shrink_tell(s, "delays frozen");
    else
        story_restore(t, &before);
}

void shrink_luck(struct shrinker *s)
{
    if (!shrink_is_over(s))
        freeze_losses(s);
    if (!shrink_is_over(s))
        freeze_delays(s);
}
