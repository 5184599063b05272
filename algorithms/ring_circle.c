#include "algorithms/ring_circle.h"

static node_id next_after(const struct node *self, node_id id)
{
    return (id + 1) % node_count(self);
}

node_id circle_successor(const struct node *self)
{
    return next_after(self, node_self(self));
}

static void end_lap(struct circle *c, struct node *self, unsigned kind)
{
    c->laps[kind].active = false;
    node_clear_timer(self, kind);
}

static bool try_hop(struct circle *c, struct node *self, unsigned kind)
{
    struct lap *lap = &c->laps[kind];
    sim_assert(lap->active);
    if (lap->to == node_self(self)) {
        end_lap(c, self, kind);
        return false;
    }
    lap->attempts++;
    node_send(self, lap->to, kind, &lap->message);
    node_set_timer(self, kind, c->answer_timeout);
    return true;
}

bool circle_hand_on(struct circle *c, struct node *self, unsigned kind, struct ring_message message)
{
    struct lap *lap = &c->laps[kind];
    node_id to = lap->active ? lap->to : circle_successor(self);
    message.number = ++c->number;
    *lap = (struct lap){.message = message, .to = to, .active = true};
    return try_hop(c, self, kind);
}

bool circle_on_timer(struct circle *c, struct node *self, unsigned kind)
{
    struct lap *lap = &c->laps[kind];
    sim_assert(lap->active);
    if (lap->attempts >= c->attempts) {
        /* "If the successor is down, the sender skips over" it (Tanenbaum and Van Steen). */
        lap->to = next_after(self, lap->to);
        lap->attempts = 0;
        lap->message.number = ++c->number;
    }
    return try_hop(c, self, kind);
}

void circle_on_acknowledge(struct circle *c, struct node *self, const struct ring_acknowledge *m)
{
    for (unsigned kind = 0; kind < LAP_KINDS; kind++)
        if (c->laps[kind].active && c->laps[kind].message.number == m->number)
            end_lap(c, self, kind);
}
