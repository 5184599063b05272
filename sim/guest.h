/* An algorithm that runs inside of another one. The host divides its nodes into groups, and a guest
 * on each node elects among the node's own group, as if that were the whole cluster: node_self() is
 * its place in the group, node_count() the group's size, and the node_*() calls that it makes are
 * translated on their way. Its messages and timers follow the host's in one table, its durable part
 * stands behind the host's in one block, and its random draws come from the node's own stream.
 *
 * What a guest announces reaches no observer, since it is the group's affair and not the cluster's:
 * the host looks at guest_view() after each call. A guest has no services and takes no operations.
 *
 * A host has one option of FIELD_ALGORITHM and a groups() callback; it adds guest_*_size() to what
 * it needs itself, starts the guest in its own on_start(), and hands on what is not its own. */
#ifndef CONCLAVE_SIM_GUEST_H
#define CONCLAVE_SIM_GUEST_H

#include "sim/algorithm.h"

/* All groups of a cluster, by node and by group; the arrays are the scenario's. */
struct guest_groups {
    const node_id *members;     /* group after group, in each by number */
    const uint32_t *first;      /* by group: where it begins in `members`; one more at the end */
    const uint32_t *group_of;   /* by node */
    const uint32_t *place;      /* by node: how many of its group stand before it */
    uint32_t group_count;       /* the last may be empty, as others */
    uint32_t largest, smallest; /* sizes of groups that are not empty */
};

struct guest_option {
    uint32_t choice; /* index into `choices` where algorithm == NULL */
    const struct algorithm *algorithm;
    const void *config;                /* the guest's options */
    const struct guest_groups *groups; /* known once the scenario is loaded */
};

/* What a host keeps for itself; the guest's part comes behind each. */
struct guest_host {
    uint32_t message_count, timer_count, durable_size; /* a multiple of 8 */
    size_t workspace_size;
};

struct guest; /* on one node; lies in the room that the host gives */

/* ---- For a host ---------------------------------------------------------------------------- */

/* Bytes to add to what the host needs; 0 where no algorithm is chosen. Each begins at a multiple of
 * 16 in the state and the workspace. */
size_t guest_state_size(const struct guest_option *option, const struct guest_host *host);
size_t guest_workspace_size(const struct guest_option *option);
/* Of the whole durable block, the host's part included. */
size_t guest_durable_size(const struct guest_option *option, const struct guest_host *host);

/* In on_start(). `own` is the host's durable part as it is to begin with, `durable` what on_start()
 * got. `room` lies in the host's state. */
struct guest *guest_start(void *room, struct node *n, const struct guest_option *option,
                          const struct guest_host *host, const void *own, const void *durable);

/* What is the guest's, of what the host's callbacks get. */
bool guest_owns_message(const struct guest *g, unsigned kind);
bool guest_owns_timer(const struct guest *g, unsigned timer);
void guest_message(struct guest *g, struct node *n, const struct message *message);
void guest_timer(struct guest *g, struct node *n, unsigned timer);
void guest_stop(struct guest *g, struct node *n); /* ADMIN_STOP */
/* In the host's on_end(). */
void guest_end(struct guest *g);

/* The guest's view, with nodes by their numbers in the cluster. */
struct node_view guest_view(const struct guest *g);
/* It is ready to go: it called node_exit(), or knows of no graceful end. */
bool guest_has_exited(const struct guest *g);
/* It has work in the workspace, which the host must not give back now. */
bool guest_holds_workspace(const struct guest *g);
/* node_persist() of the host's part, the guest's staying what it is. */
void guest_persist_host(struct guest *g, struct node *n, const void *own);

/* ---- For who loads a scenario -------------------------------------------------------------- */

/* The host's option of FIELD_ALGORITHM, or NULL. */
const struct field *guest_field(const struct algorithm *host);
static inline struct guest_option *guest_option_in(const struct field *field, void *config)
{
    return (struct guest_option *) (void *) ((char *) config + field->offset);
}

/* The algorithm inside of a host of this configuration, or NULL. */
const struct algorithm *guest_in(const struct algorithm *host, const void *config);

/* NULL, or why `guest` cannot run inside of `host`. */
const char *guest_refusal(const struct algorithm *host, const struct algorithm *guest);

/* The arrays are the caller's: `members` and `place` for each of `nodes`, `first` for nodes + 2. */
void guest_make_groups(struct guest_groups *groups, const uint32_t *group_of, unsigned nodes,
                       node_id *members, uint32_t *first, uint32_t *place);

/* The host with the guest's messages and timers behind its own, in the caller's tables. */
struct algorithm guest_composed(const struct algorithm *host, const struct algorithm *guest,
                                struct message_kind *messages, const char **timers);

/* ---- For the node_*() calls ---------------------------------------------------------------- */

/* Rarely called: out of the way of the calls of an algorithm that runs alone. */
#define ASIDE __attribute__((noinline, cold))

/* Sets whose calls they are: a guest's, or the host's own (NULL). */
void node_set_guest(struct node *n, struct guest *g);

ASIDE node_id guest_self(const struct guest *g);
ASIDE unsigned guest_count(const struct guest *g);
ASIDE node_id guest_member(const struct guest *g, node_id place); /* its number in the cluster */
/* Each does what the node_*() call of that name means to a guest. */
ASIDE void guest_send(struct guest *g, struct node *n, node_id to, unsigned kind, const void *body,
                      bool after_sync);
ASIDE void guest_persist(struct guest *g, struct node *n, const void *durable);
ASIDE void guest_set_timer(struct guest *g, struct node *n, unsigned timer, sim_ns after);
ASIDE void guest_clear_timer(struct guest *g, struct node *n, unsigned timer);
ASIDE void *guest_workspace(struct guest *g, struct node *n);
ASIDE void guest_return_workspace(struct guest *g);
ASIDE void guest_lead(struct guest *g);
ASIDE void guest_step_down(struct guest *g);
ASIDE void guest_exit(struct guest *g);

#endif
