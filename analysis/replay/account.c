#include "analysis/replay/account.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/store/writer.h"
#include "scenarios/language/describe.h"
#include "sim/properties.h"

static void add(struct account *a, sim_ns at, char *text)
{
    if (a->count == a->capacity) {
        size_t capacity = a->capacity * 2 + 64;
        struct account_line *grown = realloc(a->lines, capacity * sizeof *grown);
        if (grown != NULL) {
            a->lines = grown;
            a->capacity = capacity;
        }
    }
    if (text == NULL || a->count == a->capacity) {
        a->out_of_memory = true;
        free(text);
        return;
    }
    a->lines[a->count++] = (struct account_line){at, text};
}

static void addf(struct account *a, sim_ns at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void addf(struct account *a, sim_ns at, const char *format, ...)
{
    char *text = NULL;
    size_t size;
    va_list arguments;
    FILE *out = open_memstream(&text, &size);
    if (out != NULL) {
        va_start(arguments, format);
        (void) vfprintf(out, format, arguments);
        va_end(arguments);
        if (fclose(out) != 0) {
            free(text);
            text = NULL;
        }
    }
    add(a, at, text);
}

static int in_order(const void *a, const void *b)
{
    const struct account_line *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return strcmp(x->text, y->text);
}

static bool finish(struct account *a, struct failure *failure)
{
    if (a->count > 0)
        qsort(a->lines, a->count, sizeof *a->lines, in_order);
    return !a->out_of_memory || failure_set(failure, "out of memory");
}

/* ---- From the database ----------------------------------------------------------------------- */

static bool take(void *context, const struct database_row *row)
{
    struct account *a = context;
    const char *text = row_text(row, 1);
    if (!row_is_null(row, 0))
        add(a, row_number(row, 0), strdup(text == NULL ? "" : text));
    return !a->out_of_memory;
}

/* The words of account_of_run(), put together by SQL. */
static const char *const queries[] = {
    "SELECT begin_ns, node || ' leads term ' || term FROM leadership WHERE run_id = ?9",
    "SELECT end_ns, node || ' leads term ' || term || ' no more: ' || end_reason FROM leadership"
    " WHERE run_id = ?9",
    "SELECT started_ns, 'election ' || number || ' begins, trigger ' || trigger || ' of ' ||"
    " ifnull(vacant_ns, '-') FROM election WHERE run_id = ?9",
    "SELECT ifnull(decided_ns, started_ns), 'election ' || number || ' ' || outcome || ': winner '"
    " || ifnull(winner, '-') || ', before ' || ifnull(previous_leader, '-') || ', term ' || term"
    " || ', ' || rounds || ' rounds, ' || candidates || ' candidates, ' || messages ||"
    " ' messages' FROM election WHERE run_id = ?9",
    "SELECT recognized_ns, 'a majority follows the winner of election ' || number FROM election"
    " WHERE run_id = ?9",
    "SELECT begin_ns, 'fault ' || kind || ' begins: ' || target FROM fault WHERE run_id = ?9",
    "SELECT end_ns, 'fault ' || kind || ' ends: ' || target FROM fault WHERE run_id = ?9",
    "SELECT at_ns, property || ' is broken by ' || ifnull(node, '-') || ', '"
    " || ifnull(other_node, '-') FROM violation WHERE run_id = ?9",
};

bool account_of_stored(struct account *a, struct database *d, int64_t run, struct failure *failure)
{
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        if (!database_each(d, queries[i], NULL, run, take, a, failure))
            return false;
    return finish(a, failure);
}

/* ---- From a run ------------------------------------------------------------------------------ */

struct node_name {
    char text[NODE_TEXT_MAX];
};

static struct node_name name_of(const struct run_record *record, node_id id)
{
    struct node_name name = {0};
    write_node(name.text, id, record->scenario->nodes);
    return name;
}

static void add_election(struct account *a, const struct run_record *record,
                         const struct election_row *e)
{
    char vacant[32] = "-";
    if (e->vacant != TIME_NONE)
        (void) snprintf(vacant, sizeof vacant, "%" PRId64, e->vacant);
    addf(a, e->started, "election %" PRIu32 " begins, trigger %s of %s", e->number,
         election_trigger_names[e->trigger], vacant);
    addf(a, e->decided == TIME_NONE ? e->started : e->decided,
         "election %" PRIu32 " %s: winner %s, before %s, term %" PRIu64 ", %" PRIu32
         " rounds, %" PRIu32 " candidates, %" PRIu64 " messages",
         e->number, election_outcome_names[e->outcome], name_of(record, e->winner).text,
         name_of(record, e->previous_leader).text, e->term, e->rounds, e->candidates, e->messages);
    if (e->recognized != TIME_NONE)
        addf(a, e->recognized, "a majority follows the winner of election %" PRIu32, e->number);
}

static void add_fault(struct account *a, const struct run_record *record, const struct fault_row *f)
{
    char *target = store_fault_target(record, f);
    const char *kind = fault_kinds[f->kind]->name;
    addf(a, f->begin, "fault %s begins: %s", kind, target == NULL ? "" : target);
    addf(a, f->end, "fault %s ends: %s", kind, target == NULL ? "" : target);
    store_free_text(target);
}

bool account_of_run(struct account *a, const struct run_record *record, struct failure *failure)
{
    const struct run_result *r = &record->result;
    for (uint32_t i = 0; i < r->leadership_count; i++) {
        const struct leadership_row *l = &r->leaderships[i];
        const struct node_name node = name_of(record, l->node);
        addf(a, l->begin, "%s leads term %" PRIu64, node.text, l->term);
        addf(a, l->end, "%s leads term %" PRIu64 " no more: %s", node.text, l->term,
             leadership_end_names[l->end_reason]);
    }
    for (uint32_t i = 0; i < r->election_count; i++)
        add_election(a, record, &r->elections[i]);
    for (uint32_t i = 0; i < r->fault_count; i++)
        add_fault(a, record, &r->faults[i]);
    for (uint32_t i = 0; i < r->violation_count; i++) {
        const struct violation_row *v = &r->violations[i];
        if (v->promised)
            addf(a, v->at, "%s is broken by %s, %s", property_name(v->property),
                 name_of(record, v->node).text, name_of(record, v->other_node).text);
    }
    return finish(a, failure);
}

void account_free(struct account *a)
{
    for (size_t i = 0; i < a->count; i++)
        free(a->lines[i].text);
    free(a->lines);
    *a = (struct account){0};
}

size_t account_difference(const struct account *a, const struct account *b)
{
    size_t both = a->count < b->count ? a->count : b->count;
    for (size_t i = 0; i < both; i++)
        if (in_order(&a->lines[i], &b->lines[i]) != 0)
            return i;
    return a->count == b->count ? SIZE_MAX : both;
}
