/* Times that do not fit together: of the options, and of the network. */
#include <string.h>

#include "scenarios/language/advice_look.h"
#include "scenarios/language/units.h"

/* The least value of a time, which may be a range. */
static bool time_of(const struct part *p, const char *name, sim_ns *time)
{
    const struct field *f = option_of(p->algorithm, name);
    if (f == NULL || (f->type != FIELD_RANGE && f->type != FIELD_DURATION))
        return false;
    const void *value = (const char *) p->config + f->offset;
    *time = f->type == FIELD_RANGE ? ((const struct sim_range *) value)->min
                                   : *(const sim_ns *) value;
    return true;
}

/* A timeout that is estimated from what arrives follows it. */
static bool adapts(const struct look *l, const struct part *p)
{
    const struct field *f = option_of(p->algorithm, "timeouts");
    return f != NULL && option_is_on(l, p, f, "phi_accrual dynatune");
}

/* What is sent again and again, and the silence that is taken for its end. Other algorithms refuse
 * such times by check(). */
static const struct {
    const char *algorithm, *beat, *timeout;
} rhythms[] = {
    {"raft", "heartbeat_interval", "election_timeout"},
};

void look_at_rhythms(struct look *l)
{
    for (unsigned i = 0; i < l->part_count * (sizeof rhythms / sizeof *rhythms); i++) {
        const struct part *p = &l->parts[i % l->part_count];
        const char *name = rhythms[i / l->part_count].beat;
        const char *timeout_name = rhythms[i / l->part_count].timeout;
        sim_ns beat, timeout;
        if (strcmp(p->algorithm->name, rhythms[i / l->part_count].algorithm) != 0 || adapts(l, p)
            || !time_of(p, name, &beat) || !time_of(p, timeout_name, &timeout) || beat < timeout)
            continue;
        char every[UNIT_TEXT_MAX], waits[UNIT_TEXT_MAX];
        write_duration(every, beat);
        write_duration(waits, timeout);
        tell(l, place_of(l, p, name, timeout_name),
             "a heartbeat every %s comes too late for a follower that waits %s (`%s`): it stands "
             "against a leader that is well",
             every, waits, timeout_name);
    }
}

/* What a message mostly takes at least: a middle of its distribution, or below. */
static sim_ns usual(const struct distribution *d)
{
    if (d->kind == DISTRIBUTION_EMPIRICAL)
        return d->table[d->table_count / 2];
    return d->kind == DISTRIBUTION_UNIFORM ? d->a + (d->b - d->a) / 2 : d->a;
}

static sim_ns way(const struct scenario *s, node_id from, node_id to)
{
    const struct distribution *latency = &s->network.latency;
    for (uint32_t i = 0; i < s->link_count; i++)
        if (s->links[i].conditions.has_latency && names_node(s, &s->links[i].from, from)
            && names_node(s, &s->links[i].to, to))
            latency = &s->links[i].conditions.latency;
    return usual(latency);
}

/* Of larger clusters the first, and of more links nothing is said: looking at all takes long. */
#define MEMBERS_LOOKED_AT 64u
#define LINKS_LOOKED_AT 200u

struct pair {
    node_id a, b;
    sim_ns time;
};

/* The pair with the longest way, or round trip. */
static struct pair slowest(const struct scenario *s, bool there_and_back)
{
    struct pair worst = {0, 0, -1};
    uint32_t count = s->nodes < MEMBERS_LOOKED_AT ? s->nodes : MEMBERS_LOOKED_AT;
    for (node_id a = 0; a < count; a++)
        for (node_id b = there_and_back ? a + 1 : 0; b < count; b++) {
            sim_ns time = a == b ? -1 : way(s, a, b);
            if (there_and_back)
                time = sim_add(time, way(s, b, a));
            if (time > worst.time)
                worst = (struct pair){a, b, time};
        }
    return worst;
}

/* Times within which an answer, or a message, of any member must come. */
static const struct {
    const char *algorithm, *timeout;
    bool one_way;
} waits[] = {
    {"raft", "election_timeout", false},
    {"kraft", "fetch_timeout", false},
    {"kraft", "election_timeout", false},
    {"mongodb", "election_timeout", false},
    {"mongodb", "heartbeat_timeout", false},
    {"hierarchical", "global_election_timeout", false},
    {"viewstamped_replication", "view_change_timeout", false},
    {"libraft", "election_timeout", false},
    {"ballot_leader_election", "heartbeat_delay", false},
    {"invitation", "answer_timeout", false},
    {"bully", "message_delay", true},
    {"ring", "message_delay", true},
};

void look_at_round_trips(struct look *l)
{
    const struct part *p = &l->parts[0];
    for (unsigned i = 0; i < sizeof waits / sizeof *waits; i++) {
        sim_ns timeout;
        if (l->scenario->link_count > LINKS_LOOKED_AT
            || strcmp(p->algorithm->name, waits[i].algorithm) != 0 || adapts(l, p)
            || !time_of(p, waits[i].timeout, &timeout))
            continue;
        struct pair pair = slowest(l->scenario, !waits[i].one_way);
        if (timeout >= pair.time)
            continue;
        char given[UNIT_TEXT_MAX], taken[UNIT_TEXT_MAX];
        write_duration(given, timeout);
        write_duration(taken, pair.time);
        tell(l, place_of(l, p, waits[i].timeout, NULL),
             "`%s` (%s) is shorter than %s n%u %s n%u, which takes %s", waits[i].timeout, given,
             waits[i].one_way ? "the way from" : "a round trip between", pair.a + 1,
             waits[i].one_way ? "to" : "and", pair.b + 1, taken);
    }
}
