#include "analysis/report/report.h"

#include <inttypes.h>
#include <string.h>

#include "analysis/json.h"

extern const char page_css[], page_js[]; /* page.css and page.js, by the build */

void report_base64(FILE *out, const unsigned char *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t group = (uint32_t) bytes[i] << 16 | (left > 1 ? (uint32_t) bytes[i + 1] << 8 : 0)
                         | (left > 2 ? (uint32_t) bytes[i + 2] : 0);
        fputc(digits[group >> 18], out);
        fputc(digits[group >> 12 & 63], out);
        fputc(left > 1 ? digits[group >> 6 & 63] : '=', out);
        fputc(left > 2 ? digits[group & 63] : '=', out);
    }
}

void report_variant(FILE *out, const char *variant)
{
    xml_escape(out, *variant == '\0' ? "(all)" : variant);
}

void report_repeat(struct report *r, const char *command, int64_t id)
{
    bool plain
        = strspn(r->path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-")
          == strlen(r->path);
    fprintf(r->out, "<code>conclave %s ", command);
    if (plain) {
        xml_escape(r->out, r->path);
    } else {
        char one[2] = {0};
        fputs("&#39;", r->out);
        for (const char *c = r->path; *c != '\0'; c++) {
            one[0] = *c;
            if (*c == '\'')
                fputs("&#39;\\&#39;&#39;", r->out);
            else if ((unsigned char) *c >= 0x80)
                fputc(*c, r->out); /* part of a longer character */
            else
                xml_escape(r->out, one);
        }
        fputs("&#39;", r->out);
    }
    fprintf(r->out,
            strcmp(command, "timeline") == 0 ? " --run %" PRId64 " -o run.svg</code>"
            : strcmp(command, "why") == 0    ? " --run %" PRId64 "</code>"
                                             : " %" PRId64 "</code>",
            id);
}

void report_table(FILE *out, const char *label, const char *const *headings)
{
    fprintf(out,
            "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n<table>\n"
            "<thead><tr>",
            label);
    for (; *headings != NULL; headings++)
        fprintf(out, "<th scope=\"col\">%s</th>", *headings);
    fputs("</tr></thead>\n<tbody>\n", out);
}

void report_table_end(FILE *out)
{
    fputs("</tbody>\n</table>\n</div>\n", out);
}

const struct run_group *report_group(const struct report *r, int64_t run)
{
    uint32_t group = groups_of(&r->groups, run);
    return group == GROUP_NONE ? NULL : &r->groups.groups[group];
}

struct overview {
    uint64_t seeds;
    int64_t first_seed, last_seed;
    FILE *out;
};

static bool take_overview(void *context, const struct database_row *row)
{
    struct overview *o = context;
    o->seeds = (uint64_t) row_number(row, 0);
    o->first_seed = row_number(row, 1);
    o->last_seed = row_number(row, 2);
    return true;
}

static bool take_title(void *context, const struct database_row *row)
{
    struct overview *o = context;
    const char *title = row_text(row, 0);
    xml_escape(o->out, title == NULL ? "" : title);
    return true;
}

static bool write_title(struct report *r, const struct overview *o)
{
    return database_each(r->database,
                         "SELECT scenario || CASE WHEN (SELECT count(DISTINCT scenario) FROM run) >"
                         " 1 THEN ' and others' ELSE '' END FROM run ORDER BY id LIMIT 1",
                         NULL, 0, take_title, (void *) (uintptr_t) o, r->failure);
}

static bool write_head(struct report *r)
{
    struct overview o = {.out = r->out};
    if (!database_each(r->database, "SELECT count(DISTINCT seed), min(seed), max(seed) FROM run",
                       NULL, 0, take_overview, &o, r->failure)
        || !groups_read(r->database, NULL, &r->groups, r->failure))
        return false;
    if (r->groups.run_count == 0)
        return failure_set_user(r->failure, "%s: holds no runs", r->path);
    unsigned variants = r->groups.count;
    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n<title>",
          r->out);
    bool good = write_title(r, &o);
    fprintf(r->out, " — Conclave</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n<h1>",
            page_css);
    good = good && write_title(r, &o);
    fprintf(r->out,
            "</h1>\n<p>%zu simulated run%s: %u variant%s, %" PRIu64 " seed%s (%" PRId64
            " to %" PRId64 ").</p>\n",
            r->groups.run_count, r->groups.run_count == 1 ? "" : "s", variants,
            variants == 1 ? "" : "s", o.seeds, o.seeds == 1 ? "" : "s", o.first_seed, o.last_seed);
    return good;
}

bool report_write(struct report *r)
{
    if (!write_head(r) || !report_answer(r) || !report_expectations(r) || !report_alerts(r)
        || !report_pictures(r) || !report_worst_runs(r) || !report_origin(r))
        return false;
    fprintf(r->out, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", page_js);
    return true;
}
