#include "analysis/why/cause.h"

#include <string.h>

#include "sim/fault.h"

#define ROOT_NAME(name, text, about) text,
const char *const root_cause_names[ROOT_CAUSE_COUNT] = {ROOT_CAUSES(ROOT_NAME)};
#define ROOT_ABOUT(name, text, about) about,
const char *const root_cause_abouts[ROOT_CAUSE_COUNT] = {ROOT_CAUSES(ROOT_ABOUT)};

#define LATEST (10 * SECOND) /* after the timer nobody asks when a message came */
#define STEPS_MAX 100000u    /* backwards; more is a storm that began long ago */

/* ---- Faults ---------------------------------------------------------------------------------- */

/* Which of the row's lists a node stands in, from 0; UINT32_MAX for none. */
static uint32_t list_of(const struct run_result *result, const struct fault_row *row, node_id node)
{
    uint32_t list = 0;
    for (uint32_t i = 0; i < row->target_count; i++) {
        node_id target = result->fault_targets[row->target_begin + i];
        if (target == NODE_NONE)
            list++;
        else if (target == node)
            return list;
    }
    return UINT32_MAX;
}

static bool separates(const struct run_result *result, const struct fault_row *row, node_id from,
                      node_id to)
{
    const char *kind = fault_kinds[row->kind]->name;
    uint32_t a = list_of(result, row, from), b = list_of(result, row, to);
    if (strcmp(kind, "isolate") == 0)
        return a != UINT32_MAX || b != UINT32_MAX;
    if (strcmp(kind, "block") == 0 || strcmp(kind, "hold") == 0)
        return a == 0 && (b == 1 || b == 0);
    return strcmp(kind, "partition") == 0 && a != b;
}

uint32_t fault_in_the_way(const struct run_result *result, node_id from, node_id to, sim_ns at,
                          uint32_t after)
{
    for (uint32_t i = after == NO_FAULT ? 0 : after + 1; i < result->fault_count; i++) {
        const struct fault_row *row = &result->faults[i];
        if (row->begin <= at && at < row->end && separates(result, row, from, to))
            return i;
    }
    return NO_FAULT;
}

/* The fault that did it, at once. */
static uint32_t fault_behind(const struct history *h, const struct record *r)
{
    const struct record *cause = history_cause(h, r);
    if (cause != NULL && cause->kind == RECORD_ADMIN)
        cause = history_cause(h, cause);
    return cause != NULL && cause->kind == RECORD_FAULT_BEGAN ? cause->detail : NO_FAULT;
}

/* ---- Backwards from a candidacy -------------------------------------------------------------- */

static bool is_candidacy(const struct record *r)
{
    return r->kind == RECORD_CAMPAIGNED || r->kind == RECORD_PRE_CAMPAIGNED;
}

/* The nearest timer, command or start that led to it. NULL where the history ends before. */
static const struct record *origin_of(const struct history *h, const struct record *r)
{
    for (unsigned step = 0; step < STEPS_MAX; step++) {
        if (r->kind == RECORD_TIMER_FIRED || r->kind == RECORD_ADMIN || r->kind == RECORD_STARTED)
            return r;
        const struct record *cause = history_cause(h, r);
        if (cause == NULL)
            return r->cause == r->number ? r : NULL;
        r = cause;
    }
    return NULL;
}

/* The candidacy that a node announced while it handled `r`, or NULL. */
static const struct record *candidacy_in(const struct history *h, const struct record *r)
{
    size_t at = (size_t) (r - h->records);
    for (size_t i = at + 1; i < h->count && h->records[i].at == r->at; i++)
        if (is_candidacy(&h->records[i]) && h->records[i].node == r->node
            && h->records[i].cause == r->number)
            return &h->records[i];
    return NULL;
}

/* What armed the timer; while that was a candidacy of the same node, what led to that one. */
static void walk(const struct history *h, struct explanation *e)
{
    const struct record *origin = origin_of(h, e->stood);
    e->first_stood = e->stood;
    for (unsigned step = 0; step < STEPS_MAX; step++) {
        e->timer = e->armed = NULL;
        if (origin == NULL) {
            e->incomplete = h->skipped;
            return;
        }
        e->candidate = origin->node != NODE_NONE ? origin->node : e->candidate;
        if (origin->kind != RECORD_TIMER_FIRED) {
            e->asked = origin->kind == RECORD_ADMIN ? origin : NULL;
            e->armed = origin;
            return;
        }
        e->timer = origin;
        e->armed = history_cause(h, origin);
        if (e->armed == NULL) {
            e->incomplete = origin->cause != origin->number && h->skipped;
            return;
        }
        const struct record *stood = candidacy_in(h, e->armed);
        if (stood == NULL)
            return;
        e->earlier += stood->kind == RECORD_CAMPAIGNED;
        e->first_stood = stood;
        origin = origin_of(h, stood);
    }
}

/* ---- The leader's messages ------------------------------------------------------------------- */

/* Who stood, or the store that keeps the leader's lease. */
static bool listens(const struct scenario *s, const struct explanation *e, node_id node)
{
    return node == e->candidate || node >= s->nodes;
}

static const struct record *end_of_sending(const struct history *h, size_t sent, sim_ns until)
{
    for (size_t i = sent + 1; i < h->count && h->records[i].at <= until; i++)
        if (h->records[i].cause == h->records[sent].number
            && (h->records[i].kind == RECORD_DELIVERED || h->records[i].kind == RECORD_LOST))
            return &h->records[i];
    return NULL;
}

static void note_fate(struct message_fates *f, const struct record *sent, const struct record *end,
                      sim_ns until)
{
    f->sent++;
    bool late = end == NULL || end->at > until;
    bool bad = late || end->kind == RECORD_LOST;
    if (!late && end->kind == RECORD_DELIVERED)
        f->arrived++;
    else if (!late && end->flags == LOSS_CHANCE)
        f->lost_by_chance++;
    else if (!late && end->flags == LOSS_CUT)
        f->cut++;
    else if (!late)
        f->not_running++;
    else
        f->late++;
    if (bad && f->bad_count < BAD_MESSAGES_MAX) {
        f->bad[f->bad_count].sent = sent;
        f->bad[f->bad_count++].end = end;
    }
}

/* A message that left shortly before the timer fired could not have arrived by then anyway. */
static sim_ns usual_latency(const struct scenario *s)
{
    return distribution_upper(&s->network.latency);
}

static void gather_fates(const struct history *h, const struct scenario *s, struct explanation *e)
{
    node_id leader = e->election->previous_leader;
    if (leader == NODE_NONE || e->timer == NULL || e->armed == NULL)
        return;
    bool heard = e->armed->kind == RECORD_DELIVERED && e->armed->peer == leader;
    uint64_t after = heard ? e->armed->cause : e->armed->number;
    const struct record *first = history_find(h, after);
    size_t from = first == NULL ? history_since(h, e->armed->at) : (size_t) (first - h->records);
    sim_ns latest = e->timer->at - usual_latency(s);
    for (size_t i = from; i < h->count && h->records[i].at <= e->timer->at; i++) {
        const struct record *r = &h->records[i];
        if (r->kind != RECORD_SENT || r->node != leader || r->number <= after
            || !listens(s, e, r->peer))
            continue;
        const struct record *end = end_of_sending(h, i, e->timer->at + LATEST);
        bool in_time = end != NULL && end->at <= e->timer->at;
        if (r->at <= latest || in_time)
            note_fate(&e->fates, r, end, e->timer->at);
    }
}

/* Held messages are told from late ones by what they are waiting for. */
static void count_held(const struct history *h, struct explanation *e)
{
    for (size_t i = history_since(h, e->armed->at);
         i < h->count && h->records[i].at <= e->timer->at; i++)
        e->fates.held += h->records[i].kind == RECORD_HELD
                         && h->records[i].node == e->election->previous_leader
                         && h->records[i].peer == e->candidate;
}

/* ---- What befell the nodes ------------------------------------------------------------------- */

static const struct record *last_of(const struct history *h, node_id node, uint64_t kinds,
                                    sim_ns from, sim_ns to)
{
    const struct record *last = NULL;
    for (size_t i = history_since(h, from); i < h->count && h->records[i].at <= to; i++)
        if (h->records[i].node == node && (kinds >> h->records[i].kind & 1) != 0)
            last = &h->records[i];
    return last;
}

static const struct record *loss_of_leader(const struct history *h, const struct election_row *row)
{
    const uint64_t kinds = INTEREST(CRASHED) | INTEREST(PAUSED) | INTEREST(STEPPED_DOWN);
    if (row->vacant == TIME_NONE)
        return NULL;
    for (size_t i = history_since(h, row->vacant); i < h->count && h->records[i].at == row->vacant;
         i++) {
        const struct record *r = &h->records[i];
        if (r->kind == RECORD_CONNECTIVITY
            || (r->node == row->previous_leader && (kinds >> r->kind & 1) != 0))
            return r;
    }
    return NULL;
}

static enum root_cause of_trigger(enum election_trigger trigger)
{
    static const enum root_cause causes[] = {
        [TRIGGER_STARTUP] = ROOT_STARTUP,     [TRIGGER_CRASH] = ROOT_CRASH,
        [TRIGGER_STOP] = ROOT_STOP,           [TRIGGER_PAUSE] = ROOT_PAUSE,
        [TRIGGER_PARTITION] = ROOT_PARTITION, [TRIGGER_TIMEOUT] = ROOT_TIMEOUT,
        [TRIGGER_TRANSFER] = ROOT_TRANSFER,   [TRIGGER_TAKEOVER] = ROOT_TAKEOVER,
    };
    return causes[trigger];
}

static uint32_t first_cut(const struct run_result *result, const struct message_fates *f)
{
    for (uint32_t i = 0; i < f->bad_count; i++) {
        const struct record *end = f->bad[i].end;
        if (end != NULL && end->kind == RECORD_LOST && end->flags == LOSS_CUT)
            return fault_in_the_way(result, end->node, end->peer, end->at, NO_FAULT);
    }
    return NO_FAULT;
}

/* The leader was healthy and reachable: why then did somebody stand? */
static enum root_cause of_needless(const struct history *h, const struct run_result *result,
                                   struct explanation *e)
{
    const struct message_fates *f = &e->fates;
    if (e->asked != NULL)
        return e->asked->detail == ADMIN_TRANSFER ? ROOT_TRANSFER : ROOT_STOP;
    if (e->leader_unwell != NULL && e->leader_unwell->kind == RECORD_STEPPED_DOWN)
        return ROOT_RESIGNED;
    if (e->armed != NULL && e->armed->kind == RECORD_STARTED)
        return ROOT_RESTART;
    if (f->cut + f->not_running > 0 && f->cut >= f->lost_by_chance) {
        e->fault = first_cut(result, f);
        return f->cut > 0 ? ROOT_PARTITION : ROOT_RESTART;
    }
    if (f->lost_by_chance > 0)
        return ROOT_LOSS;
    if (e->unwell != NULL || e->leader_unwell != NULL) {
        const struct record *r = e->unwell != NULL ? e->unwell : e->leader_unwell;
        e->fault = fault_behind(h, r);
        bool clock = r->kind == RECORD_CLOCK_JUMPED || r->kind == RECORD_CLOCK_DRIFTED;
        return clock ? ROOT_CLOCK : r->kind == RECORD_STARTED ? ROOT_RESTART : ROOT_PAUSE;
    }
    return f->late + f->held > 0 ? ROOT_DELAY : ROOT_TIMEOUT;
}

struct explanation explain_election(const struct history *h, const struct scenario *s,
                                    const struct run_result *result, const struct election_row *row)
{
    struct explanation e = {.election = row,
                            .fault = NO_FAULT,
                            .cause = of_trigger(row->trigger),
                            .stood = history_find(h, row->started_record)};
    e.incomplete = h->skipped && row->vacant != TIME_NONE && row->vacant < h->from;
    if (e.stood == NULL) {
        e.incomplete = true;
        return e;
    }
    e.candidate = e.stood->node;
    walk(h, &e);
    e.lost = loss_of_leader(h, row);
    if (e.lost != NULL)
        e.fault = fault_behind(h, e.lost);
    if (e.lost != NULL && e.lost->kind == RECORD_CONNECTIVITY && e.fault == NO_FAULT)
        for (node_id id = 0; id < s->nodes && e.fault == NO_FAULT; id++)
            e.fault = fault_in_the_way(result, row->previous_leader, id, row->vacant, NO_FAULT);
    if (e.timer == NULL || e.armed == NULL) {
        if (row->trigger == TRIGGER_TIMEOUT)
            e.cause = of_needless(h, result, &e);
        return e;
    }
    gather_fates(h, s, &e);
    count_held(h, &e);
    const uint64_t ailments = INTEREST(PAUSED) | INTEREST(RESUMED) | INTEREST(STARTED)
                              | INTEREST(CLOCK_JUMPED) | INTEREST(CLOCK_DRIFTED);
    e.unwell = last_of(h, e.candidate, ailments, e.armed->at, e.timer->at);
    if (row->previous_leader != NODE_NONE)
        e.leader_unwell = last_of(h, row->previous_leader,
                                  INTEREST(PAUSED) | INTEREST(RESUMED) | INTEREST(STEPPED_DOWN),
                                  e.armed->at, e.timer->at);
    if (row->trigger == TRIGGER_TIMEOUT)
        e.cause = of_needless(h, result, &e);
    return e;
}
