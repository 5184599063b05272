/* `network:` and `clock:`. */
#include <string.h>

#include "scenarios/language/reader.h"
#include "scenarios/language/units.h"

void read_latency(struct reader *r, const struct yaml *value, void *base)
{
    struct link_conditions *conditions = base;
    if (read_distribution(r, value, &conditions->latency))
        conditions->has_latency = true;
}

void read_duplicate(struct reader *r, const struct yaml *value, void *base)
{
    struct link_conditions *conditions = base;
    const char *why;
    if (!need_scalar(r, value, "a rate"))
        return;
    if (read_rate(value->text, value->length, &conditions->duplicate, &why))
        conditions->has_duplicate = true;
    else
        complain(r, value, NULL, "`%.80s` %s", value->text, why);
}

/* The four rates between the parentheses of `burst(1%, 20%, 80%, 0%)`. */
static bool read_burst(struct reader *r, const struct yaml *value, struct burst_loss *into)
{
    uint64_t *rates[] = {&into->good_to_bad, &into->bad_to_good, &into->loss_bad, &into->loss_good};
    static const char *const names[] = {"good_to_bad", "bad_to_good", "loss_bad", "loss_good"};
    const char *at = strchr(value->text, '(') + 1;
    for (unsigned i = 0; i < 4; i++) {
        const char *stop = strchr(at, i < 3 ? ',' : ')');
        if (stop == NULL || (i == 3 && stop[1] != '\0')) {
            complain(r, value, NULL, "write burst(good_to_bad, bad_to_good, loss_bad, loss_good)");
            return false;
        }
        const char *end = stop, *why;
        at += strspn(at, " \n");
        while (end > at && (end[-1] == ' ' || end[-1] == '\n'))
            end--;
        if (!read_rate(at, (size_t) (end - at), rates[i], &why)) {
            complain(r, value, NULL, "%s `%.*s` %s", names[i], (int) (end - at), at, why);
            return false;
        }
        at = stop + 1;
    }
    return true;
}

void read_loss(struct reader *r, const struct yaml *value, void *base)
{
    struct link_conditions *conditions = base;
    const char *why;
    if (!need_scalar(r, value, "a rate or burst(…)"))
        return;
    if (strncmp(value->text, "burst(", 6) == 0) {
        if (read_burst(r, value, &conditions->burst))
            conditions->has_burst = true;
    } else if (read_rate(value->text, value->length, &conditions->loss, &why)) {
        conditions->has_loss = true;
    } else {
        complain(r, value, NULL, "`%.80s` %s", value->text, why);
    }
}

void read_order(struct reader *r, const struct yaml *value, void *base)
{
    const struct field order = {"order", FIELD_CHOICE, 0, NULL, NULL, NULL, order_words};
    uint32_t index;
    (void) base;
    if (read_field(r, &order, value, &index))
        r->scenario->fifo = index == 1;
}

/* ---- Links --------------------------------------------------------------------------------- */

struct link_entry {
    struct link_conditions conditions; /* first: the readers of conditions are given this */
    struct selector from, to, ends[2];
    bool has_from, has_to, has_between;
};

void read_from(struct reader *r, const struct yaml *value, void *base)
{
    struct link_entry *entry = base;
    entry->has_from = true;
    read_fixed_selector(r, value, &entry->from);
}

void read_to(struct reader *r, const struct yaml *value, void *base)
{
    struct link_entry *entry = base;
    entry->has_to = true;
    read_fixed_selector(r, value, &entry->to);
}

void read_between(struct reader *r, const struct yaml *value, void *base)
{
    struct link_entry *entry = base;
    entry->has_between = true;
    if (!need_kind(r, value, YAML_LIST, "two ends: [eu, us]"))
        return;
    if (value->count != 2) {
        complain(r, value, NULL, "`between` takes two ends, not %u", value->count);
        return;
    }
    read_fixed_selector(r, value->entries[0].value, &entry->ends[0]);
    read_fixed_selector(r, value->entries[1].value, &entry->ends[1]);
}

static bool check_link(struct reader *r, const struct yaml *value, const struct link_entry *entry)
{
    const struct link_conditions *c = &entry->conditions;
    const char *wrong = NULL;
    if (entry->has_between && (entry->has_from || entry->has_to))
        wrong = "a link is given by `between`, or by `from` and `to`, not by both";
    else if (!entry->has_between && (!entry->has_from || !entry->has_to))
        wrong = "a link needs `between: [a, b]`, or `from` and `to`";
    else if (yaml_find(value, "latency", NULL) == NULL && yaml_find(value, "loss", NULL) == NULL
             && yaml_find(value, "duplicate", NULL) == NULL)
        wrong = "a link says nothing without `latency`, `loss` or `duplicate`";
    if (wrong != NULL)
        complain(r, value, NULL, "%s", wrong);
    return wrong == NULL && (c->has_latency || c->has_loss || c->has_burst || c->has_duplicate);
}

void read_links(struct reader *r, const struct yaml *value, void *base)
{
    (void) base;
    if (!need_kind(r, value, YAML_LIST, "a list of links"))
        return;
    struct link_rule *rules = arena_array(r->arena, (size_t) value->count * 2, sizeof *rules);
    if (rules == NULL)
        return;
    uint32_t count = 0;
    for (uint32_t i = 0; i < value->count; i++) {
        const struct yaml *item = value->entries[i].value;
        struct link_entry entry = {0};
        if (!need_kind(r, item, YAML_MAP, "a link: {between: [n1, n2], latency: 5ms}"))
            continue;
        read_map(r, item, &link_keys, &entry, NULL);
        if (!check_link(r, item, &entry))
            continue;
        if (entry.has_between) {
            rules[count++] = (struct link_rule){entry.ends[0], entry.ends[1], entry.conditions};
            rules[count++] = (struct link_rule){entry.ends[1], entry.ends[0], entry.conditions};
        } else {
            rules[count++] = (struct link_rule){entry.from, entry.to, entry.conditions};
        }
    }
    r->scenario->links = rules;
    r->scenario->link_count = count;
}

/* ---- Clocks -------------------------------------------------------------------------------- */

/* Beyond this a clock would stand still or run backwards, or time would overflow. */
#define DRIFT_MAX_PPB INT64_C(500000000)

void read_clock_drift(struct reader *r, const struct yaml *value, void *base)
{
    int64_t min, max;
    const char *why = NULL;
    (void) base;
    if (!need_scalar(r, value, "a drift"))
        return;
    const char *dots = strstr(value->text, "..");
    size_t first = dots != NULL ? (size_t) (dots - value->text) : value->length;
    bool good = read_drift(value->text, first, &min, &why);
    if (dots == NULL) {
        max = good && min < 0 ? -min : good ? min : 0;
        min = -max;
    } else {
        good = good && read_drift(dots + 2, value->length - first - 2, &max, &why);
    }
    if (good && (min < -DRIFT_MAX_PPB || max > DRIFT_MAX_PPB)) {
        good = false;
        why = "is more than 50%";
    }
    if (good && min > max) {
        good = false;
        why = "is a range whose start is after its end";
    }
    if (!good) {
        complain(r, value, NULL, "`%.80s` %s", value->text, why);
        return;
    }
    r->scenario->drift_min_ppb = min;
    r->scenario->drift_max_ppb = max;
}

void read_clock_offset(struct reader *r, const struct yaml *value, void *base)
{
    const char *why;
    (void) base;
    if (need_scalar(r, value, "a duration or a range")
        && !read_signed_range(value->text, value->length, &r->scenario->clock_offset, &why))
        complain(r, value, NULL, "`%.80s` %s", value->text, why);
}
