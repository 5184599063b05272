/* The part of the summary that tells the story: leaders and faults in the order of time. */
#include "analysis/summary/happenings.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analysis/summary/fault_words.h"
#include "analysis/summary/format.h"
#include "scenarios/language/describe.h"

#define LINES_MAX 40u

enum happening_kind { FAULT_BEGAN, PROCESS_ENDED, LEADERSHIP_ENDED, LEADERSHIP_BEGAN };

struct happening {
    sim_ns at;
    enum happening_kind kind;
    uint32_t index;
};

static int by_time(const void *a, const void *b)
{
    const struct happening *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static void print_fault(const struct run_record *record, const struct fault_row *f, FILE *out)
{
    char until[FIGURE_MAX];
    fputs("fault: ", out);
    if (fault_words_write(out, record, f) && f->end > f->begin) {
        format_instant(until, f->end);
        fprintf(out, " until %s", until);
    }
    fputc('\n', out);
}

static void print_ending(const struct run_record *record, const struct ending *e, FILE *out)
{
    char node[NODE_TEXT_MAX];
    write_node(node, e->node, record->scenario->nodes);
    fprintf(out, "%s's process ended%s%s\n", node, *e->why == '\0' ? " by itself" : ": ", e->why);
}

static void print_one(const struct run_record *record, const struct endings *endings,
                      const struct happening *h, FILE *out)
{
    const struct run_result *r = &record->result;
    const struct leadership_row *l = &r->leaderships[h->index];
    char at[FIGURE_MAX], lasted[FIGURE_MAX], node[NODE_TEXT_MAX];
    format_instant(at, h->at);
    fprintf(out, "  %12s  ", at);
    if (h->kind == FAULT_BEGAN) {
        print_fault(record, &r->faults[h->index], out);
        return;
    }
    if (h->kind == PROCESS_ENDED) {
        print_ending(record, &endings->items[h->index], out);
        return;
    }
    write_node(node, l->node, record->scenario->nodes);
    if (h->kind == LEADERSHIP_BEGAN) {
        fprintf(out, "%s leads, term %" PRIu64 "\n", node, l->term);
        return;
    }
    format_time(lasted, l->end - l->begin);
    fprintf(out, "%s leads no more (%s), after %s\n", node, leadership_end_names[l->end_reason],
            lasted);
}

/* Into `all`, unsorted; returns how many. */
static uint32_t gather(const struct run_record *record, const struct endings *endings,
                       struct happening *all)
{
    const struct run_result *r = &record->result;
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->fault_count; i++)
        all[count++] = (struct happening){r->faults[i].begin, FAULT_BEGAN, i};
    for (uint32_t i = 0; endings != NULL && i < endings->count && i < ENDINGS_MAX; i++)
        all[count++] = (struct happening){endings->items[i].at, PROCESS_ENDED, i};
    for (uint32_t i = 0; i < r->leadership_count; i++) {
        all[count++] = (struct happening){r->leaderships[i].begin, LEADERSHIP_BEGAN, i};
        if (r->leaderships[i].end_reason != LEADERSHIP_RUN_ENDED)
            all[count++] = (struct happening){r->leaderships[i].end, LEADERSHIP_ENDED, i};
    }
    return count;
}

void happenings_print(const struct run_record *record, const struct endings *endings, FILE *out)
{
    const struct run_result *r = &record->result;
    size_t room = (size_t) r->fault_count + 2 * (size_t) r->leadership_count + ENDINGS_MAX;
    struct happening *all = calloc(room, sizeof *all);
    if (all == NULL)
        return;
    uint32_t count = gather(record, endings, all);
    qsort(all, count, sizeof *all, by_time);
    fputs("\nWhat happened\n", out);
    for (uint32_t i = 0; i < count && i < LINES_MAX; i++)
        print_one(record, endings, &all[i], out);
    if (count == 0)
        fputs("  nothing: no leader was elected, no fault began\n", out);
    if (count > LINES_MAX)
        fprintf(out, "  … and %" PRIu32 " more; --trace FILE writes everything\n",
                count - LINES_MAX);
    for (uint32_t i = LINES_MAX; i < count; i++)
        if (all[i].kind == PROCESS_ENDED)
            print_one(record, endings, &all[i], out);
    free(all);
}
