/* KRaft's fetches: a follower asks its leader for what comes next, one fetch at a time, and a voter
 * without a leader asks anybody who leads (Kafka 4.0, KafkaRaftClient.pollFollower, pollUnattached,
 * handleFetchResponse). */
#include "algorithms/kraft.h"

static bool fetches(const struct kraft *k)
{
    return k->count > 1 && (k->state == KRAFT_FOLLOWER || k->state == KRAFT_UNATTACHED);
}

static node_id any_other(const struct kraft *k, struct node *self)
{
    node_id id = (node_id) node_random(self, k->count - 1);
    return id < k->self ? id : id + 1;
}

static void send_fetch(struct kraft *k, struct node *self)
{
    struct kraft_position last = kraft_log_last(&k->durable.log);
    struct kraft_fetch m = {.epoch = k->durable.epoch,
                            .correlation = k->correlation,
                            .fetch_offset = last.offset,
                            .last_fetched_epoch = last.epoch};
    /* What it has fetched is durable before its fetch says so. */
    node_send_after_sync(self, k->fetch_to, KRAFT_FETCH, &m);
}

/* Answers may take as long as a fetch may wait; what is lost is sent again after that, as TCP does,
 * until the request times out. */
static void await_answer(struct kraft *k, struct node *self, sim_ns after)
{
    sim_ns left = sim_add(k->fetch_sent_at, k->config->request_timeout) - node_monotonic(self);
    node_set_timer(self, KRAFT_TIMER_FETCH, left < 0 ? 0 : after < left ? after : left);
}

/* The correlation id is the own time, so that it grows across restarts. */
void kraft_fetch(struct kraft *k, struct node *self)
{
    if (!fetches(k))
        return;
    bool leader = k->state == KRAFT_FOLLOWER && !k->fetch_overtime;
    k->fetch_to = leader ? k->durable.leader : any_other(k, self);
    k->fetch_overtime = false;
    k->fetch_sent_at = node_monotonic(self);
    uint64_t now = (uint64_t) k->fetch_sent_at;
    k->correlation = now > k->correlation ? now : k->correlation + 1;
    send_fetch(k, self);
    await_answer(k, self, sim_add(k->config->fetch_max_wait, k->config->retransmission));
}

void kraft_stop_fetching(struct kraft *k, struct node *self)
{
    k->fetch_to = NODE_NONE;
    node_clear_timer(self, KRAFT_TIMER_FETCH);
}

static void fetch_later(struct kraft *k, struct node *self)
{
    k->fetch_to = NODE_NONE;
    node_set_timer(self, KRAFT_TIMER_FETCH, k->config->retry_backoff);
}

void kraft_on_fetch_timer(struct kraft *k, struct node *self)
{
    sim_assert(fetches(k));
    sim_ns age = node_monotonic(self) - k->fetch_sent_at;
    if (k->fetch_to != NODE_NONE && age < k->config->request_timeout) {
        send_fetch(k, self);
        await_answer(k, self, k->config->retransmission);
        return;
    }
    /* Whoever does not hear from the leader asks another, once, whether there is a new one. */
    k->fetch_overtime = k->fetch_to != NODE_NONE && k->fetch_to == k->durable.leader;
    kraft_fetch(k, self);
}

/* ---- Answers --------------------------------------------------------------------------------- */

static void learn_high_watermark(struct kraft_log *log, uint32_t high_watermark)
{
    uint32_t last = kraft_log_last(log).offset;
    kraft_log_commit(log, high_watermark < last ? high_watermark : last);
}

static void take_records(struct kraft *k, struct node *self, const struct kraft_fetch_response *m)
{
    struct kraft_log *log = &k->durable.log;
    learn_high_watermark(log, m->high_watermark);
    if (m->records == 0 || !kraft_log_append(log, m->records_epoch, m->records))
        return;
    learn_high_watermark(log, m->high_watermark);
    node_persist(self, &k->durable);
}

/* ReplicatedLog.truncateToEndOffset; never below what is committed. False: nothing to cut. */
static bool truncate(struct kraft *k, struct node *self, const struct kraft_fetch_response *m)
{
    struct kraft_log *log = &k->durable.log;
    struct kraft_position end = kraft_log_end_of_epoch(log, m->end_epoch);
    if (end.epoch == m->end_epoch && m->end_offset < end.offset)
        end.offset = m->end_offset < log->commit ? log->commit : m->end_offset;
    if (end.offset >= kraft_log_last(log).offset)
        return false;
    kraft_log_truncate(log, end.offset);
    node_persist(self, &k->durable);
    return true;
}

static void take_committed(struct kraft *k, struct node *self, const struct kraft_fetch_response *m)
{
    struct kraft_log *log = &k->durable.log;
    if (m->end_offset <= log->commit)
        return;
    if (m->end_offset <= kraft_log_last(log).offset
        && kraft_log_epoch(log, m->end_offset) == m->end_epoch)
        kraft_log_commit(log, m->end_offset);
    else
        *log = (struct kraft_log){.commit = m->end_offset, .commit_epoch = m->end_epoch};
    node_persist(self, &k->durable);
}

/* A successful fetch, and nothing else, shows a follower that its leader lives. */
static void succeed(struct kraft *k, struct node *self, const struct kraft_fetch_response *m)
{
    bool empty = m->result == FETCH_RECORDS && m->records == 0;
    k->fetched = true;
    sim_ns timeout = kraft_hear_leader(k, self, empty);
    kraft_set_election_timer(k, self, load_lengthened(&k->config->load, self, timeout));
}

void kraft_on_fetch_response(struct kraft *k, struct node *self, node_id from,
                             const struct kraft_fetch_response *m)
{
    if (k->fetch_to != from || m->correlation != k->correlation)
        return;
    if (kraft_learn(k, self, m->epoch, m->leader))
        return;
    bool good = m->result <= FETCH_COMMITTED && m->epoch == k->durable.epoch
                && k->state == KRAFT_FOLLOWER && k->durable.leader == from
                && m->fetch_offset == kraft_log_last(&k->durable.log).offset;
    if (!good) {
        fetch_later(k, self);
        return;
    }
    succeed(k, self, m);
    if (m->result == FETCH_DIVERGING && !truncate(k, self, m)) {
        fetch_later(k, self); /* it asks to cut what is committed: somebody's disk has lied */
        return;
    }
    if (m->result == FETCH_RECORDS)
        take_records(k, self, m);
    else if (m->result == FETCH_COMMITTED)
        take_committed(k, self, m);
    kraft_fetch(k, self);
}
