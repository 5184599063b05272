/* KRaft's states and the ways between them (Kafka 4.0, QuorumState and ResignedState). */
#include "algorithms/kraft.h"

void kraft_set_election_timer(struct kraft *k, struct node *self, sim_ns after)
{
    k->election_deadline = sim_add(node_monotonic(self), after);
    node_set_timer(self, KRAFT_TIMER_ELECTION, after);
}

/* Strictly exponential: the first at once, each further one twice as late, who is not among them
 * last of all. */
sim_ns kraft_succession_delay(const struct kraft_config *c, uint32_t position, uint32_t count)
{
    if (position == 0)
        return 0;
    if (position >= count)
        return c->election_backoff_max;
    int64_t most = c->election_backoff_max / MILLISECOND;
    int64_t base = count - 1 < 31 ? most >> (count - 1) : 0;
    int64_t delay = position - 1 < 31 ? base << (position - 1) : 0;
    return sim_times(MILLISECOND, delay < most ? delay : most);
}

/* What a state takes with it: a leader its term, whoever waits its timers and its fetch. */
static void leave(struct kraft *k, struct node *self, enum step_down_reason why)
{
    bool led = k->state == KRAFT_LEADER;
    if (led || k->state == KRAFT_RESIGNED) {
        node_clear_timer(self, KRAFT_TIMER_CHECK_QUORUM);
        node_clear_timer(self, KRAFT_TIMER_PURGATORY);
    }
    node_clear_timer(self, KRAFT_TIMER_REQUEST);
    kraft_stop_fetching(k, self);
    k->backing_off = false;
    if (led)
        node_step_down(self, k->durable.epoch, why);
}

static void adopt(struct kraft *k, struct node *self, uint64_t epoch, node_id leader)
{
    sim_assert(epoch >= k->durable.epoch);
    if (epoch > k->durable.epoch) {
        kraft_count_election(k, self);
        k->durable.voted_for = NODE_NONE;
    }
    k->durable.epoch = epoch;
    k->durable.leader = leader;
    node_persist(self, &k->durable);
}

/* Timers of those who waited for an election go on; a leader, a follower and a prospective voter
 * that was refused draw a new one. */
void kraft_become_unattached(struct kraft *k, struct node *self, uint64_t epoch)
{
    sim_assert(epoch > k->durable.epoch || k->state == KRAFT_PROSPECTIVE);
    enum kraft_state before = (enum kraft_state) k->state;
    bool refused = false, kept = before != KRAFT_FOLLOWER && before != KRAFT_LEADER;
    if (before == KRAFT_PROSPECTIVE)
        refused = k->count - kraft_work(self)->rejected < kraft_majority(k);
    sim_ns left = k->election_deadline - node_monotonic(self);
    leave(k, self, STEP_DOWN_HIGHER_TERM);
    adopt(k, self, epoch, NODE_NONE);
    k->state = KRAFT_UNATTACHED;
    k->requested = false;
    if (before == KRAFT_LEADER)
        kraft_end_epoch(k, self);
    node_return_workspace(self);
    if (kept && !refused)
        kraft_set_election_timer(k, self, left > 0 ? left : 0);
    else
        kraft_set_election_timer(k, self, kraft_random_election_timeout(k, self));
    node_follow(self, epoch, NODE_NONE);
    kraft_fetch(k, self);
}

/* The fetch timeout is the same for all, and not random. */
void kraft_become_follower(struct kraft *k, struct node *self, uint64_t epoch, node_id leader)
{
    sim_assert(leader != k->self);
    bool led = k->state == KRAFT_LEADER;
    leave(k, self, STEP_DOWN_HIGHER_TERM);
    adopt(k, self, epoch, leader);
    k->state = KRAFT_FOLLOWER;
    k->fetched = k->resigned = k->requested = k->fetch_overtime = false;
    k->watched_epoch = 0;
    if (led)
        kraft_end_epoch(k, self);
    node_return_workspace(self);
    kraft_set_election_timer(k, self,
                             load_lengthened(&k->config->load, self, k->config->fetch_timeout));
    node_follow(self, epoch, leader);
    if (k->stopping)
        node_exit(self);
    else
        kraft_fetch(k, self);
}

void kraft_become_leader(struct kraft *k, struct node *self)
{
    sim_assert(k->state == KRAFT_CANDIDATE);
    leave(k, self, STEP_DOWN_HIGHER_TERM);
    k->state = KRAFT_LEADER;
    k->was_idle = false;
    kraft_note_leader(k, self);
    k->durable.leader = k->self;
    k->requested = false;
    node_clear_timer(self, KRAFT_TIMER_ELECTION);
    node_lead(self, k->durable.epoch);
    kraft_begin_epoch(k, self);
}

/* Voters by descending fetch offset, the lower id first; a target before all. */
static uint32_t position_of(const struct kraft *k, const struct kraft_workspace *w, node_id voter,
                            node_id target)
{
    uint32_t before = 0;
    if (voter == target)
        return 0;
    for (node_id id = 0; id < k->count; id++)
        if (id != k->self && id != voter
            && (id == target || w->peers[id].match > w->peers[voter].match
                || (w->peers[id].match == w->peers[voter].match && id < voter)))
            before++;
    return before;
}

void kraft_send_end_epoch(struct kraft *k, struct node *self)
{
    const struct kraft_workspace *w = kraft_work(self);
    bool waits = false;
    for (node_id id = 0; id < k->count; id++) {
        struct kraft_end_epoch m = {.epoch = k->durable.epoch,
                                    .leader = k->self,
                                    .position = w->peers[id].position,
                                    .successors = w->successors,
                                    .requested = k->requested};
        if (id == k->self || w->peers[id].acknowledged)
            continue;
        node_send_after_sync(self, id, KRAFT_END_QUORUM_EPOCH, &m);
        waits = true;
    }
    if (waits)
        node_set_timer(self, KRAFT_TIMER_REQUEST, k->config->request_timeout);
}

/* A resigned leader keeps its epoch, takes no writes, votes for nobody else in it, and tells the
 * voters in which order to stand. It is what a leader that restarts is, too: its list is then
 * empty, and Kafka takes who is not on an empty list for the first, so that all stand at once. */
void kraft_resign(struct kraft *k, struct node *self, enum step_down_reason why, node_id target)
{
    struct kraft_workspace *w = kraft_work(self);
    bool led = k->state == KRAFT_LEADER;
    leave(k, self, why);
    k->state = KRAFT_RESIGNED;
    k->requested = led && why == STEP_DOWN_TRANSFER;
    if (led)
        kraft_end_epoch(k, self);
    w->successors = led ? k->count - 1 : 0;
    for (node_id id = 0; id < k->count; id++) {
        w->peers[id].position = led ? position_of(k, w, id, target) : 0;
        w->peers[id].acknowledged = false;
    }
    kraft_set_election_timer(k, self, kraft_random_election_timeout(k, self));
    node_follow(self, k->durable.epoch, NODE_NONE);
    kraft_send_end_epoch(k, self);
}

/* KafkaRaftClient.maybeTransition. */
bool kraft_learn(struct kraft *k, struct node *self, uint64_t epoch, node_id leader)
{
    bool other = leader != NODE_NONE && leader != k->self;
    if (epoch < k->durable.epoch)
        return false;
    if (epoch > k->durable.epoch) {
        if (other)
            kraft_become_follower(k, self, epoch, leader);
        else
            kraft_become_unattached(k, self, epoch);
        return true;
    }
    if (!other || k->durable.leader != NODE_NONE)
        return false;
    kraft_become_follower(k, self, epoch, leader);
    return true;
}
