#include "sim/observe/invariants.h"

#include <string.h>

#include "sim/observe/clean_cut.h"
#include "sim/observe/committed.h"
#include "sim/observe/leases.h"
#include "sim/observe/log_chain.h"
#include "sim/observe/timely.h"
#include "sim/observe/voters.h"

#define ROWS_MAX 1000u /* of promises, and of what was never promised */
/* How many leaderships back a second leader of a term is looked for. */
#define TERMS_LOOKBACK 256u

struct member {
    uint64_t term, durable_term; /* the highest it was seen in; the same, as no crash undoes it */
    uint64_t commit_index, commit_term;
    uint64_t led_term;        /* the last that this life of it led in */
    struct log_position last; /* of its log, after its last callback */
    bool leads;
    bool unsettled; /* it has voted or moved on, and that may not be durable yet */
};

struct reign {
    uint64_t term;
    node_id node;
};

struct invariants {
    const struct sim_memory *memory;
    const struct scenario *scenario;
    struct member *members;
    struct leases leases;
    struct voters voters;
    struct committed committed;
    struct log_chain chain;
    void *reigns, *rows;
    uint32_t reign_capacity, reign_count, row_capacity, row_count;
    uint32_t rows_of[2]; /* by whether it was promised */
    uint32_t promises, broken, broken_since_settle;
    struct log_position last_committed;
    uint64_t committed_in; /* the term of the leader that has committed that */
    uint64_t newest_token;
    uint32_t newest_grant; /* of a lock, in the term of the newest token */
    int64_t drift_bound;
    sim_ns settled_at, led_at; /* led_at: the last instant since at which a majority followed... */
    sim_ns led_since;          /* and from when on it did so without a gap */
    node_id led_by;            /* ...this one, and may do so still; or NODE_NONE */
    uint32_t liveness_checks;
    bool store_lied, store_lost; /* a service's disk; and then the service lost what it had said */
    bool out_of_memory;
};

/* Which broken assumptions excuse which property: a cut network excuses no second leader of a term.
 */
static uint32_t excuses(uint32_t property)
{
    switch (property) {
    case LEASE_EXCLUSIVE:
        return ASSUMES_NO_PAUSE | ASSUMES_BOUNDED_DRIFT | ASSUMES_DURABLE_STORAGE
               | ASSUMES_SYNCHRONY;
    case EVENTUAL_LEADER:
    case EVENTUAL_AGREEMENT:
    case HIGHEST_LEADS:
        return ASSUMES_NO_PAUSE | ASSUMES_SYNCHRONY | ASSUMES_BOUNDED_DRIFT | ASSUMES_CLEAN_CUT;
    default:
        return ASSUMES_DURABLE_STORAGE | ASSUMES_SYNCHRONY;
    }
}

static bool is_promised(const struct invariants *i, uint32_t property)
{
    bool liveness = property == EVENTUAL_LEADER || property == EVENTUAL_AGREEMENT
                    || property == HIGHEST_LEADS;
    uint32_t broken = liveness ? i->broken_since_settle : i->broken;
    uint32_t assumptions = i->scenario->algorithm->assumptions;
    if (liveness && i->store_lost && (assumptions & ASSUMES_DURABLE_STORAGE) != 0)
        return false; /* members remember what their store has forgotten */
    return (i->promises & property) != 0 && (broken & assumptions & excuses(property)) == 0;
}

static void violate(struct invariants *i, uint32_t property, sim_ns at, node_id node, node_id other,
                    uint64_t term, const char *detail)
{
    struct violation_row *rows = i->rows;
    for (uint32_t k = 0; k < i->row_count; k++)
        if (rows[k].property == property && rows[k].node == node && rows[k].other_node == other
            && rows[k].term == term)
            return;
    bool promised = is_promised(i, property);
    if (i->rows_of[promised] == ROWS_MAX)
        return;
    if (!memory_reserve(i->memory, &i->rows, &i->row_capacity, sizeof *rows, i->row_count + 1)) {
        i->out_of_memory = true;
        return;
    }
    rows = i->rows;
    i->rows_of[promised]++;
    rows[i->row_count++] = (struct violation_row){.property = property,
                                                  .at = at,
                                                  .node = node,
                                                  .other_node = other,
                                                  .term = term,
                                                  .detail = detail,
                                                  .promised = promised};
}

/* ---- Leaders of a term ----------------------------------------------------------------------- */

static void check_election_safety(struct invariants *i, const struct record *r)
{
    const struct reign *reigns = i->reigns;
    uint32_t oldest = i->reign_count > TERMS_LOOKBACK ? i->reign_count - TERMS_LOOKBACK : 0;
    for (uint32_t k = i->reign_count; k-- > oldest;)
        if (reigns[k].term == r->term && reigns[k].node != r->node)
            violate(i, ELECTION_SAFETY, r->at, r->node, reigns[k].node, r->term,
                    "two leaders of one term");
    if (!memory_reserve(i->memory, &i->reigns, &i->reign_capacity, sizeof *reigns,
                        i->reign_count + 1)) {
        i->out_of_memory = true;
        return;
    }
    ((struct reign *) i->reigns)[i->reign_count++] = (struct reign){r->term, r->node};
}

/* With election_safety it makes all who follow anybody in a term follow the same one. Reigns that
 * lie further back than is looked are taken on trust. */
static void check_followed(struct invariants *i, const struct record *r)
{
    const struct reign *reigns = i->reigns;
    uint32_t oldest = i->reign_count > TERMS_LOOKBACK ? i->reign_count - TERMS_LOOKBACK : 0;
    for (uint32_t k = i->reign_count; k-- > oldest;)
        if (reigns[k].term == r->term && reigns[k].node == r->peer)
            return;
    if (oldest == 0)
        violate(i, LEADER_OF_TERM, r->at, r->node, r->peer, r->term,
                "it follows one that has not led in this term");
}

/* ---- Votes ----------------------------------------------------------------------------------- */

static void on_vote(struct invariants *i, const struct record *r)
{
    if (!voters_vote(&i->voters, r->node, r->term, r->peer))
        violate(i, VOTE_ONCE, r->at, r->node, r->peer, r->term, "a second vote in one term");
    i->members[r->node].unsettled = true;
}

static void check_quorum(struct invariants *i, const struct record *r)
{
    if (!voters_are_majority(&i->voters, r->node, r->term))
        violate(i, LEADER_HAS_QUORUM, r->at, r->node, NODE_NONE, r->term,
                "its voters are no majority: another quorum need not meet them");
}

/* ---- Logs ------------------------------------------------------------------------------------ */

/* What lies in front of a leader's own entries is the log that it had until its first one. Where
 * more has come to it in that callback, it is not known: a primary of MongoDB first fetches what
 * others have. */
static void note_own_entry(struct invariants *i, const struct member *m,
                           const struct node_view *now)
{
    if (now->last_term == now->term && now->term > i->last_committed.term
        && now->last_index - m->last.index <= 1)
        log_chain_note(&i->chain, now->term, m->last);
}

/* Whoever leads later must have what a leader has committed last, and with it all before that. */
static void note_commit(struct invariants *i, const struct node_view *now)
{
    uint64_t term = now->commit_term != 0 ? now->commit_term : now->term;
    if (term < i->last_committed.term)
        return; /* learned late by a leader that is none any more */
    i->last_committed = (struct log_position){now->commit_index, term};
    i->committed_in = now->term;
    log_chain_forget(&i->chain, term);
}

/* A later term at the end of its log is not enough: the entry that was committed may be of an
 * earlier term than its leader, and what lies behind it may not (Raft paper, figure 8). */
static void check_completeness(struct invariants *i, const struct world *w, const struct record *r)
{
    if (r->term <= i->last_committed.term)
        return; /* votes that came late: a leader of an older term, and of no later entries */
    struct node_view v = world_view(w, r->node);
    struct log_position last = {v.last_index, v.last_term};
    if (last.term == r->term)
        last = i->members[r->node].last; /* an entry of its own shows already */
    if (last.term > i->last_committed.term && r->term <= i->committed_in)
        return; /* it was elected before that was committed */
    if (log_chain_lacks(&i->chain, last, i->last_committed))
        violate(i, LEADER_COMPLETENESS, r->at, r->node, NODE_NONE, r->term,
                "the winner's log lacks a committed entry");
}

static void check_committed(struct invariants *i, const struct world *w, node_id node,
                            const struct node_view *now)
{
    struct member *m = &i->members[node];
    m->commit_index = now->commit_index;
    m->commit_term = now->commit_term;
    /* What it has counted as the leader it may show later: etcd applies it after its disk. */
    bool counted = m->leads || now->role == ROLE_LEADER
                   || (now->commit_term != 0 && now->commit_term == m->led_term);
    const char *wrong = committed_note(&i->committed, now, counted);
    if (wrong != NULL)
        violate(i, STATE_MACHINE_SAFETY, world_now(w), node, NODE_NONE, now->commit_term, wrong);
}

/* ---- Terms and leases ------------------------------------------------------------------------ */

static void check_term(struct invariants *i, const struct world *w, node_id node,
                       const struct node_view *now)
{
    struct member *m = &i->members[node];
    if (now->term < m->term)
        violate(i, TERM_MONOTONIC, world_now(w), node, NODE_NONE, now->term, "its term went back");
    m->term = now->term;
    m->unsettled = true;
}

static void settle_votes(struct invariants *i, node_id node)
{
    struct member *m = &i->members[node];
    m->durable_term = m->term;
    m->unsettled = false;
    voters_settle(&i->voters, node);
}

static void check_exclusive(struct invariants *i, const struct world *w, node_id node)
{
    sim_ns at = world_now(w);
    node_id other = leases_rival(&i->leases, at, node, 0);
    for (; other != NODE_NONE; other = leases_rival(&i->leases, at, node, other + 1))
        violate(i, LEASE_EXCLUSIVE, at, node, other, i->members[node].term,
                "two nodes hold the lease");
}

void invariants_after_callback(struct invariants *i, const struct world *w, node_id node,
                               const struct node_view *now)
{
    struct member *m = &i->members[node];
    if (now->term != m->term)
        check_term(i, w, node, now);
    if (now->lease_until != leases_local_end(&i->leases, node)) {
        leases_note(&i->leases, w, node, now->lease_until);
        check_exclusive(i, w, node);
    }
    if (now->role == ROLE_LEADER && now->last_term != m->last.term)
        note_own_entry(i, m, now);
    m->last = (struct log_position){now->last_index, now->last_term};
    if (now->role == ROLE_LEADER && now->commit_index > i->last_committed.index)
        note_commit(i, now);
    if (now->commit_index != m->commit_index || now->commit_term != m->commit_term)
        check_committed(i, w, node, now);
    m->leads = now->role == ROLE_LEADER;
    if (m->leads)
        m->led_term = now->term;
    if (m->unsettled && !world_disk_busy(w, node))
        settle_votes(i, node);
}

/* ---- The guarded resource -------------------------------------------------------------------- */

static void check_lock_fencing(struct invariants *i, const struct record *r)
{
    bool taken = r->detail == LOCK_WRITTEN || r->detail == LOCK_WRITE_STALE;
    if (!taken || i->scenario->workload.guard != GUARD_FENCING)
        return;
    if (r->term < i->newest_token || (r->term == i->newest_token && r->flags < i->newest_grant)) {
        violate(i, FENCING_MONOTONIC, r->at, r->node, NODE_NONE, r->term,
                "an older token was accepted after a newer one");
        return;
    }
    i->newest_token = r->term;
    i->newest_grant = r->flags;
}

static void check_fencing(struct invariants *i, const struct record *r)
{
    if (r->detail != OPERATION_ACCEPTED || i->scenario->workload.guard != GUARD_FENCING)
        return;
    if (r->term < i->newest_token)
        violate(i, FENCING_MONOTONIC, r->at, r->node, NODE_NONE, r->term,
                "an older token was accepted after a newer one");
    else
        i->newest_token = r->term;
}

/* ---- Liveness, at the end -------------------------------------------------------------------- */

static bool is_higher(const struct scenario *s, node_id a, node_id b)
{
    int32_t x = s->priorities == NULL ? 0 : s->priorities[a];
    int32_t y = s->priorities == NULL ? 0 : s->priorities[b];
    return x != y ? x > y : a > b;
}

static bool majority_follows(const struct invariants *i, const struct world *w, node_id leader)
{
    uint32_t following = 0;
    if (!world_acts(w, leader))
        return false;
    for (node_id id = 0; id < i->scenario->nodes; id++)
        following += world_is_running(w, id) && world_view(w, id).leader == leader;
    return following > i->scenario->nodes / 2;
}

static node_id followed_by_majority(const struct invariants *i, const struct world *w)
{
    for (node_id leader = 0; leader < i->scenario->nodes; leader++)
        if (majority_follows(i, w, leader))
            return leader;
    return NODE_NONE;
}

static void note_core(struct invariants *i, const struct world *w)
{
    if (!clean_cut(w, i->scenario->nodes, i->scenario->nodes + i->scenario->services))
        i->broken_since_settle |= ASSUMES_CLEAN_CUT;
}

static void check_highest(struct invariants *i, const struct world *w, node_id leader, sim_ns at)
{
    for (node_id id = 0; id < i->scenario->nodes; id++)
        if (world_in_core(w, id) && world_in_core(w, leader)
            && is_higher(i->scenario, id, leader)) {
            violate(i, HIGHEST_LEADS, at, leader, id, 0, "a higher node runs and does not lead");
            return;
        }
}

/* Until this record whom a majority followed is unchanged since the last. */
static void note_following(struct invariants *i, const struct world *w, const struct record *r)
{
    if (i->led_by != NODE_NONE)
        i->led_at = r->at;
    node_id leader = r->kind == RECORD_FOLLOWED && r->peer < i->scenario->nodes ? r->peer : r->node;
    if (majority_follows(i, w, leader)) {
        if (i->led_by == NODE_NONE)
            i->led_since = r->at;
        i->led_by = leader;
    } else if (i->led_by != NODE_NONE && !majority_follows(i, w, i->led_by))
        i->led_by = NODE_NONE;
}

static bool all_follow(const struct invariants *i, const struct world *w, node_id leader)
{
    for (node_id id = 0; id < i->scenario->nodes; id++)
        if (world_in_core(w, id)
            && (!world_is_running(w, id) || world_view(w, id).leader != leader))
            return false;
    return true;
}

static void on_end(void *context, const struct world *w, sim_ns at)
{
    struct invariants *i = context;
    const struct algorithm *a = i->scenario->algorithm;
    if (i->settled_at == TIME_NONE || a->liveness_bound == NULL)
        return;
    sim_ns bound = a->liveness_bound(i->scenario->config, i->scenario->nodes);
    sim_ns pending = world_pending_until(w); /* what a slow node sent may be on its way for hours */
    sim_ns peace = i->settled_at > pending ? i->settled_at : pending;
    if (at - peace < bound || !network_is_timely(i->scenario, bound))
        return;
    i->liveness_checks = (uint32_t) is_promised(i, EVENTUAL_LEADER)
                         + is_promised(i, EVENTUAL_AGREEMENT) + is_promised(i, HIGHEST_LEADS);
    node_id leader = followed_by_majority(i, w);
    if (leader != NODE_NONE)
        i->led_at = at;
    /* Chance may lose what a leader is known by: then one that stays is not asked for. */
    if (i->led_at < (network_loses(i->scenario) ? at - bound : at)) {
        violate(i, EVENTUAL_LEADER, at, NODE_NONE, NODE_NONE, 0,
                "no leader that a majority follows within the bound");
        return;
    }
    if (!network_loses(i->scenario) && i->led_since > sim_add(peace, bound))
        violate(i, EVENTUAL_LEADER, i->led_since, i->led_by, NODE_NONE, 0,
                "the leader that a majority follows came later than the bound");
    if (leader == NODE_NONE)
        return;
    if (!all_follow(i, w, leader) && !network_loses(i->scenario))
        violate(i, EVENTUAL_AGREEMENT, at, leader, NODE_NONE, 0, "not all nodes follow the leader");
    check_highest(i, w, leader, at);
}

/* ---- Records --------------------------------------------------------------------------------- */

static void on_crash(struct invariants *i, const struct world *w, const struct record *r)
{
    struct member *m = &i->members[r->node];
    leases_forget(&i->leases, r->node);
    if (r->detail == CRASH_WIPE)
        i->broken |= ASSUMES_DURABLE_STORAGE;
    if (r->detail != CRASH_WIPE && !world_has_durable(w, r->node))
        m->term = 0;                   /* it has promised nothing for after this */
    if (world_disk_busy(w, r->node)) { /* what it had not yet written, it had not yet said either */
        m->term = m->durable_term;
        voters_forget_unsettled(&i->voters, r->node);
    }
    m->leads = false;
    m->commit_index = m->commit_term = m->led_term = 0;
}

static void on_service_crash(struct invariants *i, const struct record *r)
{
    if (r->detail == CRASH_WIPE)
        i->broken |= ASSUMES_DURABLE_STORAGE;
    if (r->detail == CRASH_WIPE || i->store_lied)
        i->store_lost = true;
}

static void note_assumptions(struct invariants *i, const struct record *r)
{
    uint32_t broken = 0;
    if (r->kind == RECORD_PAUSED)
        broken = ASSUMES_NO_PAUSE | ASSUMES_SYNCHRONY;
    else if (r->kind == RECORD_SYNCED)
        broken = r->flags != 0 ? ASSUMES_DURABLE_STORAGE : 0;
    else if (r->kind == RECORD_CLOCK_DRIFTED)
        broken
            = r->value > i->drift_bound || r->value < -i->drift_bound ? ASSUMES_BOUNDED_DRIFT : 0;
    else
        broken = ASSUMES_SYNCHRONY; /* lost, held, cut, or a fault that slows */
    if (broken == ASSUMES_DURABLE_STORAGE && r->node >= i->scenario->nodes)
        i->store_lied = true;
    i->broken |= broken;
    i->broken_since_settle |= broken;
}

static void on_record(void *context, const struct world *w, const struct record *r)
{
    struct invariants *i = context;
    if (r->kind == RECORD_SETTLED) {
        i->settled_at = i->led_since = r->at;
        i->led_by = followed_by_majority(i, w);
        i->broken_since_settle = i->broken & ASSUMES_BOUNDED_DRIFT;
        note_core(i, w);
        return;
    }
    if (r->kind == RECORD_OPERATION) {
        check_fencing(i, r);
        return;
    }
    if (r->kind == RECORD_LOCK) {
        check_lock_fencing(i, r);
        return;
    }
    bool member = r->node < i->scenario->nodes;
    if (r->kind == RECORD_CLOCK_DRIFTED && member) {
        leases_move(&i->leases, w, r->node);
        check_exclusive(i, w, r->node);
    }
    if (i->settled_at != TIME_NONE && member)
        note_following(i, w, r);
    if (r->kind == RECORD_LED && member) {
        check_election_safety(i, r);
        check_quorum(i, r);
        check_completeness(i, w, r);
    } else if (r->kind == RECORD_VOTED && member) {
        on_vote(i, r);
    } else if (r->kind == RECORD_FOLLOWED && member && r->peer < i->scenario->nodes) {
        check_followed(i, r);
    } else if (r->kind == RECORD_CRASHED && member) {
        on_crash(i, w, r);
    } else if (r->kind == RECORD_CRASHED) {
        on_service_crash(i, r);
    } else if (r->kind != RECORD_LED && r->kind != RECORD_VOTED && r->kind != RECORD_FOLLOWED
               && r->kind != RECORD_STEPPED_DOWN) {
        note_assumptions(i, r);
    }
}

/* ---- Outside --------------------------------------------------------------------------------- */

static void learn_promises(struct invariants *i)
{
    const struct scenario *s = i->scenario;
    const struct algorithm *a = s->algorithm;
    i->promises = a->promises_with == NULL ? a->promises : a->promises_with(s->config, s->nodes);
    i->drift_bound = a->drift_bound == NULL ? 0 : a->drift_bound(s->config);
}

struct invariants *invariants_create(const struct sim_memory *memory,
                                     const struct scenario *scenario)
{
    struct invariants *i = memory_zeroed(memory, sizeof *i);
    if (i == NULL)
        return NULL;
    i->memory = memory;
    i->scenario = scenario;
    committed_open(&i->committed, memory);
    log_chain_open(&i->chain, memory);
    leases_open(&i->leases, memory, scenario->nodes);
    i->members = memory_zeroed(memory, scenario->nodes * sizeof *i->members);
    if (i->members == NULL || !voters_open(&i->voters, memory, scenario)) {
        if (i->members != NULL)
            memory_release(memory, i->members, scenario->nodes * sizeof *i->members);
        memory_release(memory, i, sizeof *i);
        return NULL;
    }
    learn_promises(i);
    invariants_reset(i);
    return i;
}

void invariants_reset(struct invariants *i)
{
    memset(i->members, 0, i->scenario->nodes * sizeof *i->members);
    voters_reset(&i->voters);
    committed_reset(&i->committed);
    log_chain_reset(&i->chain);
    leases_reset(&i->leases);
    i->reign_count = i->row_count = i->rows_of[false] = i->rows_of[true] = 0;
    i->last_committed = (struct log_position){0};
    i->committed_in = i->newest_token = 0;
    i->newest_grant = 0;
    i->settled_at = i->led_at = TIME_NONE;
    i->led_by = NODE_NONE;
    i->liveness_checks = 0;
    i->store_lied = i->store_lost = false;
    i->out_of_memory = false;
    bool drifts = i->scenario->drift_max_ppb > i->drift_bound
                  || i->scenario->drift_min_ppb < -i->drift_bound;
    i->broken = drifts ? ASSUMES_BOUNDED_DRIFT : 0;
    i->broken_since_settle = i->broken;
}

void invariants_destroy(struct invariants *i)
{
    if (i == NULL)
        return;
    voters_close(&i->voters);
    committed_close(&i->committed);
    log_chain_close(&i->chain);
    memory_release(i->memory, i->reigns, i->reign_capacity * sizeof(struct reign));
    memory_release(i->memory, i->rows, i->row_capacity * sizeof(struct violation_row));
    leases_close(&i->leases);
    memory_release(i->memory, i->members, i->scenario->nodes * sizeof *i->members);
    memory_release(i->memory, i, sizeof *i);
}

struct observer invariants_observer(struct invariants *i)
{
    return (struct observer){
        .context = i,
        .interest = INTEREST(LED) | INTEREST(FOLLOWED) | INTEREST(STEPPED_DOWN) | INTEREST(VOTED)
                    | INTEREST(CRASHED) | INTEREST(OPERATION) | INTEREST(SETTLED) | INTEREST(PAUSED)
                    | INTEREST(SYNCED) | INTEREST(CLOCK_DRIFTED) | INTEREST(LOST) | INTEREST(HELD)
                    | INTEREST(FAULT_BEGAN) | INTEREST(CONNECTIVITY) | INTEREST(LOCK),
        .on_record = on_record,
        .on_end = on_end};
}

bool invariants_out_of_memory(const struct invariants *i)
{
    return i->out_of_memory || i->voters.out_of_memory || i->committed.out_of_memory
           || i->chain.out_of_memory || i->leases.out_of_memory;
}

const struct violation_row *invariants_rows(const struct invariants *i, uint32_t *count)
{
    *count = i->row_count;
    return i->rows;
}

uint32_t invariants_liveness_checks(const struct invariants *i)
{
    return i->liveness_checks;
}
