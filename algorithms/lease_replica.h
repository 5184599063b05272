/* A store node: alone, or one of three or five that replicate the lease by Raft.
 *
 * The replicated state is one small object, so the log is compacted to its last entry: each entry
 * carries the object as it is after all operations so far, AppendEntries hands over the newest,
 * and a new leader begins with an entry of its own term. Elections, terms, votes and the
 * comparison of logs are Raft's (algorithms/replica.h); state transfer stands for the catching up
 * of section 3.5 of Ongaro 2014. */
#ifndef CONCLAVE_ALGORITHMS_LEASE_REPLICA_H
#define CONCLAVE_ALGORITHMS_LEASE_REPLICA_H

#include "algorithms/lease_store.h"
#include "algorithms/replica.h"

#define REPLICA_PENDING_MAX 32u

struct replica_durable {
    struct lease_object object; /* after the entry that the ballot calls last */
    struct replica_ballot ballot;
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
    struct replica raft;
    struct replica_durable durable;
    uint64_t matched[REPLICAS_MAX];
    uint32_t pending_count;
    struct replica_pending pending[REPLICA_PENDING_MAX];
};

void lease_replica_start(struct lease_replica *r, struct node *self,
                         const struct lease_config *config, const struct replica_durable *durable);
void lease_replica_on_message(struct lease_replica *r, struct node *self,
                              const struct message *message);
void lease_replica_on_timer(struct lease_replica *r, struct node *self, enum lease_timer timer);

#endif
