/* Where it all comes from: scenarios, parameters, version, trace hashes, and how to repeat it. */
#include <inttypes.h>
#include <string.h>

#include "analysis/json.h"
#include "analysis/report/report.h"

struct origin {
    FILE *out;
    const struct run_group *group;
};

static bool write_variant(void *context, const struct database_row *row)
{
    const struct origin *o = context;
    fputs("<tr><td>", o->out);
    report_variant(o->out, o->group->name);
    fputs("</td><td>", o->out);
    xml_escape(o->out, row_text(row, 0));
    fprintf(o->out, "</td><td>%" PRId64 "</td><td>%.9g s</td><td>%" PRIu64 "</td><td><code>",
            row_number(row, 1), (double) row_number(row, 2) / 1e9, o->group->runs);
    xml_escape(o->out, row_text(row, 3));
    fputs("</code></td><td>", o->out);
    xml_escape(o->out, row_text(row, 4));
    fputs("</td></tr>\n", o->out);
    return true;
}

/* Every variant, by its first run. */
static bool write_variants(struct report *r)
{
    bool good = true;
    for (uint32_t i = 0; good && i < r->groups.count; i++) {
        struct origin o = {r->out, &r->groups.groups[i]};
        const struct grouped_run *run = r->groups.runs;
        while (run->group != i)
            run++;
        good = database_each(r->database,
                             "SELECT algorithm, nodes, duration_ns, parameters, version FROM run"
                             " WHERE id = ?9",
                             NULL, run->id, write_variant, &o, r->failure);
    }
    return good;
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
    static const char *const headings[]
        = {"variant", "algorithm", "nodes", "simulated", "runs", "what differs from the scenario",
           "version", NULL};
    FILE *out = r->out;
    fputs("<section>\n<h2>Where it comes from</h2>\n", out);
    write_how(r);
    report_table(out, "Variants and their parameters", headings);
    if (!write_variants(r))
        return false;
    report_table_end(out);
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
