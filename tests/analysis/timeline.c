#include "analysis/timeline/timeline.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/why/explain.h"
#include "scenarios/language/language.h"

static const char crash[] = "scenario: '<script>&\"x\"'\nduration: 8s\ncluster: {nodes: 3}\n"
                            "algorithm: raft\nnetwork: {latency: 'uniform(1ms, 5ms)'}\n"
                            "faults: [{at: 5s, crash: leader}]\n";

static const char busy[] = "duration: 8s\ncluster: {nodes: 3}\nalgorithm: raft\n"
                           "raft: {heartbeat_interval: 10ms}\n"
                           "faults: [{at: 5s, crash: leader}]\n";

struct drawn {
    struct document *document;
    struct scenario *scenario;
    struct run_record record;
    struct timeline timeline;
    char *text;
};

/* The first run finds the window, as in the command; from == to: around election `number`. */
static struct drawn prepare(const char *yaml, uint64_t number, sim_ns from, sim_ns to)
{
    struct source source = {.name = "test", .text = yaml, .length = strlen(yaml)};
    struct diagnostics diagnostics = {0};
    struct failure failure = {0};
    struct drawn d = {0};
    d.document = document_open(&source, &diagnostics);
    cr_assert_not_null(d.document);
    d.scenario = document_scenario(d.document, NULL, NULL, 0, NULL, &diagnostics);
    cr_assert_not_null(d.scenario);
    struct worker *first = worker_create(d.scenario, MEMORY_MAX_DEFAULT, NULL, 0);
    cr_assert(worker_run(first, 7, EVENTS_MAX_DEFAULT, &d.record));
    if (from == to) {
        struct history h = {0};
        struct explanation e;
        const struct election_row *row = timeline_election(&d.record.result, number, &failure);
        cr_assert_not_null(row);
        cr_assert(explain_again(&d.record, EVENTS_MAX_DEFAULT, row, &h, &e, &failure));
        timeline_around_election(&d.record.result, row, &e, &from, &to);
        history_clear(&h);
    }
    run_record_free(&d.record);
    worker_free(first);
    d.timeline = (struct timeline){.scenario = d.scenario, .from = from, .to = to};
    return d;
}

static void gather(struct drawn *d, bool svg)
{
    struct failure failure = {0};
    size_t size = 0;
    struct observer observer = timeline_observer(&d->timeline);
    struct worker *worker = worker_create(d->scenario, MEMORY_MAX_DEFAULT, &observer, 1);
    cr_assert(worker_run(worker, 7, EVENTS_MAX_DEFAULT, &d->record));
    cr_assert(timeline_gathered(&d->timeline, &failure));
    FILE *out = open_memstream(&d->text, &size);
    if (svg)
        timeline_write_svg(out, &d->timeline, &d->record);
    else
        timeline_write_text(out, &d->timeline);
    cr_assert_eq(fclose(out), 0);
    worker_free(worker);
}

static void release(struct drawn *d)
{
    timeline_clear(&d->timeline);
    run_record_free(&d->record);
    scenario_free(d->scenario);
    document_free(d->document);
    free(d->text);
}

static struct drawn drawn(const char *yaml, uint64_t number, sim_ns from, sim_ns to, bool svg)
{
    struct drawn d = prepare(yaml, number, from, to);
    gather(&d, svg);
    return d;
}

static unsigned occurrences(const char *text, const char *part)
{
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part))
        count++;
    return count;
}

Test(timeline, the_first_election_after_the_start_is_drawn_with_what_led_to_it)
{
    struct drawn d = drawn(crash, 0, 0, 0, true);
    cr_expect_leq(d.timeline.from, 5 * SECOND);
    cr_expect_not_null(strstr(d.text, ">crash n"));
    cr_expect_not_null(strstr(d.text, ">leader, term 1<"));
    cr_expect_not_null(strstr(d.text, ">leader, term 2<"));
    cr_expect_not_null(strstr(d.text, "votes for"));
    cr_expect_not_null(strstr(d.text, "<title>RequestVote n"));
    cr_expect_not_null(strstr(d.text, "last_log_index="));
    release(&d);
}

/* Who stands has asked first whether it would win, while the leader slept; when it stands, the
 * leader is awake. */
Test(timeline, an_election_without_the_loss_of_a_leader_is_drawn_from_its_cause_on)
{
    struct drawn d = drawn("duration: 20s\ncluster: {nodes: 5}\nalgorithm: raft\n"
                           "raft: {election_timeout: 1740ms..1790ms, heartbeat_interval: 200ms, "
                           "pre_vote: true}\nnetwork: {latency: 30ms}\n"
                           "faults: [{at: 5080ms, for: 1800ms, pause: leader}]\n",
                           2, 0, 0, true);
    const struct election_row *row = &d.record.result.elections[1];
    cr_expect_eq(row->trigger, TRIGGER_TIMEOUT);
    cr_expect_gt(row->started, 6880 * MILLISECOND);
    cr_expect_leq(d.timeline.from, 5080 * MILLISECOND);
    cr_expect_gt(d.timeline.from, 4 * SECOND);
    cr_expect_not_null(strstr(d.text, "pre-candidate, term"));
    cr_expect_not_null(strstr(d.text, ">pause n"));
    release(&d);
}

Test(timeline, every_element_that_is_opened_is_closed)
{
    struct drawn d = drawn(crash, 0, 0, 0, true);
    static const char *const names[] = {"svg", "g", "title", "text", "style", "clipPath"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        char open[16], with[16], close[16];
        (void) snprintf(open, sizeof open, "<%s>", names[i]);
        (void) snprintf(with, sizeof with, "<%s ", names[i]);
        (void) snprintf(close, sizeof close, "</%s>", names[i]);
        cr_expect_eq(occurrences(d.text, open) + occurrences(d.text, with),
                     occurrences(d.text, close), "%s", names[i]);
    }
    release(&d);
}

Test(timeline, a_title_from_a_scenario_cannot_be_markup)
{
    struct drawn d = drawn(crash, 0, 0, 0, true);
    cr_expect_null(strstr(d.text, "<script>"));
    cr_expect_not_null(strstr(d.text, "&lt;script&gt;&amp;"));
    release(&d);
}

Test(timeline, the_same_run_gives_the_same_picture)
{
    struct drawn a = drawn(crash, 0, 0, 0, true), b = drawn(crash, 0, 0, 0, true);
    cr_expect_str_eq(a.text, b.text);
    release(&a);
    release(&b);
}

Test(timeline, a_long_window_leaves_heartbeats_out_and_says_so)
{
    struct drawn d = drawn(busy, 0, 0, 8 * SECOND, true);
    cr_expect_not_null(strstr(d.text, "are left out"));
    cr_expect_null(strstr(d.text, "<title>AppendEntries n"));
    cr_expect_not_null(strstr(d.text, "<title>RequestVote n"));
    release(&d);
}

Test(timeline, the_text_has_the_window_s_records_and_no_others)
{
    struct drawn d = drawn(crash, 0, 4 * SECOND, 4 * SECOND + 200 * MILLISECOND, false);
    cr_assert_not_null(d.text);
    unsigned lines = 0;
    for (char *line = strtok(d.text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        double at = strtod(line, NULL);
        cr_expect(at >= 4 && at <= 4.2, "%s", line);
        lines++;
    }
    cr_expect_gt(lines, 10);
    release(&d);
}

Test(timeline, a_delivery_knows_its_sending)
{
    struct drawn d = drawn(crash, 0, 4 * SECOND, 5 * SECOND, true);
    unsigned deliveries = 0;
    for (size_t i = 0; i < d.timeline.count; i++) {
        const struct record *r = &d.timeline.records[i].record;
        if (r->kind != RECORD_DELIVERED)
            continue;
        const struct timeline_record *sent = timeline_sending(&d.timeline, r->cause);
        cr_assert_not_null(sent);
        cr_expect_eq(sent->record.node, r->peer);
        cr_expect_eq(sent->record.peer, r->node);
        sim_ns took = r->at - sent->record.at;
        cr_expect(took >= MILLISECOND && took <= 5 * MILLISECOND);
        deliveries++;
    }
    cr_expect_gt(deliveries, 20);
    release(&d);
}

Test(timeline, an_election_that_is_not_there_is_told_with_how_many_there_are)
{
    struct run_result none = {.ended_at = SECOND};
    struct failure failure = {0};
    cr_expect_null(timeline_election(&none, 3, &failure));
    cr_expect(failure.user);
    failure_clear(&failure);
}
