/* How long a voter of KRaft waits: Kafka's draw, or always as long, or an estimate from its
 * leader's answers, longer for who is busy; and the circuit breaker. What none of the options asks
 * for costs nothing. */
#include "algorithms/kraft.h"

static size_t sample_room(const struct kraft_config *c)
{
    return c->timeouts == KRAFT_TIMEOUTS_PHI ? c->phi.window : 0;
}

size_t kraft_timing_size(const struct kraft_config *c)
{
    return (sample_room(c) + c->breaker.elections) * sizeof(sim_ns);
}

const char *kraft_timing_check(const struct kraft_config *c, const char **option)
{
    const char *wrong = phi_check(&c->phi, option);
    return wrong != NULL ? wrong : breaker_check(&c->breaker, option);
}

sim_ns kraft_timing_delay(const struct kraft_config *c)
{
    sim_ns delay = breaker_delay(&c->breaker);
    if (c->timeouts == KRAFT_TIMEOUTS_PHI)
        delay = sim_add(delay, sim_times(c->fetch_timeout, 2 * ADAPTED_MAX));
    if (c->load.aware) /* busy voters wait twice as long, in every round */
        delay = sim_add(delay, sim_times(sim_add(c->fetch_timeout, c->election_timeout), 40));
    return delay;
}

/* A fetch that finds nothing new is answered after fetch_max_wait: that is the rhythm. */
void kraft_begin_timing(struct kraft *k)
{
    const struct kraft_config *c = k->config;
    k->special = c->timeouts == KRAFT_TIMEOUTS_PHI || c->breaker.elections > 0;
    breaker_begin(&k->breaker, &c->breaker, k->room + sample_room(c));
    if (c->timeouts == KRAFT_TIMEOUTS_PHI)
        phi_accrual_begin(&k->phi, &c->phi, c->fetch_max_wait, k->room);
}

/* E + nextInt(E), in whole milliseconds. */
sim_ns kraft_random_election_timeout(const struct kraft *k, struct node *self)
{
    sim_ns base = k->config->election_timeout;
    if (k->config->timeouts != KRAFT_TIMEOUTS_FIXED) {
        uint64_t spread = node_random(self, (uint64_t) (base / MILLISECOND));
        base = sim_add(base, sim_times(MILLISECOND, (int64_t) spread));
    }
    return load_lengthened(&k->config->load, self, base);
}

/* Answers with records come as clients please: they are signs of life, but of no rhythm. */
sim_ns kraft_hear_leader(struct kraft *k, struct node *self, bool empty)
{
    sim_ns plain = k->config->fetch_timeout;
    if (!k->special)
        return plain;
    kraft_note_leader(k, self);
    if (k->config->timeouts != KRAFT_TIMEOUTS_PHI)
        return plain;
    if (k->watched_epoch != k->durable.epoch)
        phi_accrual_forget(&k->phi);
    k->watched_epoch = k->durable.epoch;
    if (empty)
        phi_accrual_heard(&k->phi, node_monotonic(self));
    else
        phi_accrual_restart(&k->phi, node_monotonic(self));
    return phi_accrual_timeout_within(&k->phi, plain);
}

/* ---- Circuit breaker ------------------------------------------------------------------------- */

void kraft_note_leader(struct kraft *k, struct node *self)
{
    if (k->special)
        breaker_leader(&k->breaker, node_monotonic(self));
}

void kraft_count_election(struct kraft *k, struct node *self)
{
    if (k->special)
        breaker_election(&k->breaker, node_monotonic(self));
}

/* Who waits no longer hears its leader, and does not refuse pre-votes for its sake; a candidate
 * asks for no votes, though those that are under way still count. The wait ends at another instant
 * on each voter, as election timeouts do. A transfer that was asked for is not held back. */
bool kraft_may_stand(struct kraft *k, struct node *self)
{
    if (!k->special || k->requested)
        return true;
    sim_ns wait = breaker_wait(&k->breaker, node_monotonic(self));
    if (wait == 0)
        return true;
    k->fetched = false;
    if (k->state == KRAFT_CANDIDATE) {
        k->backing_off = true;
        node_clear_timer(self, KRAFT_TIMER_REQUEST);
    }
    kraft_set_election_timer(k, self, sim_add(wait, kraft_random_election_timeout(k, self)));
    return false;
}

/* ---- Load ------------------------------------------------------------------------------------ */

/* Voters do not know each other's load: who is busy lets those pass that come after it. */
sim_ns kraft_succession_wait(const struct kraft *k, const struct node *self, uint32_t position,
                             uint32_t count)
{
    sim_ns delay = kraft_succession_delay(k->config, position, count);
    if (!load_is_high(&k->config->load, self))
        return delay;
    return sim_add(delay, load_lengthened(&k->config->load, self, k->config->election_backoff_max));
}

/* When it becomes busy, once: a leader that was busy when it was elected had nobody better. */
void kraft_yield_if_loaded(struct kraft *k, struct node *self)
{
    if (!k->config->load.aware || k->state != KRAFT_LEADER)
        return;
    if (!load_is_high(&k->config->load, self))
        k->was_idle = true;
    else if (k->was_idle)
        kraft_resign(k, self, STEP_DOWN_TRANSFER, NODE_NONE);
}
