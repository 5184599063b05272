/* How long a secondary waits before it stands: MongoDB's draw, or an estimate from the primary's
 * heartbeats, longer for who is busy; and the circuit breaker. What none of the options asks for
 * costs nothing. */
#include "algorithms/mongodb.h"

static size_t sample_room(const struct mongodb_config *c)
{
    return c->timeouts == MONGODB_TIMEOUTS_PHI ? c->phi.window : 0;
}

size_t mongodb_timing_size(const struct mongodb_config *c)
{
    return (sample_room(c) + c->breaker.elections) * sizeof(sim_ns);
}

const char *mongodb_timing_check(const struct mongodb_config *c, const char **option)
{
    const char *wrong = phi_check(&c->phi, option);
    return wrong != NULL ? wrong : breaker_check(&c->breaker, option);
}

/* When peace begins an estimate may be as long as it is let, and longer by its offset; busy members
 * wait twice as long, in every round. */
sim_ns mongodb_timing_delay(const struct mongodb_config *c)
{
    sim_ns delay = breaker_delay(&c->breaker);
    if (c->timeouts == MONGODB_TIMEOUTS_PHI)
        delay = sim_add(delay, sim_times(c->election_timeout, 2 * ADAPTED_MAX));
    if (c->load.aware)
        delay = sim_add(delay, sim_times(c->election_timeout, 40));
    return delay;
}

void mongodb_begin_timing(struct mongodb *m)
{
    const struct mongodb_config *c = m->config;
    sim_ns *room = (sim_ns *) (void *) (m->members + m->count);
    m->special = c->timeouts == MONGODB_TIMEOUTS_PHI || c->breaker.elections > 0;
    m->watched = NODE_NONE;
    breaker_begin(&m->breaker, &c->breaker, room + sample_room(c));
    if (c->timeouts == MONGODB_TIMEOUTS_PHI)
        phi_accrual_begin(&m->phi, &c->phi, c->heartbeat_interval, room);
}

sim_ns mongodb_draw_offset(const struct mongodb *m, struct node *self, sim_ns timeout)
{
    uint64_t offsets = mongodb_offsets(m->config, timeout);
    return offsets == 0 ? 0 : (sim_ns) node_random(self, offsets) * MILLISECOND;
}

static void arm(struct mongodb *m, struct node *self, sim_ns timeout)
{
    if (m->role == ROLE_LEADER || !mongodb_may_lead(m, self, m->self))
        return;
    timeout = sim_add(timeout, mongodb_draw_offset(m, self, timeout));
    node_set_timer(self, MONGODB_TIMER_ELECTION, load_lengthened(&m->config->load, self, timeout));
}

/* Drawn anew by every sign of the primary, by a new term, and by every attempt to stand. */
void mongodb_arm_election(struct mongodb *m, struct node *self)
{
    arm(m, self, m->config->election_timeout);
}

/* ---- Phi accrual ----------------------------------------------------------------------------- */

/* Another primary, another term, or another rhythm of the own heartbeats: what was measured is not
 * of it. */
static void watch(struct mongodb *m)
{
    if (m->watched == m->primary && m->watched_term == m->term && m->phi.estimate == m->rhythm)
        return;
    m->watched = m->primary;
    m->watched_term = m->term;
    m->phi.estimate = m->rhythm;
    phi_accrual_forget(&m->phi);
}

static sim_ns estimated(const struct mongodb *m)
{
    return phi_accrual_timeout_within(&m->phi, m->config->election_timeout);
}

/* Batches come as clients please: they are signs of life, but no heartbeats. Who hears of the
 * primary from another member only has nothing to estimate from, and waits as configured. */
void mongodb_hear_primary(struct mongodb *m, struct node *self, node_id from, bool heartbeat)
{
    if (!m->special) {
        mongodb_arm_election(m, self);
        return;
    }
    sim_ns now = node_monotonic(self);
    breaker_leader(&m->breaker, now);
    if (m->config->timeouts != MONGODB_TIMEOUTS_PHI || from != m->primary || from == m->self) {
        mongodb_arm_election(m, self);
        return;
    }
    watch(m);
    if (heartbeat)
        phi_accrual_heard(&m->phi, now);
    arm(m, self, estimated(m));
}

/* ---- Circuit breaker ------------------------------------------------------------------------- */

void mongodb_count_election(struct mongodb *m, struct node *self)
{
    if (m->special)
        breaker_election(&m->breaker, node_monotonic(self));
}

/* The wait ends at another instant on each member, as election timeouts do. */
bool mongodb_may_stand(struct mongodb *m, struct node *self)
{
    sim_ns wait = m->special ? breaker_wait(&m->breaker, node_monotonic(self)) : 0;
    if (wait == 0)
        return true;
    sim_ns offset = mongodb_draw_offset(m, self, m->config->election_timeout);
    node_set_timer(self, MONGODB_TIMER_ELECTION, sim_add(wait, offset));
    return false;
}
