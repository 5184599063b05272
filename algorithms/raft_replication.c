/* Leaders and their followers: heartbeats, logs, commitment, leases, hand-over (paper 5.3 and
 * 5.4.2; thesis 3.10, 6.2 and 6.4.1). */
#include "algorithms/leader_lease.h"
#include "algorithms/raft.h"

static uint64_t weight_of(const struct raft *r, const struct node *self, node_id id)
{
    return quorum_weight(&r->config->quorum, self, id);
}

void raft_send_append(struct raft *r, struct node *self, node_id to)
{
    struct raft_workspace *w = raft_work(self);
    struct raft_peer *p = &w->peers[to];
    const struct raft_log *log = &r->durable.log;
    if (!r->config->replication) {
        struct append_entries beat = {.term = r->durable.term, .round = w->round};
        node_send(self, to, APPEND_ENTRIES, &beat);
        return;
    }
    if (p->next <= log->commit) {
        struct install_snapshot s = {r->durable.term, log->commit, log->commit_term};
        node_send(self, to, INSTALL_SNAPSHOT, &s);
        p->next = log->commit + 1;
    }
    struct append_entries m = {.term = r->durable.term,
                               .prev_log_index = p->next - 1,
                               .prev_log_term = raft_log_term(log, p->next - 1),
                               .leader_commit = log->commit,
                               .round = w->round};
    if (p->next > raft_log_last(log)) {
        node_send(self, to, APPEND_ENTRIES, &m);
        return;
    }
    m.entries = raft_log_run_end(log, p->next) - m.prev_log_index;
    m.entries_term = raft_log_term(log, p->next);
    p->next += m.entries;
    /* The leader's own copy is durable before anybody can acknowledge one. */
    node_send_after_sync(self, to, APPEND_ENTRIES, &m);
}

void raft_broadcast(struct raft *r, struct node *self)
{
    struct raft_workspace *w = raft_work(self);
    w->round++;
    w->round_sent[w->round % RAFT_ROUNDS] = node_monotonic(self);
    w->peers[r->self].acked_round = w->round;
    for (node_id id = 0; id < r->count; id++)
        if (id != r->self)
            raft_send_append(r, self, id);
}

void raft_beat(struct raft *r, struct node *self)
{
    if (r->config->timeouts == TIMEOUTS_DYNATUNE) {
        raft_tuned_beat(r, self);
    } else {
        raft_broadcast(r, self);
        node_set_timer(self, TIMER_HEARTBEAT, r->config->heartbeat_interval);
    }
    if (r->config->load.aware)
        raft_yield_if_loaded(r, self);
}

/* Appends one entry of the own term; false where the log has no room. The own copy counts at once:
 * the others' acknowledgements imply that it is durable, and where none is needed it is
 * acknowledged by a message to itself. */
static bool append_own(struct raft *r, struct node *self)
{
    struct raft_workspace *w = raft_work(self);
    if (!raft_log_append(&r->durable.log, (uint32_t) r->durable.term, 1))
        return false;
    uint32_t index = raft_log_last(&r->durable.log);
    node_persist(self, &r->durable);
    w->weights[index % RAFT_PENDING_MAX] = 0;
    if (weight_of(r, self, r->self) >= w->threshold) {
        struct append_response own = {r->durable.term, index, w->round, true};
        node_send_after_sync(self, r->self, APPEND_ENTRIES_RESPONSE, &own);
    } else {
        w->weights[index % RAFT_PENDING_MAX] = weight_of(r, self, r->self);
        w->peers[r->self].match = index;
    }
    return true;
}

void raft_lead(struct raft *r, struct node *self)
{
    struct raft_workspace *w = raft_work(self);
    r->role = ROLE_LEADER;
    r->leader = r->self;
    r->denied_rounds = 0;
    w->round = 0;
    w->first_own = raft_log_last(&r->durable.log) + 1;
    for (node_id id = 0; id < r->count; id++)
        w->peers[id] = (struct raft_peer){.next = w->first_own};
    if (r->special)
        raft_begin_paths(r, self);
    node_lead(self, r->durable.term);
    if (r->config->replication)
        (void) append_own(r, self); /* where there is no room it leads, and commits nothing */
    raft_broadcast(r, self);
    node_set_timer(self, TIMER_HEARTBEAT, r->config->heartbeat_interval);
    node_set_timer(self, TIMER_ELECTION, raft_check_period(r, self));
}

void raft_decide_operations(struct raft *r, struct node *self)
{
    const struct raft_log *log = &r->durable.log;
    if (!r->undecided) {
        if (r->role == ROLE_FOLLOWER)
            node_return_workspace(self);
        return;
    }
    struct raft_workspace *w = raft_work(self);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->operation_count; i++) {
        struct raft_operation o = w->operations[i];
        bool present = o.index <= raft_log_last(log);
        if (present && o.index > log->commit && raft_log_term(log, o.index) == o.term)
            w->operations[kept++] = o;
        else
            node_operation_done(self, o.operation, present && o.index <= log->commit);
    }
    w->operation_count = kept;
    r->undecided = kept > 0;
    if (kept == 0 && r->role == ROLE_FOLLOWER)
        node_return_workspace(self);
}

void raft_on_append_entries(struct raft *r, struct node *self, node_id from,
                            const struct append_entries *m)
{
    struct raft_log *log = &r->durable.log;
    struct append_response answer = {.term = r->durable.term, .round = m->round};
    if (m->term < r->durable.term) {
        answer.round = 0; /* rounds begin anew with each term: this one must not count in it */
        node_send(self, from, APPEND_ENTRIES_RESPONSE, &answer);
        return;
    }
    raft_follow(r, self, m->term, from, STEP_DOWN_HIGHER_TERM);
    r->heard_at = node_monotonic(self);
    r->denied_rounds = 0;
    if (r->special)
        raft_timing_heard(r, self, from, m->round);
    raft_arm_election(r, self);
    answer.term = r->durable.term;
    uint32_t prev = m->prev_log_index, end = prev + m->entries;
    bool known = prev <= log->commit
                 || (prev <= raft_log_last(log) && raft_log_term(log, prev) == m->prev_log_term);
    if (!known) {
        answer.index = raft_log_last(log) < prev - 1 ? raft_log_last(log) : prev - 1;
        node_send_after_sync(self, from, APPEND_ENTRIES_RESPONSE, &answer);
        return;
    }
    raft_log_commit(log, m->leader_commit < prev ? m->leader_commit : prev);
    if (end > log->commit) {
        uint32_t first = prev < log->commit ? log->commit : prev;
        /* Entries of one run agree from the first to where they cease to. */
        while (first < end && first < raft_log_last(log)
               && raft_log_term(log, first + 1) == m->entries_term) {
            uint32_t run_end = raft_log_run_end(log, first + 1);
            first = run_end < end ? run_end : end;
        }
        if (first < end) {
            raft_log_truncate(log, first);
            if (!raft_log_append(log, m->entries_term, end - first))
                end = first;
            node_persist(self, &r->durable);
            raft_decide_operations(r, self); /* what was overwritten is lost, before more commits */
        }
        raft_log_commit(log, m->leader_commit < end ? m->leader_commit : end);
    }
    raft_decide_operations(r, self);
    answer.success = true;
    answer.index = end;
    node_send_after_sync(self, from, APPEND_ENTRIES_RESPONSE, &answer);
}

void raft_on_install_snapshot(struct raft *r, struct node *self, node_id from,
                              const struct install_snapshot *m)
{
    struct raft_log *log = &r->durable.log;
    if (m->term < r->durable.term)
        return;
    raft_follow(r, self, m->term, from, STEP_DOWN_HIGHER_TERM);
    r->heard_at = node_monotonic(self);
    raft_arm_election(r, self);
    if (m->last_included_index <= log->commit)
        return;
    bool retained = m->last_included_index <= raft_log_last(log)
                    && raft_log_term(log, m->last_included_index) == m->last_included_term;
    if (retained) {
        raft_log_commit(log, m->last_included_index);
    } else {
        /* Which of the own entries a snapshot holds cannot be told: they are counted as lost. */
        raft_log_truncate(log, log->commit);
        raft_decide_operations(r, self);
        *log = (struct raft_log){.commit = m->last_included_index,
                                 .commit_term = m->last_included_term};
    }
    node_persist(self, &r->durable);
    raft_decide_operations(r, self);
}

static sim_ns lease_length(const struct raft_config *c)
{
    return leader_lease_length(c->election_timeout.min, c->clock_drift_bound);
}

/* The lease counts from when the round that a quorum acknowledged was sent (thesis 6.4.1). */
static void extend_lease(struct raft *r, struct node *self)
{
    struct raft_workspace *w = raft_work(self);
    if (!r->config->leader_lease || r->handed_over || r->transfer_target != NODE_NONE)
        return;
    for (uint32_t age = 0; age < RAFT_ROUNDS && age < w->round; age++) {
        uint32_t round = w->round - age;
        uint64_t weight = 0;
        for (node_id id = 0; id < r->count; id++)
            weight += w->peers[id].acked_round >= round ? weight_of(r, self, id) : 0;
        if (weight < w->threshold)
            continue;
        sim_ns until = sim_add(w->round_sent[round % RAFT_ROUNDS], lease_length(r->config));
        if (until > r->lease_until)
            r->lease_until = until;
        return;
    }
}

/* Only entries of the own term are committed by counting (paper 5.4.2). */
static void count_match(struct raft *r, struct node *self, node_id from, uint32_t index)
{
    struct raft_workspace *w = raft_work(self);
    struct raft_peer *p = &w->peers[from];
    struct raft_log *log = &r->durable.log;
    uint32_t before = log->commit, first = p->match + 1;
    if (first < w->first_own)
        first = w->first_own;
    if (first <= log->commit)
        first = log->commit + 1;
    for (uint32_t i = first; i <= index; i++)
        w->weights[i % RAFT_PENDING_MAX] += weight_of(r, self, from);
    p->match = index;
    uint32_t next = before < w->first_own ? w->first_own : before + 1;
    while (next <= raft_log_last(log) && w->weights[next % RAFT_PENDING_MAX] >= w->threshold)
        raft_log_commit(log, next++);
    if (log->commit > before)
        raft_decide_operations(r, self);
}

static void hand_over_if_ready(struct raft *r, struct node *self)
{
    struct raft_workspace *w = raft_work(self);
    node_id to = r->transfer_target;
    if (to == NODE_NONE || w->peers[to].match != raft_log_last(&r->durable.log))
        return;
    struct timeout_now m = {.term = r->durable.term};
    r->lease_until = 0;
    r->handed_over = true;
    node_send(self, to, TIMEOUT_NOW, &m);
}

void raft_on_append_response(struct raft *r, struct node *self, node_id from,
                             const struct append_response *m)
{
    if (m->term > r->durable.term)
        raft_follow(r, self, m->term, NODE_NONE, STEP_DOWN_HIGHER_TERM);
    if (m->term < r->durable.term || r->role != ROLE_LEADER)
        return;
    struct raft_workspace *w = raft_work(self);
    struct raft_peer *p = &w->peers[from];
    p->active = true;
    if (m->round > p->acked_round) {
        p->acked_round = m->round;
        extend_lease(r, self);
    }
    if (!m->success) {
        uint32_t next = m->index + 1 < p->next ? m->index + 1 : p->next;
        p->next = next > p->match ? next : p->match + 1;
        /* One answer a heartbeat: where a log cannot be mended (its owner lost what it had promised
         * to keep), answering each denial would also answer each duplicate, without end. */
        if ((uint16_t) m->round != p->denied_round) {
            p->denied_round = (uint16_t) m->round;
            raft_send_append(r, self, from);
        }
        return;
    }
    if (m->index > p->match && m->index <= raft_log_last(&r->durable.log)) {
        count_match(r, self, from, m->index);
        if (p->next <= p->match)
            p->next = p->match + 1;
        if (p->next <= raft_log_last(&r->durable.log) && from != r->self)
            raft_send_append(r, self, from);
        if (from == r->transfer_target)
            hand_over_if_ready(r, self);
    }
}

void raft_on_operation(void *state, struct node *self, uint64_t operation)
{
    struct raft *r = state;
    struct raft_workspace *w = r->role == ROLE_LEADER ? raft_work(self) : NULL;
    const struct raft_log *log = &r->durable.log;
    if (w == NULL || !r->config->replication || r->transfer_target != NODE_NONE
        || w->operation_count == RAFT_PENDING_MAX
        || raft_log_last(log) - (log->commit < w->first_own ? w->first_own : log->commit)
               >= RAFT_PENDING_MAX - 2
        || !append_own(r, self)) {
        node_operation_done(self, operation, false);
        return;
    }
    uint32_t index = raft_log_last(&r->durable.log);
    r->undecided = true;
    w->operations[w->operation_count++]
        = (struct raft_operation){operation, index, (uint32_t) r->durable.term};
    for (node_id id = 0; id < r->count; id++)
        if (id != r->self)
            raft_send_append(r, self, id);
}

/* The peer with the longest log; the lowest id among equals. */
static node_id best_peer(const struct raft *r, struct node *self)
{
    const struct raft_workspace *w = raft_work(self);
    node_id best = NODE_NONE;
    for (node_id id = 0; id < r->count; id++)
        if (id != r->self && (best == NODE_NONE || w->peers[id].match > w->peers[best].match))
            best = id;
    return best;
}

void raft_begin_transfer(struct raft *r, struct node *self, node_id target)
{
    if (target == NODE_NONE)
        target = best_peer(r, self);
    if (target == NODE_NONE || target == r->self || target >= r->count
        || target == r->transfer_target)
        return;
    r->transfer_target = target;
    node_set_timer(self, TIMER_ELECTION, r->config->election_timeout.min);
    if (raft_work(self)->peers[target].next <= raft_log_last(&r->durable.log))
        raft_send_append(r, self, target);
    hand_over_if_ready(r, self);
}

/* Each election timeout: a transfer that takes this long is given up (thesis 3.10), and a leader
 * that heard of no quorum meanwhile steps down (thesis 6.2; as etcd, at the next check). */
void raft_leader_check(struct raft *r, struct node *self)
{
    struct raft_workspace *w = raft_work(self);
    r->transfer_target = NODE_NONE;
    if (r->stopping) {
        raft_follow(r, self, r->durable.term, NODE_NONE, STEP_DOWN_STOP);
        return;
    }
    node_set_timer(self, TIMER_ELECTION, raft_check_period(r, self));
    uint64_t weight = 0;
    for (node_id id = 0; id < r->count; id++) {
        weight += w->peers[id].active || id == r->self ? weight_of(r, self, id) : 0;
        w->peers[id].active = false;
    }
    if (r->config->check_quorum && weight < w->threshold)
        raft_follow(r, self, r->durable.term, NODE_NONE, STEP_DOWN_LOST_QUORUM);
}
