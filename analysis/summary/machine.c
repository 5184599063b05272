/* The summary for machines: JSON, and JUnit's XML for CI. */
#include <inttypes.h>
#include <stdlib.h>

#include "analysis/json.h"
#include "analysis/store/writer.h"
#include "analysis/summary/format.h"
#include "analysis/summary/junit.h"
#include "analysis/summary/summary.h"
#include "scenarios/language/describe.h"
#include "sim/properties.h"

static void time_member(struct json *j, const char *key, sim_ns time)
{
    if (time == TIME_NONE)
        json_text(j, key, NULL);
    else
        json_number(j, key, time);
}

static void node_member(struct json *j, const char *key, node_id id, uint32_t nodes)
{
    char name[NODE_TEXT_MAX];
    write_node(name, id, nodes);
    json_text(j, key, id == NODE_NONE ? NULL : name);
}

static void add_elections(struct json *j, const struct run_record *record)
{
    json_begin(j, "elections", '[');
    for (uint32_t i = 0; i < record->result.election_count; i++) {
        const struct election_row *e = &record->result.elections[i];
        json_begin(j, NULL, '{');
        json_unsigned(j, "number", e->number);
        json_text(j, "trigger", election_trigger_names[e->trigger]);
        json_text(j, "outcome", election_outcome_names[e->outcome]);
        node_member(j, "previous_leader", e->previous_leader, record->scenario->nodes);
        node_member(j, "winner", e->winner, record->scenario->nodes);
        json_unsigned(j, "term", e->term);
        time_member(j, "vacant_ns", e->vacant);
        time_member(j, "started_ns", e->started);
        time_member(j, "decided_ns", e->decided);
        time_member(j, "recognized_ns", e->recognized);
        json_unsigned(j, "rounds", e->rounds);
        json_unsigned(j, "candidates", e->candidates);
        json_unsigned(j, "messages", e->messages);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void add_leaderships(struct json *j, const struct run_record *record)
{
    json_begin(j, "leaderships", '[');
    for (uint32_t i = 0; i < record->result.leadership_count; i++) {
        const struct leadership_row *l = &record->result.leaderships[i];
        json_begin(j, NULL, '{');
        node_member(j, "node", l->node, record->scenario->nodes);
        json_unsigned(j, "term", l->term);
        time_member(j, "begin_ns", l->begin);
        time_member(j, "end_ns", l->end);
        json_text(j, "end_reason", leadership_end_names[l->end_reason]);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void add_faults(struct json *j, const struct run_record *record)
{
    json_begin(j, "faults", '[');
    for (uint32_t i = 0; i < record->result.fault_count; i++) {
        const struct fault_row *f = &record->result.faults[i];
        char *target = store_fault_target(record, f);
        json_begin(j, NULL, '{');
        json_text(j, "kind", fault_kinds[f->kind]->name);
        json_text(j, "target", target);
        time_member(j, "begin_ns", f->begin);
        time_member(j, "end_ns", f->end);
        json_end(j, '}');
        store_free_text(target);
    }
    json_end(j, ']');
}

static void add_endings(struct json *j, const struct run_record *record,
                        const struct endings *endings)
{
    json_begin(j, "ended_processes", '[');
    for (uint32_t i = 0; endings != NULL && i < endings->count && i < ENDINGS_MAX; i++) {
        json_begin(j, NULL, '{');
        node_member(j, "node", endings->items[i].node, record->scenario->nodes);
        time_member(j, "at_ns", endings->items[i].at);
        json_text(j, "why", endings->items[i].why);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void add_traffic(struct json *j, const struct run_record *record)
{
    json_begin(j, "traffic", '[');
    for (uint32_t i = 0; i < record->result.traffic_count; i++) {
        const struct traffic_row *t = &record->result.traffic[i];
        json_begin(j, NULL, '{');
        json_text(j, "message", record->scenario->algorithm->messages[i].name);
        json_unsigned(j, "sent", t->sent);
        json_unsigned(j, "delivered", t->delivered);
        json_unsigned(j, "lost", t->lost);
        json_unsigned(j, "duplicated", t->duplicated);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void add_violations(struct json *j, const struct run_record *record)
{
    json_begin(j, "violations", '[');
    for (uint32_t i = 0; i < record->result.violation_count; i++) {
        const struct violation_row *v = &record->result.violations[i];
        if (!v->promised)
            continue;
        json_begin(j, NULL, '{');
        json_text(j, "property", property_name(v->property));
        time_member(j, "at_ns", v->at);
        node_member(j, "node", v->node, record->scenario->nodes);
        node_member(j, "other_node", v->other_node, record->scenario->nodes);
        json_text(j, "detail", v->detail);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void add_metrics(struct json *j, const struct run_record *record)
{
    json_begin(j, "metrics", '{');
    for (uint32_t i = 0; i < metric_count(); i++)
        json_real(j, metric_infos[i].name, record->result.metrics[i].defined,
                  record->result.metrics[i].lo);
    json_end(j, '}');
}

static void add_expectations(struct json *j, const struct run_record *record)
{
    static const char *const truths[] = {"failed", "passed", "undecided"};
    json_begin(j, "expectations", '[');
    for (uint32_t i = 0; i < record->scenario->expectation_count; i++) {
        const struct expectation_outcome *o = &record->expectations[i];
        json_begin(j, NULL, '{');
        json_text(j, "text", record->scenario->expectations[i].text);
        json_bool(j, "sometimes", record->scenario->expectations[i].sometimes);
        json_text(j, "outcome", truths[o->truth]);
        json_real(j, "value", o->has_value, o->value);
        json_end(j, '}');
    }
    json_end(j, ']');
}

void summary_print_json(const struct run_record *record, const struct endings *endings, FILE *out)
{
    const struct scenario *s = record->scenario;
    const struct run_result *r = &record->result;
    struct json j = {.out = out};
    char hash[20];
    (void) snprintf(hash, sizeof hash, "%016" PRIx64, r->trace_hash);
    json_begin(&j, NULL, '{');
    json_text(&j, "scenario", s->title);
    json_text(&j, "file", s->file);
    json_text(&j, "variant", s->variant);
    json_text(&j, "algorithm", s->algorithm->name);
    json_raw(&j, "parameters", s->parameters);
    json_unsigned(&j, "seed", r->seed);
    json_unsigned(&j, "nodes", s->nodes);
    json_number(&j, "duration_ns", r->ended_at);
    json_text(&j, "version", CONCLAVE_VERSION);
    json_text(&j, "outcome", world_status_names[r->status]);
    json_unsigned(&j, "events", r->events);
    json_unsigned(&j, "messages", r->messages);
    json_text(&j, "trace_hash", hash);
    json_bool(&j, "passed", !run_record_failed(record));
    add_faults(&j, record);
    add_endings(&j, record, endings);
    add_elections(&j, record);
    add_leaderships(&j, record);
    add_traffic(&j, record);
    add_violations(&j, record);
    add_metrics(&j, record);
    add_expectations(&j, record);
    json_end(&j, '}');
}

/* ---- JUnit ----------------------------------------------------------------------------------- */

static void test_case(FILE *out, const struct scenario *s, const char *name, const char *failure,
                      double value, const char *command)
{
    char detail[48];
    (void) snprintf(detail, sizeof detail, "value: %.6g", value);
    const struct junit_case c = {.classname = *s->variant == '\0' ? s->title : s->variant,
                                 .name = name,
                                 .failure = failure,
                                 .detail = detail,
                                 .command = command};
    junit_add(out, &c);
}

static const char *failure_of(const struct expectation *e, const struct expectation_outcome *o)
{
    if (e->sometimes || o->truth == TRUTH_TRUE)
        return NULL;
    return o->truth == TRUTH_FALSE ? "the expectation failed" : summary_undecided_text();
}

void summary_print_junit(const struct run_record *record, const char *command, FILE *out)
{
    const struct scenario *s = record->scenario;
    uint32_t failures = 0;
    uint32_t broken = run_record_broken(record);
    for (uint32_t i = 0; i < s->expectation_count; i++)
        failures += failure_of(&s->expectations[i], &record->expectations[i]) != NULL;
    failures += broken > 0;
    junit_begin(out, s->title, s->expectation_count + UINT64_C(1), failures);
    test_case(out, s, "promises of the algorithm", broken > 0 ? "a promise was broken" : NULL,
              broken, command);
    for (uint32_t i = 0; i < s->expectation_count; i++)
        test_case(out, s, s->expectations[i].text,
                  failure_of(&s->expectations[i], &record->expectations[i]),
                  record->expectations[i].value, command);
    junit_end(out);
}
