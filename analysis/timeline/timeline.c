#include "analysis/timeline/timeline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/trace/text.h"

/* ---- Gathering ------------------------------------------------------------------------------- */

static bool make_room(struct timeline *t, void **items, size_t *capacity, size_t count, size_t size)
{
    if (count <= *capacity)
        return true;
    size_t wanted = *capacity * 2 + 1024 > count ? *capacity * 2 + 1024 : count;
    void *grown = realloc(*items, wanted * size);
    if (grown == NULL) {
        t->out_of_memory = true;
        return false;
    }
    *items = grown;
    *capacity = wanted;
    return true;
}

static size_t keep_body(struct timeline *t, const struct record *r)
{
    if (r->body == NULL)
        return TIMELINE_NO_BODY;
    size_t size = t->scenario->algorithm->messages[r->detail].size, at = t->body_size;
    size_t stride = (size + 15) / 16 * 16;
    void *bodies = t->bodies;
    if (!make_room(t, &bodies, &t->body_capacity, at + stride, 1))
        return TIMELINE_NO_BODY;
    t->bodies = bodies;
    memcpy(t->bodies + at, r->body, size);
    t->body_size += stride;
    return at;
}

static void keep(struct timeline *t, const struct record *r)
{
    if (t->count == TIMELINE_RECORDS_MAX) {
        t->too_many = true;
        return;
    }
    void *records = t->records;
    if (!make_room(t, &records, &t->capacity, t->count + 1, sizeof *t->records))
        return;
    t->records = records;
    struct timeline_record *kept = &t->records[t->count++];
    kept->record = *r;
    kept->record.body = NULL;
    kept->body = keep_body(t, r);
}

/* What a node is can be asked only once its callback is over: at the next record. So it is told
 * from the announcements. */
static void keep_state(struct timeline *t, const struct world *w, const struct record *r)
{
    struct timeline_state s = {.at = r->at, .node = r->node, .term = r->term, .running = true};
    s.paused = world_is_paused(w, r->node);
    if (r->kind == RECORD_LED)
        s.role = ROLE_LEADER;
    else if (r->kind == RECORD_CAMPAIGNED)
        s.role = ROLE_CANDIDATE;
    else if (r->kind == RECORD_PRE_CAMPAIGNED)
        s.role = ROLE_PRE_CANDIDATE;
    else if (r->kind == RECORD_CRASHED)
        s.running = false;
    else if (r->kind == RECORD_PAUSED || r->kind == RECORD_RESUMED) {
        struct node_view v = world_view(w, r->node);
        s.role = v.role;
        s.term = v.term;
        s.running = world_is_running(w, r->node);
    }
    void *states = t->states;
    if (!make_room(t, &states, &t->state_capacity, t->state_count + 1, sizeof s))
        return;
    t->states = states;
    t->states[t->state_count++] = s;
}

#define STATES                                                                                     \
    (INTEREST(LED) | INTEREST(CAMPAIGNED) | INTEREST(PRE_CAMPAIGNED) | INTEREST(FOLLOWED)          \
     | INTEREST(STEPPED_DOWN) | INTEREST(STARTED) | INTEREST(CRASHED) | INTEREST(PAUSED)           \
     | INTEREST(RESUMED))

static void on_record(void *context, const struct world *w, const struct record *r)
{
    struct timeline *t = context;
    if (r->at > t->to || t->out_of_memory)
        return;
    if ((STATES >> r->kind & 1) != 0)
        keep_state(t, w, r);
    sim_ns margin = t->to - t->from;
    if (r->at >= t->from || (r->kind == RECORD_SENT && r->at >= t->from - margin))
        keep(t, r);
}

struct observer timeline_observer(struct timeline *t)
{
    return (struct observer){.context = t, .interest = INTEREST_ALL, .on_record = on_record};
}

bool timeline_gathered(const struct timeline *t, struct failure *failure)
{
    if (t->out_of_memory)
        return failure_set(failure, "out of memory");
    if (t->too_many)
        return failure_set_user(failure,
                                "more than %u events in this window: choose --from and --to closer",
                                TIMELINE_RECORDS_MAX);
    return true;
}

void timeline_clear(struct timeline *t)
{
    free(t->records);
    free(t->bodies);
    free(t->states);
    *t = (struct timeline){0};
}

/* ---- Looking up ------------------------------------------------------------------------------ */

const void *timeline_body(const struct timeline *t, const struct timeline_record *r)
{
    return r->body == TIMELINE_NO_BODY ? NULL : t->bodies + r->body;
}

const struct timeline_record *timeline_sending(const struct timeline *t, uint64_t number)
{
    size_t low = 0, high = t->count;
    while (low < high) { /* records lie in order of their numbers */
        size_t middle = low + (high - low) / 2;
        if (t->records[middle].record.number < number)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < t->count && t->records[low].record.number == number
                 && t->records[low].record.kind == RECORD_SENT;
    return found ? &t->records[low] : NULL;
}

/* ---- Windows --------------------------------------------------------------------------------- */

#define CAUSE_WITHIN (60 * SECOND) /* what began longer before would make the election a line */

const struct election_row *timeline_election(const struct run_result *r, uint64_t number,
                                             struct failure *failure)
{
    if (number > 0 && number <= r->election_count)
        return &r->elections[number - 1];
    if (number > 0 || r->election_count == 0) {
        failure_set_user(failure, "this run has %" PRIu32 " election%s%s", r->election_count,
                         r->election_count == 1 ? "" : "s",
                         r->election_count == 0 ? "; choose --from and --to" : "");
        return NULL;
    }
    for (uint32_t i = 0; i < r->election_count; i++)
        if (r->elections[i].trigger != TRIGGER_STARTUP)
            return &r->elections[i];
    return &r->elections[0];
}

static sim_ns earlier(sim_ns at, const struct record *r)
{
    return r != NULL && r->at < at ? r->at : at;
}

/* Where what led to it begins: with the loss of the leader; where it was not lost, with what set
 * the timer of the first who stood, or asked whether it would win, and with what was wrong by
 * then. */
static sim_ns begin_of_cause(const struct explanation *e, sim_ns begin)
{
    if (e->election->trigger == TRIGGER_STARTUP
        || (e->lost != NULL && (e->timer == NULL || e->lost->at <= e->timer->at)))
        return begin;
    sim_ns at = earlier(begin, e->stood);
    const struct record *const parts[]
        = {e->timer, e->armed, e->asked, e->unwell, e->leader_unwell, e->question};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        at = earlier(at, parts[i]);
    for (uint32_t i = 0; i < e->fates.bad_count; i++)
        at = earlier(at, e->fates.bad[i].sent);
    return begin - at <= CAUSE_WITHIN ? at : begin;
}

void timeline_around_election(const struct run_result *result, const struct election_row *row,
                              const struct explanation *e, sim_ns *from, sim_ns *to)
{
    bool vacant = row->vacant != TIME_NONE && row->vacant < row->started;
    sim_ns lost = vacant ? row->vacant : row->started;
    sim_ns begin = e == NULL ? lost : begin_of_cause(e, lost);
    sim_ns end = row->recognized != TIME_NONE ? row->recognized : row->decided;
    if (end == TIME_NONE || end < begin)
        end = result->ended_at;
    sim_ns margin = (end - begin) / (begin < lost ? 12 : 3) + 20 * MILLISECOND;
    *from = begin > margin ? begin - margin : 0;
    *to = end + margin < result->ended_at ? end + margin : result->ended_at;
}

void timeline_write_text(FILE *out, const struct timeline *t)
{
    for (size_t i = 0; i < t->count; i++) {
        struct record r = t->records[i].record;
        if (r.at < t->from)
            continue;
        r.body = timeline_body(t, &t->records[i]);
        trace_text_write(out, t->scenario, &r);
    }
}
