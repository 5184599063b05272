/* How long a member waits for its coordinator's answer, and the circuit breaker: a coordinator that
 * has seen too many groups come and go invites nobody for a while, though it still accepts. What
 * none of the options asks for costs nothing. And what can be promised with the options, and when.
 */
#include "algorithms/invitation.h"

static size_t sample_room(const struct invitation_config *c)
{
    return c->timeouts == INVITATION_TIMEOUTS_PHI ? c->phi.window : 0;
}

size_t invitation_timing_size(const struct invitation_config *c)
{
    return (sample_room(c) + c->breaker.elections) * sizeof(sim_ns);
}

const char *invitation_timing_check(const struct invitation_config *c, const char **option)
{
    const char *wrong = phi_check(&c->phi, option);
    return wrong != NULL ? wrong : breaker_check(&c->breaker, option);
}

sim_ns invitation_timing_delay(const struct invitation_config *c)
{
    sim_ns delay = breaker_delay(&c->breaker);
    if (c->timeouts == INVITATION_TIMEOUTS_PHI)
        delay
            = sim_add(delay, sim_times(sim_times(c->answer_timeout, 2 * ADAPTED_MAX), c->attempts));
    return delay;
}

void invitation_begin_timing(struct invitation *v)
{
    const struct invitation_config *c = v->config;
    size_t sets = (size_t) INVITATION_SETS * invitation_words(v->count);
    sim_ns *room = (sim_ns *) (void *) (v->sets + sets);
    v->special = c->timeouts == INVITATION_TIMEOUTS_PHI || c->breaker.elections > 0;
    breaker_begin(&v->breaker, &c->breaker, room + sample_room(c));
    if (c->timeouts == INVITATION_TIMEOUTS_PHI)
        phi_accrual_begin(&v->phi, &c->phi, c->answer_timeout, room);
}

/* The samples are the times from a question to its answer, so each question begins one. Another
 * group is another way to another coordinator. */
sim_ns invitation_answer_wait(struct invitation *v, struct node *self)
{
    sim_ns plain = v->config->answer_timeout;
    if (v->config->timeouts != INVITATION_TIMEOUTS_PHI)
        return plain;
    if (v->watched != v->group)
        phi_accrual_forget(&v->phi);
    v->watched = v->group;
    if (v->unanswered <= 1) /* an answer may be the first question's, that was late */
        phi_accrual_restart(&v->phi, node_monotonic(self));
    return phi_accrual_timeout_within(&v->phi, plain);
}

void invitation_hear_leader(struct invitation *v, struct node *self, bool answer)
{
    if (!v->special)
        return;
    breaker_leader(&v->breaker, node_monotonic(self));
    if (answer && v->config->timeouts == INVITATION_TIMEOUTS_PHI && v->watched == v->group)
        phi_accrual_heard(&v->phi, node_monotonic(self));
}

/* ---- Circuit breaker ------------------------------------------------------------------------- */

void invitation_count_election(struct invitation *v, struct node *self)
{
    if (v->special)
        breaker_election(&v->breaker, node_monotonic(self));
}

/* Who has lost its coordinator is a group of one all the same: that cannot wait. */
bool invitation_may_invite(struct invitation *v, struct node *self)
{
    sim_ns wait = v->special ? breaker_wait(&v->breaker, node_monotonic(self)) : 0;
    if (wait == 0)
        return true;
    invitation_clear(v, INVITATION_FOUND);
    node_set_timer(self, INVITATION_TIMER_CHECK, wait);
    return false;
}

/* ---- What can be promised -------------------------------------------------------------------- */

const char *invitation_check(const void *config, unsigned nodes, const char **option)
{
    const struct invitation_config *c = config;
    (void) nodes;
    *option = "check_interval";
    if (c->check_interval <= 0)
        return "must be longer than nothing";
    *option = "watch_interval";
    if (c->watch_interval <= 0)
        return "must be longer than nothing";
    *option = "answer_timeout";
    if (c->answer_timeout <= 0)
        return "must be longer than nothing";
    *option = "attempts";
    return c->attempts == 0 ? "must be at least 1" : invitation_timing_check(c, option);
}

/* Without the delay, coordinators that look for each other at one time invite each other at one
 * time, and none accepts: again and again. It must cover the way of an invitation. */
uint32_t invitation_promises_with(const void *config, unsigned nodes)
{
    const struct invitation_config *c = config;
    uint32_t promised = ELECTION_SAFETY | VOTE_ONCE | TERM_MONOTONIC | LEADER_OF_TERM;
    (void) nodes;
    if (c->require_majority)
        promised |= LEADER_HAS_QUORUM;
    if (c->merge_delay >= c->answer_timeout)
        promised |= EVENTUAL_LEADER | EVENTUAL_AGREEMENT;
    return promised;
}

sim_ns invitation_patience(const void *config, unsigned nodes)
{
    const struct invitation_config *c = config;
    (void) nodes;
    return sim_add(c->watch_interval, sim_times(c->answer_timeout, c->attempts));
}

/* Members find that their coordinator is lost, groups find each other, and the last of them waits
 * its longest; a merge may miss some, and losses may undo it. */
sim_ns invitation_liveness_bound(const void *config, unsigned nodes)
{
    const struct invitation_config *c = config;
    sim_ns merging = sim_add(c->check_interval, sim_times(c->answer_timeout, 6));
    sim_ns waiting = sim_times(c->merge_delay, nodes);
    sim_ns once = sim_add(invitation_patience(config, nodes), sim_add(merging, waiting));
    return sim_add(sim_times(once, 6), invitation_timing_delay(c));
}
