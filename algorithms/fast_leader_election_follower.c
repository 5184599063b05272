/* A server that follows: it connects to the one elected, accepts its epoch, takes its history, and
 * then whatever it proposes (Learner, Follower). */
#include "algorithms/fast_leader_election.h"

#define CONNECT_ATTEMPTS 5u

/* Silence for that many ticks, and it looks for another leader. */
static void expect_word_within(struct fle *f, struct node *self, uint32_t ticks)
{
    node_set_timer(self, FLE_TIMER_LIMIT, fle_ticks(f, ticks));
}

/* Of an established leader: as configured; or estimated from its pings, but never longer, since it
 * then counts this follower no more. What else it says comes as clients please. */
static void expect_leaders_word(struct fle *f, struct node *self, bool ping)
{
    sim_ns limit = fle_ticks(f, f->config->sync_limit);
    if (f->config->timeouts == FLE_TIMEOUTS_PHI) {
        if (ping)
            phi_accrual_heard(&f->phi, node_monotonic(self));
        sim_ns timeout = phi_accrual_timeout(&f->phi);
        limit = timeout < limit ? timeout : limit;
    }
    node_set_timer(self, FLE_TIMER_LIMIT, limit);
}

/* Packets get lost here as they do not in TCP: what was said last is said again, ever later. */
static void resend_after(struct fle *f, struct node *self, sim_ns after)
{
    f->resend_after = after < f->config->tick_time ? after : f->config->tick_time;
    node_set_timer(self, FLE_TIMER_RESEND, f->resend_after);
}

static void send_follower_info(struct fle *f, struct node *self)
{
    struct fle_epoch m = {f->connection, f->durable.accepted_epoch};
    node_send_after_sync(self, f->decision.leader, FLE_FOLLOWER_INFO, &m);
}

static void send_ack_epoch(struct fle *f, struct node *self)
{
    struct fle_ack_epoch m = {.connection = f->connection,
                              .epoch = f->epoch,
                              .current_epoch = f->durable.current_epoch,
                              .zxid_epoch = raft_log_last_term(&f->durable.log),
                              .zxid = raft_log_last(&f->durable.log),
                              .counts = f->ack_counts};
    node_send_after_sync(self, f->decision.leader, FLE_ACK_EPOCH, &m);
}

/* ACK of NEWLEADER, of proposals, and of pings: what is durable. */
static void send_position(struct fle *f, struct node *self, unsigned kind)
{
    struct fle_position m = {.connection = f->connection,
                             .epoch = f->epoch,
                             .last = f->flushed,
                             .committed = f->durable.log.commit};
    node_send_after_sync(self, f->decision.leader, kind, &m);
}

void fle_on_resend(struct fle *f, struct node *self)
{
    switch ((enum fle_phase) f->phase) {
    case FLE_DISCOVERY:
        send_follower_info(f, self);
        break;
    case FLE_EPOCH_ACK:
        send_ack_epoch(f, self);
        break;
    case FLE_SYNCHRONIZATION:
        send_position(f, self, FLE_ACK_NEW_LEADER);
        break;
    case FLE_BROADCAST:
        return;
    }
    resend_after(f, self, sim_times(f->resend_after, 2));
}

static void connect(struct fle *f, struct node *self)
{
    uint64_t now = (uint64_t) node_monotonic(self);
    f->connection = now > f->connection ? now : f->connection + 1;
    send_follower_info(f, self);
    resend_after(f, self, f->config->retransmission);
}

void fle_begin_following(struct fle *f, struct node *self, node_id leader)
{
    sim_assert(leader != f->self);
    f->state = FLE_FOLLOWING;
    f->phase = FLE_DISCOVERY;
    f->leader = NODE_NONE;
    f->attempts = 0;
    f->flushing = f->unflushed = false;
    node_return_workspace(self);
    node_follow(self, f->durable.accepted_epoch, NODE_NONE);
    expect_word_within(f, self, f->config->init_limit);
    connect(f, self);
}

/* It closes the connection, if it still can. */
void fle_leave_leader(struct fle *f, struct node *self)
{
    struct fle_closed m = {.connection = f->connection};
    node_send(self, f->decision.leader, FLE_CLOSED, &m);
}

static void look_again(struct fle *f, struct node *self)
{
    fle_leave_leader(f, self);
    fle_look(f, self);
}

/* A process that does not lead refuses the connection: it may not have decided yet, and is asked
 * again a few times. A leader that ends one has given up. */
void fle_on_leader_closed(struct fle *f, struct node *self, const struct fle_closed *m)
{
    if (m->connection != f->connection)
        return;
    if (m->refused && f->phase == FLE_DISCOVERY && ++f->attempts < CONNECT_ATTEMPTS) {
        f->connection++;
        resend_after(f, self, f->config->leader_connect_delay);
        return;
    }
    fle_look(f, self);
}

/* An epoch that it has accepted already, perhaps from another, is not accepted twice. */
void fle_on_leader_info(struct fle *f, struct node *self, const struct fle_epoch *m)
{
    if (m->connection != f->connection || f->phase != FLE_DISCOVERY)
        return;
    if (m->epoch < f->durable.accepted_epoch) {
        look_again(f, self);
        return;
    }
    f->epoch = m->epoch;
    f->ack_counts = m->epoch > f->durable.accepted_epoch;
    f->phase = FLE_EPOCH_ACK;
    if (f->ack_counts) {
        f->durable.accepted_epoch = m->epoch;
        node_persist(self, &f->durable);
        node_vote(self, m->epoch, f->decision.leader);
        node_follow(self, m->epoch, NODE_NONE);
    }
    expect_word_within(f, self, f->config->init_limit);
    send_ack_epoch(f, self);
    resend_after(f, self, f->config->retransmission);
}

/* Epoch and history become durable in one step: as two, a crash between them lets an old history
 * pass for a new one (ZOOKEEPER-4643). The answer waits for it (ZOOKEEPER-4646). */
void fle_on_new_leader(struct fle *f, struct node *self, const struct fle_history *m)
{
    if (m->connection != f->connection || f->phase != FLE_EPOCH_ACK || m->epoch != f->epoch)
        return;
    f->durable.log = m->log;
    f->durable.current_epoch = f->history_epoch = m->epoch;
    f->flushed = raft_log_last(&f->durable.log); /* by the time that anybody hears of it */
    f->phase = FLE_SYNCHRONIZATION;
    node_persist(self, &f->durable);
    expect_word_within(f, self, f->config->init_limit);
    send_position(f, self, FLE_ACK_NEW_LEADER);
    resend_after(f, self, f->config->retransmission);
}

static bool is_fed(const struct fle *f, uint64_t connection, uint64_t epoch)
{
    return f->state == FLE_FOLLOWING && f->phase >= FLE_SYNCHRONIZATION
           && connection == f->connection && epoch == f->epoch;
}

static void learn_commit(struct fle *f, uint32_t committed)
{
    uint32_t last = raft_log_last(&f->durable.log);
    raft_log_commit(&f->durable.log, committed < last ? committed : last);
}

void fle_on_up_to_date(struct fle *f, struct node *self, const struct fle_position *m)
{
    if (!is_fed(f, m->connection, m->epoch) || f->phase == FLE_BROADCAST)
        return;
    f->phase = FLE_BROADCAST;
    f->leader = f->decision.leader;
    f->decision.peer_epoch = f->epoch;
    learn_commit(f, m->committed);
    node_clear_timer(self, FLE_TIMER_RESEND);
    if (f->config->timeouts == FLE_TIMEOUTS_PHI)
        phi_accrual_forget(&f->phi);
    expect_leaders_word(f, self, false);
    node_follow(self, f->epoch, f->leader);
}

void fle_on_proposal(struct fle *f, struct node *self, const struct fle_proposal *m)
{
    if (!is_fed(f, m->connection, m->epoch))
        return;
    uint32_t last = raft_log_last(&f->durable.log);
    if (m->previous <= last && m->last > last
        && raft_log_append(&f->durable.log, (uint32_t) m->epoch, m->last - last))
        fle_flush(f, self);
    learn_commit(f, m->committed);
    if (f->phase == FLE_BROADCAST)
        expect_leaders_word(f, self, false);
}

void fle_on_commit(struct fle *f, struct node *self, const struct fle_position *m, bool ping)
{
    if (!is_fed(f, m->connection, m->epoch))
        return;
    learn_commit(f, m->committed);
    if (f->phase != FLE_BROADCAST)
        return;
    expect_leaders_word(f, self, ping);
    if (ping) {
        struct fle_position pong = {f->connection, f->epoch, f->flushed, f->durable.log.commit};
        node_send(self, f->leader, FLE_PING, &pong);
    }
}

void fle_on_follower_flushed(struct fle *f, struct node *self)
{
    if (f->phase >= FLE_SYNCHRONIZATION)
        send_position(f, self, FLE_ACK);
}
