#include "tests/algorithms/bench_option.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/algorithm.h"
#include "sim/distribution.h"
#include "sim/guest.h"

static _Noreturn void refuse(const struct field *field, const char *text)
{
    fprintf(stderr, "bench: option %s cannot be \"%s\"\n", field->name, text);
    abort();
}

struct unit {
    const char *name;
    long double factor;
};

/* The number before one of the units, times its factor; *end is behind it. */
static int64_t quantity(const struct field *field, const char *text, const struct unit *units,
                        const char **end)
{
    char *rest;
    long double number = strtold(text, &rest);
    if (rest == text)
        refuse(field, text);
    for (const struct unit *u = units; u->name != NULL; u++) {
        size_t length = strlen(u->name);
        if (strncmp(rest, u->name, length) != 0)
            continue;
        *end = rest + length;
        return (int64_t) (number * u->factor + (number < 0 ? -0.5L : 0.5L));
    }
    refuse(field, text);
}

/* "ms" before "m", and the empty unit last: the first that fits is taken. */
static const struct unit times[]
    = {{"ns", 1},    {"us", 1e3L},   {"ms", 1e6L},    {"s", 1e9L}, {"min", 60e9L},
       {"m", 60e9L}, {"h", 3600e9L}, {"d", 86400e9L}, {"", 0},     {NULL, 0}};
static const struct unit drifts[] = {{"ppm", 1e3L}, {"ppb", 1}, {"%", 1e7L}, {"", 1e9L}, {NULL, 0}};
static const struct unit factors[] = {{"x", 1e3L}, {"%", 10}, {"", 1e3L}, {NULL, 0}};
static const struct unit rates[] = {{"%", 42949672.96L}, {"", 4294967296.0L}, {NULL, 0}};

static int64_t whole(const struct field *field, const char *text, const struct unit *units)
{
    const char *end;
    int64_t value = quantity(field, text, units, &end);
    if (*end != '\0')
        refuse(field, text);
    return value;
}

static struct sim_range range(const struct field *field, const char *text)
{
    const char *end;
    struct sim_range r;
    r.min = r.max = quantity(field, text, times, &end);
    if (strncmp(end, "..", 2) == 0)
        r.max = quantity(field, end + 2, times, &end);
    if (*end != '\0' || r.min > r.max)
        refuse(field, text);
    return r;
}

static bool choice(const struct field *field, const char *text, uint32_t *index)
{
    for (uint32_t i = 0; field->choices != NULL && field->choices[i] != NULL; i++)
        if (strcmp(field->choices[i], text) == 0) {
            *index = i;
            return true;
        }
    return false;
}

static struct quorum_option quorum(const char *text)
{
    if (strcmp(text, "majority") == 0)
        return (struct quorum_option){.rule = QUORUM_MAJORITY};
    if (strcmp(text, "all") == 0)
        return (struct quorum_option){.rule = QUORUM_ALL};
    if (strcmp(text, "weighted") == 0)
        return (struct quorum_option){.rule = QUORUM_WEIGHTED};
    return (struct quorum_option){.rule = QUORUM_COUNT,
                                  .count = (uint32_t) strtoul(text, NULL, 10)};
}

static struct counts_option counts(const struct field *field, const char *text)
{
    struct counts_option c = {0};
    if (choice(field, text, &c.choice))
        return c;
    if (*text != '[')
        refuse(field, text);
    uint32_t *values = calloc(strlen(text), sizeof *values);
    for (const char *at = text + 1; *at != '\0' && *at != ']';) {
        char *end;
        values[c.count++] = (uint32_t) strtoul(at, &end, 10);
        if (end == at)
            refuse(field, text);
        at = end + strspn(end, ", ");
    }
    c.values = values;
    return c;
}

/* A constant, or uniform by `A..B`. */
static struct distribution distribution(const struct field *field, const char *text)
{
    struct sim_range r = range(field, text);
    return (struct distribution){.kind
                                 = r.min == r.max ? DISTRIBUTION_CONSTANT : DISTRIBUTION_UNIFORM,
                                 .a = r.min,
                                 .b = r.max};
}

/* A word, or an algorithm's name; its options have their defaults. */
static struct guest_option guest(const struct field *field, const char *text)
{
    struct guest_option option = {0};
    if (choice(field, text, &option.choice))
        return option;
    const struct algorithm *const *a = algorithms;
    while (*a != NULL && strcmp((*a)->name, text) != 0)
        a++;
    void *config = *a == NULL ? NULL : calloc(1, (*a)->config_size);
    if (config == NULL)
        refuse(field, text);
    for (uint32_t i = 0; i < (*a)->option_count; i++)
        bench_read_option(&(*a)->options[i], (*a)->options[i].default_text, config);
    option.algorithm = *a;
    option.config = config;
    return option;
}

void bench_release_option(const struct field *field, void *config)
{
    void *at = (char *) config + field->offset;
    if (field->type == FIELD_COUNTS)
        free((void *) ((struct counts_option *) at)->values);
    if (field->type != FIELD_ALGORITHM)
        return;
    const struct guest_option *option = at;
    for (uint32_t i = 0; option->algorithm != NULL && i < option->algorithm->option_count; i++)
        bench_release_option(&option->algorithm->options[i], (void *) option->config);
    free((void *) option->config);
}

void bench_read_option(const struct field *field, const char *text, void *config)
{
    void *into = (char *) config + field->offset;
    bench_release_option(field, config);
    switch (field->type) {
    case FIELD_BOOL:
        if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
            refuse(field, text);
        *(bool *) into = strcmp(text, "true") == 0;
        return;
    case FIELD_COUNT:
        *(uint32_t *) into = (uint32_t) strtoul(text, NULL, 10);
        return;
    case FIELD_TERM:
        *(uint64_t *) into = strtoull(text, NULL, 10);
        return;
    case FIELD_NODE:
        *(node_id *) into = *text == '-' ? NODE_NONE : (node_id) strtoul(text + 1, NULL, 10) - 1;
        return;
    case FIELD_DURATION:
    case FIELD_SIGNED:
        *(sim_ns *) into = whole(field, text, times);
        return;
    case FIELD_RANGE:
        *(struct sim_range *) into = range(field, text);
        return;
    case FIELD_RATE:
        *(uint64_t *) into = (uint64_t) whole(field, text, rates);
        return;
    case FIELD_FACTOR:
        *(uint32_t *) into = (uint32_t) whole(field, text, factors);
        return;
    case FIELD_DRIFT:
        *(int64_t *) into = whole(field, text, drifts);
        return;
    case FIELD_CHOICE:
        if (!choice(field, text, into))
            refuse(field, text);
        return;
    case FIELD_QUORUM:
        *(struct quorum_option *) into = quorum(text);
        return;
    case FIELD_COUNTS:
        *(struct counts_option *) into = counts(field, text);
        return;
    case FIELD_DISTRIBUTION:
        *(struct distribution *) into = distribution(field, text);
        return;
    case FIELD_ALGORITHM:
        *(struct guest_option *) into = guest(field, text);
        return;
    case FIELD_NODES:
    case FIELD_GROUPS:
        refuse(field, text);
    }
}
