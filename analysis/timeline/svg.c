/* The space-time diagram: a lane for each node, time from left to right. Nothing here depends on
 * anything but the run, so the same run gives the same picture byte for byte. */
#include <inttypes.h>
#include <string.h>

#include "analysis/json.h"
#include "analysis/summary/fault_words.h"
#include "analysis/summary/format.h"
#include "analysis/timeline/timeline.h"
#include "analysis/trace/text.h"
#include "scenarios/language/describe.h"

#define WIDTH 1200
#define LEFT 60
#define RIGHT 36
#define TOP 74
#define LANE 84
#define MESSAGES_MAX 600u /* more than this, and heartbeats are left out */

/* Okabe and Ito's colours, told apart by everybody. */
static const char *const message_colours[]
    = {"#D55E00", "#E69F00", "#CC79A7", "#882255", "#999999", "#BBBBBB", "#56B4E9", "#0072B2"};
#define COLOURS (sizeof message_colours / sizeof *message_colours)

struct role_style {
    const char *name, *colour;
};
static const struct role_style role_styles[] = {
    [ROLE_FOLLOWER] = {"follower", "#C8D3DA"},
    [ROLE_PRE_CANDIDATE] = {"pre-candidate", "#F5DE8F"},
    [ROLE_CANDIDATE] = {"candidate", "#F0C000"},
    [ROLE_LEADER] = {"leader", "#009E73"},
};

struct drawing {
    FILE *out;
    const struct timeline *t;
    const struct run_record *run;
    uint32_t lanes;
    bool without_heartbeats;
};

/* ---- Places ---------------------------------------------------------------------------------- */

/* In tenths of a pixel; what lies outside of the window lies outside of the picture. */
static int64_t x_of(const struct drawing *d, sim_ns at)
{
    int64_t span = d->t->to - d->t->from;
    double place = (double) (at - d->t->from) / (double) (span > 0 ? span : 1);
    return (int64_t) ((LEFT + place * (WIDTH - LEFT - RIGHT)) * 10);
}

static int y_of(node_id node)
{
    return TOP + LANE / 2 + (int) node * LANE;
}

static void put_x(const struct drawing *d, const char *name, int64_t tenths)
{
    fprintf(d->out, " %s=\"%s%" PRId64 ".%d\"", name, tenths < 0 && tenths > -10 ? "-" : "",
            tenths / 10, (int) ((tenths < 0 ? -tenths : tenths) % 10));
}

static void put_line(const struct drawing *d, int64_t x1, int y1, int64_t x2, int y2)
{
    fputs("<line", d->out);
    put_x(d, "x1", x1);
    fprintf(d->out, " y1=\"%d\"", y1);
    put_x(d, "x2", x2);
    fprintf(d->out, " y2=\"%d\"/>", y2);
}

static void put_instant(const struct drawing *d, sim_ns at)
{
    char text[FIGURE_MAX];
    format_instant(text, at);
    const char *from = text;
    while (*from == ' ')
        from++;
    fputs(from, d->out);
}

/* ---- Nodes ----------------------------------------------------------------------------------- */

static void draw_band(const struct drawing *d, const struct timeline_state *s, sim_ns until)
{
    sim_ns from = s->at < d->t->from ? d->t->from : s->at;
    if (until <= from)
        return;
    int64_t x = x_of(d, from), width = x_of(d, until) - x;
    fputs("<rect", d->out);
    put_x(d, "x", x);
    put_x(d, "width", width);
    const char *colour = s->running ? role_styles[s->role].colour : "none";
    fprintf(d->out, " y=\"%d\" height=\"16\" fill=\"%s\"%s><title>", y_of(s->node) - 8, colour,
            !s->running ? " stroke=\"#999\" stroke-dasharray=\"3 3\""
            : s->paused ? " stroke=\"#000\" stroke-dasharray=\"2 2\" opacity=\"0.5\""
                        : "");
    fprintf(d->out, "n%" PRIu32 " %s, term %" PRIu64 "%s, from ", s->node + 1,
            s->running ? role_styles[s->role].name : "down", s->term, s->paused ? ", paused" : "");
    put_instant(d, s->at);
    fputs("</title></rect>", d->out);
    if (s->running && s->role != ROLE_FOLLOWER && width > 600) {
        fprintf(d->out, "<text class=\"band%s\"", s->role == ROLE_LEADER ? " lead" : "");
        put_x(d, "x", x + 40);
        fprintf(d->out, " y=\"%d\">%s, term %" PRIu64 "</text>", y_of(s->node) + 4,
                role_styles[s->role].name, s->term);
    }
    fputc('\n', d->out);
}

static void draw_lane(const struct drawing *d, node_id node)
{
    char name[NODE_TEXT_MAX];
    write_node(name, node, d->run->scenario->nodes);
    fprintf(d->out, "<text class=\"node\" x=\"%d\" y=\"%d\">%s</text>\n", LEFT - 12, y_of(node) + 5,
            name);
    const struct timeline_state *last = NULL;
    for (size_t i = 0; i < d->t->state_count; i++) {
        const struct timeline_state *s = &d->t->states[i];
        if (s->node != node)
            continue;
        if (last != NULL)
            draw_band(d, last, s->at);
        last = s;
    }
    if (last != NULL)
        draw_band(d, last, d->t->to);
}

/* ---- Faults ---------------------------------------------------------------------------------- */

static void draw_faults(const struct drawing *d)
{
    const struct run_result *r = &d->run->result;
    int level = 0, bottom = TOP + (int) d->lanes * LANE;
    for (uint32_t i = 0; i < r->fault_count; i++) {
        const struct fault_row *f = &r->faults[i];
        if (f->begin > d->t->to || f->end < d->t->from)
            continue;
        int64_t x = x_of(d, f->begin < d->t->from ? d->t->from : f->begin);
        int64_t end = x_of(d, f->end > d->t->to ? d->t->to : f->end);
        int y = TOP - 8 - 13 * (level++ % 3);
        fputs("<rect class=\"fault\"", d->out);
        put_x(d, "x", x);
        put_x(d, "width", end - x > 10 ? end - x : 10);
        fprintf(d->out, " y=\"%d\" height=\"%d\"/><text class=\"fault\"", y, bottom - y);
        put_x(d, "x", x + 30);
        fprintf(d->out, " y=\"%d\">", y + 1);
        (void) fault_words_write(d->out, d->run, f);
        fputs("</text>\n", d->out);
    }
}

/* ---- Messages -------------------------------------------------------------------------------- */

static void put_message_title(const struct drawing *d, const struct timeline_record *sent,
                              const struct record *end)
{
    const struct scenario *s = d->run->scenario;
    const struct message_kind *kind = &s->algorithm->messages[sent->record.detail];
    char from[NODE_TEXT_MAX], to[NODE_TEXT_MAX], value[64];
    write_node(from, sent->record.node, s->nodes);
    write_node(to, sent->record.peer, s->nodes);
    fprintf(d->out, "<title>%s %s → %s, sent ", kind->name, from, to);
    put_instant(d, sent->record.at);
    fputs(end->kind == RECORD_LOST ? ", lost " : ", delivered ", d->out);
    put_instant(d, end->at);
    for (uint32_t i = 0; i < kind->field_count && timeline_body(d->t, sent) != NULL; i++) {
        field_write(value, sizeof value, &kind->fields[i], timeline_body(d->t, sent), s);
        fprintf(d->out, "%s%s=", i == 0 ? "\n" : " ", kind->fields[i].name);
        xml_escape(d->out, value);
    }
    fputs("</title>", d->out);
}

static void put_cross(const struct drawing *d, int64_t x, int y)
{
    put_line(d, x - 40, y - 4, x + 40, y + 4);
    put_line(d, x - 40, y + 4, x + 40, y - 4);
}

/* What is lost on its way is drawn a third of the way, and what comes to a node that is down all of
 * it. */
static void draw_message(const struct drawing *d, const struct record *end)
{
    const struct timeline_record *sent = timeline_sending(d->t, end->cause);
    node_id receiver = end->kind == RECORD_LOST ? end->peer : end->node;
    if (sent == NULL || sent->record.node == sent->record.peer)
        return;
    bool for_election = d->run->scenario->algorithm->messages[end->detail].for_election;
    if (d->without_heartbeats && !for_election)
        return;
    int y1 = y_of(sent->record.node), y2 = y_of(receiver);
    int64_t x1 = x_of(d, sent->record.at), x2 = x_of(d, end->at);
    y1 += y2 > y1 ? 8 : -8;
    y2 += y2 > y1 ? -8 : 8;
    fprintf(d->out, "<g stroke=\"%s\" stroke-width=\"%s\">", message_colours[end->detail % COLOURS],
            for_election ? "1.8" : "1");
    put_message_title(d, sent, end);
    if (end->kind == RECORD_LOST && end->flags != LOSS_NOT_RUNNING) {
        x2 = x1 + 60;
        y2 = y1 + (y2 - y1) / 3;
    }
    put_line(d, x1, y1, x2, y2);
    if (end->kind == RECORD_LOST) {
        put_cross(d, x2, y2);
    } else {
        fputs("<circle", d->out);
        put_x(d, "cx", x2);
        fprintf(d->out, " cy=\"%d\" r=\"2.2\" fill=\"%s\" stroke=\"none\"/>", y2,
                message_colours[end->detail % COLOURS]);
    }
    fputs("</g>\n", d->out);
}

static void draw_mark(const struct drawing *d, const struct record *r)
{
    int64_t x = x_of(d, r->at);
    int y = y_of(r->node);
    bool vote = r->kind == RECORD_VOTED;
    fprintf(d->out, "<path class=\"%s\" d=\"M%" PRId64 ".%d %d", vote ? "vote" : "timer", x / 10,
            (int) (x % 10), vote ? y - 6 : y + 2);
    fputs(vote ? "l5 6l-5 6l-5 -6z\"><title>" : "l5 8h-10z\"><title>", d->out);
    put_instant(d, r->at);
    if (vote)
        fprintf(d->out, " n%" PRIu32 " votes for n%" PRIu32 " in term %" PRIu64, r->node + 1,
                r->peer + 1, r->term);
    else
        fprintf(d->out, " %s timer fired", trace_detail_text(d->run->scenario, r));
    fputs("</title></path>\n", d->out);
}

static void draw_records(const struct drawing *d)
{
    for (size_t i = 0; i < d->t->count; i++) {
        const struct record *r = &d->t->records[i].record;
        if (r->at < d->t->from)
            continue;
        if (r->kind == RECORD_DELIVERED || r->kind == RECORD_LOST)
            draw_message(d, r);
    }
    for (size_t i = 0; i < d->t->count; i++) {
        const struct record *r = &d->t->records[i].record;
        if (r->at >= d->t->from && (r->kind == RECORD_VOTED || r->kind == RECORD_TIMER_FIRED))
            draw_mark(d, r);
    }
}

/* ---- Around it ------------------------------------------------------------------------------- */

/* About eight marks at round instants. */
static sim_ns tick_of(sim_ns span)
{
    sim_ns tick = 1;
    while (span / tick > 8) {
        static const int factors[] = {2, 5, 10};
        sim_ns next = tick;
        for (int i = 0; i < 3 && span / next > 8; i++)
            next = tick * factors[i];
        tick = next;
    }
    return tick;
}

/* In seconds, without zeros at the end: instants beside each other are read in one unit. */
static void put_seconds(const struct drawing *d, sim_ns at)
{
    char fraction[12];
    (void) snprintf(fraction, sizeof fraction, ".%09" PRId64, at % SECOND);
    size_t length = 10;
    while (length > 1 && fraction[length - 1] == '0')
        length--;
    fraction[length == 1 ? 0 : length] = '\0';
    fprintf(d->out, "%" PRId64 "%s s", at / SECOND, fraction);
}

static void draw_axis(const struct drawing *d)
{
    int bottom = TOP + (int) d->lanes * LANE;
    sim_ns tick = tick_of(d->t->to - d->t->from);
    for (sim_ns at = (d->t->from + tick - 1) / tick * tick; at <= d->t->to; at += tick) {
        fputs("<g class=\"axis\">", d->out);
        put_line(d, x_of(d, at), TOP, x_of(d, at), bottom);
        fputs("<text", d->out);
        put_x(d, "x", x_of(d, at));
        fprintf(d->out, " y=\"%d\">", bottom + 16);
        put_seconds(d, at);
        fputs("</text></g>\n", d->out);
    }
}

static void put_legend_item(const struct drawing *d, int *x, int y, const char *symbol,
                            const char *colour, const char *text)
{
    fprintf(d->out, symbol, *x, y, colour);
    fprintf(d->out, "<text x=\"%d\" y=\"%d\">", *x + 24, y + 4);
    xml_escape(d->out, text);
    fputs("</text>\n", d->out);
    *x += 40 + 7 * (int) strlen(text);
}

static void draw_legend(const struct drawing *d)
{
    const struct algorithm *a = d->run->scenario->algorithm;
    int x = LEFT, y = TOP + (int) d->lanes * LANE + 40;
    for (enum role role = ROLE_FOLLOWER; role <= ROLE_LEADER; role++)
        put_legend_item(d, &x, y,
                        "<rect x=\"%d\" y=\"%d\" width=\"18\" height=\"9\" fill=\"%s\" "
                        "transform=\"translate(0,-4)\"/>",
                        role_styles[role].colour, role_styles[role].name);
    put_legend_item(
        d, &x, y, "<path transform=\"translate(%d,%d)\" fill=\"%s\" d=\"M9 -6l5 6l-5 6l-5 -6z\"/>",
        "#000", "vote");
    put_legend_item(d, &x, y,
                    "<path transform=\"translate(%d,%d)\" fill=\"%s\" d=\"M9 -4l5 8h-10z\"/>",
                    "#555", "timer fired");
    put_legend_item(d, &x, y,
                    "<path transform=\"translate(%d,%d)\" stroke=\"%s\" d=\"M5 -4l8 8M5 4l8 -8\"/>",
                    "#000", "lost");
    x = LEFT;
    y += 22;
    for (uint32_t kind = 0; kind < a->message_count; kind++) {
        bool present = false;
        for (size_t i = 0; i < d->t->count && !present; i++)
            present = d->t->records[i].record.kind == RECORD_SENT
                      && d->t->records[i].record.at >= d->t->from
                      && d->t->records[i].record.detail == kind;
        if (!present || (d->without_heartbeats && !a->messages[kind].for_election))
            continue;
        put_legend_item(
            d, &x, y,
            "<path transform=\"translate(%d,%d)\" stroke=\"%s\" stroke-width=\"2\" d=\"M0 0h18\"/>",
            message_colours[kind % COLOURS], a->messages[kind].name);
    }
}

static void draw_title(const struct drawing *d)
{
    fprintf(d->out, "<text class=\"title\" x=\"%d\" y=\"20\">", LEFT);
    xml_escape(d->out, d->run->scenario->title);
    if (*d->run->scenario->variant != '\0') {
        fputs(", ", d->out);
        xml_escape(d->out, d->run->scenario->variant);
    }
    fprintf(d->out, ", %s, seed %" PRIu64, d->run->scenario->algorithm->name, d->run->result.seed);
    if (d->without_heartbeats)
        fputs(" (messages that are not for elections are left out: there are too many)", d->out);
    fputs("</text>\n", d->out);
}

static const char style[]
    = "text{font:12px sans-serif;fill:#222}.title{font-size:15px}.node{text-anchor:end;font-weight:"
      "bold}.band{font-size:11px}.lead{fill:#fff}.axis line{stroke:#ddd}.axis "
      "text{text-anchor:middle}"
      "rect.fault{fill:#D55E00;opacity:.12}text.fault{fill:#A04000;font-size:11px}"
      ".vote{fill:#000}.timer{fill:#555}g{fill:none}.axis text{fill:#222}";

void timeline_write_svg(FILE *out, const struct timeline *t, const struct run_record *run)
{
    struct drawing d
        = {.out = out, .t = t, .run = run, .lanes = run->scenario->nodes + run->scenario->services};
    unsigned messages = 0;
    for (size_t i = 0; i < t->count; i++)
        messages += t->records[i].record.kind == RECORD_SENT && t->records[i].record.at >= t->from;
    d.without_heartbeats = messages > MESSAGES_MAX;
    int height = TOP + (int) d.lanes * LANE + 80;
    fprintf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
        "height=\"%d\" role=\"img\">\n<style>%s</style>\n<rect width=\"100%%\" height=\"100%%\" "
        "fill=\"#fff\"/>\n",
        WIDTH, height, WIDTH, height, style);
    draw_title(&d);
    draw_axis(&d);
    fprintf(
        out,
        "<clipPath id=\"window\"><rect x=\"%d\" y=\"0\" width=\"%d\" height=\"%d\"/></clipPath>\n",
        LEFT, WIDTH - LEFT - RIGHT + 4, height);
    draw_faults(&d);
    for (node_id node = 0; node < d.lanes; node++)
        draw_lane(&d, node);
    fputs("<g clip-path=\"url(#window)\">\n", out);
    draw_records(&d);
    fputs("</g>\n", out);
    draw_legend(&d);
    fputs("</svg>\n", out);
}
