#include "analysis/summary/summary.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/summary/format.h"
#include "tests/analysis/finished.h"

static const char failing[]
    = "scenario: Steady\nduration: 2s\ncluster: {nodes: 3}\nalgorithm: raft\n"
      "expect:\n  - safety_violations == 0\n  - term_growth > 1000\n";

#define EXPECT_TEXT(call, wanted)                                                                  \
    do {                                                                                           \
        char text[FIGURE_MAX];                                                                     \
        call;                                                                                      \
        cr_expect_str_eq(text, wanted);                                                            \
    } while (0)

Test(summary, times_have_the_unit_that_suits_them)
{
    EXPECT_TEXT(format_seconds(text, 0), "0 s");
    EXPECT_TEXT(format_seconds(text, 0.00673), "6.73 ms");
    EXPECT_TEXT(format_seconds(text, 0.1833), "183 ms");
    EXPECT_TEXT(format_seconds(text, 1.2344), "1.234 s");
    EXPECT_TEXT(format_seconds(text, 600), "10.0 min");
    EXPECT_TEXT(format_seconds(text, 21600), "6.0 h");
    EXPECT_TEXT(format_time(text, TIME_NONE), "-");
    EXPECT_TEXT(format_instant(text, INT64_C(12345678901)), "12.345 s");
}

Test(summary, counts_are_grouped_by_thousands)
{
    EXPECT_TEXT(format_count(text, 0), "0");
    EXPECT_TEXT(format_count(text, 999), "999");
    EXPECT_TEXT(format_count(text, 1000), "1 000");
    EXPECT_TEXT(format_count(text, UINT64_MAX), "18 446 744 073 709 551 615");
}

Test(summary, a_metric_without_a_value_is_a_dash)
{
    struct metric_value nothing = {0};
    EXPECT_TEXT(format_metric_value(text, UNIT_SECONDS, &nothing), "-");
    EXPECT_TEXT(format_metric(text, UNIT_RATIO, 0.5), "50.00 %");
}

Test(summary, failures_alone_leave_out_what_passed)
{
    struct finished f = finish_run(failing, 1);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    summary_print_failures(&f.record, out);
    (void) fclose(out);
    cr_expect_not_null(strstr(text, "FAIL"));
    cr_expect_not_null(strstr(text, "term_growth > 1000"));
    cr_expect_null(strstr(text, "safety_violations"));
    cr_expect(run_record_failed(&f.record));
    free(text);
    finished_close(&f);
}

Test(summary, colour_is_only_there_when_asked_for)
{
    struct finished f = finish_run(failing, 1);
    for (int colour = 0; colour <= 1; colour++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        summary_print(&f.record, NULL, colour, out);
        (void) fclose(out);
        cr_expect_eq(strchr(text, '\033') != NULL, colour);
        free(text);
    }
    finished_close(&f);
}

Test(summary, the_repeating_command_quotes_what_a_shell_would_read)
{
    struct finished f = finish_run(failing, 1);
    const char *sets[] = {"network.loss=5%", "algorithm=a'b c"};
    char *command = summary_command(f.scenario, 9, sets, 2);
    cr_expect_str_eq(command, "conclave run test.yaml --seed 9 --set network.loss=5% --set "
                              "'algorithm=a'\\''b c'");
    free(command);
    finished_close(&f);
}

static char *summary_of(const struct run_record *record)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert_not_null(out);
    summary_print(record, NULL, false, out);
    cr_assert_eq(fclose(out), 0);
    return text;
}

Test(summary, a_fault_that_hit_nobody_says_so_and_why)
{
    struct finished f = finish_run(
        "duration: 9s\ncluster: {nodes: 5}\nalgorithm: raft\nfaults:\n"
        "  - {at: 1ms, for: 3s, crash: leader}\n"
        "  - {at: 2ms, for: 3s, block: {from: n2, to: n2}}\n"
        "  - {at: 3ms, for: 3s, hold: {from: leader, to: [n1, n2]}}\n"
        "  - {at: 4ms, restart: crashed}\n  - {at: 5ms, for: 1s, partition: [[leader]]}\n"
        "  - {at: 6ms, for: 1s, loss: 1%}\n  - {at: 7ms, for: 1s, block: {from: n1, to: n2}}\n",
        1);
    char *text = summary_of(&f.record);
    static const char *const lines[] = {
        "fault: crash: nobody (there was no leader)\n",
        "fault: block: nobody (both sides were the same node)\n",
        "fault: hold: nobody (there was no leader)\n",
        "fault: restart: nobody (nobody was down)\n",
        "fault: partition: nobody (there was no leader)\n",
        "fault: loss until 1.006 s\n",
        "fault: block n1 | n2 until 1.007 s\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        cr_expect_not_null(strstr(text, lines[i]), "no `%s` in %s", lines[i], text);
    free(text);
    finished_close(&f);
}

Test(summary, a_drawn_fault_that_hit_nobody_says_so_too)
{
    unsigned said = 0;
    for (uint64_t seed = 1; seed <= 40 && said == 0; seed++) {
        struct finished f = finish_run("duration: 20s\ncluster: {nodes: 3}\nalgorithm: raft\n"
                                       "chaos: {faults: 30, kinds: [crash, block]}\n",
                                       seed);
        char *text = summary_of(&f.record);
        cr_expect_null(strstr(text, "  until"), "%s", text);
        said += strstr(text, ": nobody (") != NULL;
        free(text);
        finished_close(&f);
    }
    cr_expect_gt(said, 0);
}

Test(summary, what_does_not_apply_is_left_out_and_figures_have_their_units)
{
    struct finished f = finish_run("duration: 5s\ncluster: {nodes: 3}\nalgorithm: raft\n"
                                   "workload: {interval: 0s}\nexpect:\n"
                                   "  - availability > 99.9%\n  - election_time.max < 1s\n"
                                   "  - availability * 2 < 100\n",
                                   1);
    char *text = summary_of(&f.record), *metrics = strstr(text, "\nMetrics\n");
    cr_assert_not_null(metrics);
    static const char *const absent[] = {"lock",
                                         "double_grant",
                                         "stale_writes",
                                         "client_availability",
                                         "recovery_time",
                                         "between_regions",
                                         "wide_area",
                                         "liveness_checks",
                                         "effective_split_brain_time",
                                         " \n",
                                         "(is 0."};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        cr_expect_null(strstr(metrics, absent[i]), "%s in %s", absent[i], metrics);
    cr_expect_not_null(strstr(metrics, "split_brain_time"));
    cr_expect_not_null(strstr(metrics, " %)\n"), "%s", metrics);
    cr_expect_not_null(strstr(metrics, " ms)\n"), "%s", metrics);
    free(text);
    finished_close(&f);
}

Test(summary, what_applies_is_there)
{
    struct finished f
        = finish_run("duration: 5s\nsettle: 5s\ncluster: {nodes: 3}\nalgorithm: raft\n"
                     "workload: {kind: lock, interval: 100ms, guard: fencing}\n",
                     1);
    char *text = summary_of(&f.record);
    static const char *const present[]
        = {"lock_grants", "double_grants", "stale_lock_writes", "stale_writes", "recovery_time"};
    for (size_t i = 0; i < sizeof present / sizeof *present; i++)
        cr_expect_not_null(strstr(text, present[i]), "no %s in %s", present[i], text);
    free(text);
    finished_close(&f);
}

/* What an algorithm's exit looks like from outside: a message to itself, and the end of the process
 * in one and the same callback. */
Test(summary, a_process_that_ends_by_itself_is_told_and_one_that_was_stopped_is_not)
{
    struct finished f = finish_run("duration: 9s\ncluster: {nodes: 3}\nalgorithm: raft\n", 1);
    struct endings e;
    cr_assert(endings_open(&e, f.scenario));
    struct observer o = endings_observer(&e);
    _Alignas(16) static const unsigned char body[MESSAGE_BODY_MAX];
    const struct record records[] = {
        {.number = 1, .kind = RECORD_ADMIN, .node = 0, .detail = ADMIN_STOP},
        {.number = 2, .kind = RECORD_CRASHED, .node = 0, .detail = CRASH_STOP},
        {.number = 3, .kind = RECORD_STARTED, .node = 0},
        {.number = 4, .kind = RECORD_FAULT_BEGAN, .at = 5, .value = 3},
        {.number = 5, .kind = RECORD_CRASHED, .at = 5, .node = 2, .detail = CRASH_STOP},
        {.number = 6, .kind = RECORD_CRASHED, .at = 6, .node = 1, .detail = CRASH_FAULT},
        {.number = 7, .cause = 6, .kind = RECORD_SENT, .at = 7, .body = body},
        {.number = 8, .cause = 6, .kind = RECORD_CRASHED, .at = 7, .node = 0, .detail = CRASH_STOP},
        {.number = 9, .cause = 9, .kind = RECORD_CRASHED, .at = 8, .node = 1, .detail = CRASH_STOP},
    };
    cr_assert_str_eq(fault_kinds[records[3].value]->name, "stop");
    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        o.on_record(o.context, NULL, &records[i]);
    cr_expect_eq(e.count, 2);
    cr_expect_neq(*e.items[0].why, '\0');
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cr_assert_not_null(out);
    summary_print(&f.record, &e, false, out);
    cr_assert_eq(fclose(out), 0);
    cr_expect_not_null(strstr(text, "n1's process ended: "), "%s", text);
    cr_expect_not_null(strstr(text, "n2's process ended by itself\n"), "%s", text);
    cr_expect_null(strstr(text, "n3's process"), "%s", text);
    free(text);
    endings_close(&e);
    finished_close(&f);
}
