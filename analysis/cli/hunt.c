/* conclave hunt: the seeds for which an expression over the metrics holds. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/json.h"
#include "analysis/runner/pool.h"
#include "analysis/summary/summary.h"

#define SEEDS 10000u
#define LIMIT 10u

struct match {
    uint64_t index;
    bool has_value;
    double value;
};

struct hunt {
    const struct plan *plan;
    const struct expression *expression;
    struct match *matches;
    uint64_t limit, count, searched;
    bool out_of_memory;
};

static bool consume(void *context, uint64_t index, struct run_record *record)
{
    struct hunt *h = context;
    h->searched++;
    if (!expression_shows(h->expression, record->result.metrics))
        return true;
    struct match *grown = realloc(h->matches, (h->count + 1) * sizeof *grown);
    if (grown == NULL) {
        h->out_of_memory = true;
        return false;
    }
    h->matches = grown;
    struct match *m = &grown[h->count++];
    *m = (struct match){.index = index};
    m->has_value = expression_value(h->expression, record->result.metrics, &m->value);
    return h->count < h->limit;
}

/* Farthest beyond the bound first: the largest where `more` of it was asked for. */
static int by_value_down(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static int by_value_up(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static void print_text(const struct hunt *h, const char *text, const char *command)
{
    printf("%" PRIu64 " of %" PRIu64 " runs: %s\n", h->count, h->searched, text);
    for (uint64_t i = 0; i < h->count; i++) {
        const struct match *m = &h->matches[i];
        const char *variant = h->plan->names[plan_variant(h->plan, m->index)];
        printf("  seed %-10" PRIu64, plan_seed(h->plan, m->index));
        if (m->has_value)
            printf(*variant == '\0' ? "  %.6g" : "  %-12.6g", m->value);
        printf("%s%s\n", *variant == '\0' ? "" : "  ", variant);
    }
    if (h->count > 0)
        printf("\nThe first again: %s\n", command);
}

static void print_json(const struct hunt *h, const char *text, const char *command)
{
    struct json j = {.out = stdout};
    json_begin(&j, NULL, '{');
    json_text(&j, "expression", text);
    json_unsigned(&j, "searched", h->searched);
    json_begin(&j, "matches", '[');
    for (uint64_t i = 0; i < h->count; i++) {
        const struct match *m = &h->matches[i];
        json_begin(&j, NULL, '{');
        json_unsigned(&j, "seed", plan_seed(h->plan, m->index));
        json_text(&j, "variant", h->plan->names[plan_variant(h->plan, m->index)]);
        json_real(&j, "value", m->has_value, m->value);
        json_end(&j, '}');
    }
    json_end(&j, ']');
    json_text(&j, "command", h->count > 0 ? command : NULL);
    json_end(&j, '}');
}

static enum exit_status report(const struct cli *cli, struct hunt *h, enum pool_end end,
                               const char *text)
{
    if (end == POOL_NO_SCENARIO)
        return EXIT_USAGE;
    if (end == POOL_OUT_OF_MEMORY || h->out_of_memory)
        return cli_fail(EXIT_MACHINE, "out of memory");
    const char *less = strchr(text, '<'), *more = strchr(text, '>');
    bool up = less != NULL && (more == NULL || less < more);
    if (h->count > 1)
        qsort(h->matches, h->count, sizeof *h->matches, up ? by_value_up : by_value_down);
    const struct match *first = &h->matches[0];
    char *command = h->count > 0 ? plan_command(cli, h->plan, plan_variant(h->plan, first->index),
                                                plan_seed(h->plan, first->index))
                                 : NULL;
    if (cli->options[OPTION_JSON].given)
        print_json(h, text, command);
    else if (!cli->options[OPTION_QUIET].given)
        print_text(h, text, command == NULL ? "" : command);
    else if (h->count == 0)
        cli_say("none of %" PRIu64 " runs: %s", h->searched, text);
    free(command);
    if (end == POOL_INTERRUPTED)
        fprintf(stderr, "interrupted after %" PRIu64 " runs\n", h->searched);
    return h->count > 0 ? EXIT_WELL : EXIT_FAILED;
}

static enum exit_status hunt(const struct cli *cli, const struct plan *plan, const char *text)
{
    struct hunt h = {.plan = plan};
    struct pool_options options = {
        .jobs = pool_cores(), .events_max = EVENTS_MAX_DEFAULT, .memory_max = MEMORY_MAX_DEFAULT};
    enum exit_status status;
    struct expression *e = load_expression(text, &status);
    if (e == NULL)
        return status;
    h.expression = e;
    h.limit = cli->options[OPTION_LIMIT].given ? cli->options[OPTION_LIMIT].number : LIMIT;
    if (cli->options[OPTION_JOBS].given)
        options.jobs = (unsigned) cli->options[OPTION_JOBS].number;
    if (cli->options[OPTION_MAX_EVENTS].given)
        options.events_max = cli->options[OPTION_MAX_EVENTS].number;
    if (cli->options[OPTION_MAX_MEMORY].given)
        options.memory_max = cli->options[OPTION_MAX_MEMORY].number;
    interrupt_catch();
    status = report(cli, &h, pool_run(plan, &options, consume, &h), text);
    free(h.matches);
    expression_free(e);
    return status;
}

static enum exit_status run(struct cli *cli)
{
    struct loaded loaded;
    struct plan plan;
    const char *text = cli->options[OPTION_FOR].text;
    if (text == NULL)
        return cli_fail(EXIT_USAGE, "what to hunt for? --for 'elections_per_hour > 20'");
    if (cli->options[OPTION_LIMIT].given && cli->options[OPTION_LIMIT].number == 0)
        return cli_fail(EXIT_USAGE, "--limit must be at least 1");
    enum exit_status status = load_document(cli->arguments[0], &loaded);
    if (status != EXIT_WELL)
        return status;
    status = plan_make(cli, &loaded, SEEDS, &plan);
    if (status == EXIT_WELL) {
        status = hunt(cli, &plan, text);
        plan_free(&plan);
    }
    load_free(&loaded);
    return status;
}

const struct command hunt_command = {
    .name = "hunt",
    .arguments = "SCENARIO",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "search seeds for runs in which an expression holds",
    .details
    = "Searches seeds 1..10000 (or --seeds) until 10 runs (or --limit) match; the same seeds give\n"
      "the same matches with any number of jobs.",
    .example
    = "conclave hunt quickstart --seeds 1..100000 --for 'downtime.max > 400ms and split_votes > 0'",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(SEEDS) | OPTION_BIT(SET) | OPTION_BIT(VARY)
               | OPTION_BIT(VARIANT) | OPTION_BIT(FOR) | OPTION_BIT(LIMIT) | OPTION_BIT(JOBS)
               | OPTION_BIT(MAX_EVENTS) | OPTION_BIT(MAX_MEMORY) | OPTION_BIT(JSON)
               | OPTION_BIT(QUIET),
    .run = run,
};
