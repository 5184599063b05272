/* The oplog as far as elections need it: secondaries pull it from a sync source and report how far
 * they are, the primary commits what a majority holds, and a new primary catches up first (Zhou and
 * Mu, NSDI 2021; topology_coordinator.cpp; repl README, "Life as a Secondary"). */
#include "algorithms/mongodb.h"

uint32_t mongodb_write_majority(const struct mongodb *m)
{
    uint32_t majority = m->count / 2 + 1, holders = m->count - m->config->arbiters;
    return majority < holders ? majority : holders;
}

/* ---- Whom to sync from ----------------------------------------------------------------------- */

static bool usable(const struct mongodb *m, const struct node *self, node_id id)
{
    return id != m->self && !mongodb_is_arbiter(m, id) && m->members[id].up
           && m->members[id].denied_until <= node_monotonic(self);
}

/* One that is ahead; or the present one, as long as it goes on syncing, and not from this node. */
static bool leads_on(const struct mongodb *m, node_id id)
{
    const struct mongodb_member *member = &m->members[id];
    bool goes_on = id == m->sync_source && member->sync_source != NODE_NONE
                   && member->sync_source != m->self;
    return goes_on || mongodb_before(mongodb_last(m), member->applied);
}

static node_id best_source(const struct mongodb *m, const struct node *self)
{
    bool catching_up = m->mode == MONGODB_CATCHING_UP;
    if (mongodb_is_arbiter(m, m->self) || m->mode == MONGODB_WRITABLE)
        return NODE_NONE;
    if (!catching_up && m->primary != NODE_NONE && usable(m, self, m->primary))
        return m->primary;
    if (!catching_up && !m->config->chaining)
        return NODE_NONE;
    node_id best = m->sync_source;
    if (best != NODE_NONE && usable(m, self, best) && leads_on(m, best))
        return best;
    best = NODE_NONE;
    for (node_id id = 0; id < m->count; id++)
        if (usable(m, self, id) && leads_on(m, id)
            && (best == NODE_NONE
                || mongodb_before(m->members[best].applied, m->members[id].applied)))
            best = id;
    return best;
}

static void fetch(struct mongodb *m, struct node *self, bool again)
{
    m->request++;
    struct mongodb_fetch f
        = {.term = m->term, .after = m->fetched, .request = m->request, .again = again};
    node_send(self, m->sync_source, MONGODB_FETCH, &f);
}

void mongodb_choose_sync_source(struct mongodb *m, struct node *self)
{
    node_id source = best_source(m, self);
    if (source == m->sync_source)
        return;
    m->sync_source = source;
    m->silent = 0;
    m->taken = m->request;
    m->fetched = mongodb_last(m);
    node_clear_timer(self, MONGODB_TIMER_SYNC);
    if (source == NODE_NONE)
        return;
    fetch(m, self, true);
    node_set_timer(self, MONGODB_TIMER_SYNC, m->config->election_timeout / 2);
}

void mongodb_fetch_again(struct mongodb *m, struct node *self)
{
    fetch(m, self, true);
}

/* ---- Positions ------------------------------------------------------------------------------- */

static uint64_t alive(const struct mongodb *m, const struct node *self)
{
    sim_ns now = node_monotonic(self);
    uint64_t bits = UINT64_C(1) << m->self;
    for (node_id id = 0; id < m->count; id++)
        if (id != m->self && now - m->members[id].heard_at < m->config->election_timeout)
            bits |= UINT64_C(1) << id;
    return bits;
}

/* A position travels with the sender's term, so that a primary whose time is over learns of it
 * before it counts what was written down in its name (SERVER-22136). */
static void report(struct mongodb *m, struct node *self, node_id to, node_id member,
                   struct mongodb_optime durable)
{
    struct mongodb_update_position u
        = {.term = m->term, .member = member, .durable = durable, .alive = alive(m, self)};
    node_send_after_sync(self, to, MONGODB_UPDATE_POSITION, &u);
}

/* Each half election timeout without a word: ask again, and say that one lives. A second time in a
 * row: the source is lost. */
void mongodb_sync_timeout(struct mongodb *m, struct node *self)
{
    if (++m->silent > 1) {
        m->members[m->sync_source].denied_until
            = sim_add(node_monotonic(self), m->config->election_timeout);
        mongodb_choose_sync_source(m, self);
        return;
    }
    report(m, self, m->sync_source, m->self, mongodb_last(m));
    fetch(m, self, true);
    node_set_timer(self, MONGODB_TIMER_SYNC, m->config->election_timeout / 2);
}

/* An operation is decided when it is committed, or when the oplog has lost it. */
static void decide_operations(struct mongodb *m, struct node *self)
{
    const struct raft_log *log = &m->durable.log;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < m->operation_count; i++) {
        struct mongodb_operation o = m->operations[i];
        bool present = o.at.index <= raft_log_last(log);
        if (present && o.at.index > log->commit && raft_log_term(log, o.at.index) == o.at.term)
            m->operations[kept++] = o;
        else
            node_operation_done(self, o.operation, present && o.at.index <= log->commit);
    }
    m->operation_count = kept;
}

static void commit(struct mongodb *m, struct node *self, uint32_t index)
{
    if (index <= m->durable.log.commit)
        return;
    raft_log_commit(&m->durable.log, index);
    decide_operations(m, self);
}

/* The latest operation that a majority holds; only of the own term, since what was written in an
 * older one may yet be rolled back. */
static void advance_commit_point(struct mongodb *m, struct node *self)
{
    uint32_t committed = 0;
    for (node_id at = 0; at < m->count; at++) {
        struct mongodb_optime held = m->members[at].durable;
        uint32_t holders = 0;
        if (held.term != m->term || held.index <= committed)
            continue;
        for (node_id id = 0; id < m->count; id++)
            holders += m->members[id].durable.term == held.term
                       && m->members[id].durable.index >= held.index;
        if (holders >= mongodb_write_majority(m))
            committed = held.index;
    }
    commit(m, self, committed);
}

void mongodb_on_update_position(struct mongodb *m, struct node *self, node_id from,
                                const struct mongodb_update_position *u)
{
    mongodb_update_term(m, self, u->term);
    for (node_id id = 0; id < m->count; id++)
        if (id != m->self && (u->alive >> id & 1) != 0)
            mongodb_touch(m, self, id);
    if (u->member == m->self && from != m->self)
        return; /* nobody tells this node how far it is */
    struct mongodb_member *member = &m->members[u->member];
    if (!mongodb_before(member->durable, u->durable))
        return;
    member->durable = u->durable;
    if (m->mode == MONGODB_WRITABLE) {
        advance_commit_point(m, self);
        mongodb_try_step_down(m, self);
    } else if (m->sync_source != NODE_NONE && from != m->self && from != m->sync_source
               && u->member != m->sync_source) {
        report(m, self, m->sync_source, u->member, u->durable);
    }
}

/* ---- The source's end ------------------------------------------------------------------------ */

/* The last own operation that is not later than `other` and not of a later term. */
static struct mongodb_optime not_after(const struct mongodb *m, struct mongodb_optime other)
{
    const struct raft_log *log = &m->durable.log;
    uint32_t index = raft_log_last(log) < other.index ? raft_log_last(log) : other.index;
    while (index > log->commit && raft_log_term(log, index) > other.term)
        index--;
    if (index < log->commit)
        index = log->commit;
    return (struct mongodb_optime){raft_log_term(log, index), index};
}

static void serve(struct mongodb *m, struct node *self, node_id to, bool again)
{
    const struct raft_log *log = &m->durable.log;
    struct mongodb_member *member = &m->members[to];
    struct mongodb_batch b = {.term = m->term,
                              .after = member->awaits,
                              .request = member->request,
                              .committed = {log->commit_term, log->commit},
                              .last = mongodb_last(m),
                              .primary = m->primary};
    struct mongodb_optime here = not_after(m, b.after);
    b.known = mongodb_same(here, b.after);
    /* A common point that lies before the commit point is not known any more. */
    b.snapshot = !b.known && (b.after.index < log->commit || here.term > b.after.term);
    if (b.known && here.index < b.last.index) {
        b.operations = raft_log_run_end(log, here.index + 1) - here.index;
        b.operations_term = raft_log_term(log, here.index + 1);
    }
    if (!b.snapshot)
        b.after = here;
    member->awaiting = b.known && b.operations == 0 && !again;
    if (member->awaiting)
        return;
    /* What it hands on is durable here first; so the primary's own copy is before any other. */
    if (b.operations > 0 || b.snapshot)
        node_send_after_sync(self, to, MONGODB_BATCH, &b);
    else
        node_send(self, to, MONGODB_BATCH, &b);
}

static void serve_all(struct mongodb *m, struct node *self)
{
    for (node_id id = 0; id < m->count; id++)
        if (m->members[id].awaiting)
            serve(m, self, id, false);
}

void mongodb_on_fetch(struct mongodb *m, struct node *self, node_id from,
                      const struct mongodb_fetch *f)
{
    mongodb_update_term(m, self, f->term);
    if (mongodb_is_arbiter(m, m->self))
        return;
    m->members[from].awaits = f->after;
    m->members[from].request = f->request;
    serve(m, self, from, f->again);
}

/* ---- The other end --------------------------------------------------------------------------- */

/* The source knows its oplog only from its commit point on: all before is the same everywhere. */
static bool take_snapshot(struct mongodb *m, struct node *self, const struct mongodb_batch *b)
{
    struct raft_log *log = &m->durable.log;
    struct mongodb_optime point = b->committed;
    if (point.index <= log->commit)
        return false;
    if (point.index <= raft_log_last(log) && raft_log_term(log, point.index) == point.term) {
        commit(m, self, point.index);
        return true;
    }
    if (!mongodb_before(mongodb_last(m), b->last))
        return false;
    raft_log_truncate(log, log->commit);
    decide_operations(m, self);
    *log = (struct raft_log){.commit = point.index, .commit_term = point.term};
    return true;
}

/* Takes over what it lacks. Where the oplogs part, it rolls its own back to the common point, but
 * only for a source that is ahead. False: nothing has changed. */
static bool take_operations(struct mongodb *m, struct node *self, const struct mongodb_batch *b)
{
    struct raft_log *log = &m->durable.log;
    uint32_t end = b->after.index + b->operations;
    uint32_t first = b->after.index < log->commit ? log->commit : b->after.index;
    while (first < end && first < raft_log_last(log)
           && raft_log_term(log, first + 1) == b->operations_term) {
        uint32_t run_end = raft_log_run_end(log, first + 1);
        first = run_end < end ? run_end : end;
    }
    if (first >= end || !mongodb_before(mongodb_last(m), b->last))
        return false;
    raft_log_truncate(log, first);
    (void) raft_log_append(log, b->operations_term, end - first); /* no room: it asks again */
    decide_operations(m, self);
    return true;
}

static bool has(const struct mongodb *m, struct mongodb_optime at)
{
    const struct raft_log *log = &m->durable.log;
    if (at.index < log->commit || at.index > raft_log_last(log))
        return false;
    return raft_log_term(log, at.index) == at.term;
}

static void changed(struct mongodb *m, struct node *self)
{
    node_persist(self, &m->durable);
    report(m, self, m->sync_source, m->self, mongodb_last(m));
    serve_all(m, self);
}

/* A secondary learns the commit point from its source, no further than it has itself
 * (SERVER-39831); a primary from nobody. */
static void take_batch(struct mongodb *m, struct node *self, const struct mongodb_batch *b)
{
    uint32_t end = b->after.index + b->operations;
    if (b->snapshot ? take_snapshot(m, self, b) : take_operations(m, self, b))
        changed(m, self);
    if (!b->snapshot && m->role != ROLE_LEADER && end <= raft_log_last(&m->durable.log)
        && has(m, (struct mongodb_optime){b->operations > 0 ? b->operations_term : b->after.term,
                                          end}))
        commit(m, self, b->committed.index < end ? b->committed.index : end);
    m->fetched = mongodb_last(m);
    if (m->taken == m->request)
        fetch(m, self, false);
}

void mongodb_on_batch(struct mongodb *m, struct node *self, node_id from,
                      const struct mongodb_batch *b)
{
    mongodb_update_term(m, self, b->term);
    if (from != m->sync_source || b->request <= m->taken)
        return;
    m->taken = b->request; /* so that copies of answers do not become fetches without end */
    m->silent = 0;
    m->members[from].applied = b->last;
    if (b->primary != NODE_NONE && b->primary != m->self)
        mongodb_hear_primary(m, self, from, false);
    node_set_timer(self, MONGODB_TIMER_SYNC, m->config->election_timeout / 2);
    bool primary = m->mode == MONGODB_CATCHING_UP;
    if ((b->snapshot && !primary) || (b->known && has(m, b->after))) {
        take_batch(m, self, b);
    } else if (primary) {
        mongodb_end_catchup(m, self); /* the oplogs have parted: a primary does not roll back */
    } else if (mongodb_before(mongodb_last(m), b->last)) {
        struct mongodb_optime nearer = not_after(m, b->after); /* to the common point */
        bool progress = nearer.index < m->fetched.index;
        m->fetched = nearer;
        if (progress)
            fetch(m, self, true);
    }
    mongodb_choose_sync_source(m, self);
    mongodb_check_catchup(m, self);
}

/* ---- A new primary --------------------------------------------------------------------------- */

void mongodb_begin_catchup(struct mongodb *m, struct node *self)
{
    m->mode = MONGODB_CATCHING_UP;
    m->sync_source = NODE_NONE;
    node_clear_timer(self, MONGODB_TIMER_SYNC);
    if (m->count == 1 || m->config->catchup_timeout == 0)
        mongodb_end_catchup(m, self);
    else if (m->config->catchup_timeout > 0)
        node_set_timer(self, MONGODB_TIMER_CATCHUP, m->config->catchup_timeout);
}

/* Once every other member has answered a heartbeat or is down, it is known what there is to fetch.
 */
void mongodb_check_catchup(struct mongodb *m, struct node *self)
{
    if (m->mode != MONGODB_CATCHING_UP)
        return;
    bool behind = false;
    for (node_id id = 0; id < m->count; id++) {
        const struct mongodb_member *member = &m->members[id];
        if (id != m->self && !member->updated)
            return;
        behind = behind || (member->up && mongodb_before(mongodb_last(m), member->applied));
    }
    if (!behind)
        mongodb_end_catchup(m, self);
}

/* The own copy counts at once: nobody else gets one before it is durable. Where none is needed, it
 * counts by a message to itself. False: the oplog has no room for another term. */
static bool append(struct mongodb *m, struct node *self)
{
    if (!raft_log_append(&m->durable.log, (uint32_t) m->term, 1))
        return false;
    node_persist(self, &m->durable);
    if (mongodb_write_majority(m) == 1)
        report(m, self, m->self, m->self, mongodb_last(m));
    else
        m->members[m->self].durable = mongodb_last(m);
    if (m->config->noop_interval > 0)
        node_set_timer(self, MONGODB_TIMER_NOOP, m->config->noop_interval);
    serve_all(m, self);
    return true;
}

void mongodb_write_noop(struct mongodb *m, struct node *self)
{
    sim_assert(m->mode == MONGODB_WRITABLE);
    (void) append(m, self);
}

/* The first operation of the term commits what is older, too. */
void mongodb_end_catchup(struct mongodb *m, struct node *self)
{
    sim_assert(m->role == ROLE_LEADER);
    m->mode = MONGODB_WRITABLE;
    node_clear_timer(self, MONGODB_TIMER_CATCHUP);
    mongodb_choose_sync_source(m, self); /* none any more */
    (void) append(m, self);
}

void mongodb_on_operation(void *state, struct node *self, uint64_t operation)
{
    struct mongodb *m = state;
    if (m->mode != MONGODB_WRITABLE || m->stepping_down
        || m->operation_count == MONGODB_OPERATIONS_MAX || !append(m, self)) {
        node_operation_done(self, operation, false);
        return;
    }
    m->operations[m->operation_count++] = (struct mongodb_operation){operation, mongodb_last(m)};
}
