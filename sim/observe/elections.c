#include "sim/observe/elections.h"

#include <string.h>

#define NO_ROW UINT32_MAX

struct member {
    uint32_t leadership;  /* its open row, or NO_ROW */
    uint32_t follows_row; /* the election whose winner it follows, or NO_ROW */
    uint32_t candidacy;   /* of those who ever stood, or NO_ROW */
    bool begun;           /* its process has started, or a fault came first */
};

struct candidacy { /* what is known of one member that stood, or asked whether it would win */
    sim_ns at;
    uint64_t term, record;
    uint64_t pre_term, pre_messages; /* when it asked whether it would win that term */
    node_id node;
    uint32_t stood_in; /* number of the election it was last counted in */
    uint8_t reason;
    bool stands;
};

struct elections {
    const struct sim_memory *memory;
    const struct scenario *scenario;
    struct member *members;
    void *rows, *leaderships, *candidacies;
    uint32_t row_capacity, row_count, leadership_capacity, leadership_count;
    uint32_t candidacy_capacity, candidacy_count;
    uint64_t before; /* of `messages`, when the present callback began: the writing stands, too */
    uint64_t messages, base; /* for elections: all sent; before the last row */
    bool open, lost, was_lost, out_of_memory;
    bool opened_healthy, frozen; /* frozen: the last row's messages are all there */
    node_id newest;
    uint32_t won_row; /* the one that the newest leader won */
    uint32_t unbegun; /* members */
    sim_ns all_begun; /* when the last of them began */
    enum election_trigger lost_by;
    sim_ns lost_at;
    uint32_t standing, followers;
    uint32_t agreeing, reach; /* who follow the newest leader; whom it reaches, itself included */
    struct {                  /* the latest round of the open election */
        uint64_t term, record;
        sim_ns at;
        uint32_t candidates;
    } round;
};

static struct election_row *last_row(const struct elections *e)
{
    return e->row_count == 0 ? NULL : (struct election_row *) e->rows + (e->row_count - 1);
}

static struct candidacy *candidacy_at(const struct elections *e, uint32_t index)
{
    return (struct candidacy *) e->candidacies + index;
}

/* That of a member, made where it has none; NULL when memory is out. */
static struct candidacy *candidacy_of(struct elections *e, node_id node)
{
    struct member *m = &e->members[node];
    if (m->candidacy != NO_ROW)
        return candidacy_at(e, m->candidacy);
    if (!memory_reserve(e->memory, &e->candidacies, &e->candidacy_capacity,
                        sizeof(struct candidacy), e->candidacy_count + 1)) {
        e->out_of_memory = true;
        return NULL;
    }
    m->candidacy = e->candidacy_count++;
    *candidacy_at(e, m->candidacy) = (struct candidacy){.node = node};
    return candidacy_at(e, m->candidacy);
}

/* ---- Leaderships ----------------------------------------------------------------------------- */

static void end_leadership(struct elections *e, node_id node, sim_ns at, enum leadership_end why)
{
    uint32_t open = e->members[node].leadership;
    if (open == NO_ROW)
        return;
    struct leadership_row *row = (struct leadership_row *) e->leaderships + open;
    row->end = at;
    row->end_reason = why;
    e->members[node].leadership = NO_ROW;
}

static void begin_leadership(struct elections *e, const struct record *r)
{
    end_leadership(e, r->node, r->at, LEADERSHIP_HIGHER_TERM);
    if (!memory_reserve(e->memory, &e->leaderships, &e->leadership_capacity,
                        sizeof(struct leadership_row), e->leadership_count + 1)) {
        e->out_of_memory = true;
        return;
    }
    struct leadership_row *row = (struct leadership_row *) e->leaderships + e->leadership_count;
    *row = (struct leadership_row){.node = r->node,
                                   .term = r->term,
                                   .begin = r->at,
                                   .end = r->at,
                                   .end_reason = LEADERSHIP_RUN_ENDED};
    e->members[r->node].leadership = e->leadership_count++;
}

/* ---- Opening and closing an election --------------------------------------------------------- */

static bool sits(const struct elections *e, node_id node)
{
    return e->members[node].leadership != NO_ROW;
}

/* Who still sits, and stands against the newest leader, takes over. */
static enum election_trigger trigger_of(const struct elections *e, const struct candidacy *c)
{
    if (e->newest == NODE_NONE)
        return TRIGGER_STARTUP;
    if (e->lost)
        return e->lost_by;
    if (e->unbegun > 0 || c->at <= e->all_begun)
        return TRIGGER_STARTUP;
    if (c->reason == CAMPAIGN_TRANSFER)
        return TRIGGER_TRANSFER;
    return c->reason == CAMPAIGN_TAKEOVER || sits(e, c->node) ? TRIGGER_TAKEOVER : TRIGGER_TIMEOUT;
}

/* Over a shared store an election is won by the same questions that then keep the lease and look at
 * it, so it ends when it is decided. Elsewhere answers that come later belong to it, too. */
static bool counts_on(const struct elections *e, const struct election_row *row)
{
    return e->scenario->services == 0 || row->outcome != ELECTION_WON;
}

/* Messages from here on belong to the new election: from the opener's first question on. */
static void move_base(struct elections *e, uint64_t base)
{
    struct election_row *row = last_row(e);
    if (row != NULL && counts_on(e, row) && !e->frozen)
        row->messages = base - e->base;
    e->base = base;
    e->frozen = false;
}

/* All whom the winner reaches have followed it, and something of a later instant happens: what is
 * sent from here on, as by a loser that is cut off, belongs to no election. */
static void freeze_messages(struct elections *e, const struct world *w, sim_ns now)
{
    struct election_row *row = last_row(e);
    if (e->frozen || row == NULL || row->agreed == TIME_NONE || now <= row->agreed)
        return;
    if (counts_on(e, row))
        row->messages = (world_current_node(w) == NODE_NONE ? e->messages : e->before) - e->base;
    e->frozen = true;
}

static void open_election(struct elections *e, struct candidacy *c)
{
    bool asked = c->pre_term == c->term && c->pre_term != 0 && c->pre_messages >= e->base;
    uint64_t base = asked ? c->pre_messages : e->scenario->services > 0 ? e->before : e->messages;
    move_base(e, base);
    if (!memory_reserve(e->memory, &e->rows, &e->row_capacity, sizeof(struct election_row),
                        e->row_count + 1)) {
        e->out_of_memory = true;
        return;
    }
    bool vacant = e->lost && e->newest != NODE_NONE;
    e->row_count++;
    *last_row(e) = (struct election_row){.number = e->row_count,
                                         .trigger = trigger_of(e, c),
                                         .outcome = ELECTION_OPEN,
                                         .previous_leader = e->newest,
                                         .winner = NODE_NONE,
                                         .term = c->term,
                                         .vacant = vacant ? e->lost_at : TIME_NONE,
                                         .started = c->at,
                                         .decided = TIME_NONE,
                                         .recognized = TIME_NONE,
                                         .agreed = TIME_NONE,
                                         .rounds = 1,
                                         .candidates = 1,
                                         .started_record = c->record,
                                         .decided_record = c->record};
    c->stood_in = e->row_count;
    e->open = true;
    e->opened_healthy = !vacant && e->newest != NODE_NONE;
    e->round.term = c->term;
    e->round.at = c->at;
    e->round.record = c->record;
    e->round.candidates = 1;
}

static void fail_election(struct elections *e)
{
    last_row(e)->outcome = ELECTION_FAILED;
    e->open = false;
}

/* The leader was healthy through all rounds but the latest, which deposes it: only that one is the
 * election; what went before was in vain. */
static void keep_latest_round(struct elections *e)
{
    struct election_row *row = last_row(e);
    if (!e->open || !e->opened_healthy || row->rounds < 2)
        return;
    row->rounds--;
    fail_election(e);
    struct candidacy *opener = NULL;
    for (uint32_t i = 0; i < e->candidacy_count && opener == NULL; i++)
        if (candidacy_at(e, i)->record == e->round.record)
            opener = candidacy_at(e, i);
    if (opener == NULL)
        return; /* it has stood again since */
    uint32_t candidates = e->round.candidates;
    open_election(e, opener);
    last_row(e)->candidates = candidates;
    e->round.candidates = candidates;
    e->opened_healthy = false; /* it is being deposed now */
}

/* ---- The newest leader, seen from outside ---------------------------------------------------- */

static void lose(struct elections *e, enum election_trigger by, sim_ns at)
{
    if (e->lost)
        return;
    e->lost = e->was_lost = true;
    e->lost_by = by;
    e->lost_at = at;
    if (e->open && e->opened_healthy)
        fail_election(e);
}

static enum election_trigger trigger_of_loss(const struct record *r)
{
    switch (r->kind) {
    case RECORD_CRASHED:
        return r->detail == CRASH_STOP ? TRIGGER_STOP : TRIGGER_CRASH;
    case RECORD_PAUSED:
        return TRIGGER_PAUSE;
    default:
        return TRIGGER_PARTITION;
    }
}

/* When all whom the winner reaches follow it. The counts tell when it is worth a look. */
static void note_agreement(struct elections *e, const struct world *w, sim_ns at)
{
    struct election_row *row = last_row(e);
    if (row == NULL || row->outcome != ELECTION_WON || row->agreed != TIME_NONE || e->reach == 0
        || e->agreeing < e->reach)
        return;
    for (node_id id = 0; id < e->scenario->nodes; id++)
        if (e->members[id].follows_row != row->number && world_is_running(w, id)
            && !world_is_paused(w, id) && world_connected(w, row->winner, id)
            && world_connected(w, id, row->winner))
            return;
    row->agreed = at;
}

/* After anything that could cut the newest leader off, or give it back. */
static void look_at_leader(struct elections *e, const struct world *w, const struct record *r)
{
    if (e->newest == NODE_NONE)
        return;
    e->reach = world_acts(w, e->newest) ? world_reach(w, e->newest) : 0;
    note_agreement(e, w, r->at);
    if (e->reach + e->unbegun > e->scenario->nodes / 2 && world_acts(w, e->newest))
        e->lost = false;
    else if (!e->lost && sits(e, e->newest))
        lose(e, trigger_of_loss(r), r->at);
}

/* ---- What records mean ----------------------------------------------------------------------- */

static bool can_send_to_majority(const struct world *w, node_id node, uint32_t nodes)
{
    uint32_t reached = 0;
    for (node_id id = 0; id < nodes; id++)
        reached += world_is_running(w, id) && world_connected(w, node, id);
    return reached > nodes / 2;
}

/* A candidacy that cannot end in an election while others could hold one. */
static bool is_hopeless(const struct elections *e, const struct world *w, node_id node)
{
    uint32_t nodes = e->scenario->nodes;
    if (can_send_to_majority(w, node, nodes))
        return false;
    for (node_id id = 0; id < nodes; id++)
        if (world_reaches_majority(w, id))
            return true;
    return false;
}

static void stand(struct elections *e, struct candidacy *c)
{
    e->standing += !c->stands;
    c->stands = true;
}

static void stand_no_more(struct elections *e, node_id node)
{
    uint32_t index = e->members[node].candidacy;
    if (index == NO_ROW || !candidacy_at(e, index)->stands)
        return;
    candidacy_at(e, index)->stands = false;
    e->standing--;
}

static void on_campaign(struct elections *e, const struct world *w, const struct record *r)
{
    struct candidacy *c = candidacy_of(e, r->node);
    if (c == NULL)
        return;
    c->at = r->at;
    c->term = r->term;
    c->record = r->number;
    c->reason = (uint8_t) r->detail;
    stand(e, c);
    if (is_hopeless(e, w, r->node))
        return;
    if (!e->open) {
        open_election(e, c);
        return;
    }
    struct election_row *row = last_row(e);
    if (c->stood_in != row->number) {
        c->stood_in = row->number;
        row->candidates++;
    }
    if (r->term > e->round.term) {
        row->rounds++;
        row->term = r->term;
        e->round.term = r->term;
        e->round.at = r->at;
        e->round.record = r->number;
        e->round.candidates = 1;
    } else if (r->term == e->round.term) {
        e->round.candidates++;
    }
}

static void count_follower(struct elections *e, node_id node, sim_ns at)
{
    struct election_row *row = last_row(e);
    struct member *m = &e->members[node];
    if (m->follows_row == row->number)
        return;
    m->follows_row = row->number;
    e->agreeing++;
    if (++e->followers == e->scenario->nodes / 2 + 1)
        row->recognized = at;
}

/* The sitting leader goes on under a fresh number: nobody was elected, not even where others stand
 * against it. */
static void renumber(struct elections *e, const struct world *w, const struct record *r)
{
    struct election_row *won = (struct election_row *) e->rows + e->won_row;
    won->term = r->term;
    stand_no_more(e, r->node);
    begin_leadership(e, r);
    look_at_leader(e, w, r);
    if (e->open && e->standing == 0 && !e->lost)
        fail_election(e);
}

static void on_led(struct elections *e, const struct world *w, const struct record *r)
{
    if (r->node == e->newest && sits(e, r->node)) {
        renumber(e, w, r);
        return;
    }
    struct candidacy *c = candidacy_of(e, r->node);
    if (c == NULL)
        return;
    if (!e->open) {
        if (c->term != r->term) {
            c->at = r->at;
            c->term = r->term;
            c->record = r->number;
            c->reason = CAMPAIGN_TIMEOUT;
        }
        open_election(e, c);
        if (!e->open)
            return;
    }
    struct election_row *row = last_row(e);
    row->outcome = ELECTION_WON;
    row->winner = r->node;
    row->term = r->term;
    row->decided = r->at;
    row->decided_record = r->number;
    row->messages = e->messages - e->base;
    e->open = false;
    e->newest = r->node;
    e->won_row = row->number - 1;
    e->lost = e->was_lost = false;
    e->followers = e->agreeing = 0;
    stand_no_more(e, r->node);
    begin_leadership(e, r);
    count_follower(e, r->node, r->at);
    look_at_leader(e, w, r);
}

static void on_followed(struct elections *e, const struct world *w, const struct record *r)
{
    if (r->peer == NODE_NONE)
        return;
    stand_no_more(e, r->node);
    struct election_row *row = last_row(e);
    if (row == NULL)
        return;
    if (!e->open && row->outcome == ELECTION_WON && row->winner == r->peer && row->term == r->term)
        count_follower(e, r->node, r->at);
    note_agreement(e, w, r->at);
    if (e->open && e->standing == 0 && r->peer == e->newest && world_acts(w, e->newest))
        fail_election(e);
}

static void on_stepped_down(struct elections *e, const struct record *r)
{
    end_leadership(e, r->node, r->at, (enum leadership_end) r->detail);
    if (r->node != e->newest)
        return;
    if (r->detail == STEP_DOWN_STOP)
        lose(e, TRIGGER_STOP, r->at);
    else if (r->detail == STEP_DOWN_HIGHER_TERM && !e->lost)
        keep_latest_round(e);
    else if (r->detail != STEP_DOWN_TRANSFER && e->was_lost)
        lose(e, e->lost_by, r->at);
}

/* A node that has not started yet is no cut; one that a fault keeps from it is. */
static void note_begin(struct elections *e, const struct record *r)
{
    if (e->members[r->node].begun)
        return;
    e->members[r->node].begun = true;
    e->unbegun--;
    e->all_begun = r->at;
}

static void on_crashed(struct elections *e, const struct world *w, const struct record *r)
{
    note_begin(e, r);
    stand_no_more(e, r->node);
    const struct election_row *row = last_row(e);
    if (row != NULL && e->members[r->node].follows_row == row->number)
        e->agreeing--;
    e->members[r->node].follows_row = NO_ROW;
    look_at_leader(e, w, r);
    end_leadership(e, r->node, r->at, r->detail == CRASH_STOP ? LEADERSHIP_STOP : LEADERSHIP_CRASH);
    if (e->open && e->opened_healthy && e->standing == 0 && e->newest != NODE_NONE
        && world_acts(w, e->newest))
        fail_election(e);
}

static void on_pre_campaign(struct elections *e, const struct record *r)
{
    struct candidacy *c = candidacy_of(e, r->node);
    if (c == NULL)
        return;
    c->pre_term = r->term;
    c->pre_messages = e->messages;
}

static void on_record(void *context, const struct world *w, const struct record *r)
{
    struct elections *e = context;
    e->messages = world_election_messages(w);
    e->before = world_election_messages_before(w);
    freeze_messages(e, w, r->at);
    if (r->kind == RECORD_CONNECTIVITY) {
        look_at_leader(e, w, r);
        return;
    }
    if (r->node >= e->scenario->nodes)
        return; /* services elect for themselves */
    switch (r->kind) {
    case RECORD_PRE_CAMPAIGNED:
        on_pre_campaign(e, r);
        return;
    case RECORD_CAMPAIGNED:
        on_campaign(e, w, r);
        return;
    case RECORD_LED:
        on_led(e, w, r);
        return;
    case RECORD_FOLLOWED:
        on_followed(e, w, r);
        return;
    case RECORD_STEPPED_DOWN:
        on_stepped_down(e, r);
        return;
    case RECORD_CRASHED:
        on_crashed(e, w, r);
        return;
    default: /* STARTED, PAUSED, RESUMED */
        note_begin(e, r);
        look_at_leader(e, w, r);
        return;
    }
}

static void on_end(void *context, const struct world *w, sim_ns at)
{
    struct elections *e = context;
    e->messages = world_election_messages(w);
    move_base(e, e->messages);
    for (node_id id = 0; id < e->scenario->nodes; id++)
        end_leadership(e, id, at, LEADERSHIP_RUN_ENDED);
}

/* ---- Outside --------------------------------------------------------------------------------- */

struct elections *elections_create(const struct sim_memory *memory, const struct scenario *scenario)
{
    struct elections *e = memory_zeroed(memory, sizeof *e);
    if (e == NULL)
        return NULL;
    e->memory = memory;
    e->scenario = scenario;
    e->members = memory_zeroed(memory, scenario->nodes * sizeof *e->members);
    if (e->members == NULL) {
        memory_release(memory, e, sizeof *e);
        return NULL;
    }
    elections_reset(e);
    return e;
}

void elections_reset(struct elections *e)
{
    for (node_id id = 0; id < e->scenario->nodes; id++)
        e->members[id] = (struct member){NO_ROW, NO_ROW, NO_ROW, false};
    e->row_count = e->leadership_count = e->candidacy_count = 0;
    e->messages = e->base = e->before = 0;
    e->open = e->lost = e->was_lost = e->out_of_memory = false;
    e->opened_healthy = e->frozen = false;
    e->newest = NODE_NONE;
    e->won_row = NO_ROW;
    e->unbegun = e->scenario->nodes;
    e->all_begun = 0;
    e->lost_by = TRIGGER_STARTUP;
    e->lost_at = 0;
    e->standing = e->followers = e->agreeing = e->reach = 0;
    memset(&e->round, 0, sizeof e->round);
}

void elections_destroy(struct elections *e)
{
    if (e == NULL)
        return;
    memory_release(e->memory, e->rows, e->row_capacity * sizeof(struct election_row));
    memory_release(e->memory, e->leaderships,
                   e->leadership_capacity * sizeof(struct leadership_row));
    memory_release(e->memory, e->candidacies, e->candidacy_capacity * sizeof(struct candidacy));
    memory_release(e->memory, e->members, e->scenario->nodes * sizeof *e->members);
    memory_release(e->memory, e, sizeof *e);
}

struct observer elections_observer(struct elections *e)
{
    return (struct observer){.context = e,
                             .interest = INTEREST(PRE_CAMPAIGNED) | INTEREST(CAMPAIGNED)
                                         | INTEREST(LED) | INTEREST(FOLLOWED)
                                         | INTEREST(STEPPED_DOWN) | INTEREST(STARTED)
                                         | INTEREST(CRASHED) | INTEREST(PAUSED) | INTEREST(RESUMED)
                                         | INTEREST(CONNECTIVITY),
                             .on_record = on_record,
                             .on_end = on_end};
}

bool elections_out_of_memory(const struct elections *e)
{
    return e->out_of_memory;
}

const struct election_row *elections_rows(const struct elections *e, uint32_t *count)
{
    *count = e->row_count;
    return e->rows;
}

const struct leadership_row *elections_leaderships(const struct elections *e, uint32_t *count)
{
    *count = e->leadership_count;
    return e->leaderships;
}

sim_ns elections_vacant_since(const struct elections *e)
{
    return e->lost && !e->open ? e->lost_at : TIME_NONE;
}
