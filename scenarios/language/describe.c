#include "scenarios/language/describe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "scenarios/language/reader.h"
#include "scenarios/language/units.h"

/* Text that is cut where the room ends. */
struct writer {
    char *text;
    size_t size, used;
};

static void put(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct writer *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(w->text + w->used, w->size - w->used, format, arguments);
    va_end(arguments);
    size_t room = w->size - w->used - 1;
    w->used += length < 0 ? 0 : (size_t) length < room ? (size_t) length : room;
}

/* By hand: every row of the database that names a node comes through here. */
void write_node(char text[NODE_TEXT_MAX], node_id id, unsigned nodes)
{
    char digits[NODE_TEXT_MAX];
    unsigned count = 0, at = 0;
    if (id == NODE_NONE) {
        memcpy(text, "-", 2);
        return;
    }
    text[at++] = id < nodes ? 'n' : 's';
    uint32_t number = (id < nodes ? id : id - nodes) + 1;
    do {
        digits[count++] = (char) ('0' + number % 10);
        number /= 10;
    } while (number > 0);
    while (count > 0)
        text[at++] = digits[--count];
    text[at] = '\0';
}

static void put_node(struct writer *w, node_id id, const struct scenario *scenario)
{
    char text[NODE_TEXT_MAX];
    write_node(text, id, scenario != NULL ? scenario->nodes : UINT32_MAX);
    put(w, "%s", text);
}

static void put_selector(struct writer *w, const struct selector *s,
                         const struct scenario *scenario)
{
    if (s->count != 1)
        put(w, "[");
    for (uint32_t i = 0; i < s->count; i++) {
        const struct selector_item *item = &s->items[i];
        put(w, i > 0 ? ", " : "");
        if (item->kind == SELECTOR_NODE)
            put_node(w, item->index, scenario);
        else if (item->kind == SELECTOR_REGION && scenario != NULL)
            put(w, "%s", scenario->regions[item->index].name);
        else if (item->kind == SELECTOR_REGION)
            put(w, "region %" PRIu32, item->index + 1);
        else
            put(w, "%s", selector_words[item->kind - SELECTOR_LEADER]);
    }
    if (s->count != 1)
        put(w, "]");
}

static void put_groups(struct writer *w, const struct groups *g, const struct scenario *scenario)
{
    if (g->kind != GROUPS_LISTED && g->of.count == 0) {
        put(w, "%s", groups_words[g->kind]);
        return;
    }
    if (g->kind != GROUPS_LISTED) {
        put(w, "{%s: ", groups_words[g->kind]);
        put_selector(w, &g->of, scenario);
        put(w, "}");
        return;
    }
    put(w, "[");
    for (uint32_t i = 0; i < g->count; i++) {
        put(w, i > 0 ? ", " : "");
        put_selector(w, &g->listed[i], scenario);
    }
    put(w, "]");
}

static void put_distribution(struct writer *w, const struct distribution *d)
{
    char a[UNIT_TEXT_MAX];
    if (d->kind == DISTRIBUTION_CONSTANT) {
        write_duration(a, d->a);
        put(w, "%s", a);
        return;
    }
    const struct distribution_info *info = &distribution_infos[d->kind];
    put(w, "%s(", info->name);
    for (uint32_t i = 0; i < info->parameter_count; i++) {
        int64_t value = i == 0 ? d->a : d->b;
        put(w, i > 0 ? ", " : "");
        switch (info->parameters[i].type) {
        case PARAMETER_DURATION:
            write_duration(a, value);
            put(w, "%s", a);
            break;
        case PARAMETER_NUMBER:
            write_fixed(a, value);
            put(w, "%s", a);
            break;
        case PARAMETER_FILE:
            put(w, "%" PRIu32 " samples", d->table_count);
            break;
        }
    }
    put(w, ")");
}

static void put_quorum(struct writer *w, const struct quorum_option *q)
{
    if (q->rule == QUORUM_COUNT)
        put(w, "%" PRIu32, q->count);
    else
        put(w, "%s",
            q->rule == QUORUM_MAJORITY ? "majority"
            : q->rule == QUORUM_ALL    ? "all"
                                       : "weighted");
}

static void put_counts(struct writer *w, const struct counts_option *c, const struct field *field)
{
    if (c->values == NULL) {
        put(w, "%s", field->choices[c->choice]);
        return;
    }
    put(w, "[");
    for (uint32_t i = 0; i < c->count; i++)
        put(w, "%s%" PRIu32, i > 0 ? ", " : "", c->values[i]);
    put(w, "]");
}

static void put_guest(struct writer *w, const struct guest_option *g, const struct field *field)
{
    put(w, "%s", g->algorithm != NULL ? g->algorithm->name : field->choices[g->choice]);
}

void field_write(char *text, size_t size, const struct field *field, const void *base,
                 const struct scenario *scenario)
{
    struct writer writer = {text, size, 0}, *w = &writer;
    const void *value = (const char *) base + field->offset;
    char unit[UNIT_TEXT_MAX] = "";
    sim_assert(size > 0);
    text[0] = '\0';
    switch (field->type) {
    case FIELD_BOOL:
        put(w, "%s", *(const bool *) value ? "true" : "false");
        return;
    case FIELD_COUNT:
        put(w, "%" PRIu32, *(const uint32_t *) value);
        return;
    case FIELD_TERM:
        put(w, "%" PRIu64, *(const uint64_t *) value);
        return;
    case FIELD_NODE:
        put_node(w, *(const node_id *) value, scenario);
        return;
    case FIELD_DURATION:
    case FIELD_SIGNED:
        write_duration(unit, *(const sim_ns *) value);
        break;
    case FIELD_RANGE:
        write_range(unit, *(const struct sim_range *) value);
        break;
    case FIELD_RATE:
        write_rate(unit, *(const uint64_t *) value);
        break;
    case FIELD_FACTOR:
        write_factor(unit, *(const uint32_t *) value);
        break;
    case FIELD_DRIFT:
        write_drift(unit, *(const int64_t *) value);
        break;
    case FIELD_CHOICE:
        put(w, "%s", field->choices[*(const uint32_t *) value]);
        return;
    case FIELD_QUORUM:
        put_quorum(w, value);
        return;
    case FIELD_COUNTS:
        put_counts(w, value, field);
        return;
    case FIELD_ALGORITHM:
        put_guest(w, value, field);
        return;
    case FIELD_DISTRIBUTION:
        put_distribution(w, value);
        return;
    case FIELD_NODES:
        put_selector(w, value, scenario);
        return;
    case FIELD_GROUPS:
        put_groups(w, value, scenario);
        return;
    }
    put(w, "%s", unit);
}

void field_write_type(char *text, size_t size, const struct field *field)
{
    static const char *const names[] = {
        [FIELD_BOOL] = "true | false",
        [FIELD_COUNT] = "count",
        [FIELD_TERM] = "count",
        [FIELD_NODE] = "node",
        [FIELD_DURATION] = "duration",
        [FIELD_SIGNED] = "duration, may be negative",
        [FIELD_RANGE] = "duration or range A..B",
        [FIELD_RATE] = "rate, as 1%",
        [FIELD_FACTOR] = "factor, as 10x or 80%",
        [FIELD_DRIFT] = "drift, as 100ppm",
        [FIELD_CHOICE] = "",
        [FIELD_QUORUM] = "majority | all | weighted | count",
        [FIELD_COUNTS] = "list of counts",
        [FIELD_ALGORITHM] = "algorithm",
        [FIELD_DISTRIBUTION] = "duration or distribution",
        [FIELD_NODES] = "nodes",
        [FIELD_GROUPS] = "groups of nodes",
    };
    struct writer w = {text, size, 0};
    sim_assert(size > 0);
    text[0] = '\0';
    for (uint32_t i = 0; field->choices != NULL && field->choices[i] != NULL; i++)
        put(&w, "%s%s", i > 0 ? " | " : "", field->choices[i]);
    put(&w, "%s%s", w.used > 0 && names[field->type][0] != '\0' ? " | " : "", names[field->type]);
}

/* ---- The keys of the language -------------------------------------------------------------- */

static void visit(const struct key_map *keys, const char *prefix, key_visitor *visitor,
                  void *context)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        const struct key *key = &keys->keys[i];
        char path[128];
        snprintf(path, sizeof path, "%s%s", prefix, key->field.name);
        char takes[256];
        if (key->takes != NULL)
            snprintf(takes, sizeof takes, "%s", key->takes);
        else
            field_write_type(takes, sizeof takes, &key->field);
        visitor(context, path, takes, &key->field);
        const struct key_map *below = key->inside;
        if (below == NULL && key->read == read_faults)
            below = &fault_keys;
        if (below == NULL && key->read == read_links)
            below = &link_keys;
        strncat(path, ".", sizeof path - strlen(path) - 1);
        if (below != NULL)
            visit(below, path, visitor, context);
    }
}

void language_visit_keys(key_visitor *visitor, void *context)
{
    visit(&scenario_keys, "", visitor, context);
}
