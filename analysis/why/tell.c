#include "analysis/why/tell.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "analysis/summary/fault_words.h"
#include "analysis/summary/format.h"
#include "analysis/trace/text.h"
#include "scenarios/language/describe.h"

/* ---- Words ----------------------------------------------------------------------------------- */

struct teller {
    struct told *told;
    const struct history *history;
    const struct run_record *record;
    const struct explanation *e;
    FILE *out; /* of the line that is being written */
    char *text;
    size_t size;
};

static void put_node(FILE *out, const struct run_record *record, node_id id)
{
    char text[NODE_TEXT_MAX];
    write_node(text, id, record->scenario->nodes);
    fputs(text, out);
}

static void put_time(FILE *out, sim_ns time)
{
    char text[FIGURE_MAX];
    format_time(text, time);
    fputs(text, out);
}

static void put_instant(FILE *out, sim_ns at)
{
    fprintf(out, "%.6f s", (double) at / 1e9);
}

void tell_fault(FILE *out, const struct run_record *record, uint32_t row)
{
    const struct fault_row *f = &record->result.faults[row];
    fprintf(out, "fault %" PRIu32 ": ", row + 1);
    (void) fault_words_write(out, record, f);
    fprintf(out, f->end > f->begin ? " from %.9g s to %.9g s" : " at %.9g s",
            (double) f->begin / 1e9, (double) f->end / 1e9);
}

static FILE *begin_line(struct teller *t)
{
    t->text = NULL;
    t->out = open_memstream(&t->text, &t->size);
    if (t->out == NULL)
        t->told->out_of_memory = true;
    return t->out;
}

static void end_line(struct teller *t, sim_ns at)
{
    struct told *told = t->told;
    if (fclose(t->out) != 0)
        told->out_of_memory = true;
    if (!told->out_of_memory && told->count == told->capacity) {
        size_t capacity = told->capacity * 2 + 8;
        struct told_line *grown = realloc(told->lines, capacity * sizeof *grown);
        told->out_of_memory = grown == NULL;
        if (grown != NULL) {
            told->lines = grown;
            told->capacity = capacity;
        }
    }
    if (told->out_of_memory)
        free(t->text);
    else
        told->lines[told->count++] = (struct told_line){at, t->text};
}

void told_clear(struct told *told)
{
    for (size_t i = 0; i < told->count; i++)
        free(told->lines[i].text);
    free(told->lines);
    *told = (struct told){0};
}

/* ---- The end of the election ----------------------------------------------------------------- */

static void put_votes(struct teller *t)
{
    const struct election_row *row = t->e->election;
    unsigned votes = 0;
    for (size_t i = 0; i < t->history->count; i++) {
        const struct record *r = &t->history->records[i];
        if (r->kind != RECORD_VOTED || r->term != row->term || r->at > row->decided
            || (r->peer != row->winner && r->node != row->winner))
            continue;
        fputs(votes++ == 0 ? ", voted for by " : ", ", t->out);
        put_node(t->out, t->record, r->node);
    }
}

static void tell_end(struct teller *t)
{
    const struct election_row *row = t->e->election;
    FILE *out = begin_line(t);
    if (out == NULL)
        return;
    if (row->outcome == ELECTION_WON) {
        put_node(out, t->record, row->winner);
        fprintf(out, " became leader of term %" PRIu64, row->term);
        put_votes(t);
    } else {
        fputs(row->outcome == ELECTION_FAILED
                  ? "it ended without a new leader: the old one still led, or came back"
                  : "the run ended before it was decided",
              out);
    }
    if (row->rounds > 1)
        fprintf(out, "; it took %" PRIu32 " rounds, with %" PRIu32 " candidate%s", row->rounds,
                row->candidates, row->candidates == 1 ? "" : "s");
    end_line(t, row->outcome == ELECTION_WON ? row->decided : row->started);
}

/* ---- How it began ---------------------------------------------------------------------------- */

static const char *message_name(const struct teller *t, const struct record *r)
{
    return trace_detail_text(t->record->scenario, r);
}

static void put_armed(struct teller *t)
{
    const struct record *armed = t->e->armed;
    fputs(" after it was set ", t->out);
    if (armed->kind == RECORD_DELIVERED) {
        fprintf(t->out, "by %s from ", message_name(t, armed));
        put_node(t->out, t->record, armed->peer);
    } else if (armed->kind == RECORD_STARTED) {
        fputs("by its start", t->out);
    } else if (armed->kind == RECORD_TIMER_FIRED) {
        fprintf(t->out, "by its %s timer", message_name(t, armed));
    } else {
        fprintf(t->out, "when it %s", record_texts[armed->kind]);
    }
    fputs(" at ", t->out);
    put_instant(t->out, armed->at);
}

static void put_reason(struct teller *t)
{
    const struct explanation *e = t->e;
    if (e->asked != NULL) {
        fprintf(t->out, ": the operator's `%s` to ", message_name(t, e->asked));
        put_node(t->out, t->record, e->asked->node);
        fputs(" at ", t->out);
        put_instant(t->out, e->asked->at);
    } else if (e->timer == NULL && e->armed != NULL && e->armed->kind == RECORD_STARTED) {
        fputs(": ", t->out);
        put_node(t->out, t->record, e->armed->node);
        fputs(" had started at ", t->out);
        put_instant(t->out, e->armed->at);
    } else if (e->timer != NULL) {
        fputs(": ", t->out);
        if (e->timer->node != e->stood->node) {
            put_node(t->out, t->record, e->timer->node);
            fputs("'s", t->out);
        } else {
            fputs("its", t->out);
        }
        fprintf(t->out, " %s timer fired", message_name(t, e->timer));
        if (e->timer->at != e->first_stood->at) {
            fputs(" at ", t->out);
            put_instant(t->out, e->timer->at);
        }
        if (e->armed != NULL) {
            fputs(", ", t->out);
            put_time(t->out, e->timer->at - e->armed->at);
            put_armed(t);
        }
    }
}

static void tell_candidacy(struct teller *t)
{
    const struct explanation *e = t->e;
    FILE *out = begin_line(t);
    if (out == NULL)
        return;
    put_node(out, t->record, e->stood->node);
    fprintf(out, " stood for term %" PRIu64, e->stood->term);
    if (e->first_stood == e->stood) {
        put_reason(t);
        end_line(t, e->stood->at);
        return;
    }
    fprintf(out, ", its candidacy before had failed (%" PRIu32 " in all since the first)",
            e->earlier);
    end_line(t, e->stood->at);
    out = begin_line(t);
    if (out == NULL)
        return;
    put_node(out, t->record, e->first_stood->node);
    fprintf(out, " had stood first for term %" PRIu64, e->first_stood->term);
    put_reason(t);
    end_line(t, e->first_stood->at);
}

/* ---- The leader's messages ------------------------------------------------------------------- */

static void put_way(struct teller *t, const struct record *r)
{
    put_node(t->out, t->record, r->node);
    fputs("→", t->out);
    put_node(t->out, t->record, r->peer);
}

static void put_cuts(struct teller *t, const struct record *end)
{
    uint32_t fault = NO_FAULT;
    bool any = false;
    while ((fault = fault_in_the_way(&t->record->result, end->node, end->peer, end->at, fault))
           != NO_FAULT) {
        fputs(any ? "; " : " (", t->out);
        tell_fault(t->out, t->record, fault);
        any = true;
    }
    fputs(any ? ")" : "", t->out);
}

static void tell_bad(struct teller *t, const struct record *sent, const struct record *end)
{
    FILE *out = begin_line(t);
    if (out == NULL)
        return;
    fprintf(out, "%s on ", message_name(t, sent));
    put_way(t, sent);
    if (end == NULL) {
        fputs(" had not arrived ten seconds later", out);
    } else if (end->kind == RECORD_DELIVERED) {
        fputs(" arrived too late, at ", out);
        put_instant(out, end->at);
        fputs(": it took ", out);
        put_time(out, end->at - sent->at);
    } else if (end->kind == RECORD_HELD) {
        fputs(" had to wait", out);
        put_cuts(t, end);
    } else if (end->flags == LOSS_CHANCE) {
        fputs(" was lost by chance", out);
    } else if (end->flags == LOSS_CUT) {
        fputs(" was cut off", out);
        put_cuts(t, end);
    } else {
        fputs(" reached no running process", out);
    }
    end_line(t, sent->at);
}

static void tell_fates(struct teller *t)
{
    const struct explanation *e = t->e;
    const struct message_fates *f = &e->fates;
    if (e->timer == NULL || e->armed == NULL || e->election->previous_leader == NODE_NONE
        || e->armed == e->timer)
        return;
    FILE *out = begin_line(t);
    if (out == NULL)
        return;
    fputs("in that time the leader ", out);
    put_node(out, t->record, e->election->previous_leader);
    if (f->sent == 0) {
        fputs(" sent it nothing", out);
    } else {
        fprintf(out, " sent it %" PRIu32 " message%s: %" PRIu32 " arrived", f->sent,
                f->sent == 1 ? "" : "s", f->arrived);
        const struct {
            uint32_t count;
            const char *what;
        } fates[] = {{f->lost_by_chance, "lost by chance"},
                     {f->cut, "cut off"},
                     {f->not_running, "to a process that did not run"},
                     {f->late, "too late"}};
        for (size_t i = 0; i < sizeof fates / sizeof *fates; i++)
            if (fates[i].count > 0)
                fprintf(out, ", %" PRIu32 " %s", fates[i].count, fates[i].what);
    }
    if (f->sent > f->arrived + f->bad_count)
        fprintf(out, "; the first %" PRIu32 " of those", f->bad_count);
    end_line(t, e->armed->at);
    for (uint32_t i = 0; i < f->bad_count; i++)
        tell_bad(t, f->bad[i].sent, f->bad[i].end);
}

/* ---- What befell the nodes ------------------------------------------------------------------- */

static void tell_ailment(struct teller *t, const struct record *r, const char *whose)
{
    FILE *out = r == NULL ? NULL : begin_line(t);
    if (out == NULL)
        return;
    if (r->node != NODE_NONE)
        put_node(out, t->record, r->node);
    else
        put_node(out, t->record, t->e->election->previous_leader);
    fputs(whose, out);
    if (r->kind == RECORD_CONNECTIVITY)
        fputs(" lost its majority", out);
    else if (r->kind == RECORD_PAUSED)
        fputs(" was paused", out);
    else
        fprintf(out, " %s", record_texts[r->kind]);
    if (r->kind == RECORD_STEPPED_DOWN)
        fprintf(out, " (%s)", message_name(t, r));
    uint32_t fault = r == t->e->lost ? t->e->fault : fault_behind(t->history, r);
    if (fault != NO_FAULT) {
        fputs(": ", out);
        tell_fault(out, t->record, fault);
    }
    end_line(t, r->at);
}

/* The latest first; lines of one instant stay in their order. */
static void sort_lines(struct told_line *lines, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct told_line line = lines[i];
        size_t at = i;
        for (; at > 0 && lines[at - 1].at < line.at; at--)
            lines[at] = lines[at - 1];
        lines[at] = line;
    }
}

void tell_election(struct told *told, const struct history *h, const struct run_record *record,
                   const struct explanation *e)
{
    struct teller t = {.told = told, .history = h, .record = record, .e = e};
    tell_end(&t);
    if (e->stood == NULL)
        return;
    tell_candidacy(&t);
    size_t fixed = told->count;
    if (e->cause != ROOT_STARTUP && e->asked == NULL)
        tell_fates(&t);
    if (e->question != NULL)
        tell_bad(&t, e->question, e->question);
    tell_ailment(&t, e->unwell, ", who stood,");
    if (e->leader_unwell != e->lost)
        tell_ailment(&t, e->leader_unwell, ", the leader,");
    tell_ailment(&t, e->lost, ", the leader,");
    sort_lines(told->lines + fixed, told->count - fixed);
}
