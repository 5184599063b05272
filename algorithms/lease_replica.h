/* A store node: alone, or one of three or five that replicate the lease by Raft.
 *
 * The replicated state is one small object, so the log is compacted to its last entry: each entry
 * carries the object as it is after all operations so far, AppendEntries hands over the newest,
 * and a new leader begins with an entry of its own term. Elections, terms, votes and the
 * comparison of logs are Raft's (Ongaro 2014, sections 3.4 and 3.6); state transfer stands for
 * the catching up of section 3.5. */
#ifndef CONCLAVE_ALGORITHMS_LEASE_REPLICA_H
#define CONCLAVE_ALGORITHMS_LEASE_REPLICA_H

#include "algorithms/lease_store.h"

#define REPLICAS_MAX 5u
#define REPLICA_PENDING_MAX 32u

struct replica_durable {
    struct lease_object object; /* after the entry (last_term, last_index) */
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
struct replica_append {
    uint64_t term, index;
    struct lease_object object;
};
struct replica_append_response {
    uint64_t term;
    uint64_t index; /* the last entry of `term` that the sender has on its disk; 0: none */
};

struct replica_pending { /* answered when its entry is committed */
    uint64_t index;
    struct lease_response response;
    node_id client;
};

struct lease_replica {
    const struct lease_config *config;
    struct replica_durable durable;
    enum role role;
    node_id leader;
    uint32_t votes; /* a set, by replica */
    uint64_t matched[REPLICAS_MAX];
    uint32_t pending_count;
    struct replica_pending pending[REPLICA_PENDING_MAX];
};

void replica_start(struct lease_replica *r, struct node *self, const struct lease_config *config,
                   const struct replica_durable *durable);
void replica_on_message(struct lease_replica *r, struct node *self, const struct message *message);
void replica_on_timer(struct lease_replica *r, struct node *self, enum lease_timer timer);

#endif
