/* Looking for a leader: rounds of notifications (FastLeaderElection.lookForLeader). */
#include "algorithms/fast_leader_election.h"

/* ---- Votes ----------------------------------------------------------------------------------- */

static struct fle_vote own_vote(const struct fle *f)
{
    return (struct fle_vote){.leader = f->self,
                             .peer_epoch = f->durable.current_epoch,
                             .zxid_epoch = raft_log_last_term(&f->durable.log),
                             .zxid = raft_log_last(&f->durable.log),
                             .round = f->round,
                             .state = FLE_LOOKING};
}

/* totalOrderPredicate: by epoch, then zxid, then id; a server of weight 0 never succeeds anybody.
 */
static bool succeeds(const struct node *self, const struct fle_vote *a, const struct fle_vote *b)
{
    if (node_weight(self, a->leader) == 0)
        return false;
    if (a->peer_epoch != b->peer_epoch)
        return a->peer_epoch > b->peer_epoch;
    if (a->zxid_epoch != b->zxid_epoch)
        return a->zxid_epoch > b->zxid_epoch;
    if (a->zxid != b->zxid)
        return a->zxid > b->zxid;
    return a->leader > b->leader;
}

/* Vote.equals: zxid and round of servers that follow or lead may differ by when they joined
 * (ZOOKEEPER-1805). */
static bool agrees(const struct fle_vote *a, const struct fle_vote *b)
{
    bool looking = a->state == FLE_LOOKING || b->state == FLE_LOOKING;
    if (a->leader != b->leader || a->peer_epoch != b->peer_epoch)
        return false;
    return !looking
           || (a->zxid_epoch == b->zxid_epoch && a->zxid == b->zxid && a->round == b->round);
}

static bool has_quorum(const struct fle *f, struct node *self, const struct fle_vote *vote,
                       bool outside)
{
    const struct fle_workspace *w = fle_work(self);
    uint64_t weight = 0;
    for (node_id id = 0; id < f->count; id++) {
        const struct fle_peer *p = &w->peers[id];
        bool voted = outside ? p->voted_outside : p->voted;
        if (voted && agrees(vote, outside ? &p->outside : &p->vote))
            weight += node_weight(self, id);
    }
    return fle_is_quorum(f, self, weight);
}

/* checkLeader: who is said to lead has said so itself, lest a dead one be elected again and again;
 * of the own leadership the others may remember an earlier round. */
static bool leads(const struct fle *f, struct node *self, const struct fle_vote *n, bool outside)
{
    if (n->leader == f->self)
        return f->round == n->round;
    const struct fle_peer *p = &fle_work(self)->peers[n->leader];
    return outside ? p->voted_outside && p->outside.state == FLE_LEADING
                   : p->voted && p->vote.state == FLE_LEADING;
}

static void cast(struct fle *f, struct node *self, bool again)
{
    struct fle_peer *own = &fle_work(self)->peers[f->self];
    f->proposal.round = f->round;
    f->proposal.state = FLE_LOOKING;
    f->proposal.again = again;
    own->vote = f->proposal;
    own->voted = true;
    for (node_id id = 0; id < f->count; id++)
        if (id != f->self)
            node_send(self, id, FLE_NOTIFICATION, &f->proposal);
}

static void clear_round(struct fle *f, struct node *self)
{
    for (node_id id = 0; id < f->count; id++)
        fle_work(self)->peers[id].voted = false;
}

/* ---- The end of a round ---------------------------------------------------------------------- */

/* Its round is a candidacy once a quorum is looking with it, or nobody has told it of a leader for
 * as long as it waits for a first answer: before, it only asks. */
static void stand(struct fle *f, struct node *self)
{
    if (f->standing)
        return;
    f->standing = true;
    node_campaign(self, f->durable.accepted_epoch + 1, CAMPAIGN_TIMEOUT);
}

static void stand_with_others(struct fle *f, struct node *self)
{
    const struct fle_workspace *w = fle_work(self);
    uint64_t weight = 0;
    for (node_id id = 0; id < f->count; id++)
        if (w->peers[id].voted && w->peers[id].vote.state == FLE_LOOKING)
            weight += node_weight(self, id);
    if (fle_is_quorum(f, self, weight))
        stand(f, self);
}

static void decide(struct fle *f, struct node *self, const struct fle_vote *vote)
{
    f->decision = *vote;
    f->decision.round = f->round;
    f->finalizing = false;
    node_clear_timer(self, FLE_TIMER_NOTIFICATION);
    if (vote->leader == f->self)
        fle_begin_leading(f, self);
    else
        fle_begin_following(f, self, vote->leader);
}

static void finalize_on_quorum(struct fle *f, struct node *self)
{
    stand_with_others(f, self);
    if (!has_quorum(f, self, &f->proposal, false))
        return;
    f->finalizing = true;
    node_set_timer(self, FLE_TIMER_NOTIFICATION, f->config->finalize_wait);
}

/* ---- Events ---------------------------------------------------------------------------------- */

void fle_look(struct fle *f, struct node *self)
{
    f->state = FLE_LOOKING;
    f->leader = NODE_NONE;
    f->finalizing = f->standing = false;
    f->round++;
    f->notification_wait = f->config->min_notification_interval;
    node_clear_timer(self, FLE_TIMER_LIMIT);
    node_clear_timer(self, FLE_TIMER_RESEND);
    node_clear_timer(self, FLE_TIMER_TICK);
    node_follow(self, f->durable.accepted_epoch, NODE_NONE);
    node_pre_campaign(self, f->durable.accepted_epoch + 1);
    clear_round(f, self);
    for (node_id id = 0; id < f->count; id++)
        fle_work(self)->peers[id].voted_outside = false;
    f->proposal = own_vote(f);
    cast(f, self, false);
    node_set_timer(self, FLE_TIMER_NOTIFICATION, f->notification_wait);
    finalize_on_quorum(f, self);
}

/* A later round: what was said in this one is void, and the own vote stands anew against the
 * other's. An earlier one: not counted. The same: a better vote is taken over. All that changes is
 * told to everybody. */
static void on_looking(struct fle *f, struct node *self, node_id from, const struct fle_vote *n)
{
    if (n->round < f->round)
        return;
    if (n->round > f->round) {
        f->round = n->round;
        clear_round(f, self);
        f->proposal = own_vote(f);
        if (succeeds(self, n, &f->proposal))
            f->proposal = *n;
        cast(f, self, false);
    } else if (succeeds(self, n, &f->proposal)) {
        f->proposal = *n;
        cast(f, self, false);
    }
    struct fle_peer *p = &fle_work(self)->peers[from];
    p->vote = *n;
    p->voted = true;
    finalize_on_quorum(f, self);
}

/* Somebody follows or leads: with a quorum that does, and the word of the leader, it joins. */
static void on_settled(struct fle *f, struct node *self, node_id from, const struct fle_vote *n)
{
    struct fle_peer *p = &fle_work(self)->peers[from];
    if (n->round == f->round) {
        p->vote = *n;
        p->voted = true;
        if (has_quorum(f, self, n, false) && leads(f, self, n, false)) {
            decide(f, self, n);
            return;
        }
    }
    p->outside = *n;
    p->voted_outside = true;
    if (has_quorum(f, self, n, true) && leads(f, self, n, true)) {
        f->round = n->round;
        decide(f, self, n);
    }
}

static void answer(struct fle *f, struct node *self, node_id to)
{
    struct fle_vote mine = f->state == FLE_LOOKING ? f->proposal : f->decision;
    mine.state = f->state;
    mine.again = false;
    node_send(self, to, FLE_NOTIFICATION, &mine);
}

/* With a quorum behind the proposal, only a better vote is looked at; anything else just prolongs
 * the wait, and is gone.
 *
 * Differs from ZooKeeper in that who says its vote again is answered. There a lost connection
 * brings the last message again when it is back (QuorumCnxManager); here nothing would, and any
 * word puts off the own, so that two servers could listen to each other's silence for ever. */
void fle_on_notification(struct fle *f, struct node *self, node_id from, const struct fle_vote *n)
{
    bool looking = n->state == FLE_LOOKING;
    if (f->state != FLE_LOOKING) {
        if (looking)
            answer(f, self, from);
        return;
    }
    if (looking && (n->round < f->round || n->again))
        answer(f, self, from);
    if (f->finalizing && !succeeds(self, n, &f->proposal)) {
        node_set_timer(self, FLE_TIMER_NOTIFICATION, f->config->finalize_wait);
        return;
    }
    f->finalizing = false;
    node_set_timer(self, FLE_TIMER_NOTIFICATION, f->notification_wait);
    if (looking)
        on_looking(f, self, from, n);
    else
        on_settled(f, self, from, n);
}

/* Nobody says anything: twice as long until it says its own again. */
void fle_on_notification_timer(struct fle *f, struct node *self)
{
    sim_assert(f->state == FLE_LOOKING);
    if (f->finalizing) {
        decide(f, self, &f->proposal);
        return;
    }
    stand(f, self);
    cast(f, self, true);
    sim_ns twice = sim_times(f->notification_wait, 2), most = f->config->max_notification_interval;
    f->notification_wait = twice < most ? twice : most;
    node_set_timer(self, FLE_TIMER_NOTIFICATION, f->notification_wait);
}
