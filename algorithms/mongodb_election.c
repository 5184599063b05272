/* Who stands and when, votes, takeovers, and the ways in which a primary ceases to be one
 * (replication_coordinator_impl_elect_v1.cpp, topology_coordinator.cpp). */
#include "algorithms/mongodb.h"

#define FRESH_ENOUGH 1000u /* operations that a priority takeover may be behind */

/* ---- Takeovers ------------------------------------------------------------------------------- */

void mongodb_cancel_takeover(struct mongodb *m, struct node *self)
{
    m->takeover = 0;
    node_clear_timer(self, MONGODB_TIMER_TAKEOVER);
}

/* Members of higher priority: the first of them waits for one election timeout, the next for two.
 */
static uint32_t rank(const struct mongodb *m, const struct node *self)
{
    uint32_t higher = 0;
    for (node_id id = 0; id < m->count; id++)
        higher += mongodb_may_lead(m, self, id)
                  && node_priority(self, id) > node_priority(self, m->self);
    return higher;
}

/* On an answer of the primary. What was applied in its term shows that it has caught up. */
void mongodb_consider_takeover(struct mongodb *m, struct node *self)
{
    const struct mongodb_config *c = m->config;
    struct mongodb_optime last = mongodb_last(m);
    if (m->takeover != 0 || !mongodb_may_lead(m, self, m->self) || load_is_high(&c->load, self))
        return;
    bool ahead = c->catchup_timeout != 0 && c->catchup_takeover_delay >= 0 && last.term != m->term
                 && mongodb_before(m->members[m->primary].applied, last);
    bool higher = node_priority(self, m->self) > node_priority(self, m->primary);
    if (higher && (!ahead || rank(m, self) == 0)) {
        m->takeover = MONGODB_PRIORITY_TAKEOVER;
        sim_ns delay = sim_times(c->election_timeout, rank(m, self) + 1);
        sim_ns offset = mongodb_draw_offset(m, self, c->election_timeout);
        node_set_timer(self, MONGODB_TIMER_TAKEOVER, sim_add(delay, offset));
    } else if (ahead) {
        m->takeover = MONGODB_CATCHUP_TAKEOVER;
        node_set_timer(self, MONGODB_TIMER_TAKEOVER, c->catchup_takeover_delay);
    }
}

static struct mongodb_optime latest_known(const struct mongodb *m)
{
    struct mongodb_optime latest = mongodb_last(m);
    for (node_id id = 0; id < m->count; id++)
        if (m->members[id].up && mongodb_before(latest, m->members[id].applied))
            latest = m->members[id].applied;
    return latest;
}

static bool fresh_enough(const struct mongodb *m, enum mongodb_reason reason)
{
    struct mongodb_optime last = mongodb_last(m), latest = latest_known(m);
    switch (reason) {
    case MONGODB_PRIORITY_TAKEOVER:
        return last.term == latest.term && latest.index - last.index <= FRESH_ENOUGH;
    case MONGODB_CATCHUP_TAKEOVER:
        return m->primary != NODE_NONE && mongodb_same(last, latest) && last.term < m->term
               && mongodb_before(m->members[m->primary].applied, last);
    case MONGODB_ELECTION_TIMEOUT:
    case MONGODB_STEP_UP_REQUEST:
        return true;
    }
    sim_unreachable();
}

/* ---- Candidates ------------------------------------------------------------------------------ */

/* Requests leave when the own vote is durable, so that it counts by the time of an answer; where it
 * alone decides, it comes back as a message to itself. */
static void begin_candidacy(struct mongodb *m, struct node *self, bool dry_run)
{
    m->sequence++;
    for (node_id id = 0; id < m->count; id++)
        m->members[id].answered = m->members[id].granted = id == m->self && m->count > 1;
    struct mongodb_request_votes request = {
        .term = m->term, .applied = mongodb_last(m), .sequence = m->sequence, .dry_run = dry_run};
    struct mongodb_vote own = {m->term, m->sequence, dry_run, true};
    for (node_id id = 0; id < m->count; id++)
        if (id != m->self)
            node_send_after_sync(self, id, MONGODB_REQUEST_VOTES, &request);
    if (m->count == 1)
        node_send_after_sync(self, m->self, MONGODB_VOTE, &own);
    node_set_timer(self, MONGODB_TIMER_VOTES, m->config->election_timeout);
}

static void begin_dry_run(struct mongodb *m, struct node *self)
{
    m->role = ROLE_PRE_CANDIDATE;
    m->required = m->reason == MONGODB_CATCHUP_TAKEOVER ? m->primary : NODE_NONE;
    node_pre_campaign(self, m->term + 1);
    begin_candidacy(m, self, true);
}

static void begin_election(struct mongodb *m, struct node *self)
{
    m->role = ROLE_CANDIDATE;
    m->primary = m->required = NODE_NONE;
    mongodb_count_election(m, self);
    m->term++;
    m->durable.vote_term = m->term;
    m->durable.voted_for = m->self;
    node_persist(self, &m->durable);
    enum campaign_reason why = m->reason == MONGODB_STEP_UP_REQUEST    ? CAMPAIGN_TRANSFER
                               : m->reason == MONGODB_ELECTION_TIMEOUT ? CAMPAIGN_TIMEOUT
                                                                       : CAMPAIGN_TAKEOVER;
    mongodb_arm_election(m, self);
    node_campaign(self, m->term, why);
    node_vote(self, m->term, m->self);
    begin_candidacy(m, self, false);
}

void mongodb_stand(struct mongodb *m, struct node *self, enum mongodb_reason reason)
{
    mongodb_cancel_takeover(m, self);
    mongodb_arm_election(m, self);
    if (m->role != ROLE_FOLLOWER || !mongodb_electable(m, self) || !fresh_enough(m, reason))
        return;
    if (reason != MONGODB_STEP_UP_REQUEST && !mongodb_may_stand(m, self))
        return;
    m->reason = (uint8_t) reason;
    if (reason == MONGODB_STEP_UP_REQUEST || !m->config->dry_run)
        begin_election(m, self);
    else
        begin_dry_run(m, self);
}

void mongodb_lose(struct mongodb *m, struct node *self)
{
    sim_assert(m->role == ROLE_CANDIDATE || m->role == ROLE_PRE_CANDIDATE);
    m->role = ROLE_FOLLOWER;
    node_clear_timer(self, MONGODB_TIMER_VOTES);
    node_follow(self, m->term, m->primary);
}

static void win(struct mongodb *m, struct node *self)
{
    m->role = ROLE_LEADER;
    m->primary = m->self;
    mongodb_hear_primary(m, self, m->self, false);
    node_clear_timer(self, MONGODB_TIMER_VOTES);
    node_clear_timer(self, MONGODB_TIMER_ELECTION);
    mongodb_cancel_takeover(m, self);
    sim_ns now = node_monotonic(self);
    for (node_id id = 0; id < m->count; id++) {
        struct mongodb_member *member = &m->members[id];
        if (member->answered)
            member->heard_at = now;
        member->stale = now - member->heard_at >= m->config->election_timeout;
        member->updated = false;
    }
    node_lead(self, m->term);
    mongodb_arm_liveness(m, self);
    mongodb_send_heartbeats(m, self);
    mongodb_begin_catchup(m, self);
}

void mongodb_on_vote(struct mongodb *m, struct node *self, node_id from,
                     const struct mongodb_vote *v)
{
    mongodb_update_term(m, self, v->term);
    enum role asked = v->dry_run ? ROLE_PRE_CANDIDATE : ROLE_CANDIDATE;
    if (m->role != asked || v->term != m->term || v->sequence != m->sequence)
        return;
    m->members[from].answered = true;
    m->members[from].granted = m->members[from].granted || v->granted;
    uint32_t granted = 0, answered = 0;
    for (node_id id = 0; id < m->count; id++) {
        granted += m->members[id].granted;
        answered += m->members[id].answered;
    }
    bool refused = m->required == from && !v->granted;
    bool agreed = m->required == NODE_NONE || m->members[m->required].granted;
    if (2 * granted > m->count && agreed) {
        if (v->dry_run)
            begin_election(m, self);
        else
            win(m, self);
    } else if (refused || answered == m->count) {
        mongodb_lose(m, self);
    }
}

/* ---- Voters ---------------------------------------------------------------------------------- */

static bool sees_as_good_a_primary(const struct mongodb *m, const struct node *self,
                                   node_id candidate)
{
    for (node_id id = 0; id < m->count; id++)
        if (id != candidate && m->members[id].up && m->members[id].is_primary
            && node_priority(self, id) >= node_priority(self, candidate))
            return true;
    return false;
}

/* Whether it heard of a primary lately does not matter to a voter that holds data: a dry run keeps
 * away who could not win, not who need not stand. */
void mongodb_on_request_votes(struct mongodb *m, struct node *self, node_id from,
                              const struct mongodb_request_votes *v)
{
    mongodb_update_term(m, self, v->term);
    bool granted = v->term == m->term;
    if (mongodb_is_arbiter(m, m->self))
        granted = granted && !sees_as_good_a_primary(m, self, from);
    else
        granted = granted && !mongodb_before(v->applied, mongodb_last(m));
    if (!v->dry_run)
        granted = granted && m->durable.vote_term < v->term;
    if (granted && !v->dry_run) {
        m->durable.vote_term = v->term;
        m->durable.voted_for = from;
        node_persist(self, &m->durable);
        node_vote(self, v->term, from);
    }
    struct mongodb_vote answer = {m->term, v->sequence, v->dry_run, granted};
    node_send_after_sync(self, from, MONGODB_VOTE, &answer);
}

/* ---- A primary that is not heard ------------------------------------------------------------- */

void mongodb_arm_liveness(struct mongodb *m, struct node *self)
{
    sim_ns now = node_monotonic(self), first = INT64_MAX;
    for (node_id id = 0; id < m->count; id++)
        if (id != m->self && !m->members[id].stale && m->members[id].heard_at < first)
            first = m->members[id].heard_at;
    if (first != INT64_MAX) {
        sim_ns after = sim_add(first, m->config->election_timeout) - now;
        node_set_timer(self, MONGODB_TIMER_LIVENESS, after > 0 ? after : 0);
    }
}

/* Each member by itself; whether a majority is left is asked only when another one falls silent. */
void mongodb_check_liveness(struct mongodb *m, struct node *self)
{
    sim_ns now = node_monotonic(self);
    bool fewer = false;
    for (node_id id = 0; id < m->count; id++) {
        struct mongodb_member *member = &m->members[id];
        if (id == m->self || member->stale || now - member->heard_at < m->config->election_timeout)
            continue;
        member->stale = fewer = true;
        member->up = false;
    }
    if (fewer && !mongodb_majority_is_up(m))
        mongodb_follow(m, self, m->term, STEP_DOWN_LOST_QUORUM);
    else
        mongodb_arm_liveness(m, self);
}

/* ---- A primary that is told to stand aside --------------------------------------------------- */

static struct mongodb_optime applied_by(const struct mongodb *m, node_id id)
{
    const struct mongodb_member *member = &m->members[id];
    return mongodb_before(member->applied, member->durable) ? member->durable : member->applied;
}

static bool can_take_over(const struct mongodb *m, const struct node *self, node_id id)
{
    return id != m->self && mongodb_may_lead(m, self, id) && m->members[id].up
           && m->members[id].electable && !mongodb_before(applied_by(m, id), mongodb_last(m));
}

/* The one that was asked for; else the highest priority, and the lowest number among equals. */
static node_id successor(const struct mongodb *m, const struct node *self)
{
    node_id best = NODE_NONE;
    for (node_id id = 0; id < m->count; id++)
        if (can_take_over(m, self, id)
            && (best == NODE_NONE || node_priority(self, id) > node_priority(self, best)))
            best = id;
    if (m->handoff_target == NODE_NONE)
        return best;
    return can_take_over(m, self, m->handoff_target) ? m->handoff_target : NODE_NONE;
}

static bool majority_has_applied_all(const struct mongodb *m)
{
    struct mongodb_optime last = mongodb_last(m);
    if (last.term != m->term)
        return true; /* nothing was written in this term */
    uint32_t holders = 1;
    for (node_id id = 0; id < m->count; id++)
        holders += id != m->self && !mongodb_is_arbiter(m, id)
                   && !mongodb_before(applied_by(m, id), last);
    return holders >= mongodb_write_majority(m);
}

/* Differs from MongoDB: an operator may name who follows, which there takes a replSetStepUp. */
void mongodb_begin_step_down(struct mongodb *m, struct node *self, node_id target)
{
    bool nobody
        = target != NODE_NONE
          && (target == m->self || target >= m->count || !mongodb_may_lead(m, self, target));
    if (m->role != ROLE_LEADER || nobody)
        return;
    m->handoff_target = target;
    if (m->stopping && m->count == 1) {
        mongodb_follow(m, self, m->term, STEP_DOWN_STOP);
        return;
    }
    m->stepping_down = true;
    node_set_timer(self, MONGODB_TIMER_STEP_DOWN, m->config->secondary_catchup_period);
    mongodb_try_step_down(m, self);
}

void mongodb_try_step_down(struct mongodb *m, struct node *self)
{
    if (m->role != ROLE_LEADER || !m->stepping_down || !majority_has_applied_all(m))
        return;
    node_id next = successor(m, self);
    if (next == NODE_NONE)
        return;
    struct mongodb_step_up s = {.term = m->term};
    m->step_down_until = sim_add(node_monotonic(self), m->config->step_down_period);
    if (m->config->election_handoff)
        node_send(self, next, MONGODB_STEP_UP, &s);
    mongodb_follow(m, self, m->term, STEP_DOWN_TRANSFER);
}

void mongodb_give_up_step_down(struct mongodb *m, struct node *self)
{
    m->stepping_down = false;
    if (m->stopping)
        mongodb_follow(m, self, m->term, STEP_DOWN_STOP);
}

/* Once somebody is up who says that it is not busy, too. Who hands over does not stand again for
 * step_down_period. */
void mongodb_yield_if_loaded(struct mongodb *m, struct node *self)
{
    if (m->mode != MONGODB_WRITABLE || m->stepping_down || !load_is_high(&m->config->load, self))
        return;
    for (node_id id = 0; id < m->count; id++)
        if (id != m->self && mongodb_may_lead(m, self, id) && m->members[id].up
            && m->members[id].electable) {
            mongodb_begin_step_down(m, self, NODE_NONE);
            return;
        }
}
