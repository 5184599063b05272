/* The office of `bully`: the numbers of reigns and who is promised them, how a coordinator takes
 * office, keeps it and learns that it is worn, and how it leaves. */
#include "algorithms/bully.h"

/* ---- The counter, which every message carries ------------------------------------------------ */

void bully_hear_counter(struct bully *b, struct node *self, uint64_t counter)
{
    if (counter <= b->durable.counter)
        return;
    b->durable = (struct bully_durable){.counter = counter, .supported = NODE_NONE};
    node_persist(self, &b->durable);
}

void bully_hear_reign(struct bully *b, struct node *self, uint64_t counter, node_id coordinator)
{
    bool known = counter == b->durable.counter && b->durable.supported != NODE_NONE;
    if (counter < b->durable.counter || known)
        return;
    b->durable = (struct bully_durable){.counter = counter, .supported = coordinator};
    node_persist(self, &b->durable);
}

bool bully_is_worn(const struct bully *b, uint64_t counter, node_id from)
{
    if (counter != b->durable.counter)
        return counter < b->durable.counter;
    return b->durable.supported != NODE_NONE && b->durable.supported != from;
}

bool bully_support(struct bully *b, struct node *self, uint64_t counter, node_id candidate)
{
    if (counter < b->durable.counter)
        return false;
    if (counter == b->durable.counter && b->durable.supported != NODE_NONE)
        return b->durable.supported == candidate;
    b->durable = (struct bully_durable){.counter = counter, .supported = candidate};
    node_persist(self, &b->durable);
    node_vote(self, counter, candidate);
    return true;
}

void bully_send_counter(struct bully *b, struct node *self, node_id to, unsigned kind)
{
    uint64_t counter = b->phase == BULLY_COORDINATOR ? b->reign : b->durable.counter;
    node_send(self, to, kind, &(struct bully_message){counter});
}

void bully_send_to_others(struct bully *b, struct node *self, unsigned kind)
{
    for (node_id id = 0; id < node_count(self); id++)
        if (id != node_self(self))
            bully_send_counter(b, self, id, kind);
}

void bully_acknowledge(struct node *self, node_id to, uint64_t counter, bool accepted)
{
    node_send_after_sync(self, to, ACKNOWLEDGE, &(struct bully_acknowledge){counter, accepted});
}

/* ---- Supporters, where a majority is required ------------------------------------------------ */

static bool is_majority(const struct node *self, uint32_t count)
{
    return count > node_count(self) / 2;
}

static void add_supporter(struct bully *b, node_id id)
{
    uint64_t bit = UINT64_C(1) << (id % 64);
    if (b->supporters[id / 64] & bit)
        return;
    b->supporters[id / 64] |= bit;
    b->supporter_count++;
}

static void forget_supporters(struct bully *b, struct node *self)
{
    if (b->supporters != NULL)
        node_return_workspace(self);
    b->supporters = NULL;
    b->supporter_count = 0;
}

static void begin_supporters(struct bully *b, struct node *self)
{
    forget_supporters(b, self);
    b->supporters = node_workspace(self);
    add_supporter(b, node_self(self));
}

/* ---- Taking office --------------------------------------------------------------------------- */

/* COORDINATOR goes to the lower ones only: the better ones did not answer, so they are down. It
 * leaves once the own promise is durable (require_majority). */
static void announce(struct bully *b, struct node *self, uint64_t counter)
{
    for (node_id id = 0; id < node_count(self); id++) {
        if (!bully_outranks(b, self, node_self(self), id))
            continue;
        if (b->config->require_majority)
            node_send_after_sync(self, id, COORDINATOR, &(struct bully_message){counter});
        else
            node_send(self, id, COORDINATOR, &(struct bully_message){counter});
    }
}

static void coordinate(struct bully *b, struct node *self, uint64_t counter)
{
    b->phase = BULLY_COORDINATOR;
    b->leader = node_self(self);
    b->reign = counter;
    breaker_leader(&b->breaker, node_monotonic(self));
    node_clear_timer(self, TIMER_ELECTION);
    node_lead(self, counter);
    node_set_timer(self, TIMER_HEARTBEAT, b->config->heartbeat_interval);
    if (!b->config->require_majority)
        return;
    node_set_timer(self, TIMER_QUORUM, bully_quorum_timeout(b->config));
    bully_send_to_others(b, self, HEARTBEAT); /* those who acknowledged learn that it won */
}

void bully_win_round(struct bully *b, struct node *self)
{
    uint64_t counter = b->durable.counter + 1;
    if (!b->config->require_majority) {
        bully_hear_reign(b, self, counter, node_self(self));
        coordinate(b, self, counter);
        announce(b, self, counter);
        return;
    }
    b->phase = BULLY_GATHERING;
    b->reign = counter;
    bool supported = bully_support(b, self, counter, node_self(self));
    sim_assert(supported);
    begin_supporters(b, self);
    announce(b, self, counter);
    if (is_majority(self, b->supporter_count))
        coordinate(b, self, counter);
    else
        node_set_timer(self, TIMER_ELECTION, bully_coordinator_timeout(b->config));
}

/* ---- In office ------------------------------------------------------------------------------- */

/* A sitting coordinator's word to one node; where a majority is required COORDINATOR is a question,
 * and HEARTBEAT says that it is settled. */
void bully_tell_of_office(struct bully *b, struct node *self, node_id to)
{
    sim_assert(b->phase == BULLY_COORDINATOR);
    bully_send_counter(b, self, to, b->config->require_majority ? HEARTBEAT : COORDINATOR);
}

/* Heartbeats; or, where members probe, a look whether somebody better has come back and leads
 * too, which nothing else would tell (the coordinator's Check of Garcia-Molina 1982). */
void bully_beat(struct bully *b, struct node *self)
{
    node_set_timer(self, TIMER_HEARTBEAT, b->config->heartbeat_interval);
    if (b->config->detection == BULLY_DETECTION_HEARTBEAT) {
        bully_send_to_others(b, self, HEARTBEAT);
        return;
    }
    for (node_id id = 0; id < node_count(self); id++)
        if (bully_outranks(b, self, id, node_self(self)))
            bully_send_counter(b, self, id, ARE_YOU_THERE);
}

void bully_on_probe(struct bully *b, struct node *self, node_id from)
{
    /* A restarted coordinator that forgot its office keeps silent, so that it is missed. */
    if (b->phase != BULLY_COORDINATOR)
        return;
    if (b->supporters != NULL)
        add_supporter(b, from);
    bully_send_counter(b, self, from, I_AM_THERE);
}

/* Somebody knows the number of this reign as another's, or a later one. */
static void on_refusal(struct bully *b, struct node *self, uint64_t counter)
{
    bully_hear_counter(b, self, counter);
    bool majority = b->config->require_majority;
    if (b->phase == BULLY_COORDINATOR && !majority && counter >= b->reign) {
        uint64_t fresh = b->durable.counter + 1;
        bully_hear_reign(b, self, fresh, node_self(self));
        coordinate(b, self, fresh); /* the same office under a fresh number */
    } else if (b->phase == BULLY_COORDINATOR && majority && counter > b->reign) {
        bully_start_election(b, self, CAMPAIGN_TIMEOUT);
    } else if (b->phase == BULLY_GATHERING && counter > b->reign) {
        bully_leave_office(b, self, STEP_DOWN_HIGHER_TERM);
        bully_wait_for_coordinator(b, self);
    }
}

void bully_on_acknowledge(struct bully *b, struct node *self, node_id from,
                          const struct bully_acknowledge *m)
{
    if (!m->accepted) {
        on_refusal(b, self, m->counter);
        return;
    }
    if (b->supporters == NULL || m->counter != b->reign)
        return;
    add_supporter(b, from);
    if (b->phase == BULLY_GATHERING && is_majority(self, b->supporter_count))
        coordinate(b, self, b->reign);
}

void bully_on_quorum_timer(struct bully *b, struct node *self)
{
    sim_assert(b->phase == BULLY_COORDINATOR);
    if (!is_majority(self, b->supporter_count)) {
        bully_leave_office(b, self, STEP_DOWN_LOST_QUORUM);
        bully_wait_for_coordinator(b, self);
        return;
    }
    begin_supporters(b, self);
    node_set_timer(self, TIMER_QUORUM, bully_quorum_timeout(b->config));
}

/* ---- Leaving office -------------------------------------------------------------------------- */

void bully_leave_office(struct bully *b, struct node *self, enum step_down_reason why)
{
    if (b->phase == BULLY_COORDINATOR)
        node_step_down(self, b->reign, why);
    forget_supporters(b, self);
    b->phase = BULLY_FOLLOWER;
    node_clear_timer(self, TIMER_ELECTION);
    node_clear_timer(self, TIMER_HEARTBEAT);
    node_clear_timer(self, TIMER_DETECTION);
    node_clear_timer(self, TIMER_QUORUM);
}
