/* conclave threshold: the value of one key from which on an expression holds. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/json.h"
#include "analysis/runner/pool.h"
#include "analysis/statistics/share.h"
#include "scenarios/language/units.h"

#define SEEDS 200u
#define RESOLUTION 1000 /* the range is divided in so many parts */
#define POINTS_MAX 64u

/* ---- What is varied -------------------------------------------------------------------------- */

/* The kinds of numbers of the language; all are whole numbers of something small. */
static bool read_count_text(const char *text, size_t length, int64_t *value)
{
    const char *why;
    uint64_t count;
    bool read = read_count(text, length, &count, &why) && count <= INT64_MAX;
    if (read)
        *value = (int64_t) count;
    return read;
}

static void write_count_text(char text[UNIT_TEXT_MAX], int64_t value)
{
    (void) snprintf(text, UNIT_TEXT_MAX, "%" PRId64, value);
}

static bool read_time_text(const char *text, size_t length, int64_t *value)
{
    const char *why;
    return read_signed_duration(text, length, value, &why);
}

static bool read_drift_text(const char *text, size_t length, int64_t *value)
{
    const char *why;
    return memchr(text, '%', length) == NULL && read_drift(text, length, value, &why);
}

/* In millionths of a percent, which people can read; the language's own 2^-32 has many digits. */
static bool read_rate_text(const char *text, size_t length, int64_t *value)
{
    const char *why;
    uint64_t rate;
    bool read = read_rate(text, length, &rate, &why);
    if (read)
        *value = (int64_t) ((rate * 100000000 + (UINT64_C(1) << 31)) >> 32);
    return read;
}

static void write_rate_text(char text[UNIT_TEXT_MAX], int64_t value)
{
    int used
        = snprintf(text, UNIT_TEXT_MAX, "%" PRId64 ".%06" PRId64, value / 1000000, value % 1000000);
    while (text[used - 1] == '0')
        used--;
    used -= text[used - 1] == '.';
    (void) snprintf(text + used, UNIT_TEXT_MAX - (size_t) used, "%%");
}

static bool read_fixed_text(const char *text, size_t length, int64_t *value)
{
    const char *why;
    return read_fixed(text, length, value, &why);
}

static const struct number_kind {
    bool (*read)(const char *text, size_t length, int64_t *value);
    void (*write)(char text[UNIT_TEXT_MAX], int64_t value);
} number_kinds[] = {
    {read_count_text, write_count_text}, {read_time_text, write_duration},
    {read_drift_text, write_drift},      {read_rate_text, write_rate_text},
    {read_fixed_text, write_fixed},
};

struct range {
    char *key;
    const struct number_kind *kind;
    int64_t low, high;
};

static bool read_ends(const char *text, struct range *r)
{
    const char *dots = strstr(text, "..");
    if (dots == NULL)
        return false;
    for (size_t i = 0; i < sizeof number_kinds / sizeof *number_kinds; i++) {
        r->kind = &number_kinds[i];
        if (r->kind->read(text, (size_t) (dots - text), &r->low)
            && r->kind->read(dots + 2, strlen(dots + 2), &r->high))
            return r->low < r->high;
    }
    return false;
}

static enum exit_status read_range_option(const struct cli *cli, struct range *r)
{
    const struct option_value *vary = &cli->options[OPTION_VARY];
    const char *equals = vary->count == 1 ? strchr(vary->text, '=') : NULL;
    if (vary->count != 1)
        return cli_fail(EXIT_USAGE,
                        "which key? one --vary KEY=A..B, as clock.drift=0ppm..50000ppm");
    if (equals == NULL || equals == vary->text || !read_ends(equals + 1, r))
        return cli_fail(EXIT_USAGE,
                        "--vary needs KEY=A..B here, two numbers of one kind, the first smaller, "
                        "as network.loss=0%%..50%%, not `%s`",
                        vary->text);
    r->key = strndup(vary->text, (size_t) (equals - vary->text));
    return r->key == NULL ? cli_fail(EXIT_MACHINE, "out of memory") : EXIT_WELL;
}

/* ---- Points ---------------------------------------------------------------------------------- */

struct point {
    int64_t value;
    uint64_t shown, runs;
};

struct search {
    const struct cli *cli;
    const struct loaded *loaded;
    const struct expression *expression;
    struct range range;
    bool any; /* the first appearance; or `level` */
    double level;
    uint64_t seed_first, seed_count;
    struct pool_options options;
    struct point points[POINTS_MAX]; /* in the order of their values */
    unsigned count;
};

static bool consume(void *context, uint64_t index, struct run_record *record)
{
    void **both = context;
    struct point *p = both[0];
    (void) index;
    p->runs++;
    p->shown += expression_shows(both[1], record->result.metrics);
    return true;
}

static enum exit_status run_point(const struct search *s, struct point *p)
{
    char text[UNIT_TEXT_MAX];
    enum exit_status status;
    s->range.kind->write(text, p->value);
    const struct override more = {.key = s->range.key, .value = text};
    struct scenario *scenario
        = load_scenario(s->cli, s->loaded, s->cli->options[OPTION_VARIANT].text, &more, 1, &status);
    if (scenario == NULL)
        return status;
    char *name = (char[]){""};
    struct plan plan = {.scenarios = &scenario,
                        .names = &name,
                        .variant_count = 1,
                        .seed_first = s->seed_first,
                        .seed_count = s->seed_count,
                        .shard_count = 1};
    void *both[] = {p, (void *) (uintptr_t) s->expression};
    enum pool_end end = pool_run(&plan, &s->options, consume, both);
    scenario_free(scenario);
    if (end == POOL_NO_SCENARIO)
        return EXIT_USAGE;
    if (end == POOL_OUT_OF_MEMORY)
        return cli_fail(EXIT_MACHINE, "out of memory");
    return end == POOL_INTERRUPTED ? cli_fail(EXIT_FAILED, "interrupted") : EXIT_WELL;
}

/* Whether the point lies beyond the crossing. */
static bool is_beyond(const struct search *s, const struct point *p)
{
    return s->any ? p->shown > 0 : (double) p->shown >= s->level * (double) p->runs;
}

static enum exit_status add_point(struct search *s, unsigned at, int64_t value)
{
    struct point p = {.value = value};
    enum exit_status status = run_point(s, &p);
    if (status != EXIT_WELL)
        return status;
    memmove(&s->points[at + 1], &s->points[at], (s->count - at) * sizeof *s->points);
    s->points[at] = p;
    s->count++;
    return EXIT_WELL;
}

/* Halves the gap between the last point on one side and the first on the other. */
static enum exit_status bisect(struct search *s, unsigned *low)
{
    int64_t step = (s->range.high - s->range.low) / RESOLUTION;
    if (step < 1)
        step = 1;
    bool beyond = is_beyond(s, &s->points[0]);
    *low = 0;
    while (s->points[*low + 1].value - s->points[*low].value > step && s->count < POINTS_MAX) {
        int64_t middle
            = s->points[*low].value + (s->points[*low + 1].value - s->points[*low].value) / 2;
        int64_t even = s->range.low + (middle - s->range.low) / step * step;
        enum exit_status status
            = add_point(s, *low + 1, even > s->points[*low].value ? even : middle);
        if (status != EXIT_WELL)
            return status;
        if (is_beyond(s, &s->points[*low + 1]) == beyond)
            ++*low;
    }
    return EXIT_WELL;
}

/* ---- The answer ------------------------------------------------------------------------------ */

static int side_of(const struct search *s, const struct point *p)
{
    struct share_interval i = share_wilson_95(p->shown, p->runs);
    if (s->any)
        return p->shown > 0 ? 1 : -1;
    return i.low > s->level ? 1 : i.high < s->level ? -1 : 0;
}

/* The nearest points on both sides that are on their side for sure; the ends where none is. */
static void find_confidence(const struct search *s, unsigned low, unsigned *from, unsigned *to)
{
    int side = is_beyond(s, &s->points[low]) ? 1 : -1;
    *from = low;
    *to = low + 1;
    while (*from > 0 && side_of(s, &s->points[*from]) != side)
        --*from;
    while (*to + 1 < s->count && side_of(s, &s->points[*to]) != -side)
        ++*to;
}

static bool is_monotone(const struct search *s, unsigned low)
{
    bool beyond = is_beyond(s, &s->points[low]);
    for (unsigned i = 0; i < s->count; i++)
        if (is_beyond(s, &s->points[i]) != (i <= low ? beyond : !beyond))
            return false;
    return true;
}

static uint64_t total_runs(const struct search *s)
{
    uint64_t runs = 0;
    for (unsigned i = 0; i < s->count; i++)
        runs += s->points[i].runs;
    return runs;
}

static void print_points(const struct search *s)
{
    char text[UNIT_TEXT_MAX];
    printf("  %-24s  %10s  %8s   95 %% interval\n", s->range.key, "seeds", "share");
    for (unsigned i = 0; i < s->count; i++) {
        const struct point *p = &s->points[i];
        struct share_interval w = share_wilson_95(p->shown, p->runs);
        s->range.kind->write(text, p->value);
        printf("  %-24s  %10" PRIu64 "  %6.2f %%   %.2f .. %.2f %%\n", text, p->shown,
               100 * (double) p->shown / (double) p->runs, 100 * w.low, 100 * w.high);
    }
}

static void print_text(const struct search *s, unsigned low, const char *expression)
{
    char a[UNIT_TEXT_MAX], b[UNIT_TEXT_MAX];
    unsigned from, to;
    bool begins = !is_beyond(s, &s->points[low]);
    const struct point *p = &s->points[low], *q = &s->points[low + 1];
    print_points(s);
    s->range.kind->write(a, p->value);
    s->range.kind->write(b, q->value);
    if (s->any)
        printf("\n`%s` %s between %s = %s and %s\n", expression,
               begins ? "first appears" : "appears last", s->range.key, a, b);
    else
        printf("\n`%s` %s %.4g %% of seeds between %s = %s and %s\n", expression,
               begins ? "reaches" : "falls below", 100 * s->level, s->range.key, a, b);
    find_confidence(s, low, &from, &to);
    s->range.kind->write(a, s->points[from].value);
    s->range.kind->write(b, s->points[to].value);
    if (s->any)
        printf("Where no seed showed it, its probability is below %.2g %% (95 %%).\n",
               100 * share_wilson_95(0, p->runs).high);
    else
        printf("With 95 %% confidence it lies between %s and %s.\n", a, b);
    printf("%u points with the same %" PRIu64 " seeds: %" PRIu64 " runs\n", s->count, s->seed_count,
           total_runs(s));
}

static void print_json(const struct search *s, unsigned low, const char *expression)
{
    struct json j = {.out = stdout};
    char text[UNIT_TEXT_MAX];
    unsigned ends[4] = {low, low + 1};
    static const char *const names[] = {"low", "high", "confident_low", "confident_high"};
    find_confidence(s, low, &ends[2], &ends[3]);
    json_begin(&j, NULL, '{');
    json_text(&j, "expression", expression);
    json_text(&j, "key", s->range.key);
    json_real(&j, "level", !s->any, s->level);
    for (unsigned i = 0; i < 4; i++) {
        s->range.kind->write(text, s->points[ends[i]].value);
        json_text(&j, names[i], text);
    }
    json_bool(&j, "monotone", is_monotone(s, low));
    json_unsigned(&j, "runs", total_runs(s));
    json_begin(&j, "points", '[');
    for (unsigned i = 0; i < s->count; i++) {
        struct share_interval w = share_wilson_95(s->points[i].shown, s->points[i].runs);
        s->range.kind->write(text, s->points[i].value);
        json_begin(&j, NULL, '{');
        json_text(&j, "value", text);
        json_unsigned(&j, "shown", s->points[i].shown);
        json_unsigned(&j, "runs", s->points[i].runs);
        json_real(&j, "share_low", true, w.low);
        json_real(&j, "share_high", true, w.high);
        json_end(&j, '}');
    }
    json_end(&j, ']');
    json_end(&j, '}');
}

static enum exit_status answer(const struct search *s, unsigned low, const char *expression)
{
    if (s->cli->options[OPTION_JSON].given)
        print_json(s, low, expression);
    else if (!s->cli->options[OPTION_QUIET].given)
        print_text(s, low, expression);
    if (!is_monotone(s, low))
        fprintf(stderr, "note: the share does not rise or fall throughout, so there may be other "
                        "crossings\n");
    return EXIT_WELL;
}

static enum exit_status search(struct search *s, const char *expression)
{
    unsigned low;
    enum exit_status status = add_point(s, 0, s->range.low);
    if (status == EXIT_WELL)
        status = add_point(s, 1, s->range.high);
    if (status != EXIT_WELL)
        return status;
    if (is_beyond(s, &s->points[0]) == is_beyond(s, &s->points[1])) {
        if (!s->cli->options[OPTION_JSON].given && !s->cli->options[OPTION_QUIET].given)
            print_points(s);
        return cli_fail(EXIT_FAILED,
                        "`%s` is on the same side of the level at both ends; give a "
                        "wider range, another --level, or look with `conclave sweep`",
                        expression);
    }
    status = bisect(s, &low);
    return status == EXIT_WELL ? answer(s, low, expression) : status;
}

/* ---- The command ----------------------------------------------------------------------------- */

static enum exit_status read_level(const struct cli *cli, struct search *s)
{
    const char *text = cli->options[OPTION_LEVEL].text, *why;
    uint64_t rate = UINT64_C(1) << 31;
    s->any = text != NULL && strcmp(text, "any") == 0;
    if (text != NULL && !s->any && !read_rate(text, strlen(text), &rate, &why))
        return cli_fail(EXIT_USAGE, "--level is a share, as 50%%, or `any`; `%s` %s", text, why);
    if (!s->any && (rate == 0 || rate == UINT64_C(1) << 32))
        return cli_fail(EXIT_USAGE, "--level must lie between 0%% and 100%%; `any` is the first "
                                    "appearance");
    s->level = (double) rate / 4294967296.0;
    return EXIT_WELL;
}

static enum exit_status read_options_of(const struct cli *cli, struct search *s)
{
    const struct option_value *seeds = &cli->options[OPTION_SEEDS];
    s->seed_first = seeds->given ? seeds->number : 1;
    s->seed_count = seeds->given ? seeds->last - seeds->number + 1 : SEEDS;
    s->options = (struct pool_options){
        .jobs = pool_cores(), .events_max = EVENTS_MAX_DEFAULT, .memory_max = MEMORY_MAX_DEFAULT};
    if (cli->options[OPTION_JOBS].given)
        s->options.jobs = (unsigned) cli->options[OPTION_JOBS].number;
    if (cli->options[OPTION_MAX_EVENTS].given)
        s->options.events_max = cli->options[OPTION_MAX_EVENTS].number;
    if (s->options.jobs == 0 || s->options.jobs > 1024)
        return cli_fail(EXIT_USAGE, "--jobs must be from 1 to 1024");
    enum exit_status status = read_level(cli, s);
    return status == EXIT_WELL ? read_range_option(cli, &s->range) : status;
}

static enum exit_status run(struct cli *cli)
{
    const char *text = cli->options[OPTION_FOR].text;
    struct search s = {.cli = cli};
    struct loaded loaded;
    if (text == NULL)
        return cli_fail(EXIT_USAGE, "what for? --for EXPRESSION, as 'split_brain_events > 0'");
    enum exit_status status;
    struct expression *e = load_expression(text, &status);
    if (e == NULL)
        return status;
    s.expression = e;
    status = read_options_of(cli, &s);
    if (status == EXIT_WELL && (status = load_document(cli->arguments[0], &loaded)) == EXIT_WELL) {
        s.loaded = &loaded;
        interrupt_catch();
        status = search(&s, text);
        load_free(&loaded);
    }
    free(s.range.key);
    expression_free(e);
    return status;
}

const struct command threshold_command = {
    .name = "threshold",
    .arguments = "SCENARIO",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "find the value of one parameter at which an expression becomes true",
    .details
    = "Bisects --vary KEY=A..B for the value where the share of seeds that show the expression\n"
      "crosses --level (50%, or `any` for the first appearance). All values get the same seeds,\n"
      "which meet the same network and faults, so that shares compare well; their intervals are\n"
      "Wilson's. It says how sure the place is and how many runs it took.",
    .example = "conclave threshold lease-fast-clock --variant 'slow holder' --vary "
               "faults.0.to=-400000ppm..0ppm --for 'split_brain_events > 0'",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(VARY) | OPTION_BIT(FOR) | OPTION_BIT(LEVEL)
               | OPTION_BIT(SEEDS) | OPTION_BIT(SET) | OPTION_BIT(VARIANT) | OPTION_BIT(JOBS)
               | OPTION_BIT(MAX_EVENTS) | OPTION_BIT(JSON) | OPTION_BIT(QUIET),
    .run = run,
};
