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

uint32_t fault_behind(const struct history *h, const struct record *r)
{
    const struct record *cause = history_cause(h, r);
    if (cause != NULL && cause->kind == RECORD_ADMIN)
        cause = history_cause(h, cause);
    bool fault
        = cause != NULL && (cause->kind == RECORD_FAULT_BEGAN || cause->kind == RECORD_FAULT_ENDED);
    return fault ? cause->detail : NO_FAULT;
}

static bool is_kind(const struct fault_row *row, const char *name)
{
    return strcmp(fault_kinds[row->kind]->name, name) == 0;
}

static bool hits(const struct run_result *result, const struct fault_row *row, const char *kind,
                 node_id node)
{
    return is_kind(row, kind) && list_of(result, row, node) != UINT32_MAX;
}

/* When the pause began that a node is in at an instant, over pauses that overlap; TIME_NONE where
 * it is in none. */
static sim_ns paused_since(const struct run_result *result, node_id node, sim_ns at)
{
    sim_ns since = TIME_NONE;
    for (uint32_t i = result->fault_count; i-- > 0;) { /* rows lie in the order of their begin */
        const struct fault_row *row = &result->faults[i];
        if (hits(result, row, "pause", node) && row->begin <= at && at < row->end)
            since = at = row->begin;
    }
    return since;
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
        if (e->armed->kind == RECORD_TIMER_FIRED && e->armed->at == origin->at) {
            origin = e->armed; /* it went on by a timer of no time */
            continue;
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

/* That it was paused before already, and still is at an instant. */
static const struct record *pause_across(const struct history *h, const struct run_result *result,
                                         node_id node, sim_ns at, bool *incomplete)
{
    sim_ns since = paused_since(result, node, at);
    if (since == TIME_NONE)
        return NULL;
    *incomplete |= h->skipped && since < h->from;
    return last_of(h, node, INTEREST(PAUSED), since, since);
}

/* What befell the one who stood and the leader while the timer ran, or had befallen them before
 * and was not over. */
static void find_unwell(const struct history *h, const struct run_result *result,
                        struct explanation *e)
{
    const uint64_t ailments = INTEREST(PAUSED) | INTEREST(RESUMED) | INTEREST(STARTED)
                              | INTEREST(CLOCK_JUMPED) | INTEREST(CLOCK_DRIFTED);
    const uint64_t of_leader = INTEREST(PAUSED) | INTEREST(RESUMED) | INTEREST(STEPPED_DOWN);
    node_id leader = e->election->previous_leader;
    sim_ns from = e->armed->at, to = e->timer->at;
    e->unwell = last_of(h, e->candidate, ailments, from, to);
    if (e->unwell == NULL)
        e->unwell = pause_across(h, result, e->candidate, from, &e->incomplete);
    if (leader == NODE_NONE)
        return;
    e->leader_unwell = last_of(h, leader, of_leader, from, to);
    if (e->leader_unwell == NULL)
        e->leader_unwell = pause_across(h, result, leader, from, &e->incomplete);
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

/* Whether a hold lies between any two of those whose messages keep the leader. */
static bool divides(const struct run_result *result, const struct scenario *s,
                    const struct fault_row *row, node_id leader, node_id candidate)
{
    bool divided
        = separates(result, row, leader, candidate) || separates(result, row, candidate, leader);
    for (node_id id = s->nodes; id < s->nodes + s->services && !divided; id++)
        divided = separates(result, row, leader, id) || separates(result, row, id, leader)
                  || separates(result, row, candidate, id) || separates(result, row, id, candidate);
    return divided;
}

/* The first fault between two instants that loses or delays what goes between the leader and who
 * stood; or NO_FAULT. */
static uint32_t network_fault(const struct run_result *result, const struct scenario *s,
                              const struct explanation *e, sim_ns from, sim_ns to,
                              enum root_cause cause)
{
    node_id leader = e->election->previous_leader;
    for (uint32_t i = 0; leader != NODE_NONE && i < result->fault_count; i++) {
        const struct fault_row *row = &result->faults[i];
        bool delays = is_kind(row, "latency") || hits(result, row, "slow", leader)
                      || hits(result, row, "slow", e->candidate)
                      || (is_kind(row, "hold") && divides(result, s, row, leader, e->candidate));
        if (row->begin <= to && from < row->end
            && (cause == ROOT_DELAY ? delays : is_kind(row, "loss")))
            return i;
    }
    return NO_FAULT;
}

/* Messages were lost or late; a fault that made them so, if one did. */
static enum root_cause blame(const struct run_result *result, const struct scenario *s,
                             struct explanation *e, enum root_cause cause, sim_ns at)
{
    e->fault = network_fault(result, s, e, at, at, cause);
    return cause;
}

static sim_ns first_bad(const struct explanation *e)
{
    return e->fates.bad_count > 0 ? e->fates.bad[0].sent->at : e->armed->at;
}

/* When what set the timer left the leader: what befell the leader since then may explain that
 * nothing followed. */
static sim_ns last_heard(const struct history *h, const struct explanation *e)
{
    const struct record *sent
        = e->armed->kind == RECORD_DELIVERED && e->armed->peer == e->election->previous_leader
              ? history_cause(h, e->armed)
              : NULL;
    return sent == NULL ? e->armed->at : sent->at;
}

/* The leader sent nothing that was lost or late: it may not have heard what it was to answer, or
 * have been too slow to. */
static enum root_cause of_silence(const struct history *h, const struct run_result *result,
                                  const struct scenario *s, struct explanation *e)
{
    node_id leader = e->election->previous_leader;
    if (e->timer == NULL || e->armed == NULL || leader == NODE_NONE)
        return ROOT_TIMEOUT;
    sim_ns from = last_heard(h, e), to = e->timer->at;
    for (size_t i = history_since(h, from); i < h->count && h->records[i].at <= to; i++) {
        const struct record *r = &h->records[i];
        if (r->node != e->candidate || (r->peer != leader && r->peer < s->nodes))
            continue;
        if (r->kind != RECORD_HELD && (r->kind != RECORD_LOST || r->flags == LOSS_NOT_RUNNING))
            continue;
        e->question = r;
        if (r->kind == RECORD_HELD)
            return blame(result, s, e, ROOT_DELAY, r->at);
        if (r->flags == LOSS_CHANCE)
            return blame(result, s, e, ROOT_LOSS, r->at);
        e->fault = fault_in_the_way(result, r->node, r->peer, r->at, NO_FAULT);
        return ROOT_PARTITION;
    }
    if (e->fates.arrived == 0)
        e->fault = network_fault(result, s, e, from, to, ROOT_DELAY);
    return e->fault == NO_FAULT ? ROOT_TIMEOUT : ROOT_DELAY;
}

/* The leader was healthy and reachable: why then did somebody stand? */
static enum root_cause of_needless(const struct history *h, const struct run_result *result,
                                   const struct scenario *s, struct explanation *e)
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
        return blame(result, s, e, ROOT_LOSS, first_bad(e));
    if (e->unwell != NULL || e->leader_unwell != NULL) {
        const struct record *r = e->unwell != NULL ? e->unwell : e->leader_unwell;
        e->fault = fault_behind(h, r);
        bool clock = r->kind == RECORD_CLOCK_JUMPED || r->kind == RECORD_CLOCK_DRIFTED;
        return clock ? ROOT_CLOCK : r->kind == RECORD_STARTED ? ROOT_RESTART : ROOT_PAUSE;
    }
    if (f->late + f->held > 0)
        return blame(result, s, e, ROOT_DELAY, first_bad(e));
    return of_silence(h, result, s, e);
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
            e.cause = of_needless(h, result, s, &e);
        return e;
    }
    gather_fates(h, s, &e);
    count_held(h, &e);
    find_unwell(h, result, &e);
    if (row->trigger == TRIGGER_TIMEOUT)
        e.cause = of_needless(h, result, s, &e);
    return e;
}
