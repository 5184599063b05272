/* The pictures, drawn by gnuplot and carried inside the page. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/stale_writes.h"
#include "analysis/json.h"
#include "analysis/plot/gnuplot.h"
#include "analysis/plot/plot.h"
#include "analysis/report/report.h"

/* A memory stream that is read back: gnuplot's program, then its picture. */
struct text {
    char *bytes;
    size_t size;
    FILE *stream;
};

static FILE *text_open(struct text *t)
{
    *t = (struct text){0};
    t->stream = open_memstream(&t->bytes, &t->size);
    return t->stream;
}

static bool text_close(struct text *t)
{
    bool good = t->stream != NULL && fclose(t->stream) == 0;
    t->stream = NULL;
    return good;
}

static bool draw(const struct plot_kind *kind, const struct chart *chart, struct text *picture,
                 struct failure *failure)
{
    struct text program;
    bool good = text_open(&program) != NULL;
    if (good)
        plot_write_program(kind, chart, plot_format_find("svg"), program.stream);
    good = text_close(&program) && good && text_open(picture) != NULL;
    if (!good)
        failure_set(failure, "out of memory");
    else
        good = gnuplot_draw(program.bytes, program.size, picture->stream, failure);
    good = text_close(picture) && good;
    free(program.bytes);
    return good;
}

/* As many variants as can be told apart. */
#define CURVES_MAX 8

struct some_variants {
    const char *names[CURVES_MAX + 1];
};

static const char *const *first_variants(const struct report *r, struct some_variants *some)
{
    *some = (struct some_variants){0};
    for (uint32_t i = 0; i < r->groups.count && i < CURVES_MAX; i++)
        some->names[i] = r->groups.groups[i].name;
    return some->names;
}

bool report_plot(struct report *r, const char *kind_name, const char *caption, int64_t run)
{
    const struct plot_kind *kind = plot_find(kind_name);
    struct plot_request request = {.one_run = run > 0, .run = run};
    struct some_variants some;
    bool curves = strcmp(kind_name, "downtime") == 0 || strcmp(kind_name, "election-time") == 0;
    bool cut = curves && r->groups.count > CURVES_MAX;
    if (cut)
        request.variants = first_variants(r, &some);
    struct chart chart = {0};
    struct text picture = {0};
    struct failure none = {0};
    struct stale_writes stale = {0};
    if (run > 0 && !stale_writes_read(r->path, r->database, run, &stale, r->failure))
        return false;
    request.stale_writes = stale.marks;
    request.stale_write_count = stale.count;
    bool built = plot_build(kind, r->database, &request, &chart, &none);
    /* What does not fit this database (no varied parameter) is left out. */
    bool left_out = (!built && none.user) || (built && chart.empty != NULL);
    bool good = left_out || (built && draw(kind, &chart, &picture, r->failure));
    if (!built && !left_out)
        failure_set(r->failure, "%s", failure_text(&none));
    if (good && !left_out) {
        fputs("<figure><img alt=\"", r->out);
        xml_escape(r->out, caption);
        fputs("\" src=\"data:image/svg+xml;base64,", r->out);
        report_base64(r->out, (const unsigned char *) picture.bytes, picture.size);
        fputs("\"><figcaption>", r->out);
        xml_escape(r->out, caption);
        if (cut)
            fprintf(r->out, "; the first %d of %" PRIu32 " variants", CURVES_MAX, r->groups.count);
        fputs("</figcaption></figure>\n", r->out);
    }
    failure_clear(&none);
    free(picture.bytes);
    stale_writes_free(&stale);
    chart_free(&chart);
    return good;
}

/* A number of the database; the kinds that need more than one of something ask for it. */
static bool take_number(void *context, const struct database_row *row)
{
    *(int64_t *) context = row_number(row, 0);
    return true;
}

bool report_pictures(struct report *r)
{
    static const struct {
        const char *kind, *caption;
        uint32_t variants;  /* drawn for at least so many, */
        const char *wanted; /* and only where this is true, or NULL */
    } all[] = {
        {"downtime", "Time without a leader: the share of vacancies that were over by then", 1,
         NULL},
        {"election-time", "Time of elections: the share of elections that were over by then", 1,
         NULL},
        {"trade-off", "Downtime against needless elections, a point per variant, with the front", 2,
         NULL},
        {"sensitivity", "How a metric moves with the parameter that was varied", 3,
         "SELECT count(DISTINCT algorithm) = 1 FROM run"},
        {"heatmap", "A metric over the two parameters that were varied", 4,
         "SELECT count(DISTINCT algorithm) = 1 FROM run"},
        {"messages", "Messages an election costs, by size of the cluster", 1,
         "SELECT count(DISTINCT nodes) > 1 FROM run"},
    };
    fputs("<section>\n<h2>Pictures</h2>\n<div class=\"pictures\">\n", r->out);
    bool good = true;
    for (size_t i = 0; good && i < sizeof all / sizeof *all; i++) {
        int64_t wanted = 1;
        if (r->groups.count < all[i].variants)
            continue;
        good = all[i].wanted == NULL
               || database_each(r->database, all[i].wanted, NULL, 0, take_number, &wanted,
                                r->failure);
        if (good && wanted != 0)
            good = report_plot(r, all[i].kind, all[i].caption, 0);
    }
    fputs("</div>\n</section>\n", r->out);
    return good;
}
