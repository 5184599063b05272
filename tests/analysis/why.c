#include "analysis/why/cause.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/runner/run_one.h"
#include "analysis/why/tell.h"
#include "analysis/why/twin.h"
#include "scenarios/language/language.h"

#define RAFT                                                                                       \
    "duration: 30s\ncluster: {nodes: 5}\nalgorithm: raft\n"                                        \
    "raft: {election_timeout: 150ms..300ms, heartbeat_interval: 75ms}\nworkload: {interval: 0s}\n"

/* A run with its whole history. */
struct watched {
    struct document *document;
    struct scenario *scenario;
    struct history history;
    struct run_record record;
};

static void watch(struct watched *w, const char *text, uint64_t seed)
{
    struct diagnostics d = {0};
    struct source source = {"test.yaml", text, strlen(text)};
    *w = (struct watched){.document = document_open(&source, &d)};
    w->scenario
        = w->document == NULL ? NULL : document_scenario(w->document, NULL, NULL, 0, NULL, &d);
    if (w->scenario == NULL)
        diagnostics_print(&d, stderr);
    cr_assert_not_null(w->scenario, "%s", text);
    struct observer observer = history_observer(&w->history);
    struct worker *worker = worker_create(w->scenario, MEMORY_MAX_DEFAULT, &observer, 1);
    cr_assert_not_null(worker);
    cr_assert(worker_run(worker, seed, EVENTS_MAX_DEFAULT, &w->record));
    worker_free(worker);
}

static void unwatch(struct watched *w)
{
    history_clear(&w->history);
    run_record_free(&w->record);
    scenario_free(w->scenario);
    document_free(w->document);
}

static struct explanation explain(const struct watched *w, uint32_t number)
{
    cr_assert_leq(number, w->record.result.election_count);
    return explain_election(&w->history, w->scenario, &w->record.result,
                            &w->record.result.elections[number - 1]);
}

/* The root cause of the second election, which the scenario's fault brings about. */
static void expect_cause(const char *text, enum root_cause cause)
{
    struct watched w;
    watch(&w, text, 1);
    struct explanation e = explain(&w, 2);
    cr_expect_eq(e.cause, cause, "%s: %s, not %s", text, root_cause_names[e.cause],
                 root_cause_names[cause]);
    unwatch(&w);
}

/* Whether the second election of the same run is told to lack its beginning by a history from then
 * on. */
static bool is_incomplete_from(const struct scenario *scenario, sim_ns from)
{
    struct history late = {.from = from};
    struct observer observer = history_observer(&late);
    struct worker *worker = worker_create(scenario, MEMORY_MAX_DEFAULT, &observer, 1);
    struct run_record again;
    cr_assert(worker_run(worker, 1, EVENTS_MAX_DEFAULT, &again));
    bool incomplete
        = explain_election(&late, scenario, &again.result, &again.result.elections[1]).incomplete;
    worker_free(worker);
    run_record_free(&again);
    history_clear(&late);
    return incomplete;
}

Test(why, the_first_election_is_the_start)
{
    struct watched w;
    watch(&w, RAFT, 1);
    struct explanation e = explain(&w, 1);
    cr_expect_eq(e.cause, ROOT_STARTUP);
    cr_assert_not_null(e.timer);
    cr_expect_eq(e.armed->kind, RECORD_STARTED);
    unwatch(&w);
}

Test(why, each_fault_is_told_as_the_root_cause)
{
    expect_cause(RAFT "faults: [{at: 5s, crash: leader}]\n", ROOT_CRASH);
    expect_cause(RAFT "faults: [{at: 5s, stop: leader}]\n", ROOT_STOP);
    expect_cause(RAFT "faults: [{at: 5s, for: 2s, pause: leader}]\n", ROOT_PAUSE);
    expect_cause(RAFT "faults: [{at: 5s, for: 2s, isolate: leader}]\n", ROOT_PARTITION);
    expect_cause(RAFT "faults: [{at: 5s, transfer: n1}, {at: 6s, transfer: n2}]\n", ROOT_TRANSFER);
    expect_cause(RAFT "faults: [{at: 5s, for: 2s, latency: 2s}]\n", ROOT_DELAY);
    expect_cause(RAFT "faults: [{at: 5s, for: 290ms, loss: 100%}]\n", ROOT_LOSS);
}

Test(why, a_follower_that_was_cut_off_explains_the_election_that_its_return_makes)
{
    struct watched w;
    watch(&w, RAFT "faults: [{at: 5s, for: 3s, isolate: follower}]\n", 1);
    struct explanation e = explain(&w, 2);
    cr_expect_eq(e.cause, ROOT_PARTITION);
    cr_expect_eq(e.fault, 0);
    cr_expect_gt(e.earlier, 3, "it stood again and again");
    cr_expect_gt(e.stood->at, 8 * SECOND);
    cr_expect_lt(e.first_stood->at, 6 * SECOND);
    cr_expect_eq(e.fates.cut, e.fates.sent);
    unwatch(&w);
}

#define ACROSS                                                                                     \
    "duration: 20s\ncluster: {nodes: 5}\nalgorithm: raft\n"                                        \
    "raft: {election_timeout: 1740ms..1790ms, heartbeat_interval: 200ms, pre_vote: true}\n"        \
    "network: {latency: 30ms}\nworkload: {interval: 0s}\n"                                         \
    "faults: [{at: %dms, for: 1800ms, pause: leader}]\n"

/* The last heartbeat is on its way when the leader stops, and the timer that it sets fires just
 * before the leader goes on; with pre-vote who stands does so after that. */
Test(why, a_pause_across_the_whole_silence_is_its_cause)
{
    unsigned across = 0;
    for (int at = 5000; at < 5200; at += 10) {
        char text[512];
        (void) snprintf(text, sizeof text, ACROSS, at);
        struct watched w;
        watch(&w, text, 1);
        for (uint32_t number = 2; number <= w.record.result.election_count; number++) {
            struct explanation e = explain(&w, number);
            cr_expect_eq(e.cause, ROOT_PAUSE, "at %d ms: %s", at, root_cause_names[e.cause]);
            cr_expect_eq(e.fault, 0);
            across += e.cause == ROOT_PAUSE && e.election->trigger == TRIGGER_TIMEOUT
                      && e.leader_unwell->at < e.armed->at;
        }
        unwatch(&w);
    }
    cr_expect_gt(across, 0, "none was across the whole silence");
}

/* Asked for alone, the history must reach back to where the pause began. */
Test(why, a_pause_that_began_before_the_history_makes_it_incomplete)
{
    struct watched w;
    struct explanation whole;
    for (int at = 5000;; at += 10) {
        char text[512];
        cr_assert_lt(at, 5200);
        (void) snprintf(text, sizeof text, ACROSS, at);
        watch(&w, text, 1);
        whole = explain(&w, w.record.result.election_count);
        if (whole.leader_unwell != NULL && whole.armed->at > whole.leader_unwell->at)
            break;
        unwatch(&w);
    }
    cr_expect(is_incomplete_from(w.scenario, whole.armed->at));
    unwatch(&w);
}

/* KRaft's leader answers fetches: one that does not reach it is never answered. */
Test(why, what_kept_the_question_from_the_leader_is_a_cause_too)
{
    static const struct {
        const char *fault;
        enum root_cause cause;
    } cases[] = {
        {"block: {from: follower, to: leader}", ROOT_PARTITION},
        {"hold: {from: follower, to: leader}", ROOT_DELAY},
        {"slow: leader, by: 5000x", ROOT_DELAY},
        {"latency: 20s", ROOT_DELAY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        (void) snprintf(text, sizeof text,
                        "duration: 60s\ncluster: {nodes: 3}\nalgorithm: kraft\n"
                        "kraft: {pre_vote: false}\nworkload: {interval: 0s}\n"
                        "faults: [{at: 20s, for: 15s, %s}]\n",
                        cases[i].fault);
        struct watched w;
        unsigned found = 0, asked = 0;
        watch(&w, text, 1);
        for (uint32_t number = 2; number <= w.record.result.election_count; number++) {
            struct explanation e = explain(&w, number);
            cr_expect_neq(e.cause, ROOT_TIMEOUT, "%s, no. %d", cases[i].fault, (int) number);
            found += e.cause == cases[i].cause && e.fault == 0;
            asked += e.question != NULL;
        }
        cr_expect_gt(found, 0, "%s: none of %d elections", cases[i].fault,
                     (int) w.record.result.election_count - 1);
        cr_expect_eq(asked > 0, i < 2, "%s", cases[i].fault);
        unwatch(&w);
    }
}

Test(why, a_timeout_below_the_heartbeat_interval_is_its_own_cause)
{
    struct watched w;
    watch(&w,
          "duration: 5s\ncluster: {nodes: 3}\nalgorithm: raft\n"
          "raft: {election_timeout: 100ms..150ms, heartbeat_interval: 200ms}\n"
          "network: {latency: 5ms}\nworkload: {interval: 0s}\n",
          1);
    uint32_t last = w.record.result.election_count;
    cr_assert_gt(last, 2);
    struct explanation e = explain(&w, last);
    cr_expect_eq(e.cause, ROOT_TIMEOUT, "%s", root_cause_names[e.cause]);
    unwatch(&w);
}

Test(why, a_history_that_begins_too_late_says_so)
{
    struct watched w;
    watch(&w, RAFT "faults: [{at: 5s, crash: leader}]\n", 1);
    cr_expect(is_incomplete_from(w.scenario, w.record.result.elections[1].started));
    unwatch(&w);
}

Test(why, the_story_is_told_backwards_with_the_fault_in_it)
{
    struct watched w;
    struct told told = {0};
    watch(&w, RAFT "faults: [{at: 5s, for: 2s, isolate: leader}]\n", 1);
    struct explanation e = explain(&w, 2);
    tell_election(&told, &w.history, &w.record, &e);
    cr_assert_gt(told.count, 3);
    bool fault = false;
    for (size_t i = 0; i < told.count; i++) {
        fault |= strstr(told.lines[i].text, "fault 1: isolate") != NULL;
        cr_expect(i == 0 || told.lines[i].at <= told.lines[i - 1].at, "%s", told.lines[i].text);
    }
    cr_expect(fault);
    cr_expect(strstr(told.lines[0].text, "became leader of term 2, voted for by") != NULL);
    told_clear(&told);
    unwatch(&w);
}

Test(why, causes_are_the_same_whether_asked_for_in_a_sweep_or_alone)
{
    struct watched w;
    watch(&w, RAFT "network: {loss: 5%}\nchaos: {faults: 20}\n", 9);
    struct worker *worker = worker_create_with_causes(w.scenario, MEMORY_MAX_DEFAULT);
    struct run_record again;
    cr_assert(worker_run(worker, 9, EVENTS_MAX_DEFAULT, &again));
    cr_expect_eq(again.result.trace_hash, w.record.result.trace_hash);
    cr_assert_gt(again.result.election_count, 3);
    for (uint32_t i = 0; i < again.result.election_count; i++)
        cr_expect_eq(again.causes[i], explain(&w, i + 1).cause);
    worker_free(worker);
    run_record_free(&again);
    unwatch(&w);
}

Test(why, a_twin_without_the_fault_loses_its_election)
{
    struct watched a, b;
    watch(&a, RAFT "faults: [{at: 5s, crash: n1}, {at: 9s, crash: leader}]\n", 4);
    watch(&b, RAFT "faults: [{at: 9s, crash: leader}]\n", 4);
    struct twin_pair pairs[16];
    uint32_t most = a.record.result.election_count + b.record.result.election_count;
    cr_assert_leq(most, 16);
    size_t count = twin_pair(&a.record.result, &b.record.result, pairs);
    cr_expect_eq(pairs[0].change, TWIN_SAME);
    size_t same = 0, appeared = 0;
    for (size_t i = 0; i < count; i++) {
        same += pairs[i].here != NULL && pairs[i].there != NULL;
        appeared += pairs[i].change == TWIN_APPEARED;
    }
    cr_expect_eq(same, b.record.result.election_count);
    cr_expect_eq(appeared, 0);
    unwatch(&a);
    unwatch(&b);
}
