#include "analysis/summary/fault_words.h"

#include <string.h>

#include "analysis/store/writer.h"
#include "sim/chaos.h"

static bool takes_nodes(const char *kind)
{
    for (uint32_t i = 0; fault_kinds[i] != NULL; i++) {
        const struct fault_kind *k = fault_kinds[i];
        for (uint32_t f = 0; strcmp(k->name, kind) == 0 && f < k->field_count; f++)
            if (k->fields[f].type == FIELD_NODES || k->fields[f].type == FIELD_GROUPS)
                return true;
    }
    return false;
}

/* From one side to the other; the same node on both sides reaches itself all the same. */
static bool is_directed(const char *kind)
{
    return strcmp(kind, "block") == 0 || strcmp(kind, "hold") == 0;
}

/* The first word of a list, and how many there are up to `end`. */
static unsigned words_of(const char *list, const char *end, const char **first, size_t *length)
{
    unsigned count = 0;
    *length = 0;
    for (const char *at = list; (at += strspn(at, " ")) < end;) {
        size_t size = strcspn(at, " |");
        if (count++ == 0) {
            *first = at;
            *length = size;
        }
        at += size;
    }
    return count;
}

bool fault_hits_nobody(const char *kind, const char *target)
{
    if (!takes_nodes(kind))
        return false;
    const char *from = NULL, *to = NULL, *bar = strchr(target, '|'), *end = target + strlen(target);
    size_t from_length, to_length;
    if (!is_directed(kind) || bar == NULL)
        return target[strspn(target, " |")] == '\0';
    unsigned senders = words_of(target, bar, &from, &from_length);
    unsigned receivers = words_of(bar + 1, end, &to, &to_length);
    if (senders == 0 || receivers == 0)
        return true;
    return senders == 1 && receivers == 1 && from_length == to_length
           && strncmp(from, to, from_length) == 0;
}

void fault_words_short(char *text, size_t size, const char *kind, const char *target)
{
    if (fault_hits_nobody(kind, target))
        (void) snprintf(text, size, "%s: nobody", kind);
    else
        (void) snprintf(text, size, "%s%s%s", kind, *target == '\0' ? "" : " ", target);
}

/* ---- Why nobody ------------------------------------------------------------------------------ */

static const char *missing(const struct selector *selector)
{
    static const char *const words[] = {
        [SELECTOR_LEADER] = "there was no leader",
        [SELECTOR_FOLLOWER] = "there was no follower",
        [SELECTOR_RANDOM] = "nobody was running",
        [SELECTOR_CRASHED] = "nobody was down",
    };
    uint32_t kind = selector->count == 1 ? selector->items[0].kind : UINT32_MAX;
    return kind < sizeof words / sizeof *words ? words[kind] : NULL;
}

/* NULL where the scenario's words do not tell; the node, if it is on both sides, is in the target.
 */
static const char *why_nobody(const struct run_record *record, const struct fault_row *fault)
{
    const struct scenario *s = record->scenario;
    struct selector_item items[CHAOS_ITEMS];
    struct fault_spec drawn;
    const struct fault_spec *spec = &drawn;
    if (fault->spec < s->fault_count)
        spec = &s->faults[fault->spec];
    else
        chaos_draw(s, record->result.seed, fault->spec - s->fault_count, &drawn, items);
    const struct fault_arguments *a = &spec->arguments;
    const node_id *targets = record->result.fault_targets + fault->target_begin;
    if (fault->target_count == 3 && targets[0] == targets[2])
        return "both sides were the same node";
    const struct selector *const parts[]
        = {&a->target, &a->from, &a->to, a->groups.count > 0 ? &a->groups.listed[0] : &a->target};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (missing(parts[i]) != NULL)
            return missing(parts[i]);
    return NULL;
}

bool fault_words_write(FILE *out, const struct run_record *record, const struct fault_row *fault)
{
    const char *kind = fault_kinds[fault->kind]->name;
    char *target = store_fault_target(record, fault);
    bool nobody = target != NULL && fault_hits_nobody(kind, target);
    const char *why = nobody ? why_nobody(record, fault) : NULL;
    if (nobody)
        fprintf(out, "%s: nobody%s%s%s", kind, why == NULL ? "" : " (", why == NULL ? "" : why,
                why == NULL ? "" : ")");
    else
        fprintf(out, "%s%s%s", kind, target == NULL || *target == '\0' ? "" : " ",
                target == NULL ? "" : target);
    store_free_text(target);
    return !nobody;
}
