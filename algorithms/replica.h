/* Elections of Raft among the nodes of a replicated store: terms, votes and the comparison of logs
 * (Ongaro 2014, sections 3.4 and 3.6). What the nodes replicate, and how, is their owner's: it
 * embeds a struct replica as its first member and gives the calls of struct replica_host. */
#ifndef CONCLAVE_ALGORITHMS_REPLICA_H
#define CONCLAVE_ALGORITHMS_REPLICA_H

#include "sim/algorithm.h"

#define REPLICAS_MAX 5u

struct replica_ballot { /* a part of what the owner persists */
    uint64_t term, last_term, last_index;
    node_id voted_for;
};

struct replica_vote_request {
    uint64_t term, last_term, last_index;
};
struct replica_vote {
    uint64_t term;
    bool granted;
};

struct replica;
struct replica_host {
    unsigned vote_request, vote;              /* kinds of messages */
    unsigned election_timer, heartbeat_timer; /* timers */
    void (*persist)(struct replica *r, struct node *self);
    void (*lead)(struct replica *r, struct node *self);
    void (*deposed)(struct replica *r, struct node *self); /* it is still leader during the call */
};

struct replica {
    const struct replica_host *host;
    struct replica_ballot *ballot;
    struct sim_range election_timeout;
    sim_ns heartbeat_interval;
    enum role role;
    node_id leader;
    uint32_t votes; /* a set, by replica */
};

/* A follower of nobody whose election timer runs, unless it is alone. `ballot` is what was durable,
 * with voted_for NODE_NONE where nothing was. */
void replica_init(struct replica *r, struct node *self, struct replica_ballot *ballot);
/* Follows `leader` (or NODE_NONE) in `term`, which is no older than its own. */
void replica_follow(struct replica *r, struct node *self, uint64_t term, node_id leader);
void replica_stand(struct replica *r, struct node *self);
void replica_arm_election(struct replica *r, struct node *self);
void replica_on_vote_request(struct replica *r, struct node *self, node_id from,
                             const struct replica_vote_request *m);
void replica_on_vote(struct replica *r, struct node *self, node_id from,
                     const struct replica_vote *m);

void replica_send_to_others(struct node *self, unsigned kind, const void *body, bool after_sync);
/* The place of a store node among them, from 0. */
uint32_t replica_number(const struct node *self, node_id id);
bool replica_is_majority(const struct node *self, uint32_t count);
bool replica_is_alone(const struct node *self);
/* The highest index that a majority has reached; `matched` is by replica. */
uint64_t replica_majority_index(const struct node *self, const uint64_t matched[REPLICAS_MAX]);

#endif
