/* An elected server becomes a leader when a quorum connects, accepts its new epoch, and takes its
 * history; then it proposes, and lives on its followers' answers (Leader, LearnerHandler). */
#include "algorithms/fast_leader_election.h"

typedef bool (*fle_test)(const struct fle_peer *p);

static bool quorum_of(const struct fle *f, struct node *self, fle_test test)
{
    const struct fle_workspace *w = fle_work(self);
    uint64_t weight = 0;
    for (node_id id = 0; id < f->count; id++)
        weight += test(&w->peers[id]) ? node_weight(self, id) : 0;
    return fle_is_quorum(f, self, weight);
}

static bool has_joined(const struct fle_peer *p)
{
    return p->joined;
}
static bool has_accepted(const struct fle_peer *p)
{
    return p->accepted;
}
static bool has_synced(const struct fle_peer *p)
{
    return p->synced;
}

/* ---- Packets --------------------------------------------------------------------------------- */

static struct fle_position position(const struct fle *f, const struct fle_peer *p)
{
    return (struct fle_position){.connection = p->connection,
                                 .epoch = f->epoch,
                                 .last = raft_log_last(&f->durable.log),
                                 .committed = f->durable.log.commit};
}

static void send_leader_info(struct fle *f, struct node *self, node_id to)
{
    struct fle_epoch m = {fle_work(self)->peers[to].connection, f->epoch};
    node_send_after_sync(self, to, FLE_LEADER_INFO, &m);
}

/* Differs from ZooKeeper, which sends what a follower lacks, or what it has too much: here it is
 * always the whole log, of which only positions matter. */
static void send_history(struct fle *f, struct node *self, node_id to)
{
    struct fle_peer *p = &fle_work(self)->peers[to];
    struct fle_history m = {.connection = p->connection,
                            .epoch = f->epoch,
                            .last = raft_log_last(&f->durable.log),
                            .committed = f->durable.log.commit,
                            .log = f->durable.log};
    node_send_after_sync(self, to, FLE_NEW_LEADER, &m);
}

static void send_up_to_date(struct fle *f, struct node *self, node_id to)
{
    struct fle_position m = position(f, &fle_work(self)->peers[to]);
    node_send(self, to, FLE_UP_TO_DATE, &m);
}

static void send_proposal(struct fle *f, struct node *self, node_id to, uint32_t previous)
{
    struct fle_peer *p = &fle_work(self)->peers[to];
    struct fle_proposal m = {.connection = p->connection,
                             .epoch = f->epoch,
                             .previous = previous,
                             .last = raft_log_last(&f->durable.log),
                             .committed = f->durable.log.commit};
    node_send(self, to, FLE_PROPOSAL, &m);
}

static bool is_learner(const struct fle *f, const struct fle_peer *p, node_id id)
{
    return id != f->self && p->connected && p->synced;
}

static void close_learner(struct fle *f, struct node *self, node_id id)
{
    struct fle_peer *p = &fle_work(self)->peers[id];
    struct fle_closed m = {.connection = p->connection};
    if (p->connected && id != f->self)
        node_send(self, id, FLE_CLOSED, &m);
    p->connected = p->synced = false;
}

/* ---- Operations ------------------------------------------------------------------------------ */

static void finish_operations(struct fle *f, struct node *self, bool all)
{
    struct fle_workspace *w = fle_work(self);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->operation_count; i++) {
        bool committed = w->operations[i].index <= f->durable.log.commit;
        if (committed || all)
            node_operation_done(self, w->operations[i].operation, committed);
        else
            w->operations[kept++] = w->operations[i];
    }
    w->operation_count = kept;
}

static bool quorum_has(const struct fle *f, struct node *self, uint32_t index)
{
    const struct fle_workspace *w = fle_work(self);
    uint64_t weight = 0;
    for (node_id id = 0; id < f->count; id++)
        weight += w->peers[id].match >= index ? node_weight(self, id) : 0;
    return fle_is_quorum(f, self, weight);
}

static void advance_commit(struct fle *f, struct node *self)
{
    struct fle_workspace *w = fle_work(self);
    uint32_t low = f->durable.log.commit, high = raft_log_last(&f->durable.log);
    while (low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        if (quorum_has(f, self, middle))
            low = middle;
        else
            high = middle - 1;
    }
    if (low == f->durable.log.commit)
        return;
    raft_log_commit(&f->durable.log, low);
    finish_operations(f, self, false);
    for (node_id id = 0; id < f->count; id++)
        if (is_learner(f, &w->peers[id], id)) {
            struct fle_position m = position(f, &w->peers[id]);
            node_send(self, id, FLE_COMMIT, &m);
        }
}

void fle_on_operation(void *state, struct node *self, uint64_t operation)
{
    struct fle *f = state;
    bool leads = f->state == FLE_LEADING && f->phase == FLE_BROADCAST;
    struct fle_workspace *w = leads ? fle_work(self) : NULL;
    uint32_t previous = raft_log_last(&f->durable.log);
    if (w == NULL || w->operation_count == FLE_PENDING_MAX
        || !raft_log_append(&f->durable.log, (uint32_t) f->epoch, 1)) {
        node_operation_done(self, operation, false);
        return;
    }
    w->operations[w->operation_count++] = (struct fle_operation){operation, previous + 1};
    fle_flush(f, self);
    for (node_id id = 0; id < f->count; id++)
        if (is_learner(f, &w->peers[id], id))
            send_proposal(f, self, id, previous);
}

/* ---- Becoming one ---------------------------------------------------------------------------- */

/* All that the quorum has taken over is committed; who follows may serve. */
static void establish(struct fle *f, struct node *self)
{
    struct fle_workspace *w = fle_work(self);
    f->phase = FLE_BROADCAST;
    f->leader = f->self;
    node_clear_timer(self, FLE_TIMER_LIMIT);
    node_lead(self, f->epoch);
    f->history_epoch = f->epoch;
    f->decision.peer_epoch = f->epoch;
    raft_log_commit(&f->durable.log, raft_log_last(&f->durable.log));
    w->tick = w->halves = w->operation_count = 0;
    for (node_id id = 0; id < f->count; id++) {
        w->peers[id].deadline = f->config->init_limit + f->config->sync_limit;
        if (is_learner(f, &w->peers[id], id))
            send_up_to_date(f, self, id);
    }
    node_set_timer(self, FLE_TIMER_TICK, f->config->tick_time / 2);
}

/* A quorum has promised to follow nobody of an earlier epoch. The own history becomes that of the
 * new epoch, and everybody gets it. */
static void synchronize(struct fle *f, struct node *self)
{
    struct fle_workspace *w = fle_work(self);
    struct fle_position own = {.epoch = f->epoch, .last = raft_log_last(&f->durable.log)};
    f->phase = FLE_SYNCHRONIZATION;
    f->durable.current_epoch = f->epoch;
    node_persist(self, &f->durable);
    node_set_timer(self, FLE_TIMER_LIMIT, fle_ticks(f, f->config->init_limit));
    node_send_after_sync(self, f->self, FLE_ACK_NEW_LEADER, &own);
    for (node_id id = 0; id < f->count; id++)
        if (id != f->self && w->peers[id].connected && w->peers[id].greeted)
            send_history(f, self, id);
}

/* A quorum is connected: the new epoch is one above all that they have accepted. */
static void propose_epoch(struct fle *f, struct node *self)
{
    struct fle_workspace *w = fle_work(self);
    f->phase = FLE_EPOCH_ACK;
    f->durable.accepted_epoch = f->epoch;
    node_persist(self, &f->durable);
    node_vote(self, f->epoch, f->self);
    node_set_timer(self, FLE_TIMER_LIMIT, fle_ticks(f, f->config->init_limit));
    for (node_id id = 0; id < f->count; id++)
        if (id != f->self && w->peers[id].connected)
            send_leader_info(f, self, id);
    w->peers[f->self].accepted = true;
    if (quorum_of(f, self, has_accepted))
        synchronize(f, self);
}

void fle_begin_leading(struct fle *f, struct node *self)
{
    struct fle_workspace *w = fle_work(self);
    f->state = FLE_LEADING;
    f->phase = FLE_DISCOVERY;
    f->epoch = f->durable.accepted_epoch + 1;
    f->flushing = f->unflushed = false;
    w->summary_epoch = f->durable.current_epoch;
    w->operation_count = 0;
    for (node_id id = 0; id < f->count; id++)
        w->peers[id] = (struct fle_peer){0};
    w->peers[f->self].joined = true;
    node_set_timer(self, FLE_TIMER_LIMIT, fle_ticks(f, f->config->init_limit));
    if (quorum_of(f, self, has_joined))
        propose_epoch(f, self);
}

void fle_end_leading(struct fle *f, struct node *self, enum step_down_reason why)
{
    sim_assert(f->state == FLE_LEADING);
    if (f->phase == FLE_BROADCAST)
        node_step_down(self, f->epoch, why);
    f->phase = FLE_DISCOVERY;
    finish_operations(f, self, true);
    for (node_id id = 0; id < f->count; id++)
        close_learner(f, self, id);
}

/* ---- Followers' packets ---------------------------------------------------------------------- */

void fle_on_follower_info(struct fle *f, struct node *self, node_id from, const struct fle_epoch *m)
{
    if (f->state != FLE_LEADING) {
        struct fle_closed refusal = {m->connection, true};
        node_send(self, from, FLE_CLOSED, &refusal);
        return;
    }
    struct fle_peer *p = &fle_work(self)->peers[from];
    if (m->connection < p->connection)
        return;
    if (m->connection > p->connection)
        p->greeted = p->synced = false;
    p->connection = m->connection;
    p->connected = true;
    if (f->phase != FLE_DISCOVERY) {
        send_leader_info(f, self, from);
        return;
    }
    p->joined = true;
    if (m->epoch >= f->epoch)
        f->epoch = m->epoch + 1;
    if (quorum_of(f, self, has_joined))
        propose_epoch(f, self);
}

static struct fle_peer *learner(struct fle *f, struct node *self, node_id from, uint64_t connection,
                                uint64_t epoch)
{
    if (f->state != FLE_LEADING || f->phase == FLE_DISCOVERY || epoch != f->epoch)
        return NULL;
    struct fle_peer *p = &fle_work(self)->peers[from];
    if (!p->connected || p->connection != connection)
        return NULL;
    p->deadline = fle_work(self)->tick + f->config->sync_limit;
    return p;
}

static bool is_ahead(const struct fle *f, struct node *self, const struct fle_ack_epoch *m)
{
    uint64_t epoch = fle_work(self)->summary_epoch;
    uint32_t zxid_epoch = raft_log_last_term(&f->durable.log);
    if (m->current_epoch != epoch)
        return m->current_epoch > epoch;
    if (m->zxid_epoch != zxid_epoch)
        return m->zxid_epoch > zxid_epoch;
    return m->zxid > raft_log_last(&f->durable.log);
}

/* Who knows of more than the leader is sent away, until a quorum that does not has accepted it. */
void fle_on_ack_epoch(struct fle *f, struct node *self, node_id from, const struct fle_ack_epoch *m)
{
    struct fle_peer *p = learner(f, self, from, m->connection, m->epoch);
    if (p == NULL)
        return;
    p->greeted = true;
    if (f->phase != FLE_EPOCH_ACK) {
        send_history(f, self, from);
        return;
    }
    if (!m->counts)
        return;
    if (is_ahead(f, self, m)) {
        close_learner(f, self, from);
        return;
    }
    p->accepted = true;
    if (quorum_of(f, self, has_accepted))
        synchronize(f, self);
}

static void acknowledge(struct fle *f, struct node *self, struct fle_peer *p, uint32_t last)
{
    if (last > p->match && last <= raft_log_last(&f->durable.log)) {
        p->match = last;
        advance_commit(f, self);
    }
}

void fle_on_ack_new_leader(struct fle *f, struct node *self, node_id from,
                           const struct fle_position *m)
{
    struct fle_peer *p = from == f->self && f->state == FLE_LEADING && m->epoch == f->epoch
                             ? &fle_work(self)->peers[from]
                             : learner(f, self, from, m->connection, m->epoch);
    if (p == NULL || f->phase < FLE_SYNCHRONIZATION)
        return;
    p->synced = true;
    if (f->phase == FLE_SYNCHRONIZATION) {
        p->match = m->last;
        if (quorum_of(f, self, has_synced))
            establish(f, self);
        return;
    }
    acknowledge(f, self, p, m->last);
    if (from == f->self)
        return;
    send_up_to_date(f, self, from);
    if (m->last < raft_log_last(&f->durable.log))
        send_proposal(f, self, from, m->last);
}

void fle_on_ack(struct fle *f, struct node *self, node_id from, const struct fle_position *m)
{
    struct fle_peer *p = learner(f, self, from, m->connection, m->epoch);
    if (p != NULL && f->phase == FLE_BROADCAST && p->synced)
        acknowledge(f, self, p, m->last);
}

/* Who lacks what was there at the ping before the last has lost it on the way. */
void fle_on_pong(struct fle *f, struct node *self, node_id from, const struct fle_position *m)
{
    struct fle_peer *p = learner(f, self, from, m->connection, m->epoch);
    if (p == NULL || f->phase != FLE_BROADCAST || !p->synced)
        return;
    acknowledge(f, self, p, m->last);
    if (m->last < p->offered)
        send_proposal(f, self, from, m->last);
}

void fle_on_learner_closed(struct fle *f, struct node *self, node_id from,
                           const struct fle_closed *m)
{
    struct fle_peer *p = &fle_work(self)->peers[from];
    (void) f;
    if (p->connection == m->connection)
        p->connected = p->synced = false;
}

void fle_on_leader_flushed(struct fle *f, struct node *self)
{
    if (f->phase == FLE_BROADCAST)
        acknowledge(f, self, &fle_work(self)->peers[f->self], f->flushed);
}

/* Twice a tick it pings; at every tick it counts who has been heard within syncLimit ticks. */
void fle_on_tick(struct fle *f, struct node *self)
{
    struct fle_workspace *w = fle_work(self);
    uint64_t weight = node_weight(self, f->self);
    w->halves++;
    w->tick += w->halves % 2 == 0;
    for (node_id id = 0; id < f->count; id++)
        if (is_learner(f, &w->peers[id], id) && w->tick <= w->peers[id].deadline)
            weight += node_weight(self, id);
    if (w->halves % 2 == 0 && !fle_is_quorum(f, self, weight)) {
        fle_end_leading(f, self, STEP_DOWN_LOST_QUORUM);
        fle_look(f, self);
        return;
    }
    for (node_id id = 0; id < f->count; id++) {
        struct fle_peer *p = &w->peers[id];
        struct fle_position m = position(f, p);
        if (!is_learner(f, p, id))
            continue;
        node_send(self, id, FLE_PING, &m);
        p->offered = p->pinged;
        p->pinged = m.last;
    }
    node_set_timer(self, FLE_TIMER_TICK, f->config->tick_time / 2);
}
