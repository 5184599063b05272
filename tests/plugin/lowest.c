/* The node with the lowest number that is alive leads; who is alive is known by heartbeats. */
#include "sim/plugin.h"

struct options {
    sim_ns interval, timeout;
};

static const struct field option_fields[] = {
    FIELD(struct options, interval, FIELD_DURATION, "200ms", "time between two heartbeats", NULL),
    FIELD(struct options, timeout, FIELD_DURATION, "1s",
          "a node that was not heard for so long is taken for dead", NULL),
};

struct alive {
    uint64_t term; /* the highest that the sender knows */
    bool leads;    /* in that term */
};

static const struct field alive_fields[] = {
    MESSAGE_FIELD(struct alive, term, FIELD_TERM),
    MESSAGE_FIELD(struct alive, leads, FIELD_BOOL),
};

enum { ALIVE };
static const struct message_kind messages[] = {
    [ALIVE] = MESSAGE("Alive", struct alive, alive_fields, false),
};

enum { BEAT };
static const char *const timers[] = {[BEAT] = "beat"};

struct state {
    const struct options *options;
    node_id id, leader;
    uint64_t term;
    sim_ns decides_at;   /* not before it could have heard everybody */
    sim_ns dead_after[]; /* by node: when it is taken for dead; 0: was never heard */
};

static bool leads(const struct state *s)
{
    return s->leader == s->id;
}

static bool lives(const struct state *s, struct node *self, node_id other)
{
    return s->dead_after[other] > node_monotonic(self);
}

static bool is_lowest(const struct state *s, struct node *self)
{
    for (node_id lower = 0; lower < s->id; lower++)
        if (lives(s, self, lower))
            return false;
    return true;
}

static void beat(struct state *s, struct node *self)
{
    for (node_id to = 0; to < node_count(self); to++)
        if (to != s->id)
            node_send(self, to, ALIVE, &(struct alive){.term = s->term, .leads = leads(s)});
    node_set_timer(self, BEAT, s->options->interval);
}

static void follow(struct state *s, struct node *self, uint64_t term, node_id leader)
{
    if (leads(s))
        node_step_down(self, s->term, STEP_DOWN_HIGHER_TERM);
    s->term = term;
    s->leader = leader;
    node_follow(self, term, leader);
}

static void lead(struct state *s, struct node *self)
{
    bool takes_over = s->leader != NODE_NONE;
    s->term++;
    s->leader = s->id;
    node_campaign(self, s->term, takes_over ? CAMPAIGN_TAKEOVER : CAMPAIGN_TIMEOUT);
    node_lead(self, s->term);
}

static size_t state_size(const void *config, unsigned nodes)
{
    (void) config;
    return sizeof(struct state) + nodes * sizeof(sim_ns);
}

static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct state *s = state;
    (void) durable; /* it keeps nothing on disk */
    s->options = config;
    s->id = node_self(self);
    s->leader = NODE_NONE;
    s->decides_at = sim_add(node_monotonic(self), s->options->timeout);
    node_set_timer(self, BEAT, (sim_ns) node_random(self, (uint64_t) s->options->interval));
}

/* The leader of the highest term is followed; of two in one term the lower node. */
static void on_message(void *state, struct node *self, const struct message *message)
{
    struct state *s = state;
    const struct alive *m = message->body;
    s->dead_after[message->from] = sim_add(node_monotonic(self), s->options->timeout);
    if (m->term > s->term)
        follow(s, self, m->term, NODE_NONE);
    if (m->leads && m->term == s->term && message->from < s->leader)
        follow(s, self, m->term, message->from);
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct state *s = state;
    (void) timer; /* there is one */
    if (s->leader != NODE_NONE && !leads(s) && !lives(s, self, s->leader))
        follow(s, self, s->term, NODE_NONE);
    if (!leads(s) && node_monotonic(self) >= s->decides_at && is_lowest(s, self))
        lead(s, self);
    beat(s, self);
}

static struct node_view view(const void *state)
{
    const struct state *s = state;
    return (struct node_view){.role = leads(s) ? ROLE_LEADER : ROLE_FOLLOWER,
                              .leader = s->leader,
                              .voted_for = NODE_NONE,
                              .term = s->term};
}

static const char *check(const void *config, unsigned nodes, const char **option)
{
    const struct options *o = config;
    (void) nodes;
    *option = "timeout";
    return o->timeout < sim_times(o->interval, 2) ? "must be at least twice the interval" : NULL;
}

static sim_ns patience(const void *config, unsigned nodes)
{
    (void) nodes;
    return ((const struct options *) config)->timeout;
}

static sim_ns liveness_bound(const void *config, unsigned nodes)
{
    return sim_times(patience(config, nodes), 5);
}

static const struct algorithm lowest_algorithm = {
    .name = "lowest",
    .title = "Lowest node alive",
    .about = "The node with the lowest number that was heard within the timeout leads. In a "
             "partition each side has a leader.",
    .source = "own; an example",
    .tolerates = "crashes; delays below the timeout",
    .options = option_fields,
    .option_count = sizeof option_fields / sizeof *option_fields,
    .config_size = sizeof(struct options),
    .messages = messages,
    .message_count = sizeof messages / sizeof *messages,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .promises = EVENTUAL_LEADER | EVENTUAL_AGREEMENT,
    .assumptions = ASSUMES_SYNCHRONY | ASSUMES_NO_PAUSE,
    .state_size = state_size,
    .check = check,
    .patience = patience,
    .liveness_bound = liveness_bound,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .view = view,
};

CONCLAVE_PLUGIN(&lowest_algorithm);
