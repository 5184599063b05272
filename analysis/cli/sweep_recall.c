/* What a sweep that goes on finds in its database. */
#include <inttypes.h>
#include <string.h>

#include "analysis/cli/sweep.h"
#include "analysis/store/query.h"

static bool refuse(struct sweep *s, const struct database_row *row)
{
    const char *variant = row_text(row, 1);
    (void) failure_set_user(&s->failure,
                            "%s: its run %" PRId64 " is %s%sseed %" PRId64
                            ", which is not that run of this sweep; --resume needs the same "
                            "--seeds, --vary, --variant and --shard (one variant may get more "
                            "seeds at the end); nothing was written",
                            s->db, row_number(row, 0), variant, *variant == '\0' ? "" : ", ",
                            row_number(row, 2));
    return false;
}

/* Runs are stored in the order of their numbers, without a gap. */
static bool recall_run(void *context, const struct database_row *row)
{
    struct sweep *s = context;
    uint64_t index = plan_mine(s->plan, s->before++);
    s->limited_runs += row_number(row, 4) != 0;
    if (index >= plan_run_count(s->plan) || row_number(row, 0) != (int64_t) index + 1)
        return refuse(s, row);
    unsigned variant = plan_variant(s->plan, index);
    const struct scenario *sc = s->plan->scenarios[variant];
    if (strcmp(row_text(row, 1), s->plan->names[variant]) != 0
        || row_number(row, 2) != (int64_t) plan_seed(s->plan, index))
        return refuse(s, row);
    if (scenario_draws(sc) || strcmp(row_text(row, 3), sc->parameters) == 0)
        return true;
    (void) failure_set_user(&s->failure,
                            "%s: its run %" PRId64 " has other values, %s and not %s; --resume "
                            "needs the same --set; nothing was written",
                            s->db, row_number(row, 0), row_text(row, 3), sc->parameters);
    return false;
}

/* Runs that came out well, those that did not, the lowest seed of these, and how many of them told
 * nothing: from the column on. */
static void take(struct tally *tally, const struct database_row *row, int column)
{
    tally->shown = (uint64_t) row_number(row, column);
    tally->failures = (uint64_t) row_number(row, column + 1);
    tally->first_failed = (uint64_t) row_number(row, column + 2);
    tally->undecided = (uint64_t) row_number(row, column + 3);
}

static bool recall_promises(void *context, const struct database_row *row)
{
    struct sweep *s = context;
    for (unsigned v = 0; v < s->plan->variant_count; v++)
        if (strcmp(row_text(row, 0), s->plan->names[v]) == 0) {
            take(&s->promises[v], row, 1);
            s->broken_runs += s->promises[v].failures;
        }
    return true;
}

static bool recall_expectation(void *context, const struct database_row *row)
{
    struct sweep *s = context;
    for (unsigned v = 0; v < s->plan->variant_count; v++) {
        const struct scenario *sc = s->plan->scenarios[v];
        if (strcmp(row_text(row, 0), s->plan->names[v]) != 0)
            continue;
        for (uint32_t i = 0; i < sc->expectation_count; i++)
            if (strcmp(row_text(row, 1), sc->expectations[i].text) == 0)
                take(sweep_tally_of(s, v, i), row, 2);
    }
    return true;
}

/* An expectation that stands twice in a scenario, once as `sometimes`, has two equal rows a run. */
static const struct {
    const char *sql;
    database_visitor *visit;
} memories[] = {
    {"SELECT id, variant, seed, parameters, outcome = 'event_limit' FROM run ORDER BY id",
     recall_run},
    {"SELECT variant, sum(kept), sum(NOT kept), min(CASE WHEN NOT kept THEN seed END), 0 FROM"
     " (SELECT variant, seed, id NOT IN (SELECT run_id FROM violation) AS kept FROM run)"
     " GROUP BY 1",
     recall_promises},
    {"SELECT variant, text, sum(passed IS 1), sum(passed IS NOT 1),"
     " min(CASE WHEN passed IS NOT 1 THEN seed END), sum(passed IS NULL) FROM"
     " (SELECT DISTINCT run_id, text, passed FROM expectation) JOIN run ON run_id = id"
     " GROUP BY 1, 2",
     recall_expectation},
};

bool sweep_recall(struct sweep *s)
{
    struct database *d = database_open(s->db, &s->failure);
    bool read = d != NULL;
    for (size_t i = 0; read && !s->failure.set && i < sizeof memories / sizeof *memories; i++)
        read = database_each(d, memories[i].sql, NULL, 0, memories[i].visit, s, &s->failure);
    database_close(d);
    return read && !s->failure.set;
}

static bool add_causes(void *context, uint64_t index, struct run_record *record)
{
    struct sweep *s = context;
    cause_tally_add(&s->causes[plan_variant(s->plan, index)], record);
    return true;
}

enum pool_end sweep_recall_causes(struct sweep *s, const struct pool_options *options)
{
    struct pool_options again = *options;
    again.first = 0;
    again.end = options->first;
    if (s->causes == NULL || options->first == 0)
        return POOL_DONE;
    if (!s->cli->options[OPTION_QUIET].given)
        fprintf(stderr, "running %" PRIu64 " stored runs again for their root causes\n", s->before);
    return pool_run(s->plan, &again, add_causes, s);
}
