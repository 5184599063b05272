/* `faults:` and `chaos:`. */
#include <string.h>

#include "scenarios/language/reader.h"
#include "scenarios/language/units.h"

#define FAULTS_MAX 1000000u      /* of chaos */
#define OCCURRENCES_MAX 10000000 /* of a recurring fault */

static bool find_kind(const char *name, uint32_t *index)
{
    for (uint32_t i = 0; fault_kinds[i] != NULL; i++)
        if (strcmp(fault_kinds[i]->name, name) == 0) {
            *index = i;
            return true;
        }
    return false;
}

/* Our word for another tool's, or NULL. */
static const char *our_word(const char *word)
{
    for (uint32_t i = 0; fault_kinds[i] != NULL; i++)
        for (const char *const *alias = fault_kinds[i]->aliases; alias != NULL && *alias != NULL;
             alias++)
            if (strcmp(*alias, word) == 0)
                return fault_kinds[i]->name;
    return NULL;
}

static bool is_common_key(const char *name)
{
    for (uint32_t i = 0; i < fault_keys.count; i++)
        if (strcmp(fault_keys.keys[i].field.name, name) == 0)
            return true;
    return false;
}

static bool is_field_of(const struct fault_kind *kind, const char *name)
{
    for (uint32_t i = kind->value_is_map ? kind->field_count : 1; i < kind->field_count; i++)
        if (strcmp(kind->fields[i].name, name) == 0)
            return true;
    return false;
}

static void complain_unknown_kind(struct reader *r, const struct yaml *key)
{
    const char *ours = our_word(key->text);
    if (ours != NULL) {
        complain(r, key, NULL, "unknown fault `%.80s`; Conclave calls it `%s`", key->text, ours);
        return;
    }
    if (strcmp(key->text, "heal") == 0) {
        complain(r, key, NULL,
                 "unknown fault `heal`; faults end by their own `for`, or all at once in `settle`");
        return;
    }
    struct names names = {0};
    for (uint32_t i = 0; fault_kinds[i] != NULL; i++)
        names_add(&names, fault_kinds[i]->name);
    for (uint32_t i = 0; i < fault_keys.count; i++)
        names_add(&names, fault_keys.keys[i].field.name);
    complain(r, key, did_you_mean(r, key->text, key->length, &names), "unknown fault `%.80s`",
             key->text);
}

/* The one key of an entry that names a kind; false with diagnostics. */
static bool find_kind_of(struct reader *r, const struct yaml *entry, const struct yaml_entry **at,
                         uint32_t *index)
{
    const struct fault_kind *kind = NULL;
    bool good = true;
    *at = NULL;
    for (uint32_t i = 0; i < entry->count; i++) {
        uint32_t found;
        if (!find_kind(entry->entries[i].key->text, &found))
            continue;
        if (kind != NULL && is_field_of(kind, entry->entries[i].key->text))
            continue;
        if (kind != NULL && !is_field_of(fault_kinds[found], (*at)->key->text)) {
            complain(r, entry->entries[i].key, NULL,
                     "one entry is one fault: `%s` and `%s` are two", kind->name,
                     entry->entries[i].key->text);
            return false;
        }
        kind = fault_kinds[found];
        *index = found;
        *at = &entry->entries[i];
    }
    for (uint32_t i = 0; i < entry->count; i++) {
        const struct yaml *key = entry->entries[i].key;
        if (is_common_key(key->text) || (*at != NULL && key == (*at)->key)
            || (kind != NULL && is_field_of(kind, key->text)))
            continue;
        good = false;
        if (kind == NULL || our_word(key->text) != NULL) {
            complain_unknown_kind(r, key);
            continue;
        }
        struct names names = {0};
        for (uint32_t j = 0; j < fault_keys.count; j++)
            names_add(&names, fault_keys.keys[j].field.name);
        for (uint32_t j = kind->value_is_map ? kind->field_count : 1; j < kind->field_count; j++)
            names_add(&names, kind->fields[j].name);
        complain(r, key, did_you_mean(r, key->text, key->length, &names), "`%s` knows no `%.80s`",
                 kind->name, key->text);
    }
    if (kind == NULL && good)
        complain(r, entry, "`conclave list faults` names them", "this entry names no fault");
    return kind != NULL && good;
}

static void read_arguments(struct reader *r, const struct yaml *entry,
                           const struct yaml_entry *named, const struct fault_kind *kind,
                           struct fault_arguments *into)
{
    if (kind->value_is_map) {
        if (need_kind(r, named->value, YAML_MAP, kind->example))
            read_options(r, kind->fields, kind->field_count, named->value, into, kind->name);
        return;
    }
    for (uint32_t i = 0; i < kind->field_count; i++) {
        const struct field *field = &kind->fields[i];
        const struct yaml *value = i == 0 ? named->value : yaml_find(entry, field->name, NULL);
        if (value == NULL)
            value = default_value(r, field);
        if (value != NULL)
            read_field(r, field, value, into);
        else if (field->default_text == NULL)
            complain(r, entry, NULL, "`%s` needs `%s`", kind->name, field->name);
    }
}

static void check_times(struct reader *r, const struct yaml *entry, const struct fault_kind *kind,
                        const struct fault_spec *spec)
{
    const struct yaml *at = yaml_find(entry, "at", NULL);
    const struct yaml *every = yaml_find(entry, "every", NULL);
    const struct yaml *lasting_key = NULL;
    const struct yaml *lasting = yaml_find(entry, "for", &lasting_key);
    if (at == NULL && every == NULL)
        complain(r, entry, NULL, "`%s` needs `at` or `every`", kind->name);
    if (at != NULL && every != NULL)
        complain(r, every, NULL, "a fault has `at` or `every`, not both");
    else if (every != NULL && spec->recurring && spec->at.min <= 0)
        complain(r, every, NULL, "`every` must be more than 0");
    else if (every != NULL && spec->recurring
             && r->scenario->duration / spec->at.min > OCCURRENCES_MAX)
        complain(r, every, NULL, "this fault would begin more than %d times", OCCURRENCES_MAX);
    if (at != NULL && every == NULL && r->scenario->duration > 0
        && spec->at.max > r->scenario->duration) {
        char begin[UNIT_TEXT_MAX], end[UNIT_TEXT_MAX];
        write_duration(begin, spec->at.max);
        write_duration(end, r->scenario->duration);
        complain(r, at, NULL, "this fault begins at %s, after the end of the run at %s", begin,
                 end);
    }
    if (lasting != NULL && kind->duration == FAULT_INSTANT)
        complain(r, lasting_key, NULL, "`%s` happens in an instant; it takes no `for`", kind->name);
}

static void read_fault(struct reader *r, const struct yaml *entry, struct fault_spec *into)
{
    const struct yaml_entry *named;
    if (!need_kind(r, entry, YAML_MAP, "a fault: {at: 1s, crash: leader}"))
        return;
    into->line = entry->line;
    unsigned errors = r->diagnostics->count + r->diagnostics->omitted;
    for (uint32_t i = 0; i < fault_keys.count; i++) {
        const struct field *field = &fault_keys.keys[i].field;
        const struct yaml *value = yaml_find(entry, field->name, NULL);
        if (value != NULL)
            read_field(r, field, value, into);
    }
    bool times_read = r->diagnostics->count + r->diagnostics->omitted == errors;
    into->recurring = yaml_find(entry, "every", NULL) != NULL;
    into->has_for = yaml_find(entry, "for", NULL) != NULL;
    if (!find_kind_of(r, entry, &named, &into->kind))
        return;
    const struct fault_kind *kind = fault_kinds[into->kind];
    read_arguments(r, entry, named, kind, &into->arguments);
    if (times_read)
        check_times(r, entry, kind, into);
}

void read_faults(struct reader *r, const struct yaml *value, void *base)
{
    (void) base;
    if (!need_kind(r, value, YAML_LIST, "a list of faults"))
        return;
    struct fault_spec *faults = arena_array(r->arena, value->count, sizeof *faults);
    if (faults == NULL)
        return;
    for (uint32_t i = 0; i < value->count; i++)
        read_fault(r, value->entries[i].value, &faults[i]);
    r->scenario->faults = faults;
    r->scenario->fault_count = value->count;
}

/* ---- Chaos --------------------------------------------------------------------------------- */

void read_chaos_faults(struct reader *r, const struct yaml *value, void *base)
{
    uint64_t count;
    (void) base;
    if (!read_count_up_to(r, value, UINT64_MAX, &count))
        return;
    if (count > FAULTS_MAX)
        complain(r, value, NULL, "at most %u faults can be drawn", FAULTS_MAX);
    else
        r->scenario->chaos.faults = (uint32_t) count;
}

static void read_all_kinds(struct reader *r)
{
    uint32_t total = 0, count = 0;
    while (fault_kinds[total] != NULL)
        total++;
    uint32_t *kinds = arena_array(r->arena, total, sizeof *kinds);
    for (uint32_t i = 0; kinds != NULL && i < total; i++)
        if (fault_kinds[i]->in_chaos)
            kinds[count++] = i;
    r->scenario->chaos.kinds = kinds;
    r->scenario->chaos.kind_count = count;
}

void read_chaos_kinds(struct reader *r, const struct yaml *value, void *base)
{
    (void) base;
    if (value->kind == YAML_SCALAR && strcmp(value->text, "all") == 0) {
        read_all_kinds(r);
        return;
    }
    if (!need_kind(r, value, YAML_LIST, "a list of fault kinds"))
        return;
    uint32_t *kinds = arena_array(r->arena, value->count, sizeof *kinds);
    if (kinds == NULL)
        return;
    uint32_t count = 0;
    for (uint32_t i = 0; i < value->count; i++) {
        const struct yaml *item = value->entries[i].value;
        if (!need_scalar(r, item, "a kind of fault"))
            continue;
        if (!find_kind(item->text, &kinds[count]))
            complain_unknown_kind(r, item);
        else if (!fault_kinds[kinds[count]]->in_chaos)
            complain(r, item, NULL, "`%s` cannot be drawn at random", item->text);
        else
            count++;
    }
    if (value->count == 0)
        complain(r, value, NULL, "an empty list of kinds draws nothing");
    r->scenario->chaos.kinds = kinds;
    r->scenario->chaos.kind_count = count;
}

void read_chaos_for(struct reader *r, const struct yaml *value, void *base)
{
    struct chaos *chaos = &r->scenario->chaos;
    const char *why;
    (void) base;
    if (!need_scalar(r, value, "any, timeouts, or a range of durations"))
        return;
    if (strcmp(value->text, "any") == 0)
        chaos->lasting = CHAOS_ANY;
    else if (strcmp(value->text, "timeouts") == 0)
        chaos->lasting = CHAOS_TIMEOUTS;
    else if (read_range(value->text, value->length, &chaos->range, &why))
        chaos->lasting = CHAOS_RANGE;
    else
        complain(r, value, NULL, "`%.80s` is neither any, timeouts, nor a range: %s", value->text,
                 why);
}
