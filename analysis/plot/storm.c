/* An election storm: elections over the time of a run, counted in bars of a round length, those
 * that were needless apart, and faults shaded. One run of each variant, one panel each. */
#include <math.h>
#include <stdlib.h>

#include "analysis/plot/plot.h"
#include "analysis/plot/shade.h"

#define PANELS_MAX 4u
#define BINS_MAX 100u

struct panel {
    const struct plot_run *run;
    unsigned bins[BINS_MAX + 1], needless[BINS_MAX + 1];
    unsigned elections, needless_count;
};

/* The shortest bin of a round length that leaves at most BINS_MAX of them. */
static double bin_of(double duration)
{
    static const double lengths[]
        = {0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400};
    unsigned last = sizeof lengths / sizeof *lengths - 1, i = 0;
    while (i < last && duration / lengths[i] > BINS_MAX)
        i++;
    return fmax(lengths[i], duration / BINS_MAX);
}

static unsigned choose_runs(const struct plot_runs *runs, const struct plot_request *request,
                            struct panel panels[PANELS_MAX])
{
    if (request->one_run) {
        panels[0].run = runs_find(runs, request->run);
        return 1;
    }
    unsigned count = 0;
    for (unsigned s = 0; s < runs->series_count && count < PANELS_MAX; s++)
        for (unsigned i = 0; i < runs->count; i++)
            if (runs->runs[i].series == s) {
                panels[count++].run = &runs->runs[i];
                break;
            }
    return count;
}

/* Counts won elections after the first one, at the time that they were decided. */
static bool count_elections(struct database *database, struct panel *panel, double bin,
                            struct failure *failure)
{
    struct database_cursor *q
        = cursor_open(database,
                      "SELECT decided_ns, trigger = 'timeout' FROM election"
                      " WHERE run_id = ? AND outcome = 'won' AND trigger <> 'startup'",
                      failure);
    if (q == NULL)
        return false;
    cursor_bind_number(q, 1, panel->run->id);
    while (cursor_next(q)) {
        double at = row_real(cursor_row(q), 0) / 1e9 / bin;
        unsigned i = at < BINS_MAX ? (unsigned) at : BINS_MAX;
        bool needless = row_number(cursor_row(q), 1) != 0;
        panel->bins[i]++;
        panel->needless[i] += needless;
        panel->elections++;
        panel->needless_count += needless;
    }
    return cursor_close(q, failure);
}

static double write_bins(struct chart *chart, const struct panel *panels, unsigned count,
                         const struct plot_runs *runs, double bin, struct time_scale scale)
{
    double most = 0;
    chart_block(chart, "bins", "panel,time,elections,needless,run,label");
    for (unsigned p = 0; p < count; p++) {
        const struct panel *panel = &panels[p];
        for (unsigned i = 0; i * bin < panel->run->duration && i <= BINS_MAX; i++) {
            most = fmax(most, panel->bins[i]);
            chart_cell(chart, p + 1);
            chart_cell(chart, (i + 0.5) * bin / scale.seconds);
            chart_cell(chart, panel->bins[i]);
            chart_cell(chart, panel->needless[i]);
            chart_cell(chart, (double) panel->run->id);
            chart_cell_text(chart, runs->labels[panel->run->series]);
            chart_row_end(chart);
        }
        chart_series_end(chart);
    }
    chart_block_end(chart);
    return most;
}

static void write_labels(struct chart *chart, const struct panel *panels, unsigned count,
                         const struct plot_runs *runs)
{
    fprintf(chart->program, "array label[%u]\n", count);
    for (unsigned p = 0; p < count; p++) {
        char name[24];
        (void) snprintf(name, sizeof name, "label[%u]", p + 1);
        chart_text(chart, name, "%s: %u elections, %u of them needless",
                   runs->labels[panels[p].run->series], panels[p].elections,
                   panels[p].needless_count);
    }
}

static void write_texts(struct chart *chart, const struct panel *panels, unsigned count,
                        const struct plot_runs *runs, double bin)
{
    const struct plot_run *first = panels[0].run;
    char scenario[SHORT_TITLE_MAX];
    runs_short_title(scenario, first->scenario);
    double unit = bin >= 3600 ? 3600 : bin >= 60 ? 60 : 1;
    chart_text(chart, "headline", "When do elections happen?");
    if (count < runs->series_count && count > 1)
        chart_text(chart, "subtitle", "%s, seed %lld; the first %u of %u variants",
                   runs->several_scenarios ? "Several scenarios" : scenario,
                   (long long) first->seed, count, runs->series_count);
    else
        chart_text(chart, "subtitle", "%s, seed %lld",
                   runs->several_scenarios && count > 1 ? "Several scenarios" : scenario,
                   (long long) first->seed);
    chart_text(chart, "bin_label", "%.3g %s", bin / unit, unit > 60 ? "h" : unit > 1 ? "min" : "s");
}

static bool write_chart(struct database *database, const struct panel *panels, unsigned count,
                        const struct plot_runs *runs, double bin, struct chart *chart,
                        struct failure *failure)
{
    double duration = 0;
    for (unsigned p = 0; p < count; p++)
        duration = fmax(duration, panels[p].run->duration);
    struct time_scale scale = time_scale(duration);
    chart->height = 0.55 + 0.35 * count;
    write_texts(chart, panels, count, runs, bin);
    write_labels(chart, panels, count, runs);
    double most = write_bins(chart, panels, count, runs, bin, scale);
    chart_number(chart, "panels", count);
    chart_number(chart, "bin", bin / scale.seconds);
    chart_number(chart, "duration", duration / scale.seconds);
    chart_number(chart, "most", most == 0 ? 1 : most);
    chart_text(chart, "time_unit", "%s", scale.unit);
    chart_block(chart, "faults", NULL);
    for (unsigned p = 0; p < count; p++) {
        if (!shade_write(database, panels[p].run->id, panels[p].run->duration, scale, chart,
                         failure))
            return false;
        chart_series_end(chart);
    }
    chart_block_end(chart);
    return true;
}

static bool build(struct database *database, struct plot_runs *runs,
                  const struct plot_request *request, struct chart *chart, struct failure *failure)
{
    if (!runs_group(runs, NULL, 0))
        return failure_set(failure, "out of memory");
    struct panel panels[PANELS_MAX] = {0};
    unsigned count = choose_runs(runs, request, panels), elections = 0;
    double duration = 0;
    for (unsigned p = 0; p < count; p++)
        duration = fmax(duration, panels[p].run->duration);
    double bin = bin_of(duration);
    for (unsigned p = 0; p < count; p++) {
        if (!count_elections(database, &panels[p], bin, failure))
            return false;
        elections += panels[p].elections;
    }
    if (elections == 0)
        return chart_empty(chart, "no election was won after the first one")
               || failure_set(failure, "out of memory");
    return write_chart(database, panels, count, runs, bin, chart, failure);
}

extern const char storm_gp[];

const struct plot_kind storm_plot = {
    .name = "storm",
    .about = "elections over the time of a run, needless ones apart, faults shaded",
    .script = storm_gp,
    .build = build,
};
