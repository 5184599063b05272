#include "scenarios/language/units.h"

#include <criterion/criterion.h>
#include <string.h>

Test(units, durations_are_read_exactly)
{
    static const struct {
        const char *text;
        sim_ns value;
    } good[]
        = {{"1.5s", 1500 * MILLISECOND}, {"0", 0},           {"0s", 0},
           {"250us", 250 * MICROSECOND}, {"2m", 2 * MINUTE}, {"1h", HOUR},
           {"0.000000001s", 1},          {"3d", 3 * DAY},    {"9223372036854775807ns", INT64_MAX}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        sim_ns value = -1;
        const char *why = NULL;
        cr_expect(read_duration(good[i].text, strlen(good[i].text), &value, &why), "%s: %s",
                  good[i].text, why);
        cr_expect_eq(value, good[i].value, "%s", good[i].text);
    }
}

Test(units, what_is_no_duration_leaves_the_value_alone)
{
    static const char *const bad[] = {"",
                                      "s",
                                      "1",
                                      "-1s",
                                      "1.s",
                                      "1 s",
                                      "1.5ns",
                                      ".5s",
                                      "1s2ms",
                                      "1y",
                                      "0x1s",
                                      "9223372036854775808ns",
                                      "99999999999999999999s",
                                      "106752d"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sim_ns value = 77;
        const char *why = NULL;
        cr_expect_not(read_duration(bad[i], strlen(bad[i]), &value, &why), "%s", bad[i]);
        cr_expect_eq(value, 77);
        cr_expect_not_null(why);
    }
}

Test(units, a_duration_written_reads_back_to_itself)
{
    uint64_t state = 1;
    for (int i = 0; i < 20000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        sim_ns value = (sim_ns) (state >> 1) >> (state % 60);
        if (i % 3 == 0)
            value = -value;
        if (i % 2 == 0)
            value = value / MILLISECOND * MILLISECOND;
        char text[UNIT_TEXT_MAX];
        sim_ns again = value + 1;
        const char *why = "";
        write_duration(text, value);
        cr_assert(read_signed_duration(text, strlen(text), &again, &why), "%s: %s", text, why);
        cr_assert_eq(again, value, "%s", text);
    }
}

Test(units, durations_are_written_as_people_write_them)
{
    static const struct {
        sim_ns value;
        const char *text;
    } cases[] = {{0, "0s"},
                 {1500 * MILLISECOND, "1.5s"},
                 {150 * MILLISECOND, "150ms"},
                 {MINUTE, "1m"},
                 {90 * SECOND, "90s"},
                 {-5 * SECOND, "-5s"},
                 {HOUR, "1h"},
                 {1, "1ns"},
                 {1001, "1001ns"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[UNIT_TEXT_MAX];
        write_duration(text, cases[i].value);
        cr_expect_str_eq(text, cases[i].text);
    }
}

Test(units, rates_factors_drifts_and_numbers_read_back_to_themselves)
{
    const char *why = "";
    char text[UNIT_TEXT_MAX];
    for (uint64_t i = 0; i <= 20000; i++) {
        uint64_t rate = i * ((UINT64_C(1) << 32) / 20000) + (i % 7), rate_again;
        write_rate(text, rate);
        cr_assert(read_rate(text, strlen(text), &rate_again, &why), "%s: %s", text, why);
        cr_assert_eq(rate_again, rate, "%s", text);
        uint32_t factor = (uint32_t) (i * 200003), factor_again;
        write_factor(text, factor);
        cr_assert(read_factor(text, strlen(text), &factor_again, &why), "%s: %s", text, why);
        cr_assert_eq(factor_again, factor, "%s", text);
        int64_t drift = (int64_t) i * 12345 - 100000000, drift_again;
        write_drift(text, drift);
        cr_assert(read_drift(text, strlen(text), &drift_again, &why), "%s: %s", text, why);
        cr_assert_eq(drift_again, drift, "%s", text);
        int64_t fixed = (int64_t) i * 1234567891, fixed_again;
        write_fixed(text, fixed);
        cr_assert(read_fixed(text, strlen(text), &fixed_again, &why), "%s: %s", text, why);
        cr_assert_eq(fixed_again, fixed, "%s", text);
    }
}

Test(units, rates_know_certainty_and_refuse_more)
{
    uint64_t rate = 0;
    const char *why;
    cr_assert(read_rate("100%", 4, &rate, &why));
    cr_assert_eq(rate, UINT64_C(1) << 32);
    cr_assert(read_rate("0.5", 3, &rate, &why));
    cr_assert_eq(rate, UINT64_C(1) << 31);
    cr_assert_not(read_rate("100.1%", 6, &rate, &why));
    cr_assert_not(read_rate("1.01", 4, &rate, &why));
    cr_assert_not(read_rate("-1%", 3, &rate, &why));
    cr_assert_eq(rate, UINT64_C(1) << 31);
}

Test(units, ranges_have_their_ends_in_order)
{
    struct sim_range range = {7, 7};
    const char *why;
    cr_assert(read_range("5ms..10ms", 9, &range, &why));
    cr_assert_eq(range.min, 5 * MILLISECOND);
    cr_assert_eq(range.max, 10 * MILLISECOND);
    cr_assert(read_range("5ms", 3, &range, &why));
    cr_assert_eq(range.max, 5 * MILLISECOND);
    cr_assert_not(read_range("10ms..5ms", 9, &range, &why));
    cr_assert_not(read_range("5ms..", 5, &range, &why));
    cr_assert_not(read_range("-5ms..5ms", 9, &range, &why));
    cr_assert(read_signed_range("-5ms..5ms", 9, &range, &why));
    cr_assert_eq(range.min, -5 * MILLISECOND);
}

static bool reads(const char *name, const char *text, size_t length)
{
    const char *why;
    sim_ns time;
    struct sim_range range;
    uint64_t number;
    uint32_t factor;
    int64_t drift;
    if (strcmp(name, "duration") == 0)
        return read_duration(text, length, &time, &why);
    if (strcmp(name, "range") == 0)
        return read_range(text, length, &range, &why);
    if (strcmp(name, "rate") == 0)
        return read_rate(text, length, &number, &why);
    if (strcmp(name, "factor") == 0)
        return read_factor(text, length, &factor, &why);
    if (strcmp(name, "drift") == 0)
        return read_drift(text, length, &drift, &why);
    return strcmp(name, "count") == 0 && read_count(text, length, &number, &why);
}

Test(units, every_example_that_people_are_shown_is_read)
{
    unsigned count = 0;
    for (const struct number_info *n = number_infos; n->name != NULL; n++)
        for (const char *at = n->examples; *at != '\0'; at += strspn(at, ", "), count++) {
            size_t length = strcspn(at, ",");
            cr_expect(reads(n->name, at, length), "%s: %.*s", n->name, (int) length, at);
            at += length;
        }
    cr_expect_geq(count, 12);
}
