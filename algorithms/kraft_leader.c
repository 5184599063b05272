/* KRaft's leader: it sends nothing of its own but BeginQuorumEpoch, hears of its followers by their
 * fetches, keeps those that find nothing new waiting, and reckons the high watermark from their
 * offsets (Kafka 4.0, LeaderState and KafkaRaftClient.handleFetchRequest). */
#include "algorithms/kraft.h"

void kraft_send_begin_epoch(struct kraft *k, struct node *self)
{
    struct kraft_epoch m = {.epoch = k->durable.epoch, .leader = k->self};
    for (node_id id = 0; id < k->count; id++)
        if (id != k->self)
            node_send_after_sync(self, id, KRAFT_BEGIN_QUORUM_EPOCH, &m);
    node_set_timer(self, KRAFT_TIMER_REQUEST,
                   k->config->fetch_timeout / MILLISECOND / 2 * MILLISECOND);
}

/* ---- Answers to fetches ---------------------------------------------------------------------- */

static struct kraft_fetch_response response_to(const struct kraft *k, const struct kraft_fetch *m,
                                               enum kraft_fetch_result result)
{
    return (struct kraft_fetch_response){.epoch = k->durable.epoch,
                                         .correlation = m->correlation,
                                         .leader = k->durable.leader,
                                         .result = result,
                                         .fetch_offset = m->fetch_offset,
                                         .high_watermark = k->durable.log.commit};
}

static void refuse(struct kraft *k, struct node *self, node_id to, uint64_t correlation,
                   enum kraft_fetch_result result)
{
    struct kraft_fetch asked = {.correlation = correlation};
    struct kraft_fetch_response m = response_to(k, &asked, result);
    node_send_after_sync(self, to, KRAFT_FETCH_RESPONSE, &m);
}

/* Records from `offset` on, which may be none. Kafka's leader writes before it looks at the next
 * fetch; here what it sends waits for its own disk. */
static void send_records(struct kraft *k, struct node *self, node_id to, uint64_t correlation,
                         uint32_t offset)
{
    const struct kraft_log *log = &k->durable.log;
    struct kraft_fetch asked = {.correlation = correlation, .fetch_offset = offset};
    struct kraft_fetch_response m = response_to(k, &asked, FETCH_RECORDS);
    if (offset < kraft_log_last(log).offset) {
        m.records = kraft_log_run_end(log, offset + 1) - offset;
        m.records_epoch = kraft_log_epoch(log, offset + 1);
    }
    node_send_after_sync(self, to, KRAFT_FETCH_RESPONSE, &m);
}

/* The largest epoch that is not later than the follower's last, and where it ends here. */
static void send_divergence(struct kraft *k, struct node *self, node_id to,
                            const struct kraft_fetch *m)
{
    struct kraft_position end = kraft_log_end_of_epoch(&k->durable.log, m->last_fetched_epoch);
    struct kraft_fetch_response answer = response_to(k, m, FETCH_DIVERGING);
    answer.end_offset = end.offset;
    answer.end_epoch = end.epoch;
    node_send_after_sync(self, to, KRAFT_FETCH_RESPONSE, &answer);
}

static void send_committed(struct kraft *k, struct node *self, node_id to,
                           const struct kraft_fetch *m)
{
    struct kraft_fetch_response answer = response_to(k, m, FETCH_COMMITTED);
    answer.end_offset = k->durable.log.commit;
    answer.end_epoch = k->durable.log.commit_epoch;
    node_send_after_sync(self, to, KRAFT_FETCH_RESPONSE, &answer);
}

/* ---- The quorum and the high watermark ------------------------------------------------------- */

/* Fetches of a majority, the leader counted, begin the time anew: one and a half fetch timeouts. */
static void restart_check(struct kraft *k, struct node *self)
{
    struct kraft_workspace *w = kraft_work(self);
    w->window++;
    w->fetched_count = 0;
    if (k->count > 1)
        node_set_timer(self, KRAFT_TIMER_CHECK_QUORUM,
                       sim_times(k->config->fetch_timeout / MILLISECOND, 3) / 2 * MILLISECOND);
}

static void note_fetch(struct kraft *k, struct node *self, node_id from)
{
    struct kraft_workspace *w = kraft_work(self);
    if (w->peers[from].fetched_in == w->window)
        return;
    w->peers[from].fetched_in = w->window;
    if (++w->fetched_count >= kraft_majority(k) - 1)
        restart_check(k, self);
}

static uint32_t holders(const struct kraft *k, const struct kraft_workspace *w, uint32_t offset)
{
    uint32_t count = 0;
    for (node_id id = 0; id < k->count; id++)
        count += w->peers[id].match >= offset;
    return count;
}

static void finish_operations(struct kraft *k, struct node *self, bool all)
{
    struct kraft_workspace *w = kraft_work(self);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->operation_count; i++) {
        bool committed = w->operations[i].offset <= k->durable.log.commit;
        if (committed || all)
            node_operation_done(self, w->operations[i].operation, committed);
        else
            w->operations[kept++] = w->operations[i];
    }
    w->operation_count = kept;
}

/* The largest offset that a majority has, by halving; it is committed if it lies in the own epoch
 * (Raft, section 5.4.2). */
static void advance_high_watermark(struct kraft *k, struct node *self, uint32_t most)
{
    struct kraft_workspace *w = kraft_work(self);
    struct kraft_log *log = &k->durable.log;
    uint32_t low = log->commit < w->first_own ? w->first_own : log->commit + 1, high = most;
    if (high < low || holders(k, w, low) < kraft_majority(k))
        return;
    while (low < high) {
        uint32_t middle = low + (high - low + 1) / 2;
        if (holders(k, w, middle) >= kraft_majority(k))
            low = middle;
        else
            high = middle - 1;
    }
    kraft_log_commit(log, low);
    finish_operations(k, self, false);
}

/* ---- Fetches that wait ----------------------------------------------------------------------- */

static void park(struct kraft *k, struct node *self, node_id from)
{
    struct kraft_workspace *w = kraft_work(self);
    sim_ns until = sim_add(node_monotonic(self), k->config->fetch_max_wait);
    w->peers[from].parked_until = until > 0 ? until : 1;
    if (w->purgatory_until == 0) {
        w->purgatory_until = w->peers[from].parked_until;
        node_set_timer(self, KRAFT_TIMER_PURGATORY, k->config->fetch_max_wait);
    }
}

/* Nothing came while they waited: an empty answer, and the high watermark with it. */
void kraft_on_purgatory_timer(struct kraft *k, struct node *self)
{
    struct kraft_workspace *w = kraft_work(self);
    sim_ns now = node_monotonic(self), next = SIM_FOREVER;
    for (node_id id = 0; id < k->count; id++) {
        struct kraft_peer *p = &w->peers[id];
        if (p->parked_until == 0)
            continue;
        if (p->parked_until <= now) {
            p->parked_until = 0;
            send_records(k, self, id, p->correlation, p->match);
        } else if (p->parked_until < next) {
            next = p->parked_until;
        }
    }
    w->purgatory_until = next == SIM_FOREVER ? 0 : next;
    if (w->purgatory_until != 0)
        node_set_timer(self, KRAFT_TIMER_PURGATORY, next - now);
}

/* Records for all who wait. That ends their fetches a second time, and Kafka takes the end for a
 * sign of life as well: a follower that died meanwhile counts once more. */
static void end_waiting(struct kraft *k, struct node *self)
{
    struct kraft_workspace *w = kraft_work(self);
    if (w->purgatory_until == 0)
        return;
    for (node_id id = 0; id < k->count; id++) {
        struct kraft_peer *p = &w->peers[id];
        if (p->parked_until == 0)
            continue;
        p->parked_until = 0;
        send_records(k, self, id, p->correlation, p->match);
        note_fetch(k, self, id);
    }
    w->purgatory_until = 0;
    node_clear_timer(self, KRAFT_TIMER_PURGATORY);
}

/* ---- Events ---------------------------------------------------------------------------------- */

/* Writes a batch. One is written at a time, and what comes meanwhile is the next (Kafka's
 * BatchAccumulator): so a slow disk makes batches longer and not a queue. The own copy counts at
 * once where others are needed: nobody can have fetched what is not yet durable here. */
static bool append(struct kraft *k, struct node *self, uint32_t records)
{
    struct kraft_workspace *w = kraft_work(self);
    bool room = kraft_log_append(&k->durable.log, (uint32_t) k->durable.epoch, records);
    struct kraft_flushed m
        = {.epoch = k->durable.epoch, .end_offset = kraft_log_last(&k->durable.log).offset};
    node_persist(self, &k->durable);
    node_send_after_sync(self, k->self, KRAFT_FLUSHED, &m);
    w->flushing = true;
    if (k->count > 1)
        w->peers[k->self].match = m.end_offset;
    end_waiting(k, self);
    return room;
}

void kraft_on_flushed(struct kraft *k, struct node *self, const struct kraft_flushed *m)
{
    if (m->epoch != k->durable.epoch)
        return;
    if (k->state == KRAFT_CANDIDATE)
        node_vote(self, m->epoch, k->self);
    if (k->state != KRAFT_LEADER)
        return;
    struct kraft_workspace *w = kraft_work(self);
    uint32_t records = w->accumulated;
    w->flushing = false;
    w->accumulated = 0;
    if (k->count == 1) {
        w->peers[k->self].match = m->end_offset;
        advance_high_watermark(k, self, m->end_offset);
    }
    if (records > 0 && !append(k, self, records))
        finish_operations(k, self, true);
}

/* The first record of an epoch says that its leader has changed, so that what is before it can be
 * committed with it. */
void kraft_begin_epoch(struct kraft *k, struct node *self)
{
    struct kraft_workspace *w = kraft_work(self);
    for (node_id id = 0; id < k->count; id++)
        w->peers[id] = (struct kraft_peer){0};
    w->operation_count = w->accumulated = w->window = 0;
    w->purgatory_until = 0;
    w->first_own = kraft_log_last(&k->durable.log).offset + 1;
    (void) append(k, self, 1); /* where there is no room it leads, and commits nothing */
    restart_check(k, self);
    if (k->count > 1)
        kraft_send_begin_epoch(k, self);
}

void kraft_end_epoch(struct kraft *k, struct node *self)
{
    struct kraft_workspace *w = kraft_work(self);
    for (node_id id = 0; id < k->count; id++) {
        if (w->peers[id].parked_until != 0)
            refuse(k, self, id, w->peers[id].correlation, FETCH_NOT_LEADER);
        w->peers[id].parked_until = 0;
    }
    w->purgatory_until = 0;
    finish_operations(k, self, true);
}

/* A fetch that is sent again is answered again, unless it still waits. */
static bool is_answered(const struct kraft_peer *p, const struct kraft_fetch *m)
{
    return m->correlation < p->correlation
           || (m->correlation == p->correlation && p->parked_until != 0);
}

static void serve(struct kraft *k, struct node *self, node_id from, const struct kraft_fetch *m)
{
    struct kraft_workspace *w = kraft_work(self);
    const struct kraft_log *log = &k->durable.log;
    uint32_t offset = m->fetch_offset;
    w->peers[from].correlation = m->correlation;
    w->peers[from].parked_until = 0;
    if (offset < log->commit) {
        note_fetch(k, self, from);
        send_committed(k, self, from, m);
        return;
    }
    if (offset > kraft_log_last(log).offset
        || kraft_log_epoch(log, offset) != m->last_fetched_epoch) {
        /* Where it left the committed prefix cannot be told any more: it gets all of that. */
        if (m->last_fetched_epoch < log->commit_epoch)
            send_committed(k, self, from, m);
        else
            send_divergence(k, self, from, m);
        return;
    }
    w->peers[from].match = offset;
    note_fetch(k, self, from);
    advance_high_watermark(k, self, offset);
    if (offset < kraft_log_last(log).offset)
        send_records(k, self, from, m->correlation, offset);
    else
        park(k, self, from);
}

void kraft_on_fetch(struct kraft *k, struct node *self, node_id from, const struct kraft_fetch *m)
{
    kraft_yield_if_loaded(k, self); /* before it serves: what it commits, it commits as leader */
    if (m->epoch != k->durable.epoch) {
        bool old = m->epoch < k->durable.epoch;
        refuse(k, self, from, m->correlation, old ? FETCH_FENCED_EPOCH : FETCH_UNKNOWN_EPOCH);
    } else if (k->state != KRAFT_LEADER) {
        refuse(k, self, from, m->correlation, FETCH_NOT_LEADER);
    } else if (!is_answered(&kraft_work(self)->peers[from], m)) {
        serve(k, self, from, m);
    }
}

void kraft_on_operation(void *state, struct node *self, uint64_t operation)
{
    struct kraft *k = state;
    struct kraft_workspace *w = k->state == KRAFT_LEADER ? kraft_work(self) : NULL;
    if (w == NULL || w->operation_count == KRAFT_PENDING_MAX) {
        node_operation_done(self, operation, false);
        return;
    }
    uint32_t offset = kraft_log_last(&k->durable.log).offset + w->accumulated + 1;
    w->operations[w->operation_count++] = (struct kraft_operation){operation, offset};
    if (w->flushing)
        w->accumulated++;
    else if (!append(k, self, 1))
        finish_operations(k, self, true);
}
