#include "analysis/plot/shade.h"

#include <math.h>

#define HAIR (1.0 / 800) /* of the run */

struct time_scale time_scale(double duration)
{
    if (duration >= 2 * 3600)
        return (struct time_scale){3600, "h"};
    return duration >= 5 * 60 ? (struct time_scale){60, "min"} : (struct time_scale){1, "s"};
}

static void write_stretch(struct chart *chart, double begin, double end, double scale)
{
    chart_cell(chart, begin / scale);
    chart_cell(chart, end / scale);
    chart_row_end(chart);
}

bool shade_write(struct database *database, int64_t run, double duration, struct time_scale scale,
                 struct chart *chart, struct failure *failure)
{
    struct database_cursor *q = cursor_open(
        database, "SELECT begin_ns, end_ns FROM fault WHERE run_id = ? ORDER BY begin_ns, end_ns",
        failure);
    if (q == NULL)
        return false;
    cursor_bind_number(q, 1, run);
    double begin = NAN, end = NAN;
    while (cursor_next(q)) {
        double from = row_real(cursor_row(q), 0) / 1e9;
        double to = fmax(row_real(cursor_row(q), 1) / 1e9, from + duration * HAIR);
        if (from <= end) { /* never true of NAN: the first one begins a stretch */
            end = fmax(end, to);
            continue;
        }
        if (!isnan(begin))
            write_stretch(chart, begin, end, scale.seconds);
        begin = from;
        end = to;
    }
    if (isnan(begin)) /* gnuplot takes an empty block for an error: something left of the picture */
        begin = end = -1;
    write_stretch(chart, begin, end, scale.seconds);
    return cursor_close(q, failure);
}
