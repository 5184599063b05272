/* When to stand, beyond the paper's draw from a range: timeouts that adapt to the network, the
 * circuit breaker, priorities and load. What none of the options asks for costs nothing. */
#include "algorithms/raft.h"

static bool adapts(const struct raft_config *c)
{
    return c->timeouts == TIMEOUTS_PHI || c->timeouts == TIMEOUTS_DYNATUNE;
}

/* Room for samples comes first, then that for the breaker's times. */
static size_t sample_room(const struct raft_config *c)
{
    if (c->timeouts == TIMEOUTS_PHI)
        return c->phi.window;
    return c->timeouts == TIMEOUTS_DYNATUNE ? dynatune_room(c->phi.window) : 0;
}

size_t raft_extra_size(const struct raft_config *c)
{
    if (!adapts(c) && c->breaker.elections == 0)
        return 0;
    return sizeof(struct raft_extra) + (sample_room(c) + c->breaker.elections) * sizeof(sim_ns);
}

bool raft_has_paths(const struct raft_config *c)
{
    return c->timeouts == TIMEOUTS_DYNATUNE || c->load.aware;
}

const char *raft_timing_check(const struct raft_config *c, const char **option)
{
    const char *wrong = phi_check(&c->phi, option);
    if (wrong == NULL)
        wrong = dynatune_check(&c->dynatune, option);
    return wrong != NULL ? wrong : breaker_check(&c->breaker, option);
}

static sim_ns longest_adapted(const struct raft_config *c)
{
    return sim_times(c->election_timeout.max, ADAPTED_MAX);
}

/* Estimates may be as long as they are let when peace begins, and busy nodes wait up to twice as
 * long; in a few rounds the present network has told. */
sim_ns raft_timing_delay(const struct raft_config *c)
{
    sim_ns delay = breaker_delay(&c->breaker);
    if (adapts(c))
        delay = sim_add(delay, sim_times(longest_adapted(c), 4));
    if (c->load.aware)
        delay = sim_add(delay, sim_times(c->election_timeout.max, 20));
    return delay;
}

static void rank_by_priority(struct raft *r, const struct node *self)
{
    int32_t own = node_priority(self, r->self);
    for (node_id id = 0; id < r->count; id++) {
        priority_rank_count(&r->rank, own, node_priority(self, id));
    }
}

void raft_timing_begin(struct raft *r, struct node *self)
{
    const struct raft_config *c = r->config;
    r->special = adapts(c) || c->breaker.elections > 0 || c->priority_timeouts || c->load.aware;
    if (c->priority_timeouts)
        rank_by_priority(r, self);
    if (raft_extra_size(c) == 0)
        return;
    struct raft_extra *e = r->extra = (struct raft_extra *) (void *) (r + 1);
    if (c->timeouts == TIMEOUTS_PHI)
        phi_accrual_begin(&e->phi, &c->phi, c->heartbeat_interval, e->room);
    else if (c->timeouts == TIMEOUTS_DYNATUNE)
        dynatune_begin(&e->dynatune, &c->dynatune, c->phi.window, e->room);
    breaker_begin(&e->breaker, &c->breaker, e->room + sample_room(c));
}

/* ---- Timeouts that adapt --------------------------------------------------------------------- */

/* A leader's lease rests on voters that wait for the least timeout of the options. */
sim_ns raft_base_timeout(const struct raft *r)
{
    const struct raft_config *c = r->config;
    sim_ns base = c->election_timeout.min;
    if (!adapts(c) || r->leader == NODE_NONE)
        return base;
    if (c->timeouts == TIMEOUTS_PHI)
        base = phi_accrual_timeout(&r->extra->phi);
    else if (dynatune_is_tuned(&r->extra->dynatune))
        base = dynatune_timeout(&r->extra->dynatune);
    if (c->leader_lease && base < c->election_timeout.min)
        base = c->election_timeout.min;
    return base < longest_adapted(c) ? base : longest_adapted(c);
}

/* Of a follower. Candidates draw as in the paper: so whoever stands together is soon told apart. */
sim_ns raft_special_timeout(struct raft *r, struct node *self, struct sim_range range)
{
    const struct raft_config *c = r->config;
    if (adapts(c) && r->leader != NODE_NONE)
        range = adapted_range(raft_base_timeout(r), range, longest_adapted(r->config));
    if (c->priority_timeouts)
        range = priority_part(&r->rank, range, r->count);
    sim_ns after = c->timeouts == TIMEOUTS_FIXED ? range.min : node_random_range(self, range);
    return load_lengthened(&c->load, self, after);
}

/* A leader of another term is another path: what was measured is not of it. */
static void watch(struct raft *r)
{
    struct raft_extra *e = r->extra;
    if (e->path_term == r->durable.term)
        return;
    e->path_term = r->durable.term;
    e->round = 0;
    if (r->config->timeouts == TIMEOUTS_PHI)
        phi_accrual_forget(&e->phi);
    else if (r->config->timeouts == TIMEOUTS_DYNATUNE)
        dynatune_reset(&e->dynatune);
}

/* Only the first of a broadcast is a heartbeat: what replication sends comes as clients please. */
void raft_timing_heard(struct raft *r, struct node *self, node_id from, uint32_t round)
{
    struct raft_extra *e = r->extra;
    if (r->config->load.aware) {
        struct load_report report = {.term = r->durable.term, .load = node_load(self)};
        node_send(self, from, LOAD_REPORT, &report);
    }
    if (e == NULL)
        return;
    breaker_leader(&e->breaker, node_monotonic(self));
    watch(r);
    if (round <= e->round)
        return;
    e->round = round;
    if (r->config->timeouts == TIMEOUTS_PHI)
        phi_accrual_heard(&e->phi, node_monotonic(self));
}

/* ---- Circuit breaker ------------------------------------------------------------------------- */

void raft_count_election(struct raft *r, struct node *self)
{
    if (r->extra != NULL)
        breaker_election(&r->extra->breaker, node_monotonic(self));
}

void raft_note_leader(struct raft *r, struct node *self)
{
    if (r->extra != NULL)
        breaker_leader(&r->extra->breaker, node_monotonic(self));
}

/* The wait ends at another instant on each node, as timeouts do. */
bool raft_may_stand(struct raft *r, struct node *self)
{
    if (r->config->timeouts == TIMEOUTS_DYNATUNE)
        dynatune_reset(&r->extra->dynatune);
    sim_ns wait = breaker_wait(&r->extra->breaker, node_monotonic(self));
    if (wait == 0)
        return true;
    raft_follow(r, self, r->durable.term, NODE_NONE, STEP_DOWN_HIGHER_TERM);
    sim_ns drawn = raft_special_timeout(r, self, r->config->election_timeout);
    node_set_timer(self, TIMER_ELECTION, sim_add(wait, drawn));
    return false;
}

/* ---- A leader's ways to its followers -------------------------------------------------------- */

static struct raft_path *paths(const struct raft *r, struct node *self)
{
    char *work = (char *) raft_work(self);
    return (struct raft_path *) (void *) (work + raft_paths_offset(r->count));
}

void raft_begin_paths(struct raft *r, struct node *self)
{
    raft_note_leader(r, self);
    if (!raft_has_paths(r->config))
        return;
    sim_ns first = sim_add(node_monotonic(self), r->config->heartbeat_interval);
    for (node_id id = 0; id < r->count; id++)
        paths(r, self)[id] = (struct raft_path){.due = first};
}

static sim_ns interval_of(const struct raft *r, const struct raft_path *p)
{
    return p->interval > 0 ? p->interval : r->config->heartbeat_interval;
}

static void arm_beat(struct raft *r, struct node *self)
{
    sim_ns next = SIM_FOREVER, now = node_monotonic(self);
    for (node_id id = 0; id < r->count; id++)
        if (id != r->self && paths(r, self)[id].due < next)
            next = paths(r, self)[id].due;
    if (next != SIM_FOREVER)
        node_set_timer(self, TIMER_HEARTBEAT, next > now ? next - now : 0);
}

static void send_tuned(struct raft *r, struct node *self, node_id to)
{
    struct raft_path *p = &paths(r, self)[to];
    uint32_t match = raft_work(self)->peers[to].match, commit = r->durable.log.commit;
    struct tuned_heartbeat m = {.term = r->durable.term,
                                .sent = node_monotonic(self),
                                .round_trip = p->round_trip,
                                .number = ++p->number,
                                .commit = match < commit ? match : commit};
    p->round_trip = 0;
    p->due = sim_add(node_monotonic(self), interval_of(r, p));
    node_send(self, to, TUNED_HEARTBEAT, &m);
}

void raft_tuned_beat(struct raft *r, struct node *self)
{
    for (node_id id = 0; id < r->count; id++)
        if (id != r->self && paths(r, self)[id].due <= node_monotonic(self))
            send_tuned(r, self, id);
    arm_beat(r, self);
}

void raft_on_tuned_heartbeat(struct raft *r, struct node *self, node_id from,
                             const struct tuned_heartbeat *m)
{
    struct tuned_heartbeat_response answer = {.term = r->durable.term, .sent = m->sent};
    if (m->term < r->durable.term) {
        node_send(self, from, TUNED_HEARTBEAT_RESPONSE, &answer);
        return;
    }
    raft_follow(r, self, m->term, from, STEP_DOWN_HIGHER_TERM);
    r->heard_at = node_monotonic(self);
    r->denied_rounds = 0;
    if (r->special)
        raft_timing_heard(r, self, from, 0);
    if (r->config->timeouts == TIMEOUTS_DYNATUNE) {
        dynatune_heard(&r->extra->dynatune, m->number, m->round_trip);
        answer.interval = dynatune_heartbeat(&r->extra->dynatune);
    }
    raft_arm_election(r, self);
    uint32_t last = raft_log_last(&r->durable.log);
    raft_log_commit(&r->durable.log, m->commit < last ? m->commit : last);
    raft_decide_operations(r, self);
    answer.term = r->durable.term;
    node_send(self, from, TUNED_HEARTBEAT_RESPONSE, &answer);
}

/* As etcd: a follower that lacks entries is sent them anew when its answer shows that it is there.
 */
void raft_on_tuned_response(struct raft *r, struct node *self, node_id from,
                            const struct tuned_heartbeat_response *m)
{
    if (m->term > r->durable.term)
        raft_follow(r, self, m->term, NODE_NONE, STEP_DOWN_HIGHER_TERM);
    if (m->term < r->durable.term || r->role != ROLE_LEADER)
        return;
    struct raft_path *p = &paths(r, self)[from];
    struct raft_peer *peer = &raft_work(self)->peers[from];
    sim_ns now = node_monotonic(self);
    peer->active = true;
    p->round_trip = now > m->sent ? now - m->sent : 1;
    p->interval = m->interval;
    if (p->due > sim_add(now, interval_of(r, p))) {
        p->due = sim_add(now, interval_of(r, p));
        arm_beat(r, self);
    }
    if (r->config->replication && peer->match < raft_log_last(&r->durable.log))
        raft_send_append(r, self, from);
}

/* Twice the longest time between heartbeats where those adapt: one answer may be lost. */
sim_ns raft_check_period(struct raft *r, struct node *self)
{
    sim_ns period = r->config->election_timeout.min;
    if (r->config->timeouts != TIMEOUTS_DYNATUNE)
        return period;
    for (node_id id = 0; id < r->count; id++) {
        sim_ns twice = sim_times(interval_of(r, &paths(r, self)[id]), 2);
        period = twice > period ? twice : period;
    }
    return period;
}

/* ---- Load ------------------------------------------------------------------------------------ */

void raft_on_load_report(struct raft *r, struct node *self, node_id from,
                         const struct load_report *m)
{
    if (m->term != r->durable.term || r->role != ROLE_LEADER || !r->config->load.aware)
        return;
    paths(r, self)[from].load = m->load;
    paths(r, self)[from].load_known = true;
}

/* The least busy follower that is not busy; among equals the longest log, then the lowest id. */
static node_id least_loaded(struct raft *r, struct node *self)
{
    const struct raft_path *p = paths(r, self);
    const struct raft_peer *peers = raft_work(self)->peers;
    node_id best = NODE_NONE;
    for (node_id id = 0; id < r->count; id++) {
        if (!p[id].load_known || p[id].load >= r->config->load.threshold)
            continue;
        if (best == NODE_NONE || p[id].load < p[best].load
            || (p[id].load == p[best].load && peers[id].match > peers[best].match))
            best = id;
    }
    return best;
}

void raft_yield_if_loaded(struct raft *r, struct node *self)
{
    if (r->transfer_target != NODE_NONE || r->stopping || !load_is_high(&r->config->load, self))
        return;
    node_id to = least_loaded(r, self);
    if (to != NODE_NONE)
        raft_begin_transfer(r, self, to);
}
