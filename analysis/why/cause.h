/* Why an election was held: from its first candidacy backwards through what led to it. The
 * simulator knows every send, loss and timer, so this is what happened, not a guess; only which of
 * several faults stood in a message's way is read from the faults that were there. */
#ifndef CONCLAVE_WHY_CAUSE_H
#define CONCLAVE_WHY_CAUSE_H

#include "analysis/why/history.h"
#include "sim/scenario.h"

/* X(NAME, text, about): the one list. */
#define ROOT_CAUSES(X)                                                                             \
    X(STARTUP, "startup", "the cluster had no leader yet")                                         \
    X(CRASH, "crash", "the leader's process died")                                                 \
    X(STOP, "stop", "the leader was shut down")                                                    \
    X(PAUSE, "pause", "the leader, or who stood, did not run for a while")                         \
    X(PARTITION, "partition", "a cut kept the leader from the others, or from who stood")          \
    X(LOSS, "loss", "the network lost what the leader sent")                                       \
    X(DELAY, "delay", "what the leader sent came too late")                                        \
    X(RESTART, "restart", "who stood had just started and heard of no leader")                     \
    X(CLOCK, "clock", "a clock jumped, or ran at another rate")                                    \
    X(RESIGNED, "resigned", "the leader gave up by itself")                                        \
    X(TRANSFER, "transfer", "the leader was asked to hand over")                                   \
    X(TAKEOVER, "takeover", "a better candidate took over from a healthy leader")                  \
    X(TIMEOUT, "timeout", "nothing was lost or late: the timeout is shorter than the silence")

#define ROOT_CAUSE_ENUM(name, text, about) ROOT_##name,
enum root_cause { ROOT_CAUSES(ROOT_CAUSE_ENUM) ROOT_CAUSE_COUNT };
#undef ROOT_CAUSE_ENUM
extern const char *const root_cause_names[ROOT_CAUSE_COUNT];
extern const char *const root_cause_abouts[ROOT_CAUSE_COUNT];

#define NO_FAULT UINT32_MAX

#define BAD_MESSAGES_MAX 4u

/* What became of the messages of the leader that should have kept it in office. */
struct message_fates {
    uint32_t sent, arrived, lost_by_chance, cut, not_running, held, late;
    struct {
        const struct record *sent, *end; /* its loss or late arrival; NULL: it never came */
    } bad[BAD_MESSAGES_MAX];             /* the first of those that did not arrive in time */
    uint32_t bad_count;
};

struct explanation {
    const struct election_row *election;
    enum root_cause cause;
    bool incomplete; /* what led to it lies before the history */
    node_id candidate;
    const struct record *stood;         /* the first candidacy */
    const struct record *timer;         /* that fired, or NULL */
    const struct record *armed;         /* what the timer was set by, or NULL: the start */
    const struct record *asked;         /* an operator's command, or NULL */
    const struct record *lost;          /* what ended the leader's reign, or NULL */
    uint32_t fault;                     /* row of the fault behind it, or NO_FAULT */
    uint32_t earlier;                   /* candidacies of the same node before it that had failed */
    const struct record *first_stood;   /* of those */
    struct message_fates fates;         /* from `armed` to `timer` */
    const struct record *question;      /* of who stood, that did not reach the leader, or NULL */
    const struct record *unwell;        /* pause, start, jump of who stood in that time, or NULL */
    const struct record *leader_unwell; /* pause or stepping down of the leader, or NULL; both also
                                           where it began before and was not over */
};

/* `e->incomplete` where the history does not reach back far enough. */
struct explanation explain_election(const struct history *h, const struct scenario *s,
                                    const struct run_result *result,
                                    const struct election_row *row);

/* The fault that did it at once, or whose end did; or NO_FAULT. */
uint32_t fault_behind(const struct history *h, const struct record *r);

/* The faults that were in a message's way at an instant: the next after `after` (NO_FAULT: the
 * first), or NO_FAULT. */
uint32_t fault_in_the_way(const struct run_result *result, node_id from, node_id to, sim_ns at,
                          uint32_t after);

#endif
