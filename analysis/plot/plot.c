#include "analysis/plot/plot.h"

#include <string.h>
#include <strings.h>

/* Made at build time from the files of this folder. */
extern const char style_gp[];

#define PLOTS(X)                                                                                   \
    X(downtime)                                                                                    \
    X(election_time)                                                                               \
    X(heatmap)                                                                                     \
    X(sensitivity)                                                                                 \
    X(storm)                                                                                       \
    X(leadership)                                                                                  \
    X(messages)                                                                                    \
    X(trade_off)

#define DECLARE(name) extern const struct plot_kind name##_plot;
PLOTS(DECLARE)
#define ENTRY(name) &name##_plot,
const struct plot_kind *const plot_kinds[] = {PLOTS(ENTRY) NULL};

const struct plot_kind *plot_find(const char *name)
{
    for (const struct plot_kind *const *k = plot_kinds; *k != NULL; k++)
        if (strcmp((*k)->name, name) == 0)
            return *k;
    return NULL;
}

bool plot_build(const struct plot_kind *kind, struct database *database,
                const struct plot_request *request, struct chart *chart, struct failure *failure)
{
    struct plot_runs runs = {0};
    struct run_groups groups = {0};
    bool good = chart_begin(chart) || failure_set(failure, "out of memory");
    good = good && groups_read(database, request->variants, &groups, failure)
           && runs_load(database, &groups, request->one_run, &runs, failure);
    chart->left_out = request->one_run ? 0 : groups.twice;
    if (good && runs.count == 0)
        good = chart_empty(chart, "the database holds no runs")
               || failure_set(failure, "out of memory");
    else if (good && request->one_run && runs_find(&runs, request->run) == NULL)
        good = failure_set_user(failure,
                                "there is no run %lld in the database; it has %u, from %lld "
                                "to %lld",
                                (long long) request->run, runs.count, (long long) runs.runs[0].id,
                                (long long) runs.runs[runs.count - 1].id);
    else if (good)
        good = kind->build(database, &runs, request, chart, failure);
    runs_free(&runs);
    groups_free(&groups);
    if (!chart_finish(chart) && good)
        good = failure_set(failure, "out of memory");
    return good;
}

/* ---- Formats --------------------------------------------------------------------------------- */

#define PICTURE_WIDTH 830
#define PICTURE_HEIGHT 470

static const struct plot_format formats[] = {
    {"svg", "svg font \"DejaVu Sans,sans-serif,12\" background '#ffffff'", true},
    {"png", "pngcairo font 'DejaVu Sans,10.5' background '#ffffff'", true},
    {"pdf", "pdfcairo font 'DejaVu Sans,9' background '#ffffff'", false},
    {"terminal", "dumb", false},
    {"gp", NULL, true},
};

const struct plot_format *plot_format_find(const char *name)
{
    const char *dot = strrchr(name, '.'), *wanted = dot == NULL ? name : dot + 1;
    for (unsigned i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcasecmp(formats[i].name, wanted) == 0)
            return &formats[i];
    return NULL;
}

static void write_terminal(const struct plot_format *format, double height, FILE *out)
{
    const char *terminal = format->terminal != NULL ? format->terminal : formats[0].terminal;
    if (strcmp(format->name, "terminal") == 0)
        fprintf(out, "set terminal dumb noenhanced size 110,%d\nin_terminal = 1\n",
                (int) (34 * height));
    else if (format->pixels)
        fprintf(out, "set terminal %s noenhanced size %d,%d\nin_terminal = 0\n", terminal,
                PICTURE_WIDTH, (int) (PICTURE_HEIGHT * height));
    else
        fprintf(out, "set terminal %s noenhanced size 18cm,%.1fcm\nin_terminal = 0\n", terminal,
                10.2 * height);
}

void plot_write_program(const struct plot_kind *kind, const struct chart *chart,
                        const struct plot_format *format, FILE *out)
{
    fprintf(out, "# Conclave's plot of kind %s. By hand: gnuplot THIS_FILE > picture.svg\n\n",
            kind->name);
    write_terminal(format, chart->height, out);
    fwrite(chart->program_text, 1, chart->program_size, out);
    fprintf(out, "\n%s\n%s", style_gp, kind->script);
}
