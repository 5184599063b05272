/* What a sweep comes to, for machines. */
#include <stdlib.h>

#include "analysis/cli/sweep_figures.h"

static uint64_t runs_of(const struct tally *tally)
{
    return tally->shown + tally->failures;
}

/* The lowest seed that failed, and the command that repeats it; null where none did. */
static void add_first(const struct sweep *s, struct json *j, unsigned variant,
                      const struct tally *tally, const char *seed_key, const char *command_key)
{
    char *command = NULL;
    if (tally != NULL && tally->failures > 0) {
        command = plan_command(s->cli, s->plan, variant, tally->first_failed);
        json_unsigned(j, seed_key, tally->first_failed);
    } else {
        json_text(j, seed_key, NULL);
    }
    json_text(j, command_key, command);
    free(command);
}

static void begin_expectation(struct json *j, const struct expectation *e, const char *outcome,
                              const struct tally *tally)
{
    json_begin(j, NULL, '{');
    json_text(j, "text", e->text);
    json_bool(j, "sometimes", e->sometimes);
    json_text(j, "outcome", outcome);
    json_unsigned(j, "passed_runs", tally->shown);
    json_unsigned(j, "runs", runs_of(tally));
}

static void add_expectations(const struct sweep *s, struct json *j)
{
    struct judged judged;
    json_begin(j, "expectations", '[');
    for (unsigned v = 0; v < s->plan->variant_count; v++)
        for (uint32_t i = 0; i < s->plan->scenarios[v]->expectation_count; i++)
            if (sweep_judge(s, v, i, &judged)) {
                begin_expectation(j, &s->plan->scenarios[v]->expectations[i],
                                  judged.good ? "passed" : (judged.open ? "open" : "failed"),
                                  &judged.all);
                json_end(j, '}');
            }
    json_end(j, ']');
}

/* A `sometimes` has no seed that failed it: that no run showed it is no run's fault. */
static void add_variant_expectations(const struct sweep *s, struct json *j, unsigned v)
{
    json_begin(j, "expectations", '[');
    for (uint32_t i = 0; i < s->plan->scenarios[v]->expectation_count; i++) {
        const struct expectation *e = &s->plan->scenarios[v]->expectations[i];
        const struct tally *tally = sweep_tally_of(s, v, i);
        bool shown = e->sometimes ? tally->shown > 0 : tally->failures == 0;
        const char *not_shown = e->sometimes && !sweep_fails(s, v, i) ? "open" : "failed";
        begin_expectation(j, e, shown ? "passed" : not_shown, tally);
        add_first(s, j, v, e->sometimes ? NULL : tally, "first_failed_seed", "command");
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void add_causes(const struct cause_tally *causes, struct json *j)
{
    json_begin(j, "causes", '{');
    for (unsigned cause = 0; cause < ROOT_CAUSE_COUNT; cause++)
        json_unsigned(j, root_cause_names[cause], causes->elections[cause]);
    json_end(j, '}');
}

static void add_variant(const struct sweep *s, const struct figures *figures, struct json *j,
                        unsigned v)
{
    json_begin(j, NULL, '{');
    json_text(j, "variant", s->plan->names[v]);
    json_unsigned(j, "runs", runs_of(&s->promises[v]));
    json_unsigned(j, "broken_runs", s->promises[v].failures);
    add_first(s, j, v, &s->promises[v], "first_broken_seed", "broken_command");
    add_variant_expectations(s, j, v);
    json_begin(j, "metrics", '{');
    figures_write_json(figures, v, j);
    json_end(j, '}');
    if (s->causes != NULL)
        add_causes(&s->causes[v], j);
    json_end(j, '}');
}

void sweep_print_json(const struct sweep *s, const struct figures *figures, bool passed, FILE *out)
{
    struct json j = {.out = out};
    json_begin(&j, NULL, '{');
    json_text(&j, "scenario", s->plan->scenarios[0]->title);
    json_text(&j, "file", s->plan->scenarios[0]->file);
    json_text(&j, "database", s->db);
    json_unsigned(&j, "shard", s->plan->shard);
    json_unsigned(&j, "shards", s->plan->shard_count);
    json_unsigned(&j, "runs", s->before + s->done);
    json_unsigned(&j, "broken_runs", s->broken_runs);
    json_unsigned(&j, "limited_runs", s->limited_runs);
    json_bool(&j, "passed", passed);
    add_expectations(s, &j);
    json_begin(&j, "variants", '[');
    for (unsigned v = 0; v < s->plan->variant_count; v++)
        add_variant(s, figures, &j, v);
    json_end(&j, ']');
    if (s->until != NULL)
        until_write_json(s->until, s->plan->names, &j);
    json_end(&j, '}');
}
