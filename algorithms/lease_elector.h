/* One candidate: the LeaderElector of Kubernetes client-go (tools/leaderelection). */
#ifndef CONCLAVE_ALGORITHMS_LEASE_ELECTOR_H
#define CONCLAVE_ALGORITHMS_LEASE_ELECTOR_H

#include "algorithms/lease.h"

enum elector_phase {
    ELECTOR_ACQUIRING, /* acquire(): tries with jitter until it holds the lease */
    ELECTOR_RENEWING,  /* renew(): acts as leader */
    ELECTOR_RELEASING, /* release(): acts no more, gives the lease back */
    ELECTOR_LOST       /* lost it, and is about to begin again */
};

/* The request that is under way within one try. */
enum elector_step { STEP_NONE, STEP_FAST_UPDATE, STEP_GET, STEP_CREATE, STEP_UPDATE };

struct elector {
    const struct lease_config *config;
    enum elector_phase phase;
    enum elector_step step;
    node_id self;
    uint64_t incarnation;  /* this process, in holderIdentity; 0: the node */
    uint64_t last_request; /* only its answer counts */
    uint64_t reign;        /* transitions + 1 of the lease that it leads by */
    uint32_t server;       /* store node to ask, from 0 */
    uint32_t redirects;    /* followed for the request under way */
    bool polling;          /* within a RenewDeadline, not between two */
    bool exiting;          /* after the release, whatever on_loss says */
    bool was_idle;         /* for load_aware: at some time since it leads */
    bool yields;           /* gives the lease back because it is busy, and goes on as a candidate */

    struct lease_record observed; /* observedRecord */
    sim_ns observed_time;
    struct lease_record observed_raw; /* observedRawRecord: what the last Get told */
    bool has_observed, has_observed_raw;

    struct lease_record proposed;
    uint64_t resource_version; /* of the cached lease; 0: none cached */
    sim_ns try_started;
    sim_ns lease_until; /* when renew() gives up unless it succeeds before */
};

void elector_start(struct elector *e, struct node *self, const struct lease_config *config);
void elector_on_response(struct elector *e, struct node *self,
                         const struct lease_response *response);
void elector_on_timer(struct elector *e, struct node *self, enum lease_timer timer);
/* Cancels Run()'s context: ends the process, after a release where that is configured. */
void elector_stop(struct elector *e, struct node *self);

struct node_view elector_view(const struct elector *e);

/* A client's time-out of one request. */
sim_ns lease_request_timeout(const struct lease_config *config);

#endif
