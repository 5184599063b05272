/* The library's messages as bodies of the simulator's, and back. Entries travel as runs of one term
 * and type; what does not fit into one body goes as several consecutive AppendEntries. */
#include <string.h>

#include "analysis/foreign/libraft_server.h"

/* What the disk has not yet stored of term and vote holds back whatever would tell of it: the real
 * process would still be inside set_term() or set_vote(). */
static void send(struct libraft_server *s, node_id to, enum libraft_message kind, const void *body)
{
    if (s->metadata_write > s->writes_durable)
        node_send_after_sync(s->self, to, kind, body);
    else
        node_send(s->self, to, kind, body);
}

static void send_append_entries(struct libraft_server *s, node_id to,
                                const struct raft_append_entries *a)
{
    struct libraft_append_entries m = {.term = a->term,
                                       .prev_log_index = (uint32_t) a->prev_log_index,
                                       .prev_log_term = (uint32_t) a->prev_log_term,
                                       .leader_commit = (uint32_t) a->leader_commit};
    for (unsigned i = 0; i < a->n_entries; i++) {
        uint32_t term_and_type = (uint32_t) a->entries[i].term * 4 + a->entries[i].type;
        bool new_run = m.run_count == 0 || m.runs[m.run_count - 1].term_and_type != term_and_type;
        if (new_run && m.run_count == LIBRAFT_MESSAGE_RUNS) {
            send(s, to, MESSAGE_APPEND_ENTRIES, &m);
            m.prev_log_index += m.entries;
            m.prev_log_term = disk_run_term(&m.runs[m.run_count - 1]);
            m.entries = m.run_count = 0;
            memset(m.runs, 0, sizeof m.runs);
        }
        if (new_run)
            m.runs[m.run_count++].term_and_type = term_and_type;
        m.entries++;
        m.runs[m.run_count - 1].last = m.prev_log_index + m.entries;
    }
    send(s, to, MESSAGE_APPEND_ENTRIES, &m);
}

static void send_request_vote(struct libraft_server *s, node_id to,
                              const struct raft_request_vote *v)
{
    struct libraft_request_vote m = {.term = v->term,
                                     .last_log_index = (uint32_t) v->last_log_index,
                                     .last_log_term = (uint32_t) v->last_log_term,
                                     .disrupt_leader = v->disrupt_leader};
    if (v->pre_vote)
        libraft_announce_pre_campaign(s, v->term);
    send(s, to, v->pre_vote ? MESSAGE_PRE_VOTE : MESSAGE_REQUEST_VOTE, &m);
}

void libraft_send(struct libraft_server *s, const struct raft_message *m)
{
    node_id to = (node_id) m->server_id - 1;
    switch (m->type) {
    case RAFT_IO_APPEND_ENTRIES:
        send_append_entries(s, to, &m->append_entries);
        return;
    case RAFT_IO_APPEND_ENTRIES_RESULT: {
        const struct raft_append_entries_result *r = &m->append_entries_result;
        struct libraft_append_entries_result body
            = {.term = r->term,
               .rejected = (uint32_t) r->rejected,
               .last_log_index = (uint32_t) r->last_log_index};
        send(s, to, MESSAGE_APPEND_ENTRIES_RESULT, &body);
        return;
    }
    case RAFT_IO_REQUEST_VOTE:
        send_request_vote(s, to, &m->request_vote);
        return;
    case RAFT_IO_REQUEST_VOTE_RESULT: {
        const struct raft_request_vote_result *r = &m->request_vote_result;
        struct libraft_request_vote_result body
            = {.term = r->term, .vote_granted = r->vote_granted};
        bool pre_vote = r->pre_vote == raft_tribool_true;
        send(s, to, pre_vote ? MESSAGE_PRE_VOTE_RESULT : MESSAGE_REQUEST_VOTE_RESULT, &body);
        return;
    }
    case RAFT_IO_INSTALL_SNAPSHOT: {
        const struct raft_install_snapshot *i = &m->install_snapshot;
        struct libraft_install_snapshot body = {.term = i->term,
                                                .last_index = (uint32_t) i->last_index,
                                                .last_term = (uint32_t) i->last_term,
                                                .conf_index = (uint32_t) i->conf_index};
        send(s, to, MESSAGE_INSTALL_SNAPSHOT, &body);
        return;
    }
    case RAFT_IO_TIMEOUT_NOW: {
        const struct raft_timeout_now *t = &m->timeout_now;
        struct libraft_timeout_now body = {.term = t->term,
                                           .last_log_index = (uint32_t) t->last_log_index,
                                           .last_log_term = (uint32_t) t->last_log_term};
        s->handed_over_term = t->term;
        send(s, to, MESSAGE_TIMEOUT_NOW, &body);
        return;
    }
    default:
        sim_unreachable();
    }
}

/* ---- Back ------------------------------------------------------------------------------------ */

/* False where memory for what it carries is out: the message is then lost, as a connection would be
 * closed on it. */
static bool take_append_entries(struct libraft_server *s, const struct libraft_append_entries *m,
                                struct raft_append_entries *a)
{
    *a = (struct raft_append_entries){.term = m->term,
                                      .prev_log_index = m->prev_log_index,
                                      .prev_log_term = m->prev_log_term,
                                      .leader_commit = m->leader_commit,
                                      .n_entries = m->entries};
    if (m->entries > 0)
        a->entries = libraft_make_entries(s, m->runs, m->prev_log_index + 1, m->entries);
    return m->entries == 0 || a->entries != NULL;
}

static bool take_install_snapshot(struct libraft_server *s,
                                  const struct libraft_install_snapshot *m,
                                  struct raft_install_snapshot *i)
{
    *i = (struct raft_install_snapshot){.term = m->term,
                                        .last_index = m->last_index,
                                        .last_term = m->last_term,
                                        .conf_index = m->conf_index,
                                        .data = {heap_take(&s->heap, 8), 8}};
    if (i->data.base == NULL)
        return false;
    memset(i->data.base, 0, 8);
    if (libraft_members(s, &i->conf) == 0)
        return true;
    raft_configuration_close(&i->conf);
    heap_give(&s->heap, i->data.base);
    return false;
}

static void take_request_vote(const struct message *m, struct raft_request_vote *v)
{
    const struct libraft_request_vote *body = m->body;
    *v = (struct raft_request_vote){.term = body->term,
                                    .candidate_id = m->from + 1,
                                    .last_log_index = body->last_log_index,
                                    .last_log_term = body->last_log_term,
                                    .disrupt_leader = body->disrupt_leader,
                                    .pre_vote = m->kind == MESSAGE_PRE_VOTE};
}

static bool decode(struct libraft_server *s, const struct message *m, struct raft_message *to)
{
    switch ((enum libraft_message) m->kind) {
    case MESSAGE_APPEND_ENTRIES:
        to->type = RAFT_IO_APPEND_ENTRIES;
        return take_append_entries(s, m->body, &to->append_entries);
    case MESSAGE_APPEND_ENTRIES_RESULT: {
        const struct libraft_append_entries_result *body = m->body;
        to->type = RAFT_IO_APPEND_ENTRIES_RESULT;
        to->append_entries_result
            = (struct raft_append_entries_result){body->term, body->rejected, body->last_log_index};
        return true;
    }
    case MESSAGE_REQUEST_VOTE:
    case MESSAGE_PRE_VOTE:
        to->type = RAFT_IO_REQUEST_VOTE;
        take_request_vote(m, &to->request_vote);
        return true;
    case MESSAGE_REQUEST_VOTE_RESULT:
    case MESSAGE_PRE_VOTE_RESULT: {
        const struct libraft_request_vote_result *body = m->body;
        to->type = RAFT_IO_REQUEST_VOTE_RESULT;
        to->request_vote_result = (struct raft_request_vote_result){
            body->term, body->vote_granted, TO_RAFT_TRIBOOL(m->kind == MESSAGE_PRE_VOTE_RESULT)};
        return true;
    }
    case MESSAGE_INSTALL_SNAPSHOT:
        to->type = RAFT_IO_INSTALL_SNAPSHOT;
        return take_install_snapshot(s, m->body, &to->install_snapshot);
    case MESSAGE_TIMEOUT_NOW: {
        const struct libraft_timeout_now *body = m->body;
        to->type = RAFT_IO_TIMEOUT_NOW;
        to->timeout_now
            = (struct raft_timeout_now){body->term, body->last_log_index, body->last_log_term};
        return true;
    }
    case MESSAGE_SYNCED:
    case MESSAGE_FAILED:
    case LIBRAFT_MESSAGE_COUNT:
        break;
    }
    sim_unreachable();
}

void libraft_receive(struct libraft_server *s, const struct message *m)
{
    char address[LIBRAFT_ADDRESS_MAX];
    libraft_address(m->from, address);
    struct raft_message message = {.server_id = m->from + 1, .server_address = address};
    if (decode(s, m, &message))
        s->receive(&s->io, &message);
}
