/* What a sweep comes to: told to people, written for CI, and the exit status. */
#include <inttypes.h>

#include "analysis/cli/output.h"
#include "analysis/cli/sweep.h"
#include "analysis/summary/format.h"

static void print_one(const struct expectation *e, const struct judged *judged)
{
    printf("  %-5s %s%s   (%" PRIu64 " of %" PRIu64 " runs)\n",
           judged->good ? "PASS" : (judged->open ? "OPEN" : "FAIL"),
           e->sometimes ? "sometimes: " : "", e->text, judged->all.shown,
           judged->all.shown + judged->all.failures);
}

/* How many expectations failed. */
static uint64_t judge_all(const struct sweep *s, bool print)
{
    uint64_t failed = 0;
    struct judged judged;
    for (unsigned v = 0; v < s->plan->variant_count; v++)
        for (uint32_t i = 0; i < s->plan->scenarios[v]->expectation_count; i++) {
            if (!sweep_judge(s, v, i, &judged))
                continue;
            failed += !judged.good && !judged.open;
            if (print)
                print_one(&s->plan->scenarios[v]->expectations[i], &judged);
        }
    return failed;
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
    uint64_t failed = judge_all(s, !s->cli->options[OPTION_QUIET].given);
    if (s->causes != NULL)
        cause_tally_print(s->causes, s->plan->names, s->plan->variant_count, stdout);
    bool tight = s->until == NULL || until_reached(s->until);
    if (s->until != NULL)
        until_tell(s->until, s->plan->names, stdout);
    return !tight || failed > 0 || s->broken_runs > 0 || s->limited_runs > 0 ? EXIT_FAILED
                                                                             : EXIT_WELL;
}
