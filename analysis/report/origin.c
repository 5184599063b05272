/* Where it all comes from: scenarios, parameters, version, trace hashes, and how to repeat it. */
#include <inttypes.h>
#include <string.h>

#include "analysis/json.h"
#include "analysis/report/report.h"

static bool write_variant(void *context, const struct database_row *row)
{
    FILE *out = context;
    fputs("<tr><td>", out);
    report_variant(out, row_text(row, 0));
    fputs("</td><td>", out);
    xml_escape(out, row_text(row, 1));
    fprintf(out, "</td><td>%" PRId64 "</td><td>%.9g s</td><td>%" PRId64 "</td><td><code>",
            row_number(row, 2), (double) row_number(row, 3) / 1e9, row_number(row, 4));
    xml_escape(out, row_text(row, 5));
    fputs("</code></td><td>", out);
    xml_escape(out, row_text(row, 6));
    fputs("</td></tr>\n", out);
    return true;
}

static bool write_scenario(void *context, const struct database_row *row)
{
    FILE *out = context;
    fputs("<details><summary>The scenario, as it was run: <b>", out);
    xml_escape(out, row_text(row, 0));
    fputs("</b></summary>\n<pre tabindex=\"0\">", out);
    const char *text = row_text(row, 1);
    for (const char *line = text; *line != '\0';) { /* line ends are no control characters here */
        size_t length = strcspn(line, "\n");
        char piece[512];
        for (size_t at = 0; at < length;) {
            size_t take = length - at < sizeof piece - 1 ? length - at : sizeof piece - 1;
            memcpy(piece, line + at, take);
            piece[take] = '\0';
            xml_escape(out, piece);
            at += take;
        }
        line += length;
        if (*line == '\n') {
            fputc('\n', out);
            line++;
        }
    }
    fputs("</pre></details>\n", out);
    return true;
}

static bool write_hash(void *context, const struct database_row *row)
{
    FILE *out = context;
    fprintf(out, "%" PRId64 " %" PRId64 " %s\n", row_number(row, 0), row_number(row, 1),
            row_text(row, 2));
    return true;
}

static void write_how(struct report *r)
{
    fputs("<p>Every run is a pure function of scenario, parameters and seed. ", r->out);
    report_repeat(r, "replay", 1);
    fputs(" runs one again from this database and compares trace hash, elections and metrics; "
          "<code>conclave report</code> makes this page again.</p>\n",
          r->out);
}

bool report_origin(struct report *r)
{
    FILE *out = r->out;
    fputs("<section>\n<h2>Where it comes from</h2>\n", out);
    write_how(r);
    fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Variants and their "
          "parameters\">\n<table>\n<thead><tr><th scope=\"col\">variant</th><th "
          "scope=\"col\">algorithm</th><th scope=\"col\">nodes</th><th scope=\"col\">simulated</th>"
          "<th scope=\"col\">runs</th><th scope=\"col\">what differs from the scenario</th><th "
          "scope=\"col\">version</th></tr></thead>\n<tbody>\n",
          out);
    if (!database_each(r->database,
                       "SELECT variant, algorithm, nodes, max(duration_ns), count(*), parameters,"
                       " version FROM run GROUP BY variant, parameters, version ORDER BY min(id)",
                       NULL, 0, write_variant, out, r->failure))
        return false;
    fputs("</tbody>\n</table>\n</div>\n", out);
    if (!database_each(r->database,
                       "SELECT scenario, scenario_text FROM run GROUP BY scenario_text ORDER BY"
                       " min(id)",
                       NULL, 0, write_scenario, out, r->failure))
        return false;
    fputs("<details><summary>Trace hashes: run, seed, hash</summary>\n<pre tabindex=\"0\">", out);
    bool good = database_each(r->database, "SELECT id, seed, trace_hash FROM run ORDER BY id", NULL,
                              0, write_hash, out, r->failure);
    fputs("</pre></details>\n</section>\n", out);
    return good;
}
