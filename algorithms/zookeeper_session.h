/* A client's session, as ClientCnxn.java keeps it: connects to one server after the other, pings
 * when it has sent nothing for a third of the timeout, and counts as disconnected when it has heard
 * nothing for two thirds of it. That its session has expired only a server can tell it. */
#ifndef CONCLAVE_ALGORITHMS_ZOOKEEPER_SESSION_H
#define CONCLAVE_ALGORITHMS_ZOOKEEPER_SESSION_H

#include "algorithms/zookeeper.h"

enum zookeeper_session_phase {
    SESSION_CLOSED,
    SESSION_CONNECTING,
    SESSION_RESTING, /* all servers have been tried */
    SESSION_CONNECTED,
    SESSION_CLOSING
};

/* What a message or a timer has come to, for the session's user. */
enum zookeeper_session_event {
    SESSION_NOTHING,
    SESSION_SYNC_CONNECTED, /* for the first time, or again in the same session */
    SESSION_DISCONNECTED,
    SESSION_EXPIRED,
    SESSION_ANSWERED, /* the request; the message is its answer */
    SESSION_PONG,     /* the message tells who leads */
    SESSION_NOTIFIED, /* the watch has fired */
    SESSION_ENDED     /* closed, as asked for */
};

struct zookeeper_session {
    const struct zookeeper_config *config;
    enum zookeeper_session_phase phase;
    enum zookeeper_operation ping_reads; /* what it wants to know with each ping */
    uint32_t server, tried;              /* from 0; since it was connected last */
    uint64_t id;                         /* 0: not yet created */
    uint64_t guid;
    sim_ns disconnects_at; /* own monotonic clock, while it is connected */
    sim_ns retransmit_after;
    struct zookeeper_watch watch;     /* that it has set, or is about to */
    struct zookeeper_request request; /* the last; waits for an answer while `busy` */
    unsigned request_kind;
    bool busy, pinged;
};

void session_init(struct zookeeper_session *z, struct node *self,
                  const struct zookeeper_config *config, enum zookeeper_operation ping_reads);
/* A new session: the one before is forgotten. */
void session_open(struct zookeeper_session *z, struct node *self);
/* Asks for an operation, in place of one that may still be under way: its answer comes no more. */
void session_ask(struct zookeeper_session *z, struct node *self, unsigned kind,
                 enum zookeeper_operation operation, uint64_t argument, uint32_t version);
/* Ends the session, so that its nodes go at once; false where no server can be told. */
bool session_close(struct zookeeper_session *z, struct node *self);

enum zookeeper_session_event session_on_message(struct zookeeper_session *z, struct node *self,
                                                const struct message *message);
enum zookeeper_session_event session_on_timer(struct zookeeper_session *z, struct node *self,
                                              enum zookeeper_timer timer);

#endif
