/* When to stand, beyond a draw from a range: silences that are estimated, the circuit breaker,
 * priorities and load (see hierarchical.c). What none of the options asks for costs nothing. */
#include "algorithms/hierarchical.h"

struct hierarchical_extra {
    struct circuit_breaker breaker; /* against global elections */
    struct phi_accrual global, regional;
    uint64_t global_term;                     /* whose leader's heartbeats `global` knows */
    node_id regional_leader;                  /* whose heartbeats `regional` knows */
    struct priority_rank rank, regional_rank; /* of all nodes, and of the own region's */
    node_id asked_last;                       /* to take over from a busy leader */
    sim_ns ask_at;                            /* the next not before, own monotonic clock */
    sim_ns room[]; /* for samples of both levels, then for the breaker's times */
};

static bool adapts(const struct hierarchical_config *c)
{
    return c->timeouts == HIERARCHICAL_TIMEOUTS_PHI;
}

static size_t sample_room(const struct hierarchical_config *c)
{
    return adapts(c) ? (size_t) 2 * c->phi.window : 0;
}

size_t timing_size(const struct hierarchical_config *c)
{
    if (!adapts(c) && c->breaker.elections == 0 && !c->priority_timeouts && !c->load.aware)
        return 0;
    return sizeof(struct hierarchical_extra)
           + (sample_room(c) + c->breaker.elections) * sizeof(sim_ns);
}

const char *timing_check(const struct hierarchical_config *c, const char **option)
{
    const char *wrong = phi_check(&c->phi, option);
    return wrong != NULL ? wrong : breaker_check(&c->breaker, option);
}

/* Estimates may be as long as they are let when peace begins, and busy nodes wait up to twice as
 * long. A candidacy that the breaker lets through may have to find the other regions first, so that
 * it takes two. */
sim_ns timing_delay(const struct hierarchical_config *c)
{
    sim_ns both = sim_add(c->regional_election_timeout.max, c->global_election_timeout.max);
    sim_ns delay = sim_times(breaker_delay(&c->breaker), 2);
    if (adapts(c))
        delay = sim_add(delay, sim_times(both, 4 * ADAPTED_MAX));
    if (c->load.aware)
        delay = sim_add(delay, sim_times(both, 12));
    return delay;
}

static void rank_by_priority(struct hierarchical *h, const struct node *self)
{
    struct hierarchical_extra *e = h->extra;
    int32_t own = node_priority(self, h->self);
    for (node_id id = 0; id < h->count; id++) {
        int32_t priority = node_priority(self, id);
        priority_rank_count(&e->rank, own, priority);
        if (id == h->self || hierarchical_is_mate(h, self, id))
            priority_rank_count(&e->regional_rank, own, priority);
    }
}

void timing_begin(struct hierarchical *h, struct node *self, void *room)
{
    const struct hierarchical_config *c = h->config;
    if (timing_size(c) == 0)
        return;
    struct hierarchical_extra *e = h->extra = room;
    e->regional_leader = NODE_NONE;
    e->asked_last = h->self;
    rank_by_priority(h, self);
    if (adapts(c)) {
        phi_accrual_begin(&e->global, &c->phi, c->global_heartbeat_interval, e->room);
        phi_accrual_begin(&e->regional, &c->phi, c->regional_heartbeat_interval,
                          e->room + c->phi.window);
    }
    breaker_begin(&e->breaker, &c->breaker, e->room + sample_room(c));
}

/* ---- Silences -------------------------------------------------------------------------------- */

void timing_heard_global(struct hierarchical *h, const struct node *self)
{
    struct hierarchical_extra *e = h->extra;
    if (!adapts(h->config))
        return;
    if (e->global_term != h->durable.term)
        phi_accrual_forget(&e->global);
    e->global_term = h->durable.term;
    phi_accrual_heard(&e->global, node_monotonic(self));
}

void timing_heard_regional(struct hierarchical *h, const struct node *self, node_id leader)
{
    struct hierarchical_extra *e = h->extra;
    if (!adapts(h->config))
        return;
    if (e->regional_leader != leader)
        phi_accrual_forget(&e->regional);
    e->regional_leader = leader;
    phi_accrual_heard(&e->regional, node_monotonic(self));
}

static struct sim_range adapted(const struct phi_accrual *phi, struct sim_range range)
{
    return adapted_range(phi_accrual_timeout_within(phi, range.max), range,
                         sim_times(range.max, ADAPTED_MAX));
}

/* Of a follower. Who stands draws as without: so who stands together is soon told apart. */
sim_ns timing_global(struct hierarchical *h, struct node *self)
{
    const struct hierarchical_config *c = h->config;
    const struct hierarchical_extra *e = h->extra;
    struct sim_range range = c->global_election_timeout;
    if (e == NULL || h->role != ROLE_FOLLOWER)
        return node_random_range(self, range);
    if (adapts(c) && h->leader != NODE_NONE)
        range = adapted(&e->global, range);
    if (c->priority_timeouts)
        range = priority_part(&e->rank, range, h->count);
    return load_lengthened(&c->load, self, node_random_range(self, range));
}

sim_ns timing_regional(struct hierarchical *h, struct node *self)
{
    const struct hierarchical_config *c = h->config;
    const struct hierarchical_extra *e = h->extra;
    struct sim_range range = c->regional_election_timeout;
    if (e == NULL || h->regional_role != ROLE_FOLLOWER)
        return node_random_range(self, range);
    if (adapts(c) && h->regional_leader != NODE_NONE)
        range = adapted(&e->regional, range);
    if (c->priority_timeouts)
        range = priority_part(&e->regional_rank, range, h->members);
    return load_lengthened(&c->load, self, node_random_range(self, range));
}

/* For how long it denies others, after it heard the global leader. */
sim_ns timing_hears_for(const struct hierarchical *h)
{
    struct sim_range range = h->config->global_election_timeout;
    bool estimates = h->extra != NULL && adapts(h->config) && h->regional_role == ROLE_LEADER;
    return estimates ? adapted(&h->extra->global, range).min : range.min;
}

/* ---- Circuit breaker ------------------------------------------------------------------------- */

void timing_note_election(struct hierarchical *h, const struct node *self)
{
    if (h->extra != NULL)
        breaker_election(&h->extra->breaker, node_monotonic(self));
}

void timing_note_leader(struct hierarchical *h, const struct node *self)
{
    if (h->extra != NULL)
        breaker_leader(&h->extra->breaker, node_monotonic(self));
}

/* The wait ends at another instant on each node, as timeouts do. */
bool timing_may_stand(struct hierarchical *h, struct node *self)
{
    sim_ns wait = h->extra == NULL ? 0 : breaker_wait(&h->extra->breaker, node_monotonic(self));
    if (wait == 0)
        return true;
    h->role = ROLE_FOLLOWER;
    h->leader = NODE_NONE;
    node_follow(self, h->durable.term, NODE_NONE);
    node_set_timer(self, HIERARCHICAL_TIMER_GLOBAL, sim_add(wait, timing_global(h, self)));
    return false;
}

/* ---- Load ------------------------------------------------------------------------------------ */

/* Whom a busy leader asks next to take over; NODE_NONE: not now. Loads are not told: a leader that
 * is busy, too, does not answer, and another is asked when it would lead by now. */
node_id timing_successor(struct hierarchical *h, struct node *self)
{
    struct hierarchical_extra *e = h->extra;
    sim_ns now = node_monotonic(self);
    if (e == NULL || !load_is_high(&h->config->load, self) || now < e->ask_at)
        return NODE_NONE;
    for (uint32_t step = 1; step <= h->count; step++) {
        node_id id = (e->asked_last + step) % h->count;
        if (id == h->self || !global_is_relay(h, self, id))
            continue;
        e->asked_last = id;
        e->ask_at = sim_add(now, h->config->global_election_timeout.min);
        return id;
    }
    return NODE_NONE;
}
