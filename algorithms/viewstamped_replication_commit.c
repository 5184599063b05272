/* Commits, and their answers where a primary wants them: for its lease (VR Revisited, section 6.3,
 * which leaves the messages open), and to know who is less busy. */
#include "algorithms/leader_lease.h"
#include "algorithms/viewstamped_replication.h"

bool vr_answers(const struct vr_config *c)
{
    return c->leader_lease || c->load.aware;
}

/* The lease counts from when the latest Commit was sent that a quorum has answered. One such that
 * was answered only now is no later than `sent`. */
static void extend_lease(struct vr *v, const struct node *self, sim_ns sent)
{
    const struct vr_config *c = v->config;
    sim_ns length = leader_lease_length(c->view_change_timeout, c->clock_drift_bound);
    while (c->leader_lease && sim_add(sent, length) > v->lease_until) {
        uint64_t weight = 0;
        sim_ns before = INT64_MIN; /* the latest that some answered last */
        for (node_id id = 0; id < v->count; id++) {
            const struct vr_peer *p = &v->peers[id];
            if (p->known && p->acknowledged >= sent)
                weight += quorum_weight(&c->quorum, self, id);
            else if (p->known && p->acknowledged > before)
                before = p->acknowledged;
        }
        if (weight >= v->quorum)
            v->lease_until = sim_add(sent, length);
        if (weight >= v->quorum || before == INT64_MIN)
            return;
        sent = before;
    }
}

void vr_commit(struct vr *v, struct node *self)
{
    if (!vr_answers(v->config)) {
        vr_send_to_others(v, self, VR_COMMIT);
        return;
    }
    struct vr_timed_commit m = {.view = v->durable.view, .sent = node_monotonic(self)};
    v->peers[v->self] = (struct vr_peer){.acknowledged = m.sent, .known = true};
    for (node_id id = 0; id < v->count; id++)
        if (id != v->self)
            node_send_after_sync(self, id, VR_TIMED_COMMIT, &m);
    extend_lease(v, self, m.sent);
}

void vr_on_timed_commit(struct vr *v, struct node *self, node_id from,
                        const struct vr_timed_commit *m)
{
    vr_follow(v, self, m->view);
    if (vr_leads(v) || v->status != VR_NORMAL)
        return;
    if (v->config->leader_lease)
        v->promised_until = sim_add(node_monotonic(self), v->config->view_change_timeout);
    struct vr_commit_ok answer = {.view = m->view, .sent = m->sent, .load = node_load(self)};
    node_send_after_sync(self, from, VR_COMMIT_OK, &answer);
}

void vr_on_commit_ok(struct vr *v, struct node *self, node_id from, const struct vr_commit_ok *m)
{
    if (!vr_leads(v) || m->view != v->durable.view || !vr_answers(v->config))
        return;
    struct vr_peer *p = &v->peers[from];
    if (p->known && p->acknowledged > m->sent)
        return; /* overtaken by a later one */
    *p = (struct vr_peer){.acknowledged = m->sent, .load = m->load, .known = true};
    extend_lease(v, self, m->sent);
}

/* To the least busy of those that are not, and have answered of late; of equals the next in turn.
 */
void vr_move_on_if_loaded(struct vr *v, struct node *self)
{
    const struct vr_config *c = v->config;
    sim_ns since = sim_add(node_monotonic(self), -c->view_change_timeout);
    node_id best = NODE_NONE;
    if (!load_is_high(&c->load, self))
        return;
    for (uint32_t step = 1; step < v->count; step++) {
        node_id id = (v->self + step) % v->count;
        const struct vr_peer *p = &v->peers[id];
        bool fit = p->known && p->acknowledged >= since && p->load < c->load.threshold;
        if (fit && (best == NODE_NONE || p->load < v->peers[best].load))
            best = id;
    }
    if (best != NODE_NONE)
        vr_stand(v, self, vr_next_view_of(v, best), CAMPAIGN_TRANSFER);
}
