/* The members of `bully`: they follow a coordinator and watch it, by its heartbeats or by probes.
 */
#include "algorithms/bully.h"

/* ---- Following ------------------------------------------------------------------------------- */

static void watch_coordinator(struct bully *b, struct node *self)
{
    breaker_leader(&b->breaker, node_monotonic(self));
    bully_note_rhythm(b, self);
    if (b->config->detection == BULLY_DETECTION_HEARTBEAT) {
        node_set_timer(self, TIMER_DETECTION, bully_detection_wait(b));
        return;
    }
    node_clear_timer(self, TIMER_DETECTION);
    node_set_timer(self, TIMER_HEARTBEAT, b->config->heartbeat_interval);
}

static void follow(struct bully *b, struct node *self, node_id leader, uint64_t reign)
{
    sim_assert(leader != node_self(self));
    bool news = b->phase != BULLY_FOLLOWER || b->leader != leader || b->reign != reign;
    if (b->phase != BULLY_FOLLOWER)
        bully_leave_office(b, self, STEP_DOWN_HIGHER_TERM);
    if (b->config->require_majority)
        bully_hear_counter(b, self, reign);
    else
        bully_hear_reign(b, self, reign, leader);
    b->leader = leader;
    b->reign = reign;
    if (news)
        node_follow(self, reign, leader);
    watch_coordinator(b, self);
}

/* Differs from the textbooks: who knows of a later reign says so, once, that the outside can go on
 * to trust the counter. */
void bully_follow_and_tell(struct bully *b, struct node *self, node_id from, uint64_t counter)
{
    bool known = b->phase == BULLY_FOLLOWER && b->leader == from && b->reign == counter;
    if (!known && !b->config->require_majority && bully_is_worn(b, counter, from))
        bully_acknowledge(self, from, b->durable.counter, false);
    follow(b, self, from, counter);
}

void bully_wait_for_coordinator(struct bully *b, struct node *self)
{
    sim_assert(b->phase == BULLY_FOLLOWER);
    b->leader = NODE_NONE;
    node_follow(self, b->reign, NODE_NONE);
    node_set_timer(self, TIMER_DETECTION,
                   sim_add(b->config->heartbeat_interval, bully_detection_timeout(b->config)));
}

/* ---- Watching -------------------------------------------------------------------------------- */

void bully_on_heartbeat(struct bully *b, struct node *self, node_id from, uint64_t counter)
{
    bool majority = b->config->require_majority;
    if (majority && counter < b->durable.counter) {
        bully_acknowledge(self, from, b->durable.counter, false);
        return;
    }
    /* Under two coordinators the better one deals with the other; its members keep out of it. */
    bool sitting = b->phase == BULLY_FOLLOWER && b->leader != NODE_NONE && b->leader != from;
    if (!majority && sitting && bully_outranks(b, self, b->leader, from))
        return;
    if (from != b->leader && !bully_bows_to(b, self, from))
        return;
    bully_follow_and_tell(b, self, from, counter);
    if (majority)
        bully_acknowledge(self, from, counter, true);
}

void bully_probe(struct bully *b, struct node *self)
{
    sim_assert(b->phase == BULLY_FOLLOWER);
    sim_assert(b->leader != NODE_NONE);
    bully_send_counter(b, self, b->leader, ARE_YOU_THERE);
    node_set_timer(self, TIMER_DETECTION, bully_detection_wait(b));
}

void bully_on_probe_answer(struct bully *b, struct node *self, node_id from, uint64_t counter)
{
    bool rival = b->phase == BULLY_COORDINATOR && bully_outranks(b, self, from, node_self(self));
    bool asked = b->phase == BULLY_FOLLOWER && b->leader == from;
    if (b->config->require_majority && counter < b->durable.counter)
        bully_acknowledge(self, from, b->durable.counter, false);
    else if (rival || asked)
        bully_follow_and_tell(b, self, from, counter);
}
