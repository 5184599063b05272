#include "scenarios/language/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FRACTION_DIGITS_MAX 18

__extension__ typedef unsigned __int128 wide;

/* A decimal number as written: digits / 10^places, exactly. */
struct decimal {
    bool negative;
    uint64_t whole, fraction;
    unsigned places; /* digits of `fraction`, trailing zeros left out */
};

struct unit {
    const char *name;
    sim_ns size;
};

/* From large to small, for writing. */
static const struct unit duration_units[]
    = {{"d", DAY},          {"h", HOUR},         {"m", MINUTE},     {"s", SECOND},
       {"ms", MILLISECOND}, {"us", MICROSECOND}, {"ns", NANOSECOND}};
#define DURATION_UNIT_COUNT (sizeof duration_units / sizeof *duration_units)

static const char *const not_a_number = "is not a number";
static const char *const too_large = "is too large";

static uint64_t power_of_ten(unsigned places)
{
    uint64_t power = 1;
    while (places-- > 0)
        power *= 10;
    return power;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits behind the point from text[at] on; at moves behind them. */
static bool read_fraction(const char *text, size_t length, size_t *at, struct decimal *number,
                          const char **why)
{
    size_t begin = *at, end = begin;
    while (end < length && is_digit(text[end]))
        end++;
    *at = end;
    if (end == begin) {
        *why = not_a_number;
        return false;
    }
    while (end > begin && text[end - 1] == '0')
        end--;
    if (end - begin > FRACTION_DIGITS_MAX) {
        *why = "has too many digits";
        return false;
    }
    for (size_t i = begin; i < end; i++)
        number->fraction = number->fraction * 10 + (uint64_t) (text[i] - '0');
    number->places = (unsigned) (end - begin);
    return true;
}

/* Reads sign, digits and fraction; *rest is where the unit begins. */
static bool read_decimal(const char *text, size_t length, bool with_sign, struct decimal *number,
                         size_t *rest, const char **why)
{
    *number = (struct decimal){0};
    size_t at = 0;
    if (length > 0 && (text[0] == '-' || text[0] == '+')) {
        number->negative = text[0] == '-';
        if (number->negative && !with_sign) {
            *why = "must not be negative";
            return false;
        }
        at = 1;
    }
    size_t begin = at;
    for (; at < length && is_digit(text[at]); at++) {
        if (__builtin_mul_overflow(number->whole, (uint64_t) 10, &number->whole)
            || __builtin_add_overflow(number->whole, (uint64_t) (text[at] - '0'), &number->whole)) {
            *why = too_large;
            return false;
        }
    }
    if (at == begin) {
        *why = not_a_number;
        return false;
    }
    if (at < length && text[at] == '.') {
        at++;
        if (!read_fraction(text, length, &at, number, why))
            return false;
    }
    *rest = at;
    return true;
}

static bool unit_is(const char *text, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(text, name, length) == 0;
}

/* number * size, which must come out whole and no larger than `limit`. */
static bool scale_exactly(const struct decimal *number, uint64_t size, uint64_t limit,
                          const char *too_fine, uint64_t *value, const char **why)
{
    wide fraction = (wide) number->fraction * size;
    uint64_t power = power_of_ten(number->places);
    if (fraction % power != 0) {
        *why = too_fine;
        return false;
    }
    wide total = (wide) number->whole * size + fraction / power;
    if (total > limit) {
        *why = too_large;
        return false;
    }
    *value = (uint64_t) total;
    return true;
}

static bool has_dots(const char *text, size_t length)
{
    for (size_t i = 0; i + 1 < length; i++)
        if (text[i] == '.' && text[i + 1] == '.')
            return true;
    return false;
}

static bool read_time(const char *text, size_t length, bool with_sign, sim_ns *value,
                      const char **why)
{
    struct decimal number;
    size_t rest;
    if (!read_decimal(text, length, with_sign, &number, &rest, why))
        return false;
    const struct unit *unit = NULL;
    for (size_t i = 0; i < DURATION_UNIT_COUNT; i++)
        if (unit_is(text + rest, length - rest, duration_units[i].name))
            unit = &duration_units[i];
    if (unit == NULL && rest == length && number.whole == 0 && number.fraction == 0)
        unit = &duration_units[DURATION_UNIT_COUNT - 1]; /* 0 is 0 in every unit */
    if (unit == NULL) {
        *why = rest == length           ? "needs a unit: ns us ms s m h d"
               : has_dots(text, length) ? "is a range, and one time is wanted here"
                                        : "has no such unit; times are in ns us ms s m h d";
        return false;
    }
    uint64_t size;
    if (!scale_exactly(&number, (uint64_t) unit->size, INT64_MAX, "is finer than 1ns", &size, why))
        return false;
    *value = number.negative ? -(sim_ns) size : (sim_ns) size;
    return true;
}

bool read_duration(const char *text, size_t length, sim_ns *value, const char **why)
{
    return read_time(text, length, false, value, why);
}

bool read_signed_duration(const char *text, size_t length, sim_ns *value, const char **why)
{
    return read_time(text, length, true, value, why);
}

/* Where `..` stands, or `length`. */
static size_t find_dots(const char *text, size_t length)
{
    for (size_t i = 0; i + 1 < length; i++)
        if (text[i] == '.' && text[i + 1] == '.')
            return i;
    return length;
}

static bool read_any_range(const char *text, size_t length, bool with_sign, struct sim_range *value,
                           const char **why)
{
    size_t dots = find_dots(text, length);
    struct sim_range range;
    if (!read_time(text, dots, with_sign, &range.min, why))
        return false;
    range.max = range.min;
    if (dots < length && !read_time(text + dots + 2, length - dots - 2, with_sign, &range.max, why))
        return false;
    if (range.min > range.max) {
        *why = "is a range whose start is after its end";
        return false;
    }
    *value = range;
    return true;
}

bool read_range(const char *text, size_t length, struct sim_range *value, const char **why)
{
    return read_any_range(text, length, false, value, why);
}

bool read_signed_range(const char *text, size_t length, struct sim_range *value, const char **why)
{
    return read_any_range(text, length, true, value, why);
}

/* number * 2^32 / divisor, rounded to the nearest; number below 2^31 * divisor. */
static uint64_t to_fixed(const struct decimal *number, uint64_t divisor)
{
    uint64_t power = power_of_ten(number->places);
    wide digits = (wide) number->whole * power + number->fraction;
    wide scale = (wide) power * divisor;
    wide whole = digits / scale, rest = digits % scale;
    /* rest < 10^20, so rest * 2^32 fits. */
    return ((uint64_t) whole << 32) + (uint64_t) (((rest << 32) + scale / 2) / scale);
}

bool read_rate(const char *text, size_t length, uint64_t *value, const char **why)
{
    struct decimal number;
    size_t rest;
    if (!read_decimal(text, length, false, &number, &rest, why))
        return false;
    bool percent = unit_is(text + rest, length - rest, "%");
    if (!percent && rest != length) {
        *why = "has no such unit; a rate is a percentage (5%) or a fraction (0.05)";
        return false;
    }
    uint64_t divisor = percent ? 100 : 1;
    if (number.whole > divisor || (number.whole == divisor && number.fraction > 0)) {
        *why = "is more than 100%";
        return false;
    }
    *value = to_fixed(&number, divisor);
    return true;
}

bool read_factor(const char *text, size_t length, uint32_t *value, const char **why)
{
    struct decimal number;
    size_t rest;
    if (!read_decimal(text, length, false, &number, &rest, why))
        return false;
    bool percent = unit_is(text + rest, length - rest, "%");
    if (!percent && rest != length && !unit_is(text + rest, length - rest, "x")) {
        *why = "has no such unit; a factor is written 10x, 1.5x or 80%";
        return false;
    }
    uint64_t thousandths;
    if (!scale_exactly(&number, percent ? 10 : 1000, UINT32_MAX, "is finer than 0.001x",
                       &thousandths, why))
        return false;
    *value = (uint32_t) thousandths;
    return true;
}

bool read_drift(const char *text, size_t length, int64_t *ppb, const char **why)
{
    static const struct {
        const char *name;
        uint64_t size;
    } units[] = {{"ppb", 1}, {"ppm", 1000}, {"%", 10000000}};
    struct decimal number;
    size_t rest;
    if (!read_decimal(text, length, true, &number, &rest, why))
        return false;
    uint64_t size = number.whole == 0 && number.fraction == 0 && rest == length ? 1 : 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (unit_is(text + rest, length - rest, units[i].name))
            size = units[i].size;
    if (size == 0) {
        *why = "needs a unit: ppm ppb %";
        return false;
    }
    uint64_t value;
    if (!scale_exactly(&number, size, INT64_MAX, "is finer than 1ppb", &value, why))
        return false;
    *ppb = number.negative ? -(int64_t) value : (int64_t) value;
    return true;
}

bool read_count(const char *text, size_t length, uint64_t *value, const char **why)
{
    struct decimal number;
    size_t rest;
    if (!read_decimal(text, length, false, &number, &rest, why))
        return false;
    if (rest != length || text[length - 1] == '.' || number.fraction != 0
        || memchr(text, '.', length) != NULL) {
        *why = "is not a whole number";
        return false;
    }
    *value = number.whole;
    return true;
}

bool read_fixed(const char *text, size_t length, int64_t *value, const char **why)
{
    struct decimal number;
    size_t rest;
    if (!read_decimal(text, length, true, &number, &rest, why))
        return false;
    if (rest != length) {
        *why = "is a plain number, without a unit";
        return false;
    }
    if (number.whole >= INT32_MAX) {
        *why = too_large;
        return false;
    }
    uint64_t fixed = to_fixed(&number, 1);
    *value = number.negative ? -(int64_t) fixed : (int64_t) fixed;
    return true;
}

/* digits / 10^places as text, without trailing zeros; places <= 18. */
static void write_decimal(char *text, size_t size, bool negative, uint64_t digits, unsigned places,
                          const char *unit)
{
    while (places > 0 && digits % 10 == 0) {
        digits /= 10;
        places--;
    }
    uint64_t power = power_of_ten(places);
    const char *sign = negative ? "-" : "";
    if (places == 0)
        snprintf(text, size, "%s%" PRIu64 "%s", sign, digits, unit);
    else
        snprintf(text, size, "%s%" PRIu64 ".%0*" PRIu64 "%s", sign, digits / power, (int) places,
                 digits % power, unit);
}

void write_duration(char text[UNIT_TEXT_MAX], sim_ns value)
{
    uint64_t size = value < 0 ? 0 - (uint64_t) value : (uint64_t) value;
    if (size == 0) {
        snprintf(text, UNIT_TEXT_MAX, "0s");
        return;
    }
    text[0] = '\0';
    unsigned places = 9;
    for (size_t i = 0; i < DURATION_UNIT_COUNT; i++) {
        const struct unit *unit = &duration_units[i];
        uint64_t unit_size = (uint64_t) unit->size;
        char candidate[UNIT_TEXT_MAX];
        if (size % unit_size == 0)
            write_decimal(candidate, sizeof candidate, value < 0, size / unit_size, 0, unit->name);
        else if (unit->size <= SECOND)
            write_decimal(candidate, sizeof candidate, value < 0, size, places, unit->name);
        else
            continue;
        bool whole = size % unit_size == 0;
        size_t now = strlen(candidate), best = strlen(text);
        if (best == 0 || now < best || (now == best && whole && strchr(text, '.') != NULL))
            memcpy(text, candidate, now + 1);
        if (unit->size <= SECOND)
            places -= 3;
    }
}

void write_range(char text[UNIT_TEXT_MAX], struct sim_range value)
{
    char min[UNIT_TEXT_MAX], max[UNIT_TEXT_MAX];
    write_duration(min, value.min);
    write_duration(max, value.max);
    if (value.min == value.max)
        memcpy(text, min, sizeof min);
    else
        snprintf(text, UNIT_TEXT_MAX, "%.30s..%.30s", min, max);
}

void write_rate(char text[UNIT_TEXT_MAX], uint64_t value)
{
    for (unsigned places = 0; places <= 12; places++) {
        wide scaled = (wide) value * 100 * power_of_ten(places);
        uint64_t digits = (uint64_t) ((scaled + ((wide) 1 << 31)) >> 32);
        write_decimal(text, UNIT_TEXT_MAX, false, digits, places, "%");
        uint64_t again;
        const char *why;
        if (read_rate(text, strlen(text), &again, &why) && again == value)
            return;
    }
}

void write_factor(char text[UNIT_TEXT_MAX], uint32_t value)
{
    write_decimal(text, UNIT_TEXT_MAX, false, value, 3, "x");
}

void write_drift(char text[UNIT_TEXT_MAX], int64_t ppb)
{
    uint64_t size = ppb < 0 ? 0 - (uint64_t) ppb : (uint64_t) ppb;
    write_decimal(text, UNIT_TEXT_MAX, ppb < 0, size, 3, "ppm");
}

void write_fixed(char text[UNIT_TEXT_MAX], int64_t value)
{
    uint64_t size = value < 0 ? 0 - (uint64_t) value : (uint64_t) value;
    for (unsigned places = 0; places <= 10; places++) {
        wide scaled = (wide) size * power_of_ten(places);
        uint64_t digits = (uint64_t) ((scaled + ((wide) 1 << 31)) >> 32);
        write_decimal(text, UNIT_TEXT_MAX, value < 0, digits, places, "");
        int64_t again;
        const char *why;
        if (read_fixed(text, strlen(text), &again, &why) && again == value)
            return;
    }
}

/* ---- What there is ------------------------------------------------------------------------- */

const struct number_info number_infos[] = {
    {"duration", "250ms, 1.5s, 2h",
     "a number with its unit, which is never left out; exact to the "
     "nanosecond"},
    {"range", "150ms..300ms, 2s",
     "two durations with `..`: each use draws between them, both "
     "included; one duration is a range of itself"},
    {"rate", "1%, 0.5, 99.9%", "a share of 1, as percent or as a number from 0 to 1"},
    {"factor", "10x, 1.5x, 80%", "how many times as much, or as percent of it"},
    {"drift", "100ppm, -50ppm, 0.1%", "how much faster a clock runs than it should: ppb, ppm or %"},
    {"count", "0, 3, 1000000", "a whole number without a unit"},
    {NULL, NULL, NULL},
};

void write_duration_units(char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = DURATION_UNIT_COUNT; i-- > 0 && used < size;)
        used += (size_t) snprintf(text + used, size - used, "%s%s", duration_units[i].name,
                                  i > 0 ? " " : "");
}
