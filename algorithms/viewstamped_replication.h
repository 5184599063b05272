/* View changes of Viewstamped Replication: options, messages and state (Liskov and Cowling,
 * "Viewstamped Replication Revisited", MIT-CSAIL-TR-2012-021, section 4.2). */
#ifndef CONCLAVE_ALGORITHMS_VIEWSTAMPED_REPLICATION_H
#define CONCLAVE_ALGORITHMS_VIEWSTAMPED_REPLICATION_H

#include "algorithms/circuit_breaker.h"
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
};

enum vr_message {
    VR_COMMIT,
    VR_START_VIEW_CHANGE,
    VR_DO_VIEW_CHANGE,
    VR_START_VIEW,
    VR_MESSAGE_COUNT
};
enum vr_timer { VR_TIMER_COMMIT, VR_TIMER_VIEW_CHANGE };

struct vr_view { /* every message says which view it is of */
    uint64_t view;
};

enum vr_status { VR_NORMAL, VR_VIEW_CHANGE };

struct vr_durable {
    uint64_t view;
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
    uint64_t sets[]; /* who sent StartViewChange, then who sent DoViewChange */
};

#endif
