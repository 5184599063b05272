/* Trace-event JSON (Chromium's "Trace Event Format"): times in microseconds, with the nanoseconds
 * as decimals. Process 1 holds the nodes, two tracks each: what it is, and what it sends and gets.
 */
#include <inttypes.h>
#include <string.h>

#include "analysis/json.h"
#include "analysis/store/writer.h"
#include "analysis/summary/fault_words.h"
#include "analysis/timeline/timeline.h"
#include "analysis/trace/text.h"
#include "scenarios/language/describe.h"

enum { PROCESS_NODES = 1, PROCESS_ELECTIONS, PROCESS_FAULTS };

struct perfetto {
    FILE *out;
    const struct timeline *t;
    const struct run_record *run;
    bool comma;
};

static int role_track(node_id node)
{
    return (int) (2 * node + 1);
}

static int message_track(node_id node)
{
    return (int) (2 * node + 2);
}

static void put_time(FILE *out, const char *key, sim_ns at)
{
    fprintf(out, ",\"%s\":%" PRId64 ".%03d", key, at / 1000, (int) (at % 1000));
}

/* {"ph":"X","pid":1,"tid":3,"name":"…" — the caller goes on and closes it. */
static void begin_event(struct perfetto *p, const char *phase, int process, int track,
                        const char *name)
{
    fprintf(p->out, "%s{\"ph\":\"%s\",\"pid\":%d,\"tid\":%d,\"name\":", p->comma ? ",\n" : "",
            phase, process, track);
    json_quote(p->out, name);
    p->comma = true;
}

static void end_event(struct perfetto *p)
{
    fputc('}', p->out);
}

static void name_process(struct perfetto *p, int process, const char *name)
{
    begin_event(p, "M", process, 0, "process_name");
    fputs(",\"args\":{\"name\":", p->out);
    json_quote(p->out, name);
    fputc('}', p->out);
    end_event(p);
}

static void name_track(struct perfetto *p, int track, const char *node, const char *what)
{
    begin_event(p, "M", PROCESS_NODES, track, "thread_name");
    fprintf(p->out, ",\"args\":{\"name\":\"%s%s\"}", node, what);
    end_event(p);
    begin_event(p, "M", PROCESS_NODES, track, "thread_sort_index");
    fprintf(p->out, ",\"args\":{\"sort_index\":%d}", track);
    end_event(p);
}

/* ---- Roles ----------------------------------------------------------------------------------- */

static void write_role(struct perfetto *p, const struct timeline_state *s, sim_ns until)
{
    static const char *const roles[] = {"follower", "pre-candidate", "candidate", "leader"};
    sim_ns from = s->at < p->t->from ? p->t->from : s->at;
    if (until > p->t->to)
        until = p->t->to;
    if (until <= from)
        return;
    begin_event(p, "X", PROCESS_NODES, role_track(s->node),
                !s->running ? "down"
                : s->paused ? "paused"
                            : roles[s->role]);
    fputs(",\"cat\":\"role\"", p->out);
    put_time(p->out, "ts", from);
    put_time(p->out, "dur", until - from);
    fprintf(p->out, ",\"args\":{\"term\":%" PRIu64 "}", s->term);
    end_event(p);
}

static void write_roles(struct perfetto *p, node_id node)
{
    const struct timeline_state *last = NULL;
    for (size_t i = 0; i < p->t->state_count; i++) {
        const struct timeline_state *s = &p->t->states[i];
        if (s->node != node)
            continue;
        if (last != NULL)
            write_role(p, last, s->at);
        last = s;
    }
    if (last != NULL)
        write_role(p, last, p->t->to);
}

/* ---- Messages and what else happens at a node ------------------------------------------------ */

static void write_fields(struct perfetto *p, const struct timeline_record *r)
{
    const struct message_kind *kind = &p->t->scenario->algorithm->messages[r->record.detail];
    const void *body = timeline_body(p->t, r);
    char peer[NODE_TEXT_MAX];
    write_node(peer, r->record.peer, p->t->scenario->nodes);
    fprintf(p->out, ",\"args\":{\"peer\":\"%s\"", peer);
    for (uint32_t i = 0; body != NULL && i < kind->field_count; i++) {
        char value[64];
        field_write(value, sizeof value, &kind->fields[i], body, p->t->scenario);
        fprintf(p->out, ",\"%s\":", kind->fields[i].name);
        json_quote(p->out, value);
    }
    fputc('}', p->out);
}

static bool began_in_window(const struct timeline *t, const struct record *delivered)
{
    const struct timeline_record *sending = timeline_sending(t, delivered->cause);
    return sending != NULL && sending->record.at >= t->from;
}

/* A slice of a nanosecond, for an arrow to begin or end at; without arrow where `phase` is NULL. */
static void write_end_of_arrow(struct perfetto *p, const struct timeline_record *r,
                               const char *phase, uint64_t id)
{
    const struct record *record = &r->record;
    const char *name = trace_detail_text(p->t->scenario, record);
    begin_event(p, "X", PROCESS_NODES, message_track(record->node), name);
    fprintf(p->out, ",\"cat\":\"%s\"", record_texts[record->kind]);
    put_time(p->out, "ts", record->at);
    fputs(",\"dur\":0.001", p->out);
    write_fields(p, r);
    end_event(p);
    if (phase == NULL)
        return;
    begin_event(p, phase, PROCESS_NODES, message_track(record->node), name);
    fprintf(p->out, ",\"cat\":\"message\",\"id\":%" PRIu64 "%s", id,
            *phase == 'f' ? ",\"bp\":\"e\"" : "");
    put_time(p->out, "ts", record->at);
    end_event(p);
}

static void write_instant(struct perfetto *p, const struct record *r)
{
    char name[128], peer[NODE_TEXT_MAX];
    write_node(peer, r->peer, p->t->scenario->nodes);
    const char *detail = trace_detail_text(p->t->scenario, r);
    (void) snprintf(name, sizeof name, "%s%s%s%s%s", record_texts[r->kind],
                    r->peer == NODE_NONE ? "" : " ", r->peer == NODE_NONE ? "" : peer,
                    *detail == '\0' ? "" : " ", detail);
    begin_event(p, "i", PROCESS_NODES,
                r->kind == RECORD_LOST ? message_track(r->node) : role_track(r->node), name);
    fprintf(p->out, ",\"s\":\"t\",\"cat\":\"%s\"", record_texts[r->kind]);
    put_time(p->out, "ts", r->at);
    if (r->term != 0)
        fprintf(p->out, ",\"args\":{\"term\":%" PRIu64 "}", r->term);
    end_event(p);
}

static void write_record(struct perfetto *p, const struct timeline_record *r)
{
    const struct record *record = &r->record;
    if (record->at < p->t->from || record->node == NODE_NONE)
        return;
    switch (record->kind) {
    case RECORD_SENT:
        write_end_of_arrow(p, r, "s", record->number);
        return;
    case RECORD_DELIVERED:
        write_end_of_arrow(p, r, began_in_window(p->t, record) ? "f" : NULL, record->cause);
        return;
    case RECORD_SYNCED:
    case RECORD_DUPLICATED:
    case RECORD_STARTED:
    case RECORD_FOLLOWED:
        return; /* told by slices, or by nothing worth a mark */
    default:
        write_instant(p, record);
    }
}

/* ---- Elections and faults -------------------------------------------------------------------- */

/* A slice of its own track, from `from` to `to` as far as the window shows it. */
static void begin_span(struct perfetto *p, const char *phase, int process, uint64_t id, sim_ns at,
                       const char *name, const char *category)
{
    begin_event(p, phase, process, 0, name);
    fprintf(p->out, ",\"cat\":\"%s\",\"id\":%" PRIu64, category, id);
    put_time(p->out, "ts", at);
}

static void write_span(struct perfetto *p, int process, uint64_t id, sim_ns from, sim_ns to,
                       const char *name, const char *category)
{
    if (to < p->t->from || from > p->t->to)
        return;
    begin_span(p, "b", process, id, from < p->t->from ? p->t->from : from, name, category);
    end_event(p);
    begin_span(p, "e", process, id, to > p->t->to ? p->t->to : to, name, category);
    end_event(p);
}

static void write_elections(struct perfetto *p)
{
    const struct run_result *r = &p->run->result;
    for (uint32_t i = 0; i < r->election_count; i++) {
        const struct election_row *e = &r->elections[i];
        char name[96], winner[NODE_TEXT_MAX];
        write_node(winner, e->winner, p->t->scenario->nodes);
        (void) snprintf(name, sizeof name, "election %" PRIu32 " (%s): %s %s", e->number,
                        election_trigger_names[e->trigger], election_outcome_names[e->outcome],
                        winner);
        bool vacant = e->vacant != TIME_NONE && e->vacant < e->started;
        write_span(p, PROCESS_ELECTIONS, e->number, vacant ? e->vacant : e->started,
                   e->decided == TIME_NONE ? r->ended_at : e->decided, name, "election");
    }
}

static void write_faults(struct perfetto *p)
{
    const struct run_result *r = &p->run->result;
    for (uint32_t i = 0; i < r->fault_count; i++) {
        const struct fault_row *f = &r->faults[i];
        char name[160];
        char *target = store_fault_target(p->run, f);
        fault_words_short(name, sizeof name, fault_kinds[f->kind]->name,
                          target == NULL ? "" : target);
        store_free_text(target);
        write_span(p, PROCESS_FAULTS, i + UINT64_C(1), f->begin, f->end, name, "fault");
    }
}

void timeline_write_perfetto(FILE *out, const struct timeline *t, const struct run_record *run)
{
    struct perfetto p = {.out = out, .t = t, .run = run};
    fputs("{\"displayTimeUnit\":\"ms\",\"otherData\":{\"scenario\":", out);
    json_quote(out, run->scenario->title);
    fputs(",\"variant\":", out);
    json_quote(out, run->scenario->variant);
    fprintf(out, ",\"algorithm\":\"%s\",\"seed\":\"%" PRIu64 "\"},\n\"traceEvents\":[\n",
            run->scenario->algorithm->name, run->result.seed);
    name_process(&p, PROCESS_NODES, "nodes");
    name_process(&p, PROCESS_ELECTIONS, "elections");
    name_process(&p, PROCESS_FAULTS, "faults");
    for (node_id node = 0; node < run->scenario->nodes + run->scenario->services; node++) {
        char name[NODE_TEXT_MAX];
        write_node(name, node, run->scenario->nodes);
        name_track(&p, role_track(node), name, "");
        name_track(&p, message_track(node), name, " messages");
        write_roles(&p, node);
    }
    write_elections(&p);
    write_faults(&p);
    for (size_t i = 0; i < t->count; i++)
        write_record(&p, &t->records[i]);
    fputs("\n]}\n", out);
}
