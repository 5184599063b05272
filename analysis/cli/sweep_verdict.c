/* What a sweep comes to: told to people, written for CI, and the exit status. */
#include <inttypes.h>
#include <stdlib.h>

#include "analysis/cli/output.h"
#include "analysis/cli/sweep_figures.h"
#include "analysis/summary/format.h"
#include "analysis/summary/summary.h"

/* A variant's runs that went wrong, and the command that repeats the first of them. */
static void print_wrong(const struct sweep *s, unsigned variant, const char *how,
                        const struct tally *tally)
{
    const char *name = s->plan->names[variant];
    if (tally->failures == 0)
        return;
    char *command = plan_command(s->cli, s->plan, variant, tally->first_failed);
    printf("        %s%s%s in %" PRIu64 " of %" PRIu64, name, *name == '\0' ? "" : ": ", how,
           tally->failures, tally->shown + tally->failures);
    if (tally->undecided > 0)
        printf(" (%" PRIu64 " undecided: still without a leader at the end)", tally->undecided);
    printf(", first: %s\n", command == NULL ? "out of memory" : command);
    free(command);
}

static void print_line(const char *verdict, bool sometimes, const char *text, struct tally all)
{
    printf("  %-5s %s%s   (%" PRIu64 " of %" PRIu64 " runs)\n", verdict,
           sometimes ? "sometimes: " : "", text, all.shown, all.shown + all.failures);
}

/* Of an expectation that every run must meet: in which variants it failed. */
static void print_judged(const struct sweep *s, const struct expectation *e,
                         const struct judged *judged)
{
    print_line(judged->good ? "PASS" : (judged->open ? "OPEN" : "FAIL"), e->sometimes, e->text,
               judged->all);
    for (unsigned v = 0; v < s->plan->variant_count && !e->sometimes; v++)
        for (uint32_t i = 0; i < s->plan->scenarios[v]->expectation_count; i++)
            if (sweep_is_same(&s->plan->scenarios[v]->expectations[i], e)) {
                print_wrong(s, v, "failed", sweep_tally_of(s, v, i));
                break;
            }
}

/* Nothing is said of promises that were kept. */
static void print_promises(const struct sweep *s)
{
    struct tally all = {0};
    for (unsigned v = 0; v < s->plan->variant_count; v++) {
        all.shown += s->promises[v].shown;
        all.failures += s->promises[v].failures;
    }
    if (all.failures == 0)
        return;
    print_line("FAIL", false, "promises of the algorithm", all);
    for (unsigned v = 0; v < s->plan->variant_count; v++)
        print_wrong(s, v, "broken", &s->promises[v]);
}

static void print_expectations(const struct sweep *s)
{
    struct judged judged;
    print_promises(s);
    for (unsigned v = 0; v < s->plan->variant_count; v++)
        for (uint32_t i = 0; i < s->plan->scenarios[v]->expectation_count; i++)
            if (sweep_judge(s, v, i, &judged))
                print_judged(s, &s->plan->scenarios[v]->expectations[i], &judged);
}

static void print_next_step(const struct sweep *s)
{
    if (s->plan->shard_count > 1) {
        printf("\nNext: conclave merge OUT DB... joins the %" PRIu64 " shards\n",
               s->plan->shard_count);
        return;
    }
    fputs("\nNext: conclave compare", stdout);
    summary_put_word(stdout, s->db);
    fputc('\n', stdout);
}

/* The verdict comes first, as the figures need room for the time of every election. What was asked
 * for by an option is said to who wants quiet, too. */
static bool print_text(struct sweep *s)
{
    bool quiet = s->cli->options[OPTION_QUIET].given;
    struct figures figures = {0};
    if (!quiet)
        print_expectations(s);
    bool good = quiet || figures_read(s, &figures, &s->failure);
    if (!quiet && good)
        figures_print(&figures, stdout);
    figures_free(&figures);
    if (s->causes != NULL)
        cause_tally_print(s->causes, s->plan->names, s->plan->variant_count, stdout);
    if (s->until != NULL)
        until_tell(s->until, s->plan->names, stdout);
    if (!quiet)
        print_next_step(s);
    return good;
}

static bool print_json(struct sweep *s, bool passed)
{
    struct figures figures = {0};
    bool good = figures_read(s, &figures, &s->failure);
    if (good)
        sweep_print_json(s, &figures, passed, stdout);
    figures_free(&figures);
    return good;
}

static bool has_passed(const struct sweep *s)
{
    struct judged judged;
    for (unsigned v = 0; v < s->plan->variant_count; v++)
        for (uint32_t i = 0; i < s->plan->scenarios[v]->expectation_count; i++)
            if (sweep_judge(s, v, i, &judged) && !judged.good && !judged.open)
                return false;
    return s->broken_runs == 0 && s->limited_runs == 0
           && (s->until == NULL || until_reached(s->until));
}

static bool write_junit(struct sweep *s)
{
    struct output out = {0};
    const char *path = s->cli->options[OPTION_JUNIT].text;
    if (path == NULL)
        return true;
    if (!output_open(&out, path, &s->failure))
        return false;
    sweep_write_junit(s, out.file);
    return output_close(&out, true, &s->failure);
}

/* To standard error: how the running went. */
static void tell_running(const struct sweep *s)
{
    double took = sweep_seconds_now() - s->begun;
    char text[FIGURE_MAX];
    format_seconds(text, took);
    if (s->progress)
        fputc('\n', stderr);
    fprintf(stderr, "%" PRIu64 " runs in %s, %.1f M events/s; stored in %s\n", s->done, text,
            (double) s->events / took / 1e6, s->db);
    if (s->limited_runs > 0)
        fprintf(stderr, "%" PRIu64 " runs ended at the event limit\n", s->limited_runs);
    if (s->broken_runs > 0)
        fprintf(stderr, "%" PRIu64 " runs broke a promise of the algorithm: see table violation\n",
                s->broken_runs);
}

enum exit_status sweep_verdict(struct sweep *s, enum pool_end end)
{
    tell_running(s);
    if (end == POOL_INTERRUPTED) {
        fprintf(stderr,
                "interrupted: %" PRIu64 " of %" PRIu64 " runs are stored; go on with "
                "the same command and --resume\n",
                s->before + s->done, s->before + s->wanted);
        return EXIT_FAILED;
    }
    if (!write_junit(s))
        return cli_fail_with(&s->failure);
    bool passed = has_passed(s);
    if (!(s->cli->options[OPTION_JSON].given ? print_json(s, passed) : print_text(s)))
        return cli_fail_with(&s->failure);
    return passed ? EXIT_WELL : EXIT_FAILED;
}
