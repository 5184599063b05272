/* What a sweep that goes on finds in its database. */
#include <string.h>

#include "analysis/cli/sweep.h"
#include "analysis/store/query.h"

static bool recall_counts(void *context, const struct database_row *row)
{
    struct sweep *s = context;
    s->before = (uint64_t) row_number(row, 0);
    s->limited_runs = (uint64_t) row_number(row, 1);
    return true;
}

/* Runs that came out well, those that did not, the lowest seed of these: from the column on. */
static void take(struct tally *tally, const struct database_row *row, int column)
{
    tally->shown = (uint64_t) row_number(row, column);
    tally->failures = (uint64_t) row_number(row, column + 1);
    tally->first_failed = (uint64_t) row_number(row, column + 2);
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
    {"SELECT count(*), sum(outcome = 'event_limit') FROM run", recall_counts},
    {"SELECT variant, sum(kept), sum(NOT kept), min(CASE WHEN NOT kept THEN seed END) FROM"
     " (SELECT variant, seed, id NOT IN (SELECT run_id FROM violation) AS kept FROM run)"
     " GROUP BY 1",
     recall_promises},
    {"SELECT variant, text, sum(passed IS 1), sum(passed IS NOT 1),"
     " min(CASE WHEN passed IS NOT 1 THEN seed END) FROM"
     " (SELECT DISTINCT run_id, text, passed FROM expectation) JOIN run ON run_id = id"
     " GROUP BY 1, 2",
     recall_expectation},
};

bool sweep_recall(struct sweep *s)
{
    struct database *d = database_open(s->db, &s->failure);
    bool read = d != NULL;
    for (size_t i = 0; read && i < sizeof memories / sizeof *memories; i++)
        read = database_each(d, memories[i].sql, NULL, 0, memories[i].visit, s, &s->failure);
    database_close(d);
    return read;
}
