/* What etcd's raft answers, done in the order of etcd's own server (etcdserver/raft.go): a leader's
 * messages leave while it writes, a follower's once it has written; the library is asked for its
 * next Ready only when the last is durable. */
#include <string.h>

#include "analysis/foreign/etcd_raft_server.h"

#define BOOTSTRAP_INDEX 1 /* the snapshot that holds the members: committed by no leader */

/* ---- Announcements --------------------------------------------------------------------------- */

static node_id member(uint32_t number)
{
    return number == 0 ? NODE_NONE : number - 1;
}

static void step_down(struct etcd_raft_server *s, struct node *self, enum step_down_reason why)
{
    s->leads = false;
    node_step_down(self, s->led_term, why);
}

/* A leader that is one no longer says so at once, whatever its disk is about. */
static void tell_of_the_end(struct etcd_raft_server *s, struct node *self)
{
    if (!s->leads || (s->state == ETCD_LEADER && s->live_term == s->led_term))
        return;
    if (s->live_term == s->led_term)
        step_down(s, self, STEP_DOWN_LOST_QUORUM);
    else
        step_down(s, self,
                  s->handed_over_term == s->led_term ? STEP_DOWN_TRANSFER : STEP_DOWN_HIGHER_TERM);
    s->told_state = ETCD_FOLLOWER;
    s->told_lead = 0;
}

/* A lone voter elects itself before its vote is durable. */
static enum role role_of(const struct etcd_raft_server *s)
{
    switch ((enum etcd_state) s->told_state) {
    case ETCD_LEADER:
        return s->term > s->term_durable ? ROLE_CANDIDATE : ROLE_LEADER;
    case ETCD_CANDIDATE:
        return ROLE_CANDIDATE;
    case ETCD_PRE_CANDIDATE:
        return ROLE_PRE_CANDIDATE;
    case ETCD_FOLLOWER:
        break;
    }
    return ROLE_FOLLOWER;
}

static void stand(struct etcd_raft_server *s, struct node *self, uint64_t term, bool transfer)
{
    if (s->stood_term >= term)
        return;
    s->stood_term = term;
    node_campaign(self, term, transfer ? CAMPAIGN_TRANSFER : CAMPAIGN_TIMEOUT);
    node_vote(self, term, node_self(self));
}

/* Candidacies and votes are what the messages say; there may be several in one Ready. */
static void announce_message(struct etcd_raft_server *s, struct node *self,
                             const struct etcd_message *m)
{
    if (m->type == ETCD_PRE_VOTE && s->pre_stood_term < m->term) {
        s->pre_stood_term = m->term;
        node_pre_campaign(self, m->term);
    }
    if (m->type == ETCD_VOTE)
        stand(s, self, m->term, m->transfer);
    if (m->type == ETCD_VOTE_RESP && !m->reject)
        node_vote(self, m->term, member(m->to));
    if (m->type == ETCD_TIMEOUT_NOW)
        s->handed_over_term = m->term;
}

/* What is applied; the members' snapshot, which no leader wrote, is committed from the start. */
static struct disk_position committed(const struct etcd_raft_server *s)
{
    if (s->applied <= BOOTSTRAP_INDEX)
        return (struct disk_position){0};
    return disk_log_at(&s->disk.log, s->applied);
}

static void look(struct etcd_raft *e, enum role role, node_id leader)
{
    const struct etcd_raft_server *s = e->server;
    struct disk_position last = disk_log_last(&s->disk.log), commit = committed(s);
    e->view = (struct node_view){.role = role,
                                 .leader = leader,
                                 .voted_for = member(s->disk.log.voted_for),
                                 .term = s->term,
                                 .last_index = last.index,
                                 .last_term = last.term,
                                 .commit_index = commit.index,
                                 .commit_term = commit.term};
}

/* Tells what changed since the last Ready. */
static void announce(struct etcd_raft *e, struct node *self)
{
    struct etcd_raft_server *s = e->server;
    enum role role = role_of(s);
    bool not_yet = s->told_state == ETCD_LEADER && role != ROLE_LEADER;
    node_id leader = not_yet ? NODE_NONE : member(s->told_lead);
    uint64_t told = e->view.term;
    look(e, role, leader);
    if (s->told_state == ETCD_LEADER)
        stand(s, self, s->term, false); /* a lone voter asks nobody */
    if (role == ROLE_LEADER && !s->leads) {
        s->leads = true;
        s->led_term = s->term;
        node_lead(self, s->term);
    }
    if (role == ROLE_FOLLOWER && (s->role != role || s->leader != leader || told != s->term))
        node_follow(self, s->term, leader);
    s->role = (uint8_t) role;
    s->leader = leader;
}

/* ---- Operations ------------------------------------------------------------------------------ */

void etcd_raft_apply(struct etcd_raft_server *s, struct node *self, uint32_t up_to)
{
    const struct disk_log *d = &s->disk.log;
    uint32_t kept = 0;
    if (up_to > s->applied)
        s->applied = up_to;
    for (uint32_t i = 0; i < s->operation_count; i++) {
        const struct etcd_raft_operation *o = &s->operations[i];
        if (o->index > s->applied) {
            s->operations[kept++] = *o;
            continue;
        }
        bool in_log = o->index >= d->first && o->index <= disk_log_last(d).index;
        bool is_it = in_log && disk_run_term(disk_log_run(d, o->index)) == o->term;
        node_operation_done(self, o->number, is_it);
    }
    s->operation_count = kept;
}

/* ---- Disk ------------------------------------------------------------------------------------ */

static void append(struct etcd_raft_server *s, const struct etcd_call *a)
{
    struct disk_log *d = &s->disk.log;
    disk_log_truncate(d, a->entries_from);
    uint32_t index = a->entries_from;
    for (uint32_t run = 0; run < a->run_count; run++)
        for (; index <= a->runs[run].last; index++)
            if (!disk_log_append(d, disk_run_term(&a->runs[run]), 0)) {
                s->defect = DEFECT_DISK_FULL;
                return;
            }
}

/* What the disk shall hold by this Ready; written only where the library says that it must be. */
static void save(struct etcd_raft_server *s, struct node *self, const struct etcd_call *a)
{
    struct disk_log *d = &s->disk.log;
    if (a->installed_index > 0)
        disk_log_snapshot(d, (struct disk_position){a->installed_index, a->installed_term}, 0);
    if (a->entries > 0)
        append(s, a);
    if (a->compacted_index > 0)
        disk_log_snapshot(d, (struct disk_position){a->compacted_index, a->compacted_term},
                          s->config->snapshot_catch_up);
    if (!a->ready)
        return;
    d->term = a->term;
    d->voted_for = a->vote;
    s->disk.commit = a->commit;
    s->term = a->term;
    s->told_state = a->state;
    s->told_lead = a->lead;
    if (!a->write)
        return;
    node_persist(self, &s->disk);
    s->writing = true;
    struct etcd_raft_synced m = {.writes = ++s->writes};
    node_send_after_sync(self, node_self(self), MESSAGE_SYNCED, &m);
}

/* ---- Network --------------------------------------------------------------------------------- */

static enum etcd_raft_message kind_of(enum etcd_type type)
{
    switch (type) {
    case ETCD_APP:
        return MESSAGE_APP;
    case ETCD_APP_RESP:
        return MESSAGE_APP_RESP;
    case ETCD_VOTE:
        return MESSAGE_VOTE;
    case ETCD_VOTE_RESP:
        return MESSAGE_VOTE_RESP;
    case ETCD_SNAP:
        return MESSAGE_SNAP;
    case ETCD_HEARTBEAT:
        return MESSAGE_HEARTBEAT;
    case ETCD_HEARTBEAT_RESP:
        return MESSAGE_HEARTBEAT_RESP;
    case ETCD_TRANSFER_LEADER:
        return MESSAGE_TRANSFER_LEADER;
    case ETCD_TIMEOUT_NOW:
        return MESSAGE_TIMEOUT_NOW;
    case ETCD_PRE_VOTE:
        return MESSAGE_PRE_VOTE;
    case ETCD_PRE_VOTE_RESP:
        return MESSAGE_PRE_VOTE_RESP;
    }
    sim_unreachable();
}

static void send(struct etcd_raft_server *s, struct node *self, const struct etcd_call *a)
{
    for (uint32_t i = 0; i < a->message_count; i++) {
        const struct etcd_message *m = &a->messages[i];
        node_id to = member(m->to);
        sim_assert(to < node_count(self));
        announce_message(s, self, m);
        if (m->type == ETCD_SNAP)
            s->snapshot_ticks[to] = s->config->snapshot_ticks;
        enum etcd_raft_message kind = kind_of((enum etcd_type) m->type);
        if (a->at_once)
            node_send(self, to, kind, m);
        else
            node_send_after_sync(self, to, kind, m);
    }
}

void etcd_raft_handle(struct etcd_raft *e, struct node *self, struct etcd_call *answer)
{
    struct etcd_raft_server *s = e->server;
    s->pre_stood_term = 0;
    while (s->defect == DEFECT_NONE) {
        tell_of_the_end(s, self);
        save(s, self, answer);
        if (answer->committed > 0 && answer->applies_when_written)
            s->applies_later = answer->committed;
        send(s, self, answer);
        if (answer->committed > 0 && !answer->applies_when_written)
            etcd_raft_apply(s, self, answer->committed);
        if (!answer->more)
            break;
        answer->request = ETCD_MORE;
        etcd_raft_ask(s, self, answer);
    }
    if (s->defect != DEFECT_NONE)
        return;
    if (!s->writing)
        s->term_durable = s->term;
    announce(e, self);
}
