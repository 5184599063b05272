/* Votes in a global election: members cast them, the leaders of their regions gather them, and the
 * candidate unites what it gets. */
#include "algorithms/hierarchical.h"

static uint32_t words(const struct hierarchical *h)
{
    return (h->count + 63) / 64;
}

static bool is_in(const uint64_t *set, node_id id)
{
    return ((set[id / 64] >> (id % 64)) & 1) != 0;
}

static void set_add(uint64_t *set, node_id id)
{
    set[id / 64] |= UINT64_C(1) << (id % 64);
}

/* ---- Quorums --------------------------------------------------------------------------------- */

bool ballot_is_quorum(struct hierarchical *h, struct node *self)
{
    struct hierarchical_workspace w = hierarchical_work(h, self);
    uint32_t nodes = 0, regions = 0, won = 0;
    for (uint32_t region = 0; region <= h->count; region++) {
        uint32_t have = w.have[region] < w.sizes[region] ? w.have[region] : w.sizes[region];
        nodes += have;
        regions += w.sizes[region] > 0;
        won += have > w.sizes[region] / 2;
    }
    return h->config->quorum == HIERARCHICAL_QUORUM_NODES ? nodes > h->count / 2
                                                          : won > regions / 2;
}

bool ballot_is_won(struct hierarchical *h, struct node *self)
{
    struct hierarchical_workspace w = hierarchical_work(h, self);
    for (uint32_t region = 0; region <= h->count; region++)
        w.have[region] = 0;
    for (node_id id = 0; id < h->count; id++)
        w.have[hierarchical_region(h, self, id)] += is_in(w.votes, id);
    return ballot_is_quorum(h, self);
}

/* ---- Casting --------------------------------------------------------------------------------- */

/* One vote a term, whoever asks for it and however often. */
static bool cast(struct hierarchical *h, struct node *self, node_id candidate)
{
    if (h->durable.voted_for == NODE_NONE) {
        h->durable.voted_for = candidate;
        hierarchical_persist(h, self);
        node_vote(self, h->durable.term, candidate);
    }
    return h->durable.voted_for == candidate;
}

static void on_ballot(struct hierarchical *h, struct node *self, node_id from,
                      const struct global_request *m)
{
    if (m->term > h->durable.term)
        global_adopt(h, self, m->term);
    struct regional_ballot_answer answer
        = {.term = h->durable.term, .candidate = m->candidate, .granted = false};
    if (m->term == h->durable.term)
        answer.granted = cast(h, self, m->candidate);
    node_send_after_sync(self, from, REGIONAL_BALLOT_ANSWER, &answer);
}

/* ---- Gathering ------------------------------------------------------------------------------- */

/* A candidate's own vote counts only with answers that were asked for once it was durable. */
void ballot_begin(struct hierarchical *h, struct node *self, node_id candidate)
{
    struct hierarchical_workspace w = hierarchical_work(h, self);
    if (h->ballot != candidate || candidate == h->self)
        for (uint32_t i = 0; i < words(h); i++)
            w.votes[i] = w.asked[i] = 0;
    h->ballot = candidate;
    if (cast(h, self, candidate))
        set_add(w.votes, h->self);
    struct global_request m = {.term = h->durable.term, .candidate = candidate};
    hierarchical_send_to_mates(h, self, REGIONAL_BALLOT, &m, candidate == h->self);
    h->gathering = candidate != h->self;
    if (!h->gathering)
        return;
    if (h->members == 1)
        ballot_send(h, self);
    else
        node_set_timer(self, HIERARCHICAL_TIMER_GATHER, h->config->gather_timeout);
}

void ballot_send(struct hierarchical *h, struct node *self)
{
    h->gathering = false;
    node_clear_timer(self, HIERARCHICAL_TIMER_GATHER);
    if (h->ballot == NODE_NONE || h->ballot == h->self)
        return;
    struct hierarchical_workspace w = hierarchical_work(h, self);
    for (uint32_t i = 0; i < words(h); i++) {
        struct global_votes m = {.term = h->durable.term, .voters = w.votes[i], .word = i};
        if (m.voters != 0)
            node_send_after_sync(self, h->ballot, GLOBAL_VOTES, &m);
    }
}

/* All that follow this leader have answered: no need to wait for the others. */
static bool all_have_answered(struct hierarchical *h, struct node *self)
{
    struct hierarchical_workspace w = hierarchical_work(h, self);
    uint32_t answered = 1;
    for (node_id id = 0; id < h->count; id++)
        answered += is_in(w.asked, id);
    return answered >= regional_members(h, self);
}

static void on_ballot_answer(struct hierarchical *h, struct node *self, node_id from,
                             const struct regional_ballot_answer *m)
{
    if (m->term > h->durable.term)
        global_adopt(h, self, m->term);
    bool present = m->term == h->durable.term && m->candidate == h->ballot;
    bool gathers = h->regional_role == ROLE_LEADER || h->role == ROLE_CANDIDATE;
    if (!present || !gathers || h->role == ROLE_LEADER)
        return;
    struct hierarchical_workspace w = hierarchical_work(h, self);
    set_add(w.asked, from);
    if (m->granted)
        set_add(w.votes, from);
    if (h->role == ROLE_CANDIDATE) {
        if (ballot_is_won(h, self))
            global_lead(h, self);
        return;
    }
    if (h->gathering ? all_have_answered(h, self) : m->granted)
        ballot_send(h, self);
}

/* ---- Uniting --------------------------------------------------------------------------------- */

static void on_votes(struct hierarchical *h, struct node *self, const struct global_votes *m)
{
    if (m->term > h->durable.term)
        global_adopt(h, self, m->term);
    if (h->role != ROLE_CANDIDATE || m->term != h->durable.term || m->word >= words(h))
        return;
    hierarchical_work(h, self).votes[m->word] |= m->voters;
    if (ballot_is_won(h, self))
        global_lead(h, self);
}

void ballot_on_message(struct hierarchical *h, struct node *self, const struct message *m)
{
    switch (m->kind) {
    case REGIONAL_BALLOT:
        on_ballot(h, self, m->from, m->body);
        return;
    case REGIONAL_BALLOT_ANSWER:
        on_ballot_answer(h, self, m->from, m->body);
        return;
    case GLOBAL_VOTES:
        on_votes(h, self, m->body);
        return;
    }
    sim_unreachable();
}
