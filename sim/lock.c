/* A distributed lock on top of leadership: `workload: {kind: lock}`.
 *
 * Clients outside the cluster want one lock. Each asks a node that acts as leader (where several
 * do, which of them is drawn), works with the lock for its `hold`, checks that its lease still
 * runs, writes to the guarded resource with its fencing token, and gives the lock back. It counts
 * its lease from when it asked, on a true clock; a leader counts on its own clock, from when it
 * checked that it leads. What clients and leaders say to each other is not lost; between a check
 * and what is done on its strength `duration` passes: of the leader until its grant is there, of
 * the client until its write is.
 *
 * What a leader knows of the lock lies in its memory. A new one does not know what the one before
 * has granted: it waits for a lease to run out, or (`new_leader: grants`) does not. Under guard
 * quorum a grant counts once a majority has it (the algorithm's log, where it commits operations),
 * and is made upon the grant before it: where that is no more the last one, it is void. So whoever
 * leads next knows it, and lets its lease run anew, as etcd does; and the grants' own numbers are
 * the tokens. */
#include "sim/world_state.h"

#define NOBODY UINT32_MAX
#define SOMEBODY (UINT32_MAX - 1) /* a leader before may have granted it: to whom is not known */

enum client_state {
    CLIENT_IDLE,
    CLIENT_ASKED,
    CLIENT_HOLDS,
    CLIENT_WRITES /* has checked its lease */
};

struct token { /* ordered by term, then number; under guard quorum by number alone */
    uint64_t term;
    uint32_t number; /* of the grant within the term, from 1; under guard quorum of all */
};

struct client {
    enum client_state state;
    node_id granter;
    uint64_t request;
    struct token token, before; /* before: the last that the granter knew */
    sim_ns asked, done;         /* done: the end of its hold */
    sim_ns due;                 /* of its one event that counts */
};

struct table { /* what is known of the lock */
    uint32_t holder;
    struct token token; /* the last one granted */
    sim_ns until;       /* the end of its lease, on the leader's own clock */
    uint64_t term;      /* of its leader */
    uint32_t grants;    /* that it has made in this term */
};

struct lock {
    struct client *clients;
    struct table *tables;   /* by member; what it knows while it leads */
    struct table committed; /* guard quorum: what a majority has */
    struct token accepted;  /* the newest that the guarded resource has taken */
};

/* ---- Small parts ----------------------------------------------------------------------------- */

enum draw { DRAW_START, DRAW_LEADER, DRAW_GRANT, DRAW_HOLD, DRAW_WRITE };

static struct rng stream(const struct world *w, uint32_t client, enum draw what)
{
    uint64_t request = w->lock->clients[client].request;
    return rng_stream(w->seed, RNG_LOCK, client, request << 3 | (uint64_t) what);
}

static const struct workload *load_of(const struct world *w)
{
    return &w->scenario->workload;
}

static bool needs_quorum(const struct world *w)
{
    return load_of(w)->guard == GUARD_QUORUM;
}

static bool is_older(const struct world *w, struct token a, struct token b)
{
    return a.term == b.term || needs_quorum(w) ? a.number < b.number : a.term < b.term;
}

static bool is_granted(const struct table *t, uint32_t client, struct token token)
{
    return t->holder == client && t->token.term == token.term && t->token.number == token.number;
}

static sim_ns lease_from(const struct world *w, sim_ns at)
{
    return sim_add(at, load_of(w)->lock_lease);
}

static void note(struct world *w, uint32_t client, node_id node, struct token token,
                 enum lock_happening what)
{
    w->cause = UINT64_MAX;
    struct record r = {.kind = RECORD_LOCK,
                       .node = node,
                       .peer = NODE_NONE,
                       .detail = what,
                       .flags = token.number,
                       .term = token.term,
                       .value = client};
    world_record(w, &r);
}

static void wake(struct world *w, uint32_t client, sim_ns at)
{
    w->lock->clients[client].due = at;
    world_push(w, at, EVENT_CLIENT, client);
}

static void rest(struct world *w, uint32_t client)
{
    w->lock->clients[client].state = CLIENT_IDLE;
    wake(w, client, sim_add(w->now, load_of(w)->interval));
}

/* ---- Leaders --------------------------------------------------------------------------------- */

static void learn_committed(struct world *w, const struct node *n)
{
    const struct lock *l = w->lock;
    struct table *t = &l->tables[n->id];
    t->holder = l->committed.holder;
    t->token = l->committed.token;
    t->until = lease_from(w, node_monotonic(n));
}

void lock_leader_begins(struct world *w, const struct node *n, uint64_t term)
{
    struct table *t = &w->lock->tables[n->id];
    uint32_t grants = t->term == term ? t->grants : 0;
    *t = (struct table){.holder = NOBODY, .term = term, .grants = grants};
    if (needs_quorum(w)) {
        learn_committed(w, n);
    } else if (load_of(w)->new_leader == NEW_LEADER_WAITS) {
        t->holder = SOMEBODY;
        t->until = lease_from(w, node_monotonic(n));
    }
}

/* One of those that act as leader, or NODE_NONE. */
static node_id find_leader(const struct world *w, uint32_t client)
{
    uint32_t acting = 0;
    for (node_id id = 0; id < w->node_count; id++)
        acting += world_acts(w, id);
    if (acting == 0)
        return NODE_NONE;
    struct rng r = stream(w, client, DRAW_LEADER);
    uint64_t skipped = rng_below(&r, acting);
    for (node_id id = 0; id < w->node_count; id++)
        if (world_acts(w, id) && skipped-- == 0)
            return id;
    sim_unreachable();
}

/* ---- A client asks, and is answered ---------------------------------------------------------- */

static void ask(struct world *w, uint32_t client)
{
    struct client *c = &w->lock->clients[client];
    c->state = CLIENT_IDLE;
    c->request++;
    c->granter = find_leader(w, client);
    c->asked = w->now;
    if (c->granter == NODE_NONE) {
        note(w, client, NODE_NONE, (struct token){0}, LOCK_NO_LEADER);
        rest(w, client);
        return;
    }
    struct node *n = &w->nodes[c->granter];
    struct table *t = &w->lock->tables[n->id];
    if (t->holder != NOBODY && node_monotonic(n) < t->until) {
        note(w, client, n->id, t->token, t->holder == SOMEBODY ? LOCK_UNKNOWN : LOCK_HELD);
        rest(w, client);
        return;
    }
    c->state = CLIENT_ASKED;
    c->before = t->token;
    c->token.term = n->term;
    c->token.number = needs_quorum(w) ? t->token.number + 1 : ++t->grants;
    t->holder = client;
    t->token = c->token;
    t->until = lease_from(w, node_monotonic(n));
    wake(w, client, lease_from(w, w->now)); /* without an answer until then it would be no use */
    struct rng r = stream(w, client, DRAW_GRANT);
    workload_begin(w, n, distribution_draw(&load_of(w)->duration, &r), client, c->request);
}

/* No grant came of it: the leader forgets it. */
static void give_up(struct world *w, uint32_t client)
{
    struct client *c = &w->lock->clients[client];
    struct table *t = &w->lock->tables[c->granter];
    note(w, client, c->granter, c->token, LOCK_FAILED);
    if (!is_granted(t, client, c->token))
        return;
    t->token = c->before;
    t->holder = NOBODY;
}

void lock_answered(struct world *w, uint32_t client, uint64_t request, bool granted)
{
    struct lock *l = w->lock;
    struct client *c = &l->clients[client];
    if (c->state != CLIENT_ASKED || c->request != request)
        return; /* it has given up */
    bool quorum = needs_quorum(w);
    bool overtaken = quorum && l->committed.token.number != c->before.number;
    if (!granted || overtaken) {
        give_up(w, client);
        if (overtaken)
            learn_committed(w, &w->nodes[c->granter]);
        rest(w, client);
        return;
    }
    if (quorum)
        l->committed = (struct table){.holder = client, .token = c->token};
    struct rng r = stream(w, client, DRAW_HOLD);
    c->state = CLIENT_HOLDS;
    c->done = sim_add(w->now, distribution_draw(&load_of(w)->hold, &r));
    note(w, client, c->granter, c->token, LOCK_GRANTED);
    sim_ns lease_end = lease_from(w, c->asked);
    wake(w, client, c->done < lease_end ? c->done : lease_end);
}

/* ---- A client works with the lock ------------------------------------------------------------ */

static void check_lease(struct world *w, uint32_t client)
{
    struct client *c = &w->lock->clients[client];
    if (w->now >= lease_from(w, c->asked)) {
        note(w, client, c->granter, c->token, LOCK_EXPIRED);
        rest(w, client);
        return;
    }
    struct rng r = stream(w, client, DRAW_WRITE);
    c->state = CLIENT_WRITES;
    wake(w, client, sim_add(w->now, distribution_draw(&load_of(w)->duration, &r)));
}

static void write_guarded(struct world *w, uint32_t client)
{
    struct lock *l = w->lock;
    const struct client *c = &l->clients[client];
    bool stale = is_older(w, c->token, l->accepted);
    if (stale && load_of(w)->guard == GUARD_FENCING) {
        note(w, client, c->granter, c->token, LOCK_WRITE_FENCED);
        return;
    }
    if (!stale)
        l->accepted = c->token;
    note(w, client, c->granter, c->token, stale ? LOCK_WRITE_STALE : LOCK_WRITTEN);
}

static void take_back(struct table *t, uint32_t client, struct token token)
{
    if (is_granted(t, client, token))
        t->holder = NOBODY;
}

/* To who granted it, if it still leads, else to who does. */
static void release(struct world *w, uint32_t client)
{
    struct lock *l = w->lock;
    const struct client *c = &l->clients[client];
    node_id leader = world_acts(w, c->granter) ? c->granter : find_leader(w, client);
    note(w, client, leader, c->token, LOCK_RELEASED);
    if (leader != NODE_NONE) {
        take_back(&l->tables[leader], client, c->token);
        take_back(&l->committed, client, c->token);
    }
    rest(w, client);
}

void lock_client_due(struct world *w, uint32_t client)
{
    struct client *c = &w->lock->clients[client];
    if (c->due != w->now)
        return; /* something else came first */
    switch (c->state) {
    case CLIENT_ASKED:
        give_up(w, client);
        ask(w, client);
        return;
    case CLIENT_IDLE:
        ask(w, client);
        return;
    case CLIENT_HOLDS:
        check_lease(w, client);
        return;
    case CLIENT_WRITES:
        write_guarded(w, client);
        release(w, client);
        return;
    }
    sim_unreachable();
}

/* ---- Outside --------------------------------------------------------------------------------- */

static bool is_wanted(const struct world *w)
{
    return load_of(w)->kind == WORKLOAD_LOCK && load_of(w)->interval > 0;
}

bool lock_create(struct world *w)
{
    if (!is_wanted(w))
        return true;
    w->lock = memory_zeroed(&w->memory, sizeof *w->lock);
    if (w->lock == NULL)
        return false;
    w->lock->clients = memory_zeroed(&w->memory, load_of(w)->clients * sizeof(struct client));
    w->lock->tables = memory_zeroed(&w->memory, w->total * sizeof(struct table));
    return w->lock->clients != NULL && w->lock->tables != NULL;
}

void lock_reset(struct world *w)
{
    struct lock *l = w->lock;
    if (l == NULL)
        return;
    memset(l->tables, 0, w->total * sizeof *l->tables);
    l->committed = (struct table){.holder = NOBODY};
    l->accepted = (struct token){0};
    for (uint32_t client = 0; client < load_of(w)->clients; client++) {
        l->clients[client] = (struct client){.state = CLIENT_IDLE};
        struct rng r = stream(w, client, DRAW_START);
        wake(w, client, rng_between(&r, 0, load_of(w)->interval - 1));
    }
}

void lock_destroy(struct world *w)
{
    struct lock *l = w->lock;
    if (l == NULL)
        return;
    memory_release(&w->memory, l->clients, load_of(w)->clients * sizeof *l->clients);
    memory_release(&w->memory, l->tables, w->total * sizeof *l->tables);
    memory_release(&w->memory, l, sizeof *l);
}
