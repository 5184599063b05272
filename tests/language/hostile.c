/* Input that means harm: refused with words, in bounded time and memory. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/language/reading.h"

/* The report on `head` followed by `piece` until `length` bytes are full. */
static void report_repeated(const char *head, const char *piece, size_t length,
                            char report[REPORT_MAX])
{
    char *text = malloc(length + 64);
    cr_assert_not_null(text);
    size_t used = strlen(head);
    memcpy(text, head, used);
    while (used + strlen(piece) <= length) {
        memcpy(text + used, piece, strlen(piece));
        used += strlen(piece);
    }
    report_mistakes(text, used, NULL, NULL, 0, report);
    free(text);
}

Test(hostile, large_input_is_refused_before_it_is_parsed)
{
    char report[REPORT_MAX];
    report_repeated("a: 1\n", "# x\n", 10 * 1024 * 1024, report);
    cr_expect_str_eq(report, "0:0: scenario is larger than 1 MiB\n");
}

Test(hostile, deep_nesting_is_refused)
{
    static const char *const pieces[] = {"[", "{a: ", "- "};
    char report[REPORT_MAX];
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        report_repeated("", pieces[i], 300000, report);
        cr_expect(strstr(report, "nested deeper than 64 levels") != NULL, "%.200s", report);
    }
}

Test(hostile, a_nul_byte_is_refused_where_it_stands)
{
    static const char text[] = "duration: 1s\nabout: a\0b\n";
    char report[REPORT_MAX];
    report_mistakes(text, sizeof text - 1, NULL, NULL, 0, report);
    cr_expect_str_eq(report, "2:9: a NUL byte cannot stand in a scenario\n");
}

Test(hostile, bad_utf8_of_every_kind_is_refused)
{
    static const char *const bad[] = {"\x80",         "\xc0\xaf",         "\xe0\x80\xaf",
                                      "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xf0\x80\x80\x80",
                                      "\xe2\x82"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char report[REPORT_MAX];
        report_mistakes(bad[i], strlen(bad[i]), NULL, NULL, 0, report);
        cr_expect_str_eq(report, "1:1: this is not UTF-8\n");
    }
}

Test(hostile, more_than_twenty_mistakes_are_counted)
{
    struct diagnostics d = {0};
    char text[2048] = BASE "network:\n";
    for (int i = 0; i < 30; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "  key%d: 1\n", i);
    struct source source = {"x", text, strlen(text)};
    struct document *document = document_open(&source, &d);
    cr_assert_not_null(document);
    cr_expect_null(document_scenario(document, NULL, NULL, 0, NULL, &d));
    cr_expect_eq(d.count, DIAGNOSTICS_MAX);
    cr_expect_eq(d.omitted, 10);
    diagnostics_clear(&d);
    document_free(document);
}

Test(hostile, many_small_values_end_in_words)
{
    char report[REPORT_MAX];
    report_repeated(BASE "faults: [", "{},", 900000, report);
    cr_expect(strlen(report) > 0);
    report_repeated(BASE "expect: [", "a,", 900000, report);
    cr_expect(strlen(report) > 0);
    report_repeated(BASE "network: {latency: uniform(", "1ms,", 20000, report);
    cr_expect(strlen(report) > 0);
}

Test(hostile, lists_that_would_cost_much_have_a_limit)
{
    char report[REPORT_MAX];
    report_repeated(BASE "expect: [1<2", ",1<2", 900000, report);
    cr_expect(strstr(report, "this is not YAML") != NULL, "%.200s", report);
    report_repeated(BASE "expect:\n", "- 1<2\n", 900000, report);
    cr_expect_str_eq(report, "5:1: at most 1000 expectations are taken\n");
}

/* Any prefix of a scenario, and any byte of it replaced, is answered without harm. */
Test(hostile, cut_and_broken_scenarios_are_answered)
{
    static const char whole[]
        = BASE "network: {latency: uniform(1ms, 2ms), links: [{from: n1, to: eu, loss: 5%}]}\n"
               "faults:\n  - {at: 1s, for: 2s, partition: [[n1, n2], [n3]]}\n"
               "expect: [\"availability >= 99%\"]\nvariants: [{name: a, set: {seed: 3}}]\n";
    static const char bytes[] = "\"'[]{}:,&*!|>%@`#-?\n\t\x80(";
    char report[REPORT_MAX], text[sizeof whole];
    for (size_t i = 0; i < sizeof whole; i++)
        report_mistakes(whole, i, NULL, NULL, 0, report);
    for (size_t i = 0; i + 1 < sizeof whole; i += 3)
        for (size_t j = 0; j < sizeof bytes; j++) {
            memcpy(text, whole, sizeof whole);
            text[i] = bytes[j];
            report_mistakes(text, sizeof whole - 1, NULL, NULL, 0, report);
        }
}
