/* View changes of Viewstamped Replication: options, messages and state (Liskov and Cowling,
 * "Viewstamped Replication Revisited", MIT-CSAIL-TR-2012-021, section 4.2). */
#ifndef CONCLAVE_ALGORITHMS_VIEWSTAMPED_REPLICATION_H
#define CONCLAVE_ALGORITHMS_VIEWSTAMPED_REPLICATION_H

#include "algorithms/circuit_breaker.h"
#include "algorithms/load.h"
#include "algorithms/phi_accrual.h"
#include "algorithms/quorum.h"

extern const struct algorithm viewstamped_replication_algorithm;

enum vr_timeouts { VR_TIMEOUTS_FIXED, VR_TIMEOUTS_PHI };

struct vr_config {
    sim_ns commit_interval;
    sim_ns view_change_timeout;
    uint32_t timeouts;
    struct phi_options phi;
    struct breaker_options breaker;
    struct quorum_option quorum;
    struct load_options load;
    int64_t clock_drift_bound; /* parts of 10^9 */
    bool leader_lease, pre_vote;
};

enum vr_message {
    VR_COMMIT,
    VR_START_VIEW_CHANGE,
    VR_DO_VIEW_CHANGE,
    VR_START_VIEW,
    VR_TIMED_COMMIT, /* in place of Commit where it is answered */
    VR_COMMIT_OK,
    VR_HAND_OVER, /* a primary's StartViewChange where it has a lease */
    VR_PRE_VIEW_CHANGE,
    VR_PRE_VIEW_CHANGE_OK,
    VR_MESSAGE_COUNT
};
enum vr_timer { VR_TIMER_COMMIT, VR_TIMER_VIEW_CHANGE };

struct vr_view { /* every message says which view it is of */
    uint64_t view;
};

struct vr_timed_commit {
    uint64_t view;
    sim_ns sent; /* the primary's monotonic clock */
};
struct vr_commit_ok {
    uint64_t view;
    sim_ns sent;
    uint32_t load; /* thousandths */
};
struct vr_hand_over {
    uint64_t view, released; /* the view that begins; the one whose primary gives up its lease */
};

enum vr_status { VR_NORMAL, VR_VIEW_CHANGE };

struct vr_durable {
    uint64_t view;
};

struct vr_peer {         /* with leader_lease or load_aware only */
    sim_ns acknowledged; /* when the latest TimedCommit that it answered was sent */
    uint32_t load;
    bool known;
};

struct vr {
    const struct vr_config *config;
    struct vr_durable durable;
    enum vr_status status;
    node_id self;
    uint32_t count;
    uint64_t quorum, start_weight, do_weight; /* of the two sets below, with itself in the first */
    bool asked;                               /* it has sent DoViewChange for this view */
    uint64_t watched;                         /* view whose Commits `phi` knows */
    struct phi_accrual phi;
    struct circuit_breaker breaker;
    struct vr_peer *peers;
    sim_ns lease_until;    /* of a primary, own monotonic clock */
    sim_ns promised_until; /* takes no part in a view change before: it has granted a lease */
    sim_ns silent_at;      /* when the silence of the primary is taken for its end */
    uint64_t pre_weight;   /* of the third set below, with itself */
    bool held;             /* it has led this view */
    bool asking;           /* whether others, too, hear nobody */
    uint64_t sets[];       /* who sent StartViewChange, who DoViewChange, who PreViewChangeOk */
};

/* viewstamped_replication.c */
bool vr_leads(const struct vr *v);
void vr_send_to_others(struct vr *v, struct node *self, unsigned kind);
/* The primary of a view that has begun. */
void vr_follow(struct vr *v, struct node *self, uint64_t view);
void vr_stand(struct vr *v, struct node *self, uint64_t view, enum campaign_reason why);
/* The next view whose primary is this replica. */
uint64_t vr_next_view_of(const struct vr *v, node_id id);

/* viewstamped_replication_commit.c */
bool vr_answers(const struct vr_config *c);
void vr_commit(struct vr *v, struct node *self);
void vr_on_timed_commit(struct vr *v, struct node *self, node_id from,
                        const struct vr_timed_commit *m);
void vr_on_commit_ok(struct vr *v, struct node *self, node_id from, const struct vr_commit_ok *m);
void vr_move_on_if_loaded(struct vr *v, struct node *self);

#endif
