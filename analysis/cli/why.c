/* conclave why: the causes of an election, backwards. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/load.h"
#include "analysis/cli/load_stored.h"
#include "analysis/json.h"
#include "analysis/why/explain.h"
#include "analysis/why/tell.h"
#include "analysis/why/twin.h"
#include "scenarios/language/describe.h"

/* What is asked about, and what --twin makes of it (or NULL). */
struct subject {
    const struct scenario *scenario, *twin;
    uint64_t seed, events_max;
};

/* ---- One election ---------------------------------------------------------------------------- */

/* --election N, or the first that follows the start, or the start. */
static const struct election_row *choose(const struct cli *cli, const struct run_result *result,
                                         struct failure *failure)
{
    uint64_t number = cli->options[OPTION_ELECTION].number;
    if (cli->options[OPTION_ELECTION].given && (number == 0 || number > result->election_count))
        failure_set_user(failure, "the run has %" PRIu32 " election%s; there is no number %" PRIu64,
                         result->election_count, result->election_count == 1 ? "" : "s", number);
    else if (result->election_count == 0)
        failure_set_user(failure, "the run has no election");
    else if (number == 0)
        return &result->elections[result->election_count > 1 ? 1 : 0];
    else
        return &result->elections[number - 1];
    return NULL;
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

static bool compare_with(const struct cli *cli, const struct subject *subject,
                         const struct run_record *here, struct json *j, struct failure *failure)
{
    struct run_record there = {0};
    if (!run_once(subject->twin, here->result.seed, subject->events_max, NULL, &there, failure))
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
        printf(": %" PRIu32 " election%s in place of %" PRIu32 "\n", there.result.election_count,
               there.result.election_count == 1 ? "" : "s", here->result.election_count);
        print_pairs(here, &there, pairs, count);
    }
    free(pairs);
    run_record_free(&there);
    return true;
}

/* ---- The command ----------------------------------------------------------------------------- */

static bool tell(const struct cli *cli, const struct subject *subject, struct failure *failure)
{
    struct run_record record = {0};
    struct history h = {0};
    struct told told = {0};
    struct explanation e;
    struct json json = {.out = stdout}, *j = cli->options[OPTION_JSON].given ? &json : NULL;
    const struct election_row *row = NULL;
    bool good
        = run_once(subject->scenario, subject->seed, subject->events_max, NULL, &record, failure)
          && (row = choose(cli, &record.result, failure)) != NULL
          && explain_again(&record, subject->events_max, row, &h, &e, failure);
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
    if (good && subject->twin != NULL)
        good = compare_with(cli, subject, &record, j, failure);
    if (good && j != NULL)
        json_end(j, '}');
    told_clear(&told);
    history_clear(&h);
    run_record_free(&record);
    return good;
}

/* The changes of --twin; free_changes() takes them back. */
static enum exit_status gather_changes(const struct cli *cli, struct override **changes,
                                       unsigned *count)
{
    const struct option_value *words = &cli->options[OPTION_TWIN];
    *count = 0;
    *changes = calloc((size_t) words->count + 1, sizeof **changes);
    if (*changes == NULL)
        return cli_fail(EXIT_MACHINE, "out of memory");
    while (*count < words->count) {
        if (!load_override(words->texts[*count], "--twin", &(*changes)[*count]))
            return EXIT_USAGE;
        ++*count;
    }
    return EXIT_WELL;
}

static void free_changes(struct override *changes, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        free((char *) (uintptr_t) changes[i].key);
    free(changes);
}

static enum exit_status why_scenario(const struct cli *cli, const struct override *changes,
                                     unsigned count)
{
    struct loaded loaded;
    struct failure failure = {0};
    enum exit_status status = load_document(cli->arguments[0], &loaded);
    if (status != EXIT_WELL)
        return status;
    const char *variant = cli->options[OPTION_VARIANT].text;
    struct scenario *scenario = load_scenario(cli, &loaded, variant, NULL, 0, &status);
    struct scenario *twin = scenario == NULL || count == 0
                                ? NULL
                                : load_scenario(cli, &loaded, variant, changes, count, &status);
    if (status == EXIT_WELL) {
        const struct option_value *seed = &cli->options[OPTION_SEED];
        const struct subject subject
            = {scenario, twin, seed->given ? seed->number : scenario->seed, EVENTS_MAX_DEFAULT};
        if (!tell(cli, &subject, &failure))
            status = cli_fail_with(&failure);
    }
    scenario_free(twin);
    scenario_free(scenario);
    load_free(&loaded);
    return status;
}

static enum exit_status why_stored(const struct cli *cli, const struct override *changes,
                                   unsigned count)
{
    struct loaded_run stored;
    struct failure failure = {0};
    enum exit_status status = load_stored_asked(cli, &stored);
    struct scenario *twin = NULL;
    if (status == EXIT_WELL && count > 0) {
        twin = load_stored_changed(&stored, changes, count);
        status = twin == NULL ? EXIT_USAGE : EXIT_WELL;
    }
    if (status == EXIT_WELL) {
        const struct subject subject
            = {stored.scenario, twin, stored.run.seed, load_stored_events_max(&stored)};
        if (!tell(cli, &subject, &failure))
            status = cli_fail_with(&failure);
    }
    scenario_free(twin);
    load_stored_free(&stored);
    return status;
}

static enum exit_status run(struct cli *cli)
{
    struct override *changes;
    unsigned count;
    enum exit_status status = gather_changes(cli, &changes, &count);
    if (status == EXIT_WELL)
        status = cli->options[OPTION_RUN].given ? why_stored(cli, changes, count)
                                                : why_scenario(cli, changes, count);
    free_changes(changes, count);
    return status;
}

const struct command why_command = {
    .name = "why",
    .arguments = "SCENARIO|DB",
    .arguments_min = 1,
    .arguments_max = 1,
    .about = "explain an election: its causes backwards, in plain words",
    .details
    = "Without --election: the first that follows the start. The run is simulated again with "
      "every\n"
      "send, loss, delay and timer noted, so that what it says is what happened. --twin runs the\n"
      "same seed with something changed and says which elections vanish, move or appear.\n"
      "With --run N it is run N of a database, as it was stored.\n"
      "`conclave sweep --causes` counts the root causes of all elections.",
    .example = "conclave why quickstart --seed 7 --election 3 --twin raft.pre_vote=true",
    .options = OPTION_BIT(PLUGIN) | OPTION_BIT(SEED) | OPTION_BIT(SET) | OPTION_BIT(VARIANT)
               | OPTION_BIT(RUN) | OPTION_BIT(ELECTION) | OPTION_BIT(TWIN) | OPTION_BIT(JSON),
    .run = run,
};
