/* conclave why: the causes of an election, backwards. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/load.h"
#include "analysis/json.h"
#include "analysis/why/tell.h"
#include "analysis/why/twin.h"
#include "scenarios/language/describe.h"

static bool simulate(const struct scenario *scenario, uint64_t seed, struct history *h,
                     struct run_record *record, struct failure *failure)
{
    struct observer observer = {0};
    if (h != NULL)
        observer = history_observer(h);
    struct worker *worker = worker_create(scenario, MEMORY_MAX_DEFAULT, &observer, h != NULL);
    bool ran = worker != NULL && worker_run(worker, seed, EVENTS_MAX_DEFAULT, record)
               && record->result.status != WORLD_OUT_OF_MEMORY && (h == NULL || !h->out_of_memory);
    worker_free(worker);
    return ran || failure_set(failure, "out of memory");
}

/* ---- One election ---------------------------------------------------------------------------- */

/* --election N, or the first that follows the start, or the start. */
static const struct election_row *choose(const struct cli *cli, const struct run_result *result,
                                         struct failure *failure)
{
    uint64_t number = cli->options[OPTION_ELECTION].number;
    if (cli->options[OPTION_ELECTION].given && (number == 0 || number > result->election_count))
        failure_set_user(failure, "the run has %" PRIu32 " elections; there is no number %" PRIu64,
                         result->election_count, number);
    else if (result->election_count == 0)
        failure_set_user(failure, "the run has no election");
    else if (number == 0)
        return &result->elections[result->election_count > 1 ? 1 : 0];
    else
        return &result->elections[number - 1];
    return NULL;
}

/* Looks back as far as the causes reach, each time four times farther. */
static bool explain(const struct scenario *scenario, const struct run_record *record,
                    const struct election_row *row, struct history *h, struct explanation *e,
                    struct failure *failure)
{
    sim_ns end = row->decided == TIME_NONE ? row->started : row->decided;
    sim_ns begin
        = row->vacant != TIME_NONE && row->vacant < row->started ? row->vacant : row->started;
    for (sim_ns back = SECOND;; back *= 4) {
        history_reset(h);
        h->from = begin > back ? begin - back : 0;
        h->to = sim_add(end, 10 * SECOND);
        struct run_record again = {0};
        bool ran = simulate(scenario, record->result.seed, h, &again, failure);
        run_record_free(&again);
        if (!ran)
            return false;
        *e = explain_election(h, scenario, &record->result, row);
        if (!e->incomplete || h->from == 0 || h->too_many)
            return true;
    }
}

static void print_heading(const struct run_record *record, const struct explanation *e)
{
    const struct election_row *row = e->election;
    printf("Election %" PRIu32 " of %" PRIu32 ": ", row->number, record->result.election_count);
    printf("trigger %s, root cause %s: %s", election_trigger_names[row->trigger],
           root_cause_names[e->cause], root_cause_abouts[e->cause]);
    if (e->fault != NO_FAULT) {
        fputs(" (", stdout);
        tell_fault(stdout, record, e->fault);
        fputc(')', stdout);
    }
    fputs("\n\nBackwards, each because of what comes below it\n", stdout);
}

static void print_text(const struct run_record *record, const struct explanation *e,
                       const struct told *told)
{
    print_heading(record, e);
    for (size_t i = 0; i < told->count; i++)
        printf("  %14.6f s  %s\n", (double) told->lines[i].at / 1e9, told->lines[i].text);
    if (e->incomplete)
        fputs("  and what led to that lies farther back than is looked\n", stdout);
}

static void print_json(struct json *j, const struct explanation *e, const struct told *told)
{
    json_number(j, "election", e->election->number);
    json_text(j, "trigger", election_trigger_names[e->election->trigger]);
    json_text(j, "cause", root_cause_names[e->cause]);
    if (e->fault == NO_FAULT)
        json_text(j, "fault", NULL);
    else
        json_number(j, "fault", (int64_t) e->fault + 1);
    json_begin(j, "backwards", '[');
    for (size_t i = 0; i < told->count; i++) {
        json_begin(j, NULL, '{');
        json_number(j, "at_ns", told->lines[i].at);
        json_text(j, "text", told->lines[i].text);
        json_end(j, '}');
    }
    json_end(j, ']');
}

/* ---- The twin -------------------------------------------------------------------------------- */

static const char *const change_words[] = {"same", "moves", "vanishes", "appears"};

static void put_row(const struct run_record *record, const struct election_row *row)
{
    char winner[NODE_TEXT_MAX];
    write_node(winner, row->winner, record->scenario->nodes);
    printf("no. %" PRIu32 " (%s, stood at %.3f s, ", row->number,
           election_trigger_names[row->trigger], (double) row->started / 1e9);
    if (row->decided == TIME_NONE)
        printf("%s)", election_outcome_names[row->outcome]);
    else
        printf("won by %s at %.3f s)", winner, (double) row->decided / 1e9);
}

static void print_pairs(const struct run_record *here, const struct run_record *there,
                        const struct twin_pair *pairs, size_t count)
{
    size_t counts[4] = {0};
    for (size_t i = 0; i < count; i++) {
        const struct twin_pair *p = &pairs[i];
        counts[p->change]++;
        if (p->change == TWIN_SAME)
            continue;
        printf("  %-8s  ", change_words[p->change]);
        if (p->here != NULL)
            put_row(here, p->here);
        if (p->change == TWIN_MOVED)
            fputs("  to  ", stdout);
        if (p->there != NULL)
            put_row(there, p->there);
        fputc('\n', stdout);
    }
    printf("  %zu the same, %zu move, %zu vanish, %zu appear\n", counts[TWIN_SAME],
           counts[TWIN_MOVED], counts[TWIN_VANISHED], counts[TWIN_APPEARED]);
}

static void print_pairs_json(struct json *j, const struct twin_pair *pairs, size_t count)
{
    json_begin(j, "twin", '[');
    for (size_t i = 0; i < count; i++) {
        json_begin(j, NULL, '{');
        json_text(j, "change", change_words[pairs[i].change]);
        json_real(j, "election", pairs[i].here != NULL,
                  pairs[i].here != NULL ? pairs[i].here->number : 0);
        json_real(j, "twin_election", pairs[i].there != NULL,
                  pairs[i].there != NULL ? pairs[i].there->number : 0);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static bool compare_with(const struct cli *cli, const struct scenario *twin,
                         const struct run_record *here, struct json *j, struct failure *failure)
{
    struct run_record there = {0};
    if (!simulate(twin, here->result.seed, NULL, &there, failure))
        return false;
    struct twin_pair *pairs = calloc(
        (size_t) here->result.election_count + there.result.election_count + 1, sizeof *pairs);
    if (pairs == NULL) {
        run_record_free(&there);
        return failure_set(failure, "out of memory");
    }
    size_t count = twin_pair(&here->result, &there.result, pairs);
    if (j != NULL) {
        print_pairs_json(j, pairs, count);
    } else {
        const struct option_value *changes = &cli->options[OPTION_TWIN];
        fputs("\nThe same draws with", stdout);
        for (unsigned i = 0; i < changes->count; i++)
            printf("%s %s", i == 0 ? "" : ",", changes->texts[i]);
        printf(": %" PRIu32 " elections in place of %" PRIu32 "\n", there.result.election_count,
               here->result.election_count);
        print_pairs(here, &there, pairs, count);
    }
    free(pairs);
    run_record_free(&there);
    return true;
}

/* ---- The command ----------------------------------------------------------------------------- */

static bool tell(const struct cli *cli, const struct scenario *scenario,
                 const struct scenario *twin, uint64_t seed, struct failure *failure)
{
    struct run_record record = {0};
    struct history h = {0};
    struct told told = {0};
    struct explanation e;
    struct json json = {.out = stdout}, *j = cli->options[OPTION_JSON].given ? &json : NULL;
    const struct election_row *row = NULL;
    bool good = simulate(scenario, seed, NULL, &record, failure)
                && (row = choose(cli, &record.result, failure)) != NULL
                && explain(scenario, &record, row, &h, &e, failure);
    if (good) {
        tell_election(&told, &h, &record, &e);
        good = !told.out_of_memory || failure_set(failure, "out of memory");
    }
    if (good && j != NULL) {
        json_begin(j, NULL, '{');
        print_json(j, &e, &told);
    } else if (good) {
        print_text(&record, &e, &told);
    }
    if (good && twin != NULL)
        good = compare_with(cli, twin, &record, j, failure);
    if (good && j != NULL)
        json_end(j, '}');
    told_clear(&told);
    history_clear(&h);
    run_record_free(&record);
    return good;
}

/* The scenario with the changes of --twin on top; NULL with *status unless there are none. */
static struct scenario *load_twin(const struct cli *cli, const struct loaded *loaded,
                                  enum exit_status *status)
{
    const struct option_value *changes = &cli->options[OPTION_TWIN];
    struct override *more = calloc((size_t) changes->count + 1, sizeof *more);
    unsigned count = 0;
    struct scenario *twin = NULL;
    *status = more == NULL ? cli_fail(EXIT_MACHINE, "out of memory") : EXIT_WELL;
    while (*status == EXIT_WELL && count < changes->count) {
        if (load_override(changes->texts[count], "--twin", &more[count]))
            count++;
        else
            *status = EXIT_USAGE;
    }
    if (*status == EXIT_WELL && count > 0)
        twin = load_scenario(cli, loaded, cli->options[OPTION_VARIANT].text, more, count, status);
    for (unsigned i = 0; i < count; i++)
        free((char *) (uintptr_t) more[i].key);
    free(more);
    return twin;
}

static enum exit_status run(struct cli *cli)
{
    struct loaded loaded;
    struct failure failure = {0};
    enum exit_status status = load_document(cli->arguments[0], &loaded);
    if (status != EXIT_WELL)
        return status;
    struct scenario *scenario
        = load_scenario(cli, &loaded, cli->options[OPTION_VARIANT].text, NULL, 0, &status);
    struct scenario *twin = scenario == NULL ? NULL : load_twin(cli, &loaded, &status);
    if (status == EXIT_WELL
        && !tell(cli, scenario, twin,
                 cli->options[OPTION_SEED].given ? cli->options[OPTION_SEED].number
                                                 : scenario->seed,
                 &failure))
        status = cli_fail_with(&failure);
    scenario_free(twin);
    scenario_free(scenario);
    load_free(&loaded);
    return status;
}

const struct command why_command = {
    .name = "why",
    .arguments = "SCENARIO",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "explain an election: its causes backwards, in plain words",
    .details
    = "Without --election: the first that follows the start. The run is simulated again with "
      "every\n"
      "send, loss, delay and timer noted, so that what it says is what happened. --twin runs the\n"
      "same seed with something changed and says which elections vanish, move or appear.\n"
      "`conclave sweep --causes` counts the root causes of all elections.",
    .example = "conclave why quickstart --seed 7 --election 3 --twin raft.pre_vote=true",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(SEED) | OPTION_BIT(SET) | OPTION_BIT(VARIANT)
               | OPTION_BIT(ELECTION) | OPTION_BIT(TWIN) | OPTION_BIT(JSON),
    .run = run,
};
