/* The part of the summary that tells the story: leaders and faults in the order of time. */
#include "analysis/summary/happenings.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analysis/summary/fault_words.h"
#include "analysis/summary/format.h"
#include "scenarios/language/describe.h"

#define LINES_MAX 40u

enum happening_kind { FAULT_BEGAN, LEADERSHIP_ENDED, LEADERSHIP_BEGAN };

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

static void print_one(const struct run_record *record, const struct happening *h, FILE *out)
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
    write_node(node, l->node, record->scenario->nodes);
    if (h->kind == LEADERSHIP_BEGAN) {
        fprintf(out, "%s leads, term %" PRIu64 "\n", node, l->term);
        return;
    }
    format_time(lasted, l->end - l->begin);
    fprintf(out, "%s leads no more (%s), after %s\n", node, leadership_end_names[l->end_reason],
            lasted);
}

void happenings_print(const struct run_record *record, FILE *out)
{
    const struct run_result *r = &record->result;
    uint32_t count = 0, room = r->fault_count + 2 * r->leadership_count;
    struct happening *all = calloc((size_t) room + 1, sizeof *all);
    if (all == NULL)
        return;
    for (uint32_t i = 0; i < r->fault_count; i++)
        all[count++] = (struct happening){r->faults[i].begin, FAULT_BEGAN, i};
    for (uint32_t i = 0; i < r->leadership_count; i++) {
        all[count++] = (struct happening){r->leaderships[i].begin, LEADERSHIP_BEGAN, i};
        if (r->leaderships[i].end_reason != LEADERSHIP_RUN_ENDED)
            all[count++] = (struct happening){r->leaderships[i].end, LEADERSHIP_ENDED, i};
    }
    qsort(all, count, sizeof *all, by_time);
    fputs("\nWhat happened\n", out);
    for (uint32_t i = 0; i < count && i < LINES_MAX; i++)
        print_one(record, &all[i], out);
    if (count == 0)
        fputs("  nothing: no leader was elected, no fault began\n", out);
    if (count > LINES_MAX)
        fprintf(out, "  … and %" PRIu32 " more; --trace FILE writes everything\n",
                count - LINES_MAX);
    free(all);
}
